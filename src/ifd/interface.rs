//! The functions that pcscd calls [PCSC-LITE ifdhandler.h]: pointers of its own become bytes of ours, and the other way
//! round.
//!
//! pcscd calls them one after the other for each slot, but for the polling function, which waits meanwhile. A number of
//! a slot that was not opened gives [`Answer::NO_DEVICE`]; a pointer that is null is as no room.
//!
//! A success always gives something: a card that says nothing is an error, never an answer of no bytes.

use std::{
    ffi::{CStr, c_char, c_int, c_long, c_uchar, c_ulong, c_void},
    time::Duration,
};

use crate::{
    codes::{Answer, MARK},
    device::{Channel, Lost},
    place::Place,
    wire::{LONGEST, Outcome, Request},
};

/// The longest answer to reset [ISO-7816-3 8.2].
const LONGEST_ATR: usize = 33;

/// What to do to the power of a card.
const POWER_UP: c_ulong = 500;
const POWER_DOWN: c_ulong = 501;
const RESET: c_ulong = 502;

/// Properties of a reader that pcscd asks for.
const ATR: c_ulong = 0x0303;
const SLOT_THREAD_SAFE: c_ulong = 0x0FAC;
const THREAD_SAFE: c_ulong = 0x0FAD;
const SLOTS_NUMBER: c_ulong = 0x0FAE;
const SIMULTANEOUS_ACCESS: c_ulong = 0x0FAF;
const STOP_POLLING: c_ulong = 0x0FB2;
const POLLING_WITH_TIMEOUT: c_ulong = 0x0FB3;

/// The tags that are the driver's own; all others are attributes of the reader.
const OWN_TAGS: std::ops::RangeInclusive<c_ulong> = 0x0F00..=0x0FFF;

/// How many readers may be this driver's at once.
const MOST_READERS: u8 = 16;

/// How long a wait of pcscd is that has no end.
const LONGEST_POLL: Duration = Duration::from_secs(3600);

/// Known among the bytes of the library.
#[used]
static WHOSE: &str = MARK;

/// `SCARD_IO_HEADER`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct IoHeader {
    /// The protocol.
    pub protocol: c_ulong,
    /// Its own length.
    pub length: c_ulong,
}

fn returned(answer: Answer) -> c_long {
    c_long::from(answer.0)
}

fn outcome(done: Result<(), Answer>) -> c_long {
    returned(done.err().unwrap_or(Answer::SUCCESS))
}

#[cfg_attr(target_pointer_width = "64", expect(clippy::useless_conversion, reason = "the type differs by system"))]
fn channel(lun: c_ulong) -> Result<Channel, Answer> {
    Channel::find(u64::from(lun)).ok_or(Answer::NO_DEVICE)
}

/// What is said of a card that was not asked, since the readers are not there.
impl From<Lost> for Answer {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Gone => Self::NOT_PRESENT,
            Lost::Slow => Self::TIMEOUT,
        }
    }
}

/// Asks the readers for what they give.
fn ask(channel: &Channel, request: &Request<'_>) -> Result<Vec<u8>, Answer> {
    channel.ask(request, |reply| match reply.outcome {
        Outcome::DONE => Ok(reply.given.to_vec()),
        other => Err(refusal(other)),
    })?
}

fn refusal(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::NO_CARD | Outcome::POWER_TAKEN => Answer::NOT_PRESENT,
        Outcome::NOT_OFFERED => Answer::PROTOCOL,
        Outcome::REFUSED => Answer::PTS_FAILURE,
        Outcome::UNKNOWN => Answer::NOT_SUPPORTED,
        Outcome::WRONG_SIZE => Answer::NO_ROOM,
        _ => Answer::COMMUNICATION,
    }
}

