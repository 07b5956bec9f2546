//! PUT DATA of a security data object [OPENSC-IASECC sdo].

use super::{CURRENT_DF, KEY_SET, Named, OBJECTS, PIN, PRIVATE_KEY, PUBLIC_KEY, only, only_tagged};
use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    tlv::{self, Object, Tag},
    vault::{Access, Class, ObjectId},
};

/// Replaces the value of an object, `70 { BF cc nn { template } }`: of a PIN (`7F41 { 82 }`), of a key set
/// (`A2 { 90, 91 }`), of a private key (`7F48`) or of a public key (`7F49`), of which any parts may be sent.
///
/// The object is then as if never tried, and nobody has proved it.
pub(in crate::commands) fn put_data(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if command.p1_p2() != CURRENT_DF {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let named = Named::read(&only_tagged(tlv::objects(command.data()), OBJECTS)?)?;
    let template = only(named.inside.objects())?;
    let id = named.find(context)?;
    context.allow(id, Access::Put)?;
    match (context.core.vault.object(id).class, template.tag) {
        (Class::Pin, PIN) => put_pin(id, &template, context)?,
        (Class::KeySet, KEY_SET) => put_key_set(id, &template, context)?,
        (Class::PrivateKey, PRIVATE_KEY) | (Class::PublicKey, PUBLIC_KEY) => put_parts(id, &template, context)?,
        _ => return Err(StatusWord::WRONG_DATA.into()),
    }
    let core = &mut *context.core;
    core.vault.object(id).counters.restore_tries(&mut core.memory);
    context.keep()?;
    context.forget_proof(id);
    Ok(StatusWord::SUCCESS)
}

fn put_pin(id: ObjectId, template: &Object<'_>, context: &mut Context<'_>) -> Result<(), StatusWord> {
    let pin = only_tagged(template.objects(), Tag(0x82))?.value;
    let core = &mut *context.core;
    core.vault.set_pin(id, &mut core.memory, pin).ok_or(StatusWord::WRONG_DATA)
}

fn put_key_set(id: ObjectId, template: &Object<'_>, context: &mut Context<'_>) -> Result<(), StatusWord> {
    let mut objects = template.objects();
    let mut next = |tag| match objects.next() {
        Some(Ok(object)) if object.tag == tag => Ok(object.value),
        _ => Err(StatusWord::WRONG_DATA),
    };
    let keys = [next(Tag(0x90))?, next(Tag(0x91))?];
    if objects.next().is_some() {
        return Err(StatusWord::WRONG_DATA);
    }
    let core = &mut *context.core;
    core.vault.set_key_set(id, &mut core.memory, keys).ok_or(StatusWord::WRONG_DATA)
}

/// Puts the parts of a key one after the other: all of them or none.
fn put_parts(id: ObjectId, template: &Object<'_>, context: &mut Context<'_>) -> Result<(), StatusWord> {
    if template.value.is_empty() {
        return Err(StatusWord::WRONG_DATA);
    }
    for part in template.objects() {
        let Ok(part) = part else { return Err(StatusWord::WRONG_DATA) };
        let core = &mut *context.core;
        core.vault.set_part(id, &mut core.memory, &*core.platform.crypto, (part.tag, part.value))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use crate::{
        Card, Fault, Interface, Protocol,
        crypto::{Crypto, P256PrivateKey, RsaNumbers, RustCrypto},
        image::ObjectKind,
        platform::Sink,
        testing::{
            Tester, Torn, bytes,
            keys::{SELECT, VERIFY, card_of, keyed_image, long_key, ready, rsa_1024, terminal_key},
            rule,
            terminal::{challenge, prove, triple_des},
            text,
        },
        tlv::{self, Tag},
    };

    /// The card, to which key set 1 was proved.
    fn trusting(sink: impl Sink + 'static) -> Tester {
        let mut card = card_of(keyed_image(), Protocol::T1, sink);
        card.plays(&[("00 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
        let challenge = challenge(&mut card);
        let proof = format!("00 82 00 00 18 {}", text(&prove(&triple_des(), &challenge)));
        card.plays(&[(&proof, "9000")]);
        card
    }

    #[test]
    fn a_pin_gets_another_value() {
        let mut card = trusting(crate::platform::Forgetful);
        card.plays(&[
            VERIFY,
            ("00 20 00 81 04 39393939", "63C2"),
            VERIFY,
            ("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737", "9000"),
            ("00 20 00 81", "63C3"),
            ("00 20 00 81 04 37373737", "9000"),
        ]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 81 04 37373737", "9000")]);
        card.plays(&[("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 31313131", "6982")]);
    }

    #[test]
    fn a_key_set_gets_other_keys() {
        let [mac, encryption] = ["A1".repeat(16), "B2".repeat(16)];
        let put = format!("00 DB 3F FF 2C 70 2A BF8A01 26 A2 24 90 10 {mac} 91 10 {encryption}");
        let mut card = trusting(crate::platform::Forgetful);
        card.plays(&[(&put, "9000"), (&put, "6982"), ("00 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
        let keys = [[0xA1; 16], [0xB2; 16]].map(crate::crypto::CipherKey::TripleDes);
        let challenge = challenge(&mut card);
        card.plays(&[(&format!("00 82 00 00 18 {}", text(&prove(&keys, &challenge))), "9000")]);
    }

    /// The card with rules that let anybody put its private and public keys.
    fn open_handed(sink: impl Sink + 'static) -> Tester {
        let mut image = keyed_image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        for object in &mut directory.security.objects {
            match object.kind {
                ObjectKind::PrivateKey(_) => object.rule = rule(&hex!("73 00 00 00 00 00")),
                ObjectKind::PublicKey(_) => object.rule = rule(&hex!("43 00 00 00")),
                _ => {}
            }
        }
        card_of(image, Protocol::T1, sink)
    }

    /// PUT DATA of parts of an object.
    fn put(object: &str, template: u32, parts: &[(u32, &[u8])]) -> String {
        let mut data = Vec::new();
        tlv::put_with(Tag(0x70), &mut data, |outer| {
            let tag = bytes(object).iter().fold(0, |tag, &byte| tag << 8 | u32::from(byte));
            tlv::put_with(Tag(tag), outer, |inside| {
                tlv::put_with(Tag(template), inside, |value| {
                    parts.iter().for_each(|&(tag, part)| tlv::put(Tag(tag), part, value));
                });
            });
        });
        let length = u16::try_from(data.len()).expect("a command");
        format!("00 DB 3F FF 00 {length:04X} {}", text(&data))
    }

    /// A signature by private key 1, as its raw power of a block that ends with 02.
    fn signature(card: &mut Tester) -> String {
        card.plays(&[("00 22 41 B6 03 84 01 81", "9000")]);
        card.send(&format!("00 2A 9E 9A 80 {} 00", "00".repeat(127) + "02"))
    }

    fn signed_by(key: &RsaNumbers) -> String {
        let block = [&[0; 127][..], &[2]].concat();
        text(&ready(key).raw(&block).expect("below the modulus")) + "9000"
    }

    const PRIVATE: &str = "BF9001";
    const PUBLIC: &str = "BFA001";

    /// Puts all parts of a key as OpenSC does: one in each command, the public ones last.
    fn put_all(card: &mut Tester, key: &RsaNumbers) {
        let [exponent_p, exponent_q, inverse] = ready(key).chinese_remainders();
        let [p, q] = &key.primes;
        for part in [(0x92, p), (0x93, q), (0x94, &*inverse), (0x95, &*exponent_p), (0x96, &*exponent_q)] {
            card.plays(&[(&put(PRIVATE, 0x7F48, &[(part.0, part.1)]), "9000")]);
        }
        for part in [(0x82, &key.e), (0x81, &ready(key).public().n)] {
            card.plays(&[(&put(PUBLIC, 0x7F49, &[(part.0, part.1)]), "9000")]);
        }
    }

    #[test]
    fn a_private_key_is_put_part_by_part_as_opensc_does() {
        let (mut card, new) = (open_handed(crate::platform::Forgetful), terminal_key());
        assert_eq!(signature(&mut card), signed_by(&rsa_1024()));
        put_all(&mut card, &new);
        assert_eq!(signature(&mut card), signed_by(&new));
        let public = card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 01 03 7F49 80 00");
        assert!(public.contains(&text(&ready(&new).public().n)), "{public}");
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT]);
        assert_eq!(signature(&mut card), signed_by(&new));
    }

    #[test]
    fn what_follows_from_an_exponent_comes_before_it() {
        let mut card = open_handed(crate::platform::Forgetful);
        let mut new = terminal_key();
        new.e = hex!("0101").to_vec();
        put_all(&mut card, &new);
        assert_eq!(signature(&mut card), signed_by(&new));
    }

    #[test]
    fn a_key_whose_parts_do_not_fit_is_not_used() {
        let (mut card, new) = (open_handed(crate::platform::Forgetful), terminal_key());
        let made = ready(&new);
        let modulus = &made.public().n;
        let [exponent_p, exponent_q, inverse] = ready(&new).chinese_remainders();
        put_all(&mut card, &new);
        let parts = [
            (PRIVATE, 0x7F48, 0x94, &*inverse, &*exponent_p),
            (PRIVATE, 0x7F48, 0x95, &*exponent_p, &*exponent_q),
            (PRIVATE, 0x7F48, 0x96, &*exponent_q, &*inverse),
            (PUBLIC, 0x7F49, 0x81, modulus, &*inverse),
            (PUBLIC, 0x7F49, 0x82, &new.e, &hex!("03").to_vec()),
        ];
        for (object, template, tag, right, wrong) in parts {
            card.plays(&[(&put(object, template, &[(tag, wrong)]), "9000")]);
            assert_eq!(signature(&mut card), "6984", "{tag:02X}");
            card.plays(&[("00 CB 3F FF 0B 4D 09 70 07 BF A0 01 03 7F49 80 00", "6A80")]);
            card.plays(&[(&put(object, template, &[(tag, right)]), "9000")]);
            assert_eq!(signature(&mut card), signed_by(&new));
        }
    }

    #[test]
    fn other_primes_forget_what_followed_from_the_old_ones() {
        let mut card = open_handed(crate::platform::Forgetful);
        put_all(&mut card, &terminal_key());
        let [p, q] = &rsa_1024().primes;
        card.plays(&[(&put(PRIVATE, 0x7F48, &[(0x92, p), (0x93, q)]), "9000")]);
        assert_eq!(signature(&mut card), signed_by(&rsa_1024()));
    }

    #[test]
    fn a_key_that_opensc_deletes_gives_way_to_another() {
        let mut card = open_handed(crate::platform::Forgetful);
        for tag in 0x92..=0x96 {
            card.plays(&[(&put(PRIVATE, 0x7F48, &[(tag, &[0xA5; 64])]), "9000")]);
        }
        card.plays(&[
            // The public half has no value then, but is there: OpenSC overwrites it too.
            ("00 CB 3F FF 0B 4D 09 70 07 BF A0 01 03 7F49 80 00", "6A80"),
            (&put(PUBLIC, 0x7F49, &[(0x82, &[0xA5; 3])]), "9000"),
            (&put(PUBLIC, 0x7F49, &[(0x81, &[0xA5; 128])]), "9000"),
        ]);
        assert_eq!(signature(&mut card), "6984");
        put_all(&mut card, &terminal_key());
        assert_eq!(signature(&mut card), signed_by(&terminal_key()));
    }

    #[test]
    fn parts_that_a_key_has_no_room_for_are_refused() {
        let (mut card, new) = (open_handed(crate::platform::Forgetful), terminal_key());
        card.plays(&[
            (&put(PRIVATE, 0x7F48, &[(0x92, &new.primes[0]), (0x93, &new.primes[1]), (0x94, &[1; 65])]), "6A80"),
            (&put(PRIVATE, 0x7F48, &[(0x92, &new.primes[0][1..])]), "6A80"),
            (&put(PRIVATE, 0x7F48, &[(0x97, &new.primes[0])]), "6A80"),
            (&put(PRIVATE, 0x7F48, &[]), "6A80"),
            (&put(PRIVATE, 0x7F49, &[(0x92, &new.primes[0])]), "6A80"),
            (&put(PUBLIC, 0x7F49, &[(0x5F20, b"SOMEBODY")]), "6A80"),
            (&put(PUBLIC, 0x7F49, &[(0x82, &[1, 0, 0, 0, 1])]), "6A80"),
            (&put(PUBLIC, 0x7F49, &[(0x81, &[1; 129])]), "6A80"),
        ]);
        // None of it was kept.
        assert_eq!(signature(&mut card), signed_by(&rsa_1024()));
    }

    #[test]
    fn a_key_on_p256_is_a_scalar() {
        let mut card = open_handed(crate::platform::Forgetful);
        let scalar = [0x11; 32];
        let point = RustCrypto.p256_public(&P256PrivateKey(scalar)).expect("a scalar");
        card.plays(&[
            (&put("BF9002", 0x7F48, &[(0x92, &[0; 32])]), "6A80"),
            (&put("BF9002", 0x7F48, &[(0x92, &[0x11; 31])]), "6A80"),
            (&put("BFA002", 0x7F49, &[(0x86, &point)]), "6A80"),
            (&put("BF9002", 0x7F48, &[(0x92, &scalar)]), "9000"),
            (&put("BFA002", 0x7F49, &[(0x86, &point)]), "9000"),
        ]);
        let public = card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 02 03 7F49 80 00");
        assert!(public.contains(&text(&point)), "{public}");
    }

    #[test]
    fn a_root_gives_way_to_another() {
        let mut card = open_handed(crate::platform::Forgetful);
        let other = ready(&terminal_key());
        let modulus = &other.public().n;
        let root = put("BFA004", 0x7F49, &[(0x81, modulus), (0x82, &[3]), (0x5F20, b"NEWROOT1"), (0x5F4C, &[7; 7])]);
        card.plays(&[
            (&root, "9000"),
            ("00 22 81 B6 0A 83 08 6573524449600006", "6A88"),
            ("00 22 81 B6 0A 83 08 4E4557524F4F5431", "9000"),
            (&put("BFA004", 0x7F49, &[(0x81, &modulus[1..])]), "6A80"),
            (&put("BFA004", 0x7F49, &[(0x5F20, &[1; 17])]), "6A80"),
            (&put("BFA005", 0x7F49, &[(0x86, &[4; 64])]), "6A80"),
            (&put("BFA005", 0x7F49, &[(0x82, &[3])]), "6A80"),
        ]);
        let public = card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 04 03 7F49 80 00");
        let right = format!("{}8201035F20084E4557524F4F54315F4C0707070707070707", text(modulus));
        assert!(public.contains(&right), "{public}");
    }

    #[test]
    fn a_torn_part_leaves_the_key_as_it_was() {
        let mut card = open_handed(Torn::after(0));
        let part = put(PRIVATE, 0x7F48, &[(0x92, &terminal_key().primes[0])]);
        assert_eq!(card.try_send(&part), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT]);
        assert_eq!(signature(&mut card), signed_by(&rsa_1024()));
    }

    #[test]
    fn a_generated_key_may_be_replaced_too() {
        // Private key 3 has a spare one that is the same.
        let mut card = open_handed(crate::platform::Forgetful);
        let half = put("BF9003", 0x7F48, &[(0x92, &long_key().primes[1]), (0x93, &long_key().primes[0])]);
        card.plays(&[(&half, "9000"), (&put("BF9003", 0x7F48, &[(0x92, &[0xFF; 64])]), "6A80")]);
    }

    #[test]
    fn what_cannot_be_put_is_refused() {
        trusting(crate::platform::Forgetful).plays(&[
            ("00 DB 3F FE 01 70", "6A86"),
            ("00 DB 3F FF 0E 70 0C BF8101 08 7F41 05 82 03 373737", "6A80"),
            ("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 83 04 37373737", "6A80"),
            ("00 DB 3F FF 0F 70 0D BF8109 09 7F41 06 82 04 37373737", "6A88"),
            ("00 DB 3F FF 0F 70 0D BF8201 09 7F41 06 82 04 37373737", "6A88"),
            ("00 DB 3F FF 0F 70 0D BF8102 09 7F41 06 82 04 37373737", "6985"),
            ("00 DB 3F FF 0F 70 0D BF8A01 09 7F41 06 82 04 37373737", "6A80"),
            ("00 DB 3F FF 0F 70 0D BF8A01 09 A2 07 90 05 3737373737", "6A80"),
            ("00 DB 3F FF 00", "6A80"),
        ]);
    }

    #[test]
    fn a_torn_change_keeps_the_old_value() {
        // Two commits of the authentication come before.
        let mut card = trusting(Torn::after(2));
        let put = "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737";
        assert_eq!(card.try_send(put), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, VERIFY]);
    }

    proptest! {
        #[test]
        fn an_object_cut_or_changed_is_refused_or_put(
            object in prop::sample::select(alloc::vec![
                "700D BF8101 09 7F41 06 82 04 37373737", "700D BF8A01 09 A2 07 90 05 3737373737", "7004 BF9002 00",
            ]),
            generates: bool,
            length in 1..16_usize,
            change in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut object = bytes(object);
            object.truncate(length);
            if let Some((at, byte)) = change {
                let at = at.index(object.len());
                object[at] = byte;
            }
            let header = if generates { "00 47 00 00" } else { "00 DB 3F FF" };
            let mut card = trusting(crate::platform::Forgetful);
            let response = card.send(&format!("{header} {:02X} {}", object.len(), text(&object)));
            let known = ["9000", "6A80", "6A88", "6982", "6985"];
            prop_assert!(known.contains(&&response[response.len() - 4..]), "{response}");
        }
    }
}
