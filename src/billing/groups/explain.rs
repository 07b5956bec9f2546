//! A zone explained: each group and field with its place, its bytes, its value, what is known of it and from where, and
//! what is not as the table has it.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{
    describe::{Described, DescribedField, Heading, described},
    error::ZoneError,
    findings::findings,
    table::About,
    text::headline,
    zone::{Place, Zone},
};
use crate::profile::{
    map::Origin,
    said::{Bilingual, Said, counted, said},
    schema::Language,
};

/// How wide a name is, at least.
const NAME: usize = 22;

/// How many bytes are shown of a field; of more it is said how many there are.
const SHOWN: usize = 64;

/// What programs are told of a zone. Sentences are in English.
#[derive(Debug, Default, Serialize)]
pub struct ZoneReport {
    /// How many bytes it has.
    pub size: usize,
    /// Its groups.
    pub groups: Vec<GroupReport>,
    /// What is not as the table has it.
    pub findings: Vec<PlacedReport>,
    /// Why it is none.
    pub error: Option<PlacedReport>,
}

/// A group for programs.
#[derive(Debug, Serialize)]
pub struct GroupReport {
    /// Its number.
    pub group: u16,
    /// Which occurrence of this number, from 1.
    pub occurrence: usize,
    /// Where its number stands.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is; `None` if it is not known.
    pub about: Option<&'static str>,
    /// Its fields.
    pub fields: Vec<FieldReport>,
}

/// A field for programs.
#[derive(Debug, Serialize)]
pub struct FieldReport {
    /// Its number, from 1.
    pub field: usize,
    /// What it is called; `None` if it is not known.
    pub name: Option<&'static str>,
    /// Where its length stands.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Its bytes, without the length.
    pub bytes: String,
    /// They as characters.
    pub value: String,
    /// What this value means, if that is known.
    pub meaning: Option<String>,
    /// What the field is; `None` if it is not known.
    pub about: Option<&'static str>,
    /// The key of card files that says it.
    pub key: Option<&'static str>,
    /// How it is known: `public`, `inferred` or `invented`; `None` if it is not.
    pub origin: Option<String>,
    /// From where.
    pub source: Option<&'static str>,
}

/// Something that was found, for programs.
#[derive(Debug, Serialize)]
pub struct PlacedReport {
    /// The byte that it is about.
    pub position: usize,
    /// The group, if one was begun.
    pub group: Option<u16>,
    /// Which occurrence of it.
    pub occurrence: Option<usize>,
    /// The number of the field, if it is about one.
    pub field: Option<usize>,
    /// What it is.
    pub message: String,
}

impl ZoneReport {
    /// That of a zone.
    #[must_use]
    pub fn of(zone: &Zone) -> Self {
        Self {
            size: zone.to_bytes().len(),
            groups: described(zone).map(|group| GroupReport::of(&group)).collect(),
            findings: findings(zone).iter().map(|found| PlacedReport::of(found.place, &found.kind.said())).collect(),
            error: None,
        }
    }

    /// That of so many bytes that are none.
    #[must_use]
    pub fn of_error(size: usize, error: &ZoneError) -> Self {
        Self { size, error: Some(PlacedReport::of(error.place, &error.kind.said())), ..Self::default() }
    }
}

impl GroupReport {
    fn of(group: &Described<'_>) -> Self {
        let Heading { place, end, number, spec } = group.head;
        let source = spec.map(|spec| source(spec.about));
        Self {
            group: number,
            occurrence: place.occurrence,
            start: place.position,
            end,
            about: spec.map(|spec| spec.en),
            fields: group.fields.iter().map(|field| FieldReport::of(field, source)).collect(),
        }
    }
}

impl FieldReport {
    /// That of a field, with the source of its group.
    pub(super) fn of(field: &DescribedField<'_>, source: Option<&'static str>) -> Self {
        Self {
            field: field.number,
            name: field.spec.map(|spec| spec.name),
            start: field.place.position,
            end: field.end,
            bytes: hex::encode_upper(field.bytes),
            value: field.text(),
            meaning: field.meaning().map(|meaning| meaning.english.into_owned()),
            about: field.spec.map(|spec| spec.en),
            key: field.spec.and_then(|spec| spec.key),
            origin: field.spec.map(|spec| spec.origin.to_string()),
            source: field.spec.and(source),
        }
    }
}

impl PlacedReport {
    fn of(place: Place, message: &Bilingual) -> Self {
        let Place { position, group, occurrence, field } = place;
        let occurrence = group.map(|_| occurrence);
        Self { position, group, occurrence, field, message: message.english.to_string() }
    }
}

/// Where the fields of a group are known from.
pub(super) fn source(about: About) -> &'static str {
    match about {
        About::Patient => "[MEDINTUX-SSV groups, widths]",
        About::Professional => "[MEDINTUX-SSV professional]",
        About::Readers => "[MEDINTUX-SSV readers]",
    }
}

