//! An update station before a card that does not mean well.
//!
//! The input says what happens to each answer of an honest Vitale 2, as in [`terminal`](super::terminal), while the
//! station proves its keys, reads, writes a change in one transaction and reads again.

use virtuale::{
    profile::{
        change::{Change, Subject},
        diagnostic::Source,
        station_chance,
    },
    terminal::{
        pages::{self, Format, Lang},
        update::{IssuerKeys, Plan, Station, UpdateError},
    },
};
use virtuale_engine::{Interface, Reset};

use super::{cards, decode, terminal::Hostile, text};

/// What is changed: an address, rights, and the insured objects to copies, so that records are erased too.
const CHANGE: &str = "[changement]\nnumero_serie = \"10000002\"\ndate = \"2026-01-15\"\n\n[assure]\nopposition_copies = true\n\n\
    [assure.adresse]\nligne_2 = \"22 AVENUE DU MODELE\"\n\n[[assure.droits]]\ndebut = \"2024-01-15\"\nfin = \"2028-01-14\"\n";

/// Updates the card. An honest one is updated.
pub(super) fn run(data: &[u8]) {
    let layout = decode::vitale2();
    let mut card = cards::card(0);
    Reset::Cold.apply(&mut *card, Interface::Contact).expect("an answer to reset");
    let mut transport = Hostile::new(card, data);
    let today = text::OPTIONS.today;
    let keys = IssuerKeys::of(layout, None, None, today).expect("the test issuer's keys").expect("a card with keys");
    let mut chance = station_chance(0);
    let outcome = Station::open(&mut transport, layout, &keys, today, &mut chance).and_then(|mut station| {
        let reading = station.read()?;
        for format in [Lang::En, Lang::Fr].map(Format::new) {
            assert!(!pages::reading(&reading, "a place", format).plain().is_empty());
        }
        let change = Change::read(Source { name: "change.toml".into(), text: CHANGE.into() }, today);
        let change = change.expect("a change file");
        let subject = Subject { layout, data: &reading.data, place: "a place", base: None, atr: None };
        let amendment = match change.amend(&subject) {
            Ok(amendment) => amendment,
            Err(mistakes) => {
                text::judge(&mistakes);
                return Ok(false);
            }
        };
        let plan = Plan::new(&amendment, &reading.files, layout)?;
        station.write(&plan)?;
        station.check(&plan)?;
        Ok::<_, UpdateError>(true)
    });
    let is_honest = data.iter().all(|&byte| byte < 0x80);
    match outcome {
        Ok(is_updated) => assert!(is_updated || !is_honest, "the change does not fit an honest card"),
        Err(error) => {
            assert!(!is_honest && !error.said().english.is_empty() && !error.said().french.is_empty(), "{error}");
        }
    }
}
