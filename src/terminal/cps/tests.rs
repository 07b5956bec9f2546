//! Whole readings: of the cards of the program, of others, and of cards that answer anything.

use hex_literal::hex;
use jiff::civil::date;
use proptest::prelude::*;
use virtuale_engine::StatusWord;

use super::*;
use crate::{
    profile::{Options, Profile, diagnostic::Source, families::Families, tree::CardDate},
    terminal::{
        files::Lock,
        holder::{Asked, Code, Holder, Nobody},
        remark::Remark,
        toy::parrot,
        transport::{Transport, in_process::in_process},
    },
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

fn card(name: &str) -> Profile {
    Families::built_in().load(name.as_ref(), &OPTIONS).expect("a card of the program")
}

fn reading(name: &str, holder: &mut dyn Holder) -> Reading {
    let profile = card(name);
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    read(&mut transport, profile.layout(), OPTIONS.today, holder).expect("a professional's card")
}

/// Gives one code after the other, and notes what it was asked.
#[derive(Default)]
struct Script {
    codes: Vec<&'static [u8]>,
    asked: Vec<Asked>,
    blocked: bool,
    for_good: bool,
    passed_over: usize,
}

impl Script {
    fn of(codes: &[&'static [u8]]) -> Self {
        Self { codes: codes.iter().rev().copied().collect(), ..Self::default() }
    }
}

impl Holder for Script {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        self.asked.push(asked.clone());
        Code::new(self.codes.pop()?, &asked.digits).ok()
    }

    fn blocked(&mut self, for_good: bool) {
        (self.blocked, self.for_good) = (true, for_good);
    }

    fn passed_over(&mut self) {
        self.passed_over += 1;
    }
}

#[test]
fn without_a_code_what_it_opens_is_named_and_locked() {
    let reading = reading("cps-moreau", &mut Nobody);
    let locks: Vec<_> =
        reading.professional.activities.iter().map(|activity| (activity.number, activity.lock)).collect();
    assert_eq!(locks, [(1, Some(Lock::HolderCode)), (2, Some(Lock::HolderCode))]);
    assert_eq!(reading.professional.billing.lock, Some(Lock::HolderCode));
    assert_eq!(reading.waiting_for_code(), (2, true));
    assert_eq!((reading.codes.proof, reading.codes.holder.left), (Proof::NotGiven, Some(3)));
    assert_eq!(reading.data.at("exercice"), None, "nothing of them was read");
    assert_eq!(reading.closed.len(), 3, "places without an activity are none");
    assert_eq!(reading.remarks, [Remark::TestCard]);
}

#[test]
fn with_the_code_a_card_says_what_its_file_does() {
    let files = ["cps-lefevre", "cps-moreau", "cps-diallo", "cpe-accueil", "cpe-anonyme", "cpa-caisse"];
    for name in files {
        let reading = reading(name, &mut Script::of(&[b"1234"]));
        let mut written = professional(card(name).data());
        written.card.updated = reading.professional.card.updated;
        if let Some(employer) = &mut written.holder.employer {
            employer.name = reading.professional.holder.employer.as_ref().and_then(|employer| employer.name.clone());
        }
        assert_eq!(reading.professional, written, "{name}");
        assert_eq!((reading.codes.proof, reading.closed.len()), (Proof::Proved, 0), "{name}");
        let numbers: Vec<_> = reading.certificates.iter().map(|certificate| certificate.card.clone()).collect();
        assert_eq!(numbers, vec![written.card.number; 2], "{name}");
    }
}

#[test]
fn a_wrong_code_is_asked_for_again_until_none_is_given_or_none_is_left() {
    let mut holder = Script::of(&[b"0000", b"0000"]);
    let reading_of_two = reading("cps-lefevre", &mut holder);
    let asked: Vec<_> = holder.asked.iter().map(|asked| (asked.tries, asked.again)).collect();
    assert_eq!(asked, [(Some(3), false), (Some(2), true), (Some(1), true)]);
    assert_eq!((reading_of_two.codes.proof, reading_of_two.codes.holder.left), (Proof::Wrong, Some(1)));
    assert!(reading_of_two.remarks.contains(&Remark::FewTries { left: 1 }));
    let mut holder = Script::of(&[b"0000", b"0000", b"0000", b"1234"]);
    let blocked = reading("cps-lefevre", &mut holder);
    assert!(holder.blocked && holder.asked.len() == 3);
    assert_eq!(blocked.codes.proof, Proof::Blocked);
    assert!(blocked.remarks.contains(&Remark::CodeBlocked));
}

#[test]
fn nobody_is_asked_for_a_code_that_is_blocked_or_opens_nothing() {
    let mut holder = Script::of(&[b"1234"]);
    let blocked = reading("cps-bloquee", &mut holder);
    assert!(holder.asked.is_empty() && holder.blocked && !holder.for_good);
    assert_eq!((blocked.codes.proof, blocked.codes.holder.left), (Proof::Blocked, Some(0)));
}

/// A card with neither activities nor billing situations.
fn card_without_work() -> Profile {
    let holder = "[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
    let source = Source { name: "c.toml".into(), text: format!("layout = \"cps3\"\n{holder}") };
    Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn a_code_that_is_given_is_presented_though_it_opens_nothing() {
    let given = |codes: &[&'static [u8]]| {
        let (profile, mut holder) = (card_without_work(), Script::of(codes));
        let mut transport = in_process(Box::new(profile.card())).expect("power");
        let reading = read(&mut transport, profile.layout(), OPTIONS.today, &mut holder).expect("a card");
        assert!(holder.asked.iter().all(|asked| !asked.opens));
        (reading.codes.proof, reading.codes.holder.left, holder.asked.len())
    };
    assert_eq!(given(&[]), (Proof::NotNeeded, Some(3), 1));
    assert_eq!(given(&[b"1234"]), (Proof::Proved, Some(3), 1));
    assert_eq!(given(&[b"0000"]), (Proof::Wrong, Some(2), 2));
}

#[test]
fn a_code_that_another_program_proved_is_not_asked_for_and_stays_proved() {
    for name in ["cps-lefevre", "cps4-lefevre"] {
        let profile = card(name);
        let mut transport = in_process(Box::new(profile.card())).expect("power");
        let mut response = virtuale_engine::Response::new();
        transport.transmit(&hex!("00 20 00 01 04 31323334"), &mut response).expect("an answer");
        let reading = read(&mut transport, profile.layout(), OPTIONS.today, &mut Nobody).expect("a card");
        assert_eq!((reading.codes.proof, reading.closed.len()), (Proof::ProvedBefore, 0), "{name}");
        transport.transmit(&hex!("00 20 00 01"), &mut response).expect("an answer");
        assert_eq!(response.as_bytes(), hex!("90 00"), "{name}");
    }
}

#[test]
fn a_card_without_counters_in_data_objects_is_asked_by_verify() {
    let tries = |reading: &Reading| {
        let Codes { holder, unblocking, before, .. } = reading.codes;
        (holder.left, unblocking.left, before)
    };
    let profile = card("cps4-lefevre");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let mut read =
        |holder: &mut dyn Holder| read(&mut transport, profile.layout(), OPTIONS.today, holder).expect("a card");
    assert_eq!(tries(&read(&mut Nobody)), (Some(3), Some(10), None));
    assert_eq!(tries(&read(&mut Script::of(&[b"0000"]))), (Some(2), Some(10), Some(3)));
    let right = read(&mut Script::of(&[b"1234"]));
    assert_eq!(tries(&right), (Some(3), Some(10), Some(2)), "counted again behind the reset");
    let last = right.exchanges.iter().rfind(|exchange| exchange.name == "VERIFY PIN").expect("it was asked");
    assert_eq!((&last.command[..], last.status), (&hex!("00 20 00 01")[..], StatusWord(0x63C3)));
}

#[test]
fn billing_that_is_over_or_to_come_or_signs_lots_alone_is_remarked() {
    let text = virtuale_applets::cards::CPS_MOREAU.to_owned()
        + "\n[[facturation]]\nraison_sociale = \"A\"\nsiren = \"999000003\"\nnumero_facturation = \"999100019\"\n\
           specialite = \"50\"\ndebut = \"2024-01-01\"\nfin = \"2025-12-31\"\n\
           [[facturation]]\nraison_sociale = \"B\"\nsiren = \"999000003\"\nnumero_facturation = \"999100019\"\n\
           specialite = \"50\"\ndebut = \"2026-02-01\"\nsigne_fse = false\n";
    let source = Source { name: "c.toml".into(), text };
    let profile = Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let reading = read(&mut transport, profile.layout(), OPTIONS.today, &mut Script::of(&[b"1234"])).expect("a card");
    let count = reading.professional.billing.situations.len();
    let day = |year, month, day| CardDate { year, month, day, hour: 0, minute: 0 };
    let right = [
        Remark::BillingEnded { situation: count - 1, end: day(2025, 12, 31) },
        Remark::BillingNotBegun { situation: count, start: day(2026, 2, 1) },
        Remark::LotsWithoutForms { situation: count },
        Remark::TestCard,
    ];
    assert_eq!(reading.remarks, right);
}

#[test]
fn where_both_codes_are_blocked_nothing_is_said_to_open_the_card() {
    let profile = card("cps-bloquee");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let mut response = virtuale_engine::Response::new();
    for _ in 0..15 {
        transport.transmit(&hex!("00 20 00 02 08 30 30 30 30 30 30 30 30"), &mut response).expect("an answer");
    }
    let mut holder = Script::of(&[b"1234"]);
    let blocked = read(&mut transport, profile.layout(), OPTIONS.today, &mut holder).expect("a card");
    assert!(holder.blocked && holder.for_good);
    assert_eq!(blocked.remarks.iter().filter(|remark| **remark == Remark::BothCodesBlocked).count(), 1);
    assert!(!blocked.remarks.iter().any(|other| matches!(other, Remark::CodeBlocked | Remark::UnblockingCodeBlocked)));
}

#[test]
fn cards_that_fail_say_why() {
    let expired = reading("cps-perimee", &mut Nobody);
    let ended = |remark: &&Remark| matches!(remark, Remark::CardExpired { .. } | Remark::CertificateExpired { .. });
    assert_eq!(expired.remarks.iter().filter(ended).count(), 3, "{:?}", expired.remarks);
    assert!(reading("cps-inconnue", &mut Nobody).remarks.contains(&Remark::UncommonAtr));
}

#[test]
fn another_card_gives_no_reading() {
    let martin = card("vitale2-martin");
    let mut transport = in_process(Box::new(martin.card())).expect("power");
    let outcome = read(&mut transport, card("cps-lefevre").layout(), OPTIONS.today, &mut Nobody);
    assert!(matches!(outcome, Err(ReadError::NotProfessional { status: StatusWord::FILE_NOT_FOUND })), "{outcome:?}");
}

#[test]
fn who_was_not_asked_since_the_card_comes_to_no_end_is_told() {
    let layout = card("cps-lefevre");
    let mut transport = in_process(Box::new(parrot(vec![hex!("61 10").to_vec()]))).expect("power");
    let mut holder = Script::of(&[b"1234"]);
    let reading = read(&mut transport, layout.layout(), OPTIONS.today, &mut holder).expect("what there is of it");
    assert!(reading.cut_short);
    assert_eq!((holder.asked.len(), holder.passed_over), (0, 1));
    let mut holder = Script::of(&[b"1234"]);
    let mut transport = in_process(Box::new(layout.card())).expect("power");
    read(&mut transport, layout.layout(), OPTIONS.today, &mut holder).expect("a card");
    assert_eq!((holder.asked.len(), holder.passed_over), (1, 0));
    let mut transport = in_process(Box::new(card("vitale2-martin").card())).expect("power");
    read(&mut transport, layout.layout(), OPTIONS.today, &mut holder).expect_err("another card");
    assert_eq!(holder.passed_over, 0, "it takes no code");
}

#[test]
fn a_code_that_was_right_is_forgotten_and_in_no_log() {
    let profile = card("cps-lefevre");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    let reading = read(&mut transport, profile.layout(), OPTIONS.today, &mut Script::of(&[b"1234"])).expect("a card");
    let verify = reading.exchanges.iter().find(|exchange| exchange.name == "VERIFY PIN").expect("it was sent");
    assert_eq!(verify.command, hex!("00 20 00 01 04"));
    let mut response = virtuale_engine::Response::new();
    transport.transmit(&hex!("00 20 00 01 00"), &mut response).expect("an answer");
    assert_eq!(response.as_bytes(), hex!("63 C3"), "nothing is proved any more");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_card_makes_it_panic_or_hang(
        said in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..6),
        processed: bool,
    ) {
        let end: &[u8] = if processed { &hex!("90 00") } else { &[] };
        let responses: Vec<Vec<u8>> = said.into_iter().map(|data| [&data[..], end].concat()).collect();
        let layout = card("cps-lefevre");
        let mut transport = in_process(Box::new(parrot(responses))).expect("power");
        let _ = read(&mut transport, layout.layout(), OPTIONS.today, &mut Script::of(&[b"1234", b"0000"]));
    }
}
