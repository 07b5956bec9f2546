//! `virtuale card new`.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use virtuale_applets::layouts;

use crate::{
    cli::{Failure, Outcome, exit, language::Language, output},
    profile::{card_file, diagnostic::Source, layout::Layout},
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
    #[arg(long, value_name = "NAME|FILE", default_value = "vitale2")]
    layout: String,
    /// The language of the comments [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

/// Writes the card file.
pub(super) fn run(args: &Args) -> Outcome {
    let layout = layout(&args.layout)?;
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

fn layout(name: &str) -> Result<Layout, Failure> {
    let source = match layouts::named(name) {
        Some(text) => Source { name: format!("{name}.toml (built in)"), text: text.to_owned() },
        None if name.ends_with(".toml") => {
            let text = fs::read_to_string(name).map_err(|error| Failure::file("read", Path::new(name), &error))?;
            Source { name: name.to_owned(), text }
        }
        None => {
            let built_in = layouts::NAMES.join(", ");
            let hint = format!("built-in layouts: {built_in}; any other is a path to a file .toml");
            return Err(Failure::usage(format!("there is no layout {name:?}"), hint));
        }
    };
    Layout::parse(&Arc::new(source)).map_err(Failure::Invalid)
}
