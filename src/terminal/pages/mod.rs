//! Pages for people, in English and French, and JSON for programs.
//!
//! A page says what a [`Reading`] has and nothing else: it asks no clock, no card and no environment. All its sentences
//! are in one table per language.

use virtuale_engine::StatusWord;

use crate::{
    profile::{
        schema::{Doc, Language},
        tree::CardDate,
    },
    terminal::{
        exchange::{Exchange, ExchangeError},
        remark::Remark,
        right::{Bearer, Denial, Look},
        transport::TransportError,
        vitale::{ReadError, Reading},
    },
};

mod copies;
#[cfg(feature = "cli")]
mod face;
mod form;
mod json;
mod page;
mod paper;
mod parts;
mod people;
mod plain;
mod professional;
mod table;
#[cfg(feature = "cli")]
mod update;
#[cfg(feature = "cli")]
mod visit;
mod words;
mod writer;

pub use copies::{ActReport, CopiesReport, CopyReport, UsageReport};
#[cfg(feature = "cli")]
pub(crate) use face::face;
pub(crate) use form::no_copy;
pub use form::{form, opened, verified};
#[cfg(feature = "cli")]
pub(crate) use json::data_as_json;
pub use json::{
    ByteShares, ExchangeReport, FileReport, LifeReport, PlainReport, ProfessionalReport, RemarkReport, Report, WhyNot,
};
pub use page::{Column, DEFAULT_WIDTH, Line, NARROWEST, Page, Role, Span, WIDEST};
pub use paper::{PaperCopy, paper_copy};
pub use parts::{because, life};
pub use plain::plain;
pub use professional::{professional, professional_data};
#[cfg(feature = "cli")]
pub use update::{DifferenceReport, Update, UpdateReport, Updated, WrittenReport, update};
#[cfg(feature = "cli")]
pub use visit::{Moment, SignedForm, Visit, Watched, visit};

use words::Words;
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

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Fr => Self::French,
        }
    }
}

/// How a page is written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Format {
    /// In which language.
    pub lang: Lang,
    /// How wide, in characters: [`NARROWEST`] to [`WIDEST`].
    pub width: usize,
}

impl Format {
    /// A page of [`DEFAULT_WIDTH`] in a language.
    #[must_use]
    pub fn new(lang: Lang) -> Self {
        Self { lang, width: DEFAULT_WIDTH }
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::new(Lang::default())
    }
}

/// The page of `virtuale read`: all that the card says. `place` is where the card is: a reader's name, or a file.
#[must_use]
pub fn reading(reading: &Reading, place: &str, format: Format) -> Page {
    let mut writer = Writer::new(reading, format);
    writer.page.title(&(writer.words.titles.reading)(place));
    writer.card();
    writer.people();
    writer.details();
    writer.rights();
    writer.copies();
    writer.abilities();
    writer.beside();
    writer.remarks();
    writer.closed(writer.words.titles.closed);
    writer.shares();
    writer.page
}

/// The page of `virtuale demo`. `attach` are the lines that attach one's own program; they are shown as they are.
#[must_use]
pub fn demo(reading: &Reading, place: &str, attach: &[&str], format: Format) -> Page {
    let mut writer = Writer::new(reading, format);
    let titles = &writer.words.titles;
    writer.page.title(&(titles.reading)(place));
    writer.card();
    writer.people();
    writer.rights();
    writer.abilities();
    writer.remarks();
    writer.closed(titles.closed_without_professional);
    writer.shares();
    demonstrate(&mut writer.page, &reading.exchanges, attach, format.lang);
    writer.page
}

/// The page of `virtuale demo` of a card that gives no answer to reset, as its card file wants it.
#[must_use]
pub fn mute(place: &str, attach: &[&str], format: Format) -> Page {
    let (mut page, words) = (Page::new(format.width), words::of(format.lang));
    page.title(&(words.titles.reading)(place));
    page.text(2, Role::Bad, words.notes.mute);
    page.text(2, Role::Plain, words.notes.made_mute);
    self::attach(&mut page, attach, words);
    page
}

/// The end of the page of a demonstration: the first commands, and the lines that attach one's own program.
pub(super) fn demonstrate(page: &mut Page, exchanges: &[Exchange], attach: &[&str], lang: Lang) {
    let words = words::of(lang);
    parts::commands(page, words, words.titles.first_commands, exchanges, FIRST_COMMANDS);
    self::attach(page, attach, words);
}

