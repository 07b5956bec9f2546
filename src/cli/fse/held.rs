//! The cards that a verb holds: of card files, or in readers.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        Failure, cards,
        language::Language,
        messages::Message,
        options::{Lifelike, Reproducible},
        read::{kept, layout_by_atr, no_service, power_up},
        waiting::Waiting,
    },
    profile::{
        Profile,
        families::{Family, cps::Cps, vitale::Vitale},
        layout::Layout,
    },
    terminal::transport::{Transport, pcsclite},
};

/// Where cards are.
#[derive(Debug, clap::Args)]
pub(super) struct Where {
    /// A card file, or the name of a built-in card: the Vitale and the professional's card, in any order
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// The reader that a card is in, by its name, in place of --card
    #[arg(long = "reader", value_name = "NAME", conflicts_with = "cards")]
    readers: Vec<String>,
    #[command(flatten)]
    lifelike: Lifelike,
}

/// A card that is held.
pub(super) struct Held<'s> {
    /// Where it is: a card file, or a reader.
    pub(super) place: String,
    layout: Known,
    /// The way to it.
    pub(super) transport: Box<dyn Transport + 's>,
}

/// What is known of a card.
enum Known {
    Profile(Box<Profile>),
    Layout(Box<Layout>),
}

/// The cards of a visit.
#[derive(Default)]
pub(super) struct Both<'s> {
    /// The patient's.
    pub(super) vitale: Option<Held<'s>>,
    /// The professional's.
    pub(super) professional: Option<Held<'s>>,
}

impl Where {
    /// One way to a service for each reader: a service serves one card at a time.
    ///
    /// # Errors
    ///
    /// That there is no service, or that one reader is named twice.
    pub(super) fn services(&self) -> Result<Vec<pcsclite::Service>, Failure> {
        // Each is asked for alone: a second time it would wait for us.
        let mut before = BTreeSet::new();
        if let Some(name) = self.readers.iter().find(|name| !before.insert(*name)) {
            return Err(Failure::usage(Message::ReaderTwice { name }.said(), Message::GiveBothCards.said()));
        }
        let socket = pcsclite::default_socket();
        let service = |_: &String| pcsclite::Service::establish(&socket).map_err(|error| no_service(&error));
        self.readers.iter().map(service).collect()
    }

    /// Holds the cards.
    ///
    /// # Errors
    ///
    /// That one cannot be read, or is of no kind that is wanted, or of the same kind as another.
    pub(super) fn hold<'s>(
        &self,
        services: &'s mut [pcsclite::Service],
        reproducible: &Reproducible,
        language: Language,
    ) -> Result<Both<'s>, Failure> {
        if !self.cards.is_empty() {
            self.lifelike.expect(&self.cards)?;
            self.lifelike.rehearse(&self.cards, reproducible)?;
        }
        let mut both = Both::default();
        for card in &self.cards {
            both.add(of_file(card, reproducible, (&self.lifelike, language))?)?;
        }
        if self.cards.is_empty() {
            self.lifelike.refuse_of_reader()?;
        }
        self.lifelike.end()?;
        for (reader, service) in self.readers.iter().zip(services) {
            both.add(in_reader(reader, service, language)?)?;
        }
        Ok(both)
    }
}

impl<'s> Both<'s> {
    fn add(&mut self, held: Held<'s>) -> Result<(), Failure> {
        let family = held.layout().family().name();
        let place = match family {
            _ if family == Vitale.name() => &mut self.vitale,
            _ if family == Cps.name() => &mut self.professional,
            _ => {
                let message = Message::NeitherCard { place: &held.place }.said();
                return Err(Failure::usage(message, Message::GiveBothCards.said()));
            }
        };
        if place.is_some() {
            let message = Message::SecondCard { place: &held.place }.said();
            return Err(Failure::usage(message, Message::GiveBothCards.said()));
        }
        *place = Some(held);
        Ok(())
    }
}

impl Held<'_> {
    /// Its layout.
    pub(super) fn layout(&self) -> &Layout {
        self.layout.layout()
    }

    /// Its layout, and the way to it.
    pub(super) fn parts(&mut self) -> (&Layout, &mut dyn Transport) {
        (self.layout.layout(), &mut *self.transport)
    }
}

impl Known {
    fn layout(&self) -> &Layout {
        match self {
            Self::Profile(profile) => profile.layout(),
            Self::Layout(layout) => layout,
        }
    }
}

fn of_file<'s>(card: &Path, reproducible: &Reproducible, lifelike: (&Lifelike, Language)) -> Result<Held<'s>, Failure> {
    let place = card.to_string_lossy().into_owned();
    let profile = cards::profile(card, reproducible)?;
    let transport = Box::new(power_up(&profile, reproducible, lifelike, &place)?);
    Ok(Held { place, layout: Known::Profile(Box::new(profile)), transport })
}

fn in_reader<'s>(reader: &str, service: &'s mut pcsclite::Service, language: Language) -> Result<Held<'s>, Failure> {
    let waiting = Waiting::begin(reader, language);
    let mut transport = service.connect(reader).map_err(|error| kept(reader, &error))?;
    transport.begin_first_transaction().map_err(|error| kept(reader, &error))?;
    drop(waiting);
    let layout = Known::Layout(Box::new(cards::layout(layout_by_atr(transport.atr()))?));
    Ok(Held { place: reader.to_owned(), layout, transport: Box::new(transport) })
}
