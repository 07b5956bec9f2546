//! The cartes Vitale among the families that the terminal reads.

use jiff::civil::Date;

use super::{Known, Life, Lock, ReadError, Reading, Remark, judge, opposed_on, read_beside, view};
use crate::{
    lists::{
        Lists,
        opposition::{Entry, Serial},
    },
    profile::{
        families::{
            Family,
            vitale::{Vitale, word_memory},
        },
        layout::Layout,
        tree::Node,
    },
    terminal::{
        exchange::Exchange,
        guides::{CardReading, Guide, Seat, Unread, Written},
        holder::Holder,
        pages::{self, Format, Lang, Page, PaperCopy, Report},
        right::{Beside, Denial, Look, Side},
        told::Told,
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
        _holder: &mut dyn Holder,
    ) -> Result<Box<dyn CardReading>, Unread> {
        self.read_beside(transport, layout, today, &mut [])
    }

    /// A memory of words keeps nothing for professionals' cards.
    fn seat(&self, layout: &Layout) -> Seat {
        if word_memory(layout).is_some() { Seat::Alone } else { Seat::Patient }
    }

    fn read_beside(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        beside: &mut [Beside<'_>],
    ) -> Result<Box<dyn CardReading>, Unread> {
        match read_beside(transport, layout, today, beside) {
            Ok(reading) => Ok(Box::new(reading)),
            Err(ReadError::Transport(error)) => Err(error.into()),
            Err(error) => {
                let (message, hint) = pages::not_vitale(&error);
                Err(Unread::OtherCard { message, hint })
            }
        }
    }

    fn listed(&self, Written { data, today }: Written<'_>) -> Option<(Serial, Option<Entry>)> {
        let serial = data.at("carte.numero_serie").and_then(Node::text).and_then(Serial::new)?;
        Some((serial, opposed_on(data, today)))
    }

    fn life(&self, Written { data, today }: Written<'_>) -> Option<Life> {
        Some(judge(&view::volet(data).card, &Known::of_events(data, today), today.into()))
    }
}

impl CardReading for Reading {
    fn page(&self, place: &str, format: Format) -> Page {
        pages::reading(self, place, format)
    }

    fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    fn told(&self) -> Told<'_> {
        Told {
            side: Some(Side::Patient),
            looks: &self.looks,
            is_sealed: self.closed.iter().any(|file| file.lock == Lock::ProfessionalCard),
            is_cut_short: self.remarks.contains(&Remark::CutShort),
            ..Told::alone(&self.data, self.today)
        }
    }

    fn consult(&mut self, lists: &Lists) {
        Self::consult(self, lists);
    }

    fn is_broken(&self) -> bool {
        let is_broken_off = |look: &Look| look.outcome.as_ref().is_err_and(Denial::is_broken);
        self.looks.iter().any(is_broken_off) || self.remarks.iter().any(Remark::is_failure)
    }

    fn demonstration(&self, place: &str, attach: &[&str], format: Format) -> Page {
        pages::demo(self, place, attach, format)
    }

    fn paper_copy(&self, copy: PaperCopy, format: Format) -> Option<Page> {
        Some(pages::paper_copy(self, copy, format))
    }

    fn json(&self, source: &str, lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string(&Report::of(self, source, lang))
    }
}
