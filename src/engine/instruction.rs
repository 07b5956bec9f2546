//! What is known of an instruction, whoever runs it, and tables of such rows.
//!
//! Each fact stands once, in a row: what a command takes, whether it may come in parts, what its parameters name, what
//! people call it, and who runs it. The dispatcher, T=0, traces and names read the rows. The rows of ISO 7816-4 are
//! [`commands::INSTRUCTIONS`](crate::commands::INSTRUCTIONS); an application with a class of its own brings a table of
//! its own.

use crate::ins::Ins;

/// What is known of one instruction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Instruction {
    /// The instruction byte.
    pub ins: Ins,
    /// What people call it.
    pub name: &'static str,
    /// Where it is defined, by standard and paragraph.
    pub source: &'static str,
    /// What it sends and expects.
    pub takes: Takes,
    /// What P1-P2 say.
    pub parameters: Parameters,
    /// What it does to the files of the card, told from outside.
    pub effect: Effect,
    /// Whether it may come in parts; one that may not is answered with `6884`.
    pub chains: bool,
    /// Whether chance has a part in its answer.
    pub answer: Answer,
}

/// What a command sends and expects, as far as that goes for every command with this instruction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Takes {
    /// Sends nothing and expects something: case 2.
    Le,
    /// Sends something: case 3, or case 4 where something comes back.
    Data,
    /// Sends something that must stay secret; or nothing, where it only asks.
    Secret,
    /// Sends nothing and expects nothing: case 1.
    Nothing,
    /// Sends nothing; with `0000` in P1-P2 it expects something, else nothing.
    NoData,
    /// May be of any case.
    Any,
}

/// What P1-P2 of a command say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Parameters {
    /// Nothing: they are `0000`.
    Zero,
    /// An offset of 15 bits in the current EF, or with bit `8000` a short identifier and an offset of 8 bits.
    Offset,
    /// An EF: by its short identifier or, above that, its identifier; `0000` is the current one. Where in it is in the
    /// data field.
    File,
    /// P1 a record, P2 a short identifier and how P1 is meant.
    Record,
    /// P2 a short identifier; the rest is zero.
    RecordFile,
    /// How a file is named, and what is answered.
    Selection,
    /// A tag of one or two bytes.
    Tag,
    /// What the instruction's own paragraph says.
    Own,
}

/// What a command does to the files of a card and to the selection of its channel, told from outside: by whoever
/// follows a dialogue. It says as well what a data field is about, if the command sends one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// It selects what its data name: identifiers, a path or a name.
    Selects,
    /// It reads an EF. Its data, if any, say from where.
    Reads,
    /// It looks for its data in an EF.
    Searches,
    /// It writes to an EF. Its data, if any, are for that file.
    Writes,
    /// It fetches what is left of the answer before.
    Fetches,
    /// It opens or closes a channel.
    Channels,
    /// It may leave another file selected, or none: it makes, ends or removes one.
    Moves,
    /// The selection stays.
    Stays,
}

/// Whether chance has a part in an answer: whether a card in the same state, asked the same, may answer otherwise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It has none.
    Fixed,
    /// The answer is drawn, or computed from what was drawn for it or by a command before it.
    Drawn,
    /// Only where it is a signature, which is P1 `9E` [ISO-7816-8 COMPUTE DIGITAL SIGNATURE]: those on curves and
    /// those of PSS draw a number.
    Signed,
}

/// A row: an instruction and who runs it.
#[derive(Clone, Copy, Debug)]
pub struct Row<H> {
    /// The instruction.
    pub instruction: Instruction,
    /// Who runs it.
    pub run: H,
}

/// The instructions of a class, found by their byte in one step.
#[derive(Debug)]
pub struct Table<H: 'static> {
    rows: &'static [Row<H>],
    /// For each instruction byte, the number of its row counted from 1; 0 for none.
    index: [u8; 256],
}

impl Instruction {
    /// Whether it adds a record, which in a cyclic file is number 1 then: APPEND RECORD, and what is written as the
    /// previous record [ISO-7816-4 11].
    #[must_use]
    pub const fn adds_record(&self, p2: u8) -> bool {
        match (self.effect, self.parameters) {
            (Effect::Writes, Parameters::RecordFile) => true,
            (Effect::Writes, Parameters::Record) => p2 & 0x07 == 3,
            _ => false,
        }
    }

