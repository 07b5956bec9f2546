//! `virtuale card from-zone`.

use std::path::{Path, PathBuf};

use super::new::seen_from;
use crate::{
    billing::groups::{self, Drawn, LONGEST, Naming, Zone, table::About},
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        messages::{Billing, Message, in_both},
        options::{DEFAULT_LAYOUT, Reproducible},
        output,
        target::{self, Force},
    },
    profile::{reading, said::Bilingual, schema},
    shown, writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card from-zone test.in -o card.toml
  virtuale card from-zone --layout vitale1 test.in > card.toml";

/// The layout of professionals' cards.
const PROFESSIONAL: &str = "cps3";

/// Arguments of `card from-zone`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A zone of groups: what the reading interface gives of a test card, in a file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where to write the card file [default: standard output]
    #[arg(long, short, value_name = "FILE", value_parser = target::file())]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// The layout of the chip: the name of one that is built in, or a layout file [default: vitale2, or cps3]
    #[arg(long, value_name = "NAME|FILE")]
    layout: Option<String>,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of mistakes.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Writes the card file, and says what it does not say.
pub(super) fn run(args: &Args) -> Exit {
    args.output.iter().try_for_each(|file| args.force.allow(file, &[&args.file]))?;
    let path = shown::path(&args.file);
    let bytes = reading::content(&args.file, LONGEST).map_err(cards::failure)?;
    let zone = Zone::parse(&bytes).map_err(|error| match is_text(&bytes) {
        true => text_is_no_zone(&args.file),
        false => wrong(&path, &error.said(), Billing::LookAtZone),
    })?;
    let usual = match groups::about(&zone) {
        Some(About::Professional) => PROFESSIONAL,
        _ => DEFAULT_LAYOUT,
    };
    let layout = args.layout.as_deref().unwrap_or(usual);
    let name =
        seen_from(args.output.as_deref(), layout).map_err(|error| Failure::file("find", Path::new(layout), &error))?;
    let folder = args.output.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
    let naming = Naming { name: &name, base: Some(folder) };
    let drawn = groups::card_file(&zone, &cards::layout(layout)?, naming, &cards::options(&args.reproducible));
    let Drawn { text, losses, added } = drawn.map_err(|error| {
        let hint = if error.place.is_some() { Billing::LookAtZone } else { Billing::LookAtGroups };
        wrong(&path, &error.said(), hint)
    })?;
    match &args.output {
        None => output::document(text.as_bytes())?,
        Some(file) => {
            let written = writing::replace(file, |out| out.write_all(text.as_bytes()));
            written.map_err(|error| Failure::file("write", file, &error))?;
        }
    }
    let language = args.language();
    for loss in losses {
        let what = text_of(&loss.said(), language);
        output::say(Billing::ZoneLoss { path: &path, what: &what }.text(language));
    }
    for (key, value) in added {
        output::say(Billing::ZoneAdded { key, value: &value }.text(language));
    }
    if let Some(file) = &args.output {
        let (path, word) = (shown::path(file), shown::word(file));
        output::say(Message::CardWritten { path: &path, word: &word }.text(language));
    }
    Ok(exit::DONE)
}

/// Whether bytes that are no zone are text: a card file, for instance.
fn is_text(bytes: &[u8]) -> bool {
    let is_sign = |sign: char| !sign.is_control() || sign.is_ascii_whitespace();
    reading::decoded(bytes).is_ok_and(|text| text.chars().all(is_sign))
}

fn text_is_no_zone(file: &Path) -> Failure {
    let (path, word) = (shown::path(file), shown::word(file));
    Failure::Malformed(
        in_both(|language| Billing::TextIsNoZone { path: &path }.text(language)).into(),
        Some(in_both(|language| Billing::MakeZone { word: &word }.text(language)).into()),
    )
}

/// That a file is no zone, or none that makes a card.
fn wrong(path: &str, why: &Bilingual, hint: Billing<'_>) -> Failure {
    let message = in_both(|language| Billing::ZoneWrong { path, why: &text_of(why, language) }.text(language));
    Failure::Malformed(message.into(), Some(hint.said().into()))
}

fn text_of(said: &Bilingual, language: Language) -> String {
    match language.into() {
        schema::Language::English => said.english.clone().into_owned(),
        schema::Language::French => said.french.clone().into_owned(),
    }
}
