//! What is kept of a card, as tables of the database.
//!
//! A card has a number that no other one gets. Its memory lies in pages of 256 cells, of which a commit writes those
//! that it touches. Beside what it is now stands what it was on its first day: that a card file changed since is seen
//! by that, and said file by file.

use redb::{ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use zeroize::Zeroizing;

use super::store::Store;
use crate::{host::state::StateError, profile::Birth};

/// The version of these tables.
pub(super) const VERSION: u64 = 1;

/// How many cells a page has.
pub(super) const PAGE: usize = 256;

/// `version`, and `next`, the number of the next card.
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// The cards: by the name of the card file and which card of it, from 1 on, the number.
const CARDS: TableDefinition<'_, (&str, u32), u64> = TableDefinition::new("cards");

/// What a card was on its first day: seed, identity, slot of its chance, structure of the chip, day, where the card
/// file was, name of the layout, text of a layout that is a file, text of the card file.
type First = (u64, [u8; 32], u64, [u8; 32], &'static str, &'static str, &'static str, &'static str, &'static str);
const FIRST: TableDefinition<'_, u64, First> = TableDefinition::new("first");

/// The files of the chip on its first day: name, path, form, bytes.
type FirstFile = (&'static str, &'static str, &'static str, &'static [u8]);
const FILES: TableDefinition<'_, (u64, u32), FirstFile> = TableDefinition::new("files");

/// The memory on the first day, and now.
const BORN: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("born");
const PAGES: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("pages");

/// What else a card keeps, by the name of the part of its snapshot.
const PARTS: TableDefinition<'_, (u64, &str), &[u8]> = TableDefinition::new("parts");

/// From where on the random numbers of a card were not given out.
const CHANCE: TableDefinition<'_, u64, u64> = TableDefinition::new("chance");

/// Which card it is, of which card file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Entry {
    pub(super) copy: u32,
    pub(super) number: u64,
}

/// What a card was on its first day.
pub(super) struct Record {
    pub(super) birth: Birth,
    /// What tells the structure of its chip.
    pub(super) structure: [u8; 32],
    /// The day, as 2026-01-15.
    pub(super) day: String,
    /// Where its card file was.
    pub(super) origin: String,
    pub(super) layout: String,
    /// The text of a layout that is no part of the program.
    pub(super) layout_text: String,
    /// The text of its card file.
    pub(super) text: Zeroizing<String>,
    pub(super) files: Vec<Filed>,
}

/// A file of the chip on its first day.
pub(super) struct Filed {
    pub(super) name: String,
    pub(super) path: String,
    /// What it is besides its bytes, in words.
    pub(super) form: String,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The pages of cells, from the first on.
pub(super) fn pages(cells: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    (0..).zip(cells.chunks(PAGE))
}

/// Writes what every database has.
pub(super) fn begin(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    let mut meta = transaction.open_table(META)?;
    meta.insert("version", VERSION)?;
    meta.insert("next", 1)?;
    transaction.open_table(CARDS)?;
    transaction.open_table(FIRST)?;
    transaction.open_table(FILES)?;
    transaction.open_table(BORN)?;
    transaction.open_table(PAGES)?;
    transaction.open_table(PARTS)?;
    transaction.open_table(CHANCE)?;
    Ok(())
}

/// Writes pages of a card.
pub(super) fn put_pages<'a>(
    transaction: &WriteTransaction,
    number: u64,
    pages: impl IntoIterator<Item = (u32, &'a [u8])>,
) -> Result<(), redb::Error> {
    let mut table = transaction.open_table(PAGES)?;
    for (page, cells) in pages {
        table.insert((number, page), cells)?;
    }
    Ok(())
}

/// Writes a part of a card.
pub(super) fn put_part(
    transaction: &WriteTransaction,
    number: u64,
    name: &str,
    bytes: &[u8],
) -> Result<(), redb::Error> {
    transaction.open_table(PARTS)?.insert((number, name), bytes)?;
    Ok(())
}

/// Writes from where on random numbers of a card were not given out.
pub(super) fn put_chance(transaction: &WriteTransaction, number: u64, position: u64) -> Result<(), redb::Error> {
    transaction.open_table(CHANCE)?.insert(number, position)?;
    Ok(())
}

/// Writes what a card was on its first day, in place of what stood there, and that its memory was so.
pub(super) fn put_first(
    transaction: &WriteTransaction,
    number: u64,
    record: &Record,
    born: &[u8],
) -> Result<(), redb::Error> {
    let Birth { seed, identity, slot } = record.birth;
    let first = (
        seed,
        identity,
        slot,
        record.structure,
        &*record.day,
        &*record.origin,
        &*record.layout,
        &*record.layout_text,
        record.text.as_str(),
    );
    transaction.open_table(FIRST)?.insert(number, first)?;
    let mut files = transaction.open_table(FILES)?;
    files.retain_in((number, 0)..=(number, u32::MAX), |_, _| false)?;
    for (index, file) in (0..).zip(&record.files) {
        files.insert((number, index), (&*file.name, &*file.path, &*file.form, &**file.bytes))?;
    }
    let mut cells = transaction.open_table(BORN)?;
    cells.retain_in((number, 0)..=(number, u32::MAX), |_, _| false)?;
    for (page, bytes) in pages(born) {
        cells.insert((number, page), bytes)?;
    }
    Ok(())
}

/// Gives a new card of a card file its number.
pub(super) fn enter(transaction: &WriteTransaction, name: &str, copy: u32) -> Result<u64, redb::Error> {
    let mut meta = transaction.open_table(META)?;
    let number = meta.get("next")?.map_or(1, |next| next.value());
    meta.insert("next", number.saturating_add(1))?;
    transaction.open_table(CARDS)?.insert((name, copy), number)?;
    Ok(number)
}

/// Takes all away that is kept of a card.
pub(super) fn remove(transaction: &WriteTransaction, name: &str, entry: &Entry) -> Result<(), redb::Error> {
    let Entry { copy, number } = *entry;
    transaction.open_table(CARDS)?.remove((name, copy))?;
    transaction.open_table(FIRST)?.remove(number)?;
    transaction.open_table(CHANCE)?.remove(number)?;
    transaction.open_table(FILES)?.retain_in((number, 0)..=(number, u32::MAX), |_, _| false)?;
    transaction.open_table(PARTS)?.retain(|(other, _), _| other != number)?;
    transaction.open_table(BORN)?.retain_in((number, 0)..=(number, u32::MAX), |_, _| false)?;
    transaction.open_table(PAGES)?.retain_in((number, 0)..=(number, u32::MAX), |_, _| false)?;
    Ok(())
}

fn read_pages(
    transaction: &ReadTransaction,
    table: TableDefinition<'_, (u64, u32), &'static [u8]>,
    number: u64,
) -> Result<Zeroizing<Vec<u8>>, redb::Error> {
    let table = transaction.open_table(table)?;
    let mut cells = Zeroizing::new(Vec::new());
    for page in table.range((number, 0)..=(number, u32::MAX))? {
        cells.extend_from_slice(page?.1.value());
    }
    Ok(cells)
}

impl Store {
    /// Holds that these are tables that this program knows.
    ///
    /// # Errors
    ///
    /// [`StateError::Version`] if another version of it wrote them, [`StateError::Damaged`] if no program did.
    pub(super) fn check_version(&mut self) -> Result<(), StateError> {
        let read = self.read(|transaction| {
            let meta = transaction.open_table(META)?;
            Ok(meta.get("version")?.map(|version| version.value()))
        });
        match read? {
            Some(VERSION) => Ok(()),
            Some(found) => Err(self.version(found)),
            None => Err(self.damaged("it says no version")),
        }
    }

    /// The cards of a card file, in the order in which they were made.
    pub(super) fn entries(&mut self, name: &str) -> Result<Vec<Entry>, StateError> {
        self.read(|transaction| {
            let cards = transaction.open_table(CARDS)?;
            let mut entries = Vec::new();
            for found in cards.range((name, 0)..=(name, u32::MAX))? {
                let (key, number) = found?;
                entries.push(Entry { copy: key.value().1, number: number.value() });
            }
            Ok(entries)
        })
    }

    /// All cards, by the name of their card file.
    pub(super) fn all(&mut self) -> Result<Vec<(String, Entry)>, StateError> {
        self.read(|transaction| {
            let cards = transaction.open_table(CARDS)?;
            let mut all = Vec::new();
            for found in cards.iter()? {
                let (key, number) = found?;
                let (name, copy) = key.value();
                all.push((name.to_owned(), Entry { copy, number: number.value() }));
            }
            Ok(all)
        })
    }

    /// What a card was on its first day.
    pub(super) fn first(&mut self, number: u64) -> Result<Record, StateError> {
        let read = self.read(|transaction| {
            let Some(found) = transaction.open_table(FIRST)?.get(number)? else { return Ok(None) };
            let (seed, identity, slot, structure, day, origin, layout, layout_text, text) = found.value();
            let mut files = Vec::new();
            for found in transaction.open_table(FILES)?.range((number, 0)..=(number, u32::MAX))? {
                let (_, found) = found?;
                let (name, path, form, bytes) = found.value();
                let [name, path, form] = [name, path, form].map(str::to_owned);
                files.push(Filed { name, path, form, bytes: Zeroizing::new(bytes.to_vec()) });
            }
            let [day, origin, layout, layout_text] = [day, origin, layout, layout_text].map(str::to_owned);
            let (birth, text) = (Birth { seed, identity, slot }, Zeroizing::new(text.to_owned()));
            Ok(Some(Record { birth, structure, day, origin, layout, layout_text, text, files }))
        });
        read?.ok_or_else(|| self.damaged("a card has no first day"))
    }

    /// The memory of a card on its first day.
    pub(super) fn born(&mut self, number: u64) -> Result<Zeroizing<Vec<u8>>, StateError> {
        self.read(|transaction| read_pages(transaction, BORN, number))
    }

    /// The memory of a card.
    pub(super) fn cells(&mut self, number: u64) -> Result<Zeroizing<Vec<u8>>, StateError> {
        self.read(|transaction| read_pages(transaction, PAGES, number))
    }

    /// A part of a card, if it has that.
    pub(super) fn part(&mut self, number: u64, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        self.read(|transaction| {
            let parts = transaction.open_table(PARTS)?;
            Ok(parts.get((number, name))?.map(|part| part.value().to_vec()))
        })
    }

    /// From where on random numbers of a card were not given out.
    pub(super) fn chance(&mut self, number: u64) -> Result<u64, StateError> {
        self.read(|transaction| Ok(transaction.open_table(CHANCE)?.get(number)?.map_or(0, |position| position.value())))
    }
}

#[cfg(test)]
mod tests {
    use super::{META, VERSION};
    use crate::{
        host::state::{DATABASE, State, StateError},
        profile::said::Bilingual,
    };

    #[test]
    fn what_another_version_wrote_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("cards");
        drop(State::open(&place).expect("a new folder"));
        let database = redb::Database::open(place.join(DATABASE)).expect("a database");
        let transaction = database.begin_write().expect("a transaction");
        transaction.open_table(META).expect("a table").insert("version", VERSION + 1).expect("room");
        transaction.commit().expect("room");
        drop(database);
        for _ in 0..2 {
            let error = State::open(&place).expect_err("it is of another version");
            assert!(matches!(error, StateError::Version { found, .. } if found == VERSION + 1), "{error}");
            let Bilingual { english, french } = error.said();
            assert!(english.contains("its form is 2") && french.contains("sa forme est la 2"), "{english} {french}");
        }
    }
}
