//! The command line: one file per verb, exit codes in one place.
//!
//! A verb reads its arguments, calls the rest of the house, prints, and returns an exit code or a `Failure`. It knows
//! nothing of cards or protocols itself. Standard output carries what was asked for and nothing else; everything that
//! is said about the work goes to standard error. A reader of our output that goes away (`| head`) is no failure.

mod apdu;
mod attach;
mod card;
mod cards;
mod code;
mod completions;
mod console;
mod consult;
mod convert;
mod demo;
mod doctor;
mod drivers;
mod exec;
pub mod exit;
mod failure;
mod fault;
mod fse;
mod galss;
mod help;
mod host_failure;
#[cfg(unix)]
mod ifd;
mod insert;
mod keys;
mod language;
mod library;
mod man;
mod messages;
mod mistake;
mod opensc;
mod opposition;
mod options;
mod output;
mod pin;
mod plain;
mod read;
mod reader;
mod record;
mod redact;
mod relay;
mod remove;
mod replay;
mod running;
mod serve;
mod shell;
mod slots;
mod state;
mod stop;
mod system;
mod target;
mod tod;
mod torture;
mod update;
mod users;
mod waiting;

use std::{
    ffi::{OsStr, OsString},
    io,
    process::ExitCode,
};

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

use failure::Failure;
use language::Language;

/// What a verb gives back: an exit code of [`exit`], or why it could not do its work.
type Exit = Result<u8, Failure>;

