//! The card file that an update keeps makes the card that the update leaves, for any change of any Vitale 2.

use std::{collections::BTreeMap, fs, path::Path};

use proptest::prelude::*;
use virtuale_engine::image::FileKind;

use super::{Cipher, Hand, TODAY, change, update};
use crate::profile::{
    Options, Profile,
    change::{Amendment, Subject},
    diagnostic::Source,
    load, parse,
};

/// Every Vitale 2 that there is as a card file.
fn cards() -> Vec<Profile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = ["applets/cards", "fixtures/cards/life"].map(|folder| fs::read_dir(root.join(folder)).expect("cards"));
    let paths = files.into_iter().flatten().map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let is_vitale2 = fs::read_to_string(path).expect("a card file").contains("layout = \"vitale2\"");
        is_vitale2.then(|| load(path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}")))
    };
    paths.iter().filter_map(read).collect()
}

/// What a change may say, each under its table.
const SAID: [(&str, &[&str]); 2] = [
    (
        "carte",
        &[
            "fin_validite = \"2035-01-14\"",
            "fin_validite = \"2034-01-14T12:30\"",
            "etat = \"bloquee\"",
            "etat = \"active\"",
            "etat = \"\"",
            "type_porteur = \"1\"",
            "type_porteur = \"A\"",
            "fin_validite = \"\"",
        ],
    ),
    (
        "assure",
        &[
            "nom_usage = \"\"",
            "nom_usage = \"MOREAU\"",
            "autres_prenoms = \"\"",
            "prenom = \"SACHA\"",
            "pays = \"\"",
            "pays = \"BE\"",
            "droits = \"\"",
            "droits = []",
            "droits = [{ debut = \"2024-01-15\", fin = \"2026-01-14\" }, { debut = \"2026-01-15\" }]",
            "couverture = \"\"",
            "couverture = [{ debut = \"2024-01-15\", code_couverture = \"10100\" }]",
            "couverture = [{ code_couverture = \"00100\" }, { debut = \"2024-01-15\", code_couverture = \"10100\" }]",
            "exoneration = [{ code = \"4\", debut = \"2026-01-15\" }]",
            "exoneration = \"\"",
            "adresse = \"\"",
            "adresse = { ligne_1 = \"\", commune = \"99999 AILLEURS\" }",
            "mutuelle = \"\"",
            "mutuelle = { identifiant = \"99999999\", type_services = \"\" }",
            "mutuelle = { identifiant = \"99999999\", code_traitement = \"\", sts = \"\" }",
            "amc = \"\"",
            "amc = { numero_b2 = \"99999997\" }",
            "service_amo = { code = \"01\", debut = \"2026-01-01\" }",
            "service_amo_famille = { code = \"01\", fin = \"\" }",
            "medecin_traitant = true",
            "don_organes = true",
            "personne_a_prevenir = { nom = \"A\", telephone = \"\" }",
            "personne_a_prevenir = \"\"",
            "europe = \"\"",
            "europe = { institution = \"0134\", numero_carte = \"80250000010000000001\", fin = \"2027-01-01\" }",
            "accident_travail = [{ identifiant = \"12345678\" }]",
            "opposition_copies = true",
            "centre = \"9882\"",
        ],
    ),
];

/// Who may be on the card besides the insured, instead of who was.
const PEOPLE: [&str; 4] = [
    "beneficiaire = \"\"",
    "beneficiaire = [{ prenom = \"LOU\", naissance = \"2019-19-07\", nom = \"MARTIN\", qualite = \"6\", droits = \"\" }]",
    "beneficiaire = [{ prenom = \"ZOE\", naissance = \"2025-19-07\", nom = \"A\", qualite = \"6\" }]",
    "",
];

/// A change for the card of a serial number, of some of that; of a key only the first that is said.
fn text(number: &str, said: &[Vec<prop::sample::Index>; 2], people: usize) -> String {
    let mut text = format!("{}\n[changement]\nnumero_serie = \"{number}\"\n", PEOPLE[people]);
    for ((table, lines), chosen) in SAID.iter().zip(said) {
        let mut keys = BTreeMap::new();
        for line in chosen.iter().map(|index| index.get(lines)) {
            keys.entry(line.split(' ').next().unwrap_or_default()).or_insert(line);
        }
        let lines: Vec<&str> = keys.into_values().copied().collect();
        text += &format!("[{table}]\n{}\n", lines.join("\n"));
    }
    text
}

