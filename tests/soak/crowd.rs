//! The other clients: each a context of its own, whose cards are pulled and reset under its hands.

use std::{
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
    terminal::transport::{Transport, TransportError, pcsclite::Service},
};

use crate::{
    chance::Chance,
    serve::{CARDS, Serve},
};

/// What a client is refused with where cards come and go, fail, and are everybody's.
const EXPECTED: [ReturnCode; 7] = [
    ReturnCode::NO_SMARTCARD,
    ReturnCode::REMOVED_CARD,
    ReturnCode::RESET_CARD,
    ReturnCode::UNPOWERED_CARD,
    ReturnCode::UNRESPONSIVE_CARD,
    ReturnCode::SHARING_VIOLATION,
    ReturnCode::NOT_TRANSACTED,
];

/// How long a client thinks between two acts, on average.
const THOUGHT: Duration = Duration::from_millis(200);

/// Commands that all cards answer somehow: of what is read, random, unknown.
const COMMANDS: [&[u8]; 5] = [
    &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00],
    &[0x00, 0xB0, 0x82, 0x00, 0x10],
    &[0x00, 0x84, 0x00, 0x00, 0x08],
    &[0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45],
    &[0x00, 0xC0, 0x00, 0x00, 0x00],
];

/// All of them, each with what it is about. A client ends with how many acts there were, or with why it gave up.
pub(crate) struct Crowd {
    clients: Vec<(Ended, Arc<Mutex<Act>>)>,
}

type Ended = JoinHandle<Result<u64, String>>;

/// What a client is about, and since when.
struct Act {
    what: &'static str,
    since: Instant,
    is_over: bool,
}

struct Client {
    socket: PathBuf,
    chance: Chance,
    act: Arc<Mutex<Act>>,
}

impl Crowd {
    pub(crate) fn start(serve: &Serve, number: usize, seed: u64, over: &Arc<AtomicBool>) -> Self {
        let clients = (0..number).map(|who| {
            let act = Arc::new(Mutex::new(Act { what: "begin", since: Instant::now(), is_over: false }));
            let chance = Chance::of(seed, 1 + u64::try_from(who).expect("64 bits"));
            let (over, mut client) =
                (Arc::clone(over), Client { socket: serve.socket(), chance, act: Arc::clone(&act) });
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

    /// Waits until all have gone; gives how many acts there were.
    pub(crate) fn end(self, patience: Duration) -> Result<u64, Failed> {
        let end = Instant::now() + patience;
        while self.clients.iter().any(|(thread, _)| !thread.is_finished()) {
            if Instant::now() > end {
                self.is_well(Duration::ZERO)?;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let mut acts = 0;
        for (who, (thread, _)) in self.clients.into_iter().enumerate() {
            let done = thread.join().map_err(|_| format!("client {who} panicked"))?;
            acts += done.map_err(|error| format!("client {who}: {error}"))?;
        }
        Ok(acts)
    }
}

impl Client {
    fn live(&mut self, over: &AtomicBool) -> Result<u64, String> {
        let mut acts = 0;
        while !over.load(Ordering::Relaxed) {
            // A program that lives for a while, and ends without a word.
            self.note("establish a context");
            let mut service = Service::establish(&self.socket).map_err(|error| error.to_string())?;
            for _ in 0..1 + self.chance.below(20) {
                self.note("think");
                thread::sleep(self.chance.around(THOUGHT));
                if over.load(Ordering::Relaxed) {
                    break;
                }
                match self.act(&mut service) {
                    Ok(()) | Err(TransportError::Silent(_)) => acts += 1,
                    Err(TransportError::Refused { code, .. }) if EXPECTED.contains(&code) => acts += 1,
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        Ok(acts)
    }

    fn act(&mut self, service: &mut Service) -> Result<(), TransportError> {
        match self.chance.below(5) {
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
                // The first card is the quiet client's.
                let reader = &readers[1 + self.chance.below(CARDS.len() - 1)].name;
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
