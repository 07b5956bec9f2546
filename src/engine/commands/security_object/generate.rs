//! GENERATE ASYMMETRIC KEY PAIR [ISO-7816-8 GENERATE ASYMMETRIC KEY PAIR].

use alloc::vec::Vec;

use super::{Named, OBJECTS, only_tagged, put_public_key};
use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    image::TemplateKind,
    ins::Ins,
    tlv,
    vault::{Access, Class, ObjectId},
};

/// Gives a private key another value and sends its public half.
///
/// The odd instruction names the key in its data, `70 { BF cc nn { .. } }` or, as OpenSC does, by the tag alone, `70 {
/// BF cc nn }`; the even one has no data and takes that of the signature template, or else of the authentication or
/// confidentiality template.
pub(in crate::commands) fn generate_key_pair(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    if !matches!(command.p1_p2(), 0x0000 | 0x8000) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let id = match (command.ins(), command.data()) {
        (Ins::GENERATE_KEY_PAIR, []) => set_key(context)?,
        (Ins::GENERATE_KEY_PAIR, _) => return Err(StatusWord::WRONG_DATA.into()),
        (_, data) => Named::read_tag(&only_tagged(tlv::objects(data), OBJECTS)?)?.find(context)?,
    };
    if context.core.vault.object(id).class != Class::PrivateKey {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    context.allow(id, Access::Generate)?;
    let core = &mut *context.core;
    let random = &mut *core.platform.random;
    core.vault.renew(id, &mut core.memory, &*core.platform.crypto, |bytes| random.fill(bytes))?;
    context.commit()?;
    let core = &mut *context.core;
    let public = core.vault.key_pair(id, &core.memory, &*core.platform.crypto)?.public(&*core.platform.crypto)?;
    let mut value = Vec::new();
    put_public_key(&public, &[], &[], &mut value);
    response.extend(&value);
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

    use crate::{
        Card, Interface, Protocol,
        testing::{
            Tester,
            keys::{SELECT, VERIFY, card, card_of, keyed_image},
        },
    };

    #[test]
    fn a_generated_key_signs_and_stays() {
        let public = |card: &mut Tester| card.send("00 CB 3F FF 0B 4D 09 70 07 BF A0 02 03 7F49 80 00");
        let mut card = card(Protocol::T1);
        let before = public(&mut card);
        card.plays(&[("00 47 00 00 05 70 03 BF9009 00", "6A88"), ("00 47 00 00 07 70 05 BF9002 02 00", "6A80")]);
        const GENERATE: &str = "00 47 00 00 06 70 04 BF9002 00 00";
        // OpenSC names the key by its tag alone.
        card.plays(&[(GENERATE, "6982"), ("00 47 00 00 05 70 03 BF9002 00", "6982"), VERIFY]);
        let generated = card.send(GENERATE);
        // The fixed source of chance gives 42 all over.
        assert!(generated.starts_with("7F49438641") && generated.ends_with("9000"), "{generated}");
        let after = public(&mut card);
        assert_ne!(before, after);
        assert!(after.contains(&generated[..generated.len() - 4]));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT]);
        assert_eq!(public(&mut card), after);
        card.plays(&[VERIFY]);
        let generated = card.send("00 47 00 00 05 70 03 BF9002 00");
        assert!(generated.starts_with("7F49438641") && generated.ends_with("9000"), "{generated}");
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
        let mut card = card_of(image, Protocol::T1, crate::platform::Forgetful);
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
        card.plays(&[("00 46 80 00 05 B6 03 84 01 82 00", "6A80")]);
        card.plays(&[("00 47 00 00 06 70 04 BFA001 00 00", "6985"), ("00 47 00 00 06 70 04 BF9009 00 00", "6A88")]);
    }
}
