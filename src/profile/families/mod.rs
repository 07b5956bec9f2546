//! Families of cards: what all cards of one family have in common and no other has.
//!
//! A [`Family`] is one description that every room asks: its layouts and the keys of its card files, the tables that
//! only its layouts have, the applets of its chips, the names of its commands and what they read, the answer to reset
//! by which a terminal knows it, and what is printed on it. How a terminal reads its files is the terminal's knowledge
//! (`terminal::guides`). What is here knows no room above it.
//!
//! [`Families`] is the list. Those of the program stand in one place, `BUILT_IN`; a user of the library adds others
//! with [`Families::with`].

pub mod cps;
mod face;
#[cfg(test)]
mod tests;
pub mod vitale;

use std::{any::Any, fmt, path::Path, sync::Arc};

pub use self::face::Face;

use jiff::civil::Date;
use virtuale_engine::{StatusWord, applet::Applet};

use super::{
    LoadError, Options, Profile,
    authority::Bearer,
    diagnostic::{Diagnostics, Source},
    layout::{Layout, Report, Tables},
    load,
    map::CardMap,
    said::Bilingual,
    schema::{Doc, Language},
    tree::{CardDate, Node, Span},
};

/// The families of the program: the one place where they are listed. A layout that does not say its family is of the
/// first.
const BUILT_IN: &[&dyn Family] = &[&vitale::Vitale, &cps::Cps];

/// A layout or a card file that is part of the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BuiltIn {
    /// Its name: that of a layout as card files write it, that of a card file without its ending.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl BuiltIn {
    /// The generation of cards that a card is of: what stands in its name before the first hyphen.
    #[must_use]
    pub fn generation(&self) -> &'static str {
        self.name.split_once('-').map_or(self.name, |(generation, _)| generation)
    }
}

/// What a command of a family's own class does, told from outside as a terminal sees it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OwnCommand {
    /// It reads a file, if the card does what it is asked.
    Reads {
        /// Which: its place in [`CardMap::files`].
        file: usize,
        /// The first byte.
        offset: usize,
    },
    /// It selects what its data identify, one step at a time, among the files of its class: `3F00`, where the class
    /// begins; a file or DF in the current DF; the current DF itself; the one that this is in.
    Selects,
    /// It reads the file that a command of its class selected.
    ReadsCurrent {
        /// The first byte.
        offset: usize,
    },
    /// It fetches what the command of its class before it left waiting.
    Fetches,
    /// It reads no file, and selects none.
    Other,
}

/// What contradicts itself in a card file, though each of its values could be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Contradiction {
    /// Where it stands in the card file.
    pub at: Span,
    /// What is wrong.
    pub message: Doc,
    /// Another place that has a part in it, and what stands there.
    pub also: Option<(Span, Doc)>,
    /// What to do.
    pub hint: Doc,
}

/// What a person should know of a card file, though nothing in it is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Note {
    /// Where it stands in the card file.
    pub at: Span,
    /// What there is to know.
    pub message: Doc,
}

/// What the tables of a layout say that only layouts of one family have.
pub trait Part: Any + fmt::Debug + Send + Sync {
    /// The keys of card files that the part goes by, with dots: they are on the card though no file holds them.
    fn keys(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A family of cards. What a family does not say is as on any card of ISO 7816-4 whose data a layout places.
pub trait Family: Any + fmt::Debug + Send + Sync {
    /// Its name, as layouts write it: `family = "vitale"`.
    fn name(&self) -> &'static str;

    /// What its cards are, with the article and without a full stop, such as `A virtual health card`.
    fn title(&self) -> Doc;

    /// The keys of its card files, as TOML: one table `[data."path"]` for each (docs/layouts.md). The key `layout` is
    /// there without being declared.
    fn keys(&self) -> &'static str;

    /// Its layouts that are part of the program.
    fn layouts(&self) -> &'static [BuiltIn] {
        &[]
    }

    /// Its cards that are part of the program, as card files that name its built-in layouts. What stands in a name
    /// before the first hyphen is a generation of cards.
    fn cards(&self) -> &'static [BuiltIn] {
        &[]
    }

