//! The transport of libpcsclite, as a program sees it: the real client library, our service, and a Vitale 2 behind it.
//!
//! The measure is a null service in the same run: it speaks the same wire, holds no card and no state, and answers
//! each command with the same bytes. What is slower than that is ours to answer for. Where the library is absent,
//! this says so and measures nothing.

#![expect(unsafe_code, reason = "the client library is a foreign one, called as its header says")]

use std::{
    env,
    ffi::{CStr, c_char, c_long, c_ulong, c_void},
    fs, hint,
    io::{self, Read, Write},
    os::unix::{
        fs::symlink,
        net::{UnixListener, UnixStream},
    },
    path::Path,
    ptr,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use criterion::{Criterion, Throughput};
use libloading::{Library, Symbol};
use virtuale::{
    profile::{self, Options},
    reader::{
        Readers, SlotName, SlotSpec,
        pcsclite::{
            Server, ServerOptions,
            wire::{Command, Header, Message, Transmit},
        },
    },
};
use virtuale_engine::Card;

const LIBRARY: &str = "libpcsclite.so.1";
const READER: &CStr = c"Virtuale 00 00";
const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");
const CPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/cps-lefevre.toml");
const CPS_SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/traces/agency-cold.apdu");
/// READ BINARY, SFI 2 (the identity), 200 bytes.
const READ_BINARY: &[u8] = &[0x00, 0xB0, 0x82, 0x00, 0xC8];
const RESPONSE: usize = 202;

const SHARED: c_ulong = 2;
const T0_OR_T1: c_ulong = 3;
const CHANGED: c_ulong = 0x02;
const PRESENT: c_ulong = 0x20;

/// How many commands are sent before the other service has its turn, and how often.
const ROUND: u32 = 2000;
const ROUNDS: usize = 31;

/// How many insertions are timed. A round takes some milliseconds, of which a small part counts.
const INSERTIONS: usize = 200;

/// `SCARD_IO_REQUEST`.
#[repr(C)]
struct IoRequest {
    protocol: c_ulong,
    length: c_ulong,
}

/// `SCARD_READERSTATE`.
#[repr(C)]
struct ReaderState {
    reader: *const c_char,
    user: *mut c_void,
    current: c_ulong,
    event: c_ulong,
    atr_length: c_ulong,
    atr: [u8; 33],
}

type Establish = unsafe extern "C" fn(c_ulong, *const c_void, *const c_void, *mut c_long) -> c_long;
type Connect = unsafe extern "C" fn(c_long, *const c_char, c_ulong, c_ulong, *mut c_long, *mut c_ulong) -> c_long;
type SendCommand =
    unsafe extern "C" fn(c_long, *const IoRequest, *const u8, c_ulong, *mut IoRequest, *mut u8, *mut c_ulong) -> c_long;
type AwaitChange = unsafe extern "C" fn(c_long, c_ulong, *mut ReaderState, c_ulong) -> c_long;

/// The client library's functions.
struct Client<'a> {
    establish: Symbol<'a, Establish>,
    connect: Symbol<'a, Connect>,
    transmit: Symbol<'a, SendCommand>,
    await_change: Symbol<'a, AwaitChange>,
}

impl<'a> Client<'a> {
    fn of(library: &'a Library) -> Result<Self, libloading::Error> {
        // SAFETY: the types are those of winscard.h on Linux, where DWORD is unsigned long and LONG is long.
        unsafe {
            Ok(Self {
                establish: library.get(b"SCardEstablishContext")?,
                connect: library.get(b"SCardConnect")?,
                transmit: library.get(b"SCardTransmit")?,
                await_change: library.get(b"SCardGetStatusChange")?,
            })
        }
    }

    fn context(&self) -> c_long {
        let mut context = 0;
        // SAFETY: the reserved arguments may be null; the context is written before the call returns.
        let code = unsafe { (self.establish)(2, ptr::null(), ptr::null(), &raw mut context) };
        assert_eq!(code, 0, "SCardEstablishContext");
        context
    }

    fn open(&self, context: c_long) -> c_long {
        let (mut handle, mut protocol) = (0, 0);
        // SAFETY: the name ends in a zero; both outputs are written before the call returns.
        let code =
            unsafe { (self.connect)(context, READER.as_ptr(), SHARED, T0_OR_T1, &raw mut handle, &raw mut protocol) };
        assert_eq!((code, protocol), (0, 1), "SCardConnect");
        handle
    }

