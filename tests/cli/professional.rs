//! `read` of professionals' cards: what the code opens, how a script gives it, and cards side by side.

use std::{
    io::Write,
    os::{fd::OwnedFd, unix::net::UnixStream},
};

use crate::sandbox::{Sandbox, run};

/// Runs a script and gives what it printed and said.
fn said(script: &str) -> (String, String) {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(&mut sandbox.shell(script));
    assert_eq!(code, 0, "{out}\n{error}");
    assert!(sandbox.left().is_empty());
    (out, error)
}

/// Demands parts of a text, one behind the other.
fn demand(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing in\n{text}")).1;
    }
}

#[test]
fn the_code_opens_activities_and_billing_situations_and_is_in_no_log() {
    let (out, error) = said(
        "echo 1234 | virtuale read --card cpe-accueil --now 2026-01-15 --pin-fd 0 --commands
         echo 1234 | virtuale read --card cps-diallo --now 2026-01-15 --pin-fd 0 --json",
    );
    assert_eq!(error, "");
    demand(
        &out,
        &[
            "function                  SECRETARIAT_MEDICAL\n",
            "employer                  CENTRE DE SANTE DES LILAS\n",
            " 1  CENTRE DE SANTE DES LILAS\n      FINESS                0B0037750\n",
            "sector                SA05 health centre\n      works as              01 employee\n",
            "Billing situations\n   1  CENTRE DE SANTE DES LILAS\n",
            "billing number (AMO)  99940001 3\n",
            "signs forms (FSE)     yes\n      signs lots            no\n",
            "The holder's code was given",
            "What stays closed\n  Nothing",
            "VERIFY PIN",
            "00 20 00 01 04  ",
            "\"remplace\":\"99900012347\"",
            "\"etat\":\"proved\"",
            "\"command\":\"0020000104\"",
        ],
    );
    assert!(!out.contains("00 20 00 01 04 31") && !out.contains("002000010431"), "{out}");
}

#[test]
fn what_is_no_code_costs_no_try_and_a_wrong_one_is_counted() {
    let (out, error) = said(
        r#"
        eval "$(virtuale serve --detach --card cps-lefevre --now 2026-01-15)"
        try() { printf '%s\n' "$1" | virtuale read --pin-fd 0; echo "'$1': $?"; }
        left() { virtuale read | grep '(PIN)'; }
        try ''; try 12a4; try 12345; left
        virtuale read --pin-fd 0 < /dev/null; echo "none: $?"
        virtuale read --pin-fd 77; echo "closed: $?"
        virtuale read --pin-fd 5 5> "$XDG_RUNTIME_DIR/out"; echo "written: $?"; rm "$XDG_RUNTIME_DIR/out"
        left
        try 0000; left
        try 1234 | grep -c 'signs lots'; left
        try 0000; try 0000; try 0000; try 1234; left
        virtuale read --lang fr | grep -c 'code de déblocage (PUK)'
        virtuale stop"#,
    );
    demand(
        &out,
        &[
            "'': 2\n'12a4': 2\n'12345': 2\n",
            "3 of 3 tries left\nnone: 2\nclosed: 2\nwritten: 2\n",
            "3 of 3 tries left\n'0000': 4\n",
            "2 of 3 tries left\n1\n",
            "3 of 3 tries left\n'0000': 4\n'0000': 4\n'0000': 4\n'1234': 4\n",
            "blocked\n1\n",
        ],
    );
    demand(
        &error,
        &[
            "the card in Virtuale 00 00 was not asked: the code is empty\nhelp: no try was spent",
            "the code has something else than digits",
            "the code has 5 digits, and a code of this card has 4",
            "needs a code, and the descriptor has no line for it",
            "cannot read a code from descriptor 77: it is not open\nhelp: open it for reading",
            "descriptor 5: it is open for writing only",
            "is wrong: 2 tries left",
            "is wrong: 2 tries left",
            "is wrong: one try left",
            "the code of the card in Virtuale 00 00 is wrong, and there is no try left: it is blocked now\n\
             help: the unblocking code (PUK) unblocks it and sets a new one\nwithout a code leave --pin-fd out",
            "the holder's code of the card in Virtuale 00 00 is blocked\nhelp: the unblocking code (PUK)",
        ],
    );
}

