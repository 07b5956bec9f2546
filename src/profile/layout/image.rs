//! From a layout and a card's data to the image of a chip and the map of its files.

use std::{ops::Range, path::Path, sync::Arc};

use virtuale_engine::{
    Atr, Fid, Sfi,
    image::{
        ChipImage, ControlObject, DataObject, Directory, FileImage, FileIndex, FileKind, LifeCycle, RecordStructure,
        SecurityDomain,
    },
};

use super::{
    super::{
        authority::Pending,
        diagnostic::{Diagnostics, Source},
        map::{CardMap, Element, FileMap},
        said::said,
        schema::scalar,
        tree::{Data, Node, Span},
    },
    Layout,
    decode::unused,
    encode::{Encoded, Encoder},
    late,
    model::{Access, Application, File, Path as KeyPath, Structure},
    security,
};

/// How many of the largest files are named when a card does not fit its chip.
const NAMED: usize = 3;

impl Layout {
    /// The chip of a card with these data, and what stands where on it. Key files that the card file names count from
    /// the folder `base`; without one there can be none.
    ///
    /// # Errors
    ///
    /// What of the data this chip cannot hold, each at its place in the card file `card`.
    pub fn encode(
        &self,
        card: &Arc<Source>,
        data: &Node,
        base: Option<&Path>,
    ) -> Result<(ChipImage, CardMap), Diagnostics> {
        self.encode_with(Encoder::new(self, card, data), data, base)
    }

    /// The same of a text that has a change file before the card file: `change` is the change file alone.
    pub(in crate::profile) fn encode_changed(
        &self,
        (card, change): (&Arc<Source>, &Arc<Source>),
        data: &Node,
        base: Option<&Path>,
    ) -> Result<(ChipImage, CardMap), Diagnostics> {
        self.encode_with(Encoder::new(self, card, data).of_change(change), data, base)
    }

