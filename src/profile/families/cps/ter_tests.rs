//! The side of class `A0` under any commands, and the PIN that it has in common with the other side.

use std::{path::Path, sync::OnceLock};

use hex_literal::hex;
use jiff::civil::date;
use proptest::prelude::*;
use virtuale_engine::{Card, Interface, Response, Snapshot, StatusWord, snapshot::CHIP};

use crate::profile::{Options, Profile, VirtualCard, diagnostic::Source, families::Families};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

const HOME: u16 = 0x3F00;
const BILLING: u16 = 0x7F01;
const SITUATION: u16 = 0x4000;
const ACTIVITY: u16 = 0x4010;

const NOT_FOUND: StatusWord = StatusWord(0x9404);
const NOT_PROVED: StatusWord = StatusWord(0x9804);
const BLOCKED: StatusWord = StatusWord(0x9840);

/// All that this side says [DOPS-CRYPTOLIB CPS2ter], beside `9Fxx`.
const WORDS: [u16; 14] =
    [0x9000, 0x9240, 0x9402, 0x9404, 0x9408, 0x9802, 0x9804, 0x9808, 0x9810, 0x9840, 0x6700, 0x6B00, 0x6D00, 0x6F00];

const SERIAL: [u8; 9] = hex!("00 A4 09 0C 04 3F00 D003");
const UNBLOCK: [&[u8]; 2] = [&hex!("00 20 00 02 08 3132333435363738"), &hex!("00 2C 02 01 04 31323334")];

fn card() -> VirtualCard {
    static PROFILE: OnceLock<Profile> = OnceLock::new();
    let load =
        || Families::built_in().load(Path::new("cps-lefevre"), &OPTIONS).unwrap_or_else(|error| panic!("{error}"));
    let mut card = PROFILE.get_or_init(load).card();
    card.power_up(Interface::Contact).expect("an ATR");
    card
}

fn card_of(text: &str) -> VirtualCard {
    let source = Source { name: "c.toml".into(), text: text.into() };
    let profile = Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    card
}

fn ask(card: &mut dyn Card, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("power");
    (response.data().to_vec(), response.status().expect("a status word"))
}

fn status(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    ask(card, command).1
}

fn select(card: &mut dyn Card, fid: u16) -> StatusWord {
    let [high, low] = fid.to_be_bytes();
    status(card, &[0xA0, 0xA4, 0x00, 0x00, 0x02, high, low])
}

fn is_found(status: StatusWord) -> bool {
    status == StatusWord(0x9F0F)
}

/// What this side says to a read of what the PIN guards.
fn read_activity(card: &mut dyn Card) -> StatusWord {
    assert!(is_found(select(card, HOME)) && is_found(select(card, ACTIVITY)));
    status(card, &hex!("A0 B0 00 00 01"))
}

fn verify(class: u8, pin: [u8; 4]) -> Vec<u8> {
    [&[class, 0x20, 0x00, 0x01, 0x04][..], &pin].concat()
}

fn memory(card: &VirtualCard) -> Vec<u8> {
    let mut snapshot = Snapshot::new();
    card.save(&mut snapshot);
    snapshot.part(CHIP).expect("that of the chip").to_vec()
}

#[test]
fn each_side_finds_its_own_files_only() {
    let mut card = card();
    for (df, found) in [(HOME, [HOME, BILLING, ACTIVITY]), (BILLING, [HOME, SITUATION, BILLING])] {
        for fid in 0..=u16::MAX {
            assert!(is_found(select(&mut card, HOME)) && is_found(select(&mut card, df)));
            let right = if found.contains(&fid) { StatusWord(0x9F0F) } else { NOT_FOUND };
            assert_eq!(select(&mut card, fid), right, "{fid:04X} in {df:04X}");
        }
    }
    for path in [&hex!("7F00")[..], &hex!("7F01"), &hex!("4010"), &hex!("7F00 7F01"), &hex!("7F01 4000")] {
        for from in [&hex!("3F00")[..], &hex!("3F00 0001")] {
            let path = [from, path].concat();
            let length = u8::try_from(path.len()).expect("short");
            let command = [&[0x00, 0xA4, 0x09, 0x0C, length][..], &path].concat();
            assert_eq!(status(&mut card, &command), StatusWord::FILE_NOT_FOUND, "{path:02X?}");
        }
    }
}

