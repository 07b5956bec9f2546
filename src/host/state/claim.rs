//! Which kept card a card file means, and whether it is still its card file.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
};

use jiff::civil::Date;
use virtuale_engine::{Card, Snapshot};
use zeroize::Zeroizing;

use super::{
    Books, Kept, Resets, State, StateError, StateRemark,
    compare::{self, other_keys},
    kept::{ChipPart, WEAR},
    label,
    lease::{Keeper, Lease},
    records::{self, Entry, Record},
};
use crate::{
    layer::Stay,
    profile::{Birth, Profile, Provision},
};

/// A kept card that a card file means: all but the card itself, which is made with the sink of it.
pub(crate) struct Claim<'a> {
    lease: Arc<Lease>,
    /// The card file as it is read on the card's first day.
    profile: Cow<'a, Profile>,
    /// The day of this run.
    today: Date,
    birth: Birth,
    structure: [u8; 32],
}

/// Who claims a card.
#[derive(Clone, Copy)]
pub(crate) struct Claimant<'a> {
    /// The slot.
    pub(crate) slot: usize,
    /// The card's stays in it; `None` for who has the card for itself until it ends.
    pub(crate) stay: Option<&'a Stay>,
    /// Where the card file is.
    pub(crate) origin: &'a str,
}

/// What a card file makes: a card that was not used yet.
pub(super) struct Fresh(Snapshot);

impl State {
    /// The card that a card file means: the first card of its name that is in no other slot, one of the same text
    /// before others; a new one if all are in slots.
    ///
    /// # Errors
    ///
    /// [`StateError::Changed`] if the card file or its layout is another one than on the first day of the card; that
    /// the database cannot be read or written.
    pub(crate) fn claim<'a>(
        &self,
        profile: &'a Profile,
        who: Claimant<'_>,
        resets: &mut Resets,
    ) -> Result<Claim<'a>, StateError> {
        let mut remarks = Vec::new();
        let claim = self.claim_saying(profile, who, resets, &mut remarks);
        if let Some(tell) = self.0.told.get() {
            remarks.iter().for_each(tell);
        }
        self.0.books().remarks.append(&mut remarks);
        claim
    }

    /// Holds that cards of these card files can come into these slots one after the other, and that all come which are
    /// to begin anew, while nothing is dropped or written yet.
    ///
    /// # Errors
    ///
    /// What [`State::claim`] would say of one of them, or [`StateError::NotHere`].
    pub(crate) fn rehearse<'a>(
        &self,
        cards: impl IntoIterator<Item = (usize, &'a Profile)>,
        resets: &Resets,
    ) -> Result<(), StateError> {
        let mut resets = resets.clone();
        let mut books = self.0.books();
        if books.is_closed {
            return Err(StateError::Closed);
        }
        // The kept cards that came, and the new ones by their names.
        let (mut came, mut new) = (Vec::new(), Vec::<(&str, u32)>::new());
        for (slot, profile) in cards {
            let name = profile.name();
            if let Some((entry, first)) = books.find(profile, slot, &came)? {
                came.push(entry.number);
                if !resets.takes(&label(name, entry.copy)) {
                    let as_then = books.of_first_day(profile, &first)?;
                    let fresh = Fresh::of(&as_then, first.birth);
                    books.check(&as_then, &entry, &first, &fresh)?;
                }
                continue;
            }
            let taken = books.store.entries(name)?;
            let is_taken = |copy: &u32| taken.iter().any(|entry| entry.copy == *copy) || new.contains(&(name, *copy));
            let copy = (1..).find(|copy| !is_taken(copy)).unwrap_or(u32::MAX);
            resets.takes(&label(name, copy));
            new.push((name, copy));
        }
        resets.end()
    }

    /// As [`State::claim`], with what there is to know of the card.
    fn claim_saying<'a>(
        &self,
        profile: &'a Profile,
        who: Claimant<'_>,
        resets: &mut Resets,
        remarks: &mut Vec<StateRemark>,
    ) -> Result<Claim<'a>, StateError> {
        let mut books = self.0.books();
        if books.is_closed {
            return Err(StateError::Closed);
        }
        let (name, today) = (profile.name(), profile.options().today);
        let mut found = books.find(profile, who.slot, &[])?;
        if let Some((entry, _)) = found.take_if(|(entry, _)| resets.takes(&label(name, entry.copy))) {
            books.store.write(&|transaction| records::remove(transaction, name, &entry))?;
            remarks.push(StateRemark::Reset(label(name, entry.copy)));
        }
        let (entry, birth, profile, fresh) = match found {
            Some((entry, first)) => {
                let as_then = books.of_first_day(profile, &first)?;
                let fresh = Fresh::of(&as_then, first.birth);
                books.check(&as_then, &entry, &first, &fresh)?;
                let mut moved = Vec::new();
                other_keys(as_then.data(), profile.data(), "", &mut moved);
                if !moved.is_empty() {
                    let card = label(name, entry.copy);
                    let (origin, copy) = (who.origin.to_owned(), entry.copy);
                    remarks.push(StateRemark::DatesStand { card, day: first.day, origin, copy });
                }
                (entry, first.birth, as_then, fresh)
            }
            None => {
                let taken: Vec<u32> = books.store.entries(name)?.iter().map(|entry| entry.copy).collect();
                let copy = (1..).find(|copy| !taken.contains(copy)).unwrap_or(u32::MAX);
                resets.takes(&label(name, copy));
                let birth = profile.birth(u64::from(copy) - 1);
                let fresh = Fresh::of(profile, birth);
                let number = books.enter(profile, copy, (birth, &fresh), who.origin)?;
                (Entry { copy, number }, birth, Cow::Borrowed(profile), fresh)
            }
        };
        let called = label(name, entry.copy);
        let lease = Lease::new(Arc::clone(&self.0), entry.number, called, who.slot, who.stay.cloned());
        let lease = Arc::new(lease);
        books.leases.push(Arc::downgrade(&lease));
        Ok(Claim { lease, profile, today, birth, structure: fresh.chip().structure })
    }
}

