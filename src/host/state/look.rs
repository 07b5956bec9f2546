//! What stands on a kept card, without giving it power.

use std::sync::Arc;

use jiff::civil::Date;
use virtuale_engine::{Card, Fid, Snapshot, image::FileKind, snapshot::CHIP};
use zeroize::Zeroizing;

use super::{State, StateError, claim::Fresh, kept::WEAR, label, records::Entry};
use crate::{
    layer::fault::FAULTS,
    profile::{CARD, Profile, Provision, VirtualCard},
};

/// What stands on a kept card.
pub(crate) struct Look {
    /// The card file as it is read on the card's first day.
    pub(crate) profile: Profile,
    /// The first day.
    pub(crate) day: Date,
    /// The files of the layout, in its order: what each held on the first day, and what it holds now.
    pub(crate) files: Vec<LookedAt>,
    /// The files that commands made.
    pub(crate) made: Vec<Made>,
    /// The memory on the first day, and now.
    pub(crate) born: Zeroizing<Vec<u8>>,
    pub(crate) cells: Zeroizing<Vec<u8>>,
}

/// How many cells differ that are of no file of the layout: tries of PINs, keys, life cycles, files that commands made.
pub(crate) fn elsewhere<'a>((then, now): (&[u8], &[u8]), files: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> usize {
    let differing = |(then, now): (&[u8], &[u8])| then.iter().zip(now).filter(|(then, now)| then != now).count();
    differing((then, now)).saturating_sub(files.map(differing).sum())
}

/// A file of the layout on a kept card.
pub(crate) struct LookedAt {
    pub(crate) then: Vec<u8>,
    /// Nothing if a command deleted it.
    pub(crate) now: Option<Vec<u8>>,
    /// Where its bytes lie, piece by piece: each with its first cell and its length.
    pub(super) pieces: Vec<(usize, usize)>,
}

/// A file that a command made.
pub(crate) struct Made {
    /// Identifiers from the MF down to it.
    pub(crate) path: Vec<Fid>,
    pub(crate) bytes: Vec<u8>,
}

impl State {
    /// Looks into a kept card of a card file: `vitale2-martin`, or `vitale2-martin#2` for the second of one.
    ///
    /// # Errors
    ///
    /// [`StateError::Unknown`] if none is kept of that name, [`StateError::Changed`] if the card file is another one
    /// than on its first day; that the database cannot be read.
    pub(crate) fn look(&self, profile: &Profile, card: &str) -> Result<Look, StateError> {
        let mut books = self.0.books();
        let entry = books.entry_of(profile, card)?;
        let first = books.store.first(entry.number)?;
        let day = books.day_of(&first)?;
        let profile = books.of_first_day(profile, &first)?.into_owned();
        let fresh = Fresh::of(&profile, first.birth);
        books.check(&profile, &entry, &first, &fresh)?;
        let (born, cells) = (books.store.born(entry.number)?, books.store.cells(entry.number)?);
        let wear = books.store.part(entry.number, WEAR)?;
        let card = |cells: &[u8]| -> Option<VirtualCard> {
            let provision = Provision::default().with_kept(first.birth, day, Arc::default());
            let mut card = profile.card_with(provision);
            let mut snapshot = Snapshot::new();
            snapshot.put(CARD, &[&first.birth.identity]);
            snapshot.put(CHIP, &[&first.structure, &[0; 8], cells]);
            wear.iter().for_each(|wear| snapshot.put(WEAR, &[wear]));
            let counted = card.counted();
            if !counted.is_empty() {
                snapshot.put(FAULTS, &[&counted]);
            }
            card.restore(&snapshot).ok().map(|()| card)
        };
        let damaged = || books.store.damaged("a card does not fit its card file");
        let then = card(&born).ok_or_else(damaged)?;
        let now = card(&cells).ok_or_else(damaged)?;
        Ok(Look::of(profile, day, (&then, &now), (born, cells)))
    }
}

impl State {
    /// What the kept card is called that a card file means: that with this number, else the one that was made of the
    /// same text, else the first.
    ///
    /// # Errors
    ///
    /// That the database cannot be read.
    pub(crate) fn meant(&self, profile: &Profile, number: Option<u32>) -> Result<String, StateError> {
        if let Some(number) = number {
            return Ok(label(profile.name(), number));
        }
        let mut books = self.0.books();
        let identity = profile.birth(0).identity;
        for entry in books.store.entries(profile.name())? {
            if books.store.first(entry.number)?.birth.identity == identity {
                return Ok(label(profile.name(), entry.copy));
            }
        }
        Ok(label(profile.name(), 1))
    }
}

impl super::Books {
    /// The kept card of a name, of a card file.
    pub(super) fn entry_of(&mut self, profile: &Profile, card: &str) -> Result<Entry, StateError> {
        let entries = self.store.entries(profile.name())?;
        if let Some(entry) = entries.into_iter().find(|entry| label(profile.name(), entry.copy) == card) {
            return Ok(entry);
        }
        let known = self.store.all()?.iter().map(|(name, entry)| label(name, entry.copy)).collect();
        Err(StateError::Unknown { card: card.to_owned(), known })
    }
}

impl Look {
    fn of(
        profile: Profile,
        day: Date,
        (then, now): (&VirtualCard, &VirtualCard),
        (born, cells): (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>),
    ) -> Self {
        let (before, after) = (then.held_files(), now.held_files());
        let mut files = Vec::new();
        let is_file = profile.image().files.iter().map(|file| !matches!(file.kind, FileKind::Directory(_)));
        let pairs = before.iter().zip(&after).zip(is_file).filter(|(_, is_file)| *is_file);
        for (((before, after), _), map) in pairs.zip(&profile.map().files) {
            let padded = |bytes: &Option<Vec<u8>>| {
                let mut bytes = bytes.clone().unwrap_or_default();
                bytes.resize(map.size, 0);
                bytes
            };
            let now = (!after.is_deleted).then(|| padded(&after.bytes));
            files.push(LookedAt { then: padded(&before.bytes), now, pieces: after.pieces.clone() });
        }
        let path = |mut index: usize| {
            let mut path = vec![after[index].fid];
            // No chain of parents is longer than there are files.
            for _ in 0..after.len() {
                let parent = after[index].parent.0;
                if parent == index || parent >= after.len() {
                    break;
                }
                index = parent;
                path.push(after[index].fid);
            }
            path.reverse();
            path
        };
        let made = after.iter().enumerate().filter(|(_, file)| file.is_made);
        let made = made.map(|(index, file)| Made { path: path(index), bytes: file.bytes.clone().unwrap_or_default() });
        let made: Vec<_> = made.collect();
        Self { profile, day, files, made, born, cells }
    }
}
