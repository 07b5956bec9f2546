//! MANAGE CHANNEL (ISO 7816-4, 11.1.2).

use crate::{
    Answer, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, channel::ChannelNumber},
    image::FileIndex,
};

pub(super) fn manage_channel(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    if !command.data().is_empty() {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    match command.p1() {
        0x00 => open_channel(command, context, answer),
        0x80 => close_channel(command, context),
        _ => Err(StatusWord::WRONG_P1_P2.into()),
    }
}

/// Opens the channel that P2 names; for `00` the card names it and says so.
///
/// A channel opened from the basic one has the MF selected, one opened from another has its DF.
fn open_channel(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
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
    context.core.channels.channel_mut(number).open(df);
    if command.p2() == 0 {
        answer.push(number.value());
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