impl Claim<'_> {
    /// Where the commits of the card go.
    pub(crate) fn sink(&self) -> Keeper {
        Keeper(Arc::clone(&self.lease))
    }

    /// The card, made with what else it is provided with. It takes up what is kept as it gets its power.
    pub(crate) fn card(self, provision: Provision) -> Kept {
        let provision = provision.with_kept(self.birth, self.today, Arc::clone(&self.lease.drawn));
        let card = self.profile.card_with(provision);
        Kept::new(card, self.lease, self.birth.identity, self.structure)
    }
}

impl Fresh {
    pub(super) fn of(profile: &Profile, birth: Birth) -> Self {
        let mut snapshot = Snapshot::new();
        let provision = Provision::default().with_kept(birth, profile.options().today, Arc::default());
        profile.card_with(provision).save(&mut snapshot);
        Self(snapshot)
    }

    pub(super) fn chip(&self) -> ChipPart<'_> {
        ChipPart::of(&self.0).unwrap_or(ChipPart { structure: [0; 32], cells: &[] })
    }
}

impl Books {
    /// The kept card that a card file means for a slot, if there is one that is not among these.
    fn find(&mut self, profile: &Profile, slot: usize, but: &[u64]) -> Result<Option<(Entry, Record)>, StateError> {
        let mut free = Vec::new();
        for entry in self.store.entries(profile.name())?.into_iter().filter(|entry| !but.contains(&entry.number)) {
            let leases = self.leases.iter().filter_map(Weak::upgrade);
            let held: Vec<_> =
                leases.filter(|lease| lease.number == entry.number).filter_map(|lease| lease.slot()).collect();
            if held.iter().any(|&other| other != slot) {
                continue;
            }
            let first = self.store.first(entry.number)?;
            let is_other = first.birth.identity != profile.birth(0).identity;
            // That which is in this slot already, then one of the same text, then the first.
            free.push(((held.is_empty(), is_other, entry.copy), entry, first));
        }
        let first = free.into_iter().min_by_key(|(rank, ..)| *rank);
        Ok(first.map(|(_, entry, first)| (entry, first)))
    }

    /// A card file as it is read on the first day of its card.
    pub(super) fn of_first_day<'a>(
        &mut self,
        profile: &'a Profile,
        first: &Record,
    ) -> Result<Cow<'a, Profile>, StateError> {
        let day = self.day_of(first)?;
        if day == profile.options().today {
            return Ok(Cow::Borrowed(profile));
        }
        // Dates that contradict each other on that day make no card: what differs is then said of today's.
        Ok(profile.of_day(day).map_or(Cow::Borrowed(profile), Cow::Owned))
    }

    /// The first day of a card.
    pub(super) fn day_of(&self, first: &Record) -> Result<Date, StateError> {
        first.day.parse().map_err(|_| self.store.damaged("a first day is none"))
    }

    /// Holds that a card file makes what it made on the first day of its card, and notes whether it would make other
    /// dates today.
    pub(super) fn check(
        &mut self,
        profile: &Profile,
        entry: &Entry,
        first: &Record,
        fresh: &Fresh,
    ) -> Result<(), StateError> {
        let chip = fresh.chip();
        let is_same = chip.structure == first.structure && *chip.cells == **self.store.born(entry.number)?;
        let day = profile.options().today;
        let differences = compare::differences(profile, first, day, is_same);
        if differences.is_none() {
            return Ok(());
        }
        let (card, origin) = (label(profile.name(), entry.copy), first.origin.clone());
        Err(StateError::Changed { card, origin, differences: Box::new(differences) })
    }

    /// Enters a new card.
    fn enter(
        &mut self,
        profile: &Profile,
        copy: u32,
        (birth, fresh): (Birth, &Fresh),
        origin: &str,
    ) -> Result<u64, StateError> {
        let (chip, layout) = (fresh.chip(), profile.layout());
        let record = Record {
            birth,
            structure: chip.structure,
            day: profile.options().today.to_string(),
            origin: origin.to_owned(),
            layout: layout.name().to_owned(),
            layout_text: layout.own_text().unwrap_or_default().to_owned(),
            text: Zeroizing::new(profile.source().text.clone()),
            files: compare::files(profile),
        };
        self.store.write(&|transaction| {
            // Once more if the first time failed halfway: then it has its number already.
            let number = records::enter(transaction, profile.name(), copy)?;
            records::put_first(transaction, number, &record, chip.cells)?;
            records::put_pages(transaction, number, records::pages(chip.cells))?;
            if let Some(wear) = fresh.0.part(WEAR) {
                records::put_part(transaction, number, WEAR, wear)?;
            }
            records::put_chance(transaction, number, 0)
        })?;
        let entries = self.store.entries(profile.name())?;
        let entered = entries.iter().find(|entry| entry.copy == copy).map(|entry| entry.number);
        entered.ok_or_else(|| self.store.damaged("a card that was written is not there"))
    }
}