/// Copies what pcscd has.
///
/// # Safety
///
/// So many bytes may be read at the pointer, unless it is null.
unsafe fn bytes(pointer: *const c_uchar, length: c_ulong) -> Result<Vec<u8>, Answer> {
    let length = usize::try_from(length).ok().filter(|&length| length <= LONGEST).ok_or(Answer::NO_ROOM)?;
    if length == 0 {
        return Ok(Vec::new());
    }
    if pointer.is_null() {
        return Err(Answer::NO_ROOM);
    }
    let mut bytes = vec![0; length];
    // SAFETY: the caller vouches for the bytes; the vector is as long, and new, so that they do not overlap.
    unsafe { pointer.copy_to_nonoverlapping(bytes.as_mut_ptr(), length) };
    Ok(bytes)
}

/// Copies what is given to pcscd, which has room for so much, and says how much it is.
///
/// # Safety
///
/// So many bytes may be written at the pointer, and a number at the other one, unless they are null.
unsafe fn give(pointer: *mut c_uchar, room: usize, length: *mut c_ulong, bytes: &[u8]) -> Result<(), Answer> {
    if pointer.is_null() || length.is_null() || bytes.len() > room {
        return Err(Answer::NO_ROOM);
    }
    // SAFETY: the caller vouches for the place, which is pcscd's: no bytes of ours are there.
    unsafe {
        pointer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        length.write(c_ulong::try_from(bytes.len()).unwrap_or(0));
    }
    Ok(())
}

/// Reads a number and leaves 0 in its place: what is given is written when all went well.
///
/// # Safety
///
/// The pointer is null or a number's.
unsafe fn take(length: *mut c_ulong) -> Result<usize, Answer> {
    if length.is_null() {
        return Err(Answer::NO_ROOM);
    }
    // SAFETY: the caller vouches for it.
    let room = unsafe { length.replace(0) };
    Ok(usize::try_from(room).unwrap_or(usize::MAX))
}

/// Opens a slot by the name of its device.
///
/// # Safety
///
/// The name is null, or a text that ends with a zero.
#[unsafe(export_name = "IFDHCreateChannelByName")]
#[cfg_attr(target_pointer_width = "64", expect(clippy::useless_conversion, reason = "the type differs by system"))]
pub unsafe extern "C" fn create_channel_by_name(lun: c_ulong, name: *const c_char) -> c_long {
    let open = || {
        if name.is_null() {
            return None;
        }
        // SAFETY: pcscd vouches for its text.
        let name = unsafe { CStr::from_ptr(name) };
        Channel::open(u64::from(lun), Place::parse(name.to_str().ok()?)?)
    };
    outcome(open().ok_or(Answer::COMMUNICATION))
}

/// Opens a slot by a number: there is none that would say where the readers are.
#[unsafe(export_name = "IFDHCreateChannel")]
pub extern "C" fn create_channel(_: c_ulong, _: c_ulong) -> c_long {
    returned(Answer::COMMUNICATION)
}

/// Closes a slot.
#[unsafe(export_name = "IFDHCloseChannel")]
#[cfg_attr(target_pointer_width = "64", expect(clippy::useless_conversion, reason = "the type differs by system"))]
pub extern "C" fn close_channel(lun: c_ulong) -> c_long {
    outcome(Channel::close(u64::from(lun)).ok_or(Answer::NO_DEVICE))
}

/// Gives a property of the driver or an attribute of the reader.
///
/// # Safety
///
/// Pointers are null or right: to a number, which says how much room there is at the other one.
#[unsafe(export_name = "IFDHGetCapabilities")]
pub unsafe extern "C" fn get_capabilities(
    lun: c_ulong,
    tag: c_ulong,
    length: *mut c_ulong,
    value: *mut c_uchar,
) -> c_long {
    let get = || {
        let channel = channel(lun)?;
        // SAFETY: pcscd vouches for its pointers.
        let room = unsafe { take(length)? };
        let given = match tag {
            ATR => channel.atr(),
            SLOTS_NUMBER => vec![channel.slots()],
            SIMULTANEOUS_ACCESS => vec![MOST_READERS],
            THREAD_SAFE | SLOT_THREAD_SAFE => vec![1],
            POLLING_WITH_TIMEOUT => address(poll as *const c_void),
            STOP_POLLING => address(stop_polling as *const c_void),
            tag if OWN_TAGS.contains(&tag) => return Err(Answer::ERROR_TAG),
            tag => {
                let id = u32::try_from(tag).map_err(|_| Answer::ERROR_TAG)?;
                ask(&channel, &Request::Attribute(id)).map_err(|_| Answer::ERROR_TAG)?
            }
        };
        // SAFETY: as above.
        unsafe { give(value, room, length, &given) }
    };
    outcome(get())
}