    fn read_binary(&self, handle: c_long) {
        assert_eq!(self.send(handle, READ_BINARY), RESPONSE, "SCardTransmit");
    }

    /// Sends a command; says how long the answer is.
    fn send(&self, handle: c_long, command: &[u8]) -> usize {
        let pci = IoRequest { protocol: 1, length: size_of::<IoRequest>() as c_ulong };
        let mut response = [0_u8; 258];
        let mut length = response.len() as c_ulong;
        // SAFETY: the command has the length given; the answer has room for the length given.
        let code = unsafe {
            (self.transmit)(
                handle,
                &raw const pci,
                command.as_ptr(),
                command.len() as c_ulong,
                ptr::null_mut(),
                response.as_mut_ptr(),
                &raw mut length,
            )
        };
        assert_eq!(code, 0, "SCardTransmit");
        hint::black_box(&response);
        usize::try_from(length).unwrap_or(0)
    }

    /// Waits until the reader is no longer as it is known to be; says how it is then.
    fn await_change(&self, context: c_long, known: c_ulong) -> c_ulong {
        let mut state = ReaderState {
            reader: READER.as_ptr(),
            user: ptr::null_mut(),
            current: known,
            event: 0,
            atr_length: 0,
            atr: [0; 33],
        };
        // SAFETY: one state is given, and its name ends in a zero.
        let code = unsafe { (self.await_change)(context, c_ulong::MAX, &raw mut state, 1) };
        assert_eq!(code, 0, "SCardGetStatusChange");
        state.event
    }
}

/// Serves the wire without a card: replies are the requests, and each command's answer is the same.
fn null_server(listener: &UnixListener) {
    for stream in listener.incoming().map_while(Result::ok) {
        thread::spawn(move || {
            // It ends when its client does.
            let _ = serve_nothing(stream);
        });
    }
}

fn serve_nothing(mut stream: UnixStream) -> io::Result<()> {
    let mut buffer = vec![0; 4096];
    let mut response = [[0; Transmit::SIZE].as_slice(), &[0x90; RESPONSE]].concat();
    // Its only output: how long it is.
    response[24..28].copy_from_slice(&u32::try_from(RESPONSE).unwrap_or_default().to_ne_bytes());
    loop {
        let mut filled = 0;
        fill(&mut stream, &mut buffer, &mut filled, Header::SIZE)?;
        let size = usize::try_from(number(&buffer, 0)).unwrap_or_default();
        let command = Command(number(&buffer, 4));
        let end = Header::SIZE + size;
        fill(&mut stream, &mut buffer, &mut filled, end)?;
        if command == Command::TRANSMIT {
            let length = usize::try_from(number(&buffer, end - Transmit::SIZE + 12)).unwrap_or_default();
            fill(&mut stream, &mut buffer, &mut filled, end + length)?;
            stream.write_all(&response)?;
            continue;
        }
        let body = &mut buffer[Header::SIZE..end];
        let outputs: &[(usize, u32)] = match command {
            Command::ESTABLISH_CONTEXT => &[(4, 1)],
            Command::CONNECT => &[(140, 1), (144, 1)],
            _ => &[],
        };
        for (at, value) in outputs {
            body[*at..at + 4].copy_from_slice(&value.to_ne_bytes());
        }
        stream.write_all(body)?;
    }
}

