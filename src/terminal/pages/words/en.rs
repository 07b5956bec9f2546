//! English.

use super::{Ability, CardDate, Labels, Lock, Model, Notes, Remark, Severity, Titles, Verdict, Words, right};
use crate::{lists::opposition::Reason, profile::said::counted};

pub(super) static WORDS: Words = Words {
    none: "not on the card",
    meaning_not_public: "meaning not public",
    unknown_code: "code not known here",
    said: |said| said.english,
    colon: ": ",
    date: |date| format!("{:04}-{:02}-{:02}", date.year, date.month, date.day),
    model: |model| match model {
        Model::Vitale2 => "a Vitale 2",
        Model::LikeVitale2 => "like a Vitale 2, of a component that public lists do not name",
        Model::Vitale1 => "a Vitale 1",
        Model::Unknown => "not of a Vitale that public lists name",
    },
    lock: |lock| match lock {
        Lock::ProfessionalCard => "needs a professional's card (CPS)",
        Lock::HolderCode => "needs the holder's code",
        Lock::Contacts => "closed over the antenna",
        Lock::SecureMessaging => "needs a protected channel",
        Lock::Never => "is never readable",
        Lock::Absent => "is not there",
        Lock::Unknown => "the card does not say why",
    },
    transport_error: |error| error.to_string(),
    read_error: |error| error.to_string(),
    severity: |severity| match severity {
        Severity::Blocking => "stop",
        Severity::Warning => "look",
        Severity::Note => "note",
    },
    remark,
    look: right::en,
    ability: |ability| match ability {
        Ability::Identify => "name the insured",
        Ability::SeeRights => "see the rights of the basic regime",
        Ability::ThirdPartyPayment => "third-party payment of the basic regime's share",
        Ability::ComplementaryPayment => "third-party payment of the complementary share",
        Ability::SeeExoneration => "see who is exempt from the co-payment",
        Ability::SecuredForm => "sign an electronic care form (FSE)",
    },
    verdict: |verdict| match verdict {
        Verdict::Yes => "yes",
        Verdict::ForSome => "for some",
        Verdict::WithProfessionalCard => "with a CPS",
        Verdict::No => "no",
    },
    period: |start, end| between(start, end, WORDS.date),
    moments: |start, end| between(start, end, moment),
    titles: Titles {
        reading: |reader| format!("The card in {reader}"),
        people: "Who is on the card",
        details: "What else is known",
        rights: "What rights, until when",
        abilities: |today| format!("What a terminal may do with it today, {today}"),
        remarks: "What to look at",
        beside: "The professional's card beside it",
        closed: "What stays closed",
        closed_without_professional: "What stays closed without a professional's card",
        shares: "How much of it is known",
        commands: "The commands",
        first_commands: "The first commands",
        attach: "Attach your own program",
        paper_copy: "Copy of the Vitale card on paper",
    },
    labels: Labels {
        atr: "answer to reset",
        issuer: "issuer",
        serial: "serial number",
        validity: "valid",
        updated: "last update",
        nir: "NIR",
        regime: "regime",
        body: "body, centre",
        management: "management code",
        family_service: "service to the family",
        service: "service",
        country: "country",
        quality_end: "beneficiary to",
        pregnancy: "pregnancy",
        exoneration: "exoneration",
        guarantees: "guarantees",
        routing: "routing",
        europe: "European card",
        born: "born",
        birth_name: "name at birth",
        first_names: "first names",
        twin_rank: |rank| format!("rank {rank} among twins"),
        address: "address",
        rights: "basic rights",
        coverage: "coverage",
        mutual: "mutuelle",
        amc: "complementary",
        accident: "accident at work",
        person_to_warn: "person to warn",
        organ_donation: "organ donation",
        treating_doctor: "treating doctor",
        ald: "long-term illness",
        sts: "STS",
        situation: "situation",
        member: "member",
        treatment: "treatment",
        public: "public",
        inferred: "inferred",
        invented: "invented",
        declared: |flag| if flag { "declared" } else { "not declared" },
        informed: |flag| if flag { "informed" } else { "not informed" },
    },
    notes: Notes {
        nothing_found: "Nothing.",
        other_professional: "needs a card whose role opens it (CPS, CPE or CPA)",
        nothing_closed: "Nothing: every file that the card names was read.",
        no_rights_shown: "the card shows none",
        opposition_list: "The opposition list was not consulted: it is not on the card.",
        same_reason: "For the same reason.",
        not_opposed: |day| format!("The opposition list of {day} was consulted: the card is not on it."),
        opposed: |day| format!("The opposition list of {day} was consulted: the card is on it."),
        forms_go_to: |to| format!("Care forms go to {to}."),
        usable: "today: it can be used, and gives third-party payment to who has rights",
        usable_without_payment: "today: it can be used, but gives no third-party payment",
        unusable: "today: it cannot be used: no secured care form, no third-party payment",
        shares: |bytes, files| {
            let were = if bytes == 1 { "was" } else { "were" };
            let (bytes, files) = (counted(bytes, "byte", "octet"), counted(files, "file", "fichier"));
            format!("{bytes} in {files} {were} read. Where each stands, and how it is coded, is")
        },
        bytes: |bytes| counted(bytes, "byte", "octet").english.into_owned(),
        unused: |bytes| match bytes {
            1 => "1 further byte is unused.".into(),
            _ => format!("{bytes} further bytes are unused."),
        },
        more_commands: |count| format!("... and {count} more"),
        attach: "Any program that uses PC/SC sees the same card, without changes and without root:",
        mute: "The card does not answer: it is mute, and gives no answer to reset.",
        made_mute: "Its card file makes it so. It is there to show what a program says of a card that does not answer.",
        your_program: "YOUR-PROGRAM",
        paper_issued: |today| format!("Read from the card on {today}."),
        paper_personal: "This copy is strictly personal.",
        paper_without_exoneration: "Exonerations of the co-payment were left out on request.",
        paper_exoneration_closed: "Exonerations of the co-payment can be read with a professional's card only.",
        cards_read: "this terminal reads Vitale 1 and Vitale 2 cards",
        look_at_layout: "see where the layout has the files of this card",
    },
};

