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

/// The file that this code was loaded from: not known here.
#[must_use]
#[cfg(not(unix))]
pub fn own_path() -> Option<PathBuf> {
    None
}

/// The service of this process: behind a socket that its environment names, or beside the library, or the system's.
///
/// # Errors
///
/// [`ReturnCode::NO_SERVICE`] on a platform that has no transport yet.
#[cfg(unix)]
pub fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    use crate::client::{Client, Place};
    Ok(Arc::new(Client::new(Place::find(variable(c"PCSCLITE_CSOCK_NAME"), own_path().as_deref()))))
}

/// The service of this process: there is no transport to one here yet.
///
/// # Errors
///
/// [`ReturnCode::NO_SERVICE`].
#[cfg(not(unix))]
pub fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    Err(ReturnCode::NO_SERVICE)
}
