//! The few DER types that PKCS#15 needs. Lengths are in their shortest form.

use virtuale_engine::tlv::{self, Tag};

pub(super) const SEQUENCE: Tag = Tag(0x30);

/// Appends `SEQUENCE { fill }`.
pub(super) fn sequence(output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    tlv::put_with(SEQUENCE, output, fill);
}

/// Appends a constructed object `[number] { fill }`.
pub(super) fn tagged(number: u8, output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    tlv::put_with(Tag(0xA0 | u32::from(number)), output, fill);
}

/// Appends an INTEGER of at least zero.
pub(super) fn integer(value: u32, output: &mut Vec<u8>) {
    integer_as(Tag(0x02), value, output);
}

/// Appends an INTEGER of at least zero under another tag.
pub(super) fn integer_as(tag: Tag, value: u32, output: &mut Vec<u8>) {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take(3).take_while(|&&byte| byte == 0).count();
    let mut number = bytes[zeros..].to_vec();
    if number[0] & 0x80 != 0 {
        number.insert(0, 0);
    }
    tlv::put(tag, &number, output);
}

/// Appends a BIT STRING of named bits, without the zeros at its end (X.690, 11.2.2). Bit 0 is the highest of the first
/// byte.
pub(super) fn named_bits(bits: &[u8], output: &mut Vec<u8>) {
    let mut bytes = [0_u8; 4];
    for &bit in bits {
        if let Some(byte) = bytes.get_mut(usize::from(bit / 8)) {
            *byte |= 0x80 >> (bit % 8);
        }
    }
    let length = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let unused = bytes[..length].last().map_or(0, |last| last.trailing_zeros());
    let mut value = vec![u8::try_from(unused).unwrap_or(0)];
    value.extend_from_slice(&bytes[..length]);
    tlv::put(Tag(0x03), &value, output);
}

/// Appends an OCTET STRING.
pub(super) fn octets(value: &[u8], output: &mut Vec<u8>) {
    tlv::put(Tag(0x04), value, output);
}

/// Appends a UTF8String.
pub(super) fn text(value: &str, output: &mut Vec<u8>) {
    tlv::put(Tag(0x0C), value.as_bytes(), output);
}

/// Appends a Path: a sequence of one file identifier.
pub(super) fn path(fid: virtuale_engine::Fid, output: &mut Vec<u8>) {
    sequence(output, |path| octets(&fid.0.to_be_bytes(), path));
}
