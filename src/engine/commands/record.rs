//! READ RECORD, UPDATE RECORD and APPEND RECORD (ISO 7816-4, 11.4.3 to 11.4.6).

use crate::{
    Answer, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, ef_by_sfi, expected, sent},
    fs::{Kind, Misfit, RecordFile},
    memory::Memory,
    security::Operation,
};

/// What the three low bits of P2 say about P1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    /// P1 is an identifier, `00` for any: the first such record.
    First,
    /// As [`Mode::First`], the last such record.
    Last,
    /// As [`Mode::First`], the next one after the current record.
    Next,
    /// As [`Mode::First`], the one before the current record.
    Previous,
    /// P1 is a number, `00` for the current record.
    Number,
    /// From number P1 to the last record.
    UpToLast,
    /// From the last record down to number P1.
    DownFromLast,
}

impl Mode {
    fn read(p2: u8) -> Result<Self, StatusWord> {
        Ok(match p2 & 0x07 {
            0 => Self::First,
            1 => Self::Last,
            2 => Self::Next,
            3 => Self::Previous,
            4 => Self::Number,
            5 => Self::UpToLast,
            6 => Self::DownFromLast,
            _ => return Err(StatusWord::WRONG_P1_P2),
        })
    }

    fn is_by_identifier(self) -> bool {
        matches!(self, Self::First | Self::Last | Self::Next | Self::Previous)
    }
}

pub(super) fn read_record(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
    let le = expected(command)?;
    let mode = Mode::read(command.p2())?;
    let records = target(command, Operation::Read, context)?;
    let number = find(command.p1(), mode, &records, context)?;
    let last = records.count(&context.core.memory);
    match mode {
        Mode::UpToLast => read_several(number..=last, &records, le, context, answer),
        Mode::DownFromLast => read_several((number..=last).rev(), &records, le, context, answer),
        _ => read_several(core::iter::once(number), &records, le, context, answer),
    }
}

/// Sends records one after the other, as much as is expected.
fn read_several(
    numbers: impl Iterator<Item = u8> + Clone,
    records: &RecordFile,
    le: Le,
    context: &Context<'_>,
    answer: &mut Answer,
) -> Outcome {
    let contents = || numbers.clone().filter_map(|number| records.record(&context.core.memory, number));
    let (length, status) = cut_to_le(le, contents().map(<[u8]>::len).sum(), context)?;
    contents().for_each(|record| answer.extend(record));
    answer.truncate(length);
    Ok(status)
}

/// Replaces a record. In a cyclic file the previous record is the oldest one, which becomes the newest.
pub(super) fn update_record(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let record = sent(command)?;
    let mode = Mode::read(command.p2())?;
    if matches!(mode, Mode::UpToLast | Mode::DownFromLast) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let records = target(command, Operation::Update, context)?;
    if records.is_cyclic() && mode == Mode::Previous && command.p1() == 0 {
        return append(record, &records, context);
    }
    let number = find(command.p1(), mode, &records, context)?;
    records.replace(&mut context.core.memory, number, record).map_err(refusal)?;
    context.commit()?;
    Ok(StatusWord::SUCCESS)
}

pub(super) fn append_record(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let record = sent(command)?;
    if command.p1() != 0 || command.p2() & 0x07 != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let records = target(command, Operation::Append, context)?;
    append(record, &records, context)
}

/// Adds a record and makes it the current one.
fn append(record: &[u8], records: &RecordFile, context: &mut Context<'_>) -> Outcome {
    let number = records.append(&mut context.core.memory, record).map_err(refusal)?;
    context.commit()?;
    context.channel_mut().point_to(number);
    Ok(StatusWord::SUCCESS)
}

fn refusal(misfit: Misfit) -> StatusWord {
    match misfit {
        Misfit::Length => StatusWord::WRONG_LENGTH,
        Misfit::Room => StatusWord::NO_ROOM,
    }
}

/// The EF of records that P2 names, if its rule allows the operation.
fn target(command: &Apdu<'_>, operation: Operation, context: &mut Context<'_>) -> Result<RecordFile, StatusWord> {
    let file = ef_by_sfi(command.p2() >> 3, context)?;
    let Kind::Records(records) = context.core.files.file(file).kind else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE);
    };
    context.authorize(file, operation)?;
    Ok(records)
}

/// The number of the record that P1 means. One that is found by its identifier becomes the current record.
fn find(p1: u8, mode: Mode, records: &RecordFile, context: &mut Context<'_>) -> Result<u8, StatusWord> {
    if p1 == 0xFF {
        return Err(StatusWord::WRONG_P1_P2);
    }
    let current = context.channel().record();
    let memory = &context.core.memory;
    let number = if mode.is_by_identifier() {
        find_by_identifier(p1, mode, current, records, memory)
    } else if p1 == 0 {
        current
    } else {
        Some(p1)
    };
    let exists = |&number: &u8| records.record(memory, number).is_some();
    let number = number.filter(exists).ok_or(StatusWord::RECORD_NOT_FOUND)?;
    if mode.is_by_identifier() {
        context.channel_mut().point_to(number);
    }
    Ok(number)
}

/// The record whose first byte is an identifier, `00` for any. Without a current record, the next one is the first and
/// the previous one is the last.
fn find_by_identifier(
    identifier: u8,
    mode: Mode,
    current: Option<u8>,
    records: &RecordFile,
    memory: &Memory,
) -> Option<u8> {
    let is_it =
        |&number: &u8| identifier == 0 || records.record(memory, number).and_then(<[u8]>::first) == Some(&identifier);
    let last = records.count(memory);
    match (mode, current) {
        (Mode::Next, Some(current)) => (current.saturating_add(1)..=last).find(is_it),
        (Mode::Previous, Some(current)) => (1..current).rev().find(is_it),
        (Mode::Last | Mode::Previous, _) => (1..=last).rev().find(is_it),
        _ => (1..=last).find(is_it),
    }
}
