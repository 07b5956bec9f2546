//! The service behind a socket: libpcsclite's side of its protocol [PCSC-LITE winscard_clnt.c], in versions 4.4 to 4.6.
//!
//! A context is a connection, and one call's for as long as that lasts; who cancels another thread's wait does so over
//! a connection of its own. After a fork both processes have a context, and only one of them may use it.
//!
//! It believes no length that the service gives, and waits for an answer as long as it takes, as libpcsclite does.

mod conversation;
mod system;
#[cfg(all(test, unix))]
mod tests;

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use conversation::{Came, Conversation, lost};
pub use system::{Place, VARIABLE};

use crate::{
    codes::ReturnCode,
    service::{Context, Next, Scene, Service, Transmitted},
    terms::{Disposition, Protocols, Share},
    wire::{self, AttributeValue, Command, Name, ReaderState},
};

/// The length of the structure that names a protocol, on 64-bit machines. Services don't look at it.
const PCI_LENGTH: u32 = 16;

/// A service that is found in a place.
#[derive(Clone, Debug)]
pub struct Client {
    place: Place,
}

impl Client {
    /// The service in that place, whether there is one or not.
    #[must_use]
    pub fn new(place: Place) -> Self {
        Self { place }
    }
}

impl Service for Client {
    fn look(&self) -> Result<(), ReturnCode> {
        self.place.look().map(drop).ok_or(ReturnCode::NO_SERVICE)
    }

    fn establish(&self, scope: u32) -> Result<(u32, Box<dyn Context>), ReturnCode> {
        let place = self.place.look().ok_or(ReturnCode::NO_SERVICE)?;
        let mut talk = Conversation::open(&place).map_err(|_| ReturnCode::NO_SERVICE)?;
        talk.agree_on_version()?;
        let request = wire::Establish { scope, context: 0, code: ReturnCode::SUCCESS };
        let reply = talk.ask(Command::ESTABLISH_CONTEXT, &request, &[]).map_err(lost)?;
        accept(reply.code)?;
        let number = reply.context;
        let context = Connected { place, number, talk: Mutex::new(talk), waits: AtomicBool::new(false) };
        Ok((number, Box::new(context)))
    }
}

/// A context of a service.
#[derive(Debug)]
struct Connected {
    /// Where it was found: another service may be there where a program looks by now.
    place: PathBuf,
    number: u32,
    talk: Mutex<Conversation>,
    /// Whether a thread waits for a change, so that another one may end that.
    waits: AtomicBool,
}

impl Connected {
    /// The connection, for one call.
    fn talk(&self) -> MutexGuard<'_, Conversation> {
        self.talk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<M: wire::Message>(&self, command: Command, request: &M) -> Result<M, ReturnCode> {
        self.talk().ask(command, request, &[]).map_err(lost)
    }

    fn await_change(&self, talk: &mut Conversation, until: Option<Instant>) -> Result<(), ReturnCode> {
        self.waits.store(true, Ordering::SeqCst);
        let came = talk.event_before(until);
        self.waits.store(false, Ordering::SeqCst);
        match came.map_err(lost)? {
            Came::Event(event) => accept(event.code),
            Came::Nothing => {
                let last = talk.stop_waiting().map_err(lost)?;
                accept(last.code)?;
                Err(ReturnCode::TIMEOUT)
            }
        }
    }
}

impl Context for Connected {
    fn release(&self) -> Result<(), ReturnCode> {
        let request = wire::Context { context: self.number, code: ReturnCode::SUCCESS };
        accept(self.ask(Command::RELEASE_CONTEXT, &request)?.code)
    }

    fn connect(&self, reader: &[u8], share: Share, preferred: Protocols) -> Result<(u32, Protocols), ReturnCode> {
        let request = wire::Connect {
            context: self.number,
            reader: Name::of_bytes(reader),
            share,
            preferred,
            handle: 0,
            active: Protocols::UNDEFINED,
            code: ReturnCode::SUCCESS,
        };
        let reply = self.ask(Command::CONNECT, &request)?;
        accept(reply.code)?;
        Ok((reply.handle, reply.active))
    }

    fn reconnect(
        &self,
        handle: u32,
        share: Share,
        preferred: Protocols,
        initialization: Disposition,
    ) -> (ReturnCode, Protocols) {
        let (active, code) = (Protocols::UNDEFINED, ReturnCode::SUCCESS);
        let request = wire::Reconnect { handle, share, preferred, initialization, active, code };
        match self.ask(Command::RECONNECT, &request) {
            Ok(reply) => (reply.code, reply.active),
            Err(code) => (code, Protocols::UNDEFINED),
        }
    }

    fn disconnect(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        let request = wire::Disconnect { handle, disposition, code: ReturnCode::SUCCESS };
        accept(self.ask(Command::DISCONNECT, &request)?.code)
    }

    fn begin(&self, handle: u32) -> Result<(), ReturnCode> {
        let request = wire::Handle { handle, code: ReturnCode::SUCCESS };
        accept(self.ask(Command::BEGIN_TRANSACTION, &request)?.code)
    }

