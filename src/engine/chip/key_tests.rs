//! Sequences of commands on PINs and keys, and that reading beside them stays free of allocation.

use alloc::{boxed::Box, format, string::String, vec, vec::Vec};

use proptest::prelude::*;

use crate::{
    Card, Protocol, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::Class,
    commands,
    ins::Ins,
    instruction::Instruction,
    platform::Forgetful,
    testing::{
        Tester, Torn, bytes,
        keys::{self, SELECT, VERIFY, card, card_of, keyed_image},
        terminal::{Terminal, aes_128, challenge, prove, triple_des},
        text,
    },
};

/// A command that goes on from what others left: PINs, templates, hashes, challenges, selections.
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
        let mut response = Response::new();
        for command in commands {
            card.chip.transmit(&command, &mut response).expect("power");
            let status = response.status().expect("a status word");
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
            let response = card.send(&text(&sealed));
            // The command itself may have ended the session, by leaving the application or beginning another one.
            if response == "6A88" {
                break;
            }
            let status = &response[response.len() - 4..];
            prop_assert!(!status.starts_with("6F"), "{status} to {command:02X?}");
            if !status.starts_with("61") {
                terminal.open(&response);
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
        let mut response = Response::new();
        for command in commands {
            // Whoever gives the PIN, its PUK or a key set that may replace it, may read.
            let proves = [&b"1234"[..], b"12345678"].iter().any(|pin| {
                command.windows(pin.len()).any(|window| window == *pin)
            });
            if !proves {
                card.chip.transmit(&command, &mut response).expect("power");
            }
        }
        card.plays(&[SELECT]);
        card.chip.transmit(&bytes("00 B0 82 00 01"), &mut response).expect("power");
        let refused = [StatusWord::SECURITY_NOT_SATISFIED, StatusWord::CONDITIONS_NOT_SATISFIED];
        prop_assert!(response.status().is_some_and(|status| refused.contains(&status)));
    }
}

