//! `virtuale fse`: electronic care forms.

mod complete;
mod held;
mod open;
mod sign;
mod verify;

use clap::Subcommand;

use super::{Exit, Failure, language::Language, messages::Message, output};
use crate::{
    profile::said::Bilingual,
    terminal::form::{
        fill::Unfit,
        refusal::Refusal,
        signing::{NoCopy, NotMade},
    },
    terminal::pages,
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
    /// sans_vitale, desynchronise) or none (non_securise). The folder gets form.bin, what is hashed; form.p7s, the
    /// professional's signature (CMS); vitale.p7s, the Vitale's; form.txt, a page for people. Of several forms each
    /// has a folder of its number in it, and one code signs them all. Keys, cards and forms are for tests.
    Sign(sign::Args),
    /// Have the Vitale sign a form that waits for it
    ///
    /// A form of mode desynchronise was signed by the professional's card. Both cards are needed now: the
    /// professional's opens the key of the Vitale. The folder gets vitale.p7s.
    Complete(complete::Args),
    /// Print a form with what is enciphered in it, by the addressee's private key
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

/// Why a form was not made.
fn unfit(unfit: Unfit) -> Failure {
    match unfit {
        Unfit::Disagreement(mistakes) => Failure::Invalid(mistakes),
        Unfit::Refused(refusal) => refused(&refusal),
    }
}

/// Why a card did not sign.
fn not_made(error: NotMade) -> Failure {
    match error {
        NotMade::Refused(refusal) => refused(&refusal),
        NotMade::Sealing(error) => {
            let why = error.to_string();
            let message = Bilingual::new(
                format!("what is sensitive in the form cannot be enciphered: {why}"),
                format!("les zones sensibles de la feuille ne peuvent pas être chiffrées : {why}"),
            );
            Failure::Environment(message.into(), None)
        }
        NotMade::Container(error) => {
            let why = error.to_string();
            let message = Bilingual::new(
                format!("the signature has no container: {why}"),
                format!("la signature n'a pas de conteneur : {why}"),
            );
            Failure::Environment(message.into(), None)
        }
    }
}

/// That a form that was signed left no copy on the Vitale.
fn say_no_copy(why: &NoCopy, language: Language) {
    let why = pages::no_copy(why, language.into());
    output::say(Message::NoCopy { why: &why }.text(language));
}

fn refused(refusal: &Refusal) -> Failure {
    let (message, hint) = refusal.said();
    match refusal {
        Refusal::NoProfessional(_)
        | Refusal::NoVitale(_)
        | Refusal::ProfessionalTooMany(_)
        | Refusal::VitaleTooMany(_)
        | Refusal::CodeMissing => Failure::usage(message, hint),
        _ => Failure::environment(message, hint),
    }
}
