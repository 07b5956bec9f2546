//! A driver for the system's pcscd: its readers are the slots of a running set of virtual readers, in another process.
//!
//! pcscd loads it as a shared object and has PC/SC's rules itself. The driver hands on what pcscd asks of a reader,
//! over a private socket, and hears from the readers as soon as a card comes or goes. Nothing is decided here: what a
//! card or a control code does is the readers' business.
//!
//! While no readers run, the slots are empty. They are looked for again and again by a thread of the driver's own, so
//! that pcscd never waits for them.
//!
//! pcscd gets the interface as a shared object, whose bytes are `LIBRARY` with the feature `library`. It is made of the
//! same modules, and needs the standard library alone.

#[cfg(unix)]
mod codes;
#[cfg(unix)]
mod device;
#[cfg(unix)]
#[expect(unsafe_code, reason = "pcscd is written in C and calls its functions, with pointers of its own")]
pub mod interface;
#[cfg(unix)]
mod link;
#[cfg(unix)]
mod place;
pub mod wire;

#[cfg(unix)]
pub use codes::{Answer, MARK};
#[cfg(unix)]
pub use place::{MOST_SLOTS, Place};

/// The driver, for the target of the build; or why there is none.
#[cfg(feature = "library")]
pub const LIBRARY: Result<&[u8], &str> = include!(concat!(env!("OUT_DIR"), "/library.rs"));

#[cfg(all(test, feature = "library", target_os = "linux", target_env = "gnu"))]
mod tests {
    #[test]
    fn there_is_a_driver_that_says_whose_it_is_and_knows_no_path_of_this_machine() {
        let library = super::LIBRARY.expect("this target has one");
        let has = |text: &str| library.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert_eq!(library[..4], *b"\x7FELF");
        assert!(has(super::MARK) && !has(env!("CARGO_MANIFEST_DIR")));
    }
}
