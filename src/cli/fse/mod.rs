//! `virtuale fse`: electronic care forms.

mod complete;
mod held;
mod open;
mod sign;
mod verify;

use clap::Subcommand;

use super::{
    Exit, Failure,
    language::Language,
    messages::{Message, in_both},
    output,
};
use crate::{
    profile::said::Bilingual,
    terminal::{
        form::{
            fill::Unfit,
            refusal::Refusal,
            signing::{NoCopy, NotMade},
        },
        pages,
        right::{Bearer, Unproven},
        signature::Unsigned,
    },
};

/// Arguments of `fse`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs below `fse`. What stands here is what their help pages say.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Make forms of form files and have the cards sign them
    ///
    /// The mode in a form file says which cards it takes: both (securise, visite), the professional's alone (degrade,
    /// sans_vitale, desynchronise) or none (non_securise); with degrade a duplicate on paper goes out, and
    /// non_securise is paper. A Vitale that may not be used today is refused, with the article. The folder gets
    /// form.bin, what is hashed; form.p7s, the professional's signature (CMS); vitale.p7s, the Vitale's; form.txt, a
    /// page for people. Of several forms each has a folder of its number in it, six digits, and one code signs them
    /// all. Keys, cards and forms are for tests.
    Sign(sign::Args),
    /// Have the Vitale sign a form that waits for it
    ///
    /// A form of mode desynchronise was signed by the professional's card. Both cards are needed now: the
    /// professional's opens the key of the Vitale. The form is held against the Vitale as fse sign does. The folder
    /// gets vitale.p7s.
    Complete(complete::Args),
    /// Print a form with what is enciphered in it, by the addressee's private key
    ///
    /// The form and its signatures are checked too, as fse verify does: the code is 1 if anything is not right.
    Open(open::Args),
    /// Check forms and their signatures with public keys alone
    ///
    /// Says of each form who signed it, and everything that is not right. The code is 1 if anything is not.
    Verify(verify::Args),
}

impl Args {
    /// The language of pages and of reasons to fail.
    pub(super) fn language(&self) -> Language {
        let language = match &self.verb {
            Verb::Sign(args) => args.lang,
            Verb::Complete(args) => args.lang,
            Verb::Open(args) => args.lang,
            Verb::Verify(args) => args.lang,
        };
        language.unwrap_or_else(Language::of_locale)
    }
}

/// Runs the verb.
pub(super) fn run(args: &Args) -> Exit {
    let language = args.language();
    match &args.verb {
        Verb::Sign(args) => sign::run(args, language),
        Verb::Complete(args) => complete::run(args, language),
        Verb::Open(args) => open::run(args, language),
        Verb::Verify(args) => verify::run(args, language),
    }
}

/// The names of the files of a form.
mod name {
    pub(super) const FORM: &str = "form.bin";
    pub(super) const PROFESSIONAL: &str = "form.p7s";
    pub(super) const VITALE: &str = "vitale.p7s";
    pub(super) const PAGE: &str = "form.txt";
}

/// Why a form was not made, of which card.
fn unfit(unfit: Unfit, bearer: Option<&Bearer>) -> Failure {
    match unfit {
        Unfit::Disagreement(mistakes) => Failure::Invalid(mistakes),
        Unfit::Refused(refusal) => refused(&refusal, bearer),
    }
}

/// Why a card did not sign.
fn not_made(error: NotMade, bearer: Option<&Bearer>) -> Failure {
    let message = match error {
        NotMade::Refused(refusal) => return refused(&refusal, bearer),
        NotMade::Sealing(error) => Bilingual::new(
            format!("what is sensitive in the form cannot be enciphered: {error}"),
            "les zones sensibles de la feuille ne peuvent pas être chiffrées pour le certificat du destinataire",
        ),
        NotMade::Container(error) => Bilingual::new(
            format!("the signature has no container: {error}"),
            "la signature n'a pas de conteneur : son certificat ou sa date ne s'y codent pas",
        ),
    };
    Failure::Environment(message.into(), None)
}

/// That a form that was signed left no copy on the Vitale.
fn say_no_copy(why: &NoCopy, language: Language) {
    let why = pages::no_copy(why, language.into());
    output::say(Message::NoCopy { why: &why }.text(language));
}

/// Why no form is made with these cards, of which `bearer` is whose the professional's is.
fn refused(refusal: &Refusal, bearer: Option<&Bearer>) -> Failure {
    let (message, hint) = (why_not(refusal, bearer), refusal.said().1);
    match refusal {
        Refusal::NoProfessional(_)
        | Refusal::NoVitale(_)
        | Refusal::ProfessionalTooMany(_)
        | Refusal::VitaleTooMany(_)
        | Refusal::CodeMissing => Failure::usage(message, hint),
        _ => Failure::environment(message, hint),
    }
}

/// The same in a sentence.
pub(super) fn why_not(refusal: &Refusal, bearer: Option<&Bearer>) -> Bilingual {
    let (message, _) = refusal.said();
    let text = |language| match language {
        Language::En => message.english.to_string(),
        Language::Fr => message.french.to_string(),
    };
    let with = |language, why: String| Message::Because { what: &text(language), why: &why }.text(language);
    match (refusal, bearer) {
        (Refusal::VitaleNotUsable(why), _) => in_both(|language| with(language, pages::because(why, language.into()))),
        (Refusal::Unproven(Unproven::Denied(denial)), Some(bearer)) => {
            in_both(|language| pages::denied(bearer, denial, language.into()))
        }
        (Refusal::Unproven(Unproven::Exchange { error, .. }) | Refusal::Unsigned(Unsigned::Exchange(error)), _) => {
            in_both(|language| with(language, pages::exchange_error(error, language.into())))
        }
        (refusal, Some(bearer)) if refusal.is_of_professional() => {
            in_both(|language| with_card(bearer, &text(language), language))
        }
        _ => message,
    }
}

/// Something of a card, behind whose it is.
fn with_card(bearer: &Bearer, text: &str, language: Language) -> String {
    Message::Because { what: &pages::bearer(bearer, language.into()), why: text }.text(language)
}
