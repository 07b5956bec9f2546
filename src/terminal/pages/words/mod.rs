//! Every sentence of the pages, once per language.

use std::borrow::Cow;

use virtuale_engine::StatusWord;

use super::Lang;
use crate::{
    profile::{said::Bilingual, status, tree::CardDate},
    terminal::{
        right::Look,
        transport::TransportError,
        vitale::{Ability, Lock, Model, ReadError, Remark, Severity, Verdict},
    },
};

mod en;
mod form;
mod fr;
mod fr_codes;
mod fr_errors;
mod professional;
mod right;

pub(super) use form::FormWords;
pub(super) use professional::ProfessionalWords;
pub(super) use right::bearer;

/// The sentences of one language. A field that needs values is a function of them.
pub(super) struct Words {
    /// What stands where the card says nothing.
    pub(super) none: &'static str,
    /// What stands where the meaning of a code is known to few.
    pub(super) meaning_not_public: &'static str,
    /// What stands behind a code that nobody was seen to use.
    pub(super) unknown_code: &'static str,
    /// What is said in both languages, in this one.
    pub(super) said: fn(Bilingual) -> Cow<'static, str>,
    /// What stands between a name and its explanation.
    pub(super) colon: &'static str,
    pub(super) date: fn(CardDate) -> String,
    pub(super) model: fn(Model) -> &'static str,
    pub(super) lock: fn(Lock) -> &'static str,
    /// Why there is no transport to a card.
    pub(super) transport_error: fn(&TransportError) -> String,
    /// Why a card gave no reading.
    pub(super) read_error: fn(&ReadError) -> String,
    pub(super) severity: fn(Severity) -> &'static str,
    /// A remark; the second value is the name of the person whom it is about.
    pub(super) remark: fn(&Remark, &str) -> String,
    /// What came of a professional's card beside the one that was read.
    pub(super) look: fn(&Look) -> String,
    pub(super) ability: fn(Ability) -> &'static str,
    pub(super) verdict: fn(Verdict) -> &'static str,
    /// A period: from, until.
    pub(super) period: fn(Option<CardDate>, Option<CardDate>) -> String,
    /// The same with the times of day.
    pub(super) moments: fn(Option<CardDate>, Option<CardDate>) -> String,
    pub(super) titles: Titles,
    pub(super) labels: Labels,
    pub(super) notes: Notes,
}

impl Words {
    /// A status word: its digits and what ISO 7816-4 says of it.
    pub(super) fn status(&self, status: StatusWord) -> String {
        self.answer(&[], status)
    }

    /// What a command was answered: the digits of the status word and what it means, in the words of a side with a
    /// class of its own if the command went there.
    pub(super) fn answer(&self, command: &[u8], status: StatusWord) -> String {
        format!("{status:?} {}", (self.said)(status::meaning(command, status)))
    }
}

/// Titles of pages and of their parts.
pub(super) struct Titles {
    pub(super) reading: fn(reader: &str) -> String,
    pub(super) people: &'static str,
    pub(super) details: &'static str,
    pub(super) rights: &'static str,
    pub(super) abilities: fn(today: &str) -> String,
    pub(super) remarks: &'static str,
    pub(super) beside: &'static str,
    pub(super) closed: &'static str,
    pub(super) closed_without_professional: &'static str,
    pub(super) shares: &'static str,
    pub(super) commands: &'static str,
    pub(super) first_commands: &'static str,
    pub(super) attach: &'static str,
    pub(super) paper_copy: &'static str,
}

/// Names of values.
pub(super) struct Labels {
    pub(super) atr: &'static str,
    pub(super) issuer: &'static str,
    pub(super) serial: &'static str,
    pub(super) validity: &'static str,
    pub(super) updated: &'static str,
    pub(super) nir: &'static str,
    pub(super) regime: &'static str,
    pub(super) body: &'static str,
    pub(super) management: &'static str,
    pub(super) family_service: &'static str,
    pub(super) service: &'static str,
    pub(super) country: &'static str,
    pub(super) quality_end: &'static str,
    pub(super) pregnancy: &'static str,
    pub(super) exoneration: &'static str,
    pub(super) guarantees: &'static str,
    pub(super) routing: &'static str,
    pub(super) europe: &'static str,
    pub(super) born: &'static str,
    pub(super) birth_name: &'static str,
    pub(super) first_names: &'static str,
    pub(super) twin_rank: fn(&str) -> String,
    pub(super) address: &'static str,
    pub(super) rights: &'static str,
    pub(super) coverage: &'static str,
    pub(super) mutual: &'static str,
    pub(super) amc: &'static str,
    pub(super) accident: &'static str,
    pub(super) person_to_warn: &'static str,
    pub(super) organ_donation: &'static str,
    pub(super) treating_doctor: &'static str,
    pub(super) ald: &'static str,
    pub(super) sts: &'static str,
    pub(super) situation: &'static str,
    pub(super) member: &'static str,
    pub(super) treatment: &'static str,
    pub(super) public: &'static str,
    pub(super) inferred: &'static str,
    pub(super) invented: &'static str,
    pub(super) declared: fn(bool) -> &'static str,
    pub(super) informed: fn(bool) -> &'static str,
}

/// Sentences that stand alone.
pub(super) struct Notes {
    pub(super) nothing_found: &'static str,
    pub(super) nothing_closed: &'static str,
    /// Of a file that a professional's card opens, where the role of the one that was there does not.
    pub(super) other_professional: &'static str,
    pub(super) no_rights_shown: &'static str,
    pub(super) opposition_list: &'static str,
    /// That something may not be done, as what stands above it.
    pub(super) same_reason: &'static str,
    /// That a list of a day was asked, and whether the card is on it.
    pub(super) not_opposed: fn(day: &str) -> String,
    pub(super) opposed: fn(day: &str) -> String,
    pub(super) forms_go_to: fn(to: &str) -> String,
    /// What the life of a card comes to on its day.
    pub(super) usable: &'static str,
    pub(super) usable_without_payment: &'static str,
    pub(super) unusable: &'static str,
    pub(super) shares: fn(bytes: usize, files: usize) -> String,
    pub(super) bytes: fn(usize) -> String,
    pub(super) unused: fn(usize) -> String,
    pub(super) more_commands: fn(usize) -> String,
    pub(super) attach: &'static str,
    /// That a card gives no answer to reset, and that it is made so.
    pub(super) mute: &'static str,
    pub(super) made_mute: &'static str,
    /// What stands for a program of one's own in a line to type.
    pub(super) your_program: &'static str,
    pub(super) paper_issued: fn(today: &str) -> String,
    pub(super) paper_personal: &'static str,
    pub(super) paper_without_exoneration: &'static str,
    pub(super) paper_exoneration_closed: &'static str,
    /// Which cards are read, where one is none of them.
    pub(super) cards_read: &'static str,
    /// What to look at, where no command reaches what the layout has.
    pub(super) look_at_layout: &'static str,
}

/// The sentences of a language.
pub(super) fn of(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &en::WORDS,
        Lang::Fr => &fr::WORDS,
    }
}

/// The sentences about professionals' cards in a language.
pub(super) fn of_professionals(lang: Lang) -> &'static ProfessionalWords {
    match lang {
        Lang::En => &professional::EN,
        Lang::Fr => &professional::FR,
    }
}

/// The sentences about care forms in a language.
pub(super) fn of_forms(lang: Lang) -> &'static FormWords {
    match lang {
        Lang::En => &form::EN,
        Lang::Fr => &form::FR,
    }
}
