//! The other side of the wire, for tests: proves key sets and speaks secure messaging.

use alloc::{format, string::String, vec, vec::Vec};

use super::{
    Tester, bytes,
    keys::{AES_128, AES_256, SERIAL_NUMBER, TRIPLE_DES},
    text,
};
use crate::{
    StatusWord,
    crypto::{CipherKey, Crypto, HashAlgorithm, RustCrypto},
    sm::{PlainCommand, Session, Suite},
};

/// The terminal's challenge and serial number.
pub(crate) const OWN: [u8; 16] = [0x11; 16];

/// The terminal's half of a secret.
const SECRET: [u8; 32] = [0x77; 32];

/// A key set as both sides have it: authentication, encryption.
pub(crate) type Keys = [CipherKey; 2];

pub(crate) fn triple_des() -> Keys {
    TRIPLE_DES.map(CipherKey::TripleDes)
}

pub(crate) fn aes_128() -> Keys {
    AES_128.map(CipherKey::Aes128)
}

pub(crate) fn aes_256() -> Keys {
    AES_256.map(CipherKey::Aes256)
}

/// Enciphers and appends the MAC, as OpenSC does [OPENSC-IASECC sm].
pub(crate) fn seal([mac, encryption]: &Keys, plain: &[u8]) -> Vec<u8> {
    let mut sealed = plain.to_vec();
    RustCrypto.encrypt_cbc(encryption, &vec![0; encryption.block()], &mut sealed).expect("whole blocks");
    let mut padding = vec![0x80];
    padding.resize(mac.block(), 0);
    let mac = RustCrypto.mac(mac, &[&sealed, &padding]).expect("whole blocks");
    sealed.extend_from_slice(&mac);
    sealed
}

/// The data of EXTERNAL AUTHENTICATE of a role, after a challenge.
pub(crate) fn prove(keys: &Keys, challenge: &[u8]) -> Vec<u8> {
    seal(keys, &[challenge, &SERIAL_NUMBER].concat())
}

/// The whole answer to a command: what waits is fetched, in clear.
pub(crate) fn fetch(card: &mut Tester, command: &[u8]) -> String {
    let mut whole = card.send(&text(command));
    while let Some((data, status)) =
        whole.split_at_checked(whole.len() - 4).filter(|(_, status)| status.starts_with("61"))
    {
        whole = String::from(data) + &card.send(&format!("00 C0 00 00 {}", &status[2..]));
    }
    whole
}

/// A challenge of the card.
pub(crate) fn challenge(card: &mut Tester) -> Vec<u8> {
    let response = bytes(&card.send("00 84 00 00 08"));
    response[..8].to_vec()
}

/// The data of MUTUAL AUTHENTICATE, after a challenge.
pub(crate) fn request(keys: &Keys, challenge: &[u8]) -> Vec<u8> {
    seal(keys, &[&OWN[..], challenge, &SERIAL_NUMBER, &SECRET].concat())
}

/// A secure messaging session.
pub(crate) struct Terminal {
    pub(crate) session: Session,
}

impl Terminal {
    /// Proves a key set of the card to it and the other way round, and begins a session. `algorithm` is `0C` or `8C`.
    pub(crate) fn authenticate(card: &mut Tester, keys: &Keys, reference: u8, algorithm: u8) -> Self {
        Self::authenticate_on(0, card, keys, reference, algorithm)
    }

    /// The same on another logical channel.
    pub(crate) fn authenticate_on(channel: u8, card: &mut Tester, keys: &Keys, reference: u8, algorithm: u8) -> Self {
        let set = format!("{channel:02X} 22 C1 A4 06 80 01 {algorithm:02X} 83 01 {reference:02X}");
        card.plays(&[(&set, "9000")]);
        let challenge = bytes(&card.send(&format!("{channel:02X} 84 00 00 08")))[..8].to_vec();
        let command = [&[channel], &bytes("82 00 00 48")[..], &request(keys, &challenge), &[0]].concat();
        let response = bytes(&fetch(card, &command));
        Self::begin(keys, &challenge, &response, algorithm)
    }

    /// Begins a session with what the card answered to a request, which must be right.
    pub(crate) fn begin(keys: &Keys, challenge: &[u8], response: &[u8], algorithm: u8) -> Self {
        let [sealed @ .., 0x90, 0x00] = response else { panic!("refused: {}", text(response)) };
        let mut plain = sealed[..64].to_vec();
        RustCrypto.decrypt_cbc(&keys[1], &vec![0; keys[1].block()], &mut plain).expect("whole blocks");
        assert_eq!(sealed, seal(keys, &plain), "the card's MAC");
        assert_eq!(plain[..32], [challenge, &SERIAL_NUMBER, &OWN].concat());
        let secret: Vec<u8> = plain[32..].iter().zip(SECRET).map(|(card, own)| card ^ own).collect();
        let (suite, counter) = match keys[0] {
            CipherKey::TripleDes(_) => {
                let halves = [&challenge[4..], &OWN[4..8]].concat();
                (Suite::TripleDes, u64::from_be_bytes(halves.try_into().expect("eight bytes")).into())
            }
            CipherKey::Aes128(_) => (Suite::Aes128, 0),
            CipherKey::Aes256(_) => (Suite::Aes256, 0),
        };
        let hash = if algorithm == 0x8C { HashAlgorithm::Sha256 } else { HashAlgorithm::Sha1 };
        Self { session: Session::derive(&RustCrypto, suite, hash, &secret, counter).expect("a suite") }
    }

    /// A protected command as it is sent.
    pub(crate) fn seal(&mut self, header: &str, data: &str, expected: Option<usize>) -> Vec<u8> {
        let header: [u8; 4] = bytes(header).try_into().expect("four bytes");
        let plain = PlainCommand { header, data: bytes(data).into(), expected };
        let field = self.session.seal_command(&RustCrypto, &plain).expect("a length");
        let length = u16::try_from(field.len()).expect("short enough");
        match u8::try_from(length) {
            Ok(length) => [&header[..], &[length], &field, &[0]].concat(),
            Err(_) => [&header[..], &[0], &length.to_be_bytes(), &field, &[0, 0]].concat(),
        }
    }

    /// Opens an answer, whose status word must be the one inside.
    pub(crate) fn open(&mut self, response: &str) -> String {
        let response = bytes(response);
        let (field, outer) = response.split_last_chunk::<2>().expect("a status word");
        let (data, status) = self.session.open_response(&RustCrypto, field).unwrap_or_else(|error| {
            panic!("{error}: {}", text(&response));
        });
        assert_eq!(status, StatusWord(u16::from_be_bytes(*outer)));
        text(&data) + &text(outer)
    }

    /// Sends a command under secure messaging and gives the answer in clear.
    pub(crate) fn send(&mut self, card: &mut Tester, header: &str, data: &str, expected: Option<usize>) -> String {
        let command = self.seal(header, data, expected);
        let response = fetch(card, &command);
        self.open(&response)
    }
}
