//! The slots to build: their names, as programs see them, and their kinds.

use std::{fmt, sync::Arc};

use virtuale_engine::Interface;

use crate::{reader::device::Device, shown};

/// The longest name of a slot, in bytes: PC/SC has 128 with the end mark (`MAX_READERNAME` of pcsc-lite).
pub const LONGEST_NAME: usize = 127;

/// The longest name of a reader that has the two numbers of pcsc-lite behind it, in bytes.
pub const LONGEST_READER_NAME: usize = LONGEST_NAME - " 00 00".len();

/// The name of a slot. Cheap to clone.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SlotName(Arc<str>);

/// A slot to build. It is one of the house's own reader unless it says otherwise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SlotSpec {
    /// Its name. No two slots have the same one.
    pub name: SlotName,
    /// On which interface it powers cards up.
    pub kind: Interface,
    /// What reader it is a slot of.
    pub device: Arc<Device>,
}

/// Why slots cannot have such names.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NameError {
    /// A program could neither show nor type such a name.
    #[error("{0:?} cannot be a reader's name: it must be printable and not empty")]
    Unprintable(String),
    /// PC/SC has no room for such a name.
    #[error("a reader's name has at most {longest} bytes, and this one has {length}")]
    TooLong {
        /// How long it is, in bytes.
        length: usize,
        /// How long it may be: [`LONGEST_NAME`], or [`LONGEST_READER_NAME`] where two numbers come behind it.
        longest: usize,
    },
    /// Programs choose a slot by its name.
    #[error("two slots cannot have the same name {0:?}")]
    Twice(String),
}

impl SlotName {
    /// The name of the house's own reader, before the numbers.
    pub const HOUSE: &str = "Virtuale";

    /// What stands behind the name of a reader where a slot has an antenna, before the numbers: a real reader with both
    /// has two names too. The word is invented.
    pub const ANTENNA: &str = "Contactless";

    /// A whole name of any form, such as `Ingenico TL TELIUM(2)`.
    ///
    /// # Errors
    ///
    /// [`NameError::Unprintable`] if the name is blank or has characters that are not seen, [`NameError::TooLong`]
    /// beyond [`LONGEST_NAME`] bytes.
    pub fn new(name: &str) -> Result<Self, NameError> {
        check(name, LONGEST_NAME)?;
        Ok(Self(name.into()))
    }

    /// A name as pcsc-lite makes it: that of the reader, the number of the reader, and the number of the slot in it, as
    /// in `Virtuale 00 01`.
    ///
    /// # Errors
    ///
    /// [`NameError::Unprintable`] if the reader's name is blank or has characters that are not seen,
    /// [`NameError::TooLong`] beyond [`LONGEST_READER_NAME`] bytes.
    pub fn numbered(reader: &str, number: u8, slot: u8) -> Result<Self, NameError> {
        check(reader, LONGEST_READER_NAME)?;
        Ok(Self(format!("{reader} {number:02X} {slot:02X}").into()))
    }

