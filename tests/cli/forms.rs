//! `fse`: care forms. What the guide docs/forms.md shows is what happens.

use crate::{
    guides::{self, folder, said},
    sandbox::Sandbox,
};

/// Signs form files of `fixtures/forms` on a day into `out`; gives the code and what was said.
fn sign(sandbox: &Sandbox, arguments: &str) -> (i32, String) {
    said(sandbox, &format!("virtuale fse sign {arguments} --now 2026-01-15 --pin-fd 3 3< pin.txt"))
}

#[test]
fn the_guide_shows_what_happens() {
    guides::is_true("docs/forms.md", 9);
}

#[test]
fn a_lot_takes_one_code_and_has_a_folder_for_each_form() {
    let sandbox = folder();
    let forms = "fixtures/forms/consultation.toml fixtures/forms/complete.toml";
    let (code, out) = sign(&sandbox, &format!("{forms} --card vitale2-martin --card cps-lefevre -o lot"));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("lot/000001/form.p7s\n") && out.contains("lot/999999/vitale.p7s\n"), "{out}");
    let (code, out) = said(&sandbox, "virtuale fse verify lot --lang fr");
    assert_eq!((code, out.matches("Tout est juste.").count()), (0, 2), "{out}");
    let (code, out) = sign(&sandbox, &format!("{forms} {forms} --card cps-lefevre -o more"));
    assert!(code == 2 && out.contains("has the number 1, as a form before it"), "{out}");
}

#[test]
fn nothing_is_written_over_and_nothing_is_written_by_half() {
    let sandbox = folder();
    let degraded = "fixtures/forms/degradee.toml --card cps-lefevre -o out";
    let (code, out) = said(&sandbox, "mkdir out && echo mine > out/form.bin");
    assert_eq!((code, out.as_str()), (0, ""));
    let (code, out) = sign(&sandbox, degraded);
    assert!(code == 2 && out.contains("out is there already, and nothing in it is written over"), "{out}");
    let (_, out) = said(&sandbox, "cat out/form.bin; rm out/form.bin");
    assert_eq!(out, "mine\n");
    let (code, out) = said(
        &sandbox,
        "echo 0000 > wrong.txt; virtuale fse sign fixtures/forms/degradee.toml --card cps-lefevre -o out --pin-fd 3 3< wrong.txt",
    );
    assert!(code == 4 && out.contains("is wrong: 2 tries left"), "{out}");
    let (_, out) = said(&sandbox, "ls -A out .; virtuale fse verify out");
    assert!(out.contains("out has no form: neither form.bin nor folders with one"), "{out}");
    assert!(!out.contains(".virtuale-"), "{out}");
    let (code, out) = sign(&sandbox, degraded);
    assert_eq!(code, 0, "an empty folder is as good as none: {out}");
}

#[test]
fn cards_that_the_mode_does_not_ask_for_are_refused() {
    let sandbox = folder();
    let rows = [
        (
            "fixtures/forms/consultation.toml --card vitale2-martin",
            2,
            "is signed by a professional's card, and there is none",
        ),
        ("fixtures/forms/consultation.toml --card cps-lefevre", 2, "takes a Vitale, and there is none"),
        ("fixtures/forms/degradee.toml --card vitale2-martin --card cps-lefevre", 2, "is made without a Vitale"),
        (
            "fixtures/forms/consultation.toml --card vitale2-martin --card vitale2-durand",
            2,
            "a second card of the same kind",
        ),
        ("fixtures/forms/degradee.toml --card cps-perimee", 4, "is not valid on the day of the form: it ended on"),
        ("fixtures/forms/degradee.toml --card cpa-caisse", 4, "a card of type CPA makes no forms"),
    ];
    for (arguments, right, text) in rows {
        let (code, out) = sign(&sandbox, &format!("{arguments} -o out"));
        assert!(code == right && out.contains(text), "{arguments}: {code}\n{out}");
        let (_, out) = said(&sandbox, "ls");
        assert_eq!(out, "fixtures\npin.txt\n", "{arguments}");
    }
}

