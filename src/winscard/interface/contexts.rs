//! Contexts, memory, and codes in words.

use std::{
    cell::RefCell,
    ffi::{c_char, c_void},
    io::Write,
};

use super::{
    buffers::{give_back, need, write},
    ended,
    numbers::{ContextNumber, Dword, Long, meant, shown, word},
};
use crate::{codes::ReturnCode, library::Library};

/// `SCardEstablishContext`: opens a context.
///
/// Returns, in this order, NO_SERVICE if there is none to ask, INVALID_PARAMETER without a place for the context, and
/// what the service says: INVALID_VALUE for a scope that is none.
///
/// # Safety
///
/// The pointer is null or to room for a context.
pub unsafe fn establish(library: &Library, scope: Dword, context: *mut ContextNumber) -> Long {
    ended(library, || {
        library.service()?.look()?;
        need(context)?;
        // SAFETY: the program vouches for it.
        unsafe { write(context, 0) };
        if word(scope) > 3 {
            return Err(ReturnCode::INVALID_VALUE);
        }
        let number = library.establish(word(scope))?;
        // SAFETY: as before.
        unsafe { write(context, shown(number)) };
        Ok(())
    })
}

/// `SCardReleaseContext`: closes a context and its handles.
///
/// Returns INVALID_HANDLE, or what the service says.
pub fn release(library: &Library, context: ContextNumber) -> Long {
    ended(library, || library.release(meant(context)))
}

/// `SCardIsValidContext`: whether it is one of this process.
///
/// Returns INVALID_HANDLE if not.
pub fn is_valid(library: &Library, context: ContextNumber) -> Long {
    ended(library, || library.context(meant(context)).map(drop))
}

/// `SCardCancel`: ends the wait of another thread for a change, if it waits.
///
/// Returns INVALID_HANDLE, or what the service says.
pub fn cancel(library: &Library, context: ContextNumber) -> Long {
    ended(library, || library.context(meant(context))?.cancel())
}

/// `SCardFreeMemory`: gives memory back that the library found.
///
/// Returns INVALID_HANDLE, and then keeps it. On Windows it may be memory without a context.
///
/// # Safety
///
/// The pointer is null, or memory that a function of this interface found, which nobody uses any more.
pub unsafe fn free(library: &Library, context: ContextNumber, memory: *const c_void) -> Long {
    ended(library, || {
        if context != 0 || !library.platform().has_groups() {
            library.context(meant(context))?;
        }
        // SAFETY: the program vouches for it.
        unsafe { give_back(memory.cast_mut()) };
        Ok(())
    })
}

thread_local! {
    /// The code in words that this thread asked for last.
    static WORDS: RefCell<[u8; 96]> = const { RefCell::new([0; 96]) };
}

/// `pcsc_stringify_error`: a code in words, ours, with its number. They stand until the thread asks for others.
pub fn stringify(code: Long) -> *const c_char {
    WORDS.with(|words| {
        let mut words = words.borrow_mut();
        let code = ReturnCode(word(Dword::from_ne_bytes(code.to_ne_bytes())));
        let last = words.len() - 1;
        let mut room = words.get_mut(..last).unwrap_or_default();
        // What does not fit is not said.
        let _ = write!(room, "{code}\0");
        words.as_ptr().cast()
    })
}
