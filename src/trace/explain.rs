//! What an answer holds: the elements of the file whose bytes came, else data objects.
//!
//! Who shows it decides how. What is not known is not guessed: then there is nothing.

use std::ops::Range;

use virtuale_engine::tlv::{self, Tag, Tree};

use super::Heard;
use crate::profile::{
    contents::digits,
    map::{Element, Origin},
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

/// Something that stands in an answer, and how deep it is in what holds it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// How many others hold it.
    pub depth: usize,
    /// What it is: an element of a file, as its layout calls it, or what the standard calls a data object; else
    /// nothing.
    pub name: String,
    /// What it says.
    pub said: Said,
    /// What it is part of.
    pub of: Place,
}

/// Where a part of an answer is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// An element of a file: its bytes there, and where its place is known from.
    File(Range<usize>, Origin),
    /// A data object with this tag.
    Object(u32),
}

/// What a part of an answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Said {
    /// Others in it say it.
    Within,
    /// Not all of it came.
    InPart,
    /// Its value, as a person reads it.
    Value(String),
}

/// The elements of a file of which something came, in the order of their bytes. `made` is the whole file as it was
/// made: a value is said where the bytes are still those, since a card may have been written to; else they are.
#[must_use]
pub fn elements(heard: &Heard<'_>, data: &[u8], made: &[u8]) -> Vec<Part> {
    let came = data.get(heard.start..).unwrap_or_default();
    let mut parts = Vec::new();
    for element in &heard.file.elements {
        add_element(&mut parts, element, &Bytes { range: &heard.range, came, made }, 0);
    }
    parts
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

fn add_element(parts: &mut Vec<Part>, element: &Element, bytes: &Bytes<'_>, depth: usize) {
    let Range { start, end } = element.range;
    if end <= bytes.range.start || start >= bytes.range.end {
        return;
    }
    let said = match bytes.of(&element.range) {
        None => Said::InPart,
        Some(_) if !element.children.is_empty() => Said::Within,
        Some(came) if bytes.made.get(element.range.clone()) == Some(came) && !element.value.is_empty() => {
            Said::Value(element.value.clone())
        }
        Some(_) => Said::Value(digits_of(bytes.of(&element.value_range()).unwrap_or_default())),
    };
    parts.push(Part { depth, name: element.name.clone(), said, of: Place::File(start..end, element.origin) });
    element.children.iter().for_each(|child| add_element(parts, child, bytes, depth + 1));
}

/// The data objects of an answer, if its data are such throughout and the first of them is a template: anything else
/// may look like some by chance.
#[must_use]
pub fn objects(data: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Ok(trees) = tlv::parse(data)
        && trees.iter().next().is_some_and(|first| first.tag().is_constructed())
    {
        trees.iter().for_each(|object| add_object(&mut parts, object, None, 0));
    }
    parts
}

fn add_object(parts: &mut Vec<Part>, object: Tree<'_>, within: Option<Tag>, depth: usize) {
    let tag = object.tag();
    let is_control = within.is_some_and(|within| CONTROL.iter().any(|(template, _)| *template == within));
    let names = if is_control { &PARAMETERS[..] } else { &CONTROL };
    let name = names.iter().find(|(known, _)| *known == tag).map_or("", |(_, name)| name);
    let said = object
        .value()
        .map_or(Said::Within, |value| Said::Value(format!("{}{}", digits_of(value), number(name, value))));
    parts.push(Part { depth, name: name.to_owned(), said, of: Place::Object(tag.0) });
    if object.value().is_none() {
        object.objects().for_each(|inner| add_object(parts, inner, Some(tag), depth + 1));
    }
}

/// What a size or short identifier is in decimal digits.
fn number(name: &str, value: &[u8]) -> String {
    let whole = value.iter().take(4).fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
    match name {
        "size" if value.len() <= 4 => format!(" ({whole})"),
        "short identifier" if value.len() == 1 => format!(" ({})", whole >> 3),
        _ => String::new(),
    }
}

/// A value in digits, also if it is empty.
fn digits_of(value: &[u8]) -> String {
    if value.is_empty() { "empty".to_owned() } else { digits(value) }
}
