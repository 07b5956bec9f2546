//! The cartes Vitale: the word memory of the first generation and the files of the second. Both carry the same volet,
//! so that they have one vocabulary of card files.

mod cards;
mod copies;
pub mod events;
mod face;
mod follow;
mod history;
#[cfg(test)]
mod history_tests;
mod memory;
mod model;
mod names;

use std::sync::Arc;

use jiff::civil::Date;
use virtuale_applets::{
    layouts,
    vitale1::{self, Vitale1},
};
use virtuale_engine::{applet::Applet, ins::Ins};

pub use self::{
    memory::{WordMemory, Zone, word_memory},
    model::Model,
};

/// The class of the instructions of a word memory, and their bytes.
pub use vitale1::{CLASS as WORD_CLASS, instruction as word_instruction};

use super::{BuiltIn, Contradiction, Face, Family, Note, OwnCommand, Part};
use crate::profile::{
    layout::{Layout, Report, Tables},
    map::CardMap,
    said::Bilingual,
    schema::Doc,
    tree::{CardDate, Node},
};

/// The family of the cartes Vitale.
#[derive(Clone, Copy, Debug)]
pub struct Vitale;

/// The layout of the word memory.
const FIRST: &str = "vitale1";

/// The layout with files.
const SECOND: &str = "vitale2";

impl Family for Vitale {
    fn name(&self) -> &'static str {
        "vitale"
    }

    fn title(&self) -> Doc {
        Doc { en: "A virtual health card".into(), fr: "Une carte de santé virtuelle".into() }
    }

    fn keys(&self) -> &'static str {
        layouts::VITALE_KEYS
    }

    fn layouts(&self) -> &'static [BuiltIn] {
        &[BuiltIn { name: FIRST, text: layouts::VITALE1 }, BuiltIn { name: SECOND, text: layouts::VITALE2 }]
    }

    fn cards(&self) -> &'static [BuiltIn] {
        &cards::CARDS
    }

    fn layout_of(&self, atr: &[u8]) -> Option<&'static str> {
        match Model::of(atr) {
            Model::Vitale1 => Some(FIRST),
            Model::Vitale2 | Model::LikeVitale2 => Some(SECOND),
            Model::Unknown => None,
        }
    }

    fn beside(&self) -> &'static [&'static str] {
        &["evenement"]
    }

    fn contradictions(&self, data: &Node) -> Vec<Contradiction> {
        [copies::contradictions(data), history::contradictions(data)].concat()
    }

    fn tell_update(&self, data: &mut Node, before: &Node, day: CardDate) {
        events::tell_update(data, before, day);
    }

    fn follows(&self, data: &Node) -> Vec<&'static str> {
        history::follows(data)
    }

    fn settle(&self, data: &mut Node, today: Date) {
        events::settle(data, today);
    }

    fn notes(&self, data: &Node) -> Vec<Note> {
        copies::notes(data)
    }

    fn applets(&self) -> &'static [&'static str] {
        &[vitale1::NAME]
    }

    fn applet(&self, name: &str, layout: &Layout, data: &Node) -> Option<Box<dyn Applet>> {
        if name != vitale1::NAME {
            return None;
        }
        memory::settings(layout, data).map(|settings| Box::new(Vitale1::new(settings)) as Box<dyn Applet>)
    }

    fn part(&self, tables: &Tables<'_>) -> Option<Arc<dyn Part>> {
        memory::read(tables).map(|memory| Arc::new(memory) as Arc<dyn Part>)
    }

    fn check(&self, layout: &Layout, report: &Report) {
        memory::check(layout, report);
    }

    fn command_name(&self, command: &[u8]) -> Option<Bilingual> {
        names::command_name(command)
    }

    fn secret_of<'c>(&self, command: &'c [u8]) -> Option<&'c [u8]> {
        match command {
            &[vitale1::CLASS, ins, _, _, _, ref code @ ..] if Ins(ins) == vitale1::instruction::PRESENT => {
                Some(code).filter(|code| !code.is_empty())
            }
            _ => None,
        }
    }

    fn follow(&self, map: &CardMap, header: [u8; 4]) -> Option<OwnCommand> {
        follow::follow(map, header)
    }

    fn file_behind(&self, map: &CardMap, file: usize) -> Option<usize> {
        follow::zone_behind(map, file)
    }

    fn face(&self, data: &Node) -> Face {
        face::face(data)
    }
}
