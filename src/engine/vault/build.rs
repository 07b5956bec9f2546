//! Making the vault of a chip from an image, and refusing what no rule could name.

use alloc::{format, string::String, vec::Vec};

use super::{
    Blank, Cipher, Class, Counters, Domain, DomainId, LOCAL, Material, NUMBER, Object, PublicCells,
    field::Field,
    rsa::{LONGEST_EXPONENT, RsaCells},
};
use crate::{
    crypto::{CipherKey, RsaNumbers},
    cvc,
    image::{
        ControlTemplate, Directory, FileImage, FileIndex, FileKind, ImageError, ObjectKind, PrivateKey, PublicKey,
        SecurityDomain, SecurityObject,
    },
    memory::Memory,
};

/// The longest PIN in bytes.
const LONGEST_PIN: u8 = 64;

/// The most bytes of a holder's reference or authorisation.
const LONGEST_NAME: usize = 16;

/// The most keys that one object may have: itself and spare ones.
const MOST_KEYS: usize = 255;

/// What is refused, and why.
type Unsound = (String, &'static str);

/// Lays out the vaults of the domains of files whose tree is sound.
pub(crate) fn build(images: &[FileImage], memory: &mut Memory) -> Result<Blank, ImageError> {
    for (index, image) in images.iter().enumerate() {
        let Some(directory) = directory(image) else { continue };
        check(images, &directory.security).map_err(|(object, reason)| ImageError::Security {
            file: FileIndex(index),
            fid: image.fid,
            object,
            reason,
        })?;
    }
    let mut domains = Vec::new();
    let own: Vec<Option<DomainId>> = images
        .iter()
        .enumerate()
        .map(|(df, image)| {
            directory(image).and_then(|own| add_domain((FileIndex(df), image), own, &mut domains, memory))
        })
        .collect();
    let mut of_files: Vec<DomainId> = Vec::with_capacity(images.len());
    for (image, &domain) in images.iter().zip(&own) {
        let shared = directory(image).and_then(|directory| directory.security.shared_with);
        let shared = shared.and_then(|FileIndex(shared)| own.get(shared).copied().flatten());
        let parent = image.parents.first().and_then(|&FileIndex(parent)| of_files.get(parent).copied());
        of_files.push(domain.or(shared).or(parent).unwrap_or(DomainId::GLOBAL));
    }
    Ok(Blank { domains: domains.into(), of_files })
}

/// How many cells the PINs and keys of a DF need.
pub(crate) fn cells_of(security: &SecurityDomain) -> usize {
    let cells = |object: &SecurityObject| {
        let material = match &object.kind {
            ObjectKind::Pin(pin) => Field::cells(pin.longest.into()),
            ObjectKind::KeySet(keys) => 2 * Cipher::of(&keys.mac).key_length(),
            ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, .. }) => RsaCells::cells(numbers),
            ObjectKind::PrivateKey(PrivateKey::P256(_)) => 32,
            ObjectKind::PublicKey(PublicKey::OfPair) => 0,
            ObjectKind::PublicKey(PublicKey::Other { key, .. }) => public_cells(key) + 2 * Field::cells(LONGEST_NAME),
        };
        material + Counters::cells(object.tries, object.uses)
    };
    security.objects.iter().map(cells).sum()
}

fn directory(image: &FileImage) -> Option<&Directory> {
    match &image.kind {
        FileKind::Directory(directory) => Some(directory),
        FileKind::Transparent { .. } | FileKind::Records { .. } => None,
    }
}

/// Whether a DF has a domain of its own. One without a name and without security is part of the application it is in.
fn owns(image: &FileImage, directory: &Directory) -> bool {
    let security = &directory.security;
    let is_named = !directory.aids.is_empty() || image.parents.is_empty();
    security.shared_with.is_none() && (is_named || !security.objects.is_empty() || !security.environments.is_empty())
}

