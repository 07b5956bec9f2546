//! `virtuale card check`.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::Serialize;
use virtuale_engine::image::FileImage;

use crate::{
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        messages::Message,
        mistake::{Mistake, Trouble},
        options::Reproducible,
        output,
    },
    profile::{
        Profile,
        diagnostic::Diagnostic,
        said::{Bilingual, Said, counted, said},
    },
    shown,
    terminal::{
        guides::{Guides, Written},
        pages::{self, Lang, LifeReport},
        vitale::Life,
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale card check my-card.toml others/*.toml
  virtuale card check --json my-card.toml";

/// Arguments of `card check`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Card files, or the names of built-in cards
    #[arg(required = true, value_name = "CARD")]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Report {
    file: PathBuf,
    valid: bool,
    /// Why it was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Trouble>,
    mistakes: Vec<Mistake>,
    /// What a terminal may do with the card of a valid file on the day, if cards of its family have such a life.
    #[serde(skip_serializing_if = "Option::is_none")]
    today: Option<serde_json::Value>,
    /// What a person should know of a valid file, such as what it gives though it is not on the card.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<Mistake>,
}

/// Checks all, so that one run names all mistakes.
pub(super) fn run(args: &Args, language: Language) -> Exit {
    let mut reports = Vec::new();
    let mut code = exit::DONE;
    let (mut unread, mut printed) = (None, Ok(()));
    for file in &args.files {
        let mut report = Report {
            file: file.clone(),
            valid: false,
            error: None,
            mistakes: Vec::new(),
            today: None,
            notes: Vec::new(),
        };
        match cards::profile(file, &args.reproducible) {
            Ok(profile) => {
                let written = Written { data: profile.data(), today: args.reproducible.today() };
                let life = Guides::built_in().life(profile.layout(), written);
                if !args.json {
                    // All are checked, though nobody reads to the end what is said of them.
                    printed = printed.and_then(|()| print_praise(file, &profile, life.as_ref(), language));
                }
                let today = life.as_ref().map(|life| serde_json::to_value(LifeReport::of(life, Lang::En)));
                report.today = today.and_then(Result::ok);
                report.valid = true;
                report.notes.extend(profile.notes().iter().map(Mistake::of));
            }
            Err(Failure::Invalid(diagnostics)) => {
                if !args.json {
                    output::say(format_args!("{}\n", diagnostics.render_in(language.into(), true)));
                }
                code = exit::INVALID;
                report.mistakes.extend(diagnostics.0.iter().map(Mistake::of));
            }
            Err(other) => {
                other.report_in(language);
                unread = unread.or(Some(other.code()));
                report.error = Some(Trouble::of(&other));
            }
        }
        reports.push(report);
    }
    if args.json {
        printed = output::print_json(&reports);
    }
    exit::after(unread.unwrap_or(code), printed)
}

fn print_praise(file: &Path, profile: &Profile, life: Option<&Life>, language: Language) -> io::Result<()> {
    let praise = Said::from(praise(profile));
    output::print(format_args!("{}: {}\n", shown::path(file), praise.text(language.into())))?;
    let life = life.map(|life| pages::life(life, language.into())).unwrap_or_default();
    life.iter().try_for_each(|line| output::print(format_args!("  {line}\n")))?;
    profile.notes().iter().try_for_each(|note| print_note(note, language))
}

/// `valid: layout vitale2, 34 files; 24755 of 32768 bytes are taken, 9120 of them hold something`. Taken is what the
/// chip counts: its files with the room that is kept in them, its PINs and keys.
fn praise(profile: &Profile) -> Bilingual {
    let taken: usize = profile.image().files.iter().map(FileImage::needs).sum();
    let (map, capacity) = (profile.map(), profile.image().capacity);
    let empty = map.shares().unused;
    let (layout, full) = (profile.layout().name(), taken.saturating_sub(empty));
    let files = counted(map.files.len(), "file", "fichier");
    said!(
        with files;
        en: "valid: layout {layout}, {files}; {taken} of {capacity} bytes are taken, {full} of them hold something",
        fr: "valide : structure {layout}, {files} ; {taken} octets sur {capacity} sont pris, \
             dont {full} contiennent quelque chose",
    )
}

fn print_note(note: &Diagnostic, language: Language) -> io::Result<()> {
    let (line, column) = note.position();
    output::print(format_args!(
        "{}:{line}:{column}: note{}{}\n",
        shown::line(&note.source.name),
        Message::Colon.text(language),
        shown::line(note.message.text(language.into()))
    ))?;
    note.hint.as_ref().map_or(Ok(()), |hint| {
        let (help, colon) = (Message::Help.text(language), Message::Colon.text(language));
        output::print(format_args!("  {help}{colon}{}\n", shown::line(hint.text(language.into()))))
    })
}
