//! Why no form is made, though its file is sound: what a card may not, or does not.

use virtuale_engine::StatusWord;

use super::{mode::Mode, rules::Breach, signed::By, trust::Untrusted};
use crate::{
    profile::{
        said::{Bilingual, said},
        tree::CardDate,
    },
    terminal::{remark::Remark, right::Unproven, signature::Unsigned},
};

/// Why no form is made with these cards.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The way of making it takes a professional's card.
    #[error("there is no professional's card")]
    NoProfessional(Mode),
    /// The way of making it takes a Vitale.
    #[error("there is no Vitale")]
    NoVitale(Mode),
    /// The way of making it has no place for a Vitale.
    #[error("there is a Vitale that the form has no place for")]
    VitaleTooMany(Mode),
    /// The way of making it has no place for a professional's card.
    #[error("there is a professional's card that the form has no place for")]
    ProfessionalTooMany(Mode),
    /// Nobody gave the professional's code, or it was wrong.
    #[error("the professional's code was not proved")]
    CodeMissing,
    /// The professional's card is not valid today.
    #[error("the professional's card is not valid")]
    ProfessionalNotValid {
        /// The first or last day.
        day: CardDate,
        /// Whether it is over.
        is_over: bool,
    },
    /// It has no billing situation that holds today.
    #[error("the professional's card has no billing situation that holds on the day of the form")]
    NoSituation,
    /// It may not sign forms.
    #[error("the professional's card may not sign forms")]
    NotForms,
    /// It may not sign lots of forms.
    #[error("the professional's card may not sign lots")]
    NotLots,
    /// It has no key that signs, or no certificate of it.
    #[error("the professional's card has no key that signs")]
    NoKey,
    /// Its certificate is not trusted.
    #[error("the certificate is not trusted: {why}")]
    Untrusted {
        /// Of which card.
        by: By,
        /// Why.
        why: Untrusted,
    },
    /// It is of a type that makes no forms: `CPF` or `CPA`.
    #[error("a card of type {0} makes no forms")]
    KindMakesNone(String),
    /// The Vitale may not be used for a form today: what keeps it from that, worst first.
    #[error("the Vitale may not be used for a form today")]
    VitaleNotUsable(Vec<Remark>),
    /// The Vitale does not say what a form must say of it.
    #[error("the Vitale does not say its {0}")]
    VitaleSilent(&'static str),
    /// The professional's card does not say what a form must say of it, as a form says it.
    #[error("a card says something that a form cannot say")]
    NotCodable,
    /// A card says what a form may not say.
    #[error("a card says what a form may not: {}", .0.said())]
    NotSound(Breach),
    /// A card signed nothing.
    #[error(transparent)]
    Unsigned(#[from] Unsigned),
    /// The professional's card did not open the Vitale's key.
    #[error(transparent)]
    Unproven(#[from] Unproven),
}

impl Refusal {
    /// What is wrong, and what to do.
    #[must_use]
    pub fn said(&self) -> (Bilingual, Bilingual) {
        match self {
            Self::NoProfessional(mode) => {
                let mode = mode.key();
                (
                    said!(
                        en: "a form of mode {mode} is signed by a professional's card, and there is none",
                        fr: "une feuille en mode {mode} est signée par une carte de professionnel, et il n'y en a pas",
                    ),
                    said!(
                        en: "give one beside the Vitale, such as --card cps-lefevre",
                        fr: "en donner une à côté de la Vitale, par exemple --card cps-lefevre",
                    ),
                )
            }
            Self::NoVitale(mode) => {
                let mode = mode.key();
                (
                    said!(
                        en: "a form of mode {mode} takes a Vitale, and there is none",
                        fr: "une feuille en mode {mode} demande une Vitale, et il n'y en a pas",
                    ),
                    said!(
                        en: "give one, such as --card vitale2-martin, or write another mode: degrade has a duplicate on \
                             paper in its place",
                        fr: "en donner une, par exemple --card vitale2-martin, ou écrire un autre mode : degrade la \
                             remplace par un duplicata papier",
                    ),
                )
            }
            Self::VitaleTooMany(mode) => {
                let mode = mode.key();
                (
                    said!(
                        en: "a form of mode {mode} is made without a Vitale, and one is given",
                        fr: "une feuille en mode {mode} se fait sans Vitale, et il y en a une",
                    ),
                    said!(
                        en: "leave the card out, or write mode = \"securise\"",
                        fr: "enlever la carte, ou écrire mode = \"securise\"",
                    ),
                )
            }
            Self::ProfessionalTooMany(mode) => {
                let mode = mode.key();
                (
                    said!(
                        en: "a form of mode {mode} is made without a professional's card, and one is given",
                        fr: "une feuille en mode {mode} se fait sans carte de professionnel, et il y en a une",
                    ),
                    said!(
                        en: "leave the card out, or write mode = \"degrade\"",
                        fr: "enlever la carte, ou écrire mode = \"degrade\"",
                    ),
                )
            }
            Self::CodeMissing => (
                said!(
                    en: "the professional's code was not given: without it the card signs nothing",
                    fr: "le code du professionnel n'a pas été donné : sans lui la carte ne signe rien",
                ),
                match cfg!(windows) {
                    false => said!(
                        en: "type it where it is asked for, or give it by --pin-fd 3 3< FILE",
                        fr: "le taper là où il est demandé, ou le donner par --pin-fd 3 3< FICHIER",
                    ),
                    true => said!(
                        en: "type it where it is asked for, or give it on standard input with --pin-fd 0",
                        fr: "le taper là où il est demandé, ou le donner sur l'entrée standard avec --pin-fd 0",
                    ),
                },
            ),
            Self::ProfessionalNotValid { day, is_over } => {
                let when = match is_over {
                    true => said!(en: "it ended on {day}", fr: "elle a expiré le {day}"),
                    false => said!(en: "it begins on {day}", fr: "elle commence le {day}"),
                };
                (
                    said!(
                        with when;
                        en: "the professional's card is not valid on the day of the form: {when}",
                        fr: "la carte du professionnel n'est pas valide le jour de la feuille : {when}",
                    ),
                    another_professional(),
                )
            }
            Self::NoSituation => (
                said!(
                    en: "the professional's card has no billing situation that holds on the day of the form",
                    fr: "la carte du professionnel n'a aucune situation de facturation valable le jour de la feuille",
                ),
                another_professional(),
            ),
            Self::KindMakesNone(kind) => (
                said!(
                    en: "a card of type {kind} makes no forms: only those of professionals (CPS) and of establishments' \
                         agents (CPE) do",
                    fr: "une carte de type {kind} ne fait pas de feuilles : seules celles des professionnels (CPS) et des \
                         agents d'établissement (CPE) en font",
                ),
                another_professional(),
            ),
            Self::NotForms => (
                said!(
                    en: "this professional's card may not sign forms: its billing situation says so",
                    fr: "cette carte de professionnel ne peut pas signer de feuilles : sa situation de facturation le dit",
                ),
                another_professional(),
            ),
            Self::NotLots => (
                said!(
                    en: "this professional's card may sign forms, but no lots of them",
                    fr: "cette carte de professionnel peut signer des feuilles, mais pas de lots",
                ),
                said!(
                    en: "give one form file at a time, or the card of another professional",
                    fr: "donner un fichier de feuille à la fois, ou la carte d'un autre professionnel",
                ),
            ),
            Self::NoKey => (
                said!(
                    en: "the professional's card names no key that signs, with its certificate",
                    fr: "la carte du professionnel n'annonce aucune clé de signature avec son certificat",
                ),
                another_professional(),
            ),
            Self::Untrusted { why, .. } => {
                let why = untrusted(why);
                (
                    said!(
                        with why;
                        en: "nobody would trust the signature: {why}",
                        fr: "personne ne ferait confiance à la signature : {why}",
                    ),
                    another_professional(),
                )
            }
            Self::VitaleNotUsable(_) => (
                said!(
                    en: "this Vitale may not be used for a form today",
                    fr: "cette Vitale ne peut pas servir à une feuille aujourd'hui",
                ),
                said!(
                    en: "write mode = \"degrade\" to go on with paper",
                    fr: "écrire mode = \"degrade\" pour continuer avec du papier",
                ),
            ),
            Self::VitaleSilent(what) => {
                let what = Bilingual::new(*what, *what);
                (
                    said!(
                        with what;
                        en: "the Vitale does not say what a form has to say: {what}",
                        fr: "la Vitale ne dit pas ce qu'une feuille doit dire : {what}",
                    ),
                    said!(
                        en: "write mode = \"degrade\" and say it in [assure]",
                        fr: "écrire mode = \"degrade\" et le dire dans [assure]",
                    ),
                )
            }
            Self::NotCodable => (
                said!(
                    en: "a card says something that a form has no coding for, such as a letter in a number",
                    fr: "une carte dit quelque chose qu'une feuille ne sait pas coder, comme une lettre dans un numéro",
                ),
                said!(en: "read both cards: virtuale read", fr: "lire les deux cartes : virtuale read"),
            ),
            Self::NotSound(breach) => {
                let what = breach.said();
                (
                    said!(
                        with what;
                        en: "a card says what a form may not: {what}",
                        fr: "une carte dit ce qu'une feuille ne doit pas dire : {what}",
                    ),
                    said!(en: "read both cards: virtuale read", fr: "lire les deux cartes : virtuale read"),
                )
            }
            Self::Unsigned(Unsigned::Refused { command, status }) => {
                let status = format!("{status:?}");
                (
                    said!(
                        en: "the card signed nothing: it answered {command} with {status}",
                        fr: "la carte n'a rien signé : elle a répondu {status} à {command}",
                    ),
                    said!(en: "virtuale read says what it can do", fr: "virtuale read dit ce qu'elle peut faire"),
                )
            }
            Self::Unproven(_) => (
                said!(
                    en: "the professional's card does not open the Vitale",
                    fr: "la carte du professionnel n'ouvre pas la Vitale",
                ),
                said!(
                    en: "take another professional's card, or write mode = \"degrade\" and bill with paper",
                    fr: "prendre une autre carte de professionnel, ou écrire mode = \"degrade\" et facturer avec \
                         du papier",
                ),
            ),
            Self::Unsigned(Unsigned::Exchange(_)) => (
                said!(en: "the card signed nothing", fr: "la carte n'a rien signé"),
                said!(en: "put it back and try again", fr: "la remettre et recommencer"),
            ),
        }
    }

    /// Whether it is about what the professional's card is, or may do.
    #[must_use]
    pub fn is_of_professional(&self) -> bool {
        matches!(
            self,
            Self::ProfessionalNotValid { .. }
                | Self::KindMakesNone(_)
                | Self::NoSituation
                | Self::NotForms
                | Self::NotLots
                | Self::NoKey
                | Self::Untrusted { by: By::Professional, .. }
        )
    }

    /// What a card refused a command with, if that is why.
    #[must_use]
    pub fn status(&self) -> Option<StatusWord> {
        match self {
            Self::Unsigned(Unsigned::Refused { status, .. }) => Some(*status),
            _ => None,
        }
    }
}

/// Why a certificate is not trusted, in both languages.
#[must_use]
pub fn untrusted(why: &Untrusted) -> Bilingual {
    let french = match why {
        Untrusted::Hierarchy(name) => format!("le certificat de {name} vient des autorités d'autres cartes"),
        Untrusted::Root(name) => {
            format!("le certificat de {name} vient d'une racine, qui n'en émet que pour des autorités")
        }
        Untrusted::PathLength(name) => format!("le certificat de {name} admet moins d'autorités sous lui"),
        Untrusted::IsAuthority(name) => format!("le certificat de {name} est celui d'une autorité, et non d'une carte"),
        Untrusted::Purpose(name) => {
            format!("le certificat de {name} sert à autre chose (son utilisation étendue de clé)")
        }
        Untrusted::Kind(name) => {
            format!("le certificat de {name} n'est pas celui d'une carte qui fait des feuilles (CPS ou CPE)")
        }
        Untrusted::Critical { name, extension } => {
            format!("le certificat de {name} a une extension critique inconnue ici, {extension}")
        }
        Untrusted::Extension(name) => format!("une extension du certificat de {name} est en double ou mal codée"),
        Untrusted::Key(name) => {
            format!("la clé du certificat de {name} n'est ni RSA d'au moins 2048 bits, ni sur P-256")
        }
        Untrusted::Issuer(name) => format!("aucune autorité connue n'a émis le certificat de {name}"),
        Untrusted::Signature(name) => format!("le certificat de {name} n'est pas signé par son émetteur"),
        Untrusted::Day { name, day } => format!("le certificat de {name} n'est pas valide le {day}"),
        Untrusted::NotAuthority(name) => format!("le certificat de {name} ne lui permet pas d'en émettre d'autres"),
        Untrusted::Usage(name) => {
            format!("le certificat de {name} ne sert pas à signer (son utilisation de clé n'est pas nonRepudiation)")
        }
        Untrusted::Revoked(name) => format!("le certificat de {name} est révoqué"),
    };
    Bilingual::new(why.to_string(), french)
}

fn another_professional() -> Bilingual {
    said!(
        en: "give the card of another professional, or write mode = \"non_securise\" and bill on paper",
        fr: "donner la carte d'un autre professionnel, ou écrire mode = \"non_securise\" et facturer sur papier",
    )
}
