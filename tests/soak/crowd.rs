//! The other clients: each a context of its own, whose cards are pulled and reset under its hands.

use std::{
    env,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use virtuale::{
    engine::Response,
    reader::ReturnCode,
    terminal::transport::{Doing, Transport, TransportError, pcsclite::Service},
};

use crate::{chance::Chance, serve::Serve};

/// What a client is refused with where cards come and go, fail, and are everybody's.
const EXPECTED: [ReturnCode; 10] = [
    ReturnCode::NO_SMARTCARD,
    ReturnCode::REMOVED_CARD,
    ReturnCode::RESET_CARD,
    ReturnCode::UNPOWERED_CARD,
    ReturnCode::UNRESPONSIVE_CARD,
    ReturnCode::SHARING_VIOLATION,
    ReturnCode::NOT_TRANSACTED,
    // Of a reader that was unplugged.
    ReturnCode::INVALID_VALUE,
    ReturnCode::UNKNOWN_READER,
    ReturnCode::READER_UNAVAILABLE,
];

/// How long a client thinks between two acts, on average, if nobody says: busier than a counter where cards are read.
/// Two hundred who never think ask for more than two processors can do, and then whoever asks waits for his turn at a
/// processor, whatever the program does; docs/reliability.md has what becomes of that between the two.
pub(crate) const PACE: Duration = Duration::from_millis(500);

/// Commands that all cards answer somehow: of what is read, random, unknown.
const COMMANDS: [&[u8]; 5] = [
    &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00],
    &[0x00, 0xB0, 0x82, 0x00, 0x10],
    &[0x00, 0x84, 0x00, 0x00, 0x08],
    &[0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45],
    &[0x00, 0xC0, 0x00, 0x00, 0x00],
];

/// VERIFY of the holder's code, right and wrong, and SELECT and UPDATE BINARY of the file that is a professional's to
/// write: what commits, on one card or another.
const WRITING: [&[u8]; 4] = [
    b"\x00\x20\x00\x01\x041234",
    b"\x00\x20\x00\x01\x044321",
    &[0x00, 0xA4, 0x09, 0x0C, 0x06, 0x3F, 0x00, 0x00, 0x01, 0xD1, 0x07],
    &[0x00, 0xD6, 0x00, 0x00, 0x04, 0x01, 0x02, 0x03, 0x04],
];

/// How long a client thinks: so many milliseconds as `VIRTUALE_SOAK_PACE` says.
pub(crate) fn pace() -> Result<Duration, Failed> {
    let pace = env::var("VIRTUALE_SOAK_PACE").ok().map_or(Ok(PACE), |pace| pace.parse().map(Duration::from_millis));
    Ok(pace.map_err(|_| "VIRTUALE_SOAK_PACE is no number")?)
}

/// All of them, each with what it is about. A client ends with what it did, or with why it gave up.
pub(crate) struct Crowd {
    clients: Vec<(Ended, Arc<Mutex<Act>>)>,
}

type Ended = JoinHandle<Result<Acts, String>>;

/// What clients did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Acts {
    /// How many acts there were.
    pub(crate) all: u64,
    /// How many of them a client left since it would not wait any longer: for a card that others kept busy.
    pub(crate) left: u64,
}

/// What a client is about, and since when.
struct Act {
    what: &'static str,
    since: Instant,
    is_over: bool,
}

struct Client {
    socket: PathBuf,
    chance: Chance,
    pace: Duration,
    act: Arc<Mutex<Act>>,
}

impl Crowd {
    pub(crate) fn start(serve: &Serve, number: usize, (seed, pace): (u64, Duration), over: &Arc<AtomicBool>) -> Self {
        let clients = (0..number).map(|who| {
            let act = Arc::new(Mutex::new(Act { what: "begin", since: Instant::now(), is_over: false }));
            let chance = Chance::of(seed, 1 + u64::try_from(who).expect("64 bits"));
            let (over, mut client) =
                (Arc::clone(over), Client { socket: serve.socket(), chance, pace, act: Arc::clone(&act) });
            let thread = thread::spawn(move || {
                let done = client.live(&over);
                client.act.lock().unwrap_or_else(PoisonError::into_inner).is_over = true;
                done
            });
            (thread, act)
        });
        Self { clients: clients.collect() }
    }

