//! Codings of few cards: digits behind a mark, addresses under flags, one of several byte sequences, digits with a
//! check digit.

use super::{
    super::{said::said, schema::check_digit, tree::Data},
    coding::{Undecodable, Unfit, digits, pack, unpack},
};

/// The bits of an address that are not flags.
const ADDRESS: u16 = 0x3FFF;

/// A text as one of several byte sequences, all of one length.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Choice(pub(super) Vec<(String, Vec<u8>)>);

impl Choice {
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u8>, Unfit> {
        let found = self.0.iter().find(|(known, _)| known == text);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| {
            let known = self.0.iter().map(|(known, _)| known.as_str()).collect::<Vec<_>>().join(", ");
            Unfit::new(
                said!(
                    en: "is {text:?}, for which this chip has no code",
                    fr: "vaut « {text} », pour quoi cette puce n'a pas de code",
                ),
                said!(en: "this chip knows {known}", fr: "cette puce connaît {known}"),
            )
        })
    }

    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Data, Undecodable> {
        let found = self.0.iter().find(|(_, known)| known == bytes);
        found.map(|(text, _)| Data::Text(text.clone())).ok_or(Undecodable)
    }

    /// How many bytes each of them has.
    pub(super) fn length(&self) -> usize {
        self.0.first().map_or(0, |(_, bytes)| bytes.len())
    }
}

/// Digits, two a byte, the first of them behind a mark of four bits; `F` where they end early.
pub(super) fn encode_marked(text: &str, mark: u8) -> Result<Vec<u8>, Unfit> {
    digits(text)?;
    let mut bytes = pack(&format!("0{text}"));
    if let Some(first) = bytes.first_mut() {
        *first |= mark << 4;
    }
    Ok(bytes)
}

/// The digits behind a mark.
pub(super) fn decode_marked(bytes: &[u8], mark: u8) -> Result<Data, Undecodable> {
    let (&first, rest) = bytes.split_first().ok_or(Undecodable)?;
    if first >> 4 != mark {
        return Err(Undecodable);
    }
    let plain = [&[first & 0x0F][..], rest].concat();
    let text = unpack(&plain).ok_or(Undecodable)?;
    text.strip_prefix('0').map(|digits| Data::Text(digits.to_owned())).ok_or(Undecodable)
}

/// An address of 14 bits under two flags.
pub(super) fn encode_address(address: &[u8], flags: u8) -> Result<Vec<u8>, Unfit> {
    let address = <[u8; 2]>::try_from(address).map(u16::from_be_bytes).ok().filter(|address| *address <= ADDRESS);
    let coded = address.map(|address| (u16::from(flags) << 14 | address).to_be_bytes().to_vec());
    coded.ok_or_else(|| {
        Unfit::new(
            said!(en: "is no address of 14 bits", fr: "n'est pas une adresse de 14 bits"),
            said!(en: "zones lie below 4000", fr: "les zones sont en dessous de 4000"),
        )
    })
}

/// The address under flags that must be these.
pub(super) fn decode_address(bytes: &[u8], flags: u8) -> Result<Data, Undecodable> {
    let coded = u16::from_be_bytes(bytes.try_into().map_err(|_| Undecodable)?);
    if coded >> 14 != u16::from(flags) {
        return Err(Undecodable);
    }
    Ok(Data::Bytes((coded & ADDRESS).to_be_bytes().to_vec()))
}

/// Digits and their check digit, two a byte; `F` where they end early.
pub(super) fn encode_luhn(text: &str, behind: &str) -> Result<Vec<u8>, Unfit> {
    digits(text)?;
    Ok(pack(&format!("{text}{}", check_digit(&format!("{behind}{text}")))))
}

