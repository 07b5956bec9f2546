//! `virtuale apdu`: a conversation with a card, command by command.

mod step;

use std::{
    borrow::Cow,
    io::{self, BufRead, Read, Write},
    path::PathBuf,
};

use virtuale_engine::{Reset, Response};

use self::step::Step;
use super::{Exit, Failure, cards, exit, options::Reproducible, output};
use crate::{
    profile::{families::Family, reading},
    shown::reason,
    terminal::transport::{Transport, TransportError},
    trace::{command_name_of, hex},
};

const EXAMPLES: &str = "\
Examples:
  virtuale apdu --card vitale2-martin '00 A4 00 0C 02 3F 00' reset
  virtuale apdu --card vitale2-martin < commands.txt";

/// What a person at a terminal may write, said at the beginning and after what is nothing of it.
const INVITATION: &str = "write a command in hexadecimal, such as 00 A4 04 00, or reset; quit or Ctrl-D ends";

/// The longest line of input, in bytes: the longest command with three characters for each byte, and a comment.
const LONGEST_LINE: usize = 256 * 1024;

/// The longest script of UTF-16, in bytes.
const LONGEST_SCRIPT: usize = 16 * 1024 * 1024;

/// Arguments of `apdu`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card
    #[arg(long, value_name = "CARD")]
    card: PathBuf,
    /// Commands in hexadecimal, one per argument, or reset; bytes given as separate arguments make one command
    #[arg(value_name = "HEX")]
    commands: Vec<String>,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Sends the commands of the arguments, else those of standard input.
pub(super) fn run(args: &Args) -> Exit {
    let steps = step::of_arguments(&args.commands)?;
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let transport = cards::in_process(&profile, &args.reproducible).map_err(|error| silent(&error))?;
    let mut session =
        Session { family: profile.layout().family(), transport, response: Response::new(), out: output::stdout() };
    if steps.is_empty() {
        session.converse(io::stdin().lock())?;
    }
    for step in steps {
        session.carry_out(&step)?;
    }
    session.out.flush()?;
    Ok(exit::DONE)
}

/// A powered card, and where the conversation is printed.
struct Session<L, W> {
    family: &'static dyn Family,
    transport: L,
    response: Response,
    out: W,
}

impl<L: Transport, W: Write> Session<L, W> {
    /// Carries out line after line. A person who mistypes may go on, a script may not.
    fn converse(&mut self, mut input: impl BufRead) -> Result<(), Failure> {
        let dialogue = output::is_dialogue();
        let mut line = Vec::new();
        if dialogue {
            output::say(INVITATION);
        }
        for number in 1_usize.. {
            if dialogue {
                output::prompt("apdu> ");
            }
            line.clear();
            let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
            let length = input.by_ref().take(most).read_until(b'\n', &mut line).map_err(unread)?;
            if length == 0 {
                break;
            }
            if number == 1 && reading::is_utf16(&line) {
                return self.converse_in_utf16(line, input);
            }
            if dialogue && matches!(line.trim_ascii(), b"quit" | b"exit") {
                break;
            }
            let step = match line.last() {
                Some(last) if *last != b'\n' && length == LONGEST_LINE => Err("a line is too long".into()),
                _ => Step::parse(&decoded(&line)),
            };
            match step {
                Ok(step) => step.map_or(Ok(()), |step| self.carry_out(&step))?,
                Err(message) if dialogue => output::say(format_args!("{message}\n{INVITATION}")),
                Err(message) => {
                    return Err(Failure::usage(format!("standard input, line {number}: {message}"), step::HINT));
                }
            }
            self.out.flush()?;
        }
        Ok(())
    }

    /// A script of UTF-16 is read to its end before its first line is carried out: no byte of it ends a line.
    fn converse_in_utf16(&mut self, begun: Vec<u8>, mut input: impl BufRead) -> Result<(), Failure> {
        let mut script = begun;
        let most = u64::try_from(LONGEST_SCRIPT).unwrap_or(u64::MAX);
        let length = input.by_ref().take(most).read_to_end(&mut script).map_err(unread)?;
        if length == LONGEST_SCRIPT {
            let message = format!("standard input is UTF-16 and has more than {LONGEST_SCRIPT} bytes");
            return Err(Failure::usage(message, "save the script as UTF-8"));
        }
        let script = reading::decoded(&script)
            .map_err(|error| Failure::usage(format!("standard input: {}", error.why), error.hint))?;
        self.converse(script.as_bytes())
    }

    fn carry_out(&mut self, step: &Step) -> Result<(), Failure> {
        match step {
            Step::Reset => {
                self.transport.reset(Reset::Cold).map_err(|error| silent(&error))?;
                writeln!(self.out, "reset  # ATR {}", hex(self.transport.atr()))?;
            }
            Step::Command(command) => {
                writeln!(self.out, "> {}  # {}", hex(command), command_name_of(self.family, command))?;
                self.transport.transmit(command, &mut self.response).map_err(|error| silent(&error))?;
                self.write_response()?;
            }
        }
        Ok(())
    }

    /// The data, then the status word in one piece and in words.
    fn write_response(&mut self) -> io::Result<()> {
        let status = self.response.status().map(|status| status.to_string()).unwrap_or_default();
        let (digits, words) = status.split_once(' ').unwrap_or((&status, ""));
        match self.response.data() {
            [] => writeln!(self.out, "< {digits}  # {words}"),
            data => writeln!(self.out, "< {} {digits}  # {words}", hex(data)),
        }
    }
}

/// A line of input as text. What is no text is shown as such.
fn decoded(line: &[u8]) -> String {
    reading::decoded(line).map_or_else(|error| error.readable, Cow::into_owned)
}

fn silent(error: &TransportError) -> Failure {
    Failure::Environment(format!("the card gave no answer: {error}"), None)
}

fn unread(error: io::Error) -> Failure {
    Failure::Environment(format!("cannot read standard input: {}", reason(&error)), None)
}

#[cfg(test)]
mod tests {
    use virtuale_engine::{Protocol, Reset, Response, StatusWord};

    use super::Session;
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
        let mut session = Session { family: &Vitale, transport: Echo, response: Response::new(), out: Vec::new() };
        let error = session.converse(input).err().map(|error| error.to_string());
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
