//! Texts as the interface has them: of characters of 8 or 16 bits, with a zero behind, alone or several of them.

/// The characters of a text: bytes, or units of UTF-16 for the wide functions of Windows. Narrow texts are UTF-8.
pub trait Character: Copy + Eq {
    /// What ends a text.
    const END: Self;

    /// A text as such characters, without its end.
    fn encode(text: &str) -> Vec<Self>;

    /// Such characters as bytes of UTF-8. What is no text becomes the sign for that.
    fn decode(characters: &[Self]) -> Vec<u8>;
}

impl Character for u8 {
    const END: Self = 0;

    fn encode(text: &str) -> Vec<Self> {
        text.as_bytes().to_vec()
    }

    fn decode(characters: &[Self]) -> Vec<u8> {
        characters.to_vec()
    }
}

impl Character for u16 {
    const END: Self = 0;

    fn encode(text: &str) -> Vec<Self> {
        text.encode_utf16().collect()
    }

    fn decode(characters: &[Self]) -> Vec<u8> {
        String::from_utf16_lossy(characters).into_bytes()
    }
}

/// A name that came from a service, with so many ends. A narrow one has the bytes that came.
pub(crate) fn ended<C: Character>(name: &[u8], ends: usize) -> Vec<C> {
    let mut characters = C::encode(&String::from_utf8_lossy(name));
    characters.extend(std::iter::repeat_n(C::END, ends));
    characters
}

/// Several names, each with its end, and another end behind the last. No names at all have that one end.
pub(crate) fn multistring<'a, C: Character>(names: impl IntoIterator<Item = &'a [u8]>) -> Vec<C> {
    let mut list: Vec<C> = names.into_iter().flat_map(|name| ended(name, 1)).collect();
    list.push(C::END);
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Character, ended, multistring};

    #[test]
    fn names_have_an_end_each_and_one_together() {
        let names: [&[u8]; 2] = [b"A 00", "é".as_bytes()];
        assert_eq!(multistring::<u8>(names), b"A 00\0\xC3\xA9\0\0");
        assert_eq!(multistring::<u16>(names), [0x41, 0x20, 0x30, 0x30, 0, 0xE9, 0, 0]);
        assert_eq!(multistring::<u8>([]), [0]);
        assert_eq!(ended::<u16>(b"B", 2), [0x42, 0, 0]);
    }

    #[test]
    fn what_is_no_text_is_a_sign() {
        assert_eq!(<u16 as Character>::decode(&[0xD800, 0x41]), "\u{FFFD}A".as_bytes());
        assert_eq!(<u8 as Character>::decode(b"\xFF"), [0xFF]);
    }

    proptest! {
        #[test]
        fn texts_survive(text in "[^\0]*") {
            prop_assert_eq!(<u16 as Character>::decode(&<u16 as Character>::encode(&text)), text.as_bytes());
            prop_assert_eq!(<u8 as Character>::decode(&<u8 as Character>::encode(&text)), text.as_bytes());
        }
    }
}
