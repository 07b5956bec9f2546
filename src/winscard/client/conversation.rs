//! Messages over a connection.

use std::{
    io::{self, ErrorKind, Read, Write},
    path::Path,
    time::{Duration, Instant},
};

use super::system::Stream;
use crate::{
    codes::ReturnCode,
    platform::Platform,
    wire::{self, Command, Event, Header, Message, ReaderEvents, ReaderState, StatesSize, Version},
};

/// The code of a service that is gone, or that speaks nonsense.
#[expect(clippy::needless_pass_by_value, reason = "it is what errors are mapped by")]
pub(super) fn lost(error: io::Error) -> ReturnCode {
    Platform::NATIVE.lost(error.kind())
}

/// More readers than any service has; a longer array is nonsense.
const MOST_READERS: usize = 4_096;

/// A connection to a service, and the room for its messages.
#[derive(Debug)]
pub(super) struct Conversation {
    stream: Stream,
    minor: u32,
    out: Vec<u8>,
    input: Vec<u8>,
    states: Vec<ReaderState>,
    reader_events: Option<u32>,
}

/// What came while it was waited for.
#[derive(Debug)]
pub(super) enum Came {
    Event(Event),
    Nothing,
}

impl Conversation {
    /// Connects.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn open(place: &Path) -> io::Result<Self> {
        let stream = Stream::connect(place)?;
        let (minor, out, input, states) = (wire::NEWEST_MINOR, Vec::new(), Vec::new(), Vec::new());
        Ok(Self { stream, minor, out, input, states, reader_events: None })
    }

    /// Asks for the newest version, then for the service's own if that is another one that is spoken here.
    ///
    /// # Errors
    ///
    /// What the service says, [`ReturnCode::SERVICE_STOPPED`] if it speaks another version.
    pub(super) fn agree_on_version(&mut self) -> Result<(), ReturnCode> {
        let mut ask = |minor| {
            let request = Version { major: wire::MAJOR, minor, code: ReturnCode::SUCCESS };
            self.ask(Command::VERSION, &request, &[]).map_err(lost)
        };
        let spoken = |reply: &Version| {
            reply.major == wire::MAJOR && (wire::OLDEST_MINOR..=wire::NEWEST_MINOR).contains(&reply.minor)
        };
        let mut reply = ask(wire::NEWEST_MINOR)?;
        if reply.code == ReturnCode::SERVICE_STOPPED && spoken(&reply) {
            reply = ask(reply.minor)?;
        }
        match reply.code {
            ReturnCode::SUCCESS if spoken(&reply) => self.minor = reply.minor,
            ReturnCode::SUCCESS => return Err(ReturnCode::SERVICE_STOPPED),
            code => return Err(code),
        }
        Ok(())
    }

    /// Sends a request whose reply has the same shape, with what follows its body, and gives the reply.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn ask<M: Message>(&mut self, command: Command, body: &M, behind: &[u8]) -> io::Result<M> {
        self.out.clear();
        Header { size: u32::try_from(M::SIZE).unwrap_or_default(), command }.encode(&mut self.out);
        body.encode(&mut self.out);
        self.out.extend_from_slice(behind);
        let sent = self.stream.write_all(&self.out);
        // A command may have a code in it.
        self.out.fill(0);
        sent?;
        self.receive()
    }

    /// Reads what follows a reply, as long as it says.
    ///
    /// # Errors
    ///
    /// What the system says, [`ErrorKind::InvalidData`] if there is no room for so much.
    pub(super) fn read_behind(&mut self, length: u32, room: &mut [u8]) -> io::Result<usize> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let Some(place) = room.get_mut(..length) else { return Err(self.hang_up()) };
        self.stream.read_exact(place)?;
        Ok(length)
    }

    /// Ends the conversation with a service that speaks nonsense: nobody knows what its next bytes belong to.
    pub(super) fn hang_up(&mut self) -> io::Error {
        self.stream.hang_up();
        ErrorKind::InvalidData.into()
    }

    /// Asks for the states of the readers: alone, or with what begins a wait for a change.
    ///
    /// # Errors
    ///
    /// What the system says, [`ErrorKind::InvalidData`] for nonsense.
    pub(super) fn ask_states(&mut self, with: Command) -> io::Result<()> {
        let apart = self.minor >= wire::STATES_APART_MINOR;
        if !apart || with == Command::WAIT {
            self.send_bare(with)?;
        }
        let count = if apart { self.ask_size()? } else { wire::READER_SLOTS };
        if apart {
            self.send_bare(Command::STATES_ARRAY)?;
        }
        self.input.resize(count * ReaderState::SIZE, 0);
        self.stream.read_exact(&mut self.input)?;
        self.states.clear();
        self.states.extend(self.input.chunks_exact(ReaderState::SIZE).filter_map(ReaderState::decode));
        Ok(())
    }

    /// Asks how often readers came and went, if the service tells it. Not while an event may come.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn ask_reader_events(&mut self) -> io::Result<()> {
        if self.minor >= wire::READER_EVENTS_MINOR {
            self.send_bare(Command::READER_EVENTS)?;
            self.reader_events = Some(self.receive::<ReaderEvents>()?.events);
        }
        Ok(())
    }

    fn ask_size(&mut self) -> io::Result<usize> {
        self.send_bare(Command::STATES_SIZE)?;
        let StatesSize { mut count } = self.receive()?;
        if count == 0 {
            // pcscd 2.5 may let an event slip in before its reply; an array is never empty [PCSC-LITE eventhandler.c].
            self.stream.read_exact(&mut [0; Event::SIZE - StatesSize::SIZE])?;
            count = self.receive::<StatesSize>()?.count;
        }
        let count = usize::try_from(count).ok().filter(|&count| count <= MOST_READERS);
        count.ok_or_else(|| self.hang_up())
    }

    /// The states that were last asked for.
    pub(super) fn states(&self) -> &[ReaderState] {
        &self.states
    }

    /// How often readers came and went, when it was last asked for.
    pub(super) fn reader_events(&self) -> Option<u32> {
        self.reader_events
    }

    /// The event that a wait asked for, if it comes in time.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn event_before(&mut self, until: Option<Instant>) -> io::Result<Came> {
        let mut event = [0; Event::SIZE];
        let mut came = 0;
        while came == 0 {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Ok(Came::Nothing);
            }
            came = match self.stream.read_within(&mut event, left) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if is_over(&error) => 0,
                Err(error) => return Err(error),
            };
        }
        self.stream.read_exact(event.get_mut(came..).unwrap_or_default())?;
        Event::decode(&event).map(Came::Event).ok_or(ErrorKind::InvalidData.into())
    }

    /// Ends a wait. One event answers it: its own, or the one that came first.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn stop_waiting(&mut self) -> io::Result<Event> {
        self.send_bare(Command::STOP_WAITING)?;
        self.receive()
    }

    fn send_bare(&mut self, command: Command) -> io::Result<()> {
        self.out.clear();
        Header { size: 0, command }.encode(&mut self.out);
        self.stream.write_all(&self.out)
    }

    fn receive<M: Message>(&mut self) -> io::Result<M> {
        self.input.resize(M::SIZE, 0);
        self.stream.read_exact(&mut self.input)?;
        M::decode(&self.input).ok_or(ErrorKind::InvalidData.into())
    }
}

/// Whether the system says that the time is over, or that a signal came.
fn is_over(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
