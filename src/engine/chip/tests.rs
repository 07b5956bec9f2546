//! What a chip does with any command: protocols, classes, channels, chains, applets, power.

use alloc::{boxed::Box, string::String, sync::Arc, vec, vec::Vec};
use core::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::Context;
use crate::{
    Atr, Card, Chip, ChipImage, Fault, Interface, Protocol, Reset, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome, Stop},
    class::{Class, SecureMessaging},
    commands,
    fs::Kind,
    image::{FileIndex, FileKind, ObjectKind, PublicKey},
    ins::Ins,
    platform::{Forgetful, Sink},
    security::{Method, SeNumber},
    testing::{
        Tester, Torn, VITALE, VITAMIN, bytes, image,
        keys::{card_of, keyed_image},
        name_applet, platform, rule, text,
    },
};

const TOY: (&str, &str) = ("00 A4 00 0C 02 0001", "9000");

/// INS 01 answers P1-P2 bytes, 02 its data, 03 proves a PIN in SE P2, 04 writes P1 times into the file 0066 and
/// commits after each, then once more without, 05 is 04 with an error at its end. Reads class BC as its own.
struct Toy {
    told: Told,
}

impl Toy {
    fn write(command: &Apdu<'_>, context: &mut Context<'_>) -> Result<(), Stop> {
        let Kind::Transparent(span) = context.core.files.file(FileIndex(8)).kind else { return Ok(()) };
        for count in 1..=command.p1() {
            context.core.memory.write(span, &[count]);
            context.commit()?;
        }
        context.core.memory.write(span, &[0xEE]);
        Ok(())
    }
}

impl Applet for Toy {
    fn read_class(&self, cla: u8) -> Option<Class> {
        match cla {
            0xBC => Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None }),
            _ => Class::interindustry(cla),
        }
    }

    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        if ins == Ins(0x02) { Ok(()) } else { commands::check_chaining(ins) }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        match command.ins() {
            Ins(0x01) => response.extend(&vec![0x5A; usize::from(command.p1_p2())]),
            Ins(0x02) => response.extend(command.data()),
            Ins(0x03) => {
                context.security().prove(Method::User, SeNumber::new(command.p2()).ok_or(StatusWord::WRONG_P1_P2)?);
            }
            Ins(0x04) => Self::write(command, context)?,
            Ins(0x05) => {
                Self::write(command, context)?;
                response.push(0);
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
            }
            _ => return commands::process(command, context, response),
        }
        Ok(StatusWord::SUCCESS)
    }

    fn deselect(&mut self, channel: u8) {
        assert!(channel < 4);
        self.told[0].fetch_add(1, Ordering::Relaxed);
    }

    fn reset(&mut self) {
        self.told[1].fetch_add(1, Ordering::Relaxed);
    }
}

/// Fails the test if anybody calls it while it is not selected.
struct Unselected;

impl Applet for Unselected {
    fn read_class(&self, _: u8) -> Option<Class> {
        panic!("it is not selected")
    }

    fn process(&mut self, _: &Apdu<'_>, _: &mut Context<'_>, _: &mut Response) -> Outcome {
        panic!("it is not selected")
    }

    fn deselect(&mut self, _: u8) {
        panic!("it was not selected")
    }
}

/// What a toy was told: deselections and resets.
type Told = Arc<[AtomicUsize; 2]>;

/// The image of a card whose DF 0001 has a toy, and whose DF 0002 nobody may select.
fn toy_image() -> ChipImage {
    let mut image = image();
    name_applet(&mut image, VITALE, "toy");
    name_applet(&mut image, VITAMIN, "unselected");
    image
}

fn toy_card(image: ChipImage, protocol: Protocol, sink: impl Sink + 'static) -> (Tester, Told) {
    let told = Told::default();
    let applets = |name: &str| -> Option<Box<dyn Applet>> {
        match name {
            "toy" => Some(Box::new(Toy { told: told.clone() })),
            "unselected" => Some(Box::new(Unselected)),
            _ => None,
        }
    };
    (Tester::of(image, protocol, &applets, sink), told)
}

