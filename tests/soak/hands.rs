//! Whoever moves the cards, and makes them fail.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use libtest_mimic::Failed;
use virtuale::{
    host::{
        HostError,
        control::{Client, Reply, Request, Which},
    },
    layer::fault::{Fault, Kind},
};

use crate::{
    chance::Chance,
    serve::{CARDS, Serve},
};

/// How long they rest between two moves, on average.
const REST: Duration = Duration::from_millis(30);

/// What is armed, each with a seed behind it: every kind of fault. What strikes without end has a probability, so that
/// the slot it is armed at has cards that can be used until somebody takes it away.
const FAULTS: [&str; 23] = [
    "mute p=0.05",
    "mute session=1",
    "mute n=3 done",
    "atr times=2",
    "sw=6F00 times=5",
    "sw=6982 ins=20",
    "61xx=16 times=5",
    "6Cxx times=5",
    "6Cxx=20 p=0.1",
    "cut=0 times=5",
    "pad=300 times=5",
    "flip times=5",
    "late=5ms..200ms times=5",
    "late=exp:20ms p=0.1",
    "wtx=100ms times=2",
    "power=before",
    "power=during",
    "power=after",
    "pull=300ms",
    "pull done",
    "unplug=300ms",
    "reset every=5 times=5",
    "cancel",
];

/// What the hands did.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// How many cards they moved.
    pub(crate) moves: u64,
    /// How many faults they armed.
    pub(crate) armed: u64,
    /// How often those struck, by kind.
    pub(crate) struck: Vec<(Kind, u64)>,
}

impl Done {
    /// The kinds of which none has struck, but for the key that cancels: no client asks for a PIN at a pad.
    pub(crate) fn unseen(&self) -> Vec<&'static str> {
        let seen = |kind: &Kind| self.struck.iter().any(|(struck, times)| struck == kind && *times > 0);
        let unseen = Kind::ALL.iter().filter(|kind| **kind != Kind::Cancel && !seen(kind));
        unseen.map(|kind| kind.word()).collect()
    }

    /// How often faults of each kind struck.
    pub(crate) fn strikes(&self) -> String {
        let words: Vec<_> = self.struck.iter().map(|(kind, times)| format!("{} {times}", kind.word())).collect();
        words.join(", ")
    }

    /// Adds what the faults of a slot did that are about to be taken away.
    fn count(&mut self, slot: usize, client: &mut Client) -> Result<(), HostError> {
        let Reply::Slots(status) = client.ask(Request::Slots)? else { return Err(client.nonsense()) };
        for fault in status.slots.into_iter().find(|each| each.slot == slot).into_iter().flat_map(|each| each.faults) {
            let Ok(kind) = fault.fault.parse().map(|fault: Fault| fault.effect.kind()) else { continue };
            let times = u64::from(fault.struck);
            match self.struck.iter_mut().find(|(other, _)| *other == kind) {
                Some((_, all)) => *all += times,
                None => self.struck.push((kind, times)),
            }
        }
        Ok(())
    }
}

/// Begins.
pub(crate) fn start(serve: &Serve, seed: u64, over: &Arc<AtomicBool>) -> JoinHandle<Result<Done, Failed>> {
    let (socket, over, chance) = (serve.socket(), Arc::clone(over), Chance::of(seed, 0));
    thread::spawn(move || work(&socket, chance, &over))
}

fn work(socket: &Path, mut chance: Chance, over: &AtomicBool) -> Result<Done, Failed> {
    let mut done = Done::default();
    while !over.load(Ordering::Relaxed) {
        thread::sleep(chance.around(REST));
        // The first slot is the quiet client's.
        let slot = 1 + chance.below(CARDS.len() - 1);
        let mut client = Client::find(Which::Socket(socket)).map_err(|error| error.to_string())?;
        let request = match chance.below(9) {
            0 | 1 => Request::Remove { slot },
            2 | 3 => Request::Reinsert { slot },
            4 => Request::Insert { slot, card: (*chance.of_these(&CARDS)).into(), state_reset: None },
            5 => Request::InsertFrom { slot, from: 1 + chance.below(CARDS.len() - 1) },
            6 => {
                done.count(slot, &mut client).map_err(|error| error.to_string())?;
                Request::ClearFaults { slot }
            }
            _ => {
                let fault = format!("{} seed={}", chance.of_these(&FAULTS), chance.below(1_000_000));
                Request::Fault { slot, faults: vec![fault] }
            }
        };
        match client.ask(request) {
            Ok(Reply::Armed { .. }) => done.armed += 1,
            Ok(Reply::Cleared { .. }) => {}
            // A slot that has a card, or none, takes not everything.
            Ok(_) | Err(HostError::Refused(_)) => done.moves += 1,
            Err(error) => return Err(error.to_string().into()),
        }
    }
    let mut client = Client::find(Which::Socket(socket)).map_err(|error| error.to_string())?;
    (1..CARDS.len()).try_for_each(|slot| done.count(slot, &mut client)).map_err(|error| error.to_string())?;
    Ok(done)
}

/// All that is armed is a fault, and of every kind one is.
pub(crate) fn have_every_kind() -> Result<(), Failed> {
    let faults: Result<Vec<Fault>, _> = FAULTS.iter().map(|fault| format!("{fault} seed=1").parse()).collect();
    let faults = faults.map_err(|error| error.to_string())?;
    let missing = Kind::ALL.iter().find(|kind| faults.iter().all(|fault| fault.effect.kind() != **kind));
    missing.map_or(Ok(()), |kind| Err(format!("no fault of the kind {} is armed", kind.word()).into()))
}
