//! How messages are made as long as an RSA key: PKCS#1 version 1.5 [RFC-8017 8.2, 9.2] and ISO 9796-2.

use alloc::{vec, vec::Vec};

use crate::crypto::HashAlgorithm;

/// The fewest bytes around a message of PKCS#1: `00 01`, eight times `FF`, `00`.
const LEAST: usize = 11;

/// The first byte of a block with message recovery.
const HEADER: u8 = 0x6A;

/// The last byte of a block with message recovery.
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

    use super::{digest_info, pad_to_sign, recovered, recovery_block, recovery_room, unpad_deciphered};
    use crate::crypto::HashAlgorithm;

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
