//! A small word memory:
//!
//! ```text
//! 0200 2 words  closed          the code 12345671, the unblocking code 98765431
//! 0210 2 words  closed          their counters
//! 0220 3 words  open            written by the issuer
//! 0238 4 words  open            written by the issuer
//! 0258 1 word   the issuer's    read and written by the issuer
//! 0260          ADMAX
//! ```

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use hex_literal::hex;
use proptest::prelude::*;
use virtuale_engine::{
    Atr, Card, Chip, ChipImage, Fid, Interface, Response, StatusWord,
    applet::Applet,
    crypto::RustCrypto,
    image::{CompactRule, Condition, Directory, FileImage, FileIndex, FileKind, Habits, LifeCycle, SelectResponse},
    platform::{Change, Clock, CommitError, Day, Forgetful, Platform, Random, Sink},
    security::SeNumber,
};

use super::{Code, NAME, Settings, SettingsError, Statuses, Vitale1};

const ALWAYS: Condition = Condition::ALWAYS;
const ISSUER: Condition = Condition(Condition::EXTERNAL | 1);

/// The zones: address, words, who may read, who may write.
fn zones() -> [(u16, Vec<u8>, Condition, Condition); 5] {
    let counted = |range: core::ops::Range<u8>| range.collect::<Vec<u8>>();
    [
        (0x0200, hex!("12345671 98765431").to_vec(), Condition::NEVER, Condition::NEVER),
        (0x0210, hex!("3FFFFF00 3FFFFF00").to_vec(), Condition::NEVER, Condition::NEVER),
        (0x0220, counted(0..12), ALWAYS, ISSUER),
        (0x0238, counted(12..28), ALWAYS, ISSUER),
        (0x0258, hex!("00112233").to_vec(), ISSUER, ISSUER),
    ]
}

fn settings() -> Settings {
    let environment = SeNumber::new(1).expect("in range");
    let code =
        |reference: u8, word, counter, restores| Code { reference, word, counter, tries: 3, environment, restores };
    Settings {
        iso_view: false,
        identity: hex!("0102030405060708"),
        end_at: 2,
        statuses: Statuses {
            unknown_instruction: StatusWord(0x6D00),
            outside: StatusWord(0x6B00),
            length: StatusWord(0x6700),
            refused: StatusWord(0x6982),
            not_found: StatusWord(0x6A83),
            no_code: StatusWord(0x6A88),
            wrong_code: StatusWord(0x63C0),
            blocked: StatusWord(0x6983),
            not_presented: StatusWord(0x6985),
        },
        codes: vec![code(1, 0x0200, 0x0210, vec![]), code(2, 0x0208, 0x0218, vec![1])],
    }
}

struct Still;

impl Clock for Still {
    fn today(&self) -> Day {
        Day { year: 2000, month: 1, day: 1 }
    }
}

impl Random for Still {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
    }

    fn position(&self) -> u64 {
        0
    }

    fn seek(&mut self, _: u64) {}
}

/// Loses power at every commit.
struct Torn;

impl Sink for Torn {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
        Err(CommitError::PowerLost)
    }
}

fn image() -> ChipImage {
    let file = |fid, parents, kind, contact| FileImage {
        fid: Fid(fid),
        parents,
        kind,
        life_cycle: LifeCycle::Activated,
        contact,
        contactless: None,
        control: vec![],
    };
    let select_by_fid = SelectResponse::None;
    let mf = Directory { applet: Some(NAME.into()), select_by_fid, ..Directory::default() };
    let mut files = vec![file(0x3F00, vec![], FileKind::Directory(mf), CompactRule::default())];
    for (fid, content, read, update) in zones() {
        let rule = CompactRule { access_mode: 0x03, conditions: vec![update, read] };
        let size = content.len();
        files.push(file(
            fid,
            vec![FileIndex::MF],
            FileKind::Transparent { sfi: None, content: content.into(), size },
            rule,
        ));
    }
    let atr = Atr::parse(&hex!("3F 65 25 00 52 09 6A 90 00")).expect("a public ATR");
    ChipImage { atr, contactless_atr: None, capacity: 4096, habits: Habits::default(), classes: Vec::new(), files }
}

