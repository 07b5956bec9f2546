//! A card with PINs and keys for the tests of this package: the card of [`image`](super::image), whose DFs have an
//! applet that knows the commands on keys, and these objects:
//!
//! ```text
//! 3F00 MF_VITALE   PIN 1 "0000"; key set 1 (AES-128); SE 7: key set 1
//!   0001 VITALE    PIN 1 "1234" (3 tries), PIN 2 "12345678" (its PUK), PIN 3 "5555" (5 tries, 2 uses)
//!                  key sets 1 (3DES, 3 tries), 2 (AES-128), 3 (AES-256)
//!                  private keys 1 (RSA 1024), 2 (P-256), 3 (RSA 2048, 2 uses), each for user 1; their halves
//!                  public keys 4 (root 6573524449600006), 5 (root ZZROOT00001), 6 (root TESTROOT, terminal_key)
//!                  SE 1: PIN 1; 2: PIN 2; 3: key set 1; 4: role A0000001674502; 5: right 01; 6: PIN 1 of the MF
//!                  0066 is read by user 1 and updated under secure messaging with SE 3, who may begin transactions
//!     0010         part of VITALE; 0011 is read by role 4 under secure messaging, 0012 by right 5
//!   0002 VITAMIN   shares the security of VITALE; 0021 is read by user 1
//! ```

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use hex_literal::hex;

use super::{Tester, VITALE, VITAMIN, file, image, name_applet, rule, transparent};
use crate::{
    ChipImage, Protocol, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::Class,
    commands,
    crypto::{CipherKey, Crypto, HashAlgorithm, P256PrivateKey, RsaNumbers, RsaPrivateKey, RsaPublicKey, RustCrypto},
    cvc,
    image::{
        Condition, ControlTemplate, Environment, FileIndex, FileKind, KeySet, ObjectKind, Pin, PrivateKey, PublicKey,
        Secret, SecurityDomain, SecurityObject, TemplateKind, Transactions, Tries, Uses,
    },
    ins::Ins,
    instruction::Instruction,
    platform::{Forgetful, Sink},
    security::SeNumber,
};

/// SELECT VITALE.
pub(crate) const SELECT: (&str, &str) = ("00 A4 04 0C 0B D250000002564954414C45", "9000");
/// VERIFY of PIN 1.
pub(crate) const VERIFY: (&str, &str) = ("00 20 00 81 04 31323334", "9000");

/// What the card calls itself.
pub(crate) const SERIAL_NUMBER: [u8; 8] = hex!("0006921234567890");
/// The scalar of [RFC-6979 A.2.5].
pub(crate) const SCALAR: [u8; 32] = hex!("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
/// Key set 1 of VITALE: authentication, encryption.
pub(crate) const TRIPLE_DES: [[u8; 16]; 2] =
    [hex!("00112233445566778899AABBCCDDEEFF"), hex!("0123456789ABCDEFFEDCBA9876543210")];
/// Key set 2 of VITALE, and 1 of the MF.
pub(crate) const AES_128: [[u8; 16]; 2] =
    [hex!("101112131415161718191A1B1C1D1E1F"), hex!("202122232425262728292A2B2C2D2E2F")];
/// Key set 3 of VITALE.
pub(crate) const AES_256: [[u8; 32]; 2] = [[0x33; 32], [0x44; 32]];

/// The reference of whoever a test certificate is for.
pub(crate) const HOLDER: [u8; 12] = hex!("00000000 0202020202020202");

/// The reference of the root of test certificates.
const ROOT_HOLDER: &[u8] = b"TESTROOT";

const EXPONENT: [u8; 3] = hex!("010001");

struct Keys;

impl Applet for Keys {
    fn read_class(&self, cla: u8) -> Option<Class> {
        commands::read_class_protected(cla)
    }

    fn takes_protected(&self) -> bool {
        true
    }

    fn instruction(&self, _: u8, ins: Ins) -> Option<&'static Instruction> {
        commands::instruction_with_keys(ins)
    }

    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        commands::check_chaining_with_keys(ins)
    }

    fn pass_over(&mut self, part: Option<Ins>, context: &mut Context<'_>) {
        commands::pass_over_protected(part, context);
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        commands::process_protected(command, context, response, commands::process_with_keys)
    }
}

