//! The cartes Vitale among the families that the terminal reads.

use jiff::civil::Date;

use super::{ReadError, Reading, read};
use crate::{
    profile::{
        families::{Family, vitale::Vitale},
        layout::Layout,
    },
    terminal::{
        exchange::Exchange,
        guides::{CardReading, Guide, Unread},
        pages::{self, Lang, Page, PaperCopy, Report},
        transport::Transport,
    },
};

/// Reads cartes Vitale.
#[derive(Clone, Copy, Debug)]
pub struct VitaleGuide;

impl Guide for VitaleGuide {
    fn family(&self) -> &'static str {
        Vitale.name()
    }

    fn read(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
    ) -> Result<Box<dyn CardReading>, Unread> {
        match read(transport, layout, today) {
            Ok(reading) => Ok(Box::new(reading)),
            Err(ReadError::Transport(error)) => Err(error.into()),
            Err(ReadError::Unsendable(error)) => Err(Unread::OtherCard {
                message: error.to_string(),
                hint: "see where the layout has the files of this card",
            }),
            Err(error @ (ReadError::NotVitale { .. } | ReadError::NotWordMemory { .. })) => {
                let hint = "this terminal reads Vitale 1 and Vitale 2 cards";
                Err(Unread::OtherCard { message: error.to_string(), hint })
            }
        }
    }
}

impl CardReading for Reading {
    fn page(&self, place: &str, lang: Lang) -> Page {
        pages::reading(self, place, lang)
    }

    fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    fn demonstration(&self, place: &str, attach: &[&str], lang: Lang) -> Page {
        pages::demo(self, place, attach, lang)
    }

    fn paper_copy(&self, copy: PaperCopy, lang: Lang) -> Option<Page> {
        Some(pages::paper_copy(self, copy, lang))
    }

    fn json(&self, lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Report::of(self, lang))
    }
}
