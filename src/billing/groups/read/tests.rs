//! Card files of zones.

use std::sync::Arc;

use super::{Drawn, Naming, ReadError, card_file};
use crate::{
    billing::groups::{
        Zone, of_profile,
        write::tests::{EXAMPLE_ZONE, OPTIONS, profile},
    },
    profile::{families::Families, layout::Layout},
};

fn layout(name: &str) -> Layout {
    let families = Families::built_in();
    let source = families.layout_source(name).expect("a layout");
    families.layout(&Arc::new(source)).expect("a sound layout")
}

fn drawn(zone: &Zone, name: &str) -> Result<Drawn, ReadError> {
    card_file(zone, &layout(name), Naming { name, base: None }, &OPTIONS)
}

fn example() -> Zone {
    Zone::parse(&EXAMPLE_ZONE).expect("a zone")
}

fn told(drawn: &Drawn) -> Vec<String> {
    drawn.losses.iter().map(|loss| loss.said().english.to_string()).collect()
}

#[test]
fn the_example_becomes_a_card_whose_zone_it_is() {
    let drawn = drawn(&example(), "vitale2").expect("a card file");
    assert_eq!((told(&drawn), drawn.added), (vec![], vec![]), "{}", drawn.text);
    let again = of_profile(&profile(&drawn.text)).expect("a zone");
    assert_eq!(hex::encode_upper(again.to_bytes()), hex::encode_upper(EXAMPLE_ZONE));
}

#[test]
fn a_vitale_1_keeps_less_and_all_of_that_is_told() {
    let drawn = drawn(&example(), "vitale1").expect("a card file");
    assert_eq!(
        told(&drawn),
        [
            "byte 133 (group 104, occurrence 1, field 6) adresse_3 \"12 RUE INVENTEE\": \
             no place on the cards of layout vitale1",
            "byte 150 (group 104, occurrence 1, field 8) adresse_5 \"99999 VILLE-TEST\": \
             no place on the cards of layout vitale1",
            "byte 167 (group 104, occurrence 1, field 9) nir \"2861975999002\": will be written as \"\"",
            "byte 181 (group 104, occurrence 1, field 10) cle_nir \"77\": will be written as \"00\"",
            "byte 184 (group 104, occurrence 1, field 11) date_certification \"202001010000\": \
             no place on the cards of layout vitale1",
            "byte 314 (group 108, occurrence 1, field 2) fin \"202612312359\": will be written as \"202612310000\"",
            "byte 347 (group 104, occurrence 2, field 6) adresse_3 \"12 RUE INVENTEE\": \
             no place on the cards of layout vitale1",
            "byte 364 (group 104, occurrence 2, field 8) adresse_5 \"99999 VILLE-TEST\": \
             no place on the cards of layout vitale1",
            "byte 461 (group 105, occurrence 2, field 2) fin \"202612312359\": will be written as \"202612310000\"",
            "byte 490 (group 106, occurrence 2, field 2) fin \"202612312359\": will be written as \"202612310000\"",
        ]
    );
    assert!(!drawn.text.contains("adresse"), "{}", drawn.text);
}

