//! `virtuale update`: an update station.

mod folder;
mod report;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use self::report::{NoChange, Stopped};
use super::{
    Exit, Failure, cards, exit,
    language::Language,
    messages::{Message, in_both},
    options::{Lifelike, Reproducible},
    output, read,
    target::{self, Force},
    waiting::Waiting,
};
use crate::{
    profile::{
        NamedCard, Profile,
        change::{Amendment, Change, Subject},
        layout::Layout,
        reading,
        said::{Bilingual, Said},
        station_chance,
        tree::{Data, Node},
        written::LONGEST,
    },
    shown,
    terminal::{
        pages::{self, PaperCopy, Report, Update, UpdateReport, Updated},
        transport::{Transport, pcsclite},
        update::{Cipher, IssuerKeys, Leaves, Plan, Station, Step, UpdateError, whole},
        vitale::Reading,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale update --card vitale2-martin --dry-run change.toml
  virtuale update --card my-card.toml -o my-card-updated.toml change.toml
  virtuale update --reader 'Virtuale 00 00' --updates updates/
  virtuale update --reader 'Virtuale 00 00' --consult
  virtuale update --reader 'Virtuale 00 00' --consult --reflet --lang fr";

/// Arguments of `update`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["card", "reader"]))]
#[command(group = clap::ArgGroup::new("what").required(true).args(["change", "updates", "consult"]))]
pub(super) struct Args {
    /// The change file: [changement] names the card, the rest what its card file has otherwise
    #[arg(value_name = "CHANGE")]
    change: Option<PathBuf>,
    /// A card file, or the name of a built-in card, which is updated without any reader; the card ends with this
    /// program, unless it is kept (--state)
    #[arg(long, value_name = "CARD")]
    card: Option<PathBuf>,
    /// The reader with the card, by its name as programs see it
    #[arg(long, value_name = "NAME")]
    reader: Option<String>,
    /// Take the change from the caisse's folder: the file in it that is called as the card's serial number, such as
    /// 10000001.toml
    #[arg(long, value_name = "FOLDER")]
    updates: Option<PathBuf>,
    /// Show all that the card says to its issuer, and change nothing
    #[arg(long)]
    consult: bool,
    /// Print the copy on paper (fiche reflet) that the holder may ask for
    #[arg(long, requires = "consult", conflicts_with_all = ["json", "commands", "change", "updates"])]
    reflet: bool,
    /// Leave coverage and exoneration out of the copy on paper, as the holder may ask
    #[arg(long, requires = "reflet")]
    without_exoneration: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "commands")]
    json: bool,
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with_all = ["consult", "output"])]
    dry_run: bool,
    /// Write the card file of the updated card; of one in a reader, what it says
    #[arg(short, long, value_name = "FILE", value_parser = target::file(), conflicts_with = "consult")]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// A file with the keys of the card's issuer, [ias] as in a card file [default: those of the test issuer]
    #[arg(long, value_name = "FILE")]
    issuer_keys: Option<PathBuf>,
    /// The cipher of secure messaging [default: aes, where the card has it]
    #[arg(long, value_name = "CIPHER")]
    cipher: Option<CipherName>,
    /// The layout of the card in the reader: the name of one that is built in, or a layout file [default: by the answer
    /// to reset]
    #[arg(long, value_name = "NAME|FILE", conflicts_with = "card")]
    layout: Option<String>,
    /// Add every command that went to the card, as it was before it was protected, and what was answered
    #[arg(long)]
    commands: bool,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    lifelike: Lifelike,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// The name of a cipher.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum CipherName {
    /// AES
    Aes,
    /// Triple DES
    #[value(name = "3des")]
    TripleDes,
}