#[test]
fn each_mode_has_its_cards_and_its_paper() {
    let sandbox = folder();
    let whole = "fixtures/forms/papier.toml";
    let (code, out) = sign(&sandbox, &format!("{whole} -o paper"));
    assert_eq!((code, out.as_str()), (0, "paper/form.bin\npaper/form.txt\n"));
    let degraded = "fixtures/forms/degradee.toml --card cps-lefevre --lang fr -o degraded";
    assert_eq!(sign(&sandbox, degraded).0, 0);
    let visit = "sed '1i mode = \"visite\"' fixtures/forms/consultation.toml > visit.toml
                 sed 's/\"degrade\"/\"sans_vitale\"/' fixtures/forms/degradee.toml > distant.toml";
    assert_eq!(said(&sandbox, visit).0, 0);
    assert_eq!(sign(&sandbox, "visit.toml --card cps-lefevre --card vitale2-martin -o visit").0, 0);
    assert_eq!(sign(&sandbox, "distant.toml --card cps-lefevre -o distant").0, 0);
    let (code, out) =
        said(&sandbox, "virtuale fse verify paper degraded visit distant; cat paper/form.txt degraded/form.txt");
    assert_eq!((code, out.matches("All is right.").count()), (0, 4), "{out}");
    assert!(out.contains("This form goes out on paper; the professional and the patient sign it."), "{out}");
    assert!(out.contains("Un duplicata papier accompagne cette feuille ; le patient le signe."), "{out}");
    let beside = "fixtures/forms/papier.toml --card cps-lefevre -o beside";
    let (code, out) = sign(&sandbox, beside);
    assert!(code == 2 && out.contains("is made without a professional's card, and one is given"), "{out}");
    let lost =
        "mkdir lot; cp -r visit lot/000001; cp -r degraded lot/000002; rm lot/000002/form.bin; virtuale fse verify lot";
    let (code, out) = said(&sandbox, lost);
    assert!(code == 2 && out.contains("lot/000002 has no form") && !out.contains("All is right"), "{out}");
    let of_both = "virtuale fse complete visit --card vitale2-martin --card cps-lefevre";
    let (code, out) = said(&sandbox, of_both);
    assert!(code == 2 && out.contains("visit has no form that waits for the Vitale's signature alone"), "{out}");
}

#[test]
fn another_vitale_does_not_complete_a_form() {
    let sandbox = folder();
    assert_eq!(sign(&sandbox, "fixtures/forms/desynchronisee.toml --card cps-lefevre -o later").0, 0);
    for (cards, place) in
        [("vitale2-durand --card cps-lefevre", "vitale2-durand"), ("vitale2-martin --card cps-moreau", "cps-moreau")]
    {
        let (code, out) = said(
            &sandbox,
            &format!("virtuale fse complete later --card {cards} --now 2026-01-15 --pin-fd 3 3< pin.txt"),
        );
        assert!(code == 2 && out.contains(&format!("was made for another card than {place}")), "{out}");
    }
    let (code, out) = said(&sandbox, "virtuale fse verify later");
    assert!(code == 1 && out.contains("there is no signature of the Vitale"), "{out}");
}

#[test]
fn cards_in_readers_sign_as_well() {
    let sandbox = folder();
    let (code, out) = said(
        &sandbox,
        "eval \"$(virtuale serve --detach --card vitale2-martin --card cps-lefevre --now 2026-01-15)\"
         virtuale fse sign fixtures/forms/consultation.toml --reader 'Virtuale 00 00' --reader 'Virtuale 00 01' \\
           --now 2026-01-15 --pin-fd 3 -o form 3< pin.txt
         virtuale stop > /dev/null
         virtuale fse verify form",
    );
    assert!(code == 0 && out.ends_with("All is right.\n"), "{out}");
}
