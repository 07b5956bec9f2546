//! Copies both ways, on a card that all may read and add to, and on cards that answer anything.

use std::{num::NonZeroU16, sync::LazyLock};

use hex_literal::hex;
use jiff::civil::{Date, date};
use proptest::{collection::vec, option, prelude::*};
use virtuale_applets::layouts::VITALE2;
use virtuale_engine::{
    Fid, Protocol, Reset, Response, StatusWord,
    platform::{Change, CommitError, Sink},
};

use super::{
    Accident, AccidentNumber, Act, ActCode, Acts, BillingNumber, Body, Copies, Copy, FormNumber, Nature, NotAppended,
    Patient, Shown, Stage, TooMuch, append,
};
use crate::{
    profile::{Options, Profile, Provision, families::Families, layout::Layout, load, nir::Nir, tree::CardDate},
    terminal::{
        amount::{Cents, Rate},
        exchange::{Command, Dialogue},
        files::Lock,
        holder::{Asked, Code, Holder},
        right::prove,
        toy::parrot,
        transport::{
            Transport, TransportError,
            in_process::{InProcess, in_process},
        },
        vitale::{Reading, read},
    },
};

const TODAY: Date = date(2026, 1, 15);

/// A card with these lines behind those of the insured, whose copies everybody may read and add to.
fn open_card(more: &str) -> Profile {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let closed = "read = \"role:professional\"\nwrite = \"role:author\"";
    assert!(VITALE2.contains(closed));
    let layout = VITALE2.replace(closed, "read = \"always\"\nwrite = \"always\"");
    std::fs::write(folder.path().join("open.toml"), layout).expect("room");
    card(&folder.path().join("card.toml"), "open.toml", more)
}

fn card(path: &std::path::Path, layout: &str, more: &str) -> Profile {
    let card = format!(
        "layout = \"{layout}\"\n[assure]\nnir = \"1 90 19 99 999 005\"\nnom = \"PETIT\"\nprenom = \"ALIX\"\n\
         naissance = \"1990-19-14\"\n{more}"
    );
    std::fs::write(path, card).expect("room");
    load(path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"))
}

/// Copies of a card file: the day and the number of each.
fn written(copies: &[(&str, u32)]) -> String {
    let copy = |(day, number): &(&str, u32)| {
        format!(
            "[[copie]]\ndate = \"{day}\"\nnumero = \"{number:06}\"\nnir = \"1 90 19 99 999 005\"\n\
             professionnel = \"999100019\"\ntotal = 3000\n[[copie.acte]]\ncode = \"G\"\nmontant = 3000\n"
        )
    };
    copies.iter().map(copy).collect()
}

/// What those copies say.
fn copy(day: Date, number: u32) -> Copy {
    Copy {
        date: day,
        number: FormNumber::new(number).expect("six digits"),
        patient: Patient::Nir(Nir::read("1 90 19 99 999 005").expect("a NIR")),
        body: Body::read("013499881").expect("nine digits"),
        author: BillingNumber::read("999100019").expect("a number with its key"),
        nature: Nature::Illness,
        acts: Acts::new(vec![act("G", 3000)]).expect("one"),
        third_party: Cents(0),
    }
}

fn act(code: &str, amount: u64) -> Act {
    let code = ActCode::read(code).expect("a code");
    let coefficient = NonZeroU16::new(100).expect("one");
    Act { date: None, code, coefficient, amount: Cents(amount), exoneration: 0 }
}

fn reading(profile: &Profile, transport: &mut dyn Transport) -> Reading {
    read(transport, profile.layout(), TODAY).expect("a Vitale 2")
}

#[test]
fn a_card_is_born_with_copies_and_shows_the_newest_first() {
    let profile = open_card(&written(&[("today-100d", 7), ("today-20d", 8)]));
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let copies = reading(&profile, &mut transport).copies;
    assert_eq!(copies.objection, Some(false));
    assert_eq!(copies.all(), [copy(date(2025, 12, 26), 8), copy(date(2025, 10, 7), 7)]);
}

#[test]
fn a_card_without_copies_is_open_and_empty_or_closed() {
    let profile = open_card("");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let shown = Shown::Open { copies: vec![], unreadable: 0 };
    assert_eq!(reading(&profile, &mut transport).copies, Copies { objection: Some(false), shown });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let profile = card(&folder.path().join("card.toml"), "vitale2", "");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    assert_eq!(reading(&profile, &mut transport).copies.shown, Shown::Closed(Lock::ProfessionalCard));
}

#[test]
fn a_vitale_1_has_no_file_for_copies() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale1-petit.toml");
    let profile = load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"));
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    assert_eq!(reading(&profile, &mut transport).copies, Copies::default());
    let mut dialogue = Dialogue::new(&mut transport);
    let refused = append(&mut dialogue, profile.layout(), &copy(TODAY, 1));
    assert!(matches!(refused, Err(NotAppended::NotCoded(_))), "{refused:?}");
}