impl Args {
    /// The language of the page.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Updates a card, or shows it.
pub(super) fn run(args: &Args) -> Exit {
    let (place, done) = match (&args.card, &args.reader) {
        (Some(card), _) => (card.to_string_lossy().into_owned(), update_file(args, card)),
        (None, Some(reader)) => (reader.clone(), update_slot(args, reader)),
        (None, None) => return Err(Failure::Explained),
    };
    match done {
        Ok(()) => Ok(exit::DONE),
        Err(stopped) => {
            if args.json && !matches!(stopped.failure, Failure::Output(_)) {
                print_json(&stopped.report(&place))?;
            }
            Err(stopped.failure)
        }
    }
}

fn print_json(report: &impl serde::Serialize) -> Result<(), Failure> {
    Ok(output::print_json_text(&serde_json::to_string(report).map_err(io::Error::from)?)?)
}

/// Updates a card that no reader holds, which ends with this program; its card file may be written as it is then.
fn update_file(args: &Args, card: &Path) -> Result<(), Stopped> {
    let place = card.to_string_lossy();
    let profile = cards::profile(card, &args.reproducible)?;
    may_write(args, &[Some(card), args.change.as_deref()])?;
    let base = match cards::find(card)? {
        NamedCard::File(path) => Some(path.parent().unwrap_or(Path::new("")).to_owned()),
        NamedCard::BuiltIn(_) => None,
    };
    args.lifelike.expect(&[card.to_owned()])?;
    let transport = cards::lifelike_in_process(&profile, &args.reproducible, &args.lifelike, args.language())?;
    args.lifelike.end()?;
    let mut transport = transport.map_err(|error| read::unread(&place, &error))?;
    let own = Some((&profile, base.as_deref()));
    Work { args, layout: profile.layout(), place: &place, own }.run(&mut transport)
}

/// Holds that the card file that is asked for may be written, before any work is done for it.
fn may_write(args: &Args, inputs: &[Option<&Path>]) -> Result<(), Failure> {
    let inputs: Vec<&Path> = inputs.iter().flatten().copied().chain(args.issuer_keys.as_deref()).collect();
    args.output.iter().try_for_each(|file| args.force.allow(file, &inputs))
}

/// Updates the card in a slot. It is ours until it was read back.
fn update_slot(args: &Args, reader: &str) -> Result<(), Stopped> {
    args.lifelike.refuse_of_reader()?;
    may_write(args, &[args.change.as_deref(), args.layout.as_deref().map(Path::new)])?;
    let socket = pcsclite::default_socket();
    let mut service = pcsclite::Service::establish(&socket).map_err(|error| read::no_service(&error))?;
    let all = service.slots().map_err(|error| read::no_service(&error))?;
    let slot = read::find(&all, reader)?.name.clone();
    let waiting = Waiting::begin(&slot, args.language());
    let mut transport = service.connect(&slot).map_err(|error| read::kept(&slot, &error))?;
    transport.begin_first_transaction().map_err(|error| read::kept(&slot, &error))?;
    drop(waiting);
    let name = args.layout.clone().unwrap_or_else(|| read::layout_by_atr(transport.atr()).to_owned());
    let layout = cards::layout(&name)?;
    Work { args, layout: &layout, place: &slot, own: None }.run(&mut transport)
}

/// The work on one card.
struct Work<'a> {
    args: &'a Args,
    layout: &'a Layout,
    place: &'a str,
    /// The card's own card file, and its folder; `None` of a card in a reader.
    own: Option<(&'a Profile, Option<&'a Path>)>,
}

