//! `virtuale fse sign`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use virtuale_engine::Reset;

use super::{
    held::{Both, Held, Where},
    name, not_made, refused, say_no_copy, unfit,
};
use crate::{
    cli::{
        Exit, Failure, cards,
        code::Codes,
        consult::Consulted,
        exit,
        language::Language,
        messages::{Message, in_both},
        options::Reproducible,
        output,
        read::{other_card, unread},
        system::words,
    },
    lists::Lists,
    profile::{
        authority::{Body, IssueError},
        reading,
    },
    shown,
    terminal::{
        cps,
        exchange::Dialogue,
        form::{
            Form, FormFile,
            content::Secrets,
            file,
            fill::{self, Cards},
            refusal::Refusal,
            signing::{Bench, Given, Keeping, MOST_IN_LOT, Made, Patient, Professional},
            trust::Trust,
        },
        guides::CardReading,
        holder::Code,
        pages::{self, Format},
        right::{Bearer, Beside, Manner},
        vitale,
    },
    writing,
};

/// Arguments of `fse sign`.
#[derive(Debug, clap::Args)]
#[command(after_help = words::SIGN)]
pub(super) struct Args {
    /// Form files (docs/forms.md); up to 50 make a lot
    #[arg(required = true, value_name = "FORM")]
    forms: Vec<PathBuf>,
    #[command(flatten)]
    at: Where,
    /// The folder to write; nothing may be in it yet
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Read the professional's code from this descriptor, one line; at a terminal it is asked for
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    pub(super) lang: Option<Language>,
    #[command(flatten)]
    consulted: Consulted,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Makes the forms, has them signed, and writes the folder.
pub(super) fn run(args: &Args, language: Language) -> Exit {
    check_folder(&args.output)?;
    let files = read_forms(args, language)?;
    let lists = args.consulted.lists(args.reproducible.today())?;
    let mut codes = Codes::of(args.pin_fd)?;
    let mut services = args.at.services()?;
    let Both { mut vitale, mut professional } = args.at.hold(&mut services, &args.reproducible, language)?;
    let read = |held| read_professional(held, &mut codes, &args.reproducible, language);
    let caregiver = professional.as_mut().map(read).transpose()?;
    let bearer = caregiver.as_ref().map(|caregiver| &caregiver.bearer);
    let vitale_reading = match &mut vitale {
        Some(held) => {
            let beside = professional.as_mut().zip(caregiver.as_ref());
            Some(read_vitale(held, beside, &args.reproducible, &lists)?)
        }
        None => None,
    };
    let of_cards = Cards {
        vitale: vitale_reading.as_ref(),
        professional: caregiver.as_ref().map(|caregiver| &caregiver.reading),
        is_lot: files.len() > 1,
        tod: lists.tod.as_ref(),
    };
    let filled = files.iter().map(|file| fill::fill(file, of_cards)).collect::<Result<Vec<_>, _>>();
    let filled = filled.map_err(|error| unfit(error, bearer))?;
    check_regimes(&filled)?;
    let mut kept = None;
    let bench = bench(&args.reproducible, &mut kept)?;
    let made = filled.into_iter().map(|(form, secrets)| bench.make(form, secrets)).collect::<Result<Vec<_>, _>>();
    let mut made = made.map_err(|error| not_made(error, bearer))?;
    if let (Some(held), Some(caregiver)) = (&mut professional, &caregiver) {
        let professional = caregiver.ready(held)?;
        let vitale = vitale.as_mut().map(|held| {
            let (layout, transport) = held.parts();
            Patient { transport, layout }
        });
        bench.sign(&mut made, professional, vitale).map_err(|error| not_made(error, bearer))?;
        made.iter().filter_map(|made| made.no_copy.as_ref()).for_each(|why| say_no_copy(why, language));
    }
    let content = contents(&made, language);
    writing::make_folder(&args.output, &content).map_err(|error| Failure::file("write", &args.output, &error))?;
    let names = content.iter().map(|(name, _)| format!("{}\n", shown::path(args.output.join(name))));
    output::print(names.collect::<String>())?;
    Ok(exit::DONE)
}

/// A professional's card that was read.
pub(super) struct Caregiver {
    pub(super) reading: cps::Reading,
    /// The code, unless another program has proved it.
    code: Option<Code>,
    pub(super) bearer: Bearer,
}

impl Caregiver {
    /// The card, ready to sign.
    ///
    /// # Errors
    ///
    /// That it has no key that signs.
    pub(super) fn ready<'h>(&self, held: &'h mut Held<'_>) -> Result<Professional<'h>, Failure> {
        let key = self.reading.signing_key().ok_or_else(|| refused(&Refusal::NoKey, Some(&self.bearer)))?;
        Ok(Professional { transport: &mut *held.transport, key, code: self.code.clone() })
    }
}

/// What forms are made with, of which `kept` keeps the test authority's part.
pub(super) fn bench<'k>(
    reproducible: &Reproducible,
    kept: &'k mut Option<(Trust, Body)>,
) -> Result<Bench<'k>, Failure> {
    let unmade = |error: IssueError| Failure::Environment(error.to_string().into(), None);
    let made = (Trust::test().map_err(unmade)?, Body::from_seed(0).map_err(unmade)?);
    let (trust, body) = kept.insert(made);
    let (today, seed) = (reproducible.today(), reproducible.seed);
    Ok(Bench { trust, addressee: &body.certificate, today, seed })
}

