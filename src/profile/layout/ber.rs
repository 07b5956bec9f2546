//! Objects of BER-TLV among bytes that a layout explains: tags of one to three bytes, lengths of any definite form.

use virtuale_engine::tlv::{Forms, read_length};

/// Where a data object's parts are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Header {
    /// Bytes of the tag.
    pub(super) tag: usize,
    /// Bytes of the tag and the length.
    pub(super) header: usize,
    /// Bytes of the whole object.
    pub(super) whole: usize,
}

/// The longest tag.
const LONGEST_TAG: usize = 3;

/// How many bytes the tag at the start of `bytes` has; `None` where no tag stands.
pub(super) fn tag_length(bytes: &[u8]) -> Option<usize> {
    let (&first, rest) = bytes.split_first()?;
    if first == 0x00 || first == 0xFF {
        return None;
    }
    if first & 0x1F != 0x1F {
        return Some(1);
    }
    let more = rest.iter().take(LONGEST_TAG - 1).position(|byte| byte & 0x80 == 0)?;
    Some(2 + more)
}

/// The data object at the start of `bytes`, if a whole one stands there.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let tag = tag_length(bytes)?;
    let length = read_length(bytes.get(tag..)?, Forms::Any).ok()?;
    let header = tag + length.bytes;
    let whole = header + length.value;
    (whole <= bytes.len()).then_some(Header { tag, header, whole })
}

/// How many bytes the data objects at the start of `bytes` have, up to where none stands.
pub(super) fn objects(bytes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(found) = bytes.get(end..).and_then(header) {
        end += found.whole;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::{Header, header, objects, tag_length};

    #[test]
    fn tags_have_one_to_three_bytes() {
        assert_eq!(tag_length(&[0x65]), Some(1));
        assert_eq!(tag_length(&[0x7F, 0x21]), Some(2));
        assert_eq!(tag_length(&[0x7F, 0x81, 0x01]), Some(3));
        for none in [&[][..], &[0x00], &[0xFF], &[0x7F], &[0x7F, 0x81], &[0x7F, 0x81, 0x81, 0x01]] {
            assert_eq!(tag_length(none), None, "{none:02X?}");
        }
    }

    #[test]
    fn an_object_must_be_whole() {
        assert_eq!(header(&[0x80, 0x01, 0xAA, 0xBB]), Some(Header { tag: 1, header: 2, whole: 3 }));
        for broken in [&[0x80][..], &[0x80, 0x02, 0xAA], &[0x80, 0x80], &[0x80, 0x82, 0x01], &[0x80, 0x84, 0, 0, 0, 0]]
        {
            assert_eq!(header(broken), None, "{broken:02X?}");
        }
    }

    #[test]
    fn objects_end_where_none_stands() {
        assert_eq!(objects(&[0x30, 0x02, 0x00, 0x00, 0x30, 0x00, 0x00, 0x00]), 6);
        for none in [&[][..], &[0x00], &[0x30, 0x01], &[0xFF, 0xFF]] {
            assert_eq!(objects(none), 0, "{none:02X?}");
        }
    }
}
