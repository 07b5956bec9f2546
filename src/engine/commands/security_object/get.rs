//! GET DATA of a security data object [OPENSC-IASECC sdo].

use alloc::vec::Vec;

use super::{
    CURRENT_DF, ENVIRONMENT, ENVIRONMENT_CLASS, HEADER_LIST, Named, OBJECTS, PARAMETERS, PIN, PUBLIC_KEY, only_tagged,
    put_public_key,
};
use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    image::{CompactRule, ControlTemplate, TemplateKind},
    security::SeNumber,
    tlv::{self, Tag},
    vault::{Access, Class, Material, ObjectId},
};

/// The length in a header list that stands for the whole object.
const WHOLE: u8 = 0x80;

/// Sends one template of one object: `4D { 70 { BF cc nn { tag 80 } } }`.
pub(in crate::commands) fn get_data(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if command.p1_p2() != CURRENT_DF {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let list = only_tagged(tlv::objects(command.data()), HEADER_LIST)?;
    let named = Named::read(&only_tagged(list.objects(), OBJECTS)?)?;
    let asked = read_header(named.inside.value)?;
    let mut value = Vec::new();
    if named.class == ENVIRONMENT_CLASS {
        put_environment(&named, asked, context, &mut value)?;
    } else {
        put_object(&named, asked, context, &mut value)?;
    }
    let mut object = Vec::with_capacity(value.len() + 8);
    tlv::put_with(OBJECTS, &mut object, |template| tlv::put(named.tag, &value, template));
    response.extend(&object);
    Ok(StatusWord::SUCCESS)
}

/// The tag of a header list of one tag.
fn read_header(list: &[u8]) -> Result<Tag, StatusWord> {
    match *list {
        [tag, WHOLE] if tag & 0x1F != 0x1F => Ok(Tag(u32::from(tag))),
        [first, second, WHOLE] if first & 0x1F == 0x1F => Ok(Tag(u32::from(first) << 8 | u32::from(second))),
        _ => Err(StatusWord::WRONG_DATA),
    }
}

fn put_object(named: &Named<'_>, asked: Tag, context: &mut Context<'_>, value: &mut Vec<u8>) -> Result<(), StatusWord> {
    let id = named.find(context)?;
    if asked == PARAMETERS {
        put_parameters(id, context, value);
        return Ok(());
    }
    let class = context.core.vault.object(id).class;
    match (asked, class) {
        (PIN, Class::Pin) => context.allow(id, Access::Get).map(|()| put_pin_lengths(id, context, value)),
        (PUBLIC_KEY, Class::PublicKey) => {
            context.allow(id, Access::Get)?;
            let core = &mut *context.core;
            // While the parts of a private key do not fit together its public half has no value, and so no such
            // template: OpenSC then puts one.
            let public = core.vault.public(id, &core.memory, &*core.platform.crypto).or(Err(StatusWord::WRONG_DATA))?;
            put_public_key(&public.key, &public.holder, &public.authorisation, value);
            Ok(())
        }
        // The value of any other object is secret: there is no such template to read.
        _ => Err(StatusWord::WRONG_DATA),
    }
}

fn put_pin_lengths(id: ObjectId, context: &Context<'_>, value: &mut Vec<u8>) {
    if let Material::Pin { shortest, longest, .. } = context.core.vault.object(id).material {
        tlv::put_with(PIN, value, |lengths| {
            tlv::put(Tag(0x80), &[longest], lengths);
            tlv::put(Tag(0x81), &[shortest], lengths);
        });
    }
}

/// Appends what is known of an object besides its value; all may know it.
fn put_parameters(id: ObjectId, context: &Context<'_>, value: &mut Vec<u8>) {
    let told = context.habits().told;
    let core = &*context.core;
    let object = core.vault.object(id);
    let (tries, uses) = (object.counters.tries(&core.memory), object.counters.uses(&core.memory));
    let size = u16::try_from(core.vault.size(id)).unwrap_or(u16::MAX);
    tlv::put_with(PARAMETERS, value, |inside| {
        if !object.name.is_empty() {
            tlv::put(Tag(0x84), object.name.as_bytes(), inside);
        }
        if let Some(tries) = tries {
            tlv::put(Tag(0x9A), &[tries.most], inside);
            tlv::put(Tag(0x9B), &[tries.left], inside);
        }
        if let Some(uses) = uses {
            tlv::put(Tag(0x9C), &uses.most.to_be_bytes(), inside);
            tlv::put(Tag(0x9D), &uses.left.to_be_bytes(), inside);
        }
        if told.pin_size || object.class != Class::Pin {
            tlv::put(Tag(0x80), &size.to_be_bytes(), inside);
        }
        tlv::put_with(Tag(0xA1), inside, |rules| {
            put_rule(Tag(0x8C), &object.rule, rules);
            if let Some(contactless) = object.contactless.as_ref().filter(|_| told.contactless) {
                put_rule(Tag(0x9C), contactless, rules);
            }
        });
        if told.non_repudiation && object.class == Class::PrivateKey {
            tlv::put(Tag(0x9E), &[u8::from(object.non_repudiation)], inside);
        }
    });
}

fn put_rule(tag: Tag, rule: &CompactRule, output: &mut Vec<u8>) {
    tlv::put_with(tag, output, |value| {
        value.push(rule.access_mode);
        value.extend(rule.conditions.iter().map(|condition| condition.0));
    });
}

fn put_environment(
    named: &Named<'_>,
    asked: Tag,
    context: &Context<'_>,
    value: &mut Vec<u8>,
) -> Result<(), StatusWord> {
    let number = SeNumber::new(named.number).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let found = context.core.vault.environment(context.domain(), number);
    let (_, environment) = found.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    if asked != ENVIRONMENT {
        return Err(StatusWord::WRONG_DATA);
    }
    tlv::put_with(ENVIRONMENT, value, |inside| {
        environment.templates.iter().for_each(|template| put_template(template, inside));
    });
    Ok(())
}

fn put_template(template: &ControlTemplate, output: &mut Vec<u8>) {
    tlv::put_with(Tag(u32::from(template.kind.tag())), output, |inside| {
        tlv::put(Tag(0x95), &[template.usage], inside);
        if let Some(algorithm) = template.algorithm {
            tlv::put(Tag(0x80), &[algorithm], inside);
        }
        if let Some(reference) = template.reference {
            tlv::put(reference_tag(template), &[reference], inside);
        }
        if let Some(role) = &template.role {
            tlv::put(Tag(0x5F4C), role, inside);
        }
    });
}

/// `84` where a private key computes or is authenticated, else `83`.
fn reference_tag(template: &ControlTemplate) -> Tag {
    const COMPUTE: u8 = 0x40;
    let is_private =
        matches!(template.kind, TemplateKind::Authentication | TemplateKind::Signature | TemplateKind::Confidentiality)
            && template.usage == COMPUTE;
    Tag(if is_private { 0x84 } else { 0x83 })
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec};

    use proptest::prelude::*;

    use crate::{
        Protocol, StatusWord,
        image::{Refusals, Told},
        platform::Forgetful,
        testing::{
            bytes,
            keys::{card, card_of, keyed_image},
            text,
        },
    };

    /// The modulus of private key 1.
    const MODULUS: &str = "A421D4748C65626412E9EADEACBEFE3121AFB101C735E7117CE00EA09AC7AA3C1D6B0EC118BE3A35CC09948969DCB558B62027E5\
        235E78982E47FF15BB3219000735458D10F26DF2E1212976B54CDD67CB33177E41F4A0F549E47FCAA5AF51BE8D6743CD787D2323\
        BC69E0AF5D6FB20489619093A3E99B487679892C5F54CFAF";

    #[test]
    fn objects_are_described_as_opensc_reads_them() {
        // [RUN-OPENSC sdo]
        let modulus = format!("70 8191 BF A0 01 818C 7F49 8188 81 8180 {MODULUS} 82 03 010001 9000");
        card(Protocol::T1).plays(&[
            ("00 CB 3F FF 0B 4D 09 70 07 BF 81 01 03 7F41 80 00", "70 0D BF 81 01 09 7F41 06 80 01 08 81 01 04 9000"),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00",
                "70 1A BF 81 01 16 A0 14 9A 01 03 9B 01 03 80 02 0008 A1 08 8C 06 73 00 00 12 23 00 9000",
            ),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 90 01 02 A0 80 00",
                "70 17 BF 90 01 13 A0 11 80 02 0080 A1 08 8C 06 79 11 11 11 11 00 9E 01 00 9000",
            ),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 90 03 02 A0 80 00",
                "70 1F BF 90 03 1B A0 19 9C 02 0002 9D 02 0002 80 02 0100 A1 08 8C 06 79 11 11 11 11 00 9E 01 01 9000",
            ),
            ("00 CB 3F FF 0B 4D 09 70 07 BF 90 01 03 7F48 80 00", "6A80"),
            ("00 CB 3F FF 0B 4D 09 70 07 BF A0 01 03 7F49 80 00", &modulus),
            ("00 CB 3F FF 0A 4D 08 70 06 BF FB 01 02 7B 80 00", "70 0E BF FB 01 0A 7B 08 A4 06 95 01 08 83 01 81 9000"),
            ("00 CB 3F FF 0A 4D 08 70 06 BF FB 09 02 7B 80 00", "6A88"),
            ("00 CB 3F FF 0A 4D 08 70 06 BF FB 07 02 7B 80 00", "70 0E BF FB 07 0A 7B 08 A4 06 95 01 C0 83 01 01 9000"),
            ("00 A4 00 0C", "9000"),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00",
                "70 17 BF 81 01 13 A0 11 9A 01 03 9B 01 03 80 02 0008 A1 05 8C 03 21 00 00 9000",
            ),
            ("00 CB 3F FF 0A 4D 08 70 06 BF 8A 01 02 A2 80 00", "6A80"),
            ("00 CB 3F FF 0A 4D 08 70 06 BF A0 1E 02 A0 80 00", "6A88"),
            ("00 CB 3F FF 0B 4D 09 70 07 BF A1 01 03 7F49 80 00", "6A88"),
        ]);
    }

    #[test]
    fn names_rules_without_contacts_and_tries_left_are_told() {
        let mut image = keyed_image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        let pin = &mut directory.security.objects[0];
        pin.name = "PIN".into();
        pin.contactless = Some(crate::testing::rule(&[0x01, 0xFF]));
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[
            ("00 20 00 81 04 39393939", "63C2"),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00",
                "70 23 BF 81 01 1F A0 1D 84 03 50494E 9A 01 03 9B 01 02 80 02 0008 \
                 A1 0C 8C 06 73 00 00 12 23 00 9C 02 01 FF 9000",
            ),
        ]);
    }

    #[test]
    fn a_card_may_tell_less() {
        // [OPENSC-CPX trace]
        let mut image = keyed_image();
        image.habits.told = Told { pin_size: false, non_repudiation: false, contactless: false };
        card_of(image, Protocol::T1, Forgetful).plays(&[
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00",
                "70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 03 A1 08 8C 06 73 00 00 12 23 00 9000",
            ),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 90 01 02 A0 80 00",
                "70 14 BF 90 01 10 A0 0E 80 02 0080 A1 08 8C 06 79 11 11 11 11 00 9000",
            ),
        ]);
    }

    #[test]
    fn a_card_may_refuse_headers_in_its_own_way() {
        let mut image = keyed_image();
        let (class, parameters) = (StatusWord::INSTRUCTION_NOT_SUPPORTED, StatusWord::WRONG_OFFSET);
        image.habits.refusals = Refusals { class, parameters };
        card_of(image, Protocol::T1, Forgetful).plays(&[
            ("80 B0 00 00 01", "6D00"),
            ("00 CB 00 FF 03 5C 01 7E 00", "6B00"),
            ("00 A4 00 0C 02 9999", "6A82"),
        ]);
    }

    #[test]
    fn a_probe_for_another_card_finds_nothing() {
        card(Protocol::T0).plays(&[
            ("00 CB 3F FF 03 5C 01 7E", "6A80"),
            ("00 CB 00 FF 03 5C 01 7E", "6A86"),
            ("00 CA DF 30", "6D00"),
            ("00 CB 3F FF 00", "6A80"),
        ]);
    }

    proptest! {
        #[test]
        fn a_request_cut_or_changed_is_refused_or_answered(
            request in prop::sample::select(vec![
                "4D09 7007 BF8101 03 7F41 80", "4D08 7006 BF9003 02 A0 80", "4D09 7007 BFA004 03 7F49 80",
                "4D08 7006 BFFB01 02 7B 80",
            ]),
            length in 0..12_usize,
            change in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut request = bytes(request);
            request.truncate(length);
            if let Some((at, byte)) = change.filter(|_| !request.is_empty()) {
                let at = at.index(request.len());
                request[at] = byte;
            }
            let command = if request.is_empty() {
                String::from("00 CB 3F FF 00")
            } else {
                format!("00 CB 3F FF {:02X} {} 00", request.len(), text(&request))
            };
            let response = card(Protocol::T1).send(&command);
            let status = &response[response.len() - 4..];
            prop_assert!(["9000", "6A80", "6A88"].contains(&status) || status.starts_with("61"), "{response}");
        }
    }
}
