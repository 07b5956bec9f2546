//! Whether something changed that a program waits for: its entries of readers, held against what the readers are like
//! [PCSC-LITE winscard_clnt.c].

use crate::{
    terms::CardState,
    wire::{self, ReaderState},
};

/// The name by which a program waits for readers that come and go. Letters may be of any case.
const NOTIFICATION: &[u8] = br"\\?PnP?\Notification";

/// The lower half of a state: its bits.
const BITS: u32 = 0xFFFF;

/// The bits of an entry's state.
pub(crate) mod bits {
    /// Take no notice of this entry.
    pub(crate) const IGNORE: u32 = 0x0001;
    /// Something is otherwise than the program knew.
    pub(crate) const CHANGED: u32 = 0x0002;
    /// There is no such reader.
    pub(crate) const UNKNOWN: u32 = 0x0004;
    /// The reader is out of order.
    pub(crate) const UNAVAILABLE: u32 = 0x0008;
    /// There is no card.
    pub(crate) const EMPTY: u32 = 0x0010;
    /// There is one.
    pub(crate) const PRESENT: u32 = 0x0020;
    /// One handle has it for itself.
    pub(crate) const EXCLUSIVE: u32 = 0x0080;
    /// Handles share it.
    pub(crate) const INUSE: u32 = 0x0100;
    /// It gives no answer to reset.
    pub(crate) const MUTE: u32 = 0x0200;
}

/// The bit of a reader's state that says that it is out of order.
const OUT_OF_ORDER: u32 = 0x01;

/// Who counts readers that come and go.
#[derive(Clone, Copy, Debug)]
enum Counted {
    /// The service, which has come to this number.
    ByService(u32),
    /// The library: it is how many there are.
    Here,
    /// Nobody.
    Not,
}

/// One handle has the reader for itself.
const EXCLUSIVE: i32 = -1;

/// What a program waits for in one reader, and what it is told.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The reader.
    pub(crate) reader: Vec<u8>,
    /// What the program knows.
    pub(crate) current: u32,
    /// What it is told.
    pub(crate) event: u32,
    /// The answer to reset that it is told; `None` if nothing is said of it.
    pub(crate) atr: Option<Vec<u8>>,
}

impl Entry {
    /// Whether the program wants to hear of it.
    pub(crate) fn is_ignored(&self) -> bool {
        self.current & bits::IGNORE != 0
    }

    /// Whether it is readers that come and go.
    pub(crate) fn is_notification(&self) -> bool {
        self.reader.eq_ignore_ascii_case(NOTIFICATION)
    }

    /// Whether it stands for a reader that is not there.
    pub(crate) fn is_unknown(&self, states: &[ReaderState]) -> bool {
        !self.is_notification() && self.find(states).is_none()
    }

    fn find<'a>(&self, states: &'a [ReaderState]) -> Option<&'a ReaderState> {
        // No name at all is that of a free place, as in libpcsclite.
        states.iter().find(|state| state.name.as_bytes() == self.reader)
    }

    /// Looks at the readers; whether something changed.
    fn look(&mut self, states: &[ReaderState], readers: &mut usize, counted: Counted) -> bool {
        if self.is_ignored() {
            return false;
        }
        match self.find(states) {
            Some(state) => self.look_at(state),
            None if self.is_notification() => self.notice(count(states), readers, counted),
            None => {
                self.event = bits::UNKNOWN | bits::UNAVAILABLE;
                let is_new = self.current & bits::UNKNOWN == 0;
                self.event |= if is_new { bits::CHANGED } else { 0 };
                is_new
            }
        }
    }

    /// Readers that came or went: more or fewer are there than before, or they are counted and the program knows
    /// another number; of the service's count it may know none.
    fn notice(&mut self, now: usize, before: &mut usize, counted: Counted) -> bool {
        let known = self.current >> 16;
        let (count, is_other) = match counted {
            Counted::ByService(events) => (Some(events), known != 0 && events != known),
            Counted::Here => {
                let number = u32::try_from(now).unwrap_or(u32::MAX) & BITS;
                (Some(number), number != known)
            }
            Counted::Not => (None, false),
        };
        let is_changed = now != *before || is_other;
        *before = now;
        if let Some(count) = count {
            self.event = self.event & BITS | count << 16;
        }
        self.event |= if is_changed { bits::CHANGED } else { 0 };
        is_changed
    }

    fn look_at(&mut self, reader: &ReaderState) -> bool {
        let current = self.current;
        let knows = |bit: u32| current & bit != 0;
        let is_present = reader.state.is_present();
        let is_absent = reader.state.0 & CardState::ABSENT.0 != 0;
        let is_mute = is_present && reader.state.0 & CardState::MUTE.0 == CardState::MUTE.0;
        let is_broken = reader.state.0 & OUT_OF_ORDER != 0;
        let counted = current >> 16;

        let mut event = 0;
        let mut is_changed = current == 0 || knows(bits::UNKNOWN);
        is_changed |= counted != 0 && counted != reader.events & BITS;
        is_changed |= is_broken != knows(bits::UNAVAILABLE);
        event |= if is_broken { bits::UNAVAILABLE } else { 0 };
        if is_absent {
            event |= bits::EMPTY;
            is_changed |= knows(bits::PRESENT);
        } else if is_present {
            event |= bits::PRESENT | if is_mute { bits::MUTE } else { 0 };
            is_changed |= knows(bits::EMPTY) || is_mute != knows(bits::MUTE);
        }
        match reader.sharing {
            EXCLUSIVE => {
                event |= bits::EXCLUSIVE;
                is_changed |= knows(bits::INUSE);
            }
            0 => is_changed |= knows(bits::INUSE) || knows(bits::EXCLUSIVE),
            // A card that nobody has put in is not in use.
            _ if is_present => {
                event |= bits::INUSE;
                is_changed |= knows(bits::EXCLUSIVE);
            }
            _ => {}
        }
        event |= if is_changed { bits::CHANGED } else { 0 };
        // One that is out of order has no count.
        let count = if is_broken { 0 } else { reader.events & BITS };
        self.event = event | count << 16;
        self.atr = Some(if is_present { reader.atr.bytes(reader.atr_length).to_vec() } else { Vec::new() });
        is_changed
    }
}

