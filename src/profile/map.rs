//! What every byte of a card is: the tree of spans that explain, diff and redact read.

use std::{fmt, ops::Range, sync::Arc};

use virtuale_engine::{Aid, Fid};

use super::tree::Span;

/// What stands where on a whole card.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CardMap {
    /// The elementary files, in the layout's order.
    pub files: Vec<FileMap>,
}

/// What stands where in one file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileMap {
    /// Its name in the layout, such as `IDENTITE`.
    pub name: String,
    /// Its identifier.
    pub fid: Fid,
    /// Its short identifier, if it has one.
    pub sfi: Option<u8>,
    /// The name in the layout of the application that it is in; of the first, if it is in several.
    pub application: String,
    /// The names by which that application is selected. A file of the MF may be reached by `3F00` too.
    pub aids: Vec<Aid>,
    /// Identifiers from the MF down to it, such as `3F00/DF01/2001`: those by which commands select it.
    pub path: String,
    /// The class of the commands that find it, if no others do; their `3F00` is not the MF of the others.
    pub class: Option<u8>,
    /// Its size in bytes.
    pub size: usize,
    /// Who may read it, as the layout says it: `always`, `never`, `role:professional`.
    pub readable: String,
    /// Where its place and its access rule are known from. Its elements have origins of their own.
    pub origin: Origin,
    /// What backs the origin.
    pub source: Arc<str>,
    /// What it holds, from its first byte to its last, without gaps. Of a file of records: one element for each record,
    /// with ranges as if the records stood one behind the other.
    pub elements: Vec<Element>,
    /// The bytes of its records, number 1 first: of a cyclic file that is the newest, which stands last
    /// [ISO-7816-4 7.4.5]. None of a transparent file.
    pub records: Vec<Range<usize>>,
}

/// Some bytes that mean something together.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Element {
    /// What it is: the key of the card file whose value it holds, or what the layout calls it.
    pub name: String,
    /// Which bytes of the file, tag and length included.
    pub range: Range<usize>,
    /// How many of its first bytes are its tag and length; 0 without a tag.
    pub header: usize,
    /// The value, decoded, as a person reads it. Empty where children say it.
    pub value: String,
    /// Where its place and coding are known from.
    pub origin: Origin,
    /// What backs the origin.
    pub source: Arc<str>,
    /// Whether the value is about a person or a card of a person.
    pub personal: bool,
    /// Who says what its bytes are.
    pub author: Author,
    /// Where the value was written in the card file; empty for defaults, computed values and decoded bytes.
    pub written: Span,
    /// Its parts, in the order of their bytes.
    pub children: Vec<Element>,
}

/// Who says what the bytes of an element are.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Author {
    /// The card file, by a datum.
    CardFile,
    /// The layout: a constant, a computed value, an object that holds others, bytes that hold nothing.
    Layout,
    /// Code, which builds objects of PKCS#15 and certificates.
    Code,
}

/// How well something is known.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Origin {
    /// A public source says it.
    Public,
    /// It follows from what public sources say.
    Inferred,
    /// This project made it up.
    Invented,
}

/// How many bytes of each origin.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Shares {
    /// Bytes whose place and coding a public source gives.
    pub public: usize,
    /// Bytes whose place and coding follow from public sources.
    pub inferred: usize,
    /// Bytes whose place and coding are made up.
    pub invented: usize,
    /// Bytes that hold nothing.
    pub unused: usize,
}

/// The name of an element that holds nothing: the rest of a file behind its content.
pub const UNUSED: &str = "unused";

/// The name of an element that the layout cannot explain.
pub const UNEXPLAINED: &str = "unexplained";

impl CardMap {
    /// The file of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&FileMap> {
        self.files.iter().find(|file| file.name == name)
    }

    /// How many bytes of the files are of each origin.
    #[must_use]
    pub fn shares(&self) -> Shares {
        Shares::of(self.files.iter().flat_map(|file| &file.elements))
    }
}

impl Shares {
    /// How many bytes of these elements are of each origin.
    #[must_use]
    pub fn of<'a>(elements: impl IntoIterator<Item = &'a Element>) -> Self {
        let mut shares = Self::default();
        elements.into_iter().for_each(|element| shares.count(element));
        shares
    }

    /// Counts an element: its parts under their own origins, and what is left of it, such as a tag, under its own.
    fn count(&mut self, element: &Element) {
        let parts: usize = element.children.iter().map(|child| child.range.len()).sum();
        let own = element.range.len().saturating_sub(parts);
        match (element.name.as_str(), element.origin) {
            (UNUSED, _) => self.unused += own,
            (_, Origin::Public) => self.public += own,
            (_, Origin::Inferred) => self.inferred += own,
            (_, Origin::Invented) => self.invented += own,
        }
        element.children.iter().for_each(|child| self.count(child));
    }
}

impl Element {
    /// The bytes of its value: its range without tag and length.
    #[must_use]
    pub fn value_range(&self) -> Range<usize> {
        self.range.start.saturating_add(self.header).min(self.range.end)..self.range.end
    }

    /// The innermost element that holds the byte at `offset` of the file.
    #[must_use]
    pub fn at(&self, offset: usize) -> Option<&Self> {
        if !self.range.contains(&offset) {
            return None;
        }
        Some(self.children.iter().find_map(|child| child.at(offset)).unwrap_or(self))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Inferred => "inferred",
            Self::Invented => "invented",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Author, CardMap, Element, FileMap, Origin, Shares, UNUSED};
    use virtuale_engine::Fid;

    fn element(name: &str, range: std::ops::Range<usize>, origin: Origin, children: Vec<Element>) -> Element {
        let (value, source, author) = (String::new(), "".into(), Author::Layout);
        Element {
            name: name.into(),
            range,
            header: 2,
            value,
            origin,
            source,
            personal: false,
            author,
            written: 0..0,
            children,
        }
    }

    #[test]
    fn each_byte_counts_once_and_under_its_innermost_element() {
        let name = element("nom", 2..8, Origin::Invented, vec![]);
        let elements =
            vec![element("65", 0..8, Origin::Public, vec![name]), element(UNUSED, 8..10, Origin::Public, vec![])];
        assert_eq!(elements[0].at(1).map(|found| found.name.as_str()), Some("65"));
        assert_eq!(elements[0].at(7).map(|found| found.name.as_str()), Some("nom"));
        assert_eq!(elements[0].at(8), None);
        let file = FileMap {
            name: "IDENTITE".into(),
            fid: Fid(0xD001),
            sfi: Some(2),
            application: "mf".into(),
            aids: vec![],
            path: "3F00/D001".into(),
            class: None,
            size: 10,
            readable: "always".into(),
            origin: Origin::Public,
            source: "".into(),
            elements,
            records: vec![],
        };
        let shares = CardMap { files: vec![file] }.shares();
        assert_eq!(shares, Shares { public: 2, inferred: 0, invented: 6, unused: 2 });
    }
}
