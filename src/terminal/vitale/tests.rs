//! Whole readings: of the fixtures, of toys, and of cards that answer anything.

use std::{path::Path, sync::Arc};

use hex_literal::hex;
use jiff::civil::{Date, date};
use proptest::{collection::vec, prelude::*};
use virtuale_engine::{Card, Reset, StatusWord};

use super::{Ability, Beneficiary, Lock, Model, ReadError, Reading, Remark, Verdict, Volet, read, view};
use crate::{
    profile::{Options, Profile, layout::Layout, load, tree::Node},
    reader::{
        Readers, SlotName, SlotSpec,
        pcsclite::{Server, ServerOptions},
    },
    terminal::{
        toy::{ToyCard, ToyFile, parrot},
        transport::{Transport, in_process::in_process, pcsclite::Service},
    },
};

const TODAY: Date = date(2026, 1, 15);
const VITALE: &[u8] = b"\xD2\x50\x00\x00\x02VITALE";

fn layout() -> Layout {
    fixture("minimal").layout().clone()
}

fn fixture(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/vitale2-{name}.toml"));
    load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"))
}

fn reading_of(card: impl Card + 'static) -> Result<Reading, ReadError> {
    let mut transport = in_process(Box::new(card)).expect("the card has power");
    read(&mut transport, &layout(), TODAY)
}

/// What a terminal without a professional's card should see of a card file.
fn without_exonerations(mut volet: Volet) -> Volet {
    for person in &mut volet.beneficiaries {
        person.coverage.clear();
        person.exonerations.clear();
    }
    volet
}

/// The card names everybody's name in use, also where it is that of birth.
fn with_names_in_use(mut volet: Volet) -> Volet {
    for person in &mut volet.beneficiaries {
        person.usual_name = person.usual_name.take().or_else(|| person.birth_name.clone());
    }
    volet
}

