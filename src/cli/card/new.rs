//! `virtuale card new`.

use std::{fs::File, io::Write, path::PathBuf};

use crate::{
    cli::{Failure, Outcome, cards, exit, language::Language, options::DEFAULT_LAYOUT, output},
    profile::card_file,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card new my-card.toml
  virtuale card new --lang fr > ma-carte.toml";

/// Arguments of `card new`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where to write it; never over a file that is there [default: standard output]
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The layout of the chip: the name of one that is built in, or a layout file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_LAYOUT)]
    layout: String,
    /// The language of the comments [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

/// Writes the card file.
pub(super) fn run(args: &Args) -> Outcome {
    let layout = cards::layout(&args.layout)?;
    let schema = layout.schema().map_err(Failure::Invalid)?;
    let language = args.lang.unwrap_or_else(Language::of_locale);
    let text = card_file::template(&schema, &args.layout, language.into());
    match &args.file {
        None => output::print(text)?,
        Some(file) => {
            let written = File::create_new(file).and_then(|mut created| created.write_all(text.as_bytes()));
            written.map_err(|error| Failure::file("write", file, &error))?;
            output::say(format_args!("{} is there; check it with: virtuale card check {0}", file.display()));
        }
    }
    Ok(exit::DONE)
}
