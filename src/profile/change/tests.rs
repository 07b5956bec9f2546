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
    let subject = Subject { layout: profile.layout(), data: profile.data(), place: "the card", base: None, atr: None };
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
fn an_empty_text_brings_no_default_back() {
    let amendment = amended("[assure]\ndroits = \"\"\ncouverture = \"\"\npays = \"\"\n");
    let insured = amendment.data.at("beneficiaire").and_then(|people| people.list().first()).expect("the insured");
    let count = |key: &str| insured.at(key).map(|list| list.list().len());
    assert_eq!((count("droits"), count("couverture"), insured.at("pays")), (Some(0), Some(0), None));
    let gone: Vec<_> = differences(&amendment).into_iter().map(|(path, _, after)| (path, after)).collect();
    for path in ["assure.droits[1]", "assure.couverture[1]", "assure.pays"] {
        assert!(gone.contains(&(path, None)), "{path}: {gone:?}");
    }
    // What a card cannot be without is told where the change takes it away.
    for (text, place) in [
        ("[carte]\ndebut_validite = \"\"\n", "change.toml:5:18"),
        ("[assure]\ncaisse = \"\"\n", "change.toml:5:10"),
        ("[assure]\nopposition_copies = \"\"\n", "change.toml:5:21"),
        ("[assure]\nservice_amo = \"\"\n", "\"service_amo.code\" is missing"),
        ("[assure]\nnmo = \"\"\n", "change.toml:5:1"),
    ] {
        let mistakes = amend(&martin(), &format!("{HEADER}{text}")).expect_err(text);
        assert!(mistakes.contains(place), "{place} is missing in\n{mistakes}");
    }
}

