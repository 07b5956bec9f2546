//! The readers of this user that run: what they are called, and what is in their slots.

use std::{fmt, path::PathBuf, str::FromStr, time::Duration};

use super::{
    HostError,
    control::{Client, Reply, Request, Status},
    folder,
};
use crate::system::file::unnamable;

/// How long running readers may take to say what is in their slots, which makes them wait for nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest name that may be chosen for readers, in bytes: it is part of the path of a socket.
pub const LONGEST_HOST_NAME: usize = 32;

/// A name that was chosen for readers, by which others than their own programs mean them.
///
/// It begins with a letter, so that it is never taken for the number of a process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct HostName(String);

/// Why readers cannot be called so.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0:?} cannot be the name of readers: {why}", why = why(.0))]
pub struct HostNameError(String);

/// Why a word is no name of readers.
fn why(word: &str) -> String {
    unnamable(word).filter(|_| is_well_formed(word)).map_or_else(
        || {
            format!(
                "it must have 1 to {LONGEST_HOST_NAME} letters, digits, `-`, `_` or `.`, the first one a letter, and \
                 none with an accent"
            )
        },
        str::to_owned,
    )
}

fn is_well_formed(word: &str) -> bool {
    let fits = word.len() <= LONGEST_HOST_NAME && word.starts_with(|first: char| first.is_ascii_alphabetic());
    fits && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
}

/// Readers that run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Running {
    /// What they are called: the name that was chosen for them, else the number of their process.
    pub name: String,
    /// Their PC/SC socket.
    pub socket: PathBuf,
}

impl HostName {
    /// A name of 1 to [`LONGEST_HOST_NAME`] letters and digits of ASCII, `-`, `_` and `.`, the first one a letter. On
    /// Windows it does not end with a dot, and is no device, such as `NUL`.
    ///
    /// # Errors
    ///
    /// [`HostNameError`] for any other.
    pub fn new(name: &str) -> Result<Self, HostNameError> {
        let fits = is_well_formed(name) && unnamable(name).is_none();
        if fits { Ok(Self(name.into())) } else { Err(HostNameError(name.into())) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Running {
    /// What is in their slots.
    ///
    /// # Errors
    ///
    /// That they do not let us in, or give no answer at once.
    pub fn status(&self) -> Result<Status, HostError> {
        let mut client = Client::connect(self.socket.clone(), PATIENCE)?;
        match client.ask(Request::Slots)? {
            Reply::Slots(status) => Ok(status),
            _ => Err(client.nonsense()),
        }
    }
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(name: &str) -> Result<Self, HostNameError> {
        Self::new(name)
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All readers of this user that run now.
#[must_use]
pub fn running() -> Vec<Running> {
    folder::in_use().into_iter().map(|(name, socket)| Running { name, socket }).collect()
}

#[cfg(test)]
mod tests {
    use super::{HostName, LONGEST_HOST_NAME};

    #[test]
    fn a_name_is_a_word_that_is_no_number() {
        let longest = "x".repeat(LONGEST_HOST_NAME);
        for good in ["a", "caisse", "job-4711", "v2.x_y", &longest] {
            assert_eq!(HostName::new(good).map(|name| name.to_string()).as_deref(), Ok(good));
        }
        for bad in ["", ".", "..", "4711", "-x", "a/b", "a b", "caf\u{e9}", "a\n", &format!("{longest}x")] {
            let error = HostName::new(bad).expect_err(bad).to_string();
            assert!(error.contains(&format!("{bad:?}")), "{error}");
        }
    }
}