    fn encode_with<'a>(
        &'a self,
        mut encoder: Encoder<'a>,
        data: &'a Node,
        base: Option<&Path>,
    ) -> Result<(ChipImage, CardMap), Diagnostics> {
        let atr = self.atr(&mut encoder, data);
        let contactless_atr = self.contactless_atr(&mut encoder, data);
        let serial = self.security.token.as_ref().map(|token| encoder.loose(&token.serial)).unwrap_or_default();
        let held = security::held(self, &mut encoder, data, base, number_of(&serial));
        let domains = security::domains(self, &mut encoder, data, &held);
        encoder.built = security::built(self, &mut encoder, data, &held, serial);
        let directories = self.applications.iter().zip(domains);
        let mut files: Vec<FileImage> =
            directories.map(|(application, domain)| directory(&mut encoder, application, domain)).collect();
        let mut map = CardMap::default();
        let is_there = |file: &&File| file.key.is_none_or(|key| held.get(key).is_some_and(Option::is_some));
        for file in self.files.iter().filter(is_there) {
            if !encoder.has(file) {
                continue;
            }
            let encoded = encoder.file(file);
            if encoder.is_clean() {
                let (image, file) = self.elementary(file, encoded, encoder.built.pending_in(file));
                files.push(image);
                map.files.push(file);
            }
        }
        self.check_room(&mut encoder, data, &files, &map);
        let (capacity, habits, classes) = (self.chip.bytes, self.chip.habits, self.chip.classes.clone());
        let image = atr.map(|atr| ChipImage { atr, contactless_atr, capacity, habits, classes, files });
        encoder.finish(image)?.map(|image| (image, map)).ok_or(Diagnostics(Vec::new()))
    }

    /// The ATR: the card file's own, or the layout's.
    fn atr(&self, encoder: &mut Encoder<'_>, data: &Node) -> Option<Atr> {
        let own = written_atr(self.chip.atr_key.as_ref(), data);
        let (bytes, span) = own.unwrap_or_else(|| (encoder.loose(&self.chip.atr), layout_key(data)));
        parse_atr(encoder, &bytes, &span, &self.chip.atr_span)
    }

    /// The answer to a power-up by the antenna, if the card has one.
    fn contactless_atr(&self, encoder: &mut Encoder<'_>, data: &Node) -> Option<Atr> {
        let usual = self.chip.contactless_atr.as_ref()?;
        let own = written_atr(self.chip.contactless_atr_key.as_ref(), data);
        let (bytes, span) = own.unwrap_or_else(|| (encoder.loose(usual), layout_key(data)));
        parse_atr(encoder, &bytes, &span, &self.chip.atr_span)
    }

    /// Refuses a card whose applications and files need more bytes than its chip has, as the chip counts them.
    fn check_room(&self, encoder: &mut Encoder<'_>, data: &Node, files: &[FileImage], map: &CardMap) {
        let needed: usize = files.iter().map(FileImage::needs).sum();
        if needed <= self.chip.bytes {
            return;
        }
        let mut files: Vec<_> = map.files.iter().map(|file| (file.size, file.name.as_str())).collect();
        files.sort_by_key(|&(size, name)| (std::cmp::Reverse(size), name));
        let largest: Vec<_> = files.iter().take(NAMED).map(|(size, name)| format!("{name} ({size})")).collect();
        let (room, largest) = (self.chip.bytes, largest.join(", "));
        let message = said!(
            en: "this card needs {needed} bytes, but its chip has {room}",
            fr: "cette carte demande {needed} octets, mais sa puce en a {room}",
        );
        let hint = said!(en: "the largest files are {largest}", fr: "les plus grands fichiers sont {largest}");
        encoder.mistake_by(&self.chip.bytes_span, &layout_key(data), message, hint);
    }

    /// A file as the engine has it, and what stands where in it.
    fn elementary(&self, file: &File, encoded: Encoded, pending: Vec<Arc<Pending>>) -> (FileImage, FileMap) {
        let used: usize = encoded.parts.iter().map(Vec::len).sum();
        let records = records(file, &encoded.parts);
        let mut parts = encoded.parts;
        let (kind, size) = match file.structure {
            Structure::Transparent { size } => {
                // A file that is as long as its content has a byte even if there is nothing to put in it.
                let (mut content, size) = (parts.pop().unwrap_or_default(), size.unwrap_or(used.max(1)));
                if file.fill != 0 {
                    content.resize(size, file.fill);
                }
                let content = late::content(content, size, pending);
                (FileKind::Transparent { sfi: file.sfi, content, size }, size)
            }
            Structure::Records { structure, length: record_length, count: capacity } => {
                let size = usize::from(record_length) * usize::from(capacity);
                (FileKind::Records { sfi: file.sfi, structure, record_length, capacity, content: parts }, size)
            }
        };
        let mut elements = encoded.elements;
        let explained = elements.last().map_or(0, |last| last.range.end);
        if explained < size {
            elements.push(unused(file, explained..size));
        }
        let parents = file.parents.iter().map(|&parent| FileIndex(parent)).collect();
        let image = file_image(file.fid, parents, kind, &file.access, &file.control);
        (image, FileMap { records, ..self.file_map(file, size, elements) })
    }

    fn file_map(&self, file: &File, size: usize, elements: Vec<Element>) -> FileMap {
        let application = self.application_of(file);
        let (class, path) = self.path_of(file);
        FileMap {
            name: file.name.clone(),
            fid: file.fid,
            sfi: file.sfi.map(Sfi::value),
            application: application.map(|application| application.name.clone()).unwrap_or_default(),
            aids: application.map(|application| application.aids.clone()).unwrap_or_default(),
            path,
            class,
            size,
            readable: file.access.contact.read.clone(),
            origin: file.known.origin,
            source: file.known.at.clone(),
            elements,
            records: Vec::new(),
        }
    }
}

