//! `virtuale card new`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        messages::Message,
        options::DEFAULT_LAYOUT,
        output,
        target::{self, Force},
    },
    profile::{card_file, families::Families},
    shown,
    system::file::with_slashes,
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card new my-card.toml
  virtuale card new --lang fr > ma-carte.toml";

/// Arguments of `card new`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Where to write it [default: standard output]
    #[arg(value_name = "FILE", value_parser = target::file())]
    file: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// The layout of the chip: the name of one that is built in, or a layout file
    #[arg(long, value_name = "NAME|FILE", default_value = DEFAULT_LAYOUT)]
    layout: String,
    /// The language of the comments [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

impl Args {
    /// The language of the comments.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Writes the card file.
pub(super) fn run(args: &Args) -> Exit {
    args.file.iter().try_for_each(|file| cards::is_no_reader(file))?;
    args.file.iter().try_for_each(|file| args.force.allow(file, &[Path::new(&args.layout)]))?;
    let layout = cards::layout(&args.layout)?;
    let schema = layout.schema().map_err(Failure::Invalid)?;
    let language = args.language();
    let name = seen_from(args.file.as_deref(), &args.layout);
    let name = name.map_err(|error| Failure::file("find", Path::new(&args.layout), &error))?;
    let has_place = |key: &str| layout.has_place(key).unwrap_or(true);
    let text = card_file::template(&layout.family().title(), schema, &name, language.into(), &has_place);
    match &args.file {
        None => output::document(text.as_bytes())?,
        Some(file) => {
            let written = writing::replace(file, |out| out.write_all(text.as_bytes()));
            written.map_err(|error| Failure::file("write", file, &error))?;
            let (path, word) = (shown::path(file), shown::word(file));
            output::say(Message::CardWritten { path: &path, word: &word }.text(language));
        }
    }
    Ok(exit::DONE)
}

/// The layout as the card file must name it: the path of one counts from the folder of the card file.
pub(super) fn seen_from(file: Option<&Path>, layout: &str) -> io::Result<String> {
    let built_in = Families::built_in().layout_source(layout);
    let (Some(file), None, false) = (file, built_in, Path::new(layout).is_absolute()) else {
        return Ok(layout.to_owned());
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (path, folder) = (fs::canonicalize(layout)?, fs::canonicalize(folder)?);
    Ok(with_slashes(&pathdiff::diff_paths(&path, folder).unwrap_or(path).to_string_lossy()))
}
