//! The files of a card, read one by one: selected, read to the end, decoded with a layout. What every terminal does,
//! whatever family the card is of.

pub(super) mod access;
pub(super) mod ber;
pub(super) mod merge;

use virtuale_engine::{Aid, Fid, Interface, StatusWord, image::Condition, tlv::Tag};

pub use access::Lock;

use self::merge::merge;
use super::{
    exchange::{Command, Dialogue, ExchangeError},
    remark::Remark,
};
use crate::profile::{
    layout::Layout,
    map::Element,
    tree::{Data, Node, Table},
};

/// The class of the commands: interindustry, on the basic channel.
const INTERINDUSTRY: u8 = 0x00;

/// The step of READ BINARY.
const STEP: u16 = 256;

/// READ BINARY reaches this many bytes of a file.
const LONGEST_FILE: u16 = 0x8000;

/// The highest number of a record.
const LAST_RECORD: u8 = 254;

/// One file, as a card or a layout names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pointer {
    /// Its name, up to 8 characters if a card gave it.
    pub name: String,
    /// The application that it is in; `None` for a zone of a word memory.
    pub application: Option<Aid>,
    /// Its identifier there, or the first address of the zone.
    pub fid: Fid,
}

/// A file that was read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpenFile {
    /// Where it is.
    pub pointer: Pointer,
    /// Its bytes, as far as the card gave them.
    pub content: Vec<u8>,
    /// What stands where.
    pub elements: Vec<Element>,
}

/// A file that the card does not give.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClosedFile {
    /// Where it is.
    pub pointer: Pointer,
    /// The status word that refused it.
    pub status: StatusWord,
    /// What would open it.
    pub lock: Lock,
    /// The condition for reading it by contacts, if the card says one: those of an application with the same one open
    /// together.
    pub condition: Option<Condition>,
}

/// A card whose files are being read.
pub(super) struct FileWalk<'a> {
    pub(super) dialogue: Dialogue<'a>,
    pub(super) layout: &'a Layout,
    /// On which the card answered.
    pub(super) interface: Interface,
    selected: Option<Aid>,
    /// What people call an application.
    name_of: fn(&Aid) -> String,
    pub(super) found: Found,
}

/// What the files said.
#[derive(Debug)]
pub(super) struct Found {
    /// Under the keys of card files.
    pub(super) data: Node,
    pub(super) files: Vec<OpenFile>,
    pub(super) closed: Vec<ClosedFile>,
    /// The keys of which a file says something else than the files before it.
    pub(super) contradictions: Vec<String>,
    /// What the card did that no card in order does.
    pub(super) failures: Vec<Remark>,
}

/// What a file holds.
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// The oldest first.
    Records(Vec<Vec<u8>>),
}

/// A file that the card gives.
struct Whole {
    content: Content,
    /// What SELECT told of it.
    control: Vec<u8>,
}

/// A file that the card does not give.
pub(super) struct Unread {
    /// What the card said.
    pub(super) status: StatusWord,
    /// What SELECT told of the file, if it got that far.
    pub(super) control: Vec<u8>,
}

impl Default for Found {
    fn default() -> Self {
        let data = Node::unwritten(Data::Table(Table::new()));
        Self { data, files: Vec::new(), closed: Vec::new(), contradictions: Vec::new(), failures: Vec::new() }
    }
}

impl<'a> FileWalk<'a> {
    pub(super) fn new(dialogue: Dialogue<'a>, layout: &'a Layout, name_of: fn(&Aid) -> String) -> Self {
        let dialogue = dialogue.with_waiting(layout.habits_of(INTERINDUSTRY).waiting);
        Self { dialogue, layout, interface: Interface::Contact, selected: None, name_of, found: Found::default() }
    }

    /// The same of a card with this answer to reset, which may be that of its antenna.
    pub(super) fn of_card(self, atr: &[u8]) -> Self {
        Self { interface: self.layout.interface_of(atr), ..self }
    }

    /// The files of the layout that are there on the card's interface, in the order of the layout; those of
    /// applications without AID are left out.
    pub(super) fn of_layout(&self) -> Vec<Pointer> {
        let pointer = |(name, application, fid): (&str, &Aid, Fid)| Pointer {
            name: name.into(),
            application: Some(application.clone()),
            fid,
        };
        self.layout.places(self.interface).map(pointer).collect()
    }

    /// Reads a file and keeps what it says, or why it does not.
    pub(super) fn file(&mut self, pointer: Pointer) -> Result<(), ExchangeError> {
        match self.content(&pointer)? {
            Ok(Whole { content, control }) => {
                self.found.failures.extend(other_size(&pointer, &content, &control));
                self.keep(pointer, content);
            }
            Err(Unread { status, control }) => {
                let lock = Lock::of(status, &control, self.interface);
                if lock == Lock::Unknown {
                    self.found.failures.push(Remark::file_refused(&pointer.name, status));
                }
                let condition = Lock::condition(&control);
                self.found.closed.push(ClosedFile { pointer, status, lock, condition });
            }
        }
        Ok(())
    }

