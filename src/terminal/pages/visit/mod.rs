//! The page of a visit: what happens at the counter, from two cards on their own to a form that both signed, and the
//! change that the caisse makes.

mod words;

use virtuale_engine::StatusWord;

use super::{
    Format, Page, Role, Update,
    form::{form_part, no_copy, verdict_part},
    page::Column,
    update::part as update_part,
    writer::{Writer, nir},
};
use crate::{
    profile::said::{Bilingual, Said},
    terminal::{
        form::{signing::Made, verify::Outcome},
        vitale::Reading,
    },
};

use words::VisitWords;

/// Where the answers of the last step stand.
const ANSWERS: Column = Column { indent: 2, width: 58 };

/// What a visit came to.
#[derive(Debug)]
pub struct Visit<'a> {
    /// Where the patient's card is, and where the professional's.
    pub places: [&'a str; 2],
    /// Whose the professional's card is; empty if it does not say.
    pub bearer: &'a str,
    /// The patient's card, read without the other.
    pub alone: &'a Reading,
    /// The same with the professional's card beside it.
    pub beside: &'a Reading,
    /// The care form that the cards signed, or why there is none.
    pub form: Result<SignedForm<'a>, &'a Bilingual>,
    /// The patient's card, read after the form.
    pub with_copy: &'a Reading,
    /// What the caisse changed on it, or why it stays as it is.
    pub update: Result<Update<'a>, &'a Bilingual>,
    /// The patient's card, read with the professional's beside it after the change.
    pub after: &'a Reading,
    /// What was open as the cards went; `None` if nothing was.
    pub watched: Option<&'a Watched>,
}

/// A care form that cards signed.
#[derive(Clone, Copy, Debug)]
pub struct SignedForm<'a> {
    /// The form, and how it was made.
    pub made: &'a Made,
    /// What verifying it came to.
    pub outcome: &'a Outcome,
}

/// A file of the patient's card that a role opens, at the moments when it opens and closes.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Its name.
    pub file: String,
    /// What the card answered to reading it.
    pub statuses: Vec<(Moment, StatusWord)>,
}

/// When a file was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// A role is proved.
    Proved,
    /// The patient's card was taken out and put back.
    PatientBack,
    /// The professional's card was taken out.
    ProfessionalGone,
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
    page.text(2, Role::Plain, &(words.professional)(professional, visit.bearer));
    step(&mut page, words.alone);
    part(&mut page, alone, format, |writer| writer.closed(writer.words.titles.closed_without_professional));
    step(&mut page, words.proof);
    part(&mut page, beside, format, |writer| writer.beside());
    part(&mut page, beside, format, |writer| writer.rights());
    step(&mut page, words.form);
    form(&mut page, visit, words, format);
    step(&mut page, words.change);
    match &visit.update {
        Ok(update) => {
            page.text(2, Role::Plain, words.station);
            append(&mut page, update_part(update, format));
        }
        Err(why) => page.text(2, Role::Warning, &(words.not_updated)(text(why, format))),
    }
    step(&mut page, words.after);
    part(&mut page, after, format, |writer| writer.rights());
    part(&mut page, after, format, |writer| writer.abilities());
    step(&mut page, words.leaving);
    leaving(&mut page, visit.watched, words, format);
    super::attach(&mut page, attach, super::words::of(format.lang));
    page
}

/// The form, its signatures, and its copy.
fn form(page: &mut Page, visit: &Visit<'_>, words: &VisitWords, format: Format) {
    match &visit.form {
        Ok(SignedForm { made, outcome }) => {
            page.text(2, Role::Plain, words.made);
            append(page, form_part(&made.form, &made.secrets, format));
            step(page, words.verified);
            page.text(2, Role::Plain, words.public_keys);
            append(page, verdict_part(outcome, format));
        }
        Err(why) => {
            page.text(2, Role::Warning, &(words.not_made)(text(why, format)));
            step(page, words.verified);
            page.text(2, Role::Warning, words.nothing_to_verify);
        }
    }
    step(page, words.copy);
    let made = visit.form.as_ref().ok().map(|form| form.made);
    match made.map(|made| (&made.no_copy, &made.files.vitale)) {
        Some((None, Some(_))) => page.text(2, Role::Good, words.appended),
        Some((Some(why), _)) => page.text(2, Role::Warning, &(words.not_appended)(&no_copy(why, format.lang))),
        Some((None, None)) => page.text(2, Role::Warning, words.no_place),
        None => page.text(2, Role::Warning, words.nothing_to_copy),
    }
    part(page, visit.with_copy, format, |writer| writer.copies());
}

/// What the card answered as the cards went.
fn leaving(page: &mut Page, watched: Option<&Watched>, words: &VisitWords, format: Format) {
    let Some(Watched { file, statuses }) = watched else {
        return page.text(2, Role::Plain, words.nothing_open);
    };
    page.text(2, Role::Plain, &(words.watched)(file));
    page.gap();
    for (moment, status) in statuses {
        let role = if status.is_processed() { Role::Good } else { Role::Warning };
        let answer = super::words::of(format.lang).status(*status);
        page.field(ANSWERS, (Role::Plain, (words.moment)(*moment)), (role, &answer));
    }
}

fn step(page: &mut Page, title: &str) {
    page.gap();
    page.title(title);
}

/// Part of a page about a reading.
fn part(page: &mut Page, reading: &Reading, format: Format, write: impl FnOnce(&mut Writer<'_>)) {
    let mut writer = Writer::new(reading, format);
    write(&mut writer);
    append(page, writer.page);
}

fn append(page: &mut Page, mut part: Page) {
    page.gap();
    page.lines.append(&mut part.lines);
}

/// A reason in the language of the page.
fn text(why: &Bilingual, format: Format) -> String {
    Said::from(why.clone()).text(format.lang.into()).to_owned()
}

/// The insured, as one says it.
fn person(reading: &Reading) -> String {
    let number = reading.volet.insured.nir.as_deref().map(nir).unwrap_or_default();
    format!("{} ({number})", reading.name_of(1))
}