impl Work<'_> {
    /// Reads the card, changes it as asked, and prints what was done.
    fn run(&self, transport: &mut dyn Transport) -> Result<(), Stopped> {
        let Self { args, layout, place, .. } = *self;
        let today = args.reproducible.today();
        // A change file that is none is told before the card is touched.
        let given = args.change.as_deref().map(|path| Change::load(path, today)).transpose().map_err(cards::failure)?;
        let keys = self.keys()?;
        let mut chance = station_chance(args.reproducible.seed);
        let station = Station::open(transport, layout, &keys, today, &mut chance);
        let mut station = station.map_err(|error| self.stopped(&error))?;
        let reading = station.read().map_err(|error| self.stopped(&error))?;
        let change = match (&given, &args.updates) {
            (Some(_), _) => given,
            (None, Some(folder)) => match self.of_folder(folder, &reading)? {
                Some(change) => Some(change),
                None => return Ok(self.print_commands(&station)?),
            },
            (None, None) => None,
        };
        let Some(change) = change else {
            self.print_reading(&reading)?;
            self.print_commands(&station)?;
            return whole(reading, Step::Read).map(|_| ()).map_err(|error| self.stopped(&error));
        };
        let reading = whole(reading, Step::Read).map_err(|error| self.stopped(&error))?;
        let subject = Subject { layout, data: &reading.data, place, base: None, atr: None };
        let amendment = change.amend(&subject).map_err(Failure::Invalid)?;
        let plan = Plan::new(&amendment, &reading.files, layout).map_err(|error| self.stopped(&error))?;
        // That the card has a card file then is seen before it is written to.
        let kept = args.output.as_deref().map(|file| self.card_file(file, &change, &reading)).transpose()?;
        let outcome = match (&args.output, kept) {
            (Some(file), Some(text)) => self.write_kept((file, &text), &mut station, &plan)?,
            _ => self.write(&mut station, &plan).map_err(|error| self.stopped(&error))?,
        };
        let leaves = if outcome == Updated::Done { Leaves::Updated } else { Leaves::AsBefore };
        let printed = self.print(&change, &amendment, &plan, (outcome, &station));
        printed.map_err(|failure| Stopped { failure, leaves })?;
        if let Some(file) = &args.output {
            let (path, word) = (shown::path(file), shown::word(file));
            output::say(Message::CardWritten { path: &path, word: &word }.text(args.language()));
        }
        Ok(())
    }

    /// Writes what is to be written, and reads it back.
    fn write(&self, station: &mut Station<'_>, plan: &Plan) -> Result<Updated, UpdateError> {
        if self.args.dry_run {
            return Ok(Updated::Shown);
        }
        if plan.is_empty() {
            return Ok(Updated::Nothing);
        }
        station.write(plan).and_then(|()| station.check(plan)).map(|_| Updated::Done)
    }

    /// The same with the card file of the updated card, which is on the disk before the card is touched, and has its
    /// name only when the card was updated.
    fn write_kept(
        &self,
        (file, text): (&Path, &str),
        station: &mut Station<'_>,
        plan: &Plan,
    ) -> Result<Updated, Stopped> {
        let mut outcome = None;
        let written = writing::replace_private(file, |out| {
            out.write_all(text.as_bytes())?;
            out.flush()?;
            match outcome.insert(self.write(station, plan)) {
                Ok(_) => Ok(()),
                Err(error) => Err(io::Error::other(error.to_string())),
            }
        });
        match (outcome, written) {
            (Some(Err(error)), _) => Err(self.stopped(&error)),
            (Some(Ok(outcome)), Ok(())) => Ok(outcome),
            (done, written) => {
                let leaves = if matches!(done, Some(Ok(Updated::Done))) { Leaves::Updated } else { Leaves::AsBefore };
                let error = written.err().unwrap_or_else(|| io::ErrorKind::Other.into());
                Err(Stopped { failure: Failure::file("write", file, &error), leaves })
            }
        }
    }

    /// The card file of the card after a change, which will be this file.
    fn card_file(&self, file: &Path, change: &Change, reading: &Reading) -> Result<String, Failure> {
        let Self { args, layout, place, own } = *self;
        let folder = file.parent().unwrap_or(Path::new(""));
        let text = match own {
            Some((profile, base)) => {
                let subject = Subject { layout, data: profile.data(), place, base, atr: None };
                change.amended_card_file(&subject, folder)
            }
            None => {
                let name = Node::unwritten(Data::Text(args.layout.clone().unwrap_or_else(|| layout.name().to_owned())));
                let mut data = reading.data.clone();
                if let Data::Table(table) = &mut data.data {
                    table.insert("layout".to_owned(), name);
                }
                let base = Some(Path::new(""));
                change.amended_card_file(&Subject { layout, data: &data, place, base, atr: Some(&reading.atr) }, folder)
            }
        };
        text.map_err(Failure::Invalid)
    }

    /// Prints what the card says to its issuer: all of it, or what stands on the holder's copy.
    fn print_reading(&self, reading: &Reading) -> Result<(), Failure> {
        let (args, place, language) = (self.args, self.place, self.args.language());
        if args.json {
            return print_json(&Report::of(reading, place, language.into()));
        }
        let page = if args.reflet {
            let copy = PaperCopy { exoneration: !args.without_exoneration };
            pages::paper_copy(reading, copy, language.format())
        } else {
            pages::reading(reading, place, language.format())
        };
        Ok(output::print_page(&page)?)
    }

    /// The issuer's keys: those of the file that was given, else the test issuer's.
    fn keys(&self) -> Result<IssuerKeys, Failure> {
        let Self { args, layout, .. } = *self;
        let file = args.issuer_keys.as_deref().map(|path| reading::text(path, LONGEST)).transpose();
        let file = file.map_err(cards::failure)?.map(Arc::new);
        let cipher = args.cipher.map(|cipher| match cipher {
            CipherName::Aes => Cipher::Aes,
            CipherName::TripleDes => Cipher::TripleDes,
        });
        let keys =
            IssuerKeys::of(layout, file.as_ref(), cipher, args.reproducible.today()).map_err(Failure::Invalid)?;
        let missing = || self.failure(&UpdateError::NotUpdatable { layout: layout.name().to_owned() });
        keys.filter(|_| layout.transaction_room().is_some()).ok_or_else(missing)
    }

    /// What the caisse's folder has for the card, if anything; that there is nothing is told.
    fn of_folder(&self, path: &Path, reading: &Reading) -> Result<Option<Change>, Failure> {
        let args = self.args;
        let number = reading.data.at("carte.numero_serie").and_then(Node::text).unwrap_or_default();
        let change = folder::change(path, number, args.reproducible.today())?;
        if change.is_none() {
            if args.json {
                print_json(&NoChange::of(self.place, number))?;
            } else {
                let folder = shown::path(path);
                output::say(Message::NoChange { number, folder: &folder }.text(args.language()));
            }
        }
        Ok(change)
    }

    fn print(
        &self,
        change: &Change,
        amendment: &Amendment,
        plan: &Plan,
        (outcome, station): (Updated, &Station<'_>),
    ) -> Result<(), Failure> {
        let keys = Change::keys().map_err(Failure::Invalid)?;
        let update = Update {
            place: self.place,
            header: change.header(),
            keys: &keys,
            differences: &amendment.differences,
            plan,
            outcome,
        };
        if self.args.json {
            return print_json(&UpdateReport::of(&update, station.exchanges()));
        }
        output::print_page(&pages::update(&update, self.args.language().format()))?;
        self.print_commands(station)
    }

    fn print_commands(&self, station: &Station<'_>) -> Result<(), Failure> {
        if self.args.commands {
            output::print("\n")?;
            output::print_page(&pages::exchanges(station.exchanges(), self.args.language().format()))?;
        }
        Ok(())
    }

    fn stopped(&self, error: &UpdateError) -> Stopped {
        Stopped { failure: self.failure(error), leaves: error.leaves() }
    }

    fn failure(&self, error: &UpdateError) -> Failure {
        let (why, place) = (error.said(), self.place);
        let message = in_both(|language| {
            let why = Said::from(why.clone()).text(language.into()).to_owned();
            match error.leaves() {
                Leaves::AsBefore => Message::CannotUpdateCard { place, why: &why }.text(language),
                Leaves::Unknown | Leaves::Updated => Message::UpdatedCard { place, why: &why }.text(language),
            }
        });
        match error {
            UpdateError::NotUpdatable { .. } | UpdateError::Closed { .. } => Failure::usage(message, self.hint(error)),
            _ => Failure::environment(message, self.hint(error)),
        }
    }

    /// What to do; of a card in a reader somebody may have to say which layout it has.
    fn hint(&self, error: &UpdateError) -> Bilingual {
        let is_updatable = !matches!(error, UpdateError::NotUpdatable { .. });
        let is_of_layout = match error {
            UpdateError::NotUpdatable { .. } | UpdateError::Foreign { .. } => true,
            UpdateError::Refused { step, .. } => *step == Step::Open,
            _ => false,
        };
        match (is_of_layout && self.own.is_none(), &self.args.layout) {
            (true, Some(_)) => Message::OtherLayout.said(),
            (true, None) if is_updatable => Message::NameLayout.said(),
            _ if self.args.consult && !is_updatable => Message::ReadInstead.said(),
            _ => error.hint(),
        }
    }
}
