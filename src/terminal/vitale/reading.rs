//! What came of reading a card.

use jiff::civil::Date;

use super::{Beneficiary, ClosedFile, Known, Model, OpenFile, Remark, Volet, checks, view};
use crate::{
    lists::Lists,
    profile::{
        dates::calendar,
        layout::Layout,
        map::Shares,
        tree::{CardDate, Data, Node, Table},
    },
    terminal::{copies::Copies, exchange::Exchange, right::Look},
};

/// All that a terminal knows of a card after reading it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The day on which it was read.
    pub today: CardDate,
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// Which card that makes it.
    pub model: Model,
    /// What it says of its holder.
    pub volet: Volet,
    /// The same under the keys of card files, with what the volet has no place for.
    pub data: Node,
    /// The copies of care forms on it.
    pub copies: Copies,
    /// The files that were read, in the order of reading.
    pub files: Vec<OpenFile>,
    /// The files that stayed closed.
    pub closed: Vec<ClosedFile>,
    /// What came of the professionals' cards beside it, in the order in which they were asked.
    pub looks: Vec<Look>,
    /// How many of the bytes that were read are public, inferred, invented.
    pub shares: Shares,
    /// Everything that went over the transport, in order.
    pub exchanges: Vec<Exchange>,
    /// What is known beside it: nothing until lists are asked ([`Reading::consult`]).
    pub known: Known,
    /// What a person should know, worst first.
    pub remarks: Vec<Remark>,
}

impl Reading {
    /// Of a card that has not been read yet.
    pub(in crate::terminal) fn empty(atr: Vec<u8>, model: Model, today: Date) -> Self {
        Self {
            today: today.into(),
            atr,
            model,
            volet: Volet::default(),
            copies: Copies::default(),
            data: Node::unwritten(Data::Table(Table::new())),
            files: Vec::new(),
            closed: Vec::new(),
            looks: Vec::new(),
            shares: Shares::default(),
            exchanges: Vec::new(),
            known: Known::default(),
            remarks: Vec::new(),
        }
    }

    /// The same with what a layout finds of copies in what was read.
    pub(super) fn with_copies(mut self, layout: &Layout) -> Self {
        self.copies = Copies::of(layout, &self.data, &self.files, &self.closed);
        self
    }

    /// After the last file: what the data mean, and what they mean today. `expected` is what a card that can be read so
    /// should be.
    pub(in crate::terminal) fn conclude(&mut self, expected: Model) {
        self.volet = view::volet(&self.data);
        self.shares = Shares::of(self.files.iter().flat_map(|file| &file.elements));
        if self.model != expected {
            self.remarks.push(Remark::UncommonAtr);
        }
        self.remarks.extend(self.copies.remarks());
        self.remarks.extend(checks::check(&self.volet, &self.known, self.today));
        self.remarks.sort_by_key(Remark::severity);
    }

    /// Asks lists about the card. What they say comes in place of what earlier ones said.
    pub fn consult(&mut self, lists: &Lists) {
        let said = checks::check(&self.volet, &self.known, self.today);
        let Some(today) = calendar(self.today) else { return };
        self.known = Known::of_lists(lists, &self.volet.card, &self.volet.insured, today);
        self.remarks.retain(|remark| !said.contains(remark));
        self.remarks.extend(checks::check(&self.volet, &self.known, self.today));
        self.remarks.sort_by_key(Remark::severity);
    }

    /// The name of a person by the place on the card, from 1, as findings give it.
    #[must_use]
    pub fn name_of(&self, person: usize) -> String {
        let beneficiary = person.checked_sub(1).and_then(|index| self.volet.beneficiaries.get(index));
        beneficiary.and_then(Beneficiary::full_name).unwrap_or_else(|| person.to_string())
    }
}
