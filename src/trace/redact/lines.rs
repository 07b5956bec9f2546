//! What becomes of a command or an answer.

use virtuale_engine::{
    Aid, Interface,
    class::{Class, SecureMessaging},
    image::{FileKind, ObjectKind},
    ins::Ins,
    instruction::{Effect, Parameters, Takes},
    tlv::{self, Object},
};

use super::{
    super::{
        file::Trace,
        finding::Cell,
        follow::{Read, offset_object},
        names::data_field,
        pattern::{Atom, Pattern},
    },
    image::{Fate, Treated},
    notation,
    turn::{HEADER, Turn, instruction, opening},
};
use crate::profile::{Profile, layout::Layout};

/// Class and instruction.
const CLASS_AND_INSTRUCTION: usize = 2;

/// The first byte of the proprietary classes [ISO-7816-4 5.4.1].
const PROPRIETARY: u8 = 0x80;

/// Where P1 and P2 stand in a header.
const P1: usize = 2;
const P2: usize = 3;

/// The highest P1 of a command that presents a code, and the bit in P2 of a code of an application
/// [ISO-7816-4 11.5.6, 11.5.7].
pub(super) const HIGHEST_P1: u8 = 0x03;
pub(super) const LOCAL: u8 = 0x80;

/// P1 of SELECT by the name of an application, and the longest path.
pub(super) const BY_NAME: u8 = 0x04;
const LONGEST_PATH: usize = 16;

/// The tags of control references that name an algorithm, a key, or what it is for, and the longest number of one: a
/// longer one may be the name of somebody's certificate [ISO-7816-4 11.5.11].
const REFERENCES: [u32; 4] = [0x80, 0x83, 0x84, 0x95];
const LONGEST_REFERENCE: usize = 2;

/// No file of a card is longer, so that no offset is higher.
const LONGEST_FILE: usize = 1 << 20;

/// The categories of names of applications, the first digit of each: registered for the world or a nation, of a
/// standard, or of nobody [ISO-7816-4 8.2].
const CATEGORIES: [u8; 4] = [0xA, 0xD, 0xE, 0xF];

/// A command: its header stays, and what follows if it says nothing of a person; all else becomes wildcards. Nothing
/// stays of what is no command.
pub(super) fn command_cells(trace: &Trace, pattern: &Pattern, turn: Turn, profile: &Profile) -> String {
    let layout = profile.layout();
    let opening = opening(trace, pattern).filter(|_| turn.is_command);
    let Some(command) = trace.exact(pattern) else {
        let head = opening.map_or(0, |[class, ins]| head(layout, &[class, ins, 0, 0]));
        let is_plain = |at, byte| opening.is_none_or(|[class, ins]| may_stay(profile, class, Ins(ins), at, byte));
        return holes(pattern, head, 0, &is_plain);
    };
    let Some((header, body)) = command.split_first_chunk::<HEADER>().filter(|_| opening.is_some()) else {
        return notation(&vec![Cell::Any; command.len()]);
    };
    let head = head(layout, command);
    let &[class, ins, ..] = header;
    let stays = |at: usize, byte| may_stay(profile, class, Ins(ins), at, byte);
    let is_plain = header.iter().enumerate().all(|(at, &byte)| stays(at, byte));
    let header_cells = header
        .iter()
        .enumerate()
        .map(|(at, &byte)| if at < head && stays(at, byte) { Cell::Byte(byte) } else { Cell::Any });
    let rest = match head {
        0 => vec![Cell::Any; body.len()],
        // Behind a part of a code comes more of it, and no length.
        _ if !is_plain && body.len() == 1 => vec![Cell::Any],
        _ if names_a_place(layout, *header, body) => body.iter().map(|&byte| Cell::Byte(byte)).collect(),
        _ => without_data(body, takes_secret(layout, class, Ins(ins))),
    };
    notation(&header_cells.chain(rest).collect::<Vec<_>>())
}

/// How much of a header stays: all of it where the instruction is known, class and instruction where the class is of
/// somebody's own, and nothing where no card has such a command.
fn head(layout: &Layout, command: &[u8]) -> usize {
    let &[class, ins, ..] = command else { return 0 };
    match class {
        _ if instruction(layout, class, Ins(ins)).is_some() => HEADER,
        _ if layout.family().command_name(command).is_some() => HEADER,
        PROPRIETARY..=0xFE => CLASS_AND_INSTRUCTION,
        _ => 0,
    }
}

