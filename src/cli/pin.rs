//! `virtuale pin`: a person at the PIN pad of a reader.

use std::{convert::Infallible, fmt, str, thread, time::Duration};

use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    Exit, Failure, code, exit,
    language::Language,
    messages::Pads,
    options::{Attach, SLOT_NUMBERS, Spoken, number},
    output,
};
use crate::{
    host::{
        Host, HostError,
        control::{AskedPin, Asks, Client, Reply, Request, SlotStatus, Typed},
    },
    reader::pad::Pin,
};

const EXAMPLES: &str = "\
Examples:
  virtuale pin 1234
  virtuale pin
  virtuale pin 1234 5678 5678
  virtuale pin --ahead 1234
  virtuale pin --cancel";

/// How long a reader may take to see what was typed, and to ask for the next.
const BREATH: Duration = Duration::from_millis(50);

/// Arguments of `pin`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The PIN that is typed and confirmed; several are typed one after the other, as the reader asks for them. Without
    /// any, each PIN that is asked for is asked for here, and not shown
    #[arg(value_name = "PIN", value_parser = secret, conflicts_with = "cancel")]
    pins: Vec<Secret>,
    /// Press the key that cancels, if a PIN is asked for, and forget what was typed ahead
    #[arg(long)]
    cancel: bool,
    /// What is not asked for now is typed as soon as the reader asks for a PIN, whatever program that is for; `virtuale
    /// slots` shows how many wait
    #[arg(long, requires = "pins")]
    ahead: bool,
    /// The slot whose pad is meant, from 0 [default: the only one that asks for a PIN, else the only one with a pad]
    #[arg(long, value_name = "SLOT", value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: Option<usize>,
    #[command(flatten)]
    attach: Attach,
    #[command(flatten)]
    spoken: Spoken,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.spoken.language()
    }
}

/// A PIN among arguments, which no `Debug` shows.
#[derive(Clone, ZeroizeOnDrop)]
struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Takes anything: what is said of a wrong argument would show it.
fn secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret(text.to_owned()))
}

/// Says at the start that a recording will have what is typed at a pad, if there is one: the program never sees it.
pub(super) fn mention_recording(host: &Host) {
    if !host.slots_with_pad().is_empty() {
        output::say(Pads::Recorded.text(Language::of_locale()));
    }
}

/// Types, or asks a person what to type.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = args.attach.client()?;
    if args.cancel {
        return match client.ask(Request::CancelPin { slot: args.slot })? {
            Reply::Cancelled { reader, asked, forgotten, .. } => {
                output::say(cancelled(&reader, asked, forgotten, args.language()));
                Ok(exit::DONE)
            }
            _ => Err(client.nonsense().into()),
        };
    }
    if args.pins.is_empty() {
        return by_a_person(args, &mut client);
    }
    if let Some(error) = args.pins.iter().find_map(|pin| Pin::new(&pin.0).err()) {
        return Err(Failure::usage(HostError::from(error).said(), Pads::GivePin.said()));
    }
    let pins = args.pins.iter().map(|pin| Typed(pin.0.clone())).collect();
    type_all(&mut client, args.slot, pins, args.ahead, args.language())
}

fn type_all(client: &mut Client, slot: Option<usize>, pins: Vec<Typed>, ahead: bool, language: Language) -> Exit {
    match client.ask(Request::Pin { slot, pins, ahead })? {
        Reply::Typed { slot, reader, asked, waiting } => {
            output::say(typed(&reader, slot, asked, waiting, language));
            Ok(exit::DONE)
        }
        _ => Err(client.nonsense().into()),
    }
}

/// What is said of PINs that were typed: which were asked for, and how many wait.
fn typed(reader: &str, slot: usize, asked: bool, waiting: usize, language: Language) -> String {
    let (number, slot) = (waiting.to_string(), slot.to_string());
    let (number, slot) = (number.as_str(), slot.as_str());
    let waiting = match (asked, waiting) {
        (_, 0) => Pads::Typed { reader },
        (true, 1) => Pads::TypedAndOneWaits { reader, slot },
        (true, _) => Pads::TypedAndMoreWait { reader, number, slot },
        (false, 1) => Pads::OneWaits { reader, slot },
        (false, _) => Pads::MoreWait { reader, number, slot },
    };
    waiting.text(language)
}

