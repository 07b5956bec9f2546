//! Trees of data objects.

use alloc::vec::Vec;

use iso7816_tlv::ber::{Tlv, Value};

use super::{DEEPEST, LONGEST, Tag, TlvError, TlvErrorKind, objects, read::Objects};

/// Data objects one behind the other, each with all that is in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trees(Vec<Tlv>);

/// A data object and what is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tree<'a>(&'a Tlv);

/// Parses bytes into the data objects they are made of, skipping padding at the outer level.
///
/// # Errors
///
/// [`TlvError`] at the first byte that is not as the module has it.
pub fn parse(bytes: &[u8]) -> Result<Trees, TlvError> {
    check(bytes)?;
    let read = objects(bytes).map(|object| {
        let object = object?;
        let end = object.value_position + object.value.len();
        let refused = TlvError { kind: TlvErrorKind::UnsupportedTag, position: object.position };
        Tlv::from_bytes(&bytes[object.position..end]).map_err(|_| refused)
    });
    read.collect::<Result<_, _>>().map(Trees)
}

/// Walks all levels without recursion, so that the parser behind only sees what it can bear.
fn check(bytes: &[u8]) -> Result<(), TlvError> {
    if bytes.len() > LONGEST {
        return Err(TlvError { kind: TlvErrorKind::TooLong, position: LONGEST });
    }
    let mut levels: Vec<Objects<'_>> = Vec::with_capacity(DEEPEST + 1);
    levels.push(objects(bytes));
    while let Some(level) = levels.last_mut() {
        match level.next().transpose()? {
            None => drop(levels.pop()),
            Some(object) if !object.tag.is_constructed() => (),
            Some(object) if levels.len() > DEEPEST => {
                return Err(TlvError { kind: TlvErrorKind::TooDeep, position: object.position });
            }
            Some(object) => levels.push(object.objects()),
        }
    }
    Ok(())
}

impl Trees {
    /// The objects of the outer level, in the order of their bytes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Tree<'_>> {
        self.0.iter().map(Tree)
    }

    /// The first object that a path of tags leads to, from the outer level inwards.
    #[must_use]
    pub fn find(&self, path: &[Tag]) -> Option<Tree<'_>> {
        find(&self.0, path)
    }

    /// All objects with a tag, at any depth, in the order of their bytes.
    pub fn find_all(&self, tag: Tag) -> impl Iterator<Item = Tree<'_>> {
        let mut waiting: Vec<_> = self.iter().rev().collect();
        let all = core::iter::from_fn(move || {
            let tree = waiting.pop()?;
            waiting.extend(tree.objects().rev());
            Some(tree)
        });
        all.filter(move |tree| tree.tag() == tag)
    }
}

impl<'a> Tree<'a> {
    /// Its tag.
    #[must_use]
    pub fn tag(self) -> Tag {
        Tag(self.0.tag().to_bytes().iter().fold(0, |tag, &byte| tag << 8 | u32::from(byte)))
    }

    /// Its value; `None` for a template, whose value is objects.
    #[must_use]
    pub fn value(self) -> Option<&'a [u8]> {
        match self.0.value() {
            Value::Primitive(value) => Some(value),
            Value::Constructed(_) => None,
        }
    }

    /// The objects that are its value, in the order of their bytes; none if it is no template.
    pub fn objects(self) -> impl DoubleEndedIterator<Item = Tree<'a>> {
        inside(self.0).iter().map(Tree)
    }
}

fn inside(object: &Tlv) -> &[Tlv] {
    match object.value() {
        Value::Constructed(objects) => objects,
        Value::Primitive(_) => &[],
    }
}

fn find<'a>(objects: &'a [Tlv], path: &[Tag]) -> Option<Tree<'a>> {
    let (&tag, rest) = path.split_first()?;
    let mut candidates = objects.iter().filter(|object| Tree(object).tag() == tag);
    if rest.is_empty() { candidates.next().map(Tree) } else { candidates.find_map(|object| find(inside(object), rest)) }
}

#[cfg(test)]
mod tests {
    //! The seven defects of iso7816-tlv 0.4.4 [ISO7816-TLV-0.4.4 defects]. Where one can be shown without harm, the
    //! test shows the crate's own answer too, so that a release that repairs it is noticed.

    use alloc::{vec, vec::Vec};
    use core::error::Error;

    use hex_literal::hex;
    use iso7816_tlv::ber::{self, Tlv, Value};
    use proptest::prelude::*;

    use super::{Tag, TlvError, TlvErrorKind, Tree, parse};
    use crate::tlv::{DEEPEST, put, put_with};

    fn nested(depth: usize) -> Vec<u8> {
        (0..depth).fold(vec![], |inner, _| {
            let mut outer = vec![];
            put(Tag(0xE1), &inner, &mut outer);
            outer
        })
    }

    #[test]
    fn defect_1_a_length_of_127_is_one_byte() {
        let value = [0x55; 127];
        let mut ours = vec![];
        put_with(Tag(0x62), &mut ours, |inside| put(Tag(0x80), &value, inside));
        assert_eq!(ours[..5], hex!("62 81 81 80 7F"));
        assert_eq!(parse(&ours).map(|trees| trees.iter().count()), Ok(1));
        let tag = ber::Tag::try_from(0x80_u8).expect("a tag");
        let theirs = Tlv::new(tag, Value::Primitive(value.to_vec())).expect("primitive").to_vec();
        assert_eq!(theirs[..3], hex!("80 81 7F"));
    }

