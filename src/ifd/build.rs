//! Compiles the driver, which the program carries with it.

use virtuale_cdylib::{SharedObject, Systems};

fn main() {
    let sources = &["library.rs", "codes.rs", "device.rs", "interface.rs", "link.rs", "place.rs", "wire.rs"];
    // Threads of the driver may go on when pcscd lets go of it.
    let linking = &["-Wl,-z,nodelete"];
    SharedObject { title: "drivers", sources, soname: Some("libifdvirtuale.so"), linking, systems: Systems::Unix }
        .carry();
}
