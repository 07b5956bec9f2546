//! Both cards under secure messaging, with the terminal between them.

use jiff::civil::date;
use virtuale_engine::{Fault, Protocol, Reset, Response, StatusWord};

use super::{
    tests::{COUVERT, EXONER, Pulled, Says, card, kept_closed, reads, trainee},
    *,
};
use crate::{
    profile::{Options, families::Families, layout::Layout},
    terminal::{
        exchange::Exchange,
        files::Lock,
        holder::Nobody,
        transport::{Transport, TransportError, in_process::InProcess},
        vitale::{Reading, read_beside},
    },
};

fn layout() -> Layout {
    let options = Options { today: date(2026, 1, 15), seed: 1 };
    let profile = Families::built_in().load("vitale2-durand".as_ref(), &options).expect("a card of the program");
    profile.layout().clone()
}

/// Reads a Vitale with a professional's card beside it, under secure messaging.
fn read(patient: &mut dyn Transport, professional: &mut dyn Transport, holder: &mut dyn Holder) -> Reading {
    let dialogue = Ok(Dialogue::new(professional));
    let mut beside = [Beside { dialogue, manner: Manner::Secured, holder, bearer: Bearer::default() }];
    read_beside(patient, &layout(), date(2026, 1, 15), &mut beside).expect("a Vitale")
}

#[test]
fn both_cards_prove_themselves_and_the_right_is_bound_to_their_session() {
    let (mut patient, mut professional) = (card("vitale2-martin"), card("cps-lefevre"));
    let (mut patients, mut professionals) = (Dialogue::new(&mut patient), Dialogue::new(&mut professional));
    let right = prove_secured(&mut patients, &mut professionals, &mut Says(b"1234")).expect("a proof");
    assert!(right.secured && right.form == Form::Recovered);
    let mut between = BetweenCards::new(&mut patients, &mut professionals);
    for file in [COUVERT, EXONER, COUVERT] {
        assert_eq!(reads(&mut between, file), StatusWord::SUCCESS);
    }
    assert!(between.into_broken().is_none());
    // A plain command ends the session, and the right with it; the professional's card cannot bring it back.
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED);
    let (mut patients, mut professionals) = (Dialogue::new(&mut patient), Dialogue::new(&mut professional));
    let mut between = BetweenCards::new(&mut patients, &mut professionals);
    let select = Command::select_file("COUVERT", COUVERT);
    let answer = Dialogue::new(&mut between).send(&select).expect("an answer in clear");
    assert_eq!(answer.status, StatusWord::REFERENCE_NOT_FOUND);
    assert!(Dialogue::new(&mut between).send(&select).is_err(), "nothing goes in clear by itself");
}

#[test]
fn what_opens_is_read_between_the_cards_and_stands_nowhere_in_clear() {
    let (mut patient, mut professional) = (card("vitale2-durand"), card("cps-lefevre"));
    let reading = read(&mut patient, &mut professional, &mut Says(b"1234"));
    let [look] = &reading.looks[..] else { panic!("one card was beside it") };
    assert!(look.outcome.as_ref().is_ok_and(|right| right.secured), "{look:?}");
    assert_eq!(look.opened, ["COUVERT", "EXONER", "COPIES"]);
    let mut plain = card("vitale2-durand");
    let mut other = card("cps-lefevre");
    let dialogue = Ok(Dialogue::new(&mut other));
    let mut says = Says(b"1234");
    let mut beside = [Beside { dialogue, manner: Manner::Plain, holder: &mut says, bearer: Bearer::default() }];
    let right = read_beside(&mut plain, &layout(), date(2026, 1, 15), &mut beside).expect("a Vitale");
    assert_eq!((&reading.data, &reading.files), (&right.data, &right.files), "the same as in clear");
    let named = |exchange: &&Exchange| exchange.name == "SM READ BINARY";
    assert!(reading.exchanges.iter().any(|exchange| named(&exchange)));
    for kept in kept_closed() {
        let shows = |exchange: &&Exchange| exchange.data.windows(kept.len()).any(|part| part == kept);
        assert!(reading.exchanges.iter().find(shows).is_none(), "it went over the transport in clear");
    }
    // Behind the reading nobody finds it open.
    let vitale = Aid::new(VITALE).expect("an AID");
    Dialogue::new(&mut patient).send(&Command::select_application("VITALE", &vitale)).expect("an answer");
    assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED);
}

