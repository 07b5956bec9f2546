//! A card with two sides: an application of ISO 7816-4, and one whose class `A0` is as GSM cards have it
//! (3GPP TS 51.011). The second one is written here, outside the engine, with what the engine gives to any applet.

use alloc::{boxed::Box, string::String, vec, vec::Vec};

use hex_literal::hex;
use proptest::prelude::*;
use virtuale_engine::{
    Aid, Atr, Card, Chip, ChipImage, Fid, ImageError, Interface, Protocol, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome, Stop},
    chip::{Context, FileForm, FileHandle},
    class::{Class, SecureMessaging},
    commands,
    crypto::RustCrypto,
    image::{
        ClassImage, CompactRule, Condition, ControlTemplate, Directory, Environment, FileImage, FileIndex, FileKind,
        Habits, LifeCycle, ObjectKind, Offered, Pin, RecordStructure, Secret, SecurityDomain, SecurityObject,
        TemplateKind, Tries, Waiting,
    },
    ins::Ins,
    platform::{Clock, Day, Forgetful, Platform, Random},
    security::SeNumber,
};

use crate::by_name;

const NO_FILE: StatusWord = StatusWord(0x9404);
const NO_EF: StatusWord = StatusWord(0x9400);
const WRONG_ADDRESS: StatusWord = StatusWord(0x9402);
const WRONG_FILE: StatusWord = StatusWord(0x9408);
const NOT_ALLOWED: StatusWord = StatusWord(0x9804);
const BLOCKED: StatusWord = StatusWord(0x9840);

/// The GSM side.
struct Gsm;

impl Gsm {
    /// By an identifier, one step at a time: `3F00` is where the class begins.
    fn select(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let fid = command.data().try_into().map_err(|_| StatusWord::WRONG_LENGTH)?;
        let (fid, df) = (Fid(u16::from_be_bytes(fid)), context.current_df());
        let found = if fid == Fid::MF { Some(context.home()) } else { context.child(df, fid) };
        // Up and aside, within what is the class's own.
        let around = || context.parent(df).filter(|_| df != context.home());
        let found = found.or_else(|| around().filter(|&around| context.fid(around) == Some(fid)));
        let file = found.or_else(|| context.child(around()?, fid)).ok_or(NO_FILE)?;
        context.select(file);
        response.extend(&Self::describe(file, context).ok_or(NO_FILE)?);
        Ok(StatusWord::SUCCESS)
    }

    fn describe(file: FileHandle, context: &Context<'_>) -> Option<[u8; 15]> {
        let size = match context.form(file)? {
            FileForm::Directory => 0,
            FileForm::Transparent { size } => size,
            FileForm::Records { record_length, count, .. } => usize::from(record_length) * usize::from(count),
        };
        let kind = match file {
            _ if file == context.home() => 1,
            _ if file.is_df() => 2,
            _ => 4,
        };
        let mut response = [0; 15];
        response[2..4].copy_from_slice(&u16::try_from(size).ok()?.to_be_bytes());
        response[4..6].copy_from_slice(&context.fid(file)?.0.to_be_bytes());
        response[6] = kind;
        Some(response)
    }

    fn read_binary(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let length = command.le().ok_or(StatusWord::WRONG_LENGTH)?.limit();
        let content = context.content(context.current_ef().ok_or(NO_EF)?).ok_or(WRONG_FILE)?;
        let read = context.read(content, command.p1_p2().into(), length);
        response.extend(read.map_err(|status| match status {
            StatusWord::WRONG_OFFSET => WRONG_ADDRESS,
            _ => NOT_ALLOWED,
        })?);
        Ok(StatusWord::SUCCESS)
    }

