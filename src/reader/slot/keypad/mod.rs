//! A person at the PIN pad of a reader, and a program that waits for him.
//!
//! While a reader asks for a PIN it has the card on loan: other users of the slot wait, as they do for a card that is
//! busy, and everything else goes on. No lock is held. The wait ends when a PIN is typed, when its time is over, when
//! somebody cancels it, when the card is pulled, and when the client goes away.
//!
//! A PIN that nobody asked for yet waits for the next prompt of its slot, if whoever typed it says so. Whoever does not
//! say so gets no PIN into the reader that is not asked for: another program would be the next to ask, and a try of its
//! card might be lost.

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    mem,
    sync::Weak,
    time::{Duration, Instant},
};

use virtuale_engine::{Fault, Response};
use zeroize::Zeroizing;

use super::{
    Caller, CardError, ControlError, Readers, SlotError,
    access::{Loan, Step},
    caller::nobody,
    table::{Running, SessionId, Slot},
};
use crate::reader::{
    device::feature::Request,
    pad::{Entry, Pin, Prompt, Status},
};

/// How many PINs may wait to be asked for.
const MOST_AHEAD: usize = 64;

/// What a person does at a pad.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Keys {
    /// Types a PIN, and confirms it.
    Pin(Pin),
    /// Presses the key that cancels.
    Cancel,
}

/// A pad, as far as a person is at it.
#[derive(Debug, Default)]
pub(super) struct Keypad {
    /// What is asked for now.
    prompt: Option<Prompt>,
    /// How many PINs whoever asks wants yet, with this one; `None` where no key ends a PIN, so that several that are
    /// typed may be one.
    wanted: Option<usize>,
    /// What was typed for who asks now and not looked at yet, in its order. It goes when he asks no more.
    typed: VecDeque<Keys>,
    /// What waits until somebody asks.
    ahead: VecDeque<Keys>,
}

/// What became of what was typed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Whether the reader asked for a PIN at that moment.
    pub asked: bool,
    /// How many PINs, or keys that cancel, wait to be asked for now, beside those that are wanted already.
    pub waiting: usize,
}

/// For whom a control code is carried out.
pub(in crate::reader) struct User<'a> {
    pub(in crate::reader) caller: &'a Weak<dyn Caller>,
    /// That by which the caller is told of a card that left.
    pub(in crate::reader) ticket: u64,
    pub(in crate::reader) slot: usize,
    /// The session whose command it will be; none of a driver.
    pub(in crate::reader) session: Option<SessionId>,
}

impl Keypad {
    /// What is asked for now.
    pub(super) fn prompt(&self) -> Option<&Prompt> {
        self.prompt.as_ref()
    }

    /// How many PINs, or keys that cancel, wait to be asked for.
    pub(super) fn waiting(&self) -> usize {
        let wanted = self.prompt.as_ref().map_or(0, |_| self.wanted.unwrap_or(usize::MAX));
        (self.typed.len() + self.ahead.len()).saturating_sub(wanted)
    }

    /// How many PINs may be typed for who asks now.
    fn room(&self) -> usize {
        self.wanted.map_or(usize::MAX, |wanted| wanted.saturating_sub(self.typed.len()))
    }

    /// What was typed first and not looked at yet.
    fn next(&mut self) -> Option<Keys> {
        self.typed.pop_front().or_else(|| self.ahead.pop_front())
    }

    /// Nobody asks any more.
    fn rest(&mut self) {
        (self.prompt, self.wanted) = (None, None);
        self.typed.clear();
    }
}

impl Readers {
    /// Types at the pad of a slot, in this order: what the reader asks for now, and what the same program asks for
    /// next. With `ahead`, what is not asked for waits until it is, whoever asks. If it is refused, nothing is typed.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::NoPad`], [`SlotError::TooManyPins`]; without `ahead`
    /// [`SlotError::NotAsked`], and [`SlotError::NotAllAsked`] if it is more than is asked for.
    pub fn type_keys(&self, slot: usize, keys: Vec<Keys>, ahead: bool) -> Result<Taken, SlotError> {
        self.with(|table| {
            let keypad = keypad_of(&mut table.slots, slot)?;
            let asked = keypad.prompt.is_some();
            if !asked && !ahead {
                return Err(SlotError::NotAsked(slot));
            }
            if !ahead && keys.len() > keypad.room() {
                return Err(SlotError::NotAllAsked { slot, asked: keypad.room(), given: keys.len() });
            }
            if keypad.typed.len() + keypad.ahead.len() + keys.len() > MOST_AHEAD {
                return Err(SlotError::TooManyPins { slot, most: MOST_AHEAD });
            }
            if ahead { &mut keypad.ahead } else { &mut keypad.typed }.extend(keys);
            let waiting = keypad.waiting();
            table.moved = true;
            Ok(Taken { asked, waiting })
        })
    }

