//! Known answers, published where there are any.

use alloc::{format, vec::Vec};

use hex_literal::hex;
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use proptest::prelude::*;

use super::{CipherKey, Crypto, CryptoError, HashAlgorithm, P256PrivateKey, RsaNumbers, RsaPublicKey, RustCrypto};

/// A test key of 1024 bits, made for this test.
const P: [u8; 64] = hex!(
    "D47AFA07E801CC95CB6F7ECCD7C6F3BCFE6BB444AC313AF67804750672B69526B011243A99ECF0A3
         CD16962777E8B4F9DAB987A1750E4C9AFCE5A5CFBC833473"
);
const Q: [u8; 64] = hex!(
    "C5BFCD2D1BDC0EEB8DB9BD6B1387FEED705B2723BD0D4839A025DBBB87E2B83E731E469E51CB2A19
         3517E4F251DE4ECB612E93C74E692DD68069A135598E24D5"
);

fn numbers() -> RsaNumbers {
    RsaNumbers { primes: [P.to_vec(), Q.to_vec()], e: hex!("010001").to_vec() }
}

#[test]
fn hashes() {
    // The example "abc" [FIPS-180-4 examples].
    let sha1 = RustCrypto.hash(HashAlgorithm::Sha1, &[b"a", b"bc"]);
    assert_eq!(sha1.as_bytes(), hex!("A9993E364706816ABA3E25717850C26C9CD0D89D"));
    let sha256 = RustCrypto.hash(HashAlgorithm::Sha256, &[b"abc"]);
    assert_eq!(sha256.as_bytes(), hex!("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
}

#[test]
fn rsa_private_power() {
    let key = RustCrypto.rsa_key(&numbers()).expect("a good key");
    let block: Vec<u8> = [0x00, 0x01].into_iter().chain([0x5A; 126]).collect();
    // Recomputed with Python's three-argument pow.
    let power = hex!(
        "91A06AE0BFCF05629F89E99B0833CF1240CCC721170CA9D7C993DA12F226693EF7F9BE95706EE964
         91022FB9034F5AB42FC4A0740FAE85C1B0B13E23028954FF6DF2D3EFD109672F12758119BF9FFE90
         6EFF45F42B131BAA78609BDA8FBC750E131C0607C9B34C462C78B68D564200F95AAACAA3279B7977
         F8C3CAAD3AF94C2C"
    );
    assert_eq!(key.raw(&block).as_deref(), Ok(&power[..]));
    assert_eq!(RustCrypto.rsa_public(key.public(), &power).as_deref(), Ok(&block[..]));
}

#[test]
fn rsa_public_power_opens_a_published_certificate() {
    // The root opens the signature of the authority's certificate [OPENSC-CWA vectors].
    let n = hex!(
        "EADEDA455332945039DAA404C8EBC4D3B7F5DC869283CDEA2F101E2AB54FB0D0B03D8F030DAF2458028288F54CE552F8FA57AB2FB103B112"
        "427E11131D1D27E10A5B500EAAE5D940301E30EB26C3E9066B257156ED639D70CCC090B863AFBB3BFED8C17BE7673034B9823E977ED65725"
        "2927F9575B9FFF6691DB64F80B5E92CD"
    );
    let signature = hex!(
        "3CBADC3684BEF32041AD155089258DFD20C69115D72F9C38AA99AD6C1AEDFAB2BFAC9092FC70CCC00CAF482A4BE31AFDBD3CBC8C8382CF06"
        "BC0719BAABB56B6EC80760A4A93FA2D7C347F34427F9FF5C8DE6D65DAC95F2F19DAC0053DF11A507FB625EEB8DA4C0299E4A2112AB704758"
        "8B8D6DA7592214F2DBA140C7D122579B"
    );
    let root = RsaPublicKey { n: n.to_vec(), e: hex!("010001").to_vec() };
    let block = RustCrypto.rsa_public(&root, &signature).expect("below the modulus");
    assert!(block.starts_with(&hex!("6A036573524449600006000000006573534449600006A00000016745222B240304020201")));
    assert!(block.ends_with(&hex!("51933C9FDE450FBC")));
}

#[test]
fn numbers_that_are_no_key_are_refused() {
    let small = RsaNumbers { primes: [hex!("0B").to_vec(), hex!("0D").to_vec()], e: hex!("03").to_vec() };
    let twice = RsaNumbers { primes: [P.to_vec(), P.to_vec()], e: hex!("010001").to_vec() };
    let even = RsaNumbers { primes: [P.to_vec(), Q.to_vec()], e: hex!("02").to_vec() };
    for numbers in [small, twice, even] {
        assert_eq!(RustCrypto.rsa_key(&numbers).err(), Some(CryptoError::Key));
    }
    let key = RustCrypto.rsa_key(&numbers()).expect("a good key");
    assert_eq!(key.raw(&[0; 127]), Err(CryptoError::Input));
    assert_eq!(key.raw(&[0xFF; 128]), Err(CryptoError::Input));
}

#[test]
fn ecdsa() {
    // SHA-256 of "sample" [RFC-6979 A.2.5].
    let key = P256PrivateKey(hex!("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
    let digest = RustCrypto.hash(HashAlgorithm::Sha256, &[b"sample"]);
    let signature = RustCrypto.ecdsa_sign(&key, digest.as_bytes()).expect("a good key");
    assert_eq!(
        signature,
        hex!(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
            "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        )
    );
    let public = RustCrypto.p256_public(&key).expect("a good key");
    assert!(RustCrypto.ecdsa_verify(&public, digest.as_bytes(), &signature));
    assert!(!RustCrypto.ecdsa_verify(&public, &[0; 32], &signature));
    assert_eq!(RustCrypto.ecdsa_sign(&key, &[0; 15]), Err(CryptoError::Input));
    assert_eq!(RustCrypto.ecdsa_sign(&P256PrivateKey([0; 32]), digest.as_bytes()), Err(CryptoError::Key));
}

/// What the library's own key of ECDSA signs.
fn signed_by_the_library(key: &[u8; 32], digest: &[u8]) -> Option<[u8; 64]> {
    let signature: Signature = SigningKey::from_slice(key).ok()?.sign_prehash(digest).ok()?;
    Some(signature.to_bytes().into())
}

#[test]
fn ecdsa_at_the_edges_is_the_librarys() {
    let order = hex!("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
    let (mut last, mut first) = (order, [0; 32]);
    last[31] -= 1;
    first[31] = 1;
    for key in [first, last] {
        for digest in [&[0; 16][..], &[0; 32], &order, &last, &[0xFF; 32], &[0xFF; 64]] {
            let signature = RustCrypto.ecdsa_sign(&P256PrivateKey(key), digest);
            assert_eq!(signature.ok(), signed_by_the_library(&key, digest));
        }
    }
    for key in [[0; 32], order, [0xFF; 32]] {
        assert_eq!(RustCrypto.ecdsa_sign(&P256PrivateKey(key), &[0; 32]), Err(CryptoError::Key));
        assert_eq!(RustCrypto.p256_public(&P256PrivateKey(key)), Err(CryptoError::Key));
    }
}

#[test]
fn macs() {
    // The MAC of EIFD [ICAO-9303-11 D.3], padded [ISO-9797-1 method 2].
    let key = CipherKey::TripleDes(hex!("7962D9ECE03D1ACD4C76089DCE131543"));
    let cryptogram = hex!("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2");
    let mac = RustCrypto.mac(&key, &[&cryptogram, &hex!("8000000000000000")]);
    assert_eq!(mac, Ok(hex!("5F1448EEA8AD90A7")));
    // Example 2, the first half [RFC-4493 4].
    let key = CipherKey::Aes128(hex!("2B7E151628AED2A6ABF7158809CF4F3C"));
    let mac = RustCrypto.mac(&key, &[&hex!("6BC1BEE22E409F96E93D7E117393172A")]);
    assert_eq!(mac, Ok(hex!("070A16B46B4D4144")));
    assert_eq!(RustCrypto.mac(&key, &[&[0; 15]]), Err(CryptoError::Input));
}

#[test]
fn cbc() {
    // The first block [NIST-800-38A F.2.1, F.2.5].
    let iv = hex!("000102030405060708090A0B0C0D0E0F");
    let plain = hex!("6BC1BEE22E409F96E93D7E117393172A");
    let cases = [
        (CipherKey::Aes128(hex!("2B7E151628AED2A6ABF7158809CF4F3C")), hex!("7649ABAC8119B246CEE98E9B12E9197D")),
        (
            CipherKey::Aes256(hex!("603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4")),
            hex!("F58C4C04D6E5F1BA779EABFB5F7BFBD6"),
        ),
    ];
    for (key, cipher) in cases {
        let mut data = plain;
        assert_eq!(RustCrypto.encrypt_cbc(&key, &iv, &mut data), Ok(()));
        assert_eq!(data, cipher);
        assert_eq!(RustCrypto.decrypt_cbc(&key, &iv, &mut data), Ok(()));
        assert_eq!(data, plain);
    }
}

#[test]
fn no_key_shows_in_debug_output() {
    let shown = [
        format!("{:?}", numbers()),
        format!("{:?}", RustCrypto.rsa_key(&numbers()).expect("a good key")),
        format!("{:?}", P256PrivateKey([0xAB; 32])),
        format!("{:?}", CipherKey::Aes128([0xAB; 16])),
    ];
    assert_eq!(shown, ["RsaNumbers(1024 bits)", "RsaPrivateKey(1024 bits)", "P256PrivateKey", "Aes128"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn ecdsa_is_the_librarys(key in any::<[u8; 32]>(), digest in proptest::collection::vec(any::<u8>(), 16..=64)) {
        let signature = RustCrypto.ecdsa_sign(&P256PrivateKey(key), &digest);
        prop_assert_eq!(signature.ok(), signed_by_the_library(&key, &digest));
    }
}

proptest! {
    #[test]
    fn cbc_takes_whole_blocks_only_and_comes_back(length in 0_usize..80, iv in any::<[u8; 16]>(), key in any::<[u8; 16]>()) {
        for key in [CipherKey::TripleDes(key), CipherKey::Aes128(key)] {
            let original: Vec<u8> = (0..length).map(|at| u8::try_from(at).unwrap()).collect();
            let mut data = original.clone();
            let iv = &iv[..key.block()];
            let done = RustCrypto.encrypt_cbc(&key, iv, &mut data);
            prop_assert_eq!(done.is_ok(), length % key.block() == 0);
            if done.is_ok() {
                RustCrypto.decrypt_cbc(&key, iv, &mut data).unwrap();
            }
            prop_assert_eq!(data, original);
        }
    }

    #[test]
    fn any_numbers_are_refused_or_computed_with(
        primes in any::<([u8; 32], [u8; 32])>(),
        few in prop::option::of((any::<prop::sample::Index>(), 0_u8..4)),
        e in proptest::collection::vec(0_u8..4, 0..5),
        block in any::<[u8; 32]>(),
    ) {
        let mut primes = [primes.0.to_vec(), primes.1.to_vec()];
        // One of them may be a very small number.
        if let Some((which, small)) = few {
            primes[which.index(2)] = [&[0; 31][..], &[small]].concat();
        }
        if let Ok(key) = RustCrypto.rsa_key(&RsaNumbers { primes, e }) {
            let length = key.public().n.len();
            let block = [&[0][..], &block, &block].concat()[..length].to_vec();
            prop_assert_eq!(key.raw(&block).expect("below the modulus").len(), length);
        }
    }
}
