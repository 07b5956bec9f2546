//! Proofs between the cards of the program.

use std::sync::LazyLock;

use jiff::civil::date;
use proptest::prelude::*;
use virtuale_engine::{Fault, Fid, Protocol, Reset, Response, StatusWord, image::FileKind};

use super::*;
use crate::{
    profile::{Options, authority::CvAuthority, diagnostic::Source, families::Families},
    terminal::{
        exchange::{Command, Dialogue},
        files::Lock,
        holder::{Code, Nobody},
        toy::parrot,
        transport::{
            Transport, TransportError,
            in_process::{InProcess, in_process},
        },
        vitale::read_beside,
    },
};

pub(super) const COUVERT: Fid = Fid(0xD012);
pub(super) const EXONER: Fid = Fid(0xD013);

pub(super) fn card(name: &str) -> InProcess {
    card_on(name, date(2026, 1, 15))
}

fn card_on(name: &str, today: jiff::civil::Date) -> InProcess {
    let profile = Families::built_in().load(name.as_ref(), &Options { today, seed: 1 }).expect("a card of the program");
    in_process(Box::new(profile.card())).expect("power")
}

/// The card of a professional in training.
pub(super) fn trainee() -> InProcess {
    let text = "layout = 'cps3'\n[carte]\ntype = 'cpf'\n[titulaire]\nnom = 'A'\nprenom = 'B'\netudiant = '999000000'\n\
                profession = '10'\n";
    let source = Source { name: "cpf.toml".into(), text: text.into() };
    let options = Options { today: date(2026, 1, 15), seed: 1 };
    let profile = Families::built_in().parse(source, None, &options).expect("a card file");
    in_process(Box::new(profile.card())).expect("power")
}

/// Gives a code as often as it is asked.
pub(super) struct Says(pub(super) &'static [u8]);

impl Holder for Says {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(self.0, &asked.digits).ok().filter(|_| !asked.again)
    }
}

/// A professional's card beside another, which proves its role in clear.
fn beside<'a>(card: &'a mut dyn Transport, holder: &'a mut dyn Holder) -> Beside<'a> {
    Beside { dialogue: Ok(Dialogue::new(card)), manner: Manner::Plain, holder, bearer: Bearer::default() }
}

/// What a card says to SELECT and READ BINARY of a file in the current application.
pub(super) fn reads(patient: &mut dyn Transport, file: Fid) -> StatusWord {
    let mut patient = Dialogue::new(patient);
    assert_eq!(patient.send(&Command::select_file("F", file)).expect("an answer").status, StatusWord::SUCCESS);
    patient.send(&Command::read_binary("F", 0).expect("it has an address")).expect("an answer").status
}

fn proved(patient: &mut dyn Transport, professional: &mut dyn Transport) -> Result<Right, Unproven> {
    prove(&mut Dialogue::new(patient), &mut Dialogue::new(professional), &mut Says(b"1234"))
}

#[test]
fn a_professionals_card_opens_what_the_law_keeps_for_it() {
    let (mut patient, mut professional) = (card("vitale2-martin"), card("cps-lefevre"));
    let right = proved(&mut patient, &mut professional).expect("a proof");
    assert_eq!(right.form, Form::Recovered);
    for file in [COUVERT, EXONER] {
        assert_eq!(reads(&mut patient, file), StatusWord::SUCCESS);
    }
    assert!(right.holds(&mut Dialogue::new(&mut professional)));
    professional.reset(Reset::Warm).expect("it comes back");
    assert!(!right.holds(&mut Dialogue::new(&mut professional)), "the code must be proved again");
    patient.reset(Reset::Warm).expect("it comes back");
    let mut dialogue = Dialogue::new(&mut patient);
    select(&mut dialogue, Doing::SelectPatient, "VITALE", VITALE).expect("it is there");
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED);
}

#[test]
fn a_right_ends_with_the_application_that_it_was_proved_in() {
    let (mut patient, mut professional) = (card("vitale2-martin"), card("cps-lefevre"));
    proved(&mut patient, &mut professional).expect("a proof");
    let selects = |patient: &mut InProcess, aid| {
        select(&mut Dialogue::new(patient), Doing::SelectPatient, "X", aid).expect("it is there");
    };
    selects(&mut patient, VITALE);
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SUCCESS, "it was not left");
    selects(&mut patient, MF_VITALE);
    selects(&mut patient, VITALE);
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED);
}

