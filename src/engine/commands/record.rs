//! READ RECORD, UPDATE RECORD and APPEND RECORD [ISO-7816-4 11.3.3, 11.3.5 and 11.3.6].

use crate::{
    Response, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, ef_by_sfi, expected, sent},
    fs::{Kind, RecordFile},
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

pub(super) fn read_record(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let le = expected(command)?;
    let mode = Mode::read(command.p2())?;
    let records = target(command, Operation::Read, context)?;
    let number = find(command.p1(), mode, &records, context)?;
    let last = records.count(&context.core.memory);
    match mode {
        Mode::UpToLast => read_several(number..=last, &records, le, context, response),
        Mode::DownFromLast => read_several((number..=last).rev(), &records, le, context, response),
        _ => read_several(core::iter::once(number), &records, le, context, response),
    }
}

/// Sends records one after the other, as much as is expected.
fn read_several(
    numbers: impl Iterator<Item = u8> + Clone,
    records: &RecordFile,
    le: Le,
    context: &Context<'_>,
    response: &mut Response,
) -> Outcome {
    let contents = || numbers.clone().filter_map(|number| records.record(&context.core.memory, number));
    let (length, status) = cut_to_le(le, contents().map(<[u8]>::len).sum(), context)?;
    contents().for_each(|record| response.extend(record));
    response.truncate(length);
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
    records.replace(&mut context.core.memory, number, record).map_err(StatusWord::from)?;
    context.keep()?;
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
    let number = records.append(&mut context.core.memory, record).map_err(StatusWord::from)?;
    context.keep()?;
    context.channel_mut().point_to(number);
    Ok(StatusWord::SUCCESS)
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

#[cfg(test)]
mod tests {
    use crate::{
        Card, Fault, Interface, Protocol,
        image::LongLe,
        platform::Forgetful,
        testing::{Tester, Torn, image},
    };

    const VITAMIN: (&str, &str) = ("00 A4 04 0C 07 564954414D494E", "9000");

    /// A T=1 card with the DF of record files selected.
    fn card() -> Tester {
        let mut card = Tester::new(Protocol::T1);
        card.plays(&[VITAMIN]);
        card
    }

    #[test]
    fn records_are_read_by_number() {
        card().plays(&[
            ("00 B2 01 04 00", "6986"),
            ("00 B2 01 0C 00", "01AAAA 9000"),
            ("00 B2 02 04 00", "02BBBB 9000"),
            ("00 B2 04 04 00", "6A83"),
            ("00 B2 FF 04 00", "6A86"),
            ("00 B2 00 04 00", "6A83"),
            ("00 B2 01 07 00", "6A86"),
            ("00 B2 01 FC 00", "6A86"),
            ("00 B2 01 24 00", "6A82"),
            ("00 B2 01 04", "6700"),
            ("00 B2 01 04 02", "01AA 9000"),
            ("00 B2 01 04 04", "01AAAA 6282"),
            ("00 B2 02 14 00", "0B0B0B0B 9000"),
        ]);
    }

    #[test]
    fn records_are_read_by_identifier_from_the_current_one() {
        card().plays(&[
            ("00 B2 01 08 00", "01AAAA 9000"),
            ("00 B2 01 02 00", "01CCCC 9000"),
            ("00 B2 01 02 00", "6A83"),
            ("00 B2 00 04 00", "01CCCC 9000"),
            ("00 B2 00 03 00", "02BBBB 9000"),
            ("00 B2 00 03 00", "01AAAA 9000"),
            ("00 B2 00 03 00", "6A83"),
            ("00 B2 00 01 00", "01CCCC 9000"),
            ("00 B2 00 00 00", "01AAAA 9000"),
            ("00 B2 02 02 00", "02BBBB 9000"),
            ("00 B2 01 04 00", "01AAAA 9000"),
            ("00 B2 00 04 00", "02BBBB 9000"),
            ("00 B2 09 00 00", "6A83"),
        ]);
    }

    #[test]
    fn without_a_current_record_next_is_first_and_previous_is_last() {
        card().plays(&[
            ("00 A4 02 0C 02 0021", "9000"),
            ("00 B2 00 02 00", "01AAAA 9000"),
            ("00 A4 02 0C 02 0021", "9000"),
            ("00 B2 00 03 00", "01CCCC 9000"),
            ("00 B2 00 0B 00", "01CCCC 9000"),
        ]);
    }

    #[test]
    fn several_records_are_read_at_once() {
        card().plays(&[
            ("00 B2 02 0D 00", "02BBBB01CCCC 9000"),
            ("00 B2 02 0E 00", "01CCCC02BBBB 9000"),
            ("00 B2 01 15 00", "0A0B0B0B0B 9000"),
            ("00 B2 01 15 03", "0A0B0B 9000"),
            ("00 B2 01 15 09", "0A0B0B0B0B 6282"),
            ("00 B2 03 15 00", "6A83"),
        ]);
    }

    #[test]
    fn in_a_cyclic_file_the_newest_is_number_1() {
        card().plays(&[
            ("00 B2 01 1C 00", "0202 9000"),
            ("00 B2 02 04 00", "0101 9000"),
            ("00 E2 00 18 02 0303", "9000"),
            ("00 B2 00 04 00", "0303 9000"),
            ("00 E2 00 00 02 0404", "9000"),
            ("00 B2 01 05 00", "0404030302020101 9000"),
            ("00 DC 00 03 02 0505", "9000"),
            ("00 B2 01 05 00", "0505040403030202 9000"),
            ("00 DC 02 04 02 EEEE", "9000"),
            ("00 B2 01 05 00", "0505EEEE03030202 9000"),
        ]);
    }

    #[test]
    fn records_are_replaced_and_added() {
        card().plays(&[
            ("00 DC 02 0C 03 02EEEE", "9000"),
            ("00 B2 01 0D 00", "01AAAA02EEEE01CCCC 9000"),
            ("00 DC 02 0C 02 02EE", "6700"),
            ("00 DC 04 0C 03 010203", "6A83"),
            ("00 DC 01 0D 03 010203", "6A86"),
            ("00 E2 01 08 03 010203", "6A86"),
            ("00 E2 00 0C 03 010203", "6A86"),
            ("00 E2 00 08 03 05DDDD", "9000"),
            ("00 B2 00 04 00", "05DDDD 9000"),
            ("00 E2 00 08 03 06DDDD", "6A84"),
            ("00 E2 00 10 05 0C0C0C0C0C", "9000"),
            ("00 E2 00 10 06 0C0C0C0C0C0C", "6A84"),
            ("00 DC 0B 10 01 0D", "9000"),
            ("00 B2 01 15 00", "0A0D0C0C0C0C0C 9000"),
            ("00 D2 01 0C 03 010203", "6D00"),
        ]);
    }

    #[test]
    fn structure_and_rules_are_asked() {
        card().plays(&[("00 A4 03 0C", "9000"), ("00 B2 01 14 00", "6981"), ("00 E2 00 10 01 00", "6981")]);
        let mut image = image();
        image.files[10].contact = crate::testing::rule(&[0x07, 0xFF, 0xFF, 0x00]);
        let mut card = Tester::of(image, Protocol::T1, &|_| None, Forgetful);
        card.plays(&[
            VITAMIN,
            ("00 B2 01 0C 00", "01AAAA 9000"),
            ("00 DC 01 0C 03 000000", "6982"),
            ("00 E2 00 08 03 000000", "6982"),
        ]);
    }

    #[test]
    fn by_habit_a_long_le_is_refused() {
        let mut image = image();
        image.habits.long_le = LongLe::Refused;
        let mut card = Tester::of(image, Protocol::T0, &|_| None, Forgetful);
        card.plays(&[VITAMIN, ("00 B2 01 0C 00", "6C03"), ("00 B2 01 0C 03", "01AAAA 9000")]);
    }

    #[test]
    fn a_torn_write_leaves_the_file_as_it_was() {
        const WRITES: [&str; 4] =
            ["00 E2 00 18 02 0303", "00 DC 00 1B 02 0303", "00 DC 02 14 02 0C0C", "00 E2 00 08 03 05DDDD"];
        const READS: [&str; 3] = ["00 B2 01 0D 00", "00 B2 01 15 00", "00 B2 01 1D 00"];
        for write in WRITES {
            let before = READS.map(|read| card().send(read));
            let mut card = Tester::of(image(), Protocol::T1, &|_| None, Torn::after(0));
            card.plays(&[VITAMIN]);
            assert_eq!(card.try_send(write), Err(Fault::PowerLost));
            for is_written in [false, true] {
                card.chip.power_up(Interface::Contact).expect("an ATR");
                card.chip.select_protocol(Protocol::T1).expect("offered");
                card.plays(&[VITAMIN]);
                assert_eq!(READS.map(|read| card.send(read)) != before, is_written, "{write}");
                if !is_written {
                    card.plays(&[(write, "9000")]);
                }
            }
        }
    }
}
