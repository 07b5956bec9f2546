//! GET DATA of a security data object (facts/ias.md 6).

use alloc::vec::Vec;

use super::{
    CODE, CURRENT_DF, ENVIRONMENT, ENVIRONMENT_CLASS, HEADER_LIST, Named, OBJECTS, PARAMETERS, PUBLIC_KEY, only_tagged,
    put_public_key,
};
use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    image::{CompactRule, ControlTemplate, TemplateKind},
    security::SeNumber,
    tlv::{self, Tag},
    vault::{Access, Class, DomainId, LOCAL, Material, ObjectId},
};

/// The length in a header list that stands for the whole object.
const WHOLE: u8 = 0x80;

/// Sends one template of one object: `4D { 70 { BF cc nn { tag 80 } } }`.
pub(in crate::commands) fn get_data(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    if command.p1_p2() != CURRENT_DF {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let list = only_tagged(tlv::objects(command.data()), HEADER_LIST)?;
    let named = Named::read(&only_tagged(list.objects(), OBJECTS)?)?;
    let asked = read_header(named.inside.value)?;
    let mut value = Vec::new();
    if named.class & !LOCAL == ENVIRONMENT_CLASS {
        put_environment(&named, asked, context, &mut value)?;
    } else {
        put_object(&named, asked, context, &mut value)?;
    }
    let mut object = Vec::with_capacity(value.len() + 8);
    tlv::put_with(OBJECTS, &mut object, |template| tlv::put(named.tag, &value, template));
    answer.extend(&object);
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
        (CODE, Class::Code) => context.allow(id, Access::Get).map(|()| put_code_lengths(id, context, value)),
        (PUBLIC_KEY, Class::PublicKey) => {
            context.allow(id, Access::Get)?;
            let core = &mut *context.core;
            let public = core.vault.public(id, &core.memory, &*core.crypto)?;
            put_public_key(&public.key, &public.holder, &public.authorisation, value);
            Ok(())
        }
        // The value of any other object is secret: there is no such template to read.
        _ => Err(StatusWord::WRONG_DATA),
    }
}

fn put_code_lengths(id: ObjectId, context: &Context<'_>, value: &mut Vec<u8>) {
    if let Material::Code { shortest, longest, .. } = context.core.vault.object(id).material {
        tlv::put_with(CODE, value, |lengths| {
            tlv::put(Tag(0x80), &[longest], lengths);
            tlv::put(Tag(0x81), &[shortest], lengths);
        });
    }
}

/// Appends what is known of an object besides its value; all may know it.
fn put_parameters(id: ObjectId, context: &Context<'_>, value: &mut Vec<u8>) {
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
        tlv::put(Tag(0x80), &size.to_be_bytes(), inside);
        tlv::put_with(Tag(0xA1), inside, |rules| {
            put_rule(Tag(0x8C), &object.rule, rules);
            if let Some(contactless) = &object.contactless {
                put_rule(Tag(0x9C), contactless, rules);
            }
        });
        if object.class == Class::PrivateKey {
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
    let domain = if named.class & LOCAL == 0 { DomainId::GLOBAL } else { context.domain() };
    let number = SeNumber::new(named.number).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let found = context.core.vault.environment(domain, number);
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
