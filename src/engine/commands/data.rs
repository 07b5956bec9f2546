//! GET DATA (ISO 7816-4, 11.4.3).

use crate::{Answer, StatusWord, apdu::Apdu, applet::Outcome, chip::Context, commands::expected};

/// Sends the value of a data object of the current DF. In a DF without data objects the command does not exist.
pub(super) fn get_data(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let core = &*context.core;
    let df = core.files.file(context.channel().df());
    let objects = df.directory().map(|directory| &directory.objects[..]).unwrap_or_default();
    if objects.is_empty() {
        return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
    }
    expected(command)?;
    let object = objects.iter().find(|object| object.tag == command.p1_p2());
    let object = object.ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    if !object.readable {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    answer.extend(core.memory.read(object.value));
    Ok(StatusWord::SUCCESS)
}
