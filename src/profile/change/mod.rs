//! Change files: what the caisse (the issuer) wants changed on a card, as an update station gets it.
//!
//! A change file has the keys of a card file and a header, `[changement]`, which names the card by its serial number.
//! What it names takes the place of what the card has. It is checked as a card file is, together with what the card
//! says: the whole must be a card file. A mistake points into the change file where the change makes it, and else into
//! the card as it was read.

mod copies;
mod differences;
mod files;
mod header;
mod kept;
mod overlay;
mod people;
#[cfg(test)]
mod tests;

use std::{path::Path, sync::Arc};

use jiff::civil::Date;

pub use self::{
    differences::Difference,
    files::{ChangedFile, ErasedFile},
    header::Header,
};

use super::{
    LoadError, card_file,
    card_mistake::CardMistake,
    diagnostic::{Diagnostic, Diagnostics, Mistakes, Source},
    layout::Layout,
    load::contradictions,
    reading,
    said::said,
    schema::Schema,
    tree::{Node, Span},
    written::{LONGEST, Mended, Written},
};

/// A change file.
#[derive(Clone, Debug)]
pub struct Change {
    source: Arc<Source>,
    header: Header,
    today: Date,
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
    /// The folder from which its data name files, such as those of its keys.
    pub base: Option<&'a Path>,
    /// The answer to reset that it gives, if its data do not say that: of a card that was read.
    pub atr: Option<&'a [u8]>,
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
    /// The files of records of which some go, since the card is not to have them.
    pub erased: Vec<ErasedFile>,
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
    /// That it is no TOML, and all mistakes in its header; also that it is of a day after `today`.
    pub fn read(source: Source, today: Date) -> Result<Self, Diagnostics> {
        let source = Arc::new(source);
        let mut document = Mended::read(&source)?;
        document.written = header::alone(&document.written);
        let written = document.written.clone();
        let read = card_file::read_document(&source, document, &header::schema()?, today)?;
        let header = Header::of(&read, (&source, &written), today)?;
        Ok(Self { source, header, today })
    }

    /// The keys of the header.
    ///
    /// # Errors
    ///
    /// None: they are part of the program.
    pub fn keys() -> Result<Schema, Diagnostics> {
        header::schema()
    }

    /// What it says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether it is for the card of the serial number by which its file is called in the caisse's folder.
    ///
    /// # Errors
    ///
    /// That it is for another one.
    pub fn check_name(&self, number: &str) -> Result<(), Diagnostics> {
        self.header.check_name(number, &self.source)
    }

    /// What it makes of a card. Nothing is written.
    ///
    /// # Errors
    ///
    /// All mistakes: that it is for another card or older than the card's last update, that a key is none or has
    /// another form, that the whole is no card, does not fit its files, or has no place in a file that a station
    /// writes.
    pub fn amend(&self, card: &Subject<'_>) -> Result<Amendment, Diagnostics> {
        self.amend_encoded(card).map(|(amendment, _)| amendment)
    }

    /// The same, and the chip with all of it.
    fn amend_encoded(&self, card: &Subject<'_>) -> Result<(Amendment, files::Encoded), Diagnostics> {
        self.header.check_card(card, &self.source)?;
        let layout = card.layout;
        let own = layout.schema()?;
        let mut schema = own.clone();
        schema.root.0.extend(header::schema()?.root.0.into_iter().filter(|key| key.name == header::HEADER));
        // One text that holds both, the change first: a place says by itself which of the two it is in.
        let base = Arc::new(Source { name: card.place.to_owned(), text: kept::base_text(card)? });
        let shift = self.source.text.len() + 1;
        let whole = format!("{}\n{}", self.source.text, base.text);
        let whole = Arc::new(Source { name: self.source.name.clone(), text: whole });
        let padded = Arc::new(Source { name: base.name.clone(), text: " ".repeat(shift) + &base.text });
        let home = |mistakes: Diagnostics| {
            Diagnostics(mistakes.0.into_iter().map(|mistake| self.at_home(mistake, &base, shift)).collect())
        };
        let written = Written::read(&padded).map_err(home)?;
        let before = card_file::read_card(&base, own, self.today)?;
        let mut change = Mended::read(&self.source)?;
        let refused = header::refused(&mut change.written, &self.source, layout.family().beside());
        let told = |mistakes: Vec<Diagnostic>| {
            let mut all = [refused.clone(), home(Diagnostics(mistakes)).0].concat();
            all.sort_by_key(|mistake| (!Arc::ptr_eq(&mistake.source, &self.source), mistake.span.start));
            all.truncate(Mistakes::MOST);
            Diagnostics(all)
        };
        self.header.date(&mut change.written);
        let card_without = copies::without_copies(&written, &change.written);
        change.written = overlay::overlay(&card_without, &change.written, &schema, self.today);
        let read = card_file::read_document(&whole, change, &schema, self.today);
        let mut data = read.map_err(|mistakes| told(mistakes.0))?;
        let mut wrong = contradictions(&whole, layout, &data);
        let gone = copies::at_fault(&data, &wrong);
        let were = copies::at_fault(&before, &contradictions(&base, layout, &before));
        let kept = copies::written(&data);
        wrong.retain(|mistake| mistake.span.start < shift || !kept.contains(&mistake.span));
        copies::remove(&mut data, &gone.difference(&were).copied().collect());
        let encoded = layout.encode_changed((&whole, &self.source), &data, card.base);
        let encoded = encoded.map_err(|mistakes| told([wrong.clone(), mistakes.0].concat()))?;
        let other = data.at(header::SERIAL_NUMBER).filter(|node| node.text() != Some(&self.header.serial_number));
        if let Some(other) = other {
            let message = said!(en: "a card keeps its serial number", fr: "une carte garde son numéro de série");
            let mistake = CardMistake::new(&whole, other.span.clone(), message);
            let hint = said!(en: "another number is another card", fr: "un autre numéro est une autre carte");
            wrong.push(mistake.hint(hint).into());
        }
        if wrong.is_empty() && refused.is_empty() {
            let homeless = files::homeless(&before, &data, &encoded.1, self.source.text.len());
            wrong.extend(homeless.into_iter().map(|(path, span)| no_file(layout, &path, &whole, span)));
        }
        if !(wrong.is_empty() && refused.is_empty()) {
            return Err(told(wrong));
        }
        let old = layout.encode(&base, &before, card.base)?;
        let differences = differences::differences(&before, &data, own);
        let (files, erased) = (files::changed(&old, &encoded), files::erased(&old, &encoded));
        Ok((Amendment { data, differences, files, erased }, encoded))
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

/// That a change makes something another that no file holds which a station writes.
fn no_file(layout: &Layout, path: &str, whole: &Arc<Source>, span: Span) -> Diagnostic {
    let name = layout.name();
    let message = said!(
        en: "no file of layout {name} that a station writes holds \"{path}\"",
        fr: "aucun fichier de la structure {name} qu'une station écrit ne contient « {path} »",
    );
    let hint = said!(
        en: "it is given to a card when it is made, and stays; leave it out",
        fr: "une carte le reçoit à sa fabrication et le garde ; l'enlever",
    );
    CardMistake::new(whole, span, message).hint(hint).into()
}
