//! Published chains and chains made from published keys [OPENSC-CWA vectors] [REG-2016-799 vectors]
//! [OPENPACE-EAC P-256 chain].

use alloc::vec::Vec;

use hex_literal::hex;
use proptest::prelude::*;

use super::{Certificate, CertificateError, PublicKey, descriptive, recovered};
use crate::crypto::{Crypto, HashAlgorithm, P256PrivateKey, RsaNumbers, RsaPrivateKey, RsaPublicKey, RustCrypto};

const EXPONENT: [u8; 4] = hex!("00010001");

/// The root, the authority's certificate and key, the terminal's certificate and key: DNIe, set 0.
const ROOT_N: [u8; 128] = hex!(
    "
        EADEDA455332945039DAA404C8EBC4D3B7F5DC869283CDEA2F101E2AB54FB0D0B03D8F030DAF2458028288F54CE552F8FA57AB2FB103B112
        427E11131D1D27E10A5B500EAAE5D940301E30EB26C3E9066B257156ED639D70CCC090B863AFBB3BFED8C17BE7673034B9823E977ED65725
        2927F9575B9FFF6691DB64F80B5E92CD
    "
);
pub(crate) const AUTHORITY: [u8; 210] = hex!(
    "
        7F2181CE5F3781803CBADC3684BEF32041AD155089258DFD20C69115D72F9C38AA99AD6C1AEDFAB2BFAC9092FC70CCC00CAF482A4BE31AFD
        BD3CBC8C8382CF06BC0719BAABB56B6EC80760A4A93FA2D7C347F34427F9FF5C8DE6D65DAC95F2F19DAC0053DF11A507FB625EEB8DA4C029
        9E4A2112AB7047588B8D6DA7592214F2DBA140C7D122579B5F383D2253C8B9CB5BC3543A55660BDA80946AFB0525E8E5586B4E63E8924149
        7836D8D3AB088CD44C214D6AC856E2A007F44F83743337371ADD8E030001000142086573524449600006
    "
);
const AUTHORITY_N: [u8; 128] = hex!(
    "
        847E40E3E821290C86857534C8498EE95F3125FE5D603DDCCA927C4C42A6E155BE09FB8990A7A57511CD169623BA5E64C38B362643AFACA1
        62C94A382EEC56FA31D22F3C14DA352253C8B9CB5BC3543A55660BDA80946AFB0525E8E5586B4E63E89241497836D8D3AB088CD44C214D6A
        C856E2A007F44F83743337371ADD8E03
    "
);
pub(crate) const TERMINAL: [u8; 209] = hex!(
    "
        7F2181CD5F378180825B69C6451E5F517074385F2F17D64DFE2E68567567094B57F3C578E830E425572DE828FAF4DE1B01C394E345C2FB06
        29A393492F94F570B00B1D677729F755D107022BB0A116E1D7D7659DB5C4AC0DDEAB07FF045F37B5DAF1732B54EAB238A2CE17C979418775
        9CEA9F92A17805A27C1015EC56CC7E471A488E6F1B91F7AA5F383CADFC12E856B202346AF8226B1A882137DC3C5A57F0D2815C1FCD4BB46F
        A9157FDFFD79EC3A10A824CCC1EB3CE0B6B4396AE236590016BA690001000142086573534449600006
    "
);
const TERMINAL_N: [u8; 128] = hex!(
    "
        DB2CB41E112BACFA2BD7C3D3D7967E84FB9434FC261F9D090A8983947DAF8488D3DF8FBDCC1F92493585E134A1B42DE519F463244D7ED384
        E26D516CC7A4FF7895B1992140043AACADFC12E856B202346AF8226B1A882137DC3C5A57F0D2815C1FCD4BB46FA9157FDFFD79EC3A10A824
        CCC1EB3CE0B6B4396AE236590016BA69
    "
);

