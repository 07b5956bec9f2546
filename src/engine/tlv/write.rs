//! Writing data objects, lengths in their shortest form.

use alloc::vec::Vec;

use super::{LengthField, Tag};

/// Appends an object with this value.
pub fn put(tag: Tag, value: &[u8], output: &mut Vec<u8>) {
    tag.put(output);
    output.extend_from_slice(LengthField::of(value.len()).as_bytes());
    output.extend_from_slice(value);
}

/// Appends an object whose value is what `fill` appends.
pub fn put_with(tag: Tag, output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut value = Vec::new();
    fill(&mut value);
    put(tag, &value, output);
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use hex_literal::hex;

    use super::{Tag, put, put_with};

    #[test]
    fn an_object_has_its_length_before_its_value() {
        let mut output = vec![];
        put(Tag(0x53), &[0xAA; 128], &mut output);
        assert_eq!((&output[..3], &output[3..]), (&hex!("53 81 80")[..], &[0xAA; 128][..]));
    }

    #[test]
    fn templates_are_filled_in_place() {
        let mut output = vec![];
        put_with(Tag(0x7F49), &mut output, |inside| put(Tag(0x81), &[1, 2], inside));
        assert_eq!(output, hex!("7F49 04 81 02 01 02"));
    }
}
