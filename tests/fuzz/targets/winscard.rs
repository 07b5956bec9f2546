//! Calls of the PC/SC interface with lengths, numbers and pointers of any kind, of a library that asks a service.
//!
//! Eight bytes are a call: the function, which context and handle are meant, which pointers are missing, a number, and
//! two lengths. Behind them stands what is sent to the card. Nobody may write beside the room that is given, and what
//! the program had must be given back in the end.
//!
//! Nothing begins a transaction: who has one and another handle of the same thread waits for itself, as with pcsc-lite.

#![expect(unsafe_code, reason = "the functions take pointers, as programs written in C have them")]

use std::{
    cell::RefCell,
    path::PathBuf,
    ptr::{null, null_mut},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use virtuale::reader::{
    Readers, ReturnCode, Sharing, SlotName, SlotSpec,
    pcsclite::{Server, ServerOptions},
};
use virtuale_winscard::{
    client::{Client, Place},
    interface::{self, ContextNumber, Dword, HandleNumber, T0},
    library::Library,
    platform::Platform,
    service::Service,
};

use super::echo::Echo;

/// How long it may take until all is given back, on a slow machine.
const LIMIT: Duration = Duration::from_secs(20);

/// How much room there is, with as much on each side that nobody may touch.
const ROOM: usize = 64;

/// What nobody may touch.
const UNTOUCHED: u8 = 0xEE;

/// How many calls of an input are made.
const MOST_CALLS: usize = 60;

thread_local! {
    static PLACE: RefCell<PathBuf> = const { RefCell::new(PathBuf::new()) };
}

fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    Ok(Arc::new(Client::new(Place::new(PLACE.with_borrow(PathBuf::clone)))))
}

/// Makes the calls.
pub(super) fn run(data: &[u8]) {
    let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
    let readers = Readers::with_grace(slots, Duration::ZERO).expect("two slots");
    readers.insert(0, Box::new(Echo::new()), None).expect("an empty slot");
    let folder = tempfile::tempdir().expect("a folder");
    let server =
        Server::start(Arc::clone(&readers), &folder.path().join("pcsc"), ServerOptions::default()).expect("a service");
    PLACE.set(server.path().to_owned());
    let mut program =
        Program { library: Library::new(find, Platform::NATIVE), contexts: Vec::new(), handles: Vec::new() };
    let mut rest = data;
    for _ in 0..MOST_CALLS {
        let Some((call, behind)) = rest.split_first_chunk() else { break };
        rest = program.call(*call, behind);
    }
    for context in program.contexts {
        let _ = interface::release(&program.library, context);
    }
    let end = Instant::now() + LIMIT;
    while readers.states().iter().any(|slot| slot.sharing != Sharing::Handles(0)) {
        assert!(Instant::now() < end, "a handle was left");
        thread::sleep(Duration::from_micros(200));
    }
}

struct Program {
    library: Library,
    contexts: Vec<ContextNumber>,
    handles: Vec<HandleNumber>,
}

impl Program {
    /// Makes one call; gives what is left of the input.
    fn call<'a>(&mut self, call: [u8; 8], behind: &'a [u8]) -> &'a [u8] {
        let [function, which, nulls, number, share, protocols, room, length] = call;
        let mut memory = [UNTOUCHED; 3 * ROOM];
        let place = memory.as_mut_ptr().wrapping_add(ROOM);
        let missing = |bit: u8| nulls & (1 << bit) != 0;
        let mut size = Dword::from(room) % 65;
        let [mut one, mut two] = [0; 2];
        let sent = behind.get(..usize::from(length).min(ROOM - 2)).unwrap_or_default();
        let sent_length = Dword::try_from(sent.len()).expect("a few");
        let context = self.contexts.iter().rev().nth(usize::from(which & 3)).copied().unwrap_or(0);
        let handle = self.handles.iter().rev().nth(usize::from(which >> 2 & 3)).copied().unwrap_or(4711);
        let (number, share, protocols) = (Dword::from(number), Dword::from(share), Dword::from(protocols));
        let answer = if missing(0) { null_mut() } else { place };
        let length = if missing(1) { null_mut() } else { &raw mut size };
        let sending = if missing(2) { null() } else { sent.as_ptr() };
        let pci = if missing(3) { null() } else { &raw const T0 };
        let name = if which & 0x80 == 0 { c"Virtuale 00 00" } else { c"Virtuale 00 01" };
        let name = if missing(4) { null() } else { name.as_ptr().cast::<u8>() };
        let library = &self.library;
        // SAFETY: what is not missing is as long as is said, and no longer lived than this call.
        let said = unsafe {
            match function % 17 {
                0 if self.contexts.len() < 4 => {
                    let mut opened = 0;
                    let said = interface::establish(library, number % 5, &raw mut opened);
                    self.contexts.extend(Some(opened).filter(|_| said == 0));
                    said
                }
                0 => interface::establish(library, number, null_mut()),
                1 => interface::release(library, context),
                2 | 3 => {
                    let mut opened = 0;
                    let said =
                        interface::connect(library, context, name, share % 5, protocols, &raw mut opened, &raw mut one);
                    self.handles.extend(Some(opened).filter(|_| said == 0));
                    said
                }
                4 => interface::disconnect(library, handle, number % 5),
                5 => interface::end(library, handle, number % 5),
                6 => interface::list::<u8>(library, context, null(), answer, length),
                7 => interface::groups::<u16>(library, context, null_mut(), length),
                8 => interface::attribute(library, handle, number | 0x0009_0300, answer, length),
                9 => interface::set_attribute(library, handle, number, sending, sent_length),
                10 => interface::is_valid(library, context),
                11 => interface::cancel(library, context),
                12 => interface::status_change::<u8>(library, context, 0, null_mut(), number),
                13 => interface::control(
                    library,
                    handle,
                    0x4200_0D48 + number,
                    sending.cast(),
                    sent_length,
                    answer.cast(),
                    Dword::from(room) % 65,
                    if missing(1) { null_mut() } else { &raw mut two },
                ),
                14 => interface::status::<u8>(
                    library,
                    handle,
                    answer,
                    length,
                    &raw mut one,
                    &raw mut two,
                    null_mut(),
                    null_mut(),
                ),
                _ => interface::transmit(library, handle, pci, sending, sent_length, null_mut(), answer, length),
            }
        };
        let _ = said;
        let written = usize::from(room % 65);
        assert!(memory[..ROOM].iter().all(|&byte| byte == UNTOUCHED), "before its room: {call:?}");
        assert!(memory[ROOM + written..].iter().all(|&byte| byte == UNTOUCHED), "behind its room: {call:?}");
        behind.get(sent.len()..).unwrap_or_default()
    }
}
