//! The instructions of a word memory: one row for each, and all that is said of it.

use virtuale_engine::{
    ins::Ins,
    instruction::{Answer, Effect, Instruction, Parameters, Row, Table, Takes},
};

use super::Handler;

/// The instruction bytes of its instructions.
pub mod instruction {
    use virtuale_engine::ins::Ins;

    /// Presents a code.
    pub const PRESENT: Ins = Ins(0x20);
    /// Ratifies the presentation before it.
    pub const RATIFY: Ins = Ins(0x40);
    /// Searches for a word.
    pub const SEARCH: Ins = Ins(0xA0);
    /// Reads.
    pub const READ: Ins = Ins(0xB0);
    /// Fetches the result of the instruction before it.
    pub const FETCH: Ins = Ins(0xC0);
    /// Writes.
    pub const WRITE: Ins = Ins(0xD0);
}

/// The instructions of class [`CLASS`](super::CLASS). They never come in parts.
pub static INSTRUCTIONS: Table<Handler> = Table::new(&[
    row(instruction::PRESENT, "PRESENT", Takes::Secret, Effect::Stays, |card, command, context, _| {
        card.present(command, context)
    }),
    row(instruction::RATIFY, "RATIFY", Takes::NoData, Effect::Stays, |card, command, context, _| {
        card.ratify(command, context)
    }),
    row(instruction::SEARCH, "SEARCH", Takes::Data, Effect::Stays, |card, command, context, _| {
        card.search(command, context)
    }),
    row(instruction::READ, "READ", Takes::Le, Effect::Reads, |card, command, context, response| {
        card.read(command, context, response)
    }),
    row(instruction::FETCH, "FETCH", Takes::Le, Effect::Fetches, |card, command, context, response| {
        card.fetch(command, context, response)
    }),
    row(instruction::WRITE, "WRITE", Takes::Data, Effect::Writes, |card, command, context, _| {
        card.write(command, context)
    }),
]);

const fn row(ins: Ins, name: &'static str, takes: Takes, effect: Effect, run: Handler) -> Row<Handler> {
    let source = "docs/vitale1.md";
    let (parameters, chains, answer) = (Parameters::Own, false, Answer::Fixed);
    Row { instruction: Instruction { ins, name, source, takes, parameters, effect, chains, answer }, run }
}
