//! What a layout says, checked: what encoding and decoding work from.

use std::{ops::Range, sync::Arc};

use virtuale_engine::{
    Aid, Fid, Sfi,
    image::{ClassImage, CompactRule, ControlObject, Habits, Offered, RecordStructure, SelectResponse, Transactions},
};

use super::{
    super::map::{Author, Origin},
    coding::Coding,
};

/// Where something is known from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Known {
    pub(super) origin: Origin,
    pub(super) at: Arc<str>,
}

impl Known {
    /// What stands in for a source with a mistake, so that reading can go on.
    pub(super) fn stand_in() -> Arc<Self> {
        Arc::new(Self { origin: Origin::Invented, at: "".into() })
    }
}

/// A DF, an application, or the MF.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) name: String,
    /// Where its name stands in the layout.
    pub(super) span: Range<usize>,
    /// The application that it is in; `None` for the MF.
    pub(super) parent: Option<usize>,
    pub(super) fid: Fid,
    pub(super) aids: Vec<Aid>,
    /// What the card's own directories call it by.
    pub(super) reference: u16,
    pub(super) label: String,
    pub(super) applet: Option<String>,
    pub(super) select_by_name: SelectResponse,
    pub(super) select_by_fid: SelectResponse,
    pub(super) access: Access,
    pub(super) control: Vec<ControlObject>,
    pub(super) objects: Vec<Object>,
    /// What it calls itself in authentications: eight bytes, or nothing.
    pub(super) serial_number: Vec<Item>,
    /// Who may change the card in transactions here; as in the MF if `None`.
    pub(super) transactions: Option<Transactions>,
    /// The file in it that lists whose certificates are not taken.
    pub(super) revoked: Option<Fid>,
    /// The application whose codes, keys and proofs it has too.
    pub(super) security: Option<usize>,
    /// On which interfaces it is there.
    pub(super) offered: Offered,
}

/// Who may do what with a file.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) contact: Arc<Rule>,
    pub(super) contactless: Option<Arc<Rule>>,
}

/// An access rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub(super) compact: CompactRule,
    /// Who may read, as it was written.
    pub(super) read: String,
    /// The operations that it names.
    pub(super) operations: Vec<&'static str>,
}

/// A data object of an application.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) tag: u16,
    pub(super) readable: bool,
    pub(super) content: Vec<Item>,
}

/// An elementary file.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    /// Where its name stands in the layout.
    pub(super) span: Range<usize>,
    /// The applications that it is in, at least one.
    pub(super) parents: Vec<usize>,
    pub(super) fid: Fid,
    pub(super) sfi: Option<Sfi>,
    /// The private key that it belongs to, by its place among keys; without the key the card has no such file.
    pub(super) key: Option<usize>,
    /// The member of a list that it is about; a card without this member has no such file.
    pub(super) member: Option<Member>,
    /// A card on which there is nothing under this key, from the top, has no such file.
    pub(super) when: Option<Path>,
    /// Whether `@file` goes over it.
    pub(super) listed: bool,
    pub(super) structure: Structure,
    /// How many words it has, if its content is the payload of words.
    pub(super) words: Option<usize>,
    /// What fills it up behind its content.
    pub(super) fill: u8,
    pub(super) access: Access,
    pub(super) control: Vec<ControlObject>,
    pub(super) known: Arc<Known>,
    /// Of a file of records: the one item that stands for a record.
    pub(super) content: Vec<Item>,
}

/// A member of a list of the card's data that has a file of its own.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// The list, from the top.
    pub(super) list: Path,
    /// Which member, from 0 on.
    pub(super) index: usize,
    /// How many members have a file.
    pub(super) most: usize,
}

impl File {
    /// The files of all members, of the first one's: their names end with the number of the member, and their
    /// identifiers follow each other.
    pub(super) fn of_members(self) -> Vec<Self> {
        let Some(member) = self.member.clone() else { return vec![self] };
        let of = |index: usize| Self {
            name: format!("{}_{:02}", self.name, index + 1),
            fid: self.fid_of(index),
            member: Some(Member { index, ..member.clone() }),
            ..self.clone()
        };
        (0..member.most).map(of).collect()
    }

    /// Whether its newest record is number 1.
    pub(super) fn is_cyclic(&self) -> bool {
        matches!(self.structure, Structure::Records { structure: RecordStructure::Cyclic, .. })
    }

    /// The identifier of the file of a member, of the first one's file.
    pub(super) fn fid_of(&self, index: usize) -> Fid {
        Fid(self.fid.0.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)))
    }
}

/// How a file is organised.
#[derive(Clone, Copy, Debug)]
pub(super) enum Structure {
    /// Bytes: so many, or as many as its content has.
    Transparent { size: Option<usize> },
    /// Records.
    Records { structure: RecordStructure, length: u8, count: u8 },
}

/// A rule for some bytes: what they are, once or several times.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// What explain calls it.
    pub(super) name: String,
    /// Where it stands in the layout.
    pub(super) span: Range<usize>,
    pub(super) tag: Option<Vec<u8>>,
    pub(super) each: Option<Each>,
    /// It is left out when there is nothing here.
    pub(super) when: Option<Path>,
    /// It may have no datum: with a tag it is then left out, without one its place is padded.
    pub(super) optional: bool,
    /// A key of the card and a text: where the key has this text, there must be a datum after all.
    pub(super) required_when: Option<(Path, Vec<String>)>,
    /// The most bytes of its value.
    pub(super) max: Option<usize>,
    pub(super) known: Arc<Known>,
    pub(super) personal: bool,
    pub(super) body: Body,
}

