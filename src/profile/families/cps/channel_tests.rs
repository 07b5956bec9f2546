//! Both cards on several channels, under classes that ask for secure messaging, and with commands in parts.

use std::{path::Path, sync::OnceLock};

use hex_literal::hex;
use proptest::prelude::*;
use virtuale_engine::{Card, Interface, Protocol, Response, StatusWord, ins::Ins};

use super::tests::{OPTIONS, with};
use crate::profile::{Profile, VirtualCard, families::Families};

/// The two cards by their names.
const CARDS: [&str; 2] = ["cps-lefevre", "cps4-lefevre"];

const RIGHT: [u8; 4] = *b"1234";
const WRONG: [u8; 4] = *b"9999";

fn load(name: &str) -> Profile {
    Families::built_in().load(Path::new(name), &OPTIONS).unwrap_or_else(|error| panic!("{error}"))
}

/// A card with channels 0 to 3 open, the MF selected on each.
fn opened(name: &str) -> VirtualCard {
    static PROFILES: OnceLock<[Profile; 2]> = OnceLock::new();
    let profiles = PROFILES.get_or_init(|| CARDS.map(load));
    let index = CARDS.iter().position(|&card| card == name).expect("one of the two");
    let mut card = profiles[index].card();
    card.power_up(Interface::Contact).expect("an answer to reset");
    for channel in 1..4 {
        assert_eq!(status(&mut card, &[0x00, 0x70, 0x00, channel, 0x00]), StatusWord::SUCCESS);
    }
    card
}

fn status(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("power");
    response.status().expect("a status word")
}

fn plays(card: &mut dyn Card, exchanges: &[(&[u8], u16)]) {
    for (command, right) in exchanges {
        assert_eq!(status(card, command), StatusWord(*right), "answer to {command:02X?}");
    }
}

fn verify(channel: u8, pin: [u8; 4]) -> Vec<u8> {
    with([channel, 0x20, 0x00, 0x01], &pin)
}

/// What VERIFY without data says.
fn tries(card: &mut dyn Card, channel: u8) -> StatusWord {
    status(card, &[channel, 0x20, 0x00, 0x01, 0x00])
}

/// What reading an activity says, which the code guards.
fn read(card: &mut dyn Card, channel: u8) -> StatusWord {
    let select = with([channel, 0xA4, 0x08, 0x0C], &hex!("0001 D120"));
    assert_eq!(status(card, &select), StatusWord::SUCCESS);
    status(card, &[channel, 0xB0, 0x00, 0x00, 0x01])
}

#[test]
fn no_command_runs_whose_class_asks_for_secure_messaging() {
    for name in CARDS {
        let mut card = opened(name);
        for class in (0x04..0x10).chain(0x14..0x20) {
            for ins in 0..=u8::MAX {
                for command in [&[class, ins, 0x00, 0x01, 0x04, 0x31, 0x32, 0x33, 0x34][..], &[class, ins, 0, 1, 0]] {
                    let said = status(&mut card, command);
                    // Not all bytes are a command on T=0.
                    let is_refused = [StatusWord::SECURE_MESSAGING_NOT_SUPPORTED, StatusWord::WRONG_LENGTH];
                    assert!(is_refused.contains(&said), "{name}: {said} to {command:02X?}");
                    assert!(said == is_refused[0] || command.len() == 5, "{name}: {said} to {command:02X?}");
                }
            }
        }
        assert_eq!(tries(&mut card, 0), StatusWord::tries_left(3), "{name}");
        plays(&mut card, &[(&hex!("0C 20 00 01 04 31323334"), 0x6882), (&hex!("0C B0 00 00 01"), 0x6882)]);
        assert_eq!(tries(&mut card, 0), StatusWord::tries_left(3), "{name}");
        // A card that has the code signs nothing under such a class either.
        plays(&mut card, &[(&verify(1, RIGHT), 0x9000), (&hex!("0D 84 00 00 08"), 0x6882)]);
        plays(
            &mut card,
            &[(&with(hex!("0D 2A 9E 9A"), &[0xA5; 32]), 0x6882), (&hex!("0D 24 01 01 04 39393939"), 0x6882)],
        );
        assert_eq!(status(&mut card, &verify(1, RIGHT)), StatusWord::SUCCESS, "{name}");
    }
}

