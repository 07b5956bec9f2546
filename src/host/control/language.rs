//! The messages.

use std::{
    fmt,
    io::{self, BufRead, Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{LONGEST_MESSAGE, VERSION};
use crate::{
    host::Kind,
    layer::fault::ArmedFault,
    profile::said::Said,
    reader::pad::{Asked, Prompt},
    shown,
};

/// What a running reader may be asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Which slots are there, and what is in them?
    Slots,
    /// Put a card into a slot, in place of the one that is there.
    Insert {
        /// The slot, from 0.
        slot: usize,
        /// The card file, as an absolute path; or the name of a card that is part of the program.
        card: PathBuf,
        /// Whether what is kept of the card is dropped, so that it begins anew: its name among those that are kept, or
        /// nothing for whichever it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state_reset: Option<String>,
    },
    /// Bring the card of another slot, or the one that was last taken out of it, with its memory, in place of the one
    /// that is there.
    InsertFrom {
        /// The slot, from 0.
        slot: usize,
        /// The slot that it comes out of.
        from: usize,
    },
    /// Put the card back that was last taken out of a slot, with its memory.
    Reinsert {
        /// The slot, from 0.
        slot: usize,
    },
    /// Take the card out of a slot.
    Remove {
        /// The slot, from 0.
        slot: usize,
    },
    /// Leave a slot without a card, whether there is one in it or not.
    Empty {
        /// The slot, from 0.
        slot: usize,
    },
    /// Type PINs at the pad of a slot, one after the other.
    Pin {
        /// The slot, from 0; the only one that asks, else the only one with a pad, if it is not said.
        #[serde(default)]
        slot: Option<usize>,
        /// The PINs.
        pins: Vec<Typed>,
        /// Whether they wait until the slot asks, if it does not.
        #[serde(default)]
        ahead: bool,
    },
    /// Type a PIN at the pad of a slot for the prompt of that number, or cancel it; nobody else who asks gets it.
    AnswerPrompt {
        /// The slot, from 0.
        slot: usize,
        /// The number of the prompt ([`Asks::number`]).
        number: u64,
        /// The PIN; none to press the key that cancels.
        pin: Option<Typed>,
    },
    /// Press the key that cancels at the pad of a slot, and forget what was typed ahead there.
    CancelPin {
        /// The slot, from 0; as for [`Request::Pin`] if it is not said.
        #[serde(default)]
        slot: Option<usize>,
    },
    /// Arm faults at a slot, one behind the other.
    Fault {
        /// The slot, from 0.
        slot: usize,
        /// The faults, in their language (docs/faults.md).
        faults: Vec<String>,
    },
    /// Take the faults of a slot away.
    ClearFaults {
        /// The slot, from 0.
        slot: usize,
    },
    /// Where is the page that shows the readers?
    Page,
    /// Stop.
    Stop,
}

/// A PIN on its way to a pad: `Debug` does not show it, and it is overwritten when it is let go of.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Typed(pub String);

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed(..)")
    }
}

/// What it answers when it did as asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The slots.
    Slots(Status),
    /// The card is in.
    Inserted {
        /// The reader's name.
        reader: String,
        /// Whether another card was taken out for it.
        replaced: bool,
        /// What a person should know of kept cards that came meanwhile, in words for people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remarks: Vec<String>,
        /// The same in French.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remarks_fr: Vec<String>,
    },
    /// The card is in, out of another slot.
    Moved {
        /// The reader's name.
        reader: String,
        /// The name of the reader that it was in.
        from: String,
        /// What the card is: the path of its card file, or what its host calls it.
        card: String,
        /// Whether another card was taken out for it.
        replaced: bool,
    },
    /// The card is in again.
    Reinserted {
        /// The reader's name.
        reader: String,
        /// What the card is: the path of its card file, or what its host calls it.
        card: String,
    },
    /// The card is out.
    Removed {
        /// The reader's name.
        reader: String,
    },
    /// The slot is without a card.
    Emptied {
        /// The reader's name.
        reader: String,
        /// Whether a card was taken out for that.
        removed: bool,
    },
    /// The PINs are typed.
    Typed {
        /// The slot.
        slot: usize,
        /// The reader's name.
        reader: String,
        /// Whether the reader asked for one at that moment.
        asked: bool,
        /// How many PINs wait there now to be asked for, by whatever program.
        waiting: usize,
    },
    /// The key that cancels was pressed, or what was typed ahead is forgotten.
    Cancelled {
        /// The slot.
        slot: usize,
        /// The reader's name.
        reader: String,
        /// Whether the reader asked for a PIN at that moment.
        asked: bool,
        /// How many PINs are forgotten that were typed ahead.
        forgotten: usize,
    },
    /// The faults are armed.
    Armed {
        /// The reader's name.
        reader: String,
        /// All faults of the slot.
        faults: Vec<FaultStatus>,
    },
    /// The slot has no faults any more.
    Cleared {
        /// The reader's name.
        reader: String,
        /// How many went that could still strike.
        cleared: usize,
    },
    /// The page.
    Page {
        /// Its address, with what lets its user in; nothing if there is none.
        url: Option<String>,
    },
    /// It stops now.
    Stopping {
        /// The process.
        pid: u32,
        /// What a person should know of recordings that are not whole or cannot be replayed as they are, in words for
        /// people.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_whole: Vec<String>,
    },
}

