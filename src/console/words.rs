//! What of a card has French: the English names that layouts, code and ISO 7816-4 give to what stands in files, and
//! what the keys of card files mean, which says itself in both languages.
//!
//! Keys and files have one name. What the author of a layout or a card file wrote in one language stays in it.

use serde::Serialize;

use crate::profile::schema::{Doc, Key, Schema};

/// Names and their French.
const NAMES: &[(&str, &str)] = &[
    ("answer to reset", "réponse à la remise à zéro"),
    ("algorithms", "algorithmes"),
    ("approval", "agrément"),
    ("authentication certificate", "certificat d'authentification"),
    ("authentication key", "clé d'authentification"),
    ("authentication objects", "objets d'authentification"),
    ("authorisation", "autorisation"),
    ("authority", "autorité"),
    ("billing indicator", "indicateur de facturation"),
    ("billing number and its key", "numéro de facturation et sa clé"),
    ("billing situation", "situation de facturation"),
    ("bit string", "chaîne de bits"),
    ("body", "corps"),
    ("boolean", "booléen"),
    ("capabilities", "capacités"),
    ("card-verifiable certificate", "certificat vérifiable par une carte"),
    ("category indicator", "indicateur de catégorie"),
    ("certificate", "certificat"),
    ("certificates", "certificats"),
    ("compute signature", "calcul de signature"),
    ("constant", "constante"),
    ("data objects", "objets de données"),
    ("data objects of the CPS2ter", "objets de données du CPS2ter"),
    ("decipher", "déchiffrement"),
    ("enumerated", "énumération"),
    ("file control information", "informations de contrôle du fichier"),
    ("file control parameters", "paramètres de contrôle du fichier"),
    ("file descriptor", "descripteur de fichier"),
    ("first day", "premier jour"),
    ("hash", "condensat"),
    ("holder", "titulaire"),
    ("identifier", "identifiant"),
    ("identifier of the PIN", "identifiant du code"),
    ("identifier of the code that unblocks it", "identifiant du code qui le débloque"),
    ("identifier of the place", "identifiant du lieu"),
    ("integer", "entier"),
    ("issuer", "émetteur"),
    ("label", "libellé"),
    ("last day", "dernier jour"),
    ("last update", "dernière mise à jour"),
    ("life cycle", "cycle de vie"),
    ("longest", "longueur maximale"),
    ("longest answer", "plus longue réponse"),
    ("longest answer under secure messaging", "plus longue réponse en messagerie sécurisée"),
    ("longest command", "plus longue commande"),
    ("longest command under secure messaging", "plus longue commande en messagerie sécurisée"),
    ("manufacturer", "fabricant"),
    ("may sign care forms", "peut signer des feuilles de soins"),
    ("may sign lots", "peut signer des lots"),
    ("mechanism", "mécanisme"),
    ("mode of practice", "mode d'exercice"),
    ("name", "nom"),
    ("name of the place", "nom du lieu"),
    ("national identifier", "identifiant national"),
    ("null", "nul"),
    ("number", "numéro"),
    ("number of the activity", "numéro de l'activité"),
    ("object identifier", "identifiant d'objet"),
    ("octet string", "chaîne d'octets"),
    ("padding character", "caractère de remplissage"),
    ("path", "chemin"),
    ("pre-issuing data", "données d'avant l'émission"),
    ("private keys", "clés privées"),
    ("professional who is replaced", "professionnel remplacé"),
    ("profile", "profil"),
    ("public key", "clé publique"),
    ("public keys", "clés publiques"),
    ("reference", "référence"),
    ("reference of the key", "référence de la clé"),
    ("rest of the key", "reste de la clé"),
    ("selection and reading", "sélection et lecture"),
    ("sequence", "séquence"),
    ("set", "ensemble"),
    ("short identifier", "identifiant court"),
    ("shortest", "longueur minimale"),
    ("signature certificate", "certificat de signature"),
    ("signature key", "clé de signature"),
    ("size", "taille"),
    ("speciality", "spécialité"),
    ("status", "état"),
    ("stored", "longueur conservée"),
    ("tariff zone", "zone tarifaire"),
    ("technical certificate", "certificat technique"),
    ("technical key", "clé technique"),
    ("text", "texte"),
    ("time", "heure"),
    ("unexplained", "inexpliqué"),
    ("unused", "inutilisé"),
    ("zone of mileage allowances", "zone d'indemnités kilométriques"),
    // What stands behind a colon, or before a comma.
    ("ASCII digits", "chiffres ASCII"),
    ("access", "accès"),
    ("always", "toujours"),
    ("case-sensitive", "casse distinguée"),
    ("decrypt", "déchiffrer"),
    ("encrypt", "chiffrer"),
    ("flags", "indicateurs"),
    ("initialized", "initialisé"),
    ("login required", "code exigé"),
    ("made on the card", "faite dans la carte"),
    ("modifiable", "modifiable"),
    ("never extractable", "jamais extraite"),
    ("non-repudiation", "non-répudiation"),
    ("private", "privé"),
    ("read-only", "lecture seule"),
    ("security officer's", "de l'administrateur"),
    ("sensitive", "sensible"),
    ("sign", "signer"),
    ("type", "type"),
    ("type of the identifier", "type de l'identifiant"),
    ("unblocking", "de déblocage"),
    ("usage", "usage"),
    ("verify", "vérifier"),
];

