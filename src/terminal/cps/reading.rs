//! What came of reading a professional's card, and what a person should know about it.

use virtuale_engine::Interface;

use super::{
    Activity, BillingSituation, CertificateFacts, Codes, Professional, Proof,
    directory::{self, Listed},
    read::{CERTIFICATE_DIRECTORIES, activity_number},
    view,
};
use crate::{
    profile::{
        families::{Family, cps::Cps},
        map::Shares,
        tree::{CardDate, Data, Node, Table},
    },
    terminal::{
        exchange::Exchange,
        files::{ClosedFile, Lock, OpenFile},
        period::is_soon,
        remark::Remark,
    },
};

/// All that a terminal knows of a professional's card after reading it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The day on which it was read.
    pub today: CardDate,
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// The name of the layout.
    pub layout: String,
    /// The name of its family.
    pub family: &'static str,
    /// On which the card answered.
    pub interface: Interface,
    /// What it says.
    pub professional: Professional,
    /// Its certificates, in the order of its files.
    pub certificates: Vec<CertificateFacts>,
    /// Its codes.
    pub codes: Codes,
    /// What it says under the keys of card files, with what a layout adds.
    pub data: Node,
    /// The files that were read, in the order of reading.
    pub files: Vec<OpenFile>,
    /// The files that stayed closed; of those that are not there only what the card itself names.
    pub closed: Vec<ClosedFile>,
    /// The keys, with dots, of which a file says something else than the files before it.
    pub contradictions: Vec<String>,
    /// What the card did as it was read that no card in order does.
    pub failures: Vec<Remark>,
    /// Whether reading ended early, since the card did not come to an end or takes no command that goes on.
    pub cut_short: bool,
    /// How many of the bytes that were read are public, inferred, invented.
    pub shares: Shares,
    /// Everything that went over the transport, in order; of a code only how long it is.
    pub exchanges: Vec<Exchange>,
    /// What a person should know, worst first.
    pub remarks: Vec<Remark>,
}