/// A running reader.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Status {
    /// What its readers are called.
    pub name: String,
    /// The PC/SC socket: the value of `PCSCLITE_CSOCK_NAME`.
    pub socket: PathBuf,
    /// The process.
    pub pid: u32,
    /// Its slots, the first one being slot 0.
    pub slots: Vec<SlotStatus>,
    /// What a person should know of recordings that are not whole or cannot be replayed as they are, in words for
    /// people.
    #[serde(default)]
    pub not_whole: Vec<String>,
    /// The users, by their numbers, whose programs may use its readers beside its own.
    #[serde(default)]
    pub allowed_users: Vec<u32>,
    /// The groups whose members may.
    #[serde(default)]
    pub allowed_groups: Vec<u32>,
    /// The users who wanted to and may not, as far as they are remembered.
    #[serde(default)]
    pub refused_users: Vec<u32>,
    /// The users of those who may that were turned away at times, since they had all the connections that there are for
    /// them.
    #[serde(default)]
    pub crowding_users: Vec<u32>,
}

/// A slot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SlotStatus {
    /// Its number, from 0.
    pub slot: usize,
    /// The reader's name, as programs see it.
    pub reader: String,
    /// What the card in the slot is: the path of its card file, or what its host calls it; `None` without a card.
    pub card: Option<String>,
    /// The card's answer to reset, in hexadecimal; `None` without a card, and of a card that gives none.
    pub atr: Option<String>,
    /// What its reader asks a person to type, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Asks>,
    /// How many PINs, or keys that cancel, were typed at its reader and wait to be asked for.
    #[serde(default)]
    pub typed_ahead: usize,
    /// The drivers of other PC/SC services that have the card now: `vpcd`, `pcscd`.
    #[serde(default)]
    pub drivers: Vec<String>,
    /// Whether its reader is unplugged with the card in it, and programs do not see it: a fault comes to an end then,
    /// and it is there again.
    #[serde(default)]
    pub unplugged: bool,
    /// Why the slot has no card, if it follows a real reader and has none, in words for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaits: Option<String>,
    /// The faults that are armed there, those of the card file included, also if they have struck for the last time.
    #[serde(default)]
    pub faults: Vec<FaultStatus>,
    /// Which card it is of those that are kept from run to run: `vitale2-martin`, or `vitale2-martin#2` for the second
    /// of one card file; `None` of a card that is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

/// A fault that is armed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FaultStatus {
    /// The fault, in its language (docs/faults.md).
    pub fault: String,
    /// How often it has struck.
    pub struck: u32,
    /// Whether it can strike no more.
    pub spent: bool,
    /// Whether it is of the card file of the card, and not of the slot.
    pub own: bool,
}

impl From<&ArmedFault> for FaultStatus {
    fn from(armed: &ArmedFault) -> Self {
        let &ArmedFault { ref fault, struck, is_spent, is_own } = armed;
        Self { fault: fault.to_string(), struck, spent: is_spent, own: is_own }
    }
}

impl SlotStatus {
    /// Whether a card is in it that gives no answer to reset.
    #[cfg(feature = "cli")]
    pub(crate) fn is_mute(&self) -> bool {
        self.card.is_some() && self.atr.is_none()
    }
}

/// What the reader of a slot asks a person to type.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Asks {
    /// Which PIN.
    pub pin: AskedPin,
    /// How many digits it has at least.
    pub shortest: u8,
    /// How many it has at most.
    pub longest: u8,
    /// The number of the prompt: no other one of these readers has it.
    #[serde(default)]
    pub number: u64,
}

/// Which PIN a person is asked for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedPin {
    /// The PIN, to be verified.
    Pin,
    /// The PIN that is to be changed.
    Current,
    /// The one that it becomes.
    New,
    /// The same again.
    NewAgain,
}

impl From<&Prompt> for Asks {
    fn from(prompt: &Prompt) -> Self {
        let pin = match prompt.asked {
            Asked::Pin => AskedPin::Pin,
            Asked::CurrentPin => AskedPin::Current,
            Asked::NewPin => AskedPin::New,
            Asked::NewPinAgain => AskedPin::NewAgain,
        };
        Self { pin, shortest: prompt.shortest, longest: prompt.longest, number: prompt.number }
    }
}

