//! Numbers whose last digit follows from those before it.

use super::scalar::Wrong;
use crate::profile::said::said;

/// How a last digit follows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Check {
    /// As on payment cards [ISO-7812-1 check digit]. A letter counts as its place in the alphabet: A is 1, B is 2,
    /// which is how numbers of Corsica have theirs [FINESS-KEYS letters].
    Luhn {
        /// How many digits of a rank come behind the number and its check digit.
        behind: usize,
    },
    /// The number of a legal body (SIREN) with its own key, four digits of a place, and a key of all: a SIRET.
    Siret,
}

/// How long the number of a legal body is, with its key.
const SIREN: usize = 9;

/// Where a number may have a letter: the second place, as departments `2A` and `2B`.
const LETTER: usize = 1;

impl Check {
    /// All of them, with their names in declarations.
    pub(super) const NAMED: [(&'static str, Self); 4] = [
        ("luhn", Self::Luhn { behind: 0 }),
        ("luhn-and-2", Self::Luhn { behind: 2 }),
        ("luhn-and-3", Self::Luhn { behind: 3 }),
        ("siret", Self::Siret),
    ];

    /// Whether a number has the digits that follow.
    #[must_use]
    pub fn holds(self, number: &str) -> bool {
        self.verify(number).is_ok()
    }

    /// Checks a number that is not empty.
    ///
    /// # Errors
    ///
    /// A letter where none can be, a number of zeros, or what the check digit must be, each at its place.
    pub(in crate::profile) fn verify(self, number: &str) -> Result<(), Wrong> {
        let behind = match self {
            Self::Luhn { behind } => behind,
            Self::Siret => {
                siren_of(number)?;
                0
            }
        };
        let (number, rank) = number.split_at_checked(number.len().saturating_sub(behind)).unwrap_or((number, ""));
        let Some((at, last)) = number.char_indices().next_back() else { return Ok(()) };
        let in_rank = rank.find(char::is_alphabetic).map(|place| number.len() + place);
        let letters = number.match_indices(char::is_alphabetic).map(|(place, _)| place);
        if let Some(place) = letters.chain(in_rank).find(|&place| place != LETTER) {
            let wrong = Wrong::new(said!(
                en: "a letter stands in the second place only, as in 2A and 2B",
                fr: "une lettre n'a sa place qu'en deuxième position, comme dans 2A et 2B",
            ));
            let hint = said!(en: "write a digit here", fr: "écrire un chiffre ici");
            return Err(wrong.at_part(place..place + 1).hint(hint));
        }
        if number.bytes().all(|digit| digit == b'0') {
            let wrong = Wrong::new(said!(
                en: "zeros alone are nobody's number",
                fr: "un numéro fait de zéros n'est celui de personne",
            ));
            let hint = said!(
                en: "write a number, or leave the key out where it may be missing",
                fr: "écrire un numéro, ou enlever la clé si elle est facultative",
            );
            return Err(wrong.at_part(0..number.len()).hint(hint));
        }
        let right = check_digit(&number[..at]);
        if last.to_digit(10) == Some(right) {
            return Ok(());
        }
        let wrong = match rank {
            "" => Wrong::new(said!(
                en: "the last digit is the key of this number, and is not its own",
                fr: "le dernier chiffre est la clé de ce numéro, et ce n'est pas la sienne",
            )),
            _ => Wrong::new(said!(
                en: "the digit before the last {behind} is the key of the number before them, and is not its own",
                fr: "le chiffre avant les {behind} derniers est la clé du numéro qui les précède, et ce n'est pas la sienne",
            )),
        };
        let wrong =
            wrong.label(said!(en: "the right one is {right}", fr: "la bonne est {right}")).at_part(at..number.len());
        let body = &number[..at];
        Err(wrong.hint(said!(
            en: "write \"{body}{right}{rank}\", or look for a wrong digit before it",
            fr: "écrire \"{body}{right}{rank}\", ou chercher un chiffre faux avant lui",
        )))
    }
}

/// Checks the number of the legal body in that of one of its places, which has a key of its own.
fn siren_of(siret: &str) -> Result<(), Wrong> {
    let Some((siren, place)) = siret.split_at_checked(SIREN) else { return Ok(()) };
    let (Some((at, last)), Some(number)) =
        (siren.char_indices().next_back(), place.get(..place.len().saturating_sub(1)))
    else {
        return Ok(());
    };
    let right = check_digit(&siren[..at]);
    if last.to_digit(10) == Some(right) {
        return Ok(());
    }
    let mended = format!("{}{right}{number}", &siren[..at]);
    let key = check_digit(&mended);
    let wrong = Wrong::new(said!(
        en: "the ninth digit is the key of the SIREN that a SIRET begins with, and is not its own",
        fr: "le neuvième chiffre est la clé du SIREN par lequel un SIRET commence, et ce n'est pas la sienne",
    ));
    let wrong = wrong.label(said!(en: "the right one is {right}", fr: "la bonne est {right}")).at_part(at..siren.len());
    Err(wrong.hint(said!(
        en: "write \"{mended}{key}\", or look for a wrong digit before it",
        fr: "écrire \"{mended}{key}\", ou chercher un chiffre faux avant lui",
    )))
}

/// The digit that makes a number whole: every second digit counts twice, from the last one on.
pub(in crate::profile) fn check_digit(number: &str) -> u32 {
    let values = number.chars().rev().map(|character| match character {
        'A'..='Z' => u32::from(character) - u32::from('A') + 1,
        digit => digit.to_digit(10).unwrap_or(0),
    });
    let weighted = values.zip([2, 1].into_iter().cycle()).map(|(value, weight)| value % 10 * weight);
    let sum: u32 = weighted.map(|value| value / 10 + value % 10).sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Check, check_digit};

