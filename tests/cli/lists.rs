//! Opposition lists and tables of destinations: what docs/lists.md lets its reader type, and what is refused.

use std::fs;

use crate::sandbox::{Sandbox, run};

const GUIDE: &str = include_str!("../../docs/lists.md");

/// A folder of lists, made as the guide says.
fn made() -> Sandbox {
    let sandbox = Sandbox::new();
    let (_, block) = GUIDE.split_once("```sh\n").expect("commands");
    let commands = block.split("```").next().unwrap_or_default();
    let script = format!("set -e\n{commands}");
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!((code, out.as_str()), (0, ""), "{error}");
    sandbox
}

#[test]
fn lists_are_made_as_the_guide_says() {
    let sandbox = made();
    let read = |name: &str| fs::read_to_string(sandbox.path().join("lists").join(name)).expect(name);
    let blocks: Vec<_> = GUIDE.split("```text\n").skip(1).filter_map(|rest| rest.split("fin ").next()).collect();
    let [monthly, increment] = blocks[..] else { panic!("two lists: {blocks:?}") };
    for (name, shown) in [("2026-01-20.loe", monthly), ("2026-01-21.loi", increment)] {
        let text = read(name);
        let (above, end) = text.split_once("fin ").expect("an end");
        assert_eq!(above, shown, "{name}");
        // What anybody can compute.
        let script = format!("head -n -1 lists/{name} | sha256sum | cut -d' ' -f1");
        let (code, sum, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
        assert_eq!(code, 0, "{error}");
        assert_eq!(end, format!("2 {sum}"), "{name}");
        let after = GUIDE.split(shown).nth(1).and_then(|rest| rest.strip_prefix("fin 2 ")).unwrap_or_default();
        let begin = after.split("...").next().unwrap_or_default();
        assert!(begin.len() == 8 && sum.starts_with(begin), "{name}: the guide shows {begin}, it is {sum}");
    }
}

#[test]
fn no_list_is_lost_or_made_twice() {
    let sandbox = made();
    let here = |script: &str| run(sandbox.shell(script).current_dir(sandbox.path()));
    let month = "virtuale opposition make --now 2026-01-20 --text cards.txt -o lists/2026-01-20.loe";
    let (code, _, error) = here(month);
    assert!(code == 2 && error.contains("is there already") && error.contains("--force"), "{error}");
    assert_eq!(here(&format!("{month} --force")).0, 0);
    let (code, _, error) =
        here(": > none.txt; virtuale opposition make --now 2026-01-21 --since lists --text none.txt --lang fr");
    assert!(code == 2 && error.contains("il y a déjà une liste du 2026-01-21"), "{error}");
    let (code, out, error) = here("virtuale opposition make --now 2026-01-22");
    assert!(code == 2 && out.is_empty() && error.contains("nothing to make a list of"), "{out}{error}");
    let lost = "echo '- 7' > lost.txt; virtuale opposition make --now 2026-01-22 --since lists --text lost.txt";
    let (code, out, error) = here(lost);
    assert!(
        code == 2 && out.is_empty() && error.contains("00000007 is withdrawn, and no list before has it"),
        "{error}"
    );
    let again = "echo '+ 10000007 fraude' > again.txt; \
                 virtuale opposition make --now 2026-01-22 --since lists --text again.txt";
    assert!(here(again).2.contains("10000007 is on the list already, for this reason"));
    let over =
        "virtuale opposition make --now 2026-01-22 --since lists --text again.txt -o lists/2026-01-20.loe --force";
    let (code, _, error) = here(over);
    assert!(code == 2 && error.contains("is read here, and would be lost"), "{error}");
    let (code, _, error) = here("virtuale opposition make --now 2026-01-22 --since lists --text cards.txt");
    assert!(code == 3 && error.contains("each line of an increment has a sign"), "{error}");
    let (code, out, error) = here("virtuale opposition check lists --now 2026-01-22 --serial 10000009 --lang fr");
    assert_eq!(code, 1, "{error}");
    assert!(out.starts_with("10000009 : en opposition (non restituée)\n"), "{out}");
    let (code, _, error) = here("virtuale opposition check lists --now 2026-01-22 --card cps-lefevre");
    assert!(code == 2 && error.contains("cps-lefevre has no serial number by which a list could oppose it"), "{error}");
    let (code, _, error) = here("mkdir empty; virtuale opposition check empty --now 2026-01-22");
    assert!(code == 3 && error.contains("there is no opposition list in this folder"), "{error}");
}

#[test]
fn a_stolen_card_goes_from_its_events_to_a_list_and_is_refused() {
    let sandbox = Sandbox::new();
    let card = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cards/life/volee.toml");
    let list = sandbox.path().join("today.loe").display().to_string();
    let with = |verb: &[&str], day: &str| run(&mut sandbox.virtuale(&[verb, &["--now", day, "--card", card]].concat()));
    let refused =
        |day| with(&["read", "--opposition", &list, "--lang", "en"], day).1.contains("The card is opposed: stolen");
    for (day, is_listed) in [("2026-01-14", false), ("2026-01-15", true)] {
        let (code, _, error) = with(&["opposition", "make", "--force", "-o", &list], day);
        assert_eq!(code, 0, "{error}");
        assert_eq!((refused(day), refused("2026-01-16")), (is_listed, is_listed), "{day}");
    }
    let (code, out, error) = with(&["read", "--opposition", &list, "--lang", "fr"], "2026-01-23");
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("La carte est en opposition : volée le 15/01/2026."), "{out}");
    // The card was found: an increment behind that list withdraws it.
    let found = sandbox.path().join("found.toml").display().to_string();
    let event = "[[evenement]]\ntype = \"levee\"\ndate = \"2026-01-16\"\n\n[assure]";
    let text = fs::read_to_string(card).expect("a card file").replace("[assure]", event);
    fs::write(&found, text).expect("a file");
    let make = ["opposition", "make", "--now", "2026-01-16", "--since", &list, "--card", &found];
    let (code, out, error) = run(&mut sandbox.virtuale(&make));
    assert_eq!(code, 0, "{error}");
    assert!(out.starts_with("virtuale-opposition 1\nincrement 2026-01-16 apres 2026-01-15\n- 10000006\n"), "{out}");
}

