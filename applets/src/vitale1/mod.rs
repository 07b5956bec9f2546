//! Vitale 1: a memory of 32-bit words, behind instructions of class `BC`.
//!
//! The card knows no files (facts/cards.md B). Here each zone of its memory is a transparent EF whose identifier is the
//! zone's first address, so that zones have access rules, and one memory has two views: instructions count nibbles from
//! the address `0200`, and where the layout allows it, commands of ISO 7816-4 select the same zones as files.
//!
//! Public are: class `BC`, reading (`B0`), fetching a result with the end of the memory in it (`C0`), and that
//! presenting a code (`20`), ratifying it (`40`) and searching (`A0`) are instructions of the family. How these three
//! look in detail, writing (`D0`), and every status word but `9000` are [`Settings`], which a layout gives and marks as
//! invented. There is no certificate instruction: of what is public, nothing describes it.
//!
//! A class byte `BC` is a class of its own: it chains nothing and names no channel.

mod codes;
mod instructions;
mod memory;
mod names;
mod settings;
#[cfg(test)]
mod tests;

pub use names::command_name;
pub use settings::{Code, IDENTITY_LENGTH, Settings, SettingsError, Statuses, WORD};

use virtuale_engine::{
    Response,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::{Class, SecureMessaging},
    commands,
    ins::Ins,
};

/// Its name in layouts.
pub const NAME: &str = "vitale1";

/// The class of its instructions.
pub const CLASS: u8 = 0xBC;

/// The instruction bytes of its instructions (facts/cards.md B.3).
pub mod instruction {
    use virtuale_engine::ins::Ins;

    /// Presents a code.
    pub const PRESENT: Ins = Ins(0x20);
    /// Ratifies the presentation before it.
    pub const RATIFY: Ins = Ins(0x40);
    /// Searches for a word.
    pub const SEARCH: Ins = Ins(0xA0);
    /// Reads.
    pub const READ: Ins = Ins(0xB0);
    /// Fetches the result of the instruction before it.
    pub const FETCH: Ins = Ins(0xC0);
    /// Writes.
    pub const WRITE: Ins = Ins(0xD0);
}

/// The word memory and what a session remembers.
#[derive(Debug)]
pub struct Vitale1 {
    settings: Settings,
    /// What the instruction before this one left to be fetched.
    result: Option<instructions::Found>,
    /// The presentation that the next instruction may ratify.
    presented: Option<codes::Presented>,
}

impl Vitale1 {
    /// A card that was not reset yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, result: None, presented: None }
    }

    fn instruction(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let (result, presented) = (self.result.take(), self.presented.take());
        match command.ins() {
            instruction::READ => self.read(command, context, response),
            instruction::FETCH => {
                self.result = result;
                self.fetch(command, context, response)
            }
            instruction::SEARCH => self.search(command, context),
            instruction::WRITE => self.write(command, context),
            instruction::PRESENT => self.present(command, context),
            instruction::RATIFY => self.ratify(command, context, presented),
            _ => Err(self.settings.statuses.unknown_instruction.into()),
        }
    }
}

impl Applet for Vitale1 {
    fn read_class(&self, cla: u8) -> Option<Class> {
        match cla {
            CLASS => Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None }),
            _ if self.settings.iso_view => Class::interindustry(cla),
            _ => None,
        }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if command.cla() == CLASS {
            return self.instruction(command, context, response);
        }
        if command.ins() != Ins::GET_RESPONSE {
            (self.result, self.presented) = (None, None);
        }
        commands::process(command, context, response)
    }

    fn reset(&mut self) {
        (self.result, self.presented) = (None, None);
    }
}