/// Why it did not do as asked.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refusal {
    /// Whose fault it is.
    pub kind: Kind,
    /// In words for people; of [`Kind::Invalid`], the report of all mistakes in a card file.
    pub message: String,
    /// The same in French, as far as it is said in that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_fr: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The same in French, as far as it is said in that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint_fr: Option<String>,
}

impl Refusal {
    /// With words in both languages, as far as they are there.
    pub(crate) fn new(kind: Kind, message: impl Into<Said>, hint: Option<Said>) -> Self {
        let parted = |said: Said| (said.english.into_owned(), said.french.map(|french| french.into_owned()));
        let ((message, message_fr), hint) = (parted(message.into()), hint.map(parted));
        let (hint, hint_fr) = hint.map_or((None, None), |(hint, french)| (Some(hint), french));
        Self { kind, message, message_fr, hint, hint_fr }
    }

    /// Why it did not, in both languages as far as it has both.
    pub(crate) fn said(&self) -> Said {
        said(&self.message, self.message_fr.as_ref())
    }

    /// What to do about it, likewise.
    pub(crate) fn advice(&self) -> Option<Said> {
        self.hint.as_ref().map(|hint| said(hint, self.hint_fr.as_ref()))
    }
}

/// What another program said, as text: it drives no terminal.
fn said(english: &str, french: Option<&String>) -> Said {
    let shown = |text: &str| shown::text(text).into_owned();
    let french = french.map(|french| Box::new(shown(french).into()));
    Said { english: shown(english).into(), french }
}

/// A request with its version.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    pub(super) version: u32,
    pub(super) request: Request,
}

/// A reply or a refusal with its version.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) struct Message {
    pub(super) version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reply: Option<Reply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refusal: Option<Refusal>,
}

/// The part of a message that every version has.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Room for any message with a PIN in it.
const USUAL: usize = 4096;

/// Writes a message as one line.
pub(super) fn send(stream: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    // With room from the start: what a line leaves behind as it grows would keep a PIN.
    let mut line = Zeroizing::new(Vec::with_capacity(USUAL));
    serde_json::to_writer(&mut *line, message)?;
    line.push(b'\n');
    stream.write_all(&line)
}

/// Reads a message; `None` at the end of the stream.
///
/// # Errors
///
/// What the stream gives; `InvalidData` in words for the peer if it is no message of this version.
pub(super) fn receive<T: DeserializeOwned>(stream: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Zeroizing::new(Vec::with_capacity(USUAL));
    stream.by_ref().take(LONGEST_MESSAGE).read_until(b'\n', &mut line)?;
    let invalid = |message: String| Err(io::Error::new(io::ErrorKind::InvalidData, message));
    match line.last() {
        None => return Ok(None),
        Some(b'\n') => {}
        Some(_) => return invalid(format!("a message is one line of at most {LONGEST_MESSAGE} bytes")),
    }
    match serde_json::from_slice::<Versioned>(&line) {
        Ok(Versioned { version: VERSION }) => {}
        Ok(Versioned { version }) => {
            return invalid(format!(
                "version {version} is not spoken here, but {VERSION} is: another version of the program runs the reader"
            ));
        }
        Err(error) => return invalid(format!("not a message: {error}")),
    }
    match serde_json::from_slice(&line) {
        Ok(message) => Ok(Some(message)),
        Err(error) => invalid(format!("not a message of version {VERSION}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Ask, Message, Request, receive, send};

    #[test]
    fn a_message_is_one_line_and_comes_back_the_same() {
        let mut line = Vec::new();
        let request = Request::Insert { slot: 1, card: "/a\nb.toml".into(), state_reset: None };
        send(&mut line, &Ask { version: 3, request: request.clone() }).expect("memory takes all");
        assert_eq!(
            String::from_utf8_lossy(&line),
            "{\"version\":3,\"request\":{\"insert\":{\"slot\":1,\"card\":\"/a\\nb.toml\"}}}\n"
        );
        let ask: Ask = receive(&mut line.as_slice()).expect("a message").expect("not the end");
        assert_eq!(ask.request, request);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let said = |line: &str| receive::<Ask>(&mut line.as_bytes()).expect_err("refused").to_string();
        assert!(said("{\"version\":4,\"request\":\"dance\"}\n").contains("version 4 is not spoken here"));
        assert!(said("hello\n").contains("not a message"));
        assert!(said("{\"version\":3,\"request\":\"dance\"}\n").contains("dance"));
        assert!(said("{\"version\":3,\"request\":\"slots\"}").contains("one line"));
        assert!(said("{\"version\":3,\"request\":\"slots\",\"more\":1}\n").contains("more"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = receive::<Ask>(&mut bytes.as_slice());
            let _ = receive::<Message>(&mut bytes.as_slice());
        }
    }
}
