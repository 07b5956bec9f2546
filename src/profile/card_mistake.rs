//! Mistakes of card files, each sentence of which is in both languages.
//!
//! The rule that this file upholds: what reads card files and puts them on chips has no other way to find a mistake,
//! so none is without its French.

use std::{ops::Range, sync::Arc};

use super::{
    diagnostic::{Diagnostic, Elsewhere, Mistakes, Source},
    said::Bilingual,
};

/// One mistake.
#[derive(Clone, Debug)]
pub(super) struct CardMistake(Diagnostic);

/// The mistakes of one card file, while it is being read.
#[derive(Clone, Debug)]
pub(super) struct CardMistakes(Mistakes);

impl CardMistake {
    /// A mistake at a place, with nothing at the arrow and no hint.
    pub(super) fn new(source: &Arc<Source>, span: Range<usize>, message: Bilingual) -> Self {
        Self(Diagnostic::new(source, span, message))
    }

    /// Says what stands at the arrow.
    pub(super) fn label(self, label: Bilingual) -> Self {
        Self(self.0.label(label))
    }

    /// Shows another place of the same text.
    pub(super) fn related(self, span: Range<usize>, label: Bilingual) -> Self {
        Self(self.0.related(span, label))
    }

    /// Shows a place of another text, if there is one to show.
    pub(super) fn elsewhere(self, elsewhere: Option<Elsewhere>) -> Self {
        Self(self.0.elsewhere(elsewhere))
    }

    /// Says what to do.
    pub(super) fn hint(self, hint: Bilingual) -> Self {
        Self(self.0.hint(hint))
    }

    /// Says what to do, if that is known.
    pub(super) fn hint_if(self, hint: Option<Bilingual>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }
}

impl From<CardMistake> for Diagnostic {
    fn from(CardMistake(mistake): CardMistake) -> Self {
        mistake
    }
}

impl CardMistakes {
    /// None so far.
    pub(super) fn of(source: &Arc<Source>) -> Self {
        Self(Mistakes::of(source))
    }

    /// The text.
    pub(super) fn source(&self) -> &Arc<Source> {
        self.0.source()
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        self.0.count()
    }

    /// Whether more mistakes would not be kept.
    pub(super) fn is_full(&self) -> bool {
        self.0.is_full()
    }

    /// Notes a mistake, once.
    pub(super) fn add(&mut self, mistake: CardMistake) {
        self.0.add(mistake.0);
    }

    /// All of them, to go on with.
    pub(super) fn all(self) -> Mistakes {
        self.0
    }
}
