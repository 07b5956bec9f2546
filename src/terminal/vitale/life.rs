//! What a terminal may do with a card on a day, by the life of the card [ARRETE-SANS0721151A 2, 8, 9]
//! [CSS-R161 33-3, 33-7].
//!
//! [`judge`] is one function of three things: what the card says of itself, what is known beside it ([`Known`]: lists,
//! or what its issuer knows), and the day. It asks no clock and no list. The rule that it upholds: whatever keeps a
//! terminal from something is a [`Remark`], which says why, and by which article.

use jiff::{Span, civil::Date};
use serde::Serialize;

use super::{
    CardFacts, Insured, Period, Remark,
    issuer::{load_until, opposed_on},
};
use crate::{
    lists::{
        Lists,
        opposition::{self, Entry, Freshness, Opposition, Serial},
        tod::{Body, Destination, Nowhere},
    },
    profile::{
        dates::calendar,
        families::vitale::events::{BLOCKED, standing},
        tree::{CardDate, Node},
    },
    terminal::period::is_soon,
};

/// A card is valid five years.
const VALIDITY_YEARS: i64 = 5;

/// What is known of a card beside what it says itself. What was not asked is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Known {
    /// What the opposition list says of it.
    pub opposition: Option<Asked>,
    /// Where its forms go.
    pub destination: Option<Route>,
    /// What its issuer knows, and no terminal.
    #[serde(skip)]
    pub issuer: IssuerKnows,
}

/// An opposition list that was asked about a card.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Asked {
    /// The day of the list; that of use for what an issuer says itself.
    #[serde(serialize_with = "crate::terminal::period::day_as_text")]
    pub date: CardDate,
    /// How many days ago that was.
    pub days: i32,
    /// Whether the list may still be relied on.
    pub freshness: Freshness,
    /// Whether the card says by which number it could be looked up.
    #[serde(skip)]
    pub has_serial: bool,
    /// What the list has of the card.
    pub opposed: Option<Entry>,
}

/// Where the forms of a card go.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Route {
    /// To somebody.
    Goes(Destination),
    /// Nowhere, by the table; of a card that does not say its body there is none.
    Nowhere(Option<NoBody>),
}

/// A body that the table leads nowhere for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NoBody {
    /// Which.
    #[serde(rename = "organisme")]
    pub body: Body,
}

/// What the issuer of a card knows of it, and no terminal without lists.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct IssuerKnows {
    /// The last day to load a change that the holder was told of.
    pub load_until: Option<CardDate>,
    /// Since when another card has its place.
    pub replaced: Option<CardDate>,
    /// When it was given back.
    pub returned: Option<CardDate>,
}

/// What a terminal may do with a card on a day, and why not.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Life {
    /// What a person should know of it.
    pub remarks: Vec<Remark>,
}

/// What a remark keeps a terminal from.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Bearing {
    /// Nothing.
    None,
    /// Third-party payment, of the basic regime and of the complementary insurer.
    Payment,
    /// The card cannot be used: no secured form, no third-party payment.
    Card,
}

impl Known {
    /// What lists say of a card.
    #[must_use]
    pub fn of_lists(lists: &Lists, card: &CardFacts, insured: &Insured, today: Date) -> Self {
        let asked = |list: &Opposition| {
            let serial = card.serial.as_deref().and_then(Serial::new);
            Asked {
                date: list.date().into(),
                days: list.age(today),
                freshness: list.freshness(today),
                has_serial: serial.is_some(),
                opposed: serial.and_then(|serial| list.look_up(serial)).copied(),
            }
        };
        let parts = insured.regime.as_deref().zip(insured.body.as_deref()).zip(insured.centre.as_deref());
        let body = parts.map(|((regime, caisse), centre)| Body::new(regime, caisse, centre));
        let route = |tod: &crate::lists::tod::Tod| match body.map(|body| tod.destination_of(&body, today)) {
            Some(Ok(destination)) => Route::Goes(destination),
            Some(Err(Nowhere { body, .. })) => Route::Nowhere(Some(NoBody { body })),
            None => Route::Nowhere(None),
        };
        Self {
            opposition: lists.opposition.as_ref().map(asked),
            destination: lists.tod.as_ref().map(route),
            issuer: IssuerKnows::default(),
        }
    }