/// The bytes of a pointer, as pcscd reads it.
fn address(pointer: *const c_void) -> Vec<u8> {
    pointer.addr().to_ne_bytes().to_vec()
}

/// Sets a property: there is none to set.
///
/// # Safety
///
/// Nothing is read.
#[unsafe(export_name = "IFDHSetCapabilities")]
pub unsafe extern "C" fn set_capabilities(_: c_ulong, _: c_ulong, _: c_ulong, _: *const c_uchar) -> c_long {
    returned(Answer::ERROR_TAG)
}

/// Agrees on a protocol with the card: 1 is T=0, 2 is T=1. What else goes with it makes no difference to the card.
#[unsafe(export_name = "IFDHSetProtocolParameters")]
pub extern "C" fn set_protocol(
    lun: c_ulong,
    protocol: c_ulong,
    _: c_uchar,
    _: c_uchar,
    _: c_uchar,
    _: c_uchar,
) -> c_long {
    let set = || {
        let number = match protocol {
            1 => 0,
            2 => 1,
            _ => return Err(Answer::PROTOCOL),
        };
        ask(&channel(lun)?, &Request::Protocol(number)).map(drop)
    };
    outcome(set())
}

/// Powers the card up or down, or resets it, and gives its answer to reset.
///
/// # Safety
///
/// Pointers are null or right: to 33 bytes, and to a number.
#[unsafe(export_name = "IFDHPowerICC")]
pub unsafe extern "C" fn power(lun: c_ulong, action: c_ulong, atr: *mut c_uchar, length: *mut c_ulong) -> c_long {
    let power = || {
        let channel = channel(lun)?;
        // SAFETY: pcscd vouches for its pointers.
        unsafe { take(length)? };
        let request = match action {
            POWER_UP => Request::PowerUp,
            RESET => Request::Reset,
            POWER_DOWN => {
                // A card that is gone has no power.
                let _ = ask(&channel, &Request::PowerOff);
                return Ok(());
            }
            _ => return Err(Answer::NO_FUNCTION),
        };
        let given = ask(&channel, &request).map_err(|_| Answer::POWER_ACTION)?;
        if given.is_empty() {
            return Err(Answer::POWER_ACTION);
        }
        // SAFETY: as above.
        unsafe { give(atr, LONGEST_ATR, length, &given)? };
        channel.keep_atr(&given);
        Ok(())
    };
    outcome(power())
}

/// What a program is told of the protocol of an answer. pcscd hands it on as it is [PCSC-LITE run]: it asks with the
/// number that the protocol has, 0 or 1, and programs know it as 1 or 2.
fn told(send: IoHeader) -> IoHeader {
    let protocol = if send.protocol < 2 { send.protocol + 1 } else { send.protocol };
    IoHeader { protocol, ..send }
}

/// Sends a command to the card, and gives its answer.
///
/// # Safety
///
/// Pointers are null or right: to the bytes of the command, to a number, which says how much room there is for the
/// answer, and to that.
#[unsafe(export_name = "IFDHTransmitToICC")]
pub unsafe extern "C" fn transmit(
    lun: c_ulong,
    send: IoHeader,
    command: *const c_uchar,
    command_length: c_ulong,
    answer: *mut c_uchar,
    answer_length: *mut c_ulong,
    receive: *mut IoHeader,
) -> c_long {
    let transmit = || {
        let channel = channel(lun)?;
        // SAFETY: pcscd vouches for its pointers.
        let (room, command) = unsafe { (take(answer_length)?, bytes(command, command_length)?) };
        channel.ask(&Request::Transmit(&command), |reply| match reply.outcome {
            Outcome::DONE if reply.given.is_empty() => Err(Answer::COMMUNICATION),
            // SAFETY: as above.
            Outcome::DONE => unsafe { give(answer, room, answer_length, reply.given) },
            other => Err(refusal(other)),
        })??;
        if !receive.is_null() {
            // SAFETY: as above.
            unsafe { receive.write(told(send)) };
        }
        Ok(())
    };
    outcome(transmit())
}

