//! What the certificates of a professional's card say, by its data [PSC-POC-LEAF certificate].

use jiff::civil::Date;

use super::{super::face::text, contradictions};
use crate::profile::{
    authority::Bearer,
    codes,
    tree::{CardDate, Node},
};

/// The number of the issuer, as EF.SN.ICC has it [DOPS-CRYPTOLIB recognition].
const ISSUER: &str = "8025000001";

/// The types of cards, in the order of their codes in table G02 [ANS-TERMINOLOGIES tables].
const KINDS: [&str; 4] = ["cps", "cpf", "cpe", "cpa"];

/// The identifiers of people, with their types in table G08 [ANS-TERMINOLOGIES tables].
const PERSONS: [(&str, char); 3] = [("titulaire.rpps", '8'), ("titulaire.adeli", '0'), ("titulaire.etudiant", '9')];

/// The identifiers of places that know their people by a number.
const EMPLOYERS: [(&str, char); 5] = [
    ("titulaire.employeur.finess", '3'),
    ("titulaire.employeur.siren", '4'),
    ("titulaire.employeur.siret", '5'),
    ("titulaire.employeur.cabinet_rpps", '6'),
    ("titulaire.employeur.cabinet_adeli", '1'),
];

/// What certificates say; `None` if something of it is missing, which is a mistake of the card file.
pub(super) fn bearer(data: &Node) -> Option<Bearer> {
    let value = |path| data.at(path).and_then(text);
    let kind = KINDS.into_iter().position(|kind| value("carte.type").as_deref() == Some(kind))?;
    let name = value("titulaire.prenom").zip(value("titulaire.nom")).map(<[String; 2]>::from);
    let profession = value("titulaire.profession").and_then(|code| {
        let words = codes::meaning("profession", &code).map_or(code.as_str(), |label| label.fr);
        Some((code.parse().ok()?, words.to_owned()))
    });
    Some(Bearer {
        id: identifier(data)?,
        organisation: value("titulaire.employeur.raison_sociale").filter(|_| name.is_none()),
        name,
        profession,
        // Table G01: test cards have the highest bit set.
        category: if value("carte.categorie")? == "test" { 0x80 } else { 0x00 },
        kind: u8::try_from(kind).ok()?,
        card: format!("{ISSUER}/{}", value("carte.numero")?),
        valid: [day(data, "carte.emission")?, day(data, "carte.fin_validite")?],
    })
}

/// The identifier of the holder with its type in front.
pub(super) fn identifier(data: &Node) -> Option<String> {
    let of = |(path, kind): (&str, char)| Some(format!("{kind}{}", data.at(path)?.text()?));
    PERSONS.into_iter().find_map(of).or_else(|| {
        let place = EMPLOYERS.into_iter().find_map(of)?;
        Some(format!("{place}/{}", data.at("titulaire.employeur.numero_interne")?.text()?))
    })
}

fn day(data: &Node, path: &str) -> Option<Date> {
    let CardDate { year, month, day, .. } = data.at(path)?.date().filter(|&date| contradictions::can_say(date))?;
    let small = |number: u8| i8::try_from(number).ok();
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}