/// What is said when the key that cancels was pressed.
fn cancelled(reader: &str, asked: bool, forgotten: usize, language: Language) -> String {
    let number = forgotten.to_string();
    let number = number.as_str();
    let words = match (asked, forgotten) {
        (true, 0) => Pads::Cancelled { reader },
        (true, _) => Pads::CancelledAndForgotten { reader, number },
        (false, _) => Pads::Forgotten { reader, number },
    };
    words.text(language)
}

/// Asks a person for each PIN that the reader asks for, until it asks for none.
fn by_a_person(args: &Args, client: &mut Client) -> Exit {
    if !output::can_ask() {
        return Err(Failure::usage(Pads::NoTerminal.said(), Pads::GivePin.said()));
    }
    let mut typed = false;
    loop {
        let Some((slot, asks)) = asking(args.slot, client)? else {
            if typed {
                return Ok(exit::DONE);
            }
            return Err(Failure::environment(Pads::NothingAsked.said(), Pads::WaitOrAhead.said()));
        };
        let language = args.language();
        match person(&slot.reader, asks, language) {
            Some(pin) => drop(answer(client, &slot, asks, Some(Typed(pin.to_string())), language)?),
            None => return answer(client, &slot, asks, None, language),
        }
        typed = true;
        // The reader takes what was typed before it asks for the next one.
        thread::sleep(BREATH);
    }
}

/// Hands on what a person typed, or that he cancels, for the prompt that he saw: if that is over meanwhile, another
/// program that asks gets nothing of it.
fn answer(client: &mut Client, slot: &SlotStatus, asks: Asks, pin: Option<Typed>, language: Language) -> Exit {
    match client.ask(Request::AnswerPrompt { slot: slot.slot, number: asks.number, pin })? {
        Reply::Typed { slot, reader, asked, waiting } => output::say(typed(&reader, slot, asked, waiting, language)),
        Reply::Cancelled { reader, asked, forgotten, .. } => {
            output::say(cancelled(&reader, asked, forgotten, language));
        }
        _ => return Err(client.nonsense().into()),
    }
    Ok(exit::DONE)
}

/// What a person types at this terminal, which does not show it; `None` to cancel.
fn person(reader: &str, asks: Asks, language: Language) -> Option<Zeroizing<String>> {
    let (least, most) = (asks.shortest.to_string(), asks.longest.to_string());
    let (least, most) = (least.as_str(), most.as_str());
    let question = match asks.pin {
        AskedPin::Pin => Pads::AskPin { reader, least, most },
        AskedPin::Current => Pads::AskCurrent { reader, least, most },
        AskedPin::New => Pads::AskNew { reader, least, most },
        AskedPin::NewAgain => Pads::AskNewAgain { reader, least, most },
    };
    loop {
        let line = code::secret(&question.text(language))?;
        let digits = str::from_utf8(&line).ok().map(str::trim);
        match digits {
            Some("") => return None,
            Some(digits) if Pin::new(digits).is_ok() => return Some(Zeroizing::new(digits.to_owned())),
            _ => output::say(Pads::OnlyDigits.text(language)),
        }
    }
}

/// The slot that asks for a PIN: the one that is meant, else the first.
fn asking(slot: Option<usize>, client: &mut Client) -> Result<Option<(SlotStatus, Asks)>, Failure> {
    let Reply::Slots(status) = client.ask(Request::Slots)? else { return Err(client.nonsense().into()) };
    let mut slots = status.slots.into_iter().filter(|each| slot.is_none_or(|slot| each.slot == slot));
    Ok(slots.find_map(|slot| slot.asks.map(|asks| (slot, asks))))
}