#[test]
fn what_is_appended_is_read_and_the_oldest_gives_way() {
    let profile = open_card(&written(&[("today-100d", 0)]));
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let days: Vec<Date> = (1..=10).map(|day| date(2026, 1, day)).collect();
    for (number, day) in (1..).zip(&days) {
        let mut dialogue = Dialogue::new(&mut transport);
        append(&mut dialogue, profile.layout(), &copy(*day, number)).expect("all may add");
    }
    let numbers: Vec<u32> =
        reading(&profile, &mut transport).copies.all().iter().map(|copy| copy.number.value()).collect();
    assert_eq!(numbers, (1..=10).rev().collect::<Vec<u32>>());
}

#[test]
fn a_terminal_adds_no_copy_where_the_insured_objects() {
    let profile = open_card("opposition_copies = true\n");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let refused = append(&mut Dialogue::new(&mut transport), profile.layout(), &copy(TODAY, 1));
    assert!(matches!(refused, Err(NotAppended::Objected)), "{refused:?}");
    let shown = Shown::Open { copies: vec![], unreadable: 0 };
    assert_eq!(reading(&profile, &mut transport).copies, Copies { objection: Some(true), shown });
}

/// A card whose answers to READ BINARY are spoiled.
struct Spoiled<F>(InProcess, F);

impl<F: Fn(&mut Response)> Transport for Spoiled<F> {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn protocol(&self) -> Protocol {
        self.0.protocol()
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.0.reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        self.0.transmit(command, response)?;
        if command[1] == 0xB0 {
            (self.1)(response);
        }
        Ok(())
    }
}

/// What torture found: a card that does not tell is not one that has nothing to tell.
#[test]
fn a_terminal_adds_no_copy_where_nobody_can_read_whether_the_insured_objects() {
    let profile = open_card("opposition_copies = true\n");
    for (length, status) in [(0, 0x6982), (0, 0x6F00), (0, 0x9000), (40, 0x9000)] {
        let spoil = |response: &mut Response| {
            let data = response.data()[..length].to_vec();
            response.clear();
            response.extend(&data);
            response.finish(StatusWord(status));
        };
        let mut transport = Spoiled(in_process(Box::new(profile.card())).expect("power"), spoil);
        let refused = append(&mut Dialogue::new(&mut transport), profile.layout(), &copy(TODAY, 1));
        let Err(NotAppended::ObjectionUnread(said)) = refused else { panic!("{length} {status:04X}: {refused:?}") };
        assert_eq!(said.0, status);
    }
}

#[test]
fn without_a_right_a_card_takes_no_copy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let profile = card(&folder.path().join("card.toml"), "vitale2", "");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let refused = append(&mut Dialogue::new(&mut transport), profile.layout(), &copy(TODAY, 1));
    let Err(NotAppended::NoRight(status)) = refused else { panic!("{refused:?}") };
    assert_eq!(status, StatusWord::SECURITY_NOT_SATISFIED);
}

