//! How the terminal reads the cards of each family.
//!
//! What a family is, `profile::families` says; how its files are found and what a person sees of them is knowledge of
//! the terminal, and stands here as a [`Guide`]. Those of the program stand in one place, `BUILT_IN`; a user of the
//! library adds others with [`Guides::with`]. A family without a guide is read as its layout says, file by file
//! ([`plain`]).

use std::fmt;

use jiff::civil::Date;

use super::{
    cps,
    exchange::Exchange,
    holder::{Holder, Nobody},
    pages::{self, Format, Lang, Page, PaperCopy},
    plain,
    right::{Bearer, Beside},
    told::Told,
    transport::{Transport, TransportError},
    vitale::{self, Life},
};
use crate::{
    lists::{
        Lists,
        opposition::{Entry, Serial},
    },
    profile::{layout::Layout, schema::Doc, tree::Node},
};

/// The guides of the program: the one place where they are listed.
const BUILT_IN: &[&dyn Guide] = &[&vitale::VitaleGuide, &cps::CpsGuide];

/// What a card is where several are read together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Seat {
    /// It has nothing to do with the others.
    Alone,
    /// A patient's: a professional's may open what it keeps for them.
    Patient,
    /// A professional's.
    Professional,
}

/// How cards of one family are read.
pub trait Guide: Sync {
    /// The name of the family, as layouts write it.
    fn family(&self) -> &'static str;

    /// Reads a card over any transport, with a layout of the family. The holder is asked for a code where the card has
    /// something that only this opens.
    ///
    /// # Errors
    ///
    /// [`Unread`] if the transport fails or the card is something else.
    fn read(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        holder: &mut dyn Holder,
    ) -> Result<Box<dyn CardReading>, Unread>;

    /// What a card with this layout is where several are read together.
    fn seat(&self, _layout: &Layout) -> Seat {
        Seat::Alone
    }

    /// Reads a patient's card with professionals' cards beside it; any other card without them.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    fn read_beside(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        _beside: &mut [Beside<'_>],
    ) -> Result<Box<dyn CardReading>, Unread> {
        self.read(transport, layout, today, &mut Nobody)
    }

    /// The code of the holder that a card file gives a card; `None` where cards of the family have none, or none that
    /// opens what is read.
    fn holder_code(&self, _data: &Node) -> Option<String> {
        None
    }

    /// What a terminal may do on a day with the card of a card file, by all that the file says happened to it; `None`
    /// where cards of the family have no such life.
    fn life(&self, _written: Written<'_>) -> Option<Life> {
        None
    }

    /// By which number opposition lists know the card of a card file, and what its issuer would put on the list of the
    /// day; `None` where cards of the family are on none.
    fn listed(&self, _written: Written<'_>) -> Option<(Serial, Option<Entry>)> {
        None
    }

    /// What a card file says of a card, besides what is printed on it; `None` where that says it all.
    fn written(&self, _written: Written<'_>, _format: Format) -> Option<Page> {
        None
    }
}

/// What a card file says.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The data, under the keys of card files.
    pub data: &'a Node,
    /// The day on which its validity is judged.
    pub today: Date,
}

/// A card that was read, for people and for programs.
pub trait CardReading: fmt::Debug {
    /// All that it says. `place` is where it is: a reader's name, or a file.
    fn page(&self, place: &str, format: Format) -> Page;

    /// Every command that went to the card, and what was answered, in order.
    fn exchanges(&self) -> &[Exchange];

    /// What it told, for whoever makes another form of it.
    fn told(&self) -> Told<'_>;

    /// Asks lists about the card: what may be done with it is then said by them too. Cards of most families are on
    /// none.
    fn consult(&mut self, _lists: &Lists) {}

    /// The page of a demonstration: the same, the first commands, and how one's own program is attached. `attach` are
    /// the lines that do it; they are shown as they are.
    fn demonstration(&self, place: &str, attach: &[&str], format: Format) -> Page {
        let mut page = self.page(place, format);
        pages::demonstrate(&mut page, self.exchanges(), attach, format.lang);
        page
    }

