//! What a reader with an antenna answers itself, of the card in its field: commands of class `FF` never reach the card.
//!
//! PC/SC has them for cards without commands of their own. Of a card with such, the reader tells the name that it found
//! it by, and what the card answered when it was activated [PCSC-PART-3 GET DATA].

use virtuale_engine::{Atr, Response, StatusWord, Uid};

/// What an answer to select says between its length and its historical bytes [ISO-14443 ATS]: T0, three interface bytes
/// and frames of 256 bytes; TA(1), 106 kbit/s in both directions; TB(1), 77 ms for an answer and no guard time; TC(1),
/// neither NAD nor CID. Invented: no answer to reset has them.
const INTERFACE_BYTES: [u8; 4] = [0x78, 0x80, 0x80, 0x00];

/// A card in the field of an antenna, as its reader knows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) uid: Option<Uid>,
    pub(super) atr: Atr,
}

impl Field {
    /// Answers a command if it is for the reader, and says whether it is.
    ///
    /// What the reader does not do, and what the card does not have, gets `6A81`; a command with data or without Le
    /// gets `6700`.
    pub(super) fn answers(&self, command: &[u8], response: &mut Response) -> bool {
        let Some((0xFF, rest)) = command.split_first() else { return false };
        let status = match *rest {
            [0xCA, 0x00, 0x00, le] => self.uid.map(|uid| give(uid.as_bytes(), le, response)),
            [0xCA, 0x01, 0x00, le] => Some(give(&self.answer_to_select(), le, response)),
            [0xCA, ..] if rest.len() != 4 => Some(StatusWord::WRONG_LENGTH),
            _ => None,
        };
        response.finish(status.unwrap_or(StatusWord::FUNCTION_NOT_SUPPORTED));
        true
    }

    /// What the card answered when it was activated: its historical bytes are those of its answer to reset, since this
    /// reader made that one of it [PCSC-PART-3 ATR].
    fn answer_to_select(&self) -> Vec<u8> {
        let historical = self.atr.historical_bytes();
        let length = 1 + INTERFACE_BYTES.len() + historical.len();
        [&[u8::try_from(length).unwrap_or(u8::MAX)], &INTERFACE_BYTES[..], historical].concat()
    }
}

/// Gives as much of data as Le asks for: `00` for all there is, more than there is with `6282`, less not at all.
fn give(data: &[u8], le: u8, response: &mut Response) -> StatusWord {
    let wanted = usize::from(le);
    if (1..data.len()).contains(&wanted) {
        return StatusWord::wrong_le(data.len());
    }
    response.extend(data);
    if wanted > data.len() { StatusWord::END_OF_FILE } else { StatusWord::SUCCESS }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use virtuale_engine::{Atr, Response, Uid};

    use super::Field;

    fn field(uid: Option<Uid>) -> Field {
        Field { uid, atr: Atr::parse(&hex!("3B 82 80 01 AB CD 65")).expect("an ATR") }
    }

    /// The reader's answer to a command that is for it.
    fn answer(field: &Field, command: &[u8]) -> Vec<u8> {
        let mut response = Response::new();
        assert!(field.answers(command, &mut response), "{command:02X?} is for the reader");
        response.as_bytes().to_vec()
    }

    #[test]
    fn a_reader_tells_the_name_and_the_answer_to_select_of_its_card() {
        let field = field(Some(Uid::random([1, 2, 3])));
        for (command, right) in [
            (&hex!("FF CA 00 00 00")[..], &hex!("08 01 02 03 9000")[..]),
            (&hex!("FF CA 00 00 04"), &hex!("08 01 02 03 9000")),
            (&hex!("FF CA 00 00 07"), &hex!("08 01 02 03 6282")),
            (&hex!("FF CA 00 00 03"), &hex!("6C04")),
            (&hex!("FF CA 01 00 00"), &hex!("07 78 80 80 00 AB CD 9000")),
            (&hex!("FF CA 01 00 01"), &hex!("6C07")),
            (&hex!("FF CA 02 00 00"), &hex!("6A81")),
            (&hex!("FF CA 00 01 00"), &hex!("6A81")),
            (&hex!("FF CA 00 00"), &hex!("6700")),
            (&hex!("FF CA 00 00 01 00"), &hex!("6700")),
            (&hex!("FF B0 00 00 10"), &hex!("6A81")),
            (&hex!("FF"), &hex!("6A81")),
        ] {
            assert_eq!(answer(&field, command), right, "{command:02X?}");
        }
    }

    #[test]
    fn a_card_without_a_name_has_an_answer_to_select_all_the_same() {
        let field = field(None);
        assert_eq!(answer(&field, &hex!("FF CA 00 00 00")), hex!("6A81"));
        assert_eq!(answer(&field, &hex!("FF CA 01 00 00"))[..1], hex!("07"));
    }

    proptest! {
        #[test]
        fn what_is_of_class_ff_is_answered_and_nothing_else(command in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut response = Response::new();
            let answered = field(Uid::new(&[4; 7])).answers(&command, &mut response);
            prop_assert_eq!(answered, command.first() == Some(&0xFF));
            prop_assert_eq!(response.len() >= 2, answered);
        }
    }
}