/// The French of a name of something in a file, where it has another: `flags: private, modifiable`,
/// `billing situation 1`, `SHA-256 with RSA`.
pub(super) fn name(english: &str) -> Option<String> {
    let (base, number) = unnumbered(english);
    let french = if let Some(known) = known(base) {
        known.to_owned()
    } else if let Some((head, parts)) = base.split_once(": ") {
        format!("{} : {}", known(head)?, all(parts)?)
    } else if base.starts_with("RSA") || base.starts_with("SHA-") {
        base.replace(" with ", " avec ").replace(" and ", " et ").replace("decipher", "déchiffrement")
    } else {
        return None;
    };
    let french = number.map_or_else(|| french.clone(), |number| format!("{french} {number}"));
    Some(french).filter(|french| french != english)
}

/// The French of a value in which there are words of ours, and not of the card's.
pub(super) fn value(english: &str) -> Option<String> {
    match english {
        "empty" => return Some("vide".into()),
        "true" => return Some("vrai".into()),
        "false" => return Some("faux".into()),
        _ => {}
    }
    let (rest, signature) =
        english.strip_prefix("a signature, ").map_or((english, ""), |rest| (rest, "une signature, "));
    if let Some(count) = rest.strip_suffix(" bytes").filter(|count| is_number(count)) {
        return Some(format!("{signature}{count} octets"));
    }
    let (digits, count) = rest.strip_suffix(" bytes)")?.rsplit_once(" (")?;
    is_number(count).then(|| format!("{digits} ({count} octets)"))
}

/// A name without the number that one of several has behind it, and the number.
fn unnumbered(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(' ') {
        Some((base, number)) if is_number(number) => (base, Some(number)),
        _ => (name, None),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn known(english: &str) -> Option<&'static str> {
    NAMES.iter().find(|(name, _)| *name == english).map(|(_, french)| *french)
}

/// The French of words with commas between, if all have it.
fn all(words: &str) -> Option<String> {
    let french: Option<Vec<_>> = words.split(", ").map(known).collect();
    Some(french?.join(", "))
}

/// What there is to say of an element beside its name and value, as JSON has it.
#[derive(Debug, Default, Serialize)]
pub(super) struct Words {
    /// Its name in French, where it has another.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_fr: Option<String>,
    /// Its value in French, where words of ours are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    value_fr: Option<String>,
    /// What the key means that it is called by.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// The same in French.
    #[serde(skip_serializing_if = "Option::is_none")]
    about_fr: Option<String>,
}

/// Finds what the keys mean by which elements are called, one element behind the other as they stand in a file: a key
/// of a list has the name that it has in the list, within an element that is one of the list.
#[derive(Debug)]
pub(super) struct Meanings<'s> {
    schema: Option<&'s Schema>,
    /// The keys within which the next one is, each with the depth of its element.
    within: Vec<(usize, String)>,
}

impl<'s> Meanings<'s> {
    /// Of the keys of a layout, if there is one.
    pub(super) fn of(schema: Option<&'s Schema>) -> Self {
        Self { schema, within: Vec::new() }
    }

    /// What there is to say of the next element. Its value may be one of the card, which has no French.
    pub(super) fn words(&mut self, depth: usize, name: &str, value: Option<&str>) -> Words {
        match self.next(depth, name) {
            // A key has one name.
            Some(doc) => Words { about: Some(doc.en.clone()), about_fr: Some(doc.fr.clone()), ..Words::default() },
            None => Words { name_fr: self::name(name), value_fr: value.and_then(self::value), ..Words::default() },
        }
    }

