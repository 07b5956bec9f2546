//! Cards and data for the tests of the terminal.

use std::collections::BTreeMap;

use hex_literal::hex;
use serde_json::Value;
use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response, StatusWord};

use crate::{
    profile::tree::{CardDate, Data, Node},
    toy::Toy,
};

/// A T=0 card of some files, each under the AID of its application and its identifier.
pub(super) struct ToyCard {
    atr: Atr,
    files: BTreeMap<(Vec<u8>, u16), ToyFile>,
    application: Vec<u8>,
    file: Option<u16>,
    waiting: Vec<u8>,
}

/// A file of a toy card.
#[derive(Clone, Debug)]
pub(super) struct ToyFile {
    /// What SELECT answers.
    pub(super) control: Vec<u8>,
    /// Its bytes, or the status word that refuses them.
    pub(super) content: Result<Vec<u8>, u16>,
}

impl ToyFile {
    /// A file that all may read.
    pub(super) fn open(content: &[u8]) -> Self {
        Self { control: hex!("62 03 80 01 00").to_vec(), content: Ok(content.to_vec()) }
    }
}

impl Default for ToyCard {
    fn default() -> Self {
        let atr = Atr::parse(&hex!("3B 75 13 00 00 44 09 EA 90 00")).expect("a public ATR");
        Self { atr, files: BTreeMap::new(), application: Vec::new(), file: None, waiting: Vec::new() }
    }
}

impl ToyCard {
    /// The same card with a further file.
    pub(super) fn with(mut self, application: &[u8], fid: u16, file: ToyFile) -> Self {
        self.files.insert((application.to_vec(), fid), file);
        self
    }

    /// The same card with another answer to reset.
    pub(super) fn with_atr(mut self, atr: &[u8]) -> Self {
        self.atr = Atr::parse(atr).expect("an ATR");
        self
    }

    fn select(&mut self, p1: u8, name: &[u8]) -> u16 {
        if p1 == 0x04 {
            if !self.files.keys().any(|(application, _)| application == name) {
                return 0x6A82;
            }
            self.application = name.to_vec();
            return 0x9000;
        }
        let Ok(fid) = name.try_into().map(u16::from_be_bytes) else { return 0x6A80 };
        match self.files.get(&(self.application.clone(), fid)) {
            Some(file) => {
                self.file = Some(fid);
                self.waiting.clone_from(&file.control);
                StatusWord::bytes_remaining(file.control.len()).0
            }
            None => 0x6A82,
        }
    }

    fn read(&self, offset: usize) -> Result<Vec<u8>, u16> {
        let fid = self.file.ok_or(0x6986_u16)?;
        let content = self.files[&(self.application.clone(), fid)].content.clone()?;
        let rest = content.get(offset..).filter(|rest| !rest.is_empty() || offset == 0).ok_or(0x6B00_u16)?;
        Ok(rest[..rest.len().min(256)].to_vec())
    }
}

impl Card for ToyCard {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        self.reset()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.application.clear();
        self.file = None;
        Ok(())
    }

    fn power_off(&mut self) {}

    fn select_protocol(&mut self, _: Protocol) -> Result<(), Fault> {
        Ok(())
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        let status = match *command {
            [0x00, 0xA4, p1, 0x00, length, ref name @ ..] if name.len() == usize::from(length) => self.select(p1, name),
            [0x00, 0xB0, high, low, 0x00] => match self.read(usize::from(u16::from_be_bytes([high, low]))) {
                Ok(data) => {
                    response.extend(&data);
                    0x9000
                }
                Err(status) => status,
            },
            [0x00, 0xC0, 0x00, 0x00, length] if usize::from(length) == self.waiting.len() => {
                response.extend(&self.waiting);
                0x9000
            }
            [0x00, 0xC0, 0x00, 0x00, _] => StatusWord::wrong_le(self.waiting.len()).0,
            _ => 0x6D00,
        };
        response.finish(StatusWord(status));
        Ok(())
    }
}

/// A card that answers these, in a circle, whatever it is asked.
pub(crate) fn parrot(responses: Vec<Vec<u8>>) -> impl Card {
    let mut next = 0;
    Toy::with_atr(*ToyCard::default().atr(), move |_: &[u8], response: &mut Response| {
        response.clear();
        let said: &Vec<u8> = responses.get(next % responses.len().max(1)).ok_or(Fault::Mute)?;
        response.extend(said);
        next += 1;
        Ok(())
    })
}

/// A tree of card data from JSON; text like `2026-01-15` is a date.
pub(crate) fn tree(value: &Value) -> Node {
    Node::unwritten(match value {
        Value::Object(entries) => Data::Table(entries.iter().map(|(key, value)| (key.clone(), tree(value))).collect()),
        Value::Array(members) => Data::List(members.iter().map(tree).collect()),
        Value::Bool(flag) => Data::Flag(*flag),
        Value::Number(number) => Data::Number(number.as_u64().expect("a natural number")),
        Value::String(text) => date(text).map_or_else(|| Data::Text(text.clone()), Data::Date),
        Value::Null => panic!("a tree has no empty values"),
    })
}

/// A date as `2026-01-15`.
pub(super) fn date(text: &str) -> Option<CardDate> {
    let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return None };
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    Some(CardDate { year, month, day, hour: 0, minute: 0 })
}
