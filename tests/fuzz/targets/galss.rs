//! What a client sends to the service of GALSS on its socket, well formed or not.
//!
//! The input is the client's side of the stream, behind who it is. The first session that it opens has the number 1,
//! and every further session and exclusivity the next one. The client waits for each reply, as the library does; after
//! the first frame that is no request, it sends the rest without waiting.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    thread,
    time::{Duration, Instant},
};

use virtuale::reader::{
    Readers, Sharing, SlotName, SlotSpec,
    galss::{Resource, ResourceName, Server},
};
use virtuale_galss::{
    Code,
    wire::{self, Request},
};

use super::echo::Echo;

/// How long a reply may take, on a slow machine.
const LIMIT: Duration = Duration::from_secs(20);

/// Plays the client; then all that it had must be given back, and others must be served.
pub(super) fn run(data: &[u8]) {
    let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
    let readers = Readers::new(slots).expect("two slots");
    readers.insert(1, Box::new(Echo::new()), None).expect("an empty slot");
    let folder = tempfile::tempdir().expect("a folder");
    let resource = |(slot, name)| Resource { name: ResourceName::new(name).expect("a name"), alias: None, slot };
    let resources = ["Vitale", "CPS"].into_iter().enumerate().map(resource).collect();
    let server = Server::start(&readers, &folder.path().join("galss"), resources).expect("a service");
    let client = connect(&server, 1);
    // A service that has hung up is done with us; all else is checked by whether it comes to an end.
    let _ = play(&client, data);
    let _ = client.shutdown(Shutdown::Write);
    if let Err(error) = (&client).read_to_end(&mut Vec::new()) {
        assert!(!is_timeout(&error), "the service neither answers nor hangs up");
    }
    let other = connect(&server, 2);
    let open = Request::Open { application: b"OTHER", resource: b"CPS" };
    let session = until_done(&other, &open);
    let session = u16::from_le_bytes([session[0], session[1]]);
    until_done(&other, &Request::Begin { wish: format!("{session}:1").as_bytes() });
    // A card that has power keeps it for as long as anybody has a session on its slot.
    until_done(&other, &Request::Close { session });
    let end = Instant::now() + LIMIT;
    while readers.states().iter().any(|slot| slot.sharing != Sharing::Handles(0)) {
        assert!(Instant::now() < end, "a handle was left");
        thread::sleep(Duration::from_micros(200));
    }
}

fn connect(server: &Server, client: u8) -> UnixStream {
    let stream = UnixStream::connect(server.path()).expect("a connection");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    let hello = Request::Hello { version: wire::VERSION, client: [client; 16] };
    (&stream).write_all(&hello.to_frame()).expect("it reads");
    stream
}

/// Sends frames one by one, each after the reply to the one before, and all at once from the first that is no request.
fn play(mut stream: &UnixStream, mut data: &[u8]) -> io::Result<()> {
    while let Some((frame, rest)) = next(data) {
        data = rest;
        stream.write_all(frame)?;
        let (code, given) = receive(stream)?;
        assert!(code == Code::DONE || given.is_empty() || code == Code::EXCLUSIVITY, "{code} gives {given:02X?}");
    }
    stream.set_write_timeout(Some(LIMIT))?;
    stream.write_all(data)
}

/// The next frame, if there is a whole one with a request that has a reply.
fn next(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = wire::length(*data.first_chunk()?)?;
    let (frame, rest) = data.split_at_checked(4 + length)?;
    let request = Request::parse(&frame[4..])?;
    (!matches!(request, Request::Hello { .. })).then_some((frame, rest))
}

fn receive(mut stream: &UnixStream) -> io::Result<(Code, Vec<u8>)> {
    let mut first = [0; 4];
    stream.read_exact(&mut first)?;
    let mut body = vec![0; wire::length(first).expect("a short reply")];
    stream.read_exact(&mut body)?;
    let (code, given) = wire::parse_reply(&body).expect("a reply");
    Ok((code, given.to_vec()))
}

/// Asks until the service has noticed that the one before is gone.
fn until_done(mut stream: &UnixStream, request: &Request<'_>) -> Vec<u8> {
    let end = Instant::now() + LIMIT;
    loop {
        stream.write_all(&request.to_frame()).expect("it reads");
        match receive(stream).expect("it answers") {
            (Code::DONE, given) => return given,
            (code, _) => assert!(Instant::now() < end, "{request:?}: {code}"),
        }
        thread::sleep(Duration::from_micros(200));
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
