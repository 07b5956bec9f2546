//! Cards and worlds for the tests of this package.
//!
//! The card of [`image`] has these files:
//!
//! ```text
//! 3F00 MF_VITALE   2F00 (SFI 30, 60 bytes), D001 (SFI 2, 124 bytes), 2F02 (never written, read with a PIN)
//!   0001 VITALE    2001 (300 bytes), 0066 (SFI 2, 40 bytes), and 2F00 of the MF
//!     0010         0011 (10 bytes)
//!   0002 VITAMIN   also named OTHER and VITAPLUS; data objects 5F24 (open) and 0066 (closed);
//!                  0021 (SFI 1, fixed records), 0022 (SFI 2, variable), 0023 (SFI 3, cyclic)
//! ```

pub(crate) mod keys;
pub(crate) mod terminal;

use alloc::{boxed::Box, string::String, sync::Arc, vec, vec::Vec};
use core::sync::atomic::{AtomicUsize, Ordering};

use hex_literal::hex;

use crate::{
    Aid, Atr, Card, Chip, ChipImage, Fault, Fid, Interface, Protocol, Response, Sfi,
    applet::Applet,
    crypto::RustCrypto,
    image::{
        CompactRule, Condition, ControlObject, DataObject, Directory, FileImage, FileIndex, FileKind, Habits,
        LifeCycle, RecordStructure, SelectResponse,
    },
    platform::{Change, Clock, CommitError, Day, Forgetful, Platform, Random, Sink},
};

pub(crate) const VITALE: FileIndex = FileIndex(1);
pub(crate) const VITAMIN: FileIndex = FileIndex(2);
const INNER: FileIndex = FileIndex(3);

/// A card in the hand of a test.
pub(crate) struct Tester {
    pub(crate) chip: Chip,
    response: Response,
}

impl Tester {
    /// A card that was reset and speaks a protocol.
    pub(crate) fn new(protocol: Protocol) -> Self {
        Self::of(image(), protocol, &|_| None, Forgetful)
    }

    /// The same with its own image, applets and sink.
    pub(crate) fn of(
        image: ChipImage,
        protocol: Protocol,
        applets: &dyn Fn(&str) -> Option<Box<dyn Applet>>,
        sink: impl Sink + 'static,
    ) -> Self {
        Self::on(&image, protocol, applets, platform(sink))
    }

    /// The same with its own platform.
    pub(crate) fn on(
        image: &ChipImage,
        protocol: Protocol,
        applets: &dyn Fn(&str) -> Option<Box<dyn Applet>>,
        platform: Platform,
    ) -> Self {
        let mut chip = Chip::new(image, applets, platform).expect("a good image");
        chip.power_up(Interface::Contact).expect("an ATR");
        chip.select_protocol(protocol).expect("the ATR offers both");
        Self { chip, response: Response::new() }
    }

    /// Sends a command in hexadecimal and gives the answer in hexadecimal.
    pub(crate) fn send(&mut self, command: &str) -> String {
        self.try_send(command).expect("an answer")
    }

    pub(crate) fn try_send(&mut self, command: &str) -> Result<String, Fault> {
        self.chip.transmit(&bytes(command), &mut self.response)?;
        Ok(text(self.response.as_bytes()))
    }

    /// Sends commands one after the other and compares their answers.
    pub(crate) fn plays(&mut self, exchanges: &[(&str, &str)]) {
        for (command, right) in exchanges {
            assert_eq!(self.send(command), text(&bytes(right)), "answer to {command}");
        }
    }
}

/// The bytes that hexadecimal text stands for.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|character| !character.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).expect("hexadecimal digits");
    digits.chunks(2).map(byte).collect()
}

/// Bytes as hexadecimal text.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| alloc::format!("{byte:02X}")).collect()
}

struct Fixed;

impl Clock for Fixed {
    fn today(&self) -> Day {
        Day { year: 2026, month: 1, day: 15 }
    }
}

impl Random for Fixed {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0x42);
    }

    fn position(&self) -> u64 {
        0
    }

    fn seek(&mut self, _: u64) {}
}

/// Bytes of which no few are alike, from a position on.
#[derive(Debug, Default)]
pub(crate) struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes()[0];
            self.0 += 1;
        }
    }

    fn position(&self) -> u64 {
        self.0
    }

    fn seek(&mut self, position: u64) {
        self.0 = position;
    }
}

pub(crate) fn platform(sink: impl Sink + 'static) -> Platform {
    Platform { clock: Box::new(Fixed), random: Box::new(Fixed), sink: Box::new(sink), crypto: Box::new(RustCrypto) }
}

/// Does not keep the commit after so many good ones, once.
#[derive(Clone, Debug)]
pub(crate) struct Torn(Arc<AtomicUsize>, CommitError);

impl Torn {
    /// Because power is lost.
    pub(crate) fn after(good: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(good)), CommitError::PowerLost)
    }

    /// Because there is no room.
    pub(crate) fn full_after(good: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(good)), CommitError::Full)
    }
}

