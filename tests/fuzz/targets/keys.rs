//! A card whose PINs and keys all may use and replace, and whose files all may make and delete: commands on them get
//! as far as they can.

use virtuale_engine::{
    chip::Chip,
    crypto::{CipherKey, Crypto, P256PrivateKey, RsaNumbers, RustCrypto},
    cvc,
    image::{
        CompactRule, Condition, ControlTemplate, Environment, FileImage, FileKind, KeySet, ObjectKind, Pin, PrivateKey,
        PublicKey, Secret, SecurityDomain, SecurityObject, TemplateKind, Tries,
    },
    security::SeNumber,
};

use super::cards;

/// Half of the shortest RSA key that there may be: this is about commands, not about numbers.
const PRIMES: [[u8; 32]; 2] = [
    [
        0xE4, 0x05, 0x93, 0xB5, 0xE9, 0x19, 0xB8, 0xAD, 0x1D, 0x59, 0xF7, 0xC4, 0x77, 0x2C, 0x6A, 0xF2, 0x2C, 0xE3,
        0xDA, 0x4B, 0xD1, 0x58, 0x3F, 0x01, 0x76, 0x51, 0xD7, 0x20, 0xFB, 0x89, 0x1C, 0x49,
    ],
    [
        0xE0, 0x92, 0x38, 0xAD, 0x63, 0x07, 0x46, 0x7B, 0xCF, 0x8E, 0x3C, 0x35, 0x12, 0x5A, 0x14, 0x71, 0xBB, 0xA5,
        0xED, 0xBC, 0xE1, 0x86, 0xCE, 0x13, 0x85, 0xDA, 0x8E, 0xBD, 0x05, 0x4F, 0xDB, 0xBD,
    ],
];

/// The files of a card with PINs and keys, the same in the MF and in the application.
pub(super) fn card(files: Vec<FileImage>) -> Chip {
    let files = files.into_iter().map(|mut file| {
        if let FileKind::Directory(directory) = &mut file.kind {
            directory.security = domain();
            directory.applet = Some("ias".into());
        }
        file
    });
    cards::chip(files.collect(), &cards::ATR_T1)
}

fn domain() -> SecurityDomain {
    let pin = Pin { value: Secret(b"1234".to_vec()), shortest: 4, longest: 8, digits: true };
    let keys = |key: CipherKey| ObjectKind::KeySet(KeySet { mac: key.clone(), encryption: key });
    let rsa = RsaNumbers { primes: PRIMES.map(|prime| prime.to_vec()), e: vec![1, 0, 1] };
    let scalar = P256PrivateKey([0x11; 32]);
    let point = RustCrypto.p256_public(&scalar).expect("a scalar");
    let root = PublicKey::Other {
        key: cvc::PublicKey::P256(point),
        holder: b"ROOTROOT".to_vec(),
        authorisation: vec![0xFF; 7],
    };
    let kinds = [
        (1, ObjectKind::Pin(pin)),
        (1, keys(CipherKey::TripleDes([0x22; 16]))),
        (2, keys(CipherKey::Aes128([0x33; 16]))),
        (1, ObjectKind::PrivateKey(PrivateKey::Rsa { numbers: rsa.clone(), spare: vec![rsa] })),
        (2, ObjectKind::PrivateKey(PrivateKey::P256(scalar))),
        (1, ObjectKind::PublicKey(PublicKey::OfPair)),
        (2, ObjectKind::PublicKey(PublicKey::OfPair)),
        (3, ObjectKind::PublicKey(root)),
    ];
    SecurityDomain {
        objects: kinds.into_iter().map(|(number, kind)| object(number, kind)).collect(),
        environments: vec![environment()],
        serial_number: Some([0x44; 8]),
        ..SecurityDomain::default()
    }
}

fn object(number: u8, kind: ObjectKind) -> SecurityObject {
    SecurityObject {
        number,
        name: "fuzzed".into(),
        rule: CompactRule { access_mode: 0x7F, conditions: vec![Condition::ALWAYS; 7] },
        contactless: None,
        tries: Some(Tries { most: 15, left: 15 }),
        uses: None,
        non_repudiation: false,
        kind,
    }
}

fn environment() -> Environment {
    let template = |kind, usage, reference| ControlTemplate { kind, usage, algorithm: None, reference, role: None };
    Environment {
        number: SeNumber::new(1).expect("1 to 14"),
        templates: vec![
            template(TemplateKind::Authentication, ControlTemplate::MUTUAL, Some(0x81)),
            template(TemplateKind::Authentication, 0x40, Some(0x81)),
            template(TemplateKind::Signature, 0x40, Some(0x82)),
            template(TemplateKind::Confidentiality, 0x40, Some(0x81)),
        ],
    }
}
