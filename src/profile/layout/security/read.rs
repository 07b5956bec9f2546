//! The tables `[pin]`, `[key]`, `[key_set]`, `[cv_root]`, `[se]`, `[card_keys]` and `[token]` of a layout.

use std::collections::BTreeSet;

use virtuale_engine::image::TemplateKind;

use super::{
    super::{
        fields::{Fields, Placed},
        model::Path,
        read::{Context, Governed, Scope, path, position},
    },
    CardKeys, Cipher, Environment, Key, KeySort, Object, ObjectKind, RootForm, Security, Template, Token,
};
use crate::profile::pkcs15::KeyUsage;

/// How many PINs and keys a layout may have.
pub(in super::super) const MOST_OBJECTS: usize = 128;

/// How many of each class are read: enough to see that there are too many.
const READ_OBJECTS: usize = MOST_OBJECTS + 1;

/// The greatest number of an object.
const LAST_NUMBER: usize = 31;

/// The longest PIN in bytes.
const LONGEST_CODE: usize = 64;

const USAGES: [(&str, KeyUsage); 3] = [
    ("authentication", KeyUsage::Authentication),
    ("signature", KeyUsage::Signature),
    ("decipherment", KeyUsage::Decipherment),
];

const TEMPLATES: [TemplateKind; 6] = [
    TemplateKind::Authentication,
    TemplateKind::KeyAgreement,
    TemplateKind::Hash,
    TemplateKind::Checksum,
    TemplateKind::Signature,
    TemplateKind::Confidentiality,
];

type Tables<'a> = Vec<(Placed<&'a str>, Fields<'a>)>;

/// Reads all of them; `keys` are those of `[key]`.
pub(in super::super) fn read(scope: &Scope<'_>, top: &Fields<'_>, keys: Tables<'_>) -> Security {
    let pins = top.tables("pin", "key of a PIN");
    let pin_names: Vec<String> = pins.iter().take(MOST_OBJECTS).map(|(name, _)| name.value.to_owned()).collect();
    let first_pin = keys.len().min(READ_OBJECTS);
    let (mut objects, mut names) = (Vec::new(), Vec::new());
    let mut add = |tables: Tables<'_>, governed, read: &dyn Fn(&Fields<'_>) -> Option<ObjectKind>| {
        for (name, fields) in tables.into_iter().take(READ_OBJECTS) {
            let kind = read(&fields);
            objects.extend(object(scope, name.value, &fields, governed, kind));
            names.push(name.value.to_owned());
            fields.finish();
        }
    };
    add(keys, Governed::PrivateKey, &|fields| key(scope, fields, &pin_names, first_pin));
    add(pins, Governed::Pin, &pin);
    add(top.tables("key_set", "key of a key set"), Governed::KeySet, &key_set);
    add(top.tables("cv_root", "key of a root"), Governed::PublicKey, &root);
    check_taken(top, &objects);
    let mut environments = Vec::new();
    for (_, fields) in top.tables("se", "key of a security environment") {
        environments.extend(environment(scope, &fields, &names));
        fields.finish();
    }
    let card_keys = table(top, "card_keys", "key of the table card_keys").and_then(|fields| {
        let read = card_keys(&fields);
        fields.finish();
        read
    });
    let token = table(top, "token", "key of the table token").and_then(|fields| {
        let read = token(scope, &fields);
        fields.finish();
        read
    });
    Security { objects, environments, card_keys, token }
}

fn table<'a>(top: &Fields<'a>, key: &'static str, what: &'static str) -> Option<Fields<'a>> {
    top.value(key).and_then(|found| Fields::of(top.report, found, what))
}

