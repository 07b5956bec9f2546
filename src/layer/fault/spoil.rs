//! What faults make of answers.

use virtuale_engine::{Atr, Response, StatusWord};

use super::kind::Effect;

/// The instruction of GET RESPONSE [ISO-7816-4 11.7.1].
const GET_RESPONSE: u8 = 0xC0;

/// The rest of an answer, which waits for GET RESPONSE.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// What waits; `None` if nothing does.
    rest: Option<Vec<u8>>,
    /// The status word behind it.
    status: Option<StatusWord>,
    /// How many bytes are given at once.
    most: usize,
}

impl Held {
    pub(super) fn is_some(&self) -> bool {
        self.rest.is_some()
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Holds the data of an answer, and says so in their place.
    fn hold(&mut self, most: Option<u8>, response: &mut Response) {
        let status = response.status();
        *self = Self { rest: Some(response.data().to_vec()), status, most: most.map_or(256, usize::from) };
        response.clear();
        response.finish(self.announcement());
    }

    fn announcement(&self) -> StatusWord {
        let waiting = self.rest.as_ref().map_or(0, Vec::len).min(self.most);
        StatusWord::bytes_remaining(waiting)
    }

    /// Answers a GET RESPONSE for what waits; any other command ends that.
    pub(super) fn answers(&mut self, command: &[u8], response: &mut Response) -> bool {
        let Some(rest) = &mut self.rest else { return false };
        let &[_, GET_RESPONSE, 0, 0, le] = command else {
            self.forget();
            return false;
        };
        let wanted = if le == 0 { 256 } else { usize::from(le) };
        let part: Vec<u8> = rest.drain(..wanted.min(self.most).min(rest.len())).collect();
        response.clear();
        response.extend(&part);
        if rest.is_empty() {
            response.finish(self.status.unwrap_or(StatusWord::SUCCESS));
            self.forget();
        } else {
            response.finish(self.announcement());
        }
        true
    }
}

/// Makes of an answer what a fault makes of it; says what it did, `None` if there was nothing to do. An answer that is
/// empty is one that the card was not asked for.
pub(super) fn answer(effect: Effect, command: &[u8], response: &mut Response, held: &mut Held) -> Option<Effect> {
    let status = response.status();
    match effect {
        Effect::Status(word) => {
            let data = if word.is_processed() { response.data().to_vec() } else { Vec::new() };
            put(response, &data, word);
            return Some(effect);
        }
        Effect::WrongLength(Some(right)) => {
            put(response, &[], StatusWord(0x6C00 | u16::from(right)));
            return Some(effect);
        }
        _ => {}
    }
    // What follows changes data.
    let (status, length) = (status?, response.data().len());
    if length == 0 && !matches!(effect, Effect::Pad(_)) || !status.is_processed() {
        return None;
    }
    match effect {
        Effect::Cut(left) if usize::from(left) < length => {
            let data = response.data()[..usize::from(left)].to_vec();
            put(response, &data, status);
        }
        Effect::Pad(more) => {
            let mut data = response.data().to_vec();
            data.resize(length + usize::from(more), 0);
            // More than a response can have is no answer of a card.
            data.truncate(virtuale_engine::response::LONGEST - 2);
            put(response, &data, status);
        }
        Effect::Flip(Some(bit)) => {
            let mut data = response.data().to_vec();
            let bit = usize::try_from(bit).unwrap_or(0) % (8 * length);
            data[bit / 8] ^= 0x80 >> (bit % 8);
            put(response, &data, status);
        }
        Effect::Fetch(most) => held.hold(most, response),
        Effect::WrongLength(None) => {
            let right = u8::try_from(length % 256).unwrap_or(0);
            if length > 256 || command.get(4..) == Some(&[right]) {
                return None;
            }
            put(response, &[], StatusWord::wrong_le(length));
        }
        _ => return None,
    }
    Some(effect)
}

fn put(response: &mut Response, data: &[u8], status: StatusWord) {
    response.clear();
    response.extend(data);
    response.finish(status);
}

/// An answer to reset with another last historical byte, and a check byte that fits; `3B00` if it has none.
pub(super) fn atr(atr: &Atr, change: u8) -> Atr {
    let mut bytes = atr.as_bytes().to_vec();
    let historical = atr.historical_bytes();
    let end = bytes.len() - usize::from(has_check_byte(atr));
    if !historical.is_empty()
        && let Some(last) = bytes.get_mut(end - 1)
    {
        *last ^= change;
        if let Some(check) = bytes.get_mut(end) {
            *check ^= change;
        }
    } else {
        bytes = vec![0x3B, 0x00];
    }
    // What is changed alike in a byte and in the check byte is as well formed as before.
    Atr::parse(&bytes).unwrap_or(*atr)
}

/// Whether the last byte is the check byte: the historical bytes end before it.
fn has_check_byte(atr: &Atr) -> bool {
    let bytes = atr.as_bytes();
    !bytes.ends_with(atr.historical_bytes()) || bytes[1..].iter().fold(0, |check, byte| check ^ byte) == 0
}
