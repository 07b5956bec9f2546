//! The zones of all cards of the program, and what they say as text: `fixtures/billing`.

use std::{fs, path::Path};

use jiff::civil::date;
use snapbox::{Data, data::DataFormat};

use super::{Group, Zone, differences, findings, of_profile, text};
use crate::{
    profile::{Options, diagnostic::Source, families::Families, parse, schema::Language},
    work,
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 0 };

/// Those whose text is kept in French too.
const FRENCH: [&str; 2] = ["vitale2-martin", "cps-lefevre"];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/billing"))
}

fn compare(name: &str, found: Data, format: DataFormat) {
    let expected = Data::read_from(&folder().join(name), Some(format));
    snapbox::assert_data_eq!(found, expected.raw());
}

#[test]
fn every_card_of_the_program_is_kept_as_zone_and_as_text() {
    let mut kept = 0;
    for built_in in Families::built_in().cards() {
        let source = Source { name: built_in.name.into(), text: built_in.text.into() };
        let profile = parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let name = built_in.name;
        let Ok(zone) = of_profile(&profile) else {
            assert!(!folder().join(format!("{name}.in")).exists(), "{name}: it has no zone any more");
            continue;
        };
        kept += 1;
        assert_eq!(findings(&zone), [], "{name}");
        compare(&format!("{name}.in"), Data::binary(zone.to_bytes()), DataFormat::Binary);
        compare(&format!("{name}.txt"), Data::text(text(&zone, Language::English)), DataFormat::Text);
        if FRENCH.contains(&name) {
            compare(&format!("{name}.fr.txt"), Data::text(text(&zone, Language::French)), DataFormat::Text);
        }
    }
    assert!(kept > 10, "{kept} cards have a zone");
}

#[test]
fn every_zone_that_is_kept_is_read_again() {
    let files = fs::read_dir(folder()).expect("the folder").map(|file| file.expect("a file").path());
    let zones = files.filter(|path| path.extension().is_some_and(|extension| extension == "in"));
    for path in zones {
        let bytes = fs::read(&path).expect("a zone");
        let zone = Zone::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!((findings(&zone), differences(&zone, &zone).len()), (vec![], 0), "{}", path.display());
        assert_eq!(zone.to_bytes(), bytes, "{}", path.display());
    }
}

/// Zones that are long in every way there is, of about so many bytes.
fn long_zones(size: usize) -> Vec<Zone> {
    let empty = |number, fields| Group { number, fields: vec![Vec::new(); fields] };
    let person = |number: usize| {
        let mut fields = vec![Vec::new(); 18];
        fields[0] = b"MARTIN".to_vec();
        fields[2] = (number % 7).to_string().into_bytes();
        Group { number: 104, fields }
    };
    let people = |numbers: &mut dyn Iterator<Item = usize>| Zone { groups: numbers.map(person).collect() };
    let count = size / 30;
    let groups = |group: Group, times: usize| Zone { groups: vec![group; times] };
    vec![
        groups(empty(105, 0), size / 3),
        groups(empty(110, size.min(60_000)), 1),
        groups(empty(101, 1), size / 4),
        groups(Group { number: 104, fields: vec![vec![0x1B; size.min(60_000)]] }, 1),
        people(&mut (0..count)),
        people(&mut (0..count).rev()),
    ]
}

fn all_work(first: &Zone, second: &Zone) {
    assert!(Zone::parse(&first.to_bytes()).is_ok());
    assert!(text(first, Language::French).len() > findings(first).len());
    let differences = differences(first, second);
    assert_eq!(differences.is_empty(), first == second);
    #[cfg(feature = "cli")]
    {
        let reports: Vec<_> = differences.iter().map(super::DifferenceReport::of).collect();
        let page = super::differences_page(&differences, ["a", "b"], Language::English);
        assert!(page.len() >= reports.len());
        let explained = super::explained(first, true, Language::English);
        assert!(explained.len() >= super::ZoneReport::of(first).groups.len());
    }
}

#[test]
fn the_work_on_a_zone_grows_with_its_bytes() {
    for which in 0..6 {
        work::assert_linear(15_000, |size| {
            let zones = long_zones(size);
            work::step(size);
            all_work(&zones[which], &zones[(which + 1) % zones.len()]);
        });
    }
}

#[test]
fn a_zone_of_megabytes_is_shown() {
    let zones = long_zones(1 << 20);
    all_work(&zones[2], &zones[1]);
}
