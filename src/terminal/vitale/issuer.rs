//! What the issuer of a card would put on the list, by what happened to the card.

use jiff::{Span, civil::Date};

use crate::{
    lists::opposition::{Entry, Reason, Serial},
    profile::{
        dates::calendar,
        families::vitale::events::{Happening, standing},
        tree::{CardDate, Node},
    },
};

/// Within how many months a change is loaded after its holder was told of it [ARRETE-SANS0721151A 8].
const LOAD_MONTHS: i64 = 1;

/// The last day to load a change of which the holder was told on a day; `None` where the calendar ends before.
#[must_use]
pub(super) fn load_until(told: CardDate) -> Option<Date> {
    calendar(told)?.checked_add(Span::new().months(LOAD_MONTHS)).ok()
}

/// What the list of a day has of a card with the data of a card file; `None` of one that is not opposed, has no serial
/// number, or is not in use any more: only cards that are out and valid are listed [CSS-R161 33-7].
#[must_use]
pub fn opposed_on(data: &Node, today: Date) -> Option<Entry> {
    let known = standing(data, today);
    let serial = Serial::new(data.at("carte.numero_serie")?.text()?)?;
    let end = data.at("carte.fin_validite").and_then(Node::date).and_then(calendar);
    if known.returned.is_some() || end.is_some_and(|end| end < today) {
        return None;
    }
    let day = |date: CardDate| calendar(date);
    let withdrawn = known.withdrawn.and_then(|(what, since)| Some((reason(what)?, day(since))));
    let late = || {
        let (what, told) = known.to_load?;
        let since = load_until(told).filter(|until| *until < today)?.tomorrow().ok();
        Some((reason(what)?, since))
    };
    withdrawn.or_else(late).map(|(reason, since)| Entry { serial, reason, since })
}

/// Why a card is opposed to which that happened, or that is late to load it.
fn reason(what: Happening) -> Option<Reason> {
    Some(match what {
        Happening::Loss => Reason::Lost,
        Happening::Theft => Reason::Stolen,
        Happening::Fraud => Reason::Fraud,
        Happening::Change => Reason::RightsNotUpdated,
        Happening::Move => Reason::BodyChanged,
        Happening::Denunciation => Reason::Denounced,
        Happening::NoReturn => Reason::NotReturned,
        Happening::Issue
        | Happening::Update
        | Happening::Extension
        | Happening::Block
        | Happening::Unblock
        | Happening::Lift
        | Happening::Replacement
        | Happening::Return => return None,
    })
}
