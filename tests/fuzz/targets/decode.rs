//! The bytes of a file, read by the built-in layouts: what a card answers is no more to be trusted than a text.
//!
//! The first byte chooses the file.

use std::sync::{Arc, OnceLock};

use virtuale::profile::{families::Families, layout::Layout};

use super::chip;

/// Files of the Vitale 2, by name.
const FILES: [&str; 17] = [
    "DIR", "PAN", "IDENTITE", "POINTERS", "NIR", "CARTE", "ASSURE", "BENEFIC", "COUVERT", "EXONER", "COMPLEM",
    "ADRESSE", "MENTIONS", "ATMP", "EUROPE", "PHOTO", "CERTIF",
];

/// Zones of the Vitale 1, by name; chosen by a first byte from 80 on.
const ZONES: [&str; 13] = [
    "SECRET", "ACCES", "CONFID", "TRANSAC", "ENTETE", "VERSION", "VALIDITE", "EMISSION", "SERIE", "ASSURE", "DONNEES",
    "MAPPING", "FABRIC",
];

/// Decodes a file; every byte of it must be explained, and none twice.
pub(super) fn run(data: &[u8]) {
    let Some((&which, bytes)) = data.split_first() else { return };
    let number = usize::from(which & 0x7F);
    let (layout, name) =
        if which < 0x80 { (vitale2(), FILES[number % FILES.len()]) } else { (vitale1(), ZONES[number % ZONES.len()]) };
    let decoded = layout.decode(name, bytes).unwrap_or_else(|| panic!("no file {name}"));
    chip::check_elements(&decoded.elements, bytes.len());
}

/// The built-in layout of the Vitale 1.
pub(super) fn vitale1() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| layout("vitale1"))
}

/// The built-in layout of the Vitale 2.
pub(super) fn vitale2() -> &'static Layout {
    static LAYOUT: OnceLock<Layout> = OnceLock::new();
    LAYOUT.get_or_init(|| layout("vitale2"))
}

fn layout(name: &str) -> Layout {
    let built_in = Families::built_in().layout_source(name).expect("a built-in layout");
    Layout::parse(&Arc::new(built_in)).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}
