//! A transport under secure messaging: whoever speaks over it knows nothing of it.

use virtuale_engine::{
    Protocol, Reset, Response, StatusWord,
    apdu::Apdu,
    crypto::RustCrypto,
    sm::{self, PlainCommand, Session},
};

use crate::terminal::transport::{Transport, TransportError};

/// The longest answer that is put together of what waits.
const LONGEST: usize = 70_000;

/// A transport to a card, over which a session of secure messaging was agreed on.
pub(super) struct Secured<'a> {
    inner: &'a mut dyn Transport,
    /// `None` once something was wrong: what comes then goes in clear, and the card has ended the session too.
    session: Option<Session>,
    /// What the card said in clear, which ended the session, if that is how it ended.
    ended: Option<StatusWord>,
    response: Response,
}

impl<'a> Secured<'a> {
    pub(super) fn new(inner: &'a mut dyn Transport, session: Session) -> Self {
        Self { inner, session: Some(session), ended: None, response: Response::new() }
    }

    /// What the card said in clear, by which it ended the session; `None` while it goes on. Nothing that came since is
    /// the card's own word.
    pub(super) fn ended(&self) -> Option<StatusWord> {
        self.ended
    }

    /// Sends a protected command and fetches all of what came back.
    fn fetch(&mut self, command: &[u8]) -> Result<(Vec<u8>, StatusWord), TransportError> {
        let mut data = Vec::new();
        let mut next = command.to_vec();
        loop {
            self.inner.transmit(&next, &mut self.response)?;
            data.extend_from_slice(self.response.data());
            let length = self.response.len();
            let status = self.response.status().ok_or(TransportError::NoStatus { length })?;
            match status.0.to_be_bytes() {
                [0x61, more] if data.len() < LONGEST => next = vec![0x00, 0xC0, 0x00, 0x00, more],
                _ => return Ok((data, status)),
            }
        }
    }
}

impl Transport for Secured<'_> {
    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    /// What is inside a protected command has Lc and Le whatever the protocol is.
    fn protocol(&self) -> Protocol {
        Protocol::T1
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.session = None;
        self.inner.reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        response.clear();
        let (Some(session), Ok(plain)) = (&mut self.session, Apdu::parse(command, Protocol::T1)) else {
            return self.inner.transmit(command, response);
        };
        let header = [plain.cla() | sm::CLASS_BITS, plain.ins().0, plain.p1(), plain.p2()];
        let expected = plain.le().map(virtuale_engine::apdu::Le::limit);
        let plain = PlainCommand { header, data: plain.data().to_vec().into(), expected };
        let field = session.seal_command(&RustCrypto, &plain).map_err(|_| TransportError::Unprotected)?;
        let Ok(length) = u8::try_from(field.len()) else {
            response.finish(StatusWord::WRONG_LENGTH);
            return Ok(());
        };
        let mut sealed = [&header[..], &[length], &field].concat();
        if self.inner.protocol() == Protocol::T1 {
            sealed.push(0);
        }
        let (data, status) = self.fetch(&sealed)?;
        if data.is_empty() {
            // In clear: the card has ended the session.
            self.session = None;
            self.ended = Some(status);
            response.finish(status);
            return Ok(());
        }
        let session = self.session.as_mut().ok_or(TransportError::Unprotected)?;
        match session.open_response(&RustCrypto, &data) {
            Ok((data, status)) => {
                response.extend(&data);
                response.finish(status);
                Ok(())
            }
            Err(_) => {
                self.session = None;
                Err(TransportError::Unprotected)
            }
        }
    }
}
