//! Which keys a card file may have: data, not code.
//!
//! `applets/layouts/vitale-keys.toml` declares the keys that all layouts of one family share; a layout adds its own in
//! the same form, one table `[data."path"]` per key. The schema says what each is worth to an author: its type, widths,
//! default, the group of the reading API that it comes from [MEDINTUX-SSV groups] and what it means. It does not say
//! where a datum stands on a chip; layouts do. The rule that it upholds: a schema that was read is sound, so whoever
//! uses it need not check again.

mod check;
mod declare;
pub(super) mod scalar;
mod sound;

pub use check::Check;
pub(super) use check::check_digit;

use std::{fmt, sync::Arc};

use jiff::civil::Date;
use virtuale_applets::layouts;

use super::{
    diagnostic::{Diagnostics, Mistakes, Source},
    families::Family,
    said::{Bilingual, said},
    tree::Data,
    written::{Value, Written},
};

/// The longest name or path of a layout, in characters.
const LONGEST_LAYOUT: usize = 200;

/// The keys of a card file.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The keys at the top of the file.
    pub root: Fields,
}

/// The keys of one table, in the order in which they were declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(pub Vec<Key>);

/// A key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its name, without those of the tables that it is in.
    pub name: String,
    /// What may be written.
    pub kind: Kind,
    /// What happens if it is not written.
    pub presence: Presence,
    /// What it means.
    pub doc: Doc,
    /// The group and field of the reading API that it comes from [MEDINTUX-SSV groups], where there is one.
    pub api: Option<String>,
    /// The list of [`codes`](super::codes) that says what its values mean.
    pub codes: Option<String>,
    /// A value for starter files.
    pub example: Option<String>,
    /// What the first of a list has here, and no other: the insured's quality.
    pub first: Option<String>,
    /// The sibling that it cannot stand beside.
    pub excludes: Option<String>,
    /// How its last digit follows from those before it.
    pub check: Option<Check>,
    /// Whether starter files have it though a card may have none.
    pub starter: bool,
}

/// What may be written under a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Any text of at most so many characters; an empty one counts as none.
    Text {
        /// The most characters.
        max: usize,
    },
    /// Digits, kept as text since their zeros count.
    Digits {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Capital letters and digits, or some of them.
    Code {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
        /// Which characters; all capital letters and digits if empty.
        of: String,
    },
    /// A NIR, with or without its key; always with it once read.
    Nir,
    /// A date.
    Date {
        /// Whether it may have a time of day.
        time: bool,
        /// Whether its month may be above 12, as that of a birth: then its day may be any.
        any_month: bool,
    },
    /// A number that is counted with.
    Number {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
    },
    /// A number with at most two decimals, such as an amount; once read it counts hundredths.
    Decimal {
        /// The greatest, in whole units.
        max: u64,
    },
    /// `true` or `false`.
    Flag,
    /// One of a closed set.
    Enumeration(Vec<Choice>),
    /// Bytes in hexadecimal.
    Bytes {
        /// The fewest.
        min: usize,
        /// The most.
        max: usize,
    },
    /// An answer to reset, in hexadecimal.
    Atr {
        /// Those that the layout's cards are known to have; none if it does not say. Others may be written too.
        known: Vec<Vec<u8>>,
    },
    /// A short form for several siblings: their digits, one after the other.
    Short {
        /// The names of the siblings, digits of fixed width each.
        of: Vec<String>,
    },
    /// Named values.
    Table(Rules),
    /// Several tables.
    List {
        /// What is in each.
        of: Rules,
        /// The most of them.
        max: usize,
    },
}

/// A value of an enumeration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Choice {
    /// What is written.
    pub value: String,
    /// What it means, if that is public.
    pub meaning: Option<Doc>,
}

/// What is in a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Its keys.
    pub fields: Fields,
    /// Its keys that begin and end a period. Periods do not run backwards; those of a list do not overlap,
    /// unless they may.
    pub period: Option<(String, String)>,
    /// Whether the periods of a list may overlap.
    pub overlap: bool,
    /// The list at the top of the file of which this table is the first, besides being itself.
    pub first_of: Option<String>,
    /// Keys of which each such table has exactly one; none if empty.
    pub one_of: Vec<String>,
}

/// What happens if a key is not written.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// That is a mistake.
    Required,
    /// There is no value.
    Optional,
    /// There is this value. It is read as if it stood in the card file: dates may be relative.
    Default(Value),
}

/// A text for people, in both languages.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Doc {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

/// A language of texts for people.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// French.
    French,
}

impl Doc {
    /// The text in a language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }
}

impl Schema {
    /// A schema without keys.
    #[must_use]
    pub fn empty() -> Self {
        Self { root: Fields::default() }
    }

    /// The keys that the text `keys.toml` declares.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declarations.
    pub fn read(source: &Arc<Source>) -> Result<Self, Diagnostics> {
        let document = Written::read(source)?;
        let mut schema = Self::empty();
        if let Some(data) = document.key("data") {
            schema.extend_with(source, data)?;
        }
        Ok(schema)
    }

    /// The keys that all card files of a family may have. `layout` is one of them, declared or not.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declarations of the family.
    pub fn of_family(family: &dyn Family) -> Result<Self, Diagnostics> {
        let source =
            Source { name: format!("keys of family {} (built in)", family.name()), text: family.keys().into() };
        let mut schema = Self::read(&Arc::new(source))?;
        if schema.root.key("layout").is_none() {
            schema.root.0.insert(0, Key::layout());
        }
        Ok(schema)
    }

