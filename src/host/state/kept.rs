//! A card that is kept.

use std::{fmt, sync::Arc};

use virtuale_engine::{
    Atr, Card, Chip, Fault, Interface, Protocol, Response, Snapshot, SnapshotError, StatusWord, Uid, snapshot::CHIP,
};

use super::{
    StateError,
    lease::{Lease, Watch},
};
use crate::{
    layer::fault::FAULTS,
    profile::{CARD, VirtualCard},
};

/// The part of a snapshot that says how a component is worn.
pub(super) const WEAR: &str = "wear";

/// How many bytes of the part of a chip stand before its position and its memory: they tell its structure.
const STRUCTURE: usize = 32;

/// A virtual card that is kept. It takes up what is kept as it gets its power for the first time, and keeps what
/// changes before it answers: its memory by way of its sink, and here its wear and how far its random numbers may be
/// drawn.
pub(crate) struct Kept {
    card: VirtualCard,
    lease: Arc<Lease>,
    /// What tells its card file and the structure of its chip, as a snapshot has it.
    identity: [u8; 32],
    structure: [u8; STRUCTURE],
    /// Whether its memory may be behind what is kept: power was lost in a commit.
    is_stale: bool,
    /// Whether its card file has faults, which count.
    has_faults: bool,
}

/// The part of a chip: what tells its structure, the position of its random numbers, its cells.
pub(super) struct ChipPart<'a> {
    pub(super) structure: [u8; STRUCTURE],
    pub(super) cells: &'a [u8],
}

impl<'a> ChipPart<'a> {
    /// That of a snapshot.
    pub(super) fn of(snapshot: &'a Snapshot) -> Option<Self> {
        let (&structure, rest) = snapshot.part(CHIP)?.split_first_chunk()?;
        let (_position, cells) = rest.split_first_chunk::<8>()?;
        Some(Self { structure, cells })
    }
}

impl Kept {
    pub(super) fn new(card: VirtualCard, lease: Arc<Lease>, identity: [u8; 32], structure: [u8; STRUCTURE]) -> Self {
        let has_faults = !card.counted().is_empty();
        Self { card, lease, identity, structure, is_stale: false, has_faults }
    }

    /// It, for who looks after its slot.
    pub(crate) fn watch(&self) -> Watch {
        Watch::of(&self.lease)
    }

    /// Becomes the card that is kept.
    fn come(&mut self) -> Result<(), StateError> {
        // After a loss of power what its faults have counted goes on from here.
        let goes_on = self.is_stale && self.lease.is_current();
        let left = self.lease.come()?;
        let mut snapshot = Snapshot::new();
        snapshot.put(CARD, &[&self.identity]);
        snapshot.put(CHIP, &[&self.structure, &left.position.to_be_bytes(), &left.cells]);
        if let Some(wear) = &left.wear {
            snapshot.put(WEAR, &[wear]);
        }
        let counted = self.card.counted();
        if !counted.is_empty() {
            let kept = left.faults.filter(|kept| !goes_on && kept.len() == counted.len());
            snapshot.put(FAULTS, &[&kept.unwrap_or(counted)]);
        }
        self.card.restore(&snapshot).map_err(|_| StateError::Closed)?;
        self.is_stale = false;
        Ok(())
    }

    /// Gives the card power. What that wears is kept before it answers.
    fn begin(&mut self, begin: impl FnOnce(&mut VirtualCard) -> Result<(), Fault>) -> Result<(), Fault> {
        if (self.is_stale || !self.lease.is_current()) && self.come().is_err() {
            self.card.power_off();
            return Err(Fault::Mute);
        }
        let (before, counted) = (self.card.wear(), self.counted());
        let begun = begin(&mut self.card);
        self.keep_counted(&counted);
        if self.card.wear() != before && self.keep_wear().is_err() {
            self.card.power_off();
            return Err(Fault::Mute);
        }
        begun
    }

    /// What the faults of its card file have counted, if they do.
    fn counted(&self) -> Vec<u8> {
        if self.has_faults { self.card.counted() } else { Vec::new() }
    }

    /// Keeps what they have counted since. Where that fails they count again what they had counted: no card has such.
    fn keep_counted(&self, before: &[u8]) {
        let counted = self.counted();
        if counted != before {
            let _ = self.lease.keep_part(FAULTS, &counted);
        }
    }

    fn keep_wear(&self) -> Result<(), StateError> {
        let wear = self.card.wear().map(|wear| wear.to_bytes());
        wear.map_or(Ok(()), |wear| self.lease.keep_part(WEAR, &wear))
    }

    /// Takes the answer back: nobody is told what is not kept.
    fn lose_power(&mut self, response: &mut Response) -> Fault {
        response.clear();
        self.card.power_off();
        self.is_stale = true;
        Fault::PowerLost
    }
}

impl Card for Kept {
    fn atr(&self) -> &Atr {
        self.card.atr()
    }

    fn uid(&self) -> Option<Uid> {
        self.card.uid()
    }

    fn chip(&self) -> Option<&Chip> {
        self.card.chip()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        self.begin(|card| card.power_up(interface))
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin(Card::reset)
    }

    fn power_off(&mut self) {
        self.card.power_off();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.card.select_protocol(protocol)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        if !self.lease.may_draw() {
            // Where that fails, the card goes on with what draws nothing.
            let _ = self.lease.set_aside();
        }
        let (before, counted, drawn) = (self.card.wear(), self.counted(), self.lease.drawn());
        let done = self.card.transmit(command, response);
        self.keep_counted(&counted);
        if done == Err(Fault::PowerLost) {
            self.is_stale = true;
        }
        if self.card.wear() != before && self.keep_wear().is_err() {
            return Err(self.lose_power(response));
        }
        // A number that could come again after a kill is told to nobody.
        let is_new = self.lease.drawn() == drawn || self.lease.drew_no_more() || self.lease.set_aside().is_ok();
        if done.is_ok() && !is_new {
            response.clear();
            response.finish(StatusWord::MEMORY_FAILURE);
        }
        done
    }

    fn save(&self, snapshot: &mut Snapshot) {
        self.card.save(snapshot);
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let mut before = Snapshot::new();
        self.card.save(&mut before);
        self.card.restore(snapshot)?;
        let is_kept =
            ChipPart::of(snapshot).is_some_and(|chip| self.lease.replace(chip.cells, snapshot.part(WEAR)).is_ok());
        if is_kept {
            return Ok(());
        }
        self.card.restore(&before)?;
        Err(SnapshotError::NotKept)
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("card", &self.lease.label).finish_non_exhaustive()
    }
}