fn card_with(settings: Settings, sink: impl Sink + 'static) -> Chip {
    let applet = |_: &str| Some(Box::new(Vitale1::new(settings.clone())) as Box<dyn Applet>);
    let platform = Platform {
        clock: Box::new(Still),
        random: Box::new(Still),
        sink: Box::new(sink),
        crypto: Box::new(RustCrypto),
    };
    let mut card = Chip::new(&image(), &applet, platform).expect("a good image");
    card.power_up(Interface::Contact).expect("an ATR");
    card
}

fn card() -> Chip {
    card_with(settings(), Forgetful)
}

fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("hexadecimal digits");
    digits.chunks(2).map(byte).collect()
}

fn send(card: &mut Chip, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("an answer");
    response.as_bytes().to_vec()
}

fn plays(card: &mut Chip, exchanges: &[(&str, &str)]) {
    for (command, right) in exchanges {
        assert_eq!(send(card, &bytes(command)), bytes(right), "answer to {command}");
    }
}

#[test]
fn words_are_read_by_their_addresses() {
    plays(
        &mut card(),
        &[
            ("BC B0 02 20 04", "00010203 9000"),
            ("BC B0 02 28 04", "04050607 9000"),
            ("BC B0 02 30 08", "08090A0B 0C0D0E0F 9000"),
            ("BC B0 02 20 01", "00 9000"),
            ("BC B0 02 38 10", "0C0D0E0F 10111213 14151617 18191A1B 9000"),
            ("BC B0 02 50 05", "6982"),
            ("BC B0 02 21 04", "6B00"),
            ("BC B0 02 24 04", "6B00"),
            ("BC B0 02 00 04", "6982"),
            ("BC B0 02 60 04", "6B00"),
            ("BC B0 01 F8 04", "6B00"),
            ("BC B0 FF F8 00", "6B00"),
            ("BC B0 02 20 04 00010203", "6700"),
            ("BC D4 00 00 00", "6D00"),
        ],
    );
}

#[test]
fn the_end_of_the_memory_is_fetched() {
    plays(
        &mut card(),
        &[
            ("BC C0 00 00 08", "01 02 0260 05 06 07 08 9000"),
            ("BC C0 00 00 00", "01 02 0260 05 06 07 08 9000"),
            ("BC C0 00 00 04", "01 02 0260 9000"),
            ("BC C0 00 00 09", "6700"),
            ("BC C0 00 01 08", "6B00"),
        ],
    );
}

#[test]
fn other_classes_are_unknown_and_bc_chains_nothing() {
    plays(
        &mut card(),
        &[
            ("00 A4 00 00 02 3F00", "6E00"),
            ("01 A4 00 00 02 3F00", "6E00"),
            ("AC B0 02 20 04", "6E00"),
            ("BC A0 02 20 04 10111213", "9000"),
            ("BC C0 00 00 06", "0240 10111213 9000"),
        ],
    );
}

#[test]
fn a_word_is_searched_where_one_may_read() {
    plays(
        &mut card(),
        &[
            ("BC A0 02 20 04 04050607", "9000"),
            ("BC C0 00 00 06", "0228 04050607 9000"),
            ("BC C0 00 00 02", "0228 9000"),
            ("BC B0 02 20 01", "00 9000"),
            ("BC C0 00 00 04", "01 02 0260 9000"),
            ("BC A0 02 30 04 04050607", "6A83"),
            ("BC A0 02 00 04 12345671", "6A83"),
            ("BC A0 02 60 04 00000000", "6B00"),
            ("BC A0 01 F8 04 04050607", "6B00"),
            ("BC A0 02 20 03 040506", "6700"),
        ],
    );
}

