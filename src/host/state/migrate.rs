//! The dates of a kept card that count from a day move on to another one.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{
    State, StateError,
    claim::Fresh,
    compare,
    records::{self, Record},
};
use crate::profile::{
    Profile,
    map::{Author, Element, FileMap},
};

/// What moving the dates of a kept card did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Migrated {
    /// The day from which the dates counted before, as 2026-01-15.
    pub(crate) from: String,
    /// The day from which they count now.
    pub(crate) to: String,
    /// What moved: files, each with its elements.
    pub(crate) moved: Vec<Moved>,
    /// What stands as it is, since the card was written to there since its first day.
    pub(crate) stood: Vec<Moved>,
}

/// Elements of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Moved {
    /// The name of the file in the layout.
    pub(crate) file: String,
    /// The elements.
    pub(crate) elements: Vec<String>,
}

impl State {
    /// Moves the dates of a kept card that count from a day: from its first day to that on which `today` was read. What
    /// was written since its first day stays, element by element, and so do PINs, keys and counters.
    ///
    /// # Errors
    ///
    /// [`StateError::Changed`] if more than dates would be others, [`StateError::Unknown`] if no card of that name is
    /// kept; that the database cannot be read or written.
    pub(crate) fn migrate(&self, today: &Profile, card: &str) -> Result<Migrated, StateError> {
        let look = self.look(today, card)?;
        let (from, to) = (look.day.to_string(), today.options().today.to_string());
        let mut migrated = Migrated { from, to, ..Migrated::default() };
        if look.day == today.options().today {
            return Ok(migrated);
        }
        let mut books = self.0.books();
        let entry = books.entry_of(today, card)?;
        let first = books.store.first(entry.number)?;
        let fresh = Fresh::of(today, first.birth);
        let chip = fresh.chip();
        if chip.structure != first.structure {
            let differences = compare::differences(today, &first, look.day, false);
            let differences = Box::new(differences);
            return Err(StateError::Changed { card: card.to_owned(), origin: first.origin, differences });
        }
        let mut cells = books.store.cells(entry.number)?;
        let new = compare::files(today);
        let maps = look.profile.map().files.iter().zip(&today.map().files);
        for ((looked, new), (map, new_map)) in look.files.iter().zip(&new).zip(maps) {
            let (then, new) = (&looked.then, &**new.bytes);
            let Some(now) = looked.now.as_ref().filter(|_| then != new) else { continue };
            let is_alike = shape(map) == shape(new_map);
            let mut pieces = Vec::new();
            parts(&map.elements, (then, new), &mut pieces);
            // Of a transparent file all can move; of records, where there are as many as there were.
            let is_one = matches!(looked.pieces.as_slice(), [(_, length)] if *length == new.len());
            let is_as_it_was = now == then && is_one;
            let is_free = |piece: &&Element| {
                let at = |bytes: &[u8]| bytes.get(piece.range.clone()).map(<[u8]>::to_vec);
                is_as_it_was || !looked.pieces.is_empty() && is_alike && at(now) == at(then)
            };
            let (free, held): (Vec<&Element>, Vec<&Element>) = pieces.iter().partition(|piece| is_free(piece));
            let names = |elements: &[&Element]| {
                let mut names: Vec<_> = elements.iter().map(|element| element.name.clone()).collect();
                names.dedup();
                Moved { file: map.name.clone(), elements: names }
            };
            if is_as_it_was {
                put(&mut cells, &looked.pieces, 0..new.len(), new);
            } else {
                free.iter().for_each(|piece| put(&mut cells, &looked.pieces, piece.range.clone(), new));
            }
            migrated.moved.extend(Some(names(&free)).filter(|_| !free.is_empty()));
            migrated.stood.extend(Some(names(&held)).filter(|_| !held.is_empty()));
        }
        let record =
            Record { day: migrated.to.clone(), text: Zeroizing::new(today.source().text.clone()), files: new, ..first };
        books.store.write(&|transaction| {
            records::put_first(transaction, entry.number, &record, chip.cells)?;
            records::put_pages(transaction, entry.number, records::pages(&cells))
        })?;
        Ok(migrated)
    }
}

/// Where the elements of a file stand.
fn shape(file: &FileMap) -> Vec<Range<usize>> {
    fn add(elements: &[Element], shape: &mut Vec<Range<usize>>) {
        for element in elements {
            shape.push(element.range.clone());
            add(&element.children, shape);
        }
    }
    let mut shape = Vec::new();
    add(&file.elements, &mut shape);
    shape
}

/// The smallest elements that differ and can move by themselves: what code made, such as a certificate, is whole or not
/// at all.
fn parts<'a>(elements: &'a [Element], (then, new): (&[u8], &[u8]), found: &mut Vec<&'a Element>) {
    for element in elements {
        if then.get(element.range.clone()) == new.get(element.range.clone()) {
            continue;
        }
        let before = found.len();
        if element.author != Author::Code {
            parts(&element.children, (then, new), found);
        }
        if found.len() == before {
            found.push(element);
        }
    }
}

/// Puts some bytes of a file where they lie.
fn put(cells: &mut [u8], pieces: &[(usize, usize)], range: Range<usize>, file: &[u8]) {
    let mut start = 0;
    for &(cell, length) in pieces {
        let (from, to) = (range.start.max(start), range.end.min(start + length));
        if from < to
            && let Some(bytes) = file.get(from..to)
            && let Some(cells) = cells.get_mut(cell + from - start..cell + to - start)
        {
            cells.copy_from_slice(bytes);
        }
        start += length;
    }
}