#[test]
fn each_kind_of_card_opens_what_its_role_does_and_none_the_photo() {
    let photo = Fid(0xD019);
    let refused = StatusWord::SECURITY_NOT_SATISFIED;
    for (name, opened) in [("cps-lefevre", true), ("cpe-accueil", true), ("cpa-caisse", true), ("cpf", false)] {
        let mut professional = if name == "cpf" { trainee() } else { card(name) };
        let mut patient = card("vitale2-martin");
        proved(&mut patient, &mut professional).expect("a proof");
        for file in [COUVERT, EXONER] {
            assert_eq!(reads(&mut patient, file), if opened { StatusWord::SUCCESS } else { refused }, "{name}");
        }
        assert_eq!(reads(&mut patient, photo), refused, "{name}");
        let write = Command::new("UPDATE BINARY", [0x00, 0xD6, 0x00, 0x00], &[0; 4], None);
        let written = Dialogue::new(&mut patient).send(&write).expect("an answer");
        assert_eq!(written.status, refused, "{name}: only the issuer writes");
    }
}

#[test]
fn an_authority_opens_nothing_with_its_own_key() {
    let authority = CvAuthority::from_seed(0).expect("an authority").authority;
    let mut patient = card("vitale2-martin");
    let mut dialogue = Dialogue::new(&mut patient);
    let number = number_of_patient(&mut dialogue).expect("a Vitale");
    let root = [&[0x83, 0x08][..], b"TESTCVE1"].concat();
    let checks = environment("MSE", [0x81, 0xB6], &root);
    let header = [0x00, Ins::PERFORM_SECURITY_OPERATION.0, 0x00, 0xBE];
    let verify = Command::new("PSO", header, &authority.p256[4..], None);
    let names = environment("MSE", [0x81, 0xA4], &[&[0x83, 0x08][..], b"TESTCAE1"].concat());
    for command in [checks, verify, names] {
        sent(&mut dialogue, Doing::CheckCertificate(Link::Authority), &command).expect("its certificate is good");
    }
    let challenge = Command::new("GET CHALLENGE", [0, Ins::GET_CHALLENGE.0, 0, 0], &[], Some(8));
    let challenge = sent(&mut dialogue, Doing::Challenge(Side::Patient), &challenge).expect("a challenge").data;
    let hash = RustCrypto.hash(HashAlgorithm::Sha256, &[&challenge, &number.0]);
    let proof = RustCrypto.ecdsa_sign(&authority.keys.p256, hash.as_bytes()).expect("a signature");
    let external = Command::new("EXTERNAL", [0, Ins::EXTERNAL_AUTHENTICATE.0, 0, 0], &proof, None);
    sent(&mut dialogue, Doing::TakeProof, &external).expect("its own key");
    for file in [COUVERT, EXONER] {
        assert_eq!(reads(&mut patient, file), StatusWord::SECURITY_NOT_SATISFIED);
    }
}

#[test]
fn nothing_is_proved_without_the_right_code() {
    let outcome = |holder: &mut dyn Holder, professional: &str| {
        let (mut patient, mut professional) = (card("vitale2-martin"), card(professional));
        prove(&mut Dialogue::new(&mut patient), &mut Dialogue::new(&mut professional), holder)
    };
    assert!(matches!(outcome(&mut Nobody, "cps-lefevre"), Err(Unproven::Denied(Denial::CodeNotGiven))));
    let wrong = outcome(&mut Says(b"4321"), "cps-lefevre");
    assert!(matches!(wrong, Err(Unproven::Denied(Denial::CodeWrong { left: Some(2) }))), "{wrong:?}");
    assert!(matches!(outcome(&mut Says(b"1234"), "cps-bloquee"), Err(Unproven::Denied(Denial::CodeBlocked))));
}

/// A card that is pulled after so many commands.
pub(super) struct Pulled {
    pub(super) card: InProcess,
    pub(super) left: usize,
}

impl Transport for Pulled {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.card.reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        self.left = self.left.checked_sub(1).ok_or(Fault::Mute)?;
        self.card.transmit(command, response)
    }
}

#[test]
fn a_professionals_card_that_is_pulled_at_any_command_leaves_the_patients_closed() {
    let profile = Families::built_in().load("vitale2-martin".as_ref(), &Options { today: date(2026, 1, 15), seed: 1 });
    let layout = profile.expect("a card of the program").layout().clone();
    let (mut ended, mut left) = (Vec::new(), 0);
    while ended.last() != Some(&(true, 3)) {
        assert!(left < 40, "the proof does not end");
        let (mut patient, mut professional) = (card("vitale2-martin"), Pulled { card: card("cps-lefevre"), left });
        let mut says = Says(b"1234");
        let mut beside = [beside(&mut professional, &mut says)];
        let reading = read_beside(&mut patient, &layout, date(2026, 1, 15), &mut beside).expect("a Vitale");
        let [look] = &reading.looks[..] else { panic!("one card was beside it") };
        assert!(look.outcome.is_ok() || look.outcome == Err(Denial::Gone), "{look:?}");
        let closed = reading.closed.iter().filter(|file| file.lock == Lock::ProfessionalCard).count();
        assert_eq!(closed + look.opened.len(), 3, "{look:?}");
        ended.push((look.outcome.is_ok(), look.opened.len()));
        select(&mut Dialogue::new(&mut patient), Doing::SelectPatient, "VITALE", VITALE).expect("it is there");
        assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED, "after {left} commands");
        left += 1;
    }
    for opened in 0..=3 {
        assert!(ended.contains(&(false, opened)), "no card was pulled after {opened} files");
    }
}

