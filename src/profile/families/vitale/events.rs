//! What happened to a card, as its card file tells it: `[[evenement]]`, in the order of their days.
//!
//! Some of it the chip knows, and it follows here for the keys that are on it: its issue and its end, its last update,
//! whether it is blocked (`settle`). The rest only its issuer knows, and a terminal by the lists of the issuer: lost,
//! stolen, denounced, replaced, a change that was not loaded ([`standing`]). What cannot have happened is a mistake
//! (`history::contradictions`). The rule that this file upholds: what is of a later day than
//! that of the card's use has not happened yet.

use jiff::{Span as Time, civil::Date};

use crate::profile::{
    dates::calendar,
    tree::{CardDate, Data, Node, Span, Table},
};

/// For how many years a card is valid from its issue on, unless it is said otherwise [ARRETE-SANS0721151A 9].
const VALID_YEARS: i64 = 5;

/// What can happen to a card [ARRETE-SANS0721151A 2, 8, 9] [CSS-R161 33-3, 33-7].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Happening {
    /// It was issued.
    Issue,
    /// It was updated.
    Update,
    /// It was updated, and its end is later since.
    Extension,
    /// Its holder was told of a change of rights, to be loaded within a month.
    Change,
    /// Its holder went to another body, to be loaded within a month.
    Move,
    /// Its issuer blocked it.
    Block,
    /// Its issuer unblocked it.
    Unblock,
    /// It was lost.
    Loss,
    /// It was stolen.
    Theft,
    /// It was used by fraud.
    Fraud,
    /// Its issuer denounced it.
    Denunciation,
    /// It is no longer opposed: it was found, say.
    Lift,
    /// Another card took its place.
    Replacement,
    /// It was given back to its issuer.
    Return,
    /// It was to be given back, and was not.
    NoReturn,
}

/// Something that happened to a card.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// What.
    pub what: Happening,
    /// When.
    pub day: CardDate,
    /// The last day of validity that came with it.
    pub end: Option<CardDate>,
    /// Where it stands in the card file: its header, its day, and that of its end.
    pub at: Span,
    pub(super) day_at: Span,
    pub(super) end_at: Span,
}

/// What the events of a card come to on a day.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Standing {
    /// When it was issued.
    pub issued: Option<CardDate>,
    /// Its last day, if an event says it.
    pub end: Option<CardDate>,
    /// When it was last updated or issued.
    pub updated: Option<CardDate>,
    /// Whether its issuer blocked it; `None` if no event says.
    pub blocked: Option<bool>,
    /// A change that its holder was told of and that was not loaded since: which, and when he was told.
    pub to_load: Option<(Happening, CardDate)>,
    /// Why nobody may use it any more: lost, stolen, used by fraud, denounced, not given back; and since when.
    pub withdrawn: Option<(Happening, CardDate)>,
    /// Since when another card has its place.
    pub replaced: Option<CardDate>,
    /// When it was given back.
    pub returned: Option<CardDate>,
}

impl Happening {
    /// All that can happen, in the order of the declaration of the key.
    pub const ALL: [Self; 15] = [
        Self::Issue,
        Self::Update,
        Self::Extension,
        Self::Change,
        Self::Move,
        Self::Block,
        Self::Unblock,
        Self::Loss,
        Self::Theft,
        Self::Fraud,
        Self::Denunciation,
        Self::Lift,
        Self::Replacement,
        Self::Return,
        Self::NoReturn,
    ];

    /// The word that card files have for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Issue => "emission",
            Self::Update => "mise_a_jour",
            Self::Extension => "prolongation",
            Self::Change => "changement",
            Self::Move => "mutation",
            Self::Block => "blocage",
            Self::Unblock => "deblocage",
            Self::Loss => "perte",
            Self::Theft => "vol",
            Self::Fraud => "fraude",
            Self::Denunciation => "denonciation",
            Self::Lift => "levee",
            Self::Replacement => "remplacement",
            Self::Return => "restitution",
            Self::NoReturn => "non_restitution",
        }
    }

    /// What card files have this word for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.word() == word)
    }

    /// Whether the card was at an update station for it.
    #[must_use]
    pub fn is_update(self) -> bool {
        matches!(self, Self::Update | Self::Extension)
    }

    /// Whether nobody may use the card since.
    #[must_use]
    pub fn withdraws(self) -> bool {
        matches!(self, Self::Loss | Self::Theft | Self::Fraud | Self::Denunciation | Self::NoReturn)
    }
}

/// What happened to a card with these data, in the order of the file.
#[must_use]
pub fn events(data: &Node) -> Vec<Event> {
    data.at("evenement").map(Node::list).unwrap_or_default().iter().filter_map(event).collect()
}

fn event(node: &Node) -> Option<Event> {
    let (day, end) = (node.at("date")?, node.at("fin"));
    Some(Event {
        what: Happening::of_word(node.at("type")?.text()?)?,
        day: day.date()?,
        end: end.and_then(Node::date),
        at: node.span.clone(),
        day_at: day.span.clone(),
        end_at: end.map(|end| end.span.clone()).unwrap_or_default(),
    })
}

/// What the events of a card with these data come to on a day.
#[must_use]
pub fn standing(data: &Node, today: Date) -> Standing {
    let today = CardDate { hour: 23, minute: 59, ..today.into() };
    // A card that is issued later says so already; all else is to come.
    let happened = |event: &&Event| event.day <= today || event.what == Happening::Issue;
    events(data).iter().filter(happened).fold(Standing::default(), Standing::after)
}

