use std::{
    ffi::{CStr, c_void},
    ptr::{null, null_mut},
};

use proptest::prelude::*;

use super::{
    ContextNumber, Dword, Entry, HandleNumber, IoRequest, LONGEST_ATR, Long, T0, attribute, begin, cancel, connect,
    control, disconnect, end, establish, free, groups, is_valid, list, reconnect, release, set_attribute, status,
    status_change, stringify, toy, transmit,
};
use crate::{codes::ReturnCode, library::Library, platform::Platform};

const READERS: &[u8] = b"A 00 00\0B 00 00\0\0";

fn code(said: Long) -> ReturnCode {
    ReturnCode(super::numbers::word(Dword::from_ne_bytes(said.to_ne_bytes())))
}

fn opened(platform: Platform) -> (Library, ContextNumber, HandleNumber) {
    let library = Library::new(toy::find, platform);
    let (mut context, mut handle, mut active) = (0, 0, 0);
    // SAFETY: all pointers are to what they should be.
    unsafe {
        assert_eq!(establish(&library, 2, &raw mut context), 0);
        let name = c"A 00 00".as_ptr().cast::<u8>();
        assert_eq!(connect(&library, context, name, 2, 3, &raw mut handle, &raw mut active), 0);
    }
    (library, context, handle)
}

fn names<C: crate::multistring::Character + Default>(library: &Library, context: ContextNumber) -> Vec<C> {
    let mut length = 0;
    // SAFETY: the room is as long as the function said.
    unsafe {
        assert_eq!(list::<C>(library, context, null(), null_mut(), &raw mut length), 0);
        let mut names = vec![C::default(); usize::try_from(length).expect("small")];
        assert_eq!(list(library, context, null(), names.as_mut_ptr(), &raw mut length), 0);
        names
    }
}

#[test]
fn names_are_narrow_and_wide() {
    let (library, context, _) = opened(Platform::PCSC_LITE);
    assert_eq!(names::<u8>(&library, context), READERS);
    let wide: Vec<u16> = READERS.iter().map(|&byte| byte.into()).collect();
    assert_eq!(names::<u16>(&library, context), wide);
    let (mut handle, mut active) = (0, 0);
    let name: Vec<u16> = "A 00 00\0".encode_utf16().collect();
    // SAFETY: all pointers are to what they should be.
    unsafe {
        assert_eq!(connect(&library, context, name.as_ptr(), 2, 3, &raw mut handle, &raw mut active), 0);
        let (mut room, mut length) = ([0_u16; 32], 32);
        let (none, nothing) = (null_mut(), null_mut());
        let name = room.as_mut_ptr();
        assert_eq!(status(&library, handle, name, &raw mut length, none, none, nothing, none), 0);
        assert_eq!((&room[..8], length), (&wide[..8], 8));
    }
}

#[test]
fn a_platform_has_its_own_codes_and_states() {
    for (platform, unsupported, state, ends) in
        [(Platform::PCSC_LITE, 0x8010_001F, 0x0001_0034, 1), (Platform::WINDOWS, 0x8010_0022, 5, 2)]
    {
        let (library, _, handle) = opened(platform);
        let (mut said, mut length, mut room) = (0, 0, [0_u8; 8]);
        // SAFETY: all pointers are to what they should be.
        unsafe {
            let answer = room.as_mut_ptr();
            assert_eq!(code(set_attribute(&library, handle, 1, answer, 1)).0, unsupported);
            let (none, name) = (null_mut(), null_mut::<u8>());
            let atr = null_mut();
            assert_eq!(status(&library, handle, name, &raw mut length, &raw mut said, none, atr, none), 0);
        }
        assert_eq!((said, length), (state, 7 + ends));
    }
}

#[test]
fn on_windows_some_places_and_a_context_may_be_left_out_and_groups_are_looked_at() {
    let (library, context, handle) = opened(Platform::WINDOWS);
    let list_of = |groups: &[u8]| {
        let mut length = 0;
        // SAFETY: all pointers are to what they should be.
        let said = unsafe { list::<u8>(&library, context, groups.as_ptr(), null_mut(), &raw mut length) };
        (code(said), length)
    };
    assert_eq!(list_of(b"\0"), (ReturnCode::SUCCESS, 17));
    assert_eq!(list_of(b"\xFF\xFF\0other\0scard$defaultreaders\0\0"), (ReturnCode::SUCCESS, 17));
    assert_eq!(list_of(b"other\0\0"), (ReturnCode::NO_READERS_AVAILABLE, 1));
    let (mut found, mut length): (*mut u8, Dword) = (null_mut(), Dword::MAX);
    let mut other = 0;
    // SAFETY: as before.
    unsafe {
        assert_eq!(list::<u8>(&library, 0, null(), (&raw mut found).cast(), &raw mut length), 0);
        assert_eq!(free(&library, 0, found.cast()), 0);
        assert_eq!(groups::<u8>(&library, 0, null_mut(), &raw mut length), 0);
        let name = c"A 00 00".as_ptr().cast::<u8>();
        assert_eq!(connect(&library, context, name, 2, 3, &raw mut other, null_mut()), 0);
        assert_eq!(reconnect(&library, other, 2, 3, 0, null_mut()), 0);
        let (none, nothing) = (null(), null_mut());
        let said = control(&library, handle, 1, none, 0, nothing, 0, null_mut());
        assert_eq!(code(said), ReturnCode::INVALID_PARAMETER);
        assert_eq!((disconnect(&library, 0, 0), is_valid(&library, 0), release(&library, 0)), (6, 6, 6));
    }
}