#[test]
fn the_first_card_whose_role_opens_something_does_and_those_behind_it_are_not_asked() {
    let options = Options { today: date(2026, 1, 15), seed: 1 };
    let profile = Families::built_in().load("vitale2-martin".as_ref(), &options).expect("a card of the program");
    let mut patient = card("vitale2-martin");
    let [mut silent, mut proving, mut idle] = ["cps-moreau", "cps-lefevre", "cps-diallo"].map(card);
    let mut trainee = trainee();
    let (mut nobody, mut learns, mut says, mut unasked) = (Nobody, Says(b"1234"), Says(b"1234"), Says(b"1234"));
    let holders: [&mut dyn Holder; 4] = [&mut nobody, &mut learns, &mut says, &mut unasked];
    let mut beside: Vec<Beside<'_>> = [&mut silent, &mut trainee, &mut proving, &mut idle]
        .into_iter()
        .zip(holders)
        .map(|(card, holder)| beside(card, holder))
        .collect();
    let reading = read_beside(&mut patient, profile.layout(), options.today, &mut beside).expect("a Vitale");
    let [first, trainee, second] = &reading.looks[..] else { panic!("three were asked: {:?}", reading.looks) };
    assert_eq!(first.outcome, Err(Denial::CodeNotGiven));
    assert!(trainee.outcome.is_ok() && trainee.opened.is_empty(), "a role that opens nothing: {trainee:?}");
    assert!(second.outcome.is_ok() && second.opened == ["COUVERT", "EXONER", "COPIES"], "{second:?}");
    let idle = beside.pop().expect("the last").dialogue.expect("it can be asked");
    assert!(idle.into_log().is_empty());
}

/// Every command that a patient's card gets in a proof, and the proof is for another challenge: the card had another
/// seed.
fn of_another_proof(seed: u64, professional: &str) -> Vec<Vec<u8>> {
    let options = Options { today: date(2026, 1, 15), seed };
    let profile = Families::built_in().load("vitale2-martin".as_ref(), &options).expect("a card of the program");
    let mut patient = in_process(Box::new(profile.card())).expect("power");
    let mut professional = card(professional);
    let mut dialogue = Dialogue::new(&mut patient);
    prove(&mut dialogue, &mut Dialogue::new(&mut professional), &mut Says(b"1234")).expect("a proof");
    dialogue.into_log().into_iter().map(|exchange| exchange.command).collect()
}

/// What a terminal without the right may send: proofs of other cards, and what else there is.
fn sendable() -> Vec<Vec<u8>> {
    let proofs = [(2, "cps-lefevre"), (3, "cps-lefevre"), (4, "cpe-accueil"), (5, "cps4-lefevre")];
    let mut commands: Vec<_> = proofs.into_iter().flat_map(|(seed, card)| of_another_proof(seed, card)).collect();
    let others = [
        "00A40000023F00",
        "00A4020C02D012",
        "00A4020C02D013",
        "00B0000000",
        "00B0000100",
        "00B0820000",
        "00B2010400",
        "00B1D01204540200FF",
        "00CB3FFF044D027000",
        "0084000008",
        "0084000010",
        "0082000001FF",
        "008200000800112233445566",
        "002200F301",
        "002200F302",
        "002200F305",
        "002281A406800180830101",
        "002000010431323334",
        "0088000008001122334455",
        "0070000001",
        "0070800100",
        "01A4040C0BD250000002564954414C45",
        "01A4020C02D012",
        "01B0000000",
        "0CB0000000",
        "00D6000001FF",
        "0012800000",
        "0012810000",
    ];
    commands.extend(others.map(|command| hex::decode(command).expect("hexadecimal")));
    commands.sort();
    commands.dedup();
    commands
}

