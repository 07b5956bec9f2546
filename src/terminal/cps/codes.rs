//! The codes of a card: how many tries are left, and proving the holder's.
//!
//! Asking costs no try: GET DATA tells the counters of both codes, and a card that does not know them by it is asked by
//! a VERIFY without a code, which ISO 7816-4 has for that [ISO-7816-4 11.5.6]. A proved code has no number then.

use serde::Serialize;
use virtuale_engine::{Fid, StatusWord, ins::Ins, tlv::Tag};

use crate::terminal::{
    exchange::{Command, Dialogue, ExchangeError},
    files::ber::{find_deep, is_whole},
    holder::Code,
    remark::Remark,
};

/// The references of both codes [OPENSC-CPX trace].
pub(in crate::terminal) const HOLDER: u8 = 1;
const UNBLOCKING: u8 = 2;

/// The counters in what GET DATA tells of a code [OPENSC-IASECC sdo].
const MOST: Tag = Tag(0x9A);
const LEFT: Tag = Tag(0x9B);

/// All that there is of an answer.
const WHOLE: Option<usize> = Some(256);

/// Both codes of a card.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Codes {
    /// Whether the holder's code was proved in this reading.
    #[serde(rename = "etat")]
    pub proof: Proof,
    /// The tries of the holder's (PIN).
    #[serde(rename = "porteur")]
    pub holder: Tries,
    /// How many tries of it were left before a code was presented in this reading; `None` if none was, or the card did
    /// not say.
    #[serde(rename = "essais_avant")]
    pub before: Option<u8>,
    /// The tries of the code that unblocks it (PUK).
    #[serde(rename = "deblocage")]
    pub unblocking: Tries,
}

impl Codes {
    /// Whether nothing opens what needs a code any more: the card takes neither of both.
    #[must_use]
    pub fn is_blocked_for_good(&self) -> bool {
        self.holder.left == Some(0) && self.unblocking.left == Some(0)
    }
}

/// How often a code may still be tried.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Tries {
    /// How many are left; 0 if it is blocked. `None` if the card does not say.
    #[serde(rename = "essais")]
    pub left: Option<u8>,
    /// How many there are after a right one. `None` if the card does not say.
    #[serde(rename = "essais_max")]
    pub most: Option<u8>,
}

/// What came of asking for the holder's code.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing on the card needs it.
    #[default]
    NotNeeded,
    /// Nobody gave it.
    NotGiven,
    /// It was right.
    Proved,
    /// Another program had proved it: what needs it was open.
    ProvedBefore,
    /// What was given was wrong.
    Wrong,
    /// The card does not take it any more.
    Blocked,
    /// The card does not take it by its antenna.
    NotTaken,
}

/// What a card said to a code.
pub(in crate::terminal) enum Verdict {
    Right,
    /// How many tries are left.
    Wrong(Option<u8>),
    /// The card does not take one; nothing is said of this one.
    Refused(StatusWord),
}

/// The counters of both codes. The MF is selected then. A card that does not know the question makes no error; what it
/// refuses for no reason, or says by halves, is noted as a failure.
pub(in crate::terminal) fn tries(
    dialogue: &mut Dialogue<'_>,
    failures: &mut Vec<Remark>,
) -> Result<[Tries; 2], ExchangeError> {
    let mf = Command::new("SELECT MF", [0x00, Ins::SELECT.0, 0x09, 0x0C], &Fid::MF.0.to_be_bytes(), None);
    let status = dialogue.send(&mf)?.status;
    if !status.is_processed() && !is_unknown(status) {
        failures.push(Remark::refused(mf.name(), status));
    }
    Ok([of(dialogue, failures, "PIN", HOLDER)?, of(dialogue, failures, "PUK", UNBLOCKING)?])
}

/// Whether the holder's code is proved now, whoever did it; what keeps the card from saying so is noted as a failure.
pub(in crate::terminal) fn is_proved(
    dialogue: &mut Dialogue<'_>,
    failures: &mut Vec<Remark>,
) -> Result<bool, ExchangeError> {
    Ok(ask(dialogue, failures, "PIN", HOLDER)? == StatusWord::SUCCESS)
}

/// Asks for the state of a code by a VERIFY without one.
fn ask(
    dialogue: &mut Dialogue<'_>,
    failures: &mut Vec<Remark>,
    name: &str,
    reference: u8,
) -> Result<StatusWord, ExchangeError> {
    let command = Command::verify(name, reference, &[]);
    let status = dialogue.send(&command)?.status;
    let is_told = status == StatusWord::SUCCESS || left(status).is_some() || status.0 >> 8 == 0x63;
    if !is_told && !is_unknown(status) {
        failures.push(Remark::refused(command.name(), status));
    }
    Ok(status)
}

/// Whether a card that answers so does not know what it is asked, or has nothing of the kind: it is in order.
fn is_unknown(status: StatusWord) -> bool {
    matches!(status.0.to_be_bytes(), [0x67 | 0x6D | 0x6E, 0x00] | [0x6A, _] | [0x6B, 0x00])
}

/// The counters of a code.
fn of(
    dialogue: &mut Dialogue<'_>,
    failures: &mut Vec<Remark>,
    name: &str,
    reference: u8,
) -> Result<Tries, ExchangeError> {
    let mut tries = counters(dialogue, failures, &format!("GET DATA {name}"), reference)?;
    if tries.left.is_none() {
        tries.left = left(ask(dialogue, failures, name, reference)?);
    }
    Ok(tries)
}

/// What GET DATA tells of a code.
fn counters(
    dialogue: &mut Dialogue<'_>,
    failures: &mut Vec<Remark>,
    name: &str,
    reference: u8,
) -> Result<Tries, ExchangeError> {
    let header = [0x00, Ins::GET_DATA_ODD.0, 0x3F, 0xFF];
    let question = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, reference, 0x02, 0xA0, 0x80];
    let reply = dialogue.send(&Command::new(name, header, &question, WHOLE))?;
    let counter = |tag| match find_deep(&reply.data, tag)?.as_slice() {
        &[count] => Some(count),
        _ => None,
    };
    if !reply.status.is_processed() {
        failures.extend((!is_unknown(reply.status)).then(|| Remark::refused(name, reply.status)));
        return Ok(Tries::default());
    }
    if !is_whole(&reply.data) {
        failures.push(Remark::AnswerNotWhole { command: name.to_owned() });
    }
    Ok(Tries { left: counter(LEFT), most: counter(MOST) })
}

/// Presents the holder's code.
pub(in crate::terminal) fn verify(dialogue: &mut Dialogue<'_>, code: &Code) -> Result<Verdict, ExchangeError> {
    let status = dialogue.send(&Command::verify("PIN", HOLDER, code.digits()))?.status;
    Ok(match status {
        StatusWord::SUCCESS => Verdict::Right,
        StatusWord::METHOD_BLOCKED => Verdict::Wrong(Some(0)),
        _ if left(status).is_some() || status.0 >> 8 == 0x63 => Verdict::Wrong(left(status)),
        _ => Verdict::Refused(status),
    })
}

/// How many tries a status word says are left.
pub(in crate::terminal) fn left(status: StatusWord) -> Option<u8> {
    match (status, status.0.to_be_bytes()) {
        (StatusWord::METHOD_BLOCKED, _) => Some(0),
        (_, [0x63, count]) if count >> 4 == 0xC => Some(count & 0x0F),
        _ => None,
    }
}
