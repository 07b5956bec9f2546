//! The control of a running reader, over a Unix socket of its own beside the PC/SC socket.
//!
//! One JSON object per line each way, every one with the version of the language ([`VERSION`]):
//!
//! ```text
//! {"version":3,"request":{"insert":{"slot":0,"card":"/home/a/martin.toml"}}}
//! {"version":3,"reply":{"inserted":{"reader":"Virtuale 00 00","replaced":true}}}
//! ```
//!
//! Who asks takes no notice of members of an answer that it does not know, such as those that came later; a request
//! with any is refused, so that nothing is done by half.
//!
//! A connection may carry several requests. A message that is not understood is answered with why, and closes its own
//! connection and nothing else; one that is not there within 60 s closes it without a word. Only the user who runs the
//! reader may connect: the socket says so with its mode, and on Linux the peer's credentials are looked at as well.

mod client;
mod language;
mod server;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    time::Duration,
};

pub use client::{Client, Which};
pub use language::{AskedPin, Asks, FaultStatus, Refusal, Reply, Request, SlotStatus, Status, Typed};
pub(super) use server::Calls;
pub use server::{Handler, Server};

/// The version of the language.
pub const VERSION: u32 = 3;

/// What the control socket's path has behind that of the PC/SC socket.
pub(super) const SUFFIX: &str = ".ctl";

/// The longest message, in bytes. Paths are the longest part of one.
const LONGEST_MESSAGE: u64 = 64 * 1024;

/// How long a running reader may take to answer: it loads a card file at most. And how long it may take to stop.
const ANSWER: Duration = Duration::from_secs(30);

/// How long who is connected may take for a message, from the end of the one before. Who waits for the end of readers
/// says nothing, and is not hung up on before he gives up.
const MESSAGE: Duration = ANSWER.saturating_mul(2);

/// Where the control socket of a reader stands.
pub(super) fn beside(pcsc: &Path) -> PathBuf {
    let mut name = OsString::from(pcsc);
    name.push(SUFFIX);
    name.into()
}