/// Says whether a card is in the slot.
#[unsafe(export_name = "IFDHICCPresence")]
pub extern "C" fn presence(lun: c_ulong) -> c_long {
    returned(match channel(lun) {
        Ok(channel) if channel.is_present() => Answer::PRESENT,
        Ok(_) => Answer::NOT_PRESENT,
        Err(answer) => answer,
    })
}

/// Sends a control code to the reader, and gives what comes of it.
///
/// # Safety
///
/// Pointers are null or right: to the bytes that go with the code, to so much room, and to a number.
#[unsafe(export_name = "IFDHControl")]
pub unsafe extern "C" fn control(
    lun: c_ulong,
    code: c_ulong,
    input: *const c_uchar,
    input_length: c_ulong,
    output: *mut c_uchar,
    room: c_ulong,
    returned: *mut c_ulong,
) -> c_long {
    let control = || {
        let channel = channel(lun)?;
        // SAFETY: pcscd vouches for its pointers.
        let input = unsafe {
            take(returned)?;
            bytes(input, input_length)?
        };
        let code = u32::try_from(code).map_err(|_| Answer::NOT_SUPPORTED)?;
        let given = ask(&channel, &Request::Control { code, input: &input })?;
        if given.is_empty() {
            return Ok(());
        }
        // SAFETY: as above.
        unsafe { give(output, usize::try_from(room).unwrap_or(0), returned, &given) }
    };
    outcome(control())
}

/// Waits until pcscd is to look at the slot, or for so many milliseconds.
extern "C" fn poll(lun: c_ulong, timeout: c_int) -> c_long {
    let Ok(channel) = channel(lun) else { return returned(Answer::NO_DEVICE) };
    // A negative time is none that pcscd has; it is as long as any, and not none at all.
    channel.poll(u64::try_from(timeout).map_or(LONGEST_POLL, Duration::from_millis));
    returned(Answer::SUCCESS)
}

