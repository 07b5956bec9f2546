//! Readers as their buyer knows them, and the names that programs see.

use std::sync::Arc;

/// The longest model name in a reader's name, in bytes: a name has 128 with its end mark and two numbers.
pub const LONGEST_MODEL: usize = 121;

/// A reader to build: what it is called and how many slots it has.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Model {
    name: String,
    slots: u8,
}

/// Why readers cannot be built.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// A program could neither show nor type such a name.
    #[error("{0:?} cannot be a reader's name: it must be printable and not empty")]
    Name(String),
    /// PC/SC has no room for such a name.
    #[error("a reader's name has at most {LONGEST_MODEL} bytes, and this one has {0}")]
    TooLong(usize),
    /// The numbers in reader names have two hexadecimal digits.
    #[error("{0} readers are too many: at most 256 can be told apart")]
    TooMany(usize),
}

impl Model {
    /// The house's own reader.
    pub const HOUSE: &str = "Virtuale";

    /// A reader of that name.
    ///
    /// # Errors
    ///
    /// [`ModelError::Name`] if the name is blank or has control characters, [`ModelError::TooLong`] beyond
    /// [`LONGEST_MODEL`] bytes.
    pub fn new(name: &str, slots: u8) -> Result<Self, ModelError> {
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            return Err(ModelError::Name(name.to_owned()));
        }
        if name.len() > LONGEST_MODEL {
            return Err(ModelError::TooLong(name.len()));
        }
        Ok(Self { name: name.to_owned(), slots })
    }

    /// The names of all slots of all readers: model, number of the reader, number of the slot in it.
    pub(in crate::reader) fn slot_names(readers: &[Self]) -> Result<Vec<Arc<str>>, ModelError> {
        if readers.len() > 256 {
            return Err(ModelError::TooMany(readers.len()));
        }
        let of_reader = |(reader, model): (usize, &Self)| {
            let name = model.name.clone();
            (0..model.slots).map(move |slot| Arc::from(format!("{name} {reader:02X} {slot:02X}")))
        };
        Ok(readers.iter().enumerate().flat_map(of_reader).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MODEL, Model, ModelError};

    #[test]
    fn names_end_in_two_numbers() {
        let readers = [Model::new(Model::HOUSE, 2).expect("a name"), Model::new("Autre", 1).expect("a name")];
        let names = Model::slot_names(&readers).expect("few readers");
        assert_eq!(
            names.iter().map(|name| &**name).collect::<Vec<_>>(),
            ["Virtuale 00 00", "Virtuale 00 01", "Autre 01 00"]
        );
    }

    #[test]
    fn names_fit_pc_sc_to_the_last_byte() {
        let long = Model::new(&format!("x{}", "é".repeat(60)), 1).expect("a name");
        let names = Model::slot_names(&[long]).expect("one reader");
        assert_eq!(names[0].len() + 1, 128, "with its end mark");
        assert_eq!(Model::new(&"é".repeat(61), 1), Err(ModelError::TooLong(LONGEST_MODEL + 1)));
    }

    #[test]
    fn names_that_no_program_can_show_are_refused() {
        for name in ["", "  ", "two\nlines", "nul\0"] {
            assert_eq!(Model::new(name, 1), Err(ModelError::Name(name.to_owned())));
        }
        let one = Model::new("A", 1).expect("a name");
        assert_eq!(Model::slot_names(&vec![one; 257]), Err(ModelError::TooMany(257)));
    }
}
