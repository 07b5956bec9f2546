//! The cards that are part of the program, all of invented people.

use super::BuiltIn;

/// A card file of the fixtures by its name.
macro_rules! card {
    ($name:literal) => {
        BuiltIn { name: $name, text: include_str!(concat!("../../../../fixtures/cards/", $name, ".toml")) }
    };
}

/// All of them; the first of a generation stands before the others.
pub(super) const CARDS: [BuiltIn; 11] = [
    card!("vitale2-martin"),
    card!("vitale2-durand"),
    card!("vitale2-bastia"),
    card!("vitale2-minimal"),
    card!("vitale2-t1"),
    card!("vitale1-petit"),
    card!("vitale1-famille-leroy"),
    card!("vitale1-v1bis"),
    card!("vitale1-igea440"),
    card!("vitale1-clone"),
    card!("vitale1-iso"),
];
