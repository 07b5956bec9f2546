//! `read` of a Vitale beside a professional's card: what a page and programs are told of each, also where the card
//! went, or its code opened nothing, and both under secure messaging.

use crate::sandbox::{Sandbox, run};

/// Runs a script and gives what it printed.
fn told(script: &str) -> String {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(sandbox.shell(script).current_dir(sandbox.path()));
    assert_eq!(code, 0, "{out}\n{error}");
    out
}

/// Demands parts of a text, one behind the other.
fn demand(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is missing in\n{text}")).1;
    }
}

/// What `--json` says of the card beside the Vitale, and the exit code.
const OUTCOME: &str = r#"
    outcome() {
      lines=$1; shift
      printf "$lines" | virtuale read --json --now 2026-01-15 --pin-fd 0 "$@" > out 2> err
      echo "code $?: $(grep -o '"source":"[^"]*","nom":[^,]*,"type":[^,]*,"number":[^,]*,"secured":[^,]*,"outcome":"[a-z_]*"' out | tr '\n' ' ')"
      rm out err
    }"#;

#[test]
fn a_code_that_opened_nothing_is_told_beside_the_vitale_too() {
    let out = told(&format!(
        r#"{OUTCOME}
        outcome '0000\n' --card cps-lefevre --card vitale2-martin
        outcome '' --card cps-lefevre --card vitale2-martin
        outcome '12a4\n' --card vitale2-martin --card cps-lefevre
        outcome '1234\n' --card cps-bloquee --card vitale2-martin
        outcome '0000\n1234\n' --card cps-lefevre --card cps-moreau --card vitale2-martin
        outcome '1234\n' --card cps-lefevre --card vitale2-martin
        printf '0000\n' | virtuale read --lang en --now 2026-01-15 --pin-fd 0 --card vitale2-martin --card cps-lefevre 2> err |
          grep -A 2 'beside it'
        rm err"#
    ));
    let beside = |card: &str, name: &str, outcome: &str| {
        format!(
            "\"source\":\"{card}\",\"nom\":\"{name}\",\"type\":\"cps\",\"number\":null,\"secured\":false,\"outcome\":\"{outcome}\""
        )
    };
    let lefevre = |outcome: &str| beside("cps-lefevre", "CLAIRE LEFEVRE", outcome);
    demand(
        &out,
        &[
            &format!("code 4: {}", lefevre("code_wrong")),
            &format!("code 2: {}", lefevre("code_not_given")),
            &format!("code 2: {}", lefevre("code_not_given")),
            "code 4: \"source\":\"cps-bloquee\"",
            "\"outcome\":\"code_blocked\"",
            &format!("code 4: {} \"source\":\"cps-moreau\"", lefevre("code_wrong")),
            "\"outcome\":\"proved\"",
            "code 0: \"source\":\"cps-lefevre\"",
            "\"outcome\":\"proved\"",
            "CLAIRE LEFEVRE (CPS), the card in cps-lefevre: it opened nothing. Its code was wrong.",
        ],
    );
}

/// The card is pulled as soon as the first Vitale was read: the page of the second says that it is gone.
#[test]
fn a_card_that_went_is_told_on_the_page_of_every_vitale_behind() {
    let out = told(
        r#"
        eval "$(virtuale serve --detach --card cps-lefevre --card vitale2-martin --card vitale2-durand --now 2026-01-15)"
        mkfifo codes pages
        virtuale read --json --now 2026-01-15 --pin-fd 3 3< codes > pages & exec 4> codes 5< pages
        printf '1234\n' >&4; read -r professional <&5; read -r first <&5
        virtuale remove 0 > removed
        cat <&5 > rest; exec 4>&- 5<&-; wait $!; echo "code $?"
        { printf '%s\n' "$first"; cat rest; } |
          grep -o '"source":"Virtuale[^"]*","nom":[^,]*,"type":"cps","number":[^,]*,"secured":false,"outcome":"[a-z_]*"'
        virtuale stop > stopped; rm codes pages removed rest stopped"#,
    );
    // The second Vitale may have been read before the card went: then it was open, too.
    let (code, second) = if out.contains("card_gone") { (4, "card_gone") } else { (0, "proved") };
    let [code, second] = [format!("code {code}\n"), format!("\"outcome\":\"{second}\"")];
    demand(&out, &[&code, "\"outcome\":\"proved\"", &second]);
    assert_eq!(out.matches("\"source\"").count(), 2, "both pages tell of it: {out}");
}

#[test]
fn a_card_on_an_antenna_is_sent_to_contacts() {
    let out = told(
        "echo 1234 | virtuale exec --card vitale2-martin --card cps-lefevre --contactless 1 -- \
         virtuale read --now 2026-01-15 --lang en --pin-fd 0 | grep -A 3 'beside it'
         echo 1234 | virtuale exec --card vitale2-martin --card cps-lefevre --contactless 1 -- \
         virtuale read --now 2026-01-15 --lang fr --pin-fd 0 | grep -A 3 'à côté'",
    );
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    demand(
        &out,
        &[
            "it opened nothing. It keeps its certificates closed over the antenna: put it into a reader with contacts (6982).",
            "elle n'a rien ouvert. Elle garde ses certificats fermés sans contact : la mettre dans un lecteur à contacts (6982).",
        ],
    );
}

const TRAINEE: &str = r#"layout = "cps3"
[carte]
type = "cpf"
[titulaire]
nom = "A"
prenom = "B"
etudiant = "999000000"
profession = "10"
"#;

#[test]
fn a_page_says_what_goes_on_with_the_card_that_is_there() {
    let out = told(&format!(
        r#"
        printf '%s' '{TRAINEE}' > cpf.toml
        page() {{ echo "$1"; echo 1234 | virtuale read --now 2026-01-15 --pin-fd 0 --lang "$2" --card vitale2-martin --card "$1"; }}
        page cps-lefevre en | grep -e '^cps' -e 'sign' -e '^[A-Z].*closed' -e 'D019'
        page cpe-accueil en | grep -e '^cpe' -e 'care form (FSE)'
        page cpa-caisse en | grep -e '^cpa' -e 'care form (FSE)'
        page cpf.toml en | grep -e '^cpf' -e 'D01[239B]  '
        page cpf.toml fr | grep -e 'D01[239B]  '
        rm cpf.toml"#
    ));
    demand(
        &out,
        &[
            "cps-lefevre\n  yes            sign an electronic care form (FSE)\n",
            "What stays closed\n  PHOTO  D019  is never readable",
            "cpe-accueil\n  yes            sign an electronic care form (FSE)\n",
            "cpa-caisse\n  with a CPS     sign an electronic care form (FSE)\n",
            "cpf.toml\n",
            "COUVERT  D012  needs a card whose role opens it (CPS, CPE or ",
            "EXONER   D013  needs a card whose role opens it",
            "PHOTO    D019  is never readable ",
            "COPIES   D01B  needs a card whose role opens it",
            "COUVERT  D012  demande une carte dont le rôle l'ouvre ",
            "PHOTO    D019  n'est jamais lisible ",
        ],
    );
}

#[test]
fn both_cards_go_on_under_secure_messaging() {
    let out = told(
        r#"
        both() { printf '1234\n1234\n' | virtuale read --now 2026-01-15 --pin-fd 0 "$@"; }
        both --card vitale2-martin --card cps-lefevre > plain
        both --secured --card vitale2-martin --card cps-lefevre --lang en > secured
        diff plain secured | grep '^[<>]'
        both --secured --json --card cps-lefevre --card vitale2-durand | grep -o '"secured":[a-z]*,"outcome":"[a-z]*"'
        both --secured --commands --card vitale2-martin --card cps-lefevre --lang en |
          grep -e 'SM READ BINARY' -e 'INTERNAL AUTHENTICATE' | head -n 2
        both --secured --lang en --card vitale2-martin --card cps4-lefevre | grep -A 3 'beside it'
        both --secured --lang fr --card vitale2-martin --card cps-lefevre | grep -A 3 'à côté'
        eval "$(virtuale serve --detach --card cps-lefevre --card vitale2-martin --now 2026-01-15)"
        both --secured --lang en | grep -A 3 'beside it'
        virtuale stop > stopped; rm stopped plain secured
        virtuale read --secured --card vitale2-martin; echo "alone: $?"
        virtuale read --secured --card cps-lefevre < /dev/null; echo "alone: $?""#,
    );
    let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
    demand(
        &out,
        &[
            "< CLAIRE LEFEVRE (CPS), the card in cps-lefevre: it opened",
            "> CLAIRE LEFEVRE (CPS), the card in cps-lefevre: under secure messaging, it opened",
            "\"secured\":true,\"outcome\":\"proved\"",
            "INTERNAL AUTHENTICATE",
            "SM READ BINARY",
            "it opened nothing. It keeps no session of secure messaging for a terminal: read without --secured.",
            "sous messagerie sécurisée, elle a ouvert couverture (COUVERT)",
            "the card in Virtuale 00 00: under secure messaging, it opened coverage (COUVERT)",
            "alone: 2 alone: 2",
        ],
    );
}

#[test]
fn a_right_that_was_asked_for_and_did_not_hold_is_in_the_exit_code() {
    let out = told(&format!(
        r#"{OUTCOME}
        outcome '1234\n' --secured --card vitale2-martin --card cps4-lefevre
        outcome '1234\n' --card vitale2-martin --card cps4-lefevre
        outcome '1234\n' --secured --card vitale2-martin --card cps-lefevre"#
    ));
    let codes: Vec<_> = out.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(codes, ["code 4", "code 0", "code 0"], "{out}");
    assert!(out.contains("no_session"), "{out}");
}
