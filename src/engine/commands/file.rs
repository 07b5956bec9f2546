//! CREATE FILE and DELETE FILE [ISO-7816-9 CREATE FILE, DELETE FILE].
//!
//! Whether a DF takes new files is a matter of its rule (bit `02`), whether a file may be deleted one of its own (bit
//! `40`): [OPENSC-IASECC acl].

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    commands::{select, sent},
    fs::{Clash, Location, Occurrence},
    image::FileIndex,
    security::Operation,
};

/// Makes a file in the current DF, as its file control parameters `62` have it, and selects it. Its content is zero, or
/// no record.
pub(super) fn create_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if command.p1_p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let parameters = sent(command)?;
    let df = context.channel().df();
    context.authorize(df, Operation::Create)?;
    let core = &mut *context.core;
    core.files.create(df, parameters, &mut core.memory).map_err(StatusWord::from)?;
    context.commit()?;
    context.core.follow_memory();
    let file = context.core.files.last();
    let is_df = context.core.files.file(file).directory().is_some();
    select::make_current(if is_df { Location::df(file) } else { Location { df, ef: Some(file) } }, None, context);
    Ok(StatusWord::SUCCESS)
}

/// Deletes the current file, or the one that is named as in SELECT, with all that is in it.
///
/// The DF around it is then current, if it was. A file that another channel uses, or that is where a class begins,
/// stays: `6985`.
pub(super) fn delete_file(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let Location { df, ef } = meant(command, context)?;
    let file = ef.unwrap_or(df);
    if file == FileIndex::MF {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let condition = context.core.files.condition(context.core.files.file(file), Operation::Delete);
    if !context.satisfies_in(context.core.vault.domain(df), condition) {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    let deleted = context.core.files.with_all_in(file);
    let number = context.number();
    let is_home = context.core.sides.iter().any(|side| deleted.contains(&side.home));
    if is_home || context.core.channels.others(number).any(|other| other.uses(&deleted)) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let core = &mut *context.core;
    core.files.delete(&deleted, &mut core.memory);
    context.commit()?;
    if context.channel().uses(&deleted) {
        let current = context.channel().df();
        let around = if ef.is_some() { current } else { context.core.files.parent(df).unwrap_or(FileIndex::MF) };
        context.enter(around, None);
    }
    let core = &mut *context.core;
    core.channels.move_files(|file| core.files.moved(file, &deleted));
    core.follow_memory();
    Ok(StatusWord::SUCCESS)
}

fn meant(command: &Apdu<'_>, context: &Context<'_>) -> Result<Location, StatusWord> {
    if command.p2() != 0 {
        return Err(StatusWord::WRONG_P1_P2);
    }
    let channel = context.channel();
    match command.p1() {
        0x00 if command.data().is_empty() => Ok(Location { df: channel.df(), ef: channel.ef().ok() }),
        0x04 => select::find_by_name(command.data(), Occurrence::First, context).map(|(place, _)| place),
        p1 => select::find(p1, command.data(), context),
    }
}

impl From<Clash> for StatusWord {
    fn from(clash: Clash) -> Self {
        match clash {
            Clash::Parameters => Self::WRONG_DATA,
            Clash::Identifier => Self::FILE_EXISTS,
            Clash::Name => Self::NAME_EXISTS,
            Clash::Room => Self::NO_ROOM,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use proptest::prelude::*;

    use crate::{
        Card, Fault, Interface, Protocol,
        platform::Forgetful,
        testing::{
            Tester, Torn,
            keys::{SELECT, VERIFY, card, card_of, keyed_image},
        },
    };

    /// CREATE FILE of 16 bytes that all may read, update and delete.
    fn create(fid: &str) -> String {
        format!("00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 {fid} 8C 04 43 00 00 00")
    }

    fn creates(card: &mut Tester, fid: &str) {
        card.plays(&[(&create(fid), "9000")]);
    }

    fn select(fid: &str) -> String {
        format!("00 A4 00 0C 02 {fid}")
    }

    #[test]
    fn a_file_is_made_written_and_kept() {
        let mut card = card(Protocol::T1);
        creates(&mut card, "7001");
        card.plays(&[("00 B0 00 00 10", "00000000000000000000000000000000 9000"), ("00 D6 00 00 02 ABCD", "9000")]);
        let parameters = "62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00 9000";
        card.plays(&[("00 A4 02 04 02 7001 00", parameters)]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[(&select("7001"), "6A82"), SELECT, (&select("7001"), "9000"), ("00 B0 00 00 03", "ABCD00 9000")]);
    }

    #[test]
    fn a_file_of_records_begins_with_none() {
        let mut card = card(Protocol::T1);
        card.plays(&[
            ("00 E0 00 00 17 62 15 82 05 06 21 0002 03 83 02 7002 88 01 38 8C 05 47 00 00 00 00", "9000"),
            ("00 B2 01 04 00", "6A83"),
            ("00 E2 00 00 02 AAAA", "9000"),
            ("00 E2 00 00 02 BBBB", "9000"),
            (&select("0010"), "9000"),
            ("00 A4 03 0C", "9000"),
            ("00 B2 01 3C 00", "BBBB 9000"),
            ("00 B2 02 3C 00", "AAAA 9000"),
        ]);
    }

    #[test]
    fn a_df_is_found_by_its_name_and_shares_the_codes_of_its_application() {
        let mut card = card(Protocol::T1);
        card.plays(&[
            ("00 E0 00 00 12 62 10 82 01 38 83 02 0DF9 84 02 4E42 8C 03 42 00 00", "9000"),
            (&create("7003"), "9000"),
            ("00 D6 00 00 01 AA", "9000"),
            ("00 A4 00 0C", "9000"),
            ("00 A4 04 0C 02 4E42", "9000"),
            VERIFY,
            (&select("7003"), "9000"),
            ("00 B0 00 00 01", "AA 9000"),
            ("00 A4 08 0C 06 0001 0DF9 7003", "9000"),
        ]);
        // The whole DF goes; the one around it is current then, where the code is the same.
        card.plays(&[
            ("00 E4 04 00 02 4E42", "9000"),
            ("00 A4 04 0C 02 4E42", "6A82"),
            ("00 20 00 81", "9000"),
            (&select("0DF9"), "6A82"),
            (&select("0066"), "9000"),
        ]);
        creates(&mut card, "0DF9");
    }

    #[test]
    fn occurrences_of_a_name_are_counted_anew() {
        let mut card = card(Protocol::T1);
        let df =
            |fid: &str, name: &str| format!("00 E0 00 00 12 62 10 82 01 38 83 02 {fid} 84 02 {name} 8C 03 42 00 00");
        card.plays(&[
            (&df("0DF1", "4E02"), "9000"),
            ("00 A4 00 0C", "9000"),
            ("00 A4 04 0C 01 4E", "9000"),
            ("00 A4 00 0C", "9000"),
            (&df("0DF2", "4E01"), "9000"),
            // The new one comes before, so the first occurrence after the last selection is it.
            ("00 A4 04 0E 01 4E", "9000"),
            (&create("7001"), "9000"),
            ("00 A4 08 0C 04 0DF2 7001", "9000"),
            ("00 A4 08 0C 04 0DF1 7001", "6A82"),
        ]);
    }

    #[test]
    fn files_behind_a_deleted_one_keep_what_they_hold() {
        let mut card = card(Protocol::T1);
        for (fid, byte) in [("7001", "01"), ("7002", "02"), ("7003", "03")] {
            card.plays(&[(&create(fid), "9000"), (&format!("00 D6 00 00 01 {byte}"), "9000")]);
        }
        card.plays(&[(&select("7003"), "9000"), ("00 E4 00 00 02 7001", "9000"), ("00 B0 00 00 01", "03 9000")]);
        card.plays(&[(&select("7001"), "6A82"), (&select("7002"), "9000"), ("00 B0 00 00 01", "02 9000")]);
        card.plays(&[("00 E4 00 00", "9000"), ("00 B0 00 00 01", "6986"), (&select("7002"), "6A82")]);
        creates(&mut card, "7002");
        card.plays(&[("00 B0 00 00 02", "0000 9000")]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, (&select("7003"), "9000"), ("00 B0 00 00 01", "03 9000")]);
    }

    #[test]
    fn a_file_of_the_image_is_deleted_for_good() {
        let mut image = keyed_image();
        image.files[7].contact = crate::testing::rule(&[0x41, 0x11, 0x00]);
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[
            ("00 E4 02 00 02 2001", "6982"),
            VERIFY,
            ("00 E4 02 00 02 2001", "9000"),
            (&select("2001"), "6A82"),
        ]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, (&select("2001"), "6A82"), (&create("2001"), "9000")]);
    }

    #[test]
    fn what_cannot_be_made_says_why() {
        let mut card = card(Protocol::T1);
        creates(&mut card, "7001");
        card.plays(&[
            (&create("7001"), "6A89"),
            (&create("3F00"), "6A80"),
            (&create("2001"), "6A89"),
            ("00 E0 00 00 0F 62 0D 80 01 10 82 01 01 83 02 7002 88 01 10", "6A89"),
            ("00 E0 00 00 10 62 0E 82 01 38 83 02 7002 84 05 4F54484552", "6A8A"),
            ("00 E0 00 00 11 62 0F 82 01 38 83 02 7002 84 02 4E42 84 02 4E42", "6A8A"),
            ("00 E0 00 00 0D 62 0B 80 02 0000 82 01 01 83 02 7002", "6A80"),
            ("00 E0 00 00 0D 62 0B 80 02 FFFF 82 01 01 83 02 7002", "6A84"),
            ("00 E0 00 00 01 62", "6A80"),
            ("00 E0 00 00", "6700"),
            ("00 E0 01 00 01 62", "6A86"),
            ("10 E0 00 00 01 62", "6884"),
            ("00 E4 00 01", "6A86"),
            ("00 E4 02 00 02 7777", "6A82"),
            ("00 E4 08 00 02 3F00", "6985"),
            ("00 E4 02 00 02 0066", "6982"),
        ]);
        let mut image = keyed_image();
        image.files[1].contact = crate::testing::rule(&[0x42, 0x00, 0x11]);
        let mut card = card_of(image, Protocol::T1, Forgetful);
        card.plays(&[(&create("7001"), "6982"), VERIFY, (&create("7001"), "9000")]);
    }

    #[test]
    fn a_torn_command_changes_no_file() {
        let mut card = card_of(keyed_image(), Protocol::T1, Torn::after(1));
        creates(&mut card, "7001");
        assert_eq!(card.try_send(&create("7002")), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, (&select("7001"), "9000"), (&select("7002"), "6A82")]);
        let mut card = card_of(keyed_image(), Protocol::T1, Torn::after(1));
        creates(&mut card, "7001");
        assert_eq!(card.try_send("00 E4 00 00"), Err(Fault::PowerLost));
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, (&select("7001"), "9000")]);
    }

    #[test]
    fn what_another_channel_uses_stays() {
        let mut card = card(Protocol::T1);
        creates(&mut card, "7001");
        creates(&mut card, "7002");
        card.plays(&[
            ("00 70 00 00 01", "01 9000"),
            ("01 A4 04 0C 0B D250000002564954414C45", "9000"),
            ("01 A4 00 0C 02 7002", "9000"),
            ("01 D6 00 00 01 77", "9000"),
            ("00 E4 00 00", "6985"),
            ("00 E4 00 00 02 7001", "9000"),
            ("01 B0 00 00 01", "77 9000"),
            ("01 A4 00 0C", "9000"),
            ("00 E4 00 00", "9000"),
        ]);
    }

    #[test]
    fn a_full_chip_takes_files_again_once_some_are_deleted() {
        let mut image = keyed_image();
        image.capacity = image.files.iter().map(crate::image::FileImage::needs).sum::<usize>() + 100;
        let mut card = card_of(image, Protocol::T1, Forgetful);
        // An entry has 7 bytes, its parameters 20, its life cycle 1 and its content 16.
        card.plays(&[(&create("7001"), "9000"), (&create("7002"), "9000"), (&create("7003"), "6A84")]);
        card.plays(&[("00 E4 00 00 02 7001", "9000"), (&create("7003"), "9000"), (&create("7004"), "6A84")]);
        card.plays(&[(&select("7002"), "9000"), (&select("7003"), "9000")]);
    }

    proptest! {
        #[test]
        fn files_come_and_go_as_in_a_list(steps in proptest::collection::vec((any::<bool>(), 0..6_u8), 1..40)) {
            let mut card = card(Protocol::T1);
            let mut model: Vec<u8> = Vec::new();
            for (makes, number) in steps {
                let (fid, known) = (format!("70{number:02X}"), model.contains(&number));
                if makes {
                    card.plays(&[(&create(&fid), if known { "6A89" } else { "9000" })]);
                    card.plays(&[(&select(&fid), "9000"), (&format!("00 D6 00 0F 01 {number:02X}"), "9000")]);
                } else {
                    card.plays(&[(&format!("00 E4 02 00 02 {fid}"), if known { "9000" } else { "6A82" })]);
                }
                model.retain(|&other| other != number);
                model.extend(makes.then_some(number));
                for &number in &model {
                    let content = format!("{number:02X} 9000");
                    card.plays(&[(&select(&format!("70{number:02X}")), "9000"), ("00 B0 00 0F 01", &content)]);
                }
            }
        }
    }
}