/// Adds the domain of a DF, if it has one of its own. The MF comes first.
fn add_domain(
    (df, image): (FileIndex, &FileImage),
    directory: &Directory,
    domains: &mut Vec<Domain>,
    memory: &mut Memory,
) -> Option<DomainId> {
    if !owns(image, directory) {
        return None;
    }
    let security = &directory.security;
    let global = domains.first().map(|domain| domain.serial_number);
    let domain = Domain {
        objects: security.objects.iter().map(|object| make_object(object, memory)).collect(),
        environments: security.environments.clone(),
        serial_number: security.serial_number.or(global).unwrap_or_default(),
        transactions: security.transactions,
        revoked: security.revoked.map(|fid| (df, fid)),
    };
    domains.push(domain);
    Some(DomainId(domains.len() - 1))
}

fn check(images: &[FileImage], security: &SecurityDomain) -> Result<(), Unsound> {
    if let Some(FileIndex(shared)) = security.shared_with {
        let other = images.get(shared).filter(|image| directory(image).is_some_and(|other| owns(image, other)));
        let is_empty = security.objects.is_empty() && security.environments.is_empty();
        let domain = || String::from("its security domain");
        other.ok_or_else(|| (domain(), "it must be that of a DF which has one of its own"))?;
        return if is_empty { Ok(()) } else { Err((domain(), "a shared one leaves no room for objects of its own")) };
    }
    for (index, object) in security.objects.iter().enumerate() {
        let class = class_of(&object.kind);
        let name = || format!("{class:?} {}", object.number);
        check_object(security, object).map_err(|reason| (name(), reason))?;
        let twice = |other: &SecurityObject| other.number == object.number && class_of(&other.kind) == class;
        if security.objects[..index].iter().any(twice) {
            return Err((name(), "there are two of this class with this number"));
        }
    }
    for (index, environment) in security.environments.iter().enumerate() {
        let name = || format!("environment {}", environment.number.value());
        if security.environments[..index].iter().any(|other| other.number == environment.number) {
            return Err((name(), "there are two with this number"));
        }
        environment.templates.iter().try_for_each(check_template).map_err(|reason| (name(), reason))?;
    }
    Ok(())
}

fn check_object(security: &SecurityDomain, object: &SecurityObject) -> Result<(), &'static str> {
    let consistent = object.rule.is_consistent() && object.contactless.as_ref().is_none_or(|rule| rule.is_consistent());
    if !(1..=NUMBER).contains(&object.number) {
        return Err("its number must be 1 to 31");
    }
    if !consistent {
        return Err("an access rule must have one condition for each bit of its access mode byte");
    }
    if object.tries.is_some_and(|tries| !(1..=15).contains(&tries.most) || tries.left > tries.most) {
        return Err("it must have 1 to 15 tries, and not more left than there are");
    }
    if object.uses.is_some_and(|uses| uses.left > uses.most) {
        return Err("it must not have more uses left than there are");
    }
    match &object.kind {
        ObjectKind::Pin(pin) if !(1..=LONGEST_PIN).contains(&pin.longest) || pin.shortest > pin.longest => {
            Err("a PIN must have 1 to 64 bytes")
        }
        ObjectKind::Pin(pin)
            if !(usize::from(pin.shortest)..=usize::from(pin.longest)).contains(&pin.value.0.len()) =>
        {
            Err("the PIN is shorter or longer than it may be")
        }
        ObjectKind::KeySet(keys) if Cipher::of(&keys.mac) != Cipher::of(&keys.encryption) => {
            Err("both keys must be of one cipher")
        }
        ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, spare }) => {
            let [p, q] = numbers.primes.each_ref().map(Vec::len);
            let halves = |key: &RsaNumbers| key.primes.iter().all(|prime| prime.len() == p);
            if p != q || !has_short_exponent(&numbers.e) {
                return Err("its primes must have the same length, and its exponent 1 to 4 bytes");
            }
            let alike = spare.iter().all(|key| halves(key) && has_short_exponent(&key.e));
            if alike && spare.len() < MOST_KEYS {
                Ok(())
            } else {
                Err("spare keys must be fewer than 255 and as long as the key")
            }
        }
        ObjectKind::PublicKey(PublicKey::Other { holder, authorisation, .. })
            if holder.len() > LONGEST_NAME || authorisation.len() > LONGEST_NAME =>
        {
            Err("what its holder is called and may do must have 16 bytes at most")
        }
        ObjectKind::PublicKey(PublicKey::Other { key: cvc::PublicKey::Rsa(key), .. })
            if !has_short_exponent(&key.e) =>
        {
            Err("its exponent must have 1 to 4 bytes")
        }
        ObjectKind::PublicKey(PublicKey::OfPair) if !has_pair(security, object.number) => {
            Err("there is no private key with this number")
        }
        _ => Ok(()),
    }
}

