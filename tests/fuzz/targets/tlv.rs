//! The guard around the TLV crate: what it lets through is written back byte for byte.

use virtuale_engine::tlv::{Tree, objects, parse, put, put_with};

/// Walks and parses bytes as data objects, and writes back what was parsed.
pub(super) fn run(data: &[u8]) {
    let mut end = 0;
    for object in objects(data).flatten() {
        assert!(object.position >= end, "objects overlap");
        end = object.value_position + object.value.len();
        assert_eq!(data.get(object.value_position..end), Some(object.value), "a value from elsewhere");
    }
    let Ok(trees) = parse(data) else { return };
    let mut written = Vec::new();
    trees.iter().for_each(|tree| write(tree, &mut written));
    assert_eq!(parse(&written), Ok(trees), "what was written reads otherwise");
    // Lengths are in their shortest form, so all that may have gone is the padding between objects.
    let read: Vec<u8> = objects(data)
        .flatten()
        .flat_map(|object| &data[object.position..object.value_position + object.value.len()])
        .copied()
        .collect();
    assert_eq!(written, read, "an object was written otherwise");
}

fn write(tree: Tree<'_>, out: &mut Vec<u8>) {
    match tree.value() {
        Some(value) => put(tree.tag(), value, out),
        None => put_with(tree.tag(), out, |out| tree.objects().for_each(|tree| write(tree, out))),
    }
}
