//! Writing data objects, lengths in their shortest form.

use alloc::vec::Vec;

use super::Tag;

/// Appends an object with this value.
pub fn put(tag: Tag, value: &[u8], output: &mut Vec<u8>) {
    tag.put(output);
    put_length(value.len(), output);
    output.extend_from_slice(value);
}

/// Appends an object whose value is what `fill` appends.
pub fn put_with(tag: Tag, output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut value = Vec::new();
    fill(&mut value);
    put(tag, &value, output);
}

fn put_length(length: usize, output: &mut Vec<u8>) {
    if let Ok(short @ 0..=0x7F) = u8::try_from(length) {
        return output.push(short);
    }
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    let significant = &bytes[zeros..];
    // A usize has at most eight bytes.
    output.push(0x80 | u8::try_from(significant.len()).unwrap_or(0));
    output.extend_from_slice(significant);
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use hex_literal::hex;

    use super::{Tag, put, put_with};

    fn header(length: usize) -> Vec<u8> {
        let mut output = vec![];
        put(Tag(0x53), &vec![0; length], &mut output);
        output.truncate(output.len() - length);
        output
    }

    #[test]
    fn lengths_are_in_their_shortest_form() {
        assert_eq!(header(0), hex!("53 00"));
        assert_eq!(header(127), hex!("53 7F"));
        assert_eq!(header(128), hex!("53 81 80"));
        assert_eq!(header(255), hex!("53 81 FF"));
        assert_eq!(header(256), hex!("53 82 01 00"));
        assert_eq!(header(65_536), hex!("53 83 01 00 00"));
    }

    #[test]
    fn templates_are_filled_in_place() {
        let mut output = vec![];
        put_with(Tag(0x7F49), &mut output, |inside| put(Tag(0x81), &[1, 2], inside));
        assert_eq!(output, hex!("7F49 04 81 02 01 02"));
    }
}
