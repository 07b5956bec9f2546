//! Drivers of pcscd that connect and say anything, and readers that answer a driver with anything.
//!
//! The input is what a driver sends. Frames are sent one by one, each after the reply to the one before; from the first
//! that is none on, all is sent at once. Then another driver must find the card. The same bytes are also read as what
//! readers send.

use std::{
    io::{ErrorKind, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    time::Duration,
};

use virtuale::reader::{Readers, SlotName, SlotSpec, ifd::Server};
use virtuale_engine::Card;
use virtuale_ifd::wire::{self, Hello, Inbox, Outcome, Purpose, Reply, Request, States};

use super::echo::{ATR, Echo};

/// Far more than all of it takes.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn run(data: &[u8]) {
    as_readers(data);
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots");
    let card: Box<dyn Card> = Box::new(Echo::new());
    readers.insert(0, card, None).expect("an empty slot");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&readers, &folder.path().join("ifd")).expect("a socket");
    let driver = connect(&server);
    play(&driver, data);
    let _ = driver.shutdown(Shutdown::Write);
    if let Err(error) = (&driver).read_to_end(&mut Vec::new()) {
        assert!(!is_timeout(&error), "the readers neither answer nor hang up");
    }
    let other = connect(&server);
    let hello = Hello { version: wire::VERSION, purpose: Purpose::Slot(0) };
    (&other).write_all(&hello.to_frame()).expect("it reads");
    (&other).write_all(&Request::PowerUp.to_frame()).expect("it reads");
    let mut inbox = Inbox::default();
    let reply = Reply::parse(inbox.frame(&other).expect("a reply")).expect("a reply");
    assert_eq!(reply, Reply { outcome: Outcome::DONE, given: ATR });
}

/// What comes from readers is taken apart by the driver.
fn as_readers(mut data: &[u8]) {
    let mut inbox = Inbox::default();
    while let Ok(body) = inbox.frame(&mut data) {
        let _ = (Reply::parse(body), States::parse(body));
    }
}

fn connect(server: &Server) -> UnixStream {
    let stream = UnixStream::connect(server.path()).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream.set_write_timeout(Some(LIMIT)).expect("a limit");
    stream
}

fn play(mut driver: &UnixStream, mut data: &[u8]) {
    let mut inbox = Inbox::default();
    let mut is_begun = false;
    while let Some((frame, rest)) = next(data) {
        let has_reply = is_begun && Request::parse(&frame[4..]).is_some();
        let goes_on = match Hello::parse(&frame[4..]) {
            _ if is_begun => has_reply,
            Some(Hello { version: wire::VERSION, purpose: Purpose::Slot(_) }) => true,
            _ => false,
        };
        if !goes_on {
            break;
        }
        (is_begun, data) = (true, rest);
        if driver.write_all(frame).is_err() || (has_reply && hear(driver, &mut inbox).is_none()) {
            return;
        }
    }
    // The readers may have hung up by now.
    let _ = driver.write_all(data);
}

/// The next frame, if there is a whole one.
fn next(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(u32::from_le_bytes(*data.first_chunk()?)).ok()?;
    data.split_at_checked(length.checked_add(4)?)
}

fn hear(driver: &UnixStream, inbox: &mut Inbox) -> Option<()> {
    let heard = inbox.frame(driver).map_err(|error| assert!(!is_timeout(&error), "no reply")).ok()?;
    Reply::parse(heard).map(drop)
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
