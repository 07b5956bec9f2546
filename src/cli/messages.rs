//! What the verbs with pages say beside their pages: each message once, in all languages of the pages.
//!
//! A message is its own key; the macro asks for its text in each language, so that none is without one, and the test
//! sees that all of them name the same values.

use super::language::Language;
use crate::{profile::said::Bilingual, shown};

/// Declares messages with their values and their texts.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident $({ $($value:ident),* })? = { en: $en:literal, fr: $fr:literal };)*) => {
        /// A message of the command line to a person.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Message<'a> { $($(#[$doc])* $name $({ $($value: &'a str),* })?,)* }

        impl Message<'_> {
            /// Its text in a language. A value may be foreign text, and is shown as such.
            pub(super) fn text(self, language: Language) -> String {
                match (self, language) {
                    $(
                        (Self::$name $({ $($value),* })?, Language::En) => {
                            $($(let $value = shown::line($value);)*)?
                            format!($en)
                        }
                        (Self::$name $({ $($value),* })?, Language::Fr) => {
                            $($(let $value = shown::line($value);)*)?
                            format!($fr)
                        }
                    )*
                }
            }
        }

        /// The texts as they are declared: name, English, French.
        #[cfg(test)]
        const DECLARED: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $fr)),*];
    };
}

impl Message<'_> {
    /// Its text in all languages.
    pub(super) fn said(self) -> Bilingual {
        in_both(|language| self.text(language))
    }
}

/// What has a text in each language.
pub(super) fn in_both(text: impl Fn(Language) -> String) -> Bilingual {
    Bilingual::new(text(Language::En), text(Language::Fr))
}

messages! {
    /// What stands before an error.
    Error = { en: "error", fr: "erreur" };
    /// What stands before what to do about it.
    Help = { en: "help", fr: "aide" };
    /// What stands behind either.
    Colon = { en: ": ", fr: " : " };
    /// A file cannot be read.
    CannotRead { path, why } = { en: "cannot read {path}: {why}", fr: "impossible de lire {path} : {why}" };
    /// What to do where there is no such file.
    LookAtName = {
        en: "look at the name and at the folder you are in",
        fr: "vérifier le nom, et le dossier où l'on est"
    };
    /// What may have been meant.
    DidYouMean { name } = { en: "did you mean {name}?", fr: "est-ce {name} ?" };
    /// Which cards there are.
    BuiltInCards { names } = {
        en: "built-in cards: {names}; any other is the path of a card file",
        fr: "cartes intégrées : {names} ; toute autre est le chemin d'un fichier de carte"
    };
    /// No reader has this name.
    NoReader { name } = { en: "there is no reader {name}", fr: "il n'y a pas de lecteur {name}" };
    /// No reader has a card.
    NoCard = { en: "there is no card to read", fr: "il n'y a pas de carte à lire" };
    /// Which readers there are.
    Readers { names } = { en: "readers: {names}", fr: "lecteurs : {names}" };
    /// That there are none.
    NoReaders = { en: "there are no readers", fr: "il n'y a aucun lecteur" };
    /// What else can be read.
    GiveCardFile = { en: "or give a card: --card CARD", fr: "ou donner une carte : --card CARTE" };
    /// A card gave no reading.
    CannotReadCard { place, why } = {
        en: "cannot read the card in {place}: {why}",
        fr: "impossible de lire la carte dans {place} : {why}"
    };
    /// What to do about a card that does not answer.
    MuteCard = {
        en: "it gives no answer to reset: a card without antenna is mute in a slot with one; \
             put it into a slot with contacts, or a card with antenna (such as cps3) into this one",
        fr: "elle ne donne pas de réponse au reset : une carte sans antenne est muette sur un lecteur sans contact ; \
             la mettre dans un lecteur à contacts, ou une carte avec antenne (par exemple cps3) dans celui-ci"
    };
    /// A card is none that is read.
    OtherCard { place, why } = { en: "{place}: {why}", fr: "{place} : {why}" };
    /// What to do without a PC/SC service.
    StartReader = {
        en: "give a card (--card CARD), or start a reader: virtuale serve --card CARD\n\
             where one runs already, virtuale doctor says what stands in the way",
        fr: "donner une carte (--card CARTE), ou lancer un lecteur : virtuale serve --card CARTE\n\
             là où il y en a déjà un, virtuale doctor dit ce qui l'empêche"
    };
    /// Such cards have no copy on paper.
    NoPaperCopy { place } = {
        en: "{place}: there is no copy on paper of such a card",
        fr: "{place} : une telle carte n'a pas de copie sur papier"
    };
    /// What to do then.
    LeaveReflet = { en: "leave --reflet out", fr: "enlever --reflet" };
    /// The demonstration lost its own reader.
    LostReader { why } = { en: "the terminal lost the reader: {why}", fr: "le terminal a perdu le lecteur : {why}" };
    /// What to do where the system is in the way.
    AskDoctor = {
        en: "see what stands in the way: virtuale doctor",
        fr: "voir ce qui fait obstacle : virtuale doctor"
    };
}

#[cfg(test)]
mod tests {
    use super::{DECLARED, Language, Message};

    #[test]
    fn every_message_names_the_same_values_in_both_languages() {
        let values = |text: &str| {
            let mut values: Vec<String> =
                text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
            values.sort();
            values
        };
        for (name, en, fr) in DECLARED {
            assert_eq!(values(en), values(fr), "{name}");
            assert_ne!(en, fr, "{name}");
        }
    }

    #[test]
    fn a_message_is_said_in_the_language_that_is_asked_for() {
        let message = Message::CannotRead { path: "a.toml", why: "…" };
        assert_eq!(message.text(Language::En), "cannot read a.toml: …");
        assert_eq!(message.text(Language::Fr), "impossible de lire a.toml : …");
    }
}