    fn read_record(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let ef = context.current_ef().ok_or(NO_EF)?;
        let number = match command.p2() {
            2 => context.next_record(),
            4 if command.p1() == 0 => context.current_record(),
            4 => Some(command.p1()),
            _ => return Err(StatusWord::WRONG_P1_P2.into()),
        };
        let number = number.ok_or(WRONG_ADDRESS)?;
        let record = context.record(ef, number);
        response.extend(record.map_err(|status| match status {
            StatusWord::INCOMPATIBLE_WITH_FILE => WRONG_FILE,
            StatusWord::RECORD_NOT_FOUND => WRONG_ADDRESS,
            _ => NOT_ALLOWED,
        })?);
        if command.p2() == 2 {
            context.point_to(number);
        }
        Ok(StatusWord::SUCCESS)
    }

    /// Without data it only asks.
    fn verify(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        let pin = command.p2();
        if command.data().is_empty() {
            return Ok(if context.is_pin_proved(pin)? { StatusWord::SUCCESS } else { NOT_ALLOWED });
        }
        match context.verify_pin(pin, command.data()) {
            Ok(()) => Ok(StatusWord::SUCCESS),
            Err(Stop::PowerLost) => Err(Stop::PowerLost),
            Err(Stop::Refused(StatusWord::WRONG_LENGTH)) => Err(StatusWord::WRONG_LENGTH.into()),
            Err(Stop::Refused(_)) if context.pin_tries_left(pin)? == 0 => Err(BLOCKED.into()),
            Err(Stop::Refused(_)) => Err(NOT_ALLOWED.into()),
        }
    }
}

impl Applet for Gsm {
    fn read_class(&self, _: u8) -> Option<Class> {
        Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None })
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        match command.ins() {
            Ins::SELECT => Self::select(command, context, response),
            Ins::READ_BINARY => Self::read_binary(command, context, response),
            Ins::READ_RECORD => Self::read_record(command, context, response),
            Ins::VERIFY => Self::verify(command, context),
            Ins::GET_RESPONSE => commands::process(command, context, response),
            _ => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
        }
    }
}

struct Fixed;

impl Clock for Fixed {
    fn today(&self) -> Day {
        Day { year: 2026, month: 1, day: 15 }
    }
}

impl Random for Fixed {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0x42);
    }

    fn position(&self) -> u64 {
        0
    }

    fn seek(&mut self, _: u64) {}
}

/// The domain with the PIN 1, and with an environment that asks for it.
fn domain(pin: &[u8], environment: u8, reference: u8) -> SecurityDomain {
    let object = SecurityObject {
        number: 1,
        name: String::new(),
        rule: CompactRule { access_mode: 0x20, conditions: vec![Condition::ALWAYS] },
        contactless: None,
        tries: Some(Tries { most: 3, left: 3 }),
        uses: None,
        non_repudiation: false,
        kind: ObjectKind::Pin(Pin { value: Secret(pin.to_vec()), shortest: 4, longest: 4, digits: false }),
    };
    let template = ControlTemplate {
        kind: TemplateKind::Authentication,
        usage: ControlTemplate::USER,
        algorithm: None,
        reference: Some(reference),
        role: None,
    };
    let number = SeNumber::new(environment).expect("1 to 14");
    let environments = vec![Environment { number, templates: vec![template] }];
    SecurityDomain { objects: vec![object], environments, ..SecurityDomain::default() }
}

/// A file that is read under a condition.
fn file(fid: u16, parent: Option<usize>, read: u8, kind: FileKind) -> FileImage {
    FileImage {
        fid: Fid(fid),
        parents: parent.map(FileIndex).into_iter().collect(),
        kind,
        life_cycle: LifeCycle::Activated,
        contact: CompactRule { access_mode: 0x01, conditions: vec![Condition(read)] },
        contactless: None,
        control: Vec::new(),
    }
}

fn bytes(content: &[u8]) -> FileKind {
    FileKind::Transparent { sfi: None, content: content.to_vec().into(), size: content.len() }
}

