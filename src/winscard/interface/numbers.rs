//! The numbers and structures of the interface, which differ in width from platform to platform [PCSC-LITE wintypes.h].

use std::ffi::c_void;
#[cfg(not(any(windows, target_vendor = "apple")))]
use std::ffi::{c_long, c_ulong};

/// `DWORD`: 32 bits, but as long as a pointer in pcsc-lite where that is not of Apple.
#[cfg(not(any(windows, target_vendor = "apple")))]
pub type Dword = c_ulong;
/// `LONG`, as wide as a `DWORD`.
#[cfg(not(any(windows, target_vendor = "apple")))]
pub type Long = c_long;
/// `DWORD`.
#[cfg(any(windows, target_vendor = "apple"))]
pub type Dword = u32;
/// `LONG`.
#[cfg(any(windows, target_vendor = "apple"))]
pub type Long = i32;

/// `SCARDCONTEXT`.
#[cfg(not(windows))]
pub type ContextNumber = Long;
/// `SCARDCONTEXT`.
#[cfg(windows)]
pub type ContextNumber = usize;

/// `SCARDHANDLE`.
pub type HandleNumber = ContextNumber;

/// How much room there is for an answer to reset.
pub const LONGEST_ATR: usize = if cfg!(windows) { 36 } else { 33 };

/// Where a length says that the library shall find the room itself: `SCARD_AUTOALLOCATE`.
pub(super) const AUTOALLOCATE: Dword = Dword::MAX;

/// `SCARD_IO_REQUEST`: a protocol, and how long this is with what follows it.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(target_vendor = "apple"), repr(C))]
#[cfg_attr(target_vendor = "apple", repr(C, packed))]
pub struct IoRequest {
    /// `dwProtocol`.
    pub protocol: Dword,
    /// `cbPciLength`.
    pub length: Dword,
}

impl IoRequest {
    const fn of(protocol: Dword) -> Self {
        #[cfg_attr(
            any(windows, target_vendor = "apple"),
            expect(clippy::cast_possible_truncation, reason = "it has 8 bytes, and nothing else can be const")
        )]
        Self { protocol, length: size_of::<Self>() as Dword }
    }
}

/// `g_rgSCardT0Pci`.
pub static T0: IoRequest = IoRequest::of(1);
/// `g_rgSCardT1Pci`.
pub static T1: IoRequest = IoRequest::of(2);
/// `g_rgSCardRawPci`.
pub static RAW: IoRequest = IoRequest::of(4);

/// `SCARD_READERSTATE`: what a program waits for in one reader. `C` are the characters of its name.
#[derive(Debug)]
#[cfg_attr(not(target_vendor = "apple"), repr(C))]
#[cfg_attr(target_vendor = "apple", repr(C, packed))]
pub struct Entry<C> {
    /// `szReader`.
    pub reader: *const C,
    /// `pvUserData`.
    pub user: *mut c_void,
    /// `dwCurrentState`.
    pub current: Dword,
    /// `dwEventState`.
    pub event: Dword,
    /// `cbAtr`.
    pub atr_length: Dword,
    /// `rgbAtr`.
    pub atr: [u8; LONGEST_ATR],
}

/// A number as programs get it.
pub(super) fn dword(number: u32) -> Dword {
    Dword::from(number)
}

/// A return code as programs get it.
pub(super) fn long(number: u32) -> Long {
    // Where a number has 32 bits, a code is negative.
    Long::try_from(i128::from(number)).unwrap_or(Long::from(number.cast_signed()))
}

/// What is on the wire of a number: its lower 32 bits [PCSC-LITE winscard_clnt.c].
pub(super) fn word(number: Dword) -> u32 {
    u32::try_from(u128::from(number) & u128::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// The number of a context or a handle, for a program.
pub(super) fn shown(number: u32) -> ContextNumber {
    ContextNumber::try_from(i128::from(number)).unwrap_or(narrow(number))
}

/// The number that a program has of a context or a handle; `None` if no such number was given.
pub(super) fn meant(number: ContextNumber) -> Option<u32> {
    u32::try_from(number).ok().or_else(|| broad(number))
}

#[cfg(all(not(windows), target_pointer_width = "32"))]
fn narrow(number: u32) -> ContextNumber {
    number.cast_signed().into()
}

#[cfg(not(all(not(windows), target_pointer_width = "32")))]
fn narrow(_: u32) -> ContextNumber {
    0
}

#[cfg(all(not(windows), target_pointer_width = "32"))]
fn broad(number: ContextNumber) -> Option<u32> {
    Some(number.cast_unsigned())
}

#[cfg(not(all(not(windows), target_pointer_width = "32")))]
fn broad(_: ContextNumber) -> Option<u32> {
    None
}