/// Ends that wait.
extern "C" fn stop_polling(lun: c_ulong) -> c_long {
    let Ok(channel) = channel(lun) else { return returned(Answer::NO_DEVICE) };
    channel.wake();
    returned(Answer::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::ptr::null_mut;

    use super::{
        Answer, IoHeader, POWER_DOWN, POWER_UP, SLOTS_NUMBER, close_channel, control, create_channel,
        create_channel_by_name, get_capabilities, poll, power, presence, set_capabilities, set_protocol, stop_polling,
        told, transmit,
    };

    const SEND: IoHeader = IoHeader { protocol: 1, length: 16 };

    #[test]
    fn protocols_are_told_as_programs_know_them() {
        for (asked, said) in [(0, 1), (1, 2), (4, 4)] {
            assert_eq!(told(IoHeader { protocol: asked, ..SEND }).protocol, said);
        }
    }

    #[test]
    fn a_slot_that_was_not_opened_is_none() {
        let none = Answer::NO_DEVICE.0.into();
        let mut length = 1;
        let mut value = 0_u8;
        assert_eq!(presence(99), none);
        assert_eq!(close_channel(99), none);
        assert_eq!(set_protocol(99, 1, 0, 0, 0, 0), none);
        assert_eq!((poll(99, 0), stop_polling(99)), (none, none));
        assert_eq!(create_channel(99, 0), Answer::COMMUNICATION.0.into());
        // SAFETY: null pointers and right ones.
        unsafe {
            assert_eq!(get_capabilities(99, SLOTS_NUMBER, &raw mut length, &raw mut value), none);
            assert_eq!(set_capabilities(99, SLOTS_NUMBER, 0, null_mut()), Answer::ERROR_TAG.0.into());
            assert_eq!(power(99, POWER_UP, null_mut(), null_mut()), none);
            assert_eq!(transmit(99, SEND, null_mut(), 0, null_mut(), null_mut(), null_mut()), none);
            assert_eq!(control(99, 0, null_mut(), 0, null_mut(), 0, null_mut()), none);
            for wrong in [c"", c"virtuale:0:/run/x", c"/dev/null", c"x:relative", c"\xFF:/x"] {
                assert_eq!(create_channel_by_name(99, wrong.as_ptr()), Answer::COMMUNICATION.0.into(), "{wrong:?}");
            }
            assert_eq!(create_channel_by_name(99, null_mut()), Answer::COMMUNICATION.0.into());
        }
        assert_eq!((length, value), (1, 0));
    }

    #[test]
    #[cfg(not(miri))]
    fn without_readers_slots_are_empty_and_nothing_is_written() {
        let lun = 42 << 16;
        let name = c"virtuale:3:/no/such/folder/ifd";
        let mut value = [0xAA_u8; 40];
        let no_card = Answer::NOT_PRESENT.0.into();
        let no_room = Answer::NO_ROOM.0.into();
        // SAFETY: null pointers, and right ones with as much room as is said.
        unsafe {
            assert_eq!(create_channel_by_name(lun, name.as_ptr()), 0);
            let mut length = 1;
            assert_eq!(get_capabilities(lun, SLOTS_NUMBER, &raw mut length, value.as_mut_ptr()), 0);
            assert_eq!((length, value[0], value[1]), (1, 3, 0xAA));
            length = 0;
            assert_eq!(get_capabilities(lun, SLOTS_NUMBER, &raw mut length, value.as_mut_ptr()), no_room);
            assert_eq!(get_capabilities(lun, SLOTS_NUMBER, null_mut(), value.as_mut_ptr()), no_room);
            length = 40;
            assert_eq!(get_capabilities(lun, 0x0FB1, &raw mut length, value.as_mut_ptr()), Answer::ERROR_TAG.0.into());
            assert_eq!(get_capabilities(lun, 0x90303, &raw mut length, value.as_mut_ptr()), Answer::ERROR_TAG.0.into());
            assert_eq!(presence(lun), no_card);
            length = 33;
            assert_eq!(power(lun, POWER_UP, value.as_mut_ptr(), &raw mut length), Answer::POWER_ACTION.0.into());
            assert_eq!((length, value[1]), (0, 0xAA));
            assert_eq!(power(lun, POWER_DOWN, value.as_mut_ptr(), &raw mut length), 0, "it has none");
            assert_eq!(power(lun, 77, value.as_mut_ptr(), &raw mut length), Answer::NO_FUNCTION.0.into());
            assert_eq!(set_protocol(lun, 4, 0, 0, 0, 0), Answer::PROTOCOL.0.into());
            length = 40;
            let command = [0_u8, 0xB0, 0, 0, 0];
            let sent = |length: *mut std::ffi::c_ulong, value: *mut u8| {
                transmit(lun, SEND, command.as_ptr(), 5, value, length, null_mut())
            };
            assert_eq!(sent(&raw mut length, value.as_mut_ptr()), no_card);
            assert_eq!((length, value[1]), (0, 0xAA), "never a success of no bytes");
            assert_eq!(sent(null_mut(), value.as_mut_ptr()), no_room);
            length = 40;
            let huge = transmit(lun, SEND, command.as_ptr(), 1 << 20, value.as_mut_ptr(), &raw mut length, null_mut());
            assert_eq!((huge, length), (no_room, 0));
            assert_eq!(control(lun, 1, null_mut(), 0, value.as_mut_ptr(), 40, &raw mut length), no_card);
            assert_eq!(control(lun, 1, null_mut(), 5, value.as_mut_ptr(), 40, &raw mut length), no_room);
            assert_eq!((poll(lun, 1), stop_polling(lun), poll(lun, -1)), (0, 0, 0));
            assert_eq!((close_channel(lun), presence(lun)), (0, Answer::NO_DEVICE.0.into()));
        }
    }
}
