//! BER-TLV as a terminal takes it from a card: what is broken ends the reading without an error.

use virtuale_engine::tlv::{self, Object, Tag, Tree};

/// The objects one behind the other, up to the first that is broken.
pub(in crate::terminal) fn objects(bytes: &[u8]) -> impl Iterator<Item = Object<'_>> {
    tlv::objects(bytes).map_while(Result::ok)
}

/// The value of the first object of that tag, at this level.
pub(in crate::terminal) fn find(bytes: &[u8], tag: Tag) -> Option<&[u8]> {
    objects(bytes).find(|object| object.tag == tag).map(|object| object.value)
}

/// The value of the first primitive object of that tag, at any depth. A template that is broken somewhere, or nested
/// too deeply, is passed over whole.
pub(in crate::terminal) fn find_deep(bytes: &[u8], tag: Tag) -> Option<Vec<u8>> {
    let whole = |object: Object<'_>| bytes.get(object.position..object.value_position + object.value.len());
    objects(bytes).filter_map(whole).find_map(|object| {
        let trees = tlv::parse(object).ok()?;
        trees.find_all(tag).find_map(Tree::value).map(<[u8]>::to_vec)
    })
}

/// Whether bytes begin with an object that is whole, down to the last one in it.
pub(in crate::terminal) fn is_whole(bytes: &[u8]) -> bool {
    let first = objects(bytes).next();
    let first = first.and_then(|object| bytes.get(object.position..object.value_position + object.value.len()));
    first.is_some_and(|object| tlv::parse(object).is_ok())
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::tlv::Tag;

    use super::{find, find_deep, is_whole, objects};

    #[test]
    fn a_broken_object_ends_the_reading() {
        let bytes = hex!("80 01 AA 7F21 02 BBCC 00 81 05 DD");
        assert_eq!(objects(&bytes).map(|object| object.tag).collect::<Vec<_>>(), [Tag(0x80), Tag(0x7F21)]);
        assert_eq!(find(&bytes, Tag(0x7F21)), Some(&hex!("BBCC")[..]));
        assert_eq!(find(&bytes, Tag(0x81)), None);
    }

    #[test]
    fn what_breaks_off_is_not_whole() {
        assert!(is_whole(&hex!("62 03 80 01 AA")) && is_whole(&hex!("62 03 80 01 AA 00 FF")));
        for broken in [&hex!("62 03 80 01")[..], &hex!("62 02 80 01"), &hex!("62"), &[]] {
            assert!(!is_whole(broken), "{broken:02X?}");
        }
    }

    #[test]
    fn the_search_goes_down_but_not_for_ever() {
        let rule = hex!("62 07 A1 05 8C 03 01 20 00");
        assert_eq!(find_deep(&rule, Tag(0x8C)), Some(hex!("01 20 00").to_vec()));
        assert_eq!(find_deep(&hex!("62 04 A1 02 8C 03"), Tag(0x8C)), None);
        let mut nested = vec![0x8C, 0x00];
        for _ in 0..20 {
            let length = u8::try_from(nested.len()).expect("short");
            nested.splice(0..0, [0xA1, length]);
        }
        assert_eq!(find_deep(&nested, Tag(0x8C)), None);
    }
}
