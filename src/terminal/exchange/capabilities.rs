//! What a card says of the commands that it takes: its card capabilities [ISO-7816-4 12.1.1].

use virtuale_engine::{
    Atr,
    tlv::{self, Tag},
};

/// The categories of historical bytes whose objects are compact [ISO-7816-4 12.1.1]: with a status indicator of three
/// bytes behind them, or with one among them.
const WITH_STATUS: u8 = 0x00;
const COMPACT: u8 = 0x80;

/// How many bytes a status indicator has.
const STATUS: usize = 3;

/// The tag of card capabilities, as a compact object and as one of its own.
const COMPACT_CAPABILITIES: u8 = 0x7;
const CAPABILITIES: Tag = Tag(0x47);

/// Extended length information: how long commands and responses may be.
const LENGTHS: Tag = Tag(0x7F66);
const INTEGER: Tag = Tag(0x02);

/// Bits of the third software function table [ISO-7816-4 12.1.1].
const CHAINING: u8 = 0x80;
const EXTENDED: u8 = 0x40;

/// Which commands a card takes besides short ones. It takes none unless it says so.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Capabilities {
    /// Whether a command may come in several parts.
    pub chaining: bool,
    /// Whether lengths may be of two bytes.
    pub extended: bool,
    /// How many bytes a command of extended length may have at most, if the card says it.
    pub longest_command: Option<usize>,
}

impl Capabilities {
    /// What the historical bytes of an answer to reset say; nothing if it is not well formed.
    #[must_use]
    pub fn of_atr(atr: &[u8]) -> Self {
        Atr::parse(atr).map_or_else(|_| Self::default(), |atr| Self::of_historical(atr.historical_bytes()))
    }

    fn of_historical(bytes: &[u8]) -> Self {
        let mut rest = match bytes {
            [COMPACT, rest @ ..] => rest,
            [WITH_STATUS, rest @ ..] => rest.get(..rest.len().saturating_sub(STATUS)).unwrap_or_default(),
            _ => &[],
        };
        while let Some((&head, after)) = rest.split_first() {
            let Some((value, after)) = after.split_at_checked(usize::from(head & 0x0F)) else { break };
            if head >> 4 == COMPACT_CAPABILITIES {
                return Self::of_tables(value);
            }
            rest = after;
        }
        Self::default()
    }

    /// What EF.ATR/INFO says, together with what is known already. Its objects may stand behind a category indicator,
    /// as historical bytes do.
    #[must_use]
    pub fn and_file(self, content: &[u8]) -> Self {
        let behind = content.strip_prefix(&[COMPACT]).filter(|_| find(content, CAPABILITIES).is_none());
        let content = behind.filter(|behind| find(behind, CAPABILITIES).is_some()).unwrap_or(content);
        let said = find(content, CAPABILITIES).map(Self::of_tables).unwrap_or_default();
        let longest = find(content, LENGTHS).and_then(|lengths| find(lengths, INTEGER)).and_then(number);
        Self {
            chaining: self.chaining || said.chaining,
            extended: self.extended || said.extended,
            longest_command: longest.or(self.longest_command),
        }
    }

    /// The third of the software function tables says it.
    fn of_tables(tables: &[u8]) -> Self {
        let table = tables.get(2).copied().unwrap_or_default();
        Self { chaining: table & CHAINING != 0, extended: table & EXTENDED != 0, longest_command: None }
    }
}

/// The value of the first object of that tag, before anything that is broken.
fn find(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    tlv::objects(bytes).map_while(Result::ok).find(|object| object.tag == tag).map(|object| object.value)
}

/// A positive number in its bytes; `None` if it is none or too great for a length.
fn number(bytes: &[u8]) -> Option<usize> {
    let fits = (1..=4).contains(&bytes.len());
    fits.then(|| bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte))).filter(|&number| number > 0)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::Capabilities;

    const NONE: Capabilities = Capabilities { chaining: false, extended: false, longest_command: None };

    #[test]
    fn historical_bytes_say_what_a_card_takes() {
        let of = Capabilities::of_historical;
        let both = Capabilities { chaining: true, extended: true, ..NONE };
        assert_eq!(of(&hex!("80 31 C0 73 C0 01 C0 05 90 00")), both);
        assert_eq!(of(&hex!("00 73 00 00 C0 05 90 00")), both);
        assert_eq!(of(&hex!("80 73 00 00 80")), Capabilities { chaining: true, ..NONE });
        assert_eq!(of(&hex!("80 73 00 00 40")), Capabilities { extended: true, ..NONE });
        assert_eq!(of(&hex!("80 73 C0 C0 3F")), NONE, "other bits and tables say other things");
        assert_eq!(of(&hex!("80 72 C0 C0")), NONE, "there is no third table");
        assert_eq!(of(&hex!("00 73 00 00 C0")), NONE, "what stands where the status indicator does is none");
        assert_eq!(of(&hex!("80 75 00 00 C0")), NONE, "it breaks off");
        assert_eq!(of(&hex!("44 73 00 00 C0")), NONE, "bytes of a category of the maker's own");
    }

    #[test]
    fn an_answer_to_reset_is_looked_into() {
        assert!(Capabilities::of_atr(&hex!("3B 05 80 73 00 00 80")).chaining);
        assert_eq!(Capabilities::of_atr(&hex!("3B 75 13 00 00 44 09 EA 90 00")), NONE);
        assert_eq!(Capabilities::of_atr(&hex!("3B")), NONE);
    }

    #[test]
    fn ef_atr_adds_to_what_is_known() {
        let file = hex!("47 03 00 00 40 7F66 08 02 02 04 00 02 02 01 00");
        let known = Capabilities { chaining: true, ..NONE };
        let all = Capabilities { chaining: true, extended: true, longest_command: Some(0x400) };
        assert_eq!(known.and_file(&file), all);
        assert_eq!(all.and_file(&[]), all);
        assert_eq!(known.and_file(&[&[0x80][..], &file].concat()), all, "behind a category indicator");
        assert_eq!(NONE.and_file(&hex!("7F66 06 02 01 00 02 01 00")), NONE, "no command has no bytes");
        assert_eq!(NONE.and_file(&hex!("7F66 07 02 05 01 00 00 00 00")), NONE);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let capabilities = Capabilities::of_historical(&bytes).and_file(&bytes);
            prop_assert!(capabilities.longest_command != Some(0));
            let _ = Capabilities::of_atr(&bytes);
        }
    }
}
