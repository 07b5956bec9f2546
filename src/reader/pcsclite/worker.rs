//! The thread that serves a client: it reads a request, has the session do it, and replies.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use virtuale_engine::Response;

use super::{
    connection::{Connection, Reply, Request},
    input::Input,
    wire::{
        self, AtrField, Attribute, AttributeValue, Cancel, Command, Connect, Context, Control, Disconnect, Establish,
        Event, Handle, Header, Message, Name, ReaderEvents, ReaderState, Reconnect, StatesSize, Transmit, Version,
    },
};
use crate::reader::{CardState, Protocols, ReturnCode, SlotState};

/// Why a worker stops.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// The client hung up, or sent what is not a message.
    Closed,
    /// Its card left while it was busy; another worker serves the client.
    LeftBehind,
}

/// Serves one client.
struct Worker {
    connection: Arc<Connection>,
    number: u64,
    input: Input,
    output: Vec<u8>,
    response: Response,
}

/// Starts a worker for a connection. `ahead` is what came from the client already.
///
/// # Errors
///
/// If the system has no room for another thread.
pub(super) fn spawn(connection: Arc<Connection>, number: u64, ahead: &[u8]) -> io::Result<()> {
    let mut worker = Worker::new(Arc::clone(&connection), number, ahead);
    let serve = move || {
        // A card that panics takes its own client with it and nobody else.
        let _ = catch_unwind(AssertUnwindSafe(|| worker.serve()));
        connection.end(number);
    };
    thread::Builder::new().name("pcsc client".into()).spawn(serve).map(drop)
}

impl Worker {
    fn new(connection: Arc<Connection>, number: u64, ahead: &[u8]) -> Self {
        let (output, response) = (Vec::new(), Response::default());
        Self { connection, number, input: Input::new(ahead), output, response }
    }

    fn serve(&mut self) -> Result<(), End> {
        loop {
            self.serve_request()?;
        }
    }

    fn serve_request(&mut self) -> Result<(), End> {
        self.fill(Header::SIZE)?;
        let header = self.input.bytes().get(..Header::SIZE).and_then(Header::decode).ok_or(End::Closed)?;
        let size = header.command.body_size().ok_or(End::Closed)?;
        if usize::try_from(header.size) != Ok(size) {
            return Err(End::Closed);
        }
        self.input.consume(Header::SIZE);
        self.fill(size)?;
        match header.command {
            Command::VERSION => self.version(),
            Command::ESTABLISH_CONTEXT => self.establish(),
            Command::RELEASE_CONTEXT => self.release(),
            Command::CONNECT => self.connect(),
            Command::RECONNECT => self.reconnect(),
            Command::DISCONNECT => self.disconnect(),
            Command::BEGIN_TRANSACTION => self.begin(),
            Command::END_TRANSACTION => self.end(),
            Command::TRANSMIT => self.transmit(),
            Command::CONTROL => self.control(),
            Command::STATUS => self.status(),
            Command::CANCEL => self.cancel(),
            Command::GET_ATTRIBUTE => self.attribute(),
            Command::SET_ATTRIBUTE => self.set_attribute(),
            Command::READER_STATES => self.states(Reply::Plain),
            Command::WAIT => self.wait(),
            Command::STOP_WAITING => self.stop_waiting(),
            Command::READER_EVENTS => {
                // Readers neither come nor go.
                self.reply(&ReaderEvents { events: 1, code: ReturnCode::SUCCESS })
            }
            Command::STATES_SIZE => {
                let count = i32::try_from(self.connection.server.options.reader_slots).unwrap_or(i32::MAX);
                self.reply(&StatesSize { count })
            }
            Command::STATES_ARRAY => self.states(Reply::States),
            _ => Err(End::Closed),
        }
    }