    /// What a person does who sees the prompt of that number: types a PIN, or presses the key that cancels. Nobody else
    /// gets it who asks meanwhile.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::NoPad`]; [`SlotError::PromptOver`] if that PIN is not asked for any more.
    pub fn answer_prompt(&self, slot: usize, number: u64, keys: Keys) -> Result<(), SlotError> {
        self.with(|table| {
            let keypad = keypad_of(&mut table.slots, slot)?;
            let is_asked = keypad.prompt.as_ref().is_some_and(|prompt| prompt.number == number);
            if !is_asked || keypad.room() == 0 {
                return Err(SlotError::PromptOver(slot));
            }
            keypad.typed.push_back(keys);
            table.moved = true;
            Ok(())
        })
    }

    /// Presses the key that cancels at the pad of a slot, if it asks for a PIN, and forgets what was typed ahead there.
    /// Gives whether it asked, and how many PINs are forgotten.
    ///
    /// # Errors
    ///
    /// [`SlotError::Unknown`], [`SlotError::NoPad`]; [`SlotError::NothingToCancel`].
    pub fn cancel_prompt(&self, slot: usize) -> Result<(bool, usize), SlotError> {
        self.with(|table| {
            let keypad = keypad_of(&mut table.slots, slot)?;
            let (asked, forgotten) = (keypad.prompt.is_some(), keypad.typed.len() + keypad.ahead.len());
            if !asked && forgotten == 0 {
                return Err(SlotError::NothingToCancel(slot));
            }
            keypad.typed.clear();
            keypad.ahead.clear();
            keypad.typed.extend(asked.then_some(Keys::Cancel));
            table.moved = true;
            Ok((asked, forgotten))
        })
    }

    /// The slots whose reader has a pad.
    #[must_use]
    pub fn slots_with_pad(&self) -> Vec<usize> {
        let has_pad = |(_, slot): &(usize, &Slot)| slot.device.pad.is_some();
        self.with(|table| table.slots.iter().enumerate().filter(has_pad).map(|(slot, _)| slot).collect())
    }

    /// Waits until a reader asks a person for a PIN by a prompt with a number above `seen`, but not longer than
    /// `patience`; gives the slot and the prompt.
    #[must_use]
    pub fn await_prompt(&self, seen: u64, patience: Duration) -> Option<(usize, Prompt)> {
        let until = Instant::now().checked_add(patience);
        let asked = self.wait(&nobody(), |table| {
            let asked = table.slots.iter().enumerate().filter_map(|(slot, entry)| Some((slot, entry.keypad.prompt()?)));
            let next = asked.filter(|(_, prompt)| prompt.number > seen).min_by_key(|(_, prompt)| prompt.number);
            let next = next.map(|(slot, prompt)| (slot, prompt.clone()));
            let is_over = next.is_some() || until.is_some_and(|until| Instant::now() >= until);
            Ok::<_, CardError>(if is_over { Step::Done(next) } else { Step::Wait(until) })
        });
        asked.ok().flatten()
    }

    /// Carries out what a control code asks of the reader of a slot. `check` says whether the user may have its card.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`]; those of the check and of the card where a PIN is typed for it.
    pub(in crate::reader) fn control(
        &self,
        user: &User<'_>,
        request: Request,
        check: impl Fn(&Slot) -> Result<(), CardError>,
    ) -> Result<Vec<u8>, ControlError> {
        match request {
            Request::Unknown => Err(ControlError::Unsupported),
            Request::Known(answer) => Ok(answer),
            Request::Pin(entry) => Ok(self.verify(user, &entry, check)?),
        }
    }

