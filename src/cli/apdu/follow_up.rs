//! What a terminal sends by itself after an answer: GET RESPONSE for what waits, and the command again with the Le that
//! the card asks for [ISO-7816-4 5.6].

use virtuale_engine::{StatusWord, class::Class, image::Waiting, ins::Ins};

/// The next command, if the answer to the last one asks for one. `waiting` is how the card says that bytes wait.
pub(super) fn follow_up(command: &[u8], status: StatusWord, waiting: Waiting) -> Option<Vec<u8>> {
    let class = *command.first()?;
    if let Some(le) = waiting.announced(status) {
        return Some(vec![plain(class), Ins::GET_RESPONSE.0, 0, 0, le]);
    }
    with_le(command, status.right_le()?)
}

/// The class byte with its channel and nothing else: no chaining, no secure messaging [ISO-7816-4 5.4.1].
fn plain(class: u8) -> u8 {
    match (Class::interindustry(class), class) {
        (None, own) => own,
        (Some(_), 0x40..) => 0x40 | class & 0x0F,
        (Some(_), first) => first & 0x03,
    }
}

/// A short command with another Le; `None` if that is no other command, or if it is no short command.
fn with_le(command: &[u8], le: u8) -> Option<Vec<u8>> {
    let (header, body) = command.split_first_chunk::<4>()?;
    let before = match body {
        [] | [_] => body.get(..0)?,
        [lc, data @ ..] if data.len() == usize::from(*lc) || data.len() == usize::from(*lc) + 1 => {
            body.get(..1 + usize::from(*lc))?
        }
        _ => return None,
    };
    let right = [&header[..], before, &[le]].concat();
    (right != command).then_some(right)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{StatusWord, image::Waiting};

    use super::follow_up;

    fn after(command: &[u8], status: u16) -> Option<Vec<u8>> {
        follow_up(command, StatusWord(status), Waiting::INTERINDUSTRY)
    }

    #[test]
    fn what_waits_is_fetched_on_the_channel_of_the_command() {
        assert_eq!(after(&hex!("00 A4 04 00"), 0x611E), Some(hex!("00 C0 00 00 1E").to_vec()));
        assert_eq!(after(&hex!("1E A4 04 00"), 0x6100), Some(hex!("02 C0 00 00 00").to_vec()));
        assert_eq!(after(&hex!("6F A4 04 00"), 0x6108), Some(hex!("4F C0 00 00 08").to_vec()));
        assert_eq!(after(&hex!("21 A4 04 00"), 0x6108), Some(hex!("21 C0 00 00 08").to_vec()), "a reserved class");
        assert_eq!(after(&hex!("00 A4 04 00"), 0x9F1E), None);
        let gsm = follow_up(&hex!("A0 A4 00 00 02 3F 00"), StatusWord(0x9F16), Waiting::GSM);
        assert_eq!(gsm, Some(hex!("A0 C0 00 00 16").to_vec()));
    }

    #[test]
    fn a_wrong_le_is_put_right_once() {
        assert_eq!(after(&hex!("00 B0 00 00 00"), 0x6C14), Some(hex!("00 B0 00 00 14").to_vec()));
        assert_eq!(after(&hex!("00 B0 00 00"), 0x6C14), Some(hex!("00 B0 00 00 14").to_vec()));
        assert_eq!(after(&hex!("00 88 00 00 02 01 02 00"), 0x6C14), Some(hex!("00 88 00 00 02 01 02 14").to_vec()));
        assert_eq!(after(&hex!("00 88 00 00 02 01 02"), 0x6C14), Some(hex!("00 88 00 00 02 01 02 14").to_vec()));
        assert_eq!(after(&hex!("00 B0 00 00 14"), 0x6C14), None, "it would be the same command for ever");
        assert_eq!(after(&hex!("00 88 00 00 09 01"), 0x6C14), None, "no command");
        assert_eq!(after(&hex!("00 B0 00 00 14"), 0x9000), None);
        assert_eq!(after(&[], 0x6C14), None);
    }
}