#[test]
fn memory_is_found_and_given_back() {
    let (library, context, handle) = opened(Platform::PCSC_LITE);
    let (mut found, mut length): (*mut u8, Dword) = (null_mut(), Dword::MAX);
    // SAFETY: all pointers are to what they should be; the memory is as long as the functions say.
    unsafe {
        assert_eq!(list::<u8>(&library, context, null(), (&raw mut found).cast(), &raw mut length), 0);
        assert_eq!(super::buffers::bytes(found, 17), READERS);
        assert_eq!(code(free(&library, 0, found.cast())), ReturnCode::INVALID_HANDLE);
        assert_eq!(free(&library, context, found.cast()), 0);
        length = Dword::MAX;
        assert_eq!(attribute(&library, handle, 1, (&raw mut found).cast(), &raw mut length), 0);
        assert_eq!(super::buffers::bytes(found, 5), toy::VALUE);
        assert_eq!((length, free(&library, context, found.cast())), (5, 0));
        length = Dword::MAX;
        assert_eq!(code(groups::<u8>(&library, context, null_mut(), &raw mut length)), ReturnCode::INVALID_PARAMETER);
        assert_eq!(code(groups::<u8>(&library, context, null_mut(), null_mut())), ReturnCode::INVALID_PARAMETER);
    }
}

#[test]
fn a_command_and_its_answer_may_be_the_same_memory() {
    let (library, _, handle) = opened(Platform::PCSC_LITE);
    let (mut room, mut length) = ([0, 0xA4, 0, 0, 9, 9, 9, 9], 8);
    let memory = room.as_mut_ptr();
    // SAFETY: all pointers are to what they should be.
    unsafe {
        assert_eq!(transmit(&library, handle, &raw const T0, memory, 4, null_mut(), memory, &raw mut length), 0);
    }
    assert_eq!((room, length), ([0, 0xA4, 0, 0, 0x90, 0, 9, 9], 6));
}

#[test]
fn a_panic_ends_a_call_and_nothing_else() {
    let (library, context, handle) = opened(Platform::PCSC_LITE);
    let (mut other, mut active) = (0, 0);
    // SAFETY: all pointers are to what they should be.
    unsafe {
        let panic = c"panic".as_ptr().cast::<u8>();
        let said = connect(&library, context, panic, 2, 3, &raw mut other, &raw mut active);
        assert_eq!(code(said), ReturnCode::INTERNAL_ERROR);
    }
    assert_eq!((begin(&library, handle), end(&library, handle, 0)), (0, 0));
}

#[test]
fn handles_go_with_their_context() {
    let (library, context, handle) = opened(Platform::PCSC_LITE);
    assert_eq!((is_valid(&library, context), cancel(&library, context)), (0, 0));
    assert_eq!((begin(&library, handle), release(&library, context)), (0, 0));
    assert_eq!(code(begin(&library, handle)), ReturnCode::INVALID_HANDLE);
    assert_ne!(is_valid(&library, context), 0);
    assert_eq!(code(release(&library, context)), ReturnCode::INVALID_HANDLE);
}

#[test]
fn entries_are_told_what_they_do_not_know() {
    let (library, context, _) = opened(Platform::PCSC_LITE);
    let entry = |reader: &'static CStr, current| Entry {
        reader: reader.as_ptr().cast::<u8>(),
        user: null_mut(),
        current,
        event: 0x77,
        atr_length: 9,
        atr: [7; LONGEST_ATR],
    };
    let mut entries = [entry(c"A 00 00", 0), entry(c"B 00 00", 0), entry(c"\\\\?PnP?\\Notification", 0)];
    // SAFETY: they are as many.
    assert_eq!(unsafe { status_change(&library, context, 0, entries.as_mut_ptr(), 3) }, 0);
    assert_eq!(entries.each_ref().map(|entry| entry.event), [0x1_0022, 0x12, 0x1_0000]);
    assert_eq!((entries[0].atr_length, &entries[0].atr[..3]), (2, &[0x3B, 0, 7][..]));
    assert_eq!((entries[1].atr_length, entries[2].atr_length), (0, 9));
    let mut known = [entry(c"A 00 00", 0x1_0020)];
    // SAFETY: there is one.
    let said = unsafe { status_change(&library, context, 0, known.as_mut_ptr(), 1) };
    assert_eq!((code(said), known[0].event), (ReturnCode::TIMEOUT, 0x1_0020));
}