fn fill(stream: &mut UnixStream, buffer: &mut [u8], filled: &mut usize, wanted: usize) -> io::Result<()> {
    while *filled < wanted {
        match stream.read(&mut buffer[*filled..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => *filled += count,
        }
    }
    Ok(())
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

/// A card as a card file has it.
fn card(file: &str) -> Box<dyn Card> {
    let options = Options { today: jiff::civil::date(2026, 1, 15), seed: 0 };
    let profile = profile::load(Path::new(file), &options).expect("a good card file");
    Box::new(profile.card())
}

/// The first session of the agency's library with a CPS3, which benches/cps.rs has in process.
fn cold_session(criterion: &mut Criterion, client: &Client<'_>, context: c_long, readers: &Readers) {
    readers.remove(0).expect("a card");
    readers.insert(0, card(CPS), None).expect("an empty slot");
    let text = fs::read_to_string(CPS_SESSION).expect("the trace");
    let lines = text.lines().filter_map(|line| line.strip_prefix("> "));
    let bytes = |line: &str| -> String { line.split('#').next().unwrap_or_default().split_whitespace().collect() };
    let commands: Vec<_> = lines.map(|line| hex::decode(bytes(line)).expect("hexadecimal digits")).collect();
    let handle = client.open(context);
    let mut group = criterion.benchmark_group("CPS3 through libpcsclite");
    group.throughput(Throughput::Elements(commands.len() as u64));
    group.bench_function(format!("cold session, {} commands", commands.len()), |bencher| {
        bencher.iter(|| commands.iter().map(|command| client.send(handle, command)).sum::<usize>());
    });
    group.finish();
}

/// Alternates between the two, so that a busy machine slows both, and says what ours adds to the other.
fn compare(mut ours: impl FnMut(), mut null: impl FnMut()) {
    let per_command = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..ROUND).for_each(|_| work());
        start.elapsed() / ROUND
    };
    let mut pairs: Vec<_> = (0..ROUNDS).map(|_| (per_command(&mut ours), per_command(&mut null))).collect();
    let share = |(ours, null): &(Duration, Duration)| ours.as_secs_f64() / null.as_secs_f64() - 1.0;
    pairs.sort_by(|one, other| share(one).total_cmp(&share(other)));
    let (ours, null) = pairs[pairs.len() / 2];
    println!(
        "READ BINARY 200, alternating, median of {ROUNDS} rounds: ours {ours:?}, null service {null:?}, {:+.1} %",
        100.0 * share(&(ours, null))
    );
}

/// From the insertion of a card to the end of a program's wait for it.
fn insertion_to_event(client: &Client<'_>, context: c_long, readers: &Readers) {
    let mut times: Vec<_> = (0..INSERTIONS)
        .map(|_| {
            readers.remove(0).expect("a card");
            let known = client.await_change(context, 0) & !CHANGED;
            let (told, waiting) = mpsc::channel();
            thread::scope(|scope| {
                let waiter = scope.spawn(move || {
                    told.send(()).expect("the other thread listens");
                    let state = client.await_change(context, known);
                    (Instant::now(), state)
                });
                waiting.recv().expect("the waiter is there");
                // It registers with the service within this time.
                thread::sleep(Duration::from_millis(2));
                let start = Instant::now();
                readers.reinsert(0).expect("the same card");
                let (end, state) = waiter.join().expect("no panic");
                assert_ne!(state & PRESENT, 0);
                end - start
            })
        })
        .collect();
    times.sort();
    println!("insertion to event, median of {INSERTIONS}: {:?}", times[times.len() / 2]);
}

fn main() {
    // SAFETY: a name of the system's loader; the library's own initialization is sound.
    let Ok(library) = (unsafe { Library::new(LIBRARY) }) else {
        println!("{LIBRARY} is not installed: nothing is measured");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let socket = path("socket");
    // SAFETY: no other thread runs yet.
    unsafe { env::set_var("PCSCLITE_CSOCK_NAME", &socket) };
    let client = Client::of(&library).expect("its functions");

    let slots = SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name");
    let readers = Readers::new(slots).expect("one slot");
    readers.insert(0, card(CARD), None).expect("an empty slot");
    let server = Server::start(Arc::clone(&readers), &path("ours"), ServerOptions::default());
    let _server = server.expect("a socket");
    let listener = UnixListener::bind(path("null")).expect("a socket");
    thread::spawn(move || null_server(&listener));

    // The library reads the variable once; what stands there is exchanged.
    let open_on = |name: &str| {
        symlink(path(name), &socket).expect("a free path");
        let context = client.context();
        let handle = client.open(context);
        fs::remove_file(&socket).expect("the link");
        (context, handle)
    };
    let (_, null) = open_on("null");
    let (context, ours) = open_on("ours");

    compare(|| client.read_binary(ours), || client.read_binary(null));
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("READ BINARY 200 through libpcsclite");
    group.throughput(Throughput::Elements(1));
    group.bench_function("our service", |bencher| bencher.iter(|| client.read_binary(ours)));
    group.bench_function("null service", |bencher| bencher.iter(|| client.read_binary(null)));
    group.finish();
    insertion_to_event(&client, context, &readers);
    cold_session(&mut criterion, &client, context, &readers);
    criterion.final_summary();
}
