//! What a family of cards reads of a layout, and what it may ask of one that was read.

use std::{any::Any, ops::Range};

use virtuale_engine::Fid;

use super::{
    super::{families::Part, map::Origin},
    Layout,
    fields::{Fields, Placed},
    model::{File, Structure},
    read::{Scope, path},
};

/// The tables of a layout, for the family that has tables of its own.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    scope: &'a Scope<'a>,
    top: &'a Fields<'a>,
}

/// A file of a layout.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LayoutFile<'l> {
    /// Its name.
    pub name: &'l str,
    /// Its identifier.
    pub fid: Fid,
    /// How many bytes it has, if it is a transparent file of a size that the layout says.
    pub size: Option<usize>,
    /// Who may read it, as the layout says it: `always`, `never`, `role:professional`.
    pub readable: &'l str,
    /// The applications that it is in, by their places in the layout; 0 is the MF.
    pub parents: &'l [usize],
    /// Where its name stands in the text of the layout.
    pub span: Range<usize>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, top: &'a Fields<'a>) -> Self {
        Self { scope, top }
    }

    /// The table with a name, whose keys are called `what` in messages, such as `key of a memory`. Whoever reads it
    /// ends with [`Fields::finish`].
    #[must_use]
    pub fn table(&self, name: &'static str, what: &'static str) -> Option<Fields<'a>> {
        self.top.inner(self.top.value(name)?, what)
    }

    /// The tables of a table, such as `[component.NAME]`, in the order in which they were written.
    #[must_use]
    pub fn tables(&self, name: &'static str, what: &'static str) -> Vec<(Placed<&'a str>, Fields<'a>)> {
        self.top.tables(name, what)
    }

    /// How well is known what a table says, by its key `source`; it must have one.
    pub fn source(&self, table: &Fields<'_>) -> Origin {
        self.scope.names.source(table, None).origin
    }

    /// A key of card files that stands in a table, with dots.
    pub fn key(&self, table: &Fields<'_>, text: &Placed<&str>) -> Option<String> {
        path(table, text).map(|path| path.keys.join("."))
    }
}

impl Layout {
    /// What the tables say that only layouts of its family have, if they say it: the family knows its type.
    #[must_use]
    pub fn part<P: Part>(&self) -> Option<&P> {
        let part: &dyn Any = self.part.as_deref()?;
        part.downcast_ref()
    }

    /// Its files, in its order.
    pub fn files(&self) -> impl Iterator<Item = LayoutFile<'_>> {
        self.files.iter().map(LayoutFile::of)
    }

    /// The names of the applets that its applications have.
    pub fn applets(&self) -> impl Iterator<Item = &str> {
        self.applications.iter().filter_map(|application| application.applet.as_deref())
    }
}

impl<'l> LayoutFile<'l> {
    fn of(file: &'l File) -> Self {
        let size = match file.structure {
            Structure::Transparent { size } => size,
            Structure::Records { .. } => None,
        };
        Self {
            name: &file.name,
            fid: file.fid,
            size,
            readable: &file.access.contact.read,
            parents: &file.parents,
            span: file.span.clone(),
        }
    }
}
