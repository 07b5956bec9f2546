//! What cannot have happened to a card is told with arrows, in both languages; what did is on the chip.

use jiff::civil::{Date, date};

use crate::profile::{Options, Profile, diagnostic::Source, parse, schema::Language, tree::Node};

const TODAY: Date = date(2026, 6, 1);

/// A card file with these lines in `[carte]` and these events.
fn text(layout: &str, card: &str, events: &[(&str, &str, &str)]) -> String {
    let event =
        |(day, what, more): &(&str, &str, &str)| format!("[[evenement]]\ntype = \"{what}\"\ndate = \"{day}\"\n{more}");
    format!(
        "layout = \"{layout}\"\n[carte]\nnumero_serie = \"10000077\"\n{card}{}[assure]\nnir = \"1 85 19 75 999 001\"\n\
         nom = \"MARTIN\"\nprenom = \"CAMILLE\"\nnaissance = \"1985-19-01\"\n",
        events.iter().map(event).collect::<String>()
    )
}

fn read(text: String, today: Date) -> Result<Profile, crate::profile::diagnostic::Diagnostics> {
    parse(Source { name: "c.toml".into(), text }, None, &Options { today, seed: 0 })
}

/// What is told of a card with these events.
fn told(card: &str, events: &[(&str, &str, &str)]) -> String {
    let mistakes = read(text("vitale2", card, events), TODAY).expect_err("a mistake");
    let french = mistakes.render_in(Language::French, false);
    assert!(!french.contains("error:"), "all of it is in French: {french}");
    mistakes.render(false)
}

/// The value of a key of `[carte]`.
fn card(profile: &Profile, key: &str) -> Option<String> {
    let node = profile.data().at(&format!("carte.{key}"))?;
    node.date().map(|date| date.to_string()).or_else(|| node.text().map(str::to_owned))
}

#[test]
fn what_cannot_have_happened_is_told_with_arrows() {
    const ISSUE: (&str, &str, &str) = ("2024-01-15", "emission", "");
    const END: &str = "fin = \"2030-01-14\"\n";
    for (events, parts) in [
        (
            &[ISSUE, ("2025-03-01", "mise_a_jour", ""), ("2025-02-01", "mise_a_jour", "")][..],
            &["c.toml:12:8", "before the one above it", "- the one above it"][..],
        ),
        (&[ISSUE, ("2025-03-01", "prolongation", "")], &["c.toml:7:1", "an extension without its new end"]),
        (
            &[ISSUE, ("2025-03-01", "prolongation", "fin = \"2029-01-14\"\n")],
            &["c.toml:10:7", "not later than the one before it"],
        ),
        (&[("2025-03-01", "emission", "fin = \"2025-01-14\"\n")], &["c.toml:7:7", "would end before this event"]),
        (&[ISSUE, ("2025-03-01", "mise_a_jour", END)], &["c.toml:10:7", "\"mise_a_jour\" gives a card no other end"]),
        (&[("2025-07-01", "blocage", ""), ("2025-08-01", "emission", "")], &["happened to the card before its issue"]),
        (&[ISSUE, ("2025-03-01", "emission", "")], &["the card is issued twice"]),
        (
            &[("2020-03-01", "perte", "")],
            &["c.toml:6:8", "before the card's first day, 2025-06-01", "write the event \"emission\""],
        ),
        (
            &[ISSUE, ("2025-03-01", "remplacement", ""), ("2025-04-01", "mise_a_jour", "")],
            &["c.toml:12:8", "\"mise_a_jour\" of a card that was replaced", "- replaced here"],
        ),
        (
            &[ISSUE, ("2025-03-01", "vol", ""), ("2025-04-01", "blocage", "")],
            &["\"blocage\" of a card after \"vol\"", "- \"vol\" here", "\"levee\" before it"],
        ),
        (
            &[ISSUE, ("2025-03-01", "restitution", ""), ("2025-04-01", "perte", "")],
            &["the card was given back before this", "- given back here"],
        ),
        (&[ISSUE, ("2025-03-01", "deblocage", "")], &["the card is not blocked"]),
        (&[ISSUE, ("2025-03-01", "blocage", ""), ("2025-04-01", "blocage", "")], &["the card is blocked already"]),
        (&[ISSUE, ("2025-03-01", "levee", "")], &["the card is not opposed"]),
        (&[ISSUE, ("2025-03-01", "non_restitution", "")], &["nobody had to give this card back"]),
        (&[ISSUE, ("2025-03-01", "oubli", "")], &["c.toml:8:8", "\"oubli\""]),
    ] {
        let told = told("", events);
        for part in parts {
            assert!(told.contains(part), "{part} is missing in\n{told}");
        }
        assert_eq!(told.matches("error:").count(), 1, "one mistake is told once:\n{told}");
    }
}