    /// That nobody is at one act for longer than that, and nobody has given up.
    pub(crate) fn is_well(&self, patience: Duration) -> Result<(), Failed> {
        for (who, (_, act)) in self.clients.iter().enumerate() {
            let act = act.lock().unwrap_or_else(PoisonError::into_inner);
            if !act.is_over && act.since.elapsed() > patience {
                return Err(format!("client {who} is stuck since {:?}: {}", act.since.elapsed(), act.what).into());
            }
        }
        Ok(())
    }

    /// Waits until all have gone; gives what they did.
    pub(crate) fn end(self, patience: Duration) -> Result<Acts, Failed> {
        let end = Instant::now() + patience;
        while self.clients.iter().any(|(thread, _)| !thread.is_finished()) {
            if Instant::now() > end {
                self.is_well(Duration::ZERO)?;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let mut acts = Acts::default();
        for (who, (thread, _)) in self.clients.into_iter().enumerate() {
            let done = thread.join().map_err(|_| format!("client {who} panicked"))?;
            let done = done.map_err(|error| format!("client {who}: {error}"))?;
            acts = Acts { all: acts.all + done.all, left: acts.left + done.left };
        }
        Ok(acts)
    }
}

impl Client {
    fn live(&mut self, over: &AtomicBool) -> Result<Acts, String> {
        let mut acts = Acts::default();
        while !over.load(Ordering::Relaxed) {
            // A program that lives for a while, and ends without a word.
            self.note("establish a context");
            let mut service = Service::establish(&self.socket).map_err(|error| error.to_string())?;
            for _ in 0..1 + self.chance.below(20) {
                self.note("think");
                thread::sleep(self.chance.around(self.pace));
                if over.load(Ordering::Relaxed) {
                    break;
                }
                acts.all += 1;
                match self.act(&mut service) {
                    Ok(()) | Err(TransportError::Silent(_)) => {}
                    Err(TransportError::Refused { code, .. }) if EXPECTED.contains(&code) => {}
                    // It goes, and comes back as another program.
                    Err(TransportError::Unanswered { doing: Doing::OpenCard | Doing::BeginTransaction, .. }) => {
                        acts.left += 1;
                        break;
                    }
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        Ok(acts)
    }

    fn act(&mut self, service: &mut Service) -> Result<(), TransportError> {
        match self.chance.below(6) {
            0 => {
                self.note("list the slots");
                service.slots()?;
            }
            1 => {
                self.note("wait for a card");
                let known = service.slots()?;
                service.wait_for_change(&known, self.chance.around(Duration::from_millis(200)))?;
            }
            some => {
                self.note("open a card");
                let readers = service.slots()?;
                // The first card is the quiet client's; of the other readers some are unplugged.
                let [_, others @ ..] = readers.as_slice() else { return Ok(()) };
                if others.is_empty() {
                    return Ok(());
                }
                let reader = &self.chance.of_these(others).name;
                let mut card = service.connect(reader)?;
                if some == 2 {
                    self.note("begin a transaction");
                    card.begin_transaction()?;
                }
                let mut response = Response::new();
                for _ in 0..1 + self.chance.below(8) {
                    self.note("send a command");
                    card.transmit(COMMANDS[self.chance.below(COMMANDS.len())], &mut response)?;
                }
                if some == 3 {
                    self.note("write");
                    let skipped = self.chance.below(2);
                    for (_, command) in WRITING.iter().enumerate().filter(|(at, _)| *at != skipped) {
                        card.transmit(command, &mut response)?;
                    }
                }
                if some == 2 {
                    self.note("end a transaction");
                    card.end_transaction()?;
                }
            }
        }
        Ok(())
    }

    fn note(&self, what: &'static str) {
        let mut act = self.act.lock().unwrap_or_else(PoisonError::into_inner);
        (act.what, act.since) = (what, Instant::now());
    }
}
