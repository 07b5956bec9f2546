//! A word about a wait that is long for a person, while it lasts.

use std::{
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{language::Language, messages::Message, output};
use crate::terminal::transport::pcsclite;

/// How long nobody wonders.
const SHORT: Duration = Duration::from_secs(2);

/// The wait for a card that another program may hold. While it is there and lasts, whoever waits is told once.
#[derive(Debug)]
pub(super) struct Waiting {
    end: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Waiting {
    /// The wait for the card in a place begins.
    pub(super) fn begin(place: &str, language: Language) -> Self {
        let seconds = pcsclite::PATIENCE.as_secs().to_string();
        let told = Message::WaitForCard { place, seconds: &seconds }.text(language);
        let (end, ended) = mpsc::channel();
        let tell = move || {
            if ended.recv_timeout(SHORT) == Err(RecvTimeoutError::Timeout) {
                output::say(told);
            }
        };
        // Where the system has no thread for it, nobody is told, and the wait is the same.
        let teller = thread::Builder::new().name("waiting".into()).spawn(tell).ok();
        Self { end: Some(end), teller }
    }
}

/// Behind it nothing is told any more.
impl Drop for Waiting {
    fn drop(&mut self) {
        drop(self.end.take());
        self.teller.take().map(JoinHandle::join);
    }
}
