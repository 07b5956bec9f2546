//! Processes at the other end of a socket: nobody tells which one that is, and a connection ends with it.

use std::io;

use super::socket::Stream;

/// The process at the other end of a connection.
pub(crate) struct Peer;

impl Peer {
    /// The process that connected.
    pub(crate) fn of(_: &Stream) -> Self {
        Self
    }

    /// Waits for nothing: whoever reads from the connection learns of its end.
    ///
    /// # Errors
    ///
    /// None.
    pub(crate) fn await_request(&self, _: &Stream) -> io::Result<()> {
        Ok(())
    }

    /// Whether it has ended, which only the connection says.
    pub(crate) fn has_ended(&self) -> bool {
        false
    }
}

/// What a process is called: nobody tells here.
#[cfg(feature = "console")]
pub(crate) fn name_of(_: u32) -> Option<String> {
    None
}
