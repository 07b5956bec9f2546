//! The bytes of a file, read by the built-in layout: what a card answers is no more to be trusted than a text.
//!
//! The first byte chooses the file.

use std::sync::OnceLock;

use virtuale::profile::layout::Layout;

use super::{chip, text};

/// Files of the built-in layout, by name.
const FILES: [&str; 17] = [
    "DIR", "PAN", "IDENTITE", "POINTERS", "NIR", "CARTE", "ASSURE", "BENEFIC", "COUVERT", "EXONER", "COMPLEM",
    "ADRESSE", "MENTIONS", "ATMP", "EUROPE", "PHOTO", "CERTIF",
];

/// Decodes a file; every byte of it must be explained, and none twice.
pub(super) fn run(data: &[u8]) {
    let Some((&which, bytes)) = data.split_first() else { return };
    let name = FILES[usize::from(which) % FILES.len()];
    let decoded = layout().decode(name, bytes).unwrap_or_else(|| panic!("no file {name}"));
    chip::check_elements(&decoded.elements, 0..bytes.len());
}

/// The built-in layout.
pub(super) fn layout() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| {
        let built_in = virtuale_applets::layouts::named("vitale2").expect("a built-in layout");
        Layout::parse(&text::source(built_in.as_bytes())).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
    })
}
