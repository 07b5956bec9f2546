//! What a terminal thinks of a card, whatever family it is of: a vocabulary of its own, apart from status words and
//! errors.

use serde::Serialize;
use virtuale_engine::StatusWord;

use crate::{lists::opposition::Reason, profile::tree::CardDate};

/// Something that a person should know about a card. Serialized under `code`, with its details beside it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Remark {
    /// The card's validity ended.
    CardExpired {
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// The card's validity begins later.
    CardNotYetValid {
        /// The first day.
        #[serde(serialize_with = "super::period::day_as_text")]
        start: CardDate,
    },
    /// A card without an end of validity began more than five years ago; it is valid if its issuer extended it.
    CardPastFiveYears {
        /// The first day.
        #[serde(serialize_with = "super::period::day_as_text")]
        start: CardDate,
    },
    /// The card ends within a month.
    CardEndsSoon {
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// The issuer blocked the card, which it can take back.
    CardBlocked,
    /// The card is on the opposition list.
    CardOpposed {
        /// Why.
        reason: Reason,
        /// Since when, if the list says it.
        #[serde(serialize_with = "super::period::as_text")]
        since: Option<CardDate>,
    },
    /// The opposition list is too old to accept any card by it.
    OppositionTooOld {
        /// The day of the list.
        #[serde(serialize_with = "super::period::day_as_text")]
        date: CardDate,
        /// How many days ago that was.
        days: i32,
    },
    /// The card does not say its serial number, so that no opposition list can be asked about it.
    NoSerialNumber,
    /// Another card took its place; only its issuer knows.
    CardReplaced {
        /// When.
        #[serde(serialize_with = "super::period::day_as_text")]
        since: CardDate,
    },
    /// It was given back to its issuer, who alone knows.
    CardReturned {
        /// When.
        #[serde(serialize_with = "super::period::day_as_text")]
        since: CardDate,
    },
    /// The holder was told of a change, which is not on the card yet; only its issuer knows.
    ChangeToLoad {
        /// The last day to load it.
        #[serde(serialize_with = "super::period::day_as_text")]
        until: CardDate,
    },
    /// The table of destinations does not say where the forms of the card go.
    NoDestination {
        /// The body, or the last one that took its place; `None` if the card does not say its own.
        body: Option<String>,
    },
    /// Another body took the place of that on the card.
    BodyMerged {
        /// That on the card.
        from: String,
        /// The other one.
        into: String,
    },
    /// The yearly update was missed: third-party payment is suspended until the next one.
    UpdateOverdue {
        /// The last update, or the issue.
        #[serde(serialize_with = "super::period::day_as_text")]
        last: CardDate,
    },
    /// Nobody has rights today, or somebody has not.
    NoRightsToday {
        /// Who: the place on the card, from 1.
        person: usize,
        /// Since when, if they had rights.
        #[serde(serialize_with = "super::period::as_text")]
        since: Option<CardDate>,
    },
    /// Rights end within a month.
    RightsEndSoon {
        /// Who: the place on the card, from 1.
        person: usize,
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// The complementary cover ended.
    ComplementaryEnded {
        /// Who: the place on the card, from 1.
        person: usize,
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// A NIR has the wrong key or shape.
    NirWrong {
        /// Who: the place on the card, from 1.
        person: usize,
    },
    /// Nothing says whose card it is.
    NobodyOnCard,
    /// Two files say different things; the first one was believed.
    FilesDisagree {
        /// About what: a path of card-file keys.
        key: String,
    },
    /// EF POINTERS names no file: files were looked for where the layout has them.
    NoPointers,
    /// Entries of POINTERS could not be understood.
    PointersLost {
        /// How many.
        count: usize,
    },
    /// Records that should be copies of care forms are none.
    CopiesUnreadable {
        /// How many.
        count: usize,
    },
    /// There are copies of care forms on the card, though the insured objects to them.
    CopiesDespiteObjection,
    /// The word memory ends elsewhere than that of the layout.
    OtherMemory {
        /// The address behind its last word, if the card says one.
        end: Option<u16>,
    },
    /// The card refused to give a file, and neither its rules nor the status word say why.
    FileRefused {
        /// Its name.
        file: String,
        /// What it said: four hexadecimal digits.
        status: String,
    },
    /// The card gave more or less of a file than it says is in it.
    FileNotWhole {
        /// Its name.
        file: String,
        /// How many bytes it gave.
        length: usize,
        /// How many it says there are.
        size: usize,
    },
    /// The card refused a command that asks for something beside its files, and the status word does not say why.
    CommandRefused {
        /// What people call the command.
        command: String,
        /// What it said: four hexadecimal digits.
        status: String,
    },
    /// The answer to a command that asks for something beside files breaks off.
    AnswerNotWhole {
        /// What people call the command.
        command: String,
    },
    /// The card did not come to an end; what was read until then is kept.
    CutShort,
    /// The ATR is not that of a known Vitale of this kind.
    UncommonAtr,
    /// It says of itself that it is a test card.
    TestCard,
    /// The holder's code is blocked; the unblocking code is needed.
    CodeBlocked,
    /// The unblocking code is blocked, but not the holder's.
    UnblockingCodeBlocked,
    /// Both codes are blocked: nothing opens what needs one any more.
    BothCodesBlocked,
    /// Somebody gave a wrong code.
    FewTries {
        /// How many tries are left before the card blocks the code.
        left: u8,
    },
    /// A billing situation ended.
    BillingEnded {
        /// Which: its place on the card, from 1.
        situation: usize,
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// A billing situation begins later.
    BillingNotBegun {
        /// Which: its place on the card, from 1.
        situation: usize,
        /// The first day.
        #[serde(serialize_with = "super::period::day_as_text")]
        start: CardDate,
    },
    /// A billing situation signs lots of care forms, and not the forms in them.
    LotsWithoutForms {
        /// Which: its place on the card, from 1.
        situation: usize,
    },
    /// The card was read by its antenna, where it takes no code.
    ReadByAntenna,
    /// The validity of a certificate ended.
    CertificateExpired {
        /// What the card calls it.
        label: String,
        /// The last day.
        #[serde(serialize_with = "super::period::day_as_text")]
        end: CardDate,
    },
    /// The validity of a certificate begins later.
    CertificateNotYetValid {
        /// What the card calls it.
        label: String,
        /// The first day.
        #[serde(serialize_with = "super::period::day_as_text")]
        start: CardDate,
    },
    /// A certificate names another card.
    CertificateOfOtherCard {
        /// What the card calls it.
        label: String,
        /// The number of the card that it names.
        number: String,
    },
    /// What should be a certificate is none.
    NoCertificate {
        /// What the card calls it.
        label: String,
    },
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The card, or the rights of somebody on it, cannot be used today.
    Blocking,
    /// A person should look at it.
    Warning,
    /// Good to know.
    Note,
}

impl Remark {
    /// Whom it is about: the place on the card, from 1.
    #[must_use]
    pub fn person(&self) -> Option<usize> {
        match *self {
            Self::NoRightsToday { person, .. }
            | Self::RightsEndSoon { person, .. }
            | Self::ComplementaryEnded { person, .. }
            | Self::NirWrong { person } => Some(person),
            _ => None,
        }
    }

    /// That a card refused to give a file, without a reason.
    pub(super) fn file_refused(file: &str, status: StatusWord) -> Self {
        Self::FileRefused { file: file.to_owned(), status: format!("{:04X}", status.0) }
    }

    /// That a card refused a command, without a reason.
    pub(super) fn refused(command: &str, status: StatusWord) -> Self {
        Self::CommandRefused { command: command.to_owned(), status: format!("{:04X}", status.0) }
    }

    /// Whether the card failed as it was read, so that what is shown may not be all.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::FileRefused { .. }
                | Self::FileNotWhole { .. }
                | Self::CommandRefused { .. }
                | Self::AnswerNotWhole { .. }
                | Self::OtherMemory { end: None }
                | Self::CutShort
        )
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::CardExpired { .. }
            | Self::CardNotYetValid { .. }
            | Self::CardBlocked
            | Self::CardOpposed { .. }
            | Self::OppositionTooOld { .. }
            | Self::NoSerialNumber
            | Self::CardReplaced { .. }
            | Self::CardReturned { .. }
            | Self::NoDestination { .. }
            | Self::UpdateOverdue { .. }
            | Self::NoRightsToday { .. }
            | Self::NobodyOnCard
            | Self::CodeBlocked
            | Self::BothCodesBlocked
            | Self::CertificateExpired { .. }
            | Self::CertificateNotYetValid { .. } => Severity::Blocking,
            Self::CardPastFiveYears { .. }
            | Self::RightsEndSoon { .. }
            | Self::CardEndsSoon { .. }
            | Self::ChangeToLoad { .. }
            | Self::ComplementaryEnded { .. }
            | Self::NirWrong { .. }
            | Self::FilesDisagree { .. }
            | Self::NoPointers
            | Self::PointersLost { .. }
            | Self::CopiesUnreadable { .. }
            | Self::CopiesDespiteObjection
            | Self::OtherMemory { .. }
            | Self::FileRefused { .. }
            | Self::FileNotWhole { .. }
            | Self::CommandRefused { .. }
            | Self::AnswerNotWhole { .. }
            | Self::CutShort
            | Self::UnblockingCodeBlocked
            | Self::FewTries { .. }
            | Self::BillingEnded { .. }
            | Self::BillingNotBegun { .. }
            | Self::LotsWithoutForms { .. }
            | Self::CertificateOfOtherCard { .. }
            | Self::NoCertificate { .. } => Severity::Warning,
            Self::BodyMerged { .. } | Self::UncommonAtr | Self::TestCard | Self::ReadByAntenna => Severity::Note,
        }
    }
}

#[cfg(test)]
mod tests {
    /// The names of the findings, as this file declares them.
    fn codes() -> Vec<String> {
        let (_, declared) = include_str!("remark.rs").split_once("pub enum Remark {\n").expect("the type");
        let declared = declared.split("\n}\n").next().unwrap_or_default();
        let names = declared
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| line.starts_with(char::is_uppercase));
        let snake = |name: &str| {
            let small = name.chars().take_while(char::is_ascii_alphabetic).enumerate().map(|(at, letter)| {
                let gap = if at > 0 && letter.is_uppercase() { "_" } else { "" };
                format!("{gap}{}", letter.to_ascii_lowercase())
            });
            small.collect()
        };
        names.map(snake).collect()
    }

    #[test]
    fn every_finding_is_in_the_reference_of_json() {
        let page = include_str!("../../docs/json.md");
        let (_, listed) = page.split_once("\nCodes of findings:\n").expect("the list");
        let listed = listed.split("\nA card that is no Vitale").next().unwrap_or_default();
        let codes = codes();
        assert!(codes.len() > 25 && codes.contains(&"both_codes_blocked".to_owned()), "{codes:?}");
        for code in &codes {
            assert!(listed.contains(&format!("`{code}`")), "{code} is not in docs/json.md");
        }
        let named = listed.split('`').skip(1).step_by(2).filter(|name| *name != "key");
        named.for_each(|name| assert!(codes.iter().any(|code| code == name), "{name} is no finding"));
    }
}
