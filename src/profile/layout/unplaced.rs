//! What a card file gives and a layout has no place for.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Bound,
    sync::Arc,
};

use super::{
    super::{
        card_mistake::CardMistake,
        diagnostic::{Diagnostic, Mistakes, Source},
        said::said,
        tree::{Data, Node, Span},
    },
    Layout,
};

/// Walks the data of a card.
struct Walk<'a> {
    placed: &'a BTreeSet<String>,
    /// What was written and is on the card. The same text can stand under two keys: `assure` is a beneficiary as well.
    used: HashSet<Span>,
    /// What was written and is not on the card, under the key that its table knows it by.
    left: Vec<(String, Span)>,
}

impl Layout {
    /// What a card file gives though the card has no place for it, in the order of the file; no more than
    /// [`Mistakes::MOST`], since each is looked up in the text.
    pub(in crate::profile) fn unplaced(&self, card: &Arc<Source>, data: &Node) -> Vec<Diagnostic> {
        let Ok(checked) = self.checked() else { return Vec::new() };
        let mut walk = Walk { placed: &checked.placed, used: HashSet::new(), left: Vec::new() };
        walk.table(data, &mut String::new(), 0);
        let Walk { used, mut left, .. } = walk;
        left.retain(|(_, span)| !used.contains(span));
        left.sort_by_key(|(_, span)| span.start);
        left.dedup_by(|later, first| later.1 == first.1);
        left.truncate(Mistakes::MOST);
        let layout = &self.name;
        let note = |(key, span)| {
            let message = said!(
                en: "{key} has no place in layout {layout}",
                fr: "{key} n'a pas de place dans la structure {layout}",
            );
            CardMistake::new(card, span, message).into()
        };
        left.into_iter().map(note).collect()
    }
}

impl Walk<'_> {
    /// The values of a table. `path` is its key in full with a dot behind it, empty for the top; from the byte `shown`
    /// on, it is the key within the innermost member of a list.
    fn table(&mut self, table: &Node, path: &mut String, shown: usize) {
        let length = path.len();
        for (name, node) in table.table().into_iter().flatten() {
            path.push_str(name);
            self.value(node, path, shown);
            path.truncate(length);
        }
    }

    fn value(&mut self, node: &Node, path: &mut String, shown: usize) {
        match &node.data {
            Data::Table(_) | Data::List(_) if has_parts(self.placed, path) => {
                path.push('.');
                let inside = path.len();
                match &node.data {
                    Data::List(members) => members.iter().for_each(|member| self.table(member, path, inside)),
                    _ => self.table(node, path, shown),
                }
            }
            _ if node.span.is_empty() => {}
            _ if self.placed.contains(path.as_str()) => drop(self.used.insert(node.span.clone())),
            _ => self.left.push((path[shown..].to_owned(), node.span.clone())),
        }
    }
}

/// Whether something in a table or list has a place.
pub(super) fn has_parts(placed: &BTreeSet<String>, path: &str) -> bool {
    let after = placed.range::<str, _>((Bound::Excluded(path), Bound::Unbounded));
    let mut inside = after.take_while(|key| key.starts_with(path)).map(|key| &key[path.len()..]);
    inside.any(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::civil::date;
    use virtuale_applets::cards::VITALE1_PETIT;

    use crate::profile::{Options, diagnostic::Source, load, parse};

    const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

    #[test]
    fn what_is_not_on_the_card_is_named_at_its_place() {
        let text = VITALE1_PETIT.replace("numero_serie", "composant = \"43\"\nnumero_serie").replace("mutuelle", "amc");
        let text = text.replace("identifiant = \"99999934\"", "numero_b2 = \"99999934\"");
        let profile = parse(Source { name: "c.toml".into(), text }, None, &OPTIONS).expect("a valid card");
        let notes: Vec<_> = profile.unplaced().iter().map(|note| (note.position().0, note.message.as_str())).collect();
        let component = (6, "carte.composant has no place in layout vitale1");
        assert_eq!(notes, [component, (23, "amc has no place in layout vitale1")]);
    }

    #[test]
    fn all_that_the_cards_of_the_program_give_is_on_them() {
        let cards = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards");
        for name in ["vitale1-petit", "vitale1-clone", "vitale1-iso", "vitale2-martin", "vitale2-durand"] {
            let profile = load(&cards.join(name).with_extension("toml"), &OPTIONS).expect(name);
            assert_eq!(profile.unplaced(), [], "{name}");
        }
    }
}
