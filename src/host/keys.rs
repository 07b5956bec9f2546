//! What the keys of a small TOML file are, whichever it is: its tables, and values of the kinds that all have.
//!
//! Whoever reads such a file says which keys there are and what each may be; a mistake is told with its place.

use std::{ops::RangeInclusive, sync::Arc};

use crate::{
    profile::{
        diagnostic::{Diagnostic, Mistakes, Source},
        nearest,
        said::{Said, said},
        written::{Entry, Value, Written},
    },
    shown,
};

/// The keys of one text, as they are read.
pub(super) struct Reading {
    pub(super) mistakes: Mistakes,
}

impl Reading {
    /// Of a text, with no mistake so far.
    pub(super) fn of(source: &Arc<Source>) -> Self {
        Self { mistakes: Mistakes::of(source) }
    }

    /// A mistake at a place.
    pub(super) fn wrong(&mut self, at: &Written, message: impl Into<Said>, hint: impl Into<Said>) {
        let mistake = Diagnostic::new(self.mistakes.source(), at.span.clone(), message).hint(hint);
        self.mistakes.add(mistake);
    }

    /// The entries of a table whose keys are known; the others are told.
    pub(super) fn entries<'w>(&mut self, table: &'w Written, name: &str, known: &[&str]) -> Vec<&'w Entry> {
        if !matches!(table.value, Value::Table(_)) {
            let kind = table.value.kind();
            self.wrong(
                table,
                said!(with kind; en: "{name} is a table, and this is {kind}", fr: "{name} est une table, et ceci est {kind}"),
                said!(en: "begin it with a line [{name}]", fr: "la commencer par une ligne [{name}]"),
            );
        }
        let (good, bad): (Vec<_>, Vec<_>) = table.entries().iter().partition(|entry| known.contains(&&*entry.key));
        for Entry { key, span, .. } in bad {
            let message = said!(en: "unknown key \"{key}\"", fr: "clé inconnue « {key} »");
            let all = known.join(", ");
            let hint = nearest::hint(key, known.iter().copied())
                .unwrap_or_else(|| said!(en: "the keys here are {all}", fr: "les clés ici sont {all}"));
            let label = said!(en: "not a key of {name}", fr: "pas une clé de {name}");
            let mistake = Diagnostic::new(self.mistakes.source(), span.clone(), message).label(label).hint(hint);
            self.mistakes.add(mistake);
        }
        good
    }

    /// A text that is seen, of at most so many bytes.
    pub(super) fn text(&mut self, written: &Written, longest: usize) -> Option<String> {
        let Some(text) = written.text() else {
            let kind = written.value.kind();
            self.wrong(
                written,
                said!(with kind; en: "this is {kind}, and a text belongs here", fr: "ceci est {kind}, et un texte va ici"),
                said!(en: "put it into quotes", fr: "le mettre entre guillemets"),
            );
            return None;
        };
        if text.trim().is_empty() || text.contains(shown::is_hidden) {
            self.wrong(
                written,
                said!(en: "this text cannot be seen", fr: "ce texte ne se voit pas"),
                said!(en: "use characters that are seen", fr: "employer des caractères visibles"),
            );
            return None;
        }
        if text.len() > longest {
            let length = text.len();
            self.wrong(
                written,
                said!(en: "this text has {length} bytes, and {longest} fit", fr: "ce texte a {length} octets, il en tient {longest}"),
                said!(en: "shorten it", fr: "le raccourcir"),
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// A number in a range.
    pub(super) fn number<T: TryFrom<u32>>(&mut self, written: &Written, range: RangeInclusive<u32>) -> Option<T> {
        let number = match &written.value {
            Value::Integer(digits) => digits.parse().ok().filter(|number| range.contains(number)),
            _ => None,
        };
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            self.wrong(
                written,
                said!(en: "this is no number from {least} to {most}", fr: "ceci n'est pas un nombre de {least} à {most}"),
                said!(en: "write a whole number, without quotes", fr: "écrire un nombre entier, sans guillemets"),
            );
        }
        number.and_then(|number| T::try_from(number).ok())
    }

    pub(super) fn flag(&mut self, written: &Written) -> bool {
        if let Value::Flag(flag) = written.value {
            return flag;
        }
        self.wrong(
            written,
            said!(en: "this is neither true nor false", fr: "ceci n'est ni true ni false"),
            said!(en: "write true or false, without quotes", fr: "écrire true ou false, sans guillemets"),
        );
        false
    }
}
