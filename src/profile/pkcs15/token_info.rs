//! EF.TokenInfo: what the card is and which algorithms it has. OpenSC takes its algorithm references from here.

use x509_cert::der::asn1::{Null, ObjectIdentifier, Utf8StringRef};

use super::{Token, TokenError, der};

/// An algorithm of the card: its PKCS#11 mechanism, what it does, its object identifier and the card's reference.
struct Algorithm {
    mechanism: u32,
    operations: &'static [u8],
    identifier: ObjectIdentifier,
    reference: u8,
}

/// Operations [ISO-7816-15 Operations]: compute signature, decipher, hash.
const SIGNS: &[u8] = &[1];
const DECIPHERS: &[u8] = &[5];
const HASHES: &[u8] = &[6];

const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SHA1_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// The algorithms, in the order of their numbers [RUN-OPENSC TokenInfo].
const ALGORITHMS: [Algorithm; 6] = [
    Algorithm { mechanism: 0x0001, operations: SIGNS, identifier: RSA_ENCRYPTION, reference: 0x02 },
    Algorithm { mechanism: 0x0006, operations: SIGNS, identifier: SHA1_WITH_RSA, reference: 0x12 },
    Algorithm { mechanism: 0x0040, operations: SIGNS, identifier: SHA256_WITH_RSA, reference: 0x42 },
    Algorithm { mechanism: 0x0220, operations: HASHES, identifier: SHA1, reference: 0x10 },
    Algorithm { mechanism: 0x0250, operations: HASHES, identifier: SHA256, reference: 0x40 },
    Algorithm { mechanism: 0x0001, operations: DECIPHERS, identifier: RSA_ENCRYPTION, reference: 0x1A },
];

/// TokenFlags [ISO-7816-15 TokenFlags]: read-only, draws random numbers, compliant with the electronic identity's
/// profile.
const READ_ONLY: u8 = 0;
const RANDOM: u8 = 2;
const COMPLIANT: u8 = 3;

impl Token {
    /// EF.TokenInfo.
    ///
    /// # Errors
    ///
    /// As [`Token::odf`].
    pub fn token_info(&self) -> Result<Vec<u8>, TokenError> {
        let mut info = Vec::new();
        der::sequence(&mut info, |info| {
            der::integer(0, info)?;
            der::octets(&self.serial, info)?;
            der::text(&self.manufacturer, info)?;
            der::implicit(Utf8StringRef::new(&self.label)?, info)?;
            let flags: &[u8] = if self.writable { &[RANDOM, COMPLIANT] } else { &[READ_ONLY, RANDOM, COMPLIANT] };
            der::named_bits(flags, info)?;
            der::tagged(2, info, |algorithms| {
                (1..).zip(&ALGORITHMS).try_for_each(|(number, algorithm)| algorithm.put(number, algorithms))
            })
        })
        .map_err(|_| TokenError)?;
        Ok(info)
    }
}

impl Algorithm {
    fn put(&self, number: u32, algorithms: &mut Vec<u8>) -> der::Result<()> {
        der::sequence(algorithms, |algorithm| {
            der::integer(number, algorithm)?;
            der::integer(self.mechanism, algorithm)?;
            der::value(&Null, algorithm)?;
            der::named_bits(self.operations, algorithm)?;
            der::value(&self.identifier, algorithm)?;
            der::integer(u32::from(self.reference), algorithm)
        })
    }
}
