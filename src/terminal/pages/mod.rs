//! Pages for people, in English and French, and JSON for programs.
//!
//! A page says what a [`Reading`] has and nothing else: it asks no clock, no card and no environment. All its sentences
//! are in one table per language.

use crate::terminal::{exchange::Exchange, vitale::Reading};

mod json;
mod page;
mod paper;
mod parts;
mod people;
mod plain;
mod words;
mod writer;

pub use json::{ByteShares, ExchangeReport, FileReport, PlainReport, RemarkReport, Report};
pub use page::{Column, Line, Page, Role, Span, WIDTH};
pub use paper::{PaperCopy, paper_copy};
pub use plain::plain;

use writer::Writer;

/// How many commands the page of the demonstration shows.
const FIRST_COMMANDS: usize = 12;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

/// The page of `virtuale read`: all that the card says. `place` is where the card is: a reader's name, or a file.
#[must_use]
pub fn reading(reading: &Reading, place: &str, lang: Lang) -> Page {
    let mut writer = Writer::new(reading, lang);
    writer.page.title(&(writer.words.titles.reading)(place));
    writer.card();
    writer.people();
    writer.details();
    writer.rights();
    writer.abilities();
    writer.remarks();
    writer.closed(writer.words.titles.closed);
    writer.shares();
    writer.page
}

/// The page of `virtuale demo`. `attach` are the lines that attach one's own program; they are shown as they are.
#[must_use]
pub fn demo(reading: &Reading, place: &str, attach: &[&str], lang: Lang) -> Page {
    let mut writer = Writer::new(reading, lang);
    let titles = &writer.words.titles;
    writer.page.title(&(titles.reading)(place));
    writer.card();
    writer.people();
    writer.rights();
    writer.abilities();
    writer.remarks();
    writer.closed(titles.closed_without_professional);
    writer.shares();
    demonstrate(&mut writer.page, &reading.exchanges, attach, lang);
    writer.page
}

/// The end of the page of a demonstration: the first commands, and the lines that attach one's own program.
pub(super) fn demonstrate(page: &mut Page, exchanges: &[Exchange], attach: &[&str], lang: Lang) {
    let words = words::of(lang);
    parts::commands(page, words, words.titles.first_commands, exchanges, FIRST_COMMANDS);
    page.heading(words.titles.attach);
    page.text(2, Role::Plain, words.notes.attach);
    attach.iter().for_each(|line| page.verbatim(line));
}

/// What stands for a program of one's own in the lines of [`demo`].
#[must_use]
pub fn your_program(lang: Lang) -> &'static str {
    words::of(lang).notes.your_program
}

/// Every command that went to the card, with its name, and what was answered.
#[must_use]
pub fn exchanges(exchanges: &[Exchange], lang: Lang) -> Page {
    let (mut page, words) = (Page::default(), words::of(lang));
    parts::commands(&mut page, words, words.titles.commands, exchanges, usize::MAX);
    page
}

#[cfg(test)]
mod tests;