/// The applet that the DFs of the card have.
pub(crate) fn applets(_: &str) -> Option<Box<dyn Applet>> {
    Some(Box::new(Keys))
}

/// The card, with VITALE selected.
pub(crate) fn card(protocol: Protocol) -> Tester {
    card_of(keyed_image(), protocol, Forgetful)
}

pub(crate) fn card_of(image: ChipImage, protocol: Protocol, sink: impl Sink + 'static) -> Tester {
    let mut card = Tester::of(image, protocol, &applets, sink);
    card.plays(&[SELECT]);
    card
}

/// The card that the module describes.
pub(crate) fn keyed_image() -> ChipImage {
    let mut image = image();
    name_applet(&mut image, FileIndex::MF, "keys");
    secure(&mut image, FileIndex::MF, global_domain());
    secure(&mut image, VITALE, domain());
    secure(&mut image, VITAMIN, SecurityDomain { shared_with: Some(VITALE), ..SecurityDomain::default() });
    image.files[8].contact = rule(&hex!("1B 00 00 43 11"));
    image.files[9].contact = rule(&hex!("01 E4"));
    image.files[10].contact = rule(&hex!("01 11"));
    let mut rights = file(0x0012, &[FileIndex(3)], transparent(4, 1));
    rights.contact = rule(&hex!("01 25"));
    image.files.push(rights);
    image
}

/// Gives a DF its security.
pub(crate) fn secure(image: &mut ChipImage, df: FileIndex, security: SecurityDomain) {
    let FileKind::Directory(directory) = &mut image.files[df.0].kind else { panic!("a DF") };
    directory.security = security;
}

fn global_domain() -> SecurityDomain {
    let keys = KeySet { mac: CipherKey::Aes128(AES_128[0]), encryption: CipherKey::Aes128(AES_128[1]) };
    SecurityDomain {
        objects: vec![
            object(1, &hex!("21 00 00"), Some(3), pin("0000", 4)),
            object(1, &hex!("29 00 00 00"), Some(3), ObjectKind::KeySet(keys)),
        ],
        environments: vec![environment(7, vec![template(0xC0, Some(0x01), None)])],
        serial_number: Some(SERIAL_NUMBER),
        ..SecurityDomain::default()
    }
}

/// The security of VITALE.
pub(crate) fn domain() -> SecurityDomain {
    let user = hex!("79 11 11 11 11 00");
    let mut counted = object(3, &hex!("21 00 00"), Some(5), pin("5555", 4));
    counted.uses = Some(Uses { most: 2, left: 2 });
    let mut long = object(3, &user, None, rsa(long_key(), vec![long_key()]));
    (long.uses, long.non_repudiation) = (Some(Uses { most: 2, left: 2 }), true);
    let public = |number, key| object(number, &hex!("61 00 00 00"), None, ObjectKind::PublicKey(key));
    SecurityDomain {
        objects: vec![
            object(1, &hex!("73 00 00 12 23 00"), Some(3), pin("1234", 4)),
            object(2, &hex!("21 00 00"), Some(10), pin("12345678", 8)),
            counted,
            object(1, &hex!("2B 00 00 23 00"), Some(3), key_set(CipherKey::TripleDes, TRIPLE_DES)),
            object(2, &hex!("29 00 00 00"), Some(3), key_set(CipherKey::Aes128, AES_128)),
            object(3, &hex!("29 00 00 00"), Some(3), key_set(CipherKey::Aes256, AES_256)),
            object(1, &user, None, rsa(rsa_1024(), Vec::new())),
            object(2, &user, None, ObjectKind::PrivateKey(PrivateKey::P256(P256PrivateKey(SCALAR)))),
            long,
            public(1, PublicKey::OfPair),
            public(2, PublicKey::OfPair),
            public(3, PublicKey::OfPair),
            public(4, root(cvc::PublicKey::Rsa(root_key()), &hex!("6573524449600006"), &[])),
            public(6, root(cvc::PublicKey::Rsa(ready(&terminal_key()).public().clone()), ROOT_HOLDER, &[])),
            public(5, root(cvc::PublicKey::P256(ROOT_POINT), b"ZZROOT00001", &hex!("C000000001"))),
        ],
        environments: vec![
            environment(1, vec![template(ControlTemplate::USER, Some(0x81), None)]),
            environment(2, vec![template(ControlTemplate::USER, Some(0x82), None)]),
            environment(3, vec![template(0xC0, Some(0x81), None)]),
            environment(4, vec![template(0xC0, None, Some(&hex!("A0000001674502")))]),
            environment(5, vec![template(0x80, None, Some(&hex!("0000000001")))]),
            environment(6, vec![template(ControlTemplate::USER, Some(0x01), None)]),
        ],
        // Who has key set 1, under secure messaging.
        transactions: Some(Transactions { begin: Condition(0xE3), room: 64 }),
        ..SecurityDomain::default()
    }
}

