//! ACTIVATE FILE and DEACTIVATE FILE [ISO-7816-9 ACTIVATE FILE, DEACTIVATE FILE].

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    image::{FileIndex, LifeCycle},
    security::Operation,
};

pub(super) fn activate_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    change(command, Operation::Activate, LifeCycle::Activated, context)
}

pub(super) fn deactivate_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    change(command, Operation::Deactivate, LifeCycle::Deactivated, context)
}

/// Changes the life cycle of the current EF, or else of the current DF, if its rule allows that.
fn change(command: &Apdu<'_>, operation: Operation, to: LifeCycle, context: &mut Context<'_>) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    let channel = context.channel();
    let index: FileIndex = channel.ef().unwrap_or(channel.df());
    let file = context.core.files.file(index);
    if file.life_cycle(&context.core.memory) == LifeCycle::Terminated.byte() {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    if !context.satisfies(context.core.files.condition(file, operation)) {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    let core = &mut *context.core;
    core.files.file(index).set_life_cycle(to, &mut core.memory);
    context.keep()?;
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use crate::{
        Card, Fault, Interface, Protocol,
        image::LifeCycle,
        platform::Forgetful,
        testing::{
            Torn,
            keys::{SELECT, card, card_of, keyed_image},
        },
    };

    const DEACTIVATE: (&str, &str) = ("00 04 00 00", "9000");

    #[test]
    fn a_file_is_put_out_of_use_and_into_use_again() {
        let mut card = card(Protocol::T1);
        card.plays(&[("00 A4 02 0C 02 0066", "9000"), DEACTIVATE, ("00 20 00 81 04 31323334", "9000")]);
        card.plays(&[("00 B0 00 00 01", "6985"), ("00 A4 02 0C 02 0066", "6283")]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 A4 02 0C 02 0066", "6283"), ("00 44 00 00", "9000")]);
        card.plays(&[("00 20 00 81 04 31323334", "9000"), ("00 B0 00 00 01", "00 9000")]);
    }

    #[test]
    fn a_rule_and_the_life_cycle_itself_may_forbid_it() {
        let mut image = keyed_image();
        image.files[5].life_cycle = LifeCycle::Terminated;
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[
            ("00 04 00 00", "6982"),
            ("00 A4 02 0C 02 2001", "9000"),
            ("00 04 00 00", "6982"),
            ("00 44 00 00", "6982"),
            ("00 04 00 01", "6A86"),
            ("00 04 00 00 01 00", "6700"),
            ("00 A4 00 0C", "9000"),
            ("00 A4 02 0C 02 D001", "6285"),
            ("00 44 00 00", "6985"),
        ]);
    }

    #[test]
    fn a_torn_change_leaves_the_file_as_it_was() {
        let mut card = card_of(keyed_image(), Protocol::T1, Torn::after(0));
        card.plays(&[("00 A4 02 0C 02 0066", "9000")]);
        assert_eq!(card.try_send(DEACTIVATE.0), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 A4 02 0C 02 0066", "9000")]);
    }
}
