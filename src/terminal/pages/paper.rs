//! The copy on paper (fiche reflet): points a and b of the law's list, given to the holder
//! [CSS-R161 33-1, 33-4].

use super::{
    Format, Page, Role,
    writer::{LABELS, Writer, nir},
};
use crate::terminal::vitale::{Lock, Reading};

/// What the holder wants on the copy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PaperCopy {
    /// Whether coverage and exoneration stand on it; the holder may have them left out.
    pub exoneration: bool,
}

/// The copy on paper of what was read.
#[must_use]
pub fn paper_copy(reading: &Reading, copy: PaperCopy, format: Format) -> Page {
    let mut writer = Writer::new(reading, format);
    let (words, volet) = (writer.words, &reading.volet);
    writer.page.title(words.titles.paper_copy);
    writer.value(LABELS, words.labels.issuer, volet.card.issuer.as_ref());
    writer.value(LABELS, words.labels.serial, volet.card.serial.as_ref());
    writer.value(
        LABELS,
        words.labels.validity,
        Some((words.period)(volet.card.validity.start, volet.card.validity.end)),
    );
    writer.value(LABELS, words.labels.nir, volet.insured.nir.as_deref().map(nir));
    writer.page.gap();
    for (index, person) in volet.beneficiaries.iter().enumerate() {
        writer.name_line(index);
        writer.other_names(person);
        writer.value(writer.personal_labels(), words.labels.born, person.born.map(words.date));
        writer.rights_of(person);
        if copy.exoneration {
            writer.coverage_of(person);
        }
    }
    writer.page.gap();
    if !copy.exoneration {
        writer.page.text(0, Role::Plain, words.notes.paper_without_exoneration);
    } else if reading.closed.iter().any(|file| file.lock == Lock::ProfessionalCard) {
        writer.page.text(0, Role::Plain, words.notes.paper_exoneration_closed);
    }
    writer.page.text(0, Role::Plain, &(words.notes.paper_issued)(&writer.date(reading.today)));
    writer.page.text(0, Role::Plain, words.notes.paper_personal);
    writer.page
}
