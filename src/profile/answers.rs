//! The answers to reset that card files give their cards, in place of their layout's.
//!
//! Any answer may be written, since programs must also meet cards that they do not know. But one by which programs take
//! the card for another one is a slip, and one by which no program knows it is worth a word.

use std::sync::Arc;

use super::{
    card_mistake::CardMistake,
    diagnostic::{Diagnostic, Source},
    families::Families,
    layout::Layout,
    said::{Bilingual, said},
    schema::{Kind, Schema},
    tree::{Data, Node, Span},
};
use crate::shown::Pairs;

/// What is said of the answers of a card file.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Those of other cards.
    pub(super) mistakes: Vec<Diagnostic>,
    /// Those of no card that is known.
    pub(super) notes: Vec<Diagnostic>,
}

/// Judges the answers to reset of a card file, if its layout is one of the program's: what the cards of another layout
/// answer, its author knows.
pub(super) fn judge(
    families: &Families,
    source: &Arc<Source>,
    layout: &Layout,
    schema: &Schema,
    data: &Node,
) -> Judged {
    let mut judged = Judged::default();
    if !families.layouts().any(|known| known.name == layout.name()) {
        return judged;
    }
    for (path, key) in schema.keys() {
        let Kind::Atr { known } = &key.kind else { continue };
        let Some((written, span)) = data.at(&path).and_then(written) else { continue };
        if known.iter().any(|known| known == written) {
            continue;
        }
        let right = if layout.takes_answer(&path) { right(known) } else { no_antenna(layout.name()) };
        match families.layout_of(written) {
            Some(other) if other == layout.name() && known.is_empty() => {}
            Some(other) => {
                let mistake = CardMistake::new(source, span.clone(), is_of(other, layout.name())).hint(right);
                judged.mistakes.push(mistake.into());
            }
            None if known.is_empty() => {}
            None => {
                let message = said!(
                    en: "no card is known that answers so, and programs will not know this one by it",
                    fr: "aucune carte connue ne répond ainsi : les logiciels ne reconnaîtront pas celle-ci",
                );
                judged.notes.push(CardMistake::new(source, span.clone(), message).hint(right).into());
            }
        }
    }
    judged
}

/// The bytes of an answer that stands in a card file, and where.
fn written(node: &Node) -> Option<(&[u8], &Span)> {
    match &node.data {
        Data::Bytes(bytes) if !node.span.is_empty() => Some((bytes, &node.span)),
        _ => None,
    }
}

/// Which card has an answer that this one cannot have.
fn is_of(other: &str, own: &str) -> Bilingual {
    if other == own {
        return said!(
            en: "a card of layout {own} has this answer to reset on its other interface",
            fr: "une carte de structure {own} a cet ATR sur son autre interface",
        );
    }
    said!(
        en: "this is the answer to reset of a card of layout {other}",
        fr: "c'est l'ATR d'une carte de structure {other}",
    )
}

/// What to do about an answer by an antenna where there is none.
fn no_antenna(layout: &str) -> Bilingual {
    said!(
        en: "leave the key out: the cards of layout {layout} have no antenna",
        fr: "enlever la clé : les cartes de structure {layout} n'ont pas d'antenne",
    )
}

/// What to write.
fn right(known: &[Vec<u8>]) -> Bilingual {
    if known.is_empty() {
        return said!(
            en: "leave the key out for the ATR of the layout",
            fr: "enlever la clé : l'ATR est alors celui de la structure",
        );
    }
    let joined = |or: &str| known.iter().map(|atr| format!("\"{}\"", Pairs(atr))).collect::<Vec<_>>().join(or);
    let known = Bilingual::new(joined(" or "), joined(" ou "));
    said!(with known; en: "write {known}", fr: "écrire {known}")
}
