//! The root of the shared object: the functions, and what they need. `build.rs` compiles it.

mod client;
mod codes;
mod interface;
mod wire;

use codes::Code;
