//! The zones of cards, from card files.

use hex_literal::hex;
use jiff::civil::date;

use super::{WriteErrorKind, of_professional, of_profile, of_vitale};
use crate::{
    billing::groups::{Zone, findings},
    profile::{
        Options, Profile,
        diagnostic::Source,
        parse,
        tree::{Data, Node},
    },
};

pub(in crate::billing::groups) const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

pub(in crate::billing::groups) fn profile(text: &str) -> Profile {
    let source = Source { name: "card.toml".into(), text: text.into() };
    parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Puts another value in place of one of a card file.
fn set(node: &mut Node, path: &[&str], data: Data) {
    match (&mut node.data, path) {
        (_, []) => node.data = data,
        (Data::List(members), [index, rest @ ..]) => {
            set(&mut members[index.parse::<usize>().expect("an index")], rest, data);
        }
        (Data::Table(table), [key, rest @ ..]) => {
            set(table.entry((*key).into()).or_insert_with(|| Node::unwritten(Data::Flag(false))), rest, data);
        }
        (other, path) => panic!("{path:?} in {other:?}"),
    }
}

fn text(text: &str) -> Data {
    Data::Text(text.into())
}

/// The zone of the professional whose numbers have no right keys, which a card file does not take.
#[test]
fn a_professional_s_zone_is_that_of_the_example() {
    let holder = "layout = \"cps3\"\n[titulaire]\nnom = \"EXEMPLE\"\nprenom = \"DOMINIQUE\"\ncivilite = \"M\"\n\
                  rpps = \"99900000193\"\nprofession = \"10\"\n";
    let situation = "[[facturation]]\nraison_sociale = \"CABINET INVENTE\"\ncabinet_rpps = \"99900000193001\"\n\
                     numero_facturation = \"999000003\"\nspecialite = \"01\"\nzone_tarifaire = \"20\"\n\
                     zone_ik = \"00\"\n";
    let mut data = profile(&format!("{holder}{situation}")).data().clone();
    for (path, number) in [
        (&["titulaire", "rpps"][..], "99900000190"),
        (&["facturation", "0", "cabinet_rpps"], "99900000190001"),
        (&["facturation", "0", "numero_facturation"], "999000009"),
    ] {
        set(&mut data, path, text(number));
    }
    let zone = of_professional(&data).expect("a zone");
    let right = hex!(
        "0001 26 0130 0138 0A39393930303030303139 0130 023331 074558454D504C45 09444F4D494E49515545"
        "0002 4E 0131 0130 0131 023331 0134 0F393939303030303031393030303130 00 0F434142494E455420494E56454E5445"
        "083939393030303030 0139 00 00 0131 023031 023230 023030 0130 0130 0130 0131 0131"
    );
    assert_eq!(hex::encode_upper(zone.to_bytes()), hex::encode_upper(right));
    assert_eq!((right.len(), findings(&zone)), (122, vec![]));
    // Without a situation there is nothing to bill.
    let error = of_professional(profile(holder).data()).expect_err("no situation");
    assert_eq!((error.kind.clone(), error.code()), (WriteErrorKind::NoSituation, Some(61444)), "{error}");
}

#[test]
fn every_card_of_the_program_has_a_zone_or_a_reason() {
    for built_in in crate::profile::families::Families::built_in().iter().flat_map(|family| family.cards()) {
        let profile = profile(built_in.text);
        let zone = match profile.layout().family().name() {
            "vitale" => of_vitale(profile.data()),
            _ => of_professional(profile.data()),
        };
        match zone {
            Ok(zone) => {
                assert_eq!(findings(&zone), [], "{}", built_in.name);
                assert_eq!(Zone::parse(&zone.to_bytes()).as_ref(), Ok(&zone), "{}", built_in.name);
            }
            Err(error) => assert_eq!(error.code(), Some(61444), "{}: {error}", built_in.name),
        }
    }
}

#[test]
fn what_does_not_fit_is_told_with_group_field_and_key() {
    let data = profile(virtuale_applets::cards::VITALE2_MARTIN).data().clone();
    let mut both = data.clone();
    set(&mut both, &["beneficiaire", "0", "amc"], Data::Table([("sts".into(), Node::unwritten(text("M")))].into()));
    let error = of_vitale(&both).expect_err("both covers");
    assert_eq!((error.kind.clone(), error.code()), (WriteErrorKind::BothCovers, Some(61680)));
    for (path, value, said) in [
        (
            &["carte", "type"][..],
            "R",
            "group 101, occurrence 1, field 1 (type_carte): carte.type: this card says \"R\"",
        ),
        (
            &["beneficiaire", "1", "prenom"],
            "Łukasz",
            "group 104, occurrence 2, field 3 (prenom): beneficiaire[2].prenom: 'Ł' is no character of ISO 8859-1",
        ),
        (
            &["beneficiaire", "3", "nom"],
            "ABCDEFGHIJKLMNOPQRSTUVWXYZAB",
            "group 104, occurrence 4, field 1 (nom_usage): beneficiaire[4].nom_usage: it has 28 characters",
        ),
        (&["assure", "caisse"], "", "field 11 (caisse): assure.caisse: the card says nothing here"),
        (
            &["assure", "service_amo_famille", "code"],
            "10",
            "group 102, occurrence 1, field 1 (code): assure.service_amo_famille.code: the field has nothing that",
        ),
    ] {
        let mut data = data.clone();
        set(&mut data, path, text(value));
        let error = of_vitale(&data).expect_err(said);
        assert!(error.to_string().contains(said), "{error}");
    }
}

/// The card of the example: two people, the first with a mutuelle, the second with coverage that has days.
pub(in crate::billing::groups) const EXAMPLE: &str = r#"layout = "vitale2"

[carte]
numero_serie = "00000042"
fin_validite = ""
type_porteur = "A"

[assure]
nir = "2 86 19 75 999 002"
nom = "EXEMPLE"
nom_usage = "DUPRÉ-EXEMPLE"
prenom = "CAMILLE"
naissance = "1986-19-15"
date_certification = "2020-01-01"
droits = [{ debut = "2026-01-01" }]
couverture = [{ ald = "0", situation = "0100" }]

[assure.adresse]
ligne_3 = "12 RUE INVENTEE"
commune = "99999 VILLE-TEST"

[assure.mutuelle]
identifiant = "99999999"
garanties = "OOOONNNN"
code_traitement = ""
sts = ""
debut = "2026-01-01"
fin = "2026-12-31T23:59"

[[beneficiaire]]
nom = "EXEMPLE"
prenom = "SACHA"
naissance = "2015-03-21"
qualite = "6"
adresse = { ligne_3 = "12 RUE INVENTEE", commune = "99999 VILLE-TEST" }
droits = [{ debut = "2026-01-01", fin = "2026-12-31T23:59" }]
couverture = [{ debut = "2026-01-01", fin = "2026-12-31T23:59", ald = "0", situation = "0100" }]
"#;

/// Its zone.
pub(in crate::billing::groups) const EXAMPLE_ZONE: [u8; 510] = hex!(
    "0065 3F 0154 083030303030303432 0C303030303030303030303030 0130 00 00 0141 0D32383631393735393939303032 023737"
    "023031 03333439 0439383831 023130 00"
    "0066 1C 0130 0C303030303030303030303030 0C303030303030303030303030"
    "0068 818F 0D44555052C92D4558454D504C45 074558454D504C45 0743414D494C4C45 00 00 0F31322052554520494E56454E544545"
    "00 1039393939392056494C4C452D54455354 0D32383631393735393939303032 023737 0C323032303031303130303030"
    "0C313938363139313530303030 0131 0130 023030 0C303030303030303030303030 0C303030303030303030303030 00"
    "0069 0E 0C323032363031303130303030 00"
    "006A 09 00 00 0130 0430313030"
    "006B 16 083939393939393939 084F4F4F4F4E4E4E4E 00 00 00 00"
    "006C 1A 0C323032363031303130303030 0C323032363132333132333539"
    "0068 73 074558454D504C45 00 055341434841 00 00 0F31322052554520494E56454E544545 00"
    "1039393939392056494C4C452D54455354 00 023030 0C303030303030303030303030 0C323031353033323130303030 0131 0136"
    "023030 0C303030303030303030303030 0C303030303030303030303030 00"
    "0069 1A 0C323032363031303130303030 0C323032363132333132333539"
    "006A 21 0C323032363031303130303030 0C323032363132333132333539 0130 0430313030"
);

#[test]
fn a_card_with_two_people_has_the_zone_of_the_example() {
    let zone = of_profile(&profile(EXAMPLE)).expect("a zone");
    assert_eq!(hex::encode_upper(zone.to_bytes()), hex::encode_upper(EXAMPLE_ZONE));
    assert_eq!(findings(&zone), []);
}
