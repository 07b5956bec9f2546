//! The files of a chip: what they are called, where they hang, what they answer when selected.
//!
//! What can change (contents, record directories, life cycles, and which files commands made or deleted) lies in the
//! [`Memory`]; files hold spans of it. The rest is made of an image, and follows the memory when files come and go.
//! Nothing here knows a command, a channel, or who may do what: files only carry their rules.

mod build;
mod check;
mod control;
mod created;
mod find;
mod parameters;
mod records;

pub(crate) use build::build;
pub(crate) use control::Template;
pub(crate) use created::Clash;
pub(crate) use find::{Location, Occurrence};
pub(crate) use records::{Misfit, RecordFile};

use alloc::vec::Vec;

use crate::{
    Aid, Fid, Interface, Sfi,
    image::{Condition, FileIndex, LifeCycle, Offered, SelectResponse},
    memory::{Memory, Span},
    security::{Operation, Rule},
};

/// All files of a chip.
#[derive(Clone, Debug)]
pub(crate) struct FileSystem {
    /// Those of the image, then those that commands made, in the order of the making.
    files: Vec<File>,
    /// How many are the image's.
    of_image: usize,
    /// Sorted by name, so that a name stands right before the names it is a truncation of.
    names: Vec<(Aid, FileIndex)>,
    /// Where files lie that commands make.
    room: Span,
    /// The interface that gives the chip power: what is not offered there is not there.
    interface: Interface,
}

/// A file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) kind: Kind,
    /// Who may do what over contacts, and without them.
    contact: Rule,
    contactless: Rule,
    /// The file control parameters, `62`, and information, `6F`: the same objects.
    pub(crate) control: Template,
    fid: Fid,
    /// The DF it is in; the first of several. The MF is in itself.
    parent: FileIndex,
    /// It is one of the image, and a command deleted it.
    is_deleted: bool,
    offered: Offered,
    life_cycle: Span,
}

/// What a file is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Directory(Directory),
    Transparent(Span),
    Records(RecordFile),
}

/// A DF, an application, or the MF.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) select_by_name: SelectResponse,
    pub(crate) select_by_fid: SelectResponse,
    pub(crate) objects: Vec<DataObject>,
    /// Which of the chip's applets runs its commands.
    pub(crate) applet: usize,
    children: Vec<Child>,
}

/// A data object of a DF.
#[derive(Clone, Debug)]
pub(crate) struct DataObject {
    pub(crate) tag: u16,
    pub(crate) value: Span,
    pub(crate) readable: bool,
}

#[derive(Clone, Debug)]
struct Child {
    fid: Fid,
    sfi: Option<Sfi>,
    file: FileIndex,
}

impl FileSystem {
    /// A file of this file system.
    pub(crate) fn file(&self, index: FileIndex) -> &File {
        &self.files[index.0]
    }