    fn end(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        let request = wire::End { handle, disposition, code: ReturnCode::SUCCESS };
        accept(self.ask(Command::END_TRANSACTION, &request)?.code)
    }

    fn status(&self, handle: u32) -> Result<(), ReturnCode> {
        let request = wire::Handle { handle, code: ReturnCode::SUCCESS };
        accept(self.ask(Command::STATUS, &request)?.code)
    }

    fn transmit(&self, handle: u32, protocol: Protocols, command: &[u8], answer: &mut [u8]) -> Transmitted {
        let request = wire::Transmit {
            handle,
            send_protocol: protocol,
            send_pci_length: PCI_LENGTH,
            send_length: length(command),
            receive_protocol: Protocols::ANY,
            receive_pci_length: PCI_LENGTH,
            receive_length: length(answer),
            code: ReturnCode::SUCCESS,
        };
        let mut talk = self.talk();
        let exchange = talk.ask(Command::TRANSMIT, &request, command).and_then(|reply| {
            if reply.code == ReturnCode::SUCCESS {
                talk.read_behind(reply.receive_length, answer)?;
            }
            let length = usize::try_from(reply.receive_length).unwrap_or(usize::MAX);
            Ok(Transmitted { code: reply.code, length, protocol: reply.receive_protocol })
        });
        exchange.unwrap_or_else(|error| Transmitted::failed(lost(error), protocol))
    }

    fn control(&self, handle: u32, code: u32, input: &[u8], answer: &mut [u8]) -> (ReturnCode, usize) {
        let request = wire::Control {
            handle,
            control: code,
            send_length: length(input),
            receive_length: length(answer),
            returned: 0,
            code: ReturnCode::SUCCESS,
        };
        let mut talk = self.talk();
        let exchange = talk.ask(Command::CONTROL, &request, input).and_then(|reply| {
            if reply.code == ReturnCode::SUCCESS {
                talk.read_behind(reply.returned, answer)?;
            }
            Ok((reply.code, usize::try_from(reply.returned).unwrap_or(usize::MAX)))
        });
        exchange.unwrap_or_else(|error| (lost(error), 0))
    }

    fn attribute(&self, handle: u32, attribute: u32, value: &mut [u8]) -> (ReturnCode, usize) {
        let room = value.len();
        let request = wire::Attribute {
            handle,
            attribute,
            value: AttributeValue::new(&[]),
            length: length(value),
            code: ReturnCode::SUCCESS,
        };
        let mut talk = self.talk();
        let reply = match talk.ask(Command::GET_ATTRIBUTE, &request, &[]) {
            Ok(reply) if reply.value.bytes(reply.length).is_some() => reply,
            Ok(_) => return (lost(talk.hang_up()), room),
            Err(error) => return (lost(error), room),
        };
        let needed = usize::try_from(reply.length).unwrap_or(usize::MAX);
        match reply.value.bytes(reply.length).filter(|given| given.len() <= room) {
            Some(given) if reply.code == ReturnCode::SUCCESS => {
                value.iter_mut().zip(given).for_each(|(place, byte)| *place = *byte);
                (ReturnCode::SUCCESS, needed)
            }
            None if reply.code == ReturnCode::SUCCESS => (ReturnCode::INSUFFICIENT_BUFFER, needed),
            _ => (reply.code, needed),
        }
    }

    fn set_attribute(&self, handle: u32, attribute: u32, value: &[u8]) -> Result<(), ReturnCode> {
        let request = wire::Attribute {
            handle,
            attribute,
            value: AttributeValue::new(value),
            length: length(value),
            code: ReturnCode::SUCCESS,
        };
        accept(self.ask(Command::SET_ATTRIBUTE, &request)?.code)
    }

    fn states(&self, show: &mut dyn FnMut(&[ReaderState])) -> Result<(), ReturnCode> {
        let mut talk = self.talk();
        talk.ask_states(Command::READER_STATES).map_err(lost)?;
        show(talk.states());
        Ok(())
    }

    fn watch(&self, show: &mut dyn FnMut(&Scene<'_>) -> Next) -> Result<(), ReturnCode> {
        let mut talk = self.talk();
        loop {
            talk.ask_reader_events().map_err(lost)?;
            talk.ask_states(Command::WAIT).map_err(lost)?;
            let scene = Scene { states: talk.states(), reader_events: talk.reader_events() };
            match show(&scene) {
                Next::Done => {
                    talk.stop_waiting().map_err(lost)?;
                    return Ok(());
                }
                Next::Wait(until) => self.await_change(&mut talk, until)?,
            }
        }
    }

    fn cancel(&self) -> Result<(), ReturnCode> {
        if !self.waits.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut talk = Conversation::open(&self.place).map_err(|_| ReturnCode::NO_SERVICE)?;
        let request = wire::Cancel { context: self.number, code: ReturnCode::SUCCESS };
        accept(talk.ask(Command::CANCEL, &request, &[]).map_err(lost)?.code)
    }
}

fn accept(code: ReturnCode) -> Result<(), ReturnCode> {
    if code == ReturnCode::SUCCESS { Ok(()) } else { Err(code) }
}

/// A length as the wire has it. The library has bounded it.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
