//! The layouts of the cards, and the card-file keys that layouts of one family share, as TOML text.
//!
//! Which family a layout belongs to, and by which name card files call it, the families say (`profile::families` of the
//! root package).

/// The word memory of a Vitale 1.
pub const VITALE1: &str = include_str!("../layouts/vitale1.toml");

/// The files of a Vitale 2.
pub const VITALE2: &str = include_str!("../layouts/vitale2.toml");

/// The files of a CPS3, and behind them those that a CPS4 has too.
pub const CPS3: &str = concat!(include_str!("../layouts/cps3.toml"), include_str!("../layouts/cps-common.toml"));

/// The files of a CPS4, and behind them those that a CPS3 has too.
pub const CPS4: &str = concat!(include_str!("../layouts/cps4.toml"), include_str!("../layouts/cps-common.toml"));

/// The card-file keys that the cards of health professionals have in common.
pub const CPS_KEYS: &str = include_str!("../layouts/cps-keys.toml");

/// The card-file keys that the cartes Vitale have in common.
pub const VITALE_KEYS: &str = include_str!("../layouts/vitale-keys.toml");

/// The texts and their indices.
const INDEXED: [(&str, &[u8]); 6] = [
    (VITALE1, include_bytes!(concat!(env!("OUT_DIR"), "/vitale1.index"))),
    (VITALE2, include_bytes!(concat!(env!("OUT_DIR"), "/vitale2.index"))),
    (CPS3, include_bytes!(concat!(env!("OUT_DIR"), "/cps3.index"))),
    (CPS4, include_bytes!(concat!(env!("OUT_DIR"), "/cps4.index"))),
    (CPS_KEYS, include_bytes!(concat!(env!("OUT_DIR"), "/cps-keys.index"))),
    (VITALE_KEYS, include_bytes!(concat!(env!("OUT_DIR"), "/vitale-keys.index"))),
];

/// The text that is built in and reads as this one, with its index: what is in it and where, so that nobody need parse
/// it. `None` for any other text.
///
/// An index is one value, and the text a table. A value is its kind, its start and its length in the text in bytes,
/// then:
///
/// | kind            | then                                                                                     |
/// | --------------- | ---------------------------------------------------------------------------------------- |
/// | `T` `I` `F` `D` | a text, an integer, a float, a date: how many bytes of its span are on each side of it   |
/// | `t` `i` `f` `d` | the same, when it does not stand so in the text: how many bytes it has, and they         |
/// | `Y` `N`         | true, false: nothing                                                                     |
/// | `L`             | a list: how many members, and they                                                       |
/// | `E`             | a table: how many entries, each a key (`T` or `t`) and a value, in the order of the text |
///
/// Numbers have seven bits a byte, the lowest first; all bytes but the last have the highest bit.
#[must_use]
pub fn indexed(text: &str) -> Option<(&'static str, &'static [u8])> {
    INDEXED.into_iter().find(|(known, _)| *known == text)
}

#[cfg(test)]
mod tests {
    use super::{CPS_KEYS, CPS3, CPS4, VITALE_KEYS, VITALE1, VITALE2, indexed};

    #[test]
    fn texts_that_are_built_in_have_an_index_and_others_none() {
        for text in [VITALE1, VITALE2, VITALE_KEYS, CPS3, CPS4, CPS_KEYS] {
            assert!(indexed(text).is_some_and(|(same, index)| same == text && index.starts_with(b"E")));
            assert_eq!(indexed(&text[1..]), None);
        }
    }
}
