//! From the PINs and keys of a layout and the data of a card to the security domains of its chip.

use virtuale_engine::{
    cvc,
    image::{self, ControlTemplate, FileIndex, PublicKey, Secret, SecurityDomain, SecurityObject, Tries, Uses},
    security::SeNumber,
};

use super::{
    super::{Layout, encode::Encoder, model::Path},
    Cipher, Environment, HeldKey, Key, Object, ObjectKind, RootForm, Template,
};
use crate::profile::{
    authority::{CvKeys, points, rsa_public},
    said::{counted, said},
    tree::{Data, Node},
};

/// Bit of a reference: the object is local to an application.
const LOCAL: u8 = 0x80;

/// The security domains of all applications, in their order.
pub(in super::super) fn domains(
    layout: &Layout,
    encoder: &mut Encoder<'_>,
    data: &Node,
    held: &[Option<HeldKey>],
) -> Vec<SecurityDomain> {
    let mut domains: Vec<SecurityDomain> = Vec::new();
    for application in &layout.applications {
        let serial = encoder.loose(&application.serial_number);
        // Where the card file has mistakes they may be the cause.
        if encoder.is_clean() && !matches!(serial.len(), 0 | 8) {
            let name = &application.name;
            let message = said!(
                en: "the serial number of application \"{name}\" has not 8 bytes",
                fr: "le numéro de série de l'application « {name} » n'a pas 8 octets",
            );
            let hint = said!(
                en: "the layout gives it in \"serial_number\"",
                fr: "la structure le donne dans « serial_number »",
            );
            encoder.mistake(&(0..0), message, hint);
        }
        domains.push(SecurityDomain {
            shared_with: application.security.map(FileIndex),
            serial_number: serial.try_into().ok(),
            transactions: application.transactions,
            revoked: application.revoked,
            ..SecurityDomain::default()
        });
    }
    let mut root = None;
    for (place, object) in layout.security.objects.iter().enumerate() {
        let held = held.get(place).and_then(Option::as_ref);
        let made = match &object.kind {
            ObjectKind::Key(key) => pair(object, key, held),
            ObjectKind::Pin { from, left, shortest, longest, digits, .. } => {
                let left = left.as_ref().and_then(|left| data.at(&left.keys.join(".")));
                let made = pin(object, from, (*shortest..=*longest, *digits), encoder, data);
                made.map(|pin| with_left(pin, left)).into_iter().collect()
            }
            ObjectKind::KeySet { cipher, mac, encryption } => {
                key_set(object, *cipher, [mac, encryption], encoder, data).into_iter().collect()
            }
            ObjectKind::Root(form) => {
                vec![root_key(object, *form, root.get_or_insert_with(|| CvKeys::root(0)))]
            }
        };
        if let Some(domain) = domains.get_mut(object.application) {
            domain.objects.extend(made);
        }
    }
    for environment in &layout.security.environments {
        if let (Some(domain), Some(made)) = (domains.get_mut(environment.application), made(layout, environment, held))
        {
            domain.environments.push(made);
        }
    }
    domains
}

/// What all objects have.
fn object(object: &Object, kind: image::ObjectKind) -> SecurityObject {
    SecurityObject {
        number: object.number,
        name: object.title.clone(),
        rule: object.rule.compact.clone(),
        contactless: object.contactless.as_ref().map(|rule| rule.compact.clone()),
        tries: object.tries.map(|most| Tries { most, left: most }),
        uses: object.uses.map(|most| Uses { most, left: most }),
        non_repudiation: false,
        kind,
    }
}

/// A private key, and its public half if the layout has it.
fn pair(entry: &Object, key: &Key, held: Option<&HeldKey>) -> Vec<SecurityObject> {
    let Some(held) = held else { return Vec::new() };
    let binds = key.usage == crate::profile::pkcs15::KeyUsage::Signature;
    let private = object(entry, image::ObjectKind::PrivateKey(held.private.clone()));
    let mut made = vec![SecurityObject { non_repudiation: binds, ..private }];
    if let Some(rule) = &key.public {
        let public = object(entry, image::ObjectKind::PublicKey(PublicKey::OfPair));
        made.push(SecurityObject {
            name: String::new(),
            rule: rule.compact.clone(),
            contactless: None,
            tries: None,
            uses: None,
            ..public
        });
    }
    made
}

