//! What one application of a card does with the commands that reach it.
//!
//! An applet overrides what data cannot say and leaves the rest to the commands of ISO 7816-4 in [`commands`]. The
//! dispatcher knows applets by this trait only.

use crate::{
    Response, StatusWord, apdu::Apdu, chip::Context, class::Class, commands, ins::Ins, instruction::Instruction,
    platform::CommitError,
};

/// Why a command ended early.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Stop {
    /// The card refuses: it sends this status word and no data. What the command has not committed is undone.
    Refused(StatusWord),
    /// The power went away: there is no answer.
    PowerLost,
}

/// How a command ended: with a status word that data may go with, or early.
pub type Outcome = Result<StatusWord, Stop>;

/// An application.
///
/// A DF names its applet and lends it to the DFs and files below. All DFs with the same name share one applet.
pub trait Applet: Send {
    /// Reads a class byte; `None` is `6E00`. Only here is it decided what a class byte means: whether it chains, is
    /// protected, or names a channel. By default interindustry classes are read and all others are unknown.
    ///
    /// Interindustry classes are put to the applet of the channel they name, others to that of channel 0.
    fn read_class(&self, cla: u8) -> Option<Class> {
        Class::interindustry(cla)
    }

    /// Whether it takes commands under secure messaging and opens them itself. To one that does not, no command comes
    /// whose class byte says that it is protected: it is refused (`6882`).
    fn takes_protected(&self) -> bool {
        false
    }

    /// What is known of an instruction of a class; `None` if the class has none with this byte: it is then refused as
    /// unknown, whatever T=0 makes of its length. By default all classes have the commands on files of ISO 7816.
    fn instruction(&self, _cla: u8, ins: Ins) -> Option<&'static Instruction> {
        commands::instruction(ins)
    }

    /// Whether a command may come in parts.
    ///
    /// # Errors
    ///
    /// The status word for a part of a command that may not.
    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        commands::check_chaining(ins)
    }

    /// A command came that [`Applet::process`] does not get: `part` is the instruction of a part that others follow,
    /// `None` stands for a command that was refused before. Whatever any other command would end must end here too.
    fn pass_over(&mut self, _part: Option<Ins>, _context: &mut Context<'_>) {}

    /// Carries out a command that arrived whole: appends data to `response` and returns the status word.
    ///
    /// # Errors
    ///
    /// [`Stop`] says why the command ended early; whatever is in `response` is then dropped.
    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        commands::process(command, context, response)
    }

    /// A channel now has another applet, or was closed. Sensitive state of the channel must be forgotten.
    fn deselect(&mut self, _channel: u8) {}

    /// The card was reset or lost its power: all volatile state must be forgotten.
    fn reset(&mut self) {}
}

/// Does what the standard says and nothing else. The applet of DFs that name none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Interindustry;

impl Applet for Interindustry {}

impl From<StatusWord> for Stop {
    fn from(status: StatusWord) -> Self {
        Self::Refused(status)
    }
}

impl From<CommitError> for Stop {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Full => Self::Refused(StatusWord::MEMORY_FAILURE),
            CommitError::PowerLost => Self::PowerLost,
        }
    }
}
