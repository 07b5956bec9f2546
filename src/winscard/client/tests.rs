use std::{
    env, fs,
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    process,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Client, Place};
use crate::{
    codes::ReturnCode,
    service::{Next, Service},
    terms::{CardState, Protocols, Share},
    wire::{self, AtrField, Command, Header, Message, Name, ReaderState},
};

/// What a service of a test does with a request; gives the bytes of its reply, `None` to hang up.
type Answers = fn(minor: u32, command: Command, body: &[u8]) -> Option<Vec<u8>>;

/// A place for a socket, which goes with it.
struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A service that speaks one version and serves one client.
fn serve(name: &str, minor: u32, answers: Answers) -> (Socket, JoinHandle<()>) {
    let path = env::temp_dir().join(format!("virtuale-winscard-{}-{name}", process::id()));
    let listener = UnixListener::bind(&path).expect("a socket");
    let service = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        while let Some((command, body)) = receive(&mut stream) {
            let Some(reply) = answers(minor, command, &body).or_else(|| usual(minor, command, &body)) else { return };
            stream.write_all(&reply).expect("it reads");
        }
    });
    (Socket(path), service)
}

fn receive(stream: &mut UnixStream) -> Option<(Command, Vec<u8>)> {
    let mut header = [0; Header::SIZE];
    stream.read_exact(&mut header).ok()?;
    let Header { size, command } = Header::decode(&header)?;
    let mut body = vec![0; usize::try_from(size).expect("small")];
    stream.read_exact(&mut body).ok()?;
    let behind = wire::Transmit::decode(&body).filter(|_| command == Command::TRANSMIT);
    let mut rest = vec![0; behind.map_or(0, |request| usize::try_from(request.send_length).expect("small"))];
    stream.read_exact(&mut rest).ok()?;
    body.extend(rest);
    Some((command, body))
}

fn said(message: &impl Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

fn states() -> Vec<u8> {
    let state = ReaderState {
        name: Name::of_bytes(b"A"),
        events: 1,
        state: CardState::READY,
        sharing: 0,
        atr: AtrField::new(&[0x3B, 0]),
        atr_length: 2,
        protocol: Protocols::UNDEFINED,
    };
    (0..wire::READER_SLOTS).flat_map(|_| said(&state)).collect()
}

/// What any service says.
fn usual(minor: u32, command: Command, body: &[u8]) -> Option<Vec<u8>> {
    let (code, stopped) = (ReturnCode::SUCCESS, ReturnCode::SERVICE_STOPPED);
    Some(match command {
        Command::VERSION => {
            let asked = wire::Version::decode(body)?.minor;
            said(&wire::Version { major: 4, minor, code: if asked == minor { code } else { stopped } })
        }
        Command::ESTABLISH_CONTEXT => said(&wire::Establish { context: 7, code, ..wire::Establish::decode(body)? }),
        Command::STATES_SIZE => said(&wire::StatesSize { count: 16 }),
        Command::READER_STATES | Command::STATES_ARRAY => states(),
        Command::WAIT if minor < wire::STATES_APART_MINOR => states(),
        Command::WAIT => Vec::new(),
        Command::READER_EVENTS => said(&wire::ReaderEvents { events: 5, code }),
        Command::STOP_WAITING => said(&wire::Event { timeout: 0, code }),
        _ => return None,
    })
}

fn nothing_special(_: u32, _: Command, _: &[u8]) -> Option<Vec<u8>> {
    None
}

fn client(socket: &Socket) -> Client {
    Client::new(Place::new(&socket.0))
}

#[test]
fn each_version_is_spoken() {
    for (minor, events) in [(4, None), (5, Some(5)), (6, Some(5))] {
        let (socket, service) = serve(&format!("version-{minor}"), minor, nothing_special);
        let (number, context) = client(&socket).establish(2).expect("a context");
        assert_eq!(number, 7);
        context.states(&mut |states| assert_eq!(states.len(), 16)).expect("states");
        let watched = context.watch(&mut |scene| {
            assert_eq!((scene.states.len(), scene.reader_events), (16, events));
            Next::Done
        });
        assert_eq!(watched, Ok(()));
        let until = Instant::now() + Duration::from_millis(20);
        assert_eq!(context.watch(&mut |_| Next::Wait(Some(until))), Err(ReturnCode::TIMEOUT));
        drop(context);
        service.join().expect("no panic");
    }
}

#[test]
fn another_version_is_none() {
    for minor in [3, 7] {
        let (socket, service) = serve(&format!("other-version-{minor}"), minor, nothing_special);
        assert_eq!(client(&socket).establish(2).err(), Some(ReturnCode::SERVICE_STOPPED));
        service.join().expect("no panic");
    }
}

#[test]
fn where_nobody_is_there_is_no_service() {
    let nowhere = Client::new(Place::new("/no/such/socket"));
    assert_eq!(nowhere.look(), Err(ReturnCode::NO_SERVICE));
    assert_eq!(nowhere.establish(2).err(), Some(ReturnCode::NO_SERVICE));
    let (socket, service) = serve("dead", 4, nothing_special);
    drop(UnixStream::connect(&socket.0).expect("it listens"));
    service.join().expect("no panic");
    assert_eq!(client(&socket).look(), Ok(()), "the socket is there");
    assert_eq!(client(&socket).establish(2).err(), Some(ReturnCode::NO_SERVICE));
}

#[test]
fn a_service_that_goes_is_told_and_lengths_are_not_believed() {
    let too_long = |_: u32, command: Command, body: &[u8]| {
        (command == Command::TRANSMIT).then(|| {
            let request = wire::Transmit::decode(&body[..wire::Transmit::SIZE]).expect("a request");
            said(&wire::Transmit { receive_length: u32::MAX, ..request })
        })
    };
    let (socket, service) = serve("too-long", 4, too_long);
    let (_, context) = client(&socket).establish(2).expect("a context");
    let done = context.transmit(1, Protocols::T0, &[0, 0x84, 0, 0, 8], &mut [0; 10]);
    assert_eq!((done.code, done.length), (ReturnCode::COMM_ERROR, 0));
    assert_eq!(context.release(), Err(ReturnCode::NO_SERVICE), "nobody knows what its next bytes belong to");
    drop(context);
    service.join().expect("no panic");

    let (socket, service) = serve("goes", 4, nothing_special);
    let (_, context) = client(&socket).establish(2).expect("a context");
    assert_eq!(context.connect(b"A", Share::SHARED, Protocols::T0), Err(ReturnCode::COMM_ERROR));
    service.join().expect("no panic");
    assert_eq!(context.release(), Err(ReturnCode::NO_SERVICE), "and no signal ends the program");
}

#[test]
fn a_wait_is_ended_by_an_event_and_only_a_wait_is_cancelled() {
    let events = |_: u32, command: Command, _: &[u8]| {
        (command == Command::WAIT).then(|| {
            let event = said(&wire::Event { timeout: 0, code: ReturnCode::CANCELLED });
            [states(), event].concat()
        })
    };
    let (socket, service) = serve("event", 4, events);
    let (_, context) = client(&socket).establish(2).expect("a context");
    let context = Arc::new(context);
    assert_eq!(context.cancel(), Ok(()), "nobody waits: nothing is said to the service");
    assert_eq!(context.watch(&mut |_| Next::Wait(None)), Err(ReturnCode::CANCELLED));
    drop(context);
    service.join().expect("no panic");
}
