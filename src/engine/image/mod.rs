//! What is on a chip before its first reset: files, names, contents, access rules.
//!
//! An image is plain data. Layouts and card files become one; the engine builds a card from it and checks it then.

use alloc::{string::String, vec::Vec};

use crate::{Aid, Atr, Fid, Interface, Sfi, StatusWord};

mod content;
mod errors;
mod security;

pub use content::{Content, Later};
pub use errors::{FileNeed, ImageError};
pub use security::{
    ControlTemplate, Environment, KeySet, ObjectKind, Pin, PrivateKey, PublicKey, Secret, SecurityDomain,
    SecurityObject, TemplateKind, Transactions, Tries, Uses,
};

/// A whole chip.
#[derive(Clone, Debug)]
pub struct ChipImage {
    /// The answer to reset.
    pub atr: Atr,
    /// The answer to a power-up by the antenna. `None` for a chip that has no antenna: it is mute there.
    pub contactless_atr: Option<Atr>,
    /// Bytes of EEPROM for files; an image that needs more is refused. What it leaves is room for files that commands
    /// make, if a DF takes any.
    pub capacity: usize,
    /// Where real chips differ.
    pub habits: Habits,
    /// The applications that answer a class of their own.
    pub classes: Vec<ClassImage>,
    /// The files. The first is the MF; a parent comes before its children.
    pub files: Vec<FileImage>,
}

/// Where real chips differ in what the standard leaves open.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Habits {
    /// What a Le larger than what is left of a file gets.
    pub long_le: LongLe,
    /// How the card says that more bytes wait for GET RESPONSE.
    pub waiting: Waiting,
    /// How the card refuses a header that it does not take.
    pub refusals: Refusals,
    /// What GET DATA tells of PINs and keys beside their counters and rules.
    pub told: Told,
    /// Whether SELECT by a name opens the channel that its class byte names, as on a Java Card. Else only MANAGE
    /// CHANNEL opens one.
    pub opens_by_name: bool,
}

/// How a card refuses a header that it does not take, whatever command it is. Other refusals are the standard's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refusals {
    /// To a class that it does not know.
    pub class: StatusWord,
    /// To a P1-P2 that the command does not have.
    pub parameters: StatusWord,
}

impl Refusals {
    /// What this card says where the standard would have it say a status word.
    #[must_use]
    pub fn said(self, status: StatusWord) -> StatusWord {
        match status {
            StatusWord::CLASS_NOT_SUPPORTED => self.class,
            StatusWord::WRONG_P1_P2 => self.parameters,
            other => other,
        }
    }
}

impl Default for Refusals {
    fn default() -> Self {
        Self { class: StatusWord::CLASS_NOT_SUPPORTED, parameters: StatusWord::WRONG_P1_P2 }
    }
}

/// Which of the parameters of PINs and keys (DOCP) GET DATA tells. Cards of one specification differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Told {
    /// The size of a PIN, object `80`. That of a key is always told.
    pub pin_size: bool,
    /// Whether a private key is one for signatures, object `9E`.
    pub non_repudiation: bool,
    /// The rule without contacts, object `9C` in `A1`, of what has one of its own.
    pub contactless: bool,
}

impl Default for Told {
    fn default() -> Self {
        Self { pin_size: true, non_repudiation: true, contactless: true }
    }
}

/// How a card says that more bytes wait for GET RESPONSE: SW1, before their number in SW2.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Waiting(pub u8);

impl Waiting {
    /// `61xx`, as ISO 7816-4 has it.
    pub const INTERINDUSTRY: Self = Self(0x61);
    /// `9Fxx`, as GSM cards have it (3GPP TS 51.011, 9.4.1).
    pub const GSM: Self = Self(0x9F);

    /// The status word that says that so many bytes wait; `00` stands for 256 and more.
    #[must_use]
    pub fn status(self, length: usize) -> StatusWord {
        StatusWord(u16::from_be_bytes([self.0, u8::try_from(length).unwrap_or(0)]))
    }

