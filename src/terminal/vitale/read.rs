//! The reading itself: SELECT VITALE, POINTERS, then each file that POINTERS names.

use jiff::civil::Date;
use virtuale_engine::{Aid, Fid, StatusWord};

use super::{
    ClosedFile, Finding, Lock, Model, OpenFile, Pointer, Pointers, Reading, application_name, merge::merge, order,
};
use crate::{
    profile::layout::Layout,
    terminal::{
        exchange::{Command, Dialogue, ExchangeError},
        link::{Link, LinkError},
    },
};

/// The application `VITALE` (facts/cards.md C.1).
const VITALE: &[u8] = b"\xD2\x50\x00\x00\x02VITALE";

/// EF POINTERS (facts/cards.md C.3).
const POINTERS: Fid = Fid(0x2001);

/// The step of READ BINARY.
const STEP: u16 = 256;

/// READ BINARY reaches this many bytes of a file.
const LONGEST_FILE: u16 = 0x8000;

/// Why a card gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The road to the card is gone.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The card has no application `VITALE`.
    #[error("this is not a Vitale 2: SELECT VITALE was answered {status}")]
    NotVitale {
        /// What its ATR says.
        model: Model,
        /// What SELECT was answered.
        status: StatusWord,
    },
}

/// Reads a Vitale 2 without any other card: what stays closed to that is listed as closed.
///
/// # Errors
///
/// [`ReadError`] if the link fails or the card is something else. Whatever a Vitale answers gives a [`Reading`].
pub fn read(link: &mut dyn Link, layout: &Layout, today: Date) -> Result<Reading, ReadError> {
    let atr = link.atr().to_vec();
    let model = Model::of(&atr);
    let mut walk =
        Walk { dialogue: Dialogue::new(link), layout, selected: None, reading: Reading::empty(atr, model, today) };
    match walk.whole_card() {
        Ok(()) => {}
        Err(Stop::NotVitale(status)) => return Err(ReadError::NotVitale { model, status }),
        Err(Stop::Exchange(ExchangeError::Link(error))) => return Err(error.into()),
        Err(Stop::Exchange(ExchangeError::Endless)) => walk.reading.findings.push(Finding::CutShort),
    }
    let mut reading = walk.reading;
    reading.exchanges = walk.dialogue.into_log();
    reading.conclude();
    Ok(reading)
}

/// Why a walk over a card ends early.
enum Stop {
    NotVitale(StatusWord),
    Exchange(ExchangeError),
}

/// A file that the card does not give.
struct Refusal {
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
        let pointers = Pointer { name: "POINTERS".into(), application: vitale, fid: POINTERS };
        self.file(pointers)?;
        let Some(pointers) = self.reading.files.first() else {
            self.reading.findings.push(Finding::NoPointers);
            return Ok(());
        };
        let Pointers { mut files, lost } = Pointers::parse(&pointers.content);
        if lost > 0 {
            self.reading.findings.push(Finding::PointersLost { count: lost });
        }
        files.retain(|file| file.fid != POINTERS);
        files.sort_by_key(|file| order::rank(&file.name));
        Ok(files.into_iter().try_for_each(|file| self.file(file))?)
    }

    /// Reads a file and keeps what it says, or why it does not.
    fn file(&mut self, pointer: Pointer) -> Result<(), ExchangeError> {
        let content = match self.content(&pointer)? {
            Ok(content) => content,
            Err(Refusal { status, control }) => {
                let lock = Lock::of(status, &control);
                self.reading.closed.push(ClosedFile { pointer, status, lock });
                return Ok(());
            }
        };
        let decoded = self.layout.decode(&pointer.name, &content);
        let (data, elements) = decoded.map(|decoded| (decoded.data, decoded.elements)).unzip();
        for key in data.map(|data| merge(&mut self.reading.data, data)).unwrap_or_default() {
            self.reading.findings.push(Finding::FilesDisagree { key });
        }
        self.reading.files.push(OpenFile { pointer, content, elements: elements.unwrap_or_default() });
        Ok(())
    }

    fn content(&mut self, pointer: &Pointer) -> Result<Result<Vec<u8>, Refusal>, ExchangeError> {
        if self.selected.as_ref() != Some(&pointer.application) {
            let status = self.select_application(&pointer.application)?;
            if !status.is_processed() {
                return Ok(Err(Refusal { status, control: Vec::new() }));
            }
        }
        let selected = self.dialogue.send(&Command::select_file(&pointer.name, pointer.fid))?;
        if !selected.status.is_processed() {
            return Ok(Err(Refusal { status: selected.status, control: Vec::new() }));
        }
        let content = self.read_to_end(&pointer.name)?;
        Ok(content.map_err(|status| Refusal { status, control: selected.data }))
    }

    /// The current file in steps of 256 bytes until a short answer, as cardpeek reads (facts/cards.md C.5).
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

    fn select_application(&mut self, aid: &Aid) -> Result<StatusWord, ExchangeError> {
        let selected = self.dialogue.send(&Command::select_application(&application_name(aid), aid))?;
        self.selected = selected.status.is_processed().then(|| aid.clone());
        Ok(selected.status)
    }
}
