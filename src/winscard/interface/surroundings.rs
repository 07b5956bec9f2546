//! What a library finds out about the process that it is in.

use std::{
    ffi::{CStr, OsString},
    path::PathBuf,
    sync::Arc,
};

use crate::{codes::ReturnCode, service::Service};

/// A variable of the environment. A program that runs with rights of others than its caller has none: its caller must
/// not choose whom it trusts.
#[must_use]
pub fn variable(name: &CStr) -> Option<OsString> {
    #[cfg(target_os = "linux")]
    {
        use std::{
            ffi::{CStr, c_char},
            os::unix::ffi::OsStringExt,
        };
        unsafe extern "C" {
            fn secure_getenv(name: *const c_char) -> *const c_char;
        }
        // SAFETY: the name ends with a zero.
        let value = unsafe { secure_getenv(name.as_ptr()) };
        if value.is_null() {
            return None;
        }
        // SAFETY: it is a text that ends with a zero, and is copied before anybody can change it: who changes the
        // environment while others read it is wrong whatever they do.
        Some(OsString::from_vec(unsafe { CStr::from_ptr(value) }.to_bytes().to_vec()))
    }
    #[cfg(not(target_os = "linux"))]
    {
        std::env::var_os(name.to_str().ok()?)
    }
}

/// The file that this code was loaded from.
#[must_use]
#[cfg(unix)]
pub fn own_path() -> Option<PathBuf> {
    use std::{
        ffi::{CStr, OsStr, c_char, c_int, c_void},
        mem::MaybeUninit,
        os::unix::ffi::OsStrExt,
    };
    /// `Dl_info`.
    #[repr(C)]
    struct Information {
        file: *const c_char,
        base: *mut c_void,
        symbol: *const c_char,
        address: *mut c_void,
    }
    unsafe extern "C" {
        fn dladdr(address: *const c_void, information: *mut Information) -> c_int;
    }
    let mut information = MaybeUninit::<Information>::uninit();
    let here: fn() -> Option<PathBuf> = own_path;
    // SAFETY: it fills the structure, and looks at nothing but the address, which is that of this code.
    let file = unsafe {
        if dladdr(here as *const c_void, information.as_mut_ptr()) == 0 {
            return None;
        }
        information.assume_init().file
    };
    if file.is_null() {
        return None;
    }
    // SAFETY: it is a text that ends with a zero, and stands for as long as this code is loaded.
    let file = unsafe { CStr::from_ptr(file) };
    PathBuf::from(OsStr::from_bytes(file.to_bytes())).canonicalize().ok()
}

/// The file that this code was loaded from.
#[must_use]
#[cfg(windows)]
pub fn own_path() -> Option<PathBuf> {
    use std::{ffi::c_void, os::windows::ffi::OsStringExt, ptr::null_mut};
    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, address: *const c_void, module: *mut *mut c_void) -> i32;
        fn GetModuleFileNameW(module: *mut c_void, name: *mut u16, room: u32) -> u32;
    }
    /// The module is known by an address in it, and stays no longer than it did.
    const FROM_ADDRESS: u32 = 4 | 2;
    /// No path is longer [MSDOC-WINDOWS Maximum Path Length Limitation].
    const ROOM: u16 = 32_767;
    let here: fn() -> Option<PathBuf> = own_path;
    let mut module = null_mut();
    // SAFETY: the address is that of this code, and there is room for what is asked.
    if unsafe { GetModuleHandleExW(FROM_ADDRESS, here as *const c_void, &raw mut module) } == 0 {
        return None;
    }
    let mut name = vec![0; usize::from(ROOM)];
    // SAFETY: there is as much room as it is told.
    let length = unsafe { GetModuleFileNameW(module, name.as_mut_ptr(), u32::from(ROOM)) };
    let name = usize::try_from(length).ok().and_then(|length| name.get(..length)).filter(|name| !name.is_empty())?;
    Some(OsString::from_wide(name).into())
}

/// Waits until there is something to be read, or the other end hung up; whether that was in time.
///
/// # Errors
///
/// What the system says.
#[cfg(windows)]
pub fn await_bytes(socket: &std::net::TcpStream, time: std::time::Duration) -> std::io::Result<bool> {
    use std::{io, os::windows::io::AsRawSocket, time::Instant};
    /// `WSAPOLLFD`.
    #[repr(C)]
    struct Waited {
        socket: usize,
        wanted: i16,
        happened: i16,
    }
    #[link(name = "ws2_32")]
    unsafe extern "system" {
        fn WSAPoll(sockets: *mut Waited, count: u32, milliseconds: i32) -> i32;
    }
    /// There are bytes (`POLLRDNORM`).
    const BYTES: i16 = 0x0100;
    let socket = usize::try_from(socket.as_raw_socket()).map_err(io::Error::other)?;
    // A time beyond the end of the clock has none.
    let until = Instant::now().checked_add(time);
    loop {
        let left = until.map_or(time, |until| until.saturating_duration_since(Instant::now()));
        // Rounded up, so that nobody looks again and again in the last millisecond.
        let milliseconds = left.as_nanos().div_ceil(1_000_000);
        let mut waited = Waited { socket, wanted: BYTES, happened: 0 };
        // SAFETY: there is one, and it is told so.
        let count = unsafe { WSAPoll(&raw mut waited, 1, i32::try_from(milliseconds).unwrap_or(i32::MAX)) };
        match count {
            0 if milliseconds > i32::MAX.unsigned_abs().into() => {}
            0 => return Ok(false),
            count if count < 0 => return Err(io::Error::last_os_error()),
            _ => return Ok(true),
        }
    }
}

/// The service of this process: behind a socket that its environment names, or beside the library, or the system's.
///
/// # Errors
///
/// None: whether there is one is looked for when it is asked.
pub fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    use crate::client::{Client, Place};
    Ok(Arc::new(Client::new(Place::find(variable(c"PCSCLITE_CSOCK_NAME"), own_path().as_deref()))))
}
