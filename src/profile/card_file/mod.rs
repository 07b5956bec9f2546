//! Card files: who a card belongs to, as a person writes it.
//!
//! [`read`] turns a TOML text into the tree of a card's data, checked against a [`Schema`]: dates are of the calendar,
//! NIRs have their keys, what was left out has its default, and the insured, who stands in a table of his own, is the
//! first of the beneficiaries. Text is not transcoded and nothing is placed on a chip here; layouts do both. The rules
//! that it upholds: every mistake is found at once and points at its place, and a tree that was read is one that the
//! schema describes.

mod data_text;
mod faults;
#[cfg(test)]
mod french_tests;
mod headless;
mod meant;
mod periods;
#[cfg(test)]
mod reference;
mod renamed;
#[cfg(test)]
mod slip_tests;
mod tables;
mod template;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    card_mistake::{CardMistake, CardMistakes},
    diagnostic::{Diagnostic, Diagnostics, Source},
    nearest,
    said::said,
    schema::{Kind, Schema, scalar},
    tree::{Data, Node, Span},
    written::{Mended, Value, Written, wants_quotes},
};
pub use data_text::data_text;
pub(super) use faults::check_files;
pub use faults::faults;
pub use template::template;

/// The name or path of the layout that a card file asks for, as text with its place. It comes before [`read`], which
/// needs the layout's keys. `usual` names a layout that has such keys as these.
///
/// # Errors
///
/// The text is no TOML that could be mended, or names no layout.
pub fn layout(source: &Arc<Source>, usual: impl Fn(&[&str]) -> &'static str) -> Result<Node, Diagnostics> {
    const KEY: &str = "layout";
    let Mended { written: document, slips, .. } = Mended::read(source)?;
    let written = document.key(KEY);
    if let Some((written, name)) = written.and_then(|written| Some((written, written.text()?))) {
        return Ok(Node { data: Data::Text(name.into()), span: written.span.clone() });
    }
    let meant = document.entries().iter().filter(|entry| entry.value.text().is_some());
    let meant = meant.filter(|entry| nearest::nearest(&entry.key, [KEY]).is_some()).map(|entry| &entry.value).next();
    if let Some((meant, name)) = meant.filter(|_| written.is_none()).and_then(|meant| Some((meant, meant.text()?))) {
        // That the key is no such key is told with all that is wrong further down.
        return Ok(Node { data: Data::Text(name.to_owned()), span: meant.span.clone() });
    }
    let span = written.map_or(0..0, |written| written.span.clone());
    let message = said!(
        en: "the card file does not say which layout its chip has",
        fr: "le fichier de carte ne dit pas quelle structure (layout) a sa puce",
    );
    let keys: Vec<_> = document.entries().iter().map(|entry| &*entry.key).collect();
    let name = usual(&keys);
    let hint = said!(
        en: "write layout = \"{name}\" at the top",
        fr: "écrire layout = \"{name}\" en tête du fichier",
    );
    let mistake = CardMistake::new(source, span, message).hint(hint);
    Err(Diagnostics([slips, vec![mistake.into()]].concat()))
}

/// What is wrong with a card file's layout, behind what is wrong with the card file's syntax.
pub(super) fn behind_slips(source: &Arc<Source>, mistakes: Diagnostics) -> Diagnostics {
    let slips = Mended::read(source).map(|mended| mended.slips).unwrap_or_default();
    Diagnostics([slips, mistakes.0].concat())
}

/// Reads and checks a card file. Relative dates count from `today`.
///
/// The tree has the shape of the schema, except for short forms, which become the keys that they stand for. A table
/// that is the first of a list (`assure`) is split: what the list's members have goes to the first of the list
/// (`beneficiaire`), what it declares itself stays, and a key of both stands in both.
///
/// # Errors
///
/// All mistakes, in the order of the text.
pub fn read(source: &Arc<Source>, schema: &Schema, today: Date) -> Result<Node, Diagnostics> {
    read_document(source, Mended::read(source)?, schema, today)
}

/// The same of a card file that may have [`faults`], which are passed over.
///
/// # Errors
///
/// As [`read`].
pub fn read_card(source: &Arc<Source>, schema: &Schema, today: Date) -> Result<Node, Diagnostics> {
    let mut document = Mended::read(source)?;
    faults::take(&mut document.written);
    read_document(source, document, schema, today)
}

/// The same of a document that stands in a text.
pub(super) fn read_document(
    source: &Arc<Source>,
    document: Mended,
    schema: &Schema,
    today: Date,
) -> Result<Node, Diagnostics> {
    let (mistakes, meant, undated) = (CardMistakes::of(source), HashSet::new(), HashSet::new());
    let mut parser = tables::Parser { schema, today, mistakes, meant, undated };
    let root = parser.root(&document.written);
    let found = parser.mistakes.all();
    // Of a word without quotes the schema may know more: that no text is wanted at all, or which texts there are, with
    // their quotes.
    let no_flag = scalar::expected(&Kind::Flag, &Value::Text("".into()));
    let says_all = |mistake: &Diagnostic| {
        *mistake.message == *no_flag || mistake.hint.as_ref().is_some_and(|hint| hint.as_str().contains('"'))
    };
    let no_quotes = wants_quotes().english;
    let is_told_better =
        |slip: &Diagnostic| slip.message.as_str() == no_quotes && found.from(slip.span.start).any(says_all);
    let slips: Vec<_> = document.slips.iter().filter(|slip| !is_told_better(slip)).cloned().collect();
    let is_told = |mistake: &Diagnostic| {
        slips.iter().any(|slip| slip.span.start == mistake.span.start && slip.message == mistake.message)
    };
    let told = slips.clone();
    let mistakes = found.behind(told, |mistake| !document.explains(&mistake.span) && !is_told(mistake));
    mistakes.or(Node { data: Data::Table(root), span: 0..source.text.len() })
}

/// The empty texts of a card file, which are how it says that there is nothing: where each stands, by the start of its
/// table and by its key.
pub(crate) fn empty_texts(source: &Arc<Source>) -> BTreeMap<(usize, String), Span> {
    let mut found = BTreeMap::new();
    if let Ok(document) = Written::read(source) {
        collect_empty(&document, &mut found);
    }
    found
}

fn collect_empty(written: &Written, found: &mut BTreeMap<(usize, String), Span>) {
    for entry in written.entries() {
        if entry.value.text() == Some("") {
            found.insert((written.span.start, entry.key.to_string()), entry.value.span.clone());
        }
        collect_empty(&entry.value, found);
    }
    if let Value::List(members) = &written.value {
        members.iter().for_each(|member| collect_empty(member, found));
    }
}
