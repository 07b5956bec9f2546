//! What was read, for programs. Field names are stable; those of card data are the keys of card files.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use virtuale_engine::Interface;

use super::{
    CopiesReport, Lang,
    words::{self, Words},
};
use crate::{
    profile::{
        map::Shares,
        tree::{Data, Node},
    },
    terminal::{
        cps::{self, CertificateFacts, Codes, Professional},
        exchange::Exchange,
        files::{ClosedFile, Lock, OpenFile, Pointer},
        plain::PlainReading,
        right::{CardNumber, Denial, Look},
        vitale::{Ability, Known, Life, Model, Reading, Remark, Severity, Verdict, Volet, application_name},
    },
};

/// A reading as JSON: `serde_json::to_string(&Report::of(&reading, "a reader", Lang::En))`.
///
/// Dates are `YYYY-MM-DD`, with `THH:MM` where the card keeps a time; bytes are hexadecimal. Only `message` is in the
/// language of the pages.
#[derive(Clone, Debug, Serialize)]
pub struct Report<'a> {
    /// Where the card is: a reader's name, or a card file.
    pub source: &'a str,
    /// The day of reading.
    pub today: String,
    /// The answer to reset.
    pub atr: String,
    /// Which card that makes it: `vitale2`, `like_vitale2`, `vitale1`, `unknown`.
    pub model: Model,
    /// What the card says, typed: every key is there, `null` where the card says nothing.
    pub volet: &'a Volet,
    /// All data of the card under the keys of card files, with those that a layout adds; only what is on the card.
    pub data: Value,
    /// The copies of care forms on it.
    pub copies: CopiesReport,
    /// What may be done with the card on that day: `identify`, `see_rights`, `third_party_payment`,
    /// `complementary_payment`, `see_exoneration`, `secured_form`, each `yes`, `for_some`, `with_professional_card` or
    /// `no`.
    pub abilities: BTreeMap<Ability, Verdict>,
    /// Why not, of those that may not be done, or not for everybody.
    pub why_not: Vec<WhyNot<'a>>,
    /// What the lists say that were asked about the card; `null` where none was.
    pub lists: &'a Known,
    /// What a person should know, worst first.
    #[serde(rename = "findings")]
    pub remarks: Vec<RemarkReport<'a>>,
    /// What came of the professionals' cards beside it; not there if there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<LookReport<'a>>,
    /// The files, in the order of reading: those that were read, then those that stayed closed.
    pub files: Vec<FileReport>,
    /// How many of the bytes that were read are known from where.
    pub bytes: ByteShares,
    /// Everything that went over the transport, in order.
    pub exchanges: Vec<ExchangeReport<'a>>,
}

/// A card of any family, read by its layout alone, as JSON; the fields that a [`Report`] has too mean the same.
#[derive(Clone, Debug, Serialize)]
pub struct PlainReport<'a> {
    /// Where the card is: a reader's name, or a card file.
    pub source: &'a str,
    /// The day of reading.
    pub today: String,
    /// The answer to reset.
    pub atr: String,
    /// The name of the family.
    pub family: &'a str,
    /// The name of the layout.
    pub layout: &'a str,
    /// All data of the card under the keys of card files.
    pub data: Value,
    /// What the card failed at as it was read.
    #[serde(rename = "findings")]
    pub remarks: Vec<RemarkReport<'a>>,
    /// The keys of which two files say different things.
    pub contradictions: &'a [String],
    /// Whether the card did not come to an end.
    pub cut_short: bool,
    /// The files: those that were read, then those that stayed closed.
    pub files: Vec<FileReport>,
    /// How many of the bytes that were read are known from where.
    pub bytes: ByteShares,
    /// Everything that went over the transport, in order.
    pub exchanges: Vec<ExchangeReport<'a>>,
}