/// The P-256 chain: the scalars of root and authority, and the two certificates below the root.
pub(crate) const ROOT_D: [u8; 32] = hex!("4813494D137E1631BBA301D5ACAB6E7BB7AA74CE1185D456565EF51D737677B2");
pub(crate) const AUTHORITY_D: [u8; 32] = hex!("53423CB9661C9419ADA22856C7053555A2CE4E11BE200125F7A8487E480F4AA5");
pub(crate) const AUTHORITY_P256: [u8; 228] = hex!(
    "
        7F2181E07F4E81995F290100420B5A5A524F4F5430303030317F494F060A04007F00070202020203864104611E409796D985C0B693839C7A
        99FDED7389B63C7AC2984BE8C93A5B117073581B72BA52470CB371BA00EF31E8EE7FD45737AE55ABA54EB7E720FFD9F9C78A355F200C5A5A
        535542434130303030317F4C12060904007F000703010202530580000000005F25060206000100015F24060306000100015F37406508E3F4
        BEB722CC1AC5301928588696078E1037A023F94B3B9D0CA95BB08AB41DC6AE4652FFE2ABFF6403276ACDFAF5AA04510D47FC890C4F5E64AF
        904577A3
    "
);
pub(crate) const TERMINAL_P256: [u8; 229] = hex!(
    "
        7F2181E17F4E819A5F290100420C5A5A535542434130303030317F494F060A04007F00070202020203864104A1DF5B260B8FDAB015C095C5
        FFF5FAF088A3FDFC3FDD31A298631318CF470659E8EAF235141A100D6261883AD984DC20C3FDF193FEF246985A6A1091ABD7E0DD5F200C5A
        5A5445524D3030303030317F4C12060904007F000703010202530500000000015F25060206000100015F24060209000100015F374075E996
        D3EE1C682710977A347FE12909326379B618C170714BB99294A2BA3D72EE3F9F427BF30EEBEEFAD17590D740709E771A9725361810E0FA48
        188E026DEC
    "
);
const ROOT_P256: [u8; 437] = hex!(
    "
        7F218201B07F4E8201685F290100420B5A5A524F4F5430303030317F4982011D060A04007F000702020202038120FFFFFFFF000000010000
        00000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF8220FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC
        83205AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B8441046B17D1F2E12C4247F8BCE6E563A440F277037D
        812DEB33A0F4A13945D898C2964FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F58520FFFFFFFF00000000FF
        FFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC63255186410472FE98DDB78F71493AF5D9917B78E5FB003317916B544DE1381DFA6D3FF5
        7A7CBB13473C14D683766264CF97593F08162C184E29FA5615513DE3550662E1543B8701015F200B5A5A524F4F5430303030317F4C120609
        04007F0007030102025305C0000000005F25060206000100015F24060306000100015F37407BD09FA089E912DC2A548777AF203E9AEE53E4
        286A3BB83FB7FE3088749C7BE7C8B8F6C58A9D1ABE357BFD752ECFF5161DC1F5F93457A4E80BBF54EAD5DD84C2
    "
);

fn rsa(n: &[u8]) -> RsaPublicKey {
    RsaPublicKey { n: n.to_vec(), e: EXPONENT.to_vec() }
}

fn open(authority: &[u8], certificate: &[u8]) -> Result<Certificate, CertificateError> {
    recovered::open(&RustCrypto, &rsa(authority), HashAlgorithm::Sha1, certificate)
}

#[test]
fn the_published_rsa_chain_opens() {
    let authority = open(&ROOT_N, &AUTHORITY).expect("signed by the root");
    assert_eq!(authority.authority, hex!("6573524449600006"));
    assert_eq!(authority.holder, hex!("000000006573534449600006"));
    assert_eq!(authority.authorisation, hex!("A0000001674522"));
    assert_eq!(authority.key, PublicKey::Rsa(rsa(&AUTHORITY_N)));
    let terminal = open(&AUTHORITY_N, &TERMINAL).expect("signed by the authority");
    assert_eq!(terminal.holder, hex!("000000002000000000000001"));
    assert_eq!(terminal.authorisation, hex!("A0000001674502"));
    assert_eq!(terminal.key, PublicKey::Rsa(rsa(&TERMINAL_N)));
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    assert_eq!(open(&ROOT_N, &TERMINAL), Err(CertificateError::Signature));
    assert_eq!(open(&AUTHORITY_N, &AUTHORITY), Err(CertificateError::Signature));
}

/// A test key of 2048 bits, made for this test.
const SIGNER_P: [u8; 128] = hex!(
    "
        F76AA4750373724CC65DB1DE870D2F5253CD266102A077AE3BF05BC59D5558365DD4D1FBFA0CEE08EDFD1EA2AD67385299A0CB6300D4B98D
        84E9ED76DD47E08203E42FBA4880956818D4F5BF42148963EDF586FFBB60C49E192E812D4065324E1F8DDA72F619305FAEA89B5509C9A3EB
        7B141BBB9A20D1C379A2DFE941E1987D
    "
);
const SIGNER_Q: [u8; 128] = hex!(
    "
        D1835BCBF2C6D1453C443129BB70720C1EF0159FDF1100F7BB5A218D0AFD79BD09B356EEF2DA9578141DD960D6E030065C40934C7B34DDFF
        3C78893191AD8AEBF96497B8B6143C2D6B7ABE10B0D94BA329D9BDD28275D3C2C176497DB5CA45C1D993002FCF6EE58CDB70373139A3F4C9
        73567D37C2589C14F201D03C35E3010D
    "
);

