//! Whole readings: of the cards of the program, of others, and of cards that answer anything.

use hex_literal::hex;
use jiff::civil::date;
use proptest::prelude::*;
use virtuale_engine::StatusWord;

use super::*;
use crate::{
    profile::{Options, Profile, families::Families},
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
