//! The page of a visit: what happens at the counter, from two cards to the copy of a care form.

mod words;

use super::{
    Format, Page, Role,
    writer::{Writer, nir},
};
use crate::terminal::{copies::NotAppended, vitale::Reading};

/// What a visit came to.
#[derive(Debug)]
pub struct Visit<'a> {
    /// Where the patient's card is, and where the professional's.
    pub places: [&'a str; 2],
    /// The patient's card, read without the other.
    pub alone: &'a Reading,
    /// The same with the professional's card beside it.
    pub beside: &'a Reading,
    /// Why the card did not get the copy of the form, if it did not.
    pub appended: Result<(), NotAppended>,
    /// The patient's card at the end.
    pub after: &'a Reading,
}

/// The page of `virtuale demo --visit`. `attach` are the lines that attach one's own program; they are shown as they
/// are.
#[must_use]
pub fn visit(visit: &Visit<'_>, attach: &[&str], format: Format) -> Page {
    let words = words::of(format.lang);
    let mut page = Page::new(format.width);
    page.title(words.title);
    page.text(0, Role::Plain, words.about);
    step(&mut page, words.cards);
    let Visit { places: [patient, professional], alone, beside, after, .. } = visit;
    page.text(2, Role::Plain, &(words.patient)(patient, &person(alone)));
    let bearer = beside.looks.first().and_then(|look| look.bearer.name.as_deref()).unwrap_or_default();
    page.text(2, Role::Plain, &(words.professional)(professional, bearer));
    step(&mut page, words.alone);
    part(&mut page, alone, format, |writer| writer.closed(writer.words.titles.closed_without_professional));
    step(&mut page, words.proof);
    part(&mut page, beside, format, |writer| writer.beside());
    part(&mut page, beside, format, |writer| writer.rights());
    step(&mut page, words.copy);
    match &visit.appended {
        Ok(()) => page.text(2, Role::Good, words.appended),
        Err(NotAppended::Objected) => page.text(2, Role::Warning, words.objected),
        Err(error) => page.text(2, Role::Bad, &format!("{}{error}", words.not_appended)),
    }
    part(&mut page, after, format, |writer| writer.copies());
    super::attach(&mut page, attach, super::words::of(format.lang));
    page
}

fn step(page: &mut Page, title: &str) {
    page.gap();
    page.title(title);
}

/// Part of a page about a reading.
fn part(page: &mut Page, reading: &Reading, format: Format, write: impl FnOnce(&mut Writer<'_>)) {
    let mut writer = Writer::new(reading, format);
    write(&mut writer);
    page.gap();
    page.lines.append(&mut writer.page.lines);
}

/// The insured, as one says it.
fn person(reading: &Reading) -> String {
    let number = reading.volet.insured.nir.as_deref().map(nir).unwrap_or_default();
    format!("{} ({number})", reading.name_of(1))
}