fn pin(
    entry: &Object,
    from: &Path,
    (lengths, digits): (std::ops::RangeInclusive<u8>, bool),
    encoder: &mut Encoder<'_>,
    data: &Node,
) -> Option<SecurityObject> {
    let key = from.keys.join(".");
    let Some(node) = data.at(&key) else {
        encoder.missing(from);
        return None;
    };
    let value = node.text().unwrap_or_default().as_bytes();
    let (shortest, longest) = (*lengths.start(), *lengths.end());
    if !u8::try_from(value.len()).is_ok_and(|length| lengths.contains(&length)) {
        let length = counted(value.len(), "character", "caractère");
        let message = said!(with length; en: "the PIN \"{key}\" has {length}", fr: "le code « {key} » a {length}");
        let hint =
            said!(en: "this chip takes {shortest} to {longest}", fr: "cette puce en prend de {shortest} à {longest}");
        encoder.mistake(&node.span, message, hint);
        return None;
    }
    let pin = image::Pin { value: Secret(value.to_vec()), shortest, longest, digits };
    Some(object(entry, image::ObjectKind::Pin(pin)))
}

/// A PIN of which a card file says how many tries are left; no more than there are.
fn with_left(mut pin: SecurityObject, left: Option<&Node>) -> SecurityObject {
    if let (Some(tries), Some(Data::Number(left))) = (&mut pin.tries, left.map(|left| &left.data)) {
        tries.left = u8::try_from(*left).unwrap_or(tries.most).min(tries.most);
    }
    pin
}

fn key_set(
    entry: &Object,
    cipher: Cipher,
    keys: [&Path; 2],
    encoder: &mut Encoder<'_>,
    data: &Node,
) -> Option<SecurityObject> {
    let [mac, encryption] = keys.map(|path| {
        let key = path.keys.join(".");
        let Some(node) = data.at(&key) else {
            encoder.missing(path);
            return None;
        };
        let Data::Bytes(bytes) = &node.data else { return None };
        let made = cipher.key(bytes);
        if made.is_none() {
            let (length, right) = (counted(bytes.len(), "byte", "octet"), cipher.length());
            let message = said!(with length; en: "the key \"{key}\" has {length}", fr: "la clé « {key} » a {length}");
            encoder.mistake(
                &node.span,
                message,
                said!(en: "this chip takes {right}", fr: "cette puce en prend {right}"),
            );
        }
        made
    });
    let set = image::KeySet { mac: mac?, encryption: encryption? };
    Some(object(entry, image::ObjectKind::KeySet(set)))
}

/// The public key of the root of seed 0.
fn root_key(entry: &Object, form: RootForm, root: &CvKeys) -> SecurityObject {
    let (key, holder, authorisation) = match form {
        RootForm::Rsa => {
            (cvc::PublicKey::Rsa(rsa_public(&root.rsa)), CvKeys::ROOT_RSA_HOLDER, CvKeys::ROOT_RSA_AUTHORISATION)
        }
        RootForm::P256 => {
            (cvc::PublicKey::P256(points::CV_ROOT), CvKeys::ROOT_P256_HOLDER, CvKeys::ROOT_P256_AUTHORISATION)
        }
    };
    let kind = PublicKey::Other { key, holder: holder.to_vec(), authorisation: authorisation.to_vec() };
    object(entry, image::ObjectKind::PublicKey(kind))
}

/// An environment, without the templates of keys that the card does not have.
fn made(layout: &Layout, environment: &Environment, held: &[Option<HeldKey>]) -> Option<image::Environment> {
    let is_there =
        |template: &&Template| template.object.is_none_or(|place| held.get(place).is_none_or(Option::is_some));
    let template = |template: &Template| ControlTemplate {
        kind: template.kind,
        usage: template.usage,
        algorithm: template.algorithm,
        reference: template.object.and_then(|place| layout.security.objects.get(place)).map(reference),
        role: template.role.clone(),
    };
    Some(image::Environment {
        number: SeNumber::new(environment.number)?,
        templates: environment.templates.iter().filter(is_there).map(template).collect(),
    })
}

/// By what commands name an object: its number, with a bit unless it is in the MF.
pub(super) fn reference(object: &Object) -> u8 {
    object.number | if object.application == 0 { 0 } else { LOCAL }
}