/// Gives the code of the program's professionals' cards.
struct Code1234;

impl Holder for Code1234 {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(b"1234", &asked.digits).ok().filter(|_| !asked.again)
    }
}

fn built_in(name: &str) -> Profile {
    Families::built_in().load(name.as_ref(), &Options { today: TODAY, seed: 1 }).expect("a card of the program")
}

fn powered(profile: &Profile) -> InProcess {
    in_process(Box::new(profile.card())).expect("power")
}

/// What comes of adding a copy to a card to which a professional's card proved its role.
fn appended(patient: &mut InProcess, professional: &str, copy: &Copy) -> Result<(), NotAppended> {
    let mut professional = powered(&built_in(professional));
    let mut dialogue = Dialogue::new(patient);
    prove(&mut dialogue, &mut Dialogue::new(&mut professional), &mut Code1234).expect("a proof");
    append(&mut dialogue, layout(), copy)
}

/// The records of the file that is selected, the newest first; none where the card keeps them to itself.
fn records(patient: &mut Dialogue<'_>) -> Vec<Copy> {
    let selected = patient.send(&Command::select_file("COPIES", Fid(0xD01B))).expect("an answer");
    assert_eq!(selected.status, StatusWord::SUCCESS);
    let records = (1..=11).map_while(|number| {
        let record = patient.send(&Command::read_record("COPIES", number)).expect("an answer");
        (record.status == StatusWord::SUCCESS).then_some(record.data)
    });
    let copies = records.filter_map(|record| Copy::of_record(layout(), &record).expect("a copy"));
    copies.collect()
}

#[test]
fn who_makes_forms_adds_copies_and_until_the_reset_only() {
    let profile = built_in("vitale2-martin");
    let copy = Copy { patient: Patient::Nir(Nir::read("2 86 19 75 999 002").expect("a NIR")), ..copy(TODAY, 1) };
    for professional in ["cps-lefevre", "cpe-accueil"] {
        let mut patient = powered(&profile);
        appended(&mut patient, professional, &copy).unwrap_or_else(|error| panic!("{professional}: {error}"));
        patient.reset(Reset::Warm).expect("it comes back");
        let refused = append(&mut Dialogue::new(&mut patient), profile.layout(), &copy);
        assert!(matches!(refused, Err(NotAppended::NoRight(_))), "{professional}: {refused:?}");
    }
}

#[test]
fn an_agent_of_a_basic_regime_adds_none() {
    let refused = appended(&mut powered(&built_in("vitale2-martin")), "cpa-caisse", &copy(TODAY, 1));
    assert!(matches!(refused, Err(NotAppended::NoRight(_))), "{refused:?}");
}

/// Loses power at a commit: as often as there were so many before.
struct Torn(usize);

impl Sink for Torn {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
        let is_whole = self.0 > 0;
        self.0 = self.0.wrapping_sub(1);
        if is_whole { Ok(()) } else { Err(CommitError::PowerLost) }
    }
}

#[test]
fn power_that_goes_at_an_append_leaves_all_copies_or_all_and_one_more() {
    let profile = built_in("vitale2-durand");
    let mut professional = powered(&built_in("cps-lefevre"));
    let new = Copy { patient: Patient::Nir(Nir::read("1 78 19 75 999 004").expect("a NIR")), ..copy(TODAY, 441) };
    let mut outcomes = Vec::new();
    for whole in 0..4 {
        let card = profile.card_with(Provision::default().with_sink(Torn(whole)));
        let mut patient = in_process(Box::new(card)).expect("power");
        let mut dialogue = Dialogue::new(&mut patient);
        let mut holder = Code1234;
        // A proof may commit too: then it is this that is torn.
        let outcome = prove(&mut dialogue, &mut Dialogue::new(&mut professional), &mut holder)
            .map_err(|_| ())
            .and_then(|_| append(&mut dialogue, layout(), &new).map_err(|_| ()));
        patient.reset(Reset::Cold).expect("power comes back");
        let mut dialogue = Dialogue::new(&mut patient);
        prove(&mut dialogue, &mut Dialogue::new(&mut professional), &mut holder).expect("a proof");
        let copies = records(&mut dialogue);
        let numbers: Vec<u32> = copies.iter().map(|copy| copy.number.value()).collect();
        match outcome {
            Ok(()) => assert_eq!(numbers, [441, 440, 431, 412]),
            Err(()) => assert!([&[440, 431, 412][..], &[441, 440, 431, 412]].contains(&&numbers[..]), "{numbers:?}"),
        }
        outcomes.push(outcome.is_ok());
    }
    assert!(outcomes.contains(&true) && outcomes.contains(&false), "{outcomes:?}");
}