fn remark(remark: &Remark, who: &str) -> String {
    let date = WORDS.date;
    match remark {
        Remark::CardExpired { end } => format!("The card's validity ended on {}.", date(*end)),
        Remark::CardNotYetValid { start } => format!("The card is not valid before {}.", date(*start)),
        Remark::CardPastFiveYears { start } => {
            format!("Valid since {}, more than five years: only if its issuer extended it.", date(*start))
        }
        Remark::CardEndsSoon { end } => format!("The card's validity ends soon, on {}.", date(*end)),
        Remark::CardBlocked => "The card's issuer blocked it: it cannot be used until it is unblocked.".into(),
        Remark::CardOpposed { reason: Reason::RightsNotUpdated, .. } => {
            "The card is opposed: a change of rights was not loaded within a month. It cannot be used until it is updated."
                .into()
        }
        Remark::CardOpposed { reason: Reason::BodyChanged, .. } => {
            "The card is opposed: its holder has another body. It cannot be used until it is updated.".into()
        }
        Remark::CardOpposed { reason, since } => {
            let since = since.map_or_else(String::new, |since| format!(" on {}", date(since)));
            format!("The card is opposed: {}{since}. Nobody accepts it.", reason.said().english)
        }
        Remark::OppositionTooOld { date: day, days } => format!(
            "The opposition list is of {}, {days} days ago: no card is accepted until there is a newer one.",
            date(*day)
        ),
        Remark::NoSerialNumber => "The card does not say its number: no opposition list can be asked about it.".into(),
        Remark::CardReplaced { since } => {
            format!("Another card took its place on {}: its holder gives this one back.", date(*since))
        }
        Remark::CardReturned { since } => format!("It was given back to its issuer on {}.", date(*since)),
        Remark::ChangeToLoad { until } => {
            format!("A change is to be loaded until {}, else the card cannot be used after that day.", date(*until))
        }
        Remark::NoDestination { body: Some(body) } => {
            format!("The table of destinations does not have the body {body}: care forms go nowhere.")
        }
        Remark::NoDestination { body: None } => "The card does not say its body: care forms go nowhere.".into(),
        Remark::BodyMerged { from, into } => {
            format!("The body {into} took the place of {from}: care forms go there; the card should be updated.")
        }
        Remark::UpdateOverdue { last } => format!(
            "Last updated on {}, more than a year ago: third-party payment is suspended until it is updated.",
            date(*last)
        ),
        Remark::NoRightsToday { since: Some(since), .. } => {
            format!("{who}: rights ended on {}.", date(*since))
        }
        Remark::NoRightsToday { since: None, .. } => format!("{who}: the card shows no rights that hold today."),
        Remark::RightsEndSoon { end, .. } => format!("{who}: rights end soon, on {}.", date(*end)),
        Remark::ComplementaryEnded { end, .. } => format!("{who}: complementary cover ended on {}.", date(*end)),
        Remark::NirWrong { .. } => format!("{who}: the NIR's key or shape is wrong."),
        Remark::NobodyOnCard => "Nothing on the card says whose it is.".into(),
        Remark::FilesDisagree { key } => {
            format!("Two files disagree about {key}; what was read first is shown.")
        }
        Remark::NoPointers => "POINTERS names no file: files were looked for where the layout has them.".into(),
        Remark::PointersLost { count: 1 } => "1 entry of POINTERS could not be followed.".into(),
        Remark::PointersLost { count } => format!("{count} entries of POINTERS could not be followed."),
        Remark::CopiesUnreadable { count: 1 } => "1 record in the place of a copy of a care form is none.".into(),
        Remark::CopiesUnreadable { count } => format!("{count} records in the place of copies of care forms are none."),
        Remark::CopiesDespiteObjection => {
            "There are copies of care forms on the card, though the insured objects to them (R.161-33-1, 2° d).".into()
        }
        Remark::FileRefused { file, status } => {
            format!("The card refused to give {file} and does not say why ({status}): what is in it is not shown.")
        }
        Remark::FileNotWhole { file, length, size } => {
            format!("The card gave {length} bytes of {file}, and says that it has {size}: what is shown may be wrong.")
        }
        Remark::CommandRefused { command, status } => {
            format!("The card refused {command} and does not say why ({status}): what it would have told is not shown.")
        }
        Remark::AnswerNotWhole { command } => {
            format!("The card's answer to {command} breaks off: what it would have told is not shown.")
        }
        Remark::CutShort => "The card did not come to an end; what was read until then is shown.".into(),
        Remark::OtherMemory { end: Some(end) } => {
            format!("The memory ends at {end:04X}, not where that of the layout does.")
        }
        Remark::OtherMemory { end: None } => "The card does not say where its memory ends.".into(),
        Remark::UncommonAtr => "The answer to reset is none that public lists give for such a card.".into(),
        Remark::TestCard => "The card says that it is a test card.".into(),
        Remark::CodeBlocked => {
            "The holder's code is blocked: the card opens nothing with it until the unblocking code (PUK) sets a new \
             one."
                .into()
        }
        Remark::UnblockingCodeBlocked => {
            "The unblocking code (PUK) is blocked: once the holder's code is, nothing unblocks it.".into()
        }
        Remark::BothCodesBlocked => {
            "The holder's code and the unblocking code (PUK) are blocked: nothing opens what needs a code any more."
                .into()
        }
        Remark::FewTries { left: 1 } => "One try of the holder's code is left: a wrong one blocks it.".into(),
        Remark::FewTries { left } => format!("A wrong code was given: {left} tries are left."),
        Remark::BillingEnded { situation, end } => {
            format!("Billing situation {situation} ended on {}: nothing is billed by it any more.", date(*end))
        }
        Remark::BillingNotBegun { situation, start } => {
            format!("Billing situation {situation} does not begin before {}.", date(*start))
        }
        Remark::LotsWithoutForms { situation } => {
            format!("Billing situation {situation} signs lots, and not the care forms in them.")
        }
        Remark::ReadByAntenna => {
            "The card was read by its antenna, where it takes no code: activities and billing situations are closed, \
             and it does not sign."
                .into()
        }
        Remark::CertificateExpired { label, end } => format!("{label}: its validity ended on {}.", date(*end)),
        Remark::CertificateNotYetValid { label, start } => format!("{label}: it is not valid before {}.", date(*start)),
        Remark::CertificateOfOtherCard { label, number } => format!("{label}: it names another card, {number}."),
        Remark::NoCertificate { label } => format!("{label}: this is no certificate."),
    }
}

/// A day with its time of day, if it has one.
fn moment(date: CardDate) -> String {
    let day = (WORDS.date)(date);
    match (date.hour, date.minute) {
        (0, 0) => day,
        (hour, minute) => format!("{day} {hour:02}:{minute:02}"),
    }
}

fn between(start: Option<CardDate>, end: Option<CardDate>, date: fn(CardDate) -> String) -> String {
    match (start, end) {
        (Some(start), Some(end)) => format!("{} to {}", date(start), date(end)),
        (Some(start), None) => format!("since {}, open end", date(start)),
        (None, Some(end)) => format!("until {}", date(end)),
        (None, None) => "without dates".into(),
    }
}