    /// What the key means that an element is called by; nothing for an element that has another name.
    fn next(&mut self, depth: usize, name: &str) -> Option<&'s Doc> {
        while self.within.last().is_some_and(|(above, _)| *above >= depth) {
            self.within.pop();
        }
        let (schema, (name, _)) = (self.schema?, unnumbered(name));
        let in_table = self.within.last().map(|(_, table)| format!("{table}.{name}"));
        let mut paths = in_table.into_iter().chain([name.to_owned()]);
        let known = paths.find_map(|path| schema.key(&path).map(|key| (path, key)));
        let (path, key) = known.or_else(|| only(schema, name))?;
        self.within.push((depth, path));
        Some(&key.doc)
    }
}

/// The key in any table or list that has a name, if it is the only one: a file that is one of a list has the names of
/// the list and not its own.
fn only<'s>(schema: &'s Schema, name: &str) -> Option<(String, &'s Key)> {
    let mut named = schema.keys().into_iter().filter(|(_, key)| key.name == name);
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;

    use super::{Meanings, Schema, name, unnumbered, value};
    use crate::profile::{Options, Profile, families::Families, map::Element};

    /// What is called alike in both languages: identifiers of layouts, names of the standards.
    const ALIKE: &[&str] = &[
        "aid",
        "aodf",
        "application",
        "bits",
        "cdf",
        "code",
        "compteur_deblocage",
        "compteur_emetteur",
        "cv-authority",
        "cv-certificate",
        "date",
        "fid",
        "mode",
        "odf",
        "prkdf",
        "pukdf",
        "ref",
        "remplissage",
        "signature",
        "suite",
        "token",
        "token-info",
        "total",
        "type",
        "version",
        "version_schema",
    ];

    fn profile(card: &str) -> Profile {
        let options = Options { today: date(2026, 1, 15), seed: 1 };
        Families::built_in().load(card.as_ref(), &options).expect("a card of the program")
    }

    /// The names of an element and of those in it that have no French.
    fn unknown(element: &Element, schema: &Schema, found: &mut BTreeSet<String>) {
        let (base, _) = unnumbered(&element.name);
        let is_key = base.split('.').all(|part| schema.keys().iter().any(|(_, key)| key.name == part));
        let is_plain = base.bytes().any(|byte| byte.is_ascii_lowercase());
        let is_tag = base.split_once(' ').is_some_and(|(tag, _)| hex::decode(tag).is_ok());
        if !is_key && is_plain && !is_tag && name(base).is_none() && !ALIKE.contains(&base) {
            found.insert(element.name.clone());
        }
        element.children.iter().for_each(|child| unknown(child, schema, found));
    }

    #[test]
    fn whatever_stands_on_the_cards_of_the_program_has_french() {
        let mut left = BTreeSet::new();
        for card in Families::built_in().cards() {
            let profile = profile(card.name);
            let schema = profile.layout().schema().expect("keys");
            let elements = profile.map().files.iter().flat_map(|file| &file.elements);
            elements.for_each(|element| unknown(element, schema, &mut left));
        }
        assert_eq!(left, BTreeSet::new());
    }

    #[test]
    fn names_are_put_together_as_their_english_is() {
        for (english, french) in [
            ("unused", Some("inutilisé")),
            ("billing situation 2", Some("situation de facturation 2")),
            ("flags: private, modifiable", Some("indicateurs : privé, modifiable")),
            ("flags: private, odd", None),
            ("RSA with PSS and SHA-256", Some("RSA avec PSS et SHA-256")),
            ("SHA-256", None),
            ("nom_usage", None),
            ("type", None),
        ] {
            assert_eq!(name(english).as_deref(), french, "{english}");
        }
    }

    #[test]
    fn values_are_the_cards_but_for_words_of_ours() {
        for (english, french) in [
            ("256 bytes", Some("256 octets")),
            ("a signature, 64 bytes", Some("une signature, 64 octets")),
            ("C1AA... (75 bytes)", Some("C1AA... (75 octets)")),
            ("empty", Some("vide")),
            ("DUPONT", None),
            ("some bytes", None),
            ("128 x 00", None),
        ] {
            assert_eq!(value(english).as_deref(), french, "{english}");
        }
    }

    #[test]
    fn a_key_is_found_within_its_list() {
        let profile = profile("vitale2-martin");
        let mut meanings = Meanings::of(profile.layout().schema().ok());
        let mut of = |depth, name| meanings.next(depth, name).map(|doc| doc.fr.as_str());
        let list = of(0, "beneficiaire 2").expect("a list");
        let (debut, nom) = (of(1, "droits 1").and_then(|_| of(2, "debut")), of(1, "nom"));
        assert!(debut.is_some() && nom.is_some() && nom != Some(list), "{debut:?} {nom:?}");
        assert_eq!(of(0, "debut"), None, "it is none at the top");
        assert_eq!((of(0, "61"), of(1, "unused")), (None, None));
        assert!(of(0, "carte.numero_serie").is_some());
    }
}