/// A card with its toy selected.
fn toy(protocol: Protocol) -> Tester {
    let (mut card, _) = toy_card(toy_image(), protocol, Forgetful);
    card.plays(&[TOY]);
    card
}

#[test]
fn unknown_classes_and_instructions_are_refused() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = Tester::new(protocol);
        for cla in (0x20..0x40).chain(0x80..=0xFF) {
            assert_eq!(card.send(&text(&[cla, 0xA4, 0x00, 0x0C])), "6E00", "class {cla:02X}");
        }
        card.plays(&[("00 99 00 00", "6D00"), ("00 20 00 81", "6D00"), ("00 CB 3F FF 03 5C 01 7E", "6D00")]);
        card.plays(&[
            ("0C A4 00 0C", "6882"),
            ("60 A4 00 0C", "6881"),
            ("00 A4", "6700"),
            ("", "6700"),
            ("E0", "6E00"),
        ]);
    }
}

#[test]
fn the_class_of_an_applet_is_its_own_and_chains_nothing() {
    // BC has the bit that chains in interindustry classes [MINITEL-LECAM 18].
    let (mut card, _) = toy_card(toy_image(), Protocol::T0, Forgetful);
    card.plays(&[("BC 01 00 02 02", "6E00"), TOY, ("BC 01 00 02 02", "5A5A 9000"), ("BC B0 82 00 01", "00 9000")]);
    card.plays(&[("A0 01 00 02 02", "6E00"), ("9C 01 00 02 02", "6E00")]);
}

#[test]
fn an_applet_is_lent_to_the_dfs_below() {
    let mut card = toy(Protocol::T1);
    card.plays(&[("00 A4 00 0C 02 0010", "9000"), ("00 02 00 00 01 AA 00", "AA 9000"), ("00 A4 00 0C", "9000")]);
    card.plays(&[("00 02 00 00 01 AA 00", "6D00")]);
}

#[test]
fn applets_learn_that_they_are_left_and_that_the_card_was_reset() {
    let (mut card, told) = toy_card(toy_image(), Protocol::T1, Forgetful);
    let counts = || [told[0].load(Ordering::Relaxed), told[1].load(Ordering::Relaxed)];
    assert_eq!(counts(), [0, 1]);
    card.plays(&[TOY, ("00 A4 00 0C 02 0010", "9000"), TOY, ("00 A4 04 0C 01 99", "6A82")]);
    assert_eq!(counts(), [0, 1]);
    card.plays(&[("00 A4 00 0C", "9000"), ("00 70 00 01", "9000"), ("01 A4 00 0C 02 0001", "9000")]);
    assert_eq!(counts(), [1, 1]);
    card.plays(&[("00 70 80 01", "9000")]);
    assert_eq!(counts(), [2, 1]);
    card.chip.reset().expect("an ATR");
    assert_eq!(counts(), [2, 2]);
}

#[test]
fn what_was_proved_is_forgotten_with_the_df() {
    let mut image = toy_image();
    image.files[8].contact = rule(&[0x01, 0x13]);
    let (mut card, _) = toy_card(image, Protocol::T1, Forgetful);
    card.plays(&[
        TOY,
        ("00 B0 82 00 01", "6982"),
        ("00 03 00 04", "9000"),
        ("00 B0 82 00 01", "6982"),
        ("00 03 00 03", "9000"),
        ("00 B0 82 00 01", "00 9000"),
        TOY,
        ("00 B0 82 00 01", "00 9000"),
        ("00 70 00 01", "9000"),
        ("01 A4 00 0C 02 0001", "9000"),
        ("01 B0 82 00 01", "6982"),
        ("00 A4 00 0C", "9000"),
        TOY,
        ("00 B0 82 00 01", "6982"),
    ]);
}

#[test]
fn parts_are_joined_into_one_command() {
    toy(Protocol::T1).plays(&[
        ("10 02 00 00 02 0102", "9000"),
        ("10 02 00 00 01 03", "9000"),
        ("00 02 00 00 01 04 00", "01020304 9000"),
        ("00 02 00 00 01 05 00", "05 9000"),
        ("10 02 00 00 01 06", "9000"),
        ("00 02 00 00 00", "06 9000"),
    ]);
}