/// What all objects have.
fn object(
    scope: &Scope<'_>,
    name: &str,
    fields: &Fields<'_>,
    governed: Governed,
    kind: Option<ObjectKind>,
) -> Option<Object> {
    scope.names.source(fields, None);
    for key in ["in", "number", "rule"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    let application = application(scope, fields);
    let number = small(fields, "number", 1, LAST_NUMBER);
    let rule = scope.names.rule(fields, "rule", governed);
    let contactless = scope.names.rule(fields, "contactless", governed);
    let title = fields.text("title").map_or(String::new(), |title| title.value.to_owned());
    let tries = small(fields, "tries", 1, 15);
    let uses = fields.number("uses", 1..0x10000).and_then(|uses| u16::try_from(uses.value).ok());
    Some(Object {
        name: name.to_owned(),
        span: fields.span(),
        application: application?,
        number: number?,
        title,
        rule: rule?,
        contactless,
        tries,
        uses,
        kind: kind?,
    })
}

fn application(scope: &Scope<'_>, fields: &Fields<'_>) -> Option<usize> {
    fields.text("in").and_then(|name| position(fields, "application", &name, &scope.names.applications))
}

fn small(fields: &Fields<'_>, key: &'static str, least: usize, most: usize) -> Option<u8> {
    fields.number(key, least..most + 1).and_then(|number| u8::try_from(number.value).ok())
}

/// One of several names.
fn one_of<T: Copy, const N: usize>(fields: &Fields<'_>, key: &'static str, known: [(&str, T); N]) -> Option<T> {
    let Some(name) = fields.text(key) else {
        if !fields.has(key) {
            fields.mistake(
                format!("\"{key}\" is missing"),
                &format!("one of {}", known.map(|(name, _)| name).join(", ")),
            );
        }
        return None;
    };
    let found = known.iter().find(|(known, _)| *known == name.value);
    if found.is_none() {
        fields.report.unknown(key, &name, known.map(|(known, _)| known));
    }
    found.map(|&(_, value)| value)
}

fn pin(fields: &Fields<'_>) -> Option<ObjectKind> {
    let from = key_path(fields, "from");
    let shortest = small(fields, "shortest", 1, LONGEST_CODE);
    let longest = small(fields, "longest", 1, LONGEST_CODE);
    for key in ["shortest", "longest"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    let label = fields.text("label").map(|label| label.value.to_owned());
    let left = fields.has("left").then(|| key_path(fields, "left")).flatten();
    let digits = fields.flag("digits").unwrap_or(false);
    let (shortest, longest) = (shortest?, longest?);
    if shortest > longest {
        fields.mistake("\"shortest\" is longer than \"longest\"", "the other way round");
    }
    Some(ObjectKind::Pin { from: from?, left, shortest, longest, digits, label })
}

fn key(scope: &Scope<'_>, fields: &Fields<'_>, pins: &[String], first: usize) -> Option<ObjectKind> {
    let label = fields.text("label");
    let id = fields.byte("id");
    for key in ["label", "id"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    let usage = one_of(fields, "usage", USAGES);
    let sort = fields.text("type");
    if let Some(sort) = sort.as_ref().filter(|sort| KeySort::named(sort.value).is_none()) {
        fields.report.unknown("type", sort, KeySort::NAMED.map(|(name, _)| name));
    }
    let pin = fields.text("pin").and_then(|pin| position(fields, "PIN", &pin, pins));
    let public = scope.names.rule(fields, "public_rule", Governed::PublicKey);
    let authorisation = match fields.has("authorisation") {
        true => scope.list(fields, "authorisation", &Context::new(scope.names.source(fields, None))),
        false => Vec::new(),
    };
    let certified = fields.texts("certified").and_then(|paths| {
        let [first, last] = paths.as_slice() else {
            fields.mistake("\"certified\" is two keys of card files", "the first day and the last day");
            return None;
        };
        Some([path(fields, first)?, path(fields, last)?])
    });
    let card = fields.has("card").then(|| key_path(fields, "card")).flatten();
    Some(ObjectKind::Key(Key {
        label: label?.value.to_owned(),
        id: id?.value,
        usage: usage?,
        sort: sort.and_then(|sort| KeySort::named(sort.value)),
        pin: pin.map(|pin| first + pin),
        public,
        listed: fields.flag("listed").unwrap_or(true),
        authorisation,
        certified,
        card,
    }))
}

fn key_set(fields: &Fields<'_>) -> Option<ObjectKind> {
    let cipher = one_of(fields, "cipher", Cipher::NAMED);
    let (mac, encryption) = (key_path(fields, "mac"), key_path(fields, "encryption"));
    Some(ObjectKind::KeySet { cipher: cipher?, mac: mac?, encryption: encryption? })
}

fn root(fields: &Fields<'_>) -> Option<ObjectKind> {
    let form = one_of(fields, "form", [("rsa", RootForm::Rsa), ("p256", RootForm::P256)]);
    Some(ObjectKind::Root(form?))
}

/// A key of card files that must be named.
fn key_path(fields: &Fields<'_>, key: &'static str) -> Option<Path> {
    if !fields.has(key) {
        fields.missing(key);
    }
    fields.text(key).and_then(|text| path(fields, &text))
}

/// An environment; `names` are those of all objects, in their order.
fn environment(scope: &Scope<'_>, fields: &Fields<'_>, names: &[String]) -> Option<Environment> {
    scope.names.source(fields, None);
    for key in ["in", "number", "templates"].into_iter().filter(|key| !fields.has(key)) {
        fields.missing(key);
    }
    let application = application(scope, fields);
    let number = small(fields, "number", 1, 14);
    let template = |written| {
        let fields = Fields::of(fields.report, written, "key of a control reference template")?;
        let read = template(&fields, names);
        fields.finish();
        read
    };
    let templates = fields.list("templates").unwrap_or_default().iter().filter_map(template).collect();
    Some(Environment { application: application?, number: number?, templates })
}

fn template(fields: &Fields<'_>, names: &[String]) -> Option<Template> {
    let tag = fields.byte("crt");
    let kind = tag.as_ref().and_then(|tag| TEMPLATES.into_iter().find(|kind| kind.tag() == tag.value));
    if kind.is_none() {
        fields.mistake("\"crt\" is the tag of a control reference template", "one of A4 A6 AA B4 B6 B8");
    }
    let usage = fields.byte("usage");
    if !fields.has("usage") {
        fields.missing("usage");
    }
    let object = fields.text("names").and_then(|name| position(fields, "PIN or key", &name, names));
    let role = fields.hex("role").map(|role| role.value);
    let algorithm = fields.byte("algorithm").map(|algorithm| algorithm.value);
    Some(Template { kind: kind?, usage: usage?.value, algorithm, object, role })
}

fn card_keys(fields: &Fields<'_>) -> Option<CardKeys> {
    let list = key_path(fields, "list");
    let [name, sort, seed, file] = ["name", "type", "seed", "file"].map(|key| key_path(fields, key));
    Some(CardKeys { list: list?, name: name?, sort: sort?, seed: seed?, file: file? })
}

fn token(scope: &Scope<'_>, fields: &Fields<'_>) -> Option<Token> {
    let known = scope.names.source(fields, None);
    let text = |key| fields.text(key).map(|text| text.value.to_owned());
    let (manufacturer, label) = (text("manufacturer"), text("label"));
    let holder = fields.texts("holder").unwrap_or_default();
    let serial = scope.list(fields, "serial", &Context::new(known));
    let writable = fields.flag("writable").unwrap_or(false);
    Some(Token {
        serial,
        manufacturer,
        label,
        writable,
        holder: holder.iter().filter_map(|key| path(fields, key)).collect(),
    })
}

/// No two objects of one class and application have the same number, nor any two the same name, nor two private keys
/// the same identifier, nor two PINs with labels the same number.
fn check_taken(top: &Fields<'_>, objects: &[Object]) {
    let class = |kind: &ObjectKind| match kind {
        ObjectKind::Pin { .. } => 0x01_u8,
        ObjectKind::KeySet { .. } => 0x0A,
        ObjectKind::Key(_) => 0x10,
        ObjectKind::Root(_) => 0x20,
    };
    if objects.len() > MOST_OBJECTS {
        top.mistake(format!("there are more than {MOST_OBJECTS} PINs and keys"), "");
    }
    let (mut numbers, mut names) = (BTreeSet::new(), BTreeSet::new());
    // What PKCS#15 files tell apart.
    let (mut ids, mut pins) = (BTreeSet::new(), BTreeSet::new());
    for object in objects {
        let mut is_new = numbers.insert((object.application, class(&object.kind), object.number));
        if matches!(&object.kind, ObjectKind::Key(key) if key.public.is_some()) {
            is_new &= numbers.insert((object.application, 0x20, object.number));
        }
        if !is_new {
            let message = format!("the number of \"{}\" is taken in its application", object.name);
            top.report.mistake(object.span.clone(), message, "");
        }
        if matches!(&object.kind, ObjectKind::Key(key) if !ids.insert(key.id)) {
            let message = format!("the \"id\" of \"{}\" is taken by another private key", object.name);
            top.report.mistake(object.span.clone(), message, "programs find the certificate of a key by it");
        }
        if matches!(&object.kind, ObjectKind::Pin { label: Some(_), .. } if !pins.insert(object.number)) {
            let message = format!("the number of \"{}\" is taken by another PIN with a label", object.name);
            top.report.mistake(object.span.clone(), message, "programs find the PIN of a key by it");
        }
        if !names.insert(&object.name) {
            let message = format!("there is another PIN or key with the name \"{}\"", object.name);
            top.report.mistake(object.span.clone(), message, "");
        }
    }
}