    fn version(&mut self) -> Result<(), End> {
        let request: Version = self.body()?;
        let speaks = request.major == wire::MAJOR && (wire::OLDEST_MINOR..=wire::NEWEST_MINOR).contains(&request.minor);
        if !speaks {
            let code = ReturnCode::SERVICE_STOPPED;
            return self.reply(&Version { major: wire::MAJOR, minor: wire::NEWEST_MINOR, code });
        }
        // The client picks its messages by the version in the reply: it gets its own.
        self.connection.speak(request.minor);
        self.reply(&Version { code: ReturnCode::SUCCESS, ..request })
    }

    fn establish(&mut self) -> Result<(), End> {
        let request: Establish = self.body()?;
        let outcome = self.connection.session.establish(request.scope);
        self.reply(&Establish { context: outcome.unwrap_or(0), code: ReturnCode::of(&outcome), ..request })
    }

    fn release(&mut self) -> Result<(), End> {
        let request: Context = self.body()?;
        let code = ReturnCode::of(&self.connection.session.release(request.context));
        self.reply(&Context { code, ..request })
    }

    fn connect(&mut self) -> Result<(), End> {
        let request: Connect = self.body()?;
        let session = &self.connection.session;
        let outcome = session.connect(request.context, request.reader.as_bytes(), request.share, request.preferred);
        let (handle, active) = outcome.unwrap_or_default();
        self.reply(&Connect { handle, active, code: ReturnCode::of(&outcome), ..request })
    }

    fn reconnect(&mut self) -> Result<(), End> {
        let request: Reconnect = self.body()?;
        let Reconnect { handle, share, preferred, initialization, .. } = request;
        let outcome = self.connection.session.reconnect(handle, share, preferred, initialization);
        let code = own_handle(&outcome)?;
        self.reply(&Reconnect { active: outcome.unwrap_or_default(), code, ..request })
    }

    fn disconnect(&mut self) -> Result<(), End> {
        let request: Disconnect = self.body()?;
        let code = own_handle(&self.connection.session.disconnect(request.handle, request.disposition))?;
        self.reply(&Disconnect { code, ..request })
    }

    fn begin(&mut self) -> Result<(), End> {
        let request: Handle = self.body()?;
        let code = own_handle(&self.connection.session.begin(request.handle))?;
        self.reply(&Handle { code, ..request })
    }

    fn end(&mut self) -> Result<(), End> {
        let request: wire::End = self.body()?;
        let code = own_handle(&self.connection.session.end(request.handle, request.disposition))?;
        self.reply(&wire::End { code, ..request })
    }

    fn status(&mut self) -> Result<(), End> {
        let request: Handle = self.body()?;
        let code = own_handle(&self.connection.session.status(request.handle))?;
        self.reply(&Handle { code, ..request })
    }

    fn transmit(&mut self) -> Result<(), End> {
        let request: Transmit = self.body()?;
        let length = self.fill_tail(request.send_length)?;
        let (command, ahead) = self.input.bytes().split_at_checked(length).ok_or(End::Closed)?;
        let ticket = self.connection.start(Request::Transmit(request), ahead);
        let session = &self.connection.session;
        let outcome = session.transmit(ticket, request.handle, request.send_protocol, command, &mut self.response);
        let code = own_handle(&outcome)?;
        self.input.consume(length);
        let receive_protocol = outcome.unwrap_or(request.receive_protocol);
        let receive_length = u32::try_from(self.response.len()).unwrap_or(u32::MAX);
        let fits = receive_length <= request.receive_length;
        let code = if fits { code } else { ReturnCode::INSUFFICIENT_BUFFER };
        self.output.clear();
        Transmit { receive_protocol, receive_length, code, ..request }.encode(&mut self.output);
        if code == ReturnCode::SUCCESS {
            self.output.extend_from_slice(self.response.as_bytes());
        }
        self.send(Reply::Plain)
    }

