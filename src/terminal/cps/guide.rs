//! The professionals' cards among the families that the terminal reads.

use jiff::civil::Date;

use super::{ReadError, Reading, read, view};
use crate::{
    profile::{
        families::{Family, cps::Cps},
        layout::Layout,
        tree::Node,
    },
    terminal::{
        exchange::Exchange,
        guides::{CardReading, Guide, Unread, Written},
        holder::Holder,
        pages::{self, Format, Lang, Page, ProfessionalReport},
        transport::Transport,
    },
};

/// Reads professionals' cards.
#[derive(Clone, Copy, Debug)]
pub struct CpsGuide;

impl Guide for CpsGuide {
    fn family(&self) -> &'static str {
        Cps.name()
    }

    fn read(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        holder: &mut dyn Holder,
    ) -> Result<Box<dyn CardReading>, Unread> {
        match read(transport, layout, today, holder) {
            Ok(reading) => Ok(Box::new(reading)),
            Err(ReadError::Transport(error)) => Err(error.into()),
            Err(ReadError::NotProfessional { status }) => {
                let (message, hint) = pages::not_professional(status);
                Err(Unread::OtherCard { message, hint })
            }
        }
    }

    fn holder_code(&self, data: &Node) -> Option<String> {
        view::code(data)
    }

    fn written(&self, Written { data, today }: Written<'_>, format: Format) -> Option<Page> {
        Some(pages::professional_data(data, today.into(), format))
    }
}

impl CardReading for Reading {
    fn page(&self, place: &str, format: Format) -> Page {
        pages::professional(self, place, format)
    }

    fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    fn json(&self, source: &str, lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string(&ProfessionalReport::of(self, source, lang))
    }
}
