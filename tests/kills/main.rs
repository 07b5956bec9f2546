//! Kept cards whose program is killed: `virtuale --state` gets SIGKILL at random moments, and whatever was answered
//! before is on the card afterwards, all of it, and nothing is there twice.
//!
//! `VIRTUALE_KILLS` says how often (200 if nothing is said; the long form is 10000), `VIRTUALE_KILLS_SEED` with which
//! seed, which is printed. What is sent to a card is one row of commands. Of those that were answered the effect must
//! be there; the next one may have its effect, none, or, where it commits twice, that of its first commit; those behind
//! it have none.

mod signed;
mod world;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use signed::Signed;
use world::{World, cps, holder};

/// The program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_virtuale");

/// The day of all runs.
const DAY: &str = "2026-01-15";

/// Numbers that look drawn (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one.
    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// A moment of up to so many microseconds.
    fn moment(&mut self, most: u64) -> Duration {
        Duration::from_micros(self.below(most))
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable}={value} is no number")))
}

/// A card whose files an update station changes, all or nothing, under secure messaging.
struct Updated {
    state: PathBuf,
    card: PathBuf,
    changes: [PathBuf; 2],
    /// What the card says after each of the two.
    says: [String; 2],
    /// Which of the two it was brought to last.
    is: usize,
    /// How long one update takes.
    takes: Duration,
}

impl Updated {
    fn new(folder: &Path) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let there = root.join("fixtures/updates/10000002.toml");
        let back = folder.join("back.toml");
        let text = fs::read_to_string(&there).expect("a change");
        assert!(text.contains("22 AVENUE DU MODELE"), "the change is another one");
        fs::write(&back, text.replace("22 AVENUE DU MODELE", "9 PLACE DU RETOUR")).expect("room");
        let mut updated = Self {
            state: folder.join("updated"),
            card: root.join("applets/cards/vitale2-martin.toml"),
            changes: [there, back],
            says: Default::default(),
            is: 0,
            takes: Duration::ZERO,
        };
        for to in [0, 1] {
            let begun = Instant::now();
            let done = updated.update(to).stdout(Stdio::null()).status().expect("it starts");
            assert!(done.success(), "{done}");
            updated.takes = begun.elapsed();
            updated.says[to] = updated.read();
            updated.is = to;
        }
        assert_ne!(updated.says[0], updated.says[1]);
        updated
    }

    fn with_state(&self, verb: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg(verb).arg("--state").arg(&self.state).args(["--now", DAY, "--card"]).arg(&self.card);
        command
    }

    fn update(&self, to: usize) -> Command {
        let mut command = self.with_state("update");
        command.arg(&self.changes[to]);
        command
    }

    fn read(&self) -> String {
        let read = self.with_state("read").arg("--json").output().expect("it starts");
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        String::from_utf8(read.stdout).expect("text")
    }

    /// Kills an update; whether it had been done.
    fn kill(&mut self, dice: &mut Dice) -> bool {
        let to = 1 - self.is;
        let mut child = self.update(to).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let most = u64::try_from(self.takes.as_micros()).expect("less than a century");
        thread::sleep(dice.moment(most + most / 2));
        let done = child.try_wait().expect("a child").is_some_and(|status| status.success());
        let _ = child.kill();
        child.wait().expect("a child");
        let says = self.read();
        assert!(self.says.contains(&says), "the card is neither as it was nor as it was to be:\n{says}");
        let is = usize::from(says == self.says[1]);
        assert!(!done || is == to, "the station had said that the card was updated, and it is not");
        self.is = is;
        done
    }
}

#[test]
fn a_card_whose_program_is_killed_is_whole_and_has_all_that_was_answered() {
    let kills = number("VIRTUALE_KILLS").unwrap_or(200);
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seed = number("VIRTUALE_KILLS_SEED").unwrap_or_else(clock);
    println!("{kills} kills, VIRTUALE_KILLS_SEED={seed}");
    // A kill takes nothing from what the system has to write: a disk would only make fewer commands come before it.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.expect("a temporary folder");
    let mut dice = Dice(seed);
    let mut worlds: [World; 2] = [cps(folder.path()), holder(folder.path())];
    let mut updated = Updated::new(folder.path());
    let mut signed = Signed::new(folder.path());
    let (mut answered, mut updates, mut forms) = (0, 0, 0);
    for kill in 0..kills {
        let which = usize::try_from(dice.below(16)).expect("below 16");
        match which {
            0 => forms += u32::from(signed.kill(&mut dice)),
            1 | 2 => updates += u32::from(updated.kill(&mut dice)),
            _ => answered += worlds[which % 2].kill(&mut dice, kill),
        }
    }
    let challenges: usize = worlds.iter().map(World::challenges).sum();
    println!(
        "{answered} commands were answered before a kill; {updates} updates and {forms} forms done; {challenges} challenges"
    );
    assert!(answered > kills, "hardly a command was answered before its kill: {answered}");
}
