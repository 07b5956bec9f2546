//! What an update station asks a layout: who the issuer is, what a transaction holds, which names stand for others.

use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::crypto::CipherKey;

use super::{
    super::{
        card_file,
        card_mistake::CardMistake,
        diagnostic::{Diagnostics, Source},
        said::said,
        schema::{Fields, Schema},
        tree::Data,
        written::{Mended, Value, Written},
    },
    Layout,
    coding::Coding,
    model::{Body, Each, File, Item, Path},
    security::ObjectKind,
};

impl Layout {
    /// How many bytes a transaction may write on its cards; `None` if nobody may begin one.
    #[must_use]
    pub fn transaction_room(&self) -> Option<usize> {
        let mut all = self.applications.iter().filter_map(|application| application.transactions);
        all.next().map(|transactions| transactions.room)
    }

    /// Of two keys of which the layout has one in place of the other where that is left out, the other: `nom` for
    /// `nom_usage`.
    #[must_use]
    pub fn instead_of(&self, key: &str) -> Option<&str> {
        self.files.iter().find_map(|file| instead_of(&file.content, key))
    }

    /// Whether its cards keep the time of day of a date, by the key of card files in full.
    #[must_use]
    pub fn keeps_time(&self, key: &str) -> bool {
        self.files.iter().any(|file| {
            let start = file.member.as_ref().map(|member| inner("", &member.list)).unwrap_or_default();
            file.content.iter().any(|item| keeps_time(item, &start, key))
        })
    }

    /// The keys of card files that stand in files of its cards, in full and without the numbers of members of lists:
    /// `beneficiaire.pays`. What a terminal reads nothing of is then not on the card.
    pub(in crate::profile) fn filed(&self) -> BTreeSet<String> {
        let mut filed = BTreeSet::new();
        for File { content, member, .. } in self.files.iter().filter(|file| file.key.is_none()) {
            let start = member.as_ref().map(|member| inner("", &member.list)).unwrap_or_default();
            content.iter().for_each(|item| collect_keys(item, &start, &mut filed));
        }
        filed
    }

    /// The list of card files whose members name files of private keys, and the key that does.
    pub(in crate::profile) fn key_files(&self) -> Option<(String, String)> {
        let keys = self.security.card_keys.as_ref()?;
        Some((keys.list.keys.join("."), keys.file.keys.join(".")))
    }

    /// The key sets of the MF, each with its number and its keys: what authenticates, and what enciphers. A text in the
    /// form of a card file may say what they are; what it does not say has its default, as in a card file.
    ///
    /// # Errors
    ///
    /// All mistakes in the text, where it says something of them; and that it says nothing of any.
    pub fn global_key_sets(
        &self,
        file: Option<&Arc<Source>>,
        today: Date,
    ) -> Result<Vec<(u8, [CipherKey; 2])>, Diagnostics> {
        let sets = self.security.objects.iter().filter(|object| object.application == 0);
        let sets = sets.filter_map(|object| match &object.kind {
            ObjectKind::KeySet { cipher, mac, encryption } => Some((object.number, *cipher, [mac, encryption])),
            _ => None,
        });
        let sets: Vec<_> = sets.collect();
        let tables: Vec<&String> =
            sets.iter().flat_map(|(_, _, keys)| keys).filter_map(|key| key.keys.first()).collect();
        let own = |name: &str| tables.iter().any(|table| *table == name);
        let keys = self.schema()?.root.0.iter().filter(|key| own(&key.name)).cloned().collect();
        let schema = Schema { root: Fields(keys) };
        let empty = Arc::new(Source { name: String::new(), text: String::new() });
        let source = file.unwrap_or(&empty);
        let mut document = Mended::read(source)?;
        let entries: Vec<_> = document.written.entries().iter().filter(|entry| own(&entry.key)).cloned().collect();
        if let (true, true, Some(name)) = (file.is_some(), entries.is_empty(), tables.first()) {
            let message = said!(
                en: "this file gives no keys of an issuer: it has no [{name}]",
                fr: "ce fichier ne donne pas de clés d'émetteur : il n'a pas de [{name}]",
            );
            let mistake = CardMistake::new(source, 0..0, message).hint(said!(
                en: "write [{name}] as in the card file of a card of this issuer, or give that file",
                fr: "écrire [{name}] comme dans le fichier d'une carte de cet émetteur, ou donner ce fichier",
            ));
            return Err(Diagnostics([document.slips, vec![mistake.into()]].concat()));
        }
        document.written = Written { value: Value::Table(entries), span: document.written.span };
        let data = card_file::read_document(source, document, &schema, today)?;
        let bytes = |path: &[String]| match data.at(&path.join(".")).map(|node| &node.data) {
            Some(Data::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        let known = sets.into_iter().filter_map(|(number, cipher, [mac, encryption])| {
            let key = |path: &[String]| bytes(path).and_then(|bytes| cipher.key(&bytes));
            Some((number, [key(&mac.keys)?, key(&encryption.keys)?]))
        });
        Ok(known.collect())
    }
}

fn instead_of<'l>(items: &'l [Item], key: &str) -> Option<&'l str> {
    items.iter().find_map(|item| match &item.body {
        Body::Value { from, otherwise: Some(other), .. } if from.keys.last().is_some_and(|last| last == key) => {
            other.keys.last().map(String::as_str)
        }
        Body::Group(items) => instead_of(items, key),
        Body::Either(ways) => ways.iter().find_map(|way| instead_of(&way.items, key)),
        _ => None,
    })
}

/// Whether an item has a place for the date and the time of a key.
fn keeps_time(item: &Item, here: &str, key: &str) -> bool {
    let here = match &item.each {
        Some(Each::Member { list, .. }) => inner(here, list),
        _ => here.to_owned(),
    };
    match &item.body {
        Body::Value { from, place, .. } => {
            matches!(place.coding, Coding::Date { time: true, .. }) && inner(&here, from) == key
        }
        Body::Group(items) => items.iter().any(|item| keeps_time(item, &here, key)),
        Body::Either(ways) => ways.iter().flat_map(|way| &way.items).any(|item| keeps_time(item, &here, key)),
        _ => false,
    }
}

/// Notes the keys that stand in an item, whose data are found from `here` on.
fn collect_keys(item: &Item, here: &str, found: &mut BTreeSet<String>) {
    let mut here = here.to_owned();
    if let Some(Each::Member { list, .. }) = &item.each {
        here = inner(&here, list);
        found.insert(here.clone());
    }
    match &item.body {
        Body::Value { from, otherwise, .. } => {
            found.extend([Some(from), otherwise.as_ref()].into_iter().flatten().map(|path| inner(&here, path)));
        }
        Body::Group(items) => items.iter().for_each(|item| collect_keys(item, &here, found)),
        Body::Either(ways) => ways.iter().flat_map(|way| &way.items).for_each(|item| collect_keys(item, &here, found)),
        Body::Constant(_) | Body::Text(_) | Body::Computed { .. } | Body::Built(_) => {}
    }
}

/// The key that a path leads to from there.
fn inner(here: &str, path: &Path) -> String {
    let keys = path.keys.join(".");
    if here.is_empty() || path.from_top { keys } else { format!("{here}.{keys}") }
}
