//! How messages are made as long as an RSA key: PKCS#1 version 1.5 [RFC-8017 8.2, 9.2] PSS
//! [RFC-8017 9.1] and ISO 9796-2.

use alloc::{vec, vec::Vec};

use crate::crypto::{Crypto, HashAlgorithm};

/// The fewest bytes around a message of PKCS#1: `00 01`, eight times `FF`, `00`.
const LEAST: usize = 11;

/// The first byte of a block with message recovery.
const HEADER: u8 = 0x6A;

/// The last byte of a block with message recovery, and of one by PSS.
const TRAILER: u8 = 0xBC;

/// A block with message recovery [ISO-9796-2 scheme 1]: what is recovered, and a hash.
pub(super) fn recovery_block(recovered: &[u8], digest: &[u8]) -> Vec<u8> {
    [&[HEADER], recovered, digest, &[TRAILER]].concat()
}

/// What is recovered from a block, and its hash of so many bytes; `None` if it is no such block.
pub(super) fn recovered(block: &[u8], digest: usize) -> Option<(&[u8], &[u8])> {
    let [HEADER, inside @ .., TRAILER] = block else { return None };
    inside.split_at_checked(inside.len().checked_sub(digest)?)
}

/// How many bytes a block of `length` recovers beside a hash; `None` if there is no room for any.
pub(super) fn recovery_room(length: usize, digest: usize) -> Option<usize> {
    length.checked_sub(digest + 2)
}

/// The DigestInfo of a hash.
pub(super) fn digest_info(algorithm: HashAlgorithm, digest: &[u8]) -> Vec<u8> {
    const SHA1: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14];
    const SHA256: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    match algorithm {
        HashAlgorithm::Sha1 => [&SHA1, digest].concat(),
        HashAlgorithm::Sha256 => [&SHA256, digest].concat(),
    }
}

/// A message to sign, padded to `length` bytes; `None` if it is too long.
pub(super) fn pad_to_sign(message: &[u8], length: usize) -> Option<Vec<u8>> {
    let filling = length.checked_sub(message.len() + 3).filter(|_| message.len() + LEAST <= length)?;
    let mut block = vec![0x00, 0x01];
    block.resize(2 + filling, 0xFF);
    block.push(0x00);
    block.extend_from_slice(message);
    Some(block)
}

/// A hash to sign, encoded by PSS for a modulus of `bits` bits: with a salt, MGF1, and the hash function of the hash
/// [RFC-8017 9.1]; `None` if it is too long.
pub(super) fn encode_pss(
    crypto: &dyn Crypto,
    algorithm: HashAlgorithm,
    digest: &[u8],
    salt: &[u8],
    bits: usize,
) -> Option<Vec<u8>> {
    let bits = bits.checked_sub(1)?;
    let length = bits.div_ceil(8);
    let hash = crypto.hash(algorithm, &[&[0; 8], digest, salt]);
    let filling = length.checked_sub(salt.len() + algorithm.length() + 2)?;
    let mut block = vec![0x00; filling];
    block.push(0x01);
    block.extend_from_slice(salt);
    let masks = (0_u32..).flat_map(|counter| {
        let mask = crypto.hash(algorithm, &[hash.as_bytes(), &counter.to_be_bytes()]);
        (0..algorithm.length()).map(move |at| mask.as_bytes()[at])
    });
    block.iter_mut().zip(masks).for_each(|(byte, mask)| *byte ^= mask);
    if let Some(first) = block.first_mut() {
        *first &= 0xFF >> (8 * length - bits);
    }
    block.extend_from_slice(hash.as_bytes());
    block.push(TRAILER);
    Some(block)
}

