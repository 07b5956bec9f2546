//! The layouts of the cards, and the card-file keys that they share, as TOML text.

/// The word memory of a Vitale 1.
pub const VITALE1: &str = include_str!("../layouts/vitale1.toml");

/// The files of a Vitale 2.
pub const VITALE2: &str = include_str!("../layouts/vitale2.toml");

/// The card-file keys that all layouts have in common.
pub const KEYS: &str = include_str!("../layouts/keys.toml");

/// The names of all of them.
pub const NAMES: [&str; 2] = ["vitale1", "vitale2"];

/// The layout with a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static str> {
    match name {
        "vitale1" => Some(VITALE1),
        "vitale2" => Some(VITALE2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{VITALE1, VITALE2, named};

    #[test]
    fn layouts_are_found_by_their_names() {
        assert_eq!(named("vitale1"), Some(VITALE1));
        assert_eq!(named("vitale2"), Some(VITALE2));
        assert_eq!(named("vitale9"), None);
    }
}
