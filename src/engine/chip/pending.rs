//! Answers that do not fit what was expected: the rest waits for GET RESPONSE [ISO-7816-4 5.3.4].

use crate::{Protocol, Response, StatusWord, apdu::Apdu, chip::channel::ChannelNumber, image::Waiting, wiped::Wiped};

/// What waits for GET RESPONSE.
pub(crate) struct Pending {
    bytes: Wiped,
    taken: usize,
    /// What the command said, sent with the last bytes.
    status: StatusWord,
    channel: ChannelNumber,
    /// How the card says that bytes wait.
    waiting: Waiting,
}

impl Default for Pending {
    fn default() -> Self {
        Self {
            bytes: Wiped::default(),
            taken: 0,
            status: StatusWord::SUCCESS,
            channel: ChannelNumber::BASIC,
            waiting: Waiting::default(),
        }
    }
}

impl Pending {
    /// Forgets what waits.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.taken = 0;
    }

    /// What waits on a channel; empty if nothing does.
    pub(crate) fn waiting(&self, channel: ChannelNumber) -> &[u8] {
        if channel == self.channel { self.bytes.get(self.taken..).unwrap_or_default() } else { &[] }
    }

    /// Takes so many of the waiting bytes away and gives the status word that goes with them.
    pub(crate) fn take(&mut self, length: usize) -> StatusWord {
        self.taken += length;
        match self.bytes.len().saturating_sub(self.taken) {
            0 => {
                self.clear();
                self.status
            }
            left => self.waiting.status(left),
        }
    }

    /// Cuts the data of an answer to what the command expects and keeps the rest, if it is longer.
    ///
    /// On T=0 a command that sent data could not say what it expects: everything waits. On T=1 one that expects nothing
    /// gets nothing, but from what says as GSM cards do that bytes wait: none of their commands that send data says
    /// what it expects (3GPP TS 51.011, 9.2). `waiting` is how the card says that bytes wait.
    pub(super) fn cut(
        &mut self,
        command: &Apdu<'_>,
        (channel, protocol, waiting): (ChannelNumber, Protocol, Waiting),
        response: &mut Response,
        status: StatusWord,
    ) -> StatusWord {
        let limit = limit(command);
        if response.len() <= limit {
            return status;
        }
        let nothing_expected = protocol == Protocol::T1 && command.le().is_none() && waiting != Waiting::GSM;
        if !nothing_expected {
            self.clear();
            self.bytes.extend(&response.as_bytes()[limit..]);
            (self.status, self.channel, self.waiting) = (status, channel, waiting);
        }
        response.truncate(limit);
        if nothing_expected { status } else { waiting.status(self.bytes.len()) }
    }
}

/// The most bytes that a command lets come back.
#[inline]
pub(super) fn limit(command: &Apdu<'_>) -> usize {
    command.le().map_or(0, |le| le.limit())
}