fn signer() -> alloc::boxed::Box<dyn RsaPrivateKey> {
    let numbers = RsaNumbers { primes: [SIGNER_P.to_vec(), SIGNER_Q.to_vec()], e: hex!("010001").to_vec() };
    RustCrypto.rsa_key(&numbers).expect("a good key")
}

#[test]
fn an_ias_ecc_certificate_has_the_published_lengths_and_opens() {
    let signer = signer();
    let certificate = Certificate {
        authority: hex!("1122334455667788").to_vec(),
        holder: hex!("000000002000000000000001").to_vec(),
        authorisation: hex!("A0000001674501").to_vec(),
        key: PublicKey::Rsa(RsaPublicKey { n: signer.public().n.clone(), e: EXPONENT.to_vec() }),
    };
    let profile = recovered::ContentProfile::IasEcc;
    let signed = recovered::sign(&RustCrypto, &*signer, HashAlgorithm::Sha256, profile, &certificate).expect("fits");
    // 354 bytes, the remainder 75 [CIE-MIDDLEWARE certificates].
    assert_eq!(signed.len(), 354);
    assert!(signed.starts_with(&hex!("7F2182015D5F37820100")));
    let opened = recovered::open(&RustCrypto, signer.public(), HashAlgorithm::Sha256, &signed);
    assert_eq!(opened.as_ref(), Ok(&certificate));
    let other_hash = recovered::open(&RustCrypto, signer.public(), HashAlgorithm::Sha1, &signed);
    assert_eq!(other_hash, Err(CertificateError::Signature));
    let mut unsigned = signed;
    unsigned[10..266].fill(0);
    let blank = recovered::unsigned(256, HashAlgorithm::Sha256, profile, &opened.expect("it was opened"));
    assert_eq!(blank, Ok(unsigned));
}

#[test]
fn the_p256_chain_opens_and_is_signed_again_byte_for_byte() {
    let root = RustCrypto.p256_public(&P256PrivateKey(ROOT_D)).expect("a scalar");
    let own = descriptive::open(&RustCrypto, &root, &ROOT_P256[5..]).expect("signed by itself");
    assert_eq!(own.certificate.key, PublicKey::P256(root));
    let authority = descriptive::open(&RustCrypto, &root, &AUTHORITY_P256[4..]).expect("signed by the root");
    assert_eq!(authority.certificate.authority, b"ZZROOT00001");
    assert_eq!(authority.certificate.holder, b"ZZSUBCA00001");
    assert_eq!(authority.certificate.authorisation, hex!("8000000000"));
    let PublicKey::P256(point) = &authority.certificate.key else { panic!("a point") };
    let terminal = descriptive::open(&RustCrypto, point, &TERMINAL_P256[4..]).expect("signed by the authority");
    assert_eq!(terminal.certificate.holder, b"ZZTERM000001");
    let again = |key, body| descriptive::sign(&RustCrypto, &P256PrivateKey(key), body);
    assert_eq!(again(ROOT_D, &authority).as_deref(), Ok(&AUTHORITY_P256[..]));
    assert_eq!(again(AUTHORITY_D, &terminal).as_deref(), Ok(&TERMINAL_P256[..]));
    let mut unsigned = TERMINAL_P256;
    let signature = unsigned.len() - 64;
    unsigned[signature..].fill(0);
    assert_eq!(descriptive::unsigned(&terminal).as_deref(), Ok(&unsigned[..]));
}

proptest! {
    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), change in 1_u8..) {
        let mut certificate = AUTHORITY;
        certificate[at.index(AUTHORITY.len())] ^= change;
        prop_assert!(open(&ROOT_N, &certificate).is_err());
        let root = RustCrypto.p256_public(&P256PrivateKey(ROOT_D)).unwrap();
        let mut inside: Vec<u8> = AUTHORITY_P256[4..].to_vec();
        let at = at.index(inside.len());
        inside[at] ^= change;
        prop_assert!(descriptive::open(&RustCrypto, &root, &inside).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(open(&ROOT_N, &bytes).is_err());
        prop_assert!(descriptive::open(&RustCrypto, &[4; 65], &bytes).is_err());
    }
}
