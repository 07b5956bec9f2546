//! What is asked of one reader and the card in it.

use std::ffi::c_void;

use super::{
    buffers::{bytes, copy, count, give_new, need, overlap, read, room, size, text, write},
    ended,
    numbers::{AUTOALLOCATE, ContextNumber, Dword, HandleNumber, IoRequest, Long, dword, meant, shown, word},
};
use crate::{
    codes::ReturnCode,
    library::{Library, insistently},
    multistring::{self, Character},
    service::Transmitted,
    terms::{Disposition, Protocols, Share},
    wire::LONGEST_BUFFER,
};

/// The longest name of a reader that is asked for.
const LONGEST_NAME: usize = 128;

/// The longest value of an attribute.
const LONGEST_VALUE: usize = 264;

/// `SCardConnect`: opens a handle on a reader, and says which protocol is agreed on. If the service refuses,
/// both are 0.
///
/// Returns, in this order, INVALID_PARAMETER without a place for one of both, but for the protocol on Windows,
/// UNKNOWN_READER without a name, INVALID_VALUE for one of more than 128 bytes, INVALID_HANDLE, and what the service
/// says.
///
/// # Safety
///
/// Pointers are null or right: to a text that ends with a zero, and to room for a handle and a number.
pub unsafe fn connect<C: Character>(
    library: &Library,
    context: ContextNumber,
    reader: *const C,
    share: Dword,
    preferred: Dword,
    handle: *mut HandleNumber,
    active: *mut Dword,
) -> Long {
    ended(library, || {
        need(handle)?;
        need_protocol(library, active)?;
        // SAFETY: the program vouches for it.
        unsafe { write(handle, 0) };
        if reader.is_null() {
            return Err(ReturnCode::UNKNOWN_READER);
        }
        // SAFETY: the program vouches for the text; the pointer is not null.
        let reader = unsafe { text(reader, LONGEST_NAME) };
        let (share, preferred) = (Share(word(share)), Protocols(word(preferred)));
        let opened = library.connect(meant(context), &reader, share, preferred);
        if opened != Err(ReturnCode::INVALID_HANDLE) && reader.len() <= LONGEST_NAME {
            let (number, agreed) = opened.unwrap_or_default();
            // SAFETY: the program vouches for both.
            unsafe {
                write(handle, shown(number));
                write(active, dword(agreed.0));
            }
        }
        opened.map(drop)
    })
}

/// `SCardReconnect`: opens a handle anew, and says which protocol is agreed on. Waits while another handle has the
/// card for itself.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the protocol, but on Windows, INVALID_HANDLE, and what
/// the service says.
///
/// # Safety
///
/// The pointer is null or to room for a number.
pub unsafe fn reconnect(
    library: &Library,
    handle: HandleNumber,
    share: Dword,
    preferred: Dword,
    initialization: Dword,
    active: *mut Dword,
) -> Long {
    ended(library, || {
        need_protocol(library, active)?;
        let handle = library.handle(meant(handle))?;
        let (share, preferred) = (Share(word(share)), Protocols(word(preferred)));
        let how = Disposition(word(initialization));
        let (code, agreed) = library.patiently(|| handle.reconnect(share, preferred, how), |(code, _)| *code);
        // SAFETY: the program vouches for it.
        unsafe { write(active, dword(agreed.0)) };
        if code == ReturnCode::SUCCESS { Ok(()) } else { Err(code) }
    })
}

/// A place for the protocol, where there must be one.
fn need_protocol(library: &Library, active: *const Dword) -> Result<(), ReturnCode> {
    if library.platform().may_leave_protocol() { Ok(()) } else { need(active) }
}

/// `SCardDisconnect`: closes a handle.
///
/// Returns INVALID_HANDLE, or what the service says.
pub fn disconnect(library: &Library, handle: HandleNumber, disposition: Dword) -> Long {
    ended(library, || library.disconnect(meant(handle), Disposition(word(disposition))))
}

