//! What it costs to keep a card: commits of a card that is kept, in memory and on a disk, and commands that only read.
//!
//! The budget is 5,000 commits a second where the folder lies in memory (`/dev/shm`); on a disk a commit costs one
//! `fsync`, whose price alone is shown beside it. Reading must cost a card that is kept what it costs any other: both
//! are there at the same time and take turns, so that other work on the machine falls on both.
//!
//! `VIRTUALE_BENCH_STATE` names the folder on a disk; that of temporary files if nothing is said.

use std::{
    env,
    fs::File,
    hint,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Weak},
    thread,
    time::{Duration, Instant},
};

use virtuale::{
    engine::Response,
    host::{Host, state::State},
    reader::{Caller, Protocols, Readers, Session, Share},
};

/// How many commands of a kind are sent before the next has its turn, and how often.
const READS: u32 = 20_000;
const COMMITS: u32 = 500;
const ROUNDS: usize = 15;

/// How many commits the program itself is asked for, over its standard input.
const ASKED: usize = 10_000;

/// VERIFY of the holder's code, and SELECT of the file that is his.
const BEGIN: [&[u8]; 2] = [b"\x00\x20\x00\x01\x041234", &[0, 0xA4, 9, 0x0C, 6, 0x3F, 0, 0, 1, 0xD1, 7]];

const READ: &[u8] = &[0, 0xB0, 0, 0, 4];

/// A program that never goes.
struct Here;

impl Caller for Here {
    fn is_gone(&self) -> bool {
        false
    }

    fn card_left(&self, _: u64) {}
}

/// A professional's card in a slot of its own.
struct Card {
    session: Session,
    handle: u32,
    protocol: Protocols,
    response: Response,
    number: u32,
    _readers: Arc<Readers>,
    _caller: Arc<Here>,
}

impl Card {
    /// A card that is kept in that folder, or one that is not kept.
    fn new(state: Option<&Path>) -> Self {
        let host = Host::builder().card("cps-lefevre");
        let host = state.into_iter().fold(host, |host, state| host.state(State::open(state).expect("a folder")));
        let readers = host.in_process().expect("readers");
        let caller = Arc::new(Here);
        let weak: Weak<Here> = Arc::downgrade(&caller);
        let session = Session::new(Arc::clone(&readers), weak);
        let context = session.establish(2).expect("a context");
        let reader = readers.states()[0].name.to_string();
        let opened = session.connect(context, reader.as_bytes(), Share::SHARED, Protocols::T0 | Protocols::T1);
        let (handle, protocol) = opened.expect("a card");
        let response = Response::new();
        let mut card = Self { session, handle, protocol, response, number: 0, _readers: readers, _caller: caller };
        BEGIN.iter().for_each(|command| card.send(command));
        card
    }

    fn send(&mut self, command: &[u8]) {
        let Self { session, handle, protocol, response, .. } = self;
        session.transmit(0, *handle, *protocol, command, response).expect("an answer");
        assert!(response.as_bytes().ends_with(&[0x90, 0x00]), "{:02X?}", response.as_bytes());
    }

    /// How long a command takes that reads.
    fn read(&mut self) -> Duration {
        let start = Instant::now();
        (0..READS).for_each(|_| self.send(hint::black_box(READ)));
        start.elapsed() / READS
    }

    /// How long one takes that commits: UPDATE BINARY of 4 bytes.
    fn commit(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..COMMITS {
            self.number = self.number.wrapping_add(1);
            let command = [&[0, 0xD6, 0, 0, 4][..], &self.number.to_be_bytes()].concat();
            self.send(&command);
        }
        start.elapsed() / COMMITS
    }
}

/// How long an `fsync` takes behind 4 bytes that are written, in that folder.
fn fsync(folder: &Path) -> io::Result<Duration> {
    let mut file = File::create(folder.join("fsync"))?;
    let start = Instant::now();
    for _ in 0..COMMITS {
        file.write_all(b"1234")?;
        file.sync_data()?;
    }
    Ok(start.elapsed() / COMMITS)
}

