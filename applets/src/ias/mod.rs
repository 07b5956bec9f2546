//! IAS: identification, authentication and signature (the IAS ECC of the Vitale 2's Adèle application).
//!
//! Codes, keys and environments are data of the image, and the engine carries the commands out. This applet says that
//! they exist, and that any command may come under secure messaging; a DF without it answers `6D00` and `6882`.

use virtuale_engine::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::Class,
    commands,
    ins::Ins,
};

/// Its name in layouts.
pub const NAME: &str = "ias";

/// The applet of DFs with codes and keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ias;

impl Applet for Ias {
    fn read_class(&self, cla: u8) -> Option<Class> {
        commands::read_class_protected(cla)
    }

    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        commands::check_chaining_with_keys(ins)
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
        commands::process_protected(command, context, answer, commands::process_with_keys)
    }
}
