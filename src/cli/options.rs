//! Options that several verbs share.

use std::{
    convert::Infallible,
    fmt,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use jiff::civil::Date;
use virtuale_engine::Card;
use zeroize::Zeroizing;

use super::{Failure, cards, language::Language, messages::Keep, output, reader, state::Keeping, users};
use crate::{
    host::{
        Builder, Host, HostError, HostName, SlotStatus,
        control::{Client, Which},
        timing::{self, TimingError},
    },
    layer::{Layers, fault::Faults},
    profile::{
        Profile,
        dates::{self, DateError},
    },
    reader::{Keys, pad::Pin, pcsclite::wire::READER_SLOTS},
    shown,
    terminal::transport::real::RealReader,
};

/// The seed of a run that names none.
pub(super) const DEFAULT_SEED: u64 = 0;

/// The layout of cards that name none.
pub(super) const DEFAULT_LAYOUT: &str = "vitale2";

/// The numbers that slots may have: a reader's name has two digits for them.
pub(super) const SLOT_NUMBERS: RangeInclusive<u64> = 0..=254;

/// What stands for a slot without a card, where a card file could be named.
pub(super) const NO_CARD: &str = "-";

/// How many readers a client library may have room for: far more than any has.
const READER_SLOT_NUMBERS: RangeInclusive<u64> = 1..=1024;

/// What makes a run reproducible.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Reproducible {
    /// Where the cards' random numbers start; the same seed gives the same run
    #[arg(long, value_name = "NUMBER", default_value_t = DEFAULT_SEED, value_parser = number::<u64>(0..=u64::MAX))]
    pub(super) seed: u64,
    /// The day on which the cards are used: 2026-01-15, or relative to today as today-3m, today+1y and +10d are
    /// [default: today]
    #[arg(long, value_name = "DATE", value_parser = date, allow_hyphen_values = true)]
    pub(super) now: Option<Date>,
    /// The day on which it was first asked for, if none was named.
    #[arg(skip)]
    begun: OnceLock<Date>,
}

/// A parser of whole numbers in a range, which it names where it is given anything else.
pub(super) fn number<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let wrong = || format!("it must be a whole number from {} to {}", range.start(), range.end());
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(wrong)
    }
}

/// What was written for a pad and not looked at: what is said of a wrong argument would show it.
#[derive(Clone)]
struct Unread(Zeroizing<String>);

impl fmt::Debug for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unread(..)")
    }
}

fn unread(text: &str) -> Result<Unread, Infallible> {
    Ok(Unread(Zeroizing::new(text.to_owned())))
}

impl Unread {
    /// What is typed: a PIN, or the key that cancels.
    ///
    /// # Errors
    ///
    /// That it is neither.
    fn keys(&self) -> Result<Keys, Failure> {
        match self.0.as_str() {
            "cancel" => Ok(Keys::Cancel),
            digits => Pin::new(digits).map(Keys::Pin).map_err(|error| {
                Failure::usage(error.to_string(), "write --pin-pad 1234,5678; cancel is the key that cancels")
            }),
        }
    }
}

/// A day of the calendar. A relative one is resolved here, once: a run has one day, also past midnight.
fn date(text: &str) -> Result<Date, String> {
    dates::day(text, dates::today).map_err(|error| {
        let hint = match error {
            DateError::Form => "write it like 2026-01-15, today-3m, today+1y or +10d".into(),
            other => other.hint().to_string(),
        };
        format!("{error}: {hint}")
    })
}

impl Reproducible {
    /// The day on which the cards are used: the same one however often it is asked for.
    pub(super) fn today(&self) -> Date {
        self.now.unwrap_or_else(|| *self.begun.get_or_init(dates::today))
    }

    /// What every card of the run gets around it, in a slot, in a replay or in a conversation with a verb.
    pub(super) fn layers(&self) -> Layers {
        Layers::default()
    }

    /// A host of such a run.
    pub(super) fn host(&self) -> Builder {
        Host::builder().seed(self.seed).today(self.today()).layers(self.layers())
    }
}

/// How long cards take.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Timed {
    /// Let the cards take the time of real ones: contact, contactless, a file of times, or a recording that has times
    /// [default: they answer as soon as they can]
    #[arg(long, value_name = "TIMES")]
    timing: Option<PathBuf>,
}

