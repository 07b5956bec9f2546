//! A conversation: commands in, what the card says out.

use std::io::{self, Write};

use virtuale_engine::{Reset, Response, image::Waiting};

use super::{
    decode::Decoder,
    follow_up::follow_up,
    lines::Lines,
    step::{self, Step},
};
use crate::{
    cli::{Failure, output},
    profile::families::Family,
    terminal::transport::{Transport, TransportError},
    trace::{command_name_of, hex, status_name},
};

/// What a person at a terminal may write, said at the beginning and after what is nothing of it.
const INVITATION: &str = "write a command in hexadecimal, such as 00 A4 04 00, or reset; quit or Ctrl-D ends";

/// How many commands are sent by themselves after one: an answer of 65,536 bytes comes in 256 pieces.
const MOST_FOLLOW_UPS: usize = 300;

/// A powered card, and where the conversation is printed.
pub(super) struct Session<'p, L, W> {
    pub(super) family: &'static dyn Family,
    pub(super) transport: L,
    pub(super) response: Response,
    pub(super) out: W,
    /// How the card says, in a class, that bytes wait; set if they are to be fetched.
    pub(super) waiting: Option<&'p dyn Fn(u8) -> Waiting>,
    /// Explains the answers, if that is wanted.
    pub(super) decoder: Option<Decoder<'p>>,
}

impl<L: Transport, W: Write> Session<'_, L, W> {
    /// Carries out line after line. A person who mistypes may go on, a script may not.
    ///
    /// # Errors
    ///
    /// A line that is no command, a card without an answer, a stream that breaks.
    pub(super) fn converse(&mut self, lines: &mut dyn Lines, is_dialogue: bool) -> Result<(), Failure> {
        if is_dialogue {
            output::say(INVITATION);
        }
        for number in 1_usize.. {
            let Some(line) = lines.next()? else { break };
            if is_dialogue && line.as_ref().is_ok_and(|line| matches!(line.trim(), "quit" | "exit")) {
                break;
            }
            match line.and_then(|line| Step::parse(&line)) {
                Ok(step) => step.map_or(Ok(()), |step| self.carry_out(&step))?,
                Err(message) if is_dialogue => output::say(format_args!("{message}\n{INVITATION}")),
                Err(message) => {
                    return Err(Failure::usage(format!("standard input, line {number}: {message}"), step::HINT));
                }
            }
            self.out.flush()?;
        }
        Ok(())
    }

    /// Resets the card, or sends a command and what is to be sent after it.
    ///
    /// # Errors
    ///
    /// A card without an answer, a stream that breaks.
    pub(super) fn carry_out(&mut self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Reset => {
                self.transport.reset(Reset::Cold).map_err(|error| silent(&error))?;
                if let Some(decoder) = &mut self.decoder {
                    decoder.reset();
                }
                writeln!(self.out, "reset  # ATR {}", hex(self.transport.atr()))?;
            }
            Step::Command(command) => {
                let mut command = command.clone();
                for _ in 0..MOST_FOLLOW_UPS {
                    self.send(&command)?;
                    match self.next_after(&command) {
                        Some(next) => command = next,
                        None => break,
                    }
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, command: &[u8]) -> Result<(), Failure> {
        writeln!(self.out, "> {}  # {}", hex(command), command_name_of(self.family, command))?;
        self.transport.transmit(command, &mut self.response).map_err(|error| silent(&error))?;
        self.write_response(command)?;
        if let Some(decoder) = &mut self.decoder {
            self.out.write_all(decoder.decode(command, &self.response).as_bytes())?;
        }
        Ok(())
    }

    fn next_after(&self, command: &[u8]) -> Option<Vec<u8>> {
        let waiting = self.waiting?(*command.first()?);
        follow_up(command, self.response.status()?, waiting)
    }

    /// The data, then the status word in one piece and in words.
    fn write_response(&mut self, command: &[u8]) -> io::Result<()> {
        let status = self.response.status().map(|status| status_name(command, status)).unwrap_or_default();
        let (digits, words) = status.split_once(' ').unwrap_or((&status, ""));
        match self.response.data() {
            [] => writeln!(self.out, "< {digits}  # {words}"),
            data => writeln!(self.out, "< {} {digits}  # {words}", hex(data)),
        }
    }
}

/// That the card gave no answer.
pub(super) fn silent(error: &TransportError) -> Failure {
    Failure::Environment(format!("the card gave no answer: {error}").into(), None)
}

#[cfg(test)]
mod tests {
    use virtuale_engine::{Protocol, Reset, Response, StatusWord};

    use super::{super::lines::Script, Session};
    use crate::{
        profile::families::vitale::Vitale,
        terminal::transport::{Transport, TransportError},
    };

    /// A card that sends the command's data back, and knows nothing else.
    struct Echo;

    impl Transport for Echo {
        fn atr(&self) -> &[u8] {
            &[0x3B, 0x00]
        }

        fn protocol(&self) -> Protocol {
            Protocol::T0
        }

        fn reset(&mut self, _: Reset) -> Result<(), TransportError> {
            Ok(())
        }

        fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
            response.clear();
            response.extend(command.get(5..).unwrap_or_default());
            response.finish(StatusWord::SUCCESS);
            Ok(())
        }
    }

    fn conversation(input: &str) -> (String, Option<String>) {
        conversation_in(input.as_bytes())
    }

    fn conversation_in(input: &[u8]) -> (String, Option<String>) {
        let (family, response, out): (_, _, Vec<u8>) = (&Vitale, Response::new(), Vec::new());
        let mut session = Session { family, transport: Echo, response, out, waiting: None, decoder: None };
        let error = session.converse(&mut Script::new(input), false).err().map(|error| error.to_string());
        (String::from_utf8(session.out).expect("text"), error)
    }

    #[test]
    fn each_command_gives_two_lines_and_ends_with_its_status_word() {
        let (printed, error) = conversation("# two commands\n00 a4 00 0c 02 3f00\n\nreset # power\n00B0000000");
        assert_eq!(error, None);
        let lines: Vec<_> = printed.lines().collect();
        assert_eq!(
            lines,
            [
                "> 00 A4 00 0C 02 3F 00  # SELECT 3F00",
                "< 3F 00 9000  # done",
                "reset  # ATR 3B 00",
                "> 00 B0 00 00 00  # READ BINARY at 0",
                "< 9000  # done",
            ]
        );
    }

    #[test]
    fn scripts_of_a_windows_shell_are_read() {
        let expected = (conversation("00A4000C023F00\nreset\n").0, None);
        assert_eq!(expected.0.lines().count(), 3);
        assert_eq!(conversation("\u{FEFF}00A4000C023F00\r\nreset\r\n"), expected);
        for (mark, to_bytes) in [
            ("\u{FEFF}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ("\u{FEFF}", u16::to_be_bytes),
            ("", u16::to_le_bytes),
        ] {
            let script = format!("{mark}00A4000C023F00\r\nreset\r\n");
            let bytes: Vec<u8> = script.encode_utf16().flat_map(to_bytes).collect();
            assert_eq!(conversation_in(&bytes), expected);
        }
        let (_, error) = conversation_in(b"\xFF\xFE0\0\n");
        assert!(error.expect("refused").contains("this is UTF-16, and it ends in the middle of a character"));
    }

    #[test]
    fn a_line_that_is_no_command_ends_it_and_is_named() {
        let (printed, error) = conversation("00B0000000\n00 B\n00B0000001\n");
        assert_eq!(printed.lines().count(), 2);
        assert_eq!(error.expect("refused"), "standard input, line 2: \"00 B\" has an odd number of digits");
    }
}
