//! `virtuale apdu`: a conversation with a card, command by command.

mod decode;
mod follow_up;
mod lines;
mod session;
mod step;

use std::{
    io::{self, Write},
    path::PathBuf,
    slice,
};

use virtuale_engine::Response;

use self::{
    decode::Decoder,
    lines::{Lines, Person, Script},
    session::{Session, silent},
    step::Step,
};
use super::{
    Exit, Failure, cards, exit,
    language::Language,
    messages::Message,
    options::{Lifelike, Reproducible},
    output,
    read::layout_by_atr,
};
use crate::{
    profile::layout::Layout,
    terminal::transport::{Transport, real::RealReader},
};

const EXAMPLES: &str = "\
Examples:
  virtuale apdu --card vitale2-martin '00 A4 00 0C 02 3F 00' reset
  virtuale apdu --card vitale2-martin --get-response --decode '00 B0 82 00 20'
  virtuale apdu --card vitale2-martin < commands.txt
  virtuale apdu --card cps-lefevre --state cards '00 20 00 01 04 31 32 33 34'
  virtuale apdu --card 'reader:Gemalto PC Twin Reader 00 00' 00A4040000";

/// Arguments of `apdu`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card file, or the name of a built-in card, or reader:NAME for the card in a reader (of another service than
    /// this shell's: reader:NAME@/path/of/its/socket), which nobody else uses meanwhile
    #[arg(long, value_name = "CARD")]
    card: PathBuf,
    /// Commands in hexadecimal, one per argument, or reset; bytes given as separate arguments make one command
    #[arg(value_name = "HEX")]
    commands: Vec<String>,
    /// Fetch what waits (61xx) with GET RESPONSE, and send a command again with the Le that the card asks for (6Cxx)
    #[arg(long)]
    get_response: bool,
    /// Say below each answer what it holds, in comments; at a terminal this is always so
    #[arg(long)]
    decode: bool,
    #[command(flatten)]
    lifelike: Lifelike,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Sends the commands of the arguments, else those of standard input.
pub(super) fn run(args: &Args) -> Exit {
    let steps = step::of_arguments(&args.commands)?;
    let is_dialogue = steps.is_empty() && output::is_dialogue();
    if let Some(reader) = RealReader::named(&args.card) {
        if args.decode {
            let why = Message::RealHasNoFile { card: &reader.label() }.said();
            return Err(Failure::usage(why, Message::LeaveDecode.said()));
        }
        args.lifelike.refuse_of(&reader.label())?;
        let transport = cards::real(&reader)?;
        let layout = cards::layout(layout_by_atr(transport.atr()))?;
        return talk(args, &steps, transport, &layout, None);
    }
    let profile = cards::profile(&args.card, &args.reproducible)?;
    args.lifelike.expect(slice::from_ref(&args.card))?;
    let transport = cards::lifelike_in_process(&profile, &args.reproducible, &args.lifelike, Language::En)?;
    args.lifelike.end()?;
    let transport = transport.map_err(|error| silent(&error))?;
    let decoder = (args.decode || is_dialogue).then(|| Decoder::new(&profile));
    talk(args, &steps, transport, profile.layout(), decoder)
}

/// Sends commands to a card of a layout.
fn talk<L: Transport>(
    args: &Args,
    steps: &[Step],
    transport: L,
    layout: &Layout,
    decoder: Option<Decoder<'_>>,
) -> Exit {
    let is_dialogue = steps.is_empty() && output::is_dialogue();
    let waiting = |class| layout.habits_of(class).waiting;
    let (family, response, out) = (layout.family(), Response::new(), output::stdout());
    let waiting = args.get_response.then_some(&waiting as _);
    let mut session = Session { family, transport, response, out, waiting, decoder };
    if steps.is_empty() {
        let mut lines = lines(is_dialogue)?;
        session.converse(&mut *lines, is_dialogue)?;
    }
    for step in steps {
        session.carry_out(step)?;
    }
    session.out.flush()?;
    Ok(exit::DONE)
}

/// The lines of standard input.
fn lines(is_dialogue: bool) -> Result<Box<dyn Lines>, Failure> {
    Ok(if is_dialogue { Box::new(Person::new()?) } else { Box::new(Script::new(io::stdin().lock())) })
}