    /// The layout of the cards with an answer to reset; `None` for an answer that is no card of the family.
    fn layout_of(&self, _atr: &[u8]) -> Option<&'static str> {
        None
    }

    /// What the certificates of a card's RSA keys say, if the chain of professionals' cards certifies them; else the
    /// issuing authority does, by the names that the layout's token has.
    fn bearer(&self, _data: &Node) -> Option<Bearer> {
        None
    }

    /// What contradicts itself in the data of a card, as far as its keys cannot say it.
    fn contradictions(&self, _data: &Node) -> Vec<Contradiction> {
        Vec::new()
    }

    /// The tables and lists of card files that are about a card and not on it: what only its issuer knows.
    fn beside(&self) -> &'static [&'static str] {
        &[]
    }

    /// Has what is beside a card tell of an update of that day, which made its data these; `before` are those that its
    /// card file had. What it cannot tell of is left as it is.
    fn tell_update(&self, _data: &mut Node, _before: &Node, _day: CardDate) {}

    /// The keys, in full, that follow from what is beside a card with these data, and are not written in its card file.
    fn follows(&self, _data: &Node) -> Vec<&'static str> {
        Vec::new()
    }

    /// Has data follow from others, as far as the day of the card's use says: what is on the chip from what happened to
    /// it. Called with data that do not contradict themselves.
    fn settle(&self, _data: &mut Node, _today: Date) {}

    /// What a person should know of the data of a card that do not contradict themselves.
    fn notes(&self, _data: &Node) -> Vec<Note> {
        Vec::new()
    }

    /// The names of the applets that applications of its layouts may have, beside those of every card.
    fn applets(&self) -> &'static [&'static str] {
        &[]
    }

    /// One of these applets for a card with these data. `None` if there is none of this name.
    fn applet(&self, _name: &str, _layout: &Layout, _data: &Node) -> Option<Box<dyn Applet>> {
        None
    }

    /// Reads the tables that only layouts of this family have. Mistakes in them are noted with the tables.
    fn part(&self, _tables: &Tables<'_>) -> Option<Arc<dyn Part>> {
        None
    }

    /// Looks for contradictions between the family's part of a layout and the rest of it.
    fn check(&self, _layout: &Layout, _report: &Report) {}

    /// What a command of the family's own class is called: by the same name in both languages, with the words around it
    /// in each. `None` for any other command.
    fn command_name(&self, _command: &[u8]) -> Option<Bilingual> {
        None
    }

    /// What a status word says that answers a command of the family's own class, in a few words; `None` where it says
    /// what ISO 7816-4 has.
    fn status_meaning(&self, _class: u8, _status: StatusWord) -> Option<Doc> {
        None
    }

    /// What a command of the family's own class presents that should stay secret, such as a code.
    fn secret_of<'c>(&self, _command: &'c [u8]) -> Option<&'c [u8]> {
        None
    }

    /// What a command of the family's own class does on a card with this map, by its four bytes of header. `None` for
    /// any other command: then it is followed as ISO 7816-4 says, or not at all.
    fn follow(&self, _map: &CardMap, _header: [u8; 4]) -> Option<OwnCommand> {
        None
    }

    /// The file with which a read goes on that leaves this one behind; places in [`CardMap::files`].
    fn file_behind(&self, _map: &CardMap, _file: usize) -> Option<usize> {
        None
    }

    /// What is printed on a card with these data.
    fn face(&self, data: &Node) -> Face {
        Face::plain(self.title().in_language(Language::English), data)
    }
}

/// What stands behind the names of texts that are part of the program: there are no such files.
const BUILT_IN_MARK: &str = " (built in)";

/// Whether a text is part of the program, so that nobody can be sent to look into it.
pub(super) fn is_built_in(source: &Source) -> bool {
    source.name.ends_with(BUILT_IN_MARK)
}