/// The lines that attach one's own program.
fn attach(page: &mut Page, lines: &[&str], words: &Words) {
    page.heading(words.titles.attach);
    page.text(2, Role::Plain, words.notes.attach);
    lines.iter().for_each(|line| page.verbatim(line));
}

/// A day as pages of a language write it.
#[must_use]
pub fn day(day: CardDate, lang: Lang) -> String {
    (words::of(lang).date)(day)
}

/// What stands for a program of one's own in the lines of [`demo`].
#[must_use]
pub fn your_program(lang: Lang) -> &'static str {
    words::of(lang).notes.your_program
}

/// Why there is no transport to a card, in words.
#[must_use]
pub fn transport_error(error: &TransportError, lang: Lang) -> String {
    (words::of(lang).transport_error)(error)
}

/// What came of a professional's card beside a patient's, in a sentence.
#[must_use]
pub fn look(look: &Look, lang: Lang) -> String {
    (words::of(lang).look)(look)
}

/// The first thing at which a card failed as it was read, or the first professional's card beside it that did not keep
/// up; `None` if neither is so.
#[must_use]
pub fn failure(remarks: &[Remark], looks: &[Look], lang: Lang) -> Option<String> {
    let failed = remarks.iter().find(|remark| remark.is_failure()).map(|failed| remark(failed, lang));
    let is_broken = |beside: &&Look| beside.outcome.as_ref().is_err_and(Denial::is_broken);
    failed.or_else(|| looks.iter().find(is_broken).map(|broken| look(broken, lang)))
}

/// What a person is told of a finding that is about nobody.
pub(super) fn remark(remark: &Remark, lang: Lang) -> String {
    (words::of(lang).remark)(remark, "")
}

/// A status word with what it says.
pub(super) fn status(status: StatusWord, lang: Lang) -> String {
    words::of(lang).status(status)
}

/// Why a card gave no reading, in words: what was seen, and what to do.
pub(super) fn read_error(error: &ReadError, lang: Lang) -> (String, &'static str) {
    let words = words::of(lang);
    let hint = match error {
        ReadError::Unsendable(_) => words.notes.look_at_layout,
        _ => words.notes.cards_read,
    };
    ((words.read_error)(error), hint)
}

/// Why there is no talk with a card any more.
#[must_use]
pub fn exchange_error(error: &ExchangeError, lang: Lang) -> String {
    match (error, lang) {
        (ExchangeError::Transport(error), _) => transport_error(error, lang),
        (ExchangeError::Endless, Lang::Fr) => "la carte n'en finit pas de répondre".into(),
        (ExchangeError::Unsendable(_), Lang::Fr) => "la carte ne prend pas une telle commande".into(),
        (other, Lang::En) => other.to_string(),
    }
}

/// Whose card it is, and where: `Claire LEFEVRE (CPS), the card in cps-lefevre`.
#[must_use]
pub fn bearer(bearer: &Bearer, lang: Lang) -> String {
    words::bearer(bearer, lang)
}

/// Why a professional's card opened nothing, with whose card it is.
#[must_use]
pub fn denied(bearer: &Bearer, denial: &Denial, lang: Lang) -> String {
    (words::of(lang).look)(&Look::denied(bearer, denial.clone()))
}

/// That a card is none of a professional, by what SELECT was answered, and which cards are read.
pub(crate) fn not_professional(status: StatusWord) -> (Doc, Doc) {
    let said = |lang| (words::of_professionals(lang).not_professional)(&words::of(lang).status(status));
    let read = |lang| words::of_professionals(lang).cards_read.to_owned();
    (Doc { en: said(Lang::En), fr: said(Lang::Fr) }, Doc { en: read(Lang::En), fr: read(Lang::Fr) })
}

/// Why a card is no Vitale that could be read, and which cards are read.
pub(crate) fn not_vitale(error: &ReadError) -> (Doc, Doc) {
    let [(en, hint_en), (fr, hint_fr)] = [Lang::En, Lang::Fr].map(|lang| read_error(error, lang));
    (Doc { en, fr }, Doc { en: hint_en.into(), fr: hint_fr.into() })
}

/// Every command that went to the card, with its name, and what was answered.
#[must_use]
pub fn exchanges(exchanges: &[Exchange], format: Format) -> Page {
    let (mut page, words) = (Page::new(format.width), words::of(format.lang));
    parts::commands(&mut page, words, words.titles.commands, exchanges, usize::MAX);
    page
}

#[cfg(test)]
mod tests;
