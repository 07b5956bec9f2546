//! Replays what the fuzz targets start from: every file of `tests/fuzz/corpus` goes through the function that the
//! fuzzer calls, one test for each file.
//!
//! A crash that a fuzzer finds becomes a file of the corpus, named after what it is; it is replayed from then on.
//!
//! Then each target gets changed inputs, always the same ones. That is no fuzzing: nothing is learned from what the
//! code does, but what breaks at once is found. How many there are is said by `VIRTUALE_MUTATIONS`.

#[path = "fuzz/targets/lib.rs"]
pub mod targets;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use targets::Target;

/// How long one file may take, unoptimised and on a slow machine: it is there to end what hangs.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let arguments = Arguments::from_args();
    let trials = targets::ALL.iter().flat_map(trials).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// How many changed inputs a target gets, if nobody says otherwise, and how long one is at most.
const MUTATIONS: usize = 100;
const LONGEST: usize = 16_384;

/// A test for each file of a target's corpus and of its other seeds, one that fails where there is none, and one of
/// changed inputs.
fn trials(target: &Target) -> Vec<Trial> {
    let name = target.name;
    let corpus = format!("tests/fuzz/corpus/{name}");
    let folders = [corpus.as_str()].into_iter().chain(target.seeds.iter().copied());
    let mut trials: Vec<_> = folders.flat_map(|folder| of_folder(name, folder)).collect();
    trials.push(Trial::test(format!("{name}/changed inputs"), move || mutate(name)));
    trials
}

/// Runs a target on inputs made of its corpus. The changes are those of a seed, so a failure comes again.
fn mutate(name: &'static str) -> Result<(), Failed> {
    let corpus = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name))?;
    let corpus = corpus.iter().map(fs::read).collect::<io::Result<Vec<_>>>()?;
    let count = env::var("VIRTUALE_MUTATIONS").map_or(Ok(MUTATIONS), |count| count.parse())?;
    let mut chance = ChaCha8Rng::seed_from_u64(0);
    for number in 0..count {
        let data = changed(&corpus, &mut chance);
        if let Err(failed) = run(name, data.clone()) {
            let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/artifacts").join(name);
            fs::create_dir_all(&kept)?;
            let kept = kept.join(format!("changed-{number}"));
            fs::write(&kept, data)?;
            return Err(format!("{}: {}", kept.display(), failed.message().unwrap_or("it failed")).into());
        }
    }
    Ok(())
}

/// A file of the corpus, changed in one to four places.
fn changed(corpus: &[Vec<u8>], chance: &mut ChaCha8Rng) -> Vec<u8> {
    let mut below = |bound: usize| usize::try_from(chance.next_u32()).unwrap_or(0) % bound.max(1);
    let mut data = corpus[below(corpus.len())].clone();
    for _ in 0..=below(4) {
        let at = below(data.len() + 1);
        let end = (at + 1 + below(16)).min(data.len());
        match below(7) {
            0 if at < data.len() => data[at] ^= 1 << below(8),
            // What lengths, counts and signs are about.
            1 if at < data.len() => data[at] = [0x00, 0x01, 0x7F, 0x80, 0x81, 0x82, 0xFE, 0xFF][below(8)],
            2 if at < end => drop(data.drain(at..end)),
            3 if at < end => {
                let again = data[at..end].to_vec();
                data.splice(at..at, again);
            }
            4 => data.truncate(at),
            5 => {
                let other = &corpus[below(corpus.len())];
                let from = below(other.len() + 1);
                data.truncate(at);
                data.extend(&other[from..]);
            }
            _ => data.insert(at, u8::try_from(below(256)).unwrap_or(0)),
        }
        data.truncate(LONGEST);
    }
    data
}

fn of_folder(name: &'static str, folder: &str) -> Vec<Trial> {
    let files = match files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
        Ok(files) if !files.is_empty() => files,
        Ok(_) => return vec![missing(name, format!("{folder} is empty"))],
        Err(error) => return vec![missing(name, format!("{folder}: {error}"))],
    };
    let trial = |file: PathBuf| {
        let case = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(format!("{name}/{case}"), move || replay(name, &file))
    };
    files.into_iter().map(trial).collect()
}

fn missing(name: &str, reason: String) -> Trial {
    Trial::test(format!("{name}/corpus"), move || Err(reason.into()))
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<_> = paths.into_iter().filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn replay(name: &'static str, file: &Path) -> Result<(), Failed> {
    run(name, fs::read(file)?)
}

/// Runs a target in a thread of its own, which may panic and may not go on for ever.
fn run(name: &'static str, data: Vec<u8>) -> Result<(), Failed> {
    let (done, end) = mpsc::channel();
    let replaying = thread::spawn(move || {
        targets::run(name, &data);
        // Nobody listens any more when the limit is over.
        let _ = done.send(());
    });
    match end.recv_timeout(LIMIT) {
        Err(mpsc::RecvTimeoutError::Timeout) => Err(format!("no end within {LIMIT:?}").into()),
        // A panic has closed the channel without a word, and has said its own.
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => replaying.join().map_err(|_| "it panicked".into()),
    }
}