#[test]
fn a_code_that_was_right_is_forgotten_behind_the_reading() {
    let (out, _) = said(
        "eval \"$(virtuale serve --detach --card cps-lefevre --now 2026-01-15)\"
         echo 1234 | virtuale read --pin-fd 0 | grep -c 'signs lots'
         virtuale read | grep -c \"needs the holder's code\"
         virtuale stop",
    );
    demand(&out, &["1\n", "4\n"]);
}

/// A card with nothing that needs its code.
const WITHOUT_WORK: &str = r#"layout = "cps3"
[titulaire]
nom = "A"
prenom = "B"
rpps = "99900012347"
profession = "10"
"#;

#[test]
fn a_code_that_was_given_is_presented_also_where_it_opens_nothing() {
    let (out, error) = said(&format!(
        r#"
        card=$XDG_RUNTIME_DIR/card.toml; printf '%s' '{WITHOUT_WORK}' > "$card"
        try() {{ printf '%s' "$1" | virtuale read --lang "$2" --now 2026-01-15 --pin-fd 0 --card "$card"; echo "'$1': $?"; }}
        try 0000 en; try 0000 fr; try '' en; try 1234 en; try ' 1234 ' fr
        rm "$card""#
    ));
    demand(
        &out,
        &[
            "'0000': 4\n'0000': 4\n",
            "3 of 3 tries left\n",
            "'': 0\n",
            "is right; nothing on the card needs it.\n",
            "il est juste ; rien sur la carte ne le demande.\n",
        ],
    );
    demand(&error, &["is wrong: 2 tries left\nhelp: ", "est faux : il reste 2 essais\naide : "]);
}

#[test]
fn a_blocked_card_takes_its_line_so_that_no_other_gets_it() {
    let (out, error) = said(
        "printf '0000\\n1234\\n' | virtuale read --pin-fd 0 --lang fr --now 2026-01-15 \
         --card cps-bloquee --card cps-lefevre | grep -A 2 '^Codes'; true",
    );
    demand(&error, &["erreur : le code porteur de la carte dans cps-bloquee est bloqué\naide : "]);
    demand(&out, &["code porteur (PIN)        3 essais sur 3\n"]);
}

#[test]
fn a_page_says_how_many_tries_there_were_before() {
    let (out, _) = said(
        r#"
        eval "$(virtuale serve --detach --card cps4-lefevre --now 2026-01-15)"
        echo 0000 | virtuale read --pin-fd 0
        virtuale read | grep '(P[IU][NK])'
        echo 1234 | virtuale read --pin-fd 0 --lang fr | grep '(P[IU][NK])'
        echo 0000 | virtuale read --pin-fd 0; echo 0000 | virtuale read --pin-fd 0
        virtuale read | grep '(PIN)'; virtuale read --lang fr | grep '(PIN)'
        virtuale stop"#,
    );
    demand(
        &out,
        &[
            "holder's code (PIN)       2 tries left\n  unblocking (PUK)          10 tries left\n",
            "code porteur (PIN)        3 essais, 2 avant que le code soit donné\n",
            "déblocage (PUK)           10 essais\n",
            "holder's code (PIN)       1 try left\n",
            "code porteur (PIN)        1 essai\n",
        ],
    );
}

