//! What change files say, and what is wrong with them.

use jiff::civil::date;

use super::{Amendment, Change, Subject};
use crate::profile::{Options, Profile, diagnostic::Source, parse, tree::Node};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

/// The header of a change for the family of vitale2-martin.
const HEADER: &str = "[changement]\nnumero_serie = \"10000002\"\ndate = \"2026-01-15\"\n";

fn profile(text: &str) -> Profile {
    let source = Source { name: "card.toml".into(), text: text.into() };
    parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn martin() -> Profile {
    profile(virtuale_applets::cards::VITALE2_MARTIN)
}

fn amend(profile: &Profile, text: &str) -> Result<Amendment, String> {
    let source = Source { name: "change.toml".into(), text: text.into() };
    let change = Change::read(source, OPTIONS.today).map_err(|mistakes| mistakes.to_string())?;
    let subject = Subject { layout: profile.layout(), data: profile.data(), place: "the card" };
    change.amend(&subject).map_err(|mistakes| mistakes.to_string())
}

fn amended(text: &str) -> Amendment {
    amend(&martin(), &format!("{HEADER}{text}")).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// What differs, but for the date of the update.
fn differences(amendment: &Amendment) -> Vec<(&str, Option<&str>, Option<&str>)> {
    let all = amendment.differences.iter().filter(|difference| difference.path != "carte.mise_a_jour");
    all.map(|found| (&*found.path, found.before.as_deref(), found.after.as_deref())).collect()
}

fn files(amendment: &Amendment) -> Vec<&str> {
    amendment.files.iter().map(|file| &*file.name).collect()
}

#[test]
fn a_header_alone_is_the_yearly_update() {
    let amendment = amended("");
    assert_eq!((differences(&amendment), files(&amendment)), (vec![], vec!["CARTE"]));
    let last = amendment.data.at("carte.mise_a_jour").and_then(Node::date).map(|date| date.to_string());
    assert_eq!(last.as_deref(), Some("2026-01-15"));
}

#[test]
fn what_it_names_takes_the_place_of_what_was_there_and_nothing_else() {
    let amendment = amended("[assure.mutuelle]\nidentifiant = \"99999999\"\nfin = \"2031-12-31\"\n");
    assert_eq!(differences(&amendment), [("assure.mutuelle.fin", Some("2027-01-15"), Some("2031-12-31"))]);
    assert_eq!(files(&amendment), ["CARTE", "COMPLEM"]);
}

#[test]
fn an_empty_text_takes_a_key_or_a_table_away() {
    let amendment = amended("[assure]\nnom_usage = \"\"\nadresse = \"\"\n");
    let right = [
        ("assure.nom_usage", Some("MARTIN"), None),
        ("assure.adresse.ligne_1", Some("BATIMENT B"), None),
        ("assure.adresse.ligne_2", Some("1 RUE DE L'ESSAI"), None),
        ("assure.adresse.commune", Some("99999 VILLE-TEST"), None),
    ];
    let mut found = differences(&amendment);
    found.sort_by_key(|(path, ..)| right.iter().position(|(other, ..)| other == path));
    assert_eq!(found, right);
    // The name of birth is then the one on the card.
    assert_eq!(files(&amendment), ["IDENTITE", "CARTE", "ADRESSE"]);
}

#[test]
fn a_list_takes_the_place_of_a_list() {
    let person = "[[beneficiaire]]\nnom = \"MARTIN\"\nprenom = \"LOU\"\nnaissance = \"2019-19-07\"\nqualite = \"6\"\n";
    let amendment = amended(person);
    assert_eq!(amendment.data.at("beneficiaire").map(|people| people.list().len()), Some(2));
    // Who goes is told in one line.
    for (gone, name) in [("beneficiaire[3]", "MARTIN, LOU, "), ("beneficiaire[4]", "MARTIN, SACHA, ")] {
        let is_it = |(path, before, after): &(&str, Option<&str>, Option<&str>)| {
            *path == gone && before.is_some_and(|before| before.starts_with(name)) && after.is_none()
        };
        assert!(differences(&amendment).iter().any(is_it), "{gone}: {:?}", differences(&amendment));
    }
}

#[test]
fn a_key_that_excludes_another_takes_its_place() {
    let amendment = amended("[assure.amc]\nnumero_b2 = \"99999997\"\ncode_traitement = \"12\"\n");
    assert!(differences(&amendment).iter().any(|(path, ..)| *path == "assure.amc.numero_b2"));
    let both = amendment.data.at("beneficiaire").and_then(|people| people.list().first().cloned());
    assert!(both.is_some_and(|first| first.at("mutuelle").is_none() == first.at("amc").is_some()));
}

#[test]
fn mistakes_point_into_the_change_or_into_the_card() {
    let cases = [
        ("[assure]\nnmo = \"A\"\n", vec!["unknown key \"nmo\"", "change.toml:5:1"]),
        ("[[assure.droits]]\ndebut = \"2027-01-01\"\nfin = \"2026-01-01\"\n", vec!["change.toml:6:"]),
        ("[assure]\nnom = \"\"\n", vec!["change.toml:5:7"]),
        (
            "[ias]\ncode = \"4321\"\n",
            vec!["no file of layout vitale2 that a station writes holds \"ias.code\"", "change.toml:5:"],
        ),
        ("[carte]\nnumero_serie = \"10000003\"\n", vec!["a card keeps its serial number", "change.toml:5:16"]),
        ("[assure]\nnir = \"1 85 19 75 999 001 99\"\n", vec!["change.toml:5:27", "the right key is 80"]),
        ("[[beneficiaire]]\nnom = \"A\"\n", vec!["\"prenom\" is missing", "change.toml:4:1"]),
    ];
    for (text, parts) in cases {
        let mistakes = amend(&martin(), &format!("{HEADER}{text}")).expect_err(text);
        for part in parts {
            assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
        }
    }
    // The change moves the end before a beginning that only the card says.
    let backwards = format!("{HEADER}[carte]\nfin_validite = \"2020-01-01\"\n");
    let mistakes = amend(&martin(), &backwards).expect_err("it runs backwards");
    assert!(mistakes.contains("change.toml:5:"), "{mistakes}");
}

#[test]
fn what_does_not_fit_is_named_with_its_numbers() {
    let person = |number: usize| {
        format!(
            "[[beneficiaire]]\nnom = \"{}{number}\"\nprenom = \"LOU\"\nnaissance = \"2019-19-07\"\nqualite = \"6\"\n",
            "A".repeat(22)
        )
    };
    let text: String = (1..=5).map(person).collect();
    let mistakes = amend(&martin(), &format!("{HEADER}{text}")).expect_err("six long names");
    for part in ["IDENTITE", "256"] {
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
    let text: String = (1..=6).map(person).collect();
    let mistakes = amend(&martin(), &format!("{HEADER}{text}")).expect_err("seven people");
    assert!(mistakes.contains("change.toml") && mistakes.contains("one too many"), "{mistakes}");
}

#[test]
fn a_change_is_for_one_card_and_not_older_than_what_it_has() {
    let other = "[changement]\nnumero_serie = \"10000009\"\n";
    let mistakes = amend(&martin(), other).expect_err("another card");
    for part in ["for card 10000009", "10000002", "change.toml:2:16"] {
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
    let old = "[changement]\nnumero_serie = \"10000002\"\ndate = \"2025-12-14\"\n";
    let mistakes = amend(&martin(), old).expect_err("older");
    assert!(mistakes.contains("updated on 2025-12-15") && mistakes.contains("change.toml:3:8"), "{mistakes}");
    for (text, part) in [
        ("", "changement"),
        ("[changement]\n", "\"numero_serie\" is missing"),
        ("[changement]\nnumero_serie = \"1\"\n", "change.toml:2:16"),
        ("[changement]\nnumero_serie = \"10000002\"\nnature = \"autre\"\n", "change.toml:3:"),
        ("[changment]\nnumero_serie = \"10000002\"\n", "did you mean \"changement\"?"),
        ("[changement\n", "change.toml:"),
    ] {
        let mistakes = amend(&martin(), text).expect_err(text);
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
}

#[test]
fn the_data_of_every_card_make_a_card_file_that_says_the_same() {
    use virtuale_applets::cards::{
        VITALE2_BASTIA, VITALE2_CALENDRIER, VITALE2_DURAND, VITALE2_MARTIN, VITALE2_MINIMAL, VITALE2_T1,
    };
    for text in [VITALE2_BASTIA, VITALE2_CALENDRIER, VITALE2_DURAND, VITALE2_MARTIN, VITALE2_MINIMAL, VITALE2_T1] {
        let whole = profile(text);
        let schema = whole.layout().schema().expect("a built-in layout");
        let text = super::card_file::data_text(whole.data(), schema, whole.layout(), "vitale2");
        let again = profile(&text);
        let names = |profile: &Profile| {
            profile
                .map()
                .files
                .iter()
                .map(|file| file.elements.clone())
                .map(|mut elements| {
                    elements.iter_mut().for_each(forget_places);
                    elements
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&again), names(&whole), "{text}");
    }
}

/// Forgets where a value was written: the two texts have it in other places.
fn forget_places(element: &mut super::Element) {
    element.written = 0..0;
    element.children.iter_mut().for_each(forget_places);
}
