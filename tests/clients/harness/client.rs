//! Whether a real program is there, and what becomes of its tests if it is not.

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

impl Client {
    /// A test of this program: run in a sandbox that must be empty of processes and sockets afterwards.
    pub(crate) fn trial<Body>(&self, name: &str, body: Body) -> Trial
    where
        Body: FnOnce(&Sandbox) -> Result<(), Failed> + Send + 'static,
    {
        let run = move || {
            let sandbox = Sandbox::new()?;
            let verdict = body(&sandbox);
            let cleanliness = sandbox.close();
            verdict.and(cleanliness)
        };
        if self.is_there() {
            return Trial::test(name, run);
        }
        let reason = format!("{} is not installed; the package {} has it", self.name, self.package);
        if env::var_os("VIRTUALE_REQUIRE_CLIENTS").is_some_and(|value| value == "1") {
            return Trial::test(name, move || Err(reason.into()));
        }
        Trial::test(name, run).with_kind(reason).with_ignored_flag(true)
    }

    /// The same, but ignored if there is a reason why no card passes it with this program as it is installed.
    pub(crate) fn trial_unless<Body>(&self, reason: Option<&str>, name: &str, body: Body) -> Trial
    where
        Body: FnOnce(&Sandbox) -> Result<(), Failed> + Send + 'static,
    {
        match reason {
            Some(reason) => Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true),
            None => self.trial(name, body),
        }
    }

    /// Whether it is installed.
    pub(crate) fn is_there(&self) -> bool {
        self.presence.holds()
    }
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
