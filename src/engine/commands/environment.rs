//! MANAGE SECURITY ENVIRONMENT [ISO-7816-4 11.5.11] [RUN-OPENSC commands] [OPENSC-CWA chain].
//!
//! A template that is set replaces the one of its kind and direction. Nothing changes unless all it names exists: keys
//! that are meant for it, and algorithms that mean something. Whether an algorithm is the key's is for the operation.

use alloc::vec::Vec;

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{CurrentTemplate, Direction, OtherKey},
    },
    commands::algorithm::{Algorithm, Scheme},
    image::{ControlTemplate, TemplateKind},
    security::SeNumber,
    tlv::{self, Tag},
    vault::{Access, Class, DomainId, ObjectId},
};

/// The usage bit of a template that computes or is authenticated (`95`).
const USAGE_COMPUTE: u8 = 0x40;

/// The usage bit of a template that verifies or authenticates.
const USAGE_VERIFY: u8 = 0x80;

/// What references of two bytes begin with: `020F` is a root, `021F` a key [OPENSC-CWA chain].
const FIRST_OF_TWO: u8 = 0x02;

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
    if template.algorithm.is_some_and(|byte| !is_known(kind, byte)) {
        return Err(StatusWord::WRONG_DATA.into());
    }
    if directions == [Direction::Compute] {
        check_meant(kind, &template, context)?;
    }
    for &direction in directions {
        *context.dialogue().environment.template_mut(kind, direction) = template.clone();
    }
    if kind == TemplateKind::Hash {
        context.dialogue().hash = None;
    }
    Ok(StatusWord::SUCCESS)
}