/// A wallet of virtual French health cards, shown to unmodified software in virtual PC/SC readers
///
/// All people are invented and all keys are test keys: real infrastructure accepts none of these cards.
#[derive(Debug, Parser)]
#[command(name = "virtuale", bin_name = "virtuale", version, max_term_width = 100, disable_help_subcommand = true, after_long_help = exit::TABLE)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Show a card being read, from a reader of its own to the printed page
    ///
    /// Opens a private reader, inserts a Vitale 2 of an invented family, or another card (a Vitale 1, or a
    /// professional's card: CPS, CPE, CPA), reads it over the reader's socket as a billing terminal would, and prints
    /// what it says. Of a professional's card it asks at a terminal for the code, and says which it is. Needs no other
    /// program.
    Demo(demo::Args),
    /// Run a program with private readers that hold these cards
    ///
    /// The program and all it starts find the readers through PCSCLITE_CSOCK_NAME, which every program that is linked
    /// to libpcsclite obeys. The readers live exactly as long as the program.
    Exec(exec::Args),
    /// Offer readers until stopped
    ///
    /// Prints one line for a shell to evaluate, once programs may connect; the line `false` if that fails.
    Serve(serve::Args),
    /// Say where the page of running readers is, which shows them in a browser
    ///
    /// Readers have a page if they were started with `virtuale serve --console`.
    Console(console::Args),
    /// List the slots of a running reader and the cards in them
    Slots(slots::Args),
    /// Put a card into a slot of a running reader, in place of the one that is there
    Insert(insert::Args),
    /// Take the card out of a slot of a running reader
    Remove(remove::Args),
    /// Have something go wrong with the card in a slot of a running reader, now or later
    ///
    /// A fault waits until what it says is there, and strikes. `virtuale slots` shows those that wait. docs/faults.md
    /// is the guide.
    Fault(fault::Args),
    /// Type a PIN at the pad of a running reader, or cancel
    ///
    /// A reader of a model with a PIN pad waits for a person when a program asks it to (`virtuale slots` shows it). The
    /// PIN goes to the card and never through the program.
    Pin(pin::Args),
    /// List, show and check models of readers
    Reader(reader::Args),
    /// Stop running readers
    ///
    /// If they are those of this shell, prints a line for it to evaluate, which takes the variables away.
    Stop(stop::Args),
    /// Send commands to a card and name each command and status word
    ///
    /// Commands come from the arguments, else from standard input, one per line: hexadecimal digits, or the word reset;
    /// what follows a # is a comment. For each, a line `> COMMAND` and a line `< DATA STATUS` are printed, the last
    /// four digits before the comment being the status word. At a terminal, quit, exit or Ctrl-D ends.
    Apdu(apdu::Args),
    /// Print what a card says, as a billing terminal reads it
    ///
    /// The card is that of a card file; or, without one, those in the readers of PCSCLITE_CSOCK_NAME, else of the
    /// system. A card that cannot be read is named, and the others are read all the same. A page is as wide as the
    /// terminal, from 40 to 120 columns; elsewhere as the variable COLUMNS says, else 100.
    Read(read::Args),
    /// Change a card as the caisse's update station does, all or nothing
    ///
    /// Proves the issuer's keys to a Vitale 2, reads it under secure messaging, writes what a change file makes another
    /// in one transaction of the chip, and reads it back. A card that is pulled at any moment is as it was or as it is
    /// to be; update it again then. The station keeps nothing of what it handled. Cards without transactions, such as
    /// every Vitale 1, are refused.
    Update(update::Args),
    /// Record what a program says to the card in a PC/SC reader
    ///
    /// Relays the card to a reader of the program's own, so that unmodified software talks to the real card meanwhile.
    /// The trace holds what the card says of its holder: redact it before you keep it.
    Record(record::Args),
    /// Replay recorded dialogues and say what came out otherwise
    ///
    /// Sends the commands of each trace (docs/traces.md) to the card that it names, to a given card file, or to the
    /// card in a PC/SC reader, and compares the answers. With a command behind --, the trace plays the card for that
    /// command.
    Replay(replay::Args),
    /// Run a program once for each fault that can strike it, and say what it does not survive
    ///
    /// First it runs without a fault, which says what it asks of the cards. Then it runs once for each command and each
    /// kind of fault, with new cards. A program survives if it ends with a code other than 0, says something, or does
    /// all the same what it does without the fault. It does not if it crashes, hangs, prints other data (misread), or
    /// says that all is well though it is not (lie). docs/faults.md says how that is told.
    Torture(torture::Args),
    /// Make a trace of a log, or a script or JSON of a trace
    ///
    /// Understands pcsc-spy 1.9 and 2, pcscd --apdu, OpenSC's and scdaemon's debug output, scriptor's output, and lines
    /// with => and <= before bytes. Lines that should have been understood and were not are named, and make the exit
    /// code 1.
    Convert(convert::Args),
    /// Take the person out of a trace, so that it can be shown and kept
    ///
    /// What a layout explains and does not mark personal stays; personal values become those of an invented card;
    /// everything else becomes wildcards, and comments go. Nothing is written if a value of the original would still be
    /// there.
    Redact(redact::Args),
    /// Write, check and look into card files
    Card(card::Args),
    /// Look cards up in opposition lists, and make such lists
    ///
    /// A list is monthly, with increments behind it (docs/lists.md). No terminal accepts an opposed card.
    Opposition(opposition::Args),
    /// Say where the care forms of a body go, by a table of destinations (TOD)
    ///
    /// Bodies that others took the place of are followed (docs/lists.md). The exit code is 1 if the table leads
    /// nowhere.
    Tod(tod::Args),
    /// Write the certificates and keys of the test authority
    ///
    /// They are the same on every machine. Every name says TEST; the keys are public and protect nothing.
    Keys(keys::Args),
    /// Sign electronic care forms (FSE) with a patient's and a professional's card, and verify them
    Fse(fse::Args),
    /// Find what stands between a program and our readers
    Doctor(doctor::Args),
    /// Let the system's pcscd have our slots as its readers, for every program of the machine
    #[cfg(unix)]
    Ifd(ifd::Args),
    /// Put a PC/SC library of ours beside a program of Windows, which finds our readers by it
    ///
    /// Writes winscard.dll, in the width of the program, and what leads it to the readers. Never writes over a file
    /// that is not ours. `exec` does so by itself for as long as its command runs.
    Attach(attach::Args),
    /// Take away what `virtuale attach` put beside a program
    Detach(attach::Detach),
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Write the man pages
    Man(man::Args),
    /// Print the help page of a verb, as --help behind it does
    Help(help::Args),
}

