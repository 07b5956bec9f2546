//! Many clients at once, for a long time, while cards come and go: docs/reliability.md.
//!
//! `virtuale serve` runs as a user runs it. A quiet client is timed alone, before and after, and beside 199 others,
//! which is as many as the service takes. Meanwhile cards are pulled, inserted and put back, and faults of every kind
//! are armed. `VIRTUALE_SOAK` says for how many seconds, 30 if it does not. From 300 on, how long the quiet client
//! waits decides too, memory must be flat and each kind of fault must have struck: on a machine that builds something
//! else at the same time, and before an allocator has all that it keeps, either would say little of us.

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

/// From how many seconds on the waiting of the quiet client is judged, and memory must be flat.
const LONG: u64 = 300;

/// How many clients there are beside the quiet one.
const OTHERS: usize = 199;

/// How much of the time the quiet client is alone: one part in so many, half of it before the others come and half of
/// it when they have gone.
const ALONE: u32 = 6;

/// How many times as long as alone the quiet client may wait, at the 99th percentile.
const SLOWER: u32 = 3;

/// How much of the time that all are there is left out of account as memory is looked at: one part in so many. Until
/// then threads come to have stacks, and the allocator of the system to have places for them.
const WARM_UP: usize = 3;

/// How much more memory the second half of the other time may take than the first one, on average, in kilobytes: in the
/// long form, and in the short one, which is not warm by then.
const GROWTH: [u64; 2] = [1024, 4096];

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
    let pace = crowd::pace()?;
    hands::have_every_kind()?;
    let serve = Serve::start()?;
    let before = serve.usage()?;

    let alone = Quiet::time(&serve, time / ALONE / 2)?;
    let over = Arc::new(AtomicBool::new(false));
    let work = serve.work()?;
    let crowd = Crowd::start(&serve, OTHERS, (seed, pace), &over);
    let hands = hands::start(&serve, seed, &over);
    let (beside, usages) = thread::scope(|scope| {
        let looking = scope.spawn(|| look(&serve, &crowd, time - time / ALONE));
        let beside = Quiet::time(&serve, time - time / ALONE);
        over.store(true, Ordering::Relaxed);
        (beside, looking.join().map_err(|_| "nobody could look at the program"))
    });
    let (beside, usages) = (beside?, usages??);
    let work = serve.work()?.since(&work);
    let (done, acts) = (hands.join().map_err(|_| "the hands that move cards gave up")??, crowd.end(PATIENCE)?);
    let after = serve.settled(before.descriptors)?;
    let alone = alone.and(Quiet::time(&serve, time / ALONE / 2)?);

    let [program, clients, others, idle] = work;
    println!(
        "seed {seed}, {seconds} s, {OTHERS} clients who think {pace:?} between two acts on average: {} acts, {} of which were given up",
        acts.all, acts.left
    );
    println!("{} moves of cards, {} faults armed, which struck: {}", done.moves, done.armed, done.strikes());
    println!("the processors: {program} % the program, {clients} % its clients, {others} % others, {idle} % idle");
    println!("a quiet client, median and p99: alone {alone}, beside the others {beside}");
    let warm = usages.get(usages.len() / WARM_UP..).unwrap_or_default();
    let (first, second) = warm.split_at(warm.len() / 2);
    let (early, late) = (mean(first), mean(second));
    let tenths: Vec<u64> = usages.chunks(usages.len().div_ceil(10).max(1)).map(mean).collect();
    println!("memory: {} kB before, {} kB after, in between {tenths:?} kB", before.memory, after.memory);
    println!("memory, once warm: {early} kB, later {late} kB");
    println!("descriptors: {} before, {} at most, {} after", before.descriptors, most(&usages), after.descriptors);
    let is_long = seconds >= LONG;
    if late > early + GROWTH[usize::from(!is_long)] {
        return Err(format!("the memory of the program grows: {early} kB, later {late} kB").into());
    }
    if is_long && !done.unseen().is_empty() {
        return Err(format!("none of these faults struck: {}", done.unseen().join(", ")).into());
    }
    if after.descriptors > before.descriptors {
        return Err(format!("{} descriptors stay open", after.descriptors - before.descriptors).into());
    }
    if is_long && pace >= crowd::PACE && beside.p99() > alone.p99() * SLOWER {
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

/// How much memory there was, on average.
fn mean(usages: &[Usage]) -> u64 {
    usages.iter().map(|usage| usage.memory).sum::<u64>() / u64::try_from(usages.len().max(1)).unwrap_or(u64::MAX)
}

fn most(usages: &[Usage]) -> usize {
    usages.iter().map(|usage| usage.descriptors).max().unwrap_or_default()
}