/// A professional's card as JSON; the fields that a [`Report`] has too mean the same.
#[derive(Clone, Debug, Serialize)]
pub struct ProfessionalReport<'a> {
    /// Where the card is: a reader's name, or a card file.
    pub source: &'a str,
    /// The day of reading.
    pub today: String,
    /// The answer to reset.
    pub atr: String,
    /// The name of the family.
    pub family: &'a str,
    /// The name of the layout.
    pub layout: &'a str,
    /// How it was read: `contact` or `contactless`.
    pub interface: &'static str,
    /// What the card says, typed: every key is there, `null` where the card says nothing.
    #[serde(rename = "professionnel")]
    pub professional: &'a Professional,
    /// Its certificates.
    #[serde(rename = "certificats")]
    pub certificates: &'a [CertificateFacts],
    /// Its codes: what came of asking for the holder's, and the tries that are left.
    pub codes: Codes,
    /// All data of the card under the keys of card files, with those that a layout adds; only what was read.
    pub data: Value,
    /// What a person should know, worst first.
    #[serde(rename = "findings")]
    pub remarks: Vec<RemarkReport<'a>>,
    /// The keys of which two files say different things.
    pub contradictions: &'a [String],
    /// Whether the card did not come to an end.
    pub cut_short: bool,
    /// The files: those that were read, then those that stayed closed.
    pub files: Vec<FileReport>,
    /// How many of the bytes that were read are known from where.
    pub bytes: ByteShares,
    /// Everything that went over the transport, in order.
    pub exchanges: Vec<ExchangeReport<'a>>,
}

/// What keeps a terminal from something.
#[derive(Clone, Debug, Serialize)]
pub struct WhyNot<'a> {
    /// From what.
    pub ability: Ability,
    /// What.
    #[serde(flatten)]
    pub why: RemarkReport<'a>,
}

/// A remark.
#[derive(Clone, Debug, Serialize)]
pub struct RemarkReport<'a> {
    /// `blocking`, `warning` or `note`.
    pub severity: Severity,
    /// The article that it rests on; `null` if the law does not say it.
    pub article: Option<&'static str>,
    /// Its code, and what it is about.
    #[serde(rename = "finding")]
    pub remark: &'a Remark,
    /// The sentence that pages have.
    pub message: String,
}

/// A professional's card that was beside the one that was read.
#[derive(Clone, Debug, Serialize)]
pub struct LookReport<'a> {
    /// Where it is: a reader's name, or a card file.
    pub source: &'a str,
    /// What it says of its holder.
    #[serde(rename = "nom")]
    pub name: Option<&'a str>,
    /// Its type, as card files have it: `cps`, `cpf`, `cpe`, `cpa`.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// The number by which it is known to the other card; `null` if it proved nothing.
    pub number: Option<CardNumber>,
    /// Whether what it opened was read under secure messaging between both cards.
    pub secured: bool,
    /// `proved`, or why not: `refused`, `no_number`, `malformed_certificate`, `code_not_given`, `code_wrong`,
    /// `code_blocked`, `too_long`, `no_session`, `no_card_key`, `unprotected`, `card_gone`.
    pub outcome: &'static str,
    /// The status word of who refused; `null` if nobody did.
    pub status: Option<String>,
    /// The names of the files that it opened.
    pub opened: &'a [String],
    /// The sentence that pages have.
    pub message: String,
}

/// A file.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Its name in POINTERS, or that of the zone in the layout.
    pub name: String,
    /// Its identifier, or the first address of the zone: four hexadecimal digits.
    pub fid: String,
    /// The application that it is in; empty for a zone of a word memory.
    pub application: String,
    /// How many bytes were read; `null` if it stayed closed.
    pub length: Option<usize>,
    /// The status word that refused it; `null` if it was read.
    pub status: Option<String>,
    /// What would open it: `professional_card`, `holder_code`, `secure_messaging`, `contacts`,
    /// `never`, `absent`, `unknown`.
    pub lock: Option<Lock>,
}

