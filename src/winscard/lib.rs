//! PC/SC as programs see it: the numbers of its interface, its functions, and the language in which they ask a service.
//!
//! A program calls the functions of [`interface`]; [`library`] knows its contexts and handles; a [`Service`] answers.
//! [`client`] is one behind a socket: pcsc-lite's own, or ours. Another one may be in the process itself.
//!
//! Which card may be opened by whom is decided by the service. What a message means to a card is no business of this
//! package either.
//!
//! Programs get the functions as a shared object that takes the place of pcsc-lite's library. Its bytes are `LIBRARY`
//! with the feature `library`; it is made of the same modules.
//!
//! [`Service`]: service::Service

pub mod client;
pub mod codes;
#[expect(unsafe_code, reason = "programs written in C call its functions, with pointers of theirs")]
pub mod interface;
pub mod library;
pub mod platform;
pub mod service;
pub mod terms;
pub mod wire;

mod change;
mod multistring;

/// The shared object, for the target of the build; or why there is none. On Windows it is `winscard.dll`.
#[cfg(feature = "library")]
pub const LIBRARY: Result<&[u8], &str> = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// `winscard.dll` for programs of 32 bits, where that of the target is for 64; or why there is none.
#[cfg(feature = "library")]
pub const LIBRARY_32: Result<&[u8], &str> = include!(concat!(env!("OUT_DIR"), "/library_32.rs"));

#[cfg(all(test, feature = "library", target_os = "linux", target_env = "gnu"))]
mod tests {
    #[test]
    fn there_is_a_shared_object_that_knows_no_path_of_this_machine() {
        let library = super::LIBRARY.expect("this target has one");
        assert_eq!(library[..4], *b"\x7FELF");
        let has = |text: &str| library.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        assert!(has(crate::library::MARK) && !has(env!("CARGO_MANIFEST_DIR")));
    }
}
