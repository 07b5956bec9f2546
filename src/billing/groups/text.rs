//! A zone as text that people read and compare: one line for each group and each field, always in the same columns.
//!
//! Its form is in docs/billing.md, and everything of the zone can be read back from it. What stands behind `#` is for
//! people, in either language; the rest is the same in both.

use std::fmt::{self, Write};

use super::{
    describe::{Described, described},
    table::{self, About},
    zone::Zone,
};
use crate::profile::{
    said::{Bilingual, Said, counted, said},
    schema::Language,
};

/// How wide the place of a field is, at least.
const PLACE: usize = 11;

/// How wide a name is, at least.
const NAME: usize = 22;

/// How wide a value is, at least.
const VALUE: usize = 30;

/// The text: a line about the zone, then one for each group and each of its fields, as it ends.
#[must_use]
pub fn text(zone: &Zone, language: Language) -> String {
    let mut text = String::new();
    // Memory takes all.
    let _ = write(&mut text, zone, language);
    text
}

fn write(text: &mut String, zone: &Zone, language: Language) -> fmt::Result {
    let of = |said: Bilingual| Said::from(said).text(language).to_owned();
    writeln!(text, "# {}", of(headline(zone)))?;
    for group in described(zone) {
        let Described { head, fields } = group;
        let at = format!("{}[{}]", head.number, head.place.occurrence);
        let count = of(counted(fields.len(), "field", "champ"));
        writeln!(text, "{at:<PLACE$} {:<NAME$} {count:<VALUE$} # {}", "", of(head.said()))?;
        for field in &fields {
            let at = format!("{at}.{}", field.number);
            let remark = of(field.remark());
            writeln!(text, "{at:<PLACE$} {:<NAME$} {:<VALUE$} # {remark}", field.name(), field.quoted())?;
        }
    }
    Ok(())
}

/// What a zone is of, by the first group that is known, and how much of it there is.
pub(super) fn headline(zone: &Zone) -> Bilingual {
    let about = zone.groups.iter().find_map(|group| table::group(group.number)).map(|spec| spec.about);
    let what = match about {
        Some(About::Patient) => said!(en: "a patient's card", fr: "carte d'un patient"),
        Some(About::Professional) => said!(en: "a professional's card", fr: "carte d'un professionnel"),
        Some(About::Readers) => said!(en: "the readers", fr: "lecteurs"),
        None => said!(en: "groups that are not known here", fr: "groupes qui ne sont pas connus ici"),
    };
    let groups = counted(zone.groups.len(), "group", "groupe");
    let bytes = counted(zone.to_bytes().len(), "byte", "octet");
    said!(with what, groups, bytes; en: "zone, test data: {what}; {groups}, {bytes}", fr: "zone, données de test : {what} ; {groups}, {bytes}")
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Language, Zone, text};
    use crate::billing::groups::Group;

    #[test]
    fn a_line_is_a_field_and_remarks_are_in_the_language_asked_for() {
        let zone = Zone::parse(&hex!("006A 09 00 00 0130 0430313030 FFFE 00 FFFE 03 02 1BC9")).expect("a zone");
        let lines = |language| text(&zone, language).lines().map(str::to_owned).collect::<Vec<_>>();
        let (english, french) = (lines(Language::English), lines(Language::French));
        assert_eq!(
            english,
            [
                "# zone, test data: a patient's card; 3 groups, 21 bytes",
                "106[1]                             4 fields                       # a period of coverage",
                "106[1].1    debut                  \"\"                             # none; first day",
                "106[1].2    fin                    \"\"                             # none; last day",
                "106[1].3    ald                    \"0\"                            # no long-term illness; long-term illness, first digit of the coverage code",
                "106[1].4    situation              \"0100\"                         # meaning not public; situation, the other four digits",
                "65534[1]                           0 fields                       # a group that is not known here",
                "65534[2]                           1 field                        # a group that is not known here",
                "65534[2].1  -                      \"\\x1BÉ\"                        # a field that is not known here",
            ]
        );
        let data = |lines: &[String]| -> Vec<String> {
            let fields = lines.iter().filter(|line| line.contains('"'));
            fields.filter_map(|line| line.split(" # ").next().map(str::to_owned)).collect()
        };
        assert_eq!(
            french[2],
            "106[1].1    debut                  \"\"                             # aucune ; premier jour"
        );
        assert_eq!(data(&english), data(&french), "fields are in no language");
    }

    /// What docs/billing.md says of the form, and nothing else.
    fn read_back(text: &str) -> Zone {
        let mut zone = Zone::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let data = line.split('#').next().expect("something");
            let place = data.split(' ').next().expect("a place");
            match place.split_once('.') {
                None => {
                    let number = place.split('[').next().expect("a number").parse().expect("a number");
                    zone.groups.push(Group { number, fields: Vec::new() });
                }
                Some((_, number)) => {
                    let value = &data[data.find('"').expect("a quote") + 1..data.rfind('"').expect("a quote")];
                    let mut parts = value.split("\\x");
                    let mut bytes = latin_1(parts.next().expect("a part"));
                    for part in parts {
                        bytes.extend(hex::decode(&part[..2]).expect("digits"));
                        bytes.extend(latin_1(&part[2..]));
                    }
                    let fields = &mut zone.groups.last_mut().expect("a group").fields;
                    fields.push(bytes);
                    assert_eq!(number, fields.len().to_string());
                }
            }
        }
        zone
    }

    fn latin_1(text: &str) -> Vec<u8> {
        text.chars().map(|character| u8::try_from(character).expect("ISO 8859-1")).collect()
    }

    proptest! {
        #[test]
        fn every_zone_can_be_read_back_and_drives_no_terminal(
            groups in prop::collection::vec((prop::sample::select(vec![1_u16, 2, 60, 101, 104, 106, 109, 65535]),
                prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..20)), 0..8),
        ) {
            let groups = groups.into_iter().map(|(number, fields)| Group { number, fields }).collect();
            let zone = Zone { groups };
            for language in [Language::English, Language::French] {
                let text = text(&zone, language);
                prop_assert!(!text.contains(|character| character != '\n' && crate::shown::is_hidden(character)));
                prop_assert_eq!(&crate::shown::text(&text), &text);
                prop_assert_eq!(&read_back(&text), &zone);
            }
        }
    }
}
