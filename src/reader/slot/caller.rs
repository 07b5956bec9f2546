//! The client for which a card is used, as its transport knows it.

use std::sync::Weak;

use super::Client;

/// The transport's end of a session, or of a driver's slot.
pub trait Caller: Send + Sync {
    /// Whether nobody is there any more to read an answer. Must return at once: it is asked before a lock is taken,
    /// and while a command waits.
    fn is_gone(&self) -> bool;

    /// The card left while it was busy with the command of that ticket: its client is to be answered now. The thread
    /// that runs the command may come back much later.
    fn card_left(&self, ticket: u64);

    /// Whether it is another user than the one whose readers they are.
    fn is_guest(&self) -> bool {
        false
    }

    /// What is known of the client.
    fn client(&self) -> Client {
        Client::default()
    }
}

/// A client that does not exist.
enum Nobody {}

impl Caller for Nobody {
    fn is_gone(&self) -> bool {
        match *self {}
    }

    fn card_left(&self, _: u64) {
        match *self {}
    }
}

/// No client: nobody hangs up, nobody has to be told.
pub(in crate::reader) fn nobody() -> Weak<dyn Caller> {
    Weak::<Nobody>::new()
}
