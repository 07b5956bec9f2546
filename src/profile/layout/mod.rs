//! Layouts: which files a card has, who may read them, and how each element is coded.
//!
//! A layout is a TOML text (docs/layouts.md). One description drives every direction: encoding a card's data gives
//! bytes and a tree of spans, decoding bytes gives the same tree and the data. It knows no key of card files by itself.

mod ber;
mod cache;
mod check;
mod coding;
mod component;
mod decode;
mod encode;
mod fields;
mod image;
mod late;
mod model;
mod needed;
mod oids;
mod output;
mod part;
mod place;
mod plain;
mod read;
mod records;
mod references;
mod security;
mod special;
mod station;
mod unplaced;
mod words;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{Arc, OnceLock},
};

use virtuale_engine::{
    Aid, Fid, Interface,
    image::{FileIndex, Habits, ImageError},
};

pub(super) use self::cache::parse_once;
pub use self::{
    component::Lifetime,
    fields::{Fields, Placed, Report},
    part::{LayoutFile, Tables},
};

use self::{
    component::Component,
    decode::Decoder,
    model::{Application, Body, Chip, File, Item, Structure},
    security::Security,
};
use super::{
    diagnostic::{Diagnostic, Diagnostics, Elsewhere, Source},
    families::{Families, Family, Part, is_built_in},
    map::{CardMap, Element},
    said::{Bilingual, said},
    schema::Schema,
    tree::Node,
    written::Written,
};

/// How many records a file can have [ISO-7816-4 11.3].
const MOST_RECORDS: usize = 254;

/// A layout, checked.
#[derive(Clone, Debug)]
pub struct Layout {
    name: String,
    family: &'static dyn Family,
    source: Arc<Source>,
    /// What stands under `data`: the keys that it adds to card files.
    keys: Option<Written>,
    chip: Chip,
    applications: Vec<Application>,
    files: Vec<File>,
    /// What the tables say that only layouts of its family have.
    part: Option<Arc<dyn Part>>,
    components: Vec<Component>,
    security: Security,
    /// What was found when its keys were first asked for.
    checked: OnceLock<Arc<Checked>>,
}

/// A layout and the keys of card files, held against each other.
#[derive(Debug)]
struct Checked {
    schema: Schema,
    /// The keys that have a place on the chip or a use, in full.
    placed: BTreeSet<String>,
}

/// What the bytes of a file say.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The data, under the keys of card files.
    pub data: Node,
    /// What stands where, from the first byte to the last.
    pub elements: Vec<Element>,
}

