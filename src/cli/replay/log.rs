//! The log that a run is printed to, which on GitHub takes orders from its lines.

use std::{
    env,
    fmt::Display,
    hash::{BuildHasher, Hasher, RandomState},
    io,
};

use crate::{
    cli::output,
    trace::{report, suite::Verdict},
};

/// A log, and whether it takes orders.
pub(super) struct Log {
    /// What nobody can know who wrote a trace: with it, orders are taken again.
    token: Option<String>,
}

impl Log {
    /// That of this process.
    pub(super) fn of_environment() -> Self {
        let on_github = env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        Self { token: on_github.then(token) }
    }

    /// Prints a page with words of traces in it: between its first and its last line, nothing is an order.
    pub(super) fn page(&self, page: impl Display) -> io::Result<()> {
        let Some(token) = &self.token else { return output::print(page) };
        output::order(format_args!("::stop-commands::{token}"))?;
        let printed = output::print(page);
        output::order(format_args!("::{token}::"))?;
        printed
    }

    /// Shows what was found beside the lines of the trace, where the log can.
    pub(super) fn annotate(&self, verdict: &Verdict) -> io::Result<()> {
        match self.token {
            Some(_) => report::github(verdict).lines().try_for_each(output::order),
            None => Ok(()),
        }
    }
}

/// 128 bits of the system's chance, in hexadecimal.
fn token() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}
