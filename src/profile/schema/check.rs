//! Numbers whose last digit follows from those before it.

use super::scalar::Wrong;
use crate::profile::said::said;

/// How a last digit follows.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Check {
    /// As on payment cards [ISO-7812-1 check digit]. A letter counts as its place in the alphabet: A is 1, B is 2,
    /// which is how numbers of Corsica have theirs [FINESS-KEYS letters].
    Luhn,
}

impl Check {
    /// All of them, with their names in declarations.
    pub(super) const NAMED: [(&'static str, Self); 1] = [("luhn", Self::Luhn)];

    /// Checks a number that is not empty.
    ///
    /// # Errors
    ///
    /// What its last digit must be, at its place.
    pub(in crate::profile) fn verify(self, number: &str) -> Result<(), Wrong> {
        let Some((at, last)) = number.char_indices().next_back() else { return Ok(()) };
        let right = check_digit(&number[..at]);
        if last.to_digit(10) == Some(right) {
            return Ok(());
        }
        let wrong = Wrong::new(said!(
            en: "the last digit is the key of this number, and is not its own",
            fr: "le dernier chiffre est la clé de ce numéro, et ce n'est pas la sienne",
        ));
        let wrong =
            wrong.label(said!(en: "the right one is {right}", fr: "la bonne est {right}")).at_part(at..number.len());
        let body = &number[..at];
        Err(wrong.hint(said!(
            en: "write \"{body}{right}\", or look for a wrong digit before it",
            fr: "écrire \"{body}{right}\", ou chercher un chiffre faux avant lui",
        )))
    }
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

    #[test]
    fn numbers_of_the_field_have_their_keys() {
        // [FINESS-KEYS letters] [PSC-POC-LEAF certificate]
        for number in ["0B0307377", "0B0037750", "0B6077602", "99700075064", "99900012347"] {
            assert_eq!(Check::Luhn.verify(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn a_wrong_key_is_told_with_the_right_one() {
        let wrong = Check::Luhn.verify("99900012345").expect_err("a wrong key");
        assert!(format!("{wrong:?}").contains("write \\\"99900012347\\\""), "{wrong:?}");
    }

    proptest! {
        #[test]
        fn one_digit_of_ten_is_right(number in "[0-9AB]{1,20}") {
            let whole = |digit: u32| format!("{number}{digit}");
            let right: Vec<u32> = (0..10).filter(|&digit| Check::Luhn.verify(&whole(digit)).is_ok()).collect();
            prop_assert_eq!(right, vec![check_digit(&number)]);
        }

        #[test]
        fn one_wrong_digit_is_found(number in "[0-9]{2,20}", place: prop::sample::Index, step in 1..10_u32) {
            let whole = format!("{number}{}", check_digit(&number));
            let place = place.index(number.len());
            let digit = whole[place..=place].parse::<u32>().expect("a digit");
            let wrong = format!("{}{}{}", &whole[..place], (digit + step) % 10, &whole[place + 1..]);
            prop_assert!(Check::Luhn.verify(&wrong).is_err());
        }
    }
}
