//! Answers that do not fit what was expected: the rest waits for GET RESPONSE [ISO-7816-4 5.3.4].

use crate::{Protocol, Response, StatusWord, apdu::Apdu, chip::channel::ChannelNumber, wiped::Wiped};

/// What waits for GET RESPONSE.
pub(crate) struct Pending {
    bytes: Wiped,
    taken: usize,
    /// What the command said, sent with the last bytes.
    status: StatusWord,
    channel: ChannelNumber,
}

impl Default for Pending {
    fn default() -> Self {
        Self { bytes: Wiped::default(), taken: 0, status: StatusWord::SUCCESS, channel: ChannelNumber::BASIC }
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
            left => StatusWord::bytes_remaining(left),
        }
    }

    /// Cuts the data of an answer to what the command expects and keeps the rest.
    ///
    /// On T=0 a command that sent data could not say what it expects: everything waits. On T=1 one that expects nothing
    /// gets nothing.
    #[inline]
    pub(super) fn cut(
        &mut self,
        command: &Apdu<'_>,
        channel: ChannelNumber,
        protocol: Protocol,
        response: &mut Response,
        status: StatusWord,
    ) -> StatusWord {
        let limit = command.le().map_or(0, |le| le.limit());
        if response.len() <= limit { status } else { self.keep(limit, command, channel, protocol, response, status) }
    }

    /// Keeps what is over a limit.
    fn keep(
        &mut self,
        limit: usize,
        command: &Apdu<'_>,
        channel: ChannelNumber,
        protocol: Protocol,
        response: &mut Response,
        status: StatusWord,
    ) -> StatusWord {
        let nothing_expected = protocol == Protocol::T1 && command.le().is_none();
        if !nothing_expected {
            self.clear();
            self.bytes.extend(&response.as_bytes()[limit..]);
            (self.status, self.channel) = (status, channel);
        }
        response.truncate(limit);
        if nothing_expected { status } else { StatusWord::bytes_remaining(self.bytes.len()) }
    }
}