    fn control(&mut self) -> Result<(), End> {
        let request: Control = self.body()?;
        let length = self.fill_tail(request.send_length)?;
        let (input, ahead) = self.input.bytes().split_at_checked(length).ok_or(End::Closed)?;
        let ticket = self.connection.start(Request::Control(request), ahead);
        let outcome = self.connection.session.control(ticket, request.handle, request.control, input);
        self.input.consume(length);
        let code = own_handle(&outcome)?;
        let response = outcome.unwrap_or_default();
        let returned = u32::try_from(response.len()).unwrap_or(u32::MAX);
        let code = if returned <= request.receive_length { code } else { ReturnCode::INSUFFICIENT_BUFFER };
        self.output.clear();
        Control { returned, code, ..request }.encode(&mut self.output);
        if code == ReturnCode::SUCCESS {
            self.output.extend_from_slice(&response);
        }
        self.send(Reply::Plain)
    }

    fn attribute(&mut self) -> Result<(), End> {
        let request: Attribute = self.body()?;
        request.value.bytes(request.length).ok_or(End::Closed)?;
        let outcome = self.connection.session.attribute(request.handle, request.attribute);
        let code = own_handle(&outcome)?;
        let Ok(value) = outcome else { return self.reply(&Attribute { code, ..request }) };
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        if length > request.length {
            return self.reply(&Attribute { length, code: ReturnCode::INSUFFICIENT_BUFFER, ..request });
        }
        self.reply(&Attribute { value: AttributeValue::new(&value), length, code, ..request })
    }

    fn set_attribute(&mut self) -> Result<(), End> {
        let request: Attribute = self.body()?;
        request.value.bytes(request.length).ok_or(End::Closed)?;
        let code = own_handle(&self.connection.session.set_attribute(request.handle))?;
        self.reply(&Attribute { code, ..request })
    }

    fn cancel(&mut self) -> Result<(), End> {
        let request: Cancel = self.body()?;
        let code = self.connection.server.cancel(request.context);
        self.reply(&Cancel { code, ..request })
    }

    /// Registers for one event. Up to version 4.5 the states are the reply; later they are asked for next.
    fn wait(&mut self) -> Result<(), End> {
        self.connection.wait();
        if self.connection.minor() >= wire::STATES_APART_MINOR {
            return Ok(());
        }
        self.states(Reply::States)
    }

    fn stop_waiting(&mut self) -> Result<(), End> {
        // Otherwise the event that ended the wait is the reply.
        if self.connection.stop_waiting() {
            return self.reply(&Event { timeout: 0, code: ReturnCode::SUCCESS });
        }
        Ok(())
    }

    fn states(&mut self, reply: Reply) -> Result<(), End> {
        let server = &self.connection.server;
        self.output.clear();
        for state in server.readers.states() {
            reader_state(&state).encode(&mut self.output);
        }
        let whole = server.options.reader_slots * ReaderState::SIZE;
        while self.output.len() < whole {
            NO_READER.encode(&mut self.output);
        }
        self.send(reply)
    }

    /// Reads the request's body.
    fn body<M: Message>(&mut self) -> Result<M, End> {
        let body = self.input.bytes().get(..M::SIZE).and_then(M::decode).ok_or(End::Closed)?;
        self.input.consume(M::SIZE);
        Ok(body)
    }

    /// Makes sure that what follows a body is there.
    fn fill_tail(&mut self, length: u32) -> Result<usize, End> {
        let length = usize::try_from(length).map_err(|_| End::Closed)?;
        if length > wire::LONGEST_BUFFER {
            return Err(End::Closed);
        }
        self.fill(length)?;
        Ok(length)
    }

    fn fill(&mut self, wanted: usize) -> Result<(), End> {
        self.input.fill(&self.connection.stream, wanted).map_err(|_| End::Closed)
    }

    fn reply(&mut self, message: &impl Message) -> Result<(), End> {
        self.output.clear();
        message.encode(&mut self.output);
        self.send(Reply::Plain)
    }

