//! GET RESPONSE [ISO-7816-4 11.7.1].

use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, expected},
};

/// Sends what waits, as much as is expected; the last part comes with the status word of the command it answers.
pub(super) fn get_response(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let le = expected(command)?;
    let number = context.number();
    let waiting = context.core.pending.waiting(number);
    if waiting.is_empty() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let (length, _) = cut_to_le(le, waiting.len(), context)?;
    response.extend(&waiting[..length]);
    Ok(context.core.pending.take(length))
}

#[cfg(test)]
mod tests {
    use crate::{
        Protocol,
        image::LongLe,
        platform::Forgetful,
        testing::{Tester, image},
    };

    const SELECT: (&str, &str) = ("00 A4 02 00 02 D001", "611E");

    #[test]
    fn what_waits_is_sent_in_parts() {
        let mut card = Tester::new(Protocol::T0);
        card.plays(&[
            SELECT,
            ("00 C0 00 00 04", "621C8002 611A"),
            ("00 C0 00 00 02", "007C 6118"),
            ("00 C0 01 00 02", "6A86"),
        ]);
        assert_eq!(card.send("00 C0 00 00 FF").len() / 2, 24 + 2);
        card.plays(&[("00 C0 00 00 00", "6985")]);
    }

    #[test]
    fn another_command_drops_what_waits() {
        Tester::new(Protocol::T0).plays(&[SELECT, ("00 B0 00 00 01", "00 9000"), ("00 C0 00 00 1E", "6985")]);
    }

    #[test]
    fn another_channel_does_not_get_it() {
        Tester::new(Protocol::T0).plays(&[("00 70 00 01 00", "9000"), SELECT, ("01 C0 00 00 1E", "6985")]);
    }

    #[test]
    fn by_habit_a_long_le_is_refused_and_nothing_is_lost() {
        let mut image = image();
        image.habits.long_le = LongLe::Refused;
        let mut card = Tester::of(image, Protocol::T0, &|_| None, Forgetful);
        card.plays(&[SELECT, ("00 C0 00 00 00", "6C1E"), ("00 C0 00 00 01", "62 611D")]);
    }
}
