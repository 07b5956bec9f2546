//! What a PC/SC service offers to the library: the other half of the house answers it over a socket or in this process.
//!
//! A service says what pcsc-lite's service says, in its numbers; what a program's pointers mean is no business of it.

use std::time::Instant;

use crate::{
    codes::ReturnCode,
    terms::{Disposition, Protocols, Share},
    wire::ReaderState,
};

/// A service: where contexts come from.
pub trait Service: Send + Sync {
    /// Whether there is one to ask at all, without asking it anything.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::NO_SERVICE`].
    fn look(&self) -> Result<(), ReturnCode>;

    /// Opens a context: a connection to the service, with handles of its own. Says its number, which is not zero.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::NO_SERVICE`] if nobody answers, [`ReturnCode::SERVICE_STOPPED`] if the service speaks another
    /// language, or what it says.
    fn establish(&self, scope: u32) -> Result<(u32, Box<dyn Context>), ReturnCode>;
}

/// A context. Dropping it gives back all it had. Threads may use it at the same time.
///
/// Each function gives the service's return code where it gives an error; [`ReturnCode::COMM_ERROR`] if the service is
/// gone. None waits for a transaction of another handle to end, but [`connect`](Self::connect) and
/// [`disconnect`](Self::disconnect): they give [`ReturnCode::SHARING_VIOLATION`].
#[expect(clippy::missing_errors_doc, reason = "the trait says it once for all")]
pub trait Context: Send + Sync {
    /// Closes it.
    fn release(&self) -> Result<(), ReturnCode>;

    /// Opens a handle on the reader of that name, and says which protocol is agreed on.
    fn connect(&self, reader: &[u8], share: Share, preferred: Protocols) -> Result<(u32, Protocols), ReturnCode>;

    /// Opens it anew, and says which protocol is agreed on; with an error that as well, `UNDEFINED` from most services.
    fn reconnect(
        &self,
        handle: u32,
        share: Share,
        preferred: Protocols,
        initialization: Disposition,
    ) -> (ReturnCode, Protocols);

    /// Closes a handle.
    fn disconnect(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode>;

    /// Takes the card's lock.
    fn begin(&self, handle: u32) -> Result<(), ReturnCode>;

    /// Gives it back.
    fn end(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode>;

    /// Whether a handle is still good.
    fn status(&self, handle: u32) -> Result<(), ReturnCode>;

    /// Sends a command to the card. The answer goes into `answer`; nothing is written to it beyond the answer, and
    /// nothing at all with an error.
    fn transmit(&self, handle: u32, protocol: Protocols, command: &[u8], answer: &mut [u8]) -> Transmitted;

    /// Sends a control code and its bytes to the reader. The answer goes into `answer`, and its length is given; with
    /// [`ReturnCode::INSUFFICIENT_BUFFER`] that of the room it needs, with any other error 0.
    fn control(&self, handle: u32, code: u32, input: &[u8], answer: &mut [u8]) -> (ReturnCode, usize);

    /// Reads an attribute into `value`, and says how long it is. [`ReturnCode::INSUFFICIENT_BUFFER`] comes with the
    /// length that is needed, any other error with that of `value`.
    fn attribute(&self, handle: u32, attribute: u32, value: &mut [u8]) -> (ReturnCode, usize);

    /// Sets an attribute.
    fn set_attribute(&self, handle: u32, attribute: u32, value: &[u8]) -> Result<(), ReturnCode>;

    /// Shows the states of all readers.
    fn states(&self, show: &mut dyn FnMut(&[ReaderState])) -> Result<(), ReturnCode>;

    /// Shows the states of all readers now, and again whenever one of them changes, until whoever looks at them is
    /// done. [`ReturnCode::TIMEOUT`] if the time is over that was last asked for, [`ReturnCode::CANCELLED`] after
    /// [`cancel`](Self::cancel).
    fn watch(&self, show: &mut dyn FnMut(&Scene<'_>) -> Next) -> Result<(), ReturnCode>;

    /// Ends a [`watch`](Self::watch) of another thread, if there is one that waits now.
    fn cancel(&self) -> Result<(), ReturnCode>;
}

/// What somebody sees who watches readers.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The readers; one whose name is empty is no reader.
    pub states: &'a [ReaderState],
    /// How often readers came and went, plus 1, from services that tell it.
    pub reader_events: Option<u32>,
}

/// What is to be done after a look.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Next {
    /// Nothing more.
    Done,
    /// Wait for a change, until that time; without one for ever.
    Wait(Option<Instant>),
}

/// How a command to a card ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transmitted {
    /// Why there is no answer, or [`ReturnCode::SUCCESS`].
    pub code: ReturnCode,
    /// The length of the answer; with [`ReturnCode::INSUFFICIENT_BUFFER`] that of the room it needs.
    pub length: usize,
    /// The protocol that is spoken.
    pub protocol: Protocols,
}

impl Transmitted {
    /// No answer.
    #[must_use]
    pub fn failed(code: ReturnCode, protocol: Protocols) -> Self {
        Self { code, length: 0, protocol }
    }
}
