//! An open card.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use virtuale_engine::{Atr, Fault, Protocol, Reset, Response};

use super::{Doing, PATIENCE, Service, TransportError, accept};
use crate::{
    reader::{
        Disposition, Protocols, ReturnCode, Share,
        pcsclite::wire::{self, Command},
    },
    system::socket::hang_up,
    terminal::transport::Transport,
};

/// The length of the structure that names a protocol in libpcsclite, on 64-bit machines. Services don't look at it.
const PCI_LENGTH: u32 = 16;

/// How many resets by others before the first command are borne.
const RESETS: u32 = 100;

/// How long the service may take to close a card: nobody needs the answer.
const FAREWELL: Duration = Duration::from_secs(2);

/// A card that is open. Dropping it leaves a card as it is that was shared with other programs, and resets one that was
/// this program's alone.
#[derive(Debug)]
pub struct Connection<'a> {
    service: Held<'a>,
    reader: String,
    handle: u32,
    share: Share,
    protocol: Protocols,
    atr: Vec<u8>,
    received: Vec<u8>,
}

/// The service that a card is open by.
#[derive(Debug)]
enum Held<'a> {
    Lent(&'a mut Service),
    Own(Box<Service>),
}

impl Service {
    /// Opens the card in a slot, for T=1 where the card offers it, else T=0.
    ///
    /// # Errors
    ///
    /// [`TransportError::Refused`] if there is no such reader, no card in it, or somebody has it for themselves.
    pub fn connect(&mut self, reader: &str) -> Result<Connection<'_>, TransportError> {
        let opened = self.open(reader, Share::SHARED)?;
        Ok(opened.by(Held::Lent(self)))
    }

    /// The same for one card alone: what is left of the service goes with it.
    ///
    /// # Errors
    ///
    /// As for [`Service::connect`].
    pub fn into_connection(mut self, reader: &str) -> Result<Connection<'static>, TransportError> {
        let opened = self.open(reader, Share::SHARED)?;
        Ok(opened.by(Held::Own(Box::new(self))))
    }

    /// The same for a card that no other program shall use meanwhile. Opening it may take so long.
    ///
    /// # Errors
    ///
    /// As for [`Service::connect`], and [`ReturnCode::SHARING_VIOLATION`] if another program has it open.
    pub fn into_exclusive(mut self, reader: &str, patience: Duration) -> Result<Connection<'static>, TransportError> {
        self.stream.wait_at_most(patience);
        let opened = self.open(reader, Share::EXCLUSIVE)?;
        self.stream.wait_at_most(PATIENCE);
        Ok(opened.by(Held::Own(Box::new(self))))
    }

    fn open(&mut self, reader: &str, share: Share) -> Result<Opened, TransportError> {
        let doing = Doing::OpenCard;
        let name =
            wire::Name::new(reader).ok_or(TransportError::Refused { doing, code: ReturnCode::UNKNOWN_READER })?;
        let request = wire::Connect {
            context: self.context,
            reader: name,
            share,
            preferred: Protocols::T0 | Protocols::T1,
            handle: 0,
            active: Protocols::UNDEFINED,
            code: ReturnCode::SUCCESS,
        };
        let reply = self.request(doing, Command::CONNECT, &request)?;
        accept(doing, reply.code)?;
        let atr = self.answer_to_reset(reader)?;
        Ok(Opened { reader: reader.to_owned(), handle: reply.handle, share, protocol: reply.active, atr })
    }

    /// What the card in a reader answered to its last reset.
    fn answer_to_reset(&mut self, reader: &str) -> Result<Vec<u8>, TransportError> {
        let slot = self.slots()?.into_iter().find(|slot| slot.name == reader);
        Ok(slot.map(|slot| slot.atr).unwrap_or_default())
    }
}

/// What the service says of a card that it opened.
struct Opened {
    reader: String,
    handle: u32,
    share: Share,
    protocol: Protocols,
    atr: Vec<u8>,
}

impl Opened {
    fn by(self, service: Held<'_>) -> Connection<'_> {
        let Self { reader, handle, share, protocol, atr } = self;
        Connection { service, reader, handle, share, protocol, atr, received: Vec::new() }
    }
}

impl Deref for Held<'_> {
    type Target = Service;

    fn deref(&self) -> &Service {
        match self {
            Self::Lent(service) => service,
            Self::Own(service) => service,
        }
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Service {
        match self {
            Self::Lent(service) => service,
            Self::Own(service) => service,
        }
    }
}

impl Connection<'_> {
    /// Takes the card for itself until [`Connection::end_transaction`]; waits for others, but not for ever.
    ///
    /// # Errors
    ///
    /// [`TransportError::Refused`] if others have it for long, or the card was reset or removed.
    pub fn begin_transaction(&mut self) -> Result<(), TransportError> {
        let doing = Doing::BeginTransaction;
        let request = wire::Handle { handle: self.handle, code: ReturnCode::SUCCESS };
        let code = |reply: &wire::Handle| reply.code;
        let reply = self.service.request_patiently(doing, Command::BEGIN_TRANSACTION, &request, code)?;
        accept(doing, reply.code)
    }

