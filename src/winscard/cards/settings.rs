//! Which cards there are, as the environment of a process says it.
//!
//! | Variable | What it says |
//! | --- | --- |
//! | `VIRTUALE_CARDS` | for each slot a card file, the name of a card of the program, or `-` for none; `:` between |
//! | `VIRTUALE_READERS` | the names of the slots, from the first on, with `;` between |
//! | `VIRTUALE_SEED` | where the cards' random numbers start, 0 if nothing is said |
//! | `VIRTUALE_NOW` | the day on which the cards are used, today if nothing is said: `2026-01-15`, `today-3m` |

use std::{
    env,
    ffi::{CStr, OsString},
    fmt,
    path::Path,
    sync::Arc,
};

use virtuale::{
    host::{Host, HostError},
    profile::{
        LoadError,
        dates::{self, DateError},
        said::Bilingual,
        schema::Language,
    },
    reader::Readers,
};
use virtuale_winscard::interface;

/// The variable of the cards.
pub const CARDS: &CStr = c"VIRTUALE_CARDS";
/// The variable of the names of the slots.
pub const READERS: &CStr = c"VIRTUALE_READERS";
/// The variable of the seed.
pub const SEED: &CStr = c"VIRTUALE_SEED";
/// The variable of the day.
pub const NOW: &CStr = c"VIRTUALE_NOW";

/// What stands for a slot without a card.
const NO_CARD: &str = "-";

/// What stands before the name of a real reader, where a verb of the program is given a card.
const REAL: &str = "reader";

/// What is no reader's name to programs.
const NOTIFICATION: &str = r"\\?PnP?\Notification";

/// What an environment says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// [`CARDS`].
    pub cards: OsString,
    /// [`READERS`].
    pub readers: Option<OsString>,
    /// [`SEED`].
    pub seed: Option<OsString>,
    /// [`NOW`].
    pub now: Option<OsString>,
}

/// Why there are no cards.
#[derive(Debug)]
pub enum Mistake {
    /// A variable has a value that it cannot have.
    Value {
        /// Its name.
        variable: &'static CStr,
        /// The value.
        value: OsString,
        /// What it must be, in words.
        wanted: Bilingual,
    },
    /// What this variable says cannot be made.
    Host(&'static CStr, Box<HostError>),
}

impl Settings {
    /// What the environment of this process says; `None` if it names no cards. A program that runs with rights of
    /// others than its caller has no such environment.
    #[must_use]
    pub fn of_process() -> Option<Self> {
        // One that is empty says nothing.
        let said = |variable| interface::variable(variable).filter(|value| !value.is_empty());
        let cards = said(CARDS)?;
        let [readers, seed, now] = [READERS, SEED, NOW].map(said);
        Some(Self { cards, readers, seed, now })
    }

    /// The readers with these cards in them.
    ///
    /// # Errors
    ///
    /// What is wrong with a variable, a card file or a name.
    pub fn readers(&self) -> Result<Arc<Readers>, Mistake> {
        let mut host = Host::builder();
        for card in env::split_paths(&self.cards) {
            if card.as_os_str().is_empty() {
                let wanted = Bilingual::new(
                    "there is an empty place in it: write - for a slot without a card",
                    "il y a une place vide : écrire - pour un emplacement sans carte",
                );
                return Err(wrong(CARDS, &self.cards, wanted));
            }
            if card == Path::new(REAL) {
                let wanted = Bilingual::new(
                    "a card in a real reader cannot be named here: `virtuale exec --card reader:NAME` has one",
                    "la carte d'un lecteur réel ne peut pas être nommée ici : `virtuale exec --card reader:NOM` en a une",
                );
                return Err(wrong(CARDS, &self.cards, wanted));
            }
            host = if card == Path::new(NO_CARD) { host.empty_slot() } else { host.card(card) };
        }
        if let Some(names) = &self.readers {
            let utf_8 = || Bilingual::new("it must be UTF-8", "elle doit être en UTF-8");
            let names = names.to_str().ok_or_else(|| wrong(READERS, names, utf_8()))?;
            if names.split(';').any(|name| name.eq_ignore_ascii_case(NOTIFICATION)) {
                let wanted = Bilingual::new(
                    "programs wait for readers that come and go by this name",
                    "par ce nom les programmes attendent des lecteurs qui arrivent et partent",
                );
                return Err(wrong(READERS, &names.into(), wanted));
            }
            host = names.split(';').fold(host, virtuale::host::Builder::slot_name);
        }
        if let Some(seed) = &self.seed {
            let number = seed.to_str().and_then(|seed| seed.parse().ok());
            let wanted = || {
                Bilingual::new(
                    format!("it must be a whole number from 0 to {}", u64::MAX),
                    format!("ce doit être un nombre entier de 0 à {}", u64::MAX),
                )
            };
            host = host.seed(number.ok_or_else(|| wrong(SEED, seed, wanted()))?);
        }
        if let Some(now) = &self.now {
            let day = now.to_str().ok_or(DateError::Form).and_then(|day| dates::day(day, dates::today));
            host = host.today(day.map_err(|error| wrong(NOW, now, error.said()))?);
        }
        host.in_process().map_err(|error| {
            let is_named = matches!(error, HostError::Name(_) | HostError::TooManyNames { .. });
            Mistake::Host(if is_named { READERS } else { CARDS }, Box::new(error))
        })
    }
}

fn wrong(variable: &'static CStr, value: &OsString, wanted: Bilingual) -> Mistake {
    Mistake::Value { variable, value: value.clone(), wanted }
}

/// The language of the locale, as POSIX says which variable counts; English where it is not French.
#[must_use]
pub fn language() -> Language {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    if locale.split(['_', '.', '@']).next() == Some("fr") { Language::French } else { Language::English }
}

impl Mistake {
    /// What is wrong, in a language; in English where it is said in no other.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        let is_french = language == Language::French;
        match self {
            Self::Value { variable, value, wanted } => {
                let (variable, value) = (variable.to_string_lossy(), value.to_string_lossy());
                let (colon, wanted) = if is_french { (" : ", &**wanted.french) } else { (": ", &*wanted.english) };
                format!("{variable}={}{colon}{wanted}", value.escape_debug())
            }
            Self::Host(variable, error) => {
                let variable = variable.to_string_lossy();
                match &**error {
                    HostError::Card(LoadError::Invalid(mistakes)) if is_french => {
                        format!("{variable} : {}", mistakes.render_in(language, false))
                    }
                    HostError::Card(LoadError::Unknown(unknown)) if is_french => {
                        format!("{variable} : {}", unknown.said().french)
                    }
                    other => format!("{variable}: {other}"),
                }
            }
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}

impl std::error::Error for Mistake {}