/// The digits before a check digit that must be theirs.
pub(super) fn decode_luhn(bytes: &[u8], behind: &str) -> Result<Data, Undecodable> {
    let text = unpack(bytes).ok_or(Undecodable)?;
    let (digits, last) = text.split_at_checked(text.len().wrapping_sub(1)).ok_or(Undecodable)?;
    let is_theirs = last == check_digit(&format!("{behind}{digits}")).to_string();
    Some(Data::Text(digits.to_owned())).filter(|_| is_theirs).ok_or(Undecodable)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{
        Choice, Data, Undecodable, decode_address, decode_luhn, decode_marked, encode_address, encode_luhn,
        encode_marked,
    };

    #[test]
    fn a_serial_number_stands_behind_its_mark() {
        // [STACK-17608930 words]
        assert_eq!(encode_marked("50240843", 0xD).ok(), Some(hex!("D50240843F").to_vec()));
        assert_eq!(encode_marked("502408431", 0xD).ok(), Some(hex!("D502408431").to_vec()));
        assert_eq!(decode_marked(&hex!("D50240843F"), 0xD), Ok(Data::Text("50240843".into())));
        assert!(encode_marked("2A", 0xD).is_err());
        for wrong in [&hex!("E50240843F")[..], &hex!("D5F240"), &hex!("DF"), &[]] {
            assert_ne!(decode_marked(wrong, 0xD), Ok(Data::Text("50240843".into())), "{wrong:02X?}");
        }
    }

    #[test]
    fn pointers_are_addresses_under_flags() {
        // [STACK-17608930 words]
        assert_eq!(encode_address(&hex!("0388"), 3).ok(), Some(hex!("C388").to_vec()));
        assert_eq!(encode_address(&hex!("02F0"), 0).ok(), Some(hex!("02F0").to_vec()));
        assert!(encode_address(&hex!("4000"), 3).is_err());
        assert_eq!(decode_address(&hex!("C298"), 3), Ok(Data::Bytes(hex!("0298").to_vec())));
        assert_eq!(decode_address(&hex!("0298"), 3), Err(Undecodable));
        assert_eq!(decode_address(&hex!("C2"), 3), Err(Undecodable));
    }

    #[test]
    fn a_choice_says_what_there_is_to_choose() {
        let choice = Choice(vec![("v1".into(), vec![1]), ("v1bis".into(), vec![2])]);
        assert_eq!(choice.encode("v1bis").ok(), Some(vec![2]));
        assert_eq!(choice.decode(&[1]), Ok(Data::Text("v1".into())));
        assert_eq!(choice.decode(&[3]), Err(Undecodable));
        assert!(choice.encode("v2").is_err_and(|refusal| refusal.hint.contains("v1, v1bis")));
    }

    #[test]
    fn a_check_digit_counts_what_stands_before_it() {
        // [DOPS-CRYPTOLIB recognition]
        assert_eq!(encode_luhn("99991234", "8025000001").ok(), Some(hex!("999912345F").to_vec()));
        assert_eq!(decode_luhn(&hex!("999912345F"), "8025000001"), Ok(Data::Text("99991234".into())));
        for wrong in [&hex!("999912346F")[..], &hex!("9999F2345F"), &hex!("FF"), &[]] {
            assert_eq!(decode_luhn(wrong, "8025000001"), Err(Undecodable), "{wrong:02X?}");
        }
        assert!(encode_luhn("9A", "").is_err());
    }

    proptest! {
        #[test]
        fn digits_come_back_without_their_check_digit(text in "[0-9]{0,12}", behind in "[0-9]{0,12}") {
            let bytes = encode_luhn(&text, &behind).expect("digits");
            prop_assert_eq!(decode_luhn(&bytes, &behind), Ok(Data::Text(text)));
        }

        #[test]
        fn marked_digits_come_back(text in "[0-9]{0,12}", mark in 0_u8..16) {
            let bytes = encode_marked(&text, mark).expect("digits");
            prop_assert_eq!(decode_marked(&bytes, mark), Ok(Data::Text(text)));
        }
    }
}