    /// Whether something failed as it was read, so that it may not be all: the card refused a file without a reason or
    /// gave another length of it than it says, or a professional's card beside it was asked for what it then did not
    /// keep up: it went, something between the cards was changed, or they do not go on under secure messaging.
    fn is_broken(&self) -> bool {
        false
    }

    /// Whose card it is, if it is a professional's; where it is, the reading does not know.
    fn bearer(&self) -> Option<Bearer> {
        None
    }

    /// The copy on paper that the holder may ask for; `None` where cards of the family have none.
    fn paper_copy(&self, _copy: PaperCopy, _format: Format) -> Option<Page> {
        None
    }

    /// The same as JSON, in one line. Only sentences are in the language given. `source` is where the card is, as in
    /// [`page`](Self::page).
    ///
    /// # Errors
    ///
    /// What serializing says; values that come from a card always have a form in JSON.
    fn json(&self, source: &str, lang: Lang) -> serde_json::Result<String>;
}

/// Why a card gave no reading.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The transport to the card is gone.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The card is not of the family.
    #[error("{}", message.en)]
    OtherCard {
        /// How that was seen.
        message: Doc,
        /// Which cards can be read.
        hint: Doc,
    },
}

/// A list of guides.
#[derive(Clone)]
pub struct Guides(Vec<&'static dyn Guide>);

impl Default for Guides {
    fn default() -> Self {
        Self::built_in()
    }
}

impl fmt::Debug for Guides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|guide| guide.family())).finish()
    }
}

impl Guides {
    /// Those of the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self(BUILT_IN.to_vec())
    }

    /// With one more, which takes the place of one of the same family.
    #[must_use]
    pub fn with(mut self, guide: &'static dyn Guide) -> Self {
        match self.0.iter_mut().find(|known| known.family() == guide.family()) {
            Some(known) => *known = guide,
            None => self.0.push(guide),
        }
        self
    }

    /// Reads a card as the guide of its layout's family does, without any other card.
    ///
    /// # Errors
    ///
    /// [`Unread`] if the transport fails or the card is something else.
    pub fn read(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        holder: &mut dyn Holder,
    ) -> Result<Box<dyn CardReading>, Unread> {
        match self.of(layout) {
            Some(guide) => guide.read(transport, layout, today, holder),
            None => Ok(Box::new(plain::read(transport, layout, today)?)),
        }
    }

    /// Reads a patient's card with professionals' cards beside it, as the guide of its layout's family does.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn read_beside(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        beside: &mut [Beside<'_>],
    ) -> Result<Box<dyn CardReading>, Unread> {
        match self.of(layout) {
            Some(guide) => guide.read_beside(transport, layout, today, beside),
            None => Ok(Box::new(plain::read(transport, layout, today)?)),
        }
    }

    /// What a card with this layout is where several are read together.
    #[must_use]
    pub fn seat(&self, layout: &Layout) -> Seat {
        self.of(layout).map_or(Seat::Alone, |guide| guide.seat(layout))
    }

    /// The code of the holder that a card file gives a card of a layout, if the code opens what is read.
    #[must_use]
    pub fn holder_code(&self, layout: &Layout, data: &Node) -> Option<String> {
        self.of(layout)?.holder_code(data)
    }

    /// What a terminal may do on a day with the card of a card file of a layout's family; `None` where cards of the
    /// family have no such life.
    #[must_use]
    pub fn life(&self, layout: &Layout, written: Written<'_>) -> Option<Life> {
        self.of(layout)?.life(written)
    }

    /// By which number opposition lists know the card of a card file of a layout's family, and what its issuer would
    /// put on the list of the day; `None` where cards of the family are on none.
    #[must_use]
    pub fn listed(&self, layout: &Layout, written: Written<'_>) -> Option<(Serial, Option<Entry>)> {
        self.of(layout)?.listed(written)
    }

    /// What a card file of a layout's family says, besides what is printed on the card; `None` where that says it all.
    #[must_use]
    pub fn written(&self, layout: &Layout, written: Written<'_>, format: Format) -> Option<Page> {
        self.of(layout)?.written(written, format)
    }

    fn of(&self, layout: &Layout) -> Option<&'static dyn Guide> {
        self.0.iter().copied().find(|guide| guide.family() == layout.family().name())
    }
}
