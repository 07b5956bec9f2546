//! Proofs between the cards of the program.

use jiff::civil::date;
use virtuale_engine::{Fid, Reset, StatusWord};

use super::*;
use crate::{
    profile::{Options, families::Families},
    terminal::{
        exchange::{Command, Dialogue},
        holder::{Code, Nobody},
        transport::{
            Transport,
            in_process::{InProcess, in_process},
        },
    },
};

const COUVERT: Fid = Fid(0xD012);
const EXONER: Fid = Fid(0xD013);

fn card(name: &str) -> InProcess {
    card_on(name, date(2026, 1, 15))
}

fn card_on(name: &str, today: jiff::civil::Date) -> InProcess {
    let profile = Families::built_in().load(name.as_ref(), &Options { today, seed: 1 }).expect("a card of the program");
    in_process(Box::new(profile.card())).expect("power")
}

/// Gives a code as often as it is asked.
struct Says(&'static [u8]);

impl Holder for Says {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(self.0, &asked.digits).ok().filter(|_| !asked.again)
    }
}

/// What a card says to SELECT and READ BINARY of a file in the current application.
fn reads(patient: &mut dyn Transport, file: Fid) -> StatusWord {
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
fn nothing_is_proved_without_the_right_code() {
    let outcome = |holder: &mut dyn Holder, professional: &str| {
        let (mut patient, mut professional) = (card("vitale2-martin"), card(professional));
        prove(&mut Dialogue::new(&mut patient), &mut Dialogue::new(&mut professional), holder)
    };
    assert!(matches!(outcome(&mut Nobody, "cps-lefevre"), Err(Unproven::CodeNotGiven)));
    let wrong = outcome(&mut Says(b"4321"), "cps-lefevre");
    assert!(matches!(wrong, Err(Unproven::CodeWrong { left: Some(2) })), "{wrong:?}");
    assert!(matches!(outcome(&mut Says(b"1234"), "cps-bloquee"), Err(Unproven::CodeBlocked)));
}