    /// Has a person type what a program asks for, and the card run the command with it. Gives the card's answer, or
    /// what the reader answers in its place.
    fn verify(
        &self,
        user: &User<'_>,
        entry: &Entry,
        check: impl Fn(&Slot) -> Result<(), CardError>,
    ) -> Result<Vec<u8>, CardError> {
        let loan = self.wait(user.caller, |table| {
            let slot = table.look_at(user.slot);
            check(slot)?;
            if !slot.state.is_present() {
                return Err(CardError::NoCard);
            }
            if !slot.powered {
                return Err(CardError::Silent(Fault::Unpowered));
            }
            table.lend(user.slot)
        })?;
        let command = match self.ask_all(user, &loan, entry) {
            Ok(command) => command,
            Err(end) => {
                let back = self.give_back(loan, |_| ());
                return match end {
                    End::Answer(status) => back.map(|()| status.bytes()),
                    End::Failed(error) => Err(error),
                };
            }
        };
        self.with(|table| {
            let slot = &mut table.slots[user.slot];
            if slot.generation == loan.generation() {
                slot.running = Some(Running { caller: Weak::clone(user.caller), ticket: user.ticket });
                self.note_turn(table, user.slot, user.session);
            }
        });
        let mut response = Response::default();
        self.transmit(loan, &command, &mut response)?;
        Ok(response.as_bytes().to_vec())
    }

    /// Asks for one PIN after the other, and makes the command of them.
    fn ask_all(&self, user: &User<'_>, loan: &Loan, entry: &Entry) -> Result<Zeroizing<Vec<u8>>, End> {
        let pins: Result<Vec<_>, _> = (0..entry.asked.len()).map(|which| self.ask(user, loan, entry, which)).collect();
        self.with(|table| {
            table.slots[user.slot].keypad.rest();
            table.moved = true;
        });
        entry.command(&pins?).map_err(End::Answer)
    }

    /// Shows a prompt for one of the PINs and waits for what is typed.
    fn ask(&self, user: &User<'_>, loan: &Loan, entry: &Entry, which: usize) -> Result<Pin, End> {
        self.with(|table| {
            table.prompts += 1;
            let (number, asked) = (table.prompts, entry.asked[which]);
            let keypad = &mut table.slots[user.slot].keypad;
            keypad.prompt = Some(Prompt { number, asked, shortest: entry.shortest, longest: entry.longest });
            keypad.wanted = entry.ends.by_key.then(|| entry.asked.len() - which);
            table.moved = true;
        });
        let mut typing = Typing { pin: Pin::empty(), until: Instant::now() + entry.patience };
        self.wait(user.caller, |table| {
            let slot = &mut table.slots[user.slot];
            if slot.generation != loan.generation() {
                return Err(End::Failed(CardError::NoCard));
            }
            while let Some(keys) = slot.keypad.next() {
                if let Some(pin) = typing.key(keys, entry)? {
                    // It is not wanted any more, also before the next prompt is there.
                    slot.keypad.wanted = slot.keypad.wanted.map(|wanted| wanted.saturating_sub(1));
                    return Ok(Step::Done(pin));
                }
            }
            if Instant::now() < typing.until {
                return Ok(Step::Wait(Some(typing.until)));
            }
            match entry.ends.by_time && typing.pin.len() > 0 {
                true => Ok(Step::Done(mem::replace(&mut typing.pin, Pin::empty()))),
                false => Err(End::Answer(Status::TIMEOUT)),
            }
        })
    }
}

/// The pad of a slot.
fn keypad_of(slots: &mut [Slot], slot: usize) -> Result<&mut Keypad, SlotError> {
    let entry = slots.get_mut(slot).ok_or(SlotError::Unknown(slot))?;
    if entry.device.pad.is_some() { Ok(&mut entry.keypad) } else { Err(SlotError::NoPad(slot)) }
}

/// Why no command is sent.
enum End {
    /// The reader answers in place of the card.
    Answer(Status),
    Failed(CardError),
}

impl From<CardError> for End {
    fn from(error: CardError) -> Self {
        Self::Failed(error)
    }
}

/// A PIN while it is typed.
struct Typing {
    pin: Pin,
    until: Instant,
}

impl Typing {
    /// What becomes of it by more keys: the whole PIN, or nothing yet.
    fn key(&mut self, keys: Keys, entry: &Entry) -> Result<Option<Pin>, End> {
        let Keys::Pin(more) = keys else { return Err(End::Answer(Status::CANCELLED)) };
        self.pin.append(&more);
        self.until = Instant::now() + entry.patience_after;
        let longest = usize::from(entry.longest);
        let is_full = entry.ends.at_longest && self.pin.len() >= longest;
        if is_full {
            // No key after the last digit is taken.
            self.pin.cut(longest);
        }
        Ok((is_full || entry.ends.by_key).then(|| mem::replace(&mut self.pin, Pin::empty())))
    }
}
