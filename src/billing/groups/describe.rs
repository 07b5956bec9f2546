//! What a zone says, group by group and field by field, with what the table says of it. Whatever shows a zone to people
//! or programs is made of this.
//!
//! A group or field that the table does not have is here too, without a name. The rule that this file upholds: what is
//! shown of bytes is made of all of them, and drives no terminal.

use std::fmt::Write;

use super::{
    findings,
    table::{self, Coding, FieldSpec, GroupSpec},
    zone::{Place, Placed, Zone, coded},
};
use crate::{
    profile::{
        codes,
        said::{Bilingual, said},
        tree::CardDate,
    },
    shown,
    work::step,
};

/// How many characters of a name are shown where it says who is meant.
const LONGEST_NAME: usize = 27;

/// A group of a zone, and what the table says of it.
#[derive(Clone, Debug)]
pub struct Described<'z> {
    /// Which it is, and where.
    pub head: Heading,
    /// Its fields.
    pub fields: Vec<DescribedField<'z>>,
}

/// Which group one is, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// Where its number stands.
    pub place: Place,
    /// The byte behind it.
    pub end: usize,
    /// Its number.
    pub number: u16,
    /// What it is, if that is known.
    pub spec: Option<&'static GroupSpec>,
}

/// A field of a zone, and what the table says of it.
#[derive(Clone, Copy, Debug)]
pub struct DescribedField<'z> {
    /// Where its length stands.
    pub place: Place,
    /// Its number, from 1.
    pub number: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is; `None` in a group that is not known, and behind the last that a group has.
    pub spec: Option<&'static FieldSpec>,
    /// Its bytes.
    pub bytes: &'z [u8],
}

/// All groups of a zone, in their order.
pub fn described(zone: &Zone) -> impl Iterator<Item = Described<'_>> {
    zone.placed().map(Described::of)
}

impl<'z> Described<'z> {
    fn of(placed: Placed<'z>) -> Self {
        let number = placed.group.number;
        let spec = table::group(number);
        let field = |(place, bytes): (Place, &'z [u8])| {
            let number = place.field.unwrap_or_default();
            let end = place.position + coded(bytes.len());
            step(1 + bytes.len());
            DescribedField { place, number, end, spec: spec.and_then(|spec| spec.field(number)), bytes }
        };
        let fields = placed.fields().map(field).collect();
        Self { head: Heading { place: placed.place, end: placed.end(), number, spec }, fields }
    }

    /// The field of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&DescribedField<'z>> {
        let (number, _) = self.head.spec?.named(name)?;
        self.fields.get(number.checked_sub(1)?)
    }

    /// Who a person is: first name and usual name, as far as a card has room for them. Nothing of another group.
    #[must_use]
    pub fn person(&self) -> Option<String> {
        let name = |name| {
            let bytes = self.named(name)?.bytes;
            Some(shown::line(&latin_1(bytes.get(..LONGEST_NAME).unwrap_or(bytes))).into_owned())
        };
        let name = [name("prenom")?, name("nom_usage")?].join(" ");
        Some(name.trim().to_owned())
    }
}

impl Heading {
    /// What the group is, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let unknown = || said!(en: "a group that is not known here", fr: "un groupe qui n'est pas connu ici");
        self.spec.map_or_else(unknown, GroupSpec::said)
    }
}

