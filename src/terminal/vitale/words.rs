//! Reads a Vitale 1: fetches where its memory ends, then reads each zone by its address (facts/cards.md B.1).
//!
//! Which zones there are, and what stands in them, the layout says: of what the card itself says about its zones, too
//! little is public.

use jiff::civil::Date;
use virtuale_engine::Fid;

use super::{ClosedFile, Finding, Lock, Model, OpenFile, Pointer, ReadError, Reading, merge::merge};
use crate::{
    profile::layout::{Layout, WordMemory, Zone},
    terminal::{
        exchange::{Command, Dialogue, ExchangeError},
        link::Link,
    },
};

/// The most bytes that are read at once: whole words, no more than a length byte can say.
const STEP: usize = 252;

/// How many bytes order C0 fetches after a reset.
const IDENTITY: u8 = 8;

/// Reads a word memory.
pub(super) fn read(
    link: &mut dyn Link,
    layout: &Layout,
    memory: &WordMemory<'_>,
    today: Date,
) -> Result<Reading, ReadError> {
    let atr = link.atr().to_vec();
    let model = Model::of(&atr);
    let mut walk = Walk { dialogue: Dialogue::new(link), layout, reading: Reading::empty(atr, model, today) };
    let identity = walk.dialogue.send(&Command::fetch_words(IDENTITY));
    let read = match identity {
        Ok(identity) if !identity.status.is_processed() => {
            return Err(ReadError::NotWordMemory { model, status: identity.status });
        }
        Ok(identity) => {
            let end = identity.data.get(memory.end_at..).and_then(<[u8]>::first_chunk).copied().map(u16::from_be_bytes);
            if end != Some(memory.end) {
                walk.reading.findings.push(Finding::OtherMemory { end });
            }
            memory.zones.iter().try_for_each(|zone| walk.zone(zone))
        }
        Err(error) => Err(error),
    };
    match read {
        Ok(()) => {}
        Err(ExchangeError::Link(error)) => return Err(error.into()),
        Err(ExchangeError::Endless) => walk.reading.findings.push(Finding::CutShort),
    }
    let mut reading = walk.reading;
    reading.exchanges = walk.dialogue.into_log();
    reading.conclude(Model::Vitale1);
    Ok(reading)
}

/// A card that is being read.
struct Walk<'a> {
    dialogue: Dialogue<'a>,
    layout: &'a Layout,
    reading: Reading,
}

impl Walk<'_> {
    /// Reads a zone and keeps what it says, or that it is closed. A zone that is refused halfway is kept as far as it
    /// was read.
    fn zone(&mut self, zone: &Zone<'_>) -> Result<(), ExchangeError> {
        let pointer = Pointer { name: zone.name.to_owned(), application: None, fid: Fid(zone.address) };
        let mut content = Vec::new();
        for start in (0..zone.size).step_by(STEP) {
            let length = STEP.min(zone.size - start);
            let part = self.dialogue.send(&Command::read_words(zone.name, zone.address, start, length))?;
            if !part.status.is_processed() && start == 0 {
                let lock = if zone.readable == "never" { Lock::Never } else { Lock::Unknown };
                self.reading.closed.push(ClosedFile { pointer, status: part.status, lock });
                return Ok(());
            }
            content.extend_from_slice(part.data.get(..length).unwrap_or(&part.data));
            if part.data.len() < length {
                break;
            }
        }
        let decoded = self.layout.decode(zone.name, &content);
        let (data, elements) = decoded.map(|decoded| (decoded.data, decoded.elements)).unzip();
        for key in data.map(|data| merge(&mut self.reading.data, data)).unwrap_or_default() {
            self.reading.findings.push(Finding::FilesDisagree { key });
        }
        self.reading.files.push(OpenFile { pointer, content, elements: elements.unwrap_or_default() });
        Ok(())
    }
}