#[test]
fn anything_else_in_between_ends_a_chain() {
    const PART: (&str, &str) = ("10 02 00 00 01 AA", "9000");
    let between = [
        ("00 B0 82 00 01", "00 9000"),
        ("00 02 00 01 00", "9000"),
        ("10 02 00 01 01 BB", "9000"),
        ("1C 02 00 00 01 BB", "6882"),
        ("0C 02 00 00 01 CC 00", "6882"),
        ("10 B0 82 00 01", "6884"),
        ("10 99 00 00", "6D00"),
        ("E0 02 00 00", "6E00"),
        ("01 02 00 00", "6881"),
        ("00 02 00", "6700"),
    ];
    for (command, response) in between {
        toy(Protocol::T1).plays(&[PART, (command, response), ("00 02 00 00 01 CC 00", "CC 9000")]);
    }
    let mut card = toy(Protocol::T1);
    card.plays(&[PART]);
    card.chip.reset().expect("an ATR");
    card.chip.select_protocol(Protocol::T1).expect("offered");
    card.plays(&[TOY, ("00 02 00 00 01 CC 00", "CC 9000")]);
}

#[test]
fn no_protected_command_runs_where_there_is_no_secure_messaging() {
    // An applet that knows none, and one that does on a card that has nobody's keys.
    let mut keyless = keyed_image();
    for df in [FileIndex::MF, VITALE] {
        let FileKind::Directory(directory) = &mut keyless.files[df.0].kind else { panic!("a DF") };
        directory.security.objects.retain(|object| match &object.kind {
            ObjectKind::Pin(_) | ObjectKind::PrivateKey(_) => true,
            ObjectKind::PublicKey(key) => matches!(key, PublicKey::OfPair),
            ObjectKind::KeySet(_) => false,
        });
    }
    for protected in [0x04, 0x08, 0x0C] {
        for ins in 0..=u8::MAX {
            let mut keyless = card_of(keyless.clone(), Protocol::T1, Forgetful);
            for card in [&mut toy(Protocol::T1), &mut keyless] {
                for part in [0x00, 0x10] {
                    let command = [protected | part, ins, 0x00, 0x81, 0x04, 0x31, 0x32, 0x33, 0x34];
                    assert_eq!(card.send(&text(&command)), "6882", "{command:02X?}");
                }
            }
            assert_eq!(keyless.send("00 20 00 81"), "63C3");
        }
    }
    let mut card = card_of(keyless, Protocol::T1, Forgetful);
    card.plays(&[("00 70 00 01", "9000"), ("0D 20 00 01", "6882"), ("0E 20 00 01", "6881"), ("0C 20", "6700")]);
}

#[test]
fn a_chain_is_bounded() {
    let mut card = toy(Protocol::T1);
    let part = String::from("10 02 00 00 00 8000") + &"AA".repeat(32_768);
    card.plays(&[(&part, "9000"), (&part, "6700"), ("00 02 00 00 01 CC 00", "CC 9000")]);
}

#[test]
fn long_answers_wait_for_get_response() {
    for (length, first) in [("0100", "9000"), ("0101", "6101"), ("0200", "6100"), ("01FF", "61FF")] {
        let mut card = toy(Protocol::T1);
        let response = card.send(&["00 01", length, "00"].concat());
        assert!(response.len() == 2 * 258 && response.ends_with(first), "{length}");
    }
    let mut card = toy(Protocol::T0);
    card.plays(&[("00 02 00 00 02 AABB", "6102"), ("00 C0 00 00 02", "AABB 9000")]);
    let response = card.send("00 01 01 18 00");
    assert!(response.len() == 2 * 258 && response.ends_with("6118"));
    assert_eq!(card.send("00 C0 00 00 18"), "5A".repeat(24) + "9000");
}

#[test]
fn an_extended_answer_is_as_long_as_can_be() {
    let mut card = toy(Protocol::T1);
    assert_eq!(card.send("00 01 FFFF 00 0000"), "5A".repeat(65_535) + "9000");
    card.plays(&[("00 01 00 03", "9000")]);
}

