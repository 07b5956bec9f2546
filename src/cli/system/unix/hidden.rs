//! A terminal that shows nothing of what is typed, and that no signal leaves so.

use std::{
    io,
    ops::RangeInclusive,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
};

use rustix::{
    io::{Errno, read},
    process::{Signal, getpgrp, kill_current_process_group},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr},
};
use signal_hook::{
    consts::{
        SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGTTIN, SIGUSR1,
        SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
    },
    iterator::Signals,
    low_level::{emulate_default_handler, exit, raise},
};

use zeroize::Zeroizing;

use super::supervise::Ignored;
use crate::cli::output;

/// What ends or stops us, and would leave the terminal as it is. Not those that a fault of our own raises (SIGBUS,
/// SIGFPE, SIGILL, SIGSEGV): whoever hears them and goes on comes to the same fault again.
const HEARD: [i32; 15] = [
    SIGABRT, SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTRAP, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGXCPU, SIGXFSZ,
];

/// Those that only Linux has, or that end us only there: SIGSTKFLT, SIGIO, SIGPWR, and the real-time signals. Some
/// libraries of the system keep the first of these to themselves.
#[cfg(target_os = "linux")]
const HEARD_HERE: [RangeInclusive<i32>; 3] = [16..=16, 29..=30, 34..=64];
#[cfg(not(target_os = "linux"))]
const HEARD_HERE: [RangeInclusive<i32>; 0] = [];

/// What shells add to the number of a signal that ended a program.
const SHELL_SIGNAL: i32 = 128;

/// Keys.
const BACKSPACE: [u8; 2] = [0x08, 0x7F];
const CONTROL_C: u8 = 0x03;
const CONTROL_D: u8 = 0x04;
const CONTROL_U: u8 = 0x15;
const CONTROL_Z: u8 = 0x1A;
const CONTROL_BACKSLASH: u8 = 0x1C;

/// The modes of the terminal while it is hidden.
static MODES: Mutex<Option<Modes>> = Mutex::new(None);

struct Modes {
    before: Termios,
    hidden: Termios,
}

/// The terminal of standard input shows nothing of what is typed, until this is dropped.
pub(in crate::cli) struct Hidden(());

impl Hidden {
    /// `None` if the terminal shows it all the same, or could be left so.
    pub(in crate::cli) fn begin() -> Option<Self> {
        let before = tcgetattr(io::stdin()).ok()?;
        // Changes nothing, but stops us here if we are in the background, while signals still do what they always do.
        set(&before).ok()?;
        hear_signals()?;
        let mut hidden = before.clone();
        // Keys come one by one, also those that would end the program: what was typed goes with them.
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        let shown = Self(());
        *modes() = Some(Modes { before, hidden: hidden.clone() });
        set(&hidden).ok()?;
        Some(shown)
    }

    /// What a person types up to the end of the line; `None` at the end of input. What is beyond `longest` characters
    /// is counted only, so that it can be taken back.
    pub(in crate::cli) fn line(self, longest: usize) -> Option<Zeroizing<Vec<u8>>> {
        let typed = typed(longest);
        drop(self);
        output::say("");
        match typed {
            Typed::Line(line) => Some(line),
            Typed::End => None,
            Typed::Signal(signal) => {
                // As if the key had done what it does elsewhere.
                as_if_sent(signal);
                None
            }
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(Modes { before, .. }) = modes().take() {
            // Nobody can be told if that fails.
            let _ = set(&before);
        }
    }
}

/// Does what this signal does to a program that takes no notice of it; nothing where our caller has it ignored.
fn as_if_sent(signal: i32) {
    if !Ignored::now().has(signal) {
        let _ = emulate_default_handler(signal);
    }
}

fn set(modes: &Termios) -> rustix::io::Result<()> {
    tcsetattr(io::stdin(), OptionalActions::Flush, modes)
}

fn modes() -> MutexGuard<'static, Option<Modes>> {
    MODES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts to hear signals, once and for all: each does what it always does, but first the terminal is put back.
/// `None` if the system has none to hear them.
fn hear_signals() -> Option<()> {
    static HEARS: OnceLock<Option<()>> = OnceLock::new();
    *HEARS.get_or_init(|| {
        let ignored = Ignored::now();
        let mut signals = Signals::new(HEARD.iter().filter(|&&signal| !ignored.has(signal))).ok()?;
        for signal in HEARD_HERE.into_iter().flatten().filter(|&signal| !ignored.has(signal)) {
            // Who cannot hear one cannot be told more of it.
            let _ = signals.add_signal(signal);
        }
        let hear = move || signals.forever().for_each(obey);
        thread::Builder::new().name("signals".into()).spawn(hear).ok().map(drop)
    })
}

fn obey(signal: i32) {
    // Held until we are gone or wake again, so that nobody hides the terminal meanwhile.
    let modes = modes();
    // From the background this would stop us, and there the terminal is as whoever is in front has it.
    let in_front = tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp());
    if let Some(Modes { before, .. }) = modes.as_ref().filter(|_| in_front) {
        let _ = set(before);
    }
    if signal != SIGTSTP {
        let _ = emulate_default_handler(signal);
        // Still there: it is one whose default is not known to end us. The code is that of a shell for one that did.
        exit(SHELL_SIGNAL + signal);
    }
    // Stops us as SIGTSTP would, which we hear: not where no shell could wake us. SIGSTOP would even there.
    // Raised, it stops us here and not a moment later.
    let _ = raise(SIGTTIN);
    if let Some(Modes { hidden, .. }) = modes.as_ref() {
        let _ = set(hidden);
    }
}

/// What came of typing.
enum Typed {
    Line(Zeroizing<Vec<u8>>),
    End,
    Signal(i32),
}

fn typed(longest: usize) -> Typed {
    let mut line = Zeroizing::new(Vec::with_capacity(longest));
    let mut beyond = 0_usize;
    let mut key = Zeroizing::new([0]);
    loop {
        match read(io::stdin(), &mut *key) {
            Err(Errno::INTR) => continue,
            Ok(0) | Err(_) => return Typed::End,
            Ok(_) => {}
        }
        match key[0] {
            b'\n' | b'\r' => return Typed::Line(line),
            CONTROL_C => return Typed::Signal(SIGINT),
            CONTROL_BACKSLASH => return Typed::Signal(SIGQUIT),
            CONTROL_Z => {
                line.clear();
                beyond = 0;
                // To all that the key would reach, so that a shell takes over; we hear it too.
                let _ = kill_current_process_group(Signal::TSTP);
            }
            CONTROL_D if line.is_empty() => return Typed::End,
            CONTROL_U => {
                line.clear();
                beyond = 0;
            }
            key if BACKSPACE.contains(&key) && beyond > 0 => beyond -= 1,
            key if BACKSPACE.contains(&key) => drop(line.pop()),
            key if line.len() < longest => line.push(key),
            _ => beyond = beyond.saturating_add(1),
        }
    }
}
