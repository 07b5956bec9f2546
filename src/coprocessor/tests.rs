//! What the library computes is, to the byte, what Rust computes, whatever both are given; and it is the library that
//! does it.

use hex_literal::hex;
use proptest::prelude::*;
use virtuale_engine::crypto::{Crypto, CryptoError, P256PrivateKey, RsaNumbers, RsaPrivateKey, RustCrypto};

use crate::{Coprocessor, elliptic, library::PrivateKey};

/// The primes of a test key of 1024 bits, made for the engine's tests.
const PRIMES: [[u8; 64]; 2] = [
    hex!(
        "D47AFA07E801CC95CB6F7ECCD7C6F3BCFE6BB444AC313AF67804750672B69526B011243A99ECF0A3
         CD16962777E8B4F9DAB987A1750E4C9AFCE5A5CFBC833473"
    ),
    hex!(
        "C5BFCD2D1BDC0EEB8DB9BD6B1387FEED705B2723BD0D4839A025DBBB87E2B83E731E469E51CB2A19
         3517E4F251DE4ECB612E93C74E692DD68069A135598E24D5"
    ),
];

/// The order of P-256 (SEC 2, 2.4.2).
const ORDER: [u8; 32] = hex!("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

fn numbers() -> RsaNumbers {
    RsaNumbers { primes: PRIMES.map(|prime| prime.to_vec()), e: hex!("010001").to_vec() }
}

fn keys(numbers: &RsaNumbers) -> [Box<dyn RsaPrivateKey>; 2] {
    [RustCrypto.rsa_key(numbers).expect("a key"), Coprocessor.rsa_key(numbers).expect("a key")]
}

/// The key as the library takes it.
fn native(numbers: &RsaNumbers) -> PrivateKey {
    let key = RustCrypto.rsa_key(numbers).expect("a key");
    let [d_p, d_q, q_inverse] = key.chinese_remainders();
    let [p, q] = &numbers.primes;
    PrivateKey::new([&key.public().n, &key.public().e, &key.exponent(), p, q, &d_p, &d_q, &q_inverse]).expect("a key")
}

/// The modulus plus or minus a little.
fn near_modulus(key: &dyn RsaPrivateKey, difference: i16) -> Vec<u8> {
    let mut carry = difference;
    let mut bytes = key.public().n.clone();
    for byte in bytes.iter_mut().rev() {
        let sum = i16::from(*byte) + carry;
        *byte = sum.rem_euclid(256).try_into().expect("a byte");
        carry = sum.div_euclid(256);
    }
    bytes
}

#[test]
fn the_library_takes_keys_of_primes_whichever_comes_first() {
    let block = [&[0x00, 0x01][..], &[0x5A; 126]].concat();
    let mut turned = numbers();
    turned.primes.reverse();
    for numbers in [numbers(), turned] {
        let power = native(&numbers).raw(&block);
        assert_eq!(power, RustCrypto.rsa_key(&numbers).expect("a key").raw(&block).ok());
        assert!(power.is_some());
    }
}

#[test]
fn numbers_that_do_not_belong_together_are_none_of_the_librarys() {
    let key = RustCrypto.rsa_key(&numbers()).expect("a key");
    let [d_p, d_q, q_inverse] = key.chinese_remainders();
    let [p, q] = &PRIMES;
    let d = key.exponent();
    let good: [&[u8]; 8] = [&key.public().n, &key.public().e, &d, p, q, &d_p, &d_q, &q_inverse];
    for at in 0..good.len() {
        for wrong in [&[][..], &[0x01], &[0x05], &[0xFF; 65]] {
            let mut numbers = good;
            numbers[at] = wrong;
            assert!(PrivateKey::new(numbers).is_none(), "{wrong:02X?} for number {at}");
        }
    }
}

#[test]
fn blocks_at_the_edges_of_the_modulus() {
    let [portable, fast] = keys(&numbers());
    let ends = [[&[0; 127][..], &[0]].concat(), [&[0; 127][..], &[1]].concat(), [&[0; 127][..], &[2]].concat()];
    let near = (-2..=1).map(|difference| near_modulus(&*portable, difference));
    let lengths = [0, 1, 127, 129].map(|length| vec![0x11; length]);
    for block in ends.into_iter().chain(near).chain(lengths).chain([vec![0xFF; 128]]) {
        assert_eq!(fast.raw(&block), portable.raw(&block), "{block:02X?}");
    }
    assert_eq!(fast.raw(&[0x11; 127]), Err(CryptoError::Input));
    assert_eq!(fast.raw(&near_modulus(&*portable, 0)), Err(CryptoError::Input));
}

#[test]
fn a_key_says_nothing_of_itself() {
    let [_, fast] = keys(&numbers());
    assert_eq!(format!("{fast:?}"), "Key { portable: RsaPrivateKey(1024 bits), native: PrivateKey(1024 bits) }");
}

#[test]
fn p256_signature_with_a_published_nonce() {
    // SHA-256 of "sample" [RFC-6979 A.2.5].
    let key = P256PrivateKey(hex!("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721"));
    let digest = hex!("AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF");
    let signature = hex!(
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    );
    assert_eq!(elliptic::sign(&key, &digest), Some(signature));
}

#[test]
fn scalars_at_the_edges_of_the_order() {
    let one = core::array::from_fn(|at| u8::from(at == 31));
    let below = core::array::from_fn(|at| if at == 31 { 0x50 } else { ORDER[at] });
    for scalar in [[0; 32], one, below, ORDER, [0xFF; 32]] {
        for digest in [&[0x00; 32][..], &[0xFF; 32], &ORDER, &[0x33; 15], &[0x33; 16], &[]] {
            let signed = Coprocessor.ecdsa_sign(&P256PrivateKey(scalar), digest);
            assert_eq!(signed, RustCrypto.ecdsa_sign(&P256PrivateKey(scalar), digest), "{scalar:02X?} {digest:02X?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_block_has_one_power(block in any::<[u8; 128]>()) {
        let [portable, fast] = keys(&numbers());
        prop_assert_eq!(fast.raw(&block), portable.raw(&block));
    }

    /// Commands may put any numbers into a key.
    #[test]
    fn any_numbers_make_one_key_or_none(
        primes in any::<[[u8; 40]; 2]>(),
        lengths in prop_oneof![(31..=40_usize).prop_map(|length| [length; 2]), [31..=40_usize, 31..=40_usize]],
        mut e in prop_oneof![Just(vec![0x03]), Just(vec![0x01, 0x00, 0x01]), proptest::collection::vec(any::<u8>(), 0..5)],
        odd in proptest::bool::weighted(0.9),
        mut block in any::<[u8; 80]>(),
    ) {
        let mut primes = [0, 1].map(|at| primes[at][..lengths[at]].to_vec());
        let [p, q] = &mut primes;
        [p, q, &mut e].into_iter().filter_map(|number| number.last_mut()).for_each(|last| *last |= u8::from(odd));
        block[0] = 0;
        let numbers = RsaNumbers { primes, e };
        match (RustCrypto.rsa_key(&numbers), Coprocessor.rsa_key(&numbers)) {
            (Ok(portable), Ok(fast)) => {
                prop_assert_eq!(fast.public(), portable.public());
                prop_assert_eq!(fast.exponent(), portable.exponent());
                prop_assert_eq!(fast.chinese_remainders(), portable.chinese_remainders());
                let block = &block[..portable.public().n.len()];
                prop_assert_eq!(fast.raw(block), portable.raw(block));
            }
            (Err(portable), Err(fast)) => prop_assert_eq!(fast, portable),
            (portable, fast) => prop_assert!(false, "{:?} and {:?}", portable, fast),
        }
    }

    #[test]
    fn any_hash_has_one_signature(scalar in any::<[u8; 32]>(), digest in proptest::collection::vec(any::<u8>(), 0..80)) {
        let key = P256PrivateKey(scalar);
        prop_assert_eq!(Coprocessor.ecdsa_sign(&key, &digest), RustCrypto.ecdsa_sign(&key, &digest));
        prop_assert_eq!(elliptic::sign(&key, &digest).is_some(), RustCrypto.ecdsa_sign(&key, &digest).is_ok());
    }

    #[test]
    fn any_scalar_has_one_point(scalar in any::<[u8; 32]>()) {
        let key = P256PrivateKey(scalar);
        let public = RustCrypto.p256_public(&key);
        prop_assert_eq!(Coprocessor.p256_public(&key), public);
        prop_assert_eq!(elliptic::public(&key), public.ok());
    }

    #[test]
    fn any_two_agree_on_one_secret(scalars in any::<[[u8; 32]; 2]>(), wrong in any::<[u8; 65]>(), broken in 0..66_usize) {
        let [one, other] = scalars.map(P256PrivateKey);
        let mut public = RustCrypto.p256_public(&other).unwrap_or(wrong);
        let agreed = RustCrypto.p256_agree(&one, &public);
        prop_assert_eq!(&Coprocessor.p256_agree(&one, &public), &agreed);
        prop_assert_eq!(elliptic::agree(&one, &public), agreed.ok());
        if let Some(byte) = public.get_mut(broken) {
            *byte ^= 0x01;
        }
        for public in [&public[..], &public[..broken.min(64)], &wrong[..], &[]] {
            prop_assert_eq!(Coprocessor.p256_agree(&one, public), RustCrypto.p256_agree(&one, public));
        }
    }
}

#[test]
fn keys_at_the_edges_of_the_order() {
    let near = |last: u8| {
        let mut scalar = ORDER;
        scalar[31] = last;
        P256PrivateKey(scalar)
    };
    let one = P256PrivateKey(std::array::from_fn(|at| u8::from(at == 31)));
    let generator = RustCrypto.p256_public(&one).expect("the generator");
    for (key, is_key) in [
        (near(0x50), true),
        (near(0x51), false),
        (near(0x52), false),
        (P256PrivateKey([0; 32]), false),
        (P256PrivateKey([0xFF; 32]), false),
        (one, true),
    ] {
        assert_eq!((elliptic::public(&key).is_some(), elliptic::agree(&key, &generator).is_some()), (is_key, is_key));
        assert_eq!(Coprocessor.p256_public(&key), RustCrypto.p256_public(&key));
        assert_eq!(Coprocessor.p256_agree(&key, &generator), RustCrypto.p256_agree(&key, &generator));
    }
}