/// ```text
/// 3F00            global PIN 1 (1234), SE 1
///   0001 IAS      local PIN 1 (5678), SE 2; D001 is read with the local PIN
///   7F10          where class A0 begins, in the domain of 0001
///     7F01        4000 is read with the global PIN
///     4010        records, read with the local PIN
///     4020        records, read by all
/// ```
fn image() -> ChipImage {
    let directory = |directory: Directory| FileKind::Directory(directory);
    let ias = Some("ias".into());
    let name = Aid::new(b"IAS").expect("a name");
    let records = || FileKind::Records {
        sfi: None,
        structure: RecordStructure::LinearFixed,
        record_length: 2,
        capacity: 3,
        content: vec![hex!("0101").to_vec(), hex!("0202").to_vec()],
    };
    let shared = SecurityDomain { shared_with: Some(FileIndex(1)), ..SecurityDomain::default() };
    let master = Directory { applet: ias, security: domain(b"1234", 1, 0x01), ..Directory::default() };
    let application = Directory { aids: vec![name], security: domain(b"5678", 2, 0x81), ..Directory::default() };
    ChipImage {
        atr: Atr::parse(&hex!("3B 80 80 01 01")).expect("a good ATR"),
        contactless_atr: None,
        capacity: 1_000,
        habits: Habits::default(),
        classes: vec![ClassImage {
            class: 0xA0,
            df: FileIndex(2),
            applet: Some("gsm".into()),
            habits: Habits { waiting: Waiting::GSM, ..Habits::default() },
        }],
        files: vec![
            file(0x3F00, None, 0x00, directory(master)),
            file(0x0001, Some(0), 0x00, directory(application)),
            file(0x7F10, Some(0), 0x00, directory(Directory { security: shared, ..Directory::default() })),
            file(0x7F01, Some(2), 0x00, directory(Directory::default())),
            file(0xD001, Some(1), 0x12, bytes(&hex!("D0 01"))),
            file(0x4000, Some(3), 0x11, bytes(&hex!("40 00 AA BB"))),
            file(0x4010, Some(2), 0x12, records()),
            file(0x4020, Some(2), 0x00, records()),
        ],
    }
}

fn try_card(image: ChipImage) -> Result<Chip, ImageError> {
    let platform = Platform {
        clock: Box::new(Fixed),
        random: Box::new(Fixed),
        sink: Box::new(Forgetful),
        crypto: Box::new(RustCrypto),
    };
    let applets = |name: &str| if name == "gsm" { Some(Box::new(Gsm) as Box<dyn Applet>) } else { by_name(name) };
    Chip::new(&image, &applets, platform)
}

fn card(protocol: Protocol) -> Chip {
    let mut chip = try_card(image()).expect("a good image");
    chip.power_up(Interface::Contact).expect("an ATR");
    chip.select_protocol(protocol).expect("offered");
    chip
}

fn send(card: &mut Chip, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("power");
    response.as_bytes().to_vec()
}

fn plays(card: &mut Chip, exchanges: &[(&[u8], &[u8])]) {
    for (command, right) in exchanges {
        assert_eq!(send(card, command), *right, "answer to {command:02X?}");
    }
}

const GIVE: &[u8] = &hex!("00 20 00 01 04 31323334");
const ASK: &[u8] = &hex!("00 20 00 01 00");
const ASK_GSM: &[u8] = &hex!("A0 20 00 01 00");
const OK: &[u8] = &hex!("9000");