/// A card whose billing is over or odd, whose profession is in no table, and whose update has a time of day.
#[test]
fn a_page_says_in_both_languages_what_is_odd_about_a_card() {
    let sandbox = Sandbox::new();
    let card = sandbox.path().join("card.toml");
    let billing = |begin: &str, rest: &str| {
        format!(
            "\n[[facturation]]\nraison_sociale = \"X\"\nsiren = \"999000003\"\nnumero_facturation = \"999100019\"\n\
             specialite = \"01\"\nindicateur = \"0\"\ndebut = \"{begin}\"\n{rest}\n"
        )
    };
    let text = virtuale_applets::cards::CPS_LEFEVRE
        .replace(
            "[titulaire]\n",
            "[carte.mise_a_jour]\ndebut = \"2026-01-10T08:30\"\nfin = \"2026-01-10T08:31\"\n\n[titulaire]\n",
        )
        .replace("profession = \"10\"", "profession = \"99\"")
        + &billing("2024-01-01", "fin = \"2025-12-31\"")
        + &billing("2026-02-01", "signe_fse = false");
    std::fs::write(&card, text).expect("a file");
    let card = card.to_string_lossy();
    let page = |lang: &str| {
        let script =
            format!("echo 1234 | virtuale read --now 2026-01-15 --pin-fd 0 --lang {lang} --commands --card {card}");
        let (code, out, error) = run(&mut sandbox.shell(&script));
        assert_eq!((code, error.as_str()), (0, ""), "{out}");
        out
    };
    demand(
        &page("en"),
        &[
            "2026-01-10 08:30 to 2026-01-10 08:31\n",
            "99 (code not known here)\n",
            "Billing situation 2 ended on 2025-12-31: nothing is billed by it any more.\n",
            "Billing situation 3 does not begin before 2026-02-01.\n",
            "Billing situation 3 signs lots, and not the care forms in them.\n",
            "9F0F 15 bytes wait\n",
            "9804 wrong PIN, or PIN not proved\n",
        ],
    );
    demand(
        &page("fr"),
        &[
            "du 10/01/2026 08:30 au 10/01/2026 08:31\n",
            "99 (code non connu ici)\n",
            "La situation de facturation 2 a pris fin le 31/12/2025",
            "La situation de facturation 3 ne commence que le 01/02/2026.\n",
            "La situation de facturation 3 signe les lots, mais pas les feuilles",
            "9F0F 15 octets attendent\n",
            "9804 code faux, ou code non présenté\n",
        ],
    );
}

