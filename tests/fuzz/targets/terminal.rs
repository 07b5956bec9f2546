//! A terminal reads a card that does not mean well.
//!
//! The input says what happens to each answer of an honest Vitale 2, and then to those of an honest Vitale 1, one after
//! the other: below `80` nothing; else it is changed in one byte, replaced, cut, given another status word, or the card
//! falls silent. When the input is over, the card is honest again, or answers the same for ever.
//!
//! The same input is taken for the record of a copy of a care form, and says what becomes of the answers of a card on
//! which one is left.

use virtuale::{
    profile::layout::Layout,
    terminal::{
        copies::{Copy, append},
        exchange::Dialogue,
        pages::{self, Format, Lang, PaperCopy},
        transport::{Transport, TransportError},
        vitale::read,
    },
};
use virtuale_engine::{Card, Fault, Interface, Protocol, Reset, Response};

use super::{cards, decode, text};

/// No honest card takes so many commands, and no other may.
const MOST_COMMANDS: usize = 100_000;

/// A copy of a care form as a card has it.
const RECORD: &[u8] = include_bytes!("../corpus/terminal/a_copy_of_a_care_form.bin");

/// Reads the card, and makes all pages of what came of it.
pub(super) fn run(data: &[u8]) {
    read_card(cards::card(0), decode::vitale2(), data);
    read_card(cards::word_memory(false), decode::vitale1(), data);
    copy(decode::vitale2(), data);
}

/// Takes the input for a copy of a care form, and leaves one on the card.
fn copy(layout: &Layout, data: &[u8]) {
    let read = Copy::of_record(layout, data).ok().flatten();
    let Some(form) = read.or_else(|| Copy::of_record(layout, RECORD).ok().flatten()) else { return };
    // Whatever is taken for a copy has its place, and is the same again.
    let record = form.record(layout).expect("it has its place");
    assert_eq!(Copy::of_record(layout, &record).ok().flatten().as_ref(), Some(&form));
    let mut card = cards::card(0);
    card.power_up(Interface::Contact).expect("an answer to reset");
    let mut transport = Hostile { card, plan: data, commands: 0, stuck: None };
    // Whether a hostile card says that it keeps the copy is its own affair.
    let _ = append(&mut Dialogue::new(&mut transport), layout, &form);
}

fn read_card(mut card: Box<dyn Card>, layout: &Layout, data: &[u8]) {
    card.power_up(Interface::Contact).expect("an answer to reset");
    let mut transport = Hostile::new(card, data);
    let Ok(reading) = read(&mut transport, layout, text::OPTIONS.today) else { return };
    for lang in [Lang::En, Lang::Fr] {
        let exoneration = lang == Lang::Fr;
        let format = Format { width: data.len(), ..Format::new(lang) };
        let shown = [
            pages::reading(&reading, "a place", format),
            pages::demo(&reading, "a place", &["a line"], format),
            pages::exchanges(&reading.exchanges, format),
            pages::paper_copy(&reading, PaperCopy { exoneration }, format),
        ];
        assert!(shown.iter().all(|page| !page.plain().is_empty()));
        assert!(pages::Report::of(&reading, "a place", lang).atr.len() >= 4);
    }
}

/// A card of whose answers an input says what becomes.
pub(super) struct Hostile<'a> {
    card: Box<dyn Card>,
    plan: &'a [u8],
    commands: usize,
    /// What it answers for ever.
    stuck: Option<Vec<u8>>,
}

impl<'a> Hostile<'a> {
    pub(super) fn new(card: Box<dyn Card>, plan: &'a [u8]) -> Self {
        Self { card, plan, commands: 0, stuck: None }
    }

    fn take(&mut self) -> u8 {
        let (first, rest) = self.plan.split_first().map_or((0, self.plan), |(&first, rest)| (first, rest));
        self.plan = rest;
        first
    }

    fn take_bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.take()).min(self.plan.len());
        let (bytes, rest) = self.plan.split_at(length);
        self.plan = rest;
        bytes.to_vec()
    }

    /// What becomes of an honest answer; `None` is silence.
    fn change(&mut self, mut honest: Vec<u8>) -> Option<Vec<u8>> {
        match self.take() {
            0x00..=0x7F => {}
            0x80..=0xAF => {
                let (at, change) = (usize::from(self.take()), self.take());
                if let Some(byte) = honest.get_mut(at) {
                    *byte ^= change;
                }
            }
            0xB0..=0xCF => honest = self.take_bytes(),
            0xD0..=0xDF => honest.truncate(usize::from(self.take())),
            0xE0..=0xEF => {
                honest.truncate(honest.len().saturating_sub(2));
                honest.extend([self.take(), self.take()]);
            }
            0xF0..=0xF7 => {
                honest = self.take_bytes();
                self.stuck = Some(honest.clone());
            }
            _ => return None,
        }
        Some(honest)
    }
}

impl Transport for Hostile<'_> {
    fn atr(&self) -> &[u8] {
        self.card.atr().as_bytes()
    }

    fn protocol(&self) -> Protocol {
        Protocol::T0
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        Ok(kind.apply(&mut *self.card, Interface::Contact)?)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        self.commands += 1;
        assert!(self.commands < MOST_COMMANDS, "the terminal does not come to an end");
        let given = match self.stuck.clone() {
            Some(stuck) => Some(stuck),
            None => {
                self.card.transmit(command, response)?;
                self.change(response.as_bytes().to_vec())
            }
        };
        response.clear();
        response.extend(&given.ok_or(Fault::Mute)?);
        Ok(())
    }
}
