//! PUT DATA of a security data object, and GENERATE ASYMMETRIC KEY PAIR (facts/cards.md E.3; ISO 7816-8, 11.2).

use alloc::vec::Vec;

use super::{CODE, CURRENT_DF, KEY_SET, Named, OBJECTS, only, only_tagged, put_public_key};
use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    image::TemplateKind,
    ins::Ins,
    tlv::{self, Object, Tag},
    vault::{Access, Class, ObjectId},
};

/// Replaces the value of a code (`7F41 { 82 }`) or the keys of a key set (`A2 { 90, 91 }`): `70 { BF cc nn { .. } }`.
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
        (Class::Code, CODE) => put_code(id, &template, context)?,
        (Class::KeySet, KEY_SET) => put_key_set(id, &template, context)?,
        _ => return Err(StatusWord::WRONG_DATA.into()),
    }
    context.set_proved(id, false);
    let core = &mut *context.core;
    core.vault.object(id).counters.restore_tries(&mut core.memory);
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}

fn put_code(id: ObjectId, template: &Object<'_>, context: &mut Context<'_>) -> Result<(), StatusWord> {
    let code = only_tagged(template.objects(), Tag(0x82))?.value;
    let core = &mut *context.core;
    if !core.vault.fits_code(id, code.len()) {
        return Err(StatusWord::WRONG_DATA);
    }
    core.vault.set_code(id, &mut core.memory, code);
    Ok(())
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
    core.vault.set_key_set(id, &mut core.memory, keys)
}

/// Gives a private key another value and sends its public half.
///
/// The odd instruction names the key in its data, `70 { BF cc nn { .. } }`; the even one takes that of the signature
/// template, or else of the authentication or confidentiality template.
pub(in crate::commands) fn generate_key_pair(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    answer: &mut Answer,
) -> Outcome {
    if !matches!(command.p1_p2(), 0x0000 | 0x8000) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let id = if command.ins() == Ins::GENERATE_KEY_PAIR {
        set_key(context)?
    } else {
        Named::read(&only_tagged(tlv::objects(command.data()), OBJECTS)?)?.find(context)?
    };
    if context.core.vault.object(id).class != Class::PrivateKey {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    context.allow(id, Access::Generate)?;
    let core = &mut *context.core;
    let random = &mut *core.world.random;
    core.vault.renew(id, &mut core.memory, &*core.crypto, |bytes| random.fill(bytes))?;
    context.commit()?;
    let core = &mut *context.core;
    let public = core.vault.key_pair(id, &core.memory, &*core.crypto)?.public(&*core.crypto)?;
    let mut value = Vec::new();
    put_public_key(&public, &[], &[], &mut value);
    answer.extend(&value);
    Ok(StatusWord::SUCCESS)
}

/// The private key that a template names.
fn set_key(context: &mut Context<'_>) -> Result<ObjectId, StatusWord> {
    let kinds = [TemplateKind::Signature, TemplateKind::Authentication, TemplateKind::Confidentiality];
    let environment = &context.dialogue().environment;
    let mut objects = kinds.into_iter().filter_map(|kind| environment.template(kind, Direction::Compute).object);
    objects.next().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use proptest::prelude::*;

    use crate::{
        Card, Fault, Protocol, Reset,
        testing::{
            Tester, Torn, bytes,
            keys::{SELECT, VERIFY, card, card_of, keyed_image},
            terminal::{challenge, prove, triple_des},
            text,
        },
        world::Sink,
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
    fn a_code_gets_another_value() {
        let mut card = trusting(crate::world::Forgetful);
        card.plays(&[
            VERIFY,
            ("00 20 00 81 04 39393939", "63C2"),
            VERIFY,
            ("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737", "9000"),
            ("00 20 00 81", "63C3"),
            ("00 20 00 81 04 37373737", "9000"),
        ]);
        card.chip.reset(Reset::Cold).expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 81 04 37373737", "9000")]);
        card.plays(&[("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 31313131", "6982")]);
    }

    #[test]
    fn a_key_set_gets_other_keys() {
        let [mac, encryption] = ["A1".repeat(16), "B2".repeat(16)];
        let put = format!("00 DB 3F FF 2C 70 2A BF8A01 26 A2 24 90 10 {mac} 91 10 {encryption}");
        let mut card = trusting(crate::world::Forgetful);
        card.plays(&[(&put, "9000"), (&put, "6982"), ("00 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
        let keys = [[0xA1; 16], [0xB2; 16]].map(crate::crypto::CipherKey::TripleDes);
        let challenge = challenge(&mut card);
        card.plays(&[(&format!("00 82 00 00 18 {}", text(&prove(&keys, &challenge))), "9000")]);
    }

    #[test]
    fn what_cannot_be_put_is_refused() {
        trusting(crate::world::Forgetful).plays(&[
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
        card.chip.reset(Reset::Cold).expect("an ATR");
        card.plays(&[SELECT, VERIFY]);
    }

    #[test]
    fn a_generated_key_signs_and_stays() {
        let public = |card: &mut Tester| card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 02 03 7F49 80 00");
        let mut card = card(Protocol::T1);
        let before = public(&mut card);
        card.plays(&[("00 47 00 00 05 70 03 BF9002 00", "6A80"), ("00 47 00 00 07 70 05 BF9002 02 00", "6A80")]);
        const GENERATE: &str = "00 47 00 00 06 70 04 BF9002 00 00";
        card.plays(&[(GENERATE, "6982"), VERIFY]);
        let generated = card.send(GENERATE);
        // The fixed source of chance gives 42 all over.
        assert!(generated.starts_with("7F49438641") && generated.ends_with("9000"), "{generated}");
        let after = public(&mut card);
        assert_ne!(before, after);
        assert!(after.contains(&generated[..generated.len() - 4]));
        card.chip.reset(Reset::Cold).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT]);
        assert_eq!(public(&mut card), after);
    }

    #[test]
    fn rsa_keys_are_taken_from_the_spare_ones_until_none_is_left() {
        let mut image = keyed_image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        let crate::image::ObjectKind::PrivateKey(crate::image::PrivateKey::Rsa { spare, .. }) =
            &mut directory.security.objects[6].kind
        else {
            panic!("an RSA key")
        };
        spare.push(crate::testing::keys::terminal_key());
        let mut card = card_of(image, Protocol::T1, crate::world::Forgetful);
        card.plays(&[VERIFY, ("00 46 80 00 00", "6985"), ("00 22 41 B6 03 84 01 81", "9000")]);
        let public = |card: &mut Tester| card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 01 03 7F49 80 00");
        let sign =
            |card: &mut Tester| -> String { card.send(&format!("00 2A 9E 9A 80 {} 00", "00".repeat(127) + "02")) };
        let (public_before, signed_before) = (public(&mut card), sign(&mut card));
        let generated = card.send("00 46 80 00 00");
        assert!(generated.starts_with("7F498188818180B3"), "{generated}");
        assert_ne!(public(&mut card), public_before);
        assert_ne!(sign(&mut card), signed_before);
        card.plays(&[("00 46 80 00 00", "6985"), ("00 46 00 01 00", "6A86")]);
        card.plays(&[("00 47 00 00 06 70 04 BFA001 00 00", "6985"), ("00 47 00 00 06 70 04 BF9009 00 00", "6A88")]);
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
            let mut card = trusting(crate::world::Forgetful);
            let answer = card.send(&format!("{header} {:02X} {}", object.len(), text(&object)));
            let known = ["9000", "6A80", "6A88", "6982", "6985"];
            prop_assert!(known.contains(&&answer[answer.len() - 4..]), "{answer}");
        }
    }
}