#[test]
fn the_protocol_is_agreed_on_after_a_reset() {
    let mut card = Tester::new(Protocol::T1);
    assert_eq!(card.chip.select_protocol(Protocol::T0), Ok(()));
    card.plays(&[("00 A4 02 00 02 D001", "611E")]);
    assert_eq!(card.chip.select_protocol(Protocol::T0), Ok(()));
    assert_eq!(card.chip.select_protocol(Protocol::T1), Err(Fault::ProtocolRefused));
    card.chip.reset().expect("an ATR");
    card.plays(&[("00 C0 00 00 1E", "6985"), ("00 A4 02 00 02 D001", "611E")]);
    card.chip.power_off();
    assert_eq!(card.chip.select_protocol(Protocol::T0), Err(Fault::Unpowered));
    assert_eq!(card.try_send("00 A4 00 0C"), Err(Fault::Unpowered));
    let mut t0 = image();
    t0.atr = Atr::parse(&bytes("3B 75 13 00 00 44 09 EA 90 00")).expect("a public ATR");
    let mut chip = Chip::new(&t0, &|_| None, platform(Forgetful)).expect("a good image");
    chip.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(chip.select_protocol(Protocol::T1), Err(Fault::ProtocolRefused));
}

#[test]
fn a_reset_forgets_selections_and_channels() {
    for kind in [Reset::Cold, Reset::Warm] {
        let mut card = Tester::new(Protocol::T0);
        card.plays(&[("00 70 00 01 00", "9000"), ("00 A4 08 0C 04 0001 2001", "9000")]);
        kind.apply(&mut card.chip, Interface::Contact).expect("an ATR");
        card.plays(&[("00 B0 00 00 01", "6986"), ("00 B0 82 7B 01", "7B 9000"), ("01 A4 00 0C", "6881")]);
    }
}

/// What the file 0066 begins with after a reset.
fn first_byte(card: &mut Tester) -> String {
    card.chip.power_up(Interface::Contact).expect("an ATR");
    card.plays(&[("00 A4 00 0C 02 0001", "9000")]);
    card.send("00 B0 82 00 01")
}

#[test]
fn a_command_keeps_what_it_committed_and_nothing_else() {
    for (command, response) in [("00 04 03 00", "9000"), ("00 05 03 00", "6985")] {
        let mut card = toy(Protocol::T1);
        card.plays(&[(command, response), ("00 B0 82 00 01", "03 9000")]);
        assert_eq!(first_byte(&mut card), "039000");
    }
}

#[test]
fn a_card_torn_at_any_commit_has_what_came_before() {
    for good in 0..3 {
        let (mut card, _) = toy_card(toy_image(), Protocol::T1, Torn::after(good));
        card.plays(&[TOY]);
        assert_eq!(card.try_send("00 04 03 00"), Err(Fault::PowerLost));
        assert_eq!(card.try_send("00 B0 82 00 01"), Err(Fault::Unpowered));
        assert_eq!(first_byte(&mut card), text(&[u8::try_from(good).expect("small"), 0x90, 0x00]));
    }
}

#[test]
fn selecting_and_reading_allocate_nothing() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = Tester::new(protocol).chip;
        let commands = [
            "00 A4 04 00 0B D250000002564954414C45 00",
            "00 C0 00 00 00",
            "00 A4 02 00 02 2001 00",
            "00 B0 00 00 C8",
            "00 B0 82 00 00",
            "00 A4 04 00 07 564954414D494E 00",
            "00 B2 01 0D 00",
            "00 CA 5F 24 00",
        ];
        let commands = commands.map(bytes);
        let mut response = Response::new();
        let mut send_all = || commands.iter().for_each(|command| card.transmit(command, &mut response).expect("power"));
        // The first round makes room for what waits.
        send_all();
        let counted = allocation_counter::measure(send_all);
        assert_eq!(counted.count_total, 0, "{protocol:?}");
    }
}