/// What an item holds.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// These bytes, always.
    Constant(Vec<u8>),
    /// These characters in UTF-8, always.
    Text(String),
    /// Other items.
    Group(Vec<Item>),
    /// One of several, by what the card has.
    Either(Vec<Alternative>),
    /// A datum.
    Value { from: Path, otherwise: Option<Path>, place: Place },
    /// Something that the layout says about itself.
    Computed { reference: Reference, place: Place },
    /// Built by code: DER, too deep to be said here.
    Built(Builder),
}

impl Body {
    /// Who says what the bytes of such an item are.
    pub(super) fn author(&self) -> Author {
        match self {
            Self::Constant(_) | Self::Text(_) | Self::Group(_) | Self::Either(_) | Self::Computed { .. } => {
                Author::Layout
            }
            Self::Value { .. } => Author::CardFile,
            Self::Built(_) => Author::Code,
        }
    }
}

/// One of several ways in which an item is written.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    /// The key of card files with which it is this one; of several, the first counts.
    pub(super) when: Path,
    /// The characters that it begins with, which tell it from the others.
    pub(super) mark: String,
    /// The mark, and what stands behind it.
    pub(super) items: Vec<Item>,
}

/// What code builds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Builder {
    /// EF.ODF of PKCS#15.
    Odf,
    /// EF.TokenInfo.
    TokenInfo,
    /// EF.AODF.
    Aodf,
    /// EF.PrKDF.
    Prkdf,
    /// EF.PuKDF.
    Pukdf,
    /// EF.CDF.
    Cdf,
    /// The X.509 certificate of the key that the file belongs to.
    Certificate,
    /// The card-verifiable certificate of that key.
    CvCertificate,
    /// The card-verifiable certificate of the authority that signed it.
    CvAuthority,
}

impl Builder {
    /// All of them with their names in layouts.
    pub(super) const NAMED: [(&'static str, Self); 9] = [
        ("odf", Self::Odf),
        ("token-info", Self::TokenInfo),
        ("aodf", Self::Aodf),
        ("prkdf", Self::Prkdf),
        ("pukdf", Self::Pukdf),
        ("cdf", Self::Cdf),
        ("certificate", Self::Certificate),
        ("cv-certificate", Self::CvCertificate),
        ("cv-authority", Self::CvAuthority),
    ];

    /// Those that make a certificate of a key.
    pub(super) const CERTIFICATES: [Self; 3] = [Self::Certificate, Self::CvCertificate, Self::CvAuthority];
}

/// How a value is coded and how many bytes it has.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) coding: Coding,
    /// So many bytes; as many as the value needs if `None`.
    pub(super) length: Option<usize>,
    pub(super) pad: u8,
    /// Whether a value may be shorter than its place, which is then padded.
    pub(super) pads: bool,
}

/// What an item is repeated for.
#[derive(Clone, Debug)]
pub(super) enum Each {
    /// The members of a list of the card's data, so many at most.
    Member { list: Path, most: usize },
    /// The names of the layout's applications: one round for each AID.
    Application,
    /// The files that are in an application with a name.
    File,
}

/// Where a datum is in a card's data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Path {
    /// From the top, not from the current member of a list.
    pub(super) from_top: bool,
    pub(super) keys: Vec<String>,
    /// Where it stands in the layout.
    pub(super) span: Range<usize>,
}

/// A property of the layout itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reference {
    pub(super) of: Subject,
    pub(super) property: Property,
}

/// What a reference is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Subject {
    /// The application or file of this round.
    Current,
    /// The application that the file of this round is in.
    ItsApplication,
    /// An application, by its index.
    Application(usize),
    /// A file, by its index.
    File(usize),
}

/// What a reference asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Property {
    /// The name in the layout.
    Name,
    /// What people call it.
    Label,
    /// The identifier.
    Fid,
    /// What directories call an application by.
    Ref,
    /// The name of an application; its first, outside of a round.
    Aid,
    /// The short identifier of a file, 0 without one.
    Sfi,
    /// Which member of a list this round is about, from 1 on.
    Number,
}

/// What a card has besides files.
#[derive(Clone, Debug)]
pub(super) struct Chip {
    /// The content of the answer to reset.
    pub(super) atr: Vec<Item>,
    /// Where it stands in the layout.
    pub(super) atr_span: Range<usize>,
    /// The key of card files that gives a whole ATR instead.
    pub(super) atr_key: Option<Path>,
    /// The content of the answer to a power-up by the antenna; none for a card without one.
    pub(super) contactless_atr: Option<Vec<Item>>,
    /// The key of card files that gives another one.
    pub(super) contactless_atr_key: Option<Path>,
    pub(super) bytes: usize,
    /// Where that stands in the layout.
    pub(super) bytes_span: Range<usize>,
    pub(super) habits: Habits,
    /// The classes that applications answer.
    pub(super) classes: Vec<ClassImage>,
    /// The key of card files that names the component.
    pub(super) component_key: Option<Path>,
}