impl DescribedField<'_> {
    /// What it is called in the manner of the keys of card files; `-` if it is not known.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.spec.map_or("-", |spec| spec.name)
    }

    /// What the field is, in both languages.
    #[must_use]
    pub fn said(&self) -> Bilingual {
        let unknown = || said!(en: "a field that is not known here", fr: "un champ qui n'est pas connu ici");
        self.spec.map_or_else(unknown, FieldSpec::said)
    }

    /// Its characters.
    #[must_use]
    pub fn text(&self) -> String {
        latin_1(self.bytes)
    }

    /// Its characters in quotes. What drives a terminal or would be taken for the end is an escape of its byte: `\x1B`,
    /// `\x22`, `\x5C`; so is `#`, which comments begin with.
    #[must_use]
    pub fn quoted(&self) -> String {
        let mut quoted = String::with_capacity(self.bytes.len() + 2);
        quoted.push('"');
        step(self.bytes.len());
        for &byte in self.bytes {
            let character = char::from(byte);
            if shown::is_hidden(character) || matches!(character, '"' | '\\' | '#') {
                let _ = write!(quoted, "\\x{byte:02X}");
            } else {
                quoted.push(character);
            }
        }
        quoted.push('"');
        quoted
    }

    /// What its value means, in both languages: that of a code as far as it is public, the day of a date.
    #[must_use]
    pub fn meaning(&self) -> Option<Bilingual> {
        let spec = self.spec?;
        let text = self.text();
        match spec.coding {
            Coding::Date(_) => match findings::date(self.bytes).ok()? {
                Some(date) => Some(moment(date)),
                None => Some(said!(en: "none", fr: "aucune")),
            },
            Coding::Choice(choices) => {
                let (meant, _) = choices.iter().find(|(_, written)| *written == text)?;
                Some(Bilingual::new(*meant, *meant))
            }
            Coding::Flag => match &*text {
                "1" => Some(said!(en: "yes", fr: "oui")),
                "0" => Some(said!(en: "no", fr: "non")),
                _ => None,
            },
            _ if text.is_empty() => None,
            _ => Some(code(spec.codes?, &text)),
        }
    }

    /// What it says and what it is, in both languages, as a remark behind its value.
    #[must_use]
    pub fn remark(&self) -> Bilingual {
        let what = self.said();
        match self.meaning() {
            Some(meaning) => said!(with meaning, what; en: "{meaning}; {what}", fr: "{meaning} ; {what}"),
            None => what,
        }
    }
}

/// Bytes as characters of ISO 8859-1: each is one.
fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// What a code of a list means. The interface leaves the first 0 of some out.
fn code(list: &str, code: &str) -> Bilingual {
    let long = format!("0{code}");
    let meaning = [code, &long].into_iter().find_map(|code| codes::meaning(list, code));
    match meaning {
        Some(codes::Label { en, fr }) => Bilingual::new(en, fr),
        None if codes::is_known(list, code) || codes::is_known(list, &long) => {
            said!(en: "meaning not public", fr: "sens non public")
        }
        None => said!(en: "code not known here", fr: "code non connu ici"),
    }
}

/// A day, with the time unless it is midnight.
fn moment(CardDate { year, month, day, hour, minute }: CardDate) -> Bilingual {
    let time = if (hour, minute) == (0, 0) { String::new() } else { format!(" {hour:02}:{minute:02}") };
    Bilingual::new(format!("{year:04}-{month:02}-{day:02}{time}"), format!("{day:02}/{month:02}/{year:04}{time}"))
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Zone, described};

    #[test]
    fn a_value_has_its_meaning_and_its_place() {
        // Of a person: relation and service; then rights with an open end; then a group that is not known.
        let zone = Zone::parse(&hex!(
            "0068 20 00 00 00 00 00 00 00 00 00 00 00 00 00 0136 0139 0C323032363132333132333539 00 00"
            "0069 10 0C303030303030303030303030 00 0141"
            "FFFE 02 0123"
        ))
        .expect("a zone");
        let found: Vec<_> = described(&zone)
            .flat_map(|group| group.fields)
            .filter(|field| !field.bytes.is_empty())
            .map(|field| (field.place.position..field.end, field.name(), field.quoted(), field.remark().english))
            .collect();
        let row = |range, name, value: &str, remark: &'static str| (range, name, value.to_owned(), remark.into());
        assert_eq!(
            found,
            [
                row(16..18, "qualite", "\"6\"", "child; what the person is to the insured"),
                row(18..20, "service_amo", "\"9\"", "code not known here; service of the compulsory insurance"),
                row(20..33, "service_debut", "\"202612312359\"", "2026-12-31 23:59; first day of the service"),
                row(38..51, "debut", "\"000000000000\"", "none; first day"),
                row(52..54, "-", "\"A\"", "a field that is not known here"),
                row(57..59, "-", "\"\\x23\"", "a field that is not known here"),
            ]
        );
    }
}
