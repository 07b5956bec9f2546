//! MANAGE CHANNEL [ISO-7816-4 11.1.2].

use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, channel::ChannelNumber},
    image::FileIndex,
};

pub(super) fn manage_channel(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    if context.number().side().is_some() {
        // Channels are of interindustry classes.
        return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into());
    }
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    match command.p1() {
        0x00 => open_channel(command, context, response),
        0x80 => close_channel(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}

/// Opens the channel that P2 names; for `00` the card names it and says so.
///
/// A channel opened from the basic one has the MF selected, one opened from another has its DF.
fn open_channel(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let number = if command.p2() == 0 {
        command.le().ok_or(StatusWord::WRONG_LENGTH)?;
        context.core.channels.first_closed().ok_or(StatusWord::FUNCTION_NOT_SUPPORTED)?
    } else {
        ChannelNumber::new(command.p2()).ok_or(StatusWord::WRONG_P1_P2)?
    };
    if context.core.channels.channel(number).is_open() {
        return Err(StatusWord::FUNCTION_NOT_SUPPORTED.into());
    }
    let from_basic = context.number() == ChannelNumber::BASIC;
    let df = if from_basic { FileIndex::MF } else { context.channel().df() };
    context.core.channels.channel_mut(number).open(df, context.core.files.applet(df));
    if command.p2() == 0 {
        response.push(number.value());
    }
    Ok(StatusWord::SUCCESS)
}

/// Closes the channel that P2 names; for `00` the one that the command came on. The basic channel stays open.
fn close_channel(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let named = ChannelNumber::new(command.p2()).ok_or(StatusWord::WRONG_P1_P2)?;
    let number = if command.p2() == 0 { context.number() } else { named };
    if number == ChannelNumber::BASIC {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    if !context.core.channels.channel(number).is_open() {
        return Err(StatusWord::CHANNEL_NOT_SUPPORTED.into());
    }
    context.core.close_channel(number);
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use crate::{
        Protocol,
        platform::Forgetful,
        testing::{Tester, image},
    };

    #[test]
    fn four_channels_are_opened_and_closed() {
        Tester::new(Protocol::T1).plays(&[
            ("00 70 00 00 01", "01 9000"),
            ("00 70 00 00 00", "02 9000"),
            ("00 70 00 03", "9000"),
            ("00 70 00 00 01", "6A81"),
            ("00 70 00 03", "6A81"),
            ("00 70 00 04", "6A86"),
            ("00 70 80 02", "9000"),
            ("00 70 80 02", "6881"),
            ("00 70 00 00 01", "02 9000"),
            ("01 70 80 00", "9000"),
            ("01 A4 00 0C 02 3F00", "6881"),
            ("00 70 80 00", "6A86"),
            ("00 70 40 00", "6A86"),
            ("00 70 00 00", "6700"),
            ("00 70 00 00 01 00 00", "6700"),
        ]);
    }

    #[test]
    fn by_habit_a_select_by_name_opens_the_channel_that_it_comes_on() {
        let mut card = {
            let mut image = image();
            image.habits.opens_by_name = true;
            Tester::of(image, Protocol::T1, &|_| None, Forgetful)
        };
        card.plays(&[
            ("01 B0 82 00 01", "6881"),
            ("01 A4 00 0C 02 3F00", "6881"),
            // What is not found leaves it closed.
            ("01 A4 04 0C 05 0102030405", "6A82"),
            ("01 A4 04 0C", "6A82"),
            ("01 A4 00 0C 02 3F00", "6881"),
            // Nor does a part of a name open it, be it one of a name that is there.
            ("11 A4 04 0C 04 12345678", "6881"),
            ("11 A4 04 0C 0B D250000002564954414C45", "6881"),
            ("01 B0 82 00 01", "6881"),
            ("01 A4 04 0C 0B D250000002564954414C45", "9000"),
            ("01 A4 00 0C 02 3F00", "9000"),
            // Where it is open a name may come in parts.
            ("11 A4 04 0C 04 D2500000", "9000"),
            ("01 A4 04 0C 07 02564954414C45", "9000"),
            ("00 70 00 00 01", "02 9000"),
            ("01 70 80 00", "9000"),
            ("01 A4 00 0C 02 3F00", "6881"),
            ("43 A4 04 0C 0B D250000002564954414C45", "6881"),
            ("05 A4 04 0C 0B D250000002564954414C45", "6882"),
            ("01 B0 82 00 01", "6881"),
        ]);
    }

    #[test]
    fn t0_tells_the_two_forms_apart() {
        Tester::new(Protocol::T0).plays(&[
            ("00 70 00 00 01", "01 9000"),
            ("00 70 80 01 00", "9000"),
            ("00 70 00 00", "01 9000"),
        ]);
    }

    #[test]
    fn each_channel_has_its_own_selection() {
        Tester::new(Protocol::T1).plays(&[
            ("00 A4 08 0C 04 0001 2001", "9000"),
            ("00 70 00 01", "9000"),
            ("01 B0 00 00 01", "6986"),
            ("01 A4 02 0C 02 D001", "9000"),
            ("01 B0 00 7C 01", "6B00"),
            ("00 B0 00 7C 01", "7C 9000"),
            ("02 B0 00 00 01", "6881"),
            ("40 B0 00 00 01", "6881"),
        ]);
    }

    #[test]
    fn a_channel_opened_from_another_has_its_df() {
        Tester::new(Protocol::T1).plays(&[
            ("00 70 00 01", "9000"),
            ("01 A4 00 0C 02 0001", "9000"),
            ("01 70 00 02", "9000"),
            ("02 A4 02 0C 02 2001", "9000"),
            ("00 70 00 03", "9000"),
            ("03 A4 02 0C 02 2001", "6A82"),
        ]);
    }
}
