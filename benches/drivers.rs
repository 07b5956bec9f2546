//! What a command costs through the drivers of other PC/SC services, without such a service: what that adds is said by
//! `tests/clients/drivers/measure.sh`, which needs root.
//!
//! The driver of pcscd is loaded into this process, and asks readers here over its socket. vpcd is played as Debian's
//! version speaks: length and data apart, and the second waits until the first was acknowledged.

#![expect(unsafe_code, reason = "the driver has a C interface, called as its header says")]

use std::{
    ffi::{CString, c_char, c_int, c_long, c_uchar, c_ulong},
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    ptr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use libloading::{Library, Symbol};
use virtuale::{
    profile::{self, Options},
    reader::{
        Readers, SlotName, SlotSpec, ifd,
        vpcd::{
            Address, Vpcd,
            wire::{Request, message},
        },
    },
};
use virtuale_engine::Card;
use virtuale_ifd::{LIBRARY, Place};

const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");
/// READ BINARY, SFI 2 (the identity), 200 bytes.
const READ_BINARY: &[u8] = &[0x00, 0xB0, 0x82, 0x00, 0xC8];
const RESPONSE: usize = 202;

/// How many insertions are timed. A round takes some milliseconds, of which a small part counts.
const INSERTIONS: usize = 200;

const POWER_UP: c_ulong = 500;
const POLLING_WITH_TIMEOUT: c_ulong = 0x0FB3;
const PRESENT: c_long = 615;

/// `SCARD_IO_HEADER`.
#[repr(C)]
#[derive(Clone, Copy)]
struct IoHeader {
    protocol: c_ulong,
    length: c_ulong,
}

type Open = unsafe extern "C" fn(c_ulong, *const c_char) -> c_long;
type Presence = extern "C" fn(c_ulong) -> c_long;
type Get = unsafe extern "C" fn(c_ulong, c_ulong, *mut c_ulong, *mut c_uchar) -> c_long;
type Power = unsafe extern "C" fn(c_ulong, c_ulong, *mut c_uchar, *mut c_ulong) -> c_long;
type Poll = extern "C" fn(c_ulong, c_int) -> c_long;
type Transmit = unsafe extern "C" fn(
    c_ulong,
    IoHeader,
    *const c_uchar,
    c_ulong,
    *mut c_uchar,
    *mut c_ulong,
    *mut IoHeader,
) -> c_long;

fn card() -> Box<dyn Card> {
    let options = Options { today: jiff::civil::date(2026, 1, 15), seed: 0 };
    Box::new(profile::load(Path::new(CARD), &options).expect("a good card file").card())
}

fn readers() -> Arc<Readers> {
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
    readers.insert(0, card(), None).expect("an empty slot");
    readers
}

/// Until a card is in, as the driver says it.
fn await_card(presence: &Symbol<'_, Presence>) {
    while presence(0) != PRESENT {
        thread::sleep(Duration::from_millis(1));
    }
}

fn our_driver(criterion: &mut Criterion) {
    let Ok(bytes) = LIBRARY else {
        println!("this program has no driver: nothing is measured of it");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("libifdvirtuale.so");
    fs::write(&path, bytes).expect("room");
    let readers = readers();
    let place = Place { slots: 1, socket: folder.path().join("ifd") };
    let _server = ifd::Server::start(&readers, &place.socket).expect("a socket");
    // SAFETY: it is ours, and does nothing as it is loaded.
    let library = unsafe { Library::new(&path) }.expect("the driver");
    // SAFETY: the types are those of ifdhandler.h on Linux, where DWORD is unsigned long and RESPONSECODE is long.
    let (open, presence, get, power, transmit) = unsafe {
        (
            library.get::<Open>(b"IFDHCreateChannelByName").expect("a function"),
            library.get::<Presence>(b"IFDHICCPresence").expect("a function"),
            library.get::<Get>(b"IFDHGetCapabilities").expect("a function"),
            library.get::<Power>(b"IFDHPowerICC").expect("a function"),
            library.get::<Transmit>(b"IFDHTransmitToICC").expect("a function"),
        )
    };
    let name = CString::new(place.device_name().expect("a plain path")).expect("no zero");
    let mut poll: Option<Poll> = None;
    let mut length = c_ulong::try_from(size_of::<Poll>()).expect("small");
    let mut atr = [0; 33];
    let mut atr_length = 33;
    // SAFETY: the name ends in a zero; there is room for a pointer and for an answer to reset, as the lengths say.
    unsafe {
        assert_eq!(open(0, name.as_ptr()), 0);
        assert_eq!(get(0, POLLING_WITH_TIMEOUT, &raw mut length, (&raw mut poll).cast()), 0);
        await_card(&presence);
        assert_eq!(power(0, POWER_UP, atr.as_mut_ptr(), &raw mut atr_length), 0);
    }
    let poll = poll.expect("the polling function");
    let mut answer = [0; 258];
    let mut read_binary = || {
        let mut length = 258;
        let send = IoHeader { protocol: 1, length: 16 };
        let (command, count) = (READ_BINARY.as_ptr(), READ_BINARY.len() as c_ulong);
        // SAFETY: the command has the length given; the answer has room for the length given.
        let code = unsafe { transmit(0, send, command, count, answer.as_mut_ptr(), &raw mut length, ptr::null_mut()) };
        assert_eq!((code, length), (0, RESPONSE as c_ulong));
    };
    let mut group = criterion.benchmark_group("READ BINARY 200 through the driver of pcscd");
    group.throughput(Throughput::Elements(1));
    group.bench_function("without pcscd", |bencher| bencher.iter(&mut read_binary));
    group.finish();
    let mut times: Vec<_> = (0..INSERTIONS)
        .map(|_| {
            readers.remove(0).expect("a card");
            while presence(0) == PRESENT {
                poll(0, 1000);
            }
            let waiting = thread::spawn(move || {
                poll(0, 5000);
                Instant::now()
            });
            thread::sleep(Duration::from_millis(1));
            let start = Instant::now();
            readers.reinsert(0).expect("the same card");
            let end = waiting.join().expect("no panic");
            while presence(0) != PRESENT {
                poll(0, 1000);
            }
            end - start
        })
        .collect();
    times.sort();
    println!("insertion to the end of the driver's wait, median of {INSERTIONS}: {:?}", times[times.len() / 2]);
}

/// vpcd's end of a connection.
struct Driver(TcpStream);

impl Driver {
    /// Length and data apart, as Debian's version sends them.
    fn ask(&self, command: &[u8]) -> io::Result<usize> {
        let sent = message(command).ok_or(io::ErrorKind::InvalidInput)?;
        let (length, data) = sent.split_at(2);
        (&self.0).write_all(length)?;
        (&self.0).write_all(data)?;
        let mut length = [0; 2];
        (&self.0).read_exact(&mut length)?;
        let mut answer = vec![0; u16::from_be_bytes(length).into()];
        (&self.0).read_exact(&mut answer)?;
        Ok(answer.len())
    }
}

/// A card that holds nothing and answers each command with the same bytes. `hurries` has it acknowledge at once, as
/// ours does, by what the system offers for that; another one acknowledges when the system does.
fn null_card(stream: &TcpStream, hurries: bool) -> io::Result<()> {
    let answer = message(&[0x90; RESPONSE]).ok_or(io::ErrorKind::InvalidInput)?;
    let hurry = || match hurries {
        true => acknowledge_at_once(stream),
        false => Ok(()),
    };
    let mut stream = stream;
    stream.set_nodelay(true)?;
    let mut command = [0; RESPONSE];
    loop {
        let mut length = [0; 2];
        hurry()?;
        stream.read_exact(&mut length)?;
        let command = command.get_mut(..u16::from_be_bytes(length).into()).ok_or(io::ErrorKind::InvalidData)?;
        hurry()?;
        stream.read_exact(command)?;
        if matches!(Request::parse(command), Some(Request::Command(_) | Request::Atr)) {
            stream.write_all(&answer)?;
        }
    }
}

#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_tcp_quickack(stream, true)?)
}

/// Elsewhere nothing is offered, to our card neither.
#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) -> io::Result<()> {
    Ok(())
}

fn vpcd(criterion: &mut Criterion) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it");
    let null_card = |hurries| {
        let card = TcpStream::connect(address).expect("it listens");
        thread::spawn(move || null_card(&card, hurries));
        Driver(listener.accept().expect("a card").0)
    };
    let [hurried, other] = [true, false].map(null_card);
    let readers = readers();
    let _vpcd = Vpcd::connect(&readers, &Address::new("127.0.0.1", address.port()), |_| {}).expect("it starts");
    let ours = Driver(listener.accept().expect("a card").0);
    let mut group = criterion.benchmark_group("READ BINARY 200 as vpcd 3.3 sends it");
    group.throughput(Throughput::Elements(1));
    for (name, card) in [("our card", &ours), ("no card, the same bytes", &hurried)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert_eq!(card.ask(READ_BINARY).expect("an answer"), RESPONSE));
        });
    }
    group.sample_size(10);
    group.bench_function("a card that does not acknowledge at once", |bencher| {
        bencher.iter(|| assert_eq!(other.ask(READ_BINARY).expect("an answer"), RESPONSE));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    our_driver(&mut criterion);
    vpcd(&mut criterion);
    criterion.final_summary();
}
