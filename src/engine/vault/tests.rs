//! What no chip can hold, and that nothing secret shows.

use alloc::{format, string::ToString, vec, vec::Vec};

use super::{build, cells_of};
use crate::{
    ChipImage, Fid, ImageError, cvc,
    image::{
        CompactRule, FileIndex, FileKind, ObjectKind, PrivateKey, PublicKey, SecurityDomain, SecurityObject, Tries,
        Uses,
    },
    memory::Memory,
    testing::{
        VITALE, VITAMIN,
        keys::{self, AES_128, AES_256, SCALAR, TRIPLE_DES, domain, keyed_image, object, pin, secure, template},
        rule, text,
    },
};

/// Why the card is refused with another security of VITALE.
fn refusal(change: impl FnOnce(&mut SecurityDomain)) -> Option<ImageError> {
    let mut security = domain();
    change(&mut security);
    let mut image = keyed_image();
    secure(&mut image, VITALE, security);
    build(&image.files, &mut Memory::default()).err()
}

fn refused(object: &str, reason: &'static str) -> Option<ImageError> {
    Some(ImageError::Security { file: VITALE, fid: Fid(0x0001), object: object.into(), reason })
}

#[test]
fn a_good_card_takes_the_cells_it_needs() {
    let image = keyed_image();
    let mut memory = Memory::default();
    build(&image.files, &mut memory).expect("a good image");
    let needed = image.files.iter().filter_map(|file| match &file.kind {
        FileKind::Directory(directory) => Some(cells_of(&directory.security)),
        FileKind::Transparent { .. } | FileKind::Records { .. } => None,
    });
    assert_eq!(memory.size(), needed.sum());
}

#[test]
fn numbers_are_1_to_31_and_unique_in_their_class() {
    let wrong = "its number must be 1 to 31";
    assert_eq!(refusal(|domain| domain.objects[0].number = 0), refused("Pin 0", wrong));
    assert_eq!(refusal(|domain| domain.objects[3].number = 32), refused("KeySet 32", wrong));
    let twice = "there are two of this class with this number";
    assert_eq!(refusal(|domain| domain.objects[1].number = 1), refused("Pin 1", twice));
    let twice = "there are two with this number";
    assert_eq!(
        refusal(|domain| domain.environments[1].number = domain.environments[0].number),
        refused("environment 1", twice)
    );
    let error = refusal(|domain| domain.objects[0].number = 0).expect("a refusal");
    assert_eq!(error.to_string(), "DF 0001: Pin 0: its number must be 1 to 31");
}

#[test]
fn rules_counters_and_codes_are_consistent() {
    let short = || CompactRule { conditions: Vec::new(), ..rule(&[0x01, 0x00]) };
    let uneven = "an access rule must have one condition for each bit of its access mode byte";
    assert_eq!(refusal(|domain| domain.objects[0].rule = short()), refused("Pin 1", uneven));
    assert_eq!(refusal(|domain| domain.objects[0].contactless = Some(short())), refused("Pin 1", uneven));
    let tries = "it must have 1 to 15 tries, and not more left than there are";
    for (most, left) in [(0, 0), (16, 1), (3, 4)] {
        let change = |domain: &mut SecurityDomain| domain.objects[0].tries = Some(Tries { most, left });
        assert_eq!(refusal(change), refused("Pin 1", tries));
    }
    let uses = "it must not have more uses left than there are";
    assert_eq!(refusal(|domain| domain.objects[0].uses = Some(Uses { most: 1, left: 2 })), refused("Pin 1", uses));
    let length = "the PIN is shorter or longer than it may be";
    assert_eq!(refusal(|domain| domain.objects[0].kind = pin("123", 4)), refused("Pin 1", length));
    assert_eq!(refusal(|domain| domain.objects[0].kind = pin("123456789", 4)), refused("Pin 1", length));
    assert_eq!(
        refusal(|domain| domain.objects[0].kind = pin("123456789", 9)),
        refused("Pin 1", "a PIN must have 1 to 64 bytes")
    );
}