/// Whether a byte of a header is none of a code. Of a command that presents one, P1 says what its data are, and P2
/// which code of the card it is [ISO-7816-4 11.5.6, 11.5.7, 11.5.10]: anything else may be a part of the code.
fn may_stay(profile: &Profile, class: u8, ins: Ins, at: usize, byte: u8) -> bool {
    let presents = takes_secret(profile.layout(), class, ins);
    let is_known = |number: u8| {
        let domains = profile.image().files.iter().filter_map(|file| match &file.kind {
            FileKind::Directory(directory) => Some(&directory.security),
            _ => None,
        });
        let mut objects = domains.flat_map(|domain| &domain.objects);
        number == 0 || objects.any(|object| object.number == number && matches!(object.kind, ObjectKind::Pin(_)))
    };
    match at {
        P1 if presents => byte <= HIGHEST_P1,
        P2 if presents => is_known(byte & !LOCAL),
        _ => true,
    }
}

/// Whether a known instruction presents a code.
fn takes_secret(layout: &Layout, class: u8, ins: Ins) -> bool {
    instruction(layout, class, ins).is_some_and(|known| known.takes == Takes::Secret)
}

/// Whether the data of a command are what they should be where they name a file, an application or an offset, or the
/// keys and algorithms of a security environment.
fn names_a_place(layout: &Layout, [class, ins, p1, _]: [u8; HEADER], body: &[u8]) -> bool {
    let Some(instruction) = instruction(layout, class, Ins(ins)) else { return false };
    // Protected data are a cryptogram.
    if Class::interindustry(class).is_some_and(|class| class.secure_messaging != SecureMessaging::None) {
        return false;
    }
    let data = data_field(body);
    match (instruction.effect, instruction.parameters, instruction.takes) {
        _ if Ins(ins) == Ins::MANAGE_SECURITY_ENVIRONMENT => are_references(data),
        (Effect::Selects, ..) if p1 == BY_NAME => {
            let is_registered = data.first().is_some_and(|first| CATEGORIES.contains(&(first >> 4)));
            let is_known = || {
                let on = |interface| layout.places(interface).any(|(_, aid, _)| aid.as_bytes().starts_with(data));
                on(Interface::Contact) || on(Interface::Contactless)
            };
            Aid::new(data).is_some() && (is_registered || is_known())
        }
        (Effect::Selects, ..) => data.len().is_multiple_of(2) && data.len() <= LONGEST_PATH,
        (Effect::Reads, Parameters::File, Takes::Data) => {
            offset_object(data).is_some_and(|offset| offset < LONGEST_FILE)
        }
        _ => false,
    }
}

/// Whether data are control references that say nothing but numbers of keys and algorithms, and what they are for
/// [ISO-7816-4 11.5.11].
fn are_references(data: &[u8]) -> bool {
    let is_reference =
        |object: Object<'_>| REFERENCES.contains(&object.tag.0) && object.value.len() <= LONGEST_REFERENCE;
    tlv::objects(data).all(|object| object.is_ok_and(is_reference))
}

/// What follows a header, with its lengths and without its data. What is behind a code may be a part of it, unless it
/// asks for all that comes.
fn without_data(body: &[u8], is_secret: bool) -> Vec<Cell> {
    let data = match *body {
        [] | [_] | [0, _, _] => 0..0,
        [0, high, low, ..] => 3..3 + usize::from(u16::from_be_bytes([high, low])),
        [length, ..] => 1..1 + usize::from(length),
    };
    let is_whole = data.end <= body.len() && body.len() - data.end <= 3;
    let stays = |at: usize, byte| {
        is_whole && !data.contains(&at) && (byte == 0 || at < data.start || data.is_empty() || !is_secret)
    };
    body.iter().enumerate().map(|(at, &byte)| if stays(at, byte) { Cell::Byte(byte) } else { Cell::Any }).collect()
}

/// What becomes of an answer.
pub(super) struct ResponseCells {
    /// The cells, as a trace writes them.
    pub(super) text: String,
    /// Which of them the invented card says as well.
    pub(super) invented: Vec<usize>,
}