    fn send(&self, reply: Reply) -> Result<(), End> {
        self.connection.reply(self.number, &self.output, reply)
    }
}

/// A free place in the array of reader states.
const NO_READER: ReaderState = ReaderState {
    name: Name::EMPTY,
    events: 0,
    state: CardState(0),
    sharing: 0,
    atr: AtrField::EMPTY,
    atr_length: wire::NO_READER,
    protocol: Protocols::UNDEFINED,
};

/// One slot as the wire has it.
#[must_use]
pub fn reader_state(slot: &SlotState) -> ReaderState {
    if slot.unplugged {
        return NO_READER;
    }
    let atr = slot.atr.as_ref().map_or(&[][..], |atr| atr.as_bytes());
    ReaderState {
        name: Name::new(slot.name.as_str()).unwrap_or(Name::EMPTY),
        events: slot.events.into(),
        state: slot.card,
        sharing: slot.sharing.as_number(),
        atr: AtrField::new(atr),
        atr_length: u32::try_from(atr.len()).unwrap_or_default(),
        protocol: slot.protocol,
    }
}

/// The code of an outcome. A client that uses a handle which is not its own is not libpcsclite, and is hung up on.
fn own_handle<T>(outcome: &Result<T, ReturnCode>) -> Result<ReturnCode, End> {
    match ReturnCode::of(outcome) {
        ReturnCode::INVALID_HANDLE => Err(End::Closed),
        code => Ok(code),
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        os::unix::net::UnixStream,
    };

    use super::{Command, Connect, Connection, Establish, Message, Name, Protocols, ReturnCode, Transmit, Worker};
    use crate::reader::{
        Readers, Share, SlotName, SlotSpec,
        pcsclite::{
            ServerOptions,
            server::Shared,
            tests::{message, transmit_message},
        },
        toys,
    };

    fn ask<M: Message>(worker: &mut Worker, mut client: &UnixStream, command: Command, request: &M) -> M {
        let mut body = Vec::new();
        request.encode(&mut body);
        client.write_all(&message(command, &body, &[])).expect("room in the socket");
        worker.serve_request().expect("a good request");
        client.read_exact(&mut body).expect("the reply is there");
        M::decode(&body).expect("the right length")
    }

    #[test]
    fn a_command_allocates_nothing() {
        let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
        readers.insert(0, toys::toy(toys::T0).0, None).expect("an empty slot");
        let (mut client, ours) = UnixStream::pair().expect("a pair of sockets");
        let connection =
            Connection::new(ours, None, Shared::new(std::sync::Arc::default(), readers, ServerOptions::default()));
        let mut worker = Worker::new(connection, 0, &[]);
        let code = ReturnCode::SUCCESS;
        let request = Establish { scope: 0, context: 0, code };
        let Establish { context, .. } = ask(&mut worker, &client, Command::ESTABLISH_CONTEXT, &request);
        let reader = Name::new("Virtuale 00 00").expect("short enough");
        let (share, preferred, active) = (Share::SHARED, Protocols::T0, Protocols::UNDEFINED);
        let request = Connect { context, reader, share, preferred, handle: 0, active, code };
        let Connect { handle, .. } = ask(&mut worker, &client, Command::CONNECT, &request);

        let request = transmit_message(handle, &[0x5A; 1000], 2000);
        let mut reply = [0; Transmit::SIZE + 1002];
        let mut transmit = || {
            client.write_all(&request).expect("room in the socket");
            worker.serve_request().expect("a good request");
            client.read_exact(&mut reply).expect("the reply is there");
        };
        // The first of its length makes the buffers grow.
        transmit();
        let counted = allocation_counter::measure(|| (0..10).for_each(|_| transmit()));
        assert_eq!(counted.count_total, 0);
        assert_eq!(reply[Transmit::SIZE + 999..], [0x5A, 0x90, 0]);
    }
}