#[test]
fn a_copy_is_used_from_the_fifteenth_to_the_ninetieth_day() {
    let form = copy(date(2026, 1, 15), 1);
    let stage = |day: Date| form.usage(day).stage;
    assert_eq!(stage(date(2026, 1, 14)), Stage::ToCome);
    assert_eq!(stage(date(2026, 1, 15)), Stage::TooEarly);
    assert_eq!(stage(date(2026, 1, 29)), Stage::TooEarly);
    assert_eq!(stage(date(2026, 1, 30)), Stage::Usable);
    assert_eq!(stage(date(2026, 4, 15)), Stage::Usable);
    assert_eq!(stage(date(2026, 4, 16)), Stage::TooLate);
    let usage = form.usage(TODAY);
    assert_eq!((usage.from, usage.until), (Some(date(2026, 1, 30)), Some(date(2026, 4, 15))));
    let last = copy(Date::MAX, 1).usage(Date::MAX);
    assert_eq!((last.stage, last.from, last.until), (Stage::TooEarly, None, None));
    assert_eq!(copy(Date::MIN, 1).usage(Date::MAX).stage, Stage::TooLate);
}

#[test]
fn what_has_no_place_is_named() {
    assert_eq!(FormNumber::new(1_000_000), Err(TooMuch::Number));
    assert_eq!(BillingNumber::read("999100018"), Err(TooMuch::Key));
    assert_eq!(Body::read("01349988"), Err(TooMuch::Digits(9)));
    assert_eq!(ActCode::read("HBMD0511"), Err(TooMuch::Code));
    assert_eq!(ActCode::read(""), Err(TooMuch::Code));
    assert_eq!(AccidentNumber::read("1234567"), Err(TooMuch::Accident));
    assert_eq!(Acts::new(vec![]), Err(TooMuch::Acts));
    assert_eq!(Acts::new(vec![act("G", 1); 7]), Err(TooMuch::Acts));
    let refused = |copy: &Copy| copy.record(layout()).map_err(|why| why.to_string());
    let too_much = Copy { third_party: Cents(3001), ..copy(TODAY, 1) };
    assert_eq!(refused(&too_much), Err("the third party's share is more than the total".into()));
    let dear = Copy { acts: Acts::new(vec![act("G", 10_000_000)]).expect("one"), ..copy(TODAY, 1) };
    assert_eq!(refused(&dear), Err("an act costs at most 99999.99".into()));
    assert_eq!(Cents(123_405).to_string(), "1234.05");
}

#[test]
fn a_form_with_many_acts_has_several_copies() {
    let form = Copy { third_party: Cents(6_500), ..copy(TODAY, 1) };
    let copies = form.of_all(&vec![act("AMI", 1_000); 8]).expect("all have room");
    let parts: Vec<_> =
        copies.iter().map(|copy| (copy.acts.iter().len(), copy.total().0, copy.third_party.0)).collect();
    assert_eq!(parts, [(6, 6_000, 6_000), (2, 2_000, 500)]);
    assert!(copies.iter().all(|copy| copy.number == form.number));
    assert_eq!(form.of_all(&[]), Err(TooMuch::Acts));
    assert_eq!(form.of_all(&[act("AMI", 6_499)]), Err(TooMuch::ThirdParty));
}