/// Of a card of which nothing is known.
impl Default for Reading {
    fn default() -> Self {
        Self {
            today: CardDate { year: 0, month: 0, day: 0, hour: 0, minute: 0 },
            atr: Vec::new(),
            layout: String::new(),
            family: Cps.name(),
            interface: Interface::Contact,
            professional: Professional::default(),
            certificates: Vec::new(),
            codes: Codes::default(),
            data: Node::unwritten(Data::Table(Table::new())),
            files: Vec::new(),
            closed: Vec::new(),
            failures: Vec::new(),
            contradictions: Vec::new(),
            cut_short: false,
            shares: Shares::default(),
            exchanges: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

impl Reading {
    /// How many activities and whether billing situations are closed until the holder gives the code.
    #[must_use]
    pub fn waiting_for_code(&self) -> (usize, bool) {
        let waits = |lock: Option<Lock>| lock == Some(Lock::HolderCode);
        let activities = self.professional.activities.iter().filter(|activity| waits(activity.lock)).count();
        (activities, waits(self.professional.billing.lock))
    }

    /// Whether the card has activities or billing situations, which the code opens.
    #[must_use]
    pub fn has_what_needs_code(&self) -> bool {
        let Professional { activities, billing, .. } = &self.professional;
        !activities.is_empty() || billing.lock.is_some() || !billing.situations.is_empty()
    }

    /// After the last file: what the data mean, and what they mean today.
    pub(super) fn conclude(&mut self) {
        self.professional = view::professional(&self.data);
        self.professional.activities = self.activities();
        self.professional.billing.lock =
            self.closed.iter().find(|file| file.pointer.application.is_none()).map(|file| file.lock);
        forget_what_was_not_read(&mut self.data);
        self.shares = Shares::of(self.files.iter().flat_map(|file| &file.elements));
        self.certify();
        self.check();
        self.remarks.sort_by_key(Remark::severity);
    }

    /// The activities that the card names, by their places on it.
    fn activities(&self) -> Vec<Activity> {
        let members = self.data.at("exercice").map(Node::list).unwrap_or_default();
        let read = self.files.iter().filter_map(|file| {
            let number = activity_number(&file.pointer.name)?;
            Some(view::activity(number, members.get(number - 1)?))
        });
        let closed = self.closed.iter().filter_map(|file| {
            let number = activity_number(&file.pointer.name)?;
            Some(Activity { number, lock: Some(file.lock), ..Activity::default() })
        });
        let mut activities: Vec<_> = read.chain(closed).collect();
        activities.sort_by_key(|activity| activity.number);
        activities
    }

    /// Reads the certificates that the card's directories list.
    fn certify(&mut self) {
        for directory in CERTIFICATE_DIRECTORIES {
            let listed = self.files.iter().find(|file| file.pointer.name == directory);
            let Some((listed, application)) =
                listed.map(|file| (directory::listed(&file.content), file.pointer.application.clone()))
            else {
                continue;
            };
            for Listed { label, fid } in listed {
                let file =
                    self.files.iter().find(|file| file.pointer.fid == fid && file.pointer.application == application);
                match file.map(|file| CertificateFacts::of(&label, &file.content)) {
                    Some(Some(certificate)) => self.certificates.push(certificate),
                    Some(None) => self.remarks.push(Remark::NoCertificate { label }),
                    None => {}
                }
            }
        }
    }

    fn check(&mut self) {
        let mut remarks = self.of_card();
        remarks.extend(self.of_codes());
        let situations = self.professional.billing.situations.iter().enumerate();
        remarks.extend(situations.flat_map(|(index, situation)| self.of_billing(index + 1, situation)));
        remarks.extend(self.certificates.iter().flat_map(|certificate| self.of_certificate(certificate)));
        remarks.extend(self.contradictions.iter().map(|key| Remark::FilesDisagree { key: key.clone() }));
        remarks.extend(self.failures.iter().cloned());
        remarks.extend(self.cut_short.then_some(Remark::CutShort));
        self.remarks.append(&mut remarks);
    }

    fn of_card(&self) -> Vec<Remark> {
        let Professional { card, holder, .. } = &self.professional;
        let (today, validity) = (self.today, card.validity);
        let mut remarks = Vec::new();
        match (validity.start, validity.end) {
            (_, Some(end)) if validity.is_over(today) => remarks.push(Remark::CardExpired { end }),
            (Some(start), _) if validity.is_to_come(today) => remarks.push(Remark::CardNotYetValid { start }),
            (_, Some(end)) if is_soon(end, today) => remarks.push(Remark::CardEndsSoon { end }),
            _ => {}
        }
        let numbers = [&holder.rpps, &holder.adeli, &holder.student];
        if holder.full_name().is_none() && holder.employer.is_none() && numbers.into_iter().all(Option::is_none) {
            remarks.push(Remark::NobodyOnCard);
        }
        if Cps.layout_of(&self.atr).is_none() {
            remarks.push(Remark::UncommonAtr);
        }
        if card.category.as_deref() == Some("test") {
            remarks.push(Remark::TestCard);
        }
        if self.interface == Interface::Contactless {
            remarks.push(Remark::ReadByAntenna);
        }
        remarks
    }

    fn of_codes(&self) -> Vec<Remark> {
        let Codes { proof, holder, unblocking, .. } = self.codes;
        if self.codes.is_blocked_for_good() {
            return vec![Remark::BothCodesBlocked];
        }
        let mut remarks = Vec::new();
        match (holder.left, holder.most) {
            _ if proof == Proof::Blocked || holder.left == Some(0) => remarks.push(Remark::CodeBlocked),
            (Some(left), Some(most)) if left < most => remarks.push(Remark::FewTries { left }),
            _ => {}
        }
        if unblocking.left == Some(0) {
            remarks.push(Remark::UnblockingCodeBlocked);
        }
        remarks
    }

    fn of_billing(&self, number: usize, billing: &BillingSituation) -> Vec<Remark> {
        let BillingSituation { period, signs_forms, signs_lots, .. } = billing;
        let when = match (period.start, period.end) {
            (_, Some(end)) if period.is_over(self.today) => Some(Remark::BillingEnded { situation: number, end }),
            (Some(start), _) if period.is_to_come(self.today) => {
                Some(Remark::BillingNotBegun { situation: number, start })
            }
            _ => None,
        };
        let lots_alone = *signs_lots == Some(true) && *signs_forms == Some(false);
        when.into_iter().chain(lots_alone.then_some(Remark::LotsWithoutForms { situation: number })).collect()
    }

    fn of_certificate(&self, certificate: &CertificateFacts) -> Vec<Remark> {
        let CertificateFacts { label, validity, card, .. } = certificate;
        let mut remarks = Vec::new();
        let label = || label.clone();
        match (validity.start, validity.end) {
            (_, Some(end)) if validity.is_over(self.today) => {
                remarks.push(Remark::CertificateExpired { label: label(), end });
            }
            (Some(start), _) if validity.is_to_come(self.today) => {
                remarks.push(Remark::CertificateNotYetValid { label: label(), start });
            }
            _ => {}
        }
        if let Some((named, own)) = card.as_ref().zip(self.professional.card.number.as_ref())
            && named != own
        {
            remarks.push(Remark::CertificateOfOtherCard { label: label(), number: named.clone() });
        }
        remarks
    }
}

/// A directory counts the activities before any of them is read, so that their list has members that say nothing.
fn forget_what_was_not_read(data: &mut Node) {
    let Data::Table(table) = &mut data.data else { return };
    if let Some(Node { data: Data::List(activities), .. }) = table.get_mut("exercice") {
        activities.retain(|activity| activity.table().is_none_or(|values| !values.is_empty()));
        if activities.is_empty() {
            table.remove("exercice");
        }
    }
}
