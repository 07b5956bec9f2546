//! The root of the driver: the functions, and what they need. `build.rs` compiles it.

mod codes;
mod device;
mod interface;
mod link;
mod place;
mod wire;