/// How many bytes are known from where.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ByteShares {
    /// From public sources.
    pub public: usize,
    /// By inference from them.
    pub inferred: usize,
    /// Not: made up by this project.
    pub invented: usize,
    /// They hold nothing.
    pub unused: usize,
}

/// A command and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct ExchangeReport<'a> {
    /// What people call the command.
    pub name: &'a str,
    /// The command APDU; of one with a code only the header and the length.
    pub command: String,
    /// The data of the answer, cut after 256 bytes.
    pub data: String,
    /// How many bytes of data the answer had.
    pub length: usize,
    /// The status word: four hexadecimal digits.
    pub status: String,
}

impl<'a> Report<'a> {
    /// Of a reading; messages are in the language given.
    #[must_use]
    pub fn of(reading: &'a Reading, source: &'a str, lang: Lang) -> Self {
        let words = words::of(lang);
        Self {
            source,
            today: reading.today.to_string(),
            atr: hex::encode_upper(&reading.atr),
            model: reading.model,
            volet: &reading.volet,
            data: data_as_json(&reading.data),
            copies: CopiesReport::of(&reading.copies, reading.today),
            abilities: reading.abilities().into(),
            why_not: why_not(reading, words),
            lists: &reading.known,
            remarks: reading.remarks.iter().map(|remark| RemarkReport::of(remark, words, reading)).collect(),
            beside: reading.looks.iter().map(|look| LookReport::of(look, words)).collect(),
            files: files(&reading.files, &reading.closed),
            bytes: reading.shares.into(),
            exchanges: reading.exchanges.iter().map(ExchangeReport::of).collect(),
        }
    }
}

impl<'a> LookReport<'a> {
    fn of(look: &'a Look, words: &Words) -> Self {
        let status = match &look.outcome {
            Err(Denial::Refused { status, .. }) => Some(format!("{status:?}")),
            _ => None,
        };
        Self {
            source: &look.bearer.place,
            name: look.bearer.name.as_deref(),
            kind: look.bearer.kind.as_deref(),
            number: look.outcome.as_ref().ok().map(|right| right.professional),
            secured: look.outcome.as_ref().is_ok_and(|right| right.secured),
            outcome: look.outcome.as_ref().map_or_else(Denial::code, |_| "proved"),
            status,
            opened: &look.opened,
            message: (words.look)(look),
        }
    }
}

impl<'a> PlainReport<'a> {
    /// Of a reading.
    #[must_use]
    pub fn of(reading: &'a PlainReading, source: &'a str, lang: Lang) -> Self {
        let words = words::of(lang);
        Self {
            source,
            today: reading.today.to_string(),
            atr: hex::encode_upper(&reading.atr),
            family: reading.family,
            layout: &reading.layout,
            data: data_as_json(&reading.data),
            remarks: reading.failures.iter().map(|remark| RemarkReport::about("", remark, words)).collect(),
            contradictions: &reading.contradictions,
            cut_short: reading.cut_short,
            files: files(&reading.files, &reading.closed),
            bytes: reading.shares.into(),
            exchanges: reading.exchanges.iter().map(ExchangeReport::of).collect(),
        }
    }
}

impl<'a> ProfessionalReport<'a> {
    /// Of a reading; messages are in the language given.
    #[must_use]
    pub fn of(reading: &'a cps::Reading, source: &'a str, lang: Lang) -> Self {
        let words = words::of(lang);
        Self {
            source,
            today: reading.today.to_string(),
            atr: hex::encode_upper(&reading.atr),
            family: reading.family,
            layout: &reading.layout,
            interface: match reading.interface {
                Interface::Contact => "contact",
                Interface::Contactless => "contactless",
            },
            professional: &reading.professional,
            certificates: &reading.certificates,
            codes: reading.codes,
            data: data_as_json(&reading.data),
            remarks: reading.remarks.iter().map(|remark| RemarkReport::about("", remark, words)).collect(),
            contradictions: &reading.contradictions,
            cut_short: reading.cut_short,
            files: files(&reading.files, &reading.closed),
            bytes: reading.shares.into(),
            exchanges: reading.exchanges.iter().map(ExchangeReport::of).collect(),
        }
    }
}

