//! Finding files [ISO-7816-4 7.3].

use crate::{Fid, Sfi, fs::FileSystem, image::FileIndex};

/// Which of the DFs whose names begin alike is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Occurrence {
    First,
    Last,
    Next,
    Previous,
}

/// A place in the tree: a DF, or an EF and the one of its DFs through which it was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Location {
    pub(crate) df: FileIndex,
    pub(crate) ef: Option<FileIndex>,
}

impl Location {
    /// The place of a DF.
    pub(crate) fn df(df: FileIndex) -> Self {
        Self { df, ef: None }
    }
}

impl FileSystem {
    /// The files of a DF with their identifiers, in the order of the image.
    pub(crate) fn children(&self, df: FileIndex) -> impl Iterator<Item = (Fid, FileIndex)> {
        self.children_of(df).map(|child| (child.fid, child.file))
    }

    /// The file with an identifier in a DF.
    pub(crate) fn child(&self, df: FileIndex, fid: Fid) -> Option<Location> {
        let child = self.child_where(df, |child| child.fid == fid)?;
        let is_df = self.file(child.file).directory().is_some();
        Some(if is_df { Location::df(child.file) } else { Location { df, ef: Some(child.file) } })
    }

    /// The DF with an identifier in a DF.
    pub(crate) fn child_df(&self, df: FileIndex, fid: Fid) -> Option<Location> {
        self.child(df, fid).filter(|place| place.ef.is_none())
    }

    /// The EF with an identifier in a DF.
    pub(crate) fn child_ef(&self, df: FileIndex, fid: Fid) -> Option<Location> {
        self.child(df, fid).filter(|place| place.ef.is_some())
    }

    /// The EF with a short identifier in a DF.
    pub(crate) fn child_by_sfi(&self, df: FileIndex, sfi: Sfi) -> Option<FileIndex> {
        self.child_where(df, |child| child.sfi == Some(sfi)).map(|child| child.file)
    }

    /// The DF that a DF is in; `None` for the MF.
    pub(crate) fn parent(&self, df: FileIndex) -> Option<FileIndex> {
        (df != FileIndex::MF).then(|| self.file(df).parent)
    }

    /// The file that an identifier alone means where a DF is current: the MF, a file in the DF, the DF itself, the DF
    /// it is in, or another DF in that one.
    pub(crate) fn near(&self, df: FileIndex, fid: Fid) -> Option<Location> {
        if fid == Fid::MF {
            return Some(Location::df(FileIndex::MF));
        }
        let parent = self.parent(df);
        let above = [Some(df), parent].into_iter().flatten().find(|&df| self.file(df).fid == fid);
        self.child(df, fid).or(above.map(Location::df)).or_else(|| self.child_df(parent?, fid))
    }

    /// The file at the end of a path of identifiers from a DF. A path may begin with the MF or with the current DF.
    pub(crate) fn at_path(&self, start: FileIndex, path: impl Iterator<Item = Fid>) -> Option<Location> {
        let mut place = Location::df(start);
        for (depth, fid) in path.enumerate() {
            place = match (depth, fid) {
                (0, Fid::MF) => Location::df(FileIndex::MF),
                (0, Fid::CURRENT) => place,
                _ if place.ef.is_none() => self.child(place.df, fid)?,
                _ => return None,
            };
        }
        Some(place)
    }

    /// A DF whose name begins with some bytes, and the number of that name. A whole name comes before longer ones.
    ///
    /// `last` is the number of the name that the last selection was by: the next and the previous occurrence are
    /// counted from it, where it begins alike, else they are the first and the last one.
    pub(crate) fn named(
        &self,
        beginning: &[u8],
        occurrence: Occurrence,
        last: Option<usize>,
    ) -> Option<(FileIndex, usize)> {
        let start = self.names.partition_point(|(aid, _)| aid.as_bytes() < beginning);
        let candidates = &self.names[start..];
        let count = candidates.iter().take_while(|(aid, _)| aid.as_bytes().starts_with(beginning)).count();
        let candidates = &candidates[..count];
        // A DF with several such names occurs once.
        let occurs = |&index: &usize| {
            let file = candidates[index].1;
            self.is_there(file) && candidates[..index].iter().all(|&(_, other)| other != file)
        };
        let last = last.and_then(|name| name.checked_sub(start)).filter(|&index| index < count);
        let index = match (occurrence, last) {
            (Occurrence::First, _) | (Occurrence::Next, None) => (0..count).find(occurs),
            (Occurrence::Last, _) | (Occurrence::Previous, None) => (0..count).rev().find(occurs),
            (Occurrence::Next, Some(last)) => (last + 1..count).find(occurs),
            (Occurrence::Previous, Some(last)) => (0..last).rev().find(occurs),
        };
        index.map(|index| (candidates[index].1, start + index))
    }
}
