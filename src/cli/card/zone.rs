//! `virtuale card zone`.

use std::path::PathBuf;

use crate::{
    billing::groups,
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        messages::Billing,
        options::Reproducible,
        output,
        target::{self, Force},
    },
    shown, writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card zone vitale2-martin -o test.in
  virtuale card zone vitale2-martin | xxd";

/// Arguments of `card zone`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// Where to write it [default: standard output, unless that is a terminal]
    #[arg(long, short, value_name = "FILE", value_parser = target::file())]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
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

/// Writes the zone.
pub(super) fn run(args: &Args) -> Exit {
    args.output.iter().try_for_each(|file| args.force.allow(file, &[&args.card]))?;
    if args.output.is_none() && output::is_on_terminal() {
        return Err(Failure::usage(Billing::ZoneIsBytes.said(), Billing::NameZoneFile.said()));
    }
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let zone = groups::of_profile(&profile).map_err(|error| {
        let hint = if error.code() == Some(61444) { Billing::NoZoneOfCard } else { Billing::MendCard };
        Failure::Malformed(error.said().into(), Some(hint.said().into()))
    })?;
    let bytes = zone.to_bytes();
    match &args.output {
        None => output::document(&bytes)?,
        Some(file) => {
            let written = writing::replace(file, |out| out.write_all(&bytes));
            written.map_err(|error| Failure::file("write", file, &error))?;
            let (path, length) = (shown::path(file), bytes.len().to_string());
            output::say(Billing::ZoneWritten { path: &path, bytes: &length }.text(args.language()));
        }
    }
    Ok(exit::DONE)
}