    /// Appends what tells the files of the image from those of another: identifiers, names, and which cells are whose.
    pub(crate) fn put_structure(&self, out: &mut Vec<u8>) {
        for file in &self.files[..self.of_image] {
            out.extend(file.fid.0.to_be_bytes());
            out.extend(file.life_cycle.bounds());
            match &file.kind {
                Kind::Directory(directory) => {
                    out.push(0);
                    for object in &directory.objects {
                        out.extend(object.tag.to_be_bytes());
                        out.extend(object.value.bounds());
                    }
                }
                Kind::Transparent(span) => {
                    out.push(1);
                    out.extend(span.bounds());
                }
                Kind::Records(records) => {
                    out.push(2);
                    records.put_structure(out);
                }
            }
        }
        for (name, file) in self.names.iter().filter(|(_, file)| file.0 < self.of_image) {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&self.file(*file).life_cycle.bounds());
        }
        out.extend(self.room.bounds());
    }

    /// Takes a DF that has no name out of the one that it is in: only a selection that begins there finds what is
    /// in it.
    pub(crate) fn set_apart(&mut self, df: FileIndex) {
        let parent = self.file(df).parent;
        if self.names.iter().any(|&(_, named)| named == df) {
            return;
        }
        if let Kind::Directory(directory) = &mut self.files[parent.0].kind {
            directory.children.retain(|child| child.file != df);
        }
    }

    /// The files of a DF that are there.
    fn children_of(&self, df: FileIndex) -> impl Iterator<Item = &Child> {
        let children = self.file(df).directory().into_iter().flat_map(|directory| &directory.children);
        children.filter(|child| self.is_there(child.file))
    }

    /// The first file of a DF that is there and meant.
    fn child_where(&self, df: FileIndex, is_meant: impl Fn(&Child) -> bool) -> Option<&Child> {
        let children = &self.file(df).directory()?.children;
        children.iter().find(|child| is_meant(child) && self.is_there(child.file))
    }

    /// Whether a file can be found: it was not deleted, and is offered on the interface.
    pub(crate) fn is_there(&self, file: FileIndex) -> bool {
        let file = self.file(file);
        !file.is_deleted && file.offered.on(self.interface)
    }

    /// Whether a file is one that a command made.
    pub(crate) fn is_created(&self, file: FileIndex) -> bool {
        file.0 >= self.of_image
    }

    /// The names that a DF is selected by.
    pub(crate) fn names_of(&self, df: FileIndex) -> impl Iterator<Item = Aid> + '_ {
        self.names.iter().filter(move |(_, named)| *named == df).map(|(name, _)| name.clone())
    }

    pub(crate) fn interface(&self) -> Interface {
        self.interface
    }

    /// Makes the chip one that has its power from an interface.
    pub(crate) fn power_by(&mut self, interface: Interface) {
        self.interface = interface;
    }

    /// Which condition an operation on a file is under, on the interface.
    #[inline]
    pub(crate) fn condition(&self, file: &File, operation: Operation) -> Condition {
        let rule = match self.interface {
            Interface::Contact => &file.contact,
            Interface::Contactless => &file.contactless,
        };
        rule.condition(operation)
    }

    /// A file, if there is one.
    pub(crate) fn get(&self, index: FileIndex) -> Option<&File> {
        self.files.get(index.0)
    }

    /// The DF that a file is in; the first of several.
    pub(crate) fn parent_of(&self, file: FileIndex) -> FileIndex {
        self.file(file).parent
    }

    /// Whether a command made a file.
    pub(crate) fn is_made(&self, file: FileIndex) -> bool {
        file.0 >= self.of_image
    }

    /// Whether a command deleted a file of the image.
    pub(crate) fn is_deleted(&self, file: FileIndex) -> bool {
        self.file(file).is_deleted
    }

    /// Which applet runs the commands of a DF.
    pub(crate) fn applet(&self, df: FileIndex) -> usize {
        self.file(df).directory().map_or(0, |directory| directory.applet)
    }
}

impl File {
    pub(crate) fn fid(&self) -> Fid {
        self.fid
    }

    /// What it is as a DF; `None` for an EF.
    pub(crate) fn directory(&self) -> Option<&Directory> {
        match &self.kind {
            Kind::Directory(directory) => Some(directory),
            Kind::Transparent(_) | Kind::Records(_) => None,
        }
    }

    /// Its life cycle status byte.
    pub(crate) fn life_cycle(&self, memory: &Memory) -> u8 {
        memory.byte(self.life_cycle)
    }

    /// Changes its life cycle.
    pub(crate) fn set_life_cycle(&self, life_cycle: LifeCycle, memory: &mut Memory) {
        memory.write(self.life_cycle, &[life_cycle.byte()]);
    }

    /// Whether its content may be used at all, whoever asks.
    pub(crate) fn is_operational(&self, memory: &Memory) -> bool {
        let byte = self.life_cycle(memory);
        byte == LifeCycle::Activated.byte() || byte == LifeCycle::Initialised.byte()
    }
}