/// All that a program waits for.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The entries, in the program's order.
    pub(crate) entries: Vec<Entry>,
    /// How many readers there were when it was last looked; `None` before.
    readers: Option<usize>,
    /// Whether a program is told how many readers there are, in place of what the service counts.
    counts: bool,
}

impl Watch {
    /// Nothing was looked at yet.
    pub(crate) fn new(entries: Vec<Entry>, counts: bool) -> Self {
        Self { entries, readers: None, counts }
    }

    /// Whether nobody wants to hear of anything.
    pub(crate) fn is_idle(&self) -> bool {
        self.entries.iter().all(Entry::is_ignored)
    }

    /// Looks at the readers; whether something changed. `None` at the first look if there is a reader that is not
    /// known: then nothing is told.
    pub(crate) fn look(&mut self, states: &[ReaderState], reader_events: Option<u32>) -> Option<bool> {
        let counted = if self.counts { Counted::Here } else { reader_events.map_or(Counted::Not, Counted::ByService) };
        let mut readers = match self.readers {
            Some(readers) => readers,
            None if self.entries.iter().any(|entry| entry.is_unknown(states)) => return None,
            None => {
                self.entries.iter_mut().for_each(|entry| entry.event = 0);
                count(states)
            }
        };
        let mut is_changed = false;
        for entry in &mut self.entries {
            is_changed |= entry.look(states, &mut readers, counted);
        }
        self.readers = Some(readers);
        Some(is_changed)
    }
}

fn count(states: &[ReaderState]) -> usize {
    states.iter().filter(|state| state.name != wire::Name::EMPTY).count()
}

#[cfg(test)]
mod tests {
    use super::{Entry, Watch, bits};
    use crate::{
        terms::{CardState, Protocols},
        wire::{AtrField, Name, ReaderState},
    };

    fn reader(name: &str, state: CardState, sharing: i32) -> ReaderState {
        let name = Name::of_bytes(name.as_bytes());
        let (atr, atr_length) = (AtrField::new(&[0x3B, 0]), if state.is_present() { 2 } else { 0 });
        ReaderState { name, events: 3, state, sharing, atr, atr_length, protocol: Protocols::UNDEFINED }
    }

    fn entry(reader: &str, current: u32) -> Entry {
        Entry { reader: reader.as_bytes().to_vec(), current, event: 0x77, atr: None }
    }

    /// What one entry is told of one reader, and whether it is new.
    fn told(current: u32, state: CardState, sharing: i32) -> (u32, bool) {
        let mut watch = Watch::new(vec![entry("A", current)], false);
        let is_new = watch.look(&[reader("A", state, sharing)], None).expect("it is known");
        (watch.entries[0].event, is_new)
    }