/// An object without a name.
pub(crate) fn object(number: u8, bytes: &[u8], tries: Option<u8>, kind: ObjectKind) -> SecurityObject {
    SecurityObject {
        number,
        name: String::new(),
        rule: rule(bytes),
        contactless: None,
        tries: tries.map(|most| Tries { most, left: most }),
        uses: None,
        non_repudiation: false,
        kind,
    }
}

/// A PIN of at least so many bytes and at most eight.
pub(crate) fn pin(value: &str, shortest: u8) -> ObjectKind {
    ObjectKind::Pin(Pin { value: Secret(value.as_bytes().to_vec()), shortest, longest: 8, digits: false })
}

fn key_set<const N: usize>(cipher: fn([u8; N]) -> CipherKey, [mac, encryption]: [[u8; N]; 2]) -> ObjectKind {
    ObjectKind::KeySet(KeySet { mac: cipher(mac), encryption: cipher(encryption) })
}

fn rsa(numbers: RsaNumbers, spare: Vec<RsaNumbers>) -> ObjectKind {
    ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, spare })
}

fn root(key: cvc::PublicKey, holder: &[u8], authorisation: &[u8]) -> PublicKey {
    PublicKey::Other { key, holder: holder.to_vec(), authorisation: authorisation.to_vec() }
}

pub(crate) fn environment(number: u8, templates: Vec<ControlTemplate>) -> Environment {
    Environment { number: SeNumber::new(number).expect("1 to 14"), templates }
}

pub(crate) fn template(usage: u8, reference: Option<u8>, role: Option<&[u8]>) -> ControlTemplate {
    let role = role.map(<[u8]>::to_vec);
    ControlTemplate { kind: TemplateKind::Authentication, usage, algorithm: None, reference, role }
}

fn numbers(p: &[u8], q: &[u8]) -> RsaNumbers {
    RsaNumbers { primes: [p.to_vec(), q.to_vec()], e: EXPONENT.to_vec() }
}

/// Private key 1, made for these tests.
pub(crate) fn rsa_1024() -> RsaNumbers {
    numbers(
        &hex!(
            "D47AFA07E801CC95CB6F7ECCD7C6F3BCFE6BB444AC313AF67804750672B69526B011243A99ECF0A3CD16962777E8B4F9DAB987A1750E4C9A"
            "FCE5A5CFBC833473"
        ),
        &hex!(
            "C5BFCD2D1BDC0EEB8DB9BD6B1387FEED705B2723BD0D4839A025DBBB87E2B83E731E469E51CB2A193517E4F251DE4ECB612E93C74E692DD6"
            "8069A135598E24D5"
        ),
    )
}