impl Layout {
    /// Identifiers from the MF down to a file, and the class of the commands that alone find it. What is in the
    /// application of a class, and is in no way selected by others, is below what that class calls `3F00`.
    fn path_of(&self, file: &File) -> (Option<u8>, String) {
        let mut path = vec![file.fid];
        let mut class = None;
        let mut up = file.parents.first().copied();
        while let Some((index, application)) = up.and_then(|index| Some((index, self.applications.get(index)?))) {
            let own = self.chip.classes.iter().find(|owned| owned.df == FileIndex(index));
            class = own.map(|owned| owned.class).filter(|_| application.aids.is_empty());
            path.push(if class.is_some() { Fid::MF } else { application.fid });
            up = application.parent.filter(|_| class.is_none());
        }
        path.reverse();
        (class, path.iter().map(ToString::to_string).collect::<Vec<_>>().join("/"))
    }
}

/// The answer to reset that a card file gives for itself, and where.
fn written_atr(key: Option<&KeyPath>, data: &Node) -> Option<(Vec<u8>, Span)> {
    match data.at(&key?.keys.join("."))? {
        Node { data: Data::Bytes(bytes), span } => Some((bytes.clone(), span.clone())),
        _ => None,
    }
}

fn parse_atr(encoder: &mut Encoder<'_>, bytes: &[u8], span: &Span, layout: &Span) -> Option<Atr> {
    match Atr::parse(bytes) {
        Ok(atr) => Some(atr),
        Err(error) => {
            let why = scalar::atr_error(error);
            let message = said!(
                with why;
                en: "the ATR of this card is none: {why}",
                fr: "l'ATR de cette carte n'en est pas un : {why}",
            );
            let hint = said!(
                en: "it is made of the layout's ATR and the card file's keys for it",
                fr: "il est fait de l'ATR de la structure et des clés que le fichier de carte a pour lui",
            );
            encoder.mistake_by(layout, span, message, hint);
            None
        }
    }
}

/// Where the records of a file stand, by their numbers. A card file gives the oldest first.
fn records(file: &File, parts: &[Vec<u8>]) -> Vec<Range<usize>> {
    let Structure::Records { structure, .. } = file.structure else { return Vec::new() };
    let mut start = 0;
    let mut records: Vec<Range<usize>> = Vec::with_capacity(parts.len());
    for part in parts {
        records.push(start..start + part.len());
        start += part.len();
    }
    if structure == RecordStructure::Cyclic {
        records.reverse();
    }
    records
}

fn directory(encoder: &mut Encoder<'_>, application: &Application, security: SecurityDomain) -> FileImage {
    let objects = application.objects.iter().map(|object| DataObject {
        tag: object.tag,
        value: encoder.loose(&object.content),
        readable: object.readable,
    });
    let kind = FileKind::Directory(Directory {
        objects: objects.collect(),
        aids: application.aids.clone(),
        applet: application.applet.clone(),
        select_by_name: application.select_by_name,
        select_by_fid: application.select_by_fid,
        security,
        offered: application.offered,
    });
    let parents = application.parent.map(FileIndex).into_iter().collect();
    file_image(application.fid, parents, kind, &application.access, &application.control)
}

fn file_image(
    fid: Fid,
    parents: Vec<FileIndex>,
    kind: FileKind,
    access: &Access,
    control: &[ControlObject],
) -> FileImage {
    FileImage {
        fid,
        parents,
        kind,
        life_cycle: LifeCycle::Activated,
        contact: access.contact.compact.clone(),
        contactless: access.contactless.as_ref().map(|rule| rule.compact.clone()),
        control: control.to_vec(),
    }
}

/// A number that differs from one card to the next: the pool of keys has few, and the last digit of a serial number
/// must count.
fn number_of(serial: &[u8]) -> u64 {
    serial.iter().fold(0, |number: u64, &byte| number.wrapping_mul(31).wrapping_add(byte.into()))
}

/// Where the card file names its layout.
fn layout_key(data: &Node) -> Span {
    data.at("layout").map_or(0..0, |node| node.span.clone())
}