#[test]
fn a_descriptor_may_be_a_socket() {
    let sandbox = Sandbox::new();
    let (mut ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    ours.write_all(b"1234\n").expect("room");
    drop(ours);
    let mut read = sandbox.virtuale(&["read", "--card", "cps-lefevre", "--pin-fd", "0", "--now", "2026-01-15"]);
    let output = read.stdin(OwnedFd::from(theirs)).output().expect("it starts");
    let (page, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(page.contains("signs lots") && output.status.success(), "{page}\n{error}");
}

#[test]
fn a_descriptor_gives_one_line_to_each_card_from_where_it_stands() {
    let (out, error) = said(
        "codes=$XDG_RUNTIME_DIR/codes; printf '0000\\n1234\\n1234\\n' > \"$codes\"
         exec 3< \"$codes\"; rm \"$codes\"; read -r first <&3
         virtuale read --pin-fd 3 --card vitale2-martin --card cps-lefevre --card cps-moreau | grep -c 'signs lots'",
    );
    assert_eq!((out.as_str(), error.as_str()), ("2\n", ""));
}

#[test]
fn cards_side_by_side_have_a_page_each_and_a_mute_one_hides_no_other() {
    let (out, error) = said(
        r#"
        eval "$(virtuale serve --detach --card vitale2-martin --card cps-moreau --card cps-muette --now 2026-01-15)"
        virtuale read; echo "all: $?"
        virtuale read --json | cut -c -40
        virtuale stop"#,
    );
    demand(
        &out,
        &[
            "The card in Virtuale 00 00\n",
            "CAMILLE MARTIN",
            "The card in Virtuale 00 01\n",
            "SOPHIE MOREAU",
            "   1  needs the holder's code\n   2  needs the holder's code\n",
            "all: 4\n",
            "{\"source\":\"Virtuale 00 00\",\"today\"",
            "{\"source\":\"Virtuale 00 01\",\"today\"",
            "{\"source\":\"Virtuale 00 02\",\"error\"",
        ],
    );
    demand(&error, &["cannot read the card in Virtuale 00 02"]);
}

#[test]
fn a_mute_card_is_moved_to_contacts_only_where_it_lies_on_an_antenna() {
    let (_, error) = said(
        "virtuale exec --card cps-muette -- virtuale read --lang en; echo --- >&2
         virtuale exec --card vitale2-martin --contactless 0 -- virtuale read --lang en; true",
    );
    let (contacts, antenna) = error.split_once("---").expect("both");
    demand(contacts, &["cannot read the card in Virtuale 00 00", "broken, or made mute (such as cps-muette)"]);
    assert!(!contacts.contains("slot with contacts"), "{contacts}");
    demand(antenna, &["cannot read the card in Virtuale Contactless 00 00", "put it into a slot with contacts"]);
}

#[test]
fn a_card_that_comes_in_mute_is_said_to_be() {
    let (out, error) = said(
        "virtuale exec --card - --card - --contactless 1 -- sh -c '
           virtuale insert 0 cps-muette; virtuale insert 1 vitale2-martin; virtuale insert 0 cps-lefevre
           virtuale insert 1 cps-lefevre; virtuale remove 0; virtuale insert 1 --from 0
           virtuale insert 0 vitale2-martin; virtuale slots --json'",
    );
    let mute = "and gives no answer to reset: programs see a mute card";
    let lines: Vec<_> = error.lines().filter(|line| line.contains(" is in")).map(|line| line.ends_with(mute)).collect();
    assert_eq!(lines, [true, true, false, false, false, false], "{error}");
    assert!(!out.contains("\"atr\": null"), "{out}");
    let (out, _) = said("virtuale exec --card cps-muette -- virtuale slots --json");
    demand(&out, &["\"card\": \"cps-muette\"", "\"atr\": null"]);
}

#[test]
fn by_its_antenna_a_card_has_neither_code_nor_activities() {
    let (out, error) = said(
        "echo 1234 | virtuale exec --card cps-lefevre --contactless 0 -- \
         virtuale read --now 2026-01-15 --lang en --pin-fd 0",
    );
    assert_eq!(error, "");
    demand(
        &out,
        &[
            "by its antenna",
            "Where the holder works\n   1  closed over the antenna\n",
            "Billing situations\n  The card gives them by its contacts only.\n",
            "Certificat Technique CPS",
            "By its antenna the card takes no code.",
            "read by its antenna",
        ],
    );
}

#[test]
fn where_a_file_is_that_only_class_a0_finds_is_told_with_the_class() {
    let (out, error) = said(
        "virtuale card dump --json cps-lefevre | grep -A 1 '3F00/7F01/4000'
         virtuale card explain --json cps-lefevre | grep -A 1 -e '3F00/2F00' -e '3F00/7F01/4000'
         virtuale apdu --card cps-lefevre --get-response --decode \
             'A0 A4 00 00 02 7F 01' 'A0 A4 00 00 02 40 00' 'A0 20 00 01 04 31 32 33 34' 'A0 B0 00 00 10'",
    );
    let (path, of_class) = ("\"path\": \"3F00/7F01/4000\",\n", "\"class\": \"A0\",\n");
    let decoded = "#   SIT_FACT (3F00/7F01/4000 by class A0), bytes 0..16\n";
    demand(&out, &[path, of_class, "\"3F00/2F00\",\n", "\"class\": null,\n", path, of_class, decoded]);
    assert_eq!(error, "");
}

#[test]
fn a_professionals_card_opens_a_vitale_in_any_order_and_in_readers_too() {
    let (out, error) = said(
        r#"
        both() { printf '1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 "$@"; }
        both --card vitale2-martin --card cps-lefevre > first
        both --card cps-lefevre --card vitale2-martin > second
        grep -c '' first second; sort first > a; sort second > b; diff a b && echo 'the same pages'
        grep -A 3 'beside it' first; grep 'coverage  ' first | head -n 1; grep -A 2 'stays closed' second | tail -n 2
        both --lang fr --card cps-lefevre --card vitale2-martin | grep -A 2 'à côté'
        both --json --card vitale2-martin --card cpe-accueil | grep -o '"beside":.*"message"'
        both --reflet --card vitale2-martin --card cpa-caisse | grep -c 'coverage  '
        eval "$(virtuale serve --detach --card cps-lefevre --card vitale2-martin --now 2026-01-15)"
        printf '1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 | grep -A 3 'beside it'
        virtuale read --now 2026-01-15 < /dev/null | grep -e 'COUVERT  D012' -e 'Nobody gave'
        virtuale stop
        rm first second a b"#,
    );
    demand(
        &out,
        &[
            "the same pages\n",
            "The professional's card beside it\n  CLAIRE LEFEVRE (CPS), the card in cps-lefevre: it opened ",
            "coverage (COUVERT), exonerations\n  (EXONER), copies of care forms (COPIES) (code de la sécurité sociale, R.161-33-2).\n",
            "coverage               00100",
            "PHOTO",
            "CLAIRE LEFEVRE (CPS), la carte dans cps-lefevre : elle a ouvert couverture (COUVERT)",
            "\"source\":\"cpe-accueil\",\"nom\":\"LAURE PETIT\",\"type\":\"cpe\",\"number\":\"000001",
            "\"outcome\":\"proved\",\"status\":null,\"opened\":[\"COUVERT\",\"EXONER\",\"COPIES\"]",
            "4\n",
            "CLAIRE LEFEVRE (CPS), the card in Virtuale 00 00: it opened coverage (COUVERT), exonerations",
            "Nobody gave its code.\n",
            "COUVERT  D012  needs a professional's card (CPS)  6982",
        ],
    );
    assert!(!error.contains("error"), "{error}");
}

#[test]
fn a_vitale_stays_closed_to_a_card_that_proves_nothing() {
    let (out, _) = said(
        r#"
        beside() { printf '1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 --card vitale2-martin "$@" |
          grep -A 2 -e 'beside it' -e 'stays closed'; }
        printf 'layout = "vitale2"\n[assure]\nnir = "1 90 19 99 999 005"\nnom = "A"\nprenom = "B"\n' > revoking.toml
        printf 'naissance = "1990-19-14"\n[[revocation]]\nnumero_serie = "99991234"\n' >> revoking.toml
        printf '1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 --card revoking.toml --card cps-lefevre |
          grep -A 2 -e 'beside it' -e 'stays closed'
        printf '1234\n' | virtuale read --lang fr --pin-fd 0 --card revoking.toml --card cps-lefevre |
          grep -A 2 'à côté'
        rm revoking.toml
        beside --card cps4-lefevre
        beside --card vitale1-petit --card cps-lefevre
        printf '1234\n1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 --card cps-moreau --card cps-diallo \
          --card vitale2-martin --card vitale2-durand | grep 'the card in .*: it'"#,
    );
    demand(
        &out,
        &[
            "the card in cps-lefevre: it opened nothing. This card has it",
            "COUVERT  D012  needs a professional's card (CPS)  6982",
            "la carte dans cps-lefevre : elle n'a rien ouvert. Pour cette",
            "the card in cps4-lefevre: it opened coverage (COUVERT)",
            "the card in cps-lefevre: it opened coverage",
            "the card in cps-moreau: it opened coverage",
            "the card in cps-moreau: it opened coverage",
        ],
    );
    assert!(!out.contains("cps-diallo"), "one is enough: {out}");
}
