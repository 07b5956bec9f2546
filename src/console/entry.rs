//! What happened, as the page is told of it.

use std::{sync::Arc, time::Duration};

use jiff::civil::Date;
use serde::Serialize;
use virtuale_engine::{Fault, Protocol};

use super::explain::Known;
use crate::{
    layer::events::{CommandBytes, ResponseBytes},
    profile::said::Bilingual,
};

/// Something that happened, in its place among all.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its number, from 1.
    pub(super) seq: u64,
    /// When, since the readers were made.
    pub(super) at: Duration,
    pub(super) deed: Deed,
}

/// What happened.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    /// A command, and what came of it.
    Exchange(Box<Exchange>),
    /// Anything else, to a card or of a program.
    Note(Box<Note>),
}

/// A command and what came of it.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    pub(super) slot: usize,
    /// The generation of the stay.
    pub(super) stay: u64,
    pub(super) program: Option<Program>,
    pub(super) command: CommandBytes,
    /// The answer; else why there is none, in words.
    pub(super) answer: Result<ResponseBytes, Bilingual>,
    /// Why the card is silent, if it is and was still there.
    pub(super) fault: Option<Fault>,
    pub(super) took: Duration,
    /// How many bytes the chip committed meanwhile.
    pub(super) committed: usize,
    /// The faults that struck it, in their language.
    pub(super) struck: Vec<String>,
    /// What is known of it by the card file.
    pub(super) known: Known,
}

/// Who sends commands.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// The number of the session; none of a driver of another service.
    pub(super) session: Option<u64>,
    pub(super) process: Option<u32>,
    /// What the process is called, where that is known.
    pub(super) name: Option<Arc<str>>,
}

/// What happened to a card, or of a program, as JSON has it.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Note {
    /// What.
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slot: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stay: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) program: Option<String>,
    /// What there is to say beside: the card that came in, the protocol, why a card is silent, how many bytes or
    /// events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said: Option<String>,
    /// The same in French, where that is another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) said_fr: Option<String>,
    /// Whether a card that came in is the one that was there before.
    #[serde(skip)]
    pub(super) is_back: bool,
    /// The answer to reset of a card that came in.
    #[serde(skip)]
    pub(super) atr: Option<Vec<u8>>,
    /// What of it a trace has a line for.
    #[serde(skip)]
    pub(super) traced: Option<Traced>,
}

/// A line of a trace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Traced {
    /// A card came in: its card file as a trace names it, the day and the seed of the run, if it was made of one here.
    Inserted(Option<(String, Date, u64)>),
    Removed,
    ColdReset,
    ContactlessReset,
    WarmReset,
    PowerOff,
    Protocol(Protocol),
    /// A fault struck what comes next.
    Fault,
}

/// How a status word is to be taken at a glance.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    Done,
    Warning,
    Refused,
    Silent,
}

/// A command and what came of it, as it stands in the list.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    pub(super) seq: u64,
    /// In microseconds.
    pub(super) at: u64,
    pub(super) kind: &'static str,
    pub(super) slot: usize,
    pub(super) stay: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) program: Option<&'a str>,
    pub(super) name: &'a str,
    /// The same in French, where that is another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name_fr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) element: Option<&'a str>,
    /// The same in French, where that is another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) element_fr: Option<&'a str>,
    /// The beginning of the command, without its secrets.
    pub(super) command: String,
    /// How long the whole command is.
    pub(super) sent: usize,
    /// The beginning of the data of the answer.
    pub(super) data: String,
    /// How long all data of the answer are.
    pub(super) got: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
    /// What the status word says, or why there is none.
    pub(super) meaning: String,
    /// The same in French.
    pub(super) meaning_fr: String,
    pub(super) level: Level,
    /// In microseconds.
    pub(super) took: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) committed: usize,
    /// The faults that struck it, in their language.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) faults: &'a [String],
    /// Whether bytes of the command are hidden.
    #[serde(skip_serializing_if = "is_not")]
    pub(super) hidden: bool,
}

/// Anything else, as it stands in the list.
#[derive(Debug, Serialize)]
pub(super) struct NoteLine<'a> {
    pub(super) seq: u64,
    /// In microseconds.
    pub(super) at: u64,
    #[serde(flatten)]
    pub(super) note: &'a Note,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn is_not(flag: &bool) -> bool {
    !flag
}

impl Entry {
    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        const ITSELF: usize = 400;
        match &self.deed {
            Deed::Exchange(exchange) => {
                ITSELF + exchange.command.len() + exchange.answer.as_ref().map_or(0, |answer| answer.len())
            }
            Deed::Note(_) => ITSELF,
        }
    }

    /// The slot that it is about.
    pub(super) fn slot(&self) -> Option<usize> {
        match &self.deed {
            Deed::Exchange(exchange) => Some(exchange.slot),
            Deed::Note(note) => note.slot,
        }
    }

    /// As JSON, in a line.
    pub(super) fn line(&self) -> String {
        let at = micros(self.at);
        let line = match &self.deed {
            Deed::Exchange(exchange) => serde_json::to_string(&exchange.summary(self.seq, at)),
            Deed::Note(note) => serde_json::to_string(&NoteLine { seq: self.seq, at, note }),
        };
        line.unwrap_or_default()
    }
}

/// A time in microseconds.
pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
