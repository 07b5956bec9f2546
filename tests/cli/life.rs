//! The life of a card through the program: on the days around each of its limits, in both languages and as JSON.

use serde_json::Value;

use crate::sandbox::{Sandbox, run};

/// On a day: whether the card can be used, whether it gives third-party payment, and what is found.
type Day = (&'static str, bool, bool, &'static [&'static str]);

/// A card of `fixtures/cards/life`, and whether its chip knows all that is said of it: then a terminal without lists
/// says the same.
type Life = (&'static str, bool, &'static [Day]);

/// [ARRETE-SANS0721151A 2, 8, 9] [CSS-R161 33-3, 33-7]: five years from the issue on, a year's update until its end, a
/// change within a month.
const LIVES: [Life; 12] = [
    (
        "emise",
        true,
        &[
            ("2026-01-11", false, false, &["card_not_yet_valid"]),
            ("2026-01-12", true, true, &[]),
            ("2027-01-12", true, true, &[]),
            ("2027-01-13", true, false, &["update_overdue"]),
            ("2031-01-11", true, false, &["card_ends_soon", "update_overdue"]),
            ("2031-01-12", false, false, &["card_expired", "update_overdue"]),
        ],
    ),
    (
        "prolongee",
        true,
        &[
            ("2025-04-27", true, true, &["card_ends_soon"]),
            ("2025-05-11", true, true, &[]),
            ("2026-05-11", true, true, &[]),
            ("2026-05-12", true, false, &["update_overdue"]),
            ("2027-05-10", true, false, &["card_ends_soon", "update_overdue"]),
            ("2027-05-11", false, false, &["card_expired", "update_overdue"]),
        ],
    ),
    ("en-retard", true, &[("2025-03-06", true, true, &[]), ("2025-03-07", true, false, &["update_overdue"])]),
    ("bloquee", true, &[("2026-01-07", true, true, &[]), ("2026-01-08", false, false, &["card_blocked"])]),
    (
        "changee",
        false,
        &[
            ("2025-11-30", true, true, &[]),
            ("2025-12-01", true, true, &["change_to_load"]),
            ("2026-01-01", true, true, &["change_to_load"]),
            ("2026-01-02", false, false, &["card_opposed"]),
        ],
    ),
    (
        "mutee",
        false,
        &[
            ("2026-02-05", true, true, &["change_to_load"]),
            ("2026-02-06", false, false, &["card_opposed"]),
            ("2026-02-20", true, true, &[]),
        ],
    ),
    (
        "perdue",
        false,
        &[
            ("2026-01-13", true, true, &[]),
            ("2026-01-14", false, false, &["card_opposed"]),
            ("2026-01-20", false, false, &["card_opposed"]),
            ("2026-01-21", true, true, &[]),
        ],
    ),
    ("volee", false, &[("2026-01-14", true, true, &[]), ("2026-01-15", false, false, &["card_opposed"])]),
    ("fraude", false, &[("2026-01-15", true, true, &[]), ("2026-01-16", false, false, &["card_opposed"])]),
    ("denoncee", false, &[("2026-01-08", true, true, &[]), ("2026-01-09", false, false, &["card_opposed"])]),
    (
        "remplacee",
        false,
        &[
            ("2026-01-04", true, true, &[]),
            ("2026-01-05", false, false, &["card_replaced"]),
            ("2026-01-21", false, false, &["card_opposed", "card_replaced"]),
        ],
    ),
    (
        "rendue",
        false,
        &[("2026-01-18", false, false, &["card_replaced"]), ("2026-01-19", false, false, &["card_returned"])],
    ),
];

/// The codes of what is found, but that it is a test card.
fn codes(findings: &Value) -> Vec<&str> {
    let all = findings.as_array().expect("a list").iter();
    let codes = all.map(|finding| finding["finding"]["code"].as_str().expect("a code"));
    codes.filter(|code| *code != "test_card").collect()
}

#[test]
fn each_state_is_told_on_the_days_around_its_limits() {
    let sandbox = Sandbox::new();
    for (name, chip_knows, days) in LIVES {
        let file = format!("{}/fixtures/cards/life/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        for (day, usable, pays, right) in days {
            let print = |arguments: &[&str], language: &str| {
                let (code, out, error) = run(sandbox.virtuale(arguments).env("LC_ALL", language));
                assert_eq!((code, error.as_str()), (0, ""), "{name} on {day}");
                out
            };
            let check = ["card", "check", "--now", day, &file];
            let document: Value = serde_json::from_str(&print(&[&check[..], &["--json"]].concat(), "C")).expect("JSON");
            let today = &document[0]["today"];
            let found = (today["usable"] == *usable, today["third_party_payment"] == *pays, codes(&today["findings"]));
            assert_eq!(found, (true, true, right.to_vec()), "{name} on {day}: {today}");
            // Whatever keeps a terminal from something says its article, in either language.
            let (english, french) = (print(&check, "C"), print(&check, "fr_FR.UTF-8"));
            let told = |page: &str| page.lines().skip(1).map(|line| line.trim().to_owned()).collect::<Vec<_>>();
            let (english, french) = (told(&english), told(&french));
            assert_eq!((english.len(), french.len()), (right.len() + 1, right.len() + 1), "{english:?} {french:?}");
            for (english, french) in english.iter().zip(&french) {
                assert_ne!(english, french, "{name} on {day}");
            }
            assert!(*usable || english[1].contains("art. ") || english[1].contains("CSS R.161-33-"), "{english:?}");
            if chip_knows {
                let read: Value = serde_json::from_str(&print(&["read", "--json", "--now", day, "--card", &file], "C"))
                    .expect("JSON");
                let abilities = &read["abilities"];
                assert_eq!(abilities["secured_form"] == "no", !usable, "{name} on {day}: {abilities}");
                assert_eq!(abilities["third_party_payment"] == "no", !pays, "{name} on {day}: {abilities}");
                let found = codes(&read["findings"]);
                assert!(right.iter().all(|code| found.contains(code)), "{name} on {day}: {found:?}");
            }
        }
    }
}
