//! Memory of programs.

use std::{ffi::c_void, ptr, slice};

use super::numbers::{AUTOALLOCATE, Dword};
use crate::{codes::ReturnCode, multistring::Character};

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

/// # Errors
///
/// [`ReturnCode::INVALID_PARAMETER`] if a pointer is null.
pub(super) fn need<T>(pointer: *const T) -> Result<(), ReturnCode> {
    if pointer.is_null() { Err(ReturnCode::INVALID_PARAMETER) } else { Ok(()) }
}

/// Writes a value, unless there is no place for it.
///
/// # Safety
///
/// The pointer is null or to room for such a value.
pub(super) unsafe fn write<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the caller vouches for the room.
        unsafe { place.write_unaligned(value) };
    }
}

/// Reads a value; `None` without one.
///
/// # Safety
///
/// The pointer is null or to such a value.
pub(super) unsafe fn read<T: Copy>(place: *const T) -> Option<T> {
    // SAFETY: the caller vouches for the value.
    if place.is_null() { None } else { Some(unsafe { place.read_unaligned() }) }
}

/// The bytes of a text that ends with a zero, and no more of them than `longest` and one.
///
/// # Safety
///
/// From the pointer on, which is not null, there are characters to be read up to the first zero.
pub(super) unsafe fn text<C: Character>(pointer: *const C, longest: usize) -> Vec<u8> {
    // SAFETY: the caller vouches for the text.
    C::decode(&unsafe { characters(pointer, longest) })
}

/// The characters of such a text.
///
/// # Safety
///
/// As for [`text`].
pub(super) unsafe fn characters<C: Character>(pointer: *const C, longest: usize) -> Vec<C> {
    let mut text = Vec::new();
    for offset in 0..=longest {
        // SAFETY: no zero came before this character, so that the caller vouches for it.
        match unsafe { pointer.add(offset).read_unaligned() } {
            end if end == C::END => break,
            character => text.push(character),
        }
    }
    text
}

/// Bytes of a program; none without a pointer.
///
/// # Safety
///
/// The pointer is null or to as many bytes, which nobody changes for as long as the slice is used.
pub(super) unsafe fn bytes<'a>(pointer: *const u8, length: usize) -> &'a [u8] {
    if pointer.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: the caller vouches for the bytes.
    unsafe { slice::from_raw_parts(pointer, length) }
}

/// Room of a program; none without a pointer.
///
/// # Safety
///
/// The pointer is null or to as many bytes, which nobody else uses for as long as the slice is used.
pub(super) unsafe fn room<'a>(pointer: *mut u8, length: usize) -> &'a mut [u8] {
    if pointer.is_null() || length == 0 {
        return &mut [];
    }
    // SAFETY: the caller vouches for the room.
    unsafe { slice::from_raw_parts_mut(pointer, length) }
}

/// Whether two pieces of memory have a byte in common.
pub(super) fn overlap(one: *const u8, length: usize, other: *const u8, room: usize) -> bool {
    let (one, other) = (one.addr(), other.addr());
    one < other.saturating_add(room) && other < one.saturating_add(length)
}

/// Copies what fits into a place that has room for so much.
///
/// # Safety
///
/// The pointer is to as many items as the smaller of both numbers says.
pub(super) unsafe fn copy<T: Copy>(items: &[T], place: *mut T, room: usize) {
    // SAFETY: the caller vouches for the room.
    unsafe { ptr::copy_nonoverlapping(items.as_ptr(), place, items.len().min(room)) };
}

/// Gives a list where a program wants it: in its room, or in memory that is found for it, of which it gets the address
/// in that place. Without a place only the length is given, which always is.
///
/// # Errors
///
/// [`ReturnCode::INSUFFICIENT_BUFFER`] if there is too little room, [`ReturnCode::INVALID_PARAMETER`] if there is no
/// place for an address, [`ReturnCode::NO_MEMORY`].
///
/// # Safety
///
/// `length` is not null and to a number that can be read and written; `place` is null or to as many items as that
/// number says, or to a pointer if it says that memory is to be found.
pub(super) unsafe fn give<T: Copy>(items: &[T], place: *mut T, length: *mut Dword) -> Result<(), ReturnCode> {
    // SAFETY: the caller vouches for the number.
    let known = unsafe { length.read_unaligned() };
    // SAFETY: as before.
    unsafe { length.write_unaligned(count(items.len())) };
    if known == AUTOALLOCATE {
        // SAFETY: the caller vouches for the pointer, if there is one.
        return unsafe { give_new(items, place) };
    }
    if place.is_null() {
        return Ok(());
    }
    if size(known) < items.len() {
        return Err(ReturnCode::INSUFFICIENT_BUFFER);
    }
    // SAFETY: the caller vouches for the room, which is enough.
    unsafe { copy(items, place, items.len()) };
    Ok(())
}

/// Gives items in memory that is found for them.
///
/// # Errors
///
/// [`ReturnCode::INVALID_PARAMETER`] if there is no place for its address, [`ReturnCode::NO_MEMORY`].
///
/// # Safety
///
/// `place` is null or to room for a pointer.
pub(super) unsafe fn give_new<T: Copy>(items: &[T], place: *mut T) -> Result<(), ReturnCode> {
    need(place)?;
    // SAFETY: it takes any size; what comes of it is looked at.
    let memory: *mut T = unsafe { malloc(size_of_val(items).max(1)) }.cast();
    if memory.is_null() {
        return Err(ReturnCode::NO_MEMORY);
    }
    // SAFETY: there is room for all of them; the caller vouches for the pointer's.
    unsafe {
        copy(items, memory, items.len());
        place.cast::<*mut T>().write_unaligned(memory);
    }
    Ok(())
}

/// Gives memory back that was found for a program.
///
/// # Safety
///
/// The pointer is null, or such memory, which nobody uses any more.
pub(super) unsafe fn give_back(memory: *mut c_void) {
    // SAFETY: the caller vouches for it.
    unsafe { free(memory) };
}

/// A number of items as programs get it.
pub(super) fn count(items: usize) -> Dword {
    Dword::try_from(items).unwrap_or(Dword::MAX)
}

/// A size that a program says.
pub(super) fn size(length: Dword) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
