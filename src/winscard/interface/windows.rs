//! What Windows' interface has beside pcsc-lite's [MSDN-WINSCARD functions]. The functions that keep names of cards and
//! readers have nothing to keep here: there is no such list, nothing can be put on it, and what is looked up there is
//! not found.
//!
//! It was run under Wine, and not on Windows yet.

use super::{
    buffers::{give, need, write},
    ended,
    numbers::{ContextNumber, Dword, HandleNumber, Long, dword, meant},
};
use crate::{
    codes::ReturnCode,
    library::Library,
    multistring::{Character, multistring},
};

/// How many commands a handle has sent, where nobody counts them.
const NOT_COUNTED: u32 = 0;

/// `SCardState`: as `SCardStatus`, without the name of the reader.
///
/// # Safety
///
/// As for [`status`](super::status).
pub unsafe fn state(
    library: &Library,
    handle: HandleNumber,
    state: *mut Dword,
    protocol: *mut Dword,
    atr: *mut u8,
    atr_length: *mut Dword,
) -> Long {
    use std::ptr::null_mut;
    // SAFETY: the program vouches for its pointers; a name is not asked for.
    unsafe { super::status::<u8>(library, handle, null_mut(), null_mut(), state, protocol, atr, atr_length) }
}

/// `SCardGetTransmitCount`: 0, since nobody counts.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the number, INVALID_HANDLE.
///
/// # Safety
///
/// The pointer is null or to room for a number.
pub unsafe fn transmit_count(library: &Library, handle: HandleNumber, number: *mut Dword) -> Long {
    ended(library, || {
        need(number)?;
        library.handle(meant(handle))?;
        // SAFETY: the program vouches for it.
        unsafe { write(number, dword(NOT_COUNTED)) };
        Ok(())
    })
}

/// `SCardListCards` and its like: a list without entries. A context is not needed.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the length, INSUFFICIENT_BUFFER.
///
/// # Safety
///
/// As for [`list`](super::list).
pub unsafe fn nothing<C: Character>(library: &Library, list: *mut C, length: *mut Dword) -> Long {
    ended(library, || {
        need(length)?;
        // SAFETY: the program vouches for both; the length is not null.
        unsafe { give(&multistring::<C>([]), list, length) }
    })
}

/// What is looked up by the name of a card: there is no card of that name.
///
/// Returns UNKNOWN_CARD.
pub fn unknown_card(library: &Library) -> Long {
    ended(library, || Err(ReturnCode::UNKNOWN_CARD))
}

/// What a cache has: nothing is kept there.
///
/// Returns INVALID_HANDLE, CACHE_ITEM_NOT_FOUND.
pub fn not_kept(library: &Library, context: ContextNumber) -> Long {
    ended(library, || library.context(meant(context)).and(Err(ReturnCode::CACHE_ITEM_NOT_FOUND)))
}

/// What cannot be done here.
///
/// Returns UNSUPPORTED_FEATURE.
pub fn unsupported(library: &Library) -> Long {
    ended(library, || Err(ReturnCode::UNSUPPORTED_FEATURE))
}

/// `SCardAccessStartedEvent`: an event that has happened: whoever waits for the service goes on, and hears of its
/// absence when he asks for it. It is one for the whole process, and stays.
#[cfg(windows)]
#[must_use]
pub fn started_event() -> *mut std::ffi::c_void {
    use std::{
        ffi::c_void,
        ptr::{null, null_mut},
        sync::atomic::{AtomicPtr, Ordering},
    };
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn CreateEventW(rights: *const c_void, by_hand: i32, happened: i32, name: *const u16) -> *mut c_void;
        fn CloseHandle(object: *mut c_void) -> i32;
    }
    static EVENT: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
    let known = EVENT.load(Ordering::Acquire);
    if !known.is_null() {
        return known;
    }
    // SAFETY: it takes no pointer that is not null.
    let made = unsafe { CreateEventW(null(), 1, 1, null()) };
    match EVENT.compare_exchange(null_mut(), made, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => made,
        Err(other) => {
            // SAFETY: it was made here, and nobody else knows it.
            unsafe { CloseHandle(made) };
            other
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use super::{not_kept, nothing, state, transmit_count, unknown_card, unsupported};
    use crate::{interface, library::Library, platform::Platform};

    #[test]
    fn what_windows_has_beside_pcsc_lite_says_that_there_is_nothing() {
        let library = Library::new(interface::toy::find, Platform::WINDOWS);
        let code = |said| interface::numbers::word(interface::Dword::from_ne_bytes(interface::Long::to_ne_bytes(said)));
        let (mut context, mut handle, mut number, mut list) = (0, 0, 9, [7_u16; 4]);
        let none = null_mut();
        // SAFETY: all pointers are null or to what they should be.
        unsafe {
            assert_eq!(interface::establish(&library, 2, &raw mut context), 0);
            let name = c"A 00 00".as_ptr().cast::<u8>();
            assert_eq!(interface::connect(&library, context, name, 2, 3, &raw mut handle, &raw mut number), 0);
            assert_eq!(state(&library, handle, &raw mut number, none, null_mut(), none), 0);
            assert_eq!((number, code(state(&library, 0, none, none, null_mut(), none))), (5, 6));
            assert_eq!((transmit_count(&library, handle, &raw mut number), number), (0, 0));
            assert_eq!(code(transmit_count(&library, handle, null_mut())), 0x8010_0004);
            let mut length = 4;
            assert_eq!(nothing(&library, list.as_mut_ptr(), &raw mut length), 0);
            assert_eq!((list, length), ([0, 7, 7, 7], 1));
        }
        assert_eq!(code(unknown_card(&library)), 0x8010_000D);
        assert_eq!((code(not_kept(&library, context)), code(not_kept(&library, 0))), (0x8010_0070, 6));
        assert_eq!(code(unsupported(&library)), 0x8010_0022);
    }
}