    /// As [`Connection::begin_transaction`], also where others reset the card in the meantime: this program has done
    /// nothing yet that the card could forget.
    ///
    /// # Errors
    ///
    /// As there, but for a reset; a card that others reset each time is given up.
    pub fn begin_first_transaction(&mut self) -> Result<(), TransportError> {
        for _ in 0..RESETS {
            match self.begin_transaction() {
                Err(TransportError::Refused { code: ReturnCode::RESET_CARD, .. }) => {
                    self.reopen(Disposition::LEAVE, Protocols::T0 | Protocols::T1)?;
                }
                begun => return begun,
            }
        }
        self.begin_transaction()
    }

    /// Gives the card back, as it is.
    ///
    /// # Errors
    ///
    /// [`TransportError::Refused`] if there was no transaction.
    pub fn end_transaction(&mut self) -> Result<(), TransportError> {
        let doing = Doing::EndTransaction;
        let request = wire::End { handle: self.handle, disposition: Disposition::LEAVE, code: ReturnCode::SUCCESS };
        accept(doing, self.service.request(doing, Command::END_TRANSACTION, &request)?.code)
    }

    /// Opens the card again, for one of these protocols, after doing that to it.
    fn reopen(&mut self, initialization: Disposition, preferred: Protocols) -> Result<(), TransportError> {
        let doing = Doing::Reset;
        let request = wire::Reconnect {
            handle: self.handle,
            share: self.share,
            preferred,
            initialization,
            active: Protocols::UNDEFINED,
            code: ReturnCode::SUCCESS,
        };
        let code = |reply: &wire::Reconnect| reply.code;
        let reply = self.service.request_patiently(doing, Command::RECONNECT, &request, code)?;
        accept(doing, reply.code)?;
        self.protocol = reply.active;
        Ok(())
    }

    fn send_command(&mut self, doing: Doing, command: &[u8]) -> Result<wire::Transmit, TransportError> {
        let too_long = TransportError::Refused { doing, code: ReturnCode::INSUFFICIENT_BUFFER };
        if command.len() > wire::LONGEST_BUFFER {
            return Err(too_long);
        }
        let request = wire::Transmit {
            handle: self.handle,
            send_protocol: self.protocol,
            send_pci_length: PCI_LENGTH,
            send_length: u32::try_from(command.len()).map_err(|_| too_long)?,
            receive_protocol: self.protocol,
            receive_pci_length: PCI_LENGTH,
            receive_length: u32::try_from(wire::LONGEST_BUFFER).unwrap_or(u32::MAX),
            code: ReturnCode::SUCCESS,
        };
        self.service.send(doing, Command::TRANSMIT, &request, command)?;
        self.service.receive(doing)
    }
}

impl Transport for Connection<'_> {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn protocol(&self) -> Protocol {
        if self.protocol == Protocols::T1 { Protocol::T1 } else { Protocol::T0 }
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        let initialization = if kind == Reset::Cold { Disposition::UNPOWER } else { Disposition::RESET };
        self.reopen(initialization, Protocols::T0 | Protocols::T1)?;
        // Some cards answer a cold reset and a warm one otherwise.
        self.atr = self.service.answer_to_reset(&self.reader)?;
        Ok(())
    }

    /// A service agrees on a protocol once, when a card was reset: it is reset.
    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), TransportError> {
        if protocol == self.protocol() {
            return Ok(());
        }
        if !Atr::parse(&self.atr).is_ok_and(|atr| atr.offers(protocol)) {
            return Err(Fault::ProtocolRefused.into());
        }
        let only = if protocol == Protocol::T1 { Protocols::T1 } else { Protocols::T0 };
        match self.reopen(Disposition::RESET, only) {
            Err(TransportError::Refused { code, .. })
                if [ReturnCode::PROTO_MISMATCH, ReturnCode::UNRESPONSIVE_CARD].contains(&code) =>
            {
                // It would speak none at all now.
                self.reopen(Disposition::RESET, Protocols::T0 | Protocols::T1)?;
                Err(Fault::ProtocolRefused.into())
            }
            opened => opened,
        }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        let doing = Doing::Transmit;
        response.clear();
        let reply = self.send_command(doing, command)?;
        accept(doing, reply.code)?;
        let length = usize::try_from(reply.receive_length).unwrap_or(usize::MAX);
        if length > wire::LONGEST_BUFFER {
            return Err(TransportError::Nonsense { doing });
        }
        self.received.resize(length, 0);
        self.service.receive_into(doing, &mut self.received)?;
        response.extend(&self.received);
        if length < 2 { Err(TransportError::NoStatus { length }) } else { Ok(()) }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        let is_ours = self.share == Share::EXCLUSIVE;
        // What was proved to a card that was ours alone is nobody else's.
        let disposition = if is_ours { Disposition::RESET } else { Disposition::LEAVE };
        let request = wire::Disconnect { handle: self.handle, disposition, code: ReturnCode::SUCCESS };
        self.service.stream.wait_at_most(FAREWELL);
        // Where the service is gone, the handle is gone with it. An answer that did not come would be taken for the
        // next one.
        if self.service.request(Doing::CloseCard, Command::DISCONNECT, &request).is_err() {
            hang_up(&self.service.stream.stream());
        }
        self.service.stream.wait_at_most(PATIENCE);
    }
}
