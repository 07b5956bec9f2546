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