impl Timed {
    /// Whether they take the time of real ones.
    fn is_asked(&self) -> bool {
        self.timing.is_some()
    }

    /// The layers of cards that take their time.
    ///
    /// # Errors
    ///
    /// That there are no such times, or what is wrong with their file.
    pub(super) fn around(&self, layers: Layers) -> Result<Layers, Failure> {
        match &self.timing {
            None => Ok(layers),
            Some(times) => Ok(layers.timed(timing::find(times).map_err(timing_failure)?)),
        }
    }
}

/// What makes the card of a verb that speaks to it itself more like a real one: it goes on as it was left, and takes
/// its time.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Lifelike {
    #[command(flatten)]
    timed: Timed,
    #[command(flatten)]
    keeping: Keeping,
}

impl Lifelike {
    /// The card of a card file, as it is in a slot. What may strike it is asked for by `faults`.
    ///
    /// # Errors
    ///
    /// That it is not the card that is kept, or that there are no such times.
    pub(super) fn card(
        &self,
        profile: &Profile,
        reproducible: &Reproducible,
        language: Language,
        faults: &Faults,
    ) -> Result<Box<dyn Card>, Failure> {
        let layers = self.timed.around(reproducible.layers())?;
        self.keeping.card(profile, &layers, language, faults)
    }

    /// Holds, before anything is dropped, that each card that is to begin anew is of one of these card files.
    ///
    /// # Errors
    ///
    /// That one is of none.
    pub(super) fn expect(&self, cards: &[PathBuf]) -> Result<(), Failure> {
        self.keeping.expect(cards)
    }

    /// Holds, before any card begins anew, that all can come that are named here by their card files.
    ///
    /// # Errors
    ///
    /// That one cannot, be it by its card file.
    pub(super) fn rehearse(&self, cards: &[PathBuf], reproducible: &Reproducible) -> Result<(), Failure> {
        // A single one is read and looked at before it begins anew, and a pipe is read once.
        let is_pipe = |card: &PathBuf| card.metadata().is_ok_and(|known| !known.is_file());
        if !self.keeping.resets_any() || cards.len() < 2 || cards.iter().any(is_pipe) {
            return Ok(());
        }
        let files = cards.iter().filter(|card| RealReader::named(card).is_none());
        let profiles: Vec<Profile> = files.map(|card| cards::profile(card, reproducible)).collect::<Result<_, _>>()?;
        self.keeping.rehearse(&profiles)
    }

    /// Holds, once all cards have come, that those came which were to begin anew.
    ///
    /// # Errors
    ///
    /// That one has not.
    pub(super) fn end(&self) -> Result<(), Failure> {
        self.keeping.end()
    }

    /// Holds that nobody asks this of a card that is in a reader.
    ///
    /// # Errors
    ///
    /// That it is asked.
    pub(super) fn refuse_of_reader(&self) -> Result<(), Failure> {
        self.keeping.refuse_of_reader()?;
        match self.timed.is_asked() {
            true => Err(Failure::usage(Keep::TimedInReader.said(), Keep::LeaveTimingOrServe.said())),
            false => Ok(()),
        }
    }

    /// Holds that nobody asks this of a card that is no virtual one.
    ///
    /// # Errors
    ///
    /// That it is asked.
    pub(super) fn refuse_of(&self, card: &str) -> Result<(), Failure> {
        self.keeping.refuse_of(card)?;
        match self.timed.is_asked() {
            true => Err(Failure::usage(Keep::OwnTime { card }.said(), Keep::LeaveTiming.said())),
            false => Ok(()),
        }
    }
}

/// Why there are no times.
fn timing_failure(error: TimingError) -> Failure {
    let (message, hint) = (error.said(), error.advice());
    match error {
        TimingError::Io(error) => cards::failure(error),
        TimingError::Invalid(mistakes) => Failure::Invalid(mistakes),
        TimingError::Recording(error) => cards::unreplayed(error),
        TimingError::Untimed(_) | TimingError::Unknown { .. } => Failure::Usage(message, hint),
    }
}

