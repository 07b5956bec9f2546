//! `virtuale fse verify`.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::name;
use crate::{
    cli::{Exit, Failure, exit, language::Language, messages::Message, output},
    profile::reading,
    shown,
    terminal::{
        form::{
            container, signed,
            trust::Trust,
            verify::{self, Files},
        },
        pages,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale fse verify form
  virtuale fse verify lot-001 --lang fr";

/// Arguments of `fse verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A folder that `virtuale fse sign` wrote
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    pub(super) lang: Option<Language>,
}

/// Judges each form and says what came of it.
pub(super) fn run(args: &Args, language: Language) -> Exit {
    let trust = Trust::test().map_err(|error| Failure::Environment(error.to_string().into(), None))?;
    let (mut code, mut printed) = (exit::DONE, Ok(()));
    let mut is_first = true;
    for folder in args.folders.iter().map(|folder| forms(folder)).collect::<Result<Vec<_>, _>>()?.concat() {
        let outcome = verify::verify(&read(&folder)?, &trust);
        if !outcome.is_good() {
            code = exit::FOUND;
        }
        let page = pages::verified(&outcome, &shown::path(&folder), language.format());
        let gap = if is_first { "" } else { "\n" };
        is_first = false;
        printed = printed.and_then(|()| output::print(gap)).and_then(|()| output::print_page(&page));
    }
    exit::after(code, printed)
}

/// The folders of forms: this one, else those in it.
fn forms(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_form = |folder: &Path| folder.join(name::FORM).is_file();
    if is_form(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let failed = |error: io::Error| Failure::file("read", folder, &error);
    let inside = fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|entry| entry.path()));
    let inside = inside.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let is_signed = |folder: &Path| [name::PROFESSIONAL, name::VITALE].iter().any(|name| folder.join(name).exists());
    let mut forms: Vec<_> = inside.into_iter().filter(|folder| is_form(folder) || is_signed(folder)).collect();
    forms.sort();
    if let Some(lost) = forms.iter().find(|folder| !is_form(folder)) {
        let message = Message::NoForm { path: &shown::path(lost) }.said();
        return Err(Failure::usage(message, Message::NameFormFolder.said()));
    }
    if forms.is_empty() {
        let message = Message::NoForm { path: &shown::path(folder) }.said();
        return Err(Failure::usage(message, Message::NameFormFolder.said()));
    }
    Ok(forms)
}

/// The files of a form.
pub(super) fn read(folder: &Path) -> Result<Files, Failure> {
    let optional = |name| match bytes(&folder.join(name), signed::LONGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("read", &folder.join(name), &error)),
    };
    let form = folder.join(name::FORM);
    Ok(Files {
        form: bytes(&form, container::LONGEST).map_err(|error| Failure::file("read", &form, &error))?,
        professional: optional(name::PROFESSIONAL)?,
        vitale: optional(name::VITALE)?,
    })
}

/// The bytes of a file, and one more than makes sense: then it is no form.
fn bytes(path: &Path, longest: usize) -> io::Result<Vec<u8>> {
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    reading::patiently(path, move |file| {
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    })
}
