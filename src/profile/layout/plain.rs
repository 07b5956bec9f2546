//! What the layout does not say: objects of BER-TLV as they stand, named by what their tags mean in DER.

use std::sync::Arc;

use super::{
    super::map::{Author, Element, UNEXPLAINED},
    ber,
    coding::show_bytes,
    model::{Builder, Item, Known},
    oids,
};

/// How deep objects are taken apart.
const DEEPEST: usize = 24;

/// What a string of bytes is called.
const OCTETS: &str = "octet string";

/// The tag of an object identifier (X.680, 8.4).
const OBJECT_IDENTIFIER: u8 = 0x06;

/// The names of DER types (X.680, 8.4).
const NAMES: [(u8, &str); 13] = [
    (0x01, "boolean"),
    (0x02, "integer"),
    (0x03, "bit string"),
    (0x04, OCTETS),
    (0x05, "null"),
    (OBJECT_IDENTIFIER, "object identifier"),
    (0x0A, "enumerated"),
    (0x0C, "text"),
    (0x13, "text"),
    (0x17, "time"),
    (0x18, "time"),
    (0x30, "sequence"),
    (0x31, "set"),
];

/// What the signature of a card-verifiable certificate is called.
const SIGNATURE: &str = "signature";

/// The names of the objects of card-verifiable certificates [OPENSC-CWA certificates] [OPENPACE-EAC certificates].
const CARD_VERIFIABLE: [(&[u8], &str); 11] = [
    (&[0x7F, 0x21], "card-verifiable certificate"),
    (&[0x5F, 0x37], SIGNATURE),
    (&[0x5F, 0x38], "rest of the key"),
    (&[0x42], "authority"),
    (&[0x7F, 0x4E], "body"),
    (&[0x5F, 0x29], "profile"),
    (&[0x7F, 0x49], "public key"),
    (&[0x5F, 0x20], "holder"),
    (&[0x7F, 0x4C], "authorisation"),
    (&[0x5F, 0x25], "first day"),
    (&[0x5F, 0x24], "last day"),
];

/// Tags whose values are text.
const TEXTS: [u8; 4] = [0x0C, 0x13, 0x17, 0x18];

/// The elements of what a builder made, or of what stands in its place. Certificates are about a person; in TokenInfo,
/// the serial number is.
pub(super) fn built(builder: Builder, bytes: &[u8], start: usize, item: &Item, left: &mut usize) -> Vec<Element> {
    let personal = item.personal || matches!(builder, Builder::Certificate | Builder::CvCertificate);
    let mut made = elements(bytes, start, &item.known, personal, left);
    if builder == Builder::TokenInfo {
        let serial = made.iter_mut().flat_map(|info| &mut info.children).find(|child| child.name == OCTETS);
        serial.into_iter().for_each(|serial| serial.personal = true);
    }
    let parts = made.first_mut().map(|certificate| &mut certificate.children[..]).unwrap_or_default();
    // It may not be made yet, and says nothing to anybody.
    let signature = match builder {
        Builder::Certificate => parts.last_mut(),
        Builder::CvCertificate | Builder::CvAuthority => parts.iter_mut().find(|part| part.name == SIGNATURE),
        _ => None,
    };
    if let Some(found) = signature {
        found.value = format!("a signature, {} bytes", found.range.len() - found.header);
    }
    made
}

/// The elements of bytes that begin at `start`: each byte is in exactly one. At most `left` elements are made.
fn elements(bytes: &[u8], start: usize, known: &Arc<Known>, personal: bool, left: &mut usize) -> Vec<Element> {
    Plain { known, personal, left }.objects(bytes, start, DEEPEST)
}

struct Plain<'a> {
    known: &'a Arc<Known>,
    personal: bool,
    left: &'a mut usize,
}

impl Plain<'_> {
    fn objects(&mut self, bytes: &[u8], start: usize, deep: usize) -> Vec<Element> {
        let (mut elements, mut at) = (Vec::new(), 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some(found) = ber::header(rest).filter(|_| *self.left > 0) else {
                elements.push(self.element(UNEXPLAINED.into(), start + at, 0, rest, show_bytes(rest)));
                break;
            };
            *self.left -= 1;
            let (tag, whole) = (&rest[..found.tag], &rest[..found.whole]);
            let value = &whole[found.header..];
            let mut element = self.element(name(tag), start + at, found.header, whole, String::new());
            if tag[0] & 0x20 != 0 && deep > 0 {
                element.children = self.objects(value, start + at + found.header, deep - 1);
            } else {
                element.value = shown(tag, value);
            }
            elements.push(element);
            at += found.whole;
        }
        elements
    }

    fn element(&self, name: String, start: usize, header: usize, whole: &[u8], value: String) -> Element {
        Element {
            personal: self.personal || name == UNEXPLAINED,
            author: Author::Code,
            name,
            range: start..start + whole.len(),
            header,
            value,
            origin: self.known.origin,
            source: self.known.at.clone(),
            written: 0..0,
            children: Vec::new(),
        }
    }
}

fn name(tag: &[u8]) -> String {
    let types = NAMES.iter().find(|(known, _)| [*known] == tag).map(|(_, name)| *name);
    let known = types.or_else(|| CARD_VERIFIABLE.iter().find(|(known, _)| *known == tag).map(|(_, name)| *name));
    known.map_or_else(|| hex::encode_upper(tag), str::to_owned)
}

fn shown(tag: &[u8], value: &[u8]) -> String {
    if let Some(identifier) = Some(value).filter(|_| tag == [OBJECT_IDENTIFIER]).and_then(oids::shown) {
        return identifier;
    }
    let text = std::str::from_utf8(value).ok().filter(|text| !text.chars().any(char::is_control));
    let is_text = TEXTS.iter().any(|known| [*known] == tag);
    text.filter(|_| is_text).map_or_else(|| show_bytes(value), str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{super::super::map::Origin, Known, elements};

    fn explained(bytes: &[u8]) -> Vec<super::Element> {
        let known = Arc::new(Known { origin: Origin::Invented, at: "".into() });
        elements(bytes, 0, &known, false, &mut 1000)
    }

    #[test]
    fn objects_are_named_and_taken_apart() {
        let elements = explained(&hex!("30 09 0C 03 50494E 04 02 7001"));
        let children: Vec<_> = elements[0].children.iter().map(|child| (child.name.as_str(), &*child.value)).collect();
        assert_eq!((elements[0].name.as_str(), elements[0].range.clone()), ("sequence", 0..11));
        assert_eq!(children, [("text", "PIN"), ("octet string", "7001")]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_covered_without_gaps(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut at = 0;
            for element in explained(&bytes) {
                prop_assert_eq!(element.range.start, at);
                at = element.range.end;
            }
            prop_assert_eq!(at, bytes.len());
        }
    }
}
