//! SELECT (ISO 7816-4, 11.2.2).

use crate::{
    Answer, Fid, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    fs::{File, Occurrence, Place},
    image::{FileIndex, LifeCycle, SelectAnswer},
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
pub(super) fn select(command: &Apdu<'_>, context: &mut Context<'_>, answer: &mut Answer) -> Outcome {
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
    describe(file, by_name, asked, life_cycle, answer);
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

fn find_by_name(
    name: &[u8],
    occurrence: Occurrence,
    context: &Context<'_>,
) -> Result<(Place, Option<usize>), StatusWord> {
    // Nothing says what no name at all means: some cards have a default application, these have none.
    let name = Some(name).filter(|name| !name.is_empty());
    let found = name.and_then(|name| context.core.files.named(name, occurrence, context.channel().name()));
    let (df, number) = found.ok_or(StatusWord::FILE_NOT_FOUND)?;
    Ok((Place::df(df), Some(number)))
}

fn find(p1: u8, data: &[u8], context: &Context<'_>) -> Result<Place, StatusWord> {
    let (files, df) = (&context.core.files, context.channel().df());
    let found = match p1 {
        0x00 if data.is_empty() => Some(Place::df(FileIndex::MF)),
        0x00 => files.near(df, fid(data)?),
        0x01 => files.child_df(df, fid(data)?),
        0x02 => files.child_ef(df, fid(data)?),
        0x03 if data.is_empty() => files.parent(df).map(Place::df),
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

fn make_current(place: Place, name: Option<usize>, context: &mut Context<'_>) {
    if place.ef.is_none() || place.df != context.channel().df() {
        context.enter(place.df, name);
    }
    if let Some(ef) = place.ef {
        context.channel_mut().open_ef(ef);
    }
}

/// Appends what P2 asks for. Where it asks for the FCI, a DF answers by its habit and an EF with its FCP.
fn describe(file: &File, by_name: bool, asked: Asked, life_cycle: u8, answer: &mut Answer) {
    let habit = file.directory().map_or(SelectAnswer::Fcp, |directory| {
        if by_name { directory.select_by_name } else { directory.select_by_fid }
    });
    match (asked, habit) {
        (Asked::Fcp, _) | (Asked::Fci, SelectAnswer::Fcp) => file.fcp.put(life_cycle, answer),
        (Asked::Fci, SelectAnswer::Fci) => file.fci.put(life_cycle, answer),
        (Asked::Nothing, _) | (Asked::Fci, SelectAnswer::None) => (),
        // No card here has management data: its template is empty.
        (Asked::Fmd, _) => answer.extend(&[0x64, 0x00]),
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