/// The layout of the program.
fn layout() -> &'static Layout {
    static LAYOUT: LazyLock<Profile> = LazyLock::new(|| open_card(""));
    LAYOUT.layout()
}

fn days() -> impl Strategy<Value = Date> {
    (1998_i16..2100, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

fn patients() -> impl Strategy<Value = Patient> {
    prop_oneof![
        "[12][0-9]{4}(2A|2B|[0-9]{2})[0-9]{6}".prop_map(|nir| Patient::Nir(Nir::read(&nir).expect("a NIR"))),
        (1900_u16..2100, 1_u8..=99, 1_u8..=31, 1_u8..=9).prop_map(|(year, month, day, rank)| {
            // A month of the calendar has its days.
            let day = if month <= 12 { day.min(28) } else { day };
            Patient::Born { date: CardDate { year, month, day, hour: 0, minute: 0 }, rank }
        }),
    ]
}

fn natures() -> impl Strategy<Value = Nature> {
    let numbered = |number: String| Accident::Numbered(AccidentNumber::read(&number).expect("its digits"));
    prop_oneof![
        Just(Nature::Illness),
        days().prop_map(Nature::Maternity),
        "[0-9]{8,9}".prop_map(move |number| Nature::Accident(numbered(number))),
        days().prop_map(|day| Nature::Accident(Accident::Of(day))),
    ]
}

fn acts() -> impl Strategy<Value = Acts> {
    let act = (option::of(days()), "[A-Z0-9]{1,7}", 1_u16.., 0_u64..=9_999_999, 0_u8..=9);
    let act = act.prop_map(|(date, code, coefficient, amount, exoneration)| Act {
        date,
        code: ActCode::read(&code).expect("a code"),
        coefficient: NonZeroU16::new(coefficient).expect("not zero"),
        amount: Cents(amount),
        exoneration,
    });
    vec(act, 1..=Acts::MOST).prop_map(|acts| Acts::new(acts).expect("so many have room"))
}

fn copies() -> impl Strategy<Value = Copy> {
    let whole = (days(), 0..=FormNumber::LAST, patients(), "[0-9]{9}", natures(), acts(), 0_u8..=100);
    whole.prop_map(|(date, number, patient, body, nature, acts, percent)| {
        let number = FormNumber::new(number).expect("six digits");
        let body = Body::read(&body).expect("nine digits");
        let whole = Copy { date, number, patient, body, nature, acts, ..copy(date, 1) };
        Copy { third_party: whole.total().at(Rate(percent)), ..whole }
    })
}

/// Who paid is in the nature of the form: a record whose objects stand in another order, twice, or beside unknown ones
/// must not pass for one that has none of them.
#[test]
fn a_record_that_says_more_than_a_copy_is_none() {
    let accident = Nature::Accident(Accident::Numbered(AccidentNumber::read("99990001").expect("eight")));
    let record = Copy { nature: accident, ..copy(TODAY, 1) }.record(layout()).expect("it has its place");
    let objects: Vec<u8> = record[2..2 + usize::from(record[1])].to_vec();
    let at = objects.windows(2).position(|bytes| bytes == [0x88, 8]).expect("the accident");
    let (mut moved, number) = (objects.clone(), objects[at..at + 10].to_vec());
    moved.drain(at..at + 10);
    let behind = [&moved[..], &number].concat();
    let doubled = [&objects[..], &number].concat();
    let unknown = [&objects[..], &[0x8F, 0x01, 0x00]].concat();
    for wrong in [behind, doubled, unknown] {
        let mut record = [&[0xEA, u8::try_from(wrong.len()).expect("short")][..], &wrong].concat();
        record.resize(175, 0);
        assert!(Copy::of_record(layout(), &record).is_err(), "{record:02X?}");
        let profile = open_card("");
        let mut transport = in_process(Box::new(profile.card())).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        append(&mut dialogue, profile.layout(), &copy(TODAY, 2)).expect("all may add");
        let add = Command::new("APPEND RECORD", [0x00, 0xE2, 0x00, 0x00], &record, None);
        assert_eq!(dialogue.send(&add).expect("an answer").status, StatusWord::SUCCESS);
        let shown = Shown::Open { copies: vec![copy(TODAY, 2)], unreadable: 1 };
        assert_eq!(reading(&profile, &mut transport).copies.shown, shown, "{record:02X?}");
    }
    assert!(Copy::of_record(layout(), &[0xFF; 175]).is_err());
}

proptest! {
    #[test]
    fn a_copy_reads_back_as_it_was_written(copy in copies()) {
        let record = copy.record(layout()).expect("it has its place");
        prop_assert_eq!(record.len(), 175);
        prop_assert_eq!(Copy::of_record(layout(), &record).expect("a copy"), Some(copy));
    }

    #[test]
    fn no_record_makes_a_terminal_panic(
        copy in copies(), record in vec(any::<u8>(), 0..300), flips in vec((0_usize..175, any::<u8>()), 0..6), honest: bool,
    ) {
        let mut record = if honest { copy.record(layout()).expect("it has its place") } else { record };
        for (at, byte) in flips {
            if let Some(cell) = record.get_mut(at) {
                *cell = byte;
            }
        }
        if let Ok(Some(read)) = Copy::of_record(layout(), &record) {
            // Whatever is taken for a copy can be written, and is the same again.
            let again = read.record(layout()).expect("it has its place");
            prop_assert_eq!(Copy::of_record(layout(), &again).expect("a copy"), Some(read));
        }
    }
}

/// A card whose files are all closed but for one of records, which answers with these.
fn hostile(records: Vec<Vec<u8>>) -> impl virtuale_engine::Card {
    let mut given = 0;
    let mut is_copies = false;
    crate::toy::Toy::with_atr(
        virtuale_engine::Atr::parse(&hex!("3B 75 13 00 00 44 09 EA 90 00")).expect("a public ATR"),
        move |command: &[u8], response: &mut Response| {
            response.clear();
            let status = match command {
                [0x00, 0xA4, 0x04, ..] => 0x9000,
                [0x00, 0xA4, _, _, 0x02, high, low, ..] => {
                    is_copies = [*high, *low] == [0xD0, 0x1B];
                    if is_copies { 0x9000 } else { 0x6A82 }
                }
                [0x00, 0xB0, ..] => 0x6981,
                [0x00, 0xB2, ..] if is_copies && given < records.len() => {
                    response.extend(&records[given]);
                    given += 1;
                    0x9000
                }
                _ => 0x6A83,
            };
            response.finish(StatusWord(status));
            Ok(())
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_records_make_a_reading_panic_or_lose_one(records in vec(vec(any::<u8>(), 0..256), 0..255), copy in copies()) {
        let honest = copy.record(layout()).expect("it has its place");
        let is_shown = records.len() < 253;
        let records = [records, vec![vec![0; 175], honest, vec![0xEA]]].concat();
        let shown = records.len().min(254);
        let blank = records.iter().take(254).filter(|record| record.iter().all(|&byte| byte == 0)).count();
        let mut transport = in_process(Box::new(hostile(records))).expect("power");
        let copies = read(&mut transport, layout(), TODAY).expect("it has VITALE").copies;
        let Shown::Open { copies, unreadable } = copies.shown else { panic!("{copies:?}") };
        prop_assert_eq!(copies.contains(&copy), is_shown);
        prop_assert_eq!(copies.len() + unreadable, shown - blank);
    }

    #[test]
    fn no_answers_make_an_append_panic_or_hang(answers in vec(vec(any::<u8>(), 0..300), 1..12)) {
        let mut transport = in_process(Box::new(parrot(answers))).expect("power");
        let mut dialogue = Dialogue::new(&mut transport);
        let _ = append(&mut dialogue, layout(), &copy(TODAY, 1));
        prop_assert!(dialogue.into_log().len() <= 1_024);
    }
}