#[test]
fn a_body_is_written_in_one_word_or_three() {
    let sandbox = Sandbox::new();
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/lists/tod.toml");
    let of = |body: &[&str]| run(&mut sandbox.virtuale(&[&["tod", table, "--now", "2026-01-15"], body].concat()));
    assert_eq!(of(&["01", "344", "0001"]), of(&["013440001"]));
    assert_eq!(of(&["01 344 0001"]), of(&["013440001"]), "as JSON has it");
    for wrong in [&["01"][..], &["01", "3440001x"], &["01", "349", "98810"]] {
        let (code, _, error) = of(wrong);
        assert!(code == 2 && error.contains("2 digits of the regime, 3 of the caisse and 4 of the centre"), "{error}");
    }
    let (code, out, _) = of(&["--card", "vitale2-martin", "--lang", "fr"]);
    assert_eq!((code, out.as_str()), (0, "01 349 9881 (vitale2-martin) : vers 01349, CPAM DE TEST\n"));
}

#[test]
fn a_text_and_a_card_file_do_not_contradict_each_other() {
    let sandbox = Sandbox::new();
    let life = |name: &str| format!("{}/fixtures/cards/life/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = sandbox.path().join("text").display().to_string();
    for (line, card, is_right) in [
        ("10000006 perte\n", "volee", false),
        ("10000006 vol 2026-01-15\n", "volee", true),
        ("10000072 perte\n", "volee", true),
    ] {
        fs::write(&text, line).expect("room");
        let make = ["opposition", "make", "--now", "2026-01-23", "--text", &text, "--card", &life(card)];
        let (code, out, error) = run(&mut sandbox.virtuale(&make));
        let (right, said) = if is_right { (0, "") } else { (2, "--text and --card say different things of 10000006") };
        assert_eq!(code, right, "{line}{out}{error}");
        assert!(error.contains(said), "{error}");
    }
}
