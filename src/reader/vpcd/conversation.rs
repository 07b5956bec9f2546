//! What a driver asks of one card, from when it is connected until somebody hangs up.

use std::{
    io,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use virtuale_engine::{Fault, Protocol, Response};

use super::{
    line::{Input, Line},
    wire::{self, Request},
};
use crate::reader::{Caller, CardError, RawSlot, Readers};

/// How long a command waits for a card that a PC/SC handle has for itself.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long a driver that is connected may take to say something, before it is said that it is none.
const FIRST_WORD: Duration = Duration::from_secs(3);

/// How long a driver that looks again and again for its card may take to say something after an order. It waits for an
/// answer if it does not: what looked like an order was a command of one byte.
const NEXT_WORD: Duration = Duration::from_secs(5);

/// So many questions for the answer to reset one after the other are a driver that looks again and again.
const LOOKS: u32 = 3;

/// What a card answers to a command whose answer has no room in a message: wrong length [ISO-7816-4 5.6].
const TOO_LONG: &[u8] = &[0x67, 0x00];

/// Why a conversation is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// The driver hung up, or the card was pulled.
    HungUp,
    /// The driver said what makes no sense.
    Nonsense,
    /// The card did what the driver's language has no word for.
    Unspeakable,
}

/// An order about the power that could not be carried out yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Order {
    Off,
    On,
    Reset,
}

/// One conversation.
pub(super) struct Conversation {
    line: Arc<Line>,
    slot: RawSlot,
    pending: Option<Order>,
    /// Whether the driver took the card's power: else a command has the card powered up that has none.
    is_off: bool,
    /// Whether the driver sent the card a command since that has its power.
    is_used: bool,
    output: Vec<u8>,
    response: Response,
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        // A message that does not come to its end is none.
        if error.kind() == io::ErrorKind::TimedOut { Self::Nonsense } else { Self::HungUp }
    }
}

impl Conversation {
    /// A conversation about the card in that slot. `None` if there is no such slot.
    pub(super) fn new(line: Arc<Line>, readers: Arc<Readers>, slot: usize) -> Option<Self> {
        let caller: Weak<Line> = Arc::downgrade(&line);
        let caller: Weak<dyn Caller> = caller;
        let slot = RawSlot::new(readers, slot, caller).ok()?;
        let (output, response) = (Vec::new(), Response::default());
        Some(Self { line, slot, pending: None, is_off: false, is_used: false, output, response })
    }

    /// Answers until somebody hangs up, or has to. `told` is called as soon as it shows that the other side is a
    /// driver, and before if it does not show in time.
    pub(super) fn hold(&mut self, told: impl FnMut(bool)) -> End {
        let end = match self.converse(told) {
            Ok(never) => match never {},
            Err(end) => end,
        };
        self.line.hang_up();
        end
    }

    fn converse(&mut self, mut told: impl FnMut(bool)) -> Result<std::convert::Infallible, End> {
        let line = Arc::clone(&self.line);
        let mut input = Input::default();
        let mut patience = Some(FIRST_WORD);
        let (mut looks, mut is_looking) = (0, false);
        loop {
            let Some(message) = line.receive(&mut input, patience)? else {
                if line.is_heard() {
                    line.note_awaited();
                    return Err(End::Unspeakable);
                }
                patience = None;
                told(false);
                continue;
            };
            let request = Request::parse(message).ok_or(End::Nonsense)?;
            patience = None;
            if line.note_sense() {
                told(true);
            }
            match request {
                Request::Atr => looks += 1,
                Request::PowerOff | Request::PowerOn | Request::Reset => {
                    looks = 0;
                    patience = is_looking.then_some(NEXT_WORD);
                }
                Request::Command(_) => looks = 0,
            }
            is_looking |= looks >= LOOKS;
            match request {
                Request::PowerOff => self.order(Order::Off)?,
                Request::PowerOn => self.order(Order::On)?,
                Request::Reset => self.order(Order::Reset)?,
                Request::Atr => {
                    let atr = self.slot.state().atr.ok_or(End::Unspeakable)?;
                    line.answer(&mut self.output, atr.as_bytes())?;
                }
                Request::Command(command) => {
                    self.transmit(command)?;
                    let answer = self.response.as_bytes();
                    let answer = if answer.len() > wire::LONGEST { TOO_LONG } else { answer };
                    line.answer(&mut self.output, answer)?;
                }
            }
            line.await_more();
        }
    }

    /// Carries an order out, or keeps it until the card is free.
    fn order(&mut self, order: Order) -> Result<(), End> {
        (self.is_off, self.is_used) = (order == Order::Off, false);
        self.pending = Some(order);
        self.carry_out().map(drop)
    }

    /// Carries out what was ordered; whether that could be done.
    fn carry_out(&mut self) -> Result<bool, End> {
        let Some(order) = self.pending else { return Ok(true) };
        let done = match order {
            Order::Off => self.slot.power_off(),
            Order::On => self.slot.power_up().and_then(|atr| self.agree(atr.offers(Protocol::T1))),
            Order::Reset => self.slot.reset().and_then(|atr| self.agree(atr.offers(Protocol::T1))),
        };
        match done {
            Err(CardError::InUse) => return Ok(false),
            Err(CardError::NoCard | CardError::ClientGone) => return Err(End::HungUp),
            // That a card is mute is told when its answer to reset is asked for.
            Ok(()) | Err(_) => self.pending = None,
        }
        Ok(true)
    }

    /// Speaks T=1 with a card that offers it.
    fn agree(&self, offers_it: bool) -> Result<(), CardError> {
        match offers_it {
            true => self.slot.select_protocol(Protocol::T1),
            false => Ok(()),
        }
    }

    /// Sends a command to the card, as soon as nobody has that for himself.
    fn transmit(&mut self, command: &[u8]) -> Result<(), End> {
        let until = Instant::now() + PATIENCE;
        loop {
            if self.carry_out()? {
                match self.slot.transmit(0, command, &mut self.response) {
                    Ok(()) => {
                        self.is_used = true;
                        return Ok(());
                    }
                    Err(CardError::InUse) => {}
                    // Another user of the card took its power. What commands had brought about went with it.
                    Err(CardError::Silent(Fault::Unpowered)) if !self.is_off && !self.is_used => {
                        self.order(Order::On)?;
                        continue;
                    }
                    Err(CardError::NoCard | CardError::ClientGone) => return Err(End::HungUp),
                    Err(_) => return Err(End::Unspeakable),
                }
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.slot.await_free(left) {
                Ok(true) => {}
                Ok(false) => return Err(End::Unspeakable),
                Err(_) => return Err(End::HungUp),
            }
        }
    }
}