impl Sink for Torn {
    fn commit(&mut self, _: &[Change<'_>]) -> Result<(), CommitError> {
        match self.0.fetch_sub(1, Ordering::Relaxed) {
            0 => Err(self.1),
            _ => Ok(()),
        }
    }
}

/// An ATR that offers both protocols, T=0 first.
pub(crate) fn atr() -> Atr {
    Atr::parse(&hex!("3B 80 80 01 01")).expect("a good ATR")
}

pub(crate) fn rule(bytes: &[u8]) -> CompactRule {
    CompactRule { access_mode: bytes[0], conditions: bytes[1..].iter().map(|&byte| Condition(byte)).collect() }
}

/// A file that all may use, with the control objects of an IAS card [RUN-OPENSC files].
pub(crate) fn file(fid: u16, parents: &[FileIndex], kind: FileKind) -> FileImage {
    let rules = ControlObject::Rules(vec![ControlObject::Contact]);
    let control = match kind {
        FileKind::Directory(_) => vec![ControlObject::Descriptor, ControlObject::Fid, ControlObject::Names, rules],
        _ => vec![ControlObject::Size, ControlObject::Descriptor, ControlObject::Fid, ControlObject::Sfi, rules],
    };
    // Reading and updating are open to all; so is appending, where there are records.
    let contact = match kind {
        FileKind::Records { .. } => rule(&hex!("7F FF FF FF FF 00 00 00")),
        _ => rule(&hex!("7B FF FF FF FF 00 00")),
    };
    FileImage {
        fid: Fid(fid),
        parents: parents.to_vec(),
        kind,
        life_cycle: LifeCycle::Activated,
        contact,
        contactless: None,
        control: [control, vec![ControlObject::LifeCycle]].concat(),
    }
}

pub(crate) fn directory(aids: &[&[u8]]) -> Directory {
    Directory { aids: aids.iter().filter_map(|aid| Aid::new(aid)).collect(), ..Directory::default() }
}

/// A transparent file of so many bytes 00, 01, 02, ...
pub(crate) fn transparent(size: usize, sfi: u8) -> FileKind {
    let content: Vec<u8> = (0..=255).cycle().take(size).collect();
    FileKind::Transparent { sfi: Sfi::new(sfi), content: content.into(), size }
}

pub(crate) fn records(structure: RecordStructure, sfi: u8, record_length: u8, content: &[&[u8]]) -> FileKind {
    let content = content.iter().map(|record| record.to_vec()).collect();
    FileKind::Records { sfi: Sfi::new(sfi), structure, record_length, capacity: 4, content }
}

/// Gives a DF an applet.
pub(crate) fn name_applet(image: &mut ChipImage, df: FileIndex, name: &str) {
    let FileKind::Directory(directory) = &mut image.files[df.0].kind else { panic!("a DF") };
    directory.applet = Some(name.into());
}

/// The card that the module describes.
pub(crate) fn image() -> ChipImage {
    let mf = FileIndex::MF;
    let master =
        Directory { select_by_fid: SelectResponse::None, ..directory(&[&hex!("D2500000024D465F564954414C45")]) };
    let object = |tag, readable| DataObject { tag, value: vec![0xAB; 20], readable };
    let other = Directory {
        objects: vec![object(0x5F24, true), object(0x0066, false)],
        select_by_name: SelectResponse::Fci,
        ..directory(&[b"VITAMIN", b"OTHER", b"VITAPLUS"])
    };
    let mut closed = file(0x2F02, &[mf], transparent(8, 0));
    closed.contact = rule(&hex!("03 FF 13"));
    let fixed: [&[u8]; 3] = [&hex!("01AAAA"), &hex!("02BBBB"), &hex!("01CCCC")];
    let variable: [&[u8]; 2] = [&hex!("0A"), &hex!("0B0B0B0B")];
    let (linear, cyclic) = (RecordStructure::LinearFixed, RecordStructure::Cyclic);
    ChipImage {
        atr: atr(),
        contactless_atr: None,
        capacity: 32_768,
        habits: Habits::default(),
        classes: Vec::new(),
        files: vec![
            file(0x3F00, &[], FileKind::Directory(master)),
            file(0x0001, &[mf], FileKind::Directory(directory(&[&hex!("D250000002564954414C45")]))),
            file(0x0002, &[mf], FileKind::Directory(other)),
            file(0x0010, &[VITALE], FileKind::Directory(directory(&[]))),
            file(0x2F00, &[mf, VITALE], transparent(60, 30)),
            file(0xD001, &[mf], transparent(124, 2)),
            closed,
            file(0x2001, &[VITALE], transparent(300, 0)),
            file(0x0066, &[VITALE], transparent(40, 2)),
            file(0x0011, &[INNER], transparent(10, 0)),
            file(0x0021, &[VITAMIN], records(linear, 1, 3, &fixed)),
            file(0x0022, &[VITAMIN], records(RecordStructure::LinearVariable, 2, 5, &variable)),
            file(0x0023, &[VITAMIN], records(cyclic, 3, 2, &[&hex!("0101"), &hex!("0202")])),
        ],
    }
}
