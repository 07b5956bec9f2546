//! `--state`: cards that are kept from run to run. tests/kills kills their programs.

use std::{fs, path::Path};

use crate::{
    guides,
    sandbox::{Sandbox, run},
};

/// What a script prints, which begins with cards in `$S` of the day `$N`.
fn told(sandbox: &Sandbox, script: &str) -> (i32, String, String) {
    let begin = r#"
        N="--now 2026-01-15" S="--state cards"
        cps() { virtuale apdu $N $S --card cps-lefevre "$@" | grep '^<' | sed 's/^< //; s/ *#.*//'; }
        PIN='00 20 00 01 04 31323334' FILE='00 A4 09 0C 06 3F0000 01D107' TRIES='00 20 00 01'
    "#;
    let (code, out, error) = run(sandbox.shell(&format!("{begin}{script}")).current_dir(sandbox.path()));
    (code, out, error)
}

#[test]
fn the_guide_shows_what_happens() {
    guides::is_true("docs/state.md", 9);
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).collect()
}

#[test]
fn a_card_goes_on_as_it_was_left_and_its_chance_as_if_it_had_been_one_run() {
    let sandbox = Sandbox::new();
    let script = r#"
        cps '00 20 00 01 04 39393939' "$PIN" "$FILE" '00 D6 00 00 02 CAFE' '00 20 00 01 04 39393939'
        cps "$TRIES" "$FILE" '00 B0 00 00 02'
        cps '00 84 00 00 08'
        cps '00 84 00 00 08'
        S="--state other"
        cps '00 84 00 00 08' '00 84 00 00 08'
        stat -c %a cards cards/cards.redb
    "#;
    let (code, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert_eq!((code, error.as_str()), (0, ""), "{out:?}");
    assert_eq!(out[..5], ["63C2", "9000", "9000", "9000", "63C2"]);
    assert_eq!(out[5..8], ["63C2", "9000", "CA FE 9000"]);
    assert_eq!(out[8..10], out[10..12], "the chance of two runs is that of one");
    assert_eq!(out[12..], ["700", "600"]);
}

#[test]
fn a_card_that_was_killed_gives_no_challenge_twice() {
    let sandbox = Sandbox::new();
    let script = r#"
        mkfifo in
        virtuale apdu $N $S --card cps-lefevre < in > killed & child=$!
        exec 3> in
        echo '00 84 00 00 08' >&3
        until grep -q '^<' killed; do sleep 0.02; done
        kill -9 $child; wait $child; exec 3>&-
        grep '^<' killed | sed 's/^< //; s/ *#.*//'
        cps '00 84 00 00 08'
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert_eq!(out.len(), 2, "{out:?} {error}");
    assert!(out[0].ends_with("9000") && out[1].ends_with("9000") && out[0] != out[1], "{out:?}");
}

#[test]
fn a_second_program_is_told_who_has_the_cards() {
    let sandbox = Sandbox::new();
    let script = r#"
        virtuale exec $N $S --card cps-lefevre -- virtuale apdu $N $S --card cps-lefevre 00
        echo "rc $?"
    "#;
    let (_, out, error) = told(&sandbox, script);
    assert_eq!(out.trim(), "rc 4", "{error}");
    assert!(error.contains("are in use: virtuale exec, process "), "{error}");
}

#[test]
fn a_card_file_that_changed_is_refused_with_its_keys_until_it_begins_anew() {
    let sandbox = Sandbox::new();
    let script = r#"
        cards() { virtuale apdu $N $S --card "$1" $2 "$TRIES" 2>&1 | grep -v '^>'; }
        cp "$MARTIN" card.toml; cp "$MARTIN" same.toml
        cards card.toml; cards same.toml
        printf '# no other card\n' >> card.toml
        cards card.toml
        sed -i 's/RUE DE L.ESSAI/RUE NEUVE/' card.toml
        cards card.toml
        cards card.toml --state-reset=same
        cards card.toml --state-reset=card
        cards card.toml
        cards same.toml
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    let told = |line: &str, what: &str| assert!(line.contains(what), "{line}: {out:?} {error}");
    assert!(out[..3].iter().all(|line| line.starts_with("< 6A88")), "{out:?}");
    told(out[3], "card is kept as card.toml made it, and that is another one now: keys of the card file: ");
    told(out[3], "adresse.ligne_2");
    told(out[4], "--state-reset=card");
    told(out[5], "same was to begin anew, and is none of the cards");
    told(out[7], "card: what was kept of it is dropped, and it is a new card");
    assert!(out[8..].iter().all(|line| line.starts_with("< 6A88")), "{out:?}");
    assert_eq!(out.len(), 11, "{out:?}");
}

#[test]
fn cards_of_one_file_have_numbers_and_one_is_never_in_two_slots() {
    let sandbox = Sandbox::new();
    let script = r#"
        eval "$(virtuale serve --detach $N $S --card cps-lefevre --card cps-lefevre --card -)"
        kept() { virtuale slots --json | grep -o '"kept": "[^"]*"'; }
        kept
        virtuale remove 0; virtuale insert 2 cps-lefevre
        kept
        virtuale insert 0 2>&1
        virtuale insert 1 cps-lefevre
        kept
        virtuale stop
    "#;
    let (_, out, error) = told(&sandbox, script);
    let first = "\"kept\": \"cps-lefevre\"";
    let second = "\"kept\": \"cps-lefevre#2\"";
    let refused = "error: cps-lefevre is in slot 2";
    let kept: Vec<&str> = lines(&out).into_iter().filter(|line| line.starts_with('"') || *line == refused).collect();
    assert_eq!(kept, [first, second, second, first, refused, second, first], "{out}\n{error}");
}

#[test]
fn a_disk_without_room_leaves_the_card_whole() {
    let sandbox = Sandbox::new();
    // A file that may not be as long as it is: what would be written behind that fails as on a full disk.
    let script = r#"
        cps "$PIN" "$FILE" '00 D6 00 00 02 CAFE'
        limited() { (ulimit -f 1; trap '' XFSZ; cps "$@"); }
        limited "$PIN" '00 84 00 00 08' "$FILE" '00 B0 00 00 02'
        cps "$TRIES" "$PIN" "$FILE" '00 B0 00 00 02' '00 D6 00 00 02 BEEF'
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert_eq!(out[..3], ["9000", "9000", "9000"], "{out:?} {error}");
    assert_eq!(out[3..7], ["6581", "6581", "9000", "CA FE 9000"], "{out:?} {error}");
    assert_eq!(out[7..], ["63C3", "9000", "9000", "CA FE 9000", "9000"], "{out:?} {error}");
}

#[test]
fn what_is_no_folder_of_kept_cards_is_said() {
    let sandbox = Sandbox::new();
    let refused = |script: &str, code: i32, what: &str| {
        let (got, out, error) = told(&sandbox, script);
        assert_eq!(got, code, "{script}: {out}{error}");
        assert!(error.contains(what), "{script}: {error}");
    };
    let apdu = "virtuale apdu $N --card cps-lefevre --state";
    refused(&format!("touch file; {apdu} file 00"), 2, "file is no folder");
    refused(&format!("mkdir -m 755 open; {apdu} open 00"), 4, "others may look into");
    let broken = |how: &str| format!("rm -rf cards; cps 00 > /dev/null; {how}; {apdu} cards 00");
    refused(&broken("truncate -s 0 cards/cards.redb"), 4, "it is no database of redb");
    refused(&broken("truncate -s 50000 cards/cards.redb"), 4, "is damaged, or not ours");
    refused(&broken("head -c 60000 /dev/urandom > cards/cards.redb"), 4, "it is no database of redb");
    refused("virtuale read $S --reader 'Virtuale 00 00'", 2, "kept by the program that runs the reader");
    refused("virtuale apdu $N --card cps-lefevre --state-reset 00", 2, "--state");
    assert!(Path::new(&sandbox.path().join("cards")).is_dir());
}

#[test]
fn dates_move_on_when_they_are_told_to_and_what_was_written_stays() {
    let sandbox = Sandbox::new();
    let change = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/updates/10000002.toml");
    let script = format!(
        r#"
        cp "$MARTIN" card.toml
        day() {{ virtuale apdu --now "$1" $S --card card.toml '00 A4 00 0C 02 3F00' 2>&1 | grep -c 'goes on with the dates'; }}
        day 2026-01-15; day 2026-02-20
        cp -r cards before
        virtuale update --now 2026-01-15 $S --card card.toml "{change}" > /dev/null
        virtuale card diff --now 2026-01-15 --state before $S card.toml | grep -c 'AVENUE DU MODELE'
        virtuale card migrate --now 2026-02-20 $S card.toml | head -1
        day 2026-02-20
        virtuale read --now 2026-02-20 $S --card card.toml | grep -c 'AVENUE DU MODELE'
        virtuale card dump --now 2026-02-20 $S card.toml > dumped; virtuale card dump --now 2026-02-20 card.toml > fresh
        cmp -s dumped fresh || echo other
    "#
    );
    let (_, out, error) = told(&sandbox, &script);
    let right = ["0", "1", "1", "card: what counted from 2026-01-15 counts from 2026-02-20 now", "0", "1", "other"];
    assert_eq!(lines(&out), right, "{error}");
    assert!(fs::metadata(sandbox.path().join("before/cards.redb")).is_ok());
}

#[test]
fn the_wear_of_a_component_goes_on_over_processes() {
    let sandbox = Sandbox::new();
    // Each process is a session; a card of this component works in 3 to 12.
    let script = r#"
        for run in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
            virtuale apdu $N $S --card vitale1-igea440 reset >> said 2>> why; echo $?
        done
        virtuale apdu $N $S --card vitale1-igea440 --state-reset reset > /dev/null 2>> why; echo "anew $?"
        virtuale apdu $N --card vitale1-igea440 reset > /dev/null; echo "another $?"
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    let worked = out.iter().take_while(|code| **code == "0").count();
    assert!((1..=12).contains(&worked), "{out:?} {error}");
    assert!(out[worked..15].iter().all(|code| *code == "4"), "a dead component stays dead: {out:?} {error}");
    assert_eq!(out[15..], ["anew 0", "another 0"], "{error}");
}

#[test]
fn what_the_faults_of_a_card_file_have_counted_is_kept_with_the_card() {
    let sandbox = Sandbox::new();
    let script = r#"
        cp "${MARTIN%/*}/cps-lefevre.toml" card.toml
        printf '\n[fault]\nsw = "6F00"\nins = "84"\nn = 2\n' >> card.toml
        ask() { virtuale apdu $N $S --card card.toml "$@" | grep '^<' | sed 's/^< //; s/ *#.*//' | grep -o '....$\|.. ..$'; }
        ask '00 84 00 00 08' '00 84 00 00 08' '00 84 00 00 08'
        ask '00 84 00 00 08' '00 84 00 00 08'
        printf '\n[fault]\npower = "after"\nins = "D6"\n' > fault
        sed -i '/^\[fault\]/,$d' card.toml; cat fault >> card.toml
        rm -rf cards
        virtuale apdu $N $S --card card.toml "$PIN" "$FILE" '00 D6 00 00 02 CAFE' > torn 2>&1
        ask "$FILE" '00 B0 00 00 02' "$PIN" "$FILE" '00 D6 00 00 02 BEEF'
        virtuale card dump $N $S card.toml | grep -c 'BE EF'
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert_eq!(out, ["9000", "6F00", "9000", "9000", "9000", "9000", "9000", "9000", "9000", "9000", "1"], "{error}");
}

#[test]
fn cards_are_one_programs_at_a_time_whichever_verb_it_is() {
    let sandbox = Sandbox::new();
    let script = r#"
        cps "$PIN" "$FILE" '00 D6 00 00 02 CAFE' > /dev/null
        eval "$(virtuale serve --detach $N $S --card cps-lefevre)"
        for verb in "apdu --card cps-lefevre 00" "read --card cps-lefevre" "card dump cps-lefevre" "serve --card -"; do
            virtuale $verb $N $S 2>> said >> out; echo $?
        done
        virtuale stop
        cps "$FILE" '00 B0 00 00 02'
        grep -c 'are in use: virtuale serve, process ' said
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out: Vec<_> = lines(&out).into_iter().filter(|line| !line.starts_with("unset")).collect();
    assert_eq!(out, ["4", "4", "4", "4", "9000", "CA FE 9000", "4"], "{error}");
}

#[test]
fn who_inserts_a_card_whose_dates_stand_is_told_and_so_is_who_serves_it() {
    let sandbox = Sandbox::new();
    let script = r#"
        virtuale apdu $N $S --card vitale2-martin 00 > /dev/null
        virtuale serve --now 2026-02-20 $S --card - --card - > line 2> served & child=$!
        until grep -q export line; do sleep 0.02; done
        eval "$(cat line)"
        virtuale insert 0 vitale2-martin 2>&1
        virtuale insert 1 cps-lefevre 2>&1
        virtuale stop > stopped 2>&1; wait $child
        grep 'goes on with' served
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    let dates =
        "vitale2-martin goes on with the dates of 2026-01-15, its first day (to move them: virtuale card migrate";
    assert!(out[0].starts_with(dates) && out[3].starts_with(dates), "{out:?} {error}");
    assert_eq!((out[1], out.len()), ("Virtuale 00 00: vitale2-martin is in", 4), "{out:?} {error}");
}

#[test]
fn dates_in_records_move_too() {
    let sandbox = Sandbox::new();
    let script = r#"
        day() { virtuale read --now $1 $S --card vitale2-durand --card cps-lefevre | grep -E '^ *[0-9]{2}/[0-9]{2}/[0-9]{4}|opie' | head -8; }
        fresh() { virtuale card dump --now "$1" vitale2-durand > fresh; virtuale card dump --now "$1" $S vitale2-durand > kept; cmp -s fresh kept; }
        virtuale apdu $N $S --card vitale2-durand 00 > /dev/null
        virtuale card migrate --now 2026-02-20 $S vitale2-durand | grep COPIES
        fresh 2026-02-20 && echo alike
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert!(out[0].starts_with("COPIES: ") && out[0].contains("date"), "{out:?} {error}");
    assert_eq!(out[1..], ["alike"], "{error}");
}

#[test]
fn a_command_that_is_refused_has_dropped_no_card() {
    let sandbox = Sandbox::new();
    let script = r#"
        cps '00 20 00 01 04 39393939'
        virtuale exec $N $S --card cps-lefevre --card vitale2-martin --state-reset=cps-lefevre --state-reset=nope -- true; echo $?
        virtuale apdu $N $S --card cps-lefevre --state-reset=cps-lefevre --state-reset=nope 00; echo $?
        virtuale apdu $N $S --card cps-lefevre --state-reset= 00; echo $?
        cps "$TRIES"
        for verb in dump diff migrate; do virtuale card $verb $N --state nowhere cps-lefevre 2>> said; echo $?; done
        grep -c 'no cards are kept in nowhere' said
        ls -d nowhere 2> /dev/null
        mkdir cf; cp "$MARTIN" 'cf/my card.toml'
        virtuale apdu $N $S --card 'cf/my card.toml' 00 > /dev/null
        virtuale apdu --now 2026-02-20 $S --card 'cf/my card.toml' 00 2> said > /dev/null
        hint=$(grep -o 'virtuale card migrate [^)]*' said)
        eval "$hint --now 2026-02-20" > /dev/null; echo $?
        virtuale apdu --now 2026-02-20 $S --card 'cf/my card.toml' 00 2>&1 > /dev/null | grep -c 'goes on'
    "#;
    let (_, out, error) = told(&sandbox, script);
    assert_eq!(lines(&out), ["63C2", "125", "2", "2", "63C2", "2", "2", "2", "3", "0", "0"], "{error}");
}

#[test]
fn all_cards_of_a_command_begin_anew_or_none() {
    let sandbox = Sandbox::new();
    let script = r#"
        cps '00 20 00 01 04 39393939'
        cp "$DURAND" changes.toml; virtuale apdu $N $S --card changes.toml 00 > /dev/null
        sed -i 's/^nom = .*/nom = "AUTRE"/' changes.toml; echo nonsense > broken.toml
        for other in changes.toml broken.toml nowhere.toml; do
            virtuale exec $N $S --card cps-lefevre --card $other --state-reset=cps-lefevre -- true; echo $?
            virtuale read $N $S --card cps-lefevre --card $other --state-reset=cps-lefevre > /dev/null; echo $?
        done
        virtuale exec $N $S --card cps-lefevre --card "$MARTIN" --state-reset '--state-reset=cps-lefevre#2' -- true; echo $?
        cps "$TRIES"
        virtuale exec $N $S --card cps-lefevre --card cps-lefevre '--state-reset=cps-lefevre#2' -- true; echo $?
        cps "$TRIES"
        virtuale exec $N $S --card cps-lefevre --card changes.toml --state-reset -- true; echo $?
        cps "$TRIES"
    "#;
    let (_, out, error) = told(&sandbox, script);
    let out = lines(&out);
    assert_eq!(out[..8], ["63C2", "125", "3", "125", "3", "125", "4", "125"], "{error}");
    assert_eq!(out[8..], ["63C2", "0", "63C2", "0", "63C3"], "{error}");
    assert!(error.contains("changes is kept as ") && error.contains("cps-lefevre#2 was to begin anew"), "{error}");
}

#[test]
fn of_two_cards_of_one_name_that_of_the_same_text_is_looked_at() {
    let sandbox = Sandbox::new();
    let script = r#"
        mkdir one two; cp "$MARTIN" one/c.toml; sed 's/RUE DE L.ESSAI/RUE NEUVE/' "$MARTIN" > two/c.toml
        virtuale exec $N $S --card one/c.toml --card two/c.toml -- true
        for card in one two; do
            virtuale card dump $N $S $card/c.toml | grep -c 'NEUVE'; virtuale card diff $N $S $card/c.toml > /dev/null; echo $?
        done
        virtuale card diff $N $S --number 1 two/c.toml 2> /dev/null; echo $?
    "#;
    let (_, out, error) = told(&sandbox, script);
    assert_eq!(lines(&out), ["0", "0", "1", "0", "3"], "{error}");
}