/// A list of families.
#[derive(Clone, Debug)]
pub struct Families(Vec<&'static dyn Family>);

impl Default for Families {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Families {
    /// Those of the program.
    #[must_use]
    pub fn built_in() -> Self {
        Self(BUILT_IN.to_vec())
    }

    /// With one more, which takes the place of one with the same name.
    #[must_use]
    pub fn with(mut self, family: &'static dyn Family) -> Self {
        match self.0.iter_mut().find(|known| known.name() == family.name()) {
            Some(known) => *known = family,
            None => self.0.push(family),
        }
        self
    }

    /// All of them, those of the program first.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn Family> + '_ {
        self.0.iter().copied()
    }

    /// The family with a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&'static dyn Family> {
        self.iter().find(|family| family.name() == name)
    }

    /// Whether a family is one of them, and not another one of the same name.
    pub(super) fn has(&self, family: &'static dyn Family) -> bool {
        let is_it = |known: &dyn Family| known.type_id() == family.type_id() && std::ptr::addr_eq(known, family);
        self.named(family.name()).is_some_and(is_it)
    }

    /// The layouts that are part of the program, in the order of the families.
    pub fn layouts(&self) -> impl Iterator<Item = &'static BuiltIn> + '_ {
        self.iter().flat_map(|family| family.layouts())
    }

    /// The cards that are part of the program, in the order of the families.
    pub fn cards(&self) -> impl Iterator<Item = &'static BuiltIn> + '_ {
        self.iter().flat_map(|family| family.cards())
    }

    /// The names of the layouts, with commas: for hints.
    #[must_use]
    pub fn layout_names(&self) -> String {
        self.layouts().map(|layout| layout.name).collect::<Vec<_>>().join(", ")
    }

    /// The text of the layout with a name, as a source of diagnostics.
    #[must_use]
    pub fn layout_source(&self, name: &str) -> Option<Source> {
        let layout = self.layouts().find(|layout| layout.name == name)?;
        Some(Source { name: format!("{name}.toml{BUILT_IN_MARK}"), text: layout.text.to_owned() })
    }

    /// The name of the layout of the cards with an answer to reset, if a family knows it.
    #[must_use]
    pub fn layout_of(&self, atr: &[u8]) -> Option<&'static str> {
        self.iter().find_map(|family| family.layout_of(atr))
    }

    /// What a command of the own class of any family is called. Where the card is known, its own family says it better.
    #[must_use]
    pub fn command_name(&self, command: &[u8]) -> Option<Bilingual> {
        self.iter().find_map(|family| family.command_name(command))
    }

    /// What a status word says that answers a command of the own class of any family.
    #[must_use]
    pub fn status_meaning(&self, class: u8, status: StatusWord) -> Option<Doc> {
        self.iter().find_map(|family| family.status_meaning(class, status))
    }

    /// What a command of the own class of any family presents that should stay secret.
    #[must_use]
    pub fn secret_of<'c>(&self, command: &'c [u8]) -> Option<&'c [u8]> {
        self.iter().find_map(|family| family.secret_of(command))
    }

    /// Reads a card file, or a card that is part of the program, and makes a card of it; as [`load`](super::load()),
    /// for cards of these families.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if the card file cannot be read, [`LoadError::Invalid`] with all mistakes in it or in its
    /// layout, [`LoadError::Unknown`] if there is no such card.
    pub fn load(&self, card: &Path, options: &Options) -> Result<Profile, LoadError> {
        self.load_named(&self.find_card(card)?, options)
    }

    /// Makes a card of the text of a card file; as [`parse`](super::parse), for cards of these families.
    ///
    /// # Errors
    ///
    /// All mistakes in the card file, or in its layout.
    pub fn parse(&self, source: Source, base: Option<&Path>, options: &Options) -> Result<Profile, Diagnostics> {
        load::parse_of(self, source, base, options)
    }

    /// Reads a layout of these families.
    ///
    /// # Errors
    ///
    /// All mistakes that were found in it.
    pub fn layout(&self, source: &Arc<Source>) -> Result<Layout, Diagnostics> {
        Layout::parse_of(self, source)
    }
}