#[test]
fn writing_takes_a_code_that_was_ratified() {
    let mut card = card();
    plays(
        &mut card,
        &[
            ("BC D0 02 30 04 AABBCCDD", "6982"),
            ("BC 20 00 01 04 12345671", "9000"),
            ("BC D0 02 30 04 AABBCCDD", "6982"),
            ("BC 40 00 00 00", "6985"),
            ("BC 20 00 01 04 12345671", "9000"),
            ("BC 40 00 00 00", "9000"),
            ("BC D0 02 30 08 AABBCCDD 3FFFFFFF", "9000"),
            ("BC B0 02 30 08", "AABBCCDD 3FFFFFFF 9000"),
            ("BC B0 02 58 04", "00112233 9000"),
            ("BC D0 02 30 05 AABBCCDD00", "6700"),
            ("BC D0 02 30 00", "6700"),
            ("BC D0 02 32 04 AABBCCDD", "6B00"),
            ("BC D0 02 58 08 00000000 00000000", "6B00"),
            ("BC B0 02 58 04", "00112233 9000"),
            ("BC D0 02 10 04 3FFFFF00", "6982"),
        ],
    );
    card.reset().expect("an ATR");
    plays(&mut card, &[("BC D0 02 30 04 00000000", "6982"), ("BC B0 02 30 04", "AABBCCDD 9000")]);
}

#[test]
fn a_try_is_spent_before_it_is_known_to_be_wrong() {
    let mut card = card();
    plays(
        &mut card,
        &[
            ("BC 20 00 01 04 00000000", "9000"),
            ("BC 40 00 00 00", "63C2"),
            ("BC 40 00 00 00", "6985"),
            ("BC 20 00 01 04 12345671", "9000"),
        ],
    );
    card.power_up(Interface::Contact).expect("an ATR");
    plays(
        &mut card,
        &[
            ("BC 20 00 01 04 00000000", "9000"),
            ("BC 40 00 00 00", "63C0"),
            ("BC 20 00 01 04 12345671", "6983"),
            ("BC 20 00 02 04 98765431", "9000"),
            ("BC 40 00 00 00", "9000"),
            ("BC 20 00 01 04 12345671", "9000"),
            ("BC 40 00 00 00", "9000"),
            ("BC 20 00 03 04 12345671", "6A88"),
            ("BC 20 00 01 03 123456", "6700"),
            ("BC 40 00 00 01 00", "6700"),
        ],
    );
}

#[test]
fn a_card_without_secrets_proves_nothing() {
    let mut image = image();
    let FileKind::Transparent { content, .. } = &mut image.files[1].kind else { panic!("a zone") };
    *content = vec![0xFF; content.length()].into();
    let applet = |_: &str| Some(Box::new(Vitale1::new(settings())) as Box<dyn Applet>);
    let platform = Platform {
        clock: Box::new(Still),
        random: Box::new(Still),
        sink: Box::new(Forgetful),
        crypto: Box::new(RustCrypto),
    };
    let mut card = Chip::new(&image, &applet, platform).expect("a good image");
    card.power_up(Interface::Contact).expect("an ATR");
    plays(
        &mut card,
        &[
            ("BC B0 02 20 04", "00010203 9000"),
            ("BC 20 00 01 04 FFFFFFFF", "6A88"),
            ("BC 20 00 01 04 12345671", "6A88"),
            ("BC 40 00 00 00", "6985"),
        ],
    );
}

#[test]
fn one_memory_has_two_views() {
    let mut card = card_with(Settings { iso_view: true, ..settings() }, Forgetful);
    plays(
        &mut card,
        &[
            ("00 A4 00 00 02 3F00", "9000"),
            ("00 A4 02 0C 02 0220", "9000"),
            ("00 B0 00 04 04", "04050607 9000"),
            ("00 D6 00 04 04 AABBCCDD", "6982"),
            ("BC 20 00 01 04 12345671", "9000"),
            ("BC 40 00 00 00", "9000"),
            ("BC D0 02 28 04 11223344", "9000"),
            ("00 B0 00 04 04", "11223344 9000"),
            ("00 D6 00 04 04 AABBCCDD", "9000"),
            ("BC B0 02 28 04", "AABBCCDD 9000"),
            ("00 A4 02 0C 02 0200", "9000"),
            ("00 B0 00 00 04", "6982"),
            ("BC 20 00 01 04 12345671", "9000"),
            ("00 B0 00 00 04", "6982"),
            ("BC 40 00 00 00", "6985"),
        ],
    );
}

