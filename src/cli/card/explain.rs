//! `virtuale card explain`.

use std::{
    fmt::{self, Write},
    path::PathBuf,
};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{
    bytes::{self, CardFile},
    content::{Content, malformed},
};
use crate::{
    billing::groups::{Zone, ZoneReport, explained},
    cli::{Exit, Failure, exit, language::Language, messages::Message, options::Reproducible, output},
    profile::map::{CardMap, Element, Origin, Shares},
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale card explain vitale2-martin
  virtuale card explain --file POINTERS --sources vitale2-martin
  virtuale card explain test.in";

/// How wide a name is with its indentation, at least.
const NAME_WIDTH: usize = 30;

/// Arguments of `card explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, the name of a built-in card, or a file of zones as billing programs get them (docs/billing.md)
    #[arg(value_name = "CARD")]
    card: PathBuf,
    /// One file of the card only: its name in the layout, or its identifier
    #[arg(long, value_name = "NAME")]
    file: Option<String>,
    /// Say what backs each origin
    #[arg(long)]
    sources: bool,
    /// Print JSON, with the sources
    #[arg(long)]
    json: bool,
    /// The language of what is said of zones [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of what is said of zones.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct FileReport<'a> {
    name: &'a str,
    path: &'a str,
    class: Option<String>,
    size: usize,
    readable: &'a str,
    origin: String,
    source: &'a str,
    elements: Vec<ElementReport<'a>>,
}

/// What `--json` prints of an element. The byte at `end` is the first that is no longer of it.
#[derive(Serialize)]
struct ElementReport<'a> {
    name: &'a str,
    start: usize,
    end: usize,
    bytes: String,
    value: &'a str,
    origin: String,
    source: &'a str,
    personal: bool,
    elements: Vec<ElementReport<'a>>,
}

/// Prints the tree of spans of each file; of zones, their groups and fields.
pub(super) fn run(args: &Args) -> Exit {
    let profile = match Content::load(&args.card, &args.reproducible)? {
        Content::Card(profile) => profile,
        Content::Zone(bytes) => return zone(args, &bytes),
    };
    let files = bytes::files(&profile, args.file.as_deref())?;
    if args.json {
        let reports: Vec<_> = files.iter().map(FileReport::of).collect();
        output::print_json(&reports)?;
        return Ok(exit::DONE);
    }
    let mut page = String::new();
    for file in &files {
        let _ = write_file(&mut page, file, args.sources);
        page.push('\n');
    }
    let map = CardMap { files: files.iter().map(|file| file.map.clone()).collect() };
    output::print(format_args!("{page}{}\n", summary(&map.shares())))?;
    Ok(exit::DONE)
}

/// Prints what stands in zones, and whether it is as the table of fields has it.
fn zone(args: &Args, bytes: &[u8]) -> Exit {
    if args.file.is_some() {
        return Err(Failure::usage(Message::ZoneHasNoFiles.said(), Message::LeaveFile.said()));
    }
    let zone = match Zone::parse(bytes) {
        Ok(zone) => zone,
        Err(error) => {
            if args.json {
                output::print_json(&ZoneReport::of_error(bytes.len(), &error))?;
            }
            return Err(malformed(&args.card, &error));
        }
    };
    let report = ZoneReport::of(&zone);
    let printed = match args.json {
        true => output::print_json(&report),
        false => output::print(explained(&zone, args.sources, args.language().into())),
    };
    exit::after(if report.findings.is_empty() { exit::DONE } else { exit::FOUND }, printed)
}

fn write_file(page: &mut String, file: &CardFile<'_>, sources: bool) -> fmt::Result {
    let bold = Style::new().bold();
    write!(page, "{bold}{}{bold:#}, ", printable(&bytes::headline(file.map)))?;
    write_origin(page, file.map.origin)?;
    if sources {
        write_source(page, &file.map.source)?;
    }
    page.push('\n');
    file.map.elements.iter().try_for_each(|element| write_element(page, element, &file.bytes, 0, sources))
}

/// One line: which bytes, the element, its value or else its bytes, its origin. Then its parts.
fn write_element(page: &mut String, element: &Element, bytes: &[u8], depth: usize, sources: bool) -> fmt::Result {
    let Element { name, range, value, children, .. } = element;
    let name = format!("{:indent$}{}", "", printable(name), indent = depth * 2);
    let value = if value.is_empty() && children.is_empty() { raw(element, bytes) } else { printable(value) };
    let places = format!("{}..{}", range.start, range.end);
    write!(page, "  {places:>11}  {name:<NAME_WIDTH$}  ")?;
    write_origin(page, element.origin)?;
    if !value.is_empty() {
        write!(page, "{:pad$}  {value}", "", pad = "invented".len() - element.origin.to_string().len())?;
    }
    if sources {
        write_source(page, &element.source)?;
    }
    page.push('\n');
    children.iter().try_for_each(|child| write_element(page, child, bytes, depth + 1, sources))
}

