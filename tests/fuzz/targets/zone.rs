//! Zones of groups: what was read is written again, and whatever is shown of it is shown whole.

use virtuale::{
    billing::groups::{
        DifferenceReport, Zone, ZoneReport, described, differences, differences_page, explained, findings, text,
    },
    profile::schema::Language,
};

/// Two zones, one behind the other: the first byte says at which of so many parts the second begins.
pub(super) fn run(data: &[u8]) {
    let (&cut, bytes) = data.split_first().unwrap_or((&0, &[]));
    let (left, right) = bytes.split_at(bytes.len() * usize::from(cut) / 256);
    let zones = [bytes, left, right].map(zone);
    for zone in zones.iter().flatten() {
        show(zone);
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
        let text = text(zone, language);
        assert_eq!(text.lines().count(), lines, "one line for each group and each field");
        assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "a control character");
        assert!(explained(zone, true, language).ends_with('\n'));
    }
}

fn compare(a: &Zone, b: &Zone) {
    let found = differences(a, b);
    assert_eq!(found.is_empty(), a == b, "nothing differs exactly if all is equal");
    assert_eq!(found.iter().map(DifferenceReport::of).count(), found.len());
    assert!(differences_page(&found, ["a", "b"], Language::French).ends_with('\n'));
    assert!(differences(a, a).is_empty(), "a zone differs from itself");
}
