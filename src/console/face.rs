//! What is seen of the card in each slot, from outside.

use serde::Serialize;

use crate::{
    host::{CardIn, Remote, control::Status},
    profile::schema::Language,
    shown,
};

/// How many lines of what is printed on a card are shown.
const LINES: usize = 10;

/// A slot and the card in it.
#[derive(Debug, Serialize)]
pub(super) struct Face {
    slot: usize,
    /// Whether its reader has a PIN pad.
    pad: bool,
    card: Option<CardFace>,
}

/// A card from outside.
#[derive(Debug, Serialize)]
struct CardFace {
    /// Tells it from others, and from itself when it comes back.
    generation: u64,
    /// What people are told of it.
    name: String,
    /// The family, if it is of a card file.
    family: Option<&'static str>,
    title_en: Option<String>,
    title_fr: Option<String>,
    layout: Option<String>,
    /// What is printed on it.
    lines: Vec<String>,
    /// Who is on it: a name, and what tells namesakes apart.
    people: Vec<[String; 2]>,
}

/// All slots.
pub(super) fn faces(remote: &Remote, status: &Status) -> Vec<Face> {
    let pads = remote.slots_with_pad();
    let face = |slot: usize| Face { slot, pad: pads.contains(&slot), card: remote.card(slot).map(CardFace::of) };
    status.slots.iter().map(|slot| face(slot.slot)).collect()
}

impl CardFace {
    fn of(card: CardIn) -> Self {
        let line = |text: &str| shown::line(text).into_owned();
        let CardIn { generation, name, profile } = card;
        let family = profile.as_ref().map(|profile| profile.layout().family());
        let title = |language| family.map(|family| family.title().in_language(language).to_owned());
        let face =
            family.zip(profile.as_ref()).map(|(family, profile)| family.face(profile.data())).unwrap_or_default();
        Self {
            generation,
            name: line(&name),
            family: family.map(|family| family.name()),
            title_en: title(Language::English),
            title_fr: title(Language::French),
            layout: profile.as_ref().map(|profile| line(profile.layout().name())),
            lines: face.lines.iter().take(LINES).map(|text| line(text)).collect(),
            people: face.people.iter().map(|(name, apart)| [line(name), line(apart)]).collect(),
        }
    }
}
