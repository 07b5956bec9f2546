//! The readers that cards are read from.

use super::{
    super::{
        Failure, cards,
        messages::{Message, in_both},
        options::DEFAULT_LAYOUT,
    },
    Args,
    place::Place,
    stop::Stop,
};
use crate::{
    billing::codes::Code,
    profile::{families::Families, said::Bilingual},
    terminal::transport::pcsclite::{ListedReader, Service, default_socket},
};

/// The cards in the readers that a PC/SC program would see.
pub(super) fn readers(args: &Args) -> Result<Vec<Place>, Stop> {
    if let Some(name) = &args.layout {
        cards::layout(name)?;
    }
    let mut service = Service::establish(&default_socket()).map_err(|error| Stop::no_service(&error))?;
    let all = service.slots().map_err(|error| Stop::no_service(&error))?;
    let slots: Vec<_> = match args.readers.as_slice() {
        [] => all.iter().filter(|slot| slot.present).collect(),
        readers => {
            let found = |name| find(&all, name).map_err(|failure| Stop::new(Code::UNKNOWN_RESOURCE, failure));
            readers.iter().map(|name| found(name)).collect::<Result<_, _>>()?
        }
    };
    if slots.is_empty() {
        let none = Failure::environment(Message::NoCard.said(), known(&all));
        return Err(Stop::new(Code::NO_VITALE, none));
    }
    Ok(slots.into_iter().map(|slot| Place::reader(slot, args)).collect())
}

/// The reader of this name.
pub(in crate::cli) fn find<'a>(readers: &'a [ListedReader], name: &str) -> Result<&'a ListedReader, Failure> {
    readers
        .iter()
        .find(|reader| reader.name == name)
        .ok_or_else(|| Failure::environment(Message::NoReader { name: &format!("{name:?}") }.said(), known(readers)))
}

/// Which readers there are, and what else could be read.
fn known(readers: &[ListedReader]) -> Bilingual {
    let names: Vec<_> = readers.iter().map(|reader| reader.name.as_str()).collect();
    in_both(|language| {
        let readers = match names.as_slice() {
            [] => Message::NoReaders.text(language),
            names => Message::Readers { names: &names.join(", ") }.text(language),
        };
        format!("{readers}\n{}", Message::GiveCardFile.text(language))
    })
}

/// The built-in layout that goes with an answer to reset; of a card that no family knows, the usual one.
pub(in crate::cli) fn layout_by_atr(atr: &[u8]) -> &'static str {
    Families::built_in().layout_of(atr).unwrap_or(DEFAULT_LAYOUT)
}
