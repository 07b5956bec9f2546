//! The page of an update station: what changes, key by key, and what was done.

use serde::Serialize;

use super::{
    ExchangeReport, Format, Lang,
    page::{Column, Page, Role, Span},
};
use crate::{
    profile::{
        change::{Difference, Header},
        said::counted,
        schema::{Kind, Schema},
    },
    terminal::{exchange::Exchange, update::Plan},
};

/// Where labels stand.
const LABELS: Column = Column { indent: 2, width: 14 };

/// What came of a change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Updated {
    /// It was written, and read back.
    Done,
    /// The card has all of it already.
    Nothing,
    /// It was only looked at.
    Shown,
}

/// What a page of an update is about.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// Where the card is.
    pub place: &'a str,
    /// What the change says of itself.
    pub header: &'a Header,
    /// The keys of change files, for what their values mean.
    pub keys: &'a Schema,
    /// What it makes another.
    pub differences: &'a [Difference],
    /// What is written for it.
    pub plan: &'a Plan,
    /// What came of it.
    pub outcome: Updated,
}

/// An update as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateReport<'a> {
    /// Where the card is.
    pub source: &'a str,
    /// The serial number of the card.
    pub numero_serie: &'a str,
    /// The day of the change.
    pub date: String,
    /// Who asks for it; `null` if the change does not say.
    pub caisse: Option<&'a str>,
    /// What kind of change it is, as change files have it.
    pub nature: &'a str,
    /// What came of it: `updated`, `nothing_to_write`, `shown`.
    pub outcome: &'static str,
    /// What it makes another.
    pub differences: Vec<DifferenceReport<'a>>,
    /// What is written for it.
    pub files: Vec<WrittenReport<'a>>,
    /// Everything that went to the card, as it was before it was protected, and what was answered.
    pub exchanges: Vec<ExchangeReport<'a>>,
}

/// A value that a change makes another.
#[derive(Clone, Debug, Serialize)]
pub struct DifferenceReport<'a> {
    /// Its key in full.
    pub key: &'a str,
    /// What was there; `null` for nothing.
    pub before: Option<&'a str>,
    /// What is there then; `null` for nothing.
    pub after: Option<&'a str>,
}

/// A file that a change writes.
#[derive(Clone, Debug, Serialize)]
pub struct WrittenReport<'a> {
    /// Its name in the layout.
    pub name: &'a str,
    /// How many bytes of it are written.
    pub bytes: usize,
}

impl<'a> UpdateReport<'a> {
    /// Of an update, and of what went over the transport.
    #[must_use]
    pub fn of(update: &Update<'a>, exchanges: &'a [Exchange]) -> Self {
        let Update { place, header, differences, plan, outcome, .. } = *update;
        let difference = |Difference { path, before, after, .. }: &'a Difference| DifferenceReport {
            key: path,
            before: before.as_deref(),
            after: after.as_deref(),
        };
        Self {
            source: place,
            numero_serie: &header.serial_number,
            date: header.date.to_string(),
            caisse: header.caisse.as_deref(),
            nature: &header.nature,
            outcome: match outcome {
                Updated::Done => "updated",
                Updated::Nothing => "nothing_to_write",
                Updated::Shown => "shown",
            },
            differences: differences.iter().map(difference).collect(),
            files: plan.files().map(|(name, bytes)| WrittenReport { name, bytes }).collect(),
            exchanges: exchanges.iter().map(ExchangeReport::of).collect(),
        }
    }
}

/// What stands on the page in a language.
struct Words {
    title: &'static str,
    card: &'static str,
    date: &'static str,
    fund: &'static str,
    nature: &'static str,
    changes: &'static str,
    none: &'static str,
    files: &'static str,
    done: &'static str,
    nothing: &'static str,
    shown: &'static str,
}

const EN: Words = Words {
    title: "Update of the card in ",
    card: "Card",
    date: "Change of",
    fund: "Asked for by",
    nature: "Kind",
    changes: "What changes",
    none: "(none)",
    files: "Files that are written, in one transaction",
    done: "The card was updated and read back: all of it is there.",
    nothing: "The card has all of this already: nothing was written.",
    shown: "Nothing was written.",
};

const FR: Words = Words {
    title: "Mise à jour de la carte dans ",
    card: "Carte",
    date: "Changement du",
    fund: "Demandé par",
    nature: "Nature",
    changes: "Ce qui change",
    none: "(rien)",
    files: "Fichiers écrits, en une seule transaction",
    done: "La carte a été mise à jour et relue : tout y est.",
    nothing: "La carte a déjà tout cela : rien n'a été écrit.",
    shown: "Rien n'a été écrit.",
};

/// The page of an update.
#[must_use]
pub fn update(update: &Update<'_>, format: Format) -> Page {
    let mut page = Page::new(format.width);
    page.title(&format!("{}{}", of(format.lang).title, update.place));
    page.lines.append(&mut part(update, format).lines);
    page
}

fn of(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &EN,
        Lang::Fr => &FR,
    }
}

/// What of it goes on another page too: all but its title.
pub(super) fn part(update: &Update<'_>, format: Format) -> Page {
    let words = of(format.lang);
    let mut page = Page::new(format.width);
    let Update { header, keys, differences, plan, outcome, .. } = *update;
    let nature = meaning(keys, "changement.nature", &header.nature, format.lang);
    let mut field = |label: &str, value: &str| page.field(LABELS, (Role::Label, label), (Role::Plain, value));
    field(words.card, &header.serial_number);
    field(words.date, &header.date.to_string());
    header.caisse.iter().for_each(|caisse| field(words.fund, caisse));
    field(words.nature, &nature);
    page.heading(words.changes);
    for Difference { path, doc, before, after } in differences {
        page.text(2, Role::Plain, path);
        page.text(4, Role::Quiet, doc.in_language(format.lang.into()));
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| words.none.to_owned());
        page.line(vec![
            Span::new(Role::Plain, "    "),
            Span::new(Role::Warning, &value(before)),
            Span::new(Role::Quiet, " → "),
            Span::new(Role::Good, &value(after)),
        ]);
    }
    if differences.is_empty() {
        page.text(2, Role::Quiet, words.none);
    }
    if !plan.is_empty() {
        page.heading(words.files);
        for (name, bytes) in plan.files() {
            let bytes = counted(bytes, "byte", "octet");
            let bytes = match format.lang {
                Lang::En => bytes.english,
                Lang::Fr => *bytes.french,
            };
            page.field(LABELS, (Role::Label, name), (Role::Plain, &bytes));
        }
    }
    page.gap();
    match outcome {
        Updated::Done => page.text(0, Role::Good, words.done),
        Updated::Nothing => page.text(0, Role::Plain, words.nothing),
        Updated::Shown => page.text(0, Role::Plain, words.shown),
    }
    page
}

/// What a value of an enumeration means; the value itself where that is not known.
fn meaning(keys: &Schema, path: &str, value: &str, lang: Lang) -> String {
    let choices = match keys.key(path).map(|key| &key.kind) {
        Some(Kind::Enumeration(choices)) => choices.as_slice(),
        _ => &[],
    };
    let meaning = choices.iter().find(|choice| choice.value == value).and_then(|choice| choice.meaning.as_ref());
    meaning.map_or(value, |meaning| meaning.in_language(lang.into())).to_owned()
}