#[test]
fn two_cards_side_by_side_know_nothing_of_each_other() {
    let (mut one, mut other) = (Tester::new(Protocol::T1), Tester::new(Protocol::T0));
    one.plays(&[("00 A4 08 0C 04 0001 2001", "9000"), ("00 D6 00 00 01 EE", "9000")]);
    other.plays(&[("00 B0 00 00 01", "6986"), ("00 A4 08 0C 04 0001 2001", "9000"), ("00 B0 00 00 01", "00 9000")]);
    one.plays(&[("00 B0 00 00 01", "EE 9000")]);
}

#[test]
fn public_readers_read_the_card() {
    // [RUFUS-VITALE sequence] [CARDVITALREAD-NODE sequence] [CARDPEEK-VITALE2 reading] [RUN-OPENSC probes]
    let mut card = Tester::new(Protocol::T0);
    let identity: Vec<u8> = (0..124).collect();
    let nirs: Vec<u8> = (0..40).collect();
    let pointers: Vec<u8> = (0..=255).cycle().take(300).collect();
    card.plays(&[
        ("00A4000002 3F00", "9000"),
        ("00B0820000", &(text(&identity) + "9000")),
        ("00A404000B D250000002564954414C45", "6124"),
        ("00B0820000", &(text(&nirs) + "9000")),
        ("00A404000E D2500000024D465F564954414C45 00", "6127"),
        ("00A4020002 D001 00", "611E"),
        ("00C000001E", "621C 8002007C 820101 8302D001 880110 A109 8C07 7BFFFFFFFF0000 8A0105 9000"),
        ("00B000007C", &(text(&identity) + "9000")),
        ("00A404000B D250000002564954414C45 00", "6124"),
        ("00A4020002 2001 00", "611D"),
        ("00B0000000", &(text(&pointers[..256]) + "9000")),
        ("00B0010000", &(text(&pointers[256..]) + "9000")),
        ("00B2010400", "6981"),
        ("00A404000F E828BD080FD2500000044164E86C65", "6A82"),
        ("00A4040007 A0000000790100", "6A82"),
        ("00CADF30", "6D00"),
        ("00CB3FFF03 5C017E", "6D00"),
    ]);
}

/// A command that a card may understand, or any bytes at all.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let known = [0xA4, 0xB0, 0xB1, 0xB2, 0xC0, 0xCA, 0xD6, 0xD7, 0xDC, 0xE2, 0x70, 0x01, 0x02, 0x03];
    let cla = prop_oneof![4 => Just(0x00_u8), 1 => 0x01..0x14_u8, 1 => any::<u8>()];
    let parameter = prop_oneof![Just(0x00_u8), 0x00..0x0F_u8, 0x80..0x84_u8, any::<u8>()];
    let objects =
        prop::sample::select(vec!["540100", "5400", "540101530155", "D001", "0001", "2001", "D250000002", "0022"]);
    let data = prop_oneof![
        2 => Just(Vec::new()),
        2 => objects.prop_map(bytes),
        1 => proptest::collection::vec(any::<u8>(), 1..9)
    ];
    let command =
        (cla, prop::sample::select(known.to_vec()), [parameter.clone(), parameter], data, any::<Option<u8>>());
    let command = command.prop_map(|(cla, ins, [p1, p2], data, le)| {
        let lc = u8::try_from(data.len()).ok().filter(|&lc| lc != 0);
        [vec![cla, ins, p1, p2], lc.into_iter().collect(), data, le.into_iter().collect()].concat()
    });
    prop_oneof![6 => command, 1 => proptest::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #[test]
    fn any_commands_get_plausible_answers(commands in proptest::collection::vec(any_command(), 1..60), t0: bool) {
        let protocol = if t0 { Protocol::T0 } else { Protocol::T1 };
        let mut image = image();
        name_applet(&mut image, FileIndex::MF, "toy");
        let (mut card, _) = toy_card(image, protocol, Forgetful);
        for command in commands {
            let mut response = Response::new();
            card.chip.transmit(&command, &mut response).expect("power");
            let status = response.status().expect("a status word");
            prop_assert!(matches!(status.0 >> 8, 0x61..=0x6F | 0x90), "{status} to {command:02X?}");
            prop_assert!(!t0 || response.len() <= 258);
        }
    }
}
