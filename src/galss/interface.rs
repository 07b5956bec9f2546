//! The functions that programs call: pointers of theirs become bytes of ours, and the other way round.
//!
//! A pointer that is null gives [`Code::PARAMETER`], a size of zero [`Code::SIZE`], and then nothing is done. What a
//! function gives is written when all went well, and only then; of [`begin`] the names also when it did not. Lengths of
//! messages are read and written as 32 bits, whatever a program declares: headers differ, and the lower half of a
//! longer number is the same on the machines that there are. Nothing needs to be aligned.
//!
//! All functions may be called by several threads at once.

use std::ffi::{c_char, c_uchar, c_uint, c_ushort, c_void};

use crate::{
    Code,
    client::ask,
    wire::{
        COMPONENT_SIZE, LONGEST_APPLICATION, LONGEST_MESSAGE, LONGEST_RESOURCE, RESOURCE_SIZE, Request, Rest,
        VERSION_SIZE,
    },
};

/// The longest text of a session and a level: `65535:3`.
const LONGEST_WISH: usize = 7;

/// What a function returns.
fn returned(outcome: Result<(), Code>) -> c_ushort {
    outcome.err().unwrap_or(Code::DONE).0
}

/// What the readers give.
fn given(request: &Request<'_>) -> Result<Vec<u8>, Code> {
    match ask(request)? {
        (Code::DONE, given) => Ok(given),
        (code, _) => Err(code),
    }
}

/// The bytes of a text that ends with a zero.
///
/// # Errors
///
/// [`Code::PARAMETER`] if the pointer is null, or the text longer than `longest`.
///
/// # Safety
///
/// From the pointer on, if it is not null, there are bytes to be read up to the first zero.
unsafe fn text(pointer: *const c_char, longest: usize) -> Result<Vec<u8>, Code> {
    if pointer.is_null() {
        return Err(Code::PARAMETER);
    }
    let mut text = Vec::new();
    for offset in 0..=longest {
        // SAFETY: no zero came before this byte, so that the caller vouches for it.
        match unsafe { pointer.cast::<u8>().add(offset).read() } {
            0 => return Ok(text),
            byte => text.push(byte),
        }
    }
    Err(Code::PARAMETER)
}