/// What stands in the files that the law keeps closed.
pub(super) fn kept_closed() -> [Vec<u8>; 2] {
    let options = Options { today: date(2026, 1, 15), seed: 1 };
    let profile = Families::built_in().load("vitale2-durand".as_ref(), &options).expect("a card of the program");
    [COUVERT, EXONER].map(|fid| {
        let file = profile.image().files.iter().find(|file| file.fid == fid).expect("the file");
        let FileKind::Transparent { content, .. } = &file.kind else { panic!("bytes") };
        content.bytes().get(..12).expect("some").to_vec()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_commands_without_the_right_proof_open_anything(
        chosen in proptest::collection::vec(any::<prop::sample::Index>(), 1..120),
        resets in proptest::collection::vec(0_usize..120, 0..3),
    ) {
        static SENDABLE: LazyLock<Vec<Vec<u8>>> = LazyLock::new(sendable);
        static CLOSED: LazyLock<[Vec<u8>; 2]> = LazyLock::new(kept_closed);
        let mut patient = card("vitale2-durand");
        let mut response = Response::new();
        let last = ["00A4020C02D012", "00B0000000", "00A4020C02D013", "00B0000000", "01B0000000"];
        let last = last.map(|command| hex::decode(command).expect("hexadecimal"));
        let chosen = chosen.iter().map(|index| index.get(SENDABLE.as_slice()));
        for (number, command) in chosen.chain(&last).enumerate() {
            if resets.contains(&number) {
                patient.reset(Reset::Warm).expect("it comes back");
            }
            patient.transmit(command, &mut response).expect("an answer");
            for kept in CLOSED.iter() {
                let shows = response.data().windows(kept.len()).any(|part| part == kept);
                prop_assert!(!shows, "{} shows what it must not", hex::encode_upper(command));
            }
        }
    }
}

#[test]
fn what_no_commands_show_is_what_a_proof_opens() {
    let (mut patient, mut professional) = (card("vitale2-durand"), card("cps-lefevre"));
    proved(&mut patient, &mut professional).expect("a proof");
    for (file, kept) in [COUVERT, EXONER].into_iter().zip(kept_closed()) {
        let mut patient = Dialogue::new(&mut patient);
        patient.send(&Command::select_file("F", file)).expect("an answer");
        let read = patient.send(&Command::read_binary("F", 0).expect("it has an address")).expect("an answer");
        assert!(read.data.starts_with(&kept), "{:02X?}", read.data);
    }
}

#[test]
fn a_cps4_proves_its_role_on_p256_as_long_as_it_is_valid() {
    let (mut patient, mut professional) = (card("vitale2-martin"), card("cps4-lefevre"));
    let right = proved(&mut patient, &mut professional).expect("a proof");
    assert_eq!(right.form, Form::Descriptive);
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SUCCESS);
    // The card file gives its validity from today, so the card is made first and the day comes later.
    let (mut patient, mut professional) = (card_on("vitale2-martin", date(2035, 1, 15)), card("cps4-lefevre"));
    let refused = proved(&mut patient, &mut professional);
    let doing = Doing::CheckCertificate(Link::Own);
    let expired = Denial::Refused { doing, status: StatusWord::CONDITIONS_NOT_SATISFIED };
    assert!(matches!(&refused, Err(Unproven::Denied(denial)) if *denial == expired), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn cards_that_answer_anything_bring_a_proof_to_its_end(
        patient in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..24),
        professional in proptest::collection::vec(answer(), 0..24),
    ) {
        let [mut patient, mut professional] =
            [patient, professional].map(|answers| in_process(Box::new(parrot(answers))).expect("power"));
        let (mut patient, mut professional) = (Dialogue::new(&mut patient), Dialogue::new(&mut professional));
        let outcome = prove(&mut patient, &mut professional, &mut Says(b"1234"));
        prop_assert!(outcome.is_err() || !patient.into_log().is_empty(), "{outcome:?}");
    }
}

/// What a hostile card may answer: anything, or what looks like a number or a certificate.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let looks = prop_oneof![
        Just(vec![0x5A, 0x0A, 0x80, 0x25, 0, 0, 1, 0x99, 0x99, 0x12, 0x34, 0x5F, 0x90, 0x00]),
        Just([&[0x7F, 0x21, 0x0A, 0x42, 0x08][..], b"TESTCVR1", &[0x90, 0x00]].concat()),
        Just([&[0x7F, 0x21, 0x0D, 0x7F, 0x4E, 0x0A, 0x42, 0x08][..], b"TESTCVE1", &[0x90, 0x00]].concat()),
        Just(vec![0x7F, 0x21, 0x82, 0xFF, 0xFF, 0x90, 0x00]),
        Just(vec![0x90, 0x00]),
    ];
    prop_oneof![looks, proptest::collection::vec(any::<u8>(), 0..80)]
}
