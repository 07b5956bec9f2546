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
use virtuale::host::{
    HostError,
    control::{Client, Request, Which},
};

use crate::{
    chance::Chance,
    serve::{CARDS, Serve},
};

/// How long they rest between two moves, on average.
const REST: Duration = Duration::from_millis(30);

/// Begins; gives how many moves were made.
pub(crate) fn start(serve: &Serve, seed: u64, over: &Arc<AtomicBool>) -> JoinHandle<Result<u64, Failed>> {
    let (socket, over, chance) = (serve.socket(), Arc::clone(over), Chance::of(seed, 0));
    thread::spawn(move || work(&socket, chance, &over))
}

fn work(socket: &Path, mut chance: Chance, over: &AtomicBool) -> Result<u64, Failed> {
    let mut moves = 0;
    while !over.load(Ordering::Relaxed) {
        thread::sleep(chance.around(REST));
        let slot = 1 + chance.below(CARDS.len() - 1);
        let request = match chance.below(6) {
            0 | 1 => Request::Remove { slot },
            2 | 3 => Request::Reinsert { slot },
            4 => Request::Insert { slot, card: (*chance.of_these(&CARDS)).into(), state_reset: None },
            _ => Request::InsertFrom { slot, from: 1 + chance.below(CARDS.len() - 1) },
        };
        let mut client = Client::find(Which::Socket(socket)).map_err(|error| error.to_string())?;
        match client.ask(request) {
            // A slot that has a card, or none, takes not everything.
            Ok(_) | Err(HostError::Refused(_)) => moves += 1,
            Err(error) => return Err(error.to_string().into()),
        }
    }
    Ok(moves)
}