/// A certificate of the root TESTROOT: a holder's reference ends with `02` eight times, its role is that of SE 4.
pub(crate) fn certificate_of(key: &RsaNumbers) -> Vec<u8> {
    certificate_for(key, &HOLDER)
}

/// The same for another holder.
pub(crate) fn certificate_for(key: &RsaNumbers, holder: &[u8]) -> Vec<u8> {
    let certificate = cvc::Certificate {
        authority: ROOT_HOLDER.to_vec(),
        holder: holder.to_vec(),
        authorisation: hex!("A0000001674502").to_vec(),
        key: cvc::PublicKey::Rsa(RsaPublicKey { e: hex!("00010001").to_vec(), ..ready(key).public().clone() }),
    };
    let profile = cvc::recovered::ContentProfile::Terminal;
    let root = ready(&terminal_key());
    cvc::recovered::sign(&RustCrypto, &*root, HashAlgorithm::Sha1, profile, &certificate).expect("it fits")
}

/// A key made ready.
pub(crate) fn ready(numbers: &RsaNumbers) -> Box<dyn RsaPrivateKey> {
    RustCrypto.rsa_key(numbers).expect("a good key")
}

/// The key of the root TESTROOT and of a terminal, made for these tests.
pub(crate) fn terminal_key() -> RsaNumbers {
    numbers(
        &hex!(
            "E6F648006E6954DDD6EBE7E1D8E5D6A29CC9FAC217C08F8A683C14A7D4A98E25D0FC5929682D57A1BB3DCE2774E54A4FB95C866A303E9258"
            "A9F46961E414EC7F"
        ),
        &hex!(
            "C66BB2F6CADEE2B2426F074A775B394733664B68A0F71ECBA794ED90F6E36EA32EC73C6F76B94EA737F6CA4A435A784010B44D1CD55CF36F"
            "6518CC080223CA33"
        ),
    )
}

/// Private key 3, made for these tests.
pub(crate) fn long_key() -> RsaNumbers {
    numbers(
        &hex!(
            "F76AA4750373724CC65DB1DE870D2F5253CD266102A077AE3BF05BC59D5558365DD4D1FBFA0CEE08EDFD1EA2AD67385299A0CB6300D4B98D"
            "84E9ED76DD47E08203E42FBA4880956818D4F5BF42148963EDF586FFBB60C49E192E812D4065324E1F8DDA72F619305FAEA89B5509C9A3EB"
            "7B141BBB9A20D1C379A2DFE941E1987D"
        ),
        &hex!(
            "D1835BCBF2C6D1453C443129BB70720C1EF0159FDF1100F7BB5A218D0AFD79BD09B356EEF2DA9578141DD960D6E030065C40934C7B34DDFF"
            "3C78893191AD8AEBF96497B8B6143C2D6B7ABE10B0D94BA329D9BDD28275D3C2C176497DB5CA45C1D993002FCF6EE58CDB70373139A3F4C9"
            "73567D37C2589C14F201D03C35E3010D"
        ),
    )
}

/// The published root [OPENSC-CWA vectors].
fn root_key() -> RsaPublicKey {
    let n = hex!(
        "EADEDA455332945039DAA404C8EBC4D3B7F5DC869283CDEA2F101E2AB54FB0D0B03D8F030DAF2458028288F54CE552F8FA57AB2FB103B112"
        "427E11131D1D27E10A5B500EAAE5D940301E30EB26C3E9066B257156ED639D70CCC090B863AFBB3BFED8C17BE7673034B9823E977ED65725"
        "2927F9575B9FFF6691DB64F80B5E92CD"
    );
    RsaPublicKey { n: n.to_vec(), e: EXPONENT.to_vec() }
}

/// The root of the chain on P-256 [OPENPACE-EAC P-256 chain].
const ROOT_POINT: [u8; 65] = hex!(
    "0472FE98DDB78F71493AF5D9917B78E5FB003317916B544DE1381DFA6D3FF57A7CBB13473C14D683766264CF97593F08162C184E29FA561551"
    "3DE3550662E1543B"
);
