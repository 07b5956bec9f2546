//! Reading file control parameters: what CREATE FILE says of a new file [ISO-7816-4 7.4] [ISO-7816-9 CREATE FILE].

use alloc::vec::Vec;

use crate::{
    Aid, Fid, Sfi,
    fs::RecordFile,
    image::{
        CompactRule, Condition, ControlObject, Directory, FileImage, FileKind, LifeCycle, RecordStructure,
        SelectResponse,
    },
    tlv::{self, Object, Objects, Tag},
};

/// The bit of a file descriptor that says: may be current on several channels. All files here may be.
const SHAREABLE: u8 = 0x40;

/// The file that a template `62` describes, empty and in no DF yet; `None` unless all in it is understood.
///
/// It is described to terminals by the same objects in the same order.
pub(super) fn read_parameters(template: &[u8]) -> Option<FileImage> {
    let mut outer = tlv::objects(template);
    let fcp = outer.next()?.ok().filter(|object| object.tag == Tag::FCP)?;
    if outer.next().is_some() {
        return None;
    }
    let mut read = Read::default();
    let control = read.objects(fcp.objects())?;
    let kind = read.kind()?;
    Some(FileImage {
        fid: read.fid?,
        parents: Vec::new(),
        kind,
        life_cycle: read.life_cycle.unwrap_or_default(),
        contact: read.contact.unwrap_or_default(),
        contactless: read.contactless,
        control,
    })
}

/// What was read so far.
#[derive(Default)]
struct Read {
    size: Option<usize>,
    size_with_structure: Option<usize>,
    descriptor: Option<Vec<u8>>,
    fid: Option<Fid>,
    names: Vec<Aid>,
    /// The short identifier, or that there is none.
    sfi: Option<Option<Sfi>>,
    life_cycle: Option<LifeCycle>,
    contact: Option<CompactRule>,
    contactless: Option<CompactRule>,
}

impl Read {
    fn objects(&mut self, objects: Objects<'_>) -> Option<Vec<ControlObject>> {
        let mut control = Vec::new();
        for object in objects {
            let object = self.object(&object.ok()?)?;
            // Names are sent one behind the other, wherever the first stood.
            if object != ControlObject::Names || !control.contains(&object) {
                control.push(object);
            }
        }
        Some(control)
    }

    /// Notes what an object says; `None` if it is not understood or says again what was said.
    fn object(&mut self, object: &Object<'_>) -> Option<ControlObject> {
        let value = object.value;
        Some(match object.tag {
            Tag(0x80) => once(&mut self.size, size(value)?, ControlObject::Size)?,
            Tag(0x81) => once(&mut self.size_with_structure, size(value)?, ControlObject::SizeWithStructure)?,
            Tag(0x82) => once(&mut self.descriptor, value.to_vec(), ControlObject::Descriptor)?,
            Tag(0x83) => once(&mut self.fid, Fid(u16::from_be_bytes(value.try_into().ok()?)), ControlObject::Fid)?,
            Tag(0x84) => {
                self.names.push(Aid::new(value)?);
                ControlObject::Names
            }
            Tag(0x88) => once(&mut self.sfi, sfi(value)?, ControlObject::Sfi)?,
            Tag(0x8A) => once(&mut self.life_cycle, life_cycle(value)?, ControlObject::LifeCycle)?,
            Tag(0x8C | 0x9C) => self.rule(object)?,
            Tag(0xA1) => {
                ControlObject::Rules(object.objects().map(|object| self.rule(&object.ok()?)).collect::<Option<_>>()?)
            }
            // Proprietary information is kept as it came.
            Tag(0x85 | 0xA5) => {
                let mut bytes = Vec::new();
                tlv::put(object.tag, value, &mut bytes);
                ControlObject::Raw(bytes)
            }
            _ => return None,
        })
    }

    fn rule(&mut self, object: &Object<'_>) -> Option<ControlObject> {
        match object.tag {
            Tag(0x8C) => once(&mut self.contact, rule(object.value)?, ControlObject::Contact),
            Tag(0x9C) => once(&mut self.contactless, rule(object.value)?, ControlObject::Contactless),
            _ => None,
        }
    }

