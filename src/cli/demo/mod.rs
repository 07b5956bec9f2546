//! `virtuale demo`: a card is read from its reader to the printed page; or two of them, as in a visit.

mod visit;

use std::{
    env,
    path::{self, Path, PathBuf},
};

use super::{
    Exit, Failure, cards,
    code::Codes,
    exit,
    language::Language,
    messages::{Message, in_both},
    options::Reproducible,
    output, read,
    system::words,
};
use virtuale_engine::Fault;

use crate::{
    profile::{
        Profile,
        families::{BuiltIn, Families},
    },
    shown,
    terminal::{
        guides::Guides,
        pages,
        transport::{TransportError, pcsclite::Service},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale demo
  virtuale demo --card vitale2-durand --lang fr
  virtuale demo --card vitale1
  virtuale demo --card cps-lefevre
  virtuale demo --visit";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(long, value_name = "CARD", default_value = "vitale2-martin", help = help())]
    card: PathBuf,
    /// Show a visit: a professional's card beside the Vitale, and what happens between the two
    #[arg(long)]
    visit: bool,
    /// The professional's card of the visit: a card file, or the name of a built-in card
    #[arg(long, value_name = "CARD", default_value = "cps-lefevre", requires = "visit")]
    professional: PathBuf,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    /// The language of the page.
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// What `--card` takes.
fn help() -> String {
    let families = Families::built_in();
    let mut generations: Vec<_> = families.cards().map(BuiltIn::generation).collect();
    generations.sort_unstable();
    generations.dedup();
    let (cards, generations) = (families.cards().map(|card| card.name).collect::<Vec<_>>(), generations.join(", "));
    let cards = cards.join(", ");
    format!("A card file, or the name of a built-in card ({cards}) or of the first of a generation ({generations})")
}

/// Opens a reader, inserts the card, reads it through the reader's socket, and prints the page. Who sits at a terminal
/// is asked for the holder's code, and told which it is.
pub(super) fn run(args: &Args) -> Exit {
    if args.visit {
        return visit::run(args);
    }
    let format = args.language().format();
    let found = cards::find(&args.card)?;
    let profile = cards::profile(&args.card, &args.reproducible)?;
    let host = args.reproducible.host().card_made(found.as_path().to_string_lossy(), Box::new(profile.card()));
    let host = host.refuse_stop("this is a demonstration").start()?;

    let mut service = Service::establish(host.socket()).map_err(|error| lost(&error))?;
    let slots = service.slots().map_err(|error| lost(&error))?;
    let reader = slots.into_iter().next().map(|slot| slot.name).unwrap_or_default();
    let (program, card) = (own_name(), shown::word(found.as_path()));
    let attach = [
        format!("{} exec --card {card} -- {}", words::command(&program), pages::your_program(format.lang)),
        words::serving(&program, &card),
    ];
    let attach = attach.each_ref().map(String::as_str);
    let (page, code) = match service.connect(&reader) {
        Ok(mut connection) => {
            let written = Guides::built_in().holder_code(profile.layout(), profile.data());
            let mut codes = Codes::of(None)?;
            let mut holder = codes.of_card(&reader, args.language()).telling(written);
            let reading = read::reading(&mut connection, profile.layout(), &reader, &args.reproducible, &mut holder)?;
            (reading.demonstration(&reader, &attach, format), holder.outcome()?)
        }
        Err(_) if is_mute(&profile, args) => (pages::mute(&reader, &attach, format), exit::DONE),
        Err(error) => return Err(lost(&error)),
    };
    output::print_page(&page)?;
    Ok(code)
}

/// Whether a card gives no answer to reset, with no reader in between.
fn is_mute(profile: &Profile, args: &Args) -> bool {
    matches!(cards::in_process(profile, &args.reproducible), Err(TransportError::Silent(Fault::Mute)))
}

/// What starts this program, so that the lines on the page can be typed in any folder: the path, if it was started by
/// one.
fn own_name() -> String {
    let typed = env::args_os().next().map(PathBuf::from).filter(|typed| typed.parent() != Some(Path::new("")));
    typed.and_then(|typed| path::absolute(typed).ok()).map_or_else(|| "virtuale".into(), |path| shown::word(&path))
}

fn lost(error: &TransportError) -> Failure {
    let message = in_both(|language| {
        let why = pages::transport_error(error, language.into());
        Message::LostReader { why: &why }.text(language)
    });
    Failure::environment(message, Message::AskDoctor.said())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use std::path::Path;

    use super::{Args, Families, cards};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn the_cards_that_are_part_of_the_program_are_valid_and_named_in_its_help() {
        let line = Line::parse_from(["demo", "--now", "2026-01-15"]);
        let help = <Line as clap::CommandFactory>::command().render_long_help().to_string();
        for name in Families::built_in().cards().map(|card| card.name) {
            let profile = cards::profile(Path::new(name), &line.args.reproducible);
            profile.unwrap_or_else(|failure| panic!("{name}: {failure}"));
            assert!(help.contains(name), "{name}");
        }
    }
}
