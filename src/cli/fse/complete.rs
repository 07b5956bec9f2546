//! `virtuale fse complete`.

use std::{io, path::PathBuf};

use super::{
    held::{Both, Where},
    name, not_made, refused, say_no_copy,
    sign::{bench, read_professional, read_vitale},
    verify,
};
use crate::{
    cli::{Exit, Failure, code::Codes, exit, language::Language, messages::Message, options::Reproducible, output},
    shown,
    terminal::{
        form::{
            Form, Mode,
            refusal::Refusal,
            signed::By,
            signing::{Patient, Professional},
            verify::Finding,
        },
        pages,
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
    let mut codes = Codes::of(args.pin_fd)?;
    let mut services = args.at.services()?;
    let Both { vitale, professional } = args.at.hold(&mut services, &args.reproducible, language)?;
    let mut professional = professional.ok_or_else(|| refused(&Refusal::NoProfessional(form.mode)))?;
    let mut vitale = vitale.ok_or_else(|| refused(&Refusal::NoVitale(form.mode)))?;
    let (own, code) = read_professional(&mut professional, &mut codes, &args.reproducible, language)?;
    let patient = read_vitale(&mut vitale, &args.reproducible)?;
    agree(form, &own, &patient, &vitale.place, &professional.place)?;
    let key = own.signing_key().ok_or_else(|| refused(&Refusal::NoKey))?;
    let professional = Professional { transport: &mut *professional.transport, key, code };
    let (layout, transport) = vitale.parts();
    let (signed, no_copy) =
        bench.complete(&files.form, professional, Patient { transport, layout }).map_err(not_made)?;
    no_copy.iter().for_each(|why| say_no_copy(why, language));
    let file = args.folder.join(name::VITALE);
    writing::add_private(&file, &signed).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::File { did: "write", path: file.clone(), error },
        _ => Failure::file("write", &file, &error),
    })?;
    output::print(format!("{}\n", shown::path(&file)))?;
    Ok(exit::DONE)
}

/// The cards are those of the form: the professional's that signed it, and the Vitale of whom it is about.
fn agree(
    form: &Form,
    professional: &crate::terminal::cps::Reading,
    vitale: &crate::terminal::vitale::Reading,
    vitale_place: &str,
    professional_place: &str,
) -> Result<(), Failure> {
    let other = |place: &str| Failure::usage(Message::OtherThanForm { place }.said(), Message::GiveCardsOfForm.said());
    if professional.professional.card.number != form.professional_card {
        return Err(other(professional_place));
    }
    if vitale.volet.insured.nir.as_ref() != Some(&form.insured.nir) {
        return Err(other(vitale_place));
    }
    Ok(())
}
