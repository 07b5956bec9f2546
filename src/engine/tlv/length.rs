//! The length of a data object [ISO-7816-4 6.3] [ISO-8825-1 8.1]: the one place where it is read and written.
//!
//! Definite lengths only. They are written in their shortest form; whoever reads says whether others are taken, since
//! some protocols ask for the shortest and some bytes are only looked at.

use super::TlvErrorKind;

/// Which forms of a length are taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Forms {
    /// The shortest, for lengths up to 65,535, as ISO 7816-4 has them in commands and DER everywhere.
    Shortest,
    /// Any of one to four bytes, for lengths up to 16,777,215, as BER allows them.
    Any,
}

/// A length that was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Length {
    /// Bytes of the value.
    pub value: usize,
    /// Bytes of the length itself, 1 to 4.
    pub bytes: usize,
}

/// A length as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LengthField {
    /// The last `count` are it.
    bytes: [u8; WIDEST],
    count: usize,
}

/// A byte that counts, and those of a number.
const WIDEST: usize = 1 + size_of::<usize>();

/// The bit of the first byte that says how many bytes of length follow.
const LONG: u8 = 0x80;

/// Reads the length at the start of `bytes`. Whether so many bytes of value follow is not asked.
///
/// # Errors
///
/// [`TlvErrorKind::Truncated`], [`TlvErrorKind::IndefiniteLength`], or [`TlvErrorKind::LongForm`] for a form that is
/// not taken.
pub fn read_length(bytes: &[u8], forms: Forms) -> Result<Length, TlvErrorKind> {
    let (&first, rest) = bytes.split_first().ok_or(TlvErrorKind::Truncated)?;
    let most = if forms == Forms::Shortest { 2 } else { 3 };
    let more = match usize::from(first) {
        value @ 0..=0x7F => return Ok(Length { value, bytes: 1 }),
        0x80 => return Err(TlvErrorKind::IndefiniteLength),
        first => first - 0x80,
    };
    if more > most {
        return Err(TlvErrorKind::LongForm);
    }
    let number = rest.get(..more).ok_or(TlvErrorKind::Truncated)?;
    let value = number.iter().fold(0, |value, &byte| value << 8 | usize::from(byte));
    let length = Length { value, bytes: 1 + more };
    let is_taken = forms == Forms::Any || LengthField::of(value).as_bytes().len() == length.bytes;
    is_taken.then_some(length).ok_or(TlvErrorKind::LongForm)
}

impl LengthField {
    /// A length in its shortest form.
    #[must_use]
    pub fn of(length: usize) -> Self {
        let mut bytes = [0; WIDEST];
        bytes[1..].copy_from_slice(&length.to_be_bytes());
        let significant = size_of::<usize>() - length.leading_zeros() as usize / 8;
        if length < usize::from(LONG) {
            return Self { bytes, count: 1 };
        }
        // A usize has at most eight bytes.
        bytes[WIDEST - 1 - significant] = LONG | u8::try_from(significant).unwrap_or(0);
        Self { bytes, count: 1 + significant }
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[WIDEST - self.count..]
    }
}

/// The most bytes of value that an object with a tag of one byte may have which has `whole` bytes in all; `None` if no
/// object is so short.
#[must_use]
pub fn value_room(whole: usize) -> Option<usize> {
    let fits = |value: &usize| 1 + LengthField::of(*value).as_bytes().len() + value <= whole;
    (2..=WIDEST + 1).filter_map(|header| whole.checked_sub(header)).find(fits)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Forms, Length, LengthField, read_length, value_room};
    use crate::tlv::TlvErrorKind;

    #[test]
    fn lengths_are_in_their_shortest_form() {
        for (length, bytes) in [
            (0, &hex!("00")[..]),
            (127, &hex!("7F")),
            (128, &hex!("81 80")),
            (255, &hex!("81 FF")),
            (256, &hex!("82 0100")),
            (65_535, &hex!("82 FFFF")),
            (65_536, &hex!("83 010000")),
        ] {
            assert_eq!(LengthField::of(length).as_bytes(), bytes, "{length}");
        }
    }

    #[test]
    fn what_is_no_length_says_why() {
        for forms in [Forms::Shortest, Forms::Any] {
            assert_eq!(read_length(&[], forms), Err(TlvErrorKind::Truncated));
            assert_eq!(read_length(&hex!("81"), forms), Err(TlvErrorKind::Truncated));
            assert_eq!(read_length(&hex!("82 01"), forms), Err(TlvErrorKind::Truncated));
            assert_eq!(read_length(&hex!("80 00 00"), forms), Err(TlvErrorKind::IndefiniteLength));
            assert_eq!(read_length(&hex!("84 00000001"), forms), Err(TlvErrorKind::LongForm));
            assert_eq!(read_length(&hex!("FF"), forms), Err(TlvErrorKind::LongForm));
        }
        assert_eq!(read_length(&hex!("83 010000"), Forms::Shortest), Err(TlvErrorKind::LongForm));
        assert_eq!(read_length(&hex!("83 010000"), Forms::Any), Ok(Length { value: 65_536, bytes: 4 }));
    }

    #[test]
    fn every_length_of_a_command_is_read_as_it_was_written() {
        for length in 0..=0xFFFF {
            let field = LengthField::of(length);
            let read = Ok(Length { value: length, bytes: field.as_bytes().len() });
            assert_eq!(read_length(field.as_bytes(), Forms::Shortest), read, "{length}");
            assert_eq!(read_length(field.as_bytes(), Forms::Any), read, "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_longer_form_is_taken_where_any_is(length in 0..0x10000_usize, zeros in 1..3_usize) {
            let number: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|&byte| byte == 0).collect();
            let count = number.len() + zeros;
            let bytes = [&[0x80 | u8::try_from(count).expect("few")][..], &[0; 2][..zeros], &number].concat();
            prop_assert_eq!(read_length(&bytes, Forms::Shortest), Err(TlvErrorKind::LongForm));
            let read = Length { value: length, bytes: 1 + count };
            let any = if count > 3 { Err(TlvErrorKind::LongForm) } else { Ok(read) };
            prop_assert_eq!(read_length(&bytes, Forms::Any), any);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..8)) {
            for forms in [Forms::Shortest, Forms::Any] {
                if let Ok(length) = read_length(&bytes, forms) {
                    prop_assert!((1..=4).contains(&length.bytes) && length.bytes <= bytes.len());
                }
            }
        }

        #[test]
        fn an_object_fills_its_room_as_far_as_it_can(whole in 0..0x20000_usize) {
            let object = |value: usize| 1 + LengthField::of(value).as_bytes().len() + value;
            match value_room(whole) {
                Some(value) => prop_assert!(object(value) <= whole && object(value + 1) > whole),
                None => prop_assert!(whole < object(0)),
            }
        }
    }
}