#[test]
fn each_kind_of_card_opens_the_same_as_in_clear() {
    for (name, opened) in [("cpe-accueil", 3), ("cpa-caisse", 3), ("cpf", 0)] {
        let mut professional = if name == "cpf" { trainee() } else { card(name) };
        let reading = read(&mut card("vitale2-martin"), &mut professional, &mut Says(b"1234"));
        let [look] = &reading.looks[..] else { panic!("one card was beside it") };
        assert!(look.outcome.is_ok() && look.opened.len() == opened, "{name}: {look:?}");
    }
}

#[test]
fn a_card_that_cannot_or_may_not_is_told_why() {
    let outcome = |professional: &str, holder: &mut dyn Holder| {
        let (mut patient, mut professional) = (card("vitale2-martin"), card(professional));
        prove_secured(&mut Dialogue::new(&mut patient), &mut Dialogue::new(&mut professional), holder)
    };
    let fourth = outcome("cps4-lefevre", &mut Says(b"1234"));
    assert!(matches!(fourth, Err(Unproven::Denied(Denial::NoSession))), "{fourth:?}");
    assert!(matches!(outcome("cps-lefevre", &mut Nobody), Err(Unproven::Denied(Denial::CodeNotGiven))));
    assert!(matches!(outcome("cps-bloquee", &mut Says(b"1234")), Err(Unproven::Denied(Denial::CodeBlocked))));
    let two = outcome("vitale2-durand", &mut Says(b"1234"));
    assert!(matches!(two, Err(Unproven::Denied(Denial::Refused { doing: Doing::SelectProfessional, .. }))), "{two:?}");
}

#[test]
fn a_professionals_card_that_is_pulled_leaves_the_patients_closed() {
    let mut opened = Vec::new();
    for left in (0..26).chain((26..600).step_by(17)) {
        let (mut patient, mut professional) = (card("vitale2-martin"), Pulled { card: card("cps-lefevre"), left });
        let reading = read(&mut patient, &mut professional, &mut Says(b"1234"));
        let [look] = &reading.looks[..] else { panic!("one card was beside it") };
        assert!(look.outcome.is_ok() || look.outcome == Err(Denial::Gone), "after {left}: {look:?}");
        let closed = reading.closed.iter().filter(|file| file.lock == Lock::ProfessionalCard).count();
        assert_eq!(closed + look.opened.len(), 3, "after {left}: {look:?}");
        let vitale = Aid::new(VITALE).expect("an AID");
        Dialogue::new(&mut patient).send(&Command::select_application("VITALE", &vitale)).expect("an answer");
        assert_eq!(reads(&mut patient, COUVERT), StatusWord::SECURITY_NOT_SATISFIED, "after {left} commands");
        opened.push((look.outcome.is_ok(), look.opened.len()));
        if look.outcome.is_ok() {
            break;
        }
    }
    assert_eq!(opened.last(), Some(&(true, 3)), "it was never left in");
    assert!(opened.contains(&(false, 0)) && opened.contains(&(false, 1)), "{opened:?}");
}

/// A patient's card of whose answers under secure messaging one is changed on its way.
struct Changed {
    card: InProcess,
    /// How many answers are left as they are.
    honest: usize,
}

impl Transport for Changed {
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
        self.card.transmit(command, response)?;
        let protected = response.data().windows(2).any(|part| part == [0x8E, 0x08]);
        if !protected {
            return Ok(());
        }
        let Some(left) = self.honest.checked_sub(1) else {
            let (mut data, status) = (response.data().to_vec(), response.status().ok_or(Fault::Mute)?);
            let last = data.len() - 1;
            data[last] ^= 1;
            response.clear();
            response.extend(&data);
            response.finish(status);
            return Ok(());
        };
        self.honest = left;
        Ok(())
    }
}

#[test]
fn an_answer_that_is_not_the_patients_ends_it() {
    for honest in 0..3 {
        let mut patient = Changed { card: card("vitale2-martin"), honest };
        let reading = read(&mut patient, &mut card("cps-lefevre"), &mut Says(b"1234"));
        let [look] = &reading.looks[..] else { panic!("one card was beside it") };
        let wrong = Denial::Refused { doing: Doing::Serve, status: StatusWord::AUTHENTICATION_FAILED };
        assert_eq!(look.outcome, Err(wrong), "after {honest}");
        assert!(look.opened.is_empty(), "{look:?}");
        assert!(reading.closed.iter().any(|file| file.pointer.name == "COUVERT"));
    }
}
