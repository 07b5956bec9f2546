//! Where a card is that is to be read: in a card file, or in a reader. It is opened when its turn comes.

use std::{
    borrow::Cow,
    path::{Path, PathBuf},
};

use super::{Args, layout_by_atr, stop::Stop, trouble::unpowered};
use crate::{
    billing::codes::Code,
    cli::{Failure, cards, language::Language, messages::Message, waiting::Waiting},
    profile::{Profile, layout::Layout},
    terminal::{
        guides::{Guides, Seat},
        right::Side,
        transport::{
            Transport,
            pcsclite::{ListedReader, Service, default_socket},
            real::RealReader,
        },
    },
};

/// Where a card is.
pub(super) struct Place {
    /// What people call it: the argument, or the reader's name.
    pub(super) name: String,
    kind: Kind,
}

enum Kind {
    /// A card that no reader holds.
    File(Result<Box<Profile>, Option<Failure>>),
    /// The card in a reader of a PC/SC service: its answer to reset, and the layout that somebody named.
    Reader { socket: PathBuf, atr: Vec<u8>, named: Option<String> },
}

/// A card that was opened.
pub(super) struct Opened<'a> {
    pub(super) transport: Box<dyn Transport>,
    pub(super) layout: Cow<'a, Layout>,
}

impl Place {
    /// That of a card file or a built-in card. What is wrong with it is told when its turn comes.
    pub(super) fn file(card: &Path, args: &Args) -> Self {
        if let Some(real) = RealReader::named(card) {
            return match real.find(None) {
                Ok(found) => match args.lifelike.refuse_of(&real.label()) {
                    Ok(()) => Self::at(found.socket, &found.reader, args),
                    Err(failure) => Self { name: real.label(), kind: Kind::File(Err(Some(failure))) },
                },
                Err(error) => Self { name: real.label(), kind: Kind::File(Err(Some(cards::unreal(error)))) },
            };
        }
        let profile = cards::profile(card, &args.reproducible).map(Box::new).map_err(Some);
        Self { name: card.to_string_lossy().into_owned(), kind: Kind::File(profile) }
    }

    /// That of a card in a reader.
    pub(super) fn reader(reader: &ListedReader, args: &Args) -> Self {
        Self::at(default_socket(), reader, args)
    }

    fn at(socket: PathBuf, reader: &ListedReader, args: &Args) -> Self {
        let kind = Kind::Reader { socket, atr: reader.atr.clone(), named: args.layout.clone() };
        Self { name: reader.name.clone(), kind }
    }

    /// What the card is in a visit, as far as can be seen before it is opened.
    pub(super) fn seat(&self) -> Seat {
        match &self.kind {
            Kind::File(Ok(profile)) => Guides::built_in().seat(profile.layout()),
            Kind::File(Err(_)) => Seat::Alone,
            Kind::Reader { atr, named, .. } => {
                let layout = named.as_deref().unwrap_or_else(|| layout_by_atr(atr));
                cards::layout(layout).map_or(Seat::Alone, |layout| Guides::built_in().seat(&layout))
            }
        }
    }

    /// Whose card it is, for the interface's numbers: one that is no professional's is to be a patient's.
    pub(super) fn side(&self) -> Side {
        if self.seat() == Seat::Professional { Side::Professional } else { Side::Patient }
    }

    /// Opens the card. One in a reader is ours until it is closed: what others select meanwhile would come out on the
    /// page.
    ///
    /// # Errors
    ///
    /// That there is no card, or none that answers.
    pub(super) fn open(&mut self, args: &Args, language: Language) -> Result<Opened<'_>, Stop> {
        let side = self.side();
        let name = &self.name;
        match &mut self.kind {
            Kind::File(Err(failure)) => {
                let none = || Failure::environment(Message::NoCard.said(), Message::GiveCardFile.said());
                Err(failure.take().unwrap_or_else(none).into())
            }
            Kind::File(Ok(profile)) => {
                let stop = |error| Stop::new(Code::of_opening(&error, side), unpowered(name, &error));
                let transport = cards::lifelike_in_process(profile, &args.reproducible, &args.lifelike, language)?;
                let transport = transport.map_err(stop)?;
                Ok(Opened { transport: Box::new(transport), layout: Cow::Borrowed(profile.layout()) })
            }
            Kind::Reader { socket, named, .. } => {
                let waiting = Waiting::begin(name, language);
                let service = Service::establish(socket).map_err(|error| Stop::no_service(&error))?;
                let mut transport = service.into_connection(name).map_err(|error| Stop::kept(name, &error, side))?;
                transport.begin_first_transaction().map_err(|error| Stop::kept(name, &error, side))?;
                drop(waiting);
                let layout = named.as_deref().unwrap_or_else(|| layout_by_atr(transport.atr()));
                let layout = Cow::Owned(cards::layout(layout)?);
                Ok(Opened { transport: Box::new(transport), layout })
            }
        }
    }
}
