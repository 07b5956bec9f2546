//! What `card explain` says of the cards of the family: each byte of each file, once, with its origin and what backs
//! it.

use std::{fs, ops::Range, path::Path};

use jiff::civil::date;
use virtuale_engine::image::FileKind;

use crate::profile::{
    Options, Profile,
    families::Families,
    map::{Element, FileMap, UNEXPLAINED},
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

/// The cards of the family that are part of the program, by name.
fn cards() -> Vec<(String, Profile)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards");
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let names = files.map(|file| file.expect("a file").path().file_stem().expect("a name").to_string_lossy().into());
    let of_the_family = names.filter(|name: &String| name.starts_with("cp"));
    let load = |name: String| {
        let profile = Families::built_in().load(Path::new(&name), &OPTIONS).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(profile.layout().family().name(), "cps", "{name}");
        (name, profile)
    };
    of_the_family.map(load).collect()
}

#[test]
fn each_byte_of_each_card_is_explained_once_with_its_origin_and_source() {
    let cards = cards();
    for kind in ["cps-lefevre", "cps4-lefevre", "cpe-accueil", "cpe-anonyme", "cpa-caisse"] {
        assert!(cards.iter().any(|(name, _)| name == kind), "{kind} is not among them");
    }
    for (name, profile) in &cards {
        let map = profile.map();
        let kinds = profile.image().files.iter().map(|file| &file.kind);
        let files = kinds.filter(|kind| !matches!(kind, FileKind::Directory(_))).count();
        assert_eq!(files, map.files.len(), "{name}: a file that nobody explains");
        for file in &map.files {
            assert!(!file.source.is_empty(), "{name}: nothing backs the place of {}", file.path);
            check(name, file, &file.elements, 0..file.size);
        }
    }
}

/// The elements fill a range of the file's bytes, one behind the other, and so do the parts of each behind its tag and
/// length.
fn check(card: &str, file: &FileMap, elements: &[Element], range: Range<usize>) {
    let mut end = range.start;
    for element in elements {
        let place = format!("{card}: {} {} of {}", file.path, element.name, file.name);
        assert_eq!(element.range.start, end, "{place}: bytes before it that nobody explains, or two do");
        assert_ne!(element.name, UNEXPLAINED, "{place}");
        assert!(!element.source.is_empty(), "{place}: nothing backs its origin");
        if !element.children.is_empty() {
            check(card, file, &element.children, element.range.start + element.header..element.range.end);
        }
        end = element.range.end;
    }
    assert_eq!(end, range.end, "{card}: the end of {} is not explained", file.path);
}

/// The side of class `A0` is no exception.
#[test]
fn files_of_the_other_side_are_explained_too() {
    let cards = cards();
    let (_, profile) = cards.iter().find(|(name, _)| name == "cps-lefevre").expect("the first one");
    for name in ["SIT_FACT", "TER_ACTIVITY_01"] {
        let elements = profile.map().file(name).map(|file| file.elements.len());
        assert!(elements.is_some_and(|count| count > 0), "{name}: {elements:?}");
    }
}
