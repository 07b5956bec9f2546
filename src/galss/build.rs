//! Compiles the shared object, which the program carries with it.

use virtuale_cdylib::{SharedObject, Systems};

fn main() {
    let sources = &["library.rs", "client.rs", "codes.rs", "interface.rs", "wire.rs"];
    SharedObject { title: "GALSS", sources, soname: None, linking: &[], systems: Systems::Unix }.carry();
}
