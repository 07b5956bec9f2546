//! The cards that commands are sent to.

use std::sync::OnceLock;

use virtuale::profile::{Profile, diagnostic::Source, parse};
use virtuale_applets::cards;
use virtuale_coprocessor::Coprocessor;
use virtuale_engine::{
    Aid, Atr, Card, Fid, Sfi,
    chip::Chip,
    image::{
        ChipImage, CompactRule, Condition, ControlObject, DataObject, Directory, FileImage, FileIndex, FileKind,
        Habits, LifeCycle, LongLe, RecordStructure,
    },
    platform::{Clock, Day, Forgetful, Platform, Random},
};

use super::{keys, text};

/// How many cards there are.
pub(super) const COUNT: usize = 5;

const VITALE: [(&str, &str); 2] =
    [("vitale2-martin.toml", cards::VITALE2_MARTIN), ("vitale2-t1.toml", cards::VITALE2_T1)];

const WORDS: [(&str, &str); 2] =
    [("vitale1-petit.toml", cards::VITALE1_PETIT), ("vitale1-iso.toml", cards::VITALE1_ISO)];

const PROFESSIONALS: [(&str, &str); 2] =
    [("cps-lefevre.toml", cards::CPS_LEFEVRE), ("cps4-lefevre.toml", cards::CPS4_LEFEVRE)];

const ATR_T0: [u8; 10] = [0x3B, 0x75, 0x13, 0x00, 0x00, 0x44, 0x09, 0xEA, 0x90, 0x00];
pub(super) const ATR_T1: [u8; 12] = [0x3B, 0x85, 0x81, 0x31, 0xFE, 0x45, 0x80, 0x73, 0x80, 0x01, 0x40, 0xBC];

/// Card 0 and 1 are Vitale 2, on T=0 and T=1. Card 2 and 3 have a file of each structure that all may read, write and
/// append to, and data objects; so commands get where they do not get on a real card. Card 4 also has PINs and keys.
pub(super) fn card(index: usize) -> Box<dyn Card> {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    match index {
        0 | 1 => Box::new(PROFILES.get_or_init(|| VITALE.map(read).into())[index].card()),
        2 => Box::new(chip(open(), &ATR_T0)),
        3 => Box::new(chip(open(), &ATR_T1)),
        _ => Box::new(keys::card(open())),
    }
}

/// A Vitale 1, the second time with its memory open to commands of ISO 7816-4 too.
pub(super) fn word_memory(iso_view: bool) -> Box<dyn Card> {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    Box::new(PROFILES.get_or_init(|| WORDS.map(read).into())[usize::from(iso_view)].card())
}

/// A CPS3.
pub(super) fn professional() -> Box<dyn Card> {
    Box::new(professionals(false).card())
}

/// A CPS4.
pub(super) fn fourth() -> Box<dyn Card> {
    Box::new(professionals(true).card())
}

/// What a CPS3 is made of, or a CPS4.
pub(super) fn professionals(fourth: bool) -> &'static Profile {
    static PROFILES: OnceLock<[Profile; 2]> = OnceLock::new();
    let profiles = PROFILES.get_or_init(|| PROFESSIONALS.map(read));
    &profiles[usize::from(fourth)]
}

fn read((name, card): (&str, &str)) -> Profile {
    let source = Source { name: name.into(), text: card.into() };
    parse(source, None, &text::OPTIONS).unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
}

/// A chip that refuses a Le beyond the end if it speaks T=1, and warns of it on T=0.
pub(super) fn chip(files: Vec<FileImage>, atr: &[u8]) -> Chip {
    let long_le = if atr == ATR_T1 { LongLe::Refused } else { LongLe::Warning };
    let atr = Atr::parse(atr).expect("an ATR");
    let habits = Habits { long_le, ..Habits::default() };
    let image = ChipImage { atr, contactless_atr: None, capacity: 4096, habits, classes: Vec::new(), files };
    Chip::new(&image, &virtuale_applets::by_name, platform()).expect("a chip that can be")
}

/// Files that all may do anything with.
fn open() -> Vec<FileImage> {
    let (mf, application) = (FileIndex::MF, FileIndex(1));
    let records = |sfi, structure| FileKind::Records {
        sfi: Sfi::new(sfi),
        structure,
        record_length: 12,
        capacity: 5,
        content: vec![vec![0x11; 12], vec![0x22; 12]],
    };
    let transparent = FileKind::Transparent { sfi: Sfi::new(1), content: vec![0x55; 100].into(), size: 300 };
    vec![
        file(Fid::MF.0, &[], directory(&[0xF0, 0x01])),
        file(0x5000, &[mf], directory(&[0xF0, 0x01, 0x02])),
        file(0x5001, &[mf, application], transparent),
        file(0x5002, &[application], records(2, RecordStructure::LinearFixed)),
        file(0x5003, &[application], records(3, RecordStructure::LinearVariable)),
        file(0x5004, &[application], records(4, RecordStructure::Cyclic)),
    ]
}

fn directory(aid: &[u8]) -> FileKind {
    FileKind::Directory(Directory {
        aids: Aid::new(aid).into_iter().collect(),
        objects: vec![
            DataObject { tag: 0x4F, value: aid.to_vec(), readable: true },
            DataObject { tag: 0x5F51, value: vec![0x77; 200], readable: true },
            DataObject { tag: 0xDF30, value: vec![], readable: false },
        ],
        ..Directory::default()
    })
}

/// A file that all may do anything with.
fn file(fid: u16, parents: &[FileIndex], kind: FileKind) -> FileImage {
    FileImage {
        fid: Fid(fid),
        parents: parents.to_vec(),
        kind,
        life_cycle: LifeCycle::Activated,
        contact: CompactRule { access_mode: 0x7F, conditions: vec![Condition::ALWAYS; 7] },
        contactless: None,
        control: vec![ControlObject::Size, ControlObject::Descriptor, ControlObject::Fid, ControlObject::Names],
    }
}

/// A platform that stands still.
pub(super) fn platform() -> Platform {
    Platform {
        clock: Box::new(Still),
        random: Box::new(Still),
        sink: Box::new(Forgetful),
        crypto: Box::new(Coprocessor),
    }
}

struct Still;

impl Clock for Still {
    fn today(&self) -> Day {
        Day { year: 2026, month: 1, day: 15 }
    }
}

impl Random for Still {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0x55);
    }

    fn position(&self) -> u64 {
        0
    }

    fn seek(&mut self, _: u64) {}
}
