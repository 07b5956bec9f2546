//! In which answers chance has a part, told from outside.
//!
//! A recording keeps every byte, so that it can play the card: software that answers a challenge then gets the one it
//! answered. Only a replay against a card that draws other numbers knows better, and looks here.

use virtuale_engine::{Response, commands::INSTRUCTIONS, ins::Ins, instruction::Effect};

/// The bits of an interindustry class byte that say that the command is protected by secure messaging
/// [ISO-7816-4 5.4.1].
const PROTECTED: u8 = 0x0C;

/// Whether cards draw what the cards of a recording drew.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Chance {
    /// They do: the seed is that of the recording. Every byte is compared.
    Recorded,
    /// They do not. Of an answer in which chance has a part, only the length and the status word are compared.
    Another,
}

/// Follows one card.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draws {
    /// Whether the answer that waits for GET RESPONSE is drawn.
    waiting: bool,
    /// Whether anything was drawn so far.
    any: bool,
}

impl Draws {
    /// Whether chance has a part in the answer to a command, which came. What is answered under secure messaging hangs
    /// on keys that both sides drew.
    pub(super) fn command(&mut self, command: &[u8], response: &Response) -> bool {
        let waiting = std::mem::take(&mut self.waiting);
        let drawn = match *command {
            [class, ins, p1, ..] if class < 0x80 => {
                let instruction = INSTRUCTIONS.find(Ins(ins)).map(|row| row.instruction);
                let fetches = instruction.is_some_and(|instruction| instruction.effect == Effect::Fetches);
                let is_drawn = instruction.is_some_and(|instruction| instruction.is_drawn(p1));
                class & PROTECTED != 0 || is_drawn || (fetches && waiting)
            }
            _ => false,
        };
        self.any |= drawn;
        self.waiting = drawn && response.status().is_some_and(|status| status.0 >> 8 == 0x61);
        drawn
    }

    /// Whether a command may be computed from what the card drew before: it proves something, or is protected.
    pub(super) fn hangs_on_them(self, command: &[u8]) -> bool {
        match *command {
            [class, ins, ..] if class < 0x80 && self.any => {
                class & PROTECTED != 0 || Ins(ins) == Ins::EXTERNAL_AUTHENTICATE
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use virtuale_engine::{Response, StatusWord};

    use super::Draws;

    /// Whether the answers to these commands are drawn, each with its status word.
    fn drawn(dialogue: &[(&[u8], u16)]) -> Vec<bool> {
        let mut draws = Draws::default();
        let mut response = Response::new();
        let answers = dialogue.iter().map(|(command, status)| {
            response.clear();
            response.finish(StatusWord(*status));
            draws.command(command, &response)
        });
        answers.collect()
    }

    #[test]
    fn challenges_proofs_and_signatures_are_drawn_and_files_are_not() {
        let dialogue: &[(&[u8], u16)] = &[
            (&[0x00, 0x84, 0x00, 0x00, 0x08], 0x9000),
            (&[0x01, 0x88, 0x00, 0x00, 0x08], 0x9000),
            (&[0x00, 0x2A, 0x9E, 0x9A, 0x20], 0x9000),
            (&[0x0C, 0xB0, 0x00, 0x00, 0x0D], 0x9000),
            (&[0x00, 0x2A, 0x80, 0x86, 0x20], 0x9000),
            (&[0x00, 0xB0, 0x00, 0x00, 0x08], 0x9000),
            (&[0xBC, 0x84, 0x00, 0x00, 0x08], 0x9000),
            (&[0x00], 0x6700),
        ];
        assert_eq!(drawn(dialogue), [true, true, true, true, false, false, false, false]);
    }

    #[test]
    fn what_get_response_fetches_is_drawn_if_what_waits_is() {
        let fetch: &[u8] = &[0x00, 0xC0, 0x00, 0x00, 0x08];
        let proof: (&[u8], u16) = (&[0x00, 0x88, 0x00, 0x00, 0x08], 0x6180);
        let select: (&[u8], u16) = (&[0x00, 0xA4, 0x04, 0x00], 0x6120);
        assert_eq!(drawn(&[proof, (fetch, 0x6140), (fetch, 0x9000), (fetch, 0x9000)]), [true, true, true, false]);
        assert_eq!(drawn(&[proof, select, (fetch, 0x9000)]), [true, false, false]);
    }
}
