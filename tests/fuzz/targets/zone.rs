//! Zones of groups: what was read is written again, and whatever is shown of it is shown whole.

use std::sync::OnceLock;

use virtuale::{
    billing::groups::{
        DifferenceReport, Drawn, Naming, Zone, ZoneReport, about, card_file, described, differences, differences_page,
        explained, findings, of_profile, table::About, text as shown,
    },
    profile::{Profile, diagnostic::Source, parse, schema::Language},
};
use virtuale_applets::cards::VITALE2_MARTIN;

use super::{cards, text};

/// Two zones, one behind the other: the first byte says at which of so many parts the second begins.
pub(super) fn run(data: &[u8]) {
    let (&cut, bytes) = data.split_first().unwrap_or((&0, &[]));
    let (left, right) = bytes.split_at(bytes.len() * usize::from(cut) / 256);
    let zones = [bytes, left, right].map(zone);
    for zone in zones.iter().flatten() {
        show(zone);
        draw(zone);
    }
    for (a, b) in [(0, 1), (1, 2), (2, 0)] {
        if let (Some(a), Some(b)) = (&zones[a], &zones[b]) {
            compare(a, b);
        }
    }
}

/// A zone, if the bytes are one; else the place of what is wrong is in them.
fn zone(bytes: &[u8]) -> Option<Zone> {
    match Zone::parse(bytes) {
        Ok(zone) => {
            assert_eq!(zone.to_bytes(), bytes, "it was written otherwise than it was read");
            Some(zone)
        }
        Err(error) => {
            assert!(error.place.position <= bytes.len(), "{error} is not in {} bytes", bytes.len());
            assert!(!ZoneReport::of_error(bytes.len(), &error).error.expect("the error").message.is_empty());
            None
        }
    }
}

fn show(zone: &Zone) {
    let groups: Vec<_> = described(zone).collect();
    let mut end = 0;
    for group in &groups {
        assert_eq!(group.head.place.position, end, "a group begins where the one before it ends");
        end = group.head.end;
        assert!(group.fields.last().is_none_or(|field| field.end == end), "the last field ends where its group does");
    }
    let report = ZoneReport::of(zone);
    assert_eq!((report.size, report.groups.len(), report.findings.len()), (end, groups.len(), findings(zone).len()));
    for language in [Language::English, Language::French] {
        let lines = 1 + groups.iter().map(|group| 1 + group.fields.len()).sum::<usize>();
        let text = shown(zone, language);
        assert_eq!(text.lines().count(), lines, "one line for each group and each field");
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "a control character");
        assert!(explained(zone, true, language).ends_with('\n'));
    }
}

/// Makes a card file of a zone, if it is one of a card: the card that it makes has a zone again.
fn draw(zone: &Zone) {
    static VITALE: OnceLock<Profile> = OnceLock::new();
    let (name, profile) = match about(zone) {
        Some(About::Patient) => {
            let source = || Source { name: "vitale2-martin.toml".into(), text: VITALE2_MARTIN.into() };
            let load = || parse(source(), None, &text::OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            ("vitale2", VITALE.get_or_init(load))
        }
        Some(_) => ("cps3", cards::professionals(false)),
        None => return,
    };
    match card_file(zone, profile.layout(), Naming { name, base: None }, &text::OPTIONS) {
        Ok(Drawn { text, losses, .. }) => {
            let source = Source { name: "drawn.toml".into(), text };
            let drawn = parse(source, None, &text::OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let again = of_profile(&drawn).unwrap_or_else(|error| panic!("{error}"));
            assert!(again == *zone || !losses.is_empty(), "what is otherwise stays untold");
            assert_eq!(findings(&again), [], "the zone of a card is as the table has it");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn compare(a: &Zone, b: &Zone) {
    let found = differences(a, b);
    assert_eq!(found.is_empty(), a == b, "nothing differs exactly if all is equal");
    assert_eq!(found.iter().map(DifferenceReport::of).count(), found.len());
    assert!(differences_page(&found, ["a", "b"], Language::French).ends_with('\n'));
    assert!(differences(a, a).is_empty(), "a zone differs from itself");
}
