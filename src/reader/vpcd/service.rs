//! The slots and their connections, and who is told what becomes of them.

use std::{
    fmt, io,
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use super::{
    Address,
    conversation::{Conversation, End},
    line::Line,
    links,
};
use crate::reader::{Readers, bell::Bell, sync::lock};

/// How long a transport that stops waits for its threads. One of them may be with a card that does not come back.
const FAREWELL: Duration = Duration::from_millis(250);

/// What somebody may want to know of a driver.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// No driver is where the card of a slot goes to. It is tried again until one is. Told once, until one was there.
    Absent {
        /// The slot.
        slot: usize,
        /// Where it should be.
        address: String,
        /// What the system says.
        why: String,
    },
    /// Who is there says nothing, or nothing that a driver would say. Told once, until a driver was there.
    Strange {
        /// The slot.
        slot: usize,
        /// Where it is.
        address: String,
    },
    /// A driver has the card of a slot, for the first time or again after it was told that there is none.
    Present {
        /// The slot.
        slot: usize,
        /// Where it is.
        address: String,
    },
}

/// Who is told of drivers. Must return soon: a driver waits.
pub(super) type Tell = Box<dyn Fn(Note) + Send + Sync>;

/// The slots of readers, in the readers of a driver. Dropping it pulls the cards there.
pub struct Vpcd {
    shared: Arc<Shared>,
    /// Where it listens.
    listening: Vec<SocketAddr>,
}

/// What all slots share.
pub(super) struct Shared {
    pub(super) readers: Arc<Readers>,
    /// The connection of each slot.
    lines: Vec<Mutex<Option<Arc<Line>>>>,
    bell: Arc<Bell>,
    tell: Tell,
}

impl Vpcd {
    /// Brings the card of each slot to its driver: that of slot 0 to this address, that of slot 1 to the port behind
    /// it, and so on. Whether a driver is there is tried again and again while a card is in.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if there are more slots than ports, else what the system says.
    pub fn connect(
        readers: &Arc<Readers>,
        address: &Address,
        tell: impl Fn(Note) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let addresses = of_slots(readers, address)?;
        let vpcd = Self::new(readers, Box::new(tell), Vec::new())?;
        for (slot, address) in addresses.into_iter().enumerate() {
            vpcd.shared.spawn("vpcd card", move |shared| links::keep_connected(shared, slot, &address))?;
        }
        Ok(vpcd)
    }

    /// Awaits the driver of each slot: that of slot 0 at this address, that of slot 1 at the port behind it, and so on.
    /// It is let in while a card is in the slot.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidInput`] if there are more slots than ports, else what the system says.
    pub fn listen(
        readers: &Arc<Readers>,
        address: &Address,
        tell: impl Fn(Note) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listen = |address: Address| {
            let within = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
            address.listen().map_err(within)
        };
        let listeners = of_slots(readers, address)?.into_iter().map(listen).collect::<io::Result<Vec<_>>>()?;
        let listening = listeners.iter().map(std::net::TcpListener::local_addr).collect::<io::Result<_>>()?;
        let vpcd = Self::new(readers, Box::new(tell), listening)?;
        for (slot, listener) in listeners.into_iter().enumerate() {
            vpcd.shared.spawn("vpcd accept", move |shared| links::await_drivers(shared, slot, &listener))?;
        }
        Ok(vpcd)
    }

    fn new(readers: &Arc<Readers>, tell: Tell, listening: Vec<SocketAddr>) -> io::Result<Self> {
        let lines = (0..readers.len()).map(|_| Mutex::default()).collect();
        let shared = Arc::new(Shared { readers: Arc::clone(readers), lines, bell: Arc::default(), tell });
        let watcher: Weak<Bell> = Arc::downgrade(&shared.bell);
        readers.watch(watcher);
        let vpcd = Self { shared, listening };
        vpcd.shared.spawn("vpcd removals", Shared::hang_up_on_removal)?;
        Ok(vpcd)
    }

    /// Where it listens for the driver of each slot; nothing if it connects.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.listening
    }

    /// Whether a driver has the card of a slot.
    #[must_use]
    pub fn is_connected(&self, slot: usize) -> bool {
        self.shared.line(slot).is_some_and(|line| line.is_heard())
    }
}

impl Drop for Vpcd {
    fn drop(&mut self) {
        self.shared.bell.end();
        self.shared.lines.iter().filter_map(|line| lock(line).clone()).for_each(|line| line.hang_up());
        self.listening.iter().for_each(links::wake);
        self.shared.bell.await_threads(FAREWELL);
    }
}