#[test]
fn codes_have_words() {
    for (number, start) in [(0_u32, "00000000 done"), (0x8010_0069, "80100069 the card was removed"), (7, "00000007")] {
        let words = stringify(super::numbers::long(number));
        // SAFETY: it is a text that ends with a zero.
        let words = unsafe { CStr::from_ptr(words) }.to_str().expect("text");
        assert!(words.starts_with(start), "{words}");
    }
}

/// One call with lengths and pointers of any kind.
#[derive(Clone, Debug)]
struct Call {
    function: u8,
    handle: u8,
    length: Dword,
    room: Dword,
    nulls: u8,
    number: Dword,
}

prop_compose! {
    fn call()(
        function in 0_u8..18, handle in 0_u8..4, nulls in any::<u8>(),
        length in prop_oneof![0..40 as Dword, Just(65_549), Just(Dword::MAX - 1)],
        room in prop_oneof![0..40 as Dword, Just(Dword::MAX)],
        number in prop_oneof![0..6 as Dword, Just(0x4200_0D48), Just(Dword::MAX)],
    ) -> Call {
        Call { function, handle, length, room, nulls, number }
    }
}

proptest! {
    /// Room of 40 bytes has a border of 40 more on each side, which nobody touches.
    #[test]
    fn nothing_is_written_beyond_the_room(calls in proptest::collection::vec(call(), 1..30)) {
        let (library, context, handle) = opened(Platform::PCSC_LITE);
        for call in calls {
            let mut memory = [0xEE_u8; 120];
            let (mut length, mut other) = (call.room, 0);
            let is_found = call.room == Dword::MAX;
            let place = memory.as_mut_ptr().wrapping_add(40);
            let input = [0x5A_u8; 40];
            let null_if = |bit: u8| call.nulls & (1 << bit) != 0;
            let room = if null_if(0) { null_mut() } else { place };
            let size = if null_if(1) { null_mut() } else { &raw mut length };
            // Only where it is refused before anybody looks is there less to be read than is said.
            let most = call.length.min(if call.length > 65_548 { call.length } else { 40 });
            let data = if null_if(2) { null() } else { input.as_ptr() };
            let handle = match call.handle { 0 => 0, 1 => 4711, _ => handle };
            let context = if call.handle == 0 { 0 } else { context };
            let pci = if null_if(3) { null() } else { &raw const T0 };
            // SAFETY: what is not null is as long as is said, or longer.
            let _: Long = unsafe {
                match call.function {
                    0 => list::<u8>(&library, context, null(), room, size),
                    1 => groups::<u8>(&library, context, room, size),
                    2 | 3 if is_found || call.length == Dword::MAX - 1 => 0,
                    2 => status(
                        &library, handle, room, size, null_mut(), null_mut(), null_mut(), null_mut(),
                    ),
                    3 => status::<u8>(
                        &library, handle, null_mut(), null_mut(), &raw mut other, null_mut(), room, size,
                    ),
                    4 => attribute(&library, handle, call.number, room, size),
                    5 => set_attribute(&library, handle, call.number, data, most),
                    6 if is_found => 0,
                    6 => transmit(&library, handle, pci, data, most, null_mut(), room, size),
                    7 => {
                        let room = room.cast::<c_void>();
                        let most_room = if call.room == Dword::MAX { 40 } else { call.room };
                        control(&library, handle, call.number, data.cast(), most, room, most_room, size)
                    }
                    8 => reconnect(&library, handle, call.number, call.number, call.number, &raw mut other),
                    9 => begin(&library, handle),
                    10 => end(&library, handle, call.number),
                    11 => is_valid(&library, context),
                    12 => status_change::<u8>(&library, context, 0, null_mut(), call.number),
                    13 => cancel(&library, context),
                    14 => disconnect(&library, handle, 4),
                    15 => establish(&library, call.number.max(4), null_mut()),
                    16 => connect::<u8>(&library, context, null(), 2, 3, null_mut(), null_mut()),
                    _ => Long::from(stringify(0).is_null()),
                }
            };
            prop_assert!(memory[..40].iter().all(|&byte| byte == 0xEE));
            let written = if is_found && call.function != 7 { 8 } else { usize::try_from(call.room).unwrap_or(40).min(40) };
            prop_assert!(memory[40 + written..].iter().all(|&byte| byte == 0xEE), "{:?}", call);
            if is_found && !room.is_null() && [0, 1, 4].contains(&call.function) {
                let found = usize::from_ne_bytes(memory[40..48].try_into().expect("eight bytes"));
                if found != usize::from_ne_bytes([0xEE; 8]) {
                    // SAFETY: it was found by one of them.
                    unsafe { super::buffers::give_back(std::ptr::with_exposed_provenance_mut(found)) };
                }
            }
        }
        let _: IoRequest = T0;
    }
}
