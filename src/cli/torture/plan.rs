//! Which faults are tried: each kind at each command where it can strike.

use std::str::FromStr;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use super::run::Exchange;
use crate::layer::fault::{Count, Fault, FaultMistake, Kind, Range, When};

/// A fault at one place of the dialogue.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    /// Which exchange of the dialogue it strikes.
    pub(super) exchange: usize,
    pub(super) slot: usize,
    pub(super) fault: Fault,
    /// In which column it stands.
    pub(super) kind: Kind,
}

/// A kind that somebody wants tried, or a fault of his own.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Kind(Kind),
    Fault(Fault),
}

/// What is tried if nobody says more: all that a program can notice.
const USUAL: [Kind; 9] = [
    Kind::Mute,
    Kind::Status,
    Kind::Fetch,
    Kind::WrongLength,
    Kind::Cut,
    Kind::Pad,
    Kind::Power,
    Kind::Pull,
    Kind::Reset,
];

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word().eq_ignore_ascii_case(text)) {
            return Ok(Self::Kind(kind));
        }
        let fault: Fault = text.parse().map_err(|mistake: FaultMistake| mistake.to_string())?;
        match fault.is_of_any_time() {
            true => Ok(Self::Fault(fault)),
            false => Err("it is tried at each command in turn: leave out when it strikes".into()),
        }
    }
}

/// The trials of a dialogue, command by command.
pub(super) fn plan(dialogue: &[Exchange], wishes: &[Wish]) -> Vec<Trial> {
    let usual: Vec<Wish> = USUAL.into_iter().map(Wish::Kind).collect();
    let wishes = if wishes.is_empty() { &usual } else { wishes };
    let of_exchange = |(index, exchange): (usize, &Exchange)| {
        let faults = wishes.iter().flat_map(|wish| match wish {
            Wish::Kind(kind) => of_kind(*kind, exchange),
            Wish::Fault(fault) => vec![fault.clone()],
        });
        let trial = |fault: Fault| Trial { exchange: index, slot: exchange.slot, kind: fault.effect.kind(), fault };
        faults.flat_map(|fault| at(&fault, exchange)).map(trial).collect::<Vec<_>>()
    };
    dialogue.iter().enumerate().flat_map(of_exchange).collect()
}

/// The faults of a kind that can strike an exchange, without saying when.
fn of_kind(kind: Kind, exchange: &Exchange) -> Vec<Fault> {
    let data = exchange.answer.as_ref().map_or(0, |answer| answer.len().saturating_sub(2));
    let half = u16::try_from(data / 2).unwrap_or(u16::MAX);
    let words: &[String] = &match kind {
        Kind::Mute => vec!["mute".into(), "mute done".into()],
        Kind::Atr => vec!["atr".into()],
        Kind::Status => vec!["sw=6F00".into(), "sw=6982".into()],
        Kind::Fetch if data > 0 => vec!["61xx=16".into()],
        Kind::WrongLength if data > 0 => vec!["6Cxx".into()],
        Kind::Cut if data > 0 => vec![format!("cut={half}"), "cut=0".into()],
        Kind::Pad if data > 0 => vec!["pad=1".into()],
        Kind::Flip if data > 0 => vec!["flip".into()],
        Kind::Late => vec!["late=500ms".into()],
        Kind::Wtx => vec!["wtx=500ms".into()],
        Kind::Pull => vec!["pull=300ms".into()],
        Kind::Unplug => vec!["unplug=300ms".into()],
        Kind::Reset => vec!["reset".into()],
        Kind::Power if exchange.commits > 0 => vec!["power=before".into(), "power=after".into()],
        _ => vec![],
    };
    words.iter().filter_map(|words| words.parse().ok()).collect()
}

/// A fault at an exchange, at each of its commits if it strikes those; nothing if it never gets there.
fn at(fault: &Fault, exchange: &Exchange) -> Vec<Fault> {
    let numbers = match fault.effect.kind() {
        Kind::Power => exchange.committed + 1..=exchange.committed + exchange.commits,
        // A reset comes before all commands.
        Kind::Atr => 1..=u32::from(exchange.number == 1),
        _ => exchange.number..=exchange.number,
    };
    let nth = |number| {
        let count = Count::Nth(Range::one(number)?);
        Some(Fault { effect: fault.effect, when: When { count, ..fault.when.clone() } })
    };
    numbers.filter_map(nth).collect()
}

/// So many of the trials at most, drawn by a seed and in their order.
pub(super) fn drawn(mut trials: Vec<Trial>, limit: Option<usize>, seed: u64) -> Vec<Trial> {
    let Some(limit) = limit else { return trials };
    let mut chance = ChaCha20Rng::seed_from_u64(seed);
    while trials.len() > limit {
        let number = u64::try_from(trials.len()).unwrap_or(u64::MAX);
        trials.remove(usize::try_from(chance.next_u64() % number).unwrap_or(0));
    }
    trials
}
