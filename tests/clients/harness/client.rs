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
    if env::var_os("VIRTUALE_REQUIRE_CLIENTS").is_some_and(|value| value == "1") {
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

impl Presence {
    fn holds(&self) -> bool {
        match self {
            Self::Program(name) => on_search_path(name).is_some(),
            Self::File(path) => Path::new(path).exists(),
            Self::PythonModule(module) => imports(module),
        }
    }
}

fn on_search_path(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The system's Python, since distributions install modules for that one only.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

fn imports(module: &str) -> bool {
    let import = format!("import {module}");
    let mut python = Command::new(PYTHON);
    python.args(["-c", import.as_str()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    python.status().is_ok_and(|status| status.success())
}