    /// The Le of a GET RESPONSE for what a status word says is waiting; `None` if it does not say so.
    #[must_use]
    pub fn announced(self, status: StatusWord) -> Option<u8> {
        let [sw1, sw2] = status.0.to_be_bytes();
        (sw1 == self.0).then_some(sw2)
    }
}

impl Default for Waiting {
    fn default() -> Self {
        Self::INTERINDUSTRY
    }
}

/// An application that answers a class byte, whatever is selected, with a selection of its own.
///
/// A DF without a name in which a class begins is there for its commands only, and so is what is in it.
///
/// It shares what is proved with the basic channel: global PINs and key sets, and those of a domain that both are in
/// ([`SecurityDomain::shared_with`]).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClassImage {
    /// The class byte: a proprietary one, in which no bit has a general meaning.
    pub class: u8,
    /// The DF where its selection begins.
    pub df: FileIndex,
    /// Which applet runs its commands, whatever DF they select; that of `df` if `None`.
    pub applet: Option<String>,
    /// How it differs from other cards.
    pub habits: Habits,
}

/// What a Le larger than what is left of a file gets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LongLe {
    /// The data and `6282`.
    #[default]
    Warning,
    /// No data and `6Cxx`. On T=0, Le = `00` is then 256 bytes, no less.
    Refused,
}

/// The index of a file in [`ChipImage::files`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileIndex(pub usize);

impl FileIndex {
    /// The MF.
    pub const MF: Self = Self(0);
}

/// A file.
#[derive(Clone, Debug)]
pub struct FileImage {
    /// Its identifier.
    pub fid: Fid,
    /// The DFs it is in; a file may be visible in several. Empty for the MF only.
    pub parents: Vec<FileIndex>,
    /// What it is.
    pub kind: FileKind,
    /// Its life cycle.
    pub life_cycle: LifeCycle,
    /// Who may do what over contacts.
    pub contact: CompactRule,
    /// Who may do what without contacts; as over contacts if `None`.
    pub contactless: Option<CompactRule>,
    /// The objects of its file control information, in the order in which they are sent.
    pub control: Vec<ControlObject>,
}

/// What a file is.
#[derive(Clone, Debug)]
pub enum FileKind {
    /// A DF, an application, or the MF.
    Directory(Directory),
    /// Bytes.
    Transparent {
        /// Its short identifier.
        sfi: Option<Sfi>,
        /// Its bytes from the start; the rest of `size` is zero.
        content: Content,
        /// Its size in bytes.
        size: usize,
    },
    /// Records.
    Records {
        /// Its short identifier.
        sfi: Option<Sfi>,
        /// How the records are kept.
        structure: RecordStructure,
        /// The longest record, in bytes; the length of each where it is fixed. 1 to 254.
        record_length: u8,
        /// How many there can be, 1 to 254.
        capacity: u8,
        /// The first records, in the order in which they were written.
        content: Vec<Vec<u8>>,
    },
}

impl FileKind {
    /// The most bytes of a file: the greatest size that file control parameters can state.
    pub const LONGEST: usize = 65_535;

    /// Its short identifier; `None` for a DF.
    #[must_use]
    pub fn sfi(&self) -> Option<Sfi> {
        match self {
            Self::Directory(_) => None,
            Self::Transparent { sfi, .. } | Self::Records { sfi, .. } => *sfi,
        }
    }
}

/// How records are kept [ISO-7816-4 7.4.5].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordStructure {
    /// All of one length.
    LinearFixed,
    /// Each of its own length.
    LinearVariable,
    /// All of one length; the newest is number 1, and a full file forgets the oldest.
    Cyclic,
}

