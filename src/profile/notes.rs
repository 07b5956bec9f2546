//! What a person should know of a card file that is valid: what is not on the card, codes that nobody was seen to use,
//! and what its family says of values that go together oddly.

use std::sync::Arc;

use super::{
    card_mistake::CardMistake,
    codes,
    diagnostic::{Diagnostic, Mistakes, Source},
    families::Note,
    layout::Layout,
    said::{Bilingual, said},
    schema::{Doc, Fields, Key, Kind, Schema},
    tree::Node,
};

/// All of them but those about answers to reset, in the order of the file; no more of a kind than [`Mistakes::MOST`].
pub(super) fn of(source: &Arc<Source>, layout: &Layout, schema: &Schema, data: &Node) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    unknown_codes(source, &schema.root, data, &mut notes);
    let said = |Doc { en, fr }: Doc| Bilingual::new(en, fr);
    let of_family = layout.family().notes(data).into_iter().take(Mistakes::MOST);
    notes.extend(of_family.map(|Note { at, message }| CardMistake::new(source, at, said(message)).into()));
    notes
}

/// The codes in a table that are in no list that is known.
fn unknown_codes(source: &Arc<Source>, fields: &Fields, table: &Node, notes: &mut Vec<Diagnostic>) {
    for key in &fields.0 {
        let Some(value) = table.at(&key.name) else { continue };
        match &key.kind {
            Kind::Table(rules) => unknown_codes(source, &rules.fields, value, notes),
            Kind::List { of, .. } => {
                value.list().iter().for_each(|member| unknown_codes(source, &of.fields, member, notes));
            }
            _ if notes.len() < Mistakes::MOST => notes.extend(unknown_code(source, key, value)),
            _ => return,
        }
    }
}

fn unknown_code(source: &Arc<Source>, key: &Key, value: &Node) -> Option<Diagnostic> {
    let (list, code) = key.codes.as_deref().zip(value.text())?;
    if value.span.is_empty() || codes::is_known(list, code) {
        return None;
    }
    let name = &key.name;
    let message = said!(
        en: "{name} {code} is in no table that is known here, and pages say so",
        fr: "{name} {code} n'est dans aucune table connue ici, et les pages le disent",
    );
    Some(CardMistake::new(source, value.span.clone(), message).into())
}
