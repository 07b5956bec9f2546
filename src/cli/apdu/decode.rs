//! What an answer holds, in comments below it: bytes of files as the layout has them, else data objects.

use std::{fmt::Write, ops::Range};

use virtuale_engine::{
    Response,
    tlv::{self, Tag, Tree},
};

use crate::{
    cli::{
        Failure,
        card::bytes::{self, CardFile},
    },
    profile::{Profile, map::Element},
    shown,
    trace::{Heard, Listener},
};

/// Templates of control information [ISO-7816-4 7.4].
const CONTROL: [(Tag, &str); 2] = [(Tag(0x62), "file control parameters"), (Tag(0x6F), "file control information")];

/// What stands in them [ISO-7816-4 7.4].
const PARAMETERS: [(Tag, &str); 6] = [
    (Tag(0x80), "size"),
    (Tag(0x82), "file descriptor"),
    (Tag(0x83), "identifier"),
    (Tag(0x84), "name"),
    (Tag(0x88), "short identifier"),
    (Tag(0x8A), "life cycle"),
];

/// Explains the answers of one card.
pub(super) struct Decoder<'p> {
    listener: Listener<'p>,
    files: Vec<CardFile<'p>>,
}

impl<'p> Decoder<'p> {
    /// Of a card that has just been reset.
    ///
    /// # Errors
    ///
    /// None, as all files are asked for.
    pub(super) fn new(profile: &'p Profile) -> Result<Self, Failure> {
        let listener = Listener::new(profile.layout(), profile.map());
        Ok(Self { listener, files: bytes::files(profile, None)? })
    }

    /// The card was reset.
    pub(super) fn reset(&mut self) {
        self.listener.reset();
    }

    /// Lines that say what an answer holds; none where nobody knows.
    pub(super) fn decode(&mut self, command: &[u8], response: &Response) -> String {
        let mut text = String::new();
        match self.listener.hear(command, response) {
            Some(heard) => self.write_file(&mut text, &heard, response.data()),
            None => write_objects(&mut text, response.data()),
        }
        text
    }

    fn write_file(&self, text: &mut String, heard: &Heard<'_>, data: &[u8]) {
        let Heard { index, file, range, start } = heard;
        let came = data.get(*start..).unwrap_or_default();
        let made = self.files.get(*index).map(|file| file.bytes.as_slice()).unwrap_or_default();
        let _ = writeln!(text, "#   {} ({}), bytes {}..{}", file.name, bytes::place(file), range.start, range.end);
        for element in &file.elements {
            write_element(text, element, &Bytes { range, came, made }, 0);
        }
    }
}

/// Bytes of a file that came, and the whole file as it was made.
struct Bytes<'a> {
    range: &'a Range<usize>,
    came: &'a [u8],
    made: &'a [u8],
}

impl Bytes<'_> {
    /// What came of a range of the file, if all of it did.
    fn of(&self, range: &Range<usize>) -> Option<&[u8]> {
        let start = range.start.checked_sub(self.range.start)?;
        self.came.get(start..start.checked_add(range.len())?)
    }
}

/// An element of which something came, and its parts. Its value is said where its bytes are those that it was made of:
/// a card may have been written to since.
fn write_element(text: &mut String, element: &Element, bytes: &Bytes<'_>, depth: usize) {
    let Range { start, end } = element.range;
    if end <= bytes.range.start || start >= bytes.range.end {
        return;
    }
    let places = format!("{start}..{end}");
    let name = shown::line(&element.name);
    let _ = write!(text, "#   {places:>11}  {:indent$}{name}", "", indent = depth * 2);
    match bytes.of(&element.range) {
        None => text.push_str(" (in part)"),
        Some(_) if !element.children.is_empty() => {}
        Some(came) if bytes.made.get(element.range.clone()) == Some(came) && !element.value.is_empty() => {
            let _ = write!(text, "  {}", shown::line(&element.value));
        }
        Some(_) => {
            let value = bytes.of(&element.value_range()).unwrap_or_default();
            let _ = write!(text, "  {}", digits_of(value));
        }
    }
    text.push('\n');
    element.children.iter().for_each(|child| write_element(text, child, bytes, depth + 1));
}

/// Data that are data objects throughout, the first of them a template: anything else may look like some by chance.
fn write_objects(text: &mut String, data: &[u8]) {
    let Ok(trees) = tlv::parse(data) else { return };
    if trees.iter().next().is_some_and(|first| first.tag().is_constructed()) {
        trees.iter().for_each(|object| write_object(text, object, None, 0));
    }
}

fn write_object(text: &mut String, object: Tree<'_>, within: Option<Tag>, depth: usize) {
    let tag = object.tag();
    let is_control = within.is_some_and(|within| CONTROL.iter().any(|(template, _)| *template == within));
    let names = if is_control { &PARAMETERS[..] } else { &CONTROL };
    let name = names.iter().find(|(known, _)| *known == tag).map(|(_, name)| format!("  {name}")).unwrap_or_default();
    let _ = write!(text, "#   {:indent$}{:02X}{name}", "", tag.0, indent = depth * 2);
    if let Some(value) = object.value() {
        let _ = writeln!(text, "  {}{}", digits_of(value), number(&name, value));
    } else {
        text.push('\n');
        object.objects().for_each(|inner| write_object(text, inner, Some(tag), depth + 1));
    }
}

/// What a size or short identifier is in decimal digits.
fn number(name: &str, value: &[u8]) -> String {
    let whole = value.iter().take(4).fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
    match name.trim() {
        "size" if value.len() <= 4 => format!(" ({whole})"),
        "short identifier" if value.len() == 1 => format!(" ({})", whole >> 3),
        _ => String::new(),
    }
}

/// A value in digits, also if it is empty.
fn digits_of(value: &[u8]) -> String {
    if value.is_empty() { "empty".to_owned() } else { bytes::digits(value) }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::write_objects;

    fn objects(data: &[u8]) -> String {
        let mut text = String::new();
        write_objects(&mut text, data);
        text
    }

    #[test]
    fn control_parameters_are_named() {
        let expected = "#   62  file control parameters\n#     80  size  0100 (256)\n#     83  identifier  D001\n\
                        #     88  short identifier  empty\n#     A1\n#       8C  07\n";
        assert_eq!(objects(&hex!("62 0F 80 02 01 00 83 02 D0 01 88 00 A1 03 8C 01 07")), expected);
    }

    #[test]
    fn what_may_be_anything_is_not_explained() {
        assert_eq!(objects(&hex!("80 02 01 00")), "");
        assert_eq!(objects(&hex!("62 05 80 02 01")), "");
        assert_eq!(objects(&[]), "");
    }
}