#[test]
fn what_is_read_is_what_the_card_file_says() {
    for name in ["martin", "durand", "bastia", "minimal", "calendrier", "t1"] {
        let profile = fixture(name);
        let reading = reading_of(profile.card()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = with_names_in_use(without_exonerations(view::volet(profile.data())));
        assert_eq!(reading.volet, written, "{name}");
        let closed: Vec<(&str, Lock)> =
            reading.closed.iter().map(|file| (file.pointer.name.as_str(), file.lock)).collect();
        let expected = [
            ("COUVERT", Lock::ProfessionalCard),
            ("EXONER", Lock::ProfessionalCard),
            ("PHOTO", Lock::Never),
            ("COPIES", Lock::ProfessionalCard),
        ];
        assert_eq!(closed, expected, "{name}");
    }
}

#[test]
fn the_family_reads_as_a_terminal_needs_it() {
    let reading = reading_of(fixture("martin").card()).expect("a Vitale 2");
    assert_eq!((reading.model, &reading.remarks[..]), (Model::Vitale2, &[Remark::TestCard][..]));
    let order: Vec<&str> = reading.files.iter().map(|file| file.pointer.name.as_str()).collect();
    let groups = ["CARTE", "ASSURE", "ATMP", "IDENTITE", "NIR", "BENEFIC", "ADRESSE", "MENTIONS", "EUROPE", "COMPLEM"];
    assert_eq!(order[..11], [&["POINTERS"][..], &groups].concat());
    let names: Vec<&str> = reading.exchanges.iter().take(5).map(|exchange| exchange.name.as_str()).collect();
    let first = ["SELECT VITALE", "GET RESPONSE", "SELECT POINTERS", "GET RESPONSE", "READ BINARY POINTERS"];
    assert_eq!(names, first);
    assert_eq!(
        reading.abilities(),
        [
            (Ability::Identify, Verdict::Yes),
            (Ability::SeeRights, Verdict::Yes),
            (Ability::ThirdPartyPayment, Verdict::Yes),
            (Ability::ComplementaryPayment, Verdict::ForSome),
            (Ability::SeeExoneration, Verdict::WithProfessionalCard),
            (Ability::SecuredForm, Verdict::WithProfessionalCard),
        ]
    );
    let bytes: usize = reading.files.iter().map(|file| file.content.len()).sum();
    let shares = reading.shares;
    assert_eq!(shares.public + shares.inferred + shares.invented + shares.unused, bytes);
    assert!(shares.public > 0 && shares.inferred > 0 && shares.invented > 0, "{shares:?}");
}

/// Programs that check dates turn a month 19 into another date, so one card has none.
#[test]
fn one_card_has_dates_of_the_calendar_only() {
    let reading = reading_of(fixture("calendrier").card()).expect("a Vitale 2");
    let people = reading.data.at("beneficiaire").map(Node::list).unwrap_or_default();
    let births = people.iter().filter_map(|person| person.at("naissance").and_then(Node::date));
    let days = births.filter_map(|birth| {
        let [month, day] = [birth.month, birth.day].map(|part| i8::try_from(part).ok());
        Date::new(i16::try_from(birth.year).ok()?, month?, day?).ok()
    });
    assert_eq!((people.len(), days.count()), (2, 2));
    let nir = reading.data.at("assure.nir").and_then(Node::text).expect("a NIR");
    assert!((1..=12).contains(&nir[3..5].parse::<u8>().expect("a month")) && &nir[7..10] == "999", "{nir}");
}

#[test]
fn a_day_after_everything_ended_nothing_may_be_done() {
    let profile = fixture("martin");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let reading = read(&mut transport, profile.layout(), date(2040, 1, 1)).expect("a Vitale 2");
    assert!(reading.remarks.iter().any(|remark| matches!(remark, Remark::CardExpired { .. })));
    assert!(reading.remarks.iter().any(|remark| matches!(remark, Remark::UpdateOverdue { .. })));
    let payment = reading.abilities().into_iter().find(|(ability, _)| *ability == Ability::ThirdPartyPayment);
    assert_eq!(payment, Some((Ability::ThirdPartyPayment, Verdict::No)));
}

#[test]
fn free_cover_pays_the_complementary_share() {
    let reading = reading_of(fixture("bastia").card()).expect("a Vitale 2");
    assert!(reading.abilities().contains(&(Ability::ComplementaryPayment, Verdict::Yes)));
}

#[test]
fn a_card_can_be_read_again_after_a_reset() {
    let profile = fixture("t1");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let first = read(&mut transport, profile.layout(), TODAY).expect("a Vitale 2");
    transport.reset(Reset::Warm).expect("the card comes back");
    assert_eq!(read(&mut transport, profile.layout(), TODAY).expect("a Vitale 2"), first);
}

#[test]
fn the_socket_makes_no_difference() {
    let profile = fixture("martin");
    let folder = tempfile::tempdir().expect("a folder");
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
    let server = Server::start(Arc::clone(&readers), &folder.path().join("pcscd.comm"), ServerOptions::default());
    let server = server.expect("a socket");
    readers.insert(0, Box::new(profile.card()), None).expect("the slot is free");
    let mut service = Service::establish(server.path()).expect("the server is ready");
    let mut connection = service.connect("Virtuale 00 00").expect("the card is there");
    connection.begin_transaction().expect("nobody else is there");
    let over_the_socket = read(&mut connection, profile.layout(), TODAY).expect("a Vitale 2");
    connection.end_transaction().expect("it was begun");
    assert_eq!(over_the_socket, reading_of(profile.card()).expect("a Vitale 2"));
}

#[test]
fn another_card_is_told_apart() {
    let outcome = reading_of(ToyCard::default().with(b"OTHER", 0x0001, ToyFile::open(&[])));
    let Err(ReadError::NotVitale { model, status }) = outcome else { panic!("{outcome:?}") };
    assert_eq!((model, status), (Model::Vitale2, StatusWord::FILE_NOT_FOUND));
}

#[test]
fn a_vitale_without_pointers_is_read_to_a_finding() {
    let sealed = ToyFile { control: hex!("62 04 8C 02 01 FF").to_vec(), content: Err(0x6982) };
    let reading = reading_of(ToyCard::default().with(VITALE, 0x2001, sealed)).expect("it has VITALE");
    assert_eq!(reading.remarks, [Remark::NobodyOnCard, Remark::NoPointers]);
    let first = &reading.closed[0];
    assert_eq!((first.pointer.name.as_str(), first.lock), ("POINTERS", Lock::Never));
    assert!(reading.closed.len() > 10, "all that the layout has: {:?}", reading.closed);
    assert!(reading.closed[1..].iter().all(|file| file.lock == Lock::Absent));
    assert_eq!(reading.volet, Volet::default());
}

#[test]
fn a_private_layout_is_read_where_it_has_its_files() {
    // Names in records, no POINTERS, a code of the holder's instead of a professional's card, a key of its own.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts/deplace-roux.toml");
    let profile = load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"));
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let reading = read(&mut transport, profile.layout(), TODAY).expect("it has VITALE");
    assert!(reading.remarks.contains(&Remark::NoPointers));
    let names: Vec<String> = (1..=2).map(|person| reading.name_of(person)).collect();
    assert_eq!(names, ["ANAËL ROUX", "NOÉ ROUX"]);
    assert_eq!(reading.data.at("assure.code_local").and_then(Node::text), Some("LYON 3"));
    let closed: Vec<(&str, Lock)> = reading.closed.iter().map(|file| (file.pointer.name.as_str(), file.lock)).collect();
    assert_eq!(closed, [("FERME", Lock::HolderCode)]);
}

#[test]
fn people_in_a_cyclic_file_are_read_in_their_order() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let text = |name: &str| std::fs::read_to_string(fixtures.join(name)).expect("a fixture");
    let layout = text("deplace.toml").replace("\"linear-fixed\"", "\"cyclic\"");
    // Whether the card says what the file is, or the layout alone.
    for layout in [layout.clone(), layout.replace("[\"82\", ", "[")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("deplace.toml"), layout).expect("room");
        std::fs::write(folder.path().join("card.toml"), text("deplace-roux.toml")).expect("room");
        let options = Options { today: TODAY, seed: 1 };
        let profile = load(&folder.path().join("card.toml"), &options).unwrap_or_else(|error| panic!("{error}"));
        let mut transport = in_process(Box::new(profile.card())).expect("power");
        let reading = read(&mut transport, profile.layout(), TODAY).expect("it has VITALE");
        let names: Vec<String> = (1..=2).map(|person| reading.name_of(person)).collect();
        assert_eq!(names, ["ANAËL ROUX", "NOÉ ROUX"]);
    }
}

