//! What is asked of all readers.

use std::{ptr, sync::Arc};

use super::{
    buffers::{bytes, characters, count, give, need, size, text, write},
    ended,
    numbers::{ContextNumber, Dword, Entry, LONGEST_ATR, Long, dword, meant, word},
};
use crate::{
    change::{self, Watch},
    codes::ReturnCode,
    library::Library,
    multistring::{Character, multistring},
    service::{Context, Next},
};
use std::time::{Duration, Instant};

/// The only group of readers.
const GROUP: &[u8] = b"SCard$DefaultReaders";

/// The groups that all readers are in, on Windows [MSDN-WINSCARD SCardListReaders].
const GROUPS: [&[u8]; 4] = [b"SCard$AllReaders", GROUP, b"SCard$LocalReaders", b"SCard$SystemReaders"];

/// A longer name is that of no group.
const LONGEST_GROUP: usize = 128;

/// The scope of a context that is needed for one list.
const SYSTEM: u32 = 2;

/// The longest name of a reader that is looked for.
const LONGEST_NAME: usize = 128;

/// Time without end.
const INFINITE: u32 = u32::MAX;

/// `SCardListReaders`: the names of all readers. Groups do not matter, but on Windows, where there may be no context
/// either: it lists the readers if one of their groups is named, or none at all.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the length, INVALID_HANDLE, what the service says,
/// NO_READERS_AVAILABLE, INSUFFICIENT_BUFFER.
///
/// # Safety
///
/// Pointers are null or right: to a number, and to as many characters as it says, or to a pointer if it says that
/// memory is to be found. The groups are texts that end with a zero, and another one behind the last.
pub unsafe fn list<C: Character>(
    library: &Library,
    context: ContextNumber,
    groups: *const C,
    names: *mut C,
    length: *mut Dword,
) -> Long {
    ended(library, || {
        need(length)?;
        let has_groups = library.platform().has_groups();
        let context: Arc<dyn Context> = match context {
            0 if has_groups => library.service()?.establish(SYSTEM)?.1.into(),
            context => library.context(meant(context))?,
        };
        let mut list = Vec::new();
        // SAFETY: the program vouches for it.
        let is_meant = !has_groups || unsafe { names_a_group(groups) };
        let listed = context.states(&mut |states| {
            list = multistring(
                states.iter().map(|state| state.name.as_bytes()).filter(|name| is_meant && !name.is_empty()),
            );
        });
        let listed = listed.and(if list.len() < 2 { Err(ReturnCode::NO_READERS_AVAILABLE) } else { Ok(()) });
        if let Err(code) = listed {
            // SAFETY: the program vouches for it.
            unsafe { write(length, count(if code == ReturnCode::NO_READERS_AVAILABLE { 1 } else { 0 })) };
            return Err(code);
        }
        // SAFETY: the program vouches for both; the length is not null.
        unsafe { give(&list, names, length) }
    })
}

/// Whether a list of groups has one that all readers are in, or no group at all.
///
/// # Safety
///
/// The pointer is null or to texts that end with a zero, and another one behind the last.
unsafe fn names_a_group<C: Character>(groups: *const C) -> bool {
    if groups.is_null() {
        return true;
    }
    let mut offset = 0;
    loop {
        // SAFETY: the list did not end yet, and no name is passed over before its end.
        let name = unsafe { characters(groups.add(offset), LONGEST_GROUP) };
        match name.len() {
            0 => return offset == 0,
            length if length > LONGEST_GROUP => return false,
            length => offset += length + 1,
        }
        if GROUPS.iter().any(|group| group.eq_ignore_ascii_case(&C::decode(&name))) {
            return true;
        }
    }
}

/// `SCardListReaderGroups`: the only group.
///
/// Returns, in this order, INVALID_PARAMETER without a place for the length, INVALID_HANDLE, INSUFFICIENT_BUFFER. On
/// Windows there may be no context.
///
/// # Safety
///
/// As for [`list`].
pub unsafe fn groups<C: Character>(
    library: &Library,
    context: ContextNumber,
    groups: *mut C,
    length: *mut Dword,
) -> Long {
    ended(library, || {
        need(length)?;
        if context != 0 || !library.platform().has_groups() {
            library.context(meant(context))?;
        }
        // SAFETY: the program vouches for both; the length is not null.
        unsafe { give(&multistring([GROUP]), groups, length) }
    })
}