    #[test]
    fn a_program_is_told_what_it_does_not_know() {
        let present = 0x3_0000 | bits::PRESENT;
        assert_eq!(told(0, CardState::READY, 0), (present | bits::CHANGED, true));
        assert_eq!(told(present, CardState::READY, 0), (present, false));
        assert_eq!(told(bits::PRESENT, CardState::READY, 0), (present, false), "it does not know the count");
        assert_eq!(told(0x2_0000 | bits::PRESENT, CardState::READY, 0), (present | bits::CHANGED, true));
        assert_eq!(told(bits::EMPTY, CardState::READY, 0), (present | bits::CHANGED, true));
        let empty = 0x3_0000 | bits::EMPTY;
        assert_eq!(told(bits::PRESENT, CardState::ABSENT, 0), (empty | bits::CHANGED, true));
        assert_eq!(told(bits::EMPTY, CardState::ABSENT, 1), (empty, false), "nobody uses a card that is not there");
        let mute = present | bits::MUTE;
        assert_eq!(told(bits::PRESENT, CardState::MUTE, 0), (mute | bits::CHANGED, true));
        assert_eq!(told(bits::PRESENT | bits::MUTE, CardState::MUTE, 0), (mute, false));
        assert_eq!(told(bits::PRESENT | bits::MUTE, CardState::READY, 0), (present | bits::CHANGED, true));
    }

    #[test]
    fn sharing_is_told_and_only_its_end_is_new() {
        let present = 0x3_0000 | bits::PRESENT;
        assert_eq!(told(bits::PRESENT, CardState::READY, 2), (present | bits::INUSE, false));
        assert_eq!(told(bits::PRESENT, CardState::READY, -1), (present | bits::EXCLUSIVE, false));
        let changed = |bit| (present | bits::CHANGED | bit, true);
        assert_eq!(told(bits::PRESENT | bits::INUSE, CardState::READY, -1), changed(bits::EXCLUSIVE));
        assert_eq!(told(bits::PRESENT | bits::EXCLUSIVE, CardState::READY, 1), changed(bits::INUSE));
        assert_eq!(told(bits::PRESENT | bits::EXCLUSIVE, CardState::READY, 0), changed(0));
        assert_eq!(told(bits::PRESENT | bits::INUSE, CardState::READY, 0), changed(0));
    }

    #[test]
    fn a_reader_that_is_out_of_order_has_no_count() {
        assert_eq!(told(bits::PRESENT, CardState(1), 0), (bits::UNAVAILABLE | bits::CHANGED, true));
        assert_eq!(told(bits::UNAVAILABLE, CardState(1), 0), (bits::UNAVAILABLE, false));
    }

    #[test]
    fn one_reader_that_is_not_known_at_first_spoils_it_and_later_it_is_told() {
        let mut watch = Watch::new(vec![entry("A", bits::EMPTY), entry("B", 0)], false);
        let both = [reader("A", CardState::ABSENT, 0), reader("B", CardState::ABSENT, 0)];
        assert_eq!(watch.look(&both[..1], None), None);
        assert_eq!(watch.entries[0].event, 0x77, "nothing was told");
        let mut watch = Watch::new(vec![entry("A", bits::EMPTY)], false);
        assert_eq!(watch.look(&both, None), Some(false));
        assert_eq!(watch.look(&both[1..], None), Some(true));
        assert_eq!(watch.entries[0].event, bits::UNKNOWN | bits::UNAVAILABLE | bits::CHANGED);
    }

    #[test]
    fn readers_that_come_and_go_are_told() {
        let notification = r"\\?pnp?\NOTIFICATION";
        let both = [reader("A", CardState::ABSENT, 0), reader("B", CardState::ABSENT, 0)];
        let mut watch = Watch::new(vec![entry(notification, 0)], false);
        assert_eq!(watch.look(&both, None), Some(false));
        assert_eq!((watch.look(&both[..1], None), watch.entries[0].event), (Some(true), bits::CHANGED));
        assert_eq!(watch.look(&both[..1], None), Some(false));
        let mut watch = Watch::new(vec![entry(notification, 0x1_0000)], false);
        assert_eq!((watch.look(&both, Some(1)), watch.entries[0].event), (Some(false), 0x1_0000));
        assert_eq!((watch.look(&both, Some(2)), watch.entries[0].event), (Some(true), 0x2_0000 | bits::CHANGED));
        assert!(Watch::new(vec![entry("A", bits::IGNORE)], false).is_idle());
    }

    #[test]
    fn where_the_library_counts_readers_a_program_is_told_how_many_there_are() {
        let notification = r"\\?PnP?\Notification";
        let both = [reader("A", CardState::ABSENT, 0), reader("B", CardState::ABSENT, 0)];
        let mut watch = Watch::new(vec![entry(notification, 0)], true);
        assert_eq!((watch.look(&both, Some(7)), watch.entries[0].event), (Some(true), 0x2_0000 | bits::CHANGED));
        let mut watch = Watch::new(vec![entry(notification, 0x2_0000)], true);
        assert_eq!((watch.look(&both, Some(7)), watch.entries[0].event), (Some(false), 0x2_0000));
        assert_eq!((watch.look(&[], Some(7)), watch.entries[0].event), (Some(true), bits::CHANGED));
        assert_eq!(Watch::new(vec![entry(notification, 0)], true).look(&[], None), Some(false), "it waits for one");
    }
}