/// The slots of a reader to be.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Slots {
    /// A card file for the next slot, or the name of a built-in card such as vitale2-martin, or reader:NAME for the
    /// card in a real reader (of another service: reader:NAME@/path/of/its/socket), or - for an empty slot [default:
    /// two empty slots]
    #[arg(long = "card", value_name = "CARD")]
    cards: Vec<PathBuf>,
    /// The name of a reader: the first is that of slot 0, the next that of slot 1. One that ends in numbers, such as
    /// "Gemalto PC Twin Reader 00 00", "KAP-LINK 0" or "TELIUM(1)", is what programs see, and so is what stands behind
    /// a =; any other gets the numbers of pcsc-lite, 00 00 [default: "Virtuale 00 00", "Virtuale 00 01" and so on]
    #[arg(long = "reader", value_name = "NAME")]
    readers: Vec<String>,
    /// What reader it is: a model file, or the name of a built-in model (`virtuale reader list`). Cards go into its
    /// slots in turn
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// What is typed at the PIN pad, in turn, each time that it asks for a PIN; cancel for the key that cancels.
    /// Without a model, the reader is one with a pad
    #[arg(long, value_name = "PIN,...", value_delimiter = ',', value_parser = unread)]
    pin_pad: Vec<Unread>,
    /// The number of a slot that has an antenna in place of contacts; may be given several times. Programs see it as
    /// "Virtuale Contactless 00 01"
    #[arg(long, value_name = "SLOT", value_parser = number::<usize>(SLOT_NUMBERS))]
    contactless: Vec<usize>,
    /// How many readers the client library has room for, where a distribution changed that; `pcscd -v` shows it
    #[arg(long, value_name = "NUMBER", default_value_t = READER_SLOTS, value_parser = number::<usize>(READER_SLOT_NUMBERS))]
    reader_slots: usize,
    /// What these readers are called, by which `virtuale slots`, `insert` and others mean them from another shell
    /// [default: the number of the process]
    #[arg(long, value_name = "NAME")]
    name: Option<HostName>,
    /// A user, by name or number, whose programs may use these readers too, beside your own; may be given several
    /// times. The control of the readers stays yours
    #[arg(long = "allow-user", value_name = "NAME|UID", value_parser = users::user)]
    allow_users: Vec<u32>,
    /// The same for the members of a group
    #[arg(long = "allow-group", value_name = "NAME|GID", value_parser = users::group)]
    allow_groups: Vec<u32>,
    #[command(flatten)]
    timed: Timed,
    #[command(flatten)]
    pub(super) keeping: Keeping,
    #[command(flatten)]
    reproducible: Reproducible,
}

impl Slots {
    /// A host with these slots.
    ///
    /// # Errors
    ///
    /// What is wrong with its model.
    pub(super) fn host(&self) -> Result<Builder, Failure> {
        self.host_with(&self.pin_pad)
    }

    /// What [`Slots::host`] has typed at its pads, as [`Slots::host_typing`] reads it.
    pub(super) fn typed(&self) -> Zeroizing<String> {
        // With all its room from the start, so that no PIN stays behind as it grows.
        let length = self.pin_pad.iter().map(|typed| typed.0.len() + 1).sum();
        let mut lines = Zeroizing::new(String::with_capacity(length));
        for typed in &self.pin_pad {
            lines.push_str(&typed.0);
            lines.push('\n');
        }
        lines
    }

    /// As [`Slots::host`], where what is typed comes in lines: in the arguments of a program everybody sees it.
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn host_typing(&self, lines: &str) -> Result<Builder, Failure> {
        let typed: Vec<_> = lines.lines().map(|line| Unread(Zeroizing::new(line.to_owned()))).collect();
        self.host_with(&typed)
    }

    fn host_with(&self, typed: &[Unread]) -> Result<Builder, Failure> {
        let layers = self.timed.around(self.reproducible.layers())?;
        let host = self.reproducible.host().layers(layers).reader_slots(self.reader_slots);
        self.keeping.expect(&self.cards)?;
        let host = self.keeping.ask_of(host)?;
        let typed = typed.iter().map(Unread::keys).collect::<Result<Vec<_>, _>>()?;
        let host = host.typed(typed);
        let host = match &self.model {
            Some(model) => host.model(reader::model(model)?),
            None => host,
        };
        let host = self.name.iter().fold(host, |host, name| host.name(name.as_str()));
        let host = self.contactless.iter().fold(host, |host, &slot| host.contactless(slot));
        let host = self.allow_users.iter().fold(host, |host, &user| host.allow_user(user));
        let host = self.allow_groups.iter().fold(host, |host, &group| host.allow_group(group));
        let host = host.on_refusal(|away| output::say(users::turned_away(away, Language::of_locale())));
        let host = self.readers.iter().fold(host, |host, name| host.slot_reader(name));
        let cards = if self.model.is_some() && self.cards.is_empty() { vec![] } else { self.cards() };
        Ok(cards.into_iter().fold(host, |host, card| match card {
            Some(file) => host.card(file),
            None => host.empty_slot(),
        }))
    }

