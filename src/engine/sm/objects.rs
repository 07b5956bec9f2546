//! The objects of a protected data field [ISO-7816-4 10]: which there are, in which order, how they are coded.

use alloc::vec::Vec;

use super::SmError;
use crate::{
    StatusWord,
    tlv::{self, Forms, Tag},
};

/// A cryptogram after its padding indicator.
pub(super) const CRYPTOGRAM: u8 = 0x87;
/// A cryptogram of BER-TLV, with odd instructions; no padding indicator.
pub(super) const CRYPTOGRAM_BER: u8 = 0x85;
/// Plain data.
const PLAIN: u8 = 0x81;
/// Plain BER-TLV, with odd instructions.
const PLAIN_BER: u8 = 0xB3;
/// The expected length.
const EXPECTED: u8 = 0x97;
/// The status word.
pub(super) const STATUS: u8 = 0x99;
/// The MAC.
pub(super) const MAC: u8 = 0x8E;

/// The padding indicator: padded [ISO-9797-1 method 2].
pub(super) const PADDED: u8 = 0x01;

/// The data of a protected message.
pub(super) enum Confidential<'a> {
    /// Only authenticated.
    Plain(&'a [u8]),
    /// Encrypted.
    Cryptogram(&'a [u8]),
}

/// What was found in a protected data field.
pub(super) struct Objects<'a> {
    pub(super) confidential: Option<Confidential<'a>>,
    pub(super) expected: Option<&'a [u8]>,
    pub(super) status: Option<StatusWord>,
    pub(super) mac: &'a [u8],
    /// Everything before the MAC.
    pub(super) authenticated: &'a [u8],
}

impl<'a> Objects<'a> {
    /// Takes a field apart: at most one data object, then `97` or `99`, then `8E` and nothing else.
    pub(super) fn parse(field: &'a [u8]) -> Result<Self, SmError> {
        let mut rest = field;
        let mut next = || read(&mut rest);
        let mut object = next()?.ok_or(SmError::Missing)?;
        let mut confidential = None;
        if let Some(found) = data_object(object)? {
            confidential = Some(found);
            object = next()?.ok_or(SmError::Missing)?;
        }
        let (mut expected, mut status) = (None, None);
        match object {
            (EXPECTED, value) => expected = Some(value),
            (STATUS, value) => {
                let word = <[u8; 2]>::try_from(value).map_err(|_| SmError::Wrong)?;
                status = Some(StatusWord(u16::from_be_bytes(word)));
            }
            _ => {}
        }
        if expected.is_some() || status.is_some() {
            object = next()?.ok_or(SmError::Missing)?;
        }
        let (MAC, mac) = object else { return Err(SmError::Missing) };
        if next()?.is_some() {
            return Err(SmError::Missing);
        }
        let authenticated = &field[..field.len() - mac.len() - 2];
        Ok(Self { confidential, expected, status, mac, authenticated })
    }
}

/// The object's data if it is one that carries data.
fn data_object((tag, value): (u8, &[u8])) -> Result<Option<Confidential<'_>>, SmError> {
    Ok(match tag {
        PLAIN | PLAIN_BER => Some(Confidential::Plain(value)),
        CRYPTOGRAM_BER => Some(Confidential::Cryptogram(value)),
        CRYPTOGRAM => match value {
            [PADDED, cryptogram @ ..] => Some(Confidential::Cryptogram(cryptogram)),
            _ => return Err(SmError::Wrong),
        },
        _ => None,
    })
}

/// Reads one object with a one-byte tag and a length of at most four bytes; `None` at the end.
fn read<'a>(rest: &mut &'a [u8]) -> Result<Option<(u8, &'a [u8])>, SmError> {
    let Some((&tag, after)) = rest.split_first() else { return Ok(None) };
    let length = tlv::read_length(after, Forms::Any).map_err(|_| SmError::Wrong)?;
    // The MAC's own length has one byte, so that what it covers has a sure end.
    if tag == MAC && length.bytes != 1 {
        return Err(SmError::Wrong);
    }
    let (object, after) = after[length.bytes..].split_at_checked(length.value).ok_or(SmError::Wrong)?;
    *rest = after;
    Ok(Some((tag, object)))
}

/// Appends an object. That of a command fits its data field; that of a long answer may be longer than one, and what
/// does not fit waits for GET RESPONSE.
pub(super) fn write(field: &mut Vec<u8>, tag: u8, value: &[u8]) {
    tlv::put(Tag(tag.into()), value, field);
}

/// Appends `97`: one byte up to 256, two up to 65536.
pub(super) fn write_expected(field: &mut Vec<u8>, expected: usize) -> Result<(), SmError> {
    let [.., high, low] = expected.to_be_bytes();
    match expected {
        1..=256 => write(field, EXPECTED, &[low]),
        257..=65_536 => write(field, EXPECTED, &[high, low]),
        _ => return Err(SmError::Wrong),
    }
    Ok(())
}
