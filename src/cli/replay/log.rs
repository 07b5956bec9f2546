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
    stream: Stream,
    /// What nobody can know who wrote a trace: with it, orders are taken again.
    token: Option<String>,
}

/// The stream that leads to the log. All that a log gets goes the same way, so that it comes in its order.
#[derive(Clone, Copy, Debug)]
enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

impl Log {
    /// That of this process.
    pub(super) fn of_environment() -> Self {
        Self::on(Stream::Output)
    }

    /// That of this process where standard output is another program's.
    pub(super) fn beside_a_program() -> Self {
        Self::on(Stream::Error)
    }

    fn on(stream: Stream) -> Self {
        let on_github = env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        Self { stream, token: on_github.then(token) }
    }

    /// Prints a page with words of traces in it: between its first and its last line, nothing is an order.
    pub(super) fn page(&self, page: impl Display) -> io::Result<()> {
        let Some(token) = &self.token else { return self.stream.print(page) };
        self.stream.order(&format!("::stop-commands::{token}"))?;
        let printed = self.stream.print(page);
        self.stream.order(&format!("::{token}::"))?;
        printed
    }

    /// Shows what was found beside the lines of the trace, where the log can.
    pub(super) fn annotate(&self, verdict: &Verdict) -> io::Result<()> {
        match self.token {
            Some(_) => report::github(verdict).lines().try_for_each(|line| self.stream.order(line)),
            None => Ok(()),
        }
    }
}

impl Stream {
    fn print(self, page: impl Display) -> io::Result<()> {
        match self {
            Self::Output => output::print(page),
            Self::Error => {
                output::tell(page);
                Ok(())
            }
        }
    }

    fn order(self, line: &str) -> io::Result<()> {
        match self {
            Self::Output => output::order(line),
            Self::Error => {
                output::order_on_error(line);
                Ok(())
            }
        }
    }
}

/// 128 bits of the system's chance, in hexadecimal.
fn token() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", word(), word())
}
