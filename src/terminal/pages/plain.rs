//! The page of a card that was read by its layout alone.

use super::{Format, Lang, Page, Role, page::Column, parts, words, writer::hex};
use crate::{
    profile::{map::Element, schema::Language},
    terminal::{files::OpenFile, plain::PlainReading, vitale::Remark},
};

/// The column of names of values.
const NAMES: Column = Column { indent: 2, width: 24 };

/// The page of a card that was read by its layout alone: each file with its values. `place` is where the card is.
#[must_use]
pub fn plain(reading: &PlainReading, place: &str, format: Format) -> Page {
    let Format { lang, width } = format;
    let words = words::of(lang);
    let title = reading.title.in_language(match lang {
        Lang::En => Language::English,
        Lang::Fr => Language::French,
    });
    let mut page = Page::new(width);
    page.title(&(words.titles.reading)(place));
    let atr = format!("{}{}{title}, {}", hex(&reading.atr), words.colon, reading.layout);
    page.field(NAMES, (Role::Label, words.labels.atr), (Role::Plain, &atr));
    reading.files.iter().for_each(|file| write_file(&mut page, file));
    let disagree = reading.contradictions.iter().map(|key| Remark::FilesDisagree { key: key.clone() });
    let failures = reading.failures.iter().cloned();
    for remark in failures.chain(disagree).chain(reading.cut_short.then_some(Remark::CutShort)) {
        page.text(NAMES.indent, Role::Warning, &(words.remark)(&remark, ""));
    }
    parts::closed(&mut page, words, words.titles.closed, &reading.closed, |file| {
        ((words.lock)(file.lock), words.status(file.status))
    });
    parts::shares(&mut page, words, reading.shares, reading.files.len());
    page
}

fn write_file(page: &mut Page, file: &OpenFile) {
    page.heading(&format!("{} ({})", file.pointer.name, file.pointer.fid));
    file.elements.iter().for_each(|element| write_element(page, element));
}

/// The values of an element: its own, or those of its parts.
fn write_element(page: &mut Page, element: &Element) {
    if !element.value.is_empty() {
        page.field(NAMES, (Role::Label, &element.name), (Role::Plain, &element.value));
    }
    element.children.iter().for_each(|child| write_element(page, child));
}
