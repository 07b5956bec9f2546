//! Whether real programs are there, and what becomes of their tests if they are not.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use libtest_mimic::{Failed, Trial};

use super::Sandbox;

/// A real program, and the package that brings it.
pub(crate) struct Client {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The Debian package.
    pub(crate) package: &'static str,
    /// How to see that it is there.
    pub(crate) presence: Presence,
}

/// How to see that a program is there.
pub(crate) enum Presence {
    /// A program of the search path.
    Program(&'static str),
    /// A program outside of it.
    File(&'static str),
    /// A module of Perl.
    PerlModule(&'static str),
    /// A module of the system's Python.
    PythonModule(&'static str),
}

/// A test of programs: run in a sandbox that must be empty of processes and sockets afterwards. It needs all of them.
pub(crate) fn trial<Body>(clients: &[&Client], name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Sandbox) -> Result<(), Failed> + Send + 'static,
{
    let run = move || {
        let sandbox = Sandbox::new()?;
        let verdict = body(&sandbox);
        let cleanliness = sandbox.close();
        verdict.and(cleanliness)
    };
    let Some(missing) = clients.iter().find(|client| !client.presence.holds()) else {
        return Trial::test(name, run);
    };
    let reason = format!("{} is not installed; the package {} has it", missing.name, missing.package);
    let required = env::var_os("VIRTUALE_REQUIRE_CLIENTS").is_some_and(|value| value == "1");
    if required && !is_not_offered(missing.package) {
        return Trial::test(name, move || Err(reason.into()));
    }
    left_out(&reason, name)
}

/// The same, but ignored if there is a reason why no card passes it with the programs that are installed.
pub(crate) fn trial_unless<Body>(reason: Option<&str>, clients: &[&Client], name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Sandbox) -> Result<(), Failed> + Send + 'static,
{
    reason.map_or_else(|| trial(clients, name, body), |reason| left_out(reason, name))
}

/// A test that is reported as ignored, with the reason.
pub(crate) fn left_out(reason: &str, name: &str) -> Trial {
    Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true)
}

/// Whether `.ci/run` found that the distribution has no such package.
fn is_not_offered(package: &str) -> bool {
    env::var("VIRTUALE_CLIENTS_NOT_OFFERED").is_ok_and(|names| names.split(' ').any(|name| name == package))
}

impl Presence {
    fn holds(&self) -> bool {
        match self {
            Self::Program(name) => on_search_path(name).is_some(),
            Self::File(path) => Path::new(path).exists(),
            Self::PerlModule(module) => succeeds("perl", &[&format!("-M{module}"), "-e", "1"]),
            Self::PythonModule(module) => succeeds(PYTHON, &["-c", &format!("import {module}")]),
        }
    }
}

fn on_search_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The system's Python, since distributions install modules for that one only.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

fn succeeds(program: &str, words: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