/// `SCardBeginTransaction`: has the card for itself. Waits while another handle has it.
///
/// Returns INVALID_HANDLE, or what the service says.
pub fn begin(library: &Library, handle: HandleNumber) -> Long {
    ended(library, || {
        let handle = library.handle(meant(handle))?;
        // Whatever the environment says, as in libpcsclite.
        insistently(|| handle.begin(), |said| *said == Err(ReturnCode::SHARING_VIOLATION))
    })
}

/// `SCardEndTransaction`: lets others have the card again.
///
/// Returns INVALID_HANDLE, or what the service says.
pub fn end(library: &Library, handle: HandleNumber, disposition: Dword) -> Long {
    ended(library, || library.handle(meant(handle))?.end(Disposition(word(disposition))))
}

/// `SCardStatus`: which reader it is, what its card is like, which protocol is agreed on, and its answer to reset.
/// Waits while another handle has the card for itself. All may be left out.
///
/// Returns, in this order, INVALID_HANDLE, READER_UNAVAILABLE if the reader is gone, what the service says,
/// INVALID_PARAMETER if memory is to be found and there is no place for its address, INSUFFICIENT_BUFFER, with which
/// all is told that fits.
///
/// # Safety
///
/// Pointers are null or right: to numbers, and to as many characters and bytes as the lengths say, or to a pointer
/// where one says that memory is to be found.
#[expect(clippy::too_many_arguments, reason = "the interface has so many")]
pub unsafe fn status<C: Character>(
    library: &Library,
    handle: HandleNumber,
    name: *mut C,
    name_length: *mut Dword,
    state: *mut Dword,
    protocol: *mut Dword,
    atr: *mut u8,
    atr_length: *mut Dword,
) -> Long {
    ended(library, || {
        // SAFETY: the program vouches for all of them.
        let (name_room, atr_room) = unsafe {
            write(state, 0);
            write(protocol, 0);
            let rooms = (read(name_length).unwrap_or(0), read(atr_length).unwrap_or(0));
            write(name_length, 0);
            write(atr_length, 0);
            rooms
        };
        let handle = library.handle(meant(handle))?;
        let found = library.patiently(|| handle.status(), ReturnCode::of)?;
        let platform = library.platform();
        let reader: Vec<C> = multistring::ended(found.name.as_bytes(), platform.ends_of_name());
        let answer = found.atr.bytes(found.atr_length);
        // SAFETY: as before.
        unsafe {
            write(name_length, count(reader.len()));
            write(atr_length, count(answer.len()));
            write(state, dword(platform.status(&found)));
            write(protocol, dword(found.protocol.0));
            let name = fill(&reader, name, name_room)?;
            let atr = fill(answer, atr, atr_room)?;
            if name && atr { Ok(()) } else { Err(ReturnCode::INSUFFICIENT_BUFFER) }
        }
    })
}

/// Gives what fits into a place, if there is one; whether all did.
///
/// # Safety
///
/// As for `buffers::give`.
unsafe fn fill<T: Copy>(items: &[T], place: *mut T, known: Dword) -> Result<bool, ReturnCode> {
    if known == AUTOALLOCATE {
        // SAFETY: the caller vouches for the pointer, if there is one.
        unsafe { give_new(items, place)? };
        return Ok(true);
    }
    if place.is_null() {
        return Ok(true);
    }
    // SAFETY: the caller vouches for the room.
    unsafe { copy(items, place, size(known)) };
    Ok(items.len() <= size(known))
}