/// Why not, ability by ability.
fn why_not<'a>(reading: &'a Reading, words: &Words) -> Vec<WhyNot<'a>> {
    let of = |(ability, _): (Ability, Verdict)| {
        let why = reading.why_not(ability).into_iter().map(|remark| RemarkReport::of(remark, words, reading));
        why.map(move |why| WhyNot { ability, why }).collect::<Vec<_>>()
    };
    reading.abilities().into_iter().flat_map(of).collect()
}

/// What the life of a card comes to on a day: what `card check` says of a card file.
#[derive(Clone, Debug, Serialize)]
pub struct LifeReport<'a> {
    /// Whether it can be used, for secured care forms.
    pub usable: bool,
    /// Whether it gives third-party payment to who has rights.
    pub third_party_payment: bool,
    /// What a person should know of it.
    pub findings: Vec<RemarkReport<'a>>,
}

impl<'a> LifeReport<'a> {
    /// Of a card; messages are in the language given.
    #[must_use]
    pub fn of(life: &'a Life, lang: Lang) -> Self {
        let words = words::of(lang);
        let report = |remark: &'a Remark| {
            let article = remark.article();
            RemarkReport { article, ..RemarkReport::about("", remark, words) }
        };
        let findings = life.remarks.iter().map(report);
        Self { usable: life.accepts(), third_party_payment: life.pays(), findings: findings.collect() }
    }
}

impl<'a> RemarkReport<'a> {
    fn of(remark: &'a Remark, words: &Words, reading: &Reading) -> Self {
        let who = remark.person().map_or_else(String::new, |person| reading.name_of(person));
        Self { article: remark.article(), ..Self::about(&who, remark, words) }
    }

    fn about(who: &str, remark: &'a Remark, words: &Words) -> Self {
        Self { severity: remark.severity(), article: None, remark, message: (words.remark)(remark, who) }
    }
}

impl From<Shares> for ByteShares {
    fn from(shares: Shares) -> Self {
        let Shares { public, inferred, invented, unused } = shares;
        Self { public, inferred, invented, unused }
    }
}

impl<'a> ExchangeReport<'a> {
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        Self {
            name: &exchange.name,
            command: hex::encode_upper(&exchange.command),
            data: hex::encode_upper(&exchange.data),
            length: exchange.length,
            status: format!("{:?}", exchange.status),
        }
    }
}

fn files(open: &[OpenFile], closed: &[ClosedFile]) -> Vec<FileReport> {
    let report = |pointer: &Pointer| FileReport {
        name: pointer.name.clone(),
        fid: pointer.fid.to_string(),
        application: pointer.application.as_ref().map(application_name).unwrap_or_default(),
        length: None,
        status: None,
        lock: None,
    };
    let open = open.iter().map(|file| FileReport { length: Some(file.content.len()), ..report(&file.pointer) });
    let closed = closed.iter().map(|file| FileReport {
        status: Some(format!("{:?}", file.status)),
        lock: Some(file.lock),
        ..report(&file.pointer)
    });
    open.chain(closed).collect()
}

/// The data of a card under the keys of card files. Dates and bytes become text, as a card file has them.
pub(crate) fn data_as_json(node: &Node) -> Value {
    match &node.data {
        Data::Text(text) => Value::from(text.as_str()),
        Data::Number(number) => Value::from(*number),
        Data::Flag(flag) => Value::from(*flag),
        Data::Date(date) => Value::from(date.to_string()),
        Data::Bytes(bytes) => Value::from(hex::encode_upper(bytes)),
        Data::List(members) => members.iter().map(data_as_json).collect(),
        Data::Table(table) => table.iter().map(|(key, node)| (key.clone(), data_as_json(node))).collect(),
    }
}
