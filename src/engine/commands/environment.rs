//! MANAGE SECURITY ENVIRONMENT (ISO 7816-4, 11.5.11; facts/ias.md 4, facts/cwa14890.md 1.4).
//!
//! A template that is set replaces the one of its kind and direction. Nothing changes unless all it names exists.

use alloc::vec::Vec;

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{CurrentTemplate, Direction, OtherKey},
    },
    image::{ControlTemplate, TemplateKind},
    security::SeNumber,
    tlv::{self, Tag},
    vault::{Class, DomainId, ObjectId},
};

/// The usage bit of a template that computes or is authenticated (`95`).
const USAGE_COMPUTE: u8 = 0x40;

/// The usage bit of a template that verifies or authenticates.
const USAGE_VERIFY: u8 = 0x80;

/// The shortest reference that is a name, as certificates carry it, and the longest.
const NAMES: core::ops::RangeInclusive<usize> = 8..=16;

pub(super) fn manage_security_environment(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    match command.p1() {
        0x41 => set(command, &[Direction::Compute], context),
        0x81 => set(command, &[Direction::Verify], context),
        0xC1 => set(command, &[Direction::Compute, Direction::Verify], context),
        0xF3 => restore(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}

fn set(command: &Apdu<'_>, directions: &[Direction], context: &mut Context<'_>) -> Outcome {
    let kind = kind_of(command.p2()).ok_or(StatusWord::WRONG_P1_P2)?;
    let template = read_template(kind, command.data(), context)?;
    for &direction in directions {
        *context.dialogue().environment.template_mut(kind, direction) = template.clone();
    }
    if kind == TemplateKind::Hash {
        context.dialogue().hash = None;
    }
    Ok(StatusWord::SUCCESS)
}

/// Sets what an environment of the image says.
fn restore(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let number = SeNumber::new(command.p2()).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let found = context.core.vault.environment(context.domain(), number);
    let (domain, environment) = found.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let templates: Vec<_> = environment
        .templates
        .iter()
        .map(|template| (template.usage, template.kind, resolve(template, domain, context)))
        .collect();
    context.dialogue().environment = Default::default();
    for (usage, kind, template) in templates {
        let directions = [(USAGE_COMPUTE, Direction::Compute), (USAGE_VERIFY, Direction::Verify)];
        for (_, direction) in directions.into_iter().filter(|(bit, _)| usage & bit != 0 || kind == TemplateKind::Hash) {
            *context.dialogue().environment.template_mut(kind, direction) = template.clone();
        }
    }
    Ok(StatusWord::SUCCESS)
}

/// A template of an environment as the current one. What it names and does not exist is left out.
fn resolve(template: &ControlTemplate, domain: DomainId, context: &Context<'_>) -> CurrentTemplate {
    let vault = &context.core.vault;
    let find = |class| template.reference.and_then(|reference| vault.find(domain, class, reference));
    let object = find(Class::PrivateKey).filter(|_| template.usage & USAGE_VERIFY == 0).or_else(|| find(Class::KeySet));
    let other = find(Class::PublicKey).map(OtherKey::Own);
    CurrentTemplate { algorithm: template.algorithm, object, other }
}

fn kind_of(tag: u8) -> Option<TemplateKind> {
    let kinds = [
        TemplateKind::Authentication,
        TemplateKind::KeyAgreement,
        TemplateKind::Hash,
        TemplateKind::Checksum,
        TemplateKind::Signature,
        TemplateKind::Confidentiality,
    ];
    kinds.into_iter().find(|kind| kind.tag() == tag)
}

/// Reads the data of MSE SET: an algorithm `80` and references `83` and `84`, each at most once.
fn read_template(kind: TemplateKind, data: &[u8], context: &mut Context<'_>) -> Result<CurrentTemplate, StatusWord> {
    let mut template = CurrentTemplate::default();
    let mut seen = Vec::new();
    for object in tlv::objects(data) {
        let object = object.map_err(|_| StatusWord::WRONG_DATA)?;
        if seen.contains(&object.tag) {
            return Err(StatusWord::WRONG_DATA);
        }
        seen.push(object.tag);
        match (object.tag, object.value) {
            (Tag(0x80), &[algorithm]) => template.algorithm = Some(algorithm),
            (Tag(0x83), reference) => name_other(kind, reference, &mut template, context)?,
            (Tag(0x84), reference) => template.object = Some(find(Class::PrivateKey, reference, context)?),
            _ => return Err(StatusWord::WRONG_DATA),
        }
    }
    if seen.is_empty() { Err(StatusWord::WRONG_DATA) } else { Ok(template) }
}

/// What `83` means: a key set in authentication, else a public key, by number or by name.
fn name_other(
    kind: TemplateKind,
    reference: &[u8],
    template: &mut CurrentTemplate,
    context: &mut Context<'_>,
) -> Result<(), StatusWord> {
    if !NAMES.contains(&reference.len()) {
        if kind == TemplateKind::Authentication
            && let Ok(keys) = find(Class::KeySet, reference, context)
        {
            template.object = Some(keys);
            return Ok(());
        }
        template.other = Some(OtherKey::Own(find(Class::PublicKey, reference, context)?));
        return Ok(());
    }
    let is_certified = context.dialogue_if_any().is_some_and(|dialogue| dialogue.certified(reference).is_some());
    let own = context.core.vault.held_by(context.domain(), reference);
    template.other = match own {
        _ if is_certified => Some(OtherKey::Certified(reference.to_vec())),
        Some(id) => Some(OtherKey::Own(id)),
        None => return Err(StatusWord::REFERENCE_NOT_FOUND),
    };
    Ok(())
}

/// The object that a reference of one byte means, or one of two, of which the first is not looked at.
fn find(class: Class, reference: &[u8], context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    let (&[number] | &[_, number]) = reference else { return Err(StatusWord::WRONG_DATA) };
    let found = context.core.vault.find_near(context.domain(), class, number);
    found.ok_or(StatusWord::REFERENCE_NOT_FOUND)
}
