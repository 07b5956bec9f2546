//! `fse`: care forms. What the guide docs/forms.md shows is what happens.

use std::{fs, path::Path};

use crate::{
    guides::{self, folder, said},
    sandbox::Sandbox,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

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
fn pipes_that_say_nothing_are_not_waited_for() {
    let sandbox = folder();
    let (code, out) = sign(&sandbox, "fixtures/forms/degradee.toml --card cps-lefevre -o out");
    assert_eq!(code, 0, "{out}");
    let script = "mkfifo key out/vitale.p7s; virtuale fse verify out & virtuale fse open out --key key; wait";
    let (_, out) = said(&sandbox, script);
    assert_eq!(out.matches("it is a pipe or a device, and says nothing for 10 s").count(), 2, "{out}");
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
    let (_, page) = said(&sandbox, "cat distant/form.txt visit/form.txt");
    assert!(page.contains("No paper goes with this form: which one does with a real one is not public."), "{page}");
    assert_eq!(page.matches("paper").count(), 1, "{page}");
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

#[test]
fn a_vitale_that_may_not_be_used_today_signs_nothing_and_is_told_why() {
    let sandbox = folder();
    let form = "fixtures/forms/consultation.toml";
    let lists = "--opposition fixtures/lists/opposition --tod fixtures/lists/tod.toml --now 2026-01-22";
    let rows = [
        ("volee", "The card is opposed", "(CSS R.161-33-7)"),
        ("remplacee", "The card is opposed", "(CSS R.161-33-3)"),
        ("changee", "The card is opposed", "(arrêté SANS0721151A, art. 8)"),
        ("bloquee", "blocked", "(arrêté SANS0721151A, art. 2)"),
    ];
    for (card, word, article) in rows {
        let arguments = format!("{form} --card fixtures/cards/life/{card}.toml --card cps-lefevre {lists} -o out");
        let (code, out) = said(&sandbox, &format!("virtuale fse sign {arguments} --pin-fd 3 3< pin.txt"));
        let why = "error: this Vitale may not be used for a form today: ";
        assert!(code == 4 && out.starts_with(why), "{card}: {code}\n{out}");
        assert!(out.contains(word) && out.contains(article), "{card}: {out}");
    }
    let martin = format!("{form} --card vitale2-martin --card cps-lefevre -o out");
    let old = "--opposition fixtures/lists/opposition --now 2026-02-15 --lang fr";
    let (code, out) = said(&sandbox, &format!("virtuale fse sign {martin} {old} --pin-fd 3 3< pin.txt"));
    let why = "erreur : cette Vitale ne peut pas servir à une feuille aujourd'hui : ";
    assert!(code == 4 && out.starts_with(why) && out.contains("(CSS R.161-33-7)"), "{out}");
    assert!(said(&sandbox, "ls").1 == "fixtures\npin.txt\n");
    let (code, out) = said(&sandbox, &format!("virtuale fse sign {martin} {lists} --pin-fd 3 3< pin.txt"));
    assert_eq!(code, 0, "{out}");
    let nowhere = "sed 's/\"349\"/\"999\"/' fixtures/forms/degradee.toml > nowhere.toml
        virtuale fse sign nowhere.toml --card cps-lefevre --tod fixtures/lists/tod.toml -o nowhere --pin-fd 3 3< pin.txt";
    let (code, out) = said(&sandbox, nowhere);
    assert!(code == 3 && out.contains("the table of destinations says nowhere to send forms for 01 999 9881"), "{out}");
}

#[test]
fn a_card_of_a_professional_that_may_not_sign_is_named() {
    let sandbox = folder();
    let rows = [
        ("cpa-caisse", "HUGO GARNIER (CPA), the card in cpa-caisse: a card of type CPA makes no forms"),
        (
            "cpe-anonyme",
            "CENTRE DE SANTE DES LILAS (CPE), the card in cpe-anonyme: the professional's card has no billing",
        ),
        (
            "cps-perimee",
            "the card in cps-perimee: the professional's card is not valid on the day of the form: it ended on",
        ),
    ];
    for (card, text) in rows {
        let (code, out) = sign(&sandbox, &format!("fixtures/forms/degradee.toml --card {card} -o out"));
        assert!(code == 4 && out.contains(text), "{card}: {code}\n{out}");
    }
    let (_, out) = sign(&sandbox, "fixtures/forms/degradee.toml --card cpa-caisse --lang fr -o out");
    assert!(out.contains("une carte de type CPA ne fait pas de feuilles"), "{out}");
    // One that the Vitale has among the revoked ones, and one whose certificate is revoked.
    let [revoked, lefevre, martin] = ["cps-revoquee", "cps-lefevre", "vitale2-martin"]
        .map(|card| fs::read_to_string(Path::new(ROOT).join(format!("applets/cards/{card}.toml"))).expect("a card"));
    let (_, billing) = lefevre.split_once("[[facturation]]").expect("a situation");
    let write = |name: &str, text: String| fs::write(sandbox.path().join(name), text).expect("room");
    write("revoked.toml", format!("{revoked}\n[[facturation]]{billing}"));
    write("martin.toml", format!("{martin}\n[[revocation]]\nnumero_serie = \"99991234\"\n"));
    for (cards, lang, why) in [
        (
            "martin.toml --card cps-lefevre",
            "en",
            "CLAIRE LEFEVRE (CPS), the card in cps-lefevre: it opened nothing. This card has it among the revoked ones",
        ),
        (
            "martin.toml --card cps-lefevre",
            "fr",
            "CLAIRE LEFEVRE (CPS), la carte dans cps-lefevre : elle n'a rien ouvert. Pour cette carte, elle est révoquée",
        ),
        ("vitale2-martin --card revoked.toml", "en", "the card in revoked.toml: nobody would trust the signature: "),
    ] {
        let form = "fixtures/forms/consultation.toml";
        let (code, out) = sign(&sandbox, &format!("{form} --card {cards} --lang {lang} -o out"));
        assert!(code == 4 && out.contains(why), "{out}");
    }
    // One that an establishment's agent has, and one of the newest generation.
    for card in ["cpe-accueil", "cps4-lefevre"] {
        let forms = "fixtures/forms/consultation.toml --card vitale2-martin";
        let (code, out) = sign(&sandbox, &format!("{forms} --card {card} -o {card}"));
        assert_eq!(code, 0, "{card}: {out}");
        let (code, out) = said(&sandbox, &format!("virtuale fse verify {card}"));
        assert!(code == 0 && out.ends_with("All is right.\n"), "{card}: {out}");
    }
}

#[test]
fn a_form_is_completed_as_it_would_be_made() {
    let sandbox = folder();
    let ill = "sed 's/taux = 70/exoneration = \"4\"/' fixtures/forms/desynchronisee.toml > ill.toml";
    assert_eq!(said(&sandbox, ill).0, 0);
    for (form, folder) in [("fixtures/forms/desynchronisee.toml", "later"), ("ill.toml", "ill")] {
        assert_eq!(sign(&sandbox, &format!("{form} --card cps-lefevre -o {folder}")).0, 0);
    }
    let complete = |folder: &str, more: &str| {
        let cards = "--card vitale2-martin --card cps-lefevre";
        said(&sandbox, &format!("virtuale fse complete {folder} {cards} {more} --pin-fd 3 3< pin.txt"))
    };
    let (code, out) = complete("ill", "--now 2026-01-16");
    let why = "form.bin: act 1, exoneration: the Vitale says nothing of a long-term illness of CAMILLE MARTIN";
    assert!(code == 4 && out.contains(why), "{out}");
    let (code, out) = complete("later", "--now 2026-01-14");
    let why = "the Vitale would sign on 2026-01-14, before the day of the form, 2026-01-15";
    assert!(code == 2 && out.contains(why), "{out}");
    let (code, out) = complete("later", "--now 2026-02-15 --opposition fixtures/lists/opposition");
    assert!(code == 4 && out.contains("this Vitale may not be used for a form today"), "{out}");
    let (code, out) = said(&sandbox, "ls ill later");
    assert!(code == 0 && !out.contains("vitale.p7s"), "{out}");
    let (code, out) = complete("later", "--now 2026-01-16");
    assert_eq!((code, out.as_str()), (0, "later/vitale.p7s\n"));
}

#[test]
fn who_opens_a_form_is_told_what_is_not_right_of_it() {
    let sandbox = folder();
    assert_eq!(sign(&sandbox, "fixtures/forms/complete.toml --card vitale2-martin --card cps-lefevre -o whole").0, 0);
    let open = "virtuale fse open whole --key fixtures/keys/TEST-body.key.pem";
    let (code, out) = said(&sandbox, open);
    assert!(code == 0 && out.contains("signed by card 10000002") && out.ends_with("  All is right.\n"), "{out}");
    let (code, out) = said(&sandbox, &format!("rm whole/vitale.p7s; {open}"));
    assert!(code == 1 && !out.contains("signed by card 10000002"), "{out}");
    assert!(out.contains("named: card 10000002; there is no right signature of it"), "{out}");
    assert!(out.contains("there is no signature of the Vitale, and a form of this mode has one"), "{out}");
    let other = "virtuale keys -o keys --seed 7 > /dev/null; virtuale fse open whole --key keys/TEST-body.key.pem";
    let (code, out) = said(&sandbox, other);
    assert!(code == 2 && out.contains("this key does not open what is enciphered") && !out.contains("CCAM"), "{out}");
}

#[test]
fn one_reader_is_not_two() {
    let sandbox = folder();
    let twice = "--reader 'Virtuale 00 00' --reader 'Virtuale 00 00' -o out";
    let (code, out) = sign(&sandbox, &format!("fixtures/forms/consultation.toml {twice}"));
    assert!(code == 2 && out.contains("the reader Virtuale 00 00 is named twice"), "{out}");
}

#[test]
fn more_than_fifty_forms_are_no_lot() {
    let sandbox = folder();
    let many = "mkdir lot; for n in $(seq 51); do
          sed \"s/^numero = 1/numero = $n/\" fixtures/forms/consultation.toml > lot/$n.toml
        done
        virtuale fse sign lot/*.toml --card vitale2-martin --card cps-lefevre -o out --pin-fd 3 3< pin.txt";
    let (code, out) = said(&sandbox, many);
    assert!(code == 2 && out.contains("these are 51 forms, and a lot has 50 at most"), "{out}");
    let regimes = "sed 's/\"01\"/\"02\"/; s/numero = 2/numero = 3/' fixtures/forms/degradee.toml > other.toml
        virtuale fse sign fixtures/forms/degradee.toml other.toml --card cps-lefevre -o out --pin-fd 3 3< pin.txt";
    let (code, out) = said(&sandbox, regimes);
    assert!(
        code == 2 && out.contains("a lot goes to one basic regime, and these forms are for regimes 01 and 02"),
        "{out}"
    );
}

#[test]
fn a_vitale_1_is_said_to_sign_nothing() {
    let sandbox = folder();
    let cards = "--card vitale1-petit --card cps-lefevre -o first";
    assert_eq!(sign(&sandbox, &format!("fixtures/forms/consultation.toml {cards}")).0, 0);
    let (code, out) = said(&sandbox, "virtuale fse verify first");
    assert!(code == 0 && out.contains("took part and signed nothing: how a Vitale 1 does is not"), "{out}");
}