/// Nobody is asked for anything if the folder cannot be written in the end.
fn check_folder(folder: &Path) -> Result<(), Failure> {
    let is_there = match fs::read_dir(folder) {
        Ok(mut found) => found.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    };
    if !is_there {
        return Ok(());
    }
    let message = Message::FolderThere { path: &shown::path(folder) }.said();
    Err(Failure::usage(message, Message::NameOtherFolder.said()))
}

/// A lot goes to one regime.
fn check_regimes(filled: &[(Form, Secrets)]) -> Result<(), Failure> {
    let mut regimes = filled.iter().map(|(form, _)| form.insured.regime.as_str());
    let Some(first) = regimes.next() else { return Ok(()) };
    match regimes.find(|regime| *regime != first) {
        Some(other) => Err(Failure::usage(Message::LotOfRegimes { first, other }.said(), Message::SeveralLots.said())),
        None => Ok(()),
    }
}

/// Reads all form files, so that one run names the mistakes of each.
fn read_forms(args: &Args, language: Language) -> Result<Vec<FormFile>, Failure> {
    let count = args.forms.len();
    if count > MOST_IN_LOT {
        let (count, most) = (count.to_string(), MOST_IN_LOT.to_string());
        let message = Message::LotTooGreat { count: &count, most: &most }.said();
        return Err(Failure::usage(message, Message::SeveralLots.said()));
    }
    let mut files: Vec<FormFile> = Vec::new();
    let mut wrong = None;
    for path in &args.forms {
        let source = reading::text(path, file::LONGEST).map_err(cards::failure);
        let form =
            source.and_then(|source| FormFile::read(source, args.reproducible.today()).map_err(Failure::Invalid));
        match form {
            Ok(form) if files.iter().any(|other| other.number == form.number) => {
                let (path, number) = (shown::path(path), form.number.to_string());
                let message = Message::SameNumber { path: &path, number: &number }.said();
                return Err(Failure::usage(message, Message::OtherNumber.said()));
            }
            Ok(form) => files.push(form),
            // The last one is told by who called.
            Err(failure) => {
                if let Some(before) = wrong.replace(failure) {
                    before.report_in(language);
                }
            }
        }
    }
    wrong.map_or(Ok(files), Err)
}

