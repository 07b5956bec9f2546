//! `virtuale fse open`.

use std::path::{Path, PathBuf};

use super::{name, verify};
use crate::{
    cli::{
        Exit, Failure, exit,
        language::Language,
        messages::{Message, in_both},
        output,
    },
    profile::{
        authority::{KeyFile, parse_key_file, read_key_file},
        said::{Bilingual, Said},
    },
    shown,
    terminal::{
        form::{
            Container,
            sealing::{self, OpenError},
            trust::Trust,
            verify as judge,
        },
        pages,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale fse open form --key keys/TEST-body.key.pem";

/// Arguments of `fse open`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder of a form
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The addressee's private key (PEM); that of the test body is what `virtuale keys` writes as TEST-body.key.pem
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    pub(super) lang: Option<Language>,
}

/// Prints the whole form, and what is not right of it.
pub(super) fn run(args: &Args, language: Language) -> Exit {
    let files = verify::read(&args.folder)?;
    let file = args.folder.join(name::FORM);
    let container = Container::decode(&files.form).map_err(|error| not_opened(&file, &error.said()))?;
    let key = read_key_file(&args.key).map_err(|error| Failure::file("read", &args.key, &error))?;
    let key = match parse_key_file(&key) {
        Ok(KeyFile::Rsa(key)) => key,
        Ok(KeyFile::P256(_)) => return Err(not_opened(&args.key, &OpenError::Key.said())),
        Err(error) => return Err(not_opened(&args.key, &error.said())),
    };
    let secrets = container.sealed.as_deref().map(|sealed| sealing::open(sealed, &key)).transpose();
    let secrets = secrets.map_err(|error| not_opened(&file, &error.said()))?;
    let trust = Trust::test().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let mut outcome = judge::verify(&files, &trust);
    secrets.iter().for_each(|secrets| outcome.open(secrets));
    output::print_page(&pages::opened(&container.form, secrets.as_ref(), &outcome, language.format()))?;
    Ok(if outcome.is_good() { exit::DONE } else { exit::FOUND })
}

fn not_opened(file: &Path, why: &Bilingual) -> Failure {
    let (path, why) = (shown::path(file), Said::from(why.clone()));
    let text = |language: Language| Message::OtherCard { place: &path, why: why.text(language.into()) }.text(language);
    Failure::usage(in_both(text), Message::GiveBodyKey.said())
}
