//! GET DATA [ISO-7816-4 11.4.3].

use crate::{Response, StatusWord, apdu::Apdu, applet::Outcome, chip::Context, commands::expected};

/// Sends the value of a data object of the current DF. In a DF without data objects the command does not exist.
pub(super) fn get_data(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
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
    response.extend(core.memory.read(object.value));
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use crate::{Protocol, testing::Tester};

    const OBJECT: &str = "ABABABABABABABABABABABABABABABABABABABAB 9000";

    #[test]
    fn the_objects_of_the_current_df_are_found() {
        Tester::new(Protocol::T1).plays(&[
            ("00 A4 00 0C 02 0002", "9000"),
            ("00 CA 5F 24 00", OBJECT),
            ("00 CA 5F 24 14", OBJECT),
            ("00 CA 5F 24 20", OBJECT),
            ("00 CA 5F 24 02", "ABAB 6112"),
            ("00 CA 5F 24", "6700"),
            ("00 CA 00 66 00", "6982"),
            ("00 CA DF 30 00", "6A88"),
        ]);
    }

    #[test]
    fn a_df_without_objects_knows_no_such_command() {
        // A probe that must never find anything [RUN-OPENSC probes].
        for protocol in [Protocol::T0, Protocol::T1] {
            Tester::new(protocol).plays(&[("00 CA DF 30", "6D00"), ("00 CA DF 30 00", "6D00")]);
        }
    }
}