    /// Whether chance has a part in its answer with this P1.
    #[must_use]
    pub const fn is_drawn(&self, p1: u8) -> bool {
        match self.answer {
            Answer::Fixed => false,
            Answer::Drawn => true,
            Answer::Signed => p1 == 0x9E,
        }
    }

    /// Whether P3 counts the bytes sent rather than the bytes expected.
    ///
    /// T=0 has this one length byte, and only the instruction tells what it counts. `00` is an empty data field for an
    /// instruction that sends or takes nothing, and 256 bytes for one that expects.
    #[inline]
    #[must_use]
    pub const fn sends_on_t0(&self, p1: u8, p2: u8) -> bool {
        match self.takes {
            Takes::Le => false,
            Takes::NoData => p1 != 0 || p2 != 0,
            Takes::Nothing | Takes::Data | Takes::Secret | Takes::Any => true,
        }
    }
}

impl<H> Table<H> {
    /// A table of rows, each with an instruction byte of its own.
    ///
    /// # Panics
    ///
    /// While the program is built: if two rows have one instruction byte, or there are 256 or more.
    #[must_use]
    pub const fn new(rows: &'static [Row<H>]) -> Self {
        let mut index = [0; 256];
        let mut number = 0_u8;
        let mut left = rows;
        while let [row, rest @ ..] = left {
            assert!(number < u8::MAX, "a table has at most 255 rows");
            number += 1;
            let place = &mut index[row.instruction.ins.0 as usize];
            assert!(*place == 0, "two rows have one instruction byte");
            *place = number;
            left = rest;
        }
        Self { rows, index }
    }

    /// The row of an instruction; `None` if the class has no such instruction.
    #[inline]
    #[must_use]
    pub fn find(&self, ins: Ins) -> Option<&'static Row<H>> {
        // Row 0 is none: one step before the first.
        self.rows.get(usize::from(self.index[usize::from(ins.0)]).wrapping_sub(1))
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> &'static [Row<H>] {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Effect, Instruction, Parameters, Row, Table, Takes};
    use crate::ins::Ins;

    const fn row(ins: u8, takes: Takes) -> Row<u8> {
        let (parameters, effect) = (Parameters::Own, Effect::Stays);
        let (name, source, chains, answer) = ("", "", false, Answer::Fixed);
        let instruction = Instruction { ins: Ins(ins), name, source, takes, parameters, effect, chains, answer };
        Row { instruction, run: ins }
    }

    #[test]
    fn a_row_is_found_by_its_byte_and_no_other() {
        static TABLE: Table<u8> = Table::new(&[row(0xFF, Takes::Any), row(0x00, Takes::Le)]);
        for ins in 0..=u8::MAX {
            let right = matches!(ins, 0x00 | 0xFF).then_some(ins);
            assert_eq!(TABLE.find(Ins(ins)).map(|row| row.run), right);
        }
    }

    #[test]
    fn records_are_added_by_what_appends_them_and_by_what_writes_the_previous_one() {
        let adds = |effect, parameters, p2| {
            Instruction { effect, parameters, ..row(0x01, Takes::Data).instruction }.adds_record(p2)
        };
        assert!(adds(Effect::Writes, Parameters::RecordFile, 0));
        assert!(adds(Effect::Writes, Parameters::Record, 0x3B) && !adds(Effect::Writes, Parameters::Record, 0x3C));
        assert!(!adds(Effect::Reads, Parameters::Record, 0x03) && !adds(Effect::Writes, Parameters::Offset, 0x03));
    }

    #[test]
    fn of_what_may_be_signed_or_not_only_signatures_are_drawn() {
        let drawn = |answer, p1| Instruction { answer, ..row(0x01, Takes::Any).instruction }.is_drawn(p1);
        assert!(drawn(Answer::Signed, 0x9E) && !drawn(Answer::Signed, 0x80));
        assert!(drawn(Answer::Drawn, 0x00) && !drawn(Answer::Fixed, 0x9E));
    }

    #[test]
    fn what_a_command_takes_says_what_p3_counts() {
        let sends = |takes, p2| row(0x01, takes).instruction.sends_on_t0(0, p2);
        assert!(!sends(Takes::Le, 1) && !sends(Takes::NoData, 0));
        assert!(sends(Takes::NoData, 1) && sends(Takes::Nothing, 0));
        assert!(sends(Takes::Data, 0) && sends(Takes::Secret, 0) && sends(Takes::Any, 0));
    }
}
