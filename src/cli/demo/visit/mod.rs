//! `virtuale demo --visit`: what happens at the counter between a Vitale and a professional's card, in one page.
//!
//! Everything goes through the reader's socket, as a billing program and an update station would do it. Files are not
//! written. What a card does not take part in, the page says with its reason, and the visit goes on.

mod change;
mod counter;
mod leaving;

use super::{
    super::{Exit, cards, exit, output},
    Args, lost, own_name,
};
use crate::{
    host::Host,
    shown,
    terminal::{
        pages::{self, Visit},
        transport::{
            TransportError,
            pcsclite::{Connection, Service},
        },
    },
};

use counter::Counter;

/// Opens a reader with two slots, lets the cards do what they do in a visit, and prints the page.
pub(super) fn run(args: &Args) -> Exit {
    let format = args.language().format();
    let written = [&args.card, &args.professional];
    let found = [cards::find(written[0])?, cards::find(written[1])?];
    let profiles = [cards::profile(written[0], &args.reproducible)?, cards::profile(written[1], &args.reproducible)?];
    let host = found.iter().fold(args.reproducible.host(), |host, card| host.card(card.as_path()));
    let host = host.refuse_stop("this is a demonstration").start()?;
    let (patient_place, mut patient) = open(&host, PATIENT).map_err(|error| lost(&error))?;
    let (professional_place, mut professional) = open(&host, PROFESSIONAL).map_err(|error| lost(&error))?;

    let places = [patient_place.as_str(), professional_place.as_str()];
    let counter = Counter::new(&host, [&profiles[0], &profiles[1]], places, &args.reproducible);
    let seen = counter.visit(&mut patient, &mut professional)?;
    let visit = Visit {
        places,
        bearer: &seen.bearer,
        alone: &seen.alone,
        beside: &seen.beside,
        form: seen.form.as_ref().map(|form| form.as_page()),
        with_copy: &seen.with_copy,
        update: seen.update.as_ref().map(|update| update.as_page(places[0])),
        after: &seen.after,
        watched: seen.watched.as_ref(),
    };
    let program = own_name();
    let [first, second] = found.each_ref().map(|card| shown::word(card.as_path()));
    let attach = format!("{program} exec --card {first} --card {second} -- {}", pages::your_program(format.lang));
    output::print_page(&pages::visit(&visit, &[&attach], format))?;
    Ok(exit::DONE)
}

/// The slots of the two cards.
const PATIENT: usize = 0;
const PROFESSIONAL: usize = 1;

/// Opens the card in a slot; gives the name of the slot, too.
fn open(host: &Host, slot: usize) -> Result<(String, Connection<'static>), TransportError> {
    let mut service = Service::establish(host.socket())?;
    let name = service.slots()?.into_iter().nth(slot).map(|slot| slot.name).unwrap_or_default();
    let connection = service.into_connection(&name)?;
    Ok((name, connection))
}