/// How long a commit takes the program itself: `virtuale apdu --state`, asked over a pipe and answering over another.
fn program(folder: &Path) -> io::Result<Duration> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_virtuale"))
        .args(["apdu", "--card", "cps-lefevre", "--state"])
        .arg(folder.join("program"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let writer = thread::spawn(move || -> io::Result<()> {
        let line = |command: &[u8]| command.iter().map(|byte| format!("{byte:02X}")).collect::<String>() + "\n";
        let begin: String = BEGIN.iter().map(|command| line(command)).collect();
        input.write_all(begin.as_bytes())?;
        let commits: String = (0..ASKED).map(|number| format!("00D6000004{number:08X}\n")).collect();
        input.write_all(commits.as_bytes())
    });
    let answers = BufReader::new(output).lines().map_while(Result::ok).filter(|line| line.starts_with("< "));
    let mut answers = answers.skip(BEGIN.len());
    // From the first answer on: what comes before is the start of the program.
    assert!(answers.next().is_some_and(|answer| answer.starts_with("< 9000")), "no commit was answered");
    let start = Instant::now();
    let count = answers.filter(|answer| answer.starts_with("< 9000")).count();
    let took = start.elapsed();
    writer.join().map_err(|_| io::ErrorKind::Other)??;
    assert!(child.wait()?.success() && count == ASKED - 1, "{count} commits were answered");
    Ok(took / u32::try_from(count).unwrap_or(u32::MAX))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn show(what: &str, each: Duration) {
    let a_second = 1.0 / each.as_secs_f64().max(f64::MIN_POSITIVE);
    println!("{what:<55} {:>10.2} us {a_second:>12.0} a second", each.as_secs_f64() * 1e6);
}

fn main() -> io::Result<()> {
    // Called as a test it says that it runs.
    let rounds = if env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let disk = env::var_os("VIRTUALE_BENCH_STATE").map_or_else(env::temp_dir, PathBuf::from);
    let memory = Some(Path::new("/dev/shm")).filter(|memory| memory.is_dir());
    let folder = |place: &Path| tempfile::Builder::new().prefix("virtuale").tempdir_in(place);
    let (on_disk, in_memory) = (folder(&disk)?, memory.map(folder).transpose()?);
    println!("on a disk: {}; in memory: {}", disk.display(), memory.map_or("no such place", |_| "/dev/shm"));

    let mut none = Card::new(None);
    let mut kept = in_memory.as_ref().map(|folder| Card::new(Some(&folder.path().join("state"))));
    let mut on_it = Card::new(Some(&on_disk.path().join("state")));
    let (mut reads, mut commits) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
    for _ in 0..rounds {
        let cards = [Some(&mut none), kept.as_mut(), Some(&mut on_it)];
        for ((card, reads), commits) in cards.into_iter().zip(&mut reads).zip(&mut commits) {
            if let Some(card) = card {
                reads.push(card.read());
                commits.push(card.commit());
            }
        }
    }
    let names = ["not kept", "kept in memory", "kept on a disk"];
    let there = |times: &[Vec<Duration>; 3]| -> Vec<(&str, Duration)> {
        names
            .into_iter()
            .zip(times)
            .filter(|(_, times)| !times.is_empty())
            .map(|(name, times)| (name, median(times.clone())))
            .collect()
    };
    let reads = there(&reads);
    for (name, read) in &reads {
        show(&format!("READ BINARY, {name}"), *read);
        println!("{:<55} {:>10.3}", "  over not kept", read.as_secs_f64() / reads[0].1.as_secs_f64());
    }
    there(&commits).iter().for_each(|(name, commit)| show(&format!("UPDATE BINARY, {name}"), *commit));
    show("write and fsync alone, on that disk", fsync(on_disk.path())?);
    if let Some(folder) = &in_memory {
        show("UPDATE BINARY by virtuale apdu --state, in memory", program(folder.path())?);
    }
    show("UPDATE BINARY by virtuale apdu --state, on a disk", program(on_disk.path())?);
    Ok(())
}
