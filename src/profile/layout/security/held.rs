//! The private keys that one card has: those that its card file names, else those of the test authority.

use std::{collections::BTreeMap, io, path::Path as FilePath};

use virtuale_engine::{
    crypto::{Crypto, P256PrivateKey, RsaNumbers, RsaPublicKey},
    image::PrivateKey,
};

use super::{
    super::{Layout, encode::Encoder, model::Path},
    CardKeys, KeySort, Object, ObjectKind,
};
use crate::{
    profile::{
        arithmetic::Arithmetic,
        authority::{CARD_KEYS, KeyFile, RsaLength, card_rsa, derive_p256, parse_key_file, read_key_file, rsa_public},
        reason,
        said::{Bilingual, said},
        tree::{Data, Node, Span},
    },
    shown,
};

/// A private key of a card, and its public half.
#[derive(Clone, Debug)]
pub(in super::super) struct HeldKey {
    pub(super) sort: KeySort,
    pub(super) private: PrivateKey,
    pub(super) public: Public,
}

/// A public key.
#[derive(Clone, Debug)]
pub(super) enum Public {
    /// RSA.
    Rsa(RsaPublicKey),
    /// An uncompressed point.
    P256([u8; 65]),
}

/// What a card file says of a key.
#[derive(Default)]
struct Choice<'a> {
    /// Where the whole entry stands.
    span: Span,
    sort: Option<&'a Node>,
    seed: Option<&'a Node>,
    file: Option<&'a Node>,
}

/// The RSA keys of the pool that a card has, by length and number.
#[derive(Default)]
struct Taken(Vec<(RsaLength, usize)>);

impl Taken {
    /// The first key from `wanted` on that the card has not yet; the last one is followed by the first.
    fn choose(&mut self, length: RsaLength, wanted: u64) -> Option<usize> {
        let first = usize::try_from(wanted % CARD_KEYS as u64).unwrap_or(0);
        let mut numbers = (first..CARD_KEYS).chain(0..first).map(|number| (length, number));
        let free = numbers.find(|key| !self.0.contains(key))?;
        self.0.push(free);
        Some(free.1)
    }
}

/// The private keys of a card, by their places among objects; `None` where the card has none.
///
/// Keys that the card file does not choose follow from `seed`. Their files count from the folder `base`.
pub(in super::super) fn held(
    layout: &Layout,
    encoder: &mut Encoder<'_>,
    data: &Node,
    base: Option<&FilePath>,
    seed: u64,
) -> Vec<Option<HeldKey>> {
    let keys = layout.security.objects.iter().filter(|object| matches!(object.kind, ObjectKind::Key(_)));
    let mut choices = BTreeMap::new();
    if let Some(card_keys) = &layout.security.card_keys {
        let names: Vec<&str> = keys.clone().map(|object| object.name.as_str()).collect();
        choices = read_choices(card_keys, &names, encoder, data);
    }
    let chosen = keys.map(|object| (object, choices.remove(object.name.as_str()).unwrap_or_default()));
    let mut chosen: Vec<_> = chosen.enumerate().collect();
    // What the card file asks for comes before what the serial number chooses.
    chosen.sort_by_key(|(_, (_, choice))| choice.seed.is_none());
    let mut taken = Taken::default();
    let made =
        chosen.iter().map(|(place, (object, choice))| (*place, one(object, choice, encoder, base, seed, &mut taken)));
    let mut made: Vec<_> = made.collect();
    made.sort_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, key)| key).collect()
}

fn read_choices<'a>(
    keys: &CardKeys,
    names: &[&str],
    encoder: &mut Encoder<'_>,
    data: &'a Node,
) -> BTreeMap<&'a str, Choice<'a>> {
    let mut choices = BTreeMap::new();
    for entry in look_up(data, &keys.list).map_or(&[][..], Node::list) {
        let Some(name) = look_up(entry, &keys.name) else { continue };
        let text = name.text().unwrap_or_default();
        if !names.contains(&text) {
            let known = names.join(", ");
            let hint = said!(en: "keys of this chip: {known}", fr: "clés de cette puce : {known}");
            let message = said!(en: "this chip has no key \"{text}\"", fr: "cette puce n'a pas de clé « {text} »");
            encoder.mistake(&name.span, message, hint);
        }
        let [sort, seed, file] = [&keys.sort, &keys.seed, &keys.file].map(|path| look_up(entry, path));
        if sort.and_then(Node::text) == Some(KeySort::NONE) {
            for (path, node) in [(&keys.seed, seed), (&keys.file, file)] {
                let Some(node) = node else { continue };
                let (key, sort, none) = (path.keys.join("."), keys.sort.keys.join("."), KeySort::NONE);
                let message = said!(
                    en: "\"{key}\" chooses a key, and the card has no key \"{text}\"",
                    fr: "« {key} » choisit une clé, et la carte n'a pas de clé « {text} »",
                );
                let hint =
                    said!(en: "leave it out, or \"{sort}\" = \"{none}\"", fr: "l'enlever, ou bien {sort} = \"{none}\"");
                encoder.mistake(&node.span, message, hint);
            }
        }
        if choices.insert(text, Choice { span: name.span.clone(), sort, seed, file }).is_some() {
            let message =
                said!(en: "the key \"{text}\" is chosen twice", fr: "la clé « {text} » est choisie deux fois");
            encoder.mistake(&name.span, message, said!(en: "leave one of them out", fr: "enlever l'un des deux choix"));
        }
    }
    choices
}

fn look_up<'a>(node: &'a Node, path: &Path) -> Option<&'a Node> {
    node.at(&path.keys.join("."))
}

