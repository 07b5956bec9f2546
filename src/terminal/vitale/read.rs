//! The reading itself. Of a Vitale 2: SELECT VITALE, POINTERS, then each file that POINTERS names.

use jiff::civil::Date;
use virtuale_engine::{Aid, Fid, StatusWord, tlv::Tag};

use super::{
    ClosedFile, Lock, Model, OpenFile, Pointer, Pointers, Reading, Remark, application_name, ber, merge::merge, order,
    words,
};
use crate::{
    profile::layout::Layout,
    terminal::{
        exchange::{Command, Dialogue, ExchangeError},
        transport::{Transport, TransportError},
    },
};

/// The application `VITALE` [CARDPEEK-VITALE2 AIDs].
const VITALE: &[u8] = b"\xD2\x50\x00\x00\x02VITALE";

/// EF POINTERS [CARDPEEK-VITALE2 create_card_map].
const POINTERS: Fid = Fid(0x2001);

/// The step of READ BINARY.
const STEP: u16 = 256;

/// READ BINARY reaches this many bytes of a file.
const LONGEST_FILE: u16 = 0x8000;

/// The highest number of a record.
const LAST_RECORD: u8 = 254;

/// Why a card gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The transport to the card is gone.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card has no application `VITALE`.
    #[error("this is not a Vitale 2: SELECT VITALE was answered {status}")]
    NotVitale {
        /// What its ATR says.
        model: Model,
        /// What SELECT was answered.
        status: StatusWord,
    },
    /// The card has no memory of words.
    #[error("this is not a Vitale 1: instruction C0 was answered {status}")]
    NotWordMemory {
        /// What its ATR says.
        model: Model,
        /// What the instruction was answered.
        status: StatusWord,
    },
}

/// Reads a Vitale without any other card: what stays closed to that is listed as closed. The layout says whether it is
/// a word memory or a card of files.
///
/// # Errors
///
/// [`ReadError`] if the transport fails or the card is something else. Whatever a Vitale answers gives a [`Reading`].
pub fn read(transport: &mut dyn Transport, layout: &Layout, today: Date) -> Result<Reading, ReadError> {
    if let Some(memory) = layout.memory() {
        return words::read(transport, layout, &memory, today);
    }
    let atr = transport.atr().to_vec();
    let model = Model::of(&atr);
    let mut walk =
        Walk { dialogue: Dialogue::new(transport), layout, selected: None, reading: Reading::empty(atr, model, today) };
    match walk.whole_card() {
        Ok(()) => {}
        Err(Stop::NotVitale(status)) => return Err(ReadError::NotVitale { model, status }),
        Err(Stop::Exchange(ExchangeError::Transport(error))) => return Err(error.into()),
        Err(Stop::Exchange(ExchangeError::Endless)) => walk.reading.remarks.push(Remark::CutShort),
    }
    let mut reading = walk.reading;
    reading.exchanges = walk.dialogue.into_log();
    reading.conclude(Model::Vitale2);
    Ok(reading)
}

/// Why a walk over a card ends early.
enum Stop {
    NotVitale(StatusWord),
    Exchange(ExchangeError),
}

/// What a file holds.
enum Content {
    Bytes(Vec<u8>),
    /// The oldest first.
    Records(Vec<Vec<u8>>),
}

/// A file that the card does not give.
struct Unread {
    /// What the card said.
    status: StatusWord,
    /// What SELECT told of the file, if it got that far.
    control: Vec<u8>,
}

impl From<ExchangeError> for Stop {
    fn from(error: ExchangeError) -> Self {
        Self::Exchange(error)
    }
}

/// A card that is being read.
struct Walk<'a> {
    dialogue: Dialogue<'a>,
    layout: &'a Layout,
    selected: Option<Aid>,
    reading: Reading,
}

