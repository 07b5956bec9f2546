//! The readers that run, as lists for people who are to name some of them.

use std::{env, path::Path};

use super::{
    language::Language,
    messages::{Places, in_both},
    shell,
    slots::table,
    system::words,
};
use crate::{
    host::{HostError, Running, VARIABLE, control::Status, running},
    profile::said::{Bilingual, said},
    shown,
    system::socket::led_to,
};

/// Those of this shell, if they run.
pub(super) fn own() -> Option<Running> {
    let socket = led_to(Path::new(&env::var_os(VARIABLE)?))?;
    running().into_iter().find(|running| running.socket == socket)
}

/// Whether the system's pcscd shows a card of these readers.
#[cfg(unix)]
fn is_shown_by_pcscd(status: &Status) -> bool {
    status.slots.iter().any(|slot| slot.drivers.iter().any(|driver| driver == "pcscd"))
}

/// Running readers, and what a person is told of their slots.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) running: Running,
    /// What is in the slots, line by line, or why that is not known.
    pub(super) contents: Bilingual,
    /// Whether the system's pcscd shows a card of theirs.
    #[cfg(unix)]
    pub(super) is_shown_by_pcscd: bool,
}

/// All that run.
pub(super) fn look() -> Vec<Seen> {
    let seen = |running: Running| {
        let status = running.status();
        Seen {
            contents: in_both(|language| contents(&status, language)),
            #[cfg(unix)]
            is_shown_by_pcscd: status.as_ref().is_ok_and(is_shown_by_pcscd),
            running,
        }
    };
    running().into_iter().map(seen).collect()
}

/// What there is to choose from where readers were meant that are not there.
pub(super) fn choice() -> Bilingual {
    let seen = look();
    if seen.is_empty() {
        let (none, start) = (Places::NoneRuns.said(), Bilingual::new(words::START, words::START_FR));
        return said!(with none, start; en: "{none}; {start}", fr: "{none} ; {start}");
    }
    in_both(|language| {
        seen.iter().fold(Places::TheseRun.text(language), |choice, Seen { running, contents, .. }| {
            let contents = match language {
                Language::En => &contents.english,
                Language::Fr => &*contents.french,
            };
            let name = shown::word(&running.name);
            format!("{choice}\n  --name {name}\n  {}\n{}", export(running), contents.trim_end())
        })
    })
}

/// The line that makes them those of a shell.
pub(super) fn export(running: &Running) -> String {
    String::from_utf8_lossy(&shell::export(&running.socket, None)).trim_end().to_owned()
}

/// What is in the slots of running readers, line by line, or why that is not known.
pub(super) fn contents(status: &Result<Status, HostError>, language: Language) -> String {
    let text = match status {
        Ok(status) => table(status, language),
        Err(error) => shown::text(error.said().text(language.into())).into_owned(),
    };
    text.lines().map(|line| format!("    {line}\n")).collect()
}