fn one(
    object: &Object,
    choice: &Choice<'_>,
    encoder: &mut Encoder<'_>,
    base: Option<&FilePath>,
    seed: u64,
    taken: &mut Taken,
) -> Option<HeldKey> {
    let ObjectKind::Key(key) = &object.kind else { return None };
    let written = choice.sort.and_then(Node::text);
    if written == Some(KeySort::NONE) {
        return None;
    }
    if let Some(file) = choice.file {
        return from_file(file, written, encoder, base);
    }
    let sort = match written {
        Some(name) => KeySort::named(name),
        None => key.sort,
    };
    let chosen = choice.seed.and_then(|node| if let Data::Number(number) = node.data { Some(number) } else { None });
    let number = chosen.unwrap_or(seed.wrapping_add(object.number.into()));
    let made = match sort? {
        KeySort::Rsa(length) => {
            let Some(number) = taken.choose(length, number) else {
                let name = &object.name;
                let message =
                    said!(en: "no RSA key is left for \"{name}\"", fr: "il ne reste pas de clé RSA pour « {name} »");
                let hint = said!(
                    en: "a card has {CARD_KEYS} of one length: choose another type, or a key from a file",
                    fr: "une carte en a {CARD_KEYS} d'une même longueur : choisir un autre type, ou une clé d'un fichier",
                );
                encoder.mistake(&choice.span, message, hint);
                return None;
            };
            let (numbers, spare) = card_rsa(length, number);
            rsa(numbers, spare)
        }
        KeySort::P256 => p256(derive_p256(number, &format!("card key {}", object.number))),
    };
    if made.is_none() {
        let name = &object.name;
        let message =
            said!(en: "no key can be made for \"{name}\"", fr: "aucune clé ne peut être faite pour « {name} »");
        encoder.mistake(&choice.span, message, said!(en: "choose another seed", fr: "choisir une autre graine"));
    }
    made
}

/// The key of a file that the card file names.
fn from_file(
    file: &Node,
    written: Option<&str>,
    encoder: &mut Encoder<'_>,
    base: Option<&FilePath>,
) -> Option<HeldKey> {
    let name = file.text().unwrap_or_default();
    let Some(base) = base else {
        let message = said!(
            en: "the key file {name} cannot be found: this card file is none",
            fr: "le fichier de clé {name} est introuvable : cette carte ne vient pas d'un fichier",
        );
        let hint = said!(
            en: "keys from files need a card file in a folder",
            fr: "une clé prise dans un fichier demande un fichier de carte dans un dossier",
        );
        encoder.mistake(&file.span, message, hint);
        return None;
    };
    let path = base.join(name);
    let bytes = match read_key_file(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let hint = match error.kind() {
                io::ErrorKind::NotFound => said!(
                    en: "paths of key files count from the folder of the card file",
                    fr: "le chemin d'un fichier de clé part du dossier du fichier de carte",
                ),
                _ => said!(
                    en: "a key file is a file that can be read",
                    fr: "un fichier de clé est un fichier qui peut être lu",
                ),
            };
            let (path, why) = (shown::path(&path), reason::reason(&error));
            let message = said!(
                with why;
                en: "cannot read the key file {path}: {why}",
                fr: "impossible de lire le fichier de clé {path} : {why}",
            );
            encoder.mistake(&file.span, message, hint);
            return None;
        }
    };
    let unusable = |why: Bilingual| {
        let path = shown::path(&path);
        said!(
            with why;
            en: "the key file {path} cannot be used: {why}",
            fr: "le fichier de clé {path} est inutilisable : {why}",
        )
    };
    let made = match parse_key_file(&bytes) {
        Ok(KeyFile::Rsa(numbers)) => Arithmetic.rsa_key(&numbers).ok().and_then(|_| rsa(numbers, Vec::new())),
        Ok(KeyFile::P256(key)) => p256(key),
        Err(error) => {
            encoder.mistake(&file.span, unusable(error.said()), error.hint());
            return None;
        }
    };
    let Some(made) = made else {
        let why = said!(en: "its numbers are no key", fr: "ses nombres ne forment pas une clé");
        encoder.mistake(&file.span, unusable(why), said!(en: "make another one", fr: "en faire un autre"));
        return None;
    };
    if let Some(written) = written.filter(|written| *written != made.sort.name()) {
        let (path, found) = (shown::path(&path), made.sort.name());
        let message = said!(
            en: "the key file {path} has a key of type {found}, not {written}",
            fr: "le fichier de clé {path} a une clé de type {found}, et non {written}",
        );
        let hint =
            said!(en: "leave the type out: the file says it", fr: "omettre le type : c'est le fichier qui le dit");
        encoder.mistake(&file.span, message, hint);
        return None;
    }
    Some(made)
}

/// A key whose numbers are sound.
fn rsa(numbers: RsaNumbers, spare: Vec<RsaNumbers>) -> Option<HeldKey> {
    let public = rsa_public(&numbers);
    let bits = public.n.len() * 8;
    let mut sorts = KeySort::NAMED.into_iter().map(|(_, sort)| sort);
    let sort = sorts.find(|sort| matches!(sort, KeySort::Rsa(length) if length.bits() == bits))?;
    Some(HeldKey { sort, private: PrivateKey::Rsa { numbers, spare }, public: Public::Rsa(public) })
}

fn p256(key: P256PrivateKey) -> Option<HeldKey> {
    let public = Arithmetic.p256_public(&key).ok()?;
    Some(HeldKey { sort: KeySort::P256, private: PrivateKey::P256(key), public: Public::P256(public) })
}
