//! What PKCS#15 needs of DER, written by the crate `der`.

pub(super) use x509_cert::der::Result;
use x509_cert::der::{
    AnyRef, Encode, EncodeValue, Header, Tag, TagMode, TagNumber, Tagged,
    asn1::{BitStringRef, ContextSpecific, Utf8StringRef},
};

/// Appends `SEQUENCE { fill }`.
pub(super) fn sequence(output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    constructed(Tag::Sequence, output, fill)
}

/// Appends a constructed object `[number] { fill }`.
pub(super) fn tagged(number: u8, output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    constructed(Tag::ContextSpecific { constructed: true, number: TagNumber(number.into()) }, output, fill)
}

fn constructed(tag: Tag, output: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> Result<()>) -> Result<()> {
    let mut content = Vec::new();
    fill(&mut content)?;
    Header::new(tag, content.len().try_into()?).encode_to_vec(output)?;
    output.extend(content);
    Ok(())
}

/// Appends a value of a type that DER knows.
pub(super) fn value(value: &impl Encode, output: &mut Vec<u8>) -> Result<()> {
    value.encode_to_vec(output).map(|_| ())
}

/// Appends an INTEGER.
pub(super) fn integer(number: u32, output: &mut Vec<u8>) -> Result<()> {
    value(&number, output)
}

/// Appends an ENUMERATED below 128.
pub(super) fn enumerated(number: u8, output: &mut Vec<u8>) -> Result<()> {
    value(&AnyRef::new(Tag::Enumerated, &[number])?, output)
}

/// Appends a value under the tag `[0]` instead of its own.
pub(super) fn implicit(inner: impl EncodeValue + Tagged, output: &mut Vec<u8>) -> Result<()> {
    value(&ContextSpecific { tag_number: TagNumber(0), tag_mode: TagMode::Implicit, value: inner }, output)
}

/// Appends a BIT STRING of named bits, without the zeros at its end (X.690, 11.2.2). Bit 0 is the highest of the first
/// byte.
pub(super) fn named_bits(bits: &[u8], output: &mut Vec<u8>) -> Result<()> {
    let mut bytes = [0_u8; 4];
    for &bit in bits {
        if let Some(byte) = bytes.get_mut(usize::from(bit / 8)) {
            *byte |= 0x80 >> (bit % 8);
        }
    }
    let length = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let unused = bytes[..length].last().map_or(0, |last| last.trailing_zeros());
    value(&BitStringRef::new(u8::try_from(unused).unwrap_or(0), &bytes[..length])?, output)
}

/// Appends an OCTET STRING.
pub(super) fn octets(bytes: &[u8], output: &mut Vec<u8>) -> Result<()> {
    value(&AnyRef::new(Tag::OctetString, bytes)?, output)
}

/// Appends a UTF8String.
pub(super) fn text(text: &str, output: &mut Vec<u8>) -> Result<()> {
    value(&Utf8StringRef::new(text)?, output)
}

/// Appends a Path: a sequence of one file identifier.
pub(super) fn path(fid: virtuale_engine::Fid, output: &mut Vec<u8>) -> Result<()> {
    sequence(output, |path| octets(&fid.0.to_be_bytes(), path))
}
