//! What of a service behind a socket differs between systems: where it is, and how somebody connects to it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::Place;
#[cfg(unix)]
pub(super) use unix::Stream;
#[cfg(windows)]
pub use windows::Place;
#[cfg(windows)]
pub(super) use windows::Stream;

/// The variable in which programs find the socket.
pub const VARIABLE: &str = "PCSCLITE_CSOCK_NAME";

/// Where the socket of a run is from the folder of its library.
const FROM_LIBRARY: &str = "../pcsc";