    const LUHN: Check = Check::Luhn { behind: 0 };

    #[test]
    fn a_siret_has_the_key_of_its_siren_and_its_own() {
        assert_eq!(Check::Siret.verify("99900000300007"), Ok(()));
        for wrong in ["99900000400005", "99900000300008"] {
            assert!(Check::Siret.verify(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Check::Luhn { behind: 0 }.verify("99900000400005"), Ok(()), "as a whole it is right");
        let wrong = Check::Siret.verify("99900000400005").expect_err("its SIREN is wrong");
        assert!(wrong.message().to_string().contains("ninth digit"));
    }

    #[test]
    fn numbers_of_the_field_have_their_keys() {
        // [FINESS-KEYS letters] [PSC-POC-LEAF certificate]
        for number in ["0B0307377", "0B0037750", "0B6077602", "99700075064", "99900012347"] {
            assert_eq!(LUHN.verify(number), Ok(()), "{number}");
        }
        assert_eq!(Check::Luhn { behind: 3 }.verify("99900012347001"), Ok(()));
        assert_eq!(Check::Luhn { behind: 2 }.verify("0B607760201"), Ok(()));
    }

    #[test]
    fn a_number_of_nobody_is_refused_at_its_place() {
        for (check, number, part, message) in [
            (LUHN, "00000000000", "0..11", "zeros alone"),
            (LUHN, "0B03A7377", "4..5", "a letter stands"),
            (LUHN, "A30307377", "0..1", "a letter stands"),
            (LUHN, "0B030737B", "8..9", "a letter stands"),
            (Check::Luhn { behind: 2 }, "0B607760209", "", ""),
            (Check::Luhn { behind: 2 }, "0B60776020A", "10..11", "a letter stands"),
            (Check::Luhn { behind: 2 }, "0B607760301", "8..9", "write \\\"0B607760201\\\""),
            (Check::Luhn { behind: 3 }, "99900012345001", "10..11", "write \\\"99900012347001\\\""),
            (Check::Luhn { behind: 3 }, "00000000000001", "0..11", "zeros alone"),
        ] {
            let found = check.verify(number).map_err(|wrong| format!("{wrong:?}")).err().unwrap_or_default();
            assert!(found.contains(message) && found.contains(part), "{number}: {found}");
            assert_eq!(found.is_empty(), message.is_empty(), "{number}: {found}");
        }
    }

    #[test]
    fn a_wrong_key_is_told_with_the_right_one() {
        let wrong = LUHN.verify("99900012345").expect_err("a wrong key");
        assert!(format!("{wrong:?}").contains("write \\\"99900012347\\\""), "{wrong:?}");
    }

    proptest! {
        #[test]
        fn one_digit_of_ten_is_right(number in "[1-9][0-9AB][0-9]{0,18}") {
            let whole = |digit: u32| format!("{number}{digit}");
            let right: Vec<u32> = (0..10).filter(|&digit| LUHN.verify(&whole(digit)).is_ok()).collect();
            prop_assert_eq!(right, vec![check_digit(&number)]);
        }

        #[test]
        fn one_wrong_digit_is_found(number in "[1-9][0-9]{1,19}", place: prop::sample::Index, step in 1..10_u32) {
            let whole = format!("{number}{}", check_digit(&number));
            let place = place.index(number.len());
            let digit = whole[place..=place].parse::<u32>().expect("a digit");
            let wrong = format!("{}{}{}", &whole[..place], (digit + step) % 10, &whole[place + 1..]);
            prop_assert!(LUHN.verify(&wrong).is_err());
        }
    }
}
