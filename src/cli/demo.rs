//! `virtuale demo`: a card is read from its reader to the printed page.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{Exit, Failure, cards, exit, language::Language, messages::Message, options::Reproducible, output, read};
use crate::{
    profile::{
        self, Profile,
        diagnostic::Source,
        families::{BuiltIn, Families},
    },
    terminal::{
        pages,
        transport::{TransportError, pcsclite::Service},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale demo
  virtuale demo --card vitale2-durand --lang fr
  virtuale demo --card vitale1";

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[arg(long, value_name = "NAME|FILE", default_value = "vitale2-martin", help = help())]
    card: PathBuf,
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
    let mut generations: Vec<_> = Families::built_in().cards().map(|card| generation(card.name)).collect();
    generations.sort_unstable();
    generations.dedup();
    let (cards, generations) = (names(), generations.join(", "));
    format!("A card that is part of the program ({cards}), the first of a generation ({generations}), or a card file")
}

/// The names of the cards that are part of the program, with commas.
fn names() -> String {
    Families::built_in().cards().map(|card| card.name).collect::<Vec<_>>().join(", ")
}

/// Opens a reader, inserts the card, reads it through the reader's socket, and prints the page.
pub(super) fn run(args: &Args) -> Exit {
    let language = args.language();
    let format = language.format();
    let lost = |error| lost(language, &error);
    let (profile, file) = profile(&args.card, &args.reproducible)?;
    let card = Box::new(profile.card());
    let host = args.reproducible.host().card_made(file.display().to_string(), card);
    let host = host.refuse_stop("this is a demonstration").start()?;

    let mut service = Service::establish(host.socket()).map_err(lost)?;
    let slots = service.slots().map_err(lost)?;
    let reader = slots.into_iter().next().map(|slot| slot.name).unwrap_or_default();
    let mut connection = service.connect(&reader).map_err(lost)?;
    let reading = read::reading(&mut connection, profile.layout(), &reader, &args.reproducible, language)?;

    let (program, file) = (own_name(), file.display());
    let attach = [
        format!("{program} exec --card {file} -- {}", pages::your_program(format.lang)),
        format!("eval \"$({program} serve --detach --card {file})\""),
    ];
    let page = reading.demonstration(&reader, &attach.each_ref().map(String::as_str), format);
    output::print_page(&page)?;
    Ok(exit::DONE)
}

/// The card, and the path at which its card file is found.
fn profile(card: &Path, reproducible: &Reproducible) -> Result<(Profile, PathBuf), Failure> {
    let Some(BuiltIn { name, text }) = part_of_the_program(card) else {
        if card.extension().is_none() && !card.exists() {
            let message = format!("there is neither a card nor a card file {}", card.display());
            return Err(Failure::usage(message, format!("the cards are {}", names())));
        }
        return Ok((cards::profile(card, reproducible)?, card.into()));
    };
    let file = format!("applets/cards/{name}.toml");
    let source = Source { name: file.clone(), text: (*text).to_owned() };
    let profile = profile::parse(source, None, &cards::options(reproducible)).map_err(Failure::Invalid)?;
    Ok((profile, file.into()))
}

/// The card of that name, or the first one of that generation.
fn part_of_the_program(card: &Path) -> Option<&'static BuiltIn> {
    let is_called = |name: &str| Path::new(name) == card;
    let families = Families::built_in();
    let found = families.cards().find(|card| is_called(card.name));
    found.or_else(|| families.cards().find(|card| is_called(generation(card.name))))
}

/// What stands before the first hyphen of the name of a card.
fn generation(name: &str) -> &str {
    name.split_once('-').map_or(name, |(generation, _)| generation)
}

/// What a person typed to start this program, so that the lines on the page can be typed as well.
fn own_name() -> String {
    let typed = env::args().next().filter(|name| name.contains('/') && !name.contains(char::is_whitespace));
    typed.unwrap_or_else(|| "virtuale".into())
}

fn lost(language: Language, error: &TransportError) -> Failure {
    let why = pages::transport_error(error, language.into());
    Failure::environment(Message::LostReader { why: &why }.text(language), Message::AskDoctor.text(language))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use std::path::Path;

    use super::{Args, Families, profile};

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
            profile(Path::new(name), &line.args.reproducible).unwrap_or_else(|failure| panic!("{name}: {failure}"));
            assert!(help.contains(name), "{name}");
        }
    }
}