/// The message in a deciphered block; `None` if it is not padded as one.
pub(super) fn unpad_deciphered(block: &[u8]) -> Option<&[u8]> {
    let [0x00, 0x02, rest @ ..] = block else { return None };
    let filling = rest.iter().position(|&byte| byte == 0x00).filter(|&filling| filling >= LEAST - 3)?;
    rest.get(filling + 1..)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{digest_info, encode_pss, pad_to_sign, recovered, recovery_block, recovery_room, unpad_deciphered};
    use crate::crypto::{HashAlgorithm, RustCrypto};

    #[test]
    fn a_message_is_padded_up_to_eleven_bytes_less_than_the_key() {
        let block = pad_to_sign(&hex!("AABBCC"), 14);
        assert_eq!(block.as_deref(), Some(&hex!("0001FFFFFFFFFFFFFFFF00AABBCC")[..]));
        assert_eq!(pad_to_sign(&hex!("AABBCC"), 13), None);
        assert_eq!(pad_to_sign(&[], 0), None);
    }

    #[test]
    fn the_hash_is_named() {
        // [RFC-8017 9.2]
        let info = digest_info(HashAlgorithm::Sha1, &[0xAB; 20]);
        assert!(info.starts_with(&hex!("3021300906052B0E03021A05000414AB")) && info.len() == 35);
        let info = digest_info(HashAlgorithm::Sha256, &[0xAB; 32]);
        assert!(info.starts_with(&hex!("3031300D060960864801650304020105000420AB")) && info.len() == 51);
    }

    // Made with OpenSSL, by keys of 1024 and 1025 bits, and opened with Python's three-argument pow.
    #[test]
    fn pss_hides_hash_and_salt() {
        let digest = hex!("E10402F8021DEC7595AD1B4A492693A96086D8C5");
        let salt = hex!("170FCAE79842B62C812F7A093B571D45B2F14F64");
        let block = encode_pss(&RustCrypto, HashAlgorithm::Sha1, &digest, &salt, 1024);
        let right = hex!(
            "016D0B8774E1D0E277F772A7393E9E9744E2B5AE6FF3D05AD3FB7A94D64285C44D51D90DAEE4D242B024E76803011204D8E2"
            "15E82CF4EE7C7F5E6C0E5C32449FDB5B196F70D88FDA70F9803F47BEBADEBE64CDCCF87554E068085603EEDCAB2765A79E30"
            "FE7346922AB9667C5928B62F88088D571C96D0FB390E9A08C2C08ABC"
        );
        assert_eq!(block.as_deref(), Some(&right[..]));
        let digest = hex!("A26B059394B10714779208DE6515D15CC5C0F8256C3FC9D157198F611EED1157");
        let salt = hex!("DAD122F14BCE9F41CC44114BEBA567950AED1031830EFCCBFCB043F92852B160");
        let block = encode_pss(&RustCrypto, HashAlgorithm::Sha256, &digest, &salt, 1025);
        let right = hex!(
            "862800CCB42F0A4E88816EFC5068478B2991791E43E9E16A581C314A007D7539645F6AB8A3E31B86E038E7802F6BCD208FD9"
            "A3A5D91BE2AA3C8CB7D22A3E3BD2F96484CF4AC0F19989C6D1D69C9F189ED3A9D4317195024D3783D98E31F3BE7743402A78"
            "D636597FF35EBE694CFAFCBB9DC28C5A4498FD891F24C087D419BCBC"
        );
        assert_eq!(block.as_deref(), Some(&right[..]));
        // 66 bytes are the fewest for a hash and a salt of 32.
        assert_eq!(encode_pss(&RustCrypto, HashAlgorithm::Sha256, &digest, &salt, 521), None);
        assert!(
            encode_pss(&RustCrypto, HashAlgorithm::Sha256, &digest, &salt, 522).is_some_and(|block| block.len() == 66)
        );
        assert_eq!(encode_pss(&RustCrypto, HashAlgorithm::Sha1, &[], &[], 0), None);
    }

    #[test]
    fn what_is_not_padded_has_no_message() {
        let padded = hex!("0002 0102030405060708 00 AABB");
        assert_eq!(unpad_deciphered(&padded), Some(&hex!("AABB")[..]));
        assert_eq!(unpad_deciphered(&padded[..11]), Some(&[][..]));
        for wrong in [
            &padded[..10],
            &hex!("0102 0102030405060708 00 AABB"),
            &hex!("0001 0102030405060708 00 AABB"),
            &hex!("0002 01020304050607 00 AABBCC"),
        ] {
            assert_eq!(unpad_deciphered(wrong), None, "{wrong:02X?}");
        }
    }

    #[test]
    fn what_is_recovered_stands_before_its_hash() {
        let block = recovery_block(&hex!("AABB"), &[0x11; 20]);
        assert_eq!(block, hex!("6AAABB1111111111111111111111111111111111111111BC"));
        assert_eq!(recovery_room(block.len(), 20), Some(2));
        assert_eq!(recovered(&block, 20), Some((&hex!("AABB")[..], &[0x11; 20][..])));
        assert_eq!(recovered(&block, 22), Some((&[][..], &block[1..23])));
        assert_eq!(recovered(&block, 23), None);
        assert_eq!(recovered(&block[1..], 2), None);
        assert_eq!(recovered(&hex!("6A"), 0), None);
        assert_eq!(recovery_room(21, 20), None);
    }

    proptest! {
        #[test]
        fn no_block_makes_it_panic(block in proptest::collection::vec(0..3_u8, 0..40)) {
            let message: Option<Vec<u8>> = unpad_deciphered(&block).map(<[u8]>::to_vec);
            prop_assert!(message.is_none_or(|message| block.ends_with(&message) && block.len() >= message.len() + 11));
        }
    }
}