#[test]
fn what_pointers_promise_and_the_card_has_not_is_listed() {
    let pointers = hex!(
        "E0 2D A0 11 82 0F 0001 0000 D250000002564954414C45"
        "80 0C 4E49522020202020 0001 D002" // "NIR     ", there
        "80 0A 4E49522020202020 0001" // cut short
        "00"
    );
    let nir = hex!("65 11 93 0F 31 37 32 31 39 32 42 39 39 39 30 30 32 32 34");
    let card = ToyCard::default().with(VITALE, 0x2001, ToyFile::open(&pointers));
    let absent = reading_of(card).expect("it has VITALE");
    assert_eq!(absent.closed[0].lock, Lock::Absent);
    assert!(absent.remarks.contains(&Remark::PointersLost { count: 1 }));
    let card =
        ToyCard::default().with(VITALE, 0x2001, ToyFile::open(&pointers)).with(VITALE, 0xD002, ToyFile::open(&nir));
    let there = reading_of(card).expect("it has VITALE");
    assert_eq!(there.volet.beneficiaries[0].nir.as_deref(), Some("172192B99900224"));
}

#[test]
fn a_card_that_never_ends_is_left() {
    let reading = reading_of(parrot(vec![[&[0x80; 256][..], &hex!("9000")].concat()])).expect("it says yes");
    assert!(reading.remarks.contains(&Remark::NobodyOnCard), "{:?}", reading.remarks);
    let reading = reading_of(parrot(vec![hex!("61 10").to_vec()])).expect("it is cut short");
    assert!(reading.remarks.contains(&Remark::CutShort), "{:?}", reading.remarks);
}

/// An answer as a hostile card gives it: any bytes, with a likely status word.
fn response() -> impl Strategy<Value = Vec<u8>> {
    let likely = [[0x90, 0x00], [0x61, 0x10], [0x6C, 0x08], [0x62, 0x82], [0x69, 0x82], [0x6A, 0x82], [0x6B, 0x00]];
    let status = prop_oneof![4 => proptest::sample::select(likely.to_vec()), 1 => any::<[u8; 2]>()];
    (vec(any::<u8>(), 0..300), status).prop_map(|(data, status)| [&data[..], &status].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_answers_make_a_terminal_panic_or_hang(responses in vec(prop_oneof![4 => response(), 1 => vec(any::<u8>(), 0..3)], 1..12)) {
        if let Ok(reading) = reading_of(parrot(responses)) {
            prop_assert!(reading.exchanges.len() <= 1_024);
        }
    }

    #[test]
    fn no_files_make_a_terminal_panic(
        content in vec(any::<u8>(), 0..600),
        flips in vec((0_usize..600, any::<u8>()), 0..8),
        name in proptest::sample::select(vec!["CARTE", "ASSURE", "IDENTITE", "NIR", "BENEFIC", "COMPLEM", "OTHER"]),
        honest: bool,
    ) {
        // Either noise, or the file of an honest card with some bytes changed.
        let honest = honest.then(|| reading_of(fixture("martin").card()).expect("a Vitale 2"));
        let file = honest.and_then(|reading| reading.files.into_iter().find(|file| file.pointer.name == name));
        let mut content = file.map_or(content, |file| file.content);
        for (at, byte) in flips {
            if let Some(cell) = content.get_mut(at) {
                *cell = byte;
            }
        }
        let mut pointers = hex!("E0 21 A0 11 82 0F 0001 0000 D250000002564954414C45 80 0C 2020202020202020 0001 D002").to_vec();
        pointers[23..23 + name.len()].copy_from_slice(name.as_bytes());
        let card = ToyCard::default()
            .with(VITALE, 0x2001, ToyFile::open(&pointers))
            .with(VITALE, 0xD002, ToyFile::open(&content));
        let reading = reading_of(card).expect("it has VITALE");
        prop_assert_eq!(reading.files.len(), 2);
        prop_assert!(reading.volet.beneficiaries.iter().all(|person| *person != Beneficiary::default()));
    }
}
