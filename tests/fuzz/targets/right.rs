//! A professional's card proves its role to a patient's, and neither means well.
//!
//! The input says what happens to the answers of an honest Vitale 2 and of an honest professional's card beside it, as
//! in [`terminal`](super::terminal). Its first byte says which generation proves, whether both go on under secure
//! messaging, and how much of the rest is about the patient's card.

use virtuale::terminal::{
    exchange::Dialogue,
    holder::{Asked, Code, Holder},
    pages::{self, Format, Lang},
    right::{Bearer, Beside, Manner},
    vitale::read_beside,
};
use virtuale_engine::{Interface, Reset};

use super::{cards, decode, terminal::Hostile, text};

/// Knows the code of the cards of the program, and says it as long as it is asked.
pub(super) struct Knows;

impl Holder for Knows {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(b"1234", &asked.digits).ok()
    }
}

/// Reads the patient's card with the professional's beside it, and makes the pages of what came of it.
pub(super) fn run(data: &[u8]) {
    let (&first, rest) = data.split_first().unwrap_or((&0, &[]));
    let (patients, professionals) = rest.split_at(rest.len() * usize::from(first >> 2) / 0x40);
    let [mut patient, mut professional] =
        [cards::card(0), if first & 1 == 0 { cards::professional() } else { cards::fourth() }];
    for card in [&mut patient, &mut professional] {
        Reset::Cold.apply(&mut **card, Interface::Contact).expect("an answer to reset");
    }
    let mut patient = Hostile::new(patient, patients);
    let mut professional = Hostile::new(professional, professionals);
    let bearer = Bearer { place: "a place".into(), name: None, kind: Some("cps".into()) };
    let manner = if first & 2 != 0 { Manner::Secured } else { Manner::Plain };
    let dialogue = Ok(Dialogue::new(&mut professional));
    let mut beside = [Beside { dialogue, manner, holder: &mut Knows, bearer }];
    let read = read_beside(&mut patient, decode::vitale2(), text::OPTIONS.today, &mut beside);
    let Ok(reading) = read else { return };
    for lang in [Lang::En, Lang::Fr] {
        assert!(!pages::reading(&reading, "a place", Format::new(lang)).plain().is_empty());
        assert!(pages::Report::of(&reading, "a place", lang).atr.len() >= 4);
    }
    assert!(reading.looks.len() <= 1, "one card was beside it");
}