    fn kind(&self) -> Option<FileKind> {
        let (&descriptor, rest) = self.descriptor.as_deref()?.split_first()?;
        match (descriptor & !SHAREABLE, rest) {
            (0x38, []) => self.directory(),
            (0x01, [] | [_]) => self.transparent(),
            (0x02, [_, rest @ ..]) => self.records(RecordStructure::LinearFixed, rest),
            (0x04, [_, rest @ ..]) => self.records(RecordStructure::LinearVariable, rest),
            (0x06, [_, rest @ ..]) => self.records(RecordStructure::Cyclic, rest),
            _ => None,
        }
    }

    fn directory(&self) -> Option<FileKind> {
        let select_by_fid = SelectResponse::Fcp;
        let directory = Directory { aids: self.names.clone(), select_by_fid, ..Directory::default() };
        let has_size = self.size.is_some() || self.size_with_structure.is_some();
        (!has_size && self.sfi.flatten().is_none()).then_some(FileKind::Directory(directory))
    }

    fn transparent(&self) -> Option<FileKind> {
        let size = self.size.or(self.size_with_structure)?;
        let agrees = self.size_with_structure.is_none_or(|other| other == size);
        let kind = FileKind::Transparent { sfi: self.sfi.flatten(), content: Vec::new().into(), size };
        (agrees && self.names.is_empty()).then_some(kind)
    }

    /// A file of records, of whose descriptor this is left: the longest record in one byte or two, and how many there
    /// can be, also in one byte or two; without that the size says it.
    fn records(&self, structure: RecordStructure, descriptor: &[u8]) -> Option<FileKind> {
        let (record_length, capacity) = match *descriptor {
            [length] | [0, length] => (length, None),
            [0, length, capacity] | [0, length, 0, capacity] => (length, Some(capacity)),
            _ => return None,
        };
        let by_size = self.size.and_then(|size| size.checked_div(record_length.into()));
        let capacity = capacity.or_else(|| u8::try_from(by_size?).ok())?;
        let size = usize::from(record_length) * usize::from(capacity);
        let with_structure = RecordFile::cells(structure, record_length, capacity);
        let agrees = self.size.is_none_or(|other| other == size)
            && self.size_with_structure.is_none_or(|other| other == with_structure);
        let sfi = self.sfi.flatten();
        let kind = FileKind::Records { sfi, structure, record_length, capacity, content: Vec::new() };
        (agrees && self.names.is_empty()).then_some(kind)
    }
}

/// Notes a value; `None` if there was one.
fn once<T>(place: &mut Option<T>, value: T, object: ControlObject) -> Option<ControlObject> {
    place.replace(value).is_none().then_some(object)
}

fn size(value: &[u8]) -> Option<usize> {
    let number = |number, &byte| number << 8 | usize::from(byte);
    (1..=2).contains(&value.len()).then(|| value.iter().fold(0, number))
}

/// The short identifier in the five high bits; none if it is empty or zero.
fn sfi(value: &[u8]) -> Option<Option<Sfi>> {
    match *value {
        [] | [0] => Some(None),
        [byte] if byte & 0x07 == 0 => Sfi::new(byte >> 3).map(Some),
        _ => None,
    }
}

/// A life cycle that a new file may have.
fn life_cycle(value: &[u8]) -> Option<LifeCycle> {
    let &[byte] = value else { return None };
    let first = [LifeCycle::Creation, LifeCycle::Initialised, LifeCycle::Activated, LifeCycle::Deactivated];
    first.into_iter().find(|life_cycle| life_cycle.byte() == byte)
}

