//! Replays what the fuzz targets start from: every file of `tests/fuzz/corpus` goes through the function that the
//! fuzzer calls, one test for each file.
//!
//! A crash that a fuzzer finds becomes a file of the corpus, named after what it is; it is replayed from then on.

#[path = "fuzz/targets/lib.rs"]
pub mod targets;

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use libtest_mimic::{Arguments, Failed, Trial};
use targets::Target;

/// How long one file may take, unoptimised and on a slow machine: it is there to end what hangs.
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    let arguments = Arguments::from_args();
    let trials = targets::ALL.iter().flat_map(trials).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// A test for each file of a target's corpus and of its other seeds, and one that fails where there is none.
fn trials(target: &Target) -> Vec<Trial> {
    let name = target.name;
    let corpus = format!("tests/fuzz/corpus/{name}");
    let folders = [corpus.as_str()].into_iter().chain(target.seeds.iter().copied());
    folders.flat_map(|folder| of_folder(name, folder)).collect()
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
    let data = fs::read(file)?;
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
