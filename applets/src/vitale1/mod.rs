//! Vitale 1: a memory of 32-bit words, behind instructions of class `BC`.
//!
//! The card knows no files [STACK-17608930 commands]. Here each zone of its memory is a transparent EF whose identifier
//! is the zone's first address, so that zones have access rules, and one memory has two views: instructions count
//! nibbles from the address `0200`, and where the layout allows it, commands of ISO 7816-4 select the same zones as
//! files.
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
mod table;
#[cfg(test)]
mod tests;

pub use names::{About, command_name, instruction_of};
pub use settings::{Code, IDENTITY_LENGTH, Settings, SettingsError, Statuses, WORD};
pub use table::{INSTRUCTIONS, instruction};

use virtuale_engine::{
    Response,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::{Class, SecureMessaging},
    commands,
    ins::Ins,
    instruction::Instruction,
};

/// Its name in layouts.
pub const NAME: &str = "vitale1";

/// The class of its instructions.
pub const CLASS: u8 = 0xBC;

/// What carries out an instruction of a word memory.
pub type Handler = fn(&mut Vitale1, &Apdu<'_>, &mut Context<'_>, &mut Response) -> Outcome;

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

    /// Carries out an instruction. What the one before left lasts until then, and longer only as far as the instruction
    /// leaves it.
    fn run(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let row = INSTRUCTIONS.find(command.ins());
        if command.ins() != instruction::FETCH {
            self.result = None;
        }
        if command.ins() != instruction::RATIFY {
            self.presented = None;
        }
        let handler = row.ok_or(self.settings.statuses.unknown_instruction)?.run;
        handler(self, command, context, response)
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

    fn instruction(&self, cla: u8, ins: Ins) -> Option<&'static Instruction> {
        match cla {
            CLASS => INSTRUCTIONS.find(ins).map(|row| &row.instruction),
            _ => commands::instruction(ins),
        }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if command.cla() == CLASS {
            return self.run(command, context, response);
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
