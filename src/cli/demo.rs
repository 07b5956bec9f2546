//! `virtuale demo`: a card is read from its reader to the printed page.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{Exit, Failure, cards, exit, language::Language, options::Reproducible, output, read};
use crate::{
    profile::{self, Profile, diagnostic::Source},
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

/// The cards that are part of the program: their names and their card files.
const CARDS: [(&str, &str); 11] = [
    ("vitale2-martin", include_str!("../../fixtures/cards/vitale2-martin.toml")),
    ("vitale2-durand", include_str!("../../fixtures/cards/vitale2-durand.toml")),
    ("vitale2-bastia", include_str!("../../fixtures/cards/vitale2-bastia.toml")),
    ("vitale2-minimal", include_str!("../../fixtures/cards/vitale2-minimal.toml")),
    ("vitale2-t1", include_str!("../../fixtures/cards/vitale2-t1.toml")),
    ("vitale1-petit", include_str!("../../fixtures/cards/vitale1-petit.toml")),
    ("vitale1-famille-leroy", include_str!("../../fixtures/cards/vitale1-famille-leroy.toml")),
    ("vitale1-v1bis", include_str!("../../fixtures/cards/vitale1-v1bis.toml")),
    ("vitale1-igea440", include_str!("../../fixtures/cards/vitale1-igea440.toml")),
    ("vitale1-clone", include_str!("../../fixtures/cards/vitale1-clone.toml")),
    ("vitale1-iso", include_str!("../../fixtures/cards/vitale1-iso.toml")),
];

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A card that is part of the program (vitale2-martin, vitale2-durand, vitale2-bastia, vitale2-minimal,
    /// vitale2-t1, vitale1-petit, vitale1-famille-leroy, vitale1-v1bis, vitale1-igea440, vitale1-clone, vitale1-iso),
    /// the first of a generation (vitale1, vitale2), or a card file
    #[arg(long, value_name = "NAME|FILE", default_value = "vitale2-martin")]
    card: PathBuf,
    /// The language of the page [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Opens a reader, inserts the card, reads it through the reader's socket, and prints the page.
pub(super) fn run(args: &Args) -> Exit {
    let lang = args.lang.unwrap_or_else(Language::of_locale).into();
    let (profile, file) = profile(&args.card, &args.reproducible)?;
    let card = Box::new(profile.card());
    let host = args.reproducible.host().card_made(file.display().to_string(), card);
    let host = host.refuse_stop("this is a demonstration").start()?;

    let mut service = Service::establish(host.socket()).map_err(|error| lost(&error))?;
    let slots = service.slots().map_err(|error| lost(&error))?;
    let reader = slots.into_iter().next().map(|slot| slot.name).unwrap_or_default();
    let mut connection = service.connect(&reader).map_err(|error| lost(&error))?;
    let reading = read::reading(&mut connection, profile.layout(), &reader, &args.reproducible)?;

    let (program, file) = (own_name(), file.display());
    let attach = [
        format!("{program} exec --card {file} -- {}", pages::your_program(lang)),
        format!("eval \"$({program} serve --detach --card {file})\""),
    ];
    let page = reading.demonstration(&reader, &attach.each_ref().map(String::as_str), lang);
    output::print_page(&page)?;
    Ok(exit::DONE)
}

/// The card, and the path at which its card file is found.
fn profile(card: &Path, reproducible: &Reproducible) -> Result<(Profile, PathBuf), Failure> {
    let Some((name, text)) = part_of_the_program(card) else {
        if card.extension().is_none() && !card.exists() {
            let names: Vec<_> = CARDS.iter().map(|(name, _)| *name).collect();
            let message = format!("there is neither a card nor a card file {}", card.display());
            return Err(Failure::usage(message, format!("the cards are {}", names.join(", "))));
        }
        return Ok((cards::profile(card, reproducible)?, card.into()));
    };
    let file = format!("fixtures/cards/{name}.toml");
    let source = Source { name: file.clone(), text: (*text).to_owned() };
    let profile = profile::parse(source, None, &cards::options(reproducible)).map_err(Failure::Invalid)?;
    Ok((profile, file.into()))
}

/// The card of that name, or the first one of that generation.
fn part_of_the_program(card: &Path) -> Option<&'static (&'static str, &'static str)> {
    let generation = |name: &str| name.split_once('-').map(|(generation, _)| generation.to_owned());
    let is_called = |name: &str| Path::new(name) == card;
    let found = CARDS.iter().find(|(name, _)| is_called(name));
    found.or_else(|| CARDS.iter().find(|(name, _)| generation(name).is_some_and(|name| is_called(&name))))
}

/// What a person typed to start this program, so that the lines on the page can be typed as well.
fn own_name() -> String {
    let typed = env::args().next().filter(|name| name.contains('/') && !name.contains(char::is_whitespace));
    typed.unwrap_or_else(|| "virtuale".into())
}

fn lost(error: &TransportError) -> Failure {
    Failure::environment(
        format!("the terminal lost the reader: {error}"),
        "see what stands in the way: virtuale doctor",
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use std::path::Path;

    use super::{Args, CARDS, profile};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn the_cards_that_are_part_of_the_program_are_valid_and_named_in_its_help() {
        let line = Line::parse_from(["demo", "--now", "2026-01-15"]);
        let help = <Line as clap::CommandFactory>::command().render_long_help().to_string();
        for (name, _) in CARDS {
            profile(Path::new(name), &line.args.reproducible).unwrap_or_else(|failure| panic!("{name}: {failure}"));
            assert!(help.contains(name), "{name}");
        }
    }
}
