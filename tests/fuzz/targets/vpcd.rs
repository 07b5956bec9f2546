//! Drivers that come to a card and say anything: the transport of vpcd.
//!
//! The input is what a driver sends. Requests are sent one by one, each after the answer to the one before, if it has
//! one; from the first that is none on, all is sent at once. Then the driver goes, and another one must find the card.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use virtuale::reader::{
    Readers, SlotName, SlotSpec,
    vpcd::{Address, Vpcd, wire::Request},
};
use virtuale_engine::Card;

use super::echo::{ATR, Echo};

/// Far more than all of it takes.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn run(data: &[u8]) {
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
    let card: Box<dyn Card> = Box::new(Echo::new());
    readers.insert(0, card, None).expect("an empty slot");
    let vpcd = listen(&readers);
    let driver = connect(&vpcd);
    play(&driver, data);
    let _ = driver.shutdown(Shutdown::Write);
    if let Err(error) = (&driver).read_to_end(&mut Vec::new()) {
        assert!(!is_timeout(&error), "the card neither answers nor hangs up");
    }
    let end = Instant::now() + LIMIT;
    let has_card = |driver: &TcpStream| say(driver, Request::Atr).and_then(|()| hear(driver)).as_deref() == Some(ATR);
    while !has_card(&connect(&vpcd)) {
        assert!(Instant::now() < end, "the card is lost");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A card that awaits its driver, on a port that the system chooses.
fn listen(readers: &Arc<Readers>) -> Vpcd {
    Vpcd::listen(readers, &Address::new("127.0.0.1", 0), |_| {}).expect("a port")
}

fn connect(vpcd: &Vpcd) -> TcpStream {
    let address = vpcd.addresses().first().expect("one slot");
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit");
    stream.set_write_timeout(Some(LIMIT)).expect("a limit");
    stream
}

fn play(mut driver: &TcpStream, mut data: &[u8]) {
    while let Some((request, rest)) = next(data) {
        data = rest;
        let has_answer = matches!(request, Request::Atr | Request::Command(_));
        if say(driver, request).is_none() || (has_answer && hear(driver).is_none()) {
            return;
        }
    }
    // The card may have hung up by now.
    let _ = driver.write_all(data);
}

/// The next request, if there is a whole one.
fn next(data: &[u8]) -> Option<(Request<'_>, &[u8])> {
    let (length, rest) = data.split_first_chunk()?;
    let (message, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    Some((Request::parse(message)?, rest))
}

fn say(mut driver: &TcpStream, request: Request<'_>) -> Option<()> {
    driver.write_all(&request.message()?).ok()
}

/// A whole answer; `None` if the card hung up.
fn hear(mut driver: &TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    driver.read_exact(&mut length).map_err(|error| assert!(!is_timeout(&error), "no answer")).ok()?;
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    driver.read_exact(&mut answer).map_err(|error| panic!("half an answer: {error}")).ok()?;
    Some(answer)
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