    /// Keeps what a file says.
    pub(super) fn keep(&mut self, pointer: Pointer, parts: Content) {
        let decoded = match &parts {
            Content::Bytes(bytes) => self.layout.decode(&pointer.name, bytes),
            Content::Records(records) => {
                let records: Vec<&[u8]> = records.iter().map(Vec::as_slice).collect();
                self.layout.decode_records(&pointer.name, &records)
            }
        };
        let (data, elements) = decoded.map(|decoded| (decoded.data, decoded.elements)).unzip();
        let contradictions = data.map(|data| merge(&mut self.found.data, data));
        self.found.contradictions.extend(contradictions.into_iter().flatten());
        let content = parts.into_bytes();
        self.found.files.push(OpenFile { pointer, content, elements: elements.unwrap_or_default() });
    }

    fn content(&mut self, pointer: &Pointer) -> Result<Result<Whole, Unread>, ExchangeError> {
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
            Ok(bytes) => Ok(Ok(Whole { content: Content::Bytes(bytes), control })),
            Err(StatusWord::INCOMPATIBLE_WITH_FILE) => Ok(match self.records(&pointer.name, &control)? {
                Ok(records) => Ok(Whole { content: Content::Records(records), control }),
                Err(status) => Err(Unread { status, control }),
            }),
            Err(status) => Ok(Err(Unread { status, control })),
        }
    }

    /// The current file in steps of 256 bytes until a short answer, as cardpeek reads [CARDPEEK-VITALE2 reading].
    fn read_to_end(&mut self, name: &str) -> Result<Result<Vec<u8>, StatusWord>, ExchangeError> {
        let mut content = Vec::new();
        for offset in (0..LONGEST_FILE).step_by(usize::from(STEP)) {
            let part = self.dialogue.send(&Command::read_binary(name, offset)?)?;
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

    /// The records of the current file, the oldest first. A file without any is not one that is closed.
    fn records(&mut self, name: &str, control: &[u8]) -> Result<Result<Vec<Vec<u8>>, StatusWord>, ExchangeError> {
        let mut records = Vec::new();
        for number in 1..=LAST_RECORD {
            let record = self.dialogue.send(&Command::read_record(name, number))?;
            match record.status {
                status if status.is_processed() => records.push(record.data),
                StatusWord::RECORD_NOT_FOUND => break,
                status if records.is_empty() => return Ok(Err(status)),
                _ => break,
            }
        }
        if is_cyclic(control).unwrap_or_else(|| self.layout.is_cyclic(name)) {
            records.reverse();
        }
        Ok(Ok(records))
    }

    /// That something else was selected than the application that files were read in.
    pub(super) fn selected_elsewhere(&mut self) {
        self.selected = None;
    }

    /// That somebody else selected this application.
    pub(super) fn selected_as(&mut self, application: Aid) {
        self.selected = Some(application);
    }

    /// Selects an application.
    pub(super) fn select_application(&mut self, aid: &Aid) -> Result<StatusWord, ExchangeError> {
        let selected = self.dialogue.send(&Command::select_application(&(self.name_of)(aid), aid))?;
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

/// That the card gave more or less of a transparent file than its control parameters say is in it (tag 80). A size of
/// other than two bytes is none that is known here.
fn other_size(pointer: &Pointer, content: &Content, control: &[u8]) -> Option<Remark> {
    let Content::Bytes(bytes) = content else { return None };
    let size = ber::find_deep(control, Tag(0x80))?.try_into().map(u16::from_be_bytes).ok()?;
    let (length, size) = (bytes.len(), usize::from(size));
    let file = pointer.name.clone();
    (length != size && size <= usize::from(LONGEST_FILE)).then_some(Remark::FileNotWhole { file, length, size })
}

/// Whether control parameters describe a cyclic file, whose first record is the newest [ISO-7816-4 7.4.5]; `None` if
/// they do not say what the file is.
fn is_cyclic(control: &[u8]) -> Option<bool> {
    let descriptor = *ber::find_deep(control, Tag(0x82))?.first()?;
    Some(matches!(descriptor & 0x07, 0x06 | 0x07))
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::is_cyclic;

    #[test]
    fn the_descriptor_tells_cyclic_files() {
        assert_eq!(is_cyclic(&hex!("62 08 82 06 46 21 00 20 00 0C")), Some(true));
        assert_eq!(is_cyclic(&hex!("62 08 82 06 47 21 00 20 00 0C")), Some(true), "with records that are TLV");
        assert_eq!(is_cyclic(&hex!("62 08 82 06 42 21 00 20 00 0C")), Some(false));
        assert_eq!((is_cyclic(&[]), is_cyclic(&hex!("62 02 82 00"))), (None, None));
    }
}