/// Sets what an environment of the image says. Of several templates of a kind the first counts.
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
    let dialogue = context.dialogue();
    (dialogue.environment, dialogue.hash) = Default::default();
    for (usage, kind, template) in templates.into_iter().rev() {
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
    let verifies = template.usage & USAGE_VERIFY != 0;
    let object = match template.kind {
        TemplateKind::Authentication if verifies => find(Class::KeySet),
        _ if verifies => None,
        _ => find(Class::PrivateKey),
    };
    let other = find(Class::PublicKey).filter(|_| object.is_none()).map(OtherKey::Own);
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

/// Whether an algorithm byte means something in a template of a kind.
fn is_known(kind: TemplateKind, byte: u8) -> bool {
    let algorithm = Algorithm(Some(byte));
    match kind {
        TemplateKind::Hash => algorithm.hash().is_some(),
        _ => algorithm.scheme(Scheme::Pkcs1).is_some(),
    }
}

/// Whether the private key of a template that computes is meant for what the kind computes.
///
/// # Errors
///
/// `6985` if its rule allows that to nobody, as the operation would say.
fn check_meant(kind: TemplateKind, template: &CurrentTemplate, context: &Context<'_>) -> Result<(), StatusWord> {
    let access = match kind {
        TemplateKind::Authentication => Access::Internal,
        TemplateKind::Signature => Access::Sign,
        TemplateKind::Confidentiality => Access::Decipher,
        TemplateKind::KeyAgreement | TemplateKind::Hash | TemplateKind::Checksum => return Ok(()),
    };
    let vault = &context.core.vault;
    let key = template.object.filter(|&id| vault.object(id).class == Class::PrivateKey);
    let is_meant = key.is_none_or(|key| vault.condition(key, access).is_some());
    if is_meant { Ok(()) } else { Err(StatusWord::CONDITIONS_NOT_SATISFIED) }
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
    let own = context.core.vault.held_by(context.domain(), reference, &context.core.memory);
    template.other = match own {
        _ if is_certified => Some(OtherKey::Certified(reference.to_vec())),
        Some(id) => Some(OtherKey::Own(id)),
        None => return Err(StatusWord::REFERENCE_NOT_FOUND),
    };
    Ok(())
}

/// The object that a reference means: one byte, or two of which the first is always the same.
fn find(class: Class, reference: &[u8], context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    let number = match *reference {
        [number] | [FIRST_OF_TWO, number] => number,
        [_, _] => return Err(StatusWord::REFERENCE_NOT_FOUND),
        _ => return Err(StatusWord::WRONG_DATA),
    };
    let found = context.core.vault.find_near(context.domain(), class, number);
    found.ok_or(StatusWord::REFERENCE_NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec};

    use proptest::prelude::*;

    use crate::{
        Protocol,
        testing::{
            keys::{VERIFY, card},
            text,
        },
    };

    #[test]
    fn templates_are_set_for_either_direction() {
        card(Protocol::T1).plays(&[
            ("00 22 41 A4 06 84 01 81 80 01 02", "9000"),
            ("00 22 41 B6 06 84 01 02 80 01 54", "9000"),
            ("00 22 41 B8 03 84 01 81", "9000"),
            ("00 22 41 AA 03 80 01 40", "9000"),
            ("00 22 41 B4 03 80 01 0C", "9000"),
            ("00 22 41 A6 03 80 01 0B", "9000"),
            ("00 22 81 A4 06 80 01 1C 83 01 81", "9000"),
            ("00 22 81 A4 03 83 01 01", "9000"),
            ("00 22 C1 A4 06 80 01 0C 83 01 82", "9000"),
            ("00 22 81 B6 06 80 01 41 83 01 84", "9000"),
            ("00 22 81 B6 04 83 02 0204", "9000"),
            ("00 22 81 B6 0A 83 08 6573524449600006", "9000"),
        ]);
    }

    #[test]
    fn what_names_nothing_is_refused_and_changes_nothing() {
        let digest = "00 2A 9E 9A 20 AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF 00";
        let mut card = card(Protocol::T1);
        card.plays(&[
            VERIFY,
            ("00 22 41 B6 03 84 01 82", "9000"),
            ("00 22 41 B6 03 84 01 89", "6A88"),
            ("00 22 41 B6 03 84 01 62", "6A88"),
            ("00 22 41 B6 05 80 01 54 84 00", "6A80"),
            ("00 22 41 B6 06 84 01 83 84 01 83", "6A80"),
            ("00 22 41 B6 04 80 02 1234", "6A80"),
            ("00 22 41 B6 06 80 01 99 84 01 83", "6A80"),
            ("00 22 41 A4 06 84 01 81 80 01 77", "6A80"),
            ("00 22 41 AA 03 80 01 82", "6A80"),
            ("00 22 41 B6 03 91 01 00", "6A80"),
            ("00 22 41 B6 03 84 02 82", "6A80"),
            ("00 22 41 B6", "6A80"),
            ("00 22 81 B6 03 83 01 89", "6A88"),
            ("00 22 81 B6 0A 83 08 0000000000000000", "6A88"),
            ("00 22 81 A4 03 83 01 89", "6A88"),
            ("00 22 41 B6 04 84 02 FF82", "6A88"),
            ("00 22 41 B6 04 84 02 0082", "6A88"),
            ("00 22 41 A5 03 84 01 83", "6A86"),
            ("00 22 42 B6 03 84 01 83", "6A86"),
        ]);
        assert!(card.send(digest).starts_with("EFD48B2A"));
    }

    #[test]
    fn an_environment_of_the_image_is_restored() {
        card(Protocol::T1).plays(&[
            ("00 22 F3 03", "9000"),
            ("00 84 00 00 08", "4242424242424242 9000"),
            ("00 82 00 00 01 00", "6700"),
            ("00 22 F3 07", "9000"),
            ("00 22 F3 0D", "6A88"),
            ("00 22 F3 0F", "6A88"),
            ("00 22 F3 03 01 00", "6700"),
        ]);
    }

    #[test]
    fn what_is_restored_does_not_sign_a_hash_of_before() {
        card(Protocol::T1).plays(&[
            ("00 20 00 81 04 31323334", "9000"),
            ("00 22 41 AA 03 80 01 40", "9000"),
            ("00 2A 90 80 01 41", "9000"),
            ("00 22 F3 03", "9000"),
            ("00 22 41 B6 03 84 01 82", "9000"),
            ("00 2A 9E 9A 00", "6985"),
        ]);
    }

    #[test]
    fn another_application_sets_its_own() {
        card(Protocol::T1).plays(&[
            ("00 22 41 B6 03 84 01 82", "9000"),
            ("00 A4 00 0C", "9000"),
            ("00 2A 9E 9A 00", "6985"),
            ("00 22 41 B6 03 84 01 82", "6A88"),
            ("00 A4 00 0C 02 0001", "9000"),
            ("00 2A 9E 9A 00", "6985"),
        ]);
    }

    proptest! {
        #[test]
        fn a_template_cut_anywhere_is_refused(
            kind in prop::sample::select(vec!["A4", "A6", "AA", "B4", "B6", "B8"]),
            length in 1..12_usize,
        ) {
            let algorithm = if kind == "AA" { 0x40 } else { 0x02 };
            let whole = [0x80, 0x01, algorithm, 0x84, 0x01, 0x81, 0x83, 0x01, 0x84, 0x83, 0x01, 0x84];
            let part: String = text(&whole[..length]);
            let response = card(Protocol::T1).send(&format!("00 22 41 {kind} {length:02X} {part}"));
            prop_assert!(["9000", "6A80", "6A88"].contains(&&response[..]), "{response}");
            prop_assert_eq!(response == "6A80", length % 3 != 0 || length == 12);
        }
    }
}
