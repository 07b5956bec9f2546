//! `virtuale card dump`.

use std::{fmt::Write, path::PathBuf};

use serde::Serialize;

use super::bytes::{self, CardFile};
use crate::{
    cli::{Exit, cards, exit, options::Reproducible, output},
    profile::map::FileMap,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card dump vitale2-martin
  virtuale card dump --file POINTERS vitale2-martin";

/// How many bytes stand on a line.
const LINE: usize = 16;

/// Arguments of `card dump`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// One file of the card only: its name in the layout, or its identifier
    #[arg(long, value_name = "NAME")]
    file: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Report<'a> {
    name: &'a str,
    path: &'a str,
    class: Option<String>,
    bytes: String,
}

/// Prints the files.
pub(super) fn run(args: &Args) -> Exit {
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let files = bytes::files(&profile, args.file.as_deref())?;
    if args.json {
        let reports: Vec<_> = files.iter().map(Report::of).collect();
        output::print_json(&reports)?;
    } else {
        let pages: Vec<_> = files.iter().map(page).collect();
        output::print(pages.join("\n"))?;
    }
    Ok(exit::DONE)
}

fn page(file: &CardFile<'_>) -> String {
    let mut page = format!("{}\n", bytes::headline(file.map));
    let lines: Vec<&[u8]> = file.bytes.chunks(LINE).collect();
    let mut skipped = false;
    for (index, line) in lines.iter().enumerate() {
        // Many equal lines say no more than one: empty files are long.
        let like_its_neighbours = index > 0 && lines.get(index - 1) == Some(line) && lines.get(index + 1) == Some(line);
        if like_its_neighbours {
            if !skipped {
                page.push_str("  ...\n");
            }
        } else {
            let digits: Vec<_> = line.iter().map(|byte| format!("{byte:02X}")).collect();
            let letters: String = line.iter().map(|&byte| letter(byte)).collect();
            let _ = writeln!(page, "  {:04X}  {:<47}  {letters}", index * LINE, digits.join(" "));
        }
        skipped = like_its_neighbours;
    }
    page
}

fn letter(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}

impl<'a> Report<'a> {
    fn of(file: &'a CardFile<'_>) -> Self {
        let FileMap { name, path, .. } = file.map;
        Self { name, path, class: bytes::class(file.map), bytes: hex::encode_upper(&file.bytes) }
    }
}
