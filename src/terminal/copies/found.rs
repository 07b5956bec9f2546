//! What a reading found of copies.

use super::{Copy, append, coding::LIST};
use crate::{
    profile::{
        layout::Layout,
        tree::{Data, Node},
    },
    terminal::{
        files::{ClosedFile, Lock, OpenFile},
        remark::Remark,
    },
};

/// The copies on a card, as far as it shows them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Copies {
    /// Whether the insured objects to copies; `None` if the card does not say.
    pub objection: Option<bool>,
    /// What the card shows.
    pub shown: Shown,
}

/// What a card shows of its copies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Shown {
    /// It has no file for them, or the layout has no place for them.
    NoFile,
    /// It keeps them to itself.
    Closed(Lock),
    /// All of them.
    Open {
        /// The newest first.
        copies: Vec<Copy>,
        /// How many records are no copies.
        unreadable: usize,
    },
}

impl Default for Copies {
    fn default() -> Self {
        Self { objection: None, shown: Shown::NoFile }
    }
}

impl Copies {
    /// What files and data of a card say, read with a layout.
    pub(in crate::terminal) fn of(layout: &Layout, data: &Node, open: &[OpenFile], closed: &[ClosedFile]) -> Self {
        let objection = match data.at(append::OBJECTION).map(|node| &node.data) {
            Some(Data::Flag(objects)) => Some(*objects),
            _ => None,
        };
        let records = data.at(LIST).map(Node::list).unwrap_or_default();
        let file = layout.record_file_of(LIST);
        let is_it = |name: &str| file == Some(name);
        let lock = closed.iter().find(|file| is_it(&file.pointer.name)).map(|file| file.lock);
        let shown = match lock {
            _ if !records.is_empty() || open.iter().any(|file| is_it(&file.pointer.name)) => {
                let content = open.iter().find(|file| is_it(&file.pointer.name)).map_or(&[][..], |file| &file.content);
                let copy = |record| Copy::of_file(layout, file?, record, content).ok();
                let copies: Vec<Copy> = records.iter().rev().filter_map(copy).collect();
                Shown::Open { unreadable: records.len() - copies.len(), copies }
            }
            None | Some(Lock::Absent) => Shown::NoFile,
            Some(lock) => Shown::Closed(lock),
        };
        Self { objection, shown }
    }

    /// What a person should know of them.
    pub(in crate::terminal) fn remarks(&self) -> impl Iterator<Item = Remark> {
        let unreadable = match self.shown {
            Shown::Open { unreadable, .. } => unreadable,
            Shown::NoFile | Shown::Closed(_) => 0,
        };
        let unreadable = (unreadable > 0).then_some(Remark::CopiesUnreadable { count: unreadable });
        let unwanted = self.objection == Some(true) && !self.all().is_empty();
        unreadable.into_iter().chain(unwanted.then_some(Remark::CopiesDespiteObjection))
    }

    /// The copies that the card shows, the newest first.
    #[must_use]
    pub fn all(&self) -> &[Copy] {
        match &self.shown {
            Shown::Open { copies, .. } => copies,
            Shown::NoFile | Shown::Closed(_) => &[],
        }
    }
}