/// `SCardTransmit`: sends a command to the card. Waits while another handle has the card for itself.
///
/// Returns, in this order, INVALID_PARAMETER without a protocol, a command, or a place for the answer or its length,
/// INVALID_HANDLE, INSUFFICIENT_BUFFER for a command of more than 65,548 bytes, and what the service says. From there
/// on the length is that of the answer: 0 with an error, as with INVALID_HANDLE, but for INSUFFICIENT_BUFFER what is
/// needed.
///
/// # Safety
///
/// Pointers are null or right: to structures of protocols, to numbers, and to as many bytes as those say.
#[expect(clippy::too_many_arguments, reason = "the interface has so many")]
pub unsafe fn transmit(
    library: &Library,
    handle: HandleNumber,
    protocol: *const IoRequest,
    command: *const u8,
    length: Dword,
    received: *mut IoRequest,
    answer: *mut u8,
    answer_length: *mut Dword,
) -> Long {
    ended(library, || {
        need(command)?;
        need(answer)?;
        // SAFETY: the program vouches for both.
        let (protocol, most) = unsafe { (read(protocol), read(answer_length)) };
        let (Some(protocol), Some(most)) = (protocol, most) else { return Err(ReturnCode::INVALID_PARAMETER) };
        // SAFETY: as before.
        let handle = library.handle(meant(handle)).inspect_err(|_| unsafe { write(answer_length, 0) })?;
        let (length, most) = (size(length), size(most).min(LONGEST_BUFFER));
        if length > LONGEST_BUFFER {
            return Err(ReturnCode::INSUFFICIENT_BUFFER);
        }
        let spoken = Protocols(word(protocol.protocol));
        // SAFETY: the program vouches for the bytes, and for the room, which nothing else is a slice of: where both
        // are the same memory, the command is a copy.
        let done = unsafe {
            let bytes = bytes(command, length);
            if overlap(command, length, answer, most) {
                let bytes = bytes.to_vec();
                library.patiently(|| handle.transmit(spoken, &bytes, room(answer, most)), code)
            } else {
                library.patiently(|| handle.transmit(spoken, bytes, room(answer, most)), code)
            }
        };
        // SAFETY: the program vouches for both.
        unsafe {
            write(answer_length, count(done.length));
            if done.code != ReturnCode::SUCCESS {
                return Err(done.code);
            }
            if let Some(before) = read(received) {
                write(received, IoRequest { protocol: dword(done.protocol.0), ..before });
            }
        }
        Ok(())
    })
}

fn code(done: &Transmitted) -> ReturnCode {
    done.code
}

/// `SCardControl`: sends a control code to the reader.
///
/// Returns, in this order, on Windows INVALID_PARAMETER without a place for the length of the answer, INVALID_HANDLE,
/// INSUFFICIENT_BUFFER for more than 65,548 bytes, and what the service says. The length of the answer is 0 with an
/// error, but for INSUFFICIENT_BUFFER what is needed.
///
/// # Safety
///
/// Pointers are null or right: to as many bytes as the lengths say, and to a number.
#[expect(clippy::too_many_arguments, reason = "the interface has so many")]
pub unsafe fn control(
    library: &Library,
    handle: HandleNumber,
    code: Dword,
    input: *const c_void,
    length: Dword,
    answer: *mut c_void,
    most: Dword,
    returned: *mut Dword,
) -> Long {
    ended(library, || {
        if !library.platform().may_leave_control_length() {
            need(returned)?;
        }
        // SAFETY: the program vouches for it.
        unsafe { write(returned, 0) };
        let handle = library.handle(meant(handle))?;
        let (length, most) = (size(length), size(most).min(LONGEST_BUFFER));
        if length > LONGEST_BUFFER {
            return Err(ReturnCode::INSUFFICIENT_BUFFER);
        }
        // SAFETY: the program vouches for the bytes; they are a copy, since the room may be the same memory.
        let input = unsafe { bytes(input.cast(), length) }.to_vec();
        // SAFETY: the program vouches for the room.
        let (code, given) = handle.control(word(code), &input, unsafe { room(answer.cast(), most) });
        // SAFETY: as before.
        unsafe { write(returned, count(given)) };
        if code == ReturnCode::SUCCESS { Ok(()) } else { Err(code) }
    })
}