#[test]
fn what_has_no_place_is_named_and_the_rest_becomes_a_card() {
    let mut zone = example();
    let group = |number, fields: &[&str]| super::super::Group {
        number,
        fields: fields.iter().map(|field| field.chars().map(|c| u8::try_from(c).expect("Latin-1")).collect()).collect(),
    };
    zone.groups[0].fields[4] = b"RUF".to_vec();
    zone.groups[1].fields[0] = b"A".to_vec();
    zone.groups[2].fields[8] = b"1851975999001".to_vec();
    zone.groups[2].fields[9] = b"80".to_vec();
    zone.groups[5].fields.push(b"MORE".to_vec());
    zone.groups.insert(7, group(108, &["202701010000", "202712310000"]));
    zone.groups.insert(8, group(110, &["?"]));
    zone.groups.push(group(106, &["202606010000", "202612310000", "1", "0100"]));
    zone.groups.push(group(60, &["1", "2", "3"]));
    let drawn = drawn(&zone, "vitale2").expect("a card file");
    assert_eq!(
        told(&drawn),
        [
            "byte 29 (group 101, occurrence 1, field 5) ruf_2 \"RUF\": no place: the field is reserved, and written as \"\"",
            "byte 69 (group 102, occurrence 1) 1=\"A\" 2=\"000000000000\" \
             3=\"000000000000\": no place: a card cannot have its field 1, so the group is left out: \
             digits stand here, and nothing else",
            "byte 170 (group 104, occurrence 1, field 9) nir \"1851975999001\": \
             no place: the insured's NIR is that of group 101",
            "byte 184 (group 104, occurrence 1, field 10) cle_nir \"80\": will be written as \"00\"",
            "byte 187 (group 104, occurrence 1, field 11) date_certification \"202001010000\": \
             will be written as \"000000000000\"",
            "byte 301 (group 107, occurrence 1, field 7) \"MORE\": no place: the group has no such field here",
            "byte 335 (group 108, occurrence 2) 1=\"202701010000\" 2=\"202712310000\": \
             no place: a mutuelle has one period in a card file",
            "byte 364 (group 110, occurrence 1) 1=\"?\": no place: this group is not known here",
            "byte 552 (group 106, occurrence 3) 1=\"202606010000\" 2=\"202612310000\" \
             3=\"1\" 4=\"0100\": no place: this period overlaps that of occurrence 2",
            "byte 588 (group 60, occurrence 1) 1=\"1\" 2=\"2\" 3=\"3\": \
             no place: this group is of another card, or of the readers",
        ]
    );
}

#[test]
fn what_makes_no_card_is_refused_with_its_place() {
    let with = |group: usize, field: usize, value: &[u8]| {
        let mut zone = example();
        zone.groups[group].fields[field] = value.to_vec();
        zone
    };
    let mut short = example();
    short.groups[0].fields.pop();
    let mut ends = example();
    ends.groups.swap(2, 3);
    let mut both = example();
    both.groups[6] = super::super::Group { number: 109, fields: vec![Vec::new(); 12] };
    let no_card = Zone { groups: vec![example().groups[0].clone()].into_iter().skip(1).collect() };
    for (zone, said) in [
        (
            with(0, 0, b"R"),
            "byte 3 (group 101, occurrence 1, field 1) type_carte: this field is \"R\": only test cards",
        ),
        (with(0, 0, b""), "this field is \"\": only test cards"),
        (with(0, 7, b"986197599900X"), "byte 33 (group 101, occurrence 1, field 8) nir: '9' cannot be character 1 of"),
        (with(2, 11, b"198600000000"), "(group 104, occurrence 1, field 12) naissance: this date has a month of zero"),
        (with(7, 13, b"0"), "(group 104, occurrence 2, field 14) qualite: only the first person, the insured, is 0"),
        (with(7, 2, b" "), "(group 104, occurrence 2, field 3) prenom: this text is blank"),
        (short, "byte 0 (group 101, occurrence 1): the group has 14 fields, and here it has 13"),
        (ends, "byte 97 (group 105, occurrence 1): this group does not stand behind group 102"),
        (
            both,
            "(group 109, occurrence 1): this person has a mutuelle and an AMC, which exclude each other (code 61680)",
        ),
        (no_card, "this zone has neither group 101"),
    ] {
        let error = drawn(&zone, "vitale2").expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    }
    let error = drawn(&example(), "cps3").expect_err("another family").to_string();
    assert!(error.contains("the layout is not of such cards"), "{error}");
}

#[test]
fn a_professional_s_zone_becomes_a_test_card() {
    let lefevre = of_profile(&profile(virtuale_applets::cards::CPS_LEFEVRE)).expect("a zone");
    let drawn = drawn(&lefevre, "cps3").expect("a card file");
    let added = [("carte.categorie", "test".to_owned()), ("titulaire.profession", "10".to_owned())];
    assert_eq!((told(&drawn), &*drawn.added), (vec![], &added[..]), "{}", drawn.text);
    assert_eq!(of_profile(&profile(&drawn.text)), Ok(lefevre.clone()), "{}", drawn.text);
}

