//! READ BINARY and UPDATE BINARY (ISO 7816-4, 11.3.2 to 11.3.5).

use crate::{
    Answer, Fid, Protocol, Sfi, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, ef_by_sfi, expected, sent},
    fs::Kind,
    image::FileIndex,
    memory::Span,
    security::Operation,
    tlv::{self, Object, Tag},
};

pub(super) fn read_binary(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let le = expected(command)?;
    let (file, offset) = target(command, context)?;
    let rest = rest(file, offset, Operation::Read, context)?;
    let (length, status) = cut_to_le(le, rest.length(), context)?;
    answer.extend(&context.core.memory.read(rest)[..length]);
    Ok(status)
}

/// Odd instruction: the data is an offset in `54`, the answer comes in `53`, which counts in Le.
pub(super) fn read_binary_odd(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let le = match context.protocol() {
        // It could not say what it expects.
        Protocol::T0 => Le::All(256),
        Protocol::T1 => command.le().ok_or(StatusWord::WRONG_LENGTH)?,
    };
    let mut objects = tlv::objects(command.data());
    let offset = read_offset(next(&mut objects)?)?;
    if objects.next().is_some() {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let file = target_odd(command, context)?;
    let rest = rest(file, offset, Operation::Read, context)?;
    let room = value_room(le.limit()).ok_or(StatusWord::WRONG_LENGTH)?;
    let length = rest.length().min(room);
    put_discretionary(&context.core.memory.read(rest)[..length], answer);
    let ends_early = matches!(le, Le::Exactly(_)) && length < room;
    Ok(if ends_early { StatusWord::END_OF_FILE } else { StatusWord::SUCCESS })
}

pub(super) fn update_binary(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let data = sent(command)?;
    let (file, offset) = target(command, context)?;
    write(file, offset, data, context)
}

/// Odd instruction: the data is an offset in `54`, then what is written in `53` or `73`.
pub(super) fn update_binary_odd(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let mut objects = tlv::objects(command.data());
    let offset = read_offset(next(&mut objects)?)?;
    let data = next(&mut objects)?;
    let is_data = matches!(data.tag, Tag::DISCRETIONARY | Tag::DISCRETIONARY_TEMPLATE);
    if !is_data || objects.next().is_some() {
        return Err(StatusWord::WRONG_DATA.into());
    }
    let file = target_odd(command, context)?;
    write(file, offset, data.value, context)
}

/// P1-P2 of an even instruction: an offset of 15 bits in the current EF, or a short identifier and an offset of 8.
fn target(command: &Apdu<'_>, context: &mut Context<'_>) -> Result<(FileIndex, usize), StatusWord> {
    let (p1, p2) = (command.p1(), command.p2());
    if p1 & 0x80 == 0 {
        return Ok((context.channel().ef()?, usize::from(command.p1_p2())));
    }
    if p1 & 0x60 != 0 || p1 & 0x1F == 0 {
        return Err(StatusWord::WRONG_P1_P2);
    }
    Ok((ef_by_sfi(p1 & 0x1F, context)?, usize::from(p2)))
}

/// P1-P2 of an odd instruction: a short identifier, zero for the current EF, or an identifier.
fn target_odd(command: &Apdu<'_>, context: &mut Context<'_>) -> Result<FileIndex, StatusWord> {
    let p1_p2 = command.p1_p2();
    let is_short = p1_p2 == 0 || u8::try_from(p1_p2).is_ok_and(|value| Sfi::new(value).is_some());
    if is_short {
        return ef_by_sfi(command.p2(), context);
    }
    let place = context.core.files.child_ef(context.channel().df(), Fid(p1_p2));
    let ef = place.and_then(|place| place.ef).ok_or(StatusWord::FILE_NOT_FOUND)?;
    context.channel_mut().open_ef(ef);
    Ok(ef)
}

/// The bytes of a transparent EF from an offset on, if its rule allows the operation.
fn rest(file: FileIndex, offset: usize, operation: Operation, context: &Context<'_>) -> Result<Span, StatusWord> {
    let Kind::Transparent(span) = context.core.files.file(file).kind else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE);
    };
    context.authorize(file, operation)?;
    let length = span.length().checked_sub(offset).filter(|&length| length != 0);
    length.and_then(|length| span.part(offset, length)).ok_or(StatusWord::WRONG_OFFSET)
}

fn write(file: FileIndex, offset: usize, data: &[u8], context: &mut Context<'_>) -> Outcome {
    let rest = rest(file, offset, Operation::Update, context)?;
    if data.len() > rest.length() {
        return Err(StatusWord::NO_ROOM.into());
    }
    context.core.memory.write(rest, data);
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}

fn next<'a>(objects: &mut tlv::Objects<'a>) -> Result<Object<'a>, StatusWord> {
    objects.next().and_then(Result::ok).ok_or(StatusWord::WRONG_DATA)
}

/// The value of an offset object: an empty one is zero.
fn read_offset(object: Object<'_>) -> Result<usize, StatusWord> {
    if object.tag != Tag::OFFSET || object.value.len() > 4 {
        return Err(StatusWord::WRONG_DATA);
    }
    Ok(object.value.iter().fold(0, |offset, &byte| offset << 8 | usize::from(byte)))
}

/// How many bytes of value an object may have that is so long in all; `None` if no object fits.
fn value_room(length: usize) -> Option<usize> {
    let header = match length {
        0..=0x81 => 2,
        0x82..=0x102 => 3,
        _ => 4,
    };
    length.checked_sub(header)
}

fn put_discretionary(value: &[u8], answer: &mut Answer) {
    answer.push(0x53);
    match u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes() {
        [0, short @ 0..=0x7F] => answer.push(short),
        [0, long] => answer.extend(&[0x81, long]),
        [high, low] => answer.extend(&[0x82, high, low]),
    }
    answer.extend(value);
}