/// `SCardGetStatusChange`: waits until a reader is otherwise than the program knows, `timeout` milliseconds at most.
///
/// Returns, in this order, INVALID_PARAMETER without entries or for too many, INVALID_VALUE for one without a name,
/// success if nothing is waited for, INVALID_HANDLE, what the service says, UNKNOWN_READER, TIMEOUT, CANCELLED.
///
/// # Safety
///
/// The pointer is null or to as many entries, each with a name that ends with a zero or none.
pub unsafe fn status_change<C: Character>(
    library: &Library,
    context: ContextNumber,
    timeout: Dword,
    entries: *mut Entry<C>,
    number: Dword,
) -> Long {
    ended(library, || {
        let number = size(number);
        if entries.is_null() && number > 0 || number > library.platform().most_entries() {
            return Err(ReturnCode::INVALID_PARAMETER);
        }
        // SAFETY: the program vouches for as many.
        let mut watch = Watch::new(unsafe { read(entries, number)? }, library.platform().counts_readers());
        if watch.is_idle() {
            return Ok(());
        }
        let context = library.context(meant(context))?;
        let until = deadline(timeout);
        let mut is_known = true;
        let mut has_looked = false;
        let watched = context.watch(&mut |scene| {
            let looked = watch.look(scene.states, scene.reader_events);
            is_known = looked.is_some();
            has_looked |= is_known;
            if looked == Some(false) { Next::Wait(until) } else { Next::Done }
        });
        if has_looked {
            // SAFETY: as before.
            unsafe { tell(&watch, entries) };
        }
        watched?;
        if is_known { Ok(()) } else { Err(ReturnCode::UNKNOWN_READER) }
    })
}

/// When the time is over.
fn deadline(timeout: Dword) -> Option<Instant> {
    if [Dword::MAX, dword(INFINITE)].contains(&timeout) {
        return None;
    }
    // A time beyond the end of the clock has none.
    let timeout = u64::try_from(i128::from(timeout)).unwrap_or(u64::MAX);
    Instant::now().checked_add(Duration::from_millis(timeout))
}

/// Reads the entries of a program.
///
/// # Errors
///
/// [`ReturnCode::INVALID_VALUE`] if one has no name.
///
/// # Safety
///
/// The pointer is to as many entries, each with a name or none.
unsafe fn read<C: Character>(entries: *const Entry<C>, number: usize) -> Result<Vec<change::Entry>, ReturnCode> {
    let each = |index: usize| {
        // SAFETY: the caller vouches for as many entries.
        let entry = unsafe { entries.add(index) };
        // SAFETY: as before.
        let (reader, current, event) = unsafe {
            (
                (&raw const (*entry).reader).read_unaligned(),
                (&raw const (*entry).current).read_unaligned(),
                (&raw const (*entry).event).read_unaligned(),
            )
        };
        if reader.is_null() {
            return Err(ReturnCode::INVALID_VALUE);
        }
        // SAFETY: the caller vouches for the name.
        let reader = unsafe { text(reader, LONGEST_NAME) };
        Ok(change::Entry { reader, current: word(current), event: word(event), atr: None })
    };
    (0..number).map(each).collect()
}

/// Tells a program what became of its entries.
///
/// # Safety
///
/// The pointer is to as many entries as are watched.
unsafe fn tell<C>(watch: &Watch, entries: *mut Entry<C>) {
    for (index, told) in watch.entries.iter().enumerate() {
        // SAFETY: the caller vouches for as many entries, and for each of its fields.
        unsafe {
            let entry = entries.add(index);
            write(&raw mut (*entry).event, dword(told.event));
            if let Some(atr) = &told.atr {
                let atr = bytes(atr.as_ptr(), atr.len().min(LONGEST_ATR));
                write(&raw mut (*entry).atr_length, count(atr.len()));
                ptr::copy_nonoverlapping(atr.as_ptr(), (&raw mut (*entry).atr).cast(), atr.len());
            }
        }
    }
}