    /// What the issuer of a card knows by the events of its card file: more than any terminal, and on the day itself.
    #[must_use]
    pub fn of_events(data: &Node, today: Date) -> Self {
        let known = standing(data, today);
        let opposed = opposed_on(data, today);
        let load_until = known.to_load.and_then(|(_, told)| load_until(told));
        let load_until = load_until.filter(|until| *until >= today && opposed.is_none());
        let asked = Asked { date: today.into(), days: 0, freshness: Freshness::Good, has_serial: true, opposed };
        Self {
            opposition: Some(asked),
            destination: None,
            issuer: IssuerKnows {
                load_until: load_until.map(CardDate::from),
                replaced: known.replaced,
                returned: known.returned,
            },
        }
    }
}

/// What a terminal may do with a card on a day.
#[must_use]
pub fn judge(card: &CardFacts, known: &Known, today: CardDate) -> Life {
    let mut remarks = Vec::new();
    remarks.extend(validity(card.validity, today));
    if card.state.as_deref() == Some(BLOCKED) {
        remarks.push(Remark::CardBlocked);
    }
    remarks.extend(known.opposition.as_ref().and_then(opposed));
    let IssuerKnows { load_until, replaced, returned } = known.issuer;
    remarks.extend(replaced.filter(|_| returned.is_none()).map(|since| Remark::CardReplaced { since }));
    remarks.extend(returned.map(|since| Remark::CardReturned { since }));
    remarks.extend(load_until.map(|until| Remark::ChangeToLoad { until }));
    if let Some(last) = card.updated.filter(|last| is_overdue(card.validity.start, *last, today)) {
        remarks.push(Remark::UpdateOverdue { last });
    }
    match &known.destination {
        Some(Route::Nowhere(body)) => {
            let body = body.as_ref().map(|no| no.body.to_string());
            remarks.push(Remark::NoDestination { body });
        }
        Some(Route::Goes(Destination { body, merged, .. })) => {
            let from = merged.first().map(|merger| merger.from.to_string());
            remarks.extend(from.map(|from| Remark::BodyMerged { from, into: body.to_string() }));
        }
        None => {}
    }
    if card.kind.as_deref() == Some("T") {
        remarks.push(Remark::TestCard);
    }
    Life { remarks }
}

impl Life {
    /// Whether the card can be used: for a secured care form, with a professional's card beside it.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.bearing() < Bearing::Card
    }

    /// Whether the card gives third-party payment, as far as its life goes: who is on it needs rights too.
    #[must_use]
    pub fn pays(&self) -> bool {
        self.bearing() == Bearing::None
    }

    /// What keeps a terminal from the most.
    fn bearing(&self) -> Bearing {
        self.remarks.iter().map(Remark::bearing).max().unwrap_or(Bearing::None)
    }
}

impl Remark {
    /// What it keeps a terminal from. What a remark says of one person only, the rights of that person decide.
    #[must_use]
    pub fn bearing(&self) -> Bearing {
        match self {
            Self::CardExpired { .. }
            | Self::CardNotYetValid { .. }
            | Self::CardBlocked
            | Self::CardOpposed { .. }
            | Self::CardReplaced { .. }
            | Self::CardReturned { .. }
            | Self::OppositionTooOld { .. }
            | Self::NoSerialNumber
            | Self::NoDestination { .. }
            | Self::NobodyOnCard => Bearing::Card,
            Self::UpdateOverdue { .. } => Bearing::Payment,
            _ => Bearing::None,
        }
    }

