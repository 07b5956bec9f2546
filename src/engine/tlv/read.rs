//! Walking data objects in place.

use super::{Forms, LONGEST, Tag, read_length};

/// A data object among bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Object<'a> {
    /// Its tag.
    pub tag: Tag,
    /// Its value.
    pub value: &'a [u8],
    /// Where it begins, counted from the first byte that was given.
    pub position: usize,
    /// Where its value begins, counted alike.
    pub value_position: usize,
}

/// Why bytes are not data objects, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at byte {position}: {kind}")]
pub struct TlvError {
    /// What is wrong.
    pub kind: TlvErrorKind,
    /// At which byte, counted from the first one that was given.
    pub position: usize,
}

/// Why bytes are not data objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TlvErrorKind {
    /// The bytes end inside an object.
    #[error("the data ends inside an object")]
    Truncated,
    /// The first byte of a tag is zero inside a template.
    #[error("no tag begins with 00")]
    ZeroTag,
    /// The tag has more than three bytes, or its number is padded.
    #[error("this tag is not supported")]
    UnsupportedTag,
    /// The length is indefinite.
    #[error("an indefinite length is not allowed")]
    IndefiniteLength,
    /// The length could be written with fewer bytes, or takes more than the longest object here needs.
    #[error("the length takes more bytes than it may")]
    LongForm,
    /// Objects are nested too deeply.
    #[error("objects are nested more than {} deep", super::DEEPEST)]
    TooDeep,
    /// There are too many bytes.
    #[error("there are more than {LONGEST} bytes")]
    TooLong,
}

/// The data objects at one level, without what is in them. Ends after the first error.
#[derive(Clone, Debug)]
pub struct Objects<'a> {
    bytes: &'a [u8],
    position: usize,
    base: usize,
    padding: bool,
}

/// Walks the data objects of `bytes`, skipping the padding `00` before, between and after them.
#[must_use]
pub fn objects(bytes: &[u8]) -> Objects<'_> {
    Objects { bytes, position: 0, base: 0, padding: true }
}

impl<'a> Object<'a> {
    /// Walks the data objects in its value. There is no padding inside.
    #[must_use]
    pub fn objects(&self) -> Objects<'a> {
        Objects { bytes: self.value, position: 0, base: self.value_position, padding: false }
    }
}

impl<'a> Objects<'a> {
    fn read(&mut self) -> Result<Object<'a>, TlvError> {
        let start = self.position;
        let tag = self.read_tag().map_err(|kind| self.error(kind, start))?;
        let length_start = self.position;
        let length = self.read_length().map_err(|kind| self.error(kind, length_start))?;
        let value_start = self.position;
        let value = self.bytes[value_start..].get(..length);
        let value = value.ok_or_else(|| self.error(TlvErrorKind::Truncated, length_start))?;
        self.position += length;
        Ok(Object { tag, value, position: self.base + start, value_position: self.base + value_start })
    }

    fn read_tag(&mut self) -> Result<Tag, TlvErrorKind> {
        let first = self.take()?;
        if first == 0 {
            return Err(TlvErrorKind::ZeroTag);
        }
        let mut tag = u32::from(first);
        if first & 0x1F != 0x1F {
            return Ok(Tag(tag));
        }
        for index in 0..2 {
            let byte = self.take()?;
            if index == 0 && byte == 0x80 {
                break;
            }
            tag = tag << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                return Ok(Tag(tag));
            }
        }
        Err(TlvErrorKind::UnsupportedTag)
    }

    fn read_length(&mut self) -> Result<usize, TlvErrorKind> {
        let length = read_length(self.bytes.get(self.position..).unwrap_or_default(), Forms::Shortest)?;
        self.position += length.bytes;
        Ok(length.value)
    }

    fn take(&mut self) -> Result<u8, TlvErrorKind> {
        let byte = self.bytes.get(self.position).copied().ok_or(TlvErrorKind::Truncated)?;
        self.position += 1;
        Ok(byte)
    }

    fn error(&self, kind: TlvErrorKind, position: usize) -> TlvError {
        TlvError { kind, position: self.base + position }
    }
}

impl<'a> Iterator for Objects<'a> {
    type Item = Result<Object<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.padding {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            self.position += rest.iter().take_while(|&&byte| byte == 0).count();
        }
        if self.position >= self.bytes.len() {
            return None;
        }
        let object = self.read();
        if object.is_err() {
            self.position = self.bytes.len();
        }
        Some(object)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Tag, TlvError, TlvErrorKind, objects};

    fn error(bytes: &[u8]) -> (TlvErrorKind, usize) {
        let TlvError { kind, position } = objects(bytes).find_map(Result::err).expect("an error");
        (kind, position)
    }

    #[test]
    fn a_list_padded_with_zeros_is_read_to_its_end() {
        // The tail of a file is zero padding [RUFUS-VITALE padding].
        let bytes = hex!("65 03 80 01 41 65 00 00 00 5F37 01 AA 00");
        let found: Vec<_> = objects(&bytes)
            .map(|object| object.map(|object| (object.tag, object.value.len(), object.position)))
            .collect();
        assert_eq!(found, [Ok((Tag(0x65), 3, 0)), Ok((Tag(0x65), 0, 5)), Ok((Tag(0x5F37), 1, 9))]);
    }

    #[test]
    fn an_object_inside_another_knows_where_it_is() {
        let bytes = hex!("62 05 A1 03 8C 01 FF");
        let outer = objects(&bytes).next().expect("one").expect("well formed");
        let middle = outer.objects().next().expect("one").expect("well formed");
        let inner = middle.objects().next().expect("one").expect("well formed");
        assert_eq!((inner.tag, inner.position, inner.value_position), (Tag(0x8C), 4, 6));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(error(&hex!("80 01")), (TlvErrorKind::Truncated, 1));
        assert_eq!(error(&hex!("80 00 9F")), (TlvErrorKind::Truncated, 2));
        assert_eq!(error(&hex!("80 00 80 82 00")), (TlvErrorKind::Truncated, 3));
        assert_eq!(error(&hex!("80 00 80 80 00 00")), (TlvErrorKind::IndefiniteLength, 3));
        assert_eq!(error(&hex!("80 81 7F")), (TlvErrorKind::LongForm, 1));
        assert_eq!(error(&hex!("80 82 00 FF")), (TlvErrorKind::LongForm, 1));
        assert_eq!(error(&hex!("80 84 00 00 00 01 00")), (TlvErrorKind::LongForm, 1));
        assert_eq!(error(&hex!("9F 80 01 00")), (TlvErrorKind::UnsupportedTag, 0));
        assert_eq!(error(&hex!("9F 81 81 01 00")), (TlvErrorKind::UnsupportedTag, 0));
    }

    #[test]
    fn there_is_no_padding_inside_a_template() {
        let outer = objects(&hex!("62 02 00 00")).next().expect("one").expect("well formed");
        let error = outer.objects().next().expect("one").expect_err("padding");
        assert_eq!(error, TlvError { kind: TlvErrorKind::ZeroTag, position: 2 });
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_run_on(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut end = 0;
            for object in objects(&bytes).flatten() {
                prop_assert!(object.position >= end);
                end = object.value_position + object.value.len();
            }
            prop_assert!(end <= bytes.len());
        }
    }
}