    #[test]
    fn defect_2_deep_nesting_is_refused_before_recursion() {
        let deepest = nested(DEEPEST);
        assert_eq!(parse(&deepest).map(|trees| trees.iter().count()), Ok(1));
        assert_eq!(parse(&nested(8_000)).map_err(|error| error.kind), Err(TlvErrorKind::TooDeep));
    }

    #[test]
    fn defect_3_size_and_depth_are_bounded() {
        let bytes = vec![0x80; super::LONGEST + 1];
        assert_eq!(parse(&bytes).map_err(|error| error.kind), Err(TlvErrorKind::TooLong));
        assert_eq!(parse(&nested(15_000)).map_err(|error| error.kind), Err(TlvErrorKind::TooDeep));
    }

    #[test]
    fn defect_4_templates_and_all_hits_are_found() {
        let trees = parse(&hex!("6F 0E A5 06 80 01 01 80 01 02 80 01 03 80 01 04")).expect("well formed");
        let found = trees.find(&[Tag(0x6F), Tag(0xA5)]).expect("the template");
        assert_eq!((found.tag(), found.value(), found.objects().count()), (Tag(0xA5), None, 2));
        let values: Vec<_> = trees.find_all(Tag(0x80)).filter_map(Tree::value).collect();
        assert_eq!(values, [[1], [2], [3], [4]]);
        let theirs = &trees.0[0];
        assert!(theirs.find(&ber::Tag::try_from(0xA5_u8).expect("a tag")).is_none());
        assert_eq!(theirs.find_all(&ber::Tag::try_from(0x80_u8).expect("a tag")).len(), 3);
    }

    #[test]
    fn defect_5_indefinite_and_long_lengths_are_errors() {
        let at = |kind, position| Err(TlvError { kind, position });
        assert_eq!(parse(&hex!("80 80 00 00")), at(TlvErrorKind::IndefiniteLength, 1));
        assert_eq!(parse(&hex!("62 03 80 81 00")), at(TlvErrorKind::LongForm, 3));
        assert!(Tlv::parse(&hex!("80 80")).0.is_ok());
        assert!(Tlv::parse(&hex!("80 81 01 00")).0.is_ok());
    }

    #[test]
    fn defect_6_long_tags_are_refused_with_a_real_error() {
        let error = parse(&hex!("80 00 5F 81 81 01 00")).expect_err("a tag of four bytes");
        assert_eq!(error, TlvError { kind: TlvErrorKind::UnsupportedTag, position: 2 });
        let error: &dyn Error = &error;
        assert!(error.source().is_none());
        assert!(Tlv::parse(&hex!("5F 81 81 01 00")).0.is_err());
    }

    #[test]
    fn defect_7_errors_are_not_dropped_and_tags_compare() {
        let bytes = hex!("80 01 01 80 05 02");
        assert_eq!(parse(&bytes), Err(TlvError { kind: TlvErrorKind::Truncated, position: 4 }));
        assert_eq!(Tlv::parse_all(&bytes).len(), 1);
        let mut tags = [Tag(0x7F49), Tag(0x62)];
        tags.sort_unstable();
        assert_eq!(tags, [Tag(0x62), Tag(0x7F49)]);
    }

    #[test]
    fn a_path_tries_every_template_on_its_way() {
        let trees = parse(&hex!("65 03 80 01 41 65 03 93 01 42")).expect("well formed");
        let found = trees.find(&[Tag(0x65), Tag(0x93)]).expect("in the second template");
        assert_eq!((found.value(), found.objects().count()), (Some(&[0x42][..]), 0));
        assert_eq!(trees.find(&[]), None);
    }

    fn any_objects() -> impl Strategy<Value = Vec<u8>> {
        let primitive =
            (prop::sample::select(vec![0x80, 0x93, 0x5F37, 0xDF8101]), proptest::collection::vec(any::<u8>(), 0..300));
        let leaf = primitive.prop_map(|(tag, value)| {
            let mut object = vec![];
            put(Tag(tag), &value, &mut object);
            object
        });
        leaf.prop_recursive(4, 32, 4, |inner| {
            let template = prop::sample::select(vec![0x62, 0x7F49, 0xBF8101]);
            (template, proptest::collection::vec(inner, 0..4)).prop_map(|(tag, inside)| {
                let mut object = vec![];
                put(Tag(tag), &inside.concat(), &mut object);
                object
            })
        })
    }

    fn emit(tree: Tree<'_>, output: &mut Vec<u8>) {
        match tree.value() {
            Some(value) => put(tree.tag(), value, output),
            None => put_with(tree.tag(), output, |output| tree.objects().for_each(|tree| emit(tree, output))),
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_written_again(bytes in any_objects()) {
            let trees = parse(&bytes).expect("well formed");
            let mut again = vec![];
            trees.iter().for_each(|tree| emit(tree, &mut again));
            prop_assert_eq!(again, bytes);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let trees = parse(&bytes);
            prop_assert!(trees.is_ok_and(|trees| trees.iter().count() <= bytes.len()) || check_fails(&bytes));
        }
    }

    fn check_fails(bytes: &[u8]) -> bool {
        parse(bytes).is_err_and(|error| error.position <= bytes.len())
    }
}