    /// The article that it rests on, of a carte Vitale, if the law says it.
    #[must_use]
    pub fn article(&self) -> Option<&'static str> {
        Some(match self {
            Self::CardExpired { .. } | Self::CardPastFiveYears { .. } | Self::CardEndsSoon { .. } => ORDER_9,
            Self::CardNotYetValid { .. } => ORDER_9,
            Self::CardBlocked => ORDER_2,
            Self::CardOpposed { reason: opposition::Reason::NotReturned, .. } => "CSS R.161-33-3",
            Self::CardReplaced { .. } | Self::CardReturned { .. } => "CSS R.161-33-3",
            Self::CardOpposed { reason: opposition::Reason::RightsNotUpdated, .. } => ORDER_8,
            Self::CardOpposed { reason: opposition::Reason::BodyChanged, .. } => "CSS R.161-33-8",
            Self::CardOpposed { .. } | Self::OppositionTooOld { .. } | Self::NoSerialNumber => "CSS R.161-33-7",
            Self::ChangeToLoad { .. } | Self::UpdateOverdue { .. } => ORDER_8,
            _ => return None,
        })
    }
}

/// The order of 14 March 2007, under the number by which it is found.
const ORDER_2: &str = "arrêté SANS0721151A, art. 2";
const ORDER_8: &str = "arrêté SANS0721151A, art. 8";
const ORDER_9: &str = "arrêté SANS0721151A, art. 9";

/// Whether a day is in the validity of a card [ARRETE-SANS0721151A 9].
fn validity(validity: Period, today: CardDate) -> Option<Remark> {
    match (validity.start, validity.end) {
        (_, Some(end)) if validity.is_over(today) => Some(Remark::CardExpired { end }),
        (Some(start), _) if validity.is_to_come(today) => Some(Remark::CardNotYetValid { start }),
        (_, Some(end)) if is_soon(end, today) => Some(Remark::CardEndsSoon { end }),
        (Some(start), None) if is_past(start, Span::new().years(VALIDITY_YEARS), today) => {
            Some(Remark::CardPastFiveYears { start })
        }
        _ => None,
    }
}

/// What a list that was asked says.
fn opposed(asked: &Asked) -> Option<Remark> {
    match (asked.opposed, asked.freshness) {
        (Some(Entry { reason, since, .. }), _) => Some(Remark::CardOpposed { reason, since: since.map(Into::into) }),
        (None, _) if !asked.has_serial => Some(Remark::NoSerialNumber),
        (None, Freshness::Good) => None,
        (None, _) => Some(Remark::OppositionTooOld { date: asked.date, days: asked.days }),
    }
}

/// Whether the yearly update was missed. Years are counted from the issue, and an update in one of them counts for it,
/// whether it was the yearly one or one for a change: so a card is in time until the end of the year after that of its
/// last update [ARRETE-SANS0721151A 8]. Of a card that does not say its issue, a year from the last update.
fn is_overdue(issued: Option<CardDate>, last: CardDate, today: CardDate) -> bool {
    let (Some(last), Some(today)) = (calendar(last), calendar(today)) else { return false };
    let after = |start: Date, years: i64| start.checked_add(Span::new().years(years)).ok();
    let issued = issued.and_then(calendar).filter(|issued| *issued <= last).unwrap_or(last);
    // The years since the issue that are over: that of the anniversary itself is not.
    let is_over = |years: &i64| after(issued, *years).is_some_and(|end| end < today);
    let whole = (1..=i64::from(i16::MAX)).take_while(is_over).count();
    let Some(before_last) = i64::try_from(whole).ok().and_then(|whole| whole.checked_sub(1)) else { return false };
    whole > 0 && after(issued, before_last).is_none_or(|start| last <= start)
}

fn is_past(start: CardDate, span: Span, today: CardDate) -> bool {
    let limit = calendar(start).and_then(|start| start.checked_add(span).ok());
    limit.zip(calendar(today)).is_some_and(|(limit, today)| limit < today)
}