    /// What a person should know of the slots: of cards in slots with an antenna that have none and are mute there, and
    /// of slots that follow a real reader and have no card yet.
    pub(super) fn remarks(&self, host: &Host) -> Vec<String> {
        let in_a_field = |slot: &SlotStatus| self.contactless.contains(&slot.slot);
        let told = host.slots().into_iter().filter_map(|slot| {
            let is_mute = in_a_field(&slot) && slot.atr.is_none();
            let reader = shown::line(&slot.reader);
            match (slot.card.filter(|_| is_mute), slot.awaits) {
                (Some(card), _) => {
                    let card = shown::line(&card);
                    Some(format!("{reader}: {card} has no antenna, or does not answer: it is mute there"))
                }
                (None, Some(why)) => Some(format!("{reader}: empty until a card comes: {why}")),
                (None, None) => None,
            }
        });
        let closed = host.closed_to_guests().map(|folder| {
            let (folder, word) = (shown::path(&folder), shown::word(&folder));
            format!(
                "the users who may use these readers cannot get there: {folder} is closed to them (chmod o+x {word})"
            )
        });
        let is_real = |card: &&PathBuf| RealReader::named(card).is_some();
        let real = self.cards.iter().filter(is_real).filter(|_| self.keeping.is_asked());
        let real = real.map(|card| Keep::NotKept { card: &card.to_string_lossy() }.text(Language::En));
        told.chain(closed).chain(real).chain(self.keeping.remarks()).collect()
    }

    /// The card file of each slot, `None` where it is empty.
    fn cards(&self) -> Vec<Option<&Path>> {
        if self.cards.is_empty() {
            return vec![None; 2];
        }
        self.cards.iter().map(|card| Some(card.as_path()).filter(|card| *card != Path::new(NO_CARD))).collect()
    }
}

/// In which language a verb says what it says.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Spoken {
    /// The language of what is said [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Language>,
}

impl Spoken {
    /// The language.
    pub(super) fn language(self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }
}

/// Which running readers are meant.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Attach {
    /// The name of the running readers, as `virtuale slots --all` shows it [default: those of this shell, whose socket
    /// is in PCSCLITE_CSOCK_NAME]
    #[arg(long, value_name = "NAME", conflicts_with = "socket")]
    name: Option<String>,
    /// The socket of the running readers
    #[arg(long, value_name = "PATH")]
    socket: Option<PathBuf>,
}

impl Attach {
    /// Connects to the readers that are meant.
    ///
    /// # Errors
    ///
    /// That there are none, or that they do not let us in.
    pub(super) fn client(&self) -> Result<Client, HostError> {
        Client::find(match (&self.name, &self.socket) {
            (Some(name), _) => Which::Named(name),
            (None, Some(socket)) => Which::Socket(socket),
            (None, None) => Which::Own,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::Parser;

    use super::{Slots, number};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        slots: Slots,
    }

    #[test]
    fn a_number_that_will_not_do_is_answered_with_its_range() {
        let one_to_nine = number::<usize>(1..=9);
        assert_eq!((one_to_nine("1"), one_to_nine("9")), (Ok(1), Ok(9)));
        for wrong in ["0", "10", "abc", "", "-1", "99999999999999999999"] {
            assert_eq!(one_to_nine(wrong), Err("it must be a whole number from 1 to 9".into()), "{wrong:?}");
        }
        assert_eq!(number::<u64>(0..=u64::MAX)("18446744073709551615"), Ok(u64::MAX));
    }

    #[test]
    fn one_slot_per_card_and_two_empty_ones_without() {
        let slots = |line: &[&str]| Line::parse_from([&["virtuale"], line].concat()).slots;
        assert_eq!(slots(&[]).cards(), [None, None]);
        assert_eq!(slots(&["--card", "-", "--card", "a.toml"]).cards(), [None, Some(Path::new("a.toml"))]);
    }
}
