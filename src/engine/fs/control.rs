//! File control parameters and information [ISO-7816-4 7.4].

use alloc::vec::Vec;

use crate::{
    Response,
    fs::build::cells_of,
    image::{CompactRule, ControlObject, FileImage, FileKind, RecordStructure},
    tlv::{self, Tag},
};

/// A template that SELECT copies, but for its tag and the life cycle, which may have changed since it was made.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    /// Where the life cycle status byte stands.
    life_cycles: Vec<usize>,
}

impl Template {
    /// The tag of the file control parameters.
    pub(crate) const FCP: u8 = 0x62;
    /// The tag of the file control information.
    pub(crate) const FCI: u8 = 0x6F;

    /// Encodes the control objects of a file.
    pub(super) fn new(file: &FileImage) -> Self {
        // Encoded with two life cycles, the template differs just where it states the life cycle.
        let bytes = encode(file, 0x00);
        let other = encode(file, 0xFF);
        let life_cycles = bytes.iter().zip(&other).enumerate().filter(|(_, (one, other))| one != other);
        Self { life_cycles: life_cycles.map(|(position, _)| position).collect(), bytes }
    }

    /// Appends it under a tag of one byte, with this life cycle status byte.
    pub(crate) fn put(&self, tag: u8, life_cycle: u8, response: &mut Response) {
        response.push(tag);
        let mut start = 1;
        for &position in &self.life_cycles {
            response.extend(&self.bytes[start..position]);
            response.push(life_cycle);
            start = position + 1;
        }
        response.extend(&self.bytes[start..]);
    }
}

fn encode(file: &FileImage, life_cycle: u8) -> Vec<u8> {
    let mut output = Vec::new();
    tlv::put_with(Tag::FCP, &mut output, |inside| put_objects(&file.control, file, life_cycle, inside));
    output
}

fn put_objects(objects: &[ControlObject], file: &FileImage, life_cycle: u8, output: &mut Vec<u8>) {
    for object in objects {
        put_object(object, file, life_cycle, output);
    }
}

fn put_object(object: &ControlObject, file: &FileImage, life_cycle: u8, output: &mut Vec<u8>) {
    match object {
        ControlObject::Size => put_size(Tag(0x80), data_size(&file.kind), output),
        ControlObject::SizeWithStructure => put_size(Tag(0x81), size_with_structure(&file.kind), output),
        ControlObject::Descriptor => put_descriptor(&file.kind, output),
        ControlObject::Fid => tlv::put(Tag(0x83), &file.fid.0.to_be_bytes(), output),
        ControlObject::Names => put_names(&file.kind, output),
        ControlObject::Sfi => put_sfi(&file.kind, output),
        ControlObject::LifeCycle => tlv::put(Tag(0x8A), &[life_cycle], output),
        ControlObject::Contact => put_rule(Tag(0x8C), &file.contact, output),
        ControlObject::Contactless => {
            put_rule(Tag(0x9C), file.contactless.as_ref().unwrap_or(&file.contact), output);
        }
        ControlObject::Rules(rules) => {
            tlv::put_with(Tag(0xA1), output, |inside| put_objects(rules, file, life_cycle, inside));
        }
        ControlObject::Raw(bytes) => output.extend_from_slice(bytes),
    }
}

/// Bytes of data of an EF; a DF states no size.
fn data_size(kind: &FileKind) -> usize {
    match kind {
        FileKind::Directory(_) => 0,
        FileKind::Transparent { size, .. } => *size,
        FileKind::Records { record_length, capacity, .. } => usize::from(*record_length) * usize::from(*capacity),
    }
}

fn size_with_structure(kind: &FileKind) -> usize {
    match kind {
        FileKind::Directory(_) => 0,
        FileKind::Transparent { .. } | FileKind::Records { .. } => cells_of(kind),
    }
}

fn put_size(tag: Tag, size: usize, output: &mut Vec<u8>) {
    if size != 0 {
        tlv::put(tag, &u16::try_from(size).unwrap_or(u16::MAX).to_be_bytes(), output);
    }
}

fn put_descriptor(kind: &FileKind, output: &mut Vec<u8>) {
    // A data coding byte of 21: data units of one byte, writing in a way of the card's own.
    const DATA_CODING: u8 = 0x21;
    match kind {
        FileKind::Directory(_) => tlv::put(Tag(0x82), &[0x38], output),
        FileKind::Transparent { .. } => tlv::put(Tag(0x82), &[0x01], output),
        FileKind::Records { structure, record_length, capacity, .. } => {
            let structure = match structure {
                RecordStructure::LinearFixed => 0x02,
                RecordStructure::LinearVariable => 0x04,
                RecordStructure::Cyclic => 0x06,
            };
            tlv::put(Tag(0x82), &[structure, DATA_CODING, 0, *record_length, *capacity], output);
        }
    }
}

fn put_names(kind: &FileKind, output: &mut Vec<u8>) {
    if let FileKind::Directory(directory) = kind {
        directory.aids.iter().for_each(|aid| tlv::put(Tag(0x84), aid.as_bytes(), output));
    }
}

