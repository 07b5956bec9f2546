//! The root of the shared object that takes the place of pcsc-lite's library: the functions, and what they need.
//! `build.rs` compiles it.

mod change;
mod client;
mod codes;
mod interface;
mod library;
mod multistring;
mod platform;
mod service;
mod terms;
mod wire;

static LIBRARY: library::Library = library::Library::new(interface::find, platform::Platform::NATIVE);

#[used]
static WHOSE: &str = library::MARK;

crate::export!(crate::LIBRARY);
