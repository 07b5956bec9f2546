//! SELECT [ISO-7816-4 11.1.1].

use crate::{
    Fid, Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    fs::{File, Location, Occurrence, Template},
    image::{FileIndex, LifeCycle, SelectResponse},
};

/// What P2 asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Asked {
    Fci,
    Fcp,
    Fmd,
    Nothing,
}

/// Selects a file and describes it. If it is not found, what was selected stays.
pub(super) fn select(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let (occurrence, asked) = read_p2(command.p2())?;
    let by_name = command.p1() == 0x04;
    let (place, name) = if by_name {
        find_by_name(command.data(), occurrence, context)?
    } else if occurrence == Occurrence::First {
        (find(command.p1(), command.data(), context)?, None)
    } else {
        return Err(StatusWord::WRONG_P1_P2.into());
    };
    make_current(place, name, context);
    let file = context.core.files.file(place.ef.unwrap_or(place.df));
    let life_cycle = file.life_cycle(&context.core.memory);
    describe(file, by_name, asked, life_cycle, response);
    Ok(life_cycle_warning(life_cycle))
}

fn read_p2(p2: u8) -> Result<(Occurrence, Asked), StatusWord> {
    let occurrence = match p2 & 0x03 {
        0 => Occurrence::First,
        1 => Occurrence::Last,
        2 => Occurrence::Next,
        _ => Occurrence::Previous,
    };
    match p2 & 0xFC {
        0x00 => Ok((occurrence, Asked::Fci)),
        0x04 => Ok((occurrence, Asked::Fcp)),
        0x08 => Ok((occurrence, Asked::Fmd)),
        0x0C => Ok((occurrence, Asked::Nothing)),
        _ => Err(StatusWord::WRONG_P1_P2),
    }
}

pub(super) fn find_by_name(
    name: &[u8],
    occurrence: Occurrence,
    context: &Context<'_>,
) -> Result<(Location, Option<usize>), StatusWord> {
    // Nothing says what no name at all means: some cards have a default application, these have none.
    let name = Some(name).filter(|name| !name.is_empty());
    let found = name.and_then(|name| context.core.files.named(name, occurrence, context.channel().name()));
    let (df, number) = found.ok_or(StatusWord::FILE_NOT_FOUND)?;
    Ok((Location::df(df), Some(number)))
}

pub(super) fn find(p1: u8, data: &[u8], context: &Context<'_>) -> Result<Location, StatusWord> {
    let (files, df) = (&context.core.files, context.channel().df());
    let found = match p1 {
        0x00 if data.is_empty() => Some(Location::df(FileIndex::MF)),
        0x00 => files.near(df, fid(data)?),
        0x01 => files.child_df(df, fid(data)?),
        // The MF is no EF, but IAS cards find it: OpenSC selects it so before it asks for a global PIN.
        0x02 if fid(data)? == Fid::MF => Some(Location::df(FileIndex::MF)), // [OPENSC-IASECC card-iasecc.c]
        0x02 => files.child_ef(df, fid(data)?),
        0x03 if data.is_empty() => files.parent(df).map(Location::df),
        0x08 => files.at_path(FileIndex::MF, path(data)?),
        0x09 => files.at_path(df, path(data)?),
        0x03 => return Err(StatusWord::LENGTH_INCONSISTENT_WITH_P1_P2),
        _ => return Err(StatusWord::WRONG_P1_P2),
    };
    found.ok_or(StatusWord::FILE_NOT_FOUND)
}

fn fid(data: &[u8]) -> Result<Fid, StatusWord> {
    let bytes = data.try_into().map_err(|_| StatusWord::LENGTH_INCONSISTENT_WITH_P1_P2)?;
    Ok(Fid(u16::from_be_bytes(bytes)))
}

fn path(data: &[u8]) -> Result<impl Iterator<Item = Fid>, StatusWord> {
    match data.as_chunks::<2>() {
        (fids @ [_, ..], []) => Ok(fids.iter().map(|&bytes| Fid(u16::from_be_bytes(bytes)))),
        _ => Err(StatusWord::LENGTH_INCONSISTENT_WITH_P1_P2),
    }
}

pub(super) fn make_current(place: Location, name: Option<usize>, context: &mut Context<'_>) {
    if place.ef.is_none() || place.df != context.channel().df() {
        context.enter(place.df, name);
    }
    if let Some(ef) = place.ef {
        context.channel_mut().open_ef(ef);
    }
}

/// Appends what P2 asks for. Where it asks for the FCI, a DF answers by its habit and an EF with its FCP.
fn describe(file: &File, by_name: bool, asked: Asked, life_cycle: u8, response: &mut Response) {
    let habit = file.directory().map_or(SelectResponse::Fcp, |directory| {
        if by_name { directory.select_by_name } else { directory.select_by_fid }
    });
    match (asked, habit) {
        (Asked::Nothing, _) | (_, SelectResponse::Silent) | (Asked::Fci, SelectResponse::None) => (),
        (Asked::Fcp, _) | (Asked::Fci, SelectResponse::Fcp) => file.control.put(Template::FCP, life_cycle, response),
        (Asked::Fci, SelectResponse::Fci) => file.control.put(Template::FCI, life_cycle, response),
        // No card here has management data: its template is empty.
        (Asked::Fmd, _) => response.extend(&[0x64, 0x00]),
    }
}

