//! Change files: what the caisse (the issuer) wants changed on a card, as an update station gets it.
//!
//! A change file has the keys of a card file and a header, `[changement]`, which names the card by its serial number.
//! What it names takes the place of what the card has. It is checked as a card file is, together with what the card
//! says: the whole must be a card file. A mistake points into the change file where the change makes it, and else into
//! the card as it was read.

mod differences;
mod overlay;
#[cfg(test)]
mod tests;

use std::{collections::HashSet, path::Path, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::{
    Aid, Fid,
    image::{ChipImage, FileKind},
};

pub use differences::Difference;

use super::{
    LoadError, card_file,
    card_mistake::CardMistake,
    diagnostic::{Diagnostic, Diagnostics, Source},
    layout::Layout,
    load::contradictions,
    map::{Author, CardMap, Element, FileMap},
    reading,
    said::said,
    schema::Schema,
    tree::{CardDate, Data, Node, Span, Table},
    written::{Entry, LONGEST, Mended, Value, Written},
};

/// The key of the header.
const HEADER: &str = "changement";

/// The key that says when a card was last updated, in its table.
const LAST_UPDATE: (&str, &str) = ("carte", "mise_a_jour");

/// The key of the insured's objection to copies of care forms, in its table, and the list of these copies.
const OBJECTION: ((&str, &str), &str) = (("assure", "opposition_copies"), "copie");

/// The key with the serial number of a card.
const SERIAL_NUMBER: &str = "carte.numero_serie";

/// The declarations of the header.
const KEYS: &str = include_str!("keys.toml");

/// A change file.
#[derive(Clone, Debug)]
pub struct Change {
    source: Arc<Source>,
    header: Header,
    today: Date,
}

/// What a change file says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// The serial number of the card that it is for.
    pub serial_number: String,
    /// The day of the change, which becomes that of the card's last update.
    pub date: CardDate,
    /// Who asks for it.
    pub caisse: Option<String>,
    /// What kind of change it is: a value of `changement.nature`.
    pub nature: String,
    serial_span: Span,
    date_span: Span,
}

/// A card that is to be changed.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The layout of its chip.
    pub layout: &'a Layout,
    /// What it says, under the keys of card files.
    pub data: &'a Node,
    /// Where it is, for mistakes in what it says.
    pub place: &'a str,
}

/// What a change makes of a card.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// What the card will say.
    pub data: Node,
    /// What of it is another than before.
    pub differences: Vec<Difference>,
    /// The files that must be written for it, in the order of the layout.
    pub files: Vec<ChangedFile>,
    /// The files whose records go, since the card is to have none of them.
    pub erased: Vec<ErasedFile>,
}

/// A file of records, each of which a change erases: it is overwritten with what fills it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ErasedFile {
    /// Its name in the layout.
    pub name: String,
    /// The application that it is in.
    pub application: Aid,
    /// Its identifier there.
    pub fid: Fid,
    /// How many bytes a record has.
    pub length: usize,
}

/// A file that a change writes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ChangedFile {
    /// Its name in the layout.
    pub name: String,
    /// The application that it is in.
    pub application: Aid,
    /// Its identifier there.
    pub fid: Fid,
    /// What is in it, from its first byte to its last.
    pub before: Vec<u8>,
    /// What is to be in it: as many bytes.
    pub after: Vec<u8>,
}

impl Change {
    /// Reads a change file and checks its header. What else is in it, [`Change::amend`] checks.
    ///
    /// # Errors
    ///
    /// [`LoadError`] if it cannot be read, is no TOML, or its header has mistakes.
    pub fn load(path: &Path, today: Date) -> Result<Self, LoadError> {
        Self::read(reading::text(path, LONGEST)?, today).map_err(LoadError::Invalid)
    }

    /// The same of a text.
    ///
    /// # Errors
    ///
    /// That it is no TOML, and all mistakes in its header.
    pub fn read(source: Source, today: Date) -> Result<Self, Diagnostics> {
        let source = Arc::new(source);
        let mut document = Mended::read(&source)?;
        let schema = header_schema()?;
        let written = &document.written;
        let own = written.entries().iter().filter(|entry| entry.key == HEADER || meant(written, entry));
        document.written = Written { value: Value::Table(own.cloned().collect()), span: written.span.clone() };
        let read = card_file::read_document(&source, document, &schema, today)?;
        let header = Header::of(&read).ok_or(Diagnostics(Vec::new()))?;
        Ok(Self { source, header, today })
    }