/// An answer: its status word stays. Of its data stays what a read may keep or, in an answer to SELECT and MANAGE
/// CHANNEL, what the stand-in says as well. `answers` is what the instruction does that is answered, at once or through
/// GET RESPONSE.
pub(super) fn response_cells(
    trace: &Trace,
    pattern: &Pattern,
    answers: Option<Effect>,
    read: Option<(&Treated, Read)>,
    own: &[u8],
) -> ResponseCells {
    let Some(response) = trace.exact(pattern) else {
        return ResponseCells { text: holes(pattern, 0, tail(pattern), &|_, _| true), invented: Vec::new() };
    };
    let Some((data, status)) = response.split_last_chunk::<2>().filter(|(_, [sw1, _])| is_status(*sw1)) else {
        return ResponseCells { text: notation(&vec![Cell::Any; response.len()]), invented: Vec::new() };
    };
    let mut invented = Vec::new();
    let mut cells: Vec<Cell> = match (read, answers) {
        (Some((treated, read)), _) => read_cells(data, treated, read, &mut invented),
        // They describe files and channels, and say nothing that stands in a file.
        (None, Some(Effect::Selects | Effect::Channels)) if own.len() == response.len() => {
            invented.extend(0..data.len());
            same_cells(data, own)
        }
        _ => vec![Cell::Any; data.len()],
    };
    cells.extend(status.iter().map(|&byte| Cell::Byte(byte)));
    ResponseCells { text: notation(&cells), invented }
}

/// Whether a byte is the first one of a status word [ISO-7816-3 10.3.3]: what ends with another is no answer of a card,
/// or not all of it.
fn is_status(sw1: u8) -> bool {
    matches!(sw1, 0x61..=0x6F | 0x90..=0x9F)
}

/// How much of the end of a pattern with holes is a status word.
fn tail(pattern: &Pattern) -> usize {
    match pattern {
        Pattern::Holes(atoms) => match **atoms {
            [.., Atom::Byte(sw1), _] if is_status(sw1) => 2,
            _ => 0,
        },
        Pattern::Exact(_) => 0,
    }
}

fn read_cells(data: &[u8], treated: &Treated, read: Read, invented: &mut Vec<usize>) -> Vec<Cell> {
    let header = read.header(data).min(data.len());
    let (object, bytes) = data.split_at(header);
    let kept = object.iter().map(|&byte| Cell::Byte(byte));
    let fates = (0..bytes.len()).map(|at| match treated.fate(read.offset + at) {
        Fate::Byte(byte) => Cell::Byte(byte),
        Fate::Invented(byte) => {
            invented.push(header + at);
            Cell::Byte(byte)
        }
        Fate::Wild => Cell::Any,
    });
    kept.chain(fates).collect()
}

/// Bytes that another source says as well.
fn same_cells(bytes: &[u8], own: &[u8]) -> Vec<Cell> {
    let same = |(byte, own): (&u8, &u8)| if byte == own { Cell::Byte(*byte) } else { Cell::Any };
    bytes.iter().zip(own).map(same).collect()
}

/// An answer to reset: what the stand-in's has as well.
pub(super) fn atr_cells(trace: &Trace, pattern: &Pattern, own: &[u8]) -> Vec<Cell> {
    match trace.exact(pattern) {
        Some(atr) if atr.len() == own.len() => same_cells(atr, own),
        Some(atr) => vec![Cell::Any; atr.len()],
        None => vec![Cell::Run],
    }
}

/// A pattern that has holes already: bytes stay at its `head` and its `tail` only, and if they are plain; names become
/// numbers.
fn holes(pattern: &Pattern, head: usize, tail: usize, is_plain: &dyn Fn(usize, u8) -> bool) -> String {
    let Pattern::Holes(atoms) = pattern else { return String::new() };
    let run = atoms.iter().position(|&atom| atom == Atom::Run).unwrap_or(atoms.len());
    let stays = |at: usize| (at < head && at < run) || at + tail >= atoms.len();
    let words: Vec<String> = atoms
        .iter()
        .enumerate()
        .map(|(at, atom)| match *atom {
            Atom::Byte(byte) if stays(at) && is_plain(at, byte) => format!("{byte:02X}"),
            Atom::Byte(_) | Atom::Any => "..".to_owned(),
            Atom::Run => "**".to_owned(),
            Atom::Capture(capture) => format!("{{name-{}:{}}}", capture.name + 1, capture.length),
            Atom::Use(used) => format!("{{name-{}}}", used.name + 1),
        })
        .collect();
    words.join(" ")
}