#[test]
fn what_is_wrong_has_its_word() {
    let mut card = card();
    let exchanges: [(&[u8], u16); 24] = [
        // Nothing is selected but the DF, and nothing waits.
        (&hex!("A0 B0 00 00 01"), 0x9408),
        (&hex!("A0 C0 00 00 0F"), 0x6F00),
        // Lengths.
        (&hex!("A0"), 0x6700),
        (&hex!("A0 A4 00 00"), 0x6700),
        (&hex!("A0 A4 00 00 00"), 0x6700),
        (&hex!("A0 A4 00 00 01 3F"), 0x6700),
        (&hex!("A0 A4 00 00 04 3F00 7F01"), 0x6700),
        (&hex!("A0 A4 00 00 05 3F00"), 0x6700),
        (&hex!("A0 20 00 01 00"), 0x6700),
        (&hex!("A0 20 00 01 08 3132FFFF FFFFFFFF"), 0x6700),
        (&hex!("A0 20 00 01 08 3132333435363738"), 0x6700),
        (&hex!("A0 20 00 01 0A 3132 FFFFFFFF FFFFFFFF"), 0x6700),
        (&hex!("A0 B0 00 00 01 00"), 0x6700),
        // Parameters, and codes that there are not.
        (&hex!("A0 A4 04 00 02 3F00"), 0x6B00),
        (&hex!("A0 20 01 01 04 31323334"), 0x6B00),
        (&hex!("A0 20 00 00 04 31323334"), 0x9802),
        (&hex!("A0 20 00 02 08 3132333435363738"), 0x9802),
        (&hex!("A0 20 00 81 04 31323334"), 0x9802),
        // More than waits loses nothing of it, and comes from this side only.
        (&hex!("A0 A4 00 00 02 3F00"), 0x9F0F),
        (&hex!("A0 C0 00 01 0F"), 0x6B00),
        (&hex!("A0 C0 00 00 10"), 0x6700),
        (&hex!("00 C0 00 00 0F"), 0x6985),
        (&hex!("A0 C0 00 00 05"), 0x9F0A),
        (&hex!("A0 C0 00 00 0A"), 0x9000),
    ];
    for (command, right) in exchanges {
        assert_eq!(status(&mut card, command), StatusWord(right), "{command:02X?}");
    }
    assert_eq!(status(&mut card, &hex!("00 20 00 01 00")), StatusWord::tries_left(3), "a try was counted");
}

#[test]
fn no_other_class_is_of_this_side() {
    // A1 to A3 would be channels and A4, A8, AC secure messaging, if A0 were one of ISO 7816-4.
    let mut card = card();
    assert!(is_found(select(&mut card, BILLING)));
    for class in 0xA1..=0xAF {
        let commands: [&[u8]; 6] = [
            &hex!("A0 A4 00 00 02 3F00"),
            &hex!("A0 20 00 01 04 39393939"),
            &hex!("A0 C0 00 00 0F"),
            // Whatever the length.
            &hex!("A0 88 00 00 10"),
            &hex!("A0 A4 00 00 05 3F00"),
            &hex!("A0"),
        ];
        for command in commands {
            let command = [&[class], &command[1..]].concat();
            assert_eq!(status(&mut card, &command), StatusWord::INSTRUCTION_NOT_SUPPORTED, "{command:02X?}");
        }
    }
    assert!(is_found(select(&mut card, SITUATION)));
    assert_eq!(status(&mut card, &hex!("00 20 00 01 00")), StatusWord::tries_left(3));
}

#[test]
fn a_card_without_billing_or_activities_has_no_files_for_them() {
    let text =
        "layout = \"cps3\"\n[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
    let mut card = card_of(text);
    assert_eq!(select(&mut card, ACTIVITY), NOT_FOUND);
    assert!(is_found(select(&mut card, BILLING)));
    assert_eq!(select(&mut card, SITUATION), NOT_FOUND);
}

#[test]
fn over_the_antenna_there_is_no_such_side() {
    let mut card = card();
    card.power_up(Interface::Contactless).expect("an ATR");
    for command in [&hex!("A0 A4 00 00 02 3F00")[..], &hex!("A0 20 00 01 04 39393939"), &hex!("A0 C0 00 00 0F")] {
        assert_eq!(status(&mut card, command), StatusWord::INSTRUCTION_NOT_SUPPORTED, "{command:02X?}");
    }
    card.power_up(Interface::Contact).expect("an ATR");
    assert!(is_found(select(&mut card, HOME)));
    assert_eq!(status(&mut card, &hex!("00 20 00 01 00")), StatusWord::tries_left(3), "a try was counted");
}

#[test]
fn the_rights_to_sign_forms_and_lots_are_two() {
    for (forms, lots) in [(false, false), (false, true), (true, false), (true, true)] {
        let text = format!(
            "layout = \"cps3\"\n[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n[[facturation]]\n\
             finess = \"0B0307377\"\nraison_sociale = \"CENTRE\"\n\
             numero_facturation = \"999100019\"\nspecialite = \"01\"\nsigne_fse = {forms}\nsigne_lots = {lots}\n"
        );
        let mut card = card_of(&text);
        assert_eq!(status(&mut card, &verify(0xA0, *b"1234")), StatusWord::SUCCESS);
        for step in [HOME, BILLING, SITUATION] {
            assert!(is_found(select(&mut card, step)));
        }
        let (answer, _) = ask(&mut card, &hex!("A0 C0 00 00 0F"));
        let (content, _) = ask(&mut card, &[0xA0, 0xB0, 0x00, 0x00, answer[3]]);
        let right = |tag, may| [&[tag, 0x03][..], if may { b"001" } else { b"000" }].concat();
        assert!(content.ends_with(&[right(0x90, forms), right(0x91, lots)].concat()), "{content:02X?}");
    }
}