    /// The name of a reader as somebody writes it who need not know how services number readers.
    ///
    /// One that ends in numbers, as pcsc-lite (` 00 01`), Windows (` 0`) and drivers of several slots (`(1)`) write
    /// them, is whole, and so is one behind a `=`, which is not part of it. Any other gets pcsc-lite's two numbers:
    /// reader 00, and the first slot whose name no other slot has.
    ///
    /// # Errors
    ///
    /// Those of [`SlotName::new`] and [`SlotName::numbered`].
    pub fn completed(written: &str, taken: &[Self]) -> Result<Self, NameError> {
        if let Some(whole) = written.strip_prefix('=') {
            return Self::new(whole);
        }
        if ends_in_numbers(written) {
            return Self::new(written);
        }
        let free = |slot| Self::numbered(written, 0, slot).map(|name| Some(name).filter(|name| !taken.contains(name)));
        (0..=u8::MAX).find_map(|slot| free(slot).transpose()).unwrap_or_else(|| Self::new(written))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SlotSpec {
    /// A slot with contacts.
    #[must_use]
    pub fn contact(name: SlotName) -> Self {
        Self { name, kind: Interface::Contact, device: Arc::default() }
    }

    /// A slot with an antenna.
    #[must_use]
    pub fn contactless(name: SlotName) -> Self {
        Self { name, kind: Interface::Contactless, device: Arc::default() }
    }

    /// A slot of a reader with several: `NAME 00 01` with contacts, `NAME Contactless 00 01` with an antenna.
    ///
    /// # Errors
    ///
    /// Those of [`SlotName::numbered`].
    pub fn numbered(reader: &str, slot: u8, kind: Interface) -> Result<Self, NameError> {
        let name = match kind {
            Interface::Contact => SlotName::numbered(reader, 0, slot),
            Interface::Contactless => SlotName::numbered(&format!("{reader} {}", SlotName::ANTENNA), 0, slot),
        };
        Ok(Self { name: name?, kind, device: Arc::default() })
    }

    /// The slots of one reader, all with contacts: `NAME 00 00`, `NAME 00 01` and so on.
    ///
    /// # Errors
    ///
    /// Those of [`SlotName::numbered`].
    pub fn of_reader(name: &str, slots: u8) -> Result<Vec<Self>, NameError> {
        (0..slots).map(|slot| Self::numbered(name, slot, Interface::Contact)).collect()
    }

    /// # Errors
    ///
    /// [`NameError::Twice`] if two slots have the same name.
    pub(super) fn check_all(slots: &[Self]) -> Result<(), NameError> {
        for (index, spec) in slots.iter().enumerate() {
            if slots.iter().take(index).any(|earlier| earlier.name == spec.name) {
                return Err(NameError::Twice(spec.name.to_string()));
            }
        }
        Ok(())
    }
}

impl fmt::Display for SlotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a name ends as services and drivers number their readers: in a number of Windows, a number in brackets, or
/// two numbers of two hexadecimal digits.
fn ends_in_numbers(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let is_pair = |text: &str| text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if name.strip_suffix(')').and_then(|name| name.rsplit_once('(')).is_some_and(|(_, number)| is_number(number)) {
        return true;
    }
    let Some((before, last)) = name.rsplit_once(' ') else { return false };
    is_number(last) || is_pair(last) && before.rsplit_once(' ').is_some_and(|(_, pair)| is_pair(pair))
}

fn check(name: &str, longest: usize) -> Result<(), NameError> {
    if name.trim().is_empty() || name.contains(shown::is_hidden) {
        return Err(NameError::Unprintable(name.to_owned()));
    }
    if name.len() > longest {
        return Err(NameError::TooLong { length: name.len(), longest });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, LONGEST_READER_NAME, NameError, SlotName, SlotSpec};

    #[test]
    fn the_slots_of_a_reader_have_its_name_and_two_numbers() {
        let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
        let names: Vec<_> = slots.iter().map(|slot| slot.name.as_str()).collect();
        assert_eq!(names, ["Virtuale 00 00", "Virtuale 00 01"]);
        let last = SlotName::numbered("Autre", 1, 0xFF).expect("a name");
        assert_eq!(last.as_str(), "Autre 01 FF");
    }

    #[test]
    fn names_fit_pc_sc_to_the_last_byte() {
        let long = format!("x{}", "é".repeat(60));
        let name = SlotName::numbered(&long, 0, 0).expect("it fits");
        assert_eq!(name.as_str().len() + 1, 128, "with its end mark");
        let longer = format!("{long}y");
        let too_long = NameError::TooLong { length: LONGEST_READER_NAME + 1, longest: LONGEST_READER_NAME };
        assert_eq!(SlotName::numbered(&longer, 0, 0), Err(too_long));
        assert_eq!(SlotName::new(name.as_str()).as_ref(), Ok(&name));
        let too_long = NameError::TooLong { length: LONGEST_NAME + 1, longest: LONGEST_NAME };
        assert_eq!(SlotName::new(&format!("{name}!")), Err(too_long));
    }

    #[test]
    fn names_that_no_program_can_show_are_refused() {
        for name in ["", "  ", "two\nlines", "nul\0", "\u{202e}tac", "a\u{2028}b", "a\u{200b}b"] {
            let unprintable = NameError::Unprintable(name.to_owned());
            assert_eq!(SlotName::new(name), Err(unprintable.clone()));
            assert_eq!(SlotName::numbered(name, 0, 0), Err(unprintable));
        }
    }

    #[test]
    fn names_of_the_field_are_whole_and_others_get_numbers() {
        for whole in [
            "Ingenico TL TELIUM(1)",
            "F600 F600 Smart Card Reader 01",
            "Identive CLOUD 2700 R Smart Card Reader 0",
            "01810175 KAP-LINK 0",
            "Gemalto PC Twin Reader 00 00",
            "Gemalto PC Twin Reader 0A 1F",
        ] {
            assert_eq!(SlotName::completed(whole, &[]).map(|name| name.to_string()).as_deref(), Ok(whole));
        }
        let mut taken = Vec::new();
        for (written, right) in [
            ("Bifente", "Bifente 00 00"),
            ("Bifente", "Bifente 00 01"),
            ("Autre", "Autre 00 00"),
            ("Reader X 1F", "Reader X 1F 00 00"),
            ("Reader(a)", "Reader(a) 00 00"),
            ("=F600 F600 Smart Card Reader", "F600 F600 Smart Card Reader"),
            ("Bifente 00 02", "Bifente 00 02"),
            ("Bifente", "Bifente 00 03"),
        ] {
            let name = SlotName::completed(written, &taken).expect("a name");
            assert_eq!(name.as_str(), right);
            taken.push(name);
        }
        assert!(SlotName::completed("=", &[]).is_err() && SlotName::completed("", &[]).is_err());
        let longest = "x".repeat(LONGEST_READER_NAME);
        assert_eq!(SlotName::completed(&longest, &[]).map(|name| name.as_str().len()), Ok(LONGEST_NAME));
        assert!(SlotName::completed(&format!("{longest}x"), &[]).is_err());
    }

    #[test]
    fn a_name_is_given_once() {
        let slots = ["A", "B", "A"].map(|name| SlotSpec::contact(SlotName::new(name).expect("a name")));
        assert_eq!(SlotSpec::check_all(&slots), Err(NameError::Twice("A".into())));
        assert_eq!(SlotSpec::check_all(&slots[..2]), Ok(()));
    }
}