fn write_origin(page: &mut String, origin: Origin) -> fmt::Result {
    let colour = match origin {
        Origin::Public => AnsiColor::Green,
        Origin::Inferred => AnsiColor::Yellow,
        Origin::Invented => AnsiColor::Magenta,
    };
    let style = colour.on_default();
    write!(page, "{style}{origin}{style:#}")
}

fn write_source(page: &mut String, source: &str) -> fmt::Result {
    let dimmed = Style::new().dimmed();
    if source.is_empty() { Ok(()) } else { write!(page, "  {dimmed}[{}]{dimmed:#}", printable(source)) }
}

/// The bytes of an element without its tag, unless they are all the same or too many.
fn raw(element: &Element, bytes: &[u8]) -> String {
    bytes.get(element.value_range()).map(bytes::digits).unwrap_or_default()
}

/// A text without characters that would move a cursor.
fn printable(text: &str) -> String {
    text.chars().map(|character| if shown::is_hidden(character) { '·' } else { character }).collect()
}

/// `4 % public, 12 % inferred, 84 % invented of 3104 used bytes; 29664 hold nothing`.
fn summary(shares: &Shares) -> String {
    let used = shares.public + shares.inferred + shares.invented;
    let percent = |part: usize| (part * 100 + used / 2).checked_div(used).unwrap_or(0);
    format!(
        "{} % public, {} % inferred, {} % invented of {used} used bytes; {} hold nothing",
        percent(shares.public),
        percent(shares.inferred),
        percent(shares.invented),
        shares.unused
    )
}

impl<'a> FileReport<'a> {
    fn of(file: &CardFile<'a>) -> Self {
        let map = file.map;
        Self {
            name: &map.name,
            path: &map.path,
            class: bytes::class(map),
            size: map.size,
            readable: &map.readable,
            origin: map.origin.to_string(),
            source: &map.source,
            elements: map.elements.iter().map(|element| ElementReport::of(element, &file.bytes)).collect(),
        }
    }
}

impl<'a> ElementReport<'a> {
    fn of(element: &'a Element, bytes: &[u8]) -> Self {
        Self {
            name: &element.name,
            start: element.range.start,
            end: element.range.end,
            bytes: bytes.get(element.range.clone()).map(hex::encode_upper).unwrap_or_default(),
            value: &element.value,
            origin: element.origin.to_string(),
            source: &element.source,
            personal: element.personal,
            elements: element.children.iter().map(|child| ElementReport::of(child, bytes)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Element, Origin, Shares, summary, write_element};
    use crate::profile::map::Author;

    fn element(name: &str, range: std::ops::Range<usize>, value: &str, children: Vec<Element>) -> Element {
        Element {
            name: name.into(),
            header: if children.is_empty() { 0 } else { 2 },
            range,
            value: value.into(),
            origin: Origin::Inferred,
            source: "somewhere".into(),
            personal: false,
            author: Author::Layout,
            written: 0..0,
            children,
        }
    }

    #[test]
    fn each_range_has_its_element_value_and_origin() {
        let name = element("nom", 2..5, "A\u{1b}B", vec![]);
        let rest = element("unused", 5..8, "", vec![]);
        let key = element("key", 8..10, "", vec![]);
        let all = element("65", 0..10, "", vec![name, rest, key]);
        let mut page = String::new();
        write_element(&mut page, &all, b"\x65\x08A\x1bB\0\0\0\x12\x34", 0, true).expect("memory takes all");
        let page = anstream::adapter::strip_str(&page).to_string();
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(
            lines,
            [
                "        0..10  65                              inferred  [somewhere]",
                "         2..5    nom                           inferred  A·B  [somewhere]",
                "         5..8    unused                        inferred  3 x 00  [somewhere]",
                "        8..10    key                           inferred  1234  [somewhere]",
            ]
        );
    }

    #[test]
    fn shares_are_of_the_bytes_that_hold_something() {
        let shares = Shares { public: 1, inferred: 0, invented: 2, unused: 5 };
        assert_eq!(summary(&shares), "33 % public, 0 % inferred, 67 % invented of 3 used bytes; 5 hold nothing");
        assert_eq!(
            summary(&Shares::default()),
            "0 % public, 0 % inferred, 0 % invented of 0 used bytes; 0 hold nothing"
        );
    }
}
