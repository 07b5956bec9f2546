//! The layouts that are built in, and the card-file keys that they share: texts, for the world outside to read.

/// The keys of card files that all layouts share.
pub const KEYS: &str = include_str!("../layouts/keys.toml");

/// The names of the built-in layouts.
pub const NAMES: [&str; 1] = ["vitale2"];

/// The text of a built-in layout.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    match name {
        "vitale2" => Some(include_str!("../layouts/vitale2.toml")),
        _ => None,
    }
}
