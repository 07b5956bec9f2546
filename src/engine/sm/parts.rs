//! What protects a message, part by part, for whoever puts messages together elsewhere: a card that keeps a session
//! for a terminal gives it the parts and not the keys.
//!
//! The counter goes up with each checksum, computed or checked. So for a command the data are enciphered and then the
//! checksum is computed, and for an answer the checksum is checked and then the data are deciphered.

use alloc::vec::Vec;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Session, SmError, pad};
use crate::crypto::Crypto;

impl Session {
    /// Enciphers the data of the command whose checksum is computed next; they are padded first.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`] if the provider cannot use the keys.
    pub fn encipher(&self, crypto: &dyn Crypto, data: &[u8]) -> Result<Vec<u8>, SmError> {
        let mut next = self.clone();
        next.count();
        next.cryptogram(crypto, data)
    }

    /// Deciphers the data of the answer whose checksum was checked last, and takes the padding away.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`] if they are no whole blocks, or not padded.
    pub fn decipher(&self, crypto: &dyn Crypto, cryptogram: &[u8]) -> Result<Zeroizing<Vec<u8>>, SmError> {
        self.plain(crypto, cryptogram)
    }

    /// Counts, and computes the checksum of what a command authenticates: its header, padded if objects follow, and
    /// these. The end is padded here.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`] if the provider cannot use the keys.
    pub fn checksum(&mut self, crypto: &dyn Crypto, authenticated: &[u8]) -> Result<[u8; 8], SmError> {
        self.count();
        let mut padded = authenticated.to_vec();
        pad(&mut padded, self.mac.block());
        Ok(crypto.mac(&self.mac, &[&self.counter_block(), &padded])?)
    }

    /// Counts, and checks the checksum of what an answer authenticates: its objects before the checksum.
    ///
    /// # Errors
    ///
    /// [`SmError::Wrong`]; the session must then be dropped.
    pub fn check(&mut self, crypto: &dyn Crypto, authenticated: &[u8], checksum: &[u8]) -> Result<(), SmError> {
        let right = self.checksum(crypto, authenticated)?;
        if bool::from(right.ct_eq(checksum)) { Ok(()) } else { Err(SmError::Wrong) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::super::{PlainCommand, Session, SmError, objects, pad};
    use crate::{
        StatusWord,
        crypto::{CipherKey, RustCrypto},
    };

    /// A session of each suite, at the same place for both sides.
    fn sessions() -> [Session; 3] {
        let keys = |make: fn(u8) -> CipherKey| Session::new(make(1), make(2), 7).expect("one cipher");
        [
            keys(|byte| CipherKey::TripleDes([byte; 16])),
            keys(|byte| CipherKey::Aes128([byte; 16])),
            keys(|byte| CipherKey::Aes256([byte; 32])),
        ]
    }

    /// A field as whoever asks for its parts puts it together.
    fn put_together(session: &mut Session, header: [u8; 4], data: &[u8], expected: Option<usize>) -> Vec<u8> {
        let mut field = Vec::new();
        if !data.is_empty() {
            let cryptogram = session.encipher(&RustCrypto, data).expect("keys");
            match header[1] & 1 {
                1 => objects::write(&mut field, objects::CRYPTOGRAM_BER, &cryptogram),
                _ => objects::write(&mut field, objects::CRYPTOGRAM, &[&[objects::PADDED], &cryptogram[..]].concat()),
            }
        }
        if let Some(expected) = expected {
            objects::write_expected(&mut field, expected).expect("a length");
        }
        let mut authenticated = header.to_vec();
        if !field.is_empty() {
            pad(&mut authenticated, session.mac.block());
            authenticated.extend_from_slice(&field);
        }
        let checksum = session.checksum(&RustCrypto, &authenticated).expect("keys");
        objects::write(&mut field, objects::MAC, &checksum);
        field
    }

    proptest! {
        #[test]
        fn parts_make_the_messages_that_a_session_makes(
            header: [u8; 4],
            data in proptest::collection::vec(any::<u8>(), 0..80),
            answer in proptest::collection::vec(any::<u8>(), 0..80),
            expected in proptest::option::of(1_usize..=256),
            damage: bool,
        ) {
            for session in sessions() {
                let (mut parts, mut card) = (session.clone(), session.clone());
                let field = put_together(&mut parts, header, &data, expected);
                let plain = PlainCommand { header, data: data.clone().into(), expected };
                prop_assert_eq!(&field, &session.clone().seal_command(&RustCrypto, &plain).expect("a length"));
                prop_assert_eq!(card.open_command(&RustCrypto, header, &field), Ok(plain));
                let sealed = card.seal_response(&RustCrypto, header[1], &answer, StatusWord::SUCCESS).expect("keys");
                let (authenticated, checksum) = sealed.split_at(sealed.len() - 10);
                let mut checksum = checksum[2..].to_vec();
                checksum[3] ^= u8::from(damage);
                let checked = parts.check(&RustCrypto, authenticated, &checksum);
                prop_assert_eq!(checked, if damage { Err(SmError::Wrong) } else { Ok(()) });
                if !damage && !answer.is_empty() {
                    let found = objects::Objects::parse(&sealed).expect("well formed");
                    let Some(objects::Confidential::Cryptogram(cryptogram)) = found.confidential else { panic!("data") };
                    prop_assert_eq!(&*parts.decipher(&RustCrypto, cryptogram).expect("padded"), &answer);
                }
            }
        }
    }
}
