//! The library as a Rust developer uses it: hosts, their events, layers of his own, and the examples.

mod antenna;
mod events;
mod examples;
mod faults;
mod hosts;
mod layers;
mod moves;
mod sinks;
mod strangers;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};

use virtuale::{
    engine::{Card, Fault, Interface, Response},
    host::Host,
    layer::{Layer, Layers},
    profile::families::Families,
    terminal::transport::{Transport, TransportError, pcsclite::Service},
    trace::cards::Cards,
};

/// GET CHALLENGE of 8 bytes, which every card here answers, each time with others.
const GET_CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x08];

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(10);

/// A card file that is part of the program.
fn card(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("applets/cards").join(format!("{name}.toml"))
}

/// What the card in a slot answers to commands, over the socket of its host.
fn answers(host: &Host, slot: usize, commands: &[&[u8]]) -> Result<Vec<Vec<u8>>, TransportError> {
    let mut service = Service::establish(host.socket())?;
    let mut connection = service.connect(&host.slots()[slot].reader)?;
    let mut response = Response::new();
    let answer = |command: &&[u8]| {
        connection.transmit(command, &mut response)?;
        Ok(response.as_bytes().to_vec())
    };
    commands.iter().map(answer).collect()
}

/// How many commands a replay of a trace sends. It has no finding.
fn replayed(trace: &Path) -> usize {
    let today = "2020-01-01".parse().expect("a day");
    let (families, layers) = (Families::default(), Layers::default());
    let verdict = Cards { given: vec![], today, seed: 0, families, layers }.replay(trace);
    let text = || std::fs::read_to_string(trace).expect("text");
    assert!(verdict.is_fine(), "{verdict:?}\n{}", text());
    verdict.commands
}

/// What a card hangs at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum At {
    PowerUp,
    Command,
}

/// A layer that hangs, once, until the test lets it go on.
struct Hanging {
    at: Option<At>,
    reached: Sender<()>,
    go_on: Receiver<()>,
}

/// The test's end of a card that hangs. Dropping it lets the card go on.
struct Reins {
    reached: Receiver<()>,
    _go_on: Sender<()>,
}

/// A card that hangs and its reins.
fn hanging(at: At) -> (Hanging, Reins) {
    let ((entered, reached), (_go_on, released)) = (channel(), channel());
    (Hanging { at: Some(at), reached: entered, go_on: released }, Reins { reached, _go_on })
}

/// A maker of layers of which the first hangs.
fn hanging_once(at: At) -> (impl Fn(usize) -> Box<dyn Layer> + Send + Sync, Reins) {
    struct Glass;
    impl Layer for Glass {}

    let (first, reins) = hanging(at);
    let first = Arc::new(Mutex::new(Some(first)));
    let make = move |_| match first.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(layer) => Box::new(layer) as Box<dyn Layer>,
        None => Box::new(Glass),
    };
    (make, reins)
}

impl Hanging {
    fn pass(&mut self, at: At) {
        if self.at.take_if(|wanted| *wanted == at).is_some() {
            let _ = self.reached.send(());
            assert_ne!(self.go_on.recv_timeout(PATIENCE), Err(RecvTimeoutError::Timeout), "nobody lets it go on");
        }
    }
}

impl Layer for Hanging {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        self.pass(At::PowerUp);
        card.power_up(interface)
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        self.pass(At::Command);
        card.transmit(command, response)
    }
}

impl Reins {
    /// Waits until the card hangs.
    fn await_card(&self) {
        self.reached.recv_timeout(PATIENCE).expect("the card gets there");
    }
}