impl Layout {
    /// Reads a layout of one of the program's families.
    ///
    /// # Errors
    ///
    /// All mistakes that were found in it.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        Self::parse_of(&Families::built_in(), source)
    }

    /// Reads a layout of one of these families.
    pub(super) fn parse_of(families: &Families, source: &Arc<Source>) -> Result<Self, Diagnostics> {
        read::layout(families, source)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, unless it is part of the program.
    pub(crate) fn own_text(&self) -> Option<&str> {
        (!is_built_in(&self.source)).then_some(&*self.source.text)
    }

    /// The family of its cards.
    #[must_use]
    pub fn family(&self) -> &'static dyn Family {
        self.family
    }

    /// The keys that card files for this layout may have: those of its family, and its own.
    ///
    /// # Errors
    ///
    /// Its own that are no keys, and what it places on the chip though no card file can say it.
    pub fn schema(&self) -> Result<&Schema, Diagnostics> {
        self.checked().map(|checked| &checked.schema)
    }

    /// Whether what stands under a key of card files, named in full, has a place on the chip or a use; of a table or
    /// list, whether something in it has.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::schema`].
    pub fn has_place(&self, key: &str) -> Result<bool, Diagnostics> {
        let placed = &self.checked()?.placed;
        Ok(placed.contains(key) || unplaced::has_parts(placed, key))
    }

    fn checked(&self) -> Result<&Checked, Diagnostics> {
        if let Some(checked) = self.checked.get() {
            return Ok(checked);
        }
        let mut schema = Schema::of_family(self.family)?;
        if let Some(keys) = &self.keys {
            schema.extend_with(&self.source, keys)?;
        }
        let placed = check::check(self, &schema)?;
        Ok(self.checked.get_or_init(|| Arc::new(Checked { schema, placed })))
    }

    /// A place of the layout, if it is a text that somebody can look into.
    fn place(&self, span: &Range<usize>, label: Bilingual) -> Option<Elsewhere> {
        let there = || Elsewhere { source: Arc::clone(&self.source), span: span.clone(), label: label.into() };
        (!is_built_in(&self.source)).then(there)
    }

    /// That the layout makes no chip with a card: at what of the layout it is about, and at the line of the card file
    /// that names the layout.
    pub(super) fn impossible(
        &self,
        card: &Arc<Source>,
        named: Range<usize>,
        error: &ImageError,
        map: &CardMap,
    ) -> Diagnostic {
        let message = said!(
            en: "no chip can be made of this card: {error}",
            fr: "aucune puce ne peut être faite de cette carte : « {error} »",
        );
        let at = error.file().and_then(|file| self.span_of(file, map)).unwrap_or_else(|| self.chip.bytes_span.clone());
        if is_built_in(&self.source) {
            return Diagnostic::new(card, named, message);
        }
        let label = said!(
            en: "the card that showed it names the layout here",
            fr: "la carte qui l'a révélé nomme la structure ici",
        );
        let label = label.into();
        let elsewhere = Elsewhere { source: Arc::clone(card), span: named, label };
        Diagnostic::new(&self.source, at, message).elsewhere(Some(elsewhere))
    }

    /// Where a file of an image stands in the layout: the applications come first, then the files of the card's map.
    fn span_of(&self, file: FileIndex, map: &CardMap) -> Option<Range<usize>> {
        let Some(place) = file.0.checked_sub(self.applications.len()) else {
            return self.applications.get(file.0).map(|application| application.span.clone());
        };
        let name = &map.files.get(place)?.name;
        self.files.iter().find(|file| file.name == *name).map(|file| file.span.clone())
    }

    /// The interface on which a card gives this answer to reset: contacts, unless it is what the layout has for the
    /// antenna.
    #[must_use]
    pub fn interface_of(&self, atr: &[u8]) -> Interface {
        let constant = |item: &Item| if let Body::Constant(bytes) = &item.body { Some(bytes.clone()) } else { None };
        let items = self.chip.contactless_atr.as_ref();
        let in_field = items.and_then(|items| items.iter().map(constant).collect::<Option<Vec<_>>>());
        if in_field.is_some_and(|parts| parts.concat() == atr) { Interface::Contactless } else { Interface::Contact }
    }

    /// Whether its cards give the answer to reset that a key of card files has, such as `carte.atr_sans_contact`: they
    /// have the interface.
    pub(in crate::profile) fn takes_answer(&self, key: &str) -> bool {
        let keys = [&self.chip.atr_key, &self.chip.contactless_atr_key];
        keys.into_iter().flatten().any(|path| path.keys.join(".") == key)
    }

    /// Where the files are that are there on an interface: their names, the first AID of an application that they are
    /// in, their identifiers. Files of applications without AID are left out.
    pub fn places(&self, interface: Interface) -> impl Iterator<Item = (&str, &Aid, Fid)> {
        let aid_of = move |file: &File| {
            let mut there = file.parents.iter().filter_map(|&parent| self.applications.get(parent));
            there.find_map(|application| application.aids.first().filter(|_| application.offered.on(interface)))
        };
        self.files.iter().filter_map(move |file| Some((file.name.as_str(), aid_of(file)?, file.fid)))
    }

    /// The habits of what answers commands of a class: of the application that the class belongs to, else of the chip.
    #[must_use]
    pub fn habits_of(&self, class: u8) -> Habits {
        self.chip.classes.iter().find(|owned| owned.class == class).map_or(self.chip.habits, |owned| owned.habits)
    }

    /// Whether commands of a class have an application of their own, with a selection of its own.
    #[must_use]
    pub fn has_side(&self, class: u8) -> bool {
        self.chip.classes.iter().any(|owned| owned.class == class)
    }

    /// Whether a file of this name is cyclic, so that the newest of its records is number 1 [ISO-7816-4 7.4.5].
    #[must_use]
    pub fn is_cyclic(&self, file: &str) -> bool {
        self.files.iter().find(|known| known.name == file).is_some_and(File::is_cyclic)
    }

    /// What the bytes of a file say, from its first byte on; `None` if the layout has no file of this name. Records of
    /// fixed length stand one behind the other, the oldest first; of variable length, [`Layout::decode_records`] takes
    /// them.
    #[must_use]
    pub fn decode(&self, file: &str, bytes: &[u8]) -> Option<Decoded> {
        let file = self.files.iter().find(|known| known.name == file)?;
        if let Structure::Records { length, .. } = file.structure {
            let records: Vec<&[u8]> = bytes.chunks(usize::from(length).max(1)).collect();
            return self.decode_records(&file.name, &records);
        }
        let mut decoder = Decoder::new(self, file);
        let elements = decoder.content(bytes);
        Some(Decoded { data: decoder.into_data(), elements })
    }

    /// What the records of a file say, the oldest first.
    #[must_use]
    pub fn decode_records(&self, file: &str, records: &[&[u8]]) -> Option<Decoded> {
        let file = self.files.iter().find(|known| known.name == file)?;
        let mut decoder = Decoder::new(self, file);
        let (mut elements, mut start, mut member) = (Vec::new(), 0, 0);
        for record in records.iter().take(MOST_RECORDS) {
            elements.extend(decoder.record(member, record, start));
            start += record.len();
            // Elsewhere the place of a record is that of its member; in a cyclic file all of them move on.
            member += usize::from(!(file.is_cyclic() && decoder.is_blank(record)));
        }
        Some(Decoded { data: decoder.into_data(), elements })
    }
}
