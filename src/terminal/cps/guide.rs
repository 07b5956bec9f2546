//! The professionals' cards among the families that the terminal reads.

use jiff::civil::Date;

use super::{Professional, ReadError, Reading, read, view};
use crate::{
    profile::{
        families::{Family, cps::Cps},
        layout::Layout,
        tree::Node,
    },
    terminal::{
        exchange::Exchange,
        guides::{CardReading, Guide, Seat, Unread, Written},
        holder::Holder,
        pages::{self, Format, Lang, Page, ProfessionalReport},
        right::{Bearer, Side},
        told::Told,
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

    fn seat(&self, _layout: &Layout) -> Seat {
        Seat::Professional
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

    fn told(&self) -> Told<'_> {
        Told {
            side: Some(Side::Professional),
            proof: self.codes.proof,
            is_cut_short: self.cut_short,
            ..Told::alone(&self.data, self.today)
        }
    }

    fn is_broken(&self) -> bool {
        self.cut_short || !self.failures.is_empty()
    }

    fn bearer(&self) -> Option<Bearer> {
        let Professional { card, holder, .. } = &self.professional;
        let person = [&holder.first_name, &holder.name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let employer = || holder.employer.as_ref().and_then(|employer| employer.name.clone());
        let name = Some(person).filter(|name| !name.is_empty()).or_else(employer);
        Some(Bearer { place: String::new(), name, kind: card.kind.clone() })
    }

    fn json(&self, source: &str, lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string(&ProfessionalReport::of(self, source, lang))
    }
}