impl fmt::Debug for Vpcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vpcd").field("listening", &self.listening).finish_non_exhaustive()
    }
}

impl Shared {
    /// Starts one of the threads.
    pub(super) fn spawn(
        self: &Arc<Self>,
        name: &str,
        work: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> io::Result<()> {
        let shared = Arc::clone(self);
        self.bell.spawn(name, move || work(&shared))
    }

    pub(super) fn tell(&self, note: Note) {
        (self.tell)(note);
    }

    pub(super) fn is_over(&self) -> bool {
        self.bell.is_over()
    }

    /// The connection of a slot.
    pub(super) fn line(&self, slot: usize) -> Option<Arc<Line>> {
        lock(self.lines.get(slot)?).clone()
    }

    /// The generation of the card in a slot, if one is there that a driver can be shown: one that answered its reset.
    pub(super) fn card(&self, slot: usize) -> Option<u64> {
        let state = self.readers.state(slot)?;
        state.atr.map(|_| state.generation)
    }

    /// Waits until a card is in a slot; its generation. `None` when all is over.
    pub(super) fn await_card(&self, slot: usize) -> Option<u64> {
        // It rang so often never: the slot is looked at before anything is waited for.
        let mut seen = u64::MAX;
        loop {
            // First the bell, then the slot: what changes in between rings again.
            let rings = self.bell.await_ring(seen, None)?;
            if let Some(generation) = self.card(slot) {
                return Some(generation);
            }
            seen = rings;
        }
    }

    /// Waits for a time, or until another card or none is in a slot, or all is over.
    pub(super) fn rest(&self, slot: usize, generation: u64, time: Duration) {
        let until = Instant::now() + time;
        let mut seen = 0;
        while Instant::now() < until && self.card(slot) == Some(generation) {
            match self.bell.await_ring(seen, Some(until)) {
                Some(rings) => seen = rings,
                None => return,
            }
        }
    }

    /// Hangs up on drivers whose card was pulled, until all is over.
    fn hang_up_on_removal(self: &Arc<Self>) {
        let mut seen = 0;
        while let Some(rings) = self.bell.await_ring(seen, None) {
            seen = rings;
            for slot in 0..self.lines.len() {
                let generation = self.readers.state(slot).map(|state| state.generation);
                self.line(slot)
                    .into_iter()
                    .filter(|line| Some(line.generation) != generation)
                    .for_each(|line| line.hang_up());
            }
        }
    }

    /// Lets a driver have the card of that generation in a slot, until one of them hangs up.
    pub(super) fn converse(
        self: &Arc<Self>,
        slot: usize,
        generation: u64,
        stream: TcpStream,
        told: impl FnMut(bool),
    ) -> Option<End> {
        let line = Arc::new(Line::new(stream, generation).ok()?);
        let mut conversation = Conversation::new(Arc::clone(&line), Arc::clone(&self.readers), slot)?;
        let _seat = Seat::take(self, slot, &line)?;
        // Who pulled the card before now did not see the connection.
        if self.card(slot) != Some(generation) || self.is_over() {
            return None;
        }
        Some(conversation.hold(told))
    }
}

/// A connection's place as that of its slot, which is free again when this is dropped.
struct Seat<'a> {
    shared: &'a Shared,
    slot: usize,
    line: Arc<Line>,
}

impl<'a> Seat<'a> {
    /// Takes the place of whoever has it.
    fn take(shared: &'a Shared, slot: usize, line: &Arc<Line>) -> Option<Self> {
        let before = lock(shared.lines.get(slot)?).replace(Arc::clone(line));
        before.into_iter().for_each(|before| before.hang_up());
        Some(Self { shared, slot, line: Arc::clone(line) })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.line.hang_up();
        if let Some(place) = self.shared.lines.get(self.slot) {
            let mut place = lock(place);
            if place.as_ref().is_some_and(|line| Arc::ptr_eq(line, &self.line)) {
                *place = None;
            }
        }
    }
}

/// The address of each slot.
fn of_slots(readers: &Readers, address: &Address) -> io::Result<Vec<Address>> {
    let slots = readers.len();
    let addresses: Option<Vec<_>> = (0..slots).map(|slot| address.of_slot(slot)).collect();
    addresses.ok_or_else(|| {
        let message = format!("{slots} slots need as many ports from {} on, and there are fewer", address.port());
        io::Error::new(io::ErrorKind::InvalidInput, message)
    })
}
