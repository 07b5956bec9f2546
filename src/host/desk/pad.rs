//! What is typed at the PIN pads of slots.

use super::Desk;
use crate::{
    host::{
        HostError,
        control::{Reply, Typed},
    },
    reader::{Keys, Taken, pad::Pin},
};

impl Desk {
    /// The slot whose pad is meant where none is named: the only one that asks, else the only one with a pad.
    fn pad(&self, slot: Option<usize>) -> Result<usize, HostError> {
        if let Some(slot) = slot {
            return Ok(slot);
        }
        let only = |slots: Vec<usize>| match slots.as_slice() {
            &[slot] => Some(slot),
            _ => None,
        };
        let states = self.readers.states();
        let asking = states.iter().enumerate().filter(|(_, state)| state.prompt.is_some());
        let (asking, with_pad) = (asking.map(|(slot, _)| slot).collect(), self.readers.slots_with_pad());
        if with_pad.is_empty() {
            return Err(HostError::NobodyHasAPad);
        }
        only(asking).or_else(|| only(with_pad)).ok_or(HostError::WhichPad)
    }

    /// Types PINs at the pad of a slot; gives the slot, the reader and what became of them.
    pub(in crate::host) fn type_pins(
        &self,
        slot: Option<usize>,
        pins: &[impl AsRef<str>],
        ahead: bool,
    ) -> Result<(usize, String, Taken), HostError> {
        let keys = pins.iter().map(|digits| Pin::new(digits.as_ref()).map(Keys::Pin)).collect::<Result<_, _>>()?;
        let slot = self.pad(slot)?;
        let reader = self.reader(slot)?;
        let taken = self.readers.type_keys(slot, keys, ahead)?;
        Ok((slot, reader, taken))
    }

    /// Types a PIN for a prompt, or presses the key that cancels it; gives what to answer.
    pub(in crate::host) fn answer_prompt(
        &self,
        slot: usize,
        number: u64,
        pin: Option<&Typed>,
    ) -> Result<Reply, HostError> {
        let keys = pin.map(|digits| Pin::new(&digits.0).map(Keys::Pin)).transpose()?;
        let reader = self.reader(slot)?;
        self.readers.answer_prompt(slot, number, keys.unwrap_or(Keys::Cancel))?;
        let waiting = self.readers.state(slot).map_or(0, |state| state.typed_ahead);
        Ok(match pin {
            Some(_) => Reply::Typed { slot, reader, asked: true, waiting },
            None => Reply::Cancelled { slot, reader, asked: true, forgotten: 0 },
        })
    }

    /// Presses the key that cancels at the pad of a slot; gives what to answer.
    pub(in crate::host) fn cancel_pin(&self, slot: Option<usize>) -> Result<Reply, HostError> {
        let slot = self.pad(slot)?;
        let reader = self.reader(slot)?;
        let (asked, forgotten) = self.readers.cancel_prompt(slot)?;
        Ok(Reply::Cancelled { slot, reader, asked, forgotten })
    }
}
