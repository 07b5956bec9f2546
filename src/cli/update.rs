//! `virtuale update`: an update station.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Exit, Failure, cards, exit,
    language::Language,
    messages::{Message, in_both},
    options::Reproducible,
    output, read,
    target::{self, Force},
    waiting::Waiting,
};
use crate::{
    profile::{
        Profile,
        change::{Amendment, Change, Subject},
        layout::Layout,
        reading,
        said::Said,
        station_chance,
        written::LONGEST,
    },
    shown,
    terminal::{
        pages::{self, Update, Updated},
        transport::{Transport, pcsclite},
        update::{Cipher, IssuerKeys, Plan, Station, UpdateError},
        vitale::Reading,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale update --card vitale2-martin --dry-run change.toml
  virtuale update --card my-card.toml -o my-card-updated.toml change.toml
  virtuale update --reader 'Virtuale 00 00' --updates updates/
  virtuale update --reader 'Virtuale 00 00' --consult";

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
    /// program
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
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with_all = ["consult", "output"])]
    dry_run: bool,
    /// Write the card file of the updated card
    #[arg(short, long, value_name = "FILE", value_parser = target::file())]
    #[arg(requires = "card", conflicts_with = "consult")]
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
    match (&args.card, &args.reader) {
        (Some(card), _) => update_file(args, card),
        (None, Some(reader)) => update_slot(args, reader),
        (None, None) => Err(Failure::Explained),
    }
}

/// Updates a card that no reader holds, which ends with this program; its card file may be written as it is then.
fn update_file(args: &Args, card: &Path) -> Exit {
    let place = card.to_string_lossy();
    let profile = cards::profile(card, &args.reproducible)?;
    let sources = [Some(card), args.change.as_deref()];
    let sources: Vec<&Path> = sources.into_iter().flatten().collect();
    args.output.iter().try_for_each(|file| args.force.allow(file, &sources))?;
    let transport = cards::in_process(&profile, &args.reproducible);
    let mut transport = transport.map_err(|error| read::unread(&place, &error))?;
    let change = Work { args, layout: profile.layout(), place: &place }.run(&mut transport)?;
    if let (Some(file), Some(change)) = (&args.output, change) {
        write_card_file(args, file, &change, &profile, &place)?;
    }
    Ok(exit::DONE)
}

/// Updates the card in a slot. It is ours until it was read back.
fn update_slot(args: &Args, reader: &str) -> Exit {
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
    Work { args, layout: &layout, place: &slot }.run(&mut transport)?;
    Ok(exit::DONE)
}

/// The work on one card.
struct Work<'a> {
    args: &'a Args,
    layout: &'a Layout,
    place: &'a str,
}

impl Work<'_> {
    /// Reads the card, changes it as asked, and prints what was done. Gives the change that it has then.
    fn run(&self, transport: &mut dyn Transport) -> Result<Option<Change>, Failure> {
        let Self { args, layout, place } = *self;
        let today = args.reproducible.today();
        // A change file that is none is told before the card is touched.
        let given = args.change.as_deref().map(|path| Change::load(path, today)).transpose().map_err(cards::failure)?;
        let keys = self.keys()?;
        let mut chance = station_chance(args.reproducible.seed);
        let station = Station::open(transport, layout, &keys, today, &mut chance);
        let mut station = station.map_err(|error| self.failure(&error))?;
        let reading = station.read().map_err(|error| self.failure(&error))?;
        let change = match (&given, &args.updates) {
            (Some(_), _) => given,
            (None, Some(folder)) => self.of_folder(folder, &reading)?,
            (None, None) => None,
        };
        let Some(change) = change else {
            if args.consult {
                output::print_page(&pages::reading(&reading, place, args.language().format()))?;
            }
            self.print_commands(&station)?;
            return Ok(None);
        };
        let subject = Subject { layout, data: &reading.data, place, base: None };
        let amendment = change.amend(&subject).map_err(Failure::Invalid)?;
        let plan = Plan::new(&amendment, &reading.files, layout).map_err(|error| self.failure(&error))?;
        let outcome = if args.dry_run {
            Updated::Shown
        } else if plan.is_empty() {
            Updated::Nothing
        } else {
            station.write(&plan).and_then(|()| station.check(&plan)).map_err(|error| self.failure(&error))?;
            Updated::Done
        };
        self.print(&change, &amendment, &plan, outcome)?;
        self.print_commands(&station)?;
        Ok(Some(change))
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

    /// What the caisse's folder has for the card, if anything.
    fn of_folder(&self, folder: &Path, reading: &Reading) -> Result<Option<Change>, Failure> {
        let number = reading.data.at("carte.numero_serie").and_then(|node| node.text()).unwrap_or_default();
        let path = folder.join(format!("{number}.toml"));
        let is_number = !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit());
        if folder.is_dir() && !(is_number && path.exists()) {
            let folder = shown::path(folder);
            output::say(Message::NoChange { number, folder: &folder }.text(self.args.language()));
            return Ok(None);
        }
        Change::load(&path, self.args.reproducible.today()).map(Some).map_err(cards::failure)
    }

    fn print(&self, change: &Change, amendment: &Amendment, plan: &Plan, outcome: Updated) -> Result<(), Failure> {
        let keys = Change::keys().map_err(Failure::Invalid)?;
        let update = Update {
            place: self.place,
            header: change.header(),
            keys: &keys,
            differences: &amendment.differences,
            plan,
            outcome,
        };
        Ok(output::print_page(&pages::update(&update, self.args.language().format()))?)
    }

    fn print_commands(&self, station: &Station<'_>) -> Result<(), Failure> {
        if self.args.commands {
            output::print("\n")?;
            output::print_page(&pages::exchanges(station.exchanges(), self.args.language().format()))?;
        }
        Ok(())
    }

    fn failure(&self, error: &UpdateError) -> Failure {
        let (why, place) = (error.said(), self.place);
        let message = in_both(|language| {
            let why = Said::from(why.clone()).text(language.into()).to_owned();
            Message::CannotUpdateCard { place, why: &why }.text(language)
        });
        match error {
            UpdateError::NotUpdatable { .. } => Failure::usage(message, error.hint()),
            _ => Failure::environment(message, error.hint()),
        }
    }
}

/// Writes the card file of a card as it is after a change.
fn write_card_file(args: &Args, file: &Path, change: &Change, profile: &Profile, place: &str) -> Result<(), Failure> {
    let subject = Subject { layout: profile.layout(), data: profile.data(), place, base: None };
    let text = change.amended_card_file(&subject, file.parent().unwrap_or(Path::new(""))).map_err(Failure::Invalid)?;
    let written = writing::replace_private(file, |out| out.write_all(text.as_bytes()));
    written.map_err(|error| Failure::file("write", file, &error))?;
    let (path, word) = (shown::path(file), shown::word(file));
    output::say(Message::CardWritten { path: &path, word: &word }.text(args.language()));
    Ok(())
}