#[test]
fn keys_fit_together() {
    let with = |kind: ObjectKind| refusal(|domain| domain.objects.push(object(9, &[0x01, 0x00], None, kind)));
    let no_pair = "there is no private key with this number";
    assert_eq!(with(ObjectKind::PublicKey(PublicKey::OfPair)), refused("PublicKey 9", no_pair));
    let mut lopsided = keys::long_key();
    lopsided.primes[0].push(1);
    let numbers = PrivateKey::Rsa { numbers: lopsided, spare: Vec::new() };
    let halves = "its primes must have the same length, and its exponent 1 to 4 bytes";
    assert_eq!(with(ObjectKind::PrivateKey(numbers)), refused("PrivateKey 9", halves));
    let key = cvc::PublicKey::P256([4; 65]);
    let other = PublicKey::Other { key, holder: vec![0; 17], authorisation: Vec::new() };
    let long = "what its holder is called and may do must have 16 bytes at most";
    assert_eq!(with(ObjectKind::PublicKey(other)), refused("PublicKey 9", long));
    let rsa = PrivateKey::Rsa { numbers: keys::long_key(), spare: vec![keys::rsa_1024()] };
    let uneven = "spare keys must be fewer than 255 and as long as the key";
    assert_eq!(with(ObjectKind::PrivateKey(rsa)), refused("PrivateKey 9", uneven));
    let mixed = |domain: &mut SecurityDomain| {
        let ObjectKind::KeySet(keys) = &mut domain.objects[4].kind else { panic!("a key set") };
        keys.mac = crate::crypto::CipherKey::TripleDes(TRIPLE_DES[0]);
    };
    assert_eq!(refusal(mixed), refused("KeySet 2", "both keys must be of one cipher"));
    let reference = "a reference must be 1 to 31, with bit 80 if it is local";
    let change =
        |domain: &mut SecurityDomain| domain.environments[0].templates = vec![template(0x08, Some(0x40), None)];
    assert_eq!(refusal(change), refused("environment 1", reference));
}

#[test]
fn a_shared_domain_is_anothers_and_nothing_else() {
    let shared = |security: SecurityDomain| {
        let mut image: ChipImage = keyed_image();
        secure(&mut image, VITAMIN, security);
        let error = build(&image.files, &mut Memory::default()).err()?;
        let ImageError::Security { reason, .. } = error else { panic!("{error}") };
        Some(reason)
    };
    let of = |index| SecurityDomain { shared_with: Some(FileIndex(index)), ..SecurityDomain::default() };
    assert_eq!(shared(of(1)), None);
    // Itself, a DF that is part of another one's application, an EF, nothing.
    for index in [2, 3, 4, 99] {
        assert_eq!(shared(of(index)), Some("it must be that of a DF which has one of its own"), "{index}");
    }
    let both = SecurityDomain { objects: domain().objects, ..of(1) };
    assert_eq!(shared(both), Some("a shared one leaves no room for objects of its own"));
}

#[test]
fn nothing_secret_shows_in_debug_output() {
    let image = keyed_image();
    let mut memory = Memory::default();
    let vault = build(&image.files, &mut memory).expect("a good image").vault();
    let shown = format!("{:?}{vault:?}{memory:?}", domain()).to_uppercase();
    let is_hidden = |secret: &[u8]| {
        let listed: Vec<_> = secret.iter().map(ToString::to_string).collect();
        !shown.contains(&text(secret)) && !shown.contains(&listed.join(", "))
    };
    assert!(!is_hidden(&keys::SERIAL_NUMBER), "this is how a secret would show");
    let objects: Vec<SecurityObject> = domain().objects;
    let pins = objects.iter().filter_map(|object| match &object.kind {
        ObjectKind::Pin(pin) => Some(pin.value.0.clone()),
        _ => None,
    });
    assert!(pins.into_iter().all(|pin| is_hidden(&pin)));
    assert!(TRIPLE_DES.iter().chain(&AES_128).all(|key| is_hidden(key)) && AES_256.iter().all(|key| is_hidden(key)));
    assert!(is_hidden(&SCALAR));
    assert!(
        [keys::rsa_1024(), keys::long_key()].iter().flat_map(|key| key.primes.clone()).all(|prime| is_hidden(&prime))
    );
}