/// A card that is to be proved key set 1, its challenge drawn in clear, and the proof.
fn challenged() -> (Tester, Vec<u8>) {
    let mut card = card(Protocol::T1);
    card.plays(&[("00 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
    let proof = prove(&triple_des(), &challenge(&mut card));
    (card, proof)
}

fn external_authenticate(cla: u8, data: &[u8]) -> String {
    let length = u8::try_from(data.len()).expect("a short command");
    text(&[&[cla, 0x82, 0x00, 0x00, length], data].concat())
}

#[test]
fn whatever_comes_next_ends_a_challenge() {
    let ending = [
        ("10 DB 3F FF 02 7000", "9000"),
        ("10 20 00 81 02 3132", "6884"),
        ("00 B0 82 00 01 02 03", "6700"),
        ("", "6700"),
        ("E0 B0 82 00 01", "6E00"),
        ("0C B0 82 00 01", "6A88"),
        ("08 B0 82 00 01", "6882"),
    ];
    for exchange in ending {
        let (mut card, proof) = challenged();
        card.plays(&[exchange, (&external_authenticate(0x00, &proof), "6985")]);
    }
    let too_long = format!("10 82 00 00 00 FFFF {}", "00".repeat(65_535));
    let (mut card, proof) = challenged();
    let part = ("10 82 00 00 01 00", "9000");
    card.plays(&[part, (&too_long, "6700"), (&external_authenticate(0x00, &proof), "6985")]);
    let (mut card, proof) = challenged();
    let last = too_long.replacen("10", "00", 1);
    card.plays(&[part, (&last, "6700"), (&external_authenticate(0x00, &proof), "6985")]);
    for exchange in [("00 C0 00 00 01", "6985"), ("01 B0 82 00 01", "6881")] {
        let (mut card, proof) = challenged();
        card.plays(&[exchange, (&external_authenticate(0x00, &proof), "9000")]);
    }
}

#[test]
fn a_proof_may_come_in_parts() {
    let (mut card, proof) = challenged();
    let [first, second, last] = [(0x10, 0..9), (0x10, 9..20), (0x00, 20..proof.len())]
        .map(|(cla, part)| external_authenticate(cla, &proof[part]));
    card.plays(&[(&first, "9000"), (&second, "9000"), (&last, "9000")]);
    let (mut card, proof) = challenged();
    let first = external_authenticate(0x10, &proof[..9]);
    card.plays(&[(&first, "9000"), ("00 B0", "6700"), (&external_authenticate(0x00, &proof), "6985")]);
}

#[test]
fn a_protected_proof_may_come_in_parts() {
    let begin = || {
        let mut card = card(Protocol::T1);
        let mut terminal = Terminal::authenticate(&mut card, &aes_128(), 0x82, 0x8C);
        assert_eq!(terminal.send(&mut card, "0C 22 81 A4", "80011C 830181", None), "9000");
        let challenge = bytes(&terminal.send(&mut card, "0C 84 00 00", "", Some(8)));
        (card, terminal, text(&prove(&triple_des(), &challenge[..8])))
    };
    let (mut card, mut terminal, proof) = begin();
    let (first, last) = proof.split_at(20);
    assert_eq!(terminal.send(&mut card, "1C 82 00 00", first, None), "9000");
    assert_eq!(terminal.send(&mut card, "0C 82 00 00", last, None), "9000");
    for (header, data, status) in [("1C DB 3F FF", "7000", "9000"), ("1C 20 00 81", "31", "6884")] {
        let (mut card, mut terminal, proof) = begin();
        assert_eq!(terminal.send(&mut card, header, data, None), status);
        assert_eq!(terminal.send(&mut card, "0C 82 00 00", &proof, None), "6985");
    }
    // A command that cannot be opened ends the challenge with the session.
    let (mut card, _, proof) = begin();
    card.plays(&[("0C B0 82 00 01", "6987"), (&external_authenticate(0x00, &bytes(&proof)), "6985")]);
}

#[test]
fn reading_beside_codes_and_keys_allocates_nothing() {
    let mut card = card(Protocol::T1);
    card.plays(&[VERIFY]);
    let commands = [
        "00 A4 04 00 0B D250000002564954414C45 00",
        "00 A4 02 00 02 0066 00",
        "00 B0 00 00 20",
        "00 20 00 81",
        "00 A4 00 0C",
        "00 A4 04 00 07 564954414D494E 00",
    ];
    let commands = commands.map(bytes);
    let mut response = Response::new();
    let mut send_all =
        || commands.iter().for_each(|command| card.chip.transmit(command, &mut response).expect("power"));
    send_all();
    assert_eq!(allocation_counter::measure(send_all).count_total, 0);
}

/// Looks at its context after every command: when a protected part has come, it has five bytes, none of them shown.
struct Watched;

impl Applet for Watched {
    fn read_class(&self, cla: u8) -> Option<Class> {
        commands::read_class_protected(cla)
    }

    fn takes_protected(&self) -> bool {
        true
    }

    fn instruction(&self, _: u8, ins: Ins) -> Option<&'static Instruction> {
        commands::instruction_with_keys(ins)
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let outcome = commands::process_protected(command, context, response, commands::process_with_keys);
        let shown = format!("{context:?}");
        assert_eq!(shown.contains("data: 5 bytes"), command.cla() == 0x1C, "{shown}");
        assert!(!shown.contains("55, 54, 55, 54") && !shown.contains("37363736"), "{shown}");
        outcome
    }
}

#[test]
fn nothing_secret_shows_when_a_context_is_printed_in_a_chain() {
    let applets = |_: &str| Some(Box::new(Watched) as Box<dyn Applet>);
    let mut card = Tester::of(keyed_image(), Protocol::T1, &applets, Forgetful);
    card.plays(&[SELECT]);
    let mut terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x8C);
    assert_eq!(terminal.send(&mut card, "1C DB 3F FF", "70 37363736", None), "9000");
    assert_eq!(terminal.send(&mut card, "0C 20 00 81", "", None), "63C3");
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

#[test]
fn a_commit_that_finds_no_room_is_refused_and_changes_nothing() {
    let full = |good| card_of(keyed_image(), Protocol::T1, Torn::full_after(good));
    const LEFT: &str = "00 20 00 81";
    // The first commit of VERIFY spends a try, the second one gives it back.
    let mut card = full(0);
    card.plays(&[(VERIFY.0, "6581"), (LEFT, "63C3"), VERIFY, (LEFT, "9000")]);
    let mut card = full(1);
    card.plays(&[(VERIFY.0, "6581"), (LEFT, "63C2"), ("00 B0 82 00 01", "6982"), VERIFY, (LEFT, "9000")]);
    let mut card = full(2);
    card.plays(&[("00 24 00 81 08 31323334 35363738", "6581"), ("00 20 00 81 04 35363738", "63C2"), VERIFY]);
    const CREATE: &str = "00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00";
    const FIND: &str = "00 A4 02 0C 02 7001";
    let mut card = full(0);
    card.plays(&[(CREATE, "6581"), (FIND, "6A82"), (CREATE, "9000"), (FIND, "9000")]);
    let mut card = full(1);
    card.plays(&[(CREATE, "9000"), ("00 E4 02 00 02 7001", "6581"), (FIND, "9000"), ("00 D6 00 00 01 AA", "9000")]);
    let mut card = full(0);
    card.plays(&[("00 A4 00 0C 02 2001", "9000"), ("00 D6 00 00 01 AA", "6581"), ("00 B0 00 00 01", "00 9000")]);
    // A reset code that could not be kept takes no proof away, and a proof of a key set is none.
    let mut card = full(2);
    card.plays(&[VERIFY, ("00 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
    let proof = prove(&triple_des(), &challenge(&mut card));
    const PUT: &str = "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737";
    card.plays(&[(&format!("00 82 00 00 18 {}", text(&proof)), "6581"), (PUT, "6982"), (LEFT, "9000"), SELECT]);
}