#[test]
fn only_a_whole_select_that_succeeds_opens_a_channel_of_a_cps4() {
    let mut card = load("cps4-lefevre").card();
    card.power_up(Interface::Contact).expect("an answer to reset");
    card.select_protocol(Protocol::T1).expect("it offers both");
    for (class, name) in [(0x11, &hex!("12345678")[..]), (0x12, &hex!("8025000001FF0100")), (0x11, &hex!("80250000"))] {
        let channel = class & 0x03;
        assert_eq!(status(&mut card, &with([class, 0xA4, 0x04, 0x0C], name)), StatusWord::CHANNEL_NOT_SUPPORTED);
        assert_eq!(status(&mut card, &[channel, 0x20, 0x00, 0x01]), StatusWord::CHANNEL_NOT_SUPPORTED);
    }
    plays(
        &mut card,
        &[
            // What would be the last part is a SELECT of its own.
            (&hex!("11 A4 04 0C 04 80250000"), 0x6881),
            (&hex!("01 A4 04 0C 04 01FF0100"), 0x6A82),
            (&hex!("01 20 00 01"), 0x6881),
            (&hex!("0D A4 04 0C 08 8025000001FF0100"), 0x6882),
            (&hex!("01 20 00 01"), 0x6881),
            (&hex!("01 A4 04 0C 08 8025000001FF0100"), 0x9000),
            (&hex!("01 20 00 01"), 0x63C3),
            // On the open one a name may come in parts.
            (&hex!("11 A4 04 0C 04 80250000"), 0x9000),
            (&hex!("01 A4 04 0C 04 01FF0100"), 0x9000),
        ],
    );
}

#[test]
fn long_data_may_come_in_parts_and_codes_may_not() {
    let in_parts = |name| {
        let mut card = opened(name);
        let mut taken = Vec::new();
        for ins in 0..=u8::MAX {
            match status(&mut card, &[0x11, ins, 0x00, 0x00, 0x01, 0x00]) {
                StatusWord::SUCCESS => taken.push(Ins(ins)),
                StatusWord::CHAINING_NOT_SUPPORTED | StatusWord::INSTRUCTION_NOT_SUPPORTED => {}
                // A part with data of a command that expects is none on T=0.
                said => assert_eq!(said, StatusWord::WRONG_LENGTH, "{name}: {ins:02X}"),
            }
        }
        for code in [Ins::VERIFY, Ins::CHANGE_REFERENCE_DATA, Ins::RESET_RETRY_COUNTER] {
            let said = status(&mut card, &[0x11, code.0, 0x00, 0x01, 0x04, 0x31, 0x32, 0x33, 0x34]);
            assert_eq!(said, StatusWord::CHAINING_NOT_SUPPORTED, "{name}: {code}");
        }
        taken
    };
    let files = [
        Ins::SELECT,
        Ins::READ_BINARY_ODD,
        Ins::UPDATE_BINARY,
        Ins::UPDATE_BINARY_ODD,
        Ins::UPDATE_RECORD,
        Ins::APPEND_RECORD,
    ];
    let fourth = [&[Ins::PERFORM_SECURITY_OPERATION][..], &files].concat();
    assert_eq!(in_parts("cps4-lefevre"), fourth);
    let mut third = [&fourth[..], &[Ins::EXTERNAL_AUTHENTICATE, Ins::PUT_DATA_ODD]].concat();
    third.sort_by_key(|ins| ins.0);
    assert_eq!(in_parts("cps-lefevre"), third);
}

#[test]
fn a_code_that_was_blocked_elsewhere_proves_nothing() {
    for name in CARDS {
        let mut card = opened(name);
        plays(&mut card, &[(&verify(1, RIGHT), 0x9000)]);
        assert_eq!(read(&mut card, 1), StatusWord::SUCCESS);
        for left in [0x63C2, 0x63C1] {
            plays(&mut card, &[(&verify(0, WRONG), left)]);
            assert_eq!((tries(&mut card, 1), read(&mut card, 1)), (StatusWord::SUCCESS, StatusWord::SUCCESS), "{name}");
        }
        plays(&mut card, &[(&verify(0, WRONG), 0x63C0)]);
        assert_eq!(tries(&mut card, 1), StatusWord::METHOD_BLOCKED, "{name}");
        assert_eq!(read(&mut card, 1), StatusWord::SECURITY_NOT_SATISFIED, "{name}");
        assert_eq!(status(&mut card, &verify(1, RIGHT)), StatusWord::METHOD_BLOCKED, "{name}");
    }
    let mut third = opened("cps-lefevre");
    plays(&mut third, &[(&verify(1, RIGHT), 0x9000)]);
    plays(&mut third, &[(&verify(0, WRONG), 0x63C2), (&verify(0, WRONG), 0x63C1), (&verify(0, WRONG), 0x63C0)]);
    plays(&mut third, &[(&hex!("01 24 00 01 08 31323334 39393939"), 0x6983)]);
    let mut fourth = opened("cps4-lefevre");
    let sign = with(hex!("01 2A 9E 9A"), &[0xA5; 32]);
    plays(&mut fourth, &[(&verify(1, RIGHT), 0x9000), (&hex!("01 22 81 B6 04 91 02 2C 90"), 0x9000), (&sign, 0x6100)]);
    plays(&mut fourth, &[(&verify(0, WRONG), 0x63C2), (&verify(0, WRONG), 0x63C1), (&verify(0, WRONG), 0x63C0)]);
    plays(&mut fourth, &[(&sign, 0x6982), (&hex!("01 24 01 01 04 39393939"), 0x6982)]);
}