/// A DF, an application, or the MF.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Its names; none for a plain DF.
    pub aids: Vec<Aid>,
    /// Which applet runs its commands; the parent's if `None`.
    pub applet: Option<String>,
    /// What SELECT by name answers when P2 asks for the FCI.
    pub select_by_name: SelectResponse,
    /// What SELECT by identifier or path answers when P2 asks for the FCI.
    pub select_by_fid: SelectResponse,
    /// What GET DATA finds here.
    pub objects: Vec<DataObject>,
    /// Its PINs, keys and security environments.
    pub security: SecurityDomain,
    /// On which interfaces it is there.
    pub offered: Offered,
}

/// On which interfaces an application is there. On another one SELECT does not find it, and nothing in it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Offered {
    /// On both.
    #[default]
    Everywhere,
    /// On this one only.
    Only(Interface),
}

impl Offered {
    /// Whether this is one of them.
    #[must_use]
    pub fn on(self, interface: Interface) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Only(only) => only == interface,
        }
    }
}

/// What SELECT answers when P2 asks for the FCI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SelectResponse {
    /// The FCP template `62`.
    #[default]
    Fcp,
    /// The FCI template `6F`, with the objects of the FCP.
    Fci,
    /// `9000` and nothing else.
    None,
    /// The same, also when P2 asks for the FCP.
    Silent,
}

/// A data object of a DF.
#[derive(Clone, Debug)]
pub struct DataObject {
    /// Its tag, one or two bytes, as P1-P2 of GET DATA.
    pub tag: u16,
    /// Its value.
    pub value: Vec<u8>,
    /// Whether it can be read by all; else never.
    pub readable: bool,
}

/// The life cycle of a file [ISO-7816-4 7.4.10].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum LifeCycle {
    /// Being created.
    Creation,
    /// Initialised.
    Initialised,
    /// In use.
    #[default]
    Activated,
    /// Out of use until it is activated again.
    Deactivated,
    /// Out of use for ever.
    Terminated,
}

impl LifeCycle {
    /// The life cycle status byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Creation => 0x01,
            Self::Initialised => 0x03,
            Self::Activated => 0x05,
            Self::Deactivated => 0x04,
            Self::Terminated => 0x0C,
        }
    }
}

/// An access rule in compact format [ISO-7816-4 9.3.3] [OPENSC-IASECC acl]: an access mode byte, then one security
/// condition for each of its bits from `40` down to `01`.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CompactRule {
    /// Which operations are ruled; one that is not is forbidden.
    pub access_mode: u8,
    /// A condition for each bit of `access_mode`, high bit first.
    pub conditions: Vec<Condition>,
}

/// A security condition byte [OPENSC-IASECC acl].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Condition(pub u8);

impl Condition {
    /// Always.
    pub const ALWAYS: Self = Self(0x00);
    /// Never.
    pub const NEVER: Self = Self(0xFF);
    /// Bit: all conditions are required, not just one.
    pub const ALL: u8 = 0x80;
    /// Bit: secure messaging.
    pub const SECURE_MESSAGING: u8 = 0x40;
    /// Bit: external authentication.
    pub const EXTERNAL: u8 = 0x20;
    /// Bit: user authentication.
    pub const USER: u8 = 0x10;
}

/// An object of the file control parameters [ISO-7816-4 7.4].
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ControlObject {
    /// `80`: bytes of data.
    Size,
    /// `81`: bytes of data with structural information.
    SizeWithStructure,
    /// `82`: the file descriptor.
    Descriptor,
    /// `83`: the identifier.
    Fid,
    /// `84`: the names, one object each.
    Names,
    /// `88`: the short identifier, empty where there is none.
    Sfi,
    /// `8A`: the life cycle.
    LifeCycle,
    /// `8C`: the rule over contacts, in compact format.
    Contact,
    /// `9C`: the rule without contacts, in compact format.
    Contactless,
    /// `A1`: a template of the two.
    Rules(Vec<ControlObject>),
    /// Anything else, as it is sent.
    Raw(Vec<u8>),
}
