//! `virtuale card dump`.

use std::{borrow::Cow, fmt::Write, path::PathBuf};

use serde::Serialize;

use super::bytes::{self, CardFile};
use crate::{
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        messages::Keep,
        options::{Reproducible, number},
        output,
    },
    host::state::{Made, State},
    profile::map::FileMap,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card dump vitale2-martin
  virtuale card dump --file POINTERS vitale2-martin
  virtuale card dump --state cards vitale2-martin";

/// How many bytes stand on a line.
const LINE: usize = 16;

/// Arguments of `card dump`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// Print what stands on the card that is kept of it in this folder
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Which card of the card file, where several are kept [default: the one that was made of the same text, else the
    /// first]
    #[arg(long, value_name = "NUMBER", value_parser = number::<u32>(1..=u64::from(u32::MAX)))]
    number: Option<u32>,
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
    name: Cow<'a, str>,
    path: Cow<'a, str>,
    class: Option<String>,
    bytes: String,
}

/// Prints the files.
pub(super) fn run(args: &Args) -> Exit {
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let look = args.state.as_ref().map(|folder| -> Result<_, Failure> {
        let state = State::find(folder)?;
        Ok(state.look(&profile, &state.meant(&profile, args.number)?)?)
    });
    let look = look.transpose()?;
    let profile = look.as_ref().map_or(&profile, |look| &look.profile);
    let mut files = bytes::files(profile, args.file.as_deref())?;
    if let Some(look) = &look {
        // What a command deleted is not there.
        let now = |file: &CardFile<'_>| {
            let index = profile.map().files.iter().position(|map| std::ptr::eq(map, file.map))?;
            look.files.get(index)?.now.clone()
        };
        files.retain_mut(|file| now(file).map(|bytes| file.bytes = bytes).is_some());
    }
    // Those that commands made have no name.
    let made = look.iter().flat_map(|look| &look.made).filter(|_| args.file.is_none()).collect::<Vec<_>>();
    if args.json {
        let made = made.iter().map(|made| Report {
            name: Cow::Owned(made.path.last().map(ToString::to_string).unwrap_or_default()),
            path: Cow::Owned(path_of(made)),
            class: None,
            bytes: hex::encode_upper(&made.bytes),
        });
        let reports: Vec<_> = files.iter().map(Report::of).chain(made).collect();
        output::print_json(&reports)?;
    } else {
        let headline = |made: &&Made| {
            let what = Keep::WasMade { bytes: &made.bytes.len().to_string() }.text(Language::En);
            format!("{}  {what}", path_of(made))
        };
        let made = made.iter().map(|made| page_of(&headline(made), &made.bytes));
        let pages: Vec<_> = files.iter().map(page).chain(made).collect();
        output::print(pages.join("\n"))?;
    }
    Ok(exit::DONE)
}

/// The identifiers from the MF down to a file that a command made.
fn path_of(made: &Made) -> String {
    made.path.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}

fn page(file: &CardFile<'_>) -> String {
    page_of(&bytes::headline(file.map), &file.bytes)
}

fn page_of(headline: &str, bytes: &[u8]) -> String {
    let mut page = format!("{headline}\n");
    let lines: Vec<&[u8]> = bytes.chunks(LINE).collect();
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
        let [name, path] = [name, path].map(|text| Cow::Borrowed(&**text));
        Self { name, path, class: bytes::class(file.map), bytes: hex::encode_upper(&file.bytes) }
    }
}