    /// The keys of the header.
    ///
    /// # Errors
    ///
    /// None: they are part of the program.
    pub fn keys() -> Result<Schema, Diagnostics> {
        header_schema()
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What it makes of a card. Nothing is written.
    ///
    /// # Errors
    ///
    /// All mistakes: that it is for another card or older than the card's last update, that a key is none or has
    /// another form, that the whole is no card, does not fit its files, or has no place in a file that a station
    /// writes.
    pub fn amend(&self, card: &Subject<'_>) -> Result<Amendment, Diagnostics> {
        self.check_card(card)?;
        let text = card_file::data_text(card.data, card.layout.schema()?, card.layout, card.layout.name());
        self.amend_text(card, text).map(|(amendment, _)| amendment)
    }

    /// The card file that a card would have after it: that of a card whose card file says `card`.
    ///
    /// # Errors
    ///
    /// As for [`Change::amend`].
    pub fn amended_card_file(&self, card: &Subject<'_>) -> Result<String, Diagnostics> {
        self.check_card(card)?;
        let schema = card.layout.schema()?;
        let name = card.data.at("layout").and_then(Node::text).unwrap_or(card.layout.name());
        let text = card_file::data_text(card.data, schema, card.layout, name);
        let Amendment { data, .. } = self.amend_text(card, text)?.0;
        Ok(card_file::data_text(&data, schema, card.layout, name))
    }

    /// Whether it is for this card, and not older than what the card has.
    fn check_card(&self, card: &Subject<'_>) -> Result<(), Diagnostics> {
        let Header { serial_number, serial_span, date, date_span, .. } = &self.header;
        let refuse = |mistake: CardMistake| Err(Diagnostics(vec![mistake.into()]));
        let number = card.data.at(SERIAL_NUMBER).and_then(Node::text).unwrap_or_default();
        if number != serial_number {
            let message = said!(
                en: "this change is for card {serial_number}, and the card has the serial number {number}",
                fr: "ce changement est pour la carte {serial_number}, et la carte a le numéro de série {number}",
            );
            let mistake = CardMistake::new(&self.source, serial_span.clone(), message);
            return refuse(mistake.hint(said!(
                en: "put in the card that it is for, or take the change for this one",
                fr: "insérer la carte concernée, ou prendre le changement de celle-ci",
            )));
        }
        let (table, key) = LAST_UPDATE;
        let last = card.data.at(&format!("{table}.{key}")).and_then(Node::date);
        if let Some(last) = last.filter(|last| last > date) {
            let message = said!(
                en: "this change is of {date}, and the card was updated on {last}",
                fr: "ce changement est du {date}, et la carte a été mise à jour le {last}",
            );
            let hint = said!(
                en: "an older change would take back what came after it; ask the caisse for one of today",
                fr: "un changement plus ancien annulerait ce qui l'a suivi ; en demander un du jour à la caisse",
            );
            let span = if date_span.is_empty() { serial_span } else { date_span };
            return refuse(CardMistake::new(&self.source, span.clone(), message).hint(hint));
        }
        Ok(())
    }

    /// Of a card whose card file is `text`; and the whole text that mistakes are counted in.
    fn amend_text(&self, card: &Subject<'_>, text: String) -> Result<(Amendment, Arc<Source>), Diagnostics> {
        let layout = card.layout;
        let own = layout.schema()?;
        let mut schema = own.clone();
        schema.root.0.extend(header_schema()?.root.0.into_iter().filter(|key| key.name == HEADER));
        // One text that holds both, the change first: a place says by itself which of the two it is in.
        let base = Arc::new(Source { name: card.place.to_owned(), text });
        let shift = self.source.text.len() + 1;
        let whole = format!("{}\n{}", self.source.text, base.text);
        let whole = Arc::new(Source { name: self.source.name.clone(), text: whole });
        let home = |mistakes: Diagnostics| {
            Diagnostics(mistakes.0.into_iter().map(|mistake| self.at_home(mistake, &base, shift)).collect())
        };
        let padded = Arc::new(Source { name: base.name.clone(), text: " ".repeat(shift) + &base.text });
        let written = Written::read(&padded).map_err(home)?;
        let before = card_file::read(&base, own, self.today)?;
        let mut change = Mended::read(&self.source)?;
        self.date(&mut change.written);
        change.written = overlay::overlay(&without_copies(&written, &change.written), &change.written, &schema);
        let data = card_file::read_document(&whole, change, &schema, self.today).map_err(home)?;
        // A copy that a card keeps is of what was so when its form was made, and the change is not at fault.
        let mut kept = HashSet::new();
        data.at(OBJECTION.1).iter().for_each(|copies| places(copies, &mut kept));
        let mut wrong = contradictions(&whole, layout, &data);
        wrong.retain(|mistake| mistake.span.start < shift || !kept.contains(&mistake.span));
        let encoded = layout.encode(&whole, &data, None);
        let (image, map) = match encoded {
            Ok(encoded) if wrong.is_empty() => encoded,
            Ok(_) => return Err(home(Diagnostics(wrong))),
            Err(mistakes) => return Err(home(Diagnostics([wrong, mistakes.0].concat()))),
        };
        let kept = data.at(SERIAL_NUMBER).filter(|node| node.text() != Some(&self.header.serial_number));
        if let Some(other) = kept {
            let message = said!(en: "a card keeps its serial number", fr: "une carte garde son numéro de série");
            let mistake = CardMistake::new(&whole, other.span.clone(), message);
            let hint = said!(en: "another number is another card", fr: "un autre numéro est une autre carte");
            return Err(home(Diagnostics(vec![mistake.hint(hint).into()])));
        }
        let differences = differences::differences(&before, &data, own);
        let (old_image, old_map) = layout.encode(&base, &before, None)?;
        let homeless = self.homeless((&before, &data), layout, &map, &whole);
        if !homeless.is_empty() {
            return Err(home(Diagnostics(homeless)));
        }
        let old = contents(&old_image, &old_map);
        let new = contents(&image, &map);
        let changed = |(file, after): (&FileMap, Vec<u8>)| {
            let application = file.aids.first()?.clone();
            let (_, before) = old.iter().find(|(other, _)| other.name == file.name)?;
            let (name, fid, before) = (file.name.clone(), file.fid, before.clone());
            (before != after).then_some(ChangedFile { name, application, fid, before, after })
        };
        let files = new.into_iter().filter_map(changed).collect();
        let erased = erased(&old_image, &old_map, &map);
        Ok((Amendment { data, differences, files, erased }, whole))
    }

    /// Puts the date of the change where a card says when it was last updated, unless the change says that itself.
    fn date(&self, change: &mut Written) {
        let (table, key) = LAST_UPDATE;
        let Value::Table(entries) = &mut change.value else { return };
        let span = self.header.date_span.clone();
        let value = Written { value: Value::Text(self.header.date.to_string().into()), span: span.clone() };
        let entry = Entry { key: key.into(), span: span.clone(), value };
        match entries.iter_mut().find(|entry| entry.key == table) {
            Some(Entry { value: Written { value: Value::Table(inner), .. }, .. }) => {
                if inner.iter().all(|entry| entry.key != key) {
                    inner.push(entry);
                }
            }
            Some(_) => {}
            None => {
                let value = Written { value: Value::Table(vec![entry]), span: span.clone() };
                entries.push(Entry { key: table.into(), span, value });
            }
        }
    }

    /// What the change makes another though no file that a station writes holds it.
    fn homeless(
        &self,
        (before, after): (&Node, &Node),
        layout: &Layout,
        map: &CardMap,
        whole: &Arc<Source>,
    ) -> Vec<Diagnostic> {
        let mut held = HashSet::new();
        let files = map.files.iter().filter(|file| is_written_by_stations(file));
        files.flat_map(|file| &file.elements).for_each(|element| hold(element, &mut held));
        let mut lost = Vec::new();
        lose((Some(before), after), "", &held, &mut lost);
        let own = self.source.text.len();
        lost.retain(|(_, span)| !span.is_empty() && span.end <= own);
        lost.sort_by_key(|(_, span)| span.start);
        lost.dedup_by(|later, first| later.1 == first.1);
        let name = layout.name();
        let mistake = |(path, span): (String, Span)| {
            let message = said!(
                en: "no file of layout {name} that a station writes holds \"{path}\"",
                fr: "aucun fichier de la structure {name} qu'une station écrit ne contient « {path} »",
            );
            let hint = said!(
                en: "it is given to a card when it is made, and stays; leave it out",
                fr: "une carte le reçoit à sa fabrication et le garde ; l'enlever",
            );
            CardMistake::new(whole, span, message).hint(hint).into()
        };
        lost.into_iter().take(super::diagnostic::Mistakes::MOST).map(mistake).collect()
    }

    /// A mistake in the text of both, in the one that it is about.
    fn at_home(&self, mut mistake: Diagnostic, base: &Arc<Source>, shift: usize) -> Diagnostic {
        if mistake.source.text.len() < shift {
            return mistake;
        }
        let is_ours = |span: &Span| span.start < shift;
        let ours = is_ours(&mistake.span);
        mistake.related.retain(|(span, _)| is_ours(span) == ours);
        if ours {
            mistake.source = Arc::clone(&self.source);
            return mistake;
        }
        let back = |span: &Span| span.start.saturating_sub(shift)..span.end.saturating_sub(shift);
        mistake.source = Arc::clone(base);
        mistake.span = back(&mistake.span);
        mistake.related.iter_mut().for_each(|(span, _)| *span = back(span));
        mistake
    }
}

impl Header {
    fn of(read: &Node) -> Option<Self> {
        let at = |key: &str| read.at(HEADER).and_then(|header| header.at(key));
        let text = |key: &str| at(key).and_then(Node::text).map(str::to_owned);
        Some(Self {
            serial_number: text("numero_serie")?,
            date: at("date")?.date()?,
            caisse: text("caisse"),
            nature: text("nature")?,
            serial_span: at("numero_serie")?.span.clone(),
            date_span: at("date")?.span.clone(),
        })
    }
}

/// The keys of the header, alone.
fn header_schema() -> Result<Schema, Diagnostics> {
    Schema::read(&Arc::new(Source { name: "keys of change files (built in)".into(), text: KEYS.into() }))
}

/// Whether a key at the top of a change file without header is its header with a slip.
fn meant(change: &Written, entry: &Entry) -> bool {
    change.key(HEADER).is_none() && super::nearest::nearest(&entry.key, [HEADER]).is_some()
}

/// Whether an update station writes a file: one that holds data, and nothing that code builds for keys.
fn is_written_by_stations(file: &FileMap) -> bool {
    fn is_built(element: &Element) -> bool {
        element.author == Author::Code || element.children.iter().any(is_built)
    }
    file.class.is_none() && file.records.is_empty() && !file.elements.iter().any(is_built)
}

/// The transparent files that a station writes, and what is in them.
fn contents<'m>(image: &ChipImage, map: &'m CardMap) -> Vec<(&'m FileMap, Vec<u8>)> {
    let transparent = image.files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    let both = transparent.zip(&map.files).filter(|(_, file)| is_written_by_stations(file));
    let content = |(image, file): (&virtuale_engine::image::FileImage, &'m FileMap)| {
        let FileKind::Transparent { content, size, .. } = &image.kind else { return None };
        let mut bytes = content.bytes().to_vec();
        bytes.resize(*size, 0);
        Some((file, bytes))
    };
    both.filter_map(content).collect()
}