fn rule(value: &[u8]) -> Option<CompactRule> {
    let (&access_mode, conditions) = value.split_first()?;
    let rule = CompactRule { access_mode, conditions: conditions.iter().copied().map(Condition).collect() };
    rule.is_consistent().then_some(rule)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::read_parameters;
    use crate::{
        Response,
        fs::Template,
        image::{FileImage, FileKind, LifeCycle, RecordStructure},
        testing::{image, rule},
    };

    fn described(file: &FileImage) -> Vec<u8> {
        let mut response = Response::new();
        Template::new(file).put(Template::FCP, file.life_cycle.byte(), &mut response);
        response.as_bytes().to_vec()
    }

    #[test]
    fn a_file_of_an_ias_card_is_read_and_described_alike() {
        // [RUN-OPENSC files]
        let parameters = hex!("62 1B 80 02 003E 82 01 01 83 02 2F01 88 00 A1 09 8C 07 7B FF FF FF FF FF 00 8A 01 05");
        let file = read_parameters(&parameters).expect("it is understood");
        assert!(matches!(file.kind, FileKind::Transparent { sfi: None, size: 0x3E, .. }));
        assert_eq!(file.contact, rule(&hex!("7B FF FF FF FF FF 00")));
        assert_eq!(described(&file), parameters);
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let file = read_parameters(&hex!("62 0A 81 01 10 82 01 41 83 02 0001")).expect("it is understood");
        assert!(matches!(file.kind, FileKind::Transparent { size: 16, .. }));
        assert_eq!(
            (file.life_cycle, &file.contact.conditions[..], file.contactless),
            (LifeCycle::Activated, &[][..], None)
        );
    }

    #[test]
    fn descriptors_of_records_come_in_several_lengths() {
        let kind = |descriptor: &[u8]| {
            let head = [0x82, u8::try_from(descriptor.len()).expect("short")];
            let inside = [&hex!("83 02 0001 80 01 0C")[..], &head, descriptor].concat();
            let outer = [0x62, u8::try_from(inside.len()).expect("short")];
            read_parameters(&[&outer[..], &inside].concat()).map(|file| file.kind)
        };
        for descriptor in [&hex!("02 21 03")[..], &hex!("02 21 0003"), &hex!("02 21 0003 04"), &hex!("02 21 0003 0004")]
        {
            let kind = kind(descriptor).expect("it is understood");
            let FileKind::Records { structure, record_length, capacity, .. } = kind else { panic!("records") };
            assert_eq!((structure, record_length, capacity), (RecordStructure::LinearFixed, 3, 4));
        }
        assert!(
            kind(&hex!("02 21 0003 05")).is_none() && kind(&hex!("02")).is_none() && kind(&hex!("03 21 03")).is_none()
        );
        assert!(kind(&hex!("02 21 00")).is_none() && kind(&hex!("02 21 0103 04")).is_none());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for parameters in [
            &hex!("6F 0A 80 01 10 82 01 01 83 02 0001")[..],
            &hex!("62 07 80 01 10 82 01 01 83 02 0001"),
            &hex!("62 06 80 01 10 82 01 01"),
            &hex!("62 07 80 01 10 83 02 0001"),
            &hex!("62 07 82 01 01 83 02 0001"),
            &hex!("62 0D 80 01 10 80 01 10 82 01 01 83 02 0001"),
            &hex!("62 0D 80 01 10 82 01 01 83 02 0001 8A 01 0C"),
            &hex!("62 0D 80 01 10 82 01 01 83 02 0001 88 01 0F"),
            &hex!("62 0E 80 01 10 82 01 01 83 02 0001 8C 02 03 00"),
            &hex!("62 0D 80 01 10 82 01 01 83 02 0001 84 01 AA"),
            &hex!("62 0A 80 01 10 82 01 38 83 02 0001"),
            &hex!("62 0D 80 01 10 82 01 01 83 02 0001 99 01 00"),
            &hex!("62 11 80 01 10 82 01 01 83 02 0001 A1 05 A1 03 8C 01 00"),
        ] {
            assert!(read_parameters(parameters).is_none(), "{parameters:02X?}");
        }
    }

    #[test]
    fn any_file_that_is_described_is_read_back() {
        for file in image().files {
            let parameters = described(&file);
            // Of records an FCP with all of this card's objects says everything but what is in them.
            let read = read_parameters(&parameters).unwrap_or_else(|| panic!("{parameters:02X?}"));
            assert_eq!((read.fid, &read.contact, read.kind.sfi()), (file.fid, &file.contact, file.kind.sfi()));
            assert_eq!(described(&read), parameters);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            change in (0..30_usize, any::<u8>()),
            length in 0..30_usize,
            junk in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut parameters =
                hex!("62 1B 80 02 003E 82 01 01 83 02 2F01 88 00 A1 09 8C 07 7B FF FF FF FF FF 00 8A 01 05").to_vec();
            parameters.truncate(length);
            if let Some(byte) = parameters.get_mut(change.0) {
                *byte = change.1;
            }
            read_parameters(&parameters);
            read_parameters(&junk);
        }
    }
}