impl Walk<'_> {
    fn whole_card(&mut self) -> Result<(), Stop> {
        let Some(vitale) = Aid::new(VITALE) else { return Ok(()) };
        let status = self.select_application(&vitale)?;
        if !status.is_processed() {
            return Err(Stop::NotVitale(status));
        }
        let mut files = self.pointers(vitale)?;
        files.retain(|file| file.fid != POINTERS);
        files.sort_by_key(|file| order::rank(&file.name));
        Ok(files.into_iter().try_for_each(|file| self.file(file))?)
    }

    /// The files that POINTERS names; where it names none, those of the layout.
    fn pointers(&mut self, application: Aid) -> Result<Vec<Pointer>, ExchangeError> {
        self.file(Pointer { name: "POINTERS".into(), application: Some(application), fid: POINTERS })?;
        let content = self.reading.files.first().map(|file| file.content.as_slice()).unwrap_or_default();
        let Pointers { files, lost } = Pointers::parse(content);
        if lost > 0 {
            self.reading.remarks.push(Remark::PointersLost { count: lost });
        }
        if !files.is_empty() {
            return Ok(files);
        }
        self.reading.remarks.push(Remark::NoPointers);
        self.reading.closed.retain(|file| file.lock != Lock::Absent);
        let of_layout = self.layout.places().map(|(name, application, fid)| Pointer {
            name: name.into(),
            application: Some(application.clone()),
            fid,
        });
        Ok(of_layout.collect())
    }

    /// Reads a file and keeps what it says, or why it does not.
    fn file(&mut self, pointer: Pointer) -> Result<(), ExchangeError> {
        let parts = match self.content(&pointer)? {
            Ok(parts) => parts,
            Err(Unread { status, control }) => {
                let lock = Lock::of(status, &control);
                self.reading.closed.push(ClosedFile { pointer, status, lock });
                return Ok(());
            }
        };
        let decoded = match &parts {
            Content::Bytes(bytes) => self.layout.decode(&pointer.name, bytes),
            Content::Records(records) => {
                let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
                self.layout.decode_records(&pointer.name, &records)
            }
        };
        let (data, elements) = decoded.map(|decoded| (decoded.data, decoded.elements)).unzip();
        for key in data.map(|data| merge(&mut self.reading.data, data)).unwrap_or_default() {
            self.reading.remarks.push(Remark::FilesDisagree { key });
        }
        let content = parts.into_bytes();
        self.reading.files.push(OpenFile { pointer, content, elements: elements.unwrap_or_default() });
        Ok(())
    }

    fn content(&mut self, pointer: &Pointer) -> Result<Result<Content, Unread>, ExchangeError> {
        if let Some(application) = pointer.application.as_ref().filter(|&wanted| self.selected.as_ref() != Some(wanted))
        {
            let status = self.select_application(application)?;
            if !status.is_processed() {
                return Ok(Err(Unread { status, control: Vec::new() }));
            }
        }
        let selected = self.dialogue.send(&Command::select_file(&pointer.name, pointer.fid))?;
        if !selected.status.is_processed() {
            return Ok(Err(Unread { status: selected.status, control: Vec::new() }));
        }
        let control = selected.data;
        match self.read_to_end(&pointer.name)? {
            Ok(bytes) => Ok(Ok(Content::Bytes(bytes))),
            Err(StatusWord::INCOMPATIBLE_WITH_FILE) => Ok(Ok(Content::Records(self.records(&pointer.name, &control)?))),
            Err(status) => Ok(Err(Unread { status, control })),
        }
    }

    /// The current file in steps of 256 bytes until a short answer, as cardpeek reads [CARDPEEK-VITALE2 reading].
    fn read_to_end(&mut self, name: &str) -> Result<Result<Vec<u8>, StatusWord>, ExchangeError> {
        let mut content = Vec::new();
        for offset in (0..LONGEST_FILE).step_by(usize::from(STEP)) {
            let part = self.dialogue.send(&Command::read_binary(name, offset))?;
            if !part.status.is_processed() {
                // A file of whole steps ends with a refused offset.
                return Ok(if offset == 0 { Err(part.status) } else { Ok(content) });
            }
            content.extend_from_slice(part.data.get(..usize::from(STEP)).unwrap_or(&part.data));
            if part.data.len() < usize::from(STEP) || part.status == StatusWord::END_OF_FILE {
                break;
            }
        }
        Ok(Ok(content))
    }

    /// The records of the current file, the oldest first.
    fn records(&mut self, name: &str, control: &[u8]) -> Result<Vec<Vec<u8>>, ExchangeError> {
        let mut records = Vec::new();
        for number in 1..=LAST_RECORD {
            let record = self.dialogue.send(&Command::read_record(name, number))?;
            if !record.status.is_processed() {
                break;
            }
            records.push(record.data);
        }
        if is_cyclic(control) {
            records.reverse();
        }
        Ok(records)
    }

    fn select_application(&mut self, aid: &Aid) -> Result<StatusWord, ExchangeError> {
        let selected = self.dialogue.send(&Command::select_application(&application_name(aid), aid))?;
        self.selected = selected.status.is_processed().then(|| aid.clone());
        Ok(selected.status)
    }
}

impl Content {
    fn into_bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Records(records) => records.concat(),
        }
    }
}

/// Whether control parameters describe a cyclic file, whose first record is the newest [ISO-7816-4 7.4.5].
fn is_cyclic(control: &[u8]) -> bool {
    let descriptor = ber::find_deep(control, Tag(0x82)).and_then(<[u8]>::first);
    descriptor.is_some_and(|descriptor| descriptor & 0x07 == 0x06)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::is_cyclic;

    #[test]
    fn the_descriptor_tells_cyclic_files() {
        assert!(is_cyclic(&hex!("62 08 82 06 46 21 00 20 00 0C")));
        assert!(!is_cyclic(&hex!("62 08 82 06 42 21 00 20 00 0C")));
        assert!(!is_cyclic(&[]));
    }
}