fn put_sfi(kind: &FileKind, output: &mut Vec<u8>) {
    match kind.sfi() {
        Some(sfi) => tlv::put(Tag(0x88), &[sfi.value() << 3], output),
        None => tlv::put(Tag(0x88), &[], output),
    }
}

fn put_rule(tag: Tag, rule: &CompactRule, output: &mut Vec<u8>) {
    tlv::put_with(tag, output, |value| {
        value.push(rule.access_mode);
        value.extend(rule.conditions.iter().map(|condition| condition.0));
    });
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use hex_literal::hex;

    use super::Template;
    use crate::{
        Aid, Fid, Response, Sfi,
        image::{
            CompactRule, Condition, ControlObject as Object, Directory, FileImage, FileIndex, FileKind, LifeCycle,
            RecordStructure,
        },
    };

    fn rule(bytes: &[u8]) -> CompactRule {
        CompactRule { access_mode: bytes[0], conditions: bytes[1..].iter().map(|&byte| Condition(byte)).collect() }
    }

    fn file(fid: u16, kind: FileKind, contact: &[u8], control: Vec<Object>) -> FileImage {
        FileImage {
            fid: Fid(fid),
            parents: vec![FileIndex::MF],
            kind,
            life_cycle: LifeCycle::Activated,
            contact: rule(contact),
            contactless: None,
            control,
        }
    }

    fn fcp(file: &FileImage, life_cycle: LifeCycle) -> Vec<u8> {
        let mut response = Response::new();
        Template::new(file).put(Template::FCP, life_cycle.byte(), &mut response);
        response.as_bytes().to_vec()
    }

    fn transparent(size: usize, sfi: Option<u8>) -> FileKind {
        FileKind::Transparent { sfi: sfi.and_then(Sfi::new), content: vec![].into(), size }
    }

    fn ias_objects() -> Vec<Object> {
        let rules = Object::Rules(vec![Object::Contact]);
        vec![Object::Size, Object::Descriptor, Object::Fid, Object::Sfi, rules, Object::LifeCycle]
    }

    #[test]
    fn an_ef_states_what_real_readers_accept() {
        // [RUN-OPENSC files]
        let file = file(0x2F01, transparent(0x3E, None), &hex!("7B FF FF FF FF FF 00"), ias_objects());
        let right = hex!("62 1B 80 02 003E 82 01 01 83 02 2F01 88 00 A1 09 8C 07 7B FF FF FF FF FF 00 8A 01 05");
        assert_eq!(fcp(&file, LifeCycle::Activated), right);
    }

    #[test]
    fn the_identity_file_of_a_vitale_2_has_an_fcp_of_30_bytes() {
        // [CARDVITALREAD-NODE sequence]
        let file = file(0xD001, transparent(124, Some(2)), &hex!("7B FF FF FF FF FF 00"), ias_objects());
        assert_eq!(fcp(&file, LifeCycle::Activated).len(), 30);
        assert_eq!(fcp(&file, LifeCycle::Activated)[13..16], hex!("88 01 10"));
    }

    #[test]
    fn a_df_states_its_names_and_no_size() {
        let aids = vec![Aid::new(&hex!("D2 50 00 00 02")).expect("a name"), Aid::new(b"OTHER").expect("a name")];
        let kind = FileKind::Directory(Directory { aids, ..Directory::default() });
        let objects = vec![Object::Size, Object::Descriptor, Object::Names, Object::Raw(hex!("85 01 AA").to_vec())];
        let right = hex!("62 14 82 01 38 84 05 D250000002 84 05 4F54484552 85 01 AA");
        assert_eq!(fcp(&file(0x0001, kind, &hex!("00"), objects), LifeCycle::Activated), right);
    }

    #[test]
    fn records_state_their_structure() {
        let kind =
            |structure| FileKind::Records { sfi: None, structure, record_length: 16, capacity: 20, content: vec![] };
        let objects = || vec![Object::Size, Object::SizeWithStructure, Object::Descriptor];
        let cyclic = file(0x0001, kind(RecordStructure::Cyclic), &hex!("00"), objects());
        let right = hex!("62 0F 80 02 0140 81 02 0142 82 05 06 21 0010 14");
        assert_eq!(fcp(&cyclic, LifeCycle::Activated), right);
        let variable = file(0x0001, kind(RecordStructure::LinearVariable), &hex!("00"), objects());
        assert_eq!(fcp(&variable, LifeCycle::Activated)[6..10], hex!("81 02 0155"));
    }

    #[test]
    fn the_life_cycle_is_that_of_now() {
        let file = file(0x2F01, transparent(1, None), &hex!("00"), vec![Object::LifeCycle, Object::Fid]);
        assert_eq!(fcp(&file, LifeCycle::Deactivated), hex!("62 07 8A 01 04 83 02 2F01"));
    }

    #[test]
    fn without_a_rule_of_its_own_contactless_is_as_contact() {
        let objects = vec![Object::Contactless];
        let mut file = file(0x2F01, transparent(1, None), &hex!("01 00"), objects);
        assert_eq!(fcp(&file, LifeCycle::Activated), hex!("62 04 9C 02 01 00"));
        file.contactless = Some(rule(&hex!("01 FF")));
        assert_eq!(fcp(&file, LifeCycle::Activated), hex!("62 04 9C 02 01 FF"));
    }
}