#[test]
fn keys_that_are_wrong_are_written_right_and_told() {
    let professional = include_bytes!("../../../../fixtures/zones/cles-fausses.in");
    let drawn = drawn(&Zone::parse(professional).expect("a zone"), "cps3").expect("a card file");
    assert_eq!(
        told(&drawn),
        [
            "byte 18 (group 1, occurrence 1, field 4) cle_identifiant \"0\": will be written as \"3\"",
            "byte 55 (group 2, occurrence 1, field 6) identifiant_structure \"999000001900010\": \
             will be written as \"999000001930010\"",
            "byte 97 (group 2, occurrence 1, field 10) cle_facturation \"9\": will be written as \"3\"",
        ]
    );
    let mut patient = example();
    patient.groups[0].fields[8] = b"78".to_vec();
    let drawn = self::drawn(&patient, "vitale2").expect("a card file");
    assert_eq!(told(&drawn), ["byte 47 (group 101, occurrence 1, field 9) cle_nir \"78\": will be written as \"77\""]);
}

#[test]
fn days_that_no_card_can_have_are_named_and_the_card_is_made() {
    let with = |changes: &[(usize, usize, &str)]| {
        let mut zone = example();
        changes.iter().for_each(|(group, field, value)| zone.groups[*group].fields[*field] = value.as_bytes().to_vec());
        told(&drawn(&zone, "vitale2").expect("a card file")).join("\n")
    };
    let service = with(&[(1, 1, "202602010000"), (1, 2, "202601010000")]);
    assert!(service.contains("(group 102, occurrence 1) 1=\"0\" 2=\"202602010000\""), "{service}");
    assert!(service.ends_with("no place: this period ends before it begins"), "{service}");
    let own = with(&[(2, 15, "202602010000"), (2, 16, "202601010000")]);
    for part in
        ["field 16) service_debut \"202602010000\": no place", "field 17) service_fin \"202601010000\": no place"]
    {
        assert!(own.contains(part), "{own}");
    }
    let month = with(&[(2, 10, "202019010000"), (7, 15, "202619010000")]);
    for part in
        ["date_certification \"202019010000\": no place: there is no month 19", "service_debut \"202619010000\""]
    {
        assert!(month.contains(part), "{month}");
    }
    assert_eq!(with(&[(0, 2, "000101010000")]), "", "a card of the first year has no year before it");
    assert!(with(&[(2, 17, "\u{1b}")]).contains("ruf \"\\x1B\": no place"));
}

#[test]
fn what_is_missing_or_too_much_is_said_with_its_name() {
    let refused = |zone: &Zone, name: &str| drawn(zone, name).expect_err("no card").to_string();
    let mut zone = example();
    zone.groups.truncate(2);
    assert_eq!(refused(&zone, "vitale2"), "group 104 is missing, without which there is no card");
    zone.groups.truncate(1);
    assert_eq!(refused(&zone, "vitale2"), "group 102 is missing, without which there is no card");
    let mut wide = example();
    let person: Vec<_> = wide.groups[7..].to_vec();
    (0..4).for_each(|_| wide.groups.extend(person.clone()));
    for group in wide.groups.iter_mut().filter(|group| group.number == 104) {
        (group.fields[0], group.fields[2]) = (vec![b'A'; 27], vec![b'B'; 15]);
    }
    let error = refused(&wide, "vitale2");
    assert!(error.contains("(group 104, occurrence 5): what it says makes no card of this layout"), "{error}");
    let lefevre = of_profile(&profile(virtuale_applets::cards::CPS_LEFEVRE)).expect("a zone");
    let with = |group: usize, field: usize, value: &str| {
        let mut zone = lefevre.clone();
        zone.groups[group].fields[field] = value.as_bytes().to_vec();
        zone
    };
    for (zone, said) in [
        (with(0, 2, "99900012347"), "identifiant: the field has 9-10 bytes, and here it has 11"),
        (with(1, 5, "99900000010"), "\"99900000010\" is no number of a place of type 4, which is \"cabinet_rpps\""),
        (with(1, 16, "9"), "agrement_1: \"9\" stands for nothing that is known"),
        (Zone { groups: lefevre.groups[..1].to_vec() }, "group 2 is missing"),
    ] {
        let error = refused(&zone, "cps3");
        assert!(error.contains(said), "{error}");
    }
    let mut ten = lefevre;
    (0..9).for_each(|_| ten.groups.push(ten.groups[1].clone()));
    let told = told(&drawn(&ten, "cps3").expect("a card file")).join("\n");
    assert!(told.contains("(group 2, occurrence 10)") && told.contains("no place: the card has room for 9"), "{told}");
}
