//! Pages for people, in English and French, and JSON for programs.
//!
//! A page says what a [`Reading`] has and nothing else: it asks no clock, no card and no environment. All its sentences
//! are in one table per language.

use crate::terminal::vitale::Reading;

mod json;
mod page;
mod paper;
mod parts;
mod people;
mod words;
mod writer;

pub use json::{ByteShares, ExchangeReport, FileReport, RemarkReport, Report};
pub use page::{Column, Line, Page, Role, Span, WIDTH};
pub use paper::{PaperCopy, paper_copy};

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
    writer.commands(titles.first_commands, FIRST_COMMANDS);
    writer.page.heading(titles.attach);
    writer.page.text(2, Role::Plain, writer.words.notes.attach);
    attach.iter().for_each(|line| writer.page.verbatim(line));
    writer.page
}

/// What stands for a program of one's own in the lines of [`demo`].
#[must_use]
pub fn your_program(lang: Lang) -> &'static str {
    words::of(lang).notes.your_program
}

/// Every command that went to the card, with its name, and what was answered.
#[must_use]
pub fn commands(reading: &Reading, lang: Lang) -> Page {
    let mut writer = Writer::new(reading, lang);
    writer.commands(writer.words.titles.commands, usize::MAX);
    writer.page
}

#[cfg(test)]
mod tests;