#[test]
fn keys_that_follow_from_events_are_not_written_beside_them() {
    const ISSUE: (&str, &str, &str) = ("2024-01-15", "emission", "");
    for (key, events) in [
        ("debut_validite = \"2024-01-15\"", &[ISSUE][..]),
        ("fin_validite = \"2029-01-14\"", &[ISSUE]),
        ("mise_a_jour = \"2026-01-15\"", &[("2026-01-15", "mise_a_jour", "")]),
        ("etat = \"active\"", &[("2026-01-15", "blocage", "")]),
    ] {
        let told = told(&format!("{key}\n"), events);
        assert!(told.contains("follows from the events of the card") && told.contains("- by this event"), "{told}");
        assert!(told.contains("c.toml:4:"), "{told}");
    }
    let beside = text("vitale2", "fin_validite = \"2029-01-14\"\n", &[("2026-01-15", "mise_a_jour", "")]);
    let profile = read(beside, TODAY).expect("an update says no end");
    assert_eq!(card(&profile, "fin_validite").as_deref(), Some("2029-01-14"));
}

#[test]
fn what_is_later_than_the_day_has_not_happened() {
    let events = [
        ("2024-01-15", "emission", ""),
        ("2025-01-10", "mise_a_jour", ""),
        ("2026-02-01", "blocage", ""),
        ("2026-12-01", "deblocage", ""),
        ("2028-12-01", "prolongation", "fin = \"2032-01-14\"\n"),
    ];
    let on = |today| read(text("vitale2", "", &events), today).expect("a card");
    let seen = |today| {
        let profile = on(today);
        ["debut_validite", "fin_validite", "mise_a_jour", "etat"].map(|key| card(&profile, key).unwrap_or_default())
    };
    assert_eq!(seen(date(2023, 1, 1)), ["2024-01-15", "2029-01-14", "2024-01-15", ""]);
    assert_eq!(seen(date(2025, 1, 10)), ["2024-01-15", "2029-01-14", "2025-01-10", ""]);
    assert_eq!(seen(date(2026, 2, 1)), ["2024-01-15", "2029-01-14", "2025-01-10", "bloquee"]);
    assert_eq!(seen(date(2026, 12, 1)), ["2024-01-15", "2029-01-14", "2025-01-10", "active"]);
    assert_eq!(seen(date(2028, 12, 1)), ["2024-01-15", "2032-01-14", "2028-12-01", "active"]);
    assert!(on(TODAY).notes().is_empty(), "what the issuer knows need not be on the card: {:?}", on(TODAY).notes());
}

#[test]
fn a_vitale_1_takes_what_its_memory_has_a_place_for() {
    let events = [("2024-01-15", "emission", ""), ("2026-01-10", "mise_a_jour", ""), ("2026-02-01", "blocage", "")];
    let profile = read(text("vitale1", "", &events), TODAY).expect("a card");
    let seen = ["debut_validite", "fin_validite", "mise_a_jour"].map(|key| card(&profile, key));
    let [first, end, updated] = seen.each_ref().map(Option::as_deref);
    assert_eq!((first, end, updated), (Some("2024-01-15"), None, Some("2026-01-10")), "a v1bis says no end");
    let notes: Vec<_> = profile.notes().iter().map(|note| (note.position().0, note.message.as_str())).collect();
    assert_eq!(notes, [(10, "carte.etat has no place in layout vitale1")], "it has no place for a block");
    let ends = [("2024-01-15", "emission", "fin = \"2028-12-31\"\n")];
    let profile = read(text("vitale1", "generation = \"v1ter\"\n", &ends), TODAY).expect("a card");
    assert_eq!(card(&profile, "fin_validite").as_deref(), Some("2028-12-31"));
    assert_eq!(profile.data().at("evenement").map(Node::list).map(<[Node]>::len), Some(1));
}
