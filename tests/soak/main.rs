//! Many clients at once, for a long time, while cards come and go: docs/reliability.md.
//!
//! `virtuale serve` runs as a user runs it. A quiet client is timed alone, then beside 199 others, which is as many as
//! the service takes. Meanwhile cards are pulled, inserted and put back. `VIRTUALE_SOAK` says for how many seconds, 30
//! if it does not; from 300 on, how long the quiet client waits decides too: on a machine that builds something else at
//! the same time it would say nothing of us.

#![cfg(unix)]

mod chance;
mod crowd;
mod hands;
mod quiet;
mod serve;

use std::{
    env,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};

use self::{
    crowd::Crowd,
    quiet::Quiet,
    serve::{Serve, Usage},
};

/// How long it takes if nobody says, in seconds.
const SHORT: u64 = 30;

/// From how many seconds on the waiting of the quiet client is judged.
const LONG: u64 = 300;

/// How many clients there are beside the quiet one.
const OTHERS: usize = 199;

/// How much of the time the quiet client is alone: one part in so many.
const ALONE: u32 = 6;

/// How many times as long as alone the quiet client may wait, at the 99th percentile.
const SLOWER: u32 = 3;

/// How much memory may grow once all have been there for a while, in kilobytes: what an allocator keeps for itself,
/// which comes to an end.
const GROWTH: u64 = 4096;

/// How long anything may take a client before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often the program is looked at.
const LOOK: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let trial = Trial::test("two_hundred_clients_while_cards_come_and_go", soak);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn soak() -> Result<(), Failed> {
    let seconds = env::var("VIRTUALE_SOAK").ok();
    let seconds = seconds.map_or(Ok(SHORT), |seconds| seconds.parse()).map_err(|_| "VIRTUALE_SOAK is no number")?;
    let (time, seed) = (Duration::from_secs(seconds), chance::seed()?);
    let serve = Serve::start()?;
    let before = serve.usage()?;

    let alone = Quiet::time(&serve, time / ALONE)?;
    let over = Arc::new(AtomicBool::new(false));
    let crowd = Crowd::start(&serve, OTHERS, seed, &over);
    let hands = hands::start(&serve, seed, &over);
    let (beside, usages) = thread::scope(|scope| {
        let looking = scope.spawn(|| look(&serve, &crowd, time - time / ALONE));
        let beside = Quiet::time(&serve, time - time / ALONE);
        over.store(true, Ordering::Relaxed);
        (beside, looking.join().map_err(|_| "nobody could look at the program"))
    });
    let (beside, usages) = (beside?, usages??);
    let (moves, acts) = (hands.join().map_err(|_| "the hands that move cards gave up")??, crowd.end(PATIENCE)?);
    let after = serve.settled(before.descriptors)?;

    let (early, late) = halves(&usages);
    println!("seed {seed}, {seconds} s, {OTHERS} clients: {acts} acts, {moves} moves of cards and faults");
    println!("a quiet client, median and p99: alone {alone}, beside the others {beside}");
    println!("memory: {} kB before, {early} to {late} kB with all there, {} kB after", before.memory, after.memory);
    println!("descriptors: {} before, {} at most, {} after", before.descriptors, most(&usages), after.descriptors);
    if late > early + GROWTH {
        return Err(format!("the memory of the program grows: {early} kB, later {late} kB").into());
    }
    if after.descriptors > before.descriptors {
        return Err(format!("{} descriptors stay open", after.descriptors - before.descriptors).into());
    }
    if seconds >= LONG && beside.p99 > alone.p99 * SLOWER {
        return Err(format!("the quiet client waits more than {SLOWER} times as long").into());
    }
    serve.stop()
}

/// Looks at the program until the time is over; says that a client is stuck as soon as one is.
fn look(serve: &Serve, crowd: &Crowd, time: Duration) -> Result<Vec<Usage>, Failed> {
    let (start, mut usages) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        thread::sleep(LOOK);
        usages.push(serve.usage()?);
        crowd.is_well(PATIENCE)?;
    }
    Ok(usages)
}

/// The most memory in the second and in the last quarter, since all come in the first.
fn halves(usages: &[Usage]) -> (u64, u64) {
    let quarter = usages.len() / 4;
    let most = |usages: &[Usage]| usages.iter().map(|usage| usage.memory).max().unwrap_or_default();
    (most(&usages[quarter..2 * quarter]), most(&usages[3 * quarter..]))
}

fn most(usages: &[Usage]) -> usize {
    usages.iter().map(|usage| usage.descriptors).max().unwrap_or_default()
}