#[test]
fn what_is_torn_was_not_written() {
    let mut card = card_with(settings(), Torn);
    let mut response = Response::new();
    assert!(card.transmit(&hex!("BC 20 00 01 04 12345671"), &mut response).is_err());
    card.power_up(Interface::Contact).expect("an ATR");
    plays(&mut card, &[("BC 40 00 00 00", "6985"), ("BC B0 02 20 04", "00010203 9000")]);
}

#[test]
fn contradictions_in_settings_are_found() {
    assert_eq!(settings().check(), Ok(()));
    assert_eq!(Settings { end_at: 7, ..settings() }.check(), Err(SettingsError::EndAt));
    let mut twice = settings();
    twice.codes[1].reference = 1;
    assert_eq!(twice.check(), Err(SettingsError::TwoCodes(1)));
    let mut many = settings();
    many.codes[0].tries = 16;
    assert_eq!(many.check(), Err(SettingsError::Tries(1)));
    let mut nobody = settings();
    nobody.codes[0].restores = vec![9];
    assert_eq!(nobody.check(), Err(SettingsError::Restores { code: 1, restored: 9 }));
}

/// What a read must answer, from the picture of the memory in this file's head.
fn model(address: u16, length: u8) -> Vec<u8> {
    let memory: Vec<u8> = zones().into_iter().flat_map(|(_, content, ..)| content).collect();
    if !address.is_multiple_of(8) || !(0x0200..0x0260).contains(&address) {
        return vec![0x6B, 0x00];
    }
    let start = usize::from(address - 0x0200) / 2;
    let wanted = if length == 0 { 256 } else { usize::from(length) };
    let end = memory.len().min(start + wanted);
    let open = 16..44;
    if start < open.start || end > open.end {
        return vec![0x69, 0x82];
    }
    [&memory[start..end], &[0x90, 0x00]].concat()
}

proptest! {
    #[test]
    fn any_address_and_length_gets_the_right_data_or_the_right_refusal(
        address in prop_oneof![3 => 0x01F8_u16..0x0270, 1 => any::<u16>()],
        length in prop_oneof![3 => 0_u8..40, 1 => any::<u8>()],
    ) {
        let [high, low] = address.to_be_bytes();
        prop_assert_eq!(send(&mut card(), &[0xBC, 0xB0, high, low, length]), model(address, length));
    }

    #[test]
    fn no_instructions_open_what_only_a_code_opens(
        instructions in proptest::collection::vec(
            (
                prop::sample::select(&[0x20_u8, 0x40, 0xA0, 0xB0, 0xC0, 0xD0, 0xA4, 0x88][..]),
                prop_oneof![0x0200_u16..0x0260, Just(1), Just(0), any::<u16>()],
                proptest::collection::vec(any::<u8>(), 0..9),
                any::<bool>(),
            ),
            1..40,
        ),
        iso_view: bool,
    ) {
        let mut card = card_with(Settings { iso_view, ..settings() }, Forgetful);
        for (ins, parameters, data, iso) in instructions {
            let [p1, p2] = parameters.to_be_bytes();
            let length = u8::try_from(data.len()).expect("at most 8");
            let class = if iso { 0x00 } else { 0xBC };
            let response = send(&mut card, &[&[class, ins, p1, p2, length][..], &data].concat());
            prop_assert!(response.len() >= 2);
        }
        // Four random bytes are no code, nor is any of the bytes that were sent.
        prop_assert_eq!(send(&mut card, &hex!("BC B0 02 58 04")), hex!("6982"));
        prop_assert_eq!(send(&mut card, &hex!("BC B0 02 20 04")), hex!("00010203 9000"));
    }
}