impl Standing {
    /// After one more event.
    pub(super) fn after(mut self, event: &Event) -> Self {
        let day = event.day;
        match event.what {
            Happening::Issue => {
                (self.issued, self.updated) = (Some(day), Some(day));
                self.end = event.end;
            }
            Happening::Update | Happening::Extension => {
                (self.updated, self.to_load) = (Some(day), None);
                self.end = event.end.or(self.end);
            }
            Happening::Change | Happening::Move => {
                // The month of a change that waits already runs on.
                self.to_load = self.to_load.or(Some((event.what, day)));
            }
            Happening::Block => self.blocked = Some(true),
            Happening::Unblock => self.blocked = Some(false),
            what if what.withdraws() => self.withdrawn = Some((what, day)),
            Happening::Lift => self.withdrawn = None,
            Happening::Replacement => self.replaced = Some(day),
            // What was given back nobody can use.
            Happening::Return => (self.returned, self.withdrawn) = (Some(day), None),
            Happening::Loss | Happening::Theft | Happening::Fraud | Happening::Denunciation | Happening::NoReturn => {}
        }
        self
    }

    /// The last day of a card that was issued then and of which nothing else is said.
    pub(super) fn five_years(issued: CardDate) -> Option<CardDate> {
        let end = calendar(issued)?.checked_add(Time::new().years(VALID_YEARS)).ok()?;
        Some(end.yesterday().ok()?.into())
    }
}

/// Has the keys that are on the chip follow from the events, as far as they happened by a day. Each gets the place of
/// the event that it is from.
pub(super) fn settle(data: &mut Node, today: Date) {
    let standing = standing(data, today);
    let place = |whats: &[Happening]| {
        let last = events(data).into_iter().rev().find(|event| whats.contains(&event.what));
        last.map(|event| event.at).unwrap_or_default()
    };
    let issue = place(&[Happening::Issue]);
    let update = place(&[Happening::Issue, Happening::Update, Happening::Extension]);
    let block = place(&[Happening::Block, Happening::Unblock]);
    let Data::Table(root) = &mut data.data else { return };
    let Some(Data::Table(card)) = root.get_mut("carte").map(|node| &mut node.data) else { return };
    let mut set = |key: &str, value: Option<Data>, span: &Span| {
        if let Some(data) = value {
            card.insert(key.to_owned(), Node { data, span: span.clone() });
        }
    };
    set("debut_validite", standing.issued.map(Data::Date), &issue);
    set("mise_a_jour", standing.updated.map(Data::Date), &update);
    // Of a card that was never blocked nothing is said.
    let state = standing.blocked.map(|blocked| if blocked { BLOCKED } else { ACTIVE });
    set("etat", state.map(|state| Data::Text(state.into())), &block);
    set("fin_validite", standing.end.map(Data::Date), &update);
    if standing.end.is_none() && has_default(card, "fin_validite") {
        let end = standing.issued.and_then(Standing::five_years);
        if let Some(end) = end {
            card.insert("fin_validite".into(), Node { data: Data::Date(end), span: issue });
        }
    }
}

/// What `carte.etat` says of a card that its issuer blocked.
pub const BLOCKED: &str = "bloquee";

/// What it says of one that was blocked, and is not any more.
const ACTIVE: &str = "active";

/// Adds to the events of a card, if its card file has any, those that an update of that day comes to: the data are
/// those after it, and `before` those that the card file had.
pub(super) fn tell_update(data: &mut Node, before: &Node, day: CardDate) {
    let has_changed = |key: &str| {
        let value = |data: &Node| data.at(key).map(|node| node.data.clone());
        value(data) != value(before)
    };
    let is_blocked = |data: &Node| data.at("carte.etat").and_then(Node::text) == Some(BLOCKED);
    let mut told = Vec::new();
    if is_blocked(data) != is_blocked(before) {
        told.push((if is_blocked(data) { Happening::Block } else { Happening::Unblock }, None));
    }
    let end = |data: &Node| data.at("carte.fin_validite").and_then(Node::date);
    match (end(before), end(data)) {
        (Some(old), Some(new)) if old < new => told.push((Happening::Extension, Some(new))),
        _ if has_changed("carte.mise_a_jour") => told.push((Happening::Update, None)),
        _ => {}
    }
    let node = |(what, end): (Happening, Option<CardDate>)| {
        let text = Node::unwritten(Data::Text(what.word().into()));
        let mut event: Table = [("type".to_owned(), text)].into();
        event.insert("date".into(), Node::unwritten(Data::Date(day)));
        event.extend(end.map(|end| ("fin".to_owned(), Node::unwritten(Data::Date(end)))));
        Node::unwritten(Data::Table(event))
    };
    let Data::Table(root) = &mut data.data else { return };
    let Some(Node { data: Data::List(events), .. }) = root.get_mut("evenement") else { return };
    let is_earlier = |event: &Node| event.at("date").and_then(Node::date).is_none_or(|date| date <= day);
    let place = events.iter().take_while(|event| is_earlier(event)).count();
    if !events.is_empty() {
        events.splice(place..place, told.into_iter().map(node));
    }
}

/// Whether a key has a value that nobody wrote.
fn has_default(table: &Table, key: &str) -> bool {
    table.get(key).is_some_and(|node| node.span.is_empty())
}
