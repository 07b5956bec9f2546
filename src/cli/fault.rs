//! `virtuale fault`.

use super::{
    Exit, Failure, exit,
    language::Language,
    messages::Faults,
    options::{Attach, SLOT_NUMBERS, number},
    output,
};
use crate::{
    host::{
        SlotStatus,
        control::{Client, FaultStatus, Reply, Request},
    },
    layer::fault::{Fault, FaultMistake},
    profile::said::Bilingual,
};

const EXAMPLES: &str = "\
What happens:
  mute                   the card gives no answer
  atr[=HEX]              it gives another answer to reset
  sw=6F00                another status word in place of the right one
  61xx[=N]               the answer waits for GET RESPONSE, in parts of N bytes
  6Cxx[=N]               the card asks for another Le
  cut=N, pad=N           N bytes of data are left; N zeros come behind the data
  flip[=BIT]             one bit of the data is another one
  late=TIME              the answer comes late: 200ms, 200ms..2s, exp:300ms
  wtx=TIME               the same, and the card asks for that time
  power=before           the card loses its power at a commit; or during, after
  pull[=TIME]            it is pulled out of its slot, and comes back after that time
  unplug=TIME            its reader is unplugged, and plugged in again after that time
  reset                  another program resets it, behind its answer
  cancel                 somebody cancels at the PIN pad
When (counted from now on; commits for power, resets for atr, prompts for cancel, commands for others):
  n=3, n=3..7, n=3..     the third, or these
  every=3, after=5       each third; each one behind the fifth
  session=2              in the second session, from a reset to the next
  times=1                so often at most
  ins=B0, file=D001      commands with this instruction, on this file
  answer=61xx            commands that are answered so
  p=0.25 seed=7          with this probability, drawn from this seed
  done, undone           whether the card carries out the command that is struck

Examples:
  virtuale fault 0 mute after=5
  virtuale fault 0 sw=6F00 ins=B0 n=3
  virtuale fault 0 late=200ms..2s seed=7
  virtuale fault 0 power=after n=2
  virtuale fault 0 --list
  virtuale fault 0 --clear";

/// Arguments of `fault`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The slot, from 0, as `virtuale slots` lists them
    #[arg(value_parser = number::<usize>(SLOT_NUMBERS))]
    slot: usize,
    /// What happens, and when, in any order
    #[arg(value_name = "WORD", conflicts_with_all = ["list", "clear"])]
    words: Vec<String>,
    /// List the faults that are armed there
    #[arg(long)]
    list: bool,
    /// Take all faults of the slot away, those of the card file of its card included
    #[arg(long, conflicts_with = "list")]
    clear: bool,
    /// Print the faults of the slot as JSON
    #[arg(long)]
    json: bool,
    /// The language of what is said [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
    #[command(flatten)]
    attach: Attach,
}

impl Args {
    /// The language of what is said.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Arms, lists or takes away.
pub(super) fn run(args: &Args) -> Exit {
    let language = args.language();
    if args.words.is_empty() && !args.list && !args.clear {
        return Err(Failure::usage(Faults::NoWords.said(), Faults::NameOne.said()));
    }
    let fault = (!args.words.is_empty()).then(|| read(&args.words)).transpose()?;
    let mut client = args.attach.client()?;
    let slot = args.slot;
    let (reader, faults) = match (fault, args.clear) {
        (Some(fault), _) => {
            let (reader, faults) = arm(&mut client, slot, &fault)?;
            let fault = fault.to_string();
            output::say(Faults::Armed { reader: &reader, fault: &fault }.text(language));
            (reader, faults)
        }
        (None, true) => match client.ask(Request::ClearFaults { slot })? {
            Reply::Cleared { reader, cleared } => {
                let number = cleared.to_string();
                let said = match cleared {
                    1 => Faults::ClearedOne { reader: &reader },
                    _ => Faults::Cleared { reader: &reader, number: &number },
                };
                output::say(said.text(language));
                (reader, Vec::new())
            }
            _ => return Err(client.nonsense().into()),
        },
        (None, false) => listed(&mut client, slot)?,
    };
    if args.json {
        output::print_json(&faults)?;
    } else if args.list {
        output::print(table(&reader, &faults, language))?;
    }
    Ok(exit::DONE)
}

/// Reads a fault of its words, which may be one argument or several.
fn read(words: &[String]) -> Result<Fault, Failure> {
    words.join(" ").parse().map_err(|FaultMistake { what, .. }| {
        Failure::usage(Bilingual::new(what.to_string(), what.french()), Faults::SeeHelp.said())
    })
}

fn arm(client: &mut Client, slot: usize, fault: &Fault) -> Result<(String, Vec<FaultStatus>), Failure> {
    match client.ask(Request::Fault { slot, faults: vec![fault.to_string()] })? {
        Reply::Armed { reader, faults } => Ok((reader, faults)),
        _ => Err(client.nonsense().into()),
    }
}

fn listed(client: &mut Client, slot: usize) -> Result<(String, Vec<FaultStatus>), Failure> {
    let Reply::Slots(status) = client.ask(Request::Slots)? else { return Err(client.nonsense().into()) };
    let slots = status.slots.len();
    let found = status.slots.into_iter().find(|each| each.slot == slot);
    let SlotStatus { reader, faults, .. } = found.ok_or(crate::host::HostError::NoSlot { slot, slots })?;
    Ok((reader, faults))
}

/// One line for each fault: what it is, and how often it struck.
fn table(reader: &str, faults: &[FaultStatus], language: Language) -> String {
    if faults.is_empty() {
        return Faults::None { reader }.text(language) + "\n";
    }
    let width = faults.iter().map(|fault| fault.fault.len()).max().unwrap_or(0);
    let line = |FaultStatus { fault, struck, spent, own }: &FaultStatus| {
        let number = struck.to_string();
        let struck = match struck {
            0 => None,
            1 => Some(Faults::StruckOnce.text(language)),
            _ => Some(Faults::Struck { number: &number }.text(language)),
        };
        let over = spent.then(|| Faults::Over.text(language));
        let waits = (struck.is_none() && over.is_none()).then(|| Faults::Waits.text(language));
        let own = own.then(|| Faults::OfCard.text(language));
        let state: Vec<String> = [waits, struck, over, own].into_iter().flatten().collect();
        format!("{fault:width$}  {}\n", state.join(", "))
    };
    faults.iter().map(line).collect()
}