/// What is in each file of a chip: records that were erased are none. `is_named` are the files with the holder's name
/// in them that the IAS component has; they are given to a card when it is made.
fn chip(profile: &Profile, with_names: bool) -> BTreeMap<String, Vec<Vec<u8>>> {
    let elementary = profile.image().files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    let both = elementary.zip(&profile.map().files);
    let is_of_ias = |name: &str| name.starts_with("CERT") || ["TOKEN", "CDF"].contains(&name);
    let both = both.filter(|(_, file)| with_names || !is_of_ias(&file.name));
    let content = |kind: &FileKind| match kind {
        FileKind::Transparent { content, size, .. } => {
            let mut bytes = content.bytes().to_vec();
            bytes.resize(*size, 0);
            vec![bytes]
        }
        FileKind::Records { content, .. } => content.clone(),
        FileKind::Directory(_) => Vec::new(),
    };
    both.map(|(image, file)| (file.name.clone(), content(&image.kind))).collect()
}

/// The chip of a card after a change.
fn changed(mut chip: BTreeMap<String, Vec<Vec<u8>>>, amendment: &Amendment) -> BTreeMap<String, Vec<Vec<u8>>> {
    for file in &amendment.files {
        assert_eq!(chip.insert(file.name.clone(), vec![file.after.clone()]), Some(vec![file.before.clone()]));
    }
    for file in &amendment.erased {
        let records = chip.get_mut(&file.name).expect("a file of records");
        records.retain(|record| file.records.as_ref().is_some_and(|gone| !gone.contains(record)));
    }
    chip
}

/// Whether a change was taken, and then kept as a card file that makes the same chip.
fn holds(profile: &Profile, text: &str) -> bool {
    let change = change(text);
    let subject = Subject { layout: profile.layout(), data: profile.data(), place: "card", base: None, atr: None };
    let Ok(amendment) = change.amend(&subject) else { return false };
    let has_names = |difference: &crate::profile::change::Difference| {
        ["nom", "prenom", "nom_usage"].iter().any(|key| difference.path == format!("assure.{key}"))
    };
    let same_names = !amendment.differences.iter().any(has_names);
    let kept = match change.amended_card_file(&subject, Path::new("")) {
        Ok(kept) => kept,
        // Only what happened to a card can speak against a change that was taken.
        Err(mistakes) => {
            let has_events = profile.data().at("evenement").is_some_and(|events| !events.list().is_empty());
            assert!(has_events, "{mistakes}");
            return false;
        }
    };
    let source = Source { name: format!("{}.toml", profile.name()), text: kept };
    let other = parse(source, None, &profile.options()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let right = changed(chip(profile, same_names), &amendment);
    let found = chip(&other, same_names);
    for (name, content) in &right {
        assert!(found.get(name) == Some(content), "{name} of {} after\n{text}", profile.name());
    }
    right.len() == found.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_card_of_the_kept_card_file_is_the_updated_card(
        card in any::<prop::sample::Index>(),
        said in [0_usize..3, 0..6].prop_flat_map(|[first, second]| [
            prop::collection::vec(any::<prop::sample::Index>(), first),
            prop::collection::vec(any::<prop::sample::Index>(), second),
        ]),
        people in 0_usize..4,
    ) {
        thread_local!(static CARDS: Vec<Profile> = cards());
        CARDS.with(|cards| {
            let profile = card.get(cards);
            let number = profile.data().at("carte.numero_serie").and_then(|node| node.text()).expect("it has one");
            holds(profile, &text(number, &said, people));
        });
    }
}

/// Each thing that a change may say, alone, on a card of a family: taken, kept, and written by a station.
#[test]
fn each_change_is_written_and_kept() {
    let (mut taken, all) = (0, cards());
    let martin = all.iter().find(|card| card.name() == "vitale2-martin").expect("it is there");
    for (table, lines) in SAID {
        for line in lines {
            let text = format!("[changement]\nnumero_serie = \"10000002\"\n[{table}]\n{line}\n");
            assert!(holds(martin, &text), "{text}");
            taken += 1;
        }
    }
    for people in PEOPLE {
        assert!(holds(martin, &format!("{people}\n[changement]\nnumero_serie = \"10000002\"\n")), "{people}");
    }
    assert!(taken > 30);
    let empty = "[changement]\nnumero_serie = \"10000002\"\n[assure]\ndroits = []\ncouverture = []\npays = \"\"\n";
    let mut card = martin.card();
    let reading = update(&mut Hand::new(&mut card, usize::MAX), martin, Some(Cipher::TripleDes), &change(empty));
    let insured = reading.expect("it is written and read back").volet.beneficiaries.swap_remove(0);
    assert_eq!((insured.rights.len(), insured.coverage.len(), insured.country), (0, 0, None));
}
