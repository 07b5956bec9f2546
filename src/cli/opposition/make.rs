//! `virtuale opposition make`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::check;
use crate::{
    cli::{
        Exit, Failure, cards, exit,
        language::Language,
        options::Reproducible,
        output,
        target::{self, Force},
    },
    lists::opposition::{self, Entries, Entry, LONGEST, Opposition, Serial},
    profile::{reading, said::said},
    writing,
};

const EXAMPLES: &str = "\
Examples:
  virtuale opposition make --now 2026-01-20 --text cards.txt -o 2026-01-20.loe
  virtuale opposition make --now 2026-01-21 --since 2026-01-20.loe --text changes.txt -o 2026-01-21.loi
  virtuale opposition make --card lost.toml --card stolen.toml -o today.loe";

/// Arguments of `opposition make`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A text with a card in each line, as a list has it: 10000004 perte 2026-01-12; with --since each line begins with
    /// + or -
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// A card file whose events say whether the card is opposed on the day, or the name of a built-in card; may be
    /// given several times
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// The lists that the increment follows, in order, or a folder with them; may be given several times
    #[arg(long, value_name = "LIST")]
    since: Vec<PathBuf>,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE", value_parser = target::file())]
    output: Option<PathBuf>,
    #[command(flatten)]
    force: Force,
    /// The language of mistakes [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// What a text has of each card: on the list for a reason, or withdrawn.
type Entered = BTreeMap<Serial, Option<Entry>>;

/// Writes the list.
pub(super) fn run(args: &Args) -> Exit {
    let inputs: Vec<&Path> = args.text.iter().chain(&args.since).chain(&args.cards).map(PathBuf::as_path).collect();
    args.output.iter().try_for_each(|file| args.force.allow(file, &inputs))?;
    if args.text.is_none() && args.cards.is_empty() {
        let message = said!(en: "there is nothing to make a list of", fr: "il n'y a rien dont faire une liste");
        let hint = said!(
            en: "name a text with --text, which may be empty, or card files with --card",
            fr: "nommer un texte avec --text, qui peut être vide, ou des fichiers de carte avec --card",
        );
        return Err(Failure::usage(message, hint));
    }
    let today = args.reproducible.today();
    let text = if args.since.is_empty() {
        let mut cards = changes(args, Entries::Cards)?;
        cards.extend(known(args, &cards)?);
        opposition::monthly(today, &cards.into_values().flatten().collect::<Vec<_>>())
    } else {
        let lists = Opposition::open_all(&args.since, today).map_err(cards::failure)?;
        if lists.date() >= today {
            let message = said!(en: "there is a list of {today} already", fr: "il y a déjà une liste du {today}");
            let hint = said!(
                en: "an increment is of a later day than what it follows: say which with --now",
                fr: "un incrément est d'un jour postérieur à ce qu'il suit : dire lequel avec --now",
            );
            return Err(Failure::usage(message, hint));
        }
        let read: Vec<&Path> = lists.parts().iter().chain(lists.set_aside()).map(|part| part.path.as_path()).collect();
        args.output.iter().try_for_each(|file| args.force.allow(file, &read))?;
        let mut changes = changes(args, Entries::Changes)?;
        changes.iter().try_for_each(|(serial, entry)| changes_something(&lists, *serial, entry.as_ref()))?;
        let known = known(args, &changes)?.into_iter();
        changes.extend(known.filter(|(serial, entry)| lists.look_up(*serial) != entry.as_ref()));
        let changes: Vec<_> = changes.into_iter().collect();
        opposition::increment(today, lists.date(), &changes)
    };
    match &args.output {
        None => output::document(text.as_bytes())?,
        Some(file) => writing::replace(file, |out| out.write_all(text.as_bytes()))
            .map_err(|error| Failure::file("write", file, &error))?,
    }
    Ok(exit::DONE)
}

/// What the issuers of the cards of card files would have of them in a list of the day; the text must not say
/// otherwise.
fn known(args: &Args, text: &Entered) -> Result<Vec<(Serial, Option<Entry>)>, Failure> {
    let agreed = |card: &PathBuf| {
        let (serial, entry) = check::listed(card, &args.reproducible)?;
        if text.get(&serial).is_none_or(|said| *said == entry) {
            return Ok((serial, entry));
        }
        let message = said!(
            en: "--text and --card say different things of {serial}",
            fr: "--text et --card se contredisent sur {serial}",
        );
        Err(Failure::usage(message, said!(en: "leave out what is not so", fr: "enlever ce qui est faux")))
    };
    args.cards.iter().map(agreed).collect()
}

/// Holds that a line changes what the lists say: else the increment would not fit them.
fn changes_something(lists: &Opposition, serial: Serial, entry: Option<&Entry>) -> Result<(), Failure> {
    let message = match (lists.look_up(serial), entry) {
        (None, None) => said!(
            en: "{serial} is withdrawn, and no list before has it",
            fr: "{serial} est retirée, et aucune liste précédente ne la contient",
        ),
        (listed, Some(_)) if listed == entry => said!(
            en: "{serial} is on the list already, for this reason",
            fr: "{serial} est déjà sur la liste, pour ce motif",
        ),
        _ => return Ok(()),
    };
    Err(Failure::usage(message, said!(en: "leave its line out", fr: "enlever sa ligne")))
}

/// What the text has of each card.
fn changes(args: &Args, which: Entries) -> Result<Entered, Failure> {
    let Some(path) = &args.text else { return Ok(BTreeMap::new()) };
    let source = Arc::new(reading::text(path, LONGEST).map_err(cards::failure)?);
    let changes = opposition::entries(&source, which).map_err(Failure::Invalid)?;
    Ok(changes.into_iter().map(|change| (change.serial, change.entry)).collect())
}
