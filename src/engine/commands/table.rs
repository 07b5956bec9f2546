//! The instructions of ISO 7816: one row for each, and all that is said of it.
//!
//! Columns: the constant of [`Ins`], its byte and its name; the paragraph; what it takes; what P1-P2 say; what it does
//! to files; whether it comes whole or may come in parts; whether chance has a part in its answer; and who runs it.

use super::{
    authenticate, binary, channel, data, environment, file, life_cycle, operation, record, response, security_object,
    select, transaction, verify,
};
use crate::{
    Response,
    apdu::Apdu,
    applet::Outcome,
    chip::Context,
    ins::Ins,
    instruction::{Answer, Effect, Instruction, Parameters, Row, Table, Takes},
};

/// What carries out a command.
pub type Handler = fn(&Apdu<'_>, &mut Context<'_>, &mut Response) -> Outcome;

/// Who runs an instruction of ISO 7816.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// Any DF does.
    Files(Handler),
    /// A DF does whose applet says that PINs and keys exist.
    Keys(Handler),
    /// Nobody: it has a name, and no card here needs it.
    Nobody,
}

/// Declares the constants of [`Ins`] and the rows, each from one line.
macro_rules! instructions {
    ($($name:ident = $value:literal, $text:literal, $source:literal:
        $takes:ident, $parameters:ident, $effect:ident, $parts:ident, $answer:ident, $run:expr;)*) => {
        impl Ins {
            $(#[doc = concat!($text, " (ISO ", $source, ").")] pub const $name: Self = Self($value);)*
        }

        /// The instructions of ISO 7816.
        pub static INSTRUCTIONS: Table<Run> = Table::new(&[$(Row {
            instruction: Instruction {
                ins: Ins::$name,
                name: $text,
                source: concat!("ISO ", $source),
                takes: Takes::$takes,
                parameters: Parameters::$parameters,
                effect: Effect::$effect,
                chains: $parts,
                answer: Answer::$answer,
            },
            run: $run,
        },)*]);
    };
}

/// A command that must come in one piece.
const WHOLE: bool = false;

/// A command that may come in parts: its data may be long.
const PARTS: bool = true;

/// A command on files without an answer of its own.
macro_rules! files {
    ($handler:path) => {
        Run::Files(|command, context, _| $handler(command, context))
    };
}

/// The same for one on PINs and keys.
macro_rules! keys {
    ($handler:path) => {
        Run::Keys(|command, context, _| $handler(command, context))
    };
}

use Run::{Files, Keys, Nobody};

instructions! {
    DEACTIVATE_FILE = 0x04, "DEACTIVATE FILE", "7816-9, 5.3.4":
        Nothing, Zero, Moves, WHOLE, Fixed, keys!(life_cycle::deactivate_file);
    ERASE_RECORD = 0x0C, "ERASE RECORD", "7816-4, 11.3.8":
        Any, Record, Writes, WHOLE, Fixed, Nobody;
    ERASE_BINARY = 0x0E, "ERASE BINARY", "7816-4, 11.2.7":
        Any, Offset, Writes, WHOLE, Fixed, Nobody;
    ERASE_BINARY_ODD = 0x0F, "ERASE BINARY (odd)", "7816-4, 11.2.7":
        Any, File, Writes, WHOLE, Fixed, Nobody;
    PERFORM_TRANSACTION_OPERATION = 0x12, "PERFORM TRANSACTION OPERATION", "7816-7":
        Nothing, Own, Stays, WHOLE, Fixed, keys!(transaction::perform_transaction_operation);
    VERIFY = 0x20, "VERIFY", "7816-4, 11.5.6":
        Secret, Own, Stays, WHOLE, Fixed, keys!(verify::verify);
    VERIFY_ODD = 0x21, "VERIFY (odd)", "7816-4, 11.5.6":
        Secret, Own, Stays, WHOLE, Fixed, Nobody;
    MANAGE_SECURITY_ENVIRONMENT = 0x22, "MANAGE SECURITY ENVIRONMENT", "7816-4, 11.5.11":
        Any, Own, Stays, WHOLE, Fixed, keys!(environment::manage_security_environment);
    CHANGE_REFERENCE_DATA = 0x24, "CHANGE REFERENCE DATA", "7816-4, 11.5.7":
        Secret, Own, Stays, WHOLE, Fixed, keys!(verify::change_reference_data);
    DISABLE_VERIFICATION_REQUIREMENT = 0x26, "DISABLE VERIFICATION REQUIREMENT", "7816-4, 11.5.9":
        Secret, Own, Stays, WHOLE, Fixed, Nobody;
    ENABLE_VERIFICATION_REQUIREMENT = 0x28, "ENABLE VERIFICATION REQUIREMENT", "7816-4, 11.5.8":
        Secret, Own, Stays, WHOLE, Fixed, Nobody;
    PERFORM_SECURITY_OPERATION = 0x2A, "PERFORM SECURITY OPERATION", "7816-8, 11":
        Any, Own, Stays, PARTS, Signed, Keys(operation::perform_security_operation);
    RESET_RETRY_COUNTER = 0x2C, "RESET RETRY COUNTER", "7816-4, 11.5.10":
        Secret, Own, Stays, WHOLE, Fixed, keys!(verify::reset_retry_counter);
    ACTIVATE_FILE = 0x44, "ACTIVATE FILE", "7816-9, 5.3.3":
        Nothing, Zero, Moves, WHOLE, Fixed, keys!(life_cycle::activate_file);
    GENERATE_KEY_PAIR = 0x46, "GENERATE ASYMMETRIC KEY PAIR", "7816-8, 11.2":
        Any, Own, Stays, WHOLE, Drawn, Keys(security_object::generate_key_pair);
    GENERATE_KEY_PAIR_ODD = 0x47, "GENERATE ASYMMETRIC KEY PAIR (odd)", "7816-8, 11.2":
        Any, Own, Stays, WHOLE, Drawn, Keys(security_object::generate_key_pair);
    MANAGE_CHANNEL = 0x70, "MANAGE CHANNEL", "7816-4, 11.1.2":
        NoData, Own, Channels, WHOLE, Fixed, Files(channel::manage_channel);
    EXTERNAL_AUTHENTICATE = 0x82, "EXTERNAL AUTHENTICATE", "7816-4, 11.5.4":
        Any, Own, Stays, PARTS, Drawn, Keys(authenticate::external_authenticate);
    GET_CHALLENGE = 0x84, "GET CHALLENGE", "7816-4, 11.5.3":
        Le, Zero, Stays, WHOLE, Drawn, Keys(authenticate::get_challenge);
    GENERAL_AUTHENTICATE = 0x86, "GENERAL AUTHENTICATE", "7816-4, 11.5.5":
        Data, Own, Stays, WHOLE, Drawn, Nobody;
    GENERAL_AUTHENTICATE_ODD = 0x87, "GENERAL AUTHENTICATE (odd)", "7816-4, 11.5.5":
        Data, Own, Stays, WHOLE, Drawn, Nobody;
    INTERNAL_AUTHENTICATE = 0x88, "INTERNAL AUTHENTICATE", "7816-4, 11.5.2":
        Any, Own, Stays, WHOLE, Drawn, Keys(authenticate::internal_authenticate);
    SEARCH_BINARY = 0xA0, "SEARCH BINARY", "7816-4, 11.2.6":
        Data, Offset, Searches, WHOLE, Fixed, Nobody;
    SEARCH_BINARY_ODD = 0xA1, "SEARCH BINARY (odd)", "7816-4, 11.2.6":
        Data, File, Searches, WHOLE, Fixed, Nobody;
    SEARCH_RECORD = 0xA2, "SEARCH RECORD", "7816-4, 11.3.7":
        Data, Record, Searches, WHOLE, Fixed, Nobody;
    SELECT = 0xA4, "SELECT", "7816-4, 11.1.1":
        Any, Selection, Selects, PARTS, Fixed, Files(select::select);
    READ_BINARY = 0xB0, "READ BINARY", "7816-4, 11.2.3":
        Le, Offset, Reads, WHOLE, Fixed, Files(binary::read_binary);
    READ_BINARY_ODD = 0xB1, "READ BINARY (odd)", "7816-4, 11.2.3":
        Data, File, Reads, PARTS, Fixed, Files(binary::read_binary_odd);
    READ_RECORD = 0xB2, "READ RECORD", "7816-4, 11.3.3":
        Le, Record, Reads, WHOLE, Fixed, Files(record::read_record);
    READ_RECORD_ODD = 0xB3, "READ RECORD (odd)", "7816-4, 11.3.3":
        Data, Record, Reads, WHOLE, Fixed, Nobody;
    GET_RESPONSE = 0xC0, "GET RESPONSE", "7816-4, 11.7.1":
        Le, Zero, Fetches, WHOLE, Fixed, Files(response::get_response);
    ENVELOPE = 0xC2, "ENVELOPE", "7816-4, 11.7.2":
        Any, Zero, Moves, WHOLE, Fixed, Nobody;
    ENVELOPE_ODD = 0xC3, "ENVELOPE (odd)", "7816-4, 11.7.2":
        Any, Zero, Moves, WHOLE, Fixed, Nobody;
    GET_DATA = 0xCA, "GET DATA", "7816-4, 11.4.3":
        Le, Tag, Stays, WHOLE, Fixed, Files(data::get_data);
    GET_DATA_ODD = 0xCB, "GET DATA (odd)", "7816-4, 11.4.3":
        Data, Own, Stays, WHOLE, Fixed, Keys(security_object::get_data);
    WRITE_BINARY = 0xD0, "WRITE BINARY", "7816-4, 11.2.4":
        Data, Offset, Writes, WHOLE, Fixed, Nobody;
    WRITE_BINARY_ODD = 0xD1, "WRITE BINARY (odd)", "7816-4, 11.2.4":
        Data, File, Writes, WHOLE, Fixed, Nobody;
    WRITE_RECORD = 0xD2, "WRITE RECORD", "7816-4, 11.3.4":
        Data, Record, Writes, WHOLE, Fixed, Nobody;
    UPDATE_BINARY = 0xD6, "UPDATE BINARY", "7816-4, 11.2.5":
        Data, Offset, Writes, PARTS, Fixed, files!(binary::update_binary);
    UPDATE_BINARY_ODD = 0xD7, "UPDATE BINARY (odd)", "7816-4, 11.2.5":
        Data, File, Writes, PARTS, Fixed, files!(binary::update_binary_odd);
    PUT_DATA = 0xDA, "PUT DATA", "7816-4, 11.4":
        Data, Tag, Stays, WHOLE, Fixed, Nobody;
    PUT_DATA_ODD = 0xDB, "PUT DATA (odd)", "7816-4, 11.4":
        Data, Own, Stays, PARTS, Fixed, keys!(security_object::put_data);
    UPDATE_RECORD = 0xDC, "UPDATE RECORD", "7816-4, 11.3.5":
        Data, Record, Writes, PARTS, Fixed, files!(record::update_record);
    UPDATE_RECORD_ODD = 0xDD, "UPDATE RECORD (odd)", "7816-4, 11.3.5":
        Data, Record, Writes, WHOLE, Fixed, Nobody;
    CREATE_FILE = 0xE0, "CREATE FILE", "7816-9":
        Data, Zero, Moves, WHOLE, Fixed, keys!(file::create_file);
    APPEND_RECORD = 0xE2, "APPEND RECORD", "7816-4, 11.3.6":
        Data, RecordFile, Writes, PARTS, Fixed, files!(record::append_record);
    DELETE_FILE = 0xE4, "DELETE FILE", "7816-9":
        Any, Own, Moves, WHOLE, Fixed, keys!(file::delete_file);
    TERMINATE_DF = 0xE6, "TERMINATE DF", "7816-9":
        Any, Own, Moves, WHOLE, Fixed, Nobody;
    TERMINATE_EF = 0xE8, "TERMINATE EF", "7816-9":
        Any, Own, Moves, WHOLE, Fixed, Nobody;
    TERMINATE_CARD = 0xFE, "TERMINATE CARD USAGE", "7816-9":
        Any, Own, Moves, WHOLE, Fixed, Nobody;
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::{INSTRUCTIONS, Run};
    use crate::{
        Card, Protocol, Response, StatusWord,
        ins::Ins,
        instruction::{Instruction, Parameters, Takes},
        testing::{
            Tester,
            keys::{SELECT, card},
        },
    };

    /// A card with PINs and keys, and one without.
    fn cards(protocol: Protocol) -> [(Tester, bool); 2] {
        let mut keyed = card(protocol);
        keyed.plays(&[SELECT]);
        [(keyed, true), (Tester::new(protocol), false)]
    }

    fn send(card: &mut Tester, command: &[u8]) -> StatusWord {
        let mut response = Response::new();
        card.chip.transmit(command, &mut response).expect("power");
        response.status().expect("a status word")
    }

    /// The row of a byte, if a card runs it.
    fn run_by(ins: u8, has_keys: bool) -> Option<Instruction> {
        let row = INSTRUCTIONS.find(Ins(ins))?;
        let runs = match row.run {
            Run::Files(_) => true,
            Run::Keys(_) => has_keys,
            Run::Nobody => false,
        };
        runs.then_some(row.instruction)
    }

    #[test]
    fn a_part_is_taken_of_every_instruction_that_chains_and_of_no_other() {
        for protocol in [Protocol::T0, Protocol::T1] {
            for ins in 0..=u8::MAX {
                for (mut card, has_keys) in cards(protocol) {
                    let right = match run_by(ins, has_keys) {
                        Some(instruction) if instruction.chains => StatusWord::SUCCESS,
                        Some(_) => StatusWord::CHAINING_NOT_SUPPORTED,
                        None => StatusWord::INSTRUCTION_NOT_SUPPORTED,
                    };
                    // An instruction that expects has on T=0 no part with data.
                    let expects = INSTRUCTIONS.find(Ins(ins)).is_none_or(|row| !row.instruction.sends_on_t0(0, 0));
                    let command = if expects { vec![0x10, ins, 0, 0, 1] } else { vec![0x10, ins, 0, 0, 1, 0xAA] };
                    assert_eq!(send(&mut card, &command), right, "{} {protocol:?} {has_keys}", Ins(ins));
                }
            }
        }
    }

    #[test]
    fn what_nobody_runs_does_not_exist() {
        for ins in (0..=u8::MAX).filter(|&ins| run_by(ins, true).is_none()) {
            for (mut card, _) in cards(Protocol::T1) {
                assert_eq!(send(&mut card, &[0x00, ins, 0, 0]), StatusWord::INSTRUCTION_NOT_SUPPORTED, "{}", Ins(ins));
            }
        }
    }

    proptest! {
        #[test]
        fn no_instruction_succeeds_with_what_its_row_does_not_take(
            ins: u8,
            parameters: [u8; 2],
            data in proptest::collection::vec(any::<u8>(), 0..12),
            le: Option<u8>,
        ) {
            for (mut card, has_keys) in cards(Protocol::T1) {
                let Some(instruction) = run_by(ins, has_keys) else { continue };
                let lc: Vec<u8> = u8::try_from(data.len()).into_iter().filter(|&lc| lc != 0).collect();
                let le: Vec<u8> = le.into_iter().collect();
                let command = [&[0x00, ins][..], &parameters, &lc, &data, &le].concat();
                let fits = match instruction.takes {
                    Takes::Le => data.is_empty() && !le.is_empty(),
                    Takes::Data => !data.is_empty(),
                    Takes::Nothing | Takes::NoData => data.is_empty(),
                    Takes::Secret | Takes::Any => true,
                };
                let is_named = instruction.parameters != Parameters::Zero || parameters == [0, 0];
                let status = send(&mut card, &command);
                let is_refused = matches!(status.0 >> 8, 0x64..=0x6F);
                prop_assert!(is_refused || fits && is_named, "{status} to {command:02X?}");
            }
        }
    }
}