    /// Adds the keys that a layout declares: `data` is what stands under `data` in the text `source`. A key that is
    /// there already is replaced, but keeps the keys in it.
    ///
    /// # Errors
    ///
    /// All that is wrong with the declarations.
    pub fn extend_with(&mut self, source: &Arc<Source>, data: &Written) -> Result<(), Diagnostics> {
        let mut mistakes = Mistakes::of(source);
        declare::declare(self, data, &mut mistakes);
        // What is built in is sound: a test says so, and not each run.
        if layouts::indexed(&source.text).is_none() {
            sound::check(self, data, &mut mistakes);
        }
        mistakes.or(())
    }

    /// Every key with its path, such as `beneficiaire.droits.debut`, in the order of declaration.
    #[must_use]
    pub fn keys(&self) -> Vec<(String, &Key)> {
        let mut keys = Vec::new();
        self.root.collect("", &mut keys);
        keys
    }

    /// The key of a path such as `beneficiaire.droits.debut`.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<&Key> {
        let mut names = path.split('.');
        let first = self.root.key(names.next()?)?;
        names.try_fold(first, |key, name| key.kind.rules()?.fields.key(name))
    }

    /// The table at the top that is also the first of a list at the top.
    #[must_use]
    pub fn first_of(&self, list: &str) -> Option<&Key> {
        self.root.0.iter().find(|key| key.kind.rules().and_then(|rules| rules.first_of.as_deref()) == Some(list))
    }
}

impl Key {
    /// What a text means under this key, as in a card file; `None` where it says that there is nothing. A date counts
    /// from no day: it is one of its own.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one line; also for keys that no text is written under.
    pub fn read(&self, text: &str) -> Result<Option<Data>, Bilingual> {
        let data = scalar::read(&self.kind, &Value::Text(text.to_owned().into()), Date::default());
        let data = data.map_err(scalar::Wrong::in_words)?;
        if let (Some(check), Some(Data::Text(number))) = (self.check, &data) {
            check.verify(number).map_err(scalar::Wrong::in_words)?;
        }
        Ok(data)
    }

    /// The key by which every card file names its layout.
    fn layout() -> Self {
        let doc = Doc {
            en: "Which layout the chip has: the name of one that is built in, or the path of a layout file".into(),
            fr: "Structure de la puce : nom d'une structure fournie, ou chemin d'un fichier de structure".into(),
        };
        Self {
            name: "layout".into(),
            kind: Kind::Text { max: LONGEST_LAYOUT },
            presence: Presence::Required,
            doc,
            api: None,
            codes: None,
            example: None,
            first: None,
            excludes: None,
            check: None,
            starter: false,
        }
    }
}

impl Fields {
    fn collect<'s>(&'s self, prefix: &str, keys: &mut Vec<(String, &'s Key)>) {
        for key in &self.0 {
            let path = format!("{prefix}{}", key.name);
            let inner = format!("{path}.");
            keys.push((path, key));
            if let Some(rules) = key.kind.rules() {
                rules.fields.collect(&inner, keys);
            }
        }
    }

    /// How many keys there are, those in tables and lists included.
    fn count(&self) -> usize {
        self.0.iter().map(|key| 1 + key.kind.rules().map_or(0, |rules| rules.fields.count())).sum()
    }

    /// The key of this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.name == name)
    }
}

impl Kind {
    /// What it is, with its article.
    #[must_use]
    pub fn noun(&self) -> Bilingual {
        match self {
            Self::Text { .. } => said!(en: "a text", fr: "un texte"),
            Self::Digits { .. } => said!(en: "digits", fr: "des chiffres"),
            Self::Code { .. } => said!(en: "a code", fr: "un code"),
            Self::Nir => said!(en: "a NIR", fr: "un NIR"),
            Self::Date { .. } => said!(en: "a date", fr: "une date"),
            Self::Number { .. } => said!(en: "a number", fr: "un nombre"),
            Self::Decimal { .. } => said!(en: "a number such as 26.50", fr: "un nombre comme 26.50"),
            Self::Flag => said!(en: "true or false", fr: "true ou false"),
            Self::Enumeration(_) => said!(en: "one of the values", fr: "une des valeurs"),
            Self::Bytes { .. } => said!(en: "bytes in hexadecimal", fr: "des octets en hexadécimal"),
            Self::Atr { .. } => said!(en: "an ATR in hexadecimal", fr: "un ATR en hexadécimal"),
            Self::Short { .. } => said!(en: "a short form", fr: "une forme courte"),
            Self::Table(_) => said!(en: "a table", fr: "une table"),
            Self::List { .. } => said!(en: "a list of tables", fr: "une liste de tables"),
        }
    }

    /// The rules of the table or of each table of the list.
    #[must_use]
    pub fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Table(rules) | Self::List { of: rules, .. } => Some(rules),
            _ => None,
        }
    }
}

impl Choice {
    /// What is written, and what it means.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        match &self.meaning {
            Some(meaning) => format!("{} ({})", self.value, meaning.in_language(language)),
            None => self.value.clone(),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::English))
    }
}
