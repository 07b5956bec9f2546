//! Compiles the shared object, which the program carries with it.

use virtuale_cdylib::{SharedObject, Systems};

/// The root comes first.
const SOURCES: &[&str] = &[
    "shared_object.rs",
    "change.rs",
    "client/conversation.rs",
    "client/mod.rs",
    "client/system/mod.rs",
    "client/system/unix.rs",
    "client/system/windows.rs",
    "codes.rs",
    "interface/buffers.rs",
    "interface/cards.rs",
    "interface/contexts.rs",
    "interface/export.rs",
    "interface/mod.rs",
    "interface/numbers.rs",
    "interface/readers.rs",
    "interface/surroundings.rs",
    "interface/windows.rs",
    "library.rs",
    "multistring.rs",
    "platform.rs",
    "service.rs",
    "terms.rs",
    "wire/field.rs",
    "wire/messages.rs",
    "wire/mod.rs",
];

fn main() {
    let soname = Some("libpcsclite.so.1");
    SharedObject { title: "PC/SC", sources: SOURCES, soname, linking: &[], systems: Systems::All }.carry();
}
