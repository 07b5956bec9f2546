//! What is wrong with a card's data, or with its layout, where the two meet: at the place where a person wrote it.

use std::ops::Range;

use super::{
    super::{
        super::{
            card_file,
            card_mistake::CardMistake,
            diagnostic::Diagnostic,
            said::{Bilingual, Said, said},
            tree::Span,
        },
        model::{File, Item, Path},
        output::{Output, first_outside},
    },
    Encoder, Scope, Value,
};

impl<'a> Encoder<'a> {
    /// Notes a mistake.
    pub(super) fn add(&mut self, mistake: CardMistake) {
        self.clean = false;
        self.mistakes.add(mistake.into());
    }

    /// Notes a mistake at a place of the card file.
    pub(in crate::profile::layout) fn mistake(&mut self, span: &Span, message: Bilingual, hint: Bilingual) {
        self.add(CardMistake::new(self.card, span.clone(), message).hint(hint));
    }

    /// The same where something of the layout has a part in it.
    pub(in crate::profile::layout) fn mistake_by(
        &mut self,
        layout: &Span,
        span: &Span,
        message: Bilingual,
        hint: Bilingual,
    ) {
        // What stands in two places of a chip is one datum, and one mistake.
        if self.mistakes.has(span, &message) {
            self.clean = false;
            return;
        }
        let elsewhere = self.layout.place(layout, said!(en: "the layout has it so", fr: "la structure le veut ainsi"));
        self.add(CardMistake::new(self.card, span.clone(), message).hint(hint).elsewhere(elsewhere));
    }

    /// Notes that the card has nothing under a key, from the top, for which the chip has a place.
    pub(in crate::profile::layout) fn missing(&mut self, path: &Path) {
        self.missing_in(path, &self.start(), said!(en: "write it", fr: "l'écrire"));
    }

    pub(super) fn missing_in(&mut self, path: &Path, scope: &Scope<'a>, hint: Bilingual) {
        let key = path.keys.join(".");
        match self.empty_at(path, scope) {
            Some(span) => {
                let message = said!(
                    en: "\"{key}\" is empty, and this chip has a place for it",
                    fr: "« {key} » est vide, et cette puce lui réserve une place",
                );
                let hint = said!(
                    en: "write a value: an empty text is nothing, and takes away a default too",
                    fr: "écrire une valeur : un texte vide n'est rien, et supprime aussi une valeur par défaut",
                );
                self.mistake_by(&path.span, &span, message, hint);
            }
            None => {
                let message = said!(
                    en: "\"{key}\" is missing, and this chip has a place for it",
                    fr: "il manque « {key} », et cette puce lui réserve une place",
                );
                self.mistake_by(&path.span, &scope.span, message, hint);
            }
        }
    }

    /// Where an empty text was written under a key.
    pub(super) fn empty_at(&self, path: &Path, scope: &Scope<'a>) -> Option<Span> {
        let (key, tables) = path.keys.split_last()?;
        let table = self.look_up(&Path { keys: tables.to_vec(), ..path.clone() }, scope)?;
        // Reading a card file drops empty texts, so the file is read once more, and only where something is missing.
        let empty = self.empty.get_or_init(|| card_file::empty_texts(self.written));
        empty.get(&(table.span.start, key.clone())).cloned()
    }

    /// Notes a mistake of the layout that shows with this card only.
    pub(in super::super) fn mistake_of_layout(&mut self, span: &Range<usize>, message: impl Into<Said>) {
        self.clean = false;
        self.mistakes.add(Diagnostic::new(&self.layout.source, span.clone(), message));
    }

    /// A list has more members than the chip has places for.
    pub(super) fn too_many(&mut self, layout: &Span, span: &Span, list: &Path, most: usize) {
        let key = list.keys.join(".");
        let message = said!(
            en: "this chip has room for {most} of \"{key}\"",
            fr: "cette puce a place pour {most} de « {key} »",
        );
        self.mistake_by(layout, span, message, said!(en: "leave some out", fr: "en enlever"));
    }

    /// A file has less room than its data need: says whose data no longer fit.
    pub(super) fn too_small(&mut self, file: &File, size: usize, output: &Output) {
        let needed = output.bytes.len();
        let name = &file.name;
        let message = said!(
            en: "file \"{name}\" has {size} bytes, but its data need {needed}",
            fr: "le fichier {name} a {size} octets, mais il en faut {needed} pour ses données",
        );
        match first_outside(&output.elements, size) {
            Some(outside) => {
                let mistake = CardMistake::new(self.card, outside.written.clone(), message);
                let room = said!(en: "the layout gives it this room", fr: "la structure lui donne cette place");
                let mistake = mistake.elsewhere(self.layout.place(&file.span, room));
                let last = &outside.name;
                let mistake = mistake.label(said!(en: "{last} no longer fits", fr: "{last} ne tient plus"));
                self.add(mistake.hint(said!(
                    en: "shorten the texts before it, or leave something out",
                    fr: "raccourcir les textes qui précèdent, ou enlever quelque chose",
                )));
            }
            None => self.mistake_of_layout(&file.span, message.to_string()),
        }
    }

    pub(super) fn too_long(&mut self, item: &Item, scope: &Scope<'_>, most: usize, value: &Value) {
        let longest = value.children.iter().max_by_key(|child| child.range.len());
        let longest_is_at = longest.map_or(0..0, |child| child.written.clone());
        let places = [longest_is_at, value.written.clone(), scope.span.clone()];
        let span = places.into_iter().find(|span| !span.is_empty()).unwrap_or(0..0);
        let (name, length) = (&item.name, value.bytes.len());
        let message = said!(
            en: "\"{name}\" has {length} bytes, but this chip has room for {most}",
            fr: "« {name} » a {length} octets, mais cette puce a place pour {most}",
        );
        let hint = match longest.map(|child| &child.name) {
            None => said!(en: "shorten it", fr: "le raccourcir"),
            Some(part) => {
                said!(en: "\"{part}\" is the longest part of it", fr: "« {part} » en est la partie la plus longue")
            }
        };
        self.mistake_by(&item.span, &span, message, hint);
    }
}