/// Reads the professional's card, and keeps the code.
pub(super) fn read_professional(
    held: &mut Held<'_>,
    codes: &mut Codes,
    reproducible: &Reproducible,
    language: Language,
) -> Result<Caregiver, Failure> {
    let place = held.place.clone();
    let (layout, transport) = held.parts();
    let mut asking = codes.of_card(&place, language);
    let mut keeping = Keeping::new(&mut asking);
    let read = cps::read(transport, layout, reproducible.today(), &mut keeping);
    let code = keeping.into_code();
    let reading = read.map_err(|error| match error {
        cps::ReadError::Transport(error) => unread(&place, &error),
        cps::ReadError::NotProfessional { status } => {
            let (message, hint) = pages::not_professional(status);
            other_card(&place, message, hint)
        }
    })?;
    match asking.outcome()? {
        exit::DONE => {
            allow_whole(&place, |language| pages::failure(&reading.failures, &[], language.into()))?;
            let bearer = Bearer { place: place.clone(), ..reading.bearer().unwrap_or_default() };
            Ok(Caregiver { reading, code, bearer })
        }
        _ => Err(refused(&Refusal::CodeMissing, None)),
    }
}

/// Reads the Vitale, with the professional's card beside it if there is one, and looks it up in lists. The
/// professional's card is reset behind it, so that nobody else finds its code proved.
pub(super) fn read_vitale(
    held: &mut Held<'_>,
    professional: Option<(&mut Held<'_>, &Caregiver)>,
    reproducible: &Reproducible,
    lists: &Lists,
) -> Result<vitale::Reading, Failure> {
    let place = held.place.clone();
    let (layout, transport) = held.parts();
    let read = match professional {
        None => vitale::read(transport, layout, reproducible.today()),
        Some((professional, caregiver)) => {
            let mut holder = Given(caregiver.code.clone());
            let dialogue = Dialogue::new(&mut *professional.transport);
            let (dialogue, manner, bearer) = (Ok(dialogue), Manner::Plain, caregiver.bearer.clone());
            let beside = Beside { dialogue, manner, holder: &mut holder, bearer };
            let read = vitale::read_beside(transport, layout, reproducible.today(), &mut [beside]);
            // A card that does not come back has forgotten the code too.
            let _ = professional.transport.reset(Reset::Warm);
            read
        }
    };
    let mut reading = read.map_err(|error| match error {
        vitale::ReadError::Transport(error) => unread(&place, &error),
        error => {
            let (message, hint) = pages::not_vitale(&error);
            other_card(&place, message, hint)
        }
    })?;
    allow_whole(&place, |language| pages::failure(&reading.remarks, &reading.looks, language.into()))?;
    reading.consult(lists);
    Ok(reading)
}

/// Refuses a card that failed at something as it was read: what is signed would not be what it says.
fn allow_whole(place: &str, failure: impl Fn(Language) -> Option<String>) -> Result<(), Failure> {
    if failure(Language::En).is_none() {
        return Ok(());
    }
    let message = in_both(|language| {
        let why = failure(language).unwrap_or_default();
        Message::NotReadWhole { place, why: &why }.text(language)
    });
    Err(Failure::Environment(message.into(), None))
}

/// The files of the folder: of several forms each in a folder of its number.
fn contents(made: &[Made], language: Language) -> Vec<(PathBuf, Vec<u8>)> {
    let mut content = Vec::new();
    for one in made {
        let folder = if made.len() > 1 { PathBuf::from(format!("{:06}", one.form.number)) } else { PathBuf::new() };
        let page = pages::form(&one.form, Some(&one.secrets), Format::new(language.into())).plain();
        let files = [
            (name::FORM, Some(one.files.form.clone())),
            (name::PROFESSIONAL, one.files.professional.clone()),
            (name::VITALE, one.files.vitale.clone()),
            (name::PAGE, Some(page.into_bytes())),
        ];
        let files = files.into_iter().filter_map(|(name, content)| Some((folder.join(name), content?)));
        content.extend(files);
    }
    content
}
