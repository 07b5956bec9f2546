//! `virtuale fse complete`.

use std::{io, path::PathBuf};

use super::{
    held::{Both, Where},
    name, not_made, refused, say_no_copy,
    sign::{bench, read_professional, read_vitale},
    verify,
};
use crate::{
    cli::{
        Exit, Failure,
        code::Codes,
        consult::Consulted,
        exit,
        language::Language,
        messages::{Message, in_both},
        options::Reproducible,
        output,
    },
    profile::tree::CardDate,
    shown,
    terminal::{
        form::{
            Form, Mode,
            against::{self, Disagreement},
            refusal::Refusal,
            signed::By,
            signing::Patient,
            verify::Finding,
        },
        pages,
        right::Bearer,
        vitale,
    },
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale fse complete form --card vitale2-martin --card cps-lefevre";

/// Arguments of `fse complete`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder of a desynchronised form
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    at: Where,
    /// Read the professional's code from this descriptor, one line; at a terminal it is asked for
    #[arg(long, value_name = "N")]
    pin_fd: Option<u32>,
    /// The language of reasons to fail [default: that of the locale]
    #[arg(long)]
    pub(super) lang: Option<Language>,
    #[command(flatten)]
    consulted: Consulted,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Has the Vitale sign a form that waits for it.
pub(super) fn run(args: &Args, language: Language) -> Exit {
    let files = verify::read(&args.folder)?;
    let mut kept = None;
    let bench = bench(&args.reproducible, &mut kept)?;
    let outcome = crate::terminal::form::verify::verify(&files, bench.trust);
    let form = outcome.form.as_ref().filter(|form| form.mode == Mode::Desynchronised);
    let waits = outcome.findings.iter().all(|finding| matches!(finding, Finding::Missing(By::Vitale)));
    let Some(form) = form.filter(|_| waits && files.vitale.is_none()) else {
        let path = shown::path(&args.folder);
        if outcome.form.as_ref().is_some_and(|form| form.mode == Mode::Desynchronised) && !waits {
            output::print_page(&pages::verified(&outcome, &path, language.format()))?;
        }
        let message = Message::NotWaiting { path: &path }.said();
        return Err(Failure::usage(message, Message::SignDesynchronised.said()));
    };
    let today = args.reproducible.today();
    if CardDate::from(today) < form.date {
        let (today, date) = (today.to_string(), form.date.to_string());
        let message = Message::BeforeForm { today: &today, date: &date }.said();
        return Err(Failure::usage(message, Message::GiveLaterDay.said()));
    }
    let lists = args.consulted.lists(today)?;
    let mut codes = Codes::of(args.pin_fd)?;
    let mut services = args.at.services()?;
    let Both { vitale, professional } = args.at.hold(&mut services, &args.reproducible, language)?;
    let mut professional = professional.ok_or_else(|| refused(&Refusal::NoProfessional(form.mode), None))?;
    let mut vitale = vitale.ok_or_else(|| refused(&Refusal::NoVitale(form.mode), None))?;
    let caregiver = read_professional(&mut professional, &mut codes, &args.reproducible, language)?;
    if caregiver.reading.professional.card.number != form.professional_card {
        return Err(other(&professional.place));
    }
    let patient = read_vitale(&mut vitale, Some((&mut professional, &caregiver)), &args.reproducible, &lists)?;
    if patient.volet.insured.nir.as_ref() != Some(&form.insured.nir) {
        return Err(other(&vitale.place));
    }
    agree(form, &patient, &caregiver.bearer, language)?;
    let ready = caregiver.ready(&mut professional)?;
    let (layout, transport) = vitale.parts();
    let (signed, no_copy) = bench
        .complete(&files.form, ready, Patient { transport, layout })
        .map_err(|error| not_made(error, Some(&caregiver.bearer)))?;
    no_copy.iter().for_each(|why| say_no_copy(why, language));
    let file = args.folder.join(name::VITALE);
    writing::add_private(&file, &signed).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::File { did: "write", path: file.clone(), error },
        _ => Failure::file("write", &file, &error),
    })?;
    output::print(format!("{}\n", shown::path(&file)))?;
    Ok(exit::DONE)
}

/// That a card is another than that of the form.
fn other(place: &str) -> Failure {
    Failure::usage(Message::OtherThanForm { place }.said(), Message::GiveCardsOfForm.said())
}

/// The Vitale bears out what the form says, as it does when a form is made.
fn agree(form: &Form, vitale: &vitale::Reading, bearer: &Bearer, language: Language) -> Result<(), Failure> {
    let (_, wrong) = against::vitale(&form.into(), vitale).map_err(|refusal| refused(&refusal, Some(bearer)))?;
    let failures = wrong.into_iter().map(|Disagreement { place, message, .. }| {
        let message = place.said(&message);
        let text = |language| {
            let why = match language {
                Language::En => &*message.english,
                Language::Fr => &*message.french,
            };
            Message::Because { what: name::FORM, why }.text(language)
        };
        Failure::environment(in_both(text), Message::NotBorneOut.said())
    });
    let mut last = None;
    for failure in failures {
        // The last one is told by who called.
        if let Some(before) = last.replace(failure) {
            before.report_in(language);
        }
    }
    last.map_or(Ok(()), Err)
}