/// The page: each group and its fields, then what was found. With `sources`, from where each group is known.
#[must_use]
pub fn explained(zone: &Zone, sources: bool, language: Language) -> String {
    let mut page = String::new();
    // Memory takes all.
    let _ = write(&mut page, zone, sources, language);
    page
}

fn write(page: &mut String, zone: &Zone, sources: bool, language: Language) -> fmt::Result {
    let of = |said: Bilingual| Said::from(said).text(language).to_owned();
    let (bold, dimmed) = (Style::new().bold(), Style::new().dimmed());
    writeln!(page, "{}", of(headline(zone)))?;
    for group in described(zone) {
        write!(page, "\n{bold}{}{bold:#}", of(title(&group.head)))?;
        if let Some(spec) = group.head.spec.filter(|_| sources) {
            write!(page, "  {dimmed}{}{dimmed:#}", source(spec.about))?;
        }
        page.push('\n');
        group.fields.iter().try_for_each(|field| write_field(page, field, language))?;
    }
    let findings = findings(zone);
    if findings.is_empty() {
        return writeln!(page, "\n{}", of(said!(en: "all is as the table has it", fr: "tout est conforme à la table")));
    }
    let count = counted(findings.len(), "finding", "constat");
    writeln!(page, "\n{bold}{}{bold:#}", of(count))?;
    findings.iter().try_for_each(|finding| writeln!(page, "  {}", of(finding.said())))
}

/// `group 104, occurrence 2, 236..354: a person`.
fn title(group: &Heading) -> Bilingual {
    let Heading { place: Place { position, occurrence, .. }, end, number, .. } = group;
    let what = group.said();
    said!(
        with what;
        en: "group {number}, occurrence {occurrence}, {position}..{end}: {what}",
        fr: "groupe {number}, occurrence {occurrence}, {position}..{end} : {what}",
    )
}

/// Two lines: place, number, name, origin and value; below it what the value and the field mean, the key of card files,
/// and the bytes.
fn write_field(page: &mut String, field: &DescribedField<'_>, language: Language) -> fmt::Result {
    let places = format!("{}..{}", field.place.position, field.end);
    write!(page, "  {places:>11}  {:>2} {:<NAME$}  ", field.number, field.name())?;
    let origin = match field.spec {
        Some(spec) => {
            let style = colour(spec.origin).on_default();
            write!(page, "{style}{}{style:#}", spec.origin)?;
            spec.origin.to_string()
        }
        None => String::new(),
    };
    let pad = "invented".len() - origin.len();
    writeln!(page, "{:pad$}  {}", "", field.quoted())?;
    let dimmed = Style::new().dimmed();
    let remark = Said::from(field.remark());
    let key = field.spec.and_then(|spec| spec.key).map(|key| format!("  {key}")).unwrap_or_default();
    let bytes = match field.bytes {
        [] => String::new(),
        bytes if bytes.len() > SHOWN => {
            format!("  {}", Said::from(counted(bytes.len(), "byte", "octet")).text(language))
        }
        bytes => format!("  {}", hex::encode_upper(bytes)),
    };
    writeln!(page, "  {:>11}     {dimmed}{}{key}{bytes}{dimmed:#}", "", remark.text(language))
}

/// As the explanation of a card has it.
fn colour(origin: Origin) -> AnsiColor {
    match origin {
        Origin::Public => AnsiColor::Green,
        Origin::Inferred => AnsiColor::Yellow,
        Origin::Invented => AnsiColor::Magenta,
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Language, Zone, ZoneReport, explained};

    #[test]
    fn each_field_has_its_place_its_value_and_what_is_known_of_it() {
        let zone = Zone::parse(&hex!("006B 16 083939393939393939 084F4F4F4F4E4E4E4E 00 00 00 00 FFFE 02 01 1B"))
            .expect("a zone");
        let page = anstream::adapter::strip_str(&explained(&zone, true, Language::English)).to_string();
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(
            [&lines[..5], &lines[16..]].concat(),
            [
                "zone, test data: a patient's card; 2 groups, 30 bytes",
                "",
                "group 107, occurrence 1, 0..25: a mutual that the compulsory insurance manages  [MEDINTUX-SSV groups, widths]",
                "        3..12   1 identifiant             public    \"99999999\"",
                "                  number of the mutual  beneficiaire.mutuelle.identifiant  3939393939393939",
                "group 65534, occurrence 1, 25..30: a group that is not known here",
                "       28..30   1 -                                 \"\\x1B\"",
                "                  a field that is not known here  1B",
                "",
                "1 finding",
                "  byte 0 (group 107, occurrence 1): no zone begins with this group",
            ]
        );
        let report = ZoneReport::of(&zone);
        assert_eq!((report.size, report.groups.len(), report.findings.len()), (30, 2, 1));
    }
}