#[test]
fn situations_may_hold_at_once_and_do_not_run_backwards() {
    let situation = |fin: &str| {
        format!(
            "[[facturation]]\nfiness = \"0B0307377\"\nraison_sociale = \"CENTRE\"\n\
             numero_facturation = \"999100019\"\nspecialite = \"01\"\ndebut = \"2025-03-01\"\n{fin}"
        )
    };
    let holder = "layout = \"cps3\"\n[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\n\
                  profession = \"10\"\n";
    card_of(&format!("{holder}{}", situation("").repeat(16)));
    for (count, fin) in [(1, "fin = \"2025-02-01\"\n"), (17, "")] {
        let text = format!("{holder}{}", situation(fin).repeat(count));
        let source = Source { name: "c.toml".into(), text };
        let mistakes = Families::built_in().parse(source, None, &OPTIONS).expect_err(fin);
        assert_eq!(mistakes.0.len(), 1, "{mistakes}");
    }
}

/// Bytes that are near to a command of this side.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let ins = prop_oneof![
        4 => prop::sample::select(vec![0xA4, 0xB0, 0x20, 0xC0]),
        1 => any::<u8>(),
    ];
    let fids = [HOME, BILLING, SITUATION, ACTIVITY, 0xD003, 0x0001].map(|fid| fid.to_be_bytes().to_vec());
    let data = prop_oneof![
        3 => prop::sample::select(fids.to_vec()),
        2 => prop::sample::select(vec![b"1234".to_vec(), b"1234\xFF\xFF\xFF\xFF".to_vec(), b"4321".to_vec()]),
        2 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    let p1_p2 = prop_oneof![
        3 => prop::sample::select(vec![[0x00, 0x00], [0x00, 0x01]]),
        1 => any::<[u8; 2]>(),
    ];
    let whole = (ins, p1_p2, data, any::<Option<u8>>()).prop_map(|(ins, [p1, p2], data, p3)| {
        let length = p3.unwrap_or(u8::try_from(data.len()).unwrap_or_default());
        let data = if p3.is_some() { &[][..] } else { &data };
        [&[0xA0, ins, p1, p2, length][..], data].concat()
    });
    let any = prop::collection::vec(any::<u8>(), 0..12).prop_map(|rest| [&[0xA0][..], &rest].concat());
    prop_oneof![6 => whole, 1 => any]
}

/// What may happen to the PIN.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// It is given by the class of one of the sides, the right one or not.
    Give {
        ter: bool,
        right: bool,
    },
    Reset,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<(bool, bool)>().prop_map(|(ter, right)| Step::Give { ter, right }),
        1 => Just(Step::Reset),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_command_changes_more_than_the_tries(commands in prop::collection::vec(any_command(), 1..40)) {
        let mut card = card();
        let before = memory(&card);
        prop_assert_eq!(status(&mut card, &SERIAL), StatusWord::SUCCESS);
        for command in commands {
            let (_, said) = ask(&mut card, &command);
            prop_assert!(WORDS.contains(&said.0) || said.0 >> 8 == 0x9F, "{:02X?}: {}", command, said);
        }
        // The other side has what it had selected.
        let (serial, said) = ask(&mut card, &hex!("00 B0 00 00 0C"));
        prop_assert_eq!((&serial[..5], said), (&hex!("5A0A 802500")[..], StatusWord::SUCCESS));
        for command in UNBLOCK {
            prop_assert_eq!(status(&mut card, command), StatusWord::SUCCESS);
        }
        prop_assert!(memory(&card) == before, "something was written");
    }

    #[test]
    fn both_sides_count_the_same_tries(steps in prop::collection::vec(any_step(), 1..24)) {
        let mut card = card();
        let mut left = 3_u8;
        for step in steps {
            let (wanted, proved) = match (step, left) {
                (Step::Reset, _) => (None, false),
                (Step::Give { .. }, 0) => (Some(BLOCKED), false),
                (Step::Give { right: true, .. }, _) => (Some(StatusWord::SUCCESS), true),
                (Step::Give { right: false, .. }, 1) => (Some(BLOCKED), false),
                (Step::Give { right: false, .. }, _) => (Some(NOT_PROVED), false),
            };
            match step {
                Step::Reset => card.reset().expect("an ATR"),
                Step::Give { ter, right } => {
                    left = if proved { 3 } else { left.saturating_sub(1) };
                    let pin = *if right { b"1234" } else { b"4321" };
                    let said = status(&mut card, &verify(if ter { 0xA0 } else { 0x00 }, pin));
                    prop_assert_eq!(said == StatusWord::SUCCESS, proved);
                    prop_assert!(!ter || Some(said) == wanted, "{}", said);
                }
            }
            let wanted = match (proved, left) {
                (true, _) => StatusWord::SUCCESS,
                (false, 0) => StatusWord::METHOD_BLOCKED,
                (false, left) => StatusWord::tries_left(left),
            };
            prop_assert_eq!(status(&mut card, &hex!("00 20 00 01 00")), wanted);
            prop_assert_eq!(read_activity(&mut card), if proved { StatusWord::SUCCESS } else { NOT_PROVED });
        }
    }
}
