//! BER-TLV as a terminal meets it: zero padding ends a file, and what is broken ends the reading without an error.

/// The deepest nesting that is searched.
const DEEPEST: usize = 4;

/// One data object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Object<'a> {
    /// Its tag, one or two bytes.
    pub(super) tag: u16,
    /// Its value.
    pub(super) value: &'a [u8],
}

/// The objects one behind the other, up to padding or the first that is broken.
pub(super) fn objects(bytes: &[u8]) -> impl Iterator<Item = Object<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (object, behind) = split(rest)?;
        rest = behind;
        Some(object)
    })
}

/// The value of the first object of that tag, at this level.
pub(super) fn find(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    objects(bytes).find(|object| object.tag == tag).map(|object| object.value)
}

/// The value of the first object of that tag, at this level or below.
pub(super) fn find_deep(bytes: &[u8], tag: u16) -> Option<&[u8]> {
    fn search(bytes: &[u8], tag: u16, depth: usize) -> Option<&[u8]> {
        let deeper = |object: Object<'_>| depth < DEEPEST && object.is_constructed();
        find(bytes, tag).or_else(|| {
            objects(bytes).filter(|object| deeper(*object)).find_map(|object| search(object.value, tag, depth + 1))
        })
    }
    search(bytes, tag, 0)
}

impl Object<'_> {
    fn is_constructed(&self) -> bool {
        let first = if self.tag > 0xFF { self.tag >> 8 } else { self.tag };
        first & 0x20 != 0
    }
}

fn split(bytes: &[u8]) -> Option<(Object<'_>, &[u8])> {
    let (&first, rest) = bytes.split_first().filter(|(first, _)| !matches!(first, 0x00 | 0xFF))?;
    let (tag, rest) = match first & 0x1F {
        0x1F => {
            let (&second, rest) = rest.split_first().filter(|(second, _)| **second < 0x80)?;
            (u16::from_be_bytes([first, second]), rest)
        }
        _ => (u16::from(first), rest),
    };
    let (length, rest) = match rest {
        [length @ 0..=0x7F, rest @ ..] => (usize::from(*length), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((Object { tag, value }, rest))
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{find, find_deep, objects};

    #[test]
    fn padding_and_broken_objects_end_the_reading() {
        let bytes = hex!("80 01 AA 7F21 81 02 BBCC 00 81 01 DD");
        let tags: Vec<u16> = objects(&bytes).map(|object| object.tag).collect();
        assert_eq!(tags, [0x80, 0x7F21]);
        assert_eq!(objects(&hex!("80 05 AA")).count(), 0);
        assert_eq!(objects(&hex!("80 80 AA 00 00")).count(), 0);
        assert_eq!(find(&bytes, 0x7F21), Some(&hex!("BBCC")[..]));
    }

    #[test]
    fn the_search_goes_down_but_not_for_ever() {
        let rule = hex!("62 07 A1 05 8C 03 01 20 00");
        assert_eq!(find_deep(&rule, 0x8C), Some(&hex!("01 20 00")[..]));
        let mut nested = vec![0x8C, 0x00];
        for _ in 0..20 {
            let length = u8::try_from(nested.len()).expect("short");
            nested.splice(0..0, [0xA1, length]);
        }
        assert_eq!(find_deep(&nested, 0x8C), None);
    }
}