#[test]
fn a_code_that_was_blocked_by_class_a0_proves_nothing_on_any_channel() {
    for name in CARDS {
        let mut card = opened(name);
        plays(&mut card, &[(&verify(0, RIGHT), 0x9000), (&verify(2, RIGHT), 0x9000)]);
        for said in [0x9804, 0x9804, 0x9840] {
            plays(&mut card, &[(&verify(0xA0, WRONG), said)]);
        }
        for channel in 0..4 {
            assert_eq!(tries(&mut card, channel), StatusWord::METHOD_BLOCKED, "{name}, channel {channel}");
        }
    }
}

#[test]
fn what_class_a0_does_not_have_is_refused_as_that_whatever_its_length() {
    for (name, protocol) in [(CARDS[0], Protocol::T0), (CARDS[1], Protocol::T0), (CARDS[1], Protocol::T1)] {
        let mut card = load(name).card();
        card.power_up(Interface::Contact).expect("an answer to reset");
        card.select_protocol(protocol).expect("it offers it");
        for ins in (0..=u8::MAX).filter(|ins| ![0x20, 0xA4, 0xB0, 0xC0].contains(ins)) {
            for command in [&[0xA0, ins, 0, 0][..], &[0xA0, ins, 0, 1, 0x10], &[0xA0, ins, 0, 0, 2, 0x3F, 0x00]] {
                assert_eq!(status(&mut card, command), StatusWord::INSTRUCTION_NOT_SUPPORTED, "{name}: {command:02X?}");
            }
        }
    }
    // So are commands on keys that a CPS4 does not have.
    let mut card = opened(CARDS[1]);
    for command in [&hex!("00 88 00 00 10"), &hex!("00 CB 3F FF 10"), &hex!("00 DB 3F FF 10"), &hex!("00 82 00 00 10")]
    {
        assert_eq!(status(&mut card, command), StatusWord::INSTRUCTION_NOT_SUPPORTED, "{command:02X?}");
    }
}

#[test]
fn no_other_class_finds_what_class_a0_has() {
    for name in CARDS {
        let mut card = opened(name);
        for path in [&hex!("7F00")[..], &hex!("7F01"), &hex!("4010"), &hex!("7F00 7F01 4000"), &hex!("7F00 4010")] {
            for (p1, path) in [(0x08, path.to_vec()), (0x09, path.to_vec()), (0x09, [&hex!("3F00"), path].concat())] {
                let said = status(&mut card, &with([0x00, 0xA4, p1, 0x0C], &path));
                assert_eq!(said, StatusWord::FILE_NOT_FOUND, "{name}: {path:02X?}");
            }
        }
    }
    // Nor does it where the side's name was selected, which is that of an empty application.
    let mut card = opened(CARDS[1]);
    assert_eq!(status(&mut card, &hex!("00 A4 04 0C 08 8025000001FF0002")), StatusWord::SUCCESS);
    for command in [&hex!("00 A4 02 0C 02 4010"), &hex!("00 A4 01 0C 02 7F01"), &hex!("00 A4 00 0C 02 4010")] {
        assert_eq!(status(&mut card, command), StatusWord::FILE_NOT_FOUND, "{command:02X?}");
    }
    assert_eq!(status(&mut card, &hex!("A0 A4 00 00 02 4010")), StatusWord(0x9F0F));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// What is done is on channels 0 to 3, and by class A0, which shares what is proved with channel 0.
    #[test]
    fn a_blocked_code_is_proved_nowhere(
        name in prop::sample::select(CARDS.to_vec()),
        steps in prop::collection::vec((prop::sample::select(vec![0_u8, 1, 2, 3, 0xA0]), any::<bool>()), 1..24),
    ) {
        let mut card = opened(name);
        let (mut left, mut proved) = (3_u8, [false; 4]);
        for (class, is_right) in steps {
            status(&mut card, &verify(class, if is_right { RIGHT } else { WRONG }));
            let channel = if class == 0xA0 { 0 } else { usize::from(class) };
            match (left, is_right) {
                (0, _) => {}
                (_, true) => (left, proved[channel]) = (3, true),
                (_, false) => (left, proved[channel]) = (left - 1, false),
            }
            if left == 0 {
                proved = [false; 4];
            }
            for (channel, &proved) in (0_u8..).zip(&proved) {
                let right = match (proved, left) {
                    (true, _) => StatusWord::SUCCESS,
                    (false, 0) => StatusWord::METHOD_BLOCKED,
                    (false, left) => StatusWord::tries_left(left),
                };
                prop_assert_eq!(tries(&mut card, channel), right, "{} {}", name, channel);
                let may = if proved { StatusWord::SUCCESS } else { StatusWord::SECURITY_NOT_SATISFIED };
                prop_assert_eq!(read(&mut card, channel), may, "{} {}", name, channel);
            }
        }
    }
}
