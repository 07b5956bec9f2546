//! GALSS, by which old billing software shares the readers of French health cards: its C interface, and the language in
//! which that asks a running set of virtual readers.
//!
//! GALSS is the manager of access to readers of the health and social field. A program opens a session on a resource,
//! which is a slot that has a name, takes it for itself for a while, and sends messages to it.
//!
//! Nothing is decided here: sessions, exclusivities, contexts and the cards are the readers', in another process. What
//! a message means to a slot is no business of this package either.
//!
//! Programs get the interface as a shared object, whose bytes are `LIBRARY` with the feature `library`. It is made of
//! the same modules.

#[cfg(unix)]
mod client;
mod codes;
#[cfg(unix)]
#[expect(unsafe_code, reason = "programs written in C call its functions, with pointers of theirs")]
pub mod interface;
pub mod wire;

pub use codes::Code;
pub use wire::VARIABLE;

/// The shared object, for the target of the build; or why there is none.
#[cfg(feature = "library")]
pub const LIBRARY: Result<&[u8], &str> = include!(concat!(env!("OUT_DIR"), "/library.rs"));

#[cfg(all(test, feature = "library", target_os = "linux", target_env = "gnu"))]
mod tests {
    #[test]
    fn there_is_a_shared_object_that_knows_no_path_of_this_machine() {
        let library = super::LIBRARY.expect("this target has one");
        assert_eq!(library[..4], *b"\x7FELF");
        let manifest = env!("CARGO_MANIFEST_DIR").as_bytes();
        assert!(!library.windows(manifest.len()).any(|bytes| bytes == manifest));
    }
}