fn life_cycle_warning(life_cycle: u8) -> StatusWord {
    if life_cycle == LifeCycle::Deactivated.byte() {
        StatusWord::FILE_DEACTIVATED
    } else if life_cycle == LifeCycle::Terminated.byte() {
        StatusWord::FILE_TERMINATED
    } else {
        StatusWord::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Protocol,
        image::{LifeCycle, SelectResponse},
        platform::Forgetful,
        testing::{Tester, VITALE, image},
    };

    const D001: &str = "62 1C 8002007C 820101 8302D001 880110 A109 8C07 7BFFFFFFFF0000 8A0105 9000";
    const FILE_2001: &str = "62 1B 8002012C 820101 83022001 8800 A109 8C07 7BFFFFFFFF0000 8A0105 9000";
    const VITALE_FCP: &str = "62 22 820138 83020001 840BD250000002564954414C45 A109 8C07 7BFFFFFFFF0000 8A0105 9000";

    fn t1() -> Tester {
        Tester::new(Protocol::T1)
    }

    #[test]
    fn by_identifier() {
        // P1 00 [ISO-7816-4 11.1.1] finds the MF, a file of the DF, the DF itself, its parent, a sibling.
        t1().plays(&[
            ("00 A4 00 0C", "9000"),
            ("00 A4 00 00 02 3F00 00", "9000"),
            ("00 A4 00 00 02 D001 00", D001),
            ("00 A4 00 00 02 0001 00", VITALE_FCP),
            ("00 A4 00 0C 02 2001", "9000"),
            ("00 A4 00 0C 02 0001", "9000"),
            ("00 A4 00 0C 02 0010", "9000"),
            ("00 A4 00 0C 02 0001", "9000"),
            ("00 A4 00 0C 02 0002", "9000"),
            ("00 A4 00 0C 02 3F00", "9000"),
            ("00 A4 00 0C 02 2001", "6A82"),
        ]);
    }

    #[test]
    fn a_child_df_an_ef_or_the_parent() {
        t1().plays(&[
            ("00 A4 01 0C 02 0001", "9000"),
            ("00 A4 01 0C 02 2001", "6A82"),
            ("00 A4 02 00 02 2001 00", FILE_2001),
            ("00 A4 02 0C 02 0010", "6A82"),
            ("00 A4 02 0C 02 3F00", "9000"),
            ("00 A4 01 0C 02 0001", "9000"),
            (
                "00 A4 03 04 00",
                "62 25 820138 83023F00 840ED2500000024D465F564954414C45 A109 8C07 7BFFFFFFFF0000 8A0105 9000",
            ),
            ("00 A4 03 0C", "6A82"),
        ]);
    }

    #[test]
    fn by_path_from_the_mf_or_the_current_df() {
        t1().plays(&[
            ("00 A4 08 0C 06 0001 0010 0011", "9000"),
            ("00 B0 00 00 01", "00 9000"),
            ("00 A4 00 0C 02 0011", "9000"),
            ("00 A4 08 00 02 D001 00", D001),
            ("00 A4 08 0C 04 3F00 D001", "9000"),
            ("00 A4 09 0C 04 0001 0010", "9000"),
            ("00 A4 09 0C 04 3FFF 0011", "9000"),
            ("00 A4 09 00 04 3F00 D001 00", D001),
            ("00 A4 09 0C 04 D001 0010", "6A82"),
            ("00 A4 08 0C 03 000100", "6A87"),
            ("00 A4 08 0C", "6A87"),
        ]);
    }

    #[test]
    fn by_name_whole_or_truncated() {
        t1().plays(&[
            ("00 A4 04 00 0B D250000002564954414C45 00", VITALE_FCP),
            ("00 A4 04 0C 05 D250000002", "9000"),
            ("00 B0 82 00 01", "00 9000"),
            ("00 A4 04 0C 08 A000000003000000", "6A82"),
            ("00 A4 04 0C 11 D2500000024D465F564954414C45000000", "6A82"),
            ("00 A4 04 0C", "6A82"),
        ]);
    }

    #[test]
    fn occurrences_of_a_truncated_name_come_in_turn() {
        const MF: &str = "00 A4 04 0E 05 D250000002";
        let mut card = t1();
        let names = |card: &mut Tester, p2: &str| {
            let response = card.send(&["00 A4 04", p2, "05 D250000002 00"].concat());
            if response.contains("4D465F") {
                "MF_VITALE"
            } else if response.len() > 4 {
                "VITALE"
            } else {
                "none"
            }
        };
        let turn = ["04", "06", "06", "07", "07", "05", "06"].map(|p2| names(&mut card, p2));
        assert_eq!(turn, ["MF_VITALE", "VITALE", "none", "MF_VITALE", "none", "VITALE", "none"]);
        // Without a selection by such a name, the next is the first and the previous is the last.
        card.plays(&[("00 A4 04 0C 05 4F54484552", "9000"), (MF, "9000"), ("00 B0 82 00 01", "00 9000")]);
    }

    #[test]
    fn a_df_with_several_names_occurs_once() {
        t1().plays(&[
            ("00 A4 04 0C 04 56495441", "9000"),
            ("00 A4 04 0E 04 56495441", "6A82"),
            ("00 A4 04 0C 08 56495441504C5553", "9000"),
            ("00 A4 00 0C 02 0021", "9000"),
        ]);
    }

    #[test]
    fn p2_says_what_is_answered() {
        let mut card = t1();
        card.plays(&[("00 A4 02 08 02 D001 00", "6400 9000"), ("00 A4 02 0C 02 D001 00", "9000")]);
        card.plays(&[("00 A4 02 04 02 D001", "9000"), ("00 A4 02 04 02 D001 00", D001)]);
        card.plays(&[("00 A4 00 04 02 3F00 02", "6225 6125"), ("00 C0 00 00 01", "82 6124")]);
        assert!(card.send("00 A4 04 00 07 564954414D494E 00").starts_with("6F"));
        assert!(card.send("00 A4 00 00 02 0002 00").starts_with("62"));
    }

    #[test]
    fn a_habit_says_what_the_fci_of_a_df_is() {
        let mut image = image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[VITALE.0].kind else { panic!("a DF") };
        directory.select_by_name = SelectResponse::None;
        directory.select_by_fid = SelectResponse::Fci;
        let mut card = Tester::of(image, Protocol::T1, &|_| None, Forgetful);
        card.plays(&[("00 A4 04 00 0B D250000002564954414C45 00", "9000")]);
        assert!(card.send("00 A4 00 00 02 0001 00").starts_with("6F22820138"));
        card.plays(&[("00 A4 04 04 0B D250000002564954414C45 00", VITALE_FCP)]);
    }

    #[test]
    fn a_silent_df_says_nothing_even_when_asked_for_its_fcp() {
        // [OPENSC-CPX trace]
        let mut image = image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[VITALE.0].kind else { panic!("a DF") };
        directory.select_by_name = SelectResponse::Silent;
        let mut card = Tester::of(image, Protocol::T1, &|_| None, Forgetful);
        card.plays(&[("00 A4 04 04 0B D250000002564954414C45 00", "9000"), ("00 A4 00 04 02 0001 00", VITALE_FCP)]);
    }

    #[test]
    fn wrong_parameters_are_refused_and_change_nothing() {
        t1().plays(&[
            ("00 A4 02 0C 02 D001", "9000"),
            ("00 A4 02 0C 02 9999", "6A82"),
            ("00 A4 05 0C 02 D001", "6A86"),
            ("00 A4 02 10 02 D001", "6A86"),
            ("00 A4 02 0D 02 D001", "6A86"),
            ("00 A4 02 0C 03 D00100", "6A87"),
            ("00 A4 01 0C", "6A87"),
            ("00 A4 03 0C 02 3F00", "6A87"),
            ("00 B0 00 7B 01", "7B 9000"),
        ]);
    }

    #[test]
    fn a_file_out_of_use_is_selected_with_a_warning() {
        let mut image = image();
        image.files[5].life_cycle = LifeCycle::Deactivated;
        image.files[4].life_cycle = LifeCycle::Terminated;
        let mut card = Tester::of(image, Protocol::T1, &|_| None, Forgetful);
        let response = card.send("00 A4 02 04 02 D001 00");
        assert!(response.ends_with("8A01046283"), "{response}");
        card.plays(&[("00 B0 00 00 00", "6985"), ("00 A4 02 0C 02 2F00", "6285")]);
    }

    #[test]
    fn a_file_of_two_dfs_leaves_the_df_as_it_was() {
        t1().plays(&[
            ("00 A4 04 0C 0B D250000002564954414C45", "9000"),
            ("00 A4 02 0C 02 2F00", "9000"),
            ("00 B0 00 05 01", "05 9000"),
            ("00 A4 02 0C 02 2001", "9000"),
            ("00 B0 9E 06 01", "06 9000"),
        ]);
    }

    #[test]
    fn on_t0_the_description_waits() {
        let mut card = Tester::new(Protocol::T0);
        card.plays(&[
            ("00 A4 02 00 02 D001 00", "611E"),
            ("00 C0 00 00 1E", D001),
            ("00 A4 02 00 02 D001", "611E"),
            ("00 C0 00 00 00", D001),
            ("00 C0 00 00 00", "6985"),
            ("00 A4 02 0C 02 D001", "9000"),
            ("00 A4 00 00 00", "9000"),
        ]);
    }
}
