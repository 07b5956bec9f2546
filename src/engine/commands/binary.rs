//! READ BINARY and UPDATE BINARY [ISO-7816-4 11.2.3 and 11.2.5].

use crate::{
    Fid, Protocol, Response, Sfi, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
    commands::{cut_to_le, ef_by_sfi, expected, sent},
    fs::Kind,
    image::FileIndex,
    memory::Span,
    security::Operation,
    tlv::{self, LengthField, Object, Tag},
};

pub(super) fn read_binary(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let le = expected(command)?;
    let (file, offset) = target(command, context)?;
    let rest = rest(file, offset, Operation::Read, context)?;
    let (length, status) = cut_to_le(le, rest.length(), context)?;
    response.extend(&context.core.memory.read(rest)[..length]);
    Ok(status)
}

/// Odd instruction: the data is an offset in `54`, the answer comes in `53`, which counts in Le.
pub(super) fn read_binary_odd(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
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
    let room = tlv::value_room(le.limit()).ok_or(StatusWord::WRONG_LENGTH)?;
    let length = rest.length().min(room);
    put_discretionary(&context.core.memory.read(rest)[..length], response);
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
#[inline]
fn rest(file: FileIndex, offset: usize, operation: Operation, context: &Context<'_>) -> Result<Span, StatusWord> {
    let file = context.core.files.file(file);
    let Kind::Transparent(span) = file.kind else {
        return Err(StatusWord::INCOMPATIBLE_WITH_FILE);
    };
    context.authorize_on(file, operation)?;
    span.from(offset).filter(|rest| rest.length() != 0).ok_or(StatusWord::WRONG_OFFSET)
}

fn write(file: FileIndex, offset: usize, data: &[u8], context: &mut Context<'_>) -> Outcome {
    let rest = rest(file, offset, Operation::Update, context)?;
    if data.len() > rest.length() {
        return Err(StatusWord::NO_ROOM.into());
    }
    context.core.memory.write(rest, data);
    context.keep()?;
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

fn put_discretionary(value: &[u8], response: &mut Response) {
    response.push(0x53);
    response.extend(LengthField::of(value.len()).as_bytes());
    response.extend(value);
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use crate::{
        Protocol,
        image::{FileKind, LongLe},
        platform::Forgetful,
        testing::{Tester, Torn, image, text},
    };

    fn t1() -> Tester {
        Tester::new(Protocol::T1)
    }

    /// What a file of bytes 00, 01, 02, ... holds in a range, and a status word.
    fn counted(range: core::ops::Range<usize>, status: &str) -> String {
        let bytes: alloc::vec::Vec<u8> = (0..=255).cycle().skip(range.start).take(range.len()).collect();
        text(&bytes) + status
    }

    #[test]
    fn the_current_file_is_read_from_an_offset() {
        t1().plays(&[
            ("00 B0 00 00 00", "6986"),
            ("00 A4 08 0C 04 0001 2001", "9000"),
            ("00 B0 00 00 00", &counted(0..256, "9000")),
            ("00 B0 01 00 00", &counted(256..300, "9000")),
            ("00 B0 01 00 2C", &counted(256..300, "9000")),
            ("00 B0 01 00 2D", &counted(256..300, "6282")),
            ("00 B0 00 00 0000C8", &counted(0..200, "9000")),
            ("00 B0 00 00 000000", &counted(0..300, "9000")),
            ("00 B0 01 2C 01", "6B00"),
            ("00 B0 7F FF 00", "6B00"),
            ("00 B0 00 00", "6700"),
            ("00 B0 00 00 01 00 00", "6700"),
        ]);
    }

    #[test]
    fn a_short_identifier_selects_in_the_current_df() {
        t1().plays(&[
            ("00 B0 82 7A 02", "7A7B 9000"),
            ("00 B0 00 01 01", "01 9000"),
            ("00 A4 04 0C 0B D250000002564954414C45", "9000"),
            ("00 B0 82 26 05", "2627 6282"),
            ("00 B0 83 00 00", "6A82"),
            ("00 B0 80 00 00", "6A86"),
            ("00 B0 9F 00 00", "6A86"),
            ("00 B0 A2 00 00", "6A86"),
            ("00 B0 00 01 01", "01 9000"),
        ]);
    }

    #[test]
    fn by_habit_a_long_le_is_refused() {
        let mut image = image();
        image.habits.long_le = LongLe::Refused;
        let mut card = Tester::of(image.clone(), Protocol::T1, &|_| None, Forgetful);
        card.plays(&[("00 B0 82 70 0D", "6C0C"), ("00 B0 82 7A 00", "7A7B 9000")]);
        let mut card = Tester::of(image, Protocol::T0, &|_| None, Forgetful);
        card.plays(&[("00 B0 82 70 0D", "6C0C"), ("00 B0 82 7A 00", "6C02"), ("00 B0 82 7A 02", "7A7B 9000")]);
    }

    #[test]
    fn odd_instructions_carry_objects() {
        t1().plays(&[
            ("00 B1 D001 03 540102 04", "53020203 9000"),
            ("00 B1 0000 04 54020079 00", "5303797A7B 9000"),
            ("00 B1 0002 04 54020079 06", "5303797A7B 6282"),
            ("00 B1 0002 02 5400 03", "530100 9000"),
            ("00 B1 0002 02 5400 01", "6700"),
            ("00 B1 0002 03 54017C 00", "6B00"),
            ("00 B1 0002 02 5300 00", "6A80"),
            ("00 B1 0002 04 54005400 00", "6A80"),
            ("00 B1 0002 01 54 00", "6A80"),
            ("00 B1 0002", "6700"),
            ("00 B1 9999 02 5400 00", "6A82"),
            ("00 D7 0002 06 540110 5301EE", "9000"),
            ("00 B1 0002 03 54010F 05", "53030FEE11 9000"),
            ("00 D7 0002 07 540110 73021122", "9000"),
            ("00 D7 0002 03 540110", "6A80"),
            ("00 D7 0002 06 54017B 5302EEEE", "6A80"),
            ("00 D7 0002 07 54017B 5302EEEE", "6A84"),
        ]);
    }

    #[test]
    fn an_object_is_cut_to_what_is_expected_with_its_header() {
        let mut card = t1();
        card.plays(&[("00 A4 08 0C 04 0001 2001", "9000")]);
        // With the header of the object and how long it is in all.
        let cases = [
            ("00 B1 0000 02 5400 81", "537F", 0x81),
            ("00 B1 0000 02 5400 82", "537F", 0x81),
            ("00 B1 0000 02 5400 83", "538180", 0x83),
            ("00 B1 0000 02 5400 00", "5381FD", 0x100),
            ("00 B1 0000 000002 5400 0102", "5381FF", 0x102),
            ("00 B1 0000 000002 5400 0103", "5381FF", 0x102),
            ("00 B1 0000 000002 5400 0104", "53820100", 0x104),
        ];
        for (command, header, length) in cases {
            let response = card.send(command);
            assert!(response.starts_with(header) && response.ends_with("9000"), "{command}: {response}");
            assert_eq!(response.len() / 2 - 2, length, "{command}");
        }
    }

    #[test]
    fn writing_obeys_the_size() {
        t1().plays(&[
            ("00 D6 82 10 02 AABB", "9000"),
            ("00 B0 82 0F 04", "0FAABB12 9000"),
            ("00 D6 00 7B 01 CC", "9000"),
            ("00 D6 00 7B 02 CCDD", "6A84"),
            ("00 D6 00 7C 01 CC", "6B00"),
            ("00 D6 00 00", "6700"),
            ("00 B0 00 7B 01", "CC 9000"),
            ("00 D0 00 00 01 CC", "6D00"),
            ("00 0E 00 00", "6D00"),
        ]);
    }

    #[test]
    fn rules_and_structure_are_asked_first() {
        t1().plays(&[
            ("00 A4 00 0C 02 2F02", "9000"),
            ("00 B0 00 00 00", "6982"),
            ("00 B0 7F FF 00", "6982"),
            ("00 D6 00 00 01 00", "6982"),
            ("00 A4 08 0C 04 0002 0021", "9000"),
            ("00 B0 00 00 00", "6981"),
            ("00 D6 00 00 01 00", "6981"),
        ]);
    }

    #[test]
    fn what_was_written_survives_a_reset_and_what_was_torn_does_not() {
        use crate::{Card, Fault};
        let mut card = Tester::of(image(), Protocol::T1, &|_| None, Torn::after(1));
        card.plays(&[("00 D6 82 00 02 AABB", "9000")]);
        assert_eq!(card.try_send("00 D6 82 01 02 CCDD"), Err(Fault::PowerLost));
        assert_eq!(card.try_send("00 B0 82 00 03"), Err(Fault::Unpowered));
        card.chip.reset().expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[("00 B0 82 00 03", "AABB02 9000")]);
    }

    #[test]
    fn extended_lengths_reach_the_longest_file() {
        let mut image = image();
        image.capacity = 100_000;
        image.files[5].kind = crate::testing::transparent(FileKind::LONGEST, 2);
        let mut card = Tester::of(image, Protocol::T1, &|_| None, Forgetful);
        assert_eq!(card.send("00 B0 82 00 00 0000"), counted(0..65_535, "9000"));
        let command = String::from("00 D6 82 00 00 FFFF") + &"5A".repeat(65_535);
        card.plays(&[(&command, "9000")]);
        assert_eq!(card.send("00 B0 82 00 00 FFFF"), "5A".repeat(65_535) + "9000");
    }
}
