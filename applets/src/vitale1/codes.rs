//! Presenting a code, and ratifying it.
//!
//! Presenting spends a try before anything is compared and says nothing of the outcome. Ratifying says it, and only
//! then a right code counts: it gives the tries back and opens what the rules keep for the issuer, until the card is
//! reset. Everything in between is lost with any other instruction.

use virtuale_engine::{
    StatusWord,
    apdu::Apdu,
    applet::{Outcome, Stop},
    chip::Context,
    security::Method,
};

use super::{Code, Vitale1, WORD, memory::own_word};

/// A word that was never written.
const BLANK: [u8; WORD] = [0xFF; WORD];

/// A code that was presented.
#[derive(Clone, Copy, Debug)]
pub(super) struct Presented {
    /// Its place among the codes of the settings.
    code: usize,
    is_right: bool,
}

impl Vitale1 {
    /// `BC 20 00 reference 04 code`: spends a try and compares.
    pub(super) fn present(&mut self, command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        let statuses = &self.settings.statuses;
        let given: [u8; WORD] = command.data().try_into().map_err(|_| statuses.length)?;
        let mut codes = self.settings.codes.iter().enumerate();
        let meant = codes.find(|(_, code)| u16::from(code.reference) == command.p1_p2());
        let (index, code) = meant.ok_or(statuses.no_code)?;
        let (_, _, right) = own_word(context, code.word).ok_or(statuses.no_code)?;
        let spent = spent(code, context).ok_or(statuses.no_code)?;
        if right == BLANK {
            return Err(statuses.no_code.into());
        }
        if spent >= code.tries {
            return Err(statuses.blocked.into());
        }
        self.count(code, spent + 1, context)?;
        context.commit()?;
        self.presented = Some(Presented { code: index, is_right: is_equal(given, right) });
        Ok(StatusWord::SUCCESS)
    }

    /// `BC 40 00 00 00`: says whether the code presented before was right.
    pub(super) fn ratify(&mut self, command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        let presented = self.presented.take();
        let statuses = &self.settings.statuses;
        if !command.data().is_empty() {
            return Err(statuses.length.into());
        }
        let Presented { code, is_right } = presented.ok_or(statuses.not_presented)?;
        let code = self.settings.codes.get(code).ok_or(statuses.no_code)?;
        if !is_right {
            let left = code.tries.saturating_sub(spent(code, context).ok_or(statuses.no_code)?);
            return Err(StatusWord(statuses.wrong_code.0.saturating_add(left.into())).into());
        }
        self.count(code, 0, context)?;
        for restored in self.settings.codes.iter().filter(|other| code.restores.contains(&other.reference)) {
            self.count(restored, 0, context)?;
        }
        context.commit()?;
        context.security().prove(Method::External, code.environment);
        Ok(StatusWord::SUCCESS)
    }

    /// Writes how many tries of a code are spent.
    fn count(&self, code: &Code, spent: u8, context: &mut Context<'_>) -> Result<(), Stop> {
        let (zone, start, _) = own_word(context, code.counter).ok_or(self.settings.statuses.no_code)?;
        Ok(context.update_own(zone, start + WORD - 1, &[spent])?)
    }
}

/// How many tries of a code are spent.
fn spent(code: &Code, context: &Context<'_>) -> Option<u8> {
    let (_, _, [.., spent]) = own_word(context, code.counter)?;
    Some(spent)
}

/// Compares in a time that does not depend on where two words differ.
fn is_equal(one: [u8; WORD], other: [u8; WORD]) -> bool {
    u32::from_be_bytes(one) ^ u32::from_be_bytes(other) == 0
}