fn has_short_exponent(e: &[u8]) -> bool {
    (1..=LONGEST_EXPONENT).contains(&e.len())
}

fn has_pair(security: &SecurityDomain, number: u8) -> bool {
    let is_pair = |object: &SecurityObject| object.number == number && class_of(&object.kind) == Class::PrivateKey;
    security.objects.iter().any(is_pair)
}

fn check_template(template: &ControlTemplate) -> Result<(), &'static str> {
    let reference = template.reference.unwrap_or(1);
    let is_reference = reference & !(LOCAL | NUMBER) == 0 && reference & NUMBER != 0;
    if is_reference { Ok(()) } else { Err("a reference must be 1 to 31, with bit 80 if it is local") }
}

fn class_of(kind: &ObjectKind) -> Class {
    match kind {
        ObjectKind::Pin(_) => Class::Pin,
        ObjectKind::KeySet(_) => Class::KeySet,
        ObjectKind::PrivateKey(_) => Class::PrivateKey,
        ObjectKind::PublicKey(_) => Class::PublicKey,
    }
}

fn make_object(image: &SecurityObject, memory: &mut Memory) -> Object {
    Object {
        class: class_of(&image.kind),
        number: image.number,
        name: image.name.clone(),
        rule: image.rule.clone(),
        contactless: image.contactless.clone(),
        counters: Counters::new(image.tries, image.uses, memory),
        non_repudiation: image.non_repudiation,
        material: make_material(&image.kind, memory),
    }
}

fn make_material(kind: &ObjectKind, memory: &mut Memory) -> Material {
    match kind {
        ObjectKind::Pin(pin) => {
            let value = Field::new(&pin.value.0, pin.longest.into(), memory);
            Material::Pin { value, shortest: pin.shortest, longest: pin.longest, digits: pin.digits }
        }
        ObjectKind::KeySet(keys) => Material::KeySet {
            cipher: Cipher::of(&keys.mac),
            mac: memory.add(key_bytes(&keys.mac)),
            encryption: memory.add(key_bytes(&keys.encryption)),
        },
        ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, spare }) => {
            Material::Rsa(RsaCells::new(numbers, spare, memory))
        }
        ObjectKind::PrivateKey(PrivateKey::P256(key)) => Material::P256 { scalar: memory.add(&key.0) },
        ObjectKind::PublicKey(PublicKey::OfPair) => Material::OfPair,
        ObjectKind::PublicKey(PublicKey::Other { key, holder, authorisation }) => {
            let key = match key {
                cvc::PublicKey::Rsa(key) => PublicCells::Rsa {
                    modulus: memory.add(&key.n),
                    exponent: Field::new(&key.e, LONGEST_EXPONENT, memory),
                },
                cvc::PublicKey::P256(point) => PublicCells::P256(memory.add(point)),
            };
            let [holder, authorisation] = [holder, authorisation].map(|name| Field::new(name, LONGEST_NAME, memory));
            Material::Public { key, holder, authorisation }
        }
    }
}

fn public_cells(key: &cvc::PublicKey) -> usize {
    match key {
        cvc::PublicKey::Rsa(key) => key.n.len() + Field::cells(LONGEST_EXPONENT),
        cvc::PublicKey::P256(point) => point.len(),
    }
}

fn key_bytes(key: &CipherKey) -> &[u8] {
    match key {
        CipherKey::TripleDes(bytes) | CipherKey::Aes128(bytes) => bytes,
        CipherKey::Aes256(bytes) => bytes,
    }
}