/// What stands at a pointer.
///
/// # Errors
///
/// [`Code::PARAMETER`] if it is null.
///
/// # Safety
///
/// Otherwise a value may be read there.
unsafe fn read<T: Copy>(pointer: *const T) -> Result<T, Code> {
    if pointer.is_null() {
        return Err(Code::PARAMETER);
    }
    // SAFETY: the caller vouches for the value, and no alignment is asked for.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Writes a value to a pointer that is not null.
///
/// # Safety
///
/// A value may be written there.
unsafe fn write<T: Copy>(pointer: *mut T, value: T) {
    // SAFETY: the caller vouches for the place, and no alignment is asked for.
    unsafe { pointer.write_unaligned(value) }
}

/// Copies what a program has.
///
/// # Safety
///
/// So many bytes may be read at the pointer, which is not null.
unsafe fn bytes(pointer: *const u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    // SAFETY: the caller vouches for the bytes; the vector is as long, and new, so that they do not overlap.
    unsafe { pointer.copy_to_nonoverlapping(bytes.as_mut_ptr(), length) };
    bytes
}

/// Copies what is given to a program.
///
/// # Safety
///
/// So many bytes may be written at the pointer, which is not null.
unsafe fn give(pointer: *mut u8, bytes: &[u8]) {
    // SAFETY: the caller vouches for the place, which is the program's: no bytes of ours are there.
    unsafe { pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
}

/// Holds that nothing is null that a function writes to.
fn need<T>(pointer: *mut T) -> Result<(), Code> {
    if pointer.is_null() { Err(Code::PARAMETER) } else { Ok(()) }
}

/// A size that is not zero.
fn some<T: Copy + Into<u32>>(size: T) -> Result<T, Code> {
    if size.into() == 0 { Err(Code::SIZE) } else { Ok(size) }
}

/// Opens a session of an application (16 characters at most) on a resource (8), and gives its number and the address of
/// the slot.
///
/// Returns 0, 0001, 0002, 0200, 0400, 0800 if the application has a session on the resource, 2000, 4000.
///
/// # Safety
///
/// Pointers are null or right: to texts that end with a zero, to a `short` and to a `char`.
#[unsafe(export_name = "OuvrirSession")]
pub unsafe extern "C" fn open(
    application: *const c_char,
    resource: *const c_char,
    session: *mut c_ushort,
    address: *mut c_uchar,
) -> c_ushort {
    let open = || {
        // SAFETY: the program vouches for its texts.
        let (application, resource) =
            unsafe { (text(application, LONGEST_APPLICATION)?, text(resource, LONGEST_RESOURCE)?) };
        need(session)?;
        need(address)?;
        let given = given(&Request::Open { application: &application, resource: &resource })?;
        let mut rest = Rest(&given);
        let (number, place) = rest.short().zip(rest.byte()).ok_or(Code::TRANSMISSION)?;
        // SAFETY: neither is null, and the program vouches for both.
        unsafe {
            write(session, number);
            write(address, place);
        }
        Ok(())
    };
    returned(open())
}

/// Closes a session, and gives the number of the exclusivity that ended with it, or 0.
///
/// Returns 0, 0001, 0200, 0400, 1000, 4000.
///
/// # Safety
///
/// The pointer is null, or to a `short`.
#[unsafe(export_name = "FermerSession")]
pub unsafe extern "C" fn close(session: c_ushort, exclusivity: *mut c_ushort) -> c_ushort {
    let close = || {
        need(exclusivity)?;
        let given = given(&Request::Close { session })?;
        let ended = Rest(&given).short().ok_or(Code::TRANSMISSION)?;
        // SAFETY: it is not null, and the program vouches for it.
        unsafe { write(exclusivity, ended) };
        Ok(())
    };
    returned(close())
}

/// Begins an exclusivity on what a text names, `session:level`, and gives its number. With 0004, writes who has it to
/// the two names that are not null, if another application does: 16 characters and a zero, 8 and a zero.
///
/// Returns 0, 0001, 0002, 0004, 0008 if the session has one already, 0200, 0400, 1000, 4000.
///
/// # Safety
///
/// Pointers are null or right: to a text that ends with a zero, to 17 and to 9 characters, to a `short`.
#[unsafe(export_name = "DebutExclusivite")]
pub unsafe extern "C" fn begin(
    wish: *const c_char,
    application: *mut c_char,
    resource: *mut c_char,
    exclusivity: *mut c_ushort,
) -> c_ushort {
    let begin = || {
        // SAFETY: the program vouches for its text.
        let wish = unsafe { text(wish, LONGEST_WISH)? };
        need(exclusivity)?;
        let (code, given) = ask(&Request::Begin { wish: &wish })?;
        let mut rest = Rest(&given);
        if code == Code::DONE {
            let number = rest.short().ok_or(Code::TRANSMISSION)?;
            // SAFETY: it is not null, and the program vouches for it.
            unsafe { write(exclusivity, number) };
            return Ok(());
        }
        for (place, longest) in [(application, LONGEST_APPLICATION), (resource, LONGEST_RESOURCE)] {
            let name = rest.counted().filter(|name| name.len() <= longest);
            if let Some(name) = name.filter(|_| !place.is_null()) {
                // SAFETY: the program vouches for one character more than the longest name has.
                unsafe { give(place.cast(), &[name, &[0]].concat()) };
            }
        }
        Err(code)
    };
    returned(begin())
}

/// Ends an exclusivity.
///
/// Returns 0, 0001, 0200, 0400, 1000.
#[unsafe(export_name = "FinExclusivite")]
pub extern "C" fn end(exclusivity: c_ushort) -> c_ushort {
    returned(given(&Request::End { exclusivity }).map(drop))
}

/// Keeps a context: at place 1 for the session, at 2 for its resource.
///
/// Returns 0, 0001, 0004 if another application has the resource for itself, 0010 unless it has 1 to 1076 bytes, 0200,
/// 0400, 1000, 4000.
///
/// # Safety
///
/// Pointers are null or right: to a `short`, and to as many bytes as that says.
#[unsafe(export_name = "EcritContexte")]
pub unsafe extern "C" fn write_context(
    place: c_ushort,
    session: c_ushort,
    context: *const c_void,
    size: *const c_ushort,
) -> c_ushort {
    let keep = || {
        need(context.cast_mut())?;
        // SAFETY: the program vouches for it.
        let size = some(unsafe { read(size)? })?;
        // SAFETY: the program vouches for as many bytes; the pointer is not null.
        let context = unsafe { bytes(context.cast(), size.into()) };
        given(&Request::Write { place, session, context: &context }).map(drop)
    };
    returned(keep())
}

/// Gives a context that was kept, and its size in place of that of the room.
///
/// Returns 0, 0001, 0010 if the room is too small, 0020 if none was kept, 0200, 0400, 1000, 4000.
///
/// # Safety
///
/// Pointers are null or right: to a `short`, and to room for as many bytes as that says.
#[unsafe(export_name = "LitContexte")]
pub unsafe extern "C" fn read_context(
    place: c_ushort,
    session: c_ushort,
    context: *mut c_void,
    size: *mut c_ushort,
) -> c_ushort {
    let fetch = || {
        need(context)?;
        // SAFETY: the program vouches for it.
        let room = some(unsafe { read(size)? })?;
        let given = given(&Request::Read { place, session, room })?;
        let length = u16::try_from(given.len()).ok().filter(|&length| length <= room).ok_or(Code::SIZE)?;
        // SAFETY: neither is null; the program vouches for both, and what is given fits.
        unsafe {
            give(context.cast(), &given);
            write(size, length);
        }
        Ok(())
    };
    returned(fetch())
}

/// Sends a message to the slot of a session, and gives its answer and, in place of the size of the room, its length.
/// `limit` is how many seconds it may take; 0 for as long as it takes.
///
/// Returns 0, 0001, 0004 if somebody else has the slot for itself, 0010, 0100, 0200, 0400, 1000, 4000.
///
/// # Safety
///
/// Pointers are null or right: to numbers of 32 bits at least, and to as many bytes as those say.
#[unsafe(export_name = "Echange")]
pub unsafe extern "C" fn exchange(
    session: c_ushort,
    limit: c_ushort,
    message: *const c_char,
    length: *const c_uint,
    answer: *mut c_char,
    room: *mut c_uint,
) -> c_ushort {
    let exchange = || {
        need(message.cast_mut())?;
        need(answer)?;
        // SAFETY: the program vouches for both.
        let (length, most) = unsafe { (read(length)?, read(room)?) };
        let (length, most) = (some(length)?, some(most)?);
        let length = usize::try_from(length).ok().filter(|&length| length <= LONGEST_MESSAGE).ok_or(Code::SIZE)?;
        // SAFETY: the program vouches for as many bytes; the pointer is not null.
        let message = unsafe { bytes(message.cast(), length) };
        let given = given(&Request::Exchange { session, limit, room: most, message: &message })?;
        let length = u32::try_from(given.len()).ok().filter(|&length| length <= most).ok_or(Code::SIZE)?;
        // SAFETY: neither is null; the program vouches for both, and what is given fits.
        unsafe {
            give(answer.cast(), &given);
            write(room, length);
        }
        Ok(())
    };
    returned(exchange())
}

/// Gives the version, four characters without a zero, and those of the parts: the number of each, 32 bits, and four
/// characters. `count` says for how many there is room, and then how many there are.
///
/// Returns 0, 0001, 0010 if the room is too small, 0200, 0400, 4000.
///
/// # Safety
///
/// Pointers are null or right: to four characters, to a `short`, and to as many entries of 8 bytes as that says.
#[unsafe(export_name = "LireVersion")]
pub unsafe extern "C" fn versions(version: *mut c_char, count: *mut c_ushort, table: *mut c_void) -> c_ushort {
    let tell = || {
        need(version)?;
        need(table)?;
        // SAFETY: the program vouches for it.
        let room = some(unsafe { read(count)? })?;
        let given = given(&Request::Versions)?;
        let (own, parts) = given.split_at_checked(VERSION_SIZE).ok_or(Code::TRANSMISSION)?;
        let number = entries(parts, COMPONENT_SIZE, room)?;
        // SAFETY: none is null; the program vouches for all, and what is given fits.
        unsafe {
            give(version.cast(), own);
            give(table.cast(), parts);
            write(count, number);
        }
        Ok(())
    };
    returned(tell())
}

/// Is kept for old programs: it tells of tables within, of which there are none here.
///
/// Returns 0020, or 4000 if a pointer is null.
#[unsafe(export_name = "usDump")]
pub extern "C" fn dump(
    _table: c_ushort,
    _session: c_ushort,
    index: *mut c_ushort,
    size: *mut c_ushort,
    block: *mut c_void,
) -> c_ushort {
    let dump = || need(index).and(need(size)).and(need(block)).and(Err(Code::NO_CONTEXT));
    returned(dump())
}

/// Gives the number of resources.
///
/// Returns 0, 0001, 0200, 0400, 4000.
///
/// # Safety
///
/// The pointer is null, or to a `short`.
#[unsafe(export_name = "DonneNombreRessources")]
pub unsafe extern "C" fn count_resources(count: *mut c_ushort) -> c_ushort {
    let tell = || {
        need(count)?;
        let number = entries(&given(&Request::Resources)?, RESOURCE_SIZE, u16::MAX)?;
        // SAFETY: it is not null, and the program vouches for it.
        unsafe { write(count, number) };
        Ok(())
    };
    returned(tell())
}

/// Gives the resources, 26 packed bytes each: alias (9), name (9), address of the slot, number of the reader, index of
/// the channel, its kind (1 serial), connection (16 bits), protocol (16 bits). `count` says for how many there is room,
/// and then how many there are.
///
/// Returns 0, 0001, 0010 if the room is too small, 0200, 0400, 4000.
///
/// # Safety
///
/// Pointers are null or right: to a `short`, and to as many entries as that says.
#[unsafe(export_name = "DonneTableRessources")]
pub unsafe extern "C" fn resources(table: *mut c_void, count: *mut c_ushort) -> c_ushort {
    let tell = || {
        need(table)?;
        // SAFETY: the program vouches for it.
        let room = some(unsafe { read(count)? })?;
        let given = given(&Request::Resources)?;
        let number = entries(&given, RESOURCE_SIZE, room)?;
        // SAFETY: neither is null; the program vouches for both, and what is given fits.
        unsafe {
            give(table.cast(), &given);
            write(count, number);
        }
        Ok(())
    };
    returned(tell())
}

/// How many entries a table has.
///
/// # Errors
///
/// [`Code::SIZE`] if they are more than there is room for.
fn entries(table: &[u8], size: usize, room: u16) -> Result<u16, Code> {
    u16::try_from(table.len() / size).ok().filter(|&number| number <= room).ok_or(Code::SIZE)
}

#[cfg(test)]
mod tests {
    use std::{
        ffi::{CStr, c_uint, c_ushort},
        ptr::{null, null_mut},
    };

    use super::{
        begin, bytes, close, count_resources, dump, end, entries, exchange, give, open, read_context, resources, text,
        versions, write_context,
    };
    use crate::Code;

    const PARAMETER: c_ushort = Code::PARAMETER.0;
    const SIZE: c_ushort = Code::SIZE.0;
    /// The tests have no readers in their environment.
    const INTERNAL: c_ushort = Code::INTERNAL.0;

    #[test]
    fn what_is_missing_is_seen_before_anything_is_done() {
        let (app, cps, wish) = (c"APP".as_ptr(), c"CPS".as_ptr(), c"1:3".as_ptr());
        let (mut short, mut byte, mut room, mut buffer) = (1_u16, 0_u8, 9_u32, [0_u8; 64]);
        let long = c"12345678901234567".as_ptr();
        // SAFETY: all that is not null is right.
        unsafe {
            assert_eq!(open(null(), cps, &raw mut short, &raw mut byte), PARAMETER);
            assert_eq!(open(app, null(), &raw mut short, &raw mut byte), PARAMETER);
            assert_eq!(open(app, cps, null_mut(), &raw mut byte), PARAMETER);
            assert_eq!(open(app, cps, &raw mut short, null_mut()), PARAMETER);
            assert_eq!(open(long, cps, &raw mut short, &raw mut byte), PARAMETER);
            assert_eq!(open(app, long, &raw mut short, &raw mut byte), PARAMETER);
            assert_eq!(open(app, cps, &raw mut short, &raw mut byte), INTERNAL);
            assert_eq!(close(1, null_mut()), PARAMETER);
            assert_eq!(close(1, &raw mut short), INTERNAL);
            assert_eq!(begin(null(), null_mut(), null_mut(), &raw mut short), PARAMETER);
            assert_eq!(begin(wish, null_mut(), null_mut(), null_mut()), PARAMETER);
            assert_eq!(begin(long, null_mut(), null_mut(), &raw mut short), PARAMETER);
            assert_eq!(begin(wish, null_mut(), null_mut(), &raw mut short), INTERNAL);
            assert_eq!(end(1), INTERNAL);
            let block = buffer.as_mut_ptr();
            assert_eq!(write_context(1, 1, null(), &raw const short), PARAMETER);
            assert_eq!(write_context(1, 1, block.cast(), null()), PARAMETER);
            assert_eq!(write_context(1, 1, block.cast(), &0), SIZE);
            assert_eq!(write_context(1, 1, block.cast(), &64), INTERNAL);
            assert_eq!(read_context(1, 1, null_mut(), &raw mut short), PARAMETER);
            assert_eq!(read_context(1, 1, block.cast(), null_mut()), PARAMETER);
            assert_eq!(read_context(1, 1, block.cast(), &mut 0), SIZE);
            assert_eq!(read_context(1, 1, block.cast(), &raw mut short), INTERNAL);
            let ask = |message, length: *const c_uint, answer, room| exchange(1, 1, message, length, answer, room);
            assert_eq!(ask(null(), &3, block.cast(), &raw mut room), PARAMETER);
            assert_eq!(ask(app, null(), block.cast(), &raw mut room), PARAMETER);
            assert_eq!(ask(app, &3, null_mut(), &raw mut room), PARAMETER);
            assert_eq!(ask(app, &3, block.cast(), null_mut()), PARAMETER);
            assert_eq!(ask(app, &0, block.cast(), &raw mut room), SIZE);
            assert_eq!(ask(app, &3, block.cast(), &mut 0), SIZE);
            assert_eq!(ask(app, &u32::MAX, block.cast(), &raw mut room), SIZE, "no byte of it was read");
            assert_eq!(ask(app, &3, block.cast(), &raw mut room), INTERNAL);
            assert_eq!(versions(null_mut(), &raw mut short, block.cast()), PARAMETER);
            assert_eq!(versions(block.cast(), null_mut(), block.cast()), PARAMETER);
            assert_eq!(versions(block.cast(), &raw mut short, null_mut()), PARAMETER);
            assert_eq!(versions(block.cast(), &mut 0, block.cast()), SIZE);
            assert_eq!(versions(block.cast(), &raw mut short, block.cast()), INTERNAL);
            assert_eq!(count_resources(null_mut()), PARAMETER);
            assert_eq!(count_resources(&raw mut short), INTERNAL);
            assert_eq!(resources(null_mut(), &raw mut short), PARAMETER);
            assert_eq!(resources(block.cast(), null_mut()), PARAMETER);
            assert_eq!(resources(block.cast(), &mut 0), SIZE);
            assert_eq!(resources(block.cast(), &raw mut short), INTERNAL);
            assert_eq!(dump(1, 1, null_mut(), &raw mut short, block.cast()), PARAMETER);
            let mut index = 0;
            assert_eq!(dump(1, 1, &raw mut index, &raw mut short, block.cast()), Code::NO_CONTEXT.0);
        }
        assert_eq!((short, byte, room, buffer), (1, 0, 9, [0; 64]), "nothing was written");
    }

    #[test]
    fn no_byte_is_touched_that_is_not_asked_for() {
        let exact = |text: &'static CStr| text.as_ptr();
        // SAFETY: they end with a zero.
        unsafe {
            assert_eq!(text(exact(c"CPS"), 3), Ok(b"CPS".to_vec()));
            assert_eq!(text(exact(c"CPS"), 2), Err(Code::PARAMETER));
            assert_eq!(text(exact(c""), 8), Ok(vec![]));
        }
        let mut place = [9_u8; 4];
        // SAFETY: there is room for three bytes from the second one on, and there are three to be read.
        unsafe {
            give(place.as_mut_ptr().add(1), &[1, 2, 3]);
            assert_eq!(bytes(place.as_ptr().add(1), 3), [1, 2, 3]);
        }
        assert_eq!(place, [9, 1, 2, 3]);
        assert_eq!((entries(&[0; 52], 26, 2), entries(&[0; 52], 26, 1)), (Ok(2), Err(Code::SIZE)));
    }
}
