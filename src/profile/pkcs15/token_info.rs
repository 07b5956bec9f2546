//! EF.TokenInfo: what the card is and which algorithms it has. OpenSC takes its algorithm references from here.

use virtuale_engine::tlv::{self, Tag};

use super::{Token, der};

/// An algorithm of the card: its PKCS#11 mechanism, what it does, its object identifier and the card's reference.
struct Algorithm {
    mechanism: u32,
    operations: &'static [u8],
    identifier: &'static [u8],
    reference: u8,
}

/// Operations [ISO-7816-15 Operations]: compute signature, decipher, hash.
const SIGNS: &[u8] = &[1];
const DECIPHERS: &[u8] = &[5];
const HASHES: &[u8] = &[6];

const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const SHA1_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05];
const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const SHA1: &[u8] = &[0x2B, 0x0E, 0x03, 0x02, 0x1A];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];

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
    #[must_use]
    pub fn token_info(&self) -> Vec<u8> {
        let mut info = Vec::new();
        der::sequence(&mut info, |info| {
            der::integer(0, info);
            der::octets(&self.serial, info);
            der::text(&self.manufacturer, info);
            tlv::put(Tag(0x80), self.label.as_bytes(), info);
            let flags: &[u8] = if self.writable { &[RANDOM, COMPLIANT] } else { &[READ_ONLY, RANDOM, COMPLIANT] };
            der::named_bits(flags, info);
            der::tagged(2, info, |algorithms| {
                for (number, algorithm) in (1..).zip(&ALGORITHMS) {
                    algorithm.put(number, algorithms);
                }
            });
        });
        info
    }
}

impl Algorithm {
    fn put(&self, number: u32, algorithms: &mut Vec<u8>) {
        der::sequence(algorithms, |algorithm| {
            der::integer(number, algorithm);
            der::integer(self.mechanism, algorithm);
            tlv::put(Tag(0x05), &[], algorithm);
            der::named_bits(self.operations, algorithm);
            tlv::put(Tag(0x06), self.identifier, algorithm);
            der::integer(u32::from(self.reference), algorithm);
        });
    }
}
