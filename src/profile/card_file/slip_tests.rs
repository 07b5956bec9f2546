//! One slip in a card file is one mistake, at its line, with what to write, in both languages.

use crate::profile::{
    Options,
    diagnostic::{Diagnostic, Source},
    parse,
    schema::Language,
};

use super::tests::TODAY;

const CARD: &str = "layout = \"vitale2\"\n\n[carte]\nnumero_serie = \"123456789\"\n\n[assure]\n\
    nir = \"286197599900277\"\nnom = \"PETIT\"\nprenom = \"MARIE\"\nnaissance = \"1986-19-07\"\ncode_regime = \"01\"\n\n\
    [[assure.droits]]\ndebut = \"2025-01-01\"\nfin = \"2027-12-31\"\n\n\
    [assure.adresse]\nligne_1 = \"7 RUE X\"\ncommune = \"99999 VILLE-TEST\"\n";

/// The mistakes of a card file in which one part is another.
fn mistakes(part: &str, instead: &str) -> Vec<Diagnostic> {
    assert_eq!(CARD.matches(part).count(), 1, "{part:?}");
    let source = Source { name: "card.toml".into(), text: CARD.replace(part, instead) };
    parse(source, None, &Options { today: TODAY, seed: 1 }).err().map(|found| found.0).unwrap_or_default()
}

#[test]
fn one_slip_is_one_mistake() {
    for (part, instead, line, hint) in [
        ("[assure]", "[assuree]", 6, "did you mean \"assure\"?"),
        ("[assure]", "[Assure]", 6, "did you mean \"assure\"?"),
        ("[assure]", "[insured]", 6, "did you mean \"assure\"?"),
        ("[assure]\n", "", 6, "write [assure] on a line above it"),
        ("[carte]\nnumero_serie = \"123456789\"\n\n[assure]\n", "", 3, "write [assure] on a line above it"),
        ("[assure]", "[assure", 6, "write [assure]"),
        ("[carte]", "carte]", 3, "write [carte]"),
        ("[carte]", "{carte}", 3, "write [carte]"),
        ("layout =", "Layout =", 1, "did you mean \"layout\"?"),
        ("layout =", "layout:", 1, "write layout = \"vitale2\""),
        ("nom = \"PETIT\"", "nom: \"PETIT\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom \"PETIT\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom == \"PETIT\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom = \"PETIT\",", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom = \"PETIT\" // c", 8, "write # c"),
        ("nom = \"PETIT\"\n", "nom = \"PETIT\" ", 8, "write prenom = \"MARIE\" on a line of its own"),
        ("nom = \"PETIT\"", "nom = PETIT\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom", 8, "write nom = \"...\", or [nom] if it is a table"),
        ("nom = \"PETIT\"", "nom = \"Алекс\"", 8, "write it with letters from A to Z"),
        ("code_regime", "regime", 11, "did you mean \"code_regime\"?"),
        ("naissance =", "date_naissance =", 10, "did you mean \"naissance\"?"),
        ("commune", "ville", 19, "did you mean \"commune\"?"),
        ("\"2027-12-31\"", "2027-02-29", 15, "its last day is \"2027-02-28\""),
        ("[carte]", "[carte]]", 3, "write [carte], or [[carte]] if it may stand here several times"),
        (
            "[[assure.droits]]",
            "[[assure.droits]",
            13,
            "write [assure.droits], or [[assure.droits]] if it may stand here several times",
        ),
        ("[carte]", "<carte>", 3, "write [carte]"),
        ("[assure.adresse]", "[assure, adresse]", 17, "write [assure.adresse]"),
        ("nom = \"PETIT\"", "nom = \"PETIT\"\n// nom", 9, "write # nom"),
        ("nom = \"PETIT\"", "- nom = \"PETIT\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom =\u{A0}\"PETIT\"", 8, "write the blank with the space bar alone"),
        ("nom = \"PETIT\"", "nom = \"PETIT\"\"", 8, "write nom = \"PETIT\""),
        ("nom = \"PETIT\"", "nom = `PETIT`", 8, "write \"PETIT\""),
        (
            "\"1986-19-07\"",
            "demain",
            10,
            "write \"2024-01-31\", or \"today-2y\" for two years before the day of loading",
        ),
        ("code_regime =", "opposition_copies = ja\ncode_regime =", 11, "write true or false, without quotes"),
        ("code_regime =", "opposition_copies = nom\ncode_regime =", 11, "write true or false, without quotes"),
    ] {
        let found = mistakes(part, instead);
        let [mistake] = &found[..] else { panic!("{instead}: {found:#?}") };
        assert_eq!(mistake.position().0, line, "{instead}");
        let said = mistake.hint.as_ref().unwrap_or_else(|| panic!("{instead} has no hint"));
        assert_eq!(said.as_str(), hint, "{instead}");
        assert_ne!(said.text(Language::French), hint, "{instead} in French");
        assert_ne!(mistake.message.text(Language::French), mistake.message.as_str(), "{instead} in French");
    }
}

#[test]
fn what_stands_under_a_name_with_a_slip_is_checked_too() {
    let source = CARD.replace("[assure]", "[assuree]").replace("1986-19-07", "demain").replace("fin =", "finn =");
    let source = Source { name: "card.toml".into(), text: source };
    let found = parse(source, None, &Options { today: TODAY, seed: 1 }).expect_err("three slips").0;
    assert_eq!(found.iter().map(|mistake| mistake.position().0).collect::<Vec<_>>(), [6, 10, 15], "{found:#?}");
}
