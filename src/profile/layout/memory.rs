//! What a layout says about a word memory, and about components that fail.
//!
//! The files of a word memory are its zones: transparent files of the MF whose identifiers are their first addresses.

use std::{ops::Range, sync::Arc};

use virtuale_applets::vitale1::Settings;

use super::{
    super::{
        map::Origin,
        tree::{Data, Node},
    },
    Layout,
    model::{File, Known, Path, Structure},
};

/// A word memory as layouts describe it.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// Where it stands in the layout.
    pub(super) span: Range<usize>,
    pub(super) first: u16,
    /// The address behind the last word.
    pub(super) end: u16,
    /// The ISO view apart, which is the card file's.
    pub(super) settings: Settings,
    pub(super) iso_key: Option<Path>,
    pub(super) known: Arc<Known>,
}

/// A component that fails.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) lifetime: Lifetime,
}

/// How long a component works: a number of sessions, each from a reset to the next, between two bounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetime {
    /// It works in as many sessions at least.
    pub least: u32,
    /// And in as many at most.
    pub most: u32,
}

/// A memory of 32-bit words that is read by addresses [STACK-17608930 addresses].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WordMemory<'l> {
    /// The first address.
    pub first: u16,
    /// The address behind the last word: ADMAX.
    pub end: u16,
    /// Where in what is fetched after a reset the end of the memory stands.
    pub end_at: usize,
    /// How well that is known.
    pub origin: Origin,
    /// Its zones, in the order of their addresses.
    pub zones: Vec<Zone<'l>>,
}

/// A zone of a word memory.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Zone<'l> {
    /// Its name in the layout.
    pub name: &'l str,
    /// Its first address.
    pub address: u16,
    /// How many bytes it has.
    pub size: usize,
    /// Who may read it, as the layout says it.
    pub readable: &'l str,
}

impl Layout {
    /// The word memory of the card, if it has one instead of files.
    #[must_use]
    pub fn memory(&self) -> Option<WordMemory<'_>> {
        let memory = self.memory.as_ref()?;
        let mut zones: Vec<Zone<'_>> = self.files.iter().map(zone).collect();
        zones.sort_by_key(|zone| zone.address);
        let (first, end, end_at) = (memory.first, memory.end, memory.settings.end_at);
        Some(WordMemory { first, end, end_at, origin: memory.known.origin, zones })
    }

    /// How the word memory of a card with these data behaves.
    pub(in crate::profile) fn memory_settings(&self, data: &Node) -> Option<Settings> {
        let memory = self.memory.as_ref()?;
        let at = |path: &Path| data.at(&path.keys.join("."));
        let iso_view = memory.iso_key.as_ref().and_then(at).is_some_and(|node| matches!(node.data, Data::Flag(true)));
        Some(Settings { iso_view, ..memory.settings.clone() })
    }

    /// How long the component of a card with these data works; `None` if it does not fail.
    pub(in crate::profile) fn lifetime(&self, data: &Node) -> Option<Lifetime> {
        let key = self.chip.component_key.as_ref()?;
        let name = data.at(&key.keys.join("."))?.text()?;
        self.components.iter().find(|component| component.name == name).map(|component| component.lifetime)
    }
}

fn zone(file: &File) -> Zone<'_> {
    Zone { name: &file.name, address: file.fid.0, size: size(file), readable: &file.access.contact.read }
}

/// How many bytes a zone has; none if it is no zone.
pub(super) fn size(file: &File) -> usize {
    match file.structure {
        Structure::Transparent { size } => size.unwrap_or(0),
        Structure::Records { .. } => 0,
    }
}
