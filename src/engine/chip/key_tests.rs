//! Sequences of commands on codes and keys, and that reading beside them stays free of allocation.

use alloc::{format, vec, vec::Vec};

use proptest::prelude::*;

use crate::{
    Answer, Card, Protocol, StatusWord,
    testing::{
        bytes,
        keys::{self, card},
        terminal::{Terminal, aes_128, triple_des},
        text,
    },
};

/// A command that goes on from what others left: codes, templates, hashes, challenges, selections.
fn fitting_command() -> impl Strategy<Value = Vec<u8>> {
    let commands = vec![
        "00 A4 04 0C 0B D250000002564954414C45",
        "00 A4 04 0C 07 564954414D494E",
        "00 A4 00 0C",
        "00 20 00 81 04 31323334",
        "00 20 00 81 04 31313131",
        "00 20 00 82 08 3132333435363738",
        "00 20 00 81",
        "00 24 00 81 08 3132333435363738",
        "00 2C 00 81 0C 3132333435363738 31323334",
        "00 22 41 A4 06 84 01 81 80 01 02",
        "00 22 41 A4 06 84 01 82 80 01 00",
        "00 22 C1 A4 06 80 01 0C 83 01 82",
        "00 22 81 A4 06 80 01 1C 83 01 81",
        "00 22 41 AA 03 80 01 40",
        "00 22 41 B6 06 84 01 82 80 01 54",
        "00 22 81 B6 03 83 01 84",
        "00 22 41 B8 06 84 01 81 80 01 1A",
        "00 22 F3 03",
        "00 84 00 00 08",
        "00 88 00 00 08 4242424242424242 00",
        "00 2A 90 80 03 616263",
        "00 2A 90 A0 07 90 00 80 03 616263",
        "10 2A 80 86 08 8101020304050607",
        "00 2A 9E 9A 00",
        "00 2A 00 AE 05 7F21 02 5F37",
        "00 82 00 00 18 000102030405060708090A0B0C0D0E0F1011121314151617",
        "00 CB 3F FF 0A 4D 08 70 06 BF 90 01 02 A0 80 00",
        "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737",
        "00 47 00 00 06 70 04 BF9002 00 00",
        "00 B0 82 00 00",
        "00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00",
        "00 E0 00 00 12 62 10 82 01 38 83 02 0DF9 84 02 4E42 8C 03 42 00 00",
        "00 E4 00 00",
        "00 E4 00 00 02 7001",
        "00 04 00 00",
        "00 44 00 00",
        "00 70 00 01",
        "01 A4 04 0C 0B D250000002564954414C45",
        "0C B0 82 00 0A 8E 08 0001020304050607 00",
    ];
    prop::sample::select(commands).prop_map(bytes)
}

/// Such a command, or one with a byte changed, cut off, or put before another class.
fn near_command() -> impl Strategy<Value = Vec<u8>> {
    let change = proptest::option::weighted(0.4, (any::<prop::sample::Index>(), any::<u8>()));
    let cut = proptest::option::weighted(0.1, any::<prop::sample::Index>());
    (fitting_command(), change, cut).prop_map(|(mut command, change, cut)| {
        if let Some((at, byte)) = change {
            let at = at.index(command.len());
            command[at] = byte;
        }
        if let Some(at) = cut {
            command.truncate(at.index(command.len()));
        }
        command
    })
}

proptest! {
    #[test]
    fn any_commands_get_plausible_answers(commands in proptest::collection::vec(near_command(), 1..40), t0: bool) {
        let protocol = if t0 { Protocol::T0 } else { Protocol::T1 };
        let mut card = card(protocol);
        let mut answer = Answer::new();
        for command in commands {
            card.chip.transmit(&command, &mut answer).expect("power");
            let status = answer.status().expect("a status word");
            prop_assert!(matches!(status.0 >> 8, 0x61..=0x6E | 0x90), "{status} to {command:02X?}");
        }
    }

    #[test]
    fn under_secure_messaging_too(commands in proptest::collection::vec(near_command(), 1..30)) {
        let mut card = card(Protocol::T1);
        let mut terminal = Terminal::authenticate(&mut card, &aes_128(), 0x82, 0x8C);
        for command in commands.iter().filter(|command| command.len() >= 4) {
            let header = format!("0C {}", text(&command[1..4]));
            let data = command.get(5..).unwrap_or_default();
            let sealed = terminal.seal(&header, &text(data), Some(256));
            let answer = card.send(&text(&sealed));
            // The command itself may have ended the session, by leaving the application or beginning another one.
            if answer == "6A88" {
                break;
            }
            let status = &answer[answer.len() - 4..];
            prop_assert!(!status.starts_with("6F"), "{status} to {command:02X?}");
            if !status.starts_with("61") {
                terminal.open(&answer);
            } else {
                break;
            }
        }
    }

    #[test]
    fn no_sequence_without_the_code_opens_what_it_guards(
        commands in proptest::collection::vec(near_command(), 1..40),
    ) {
        let mut card = card(Protocol::T1);
        let mut answer = Answer::new();
        for command in commands {
            // Whoever gives the code, its PUK or a key set that may replace it, may read.
            let proves = [&b"1234"[..], b"12345678"].iter().any(|code| {
                command.windows(code.len()).any(|window| window == *code)
            });
            if !proves {
                card.chip.transmit(&command, &mut answer).expect("power");
            }
        }
        card.plays(&[keys::SELECT]);
        card.chip.transmit(&bytes("00 B0 82 00 01"), &mut answer).expect("power");
        let refused = [StatusWord::SECURITY_NOT_SATISFIED, StatusWord::CONDITIONS_NOT_SATISFIED];
        prop_assert!(answer.status().is_some_and(|status| refused.contains(&status)));
    }
}

#[test]
fn reading_beside_codes_and_keys_allocates_nothing() {
    let mut card = card(Protocol::T1);
    card.plays(&[keys::VERIFY]);
    let commands = [
        "00 A4 04 00 0B D250000002564954414C45 00",
        "00 A4 02 00 02 0066 00",
        "00 B0 00 00 20",
        "00 20 00 81",
        "00 A4 00 0C",
        "00 A4 04 00 07 564954414D494E 00",
    ];
    let commands = commands.map(bytes);
    let mut answer = Answer::new();
    let mut send_all = || commands.iter().for_each(|command| card.chip.transmit(command, &mut answer).expect("power"));
    send_all();
    assert_eq!(allocation_counter::measure(send_all).count_total, 0);
}

#[test]
fn nothing_secret_shows_when_a_session_is_printed() {
    let mut card = card(Protocol::T1);
    let terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x0C);
    let shown = format!("{:?} {:?} {:?}", terminal.session, card.chip, card.chip.core.channels);
    assert!(shown.contains("TripleDes"), "{shown}");
    for key in keys::TRIPLE_DES {
        let listed: Vec<_> = key.iter().map(|byte| format!("{byte}")).collect();
        assert!(!shown.contains(&text(&key)) && !shown.contains(&listed.join(", ")));
    }
}