#[test]
fn a_gsm_dialogue_walks_and_reads() {
    plays(
        &mut card(Protocol::T0),
        &[
            (&hex!("A0 B0 00 00 01"), &hex!("9400")),
            (&hex!("A0 A4 00 00 02 3F00"), &hex!("9F0F")),
            (&hex!("A0 A4 00 00 02 7F01"), &hex!("9F0F")),
            (&hex!("A0 A4 00 00 02 4000"), &hex!("9F0F")),
            (&hex!("A0 C0 00 00 06"), &hex!("0000 0004 4000 9F09")),
            (&hex!("A0 C0 00 00 09"), &hex!("04 0000000000000000 9000")),
            (&hex!("A0 B0 00 00 02"), &hex!("9804")),
            (&hex!("A0 20 00 01 04 31313131"), &hex!("9804")),
            (&hex!("A0 20 00 01 04 31323334"), OK),
            (&hex!("A0 B0 00 00 04"), &hex!("4000AABB 9000")),
            (&hex!("A0 B0 00 02 04"), &hex!("9402")),
            (&hex!("A0 A4 00 00 02 9999"), &hex!("9404")),
            (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F")),
            (&hex!("A0 B0 00 00 01"), &hex!("9408")),
            (&hex!("A0 B2 00 02 02"), &hex!("0101 9000")),
            (&hex!("A0 B2 00 02 02"), &hex!("0202 9000")),
            (&hex!("A0 B2 00 02 02"), &hex!("9402")),
            (&hex!("A0 B2 01 04 02"), &hex!("0101 9000")),
            (&hex!("A0 88 00 00 00"), &hex!("6D00")),
            (&hex!("A0 70 00 00 01"), &hex!("6D00")),
            (&hex!("A2 A4 00 00 02 3F00"), &hex!("6E00")),
        ],
    );
}

#[test]
fn what_waits_is_announced_on_either_protocol() {
    for protocol in [Protocol::T0, Protocol::T1] {
        plays(
            &mut card(protocol),
            &[
                (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F")),
                (&hex!("A0 C0 00 00 06"), &hex!("0000 0004 4020 9F09")),
                (&hex!("A0 C0 00 00 09"), &hex!("04 0000000000000000 9000")),
            ],
        );
    }
    // Only the side: as ISO 7816-4 has it, who expects nothing on T=1 gets nothing.
    let said = [&hex!("0000 0004 4020 04 0000000000000000")[..], OK].concat();
    plays(
        &mut card(Protocol::T1),
        &[
            (&hex!("A0 A4 00 00 02 4020 00"), &said),
            (&hex!("A0 C0 00 00 0F"), &hex!("6985")),
            (&hex!("00 A4 00 04 02 0001"), OK),
            (&hex!("00 C0 00 00 00"), &hex!("6985")),
        ],
    );
}

#[test]
fn the_applet_of_a_class_leaves_other_classes_to_the_commands_on_files() {
    // The CPS2ter side as the applet of a DF with a name: who selects it by that goes on.
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut image = image();
        image.classes.clear();
        let FileKind::Directory(named) = &mut image.files[1].kind else { panic!("a DF") };
        named.applet = Some(crate::cps2ter::NAME.into());
        let mut card = try_card(image).expect("a good image");
        card.power_up(Interface::Contact).expect("an ATR");
        card.select_protocol(protocol).expect("offered");
        plays(
            &mut card,
            &[
                (&hex!("00 A4 04 0C 03 494153"), OK),
                (&hex!("00 A4 02 0C 02 D001"), OK),
                (&hex!("00 B0 00 00 02"), &hex!("6982")),
                (&hex!("A0 B0 00 00 02"), &hex!("9804")),
                (&hex!("A0 88 00 00 10"), &hex!("6D00")),
                (&hex!("0C B0 00 00 02"), &hex!("6882")),
                (&hex!("00 A4 00 0C 02 3F00"), OK),
                (GIVE, OK),
            ],
        );
    }
}

#[test]
fn each_side_has_a_selection_of_its_own() {
    plays(
        &mut card(Protocol::T0),
        &[
            (&hex!("00 A4 04 0C 03 494153"), OK),
            (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F")),
            (&hex!("00 C0 00 00 0F"), &hex!("6985")),
            (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F")),
            (&hex!("00 A4 02 0C 02 D001"), OK),
            (&hex!("A0 C0 00 00 0F"), &hex!("6985")),
            (&hex!("A0 B2 01 04 02"), &hex!("0101 9000")),
            (&hex!("00 B0 00 00 02"), &hex!("6982")),
            (&hex!("00 20 00 81 04 35363738"), OK),
            (&hex!("00 B0 00 00 02"), &hex!("D001 9000")),
            // What has no name and answers a class is there for that class.
            (&hex!("00 A4 08 0C 02 7F10"), &hex!("6A82")),
            (&hex!("00 A4 08 0C 04 7F10 4020"), &hex!("6A82")),
            (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F")),
            // MANAGE CHANNEL opens none in the place of a side.
            (&hex!("00 70 00 04 00"), &hex!("6A86")),
            (&hex!("A0 B2 01 04 02"), &hex!("0101 9000")),
        ],
    );
}

#[test]
fn a_proof_of_one_side_counts_on_the_other() {
    let mut card = card(Protocol::T0);
    plays(&mut card, &[(ASK_GSM, &hex!("9804")), (GIVE, OK), (ASK_GSM, OK), (&hex!("00 20 FF 01 00"), OK)]);
    plays(&mut card, &[(ASK_GSM, &hex!("9804")), (&hex!("A0 20 00 01 04 31323334"), OK), (ASK, OK)]);
    // A wrong PIN takes the proof back on both, and a PIN survives any selection.
    plays(&mut card, &[(&hex!("00 A4 04 0C 03 494153"), OK), (ASK, OK), (&hex!("A0 A4 00 00 02 7F01"), &hex!("9F0F"))]);
    plays(&mut card, &[(ASK_GSM, OK), (&hex!("A0 20 00 01 04 39393939"), &hex!("9804")), (ASK, &hex!("63C2"))]);
}

#[test]
fn a_local_proof_counts_where_both_are_in_its_domain() {
    let mut card = card(Protocol::T0);
    let read: &[u8] = &hex!("A0 B2 01 04 02");
    let give: &[u8] = &hex!("A0 20 00 81 04 35363738");
    let local: &[u8] = &hex!("00 20 00 81 00");
    plays(&mut card, &[(&hex!("A0 A4 00 00 02 4010"), &hex!("9F0F")), (read, &hex!("9804")), (give, OK)]);
    // The other side enters the domain later, and leaves it.
    plays(&mut card, &[(read, &hex!("0101 9000")), (local, &hex!("63C3")), (&hex!("00 A4 04 0C 03 494153"), OK)]);
    plays(&mut card, &[(local, OK), (&hex!("00 A4 00 0C 02 3F00"), OK), (read, &hex!("0101 9000"))]);
}

#[test]
fn other_channels_share_nothing_with_a_side() {
    let mut card = card(Protocol::T1);
    plays(&mut card, &[(&hex!("00 70 00 01"), OK), (&hex!("01 20 00 01 04 31323334"), OK), (ASK_GSM, &hex!("9804"))]);
    plays(&mut card, &[(GIVE, OK), (ASK_GSM, OK), (&hex!("01 20 FF 01"), OK), (ASK_GSM, OK)]);
}

#[test]
fn a_class_is_answered_where_its_application_is_offered() {
    let mut image = image();
    image.contactless_atr = Some(Atr::parse(&hex!("3B 81 80 01 55 55")).expect("a good ATR"));
    let FileKind::Directory(home) = &mut image.files[2].kind else { panic!("a DF") };
    home.offered = Offered::Only(Interface::Contact);
    let mut card = try_card(image).expect("a good image");
    let answers: [(Interface, &[u8]); 3] = [
        (Interface::Contact, &hex!("9804")),
        (Interface::Contactless, &hex!("6E00")),
        (Interface::Contact, &hex!("9804")),
    ];
    for (interface, answer) in answers {
        card.power_up(interface).expect("an ATR");
        card.select_protocol(Protocol::T1).expect("offered");
        plays(&mut card, &[(ASK_GSM, answer), (&hex!("00 20 00 01"), &hex!("63C3"))]);
        card.reset().expect("power");
        plays(&mut card, &[(ASK_GSM, answer)]);
    }
}

#[test]
fn a_reset_forgets_both() {
    let mut card = card(Protocol::T0);
    plays(&mut card, &[(GIVE, OK), (ASK_GSM, OK), (&hex!("A0 A4 00 00 02 4020"), &hex!("9F0F"))]);
    card.reset().expect("an ATR");
    plays(&mut card, &[(&hex!("A0 B2 01 04 02"), &hex!("9400")), (ASK_GSM, &hex!("9804")), (ASK, &hex!("63C3"))]);
}

#[test]
fn a_class_has_one_application_and_no_general_meaning() {
    let refused = |change: &dyn Fn(&mut ChipImage)| {
        let mut image = image();
        change(&mut image);
        try_card(image).err()
    };
    let class = |class, reason| Some(ImageError::Class { class, reason });
    for cla in [0x00, 0x1C, 0x5F, 0xFF] {
        assert_eq!(refused(&|image| image.classes[0].class = cla), class(cla, "is no proprietary class"));
    }
    let twice = |image: &mut ChipImage| image.classes.push(image.classes[0].clone());
    assert_eq!(refused(&twice), class(0xA0, "has two applications"));
    for df in [4, 99] {
        assert_eq!(refused(&|image| image.classes[0].df = FileIndex(df)), class(0xA0, "must be that of a DF"));
    }
    let unknown = refused(&|image| image.classes[0].applet = Some("no".into()));
    assert!(matches!(unknown, Some(ImageError::UnknownApplet { applet, .. }) if applet == "no"));
}

/// A command of one of the sides that one of them may understand.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let cla = prop_oneof![3 => Just(0xA0_u8), 3 => Just(0x00), 1 => any::<u8>()];
    let ins = prop_oneof![6 => prop::sample::select(&hex!("A4 C0 B0 B2 20 70")[..]), 1 => any::<u8>()];
    let parameter = || prop_oneof![6 => prop::sample::select(&hex!("00 01 02 04 0C 81")[..]), 1 => any::<u8>()];
    let known: Vec<&[u8]> = vec![
        &hex!("3F00"),
        &hex!("7F10"),
        &hex!("7F01"),
        &hex!("4000"),
        &hex!("4010"),
        &hex!("0001"),
        &hex!("D001"),
        b"IAS",
        b"1234",
        b"5678",
        b"9999",
    ];
    let data = prop_oneof![
        2 => Just(Vec::new()),
        6 => prop::sample::select(known).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 1..9),
    ];
    (cla, ins, parameter(), parameter(), data, any::<Option<u8>>()).prop_map(|(cla, ins, p1, p2, data, le)| {
        let lc: Vec<u8> = u8::try_from(data.len()).into_iter().filter(|&lc| lc != 0).collect();
        [vec![cla, ins, p1, p2], lc, data, le.into_iter().collect()].concat()
    })
}

proptest! {
    #[test]
    fn both_sides_know_the_same_of_the_global_pin(
        commands in prop::collection::vec(any_command(), 1..40),
        t0: bool,
    ) {
        let mut card = card(if t0 { Protocol::T0 } else { Protocol::T1 });
        for command in commands {
            send(&mut card, &command);
            let is_proved = send(&mut card, ASK) == OK;
            prop_assert_eq!(send(&mut card, ASK_GSM) == OK, is_proved, "after {:02X?}", command);
        }
        card.reset().expect("an ATR");
        prop_assert!(send(&mut card, ASK) != OK && send(&mut card, ASK_GSM) != OK);
    }

    #[test]
    fn no_bytes_make_it_panic(commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..20)) {
        let mut card = card(Protocol::T0);
        for mut command in commands {
            send(&mut card, &command);
            if let Some(cla) = command.first_mut() {
                *cla = 0xA0;
            }
            prop_assert!(send(&mut card, &command).len() >= 2);
        }
    }
}