#[test]
fn what_excludes_each_other_in_one_change_is_told_with_both_places() {
    let both = "[assure.mutuelle]\nidentifiant = \"99999999\"\n[assure.amc]\nnumero_b2 = \"99999997\"\n";
    let mistakes = amend(&martin(), &format!("{HEADER}{both}")).expect_err("both");
    for part in ["\"amc\" cannot stand beside \"mutuelle\"", "change.toml:6:9", "the other", "leave one out"] {
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
    // One takes the place of the other, and that the other goes is told.
    let amendment = amended("[assure.amc]\nnumero_b2 = \"99999997\"\n");
    let gone = differences(&amendment).into_iter().find(|(path, ..)| *path == "assure.mutuelle.identifiant");
    assert!(gone.is_some_and(|(_, before, after)| before.is_some() && after.is_none()), "{amendment:?}");
    let whole = "[[assure.couverture]]\ndebut = \"2024-01-15\"\ncode_couverture = \"10100\"\nald = \"1\"\n";
    let mistakes = amend(&martin(), &format!("{HEADER}{whole}")).expect_err("twice");
    assert!(mistakes.contains("part of \"code_couverture\" already"), "{mistakes}");
}

#[test]
fn who_stays_keeps_what_is_not_said_and_who_is_new_has_nothing_invented() {
    let lou = "[[beneficiaire]]\nprenom = \"LOU\"\nnaissance = \"2019-19-07\"\n";
    let amendment = amended(lou);
    let people = amendment.data.at("beneficiaire").expect("people").list();
    let before = martin();
    let was = before.data().at("beneficiaire").expect("people").list();
    let named = |people: &[Node], name: &str| {
        let is_it = |person: &&Node| person.at("prenom").and_then(Node::text) == Some(name);
        people.iter().find(is_it).cloned().unwrap_or_else(|| panic!("{name}"))
    };
    let same = |key: &str, name: &str| {
        let value = |people| named(people, name).at(key).map(super::differences::shown_whole);
        assert_eq!(value(people), value(was), "{key} of {name}");
    };
    ["nom", "qualite", "droits", "couverture", "adresse", "pays"].iter().for_each(|key| same(key, "LOU"));
    // Of twins the first name tells which, though the rank is not said.
    let amendment = amended("[[beneficiaire]]\nprenom = \"SACHA\"\nnaissance = \"2019-19-07\"\n");
    let people = amendment.data.at("beneficiaire").expect("people").list();
    assert_eq!(people.len(), 2);
    assert_eq!(named(people, "SACHA").at("rang_gemellaire").and_then(Node::text), Some("2"));
    // With the rank, somebody has another first name since; by the NIR, anything else may be another.
    let amendment = amended(
        "[[beneficiaire]]\nprenom = \"ALEX\"\nnaissance = \"2019-19-07\"\nrang_gemellaire = \"2\"\n\
         [[beneficiaire]]\nnir = \"1 85 19 75 999 001\"\nprenom = \"DOMI\"\nnaissance = \"1985-19-02\"\n",
    );
    let people = amendment.data.at("beneficiaire").expect("people").list();
    for (name, was_named) in [("ALEX", "SACHA"), ("DOMI", "DOMINIQUE")] {
        let rights = |people, name| named(people, name).at("droits").map(super::differences::shown_whole);
        assert_eq!(rights(people, name), rights(was, was_named), "{name}");
    }
    let amendment =
        amended("[[beneficiaire]]\nnom = \"MARTIN\"\nprenom = \"ZOE\"\nnaissance = \"2025-19-07\"\nqualite = \"6\"\n");
    let zoe = named(amendment.data.at("beneficiaire").expect("people").list(), "ZOE");
    for list in ["droits", "couverture"] {
        assert_eq!(zoe.at(list).map(|list| list.list().len()), Some(0), "{list}");
    }
}

#[test]
fn copies_of_who_is_not_on_the_card_any_more_go_and_all_others_stay() {
    let copy = |who: &str, number: &str| {
        format!(
            "[[copie]]\ndate = \"2026-01-02\"\nnumero = \"{number}\"\n{who}\nprofessionnel = \"999100019\"\n\
             total = 3000\n[[copie.acte]]\ncode = \"G\"\nmontant = 3000\n"
        )
    };
    let twin = "naissance = \"2019-19-07\"\nrang_gemellaire = \"2\"";
    let first = "naissance = \"2019-19-07\"";
    let text = [virtuale_applets::cards::VITALE2_MARTIN.trim_end(), "\n", &copy(first, "000001")].concat();
    let card = profile(&[text, copy(twin, "000002"), copy(first, "000003")].concat());
    let lou = format!("{HEADER}[[beneficiaire]]\nprenom = \"LOU\"\nnaissance = \"2019-19-07\"\n");
    let amendment = amend(&card, &lou).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(amendment.data.at("copie").map(|copies| copies.list().len()), Some(2));
    let records = amendment.erased.iter().map(|file| (&*file.name, file.records.as_ref().map(Vec::len)));
    assert_eq!(records.collect::<Vec<_>>(), [("COPIES", Some(1))]);
    assert!(differences(&amendment).iter().any(|(path, _, after)| *path == "copie[2]" && after.is_none()));
}

#[test]
fn what_no_change_says_is_refused_with_what_to_write() {
    let cases = [
        ("[carte]\nmise_a_jour = \"2026-01-01\"\n", vec!["change.toml:5:1", "write the day as date in [changement]"]),
        (
            "[[evenement]]\ntype = \"blocage\"\ndate = \"2026-01-15\"\n[assure]\nnmo = \"A\"\n",
            vec!["\"evenement\" is what the issuer keeps", "fin_validite or etat in [carte]", "unknown key \"nmo\""],
        ),
    ];
    for (text, parts) in cases {
        let mistakes = amend(&martin(), &format!("{HEADER}{text}")).expect_err(text);
        for part in parts {
            assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
        }
    }
    for (line, parts) in [
        ("date = \"\"", vec!["\"date\" says nothing", "change.toml:3:8"]),
        ("date = \"0000-00-00\"", vec!["\"date\" says nothing", "change.toml:3:8"]),
        ("nature = \"\"", vec!["\"nature\" says nothing", "change.toml:3:10"]),
        ("date = \"2026-01-16\"", vec!["this change is of 2026-01-16, and today is 2026-01-15", "change.toml:3:8"]),
        ("caisse = \"\"\ndate = \"\"\nnature = \"\"", vec!["\"date\" says", "\"nature\" says"]),
    ] {
        let text = format!("[changement]\nnumero_serie = \"10000002\"\n{line}\n");
        let mistakes = amend(&martin(), &text).expect_err(line);
        for part in parts {
            assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
        }
    }
}

#[test]
fn a_card_that_was_never_updated_is_updated() {
    let text = virtuale_applets::cards::VITALE2_MINIMAL.trim_end();
    let card = profile(&format!("{text}\n\n[carte]\nmise_a_jour = \"\"\n"));
    assert!(card.data().at("carte.mise_a_jour").is_none());
    let amendment = amend(&card, "[changement]\nnumero_serie = \"10000001\"\n").unwrap_or_else(|told| panic!("{told}"));
    let [first] = &amendment.differences[..] else { panic!("{:?}", amendment.differences) };
    assert_eq!(
        (&*first.path, first.before.as_deref(), first.after.as_deref()),
        ("carte.mise_a_jour", None, Some("2026-01-15"))
    );
}

/// Hostile files cost no more than their length.
#[test]
fn the_work_on_a_change_grows_as_its_text_does() {
    let martin = martin();
    let of = |text: &str| drop(amend(&martin, text).expect_err("no change"));
    crate::work::assert_linear(400, |size| {
        let unknown: String = (0..size).map(|number| format!("cle_{number} = 1\n")).collect();
        of(&format!("{unknown}{HEADER}[assure]\n{unknown}"));
    });
    crate::work::assert_linear(400, |size| {
        let person = "[[beneficiaire]]\nnaissance = \"2019-19-07\"\n";
        of(&format!("{HEADER}{}", person.repeat(size)));
    });
}

#[test]
fn the_data_of_every_card_make_a_card_file_that_says_the_same() {
    use virtuale_applets::cards::{
        VITALE2_BASTIA, VITALE2_CALENDRIER, VITALE2_DURAND, VITALE2_MARTIN, VITALE2_MINIMAL, VITALE2_T1,
    };
    for text in [VITALE2_BASTIA, VITALE2_CALENDRIER, VITALE2_DURAND, VITALE2_MARTIN, VITALE2_MINIMAL, VITALE2_T1] {
        let whole = profile(text);
        let schema = whole.layout().schema().expect("a built-in layout");
        let text = super::card_file::data_text(whole.data(), schema, whole.layout(), "vitale2", &[]);
        let again = profile(&text);
        // What is not there is said, and no default comes back.
        assert!(text.contains("[assure.service_amo]") && !text.contains("= \n"), "{text}");
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
fn forget_places(element: &mut crate::profile::map::Element) {
    element.written = 0..0;
    element.children.iter_mut().for_each(forget_places);
}