/// `SCardGetAttrib`: reads an attribute of the reader.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the length, or if memory is to be found and there is
/// no place for its address, INVALID_HANDLE, INSUFFICIENT_BUFFER for room of more than 264 bytes, but on Windows, and
/// what the service says. Without a place for the value only the length is given.
///
/// # Safety
///
/// Pointers are null or right: to a number, and to as many bytes as it says, or to a pointer if it says that memory is
/// to be found.
pub unsafe fn attribute(
    library: &Library,
    handle: HandleNumber,
    attribute: Dword,
    value: *mut u8,
    length: *mut Dword,
) -> Long {
    ended(library, || {
        // SAFETY: the program vouches for it.
        let known = unsafe { read(length) }.ok_or(ReturnCode::INVALID_PARAMETER)?;
        let is_new = known == AUTOALLOCATE;
        if is_new {
            need(value)?;
        }
        let platform = library.platform();
        let most = match size(known) {
            _ if is_new || value.is_null() => LONGEST_VALUE,
            room if platform.may_have_more_room() => room.min(LONGEST_VALUE),
            room => room,
        };
        if is_new || value.is_null() {
            // SAFETY: as before.
            unsafe { write(length, count(most)) };
        }
        let handle = library.handle(meant(handle))?;
        if most > LONGEST_VALUE {
            return Err(ReturnCode::INSUFFICIENT_BUFFER);
        }
        let mut place = [0; LONGEST_VALUE];
        let place = place.get_mut(..most).unwrap_or_default();
        let (asked, is_wide) = platform.attribute(word(attribute));
        let (code, given) = match is_wide {
            true => widely(place, |narrow| handle.attribute(asked, narrow)),
            false => handle.attribute(asked, place),
        };
        // SAFETY: as before.
        unsafe { write(length, count(given)) };
        if code != ReturnCode::SUCCESS {
            return Err(code);
        }
        let given = place.get(..given).unwrap_or_default();
        // SAFETY: the program vouches for the room, which is enough, or for the pointer.
        unsafe {
            if is_new {
                give_new(given, value)?;
            } else if !value.is_null() {
                copy(given, value, given.len());
            }
        }
        Ok(())
    })
}

/// Asks for a name, and gives it in wide characters: the code, and how many bytes it takes.
fn widely(place: &mut [u8], ask: impl FnOnce(&mut [u8]) -> (ReturnCode, usize)) -> (ReturnCode, usize) {
    let mut narrow = [0; LONGEST_VALUE];
    let (code, given) = ask(&mut narrow);
    if code != ReturnCode::SUCCESS {
        return (code, given);
    }
    let name = String::from_utf8_lossy(narrow.get(..given).unwrap_or_default()).into_owned();
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    match place.get_mut(..wide.len()) {
        Some(place) => {
            place.copy_from_slice(&wide);
            (ReturnCode::SUCCESS, wide.len())
        }
        None => (ReturnCode::INSUFFICIENT_BUFFER, wide.len()),
    }
}

/// `SCardSetAttrib`: sets an attribute of the reader.
///
/// Returns, in this order, INVALID_PARAMETER without a value, INVALID_HANDLE, INSUFFICIENT_BUFFER for more than 264
/// bytes, and what the service says.
///
/// # Safety
///
/// The pointer is null or to as many bytes.
pub unsafe fn set_attribute(
    library: &Library,
    handle: HandleNumber,
    attribute: Dword,
    value: *const u8,
    length: Dword,
) -> Long {
    ended(library, || {
        need(value)?;
        if length == 0 {
            return Err(ReturnCode::INVALID_PARAMETER);
        }
        let handle = library.handle(meant(handle))?;
        if size(length) > LONGEST_VALUE {
            return Err(ReturnCode::INSUFFICIENT_BUFFER);
        }
        // SAFETY: the program vouches for the bytes.
        handle.set_attribute(word(attribute), unsafe { bytes(value, size(length)) })
    })
}