impl Verb {
    fn run(&self) -> Exit {
        match self {
            Self::Demo(args) => demo::run(args),
            Self::Exec(args) => exec::run(args),
            Self::Serve(args) => serve::run(args),
            Self::Console(args) => console::run(args),
            Self::Slots(args) => slots::run(args),
            Self::Insert(args) => insert::run(args),
            Self::Remove(args) => remove::run(args),
            Self::Fault(args) => fault::run(args),
            Self::Pin(args) => pin::run(args),
            Self::Reader(args) => reader::run(args),
            Self::Stop(args) => stop::run(args),
            Self::Apdu(args) => apdu::run(args),
            Self::Read(args) => read::run(args),
            Self::Update(args) => update::run(args),
            Self::Record(args) => record::run(args),
            Self::Replay(args) => replay::run(args),
            Self::Torture(args) => torture::run(args),
            Self::Convert(args) => convert::run(args),
            Self::Redact(args) => redact::run(args),
            Self::Card(args) => card::run(args),
            Self::Opposition(args) => opposition::run(args),
            Self::Tod(args) => tod::run(args),
            Self::Keys(args) => keys::run(args),
            Self::Fse(args) => fse::run(args),
            Self::Doctor(args) => doctor::run(args),
            #[cfg(unix)]
            Self::Ifd(args) => ifd::run(args),
            Self::Attach(args) => attach::run(args),
            Self::Detach(args) => attach::detach(args),
            Self::Completions(args) => completions::run(args),
            Self::Man(args) => man::run(args),
            Self::Help(args) => help::run(args),
        }
    }

    /// The language in which it says why it failed: that of its pages.
    fn language(&self) -> Language {
        match self {
            Self::Demo(args) => args.language(),
            Self::Slots(args) => args.language(),
            Self::Insert(args) => args.language(),
            Self::Remove(args) => args.language(),
            Self::Pin(args) => args.language(),
            Self::Fault(args) => args.language(),
            Self::Torture(args) => args.language(),
            Self::Read(args) => args.language(),
            Self::Update(args) => args.language(),
            Self::Card(args) => args.language(),
            Self::Reader(args) => args.language(),
            Self::Opposition(args) => args.language(),
            Self::Tod(args) => args.language(),
            Self::Fse(args) => args.language(),
            #[cfg(unix)]
            Self::Ifd(args) => args.language(),
            Self::Attach(args) => args.language(),
            Self::Detach(args) => args.language(),
            _ => Language::En,
        }
    }
}

/// The model of the command line, from which completions, man pages and the reference are made.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the program with these arguments, the first of which is its name.
///
/// Everything is printed on the process's own streams; signals are those of the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // `exec` stands in for its command, whose codes must stay apart from ours, as with env(1) and timeout(1).
    let stands_in = arguments.get(1).map(OsString::as_os_str) == Some(OsStr::new("exec"));
    let to_a_shell = shell::evaluates(&arguments);
    let (outcome, language) = match Cli::try_parse_from(arguments) {
        Ok(cli) => (cli.verb.run(), cli.verb.language()),
        Err(error) => (explain(&error), Language::En),
    };
    let code = outcome.unwrap_or_else(|failure| {
        failure.report_in(language);
        if stands_in { failure.code_of_exec() } else { failure.code() }
    });
    if to_a_shell && code != exit::DONE {
        shell::fail();
    }
    ExitCode::from(code)
}

/// Prints what clap has to say: help and version are answers, the rest is wrong use.
fn explain(error: &clap::Error) -> Exit {
    let text = error.render().ansi().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => match output::print(text) {
            Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Output(failed)),
            _ => Ok(exit::DONE),
        },
        _ => {
            output::tell(text);
            Err(Failure::Explained)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_model_of_the_command_line_is_sound() {
        super::command().debug_assert();
    }

    #[test]
    fn every_verb_shows_an_example() {
        fn check(command: &clap::Command, path: &str) {
            for verb in command.get_subcommands() {
                let path = format!("{path} {}", verb.get_name());
                check(verb, &path);
                let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(verb.has_subcommands() || help.contains(&path), "no example of `{path}` in: {help}");
            }
        }
        check(&super::command(), "virtuale");
    }
}
