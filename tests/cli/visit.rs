//! `demo --visit`: what a visit comes to with cards that do not take part in all of it.

use crate::{guides, sandbox::Sandbox, sandbox::run};

/// Shows a visit on a day in a language; gives the exit code, the page and what was said.
fn visit(arguments: &[&str]) -> (i32, String, String) {
    let sandbox = Sandbox::new();
    let arguments = [&["demo", "--visit", "--now", "2026-01-15"], arguments].concat();
    let (code, page, said) = run(sandbox.virtuale(&arguments).current_dir(sandbox.path()));
    assert!(
        sandbox.left().iter().all(|left| left.ends_with("virtuale")),
        "a visit writes nothing: {:?}",
        sandbox.left()
    );
    // Where lines break is of no interest here.
    (code, page.split_whitespace().collect::<Vec<_>>().join(" "), said)
}

#[test]
fn the_guide_shows_what_happens() {
    guides::is_true("docs/visit.md", 10);
}

#[test]
fn what_a_card_does_not_take_part_in_is_said_and_the_visit_goes_on() {
    let signed = "All is right.";
    let copied = "The Vitale keeps a copy of the form.";
    let updated = "The card was updated and read back: all of it is there.";
    let closed = "the professional's card was taken out, the Vitale reset 6982";
    let rows: [(&[&str], &[&str]); 9] = [
        (&["--card", "vitale2-durand"], &[signed, copied, "Kind yearly update", updated, closed]),
        (&["--card", "vitale2-t1"], &[signed, copied, updated, closed]),
        (&["--professional", "cps4-lefevre"], &[signed, copied, updated, closed]),
        (&["--professional", "cpe-accueil"], &[signed, copied, updated, closed]),
        (
            &["--card", "vitale1"],
            &[
                "the professional's card of CLAIRE LEFEVRE 2.",
                "took part and signed nothing",
                signed,
                "got no copy of the form: it has no place for one",
                "The Vitale stays as it is: cards of layout vitale1 cannot be updated all or nothing",
                "Nothing was open on the Vitale.",
            ],
        ),
        (
            &["--professional", "cpa-caisse"],
            &["There is no form: ", "CPA", "There is nothing to verify.", "since there is no form", updated, closed],
        ),
        (
            &["--professional", "cps-perimee"],
            &["There is no form: ", "the professional's card is not valid on the day of the form", updated, closed],
        ),
        (
            &["--professional", "cps-bloquee"],
            &["it opened nothing", "There is no form: ", "the professional's code was not given", "Nothing was open"],
        ),
        (&["--professional", "cps-lefevre", "--lang", "fr"], &["Tout est juste.", "tout y est.", "retirée, la Vitale"]),
    ];
    for (arguments, right) in rows {
        let (code, page, said) = visit(arguments);
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}: {page}");
        for text in right {
            assert!(page.contains(text), "{arguments:?}: {text}\n{page}");
        }
    }
}

#[test]
fn a_card_in_the_others_place_is_refused() {
    for arguments in [["--card", "cps-lefevre"], ["--professional", "vitale2-martin"]] {
        let (code, page, said) = visit(&arguments);
        assert_eq!((code, page.as_str()), (2, ""), "{arguments:?}");
        assert!(said.contains("a visit is of a Vitale and a professional's card"), "{said}");
    }
}