/// A card without its copies of care forms, if a change says that the insured objects to them.
fn without_copies(card: &Written, change: &Written) -> Written {
    let ((table, key), list) = OBJECTION;
    let objects = change.key(table).and_then(|table| table.key(key)).is_some_and(|key| key.value == Value::Flag(true));
    let mut card = card.clone();
    if let (true, Value::Table(entries)) = (objects, &mut card.value) {
        entries.retain(|entry| entry.key != list);
    }
    card
}

/// Notes where a value and all in it were written.
fn places(node: &Node, found: &mut HashSet<Span>) {
    found.insert(node.span.clone());
    node.list().iter().chain(node.table().into_iter().flat_map(Table::values)).for_each(|inner| places(inner, found));
}

/// The files of records that had some and are to have none.
fn erased(old_image: &ChipImage, old: &CardMap, new: &CardMap) -> Vec<ErasedFile> {
    let elementary = old_image.files.iter().filter(|file| !matches!(file.kind, FileKind::Directory(_)));
    let both = elementary.zip(&old.files).filter(|(_, file)| !file.records.is_empty());
    let gone = both.filter(|(_, file)| new.file(&file.name).is_none_or(|new| new.records.is_empty()));
    let erased = gone.filter_map(|(image, file)| {
        let FileKind::Records { record_length, .. } = image.kind else { return None };
        let (name, application, fid) = (file.name.clone(), file.aids.first()?.clone(), file.fid);
        Some(ErasedFile { name, application, fid, length: record_length.into() })
    });
    erased.collect()
}

/// Notes where the values of an element were written.
fn hold(element: &Element, held: &mut HashSet<Span>) {
    if element.author == Author::CardFile {
        held.insert(element.written.clone());
    }
    element.children.iter().for_each(|child| hold(child, held));
}

/// Notes what is another than before and stands in no file.
fn lose((before, after): (Option<&Node>, &Node), path: &str, held: &HashSet<Span>, lost: &mut Vec<(String, Span)>) {
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match &after.data {
        Data::Table(table) => {
            let old: Option<&Table> = before.and_then(Node::table);
            for (name, node) in table.iter().filter(|(name, _)| !path.is_empty() || *name != HEADER) {
                lose((old.and_then(|old| old.get(name)), node), &inner(name), held, lost);
            }
        }
        Data::List(members) => {
            let old = before.map(Node::list).unwrap_or_default();
            for (index, node) in members.iter().enumerate() {
                lose((old.get(index), node), path, held, lost);
            }
        }
        data => {
            if before.is_none_or(|before| before.data != *data) && !held.contains(&after.span) {
                lost.push((path.to_owned(), after.span.clone()));
            }
        }
    }
}
