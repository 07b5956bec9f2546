//! The card-verifiable certificates of a professional's card, as far as a terminal must know them: in which form they
//! are, and who signed them. Whether they are right, only the card knows that they are shown to.

use serde::Serialize;
use virtuale_engine::{Fid, tlv::Tag};

use super::{CPS, Denial, Doing, Link, Unproven};
use crate::terminal::{
    exchange::{Command, Dialogue},
    files::{
        Pointer,
        ber::{find, objects},
    },
};

/// A certificate, and the objects in it that say who signed it.
const CERTIFICATE: Tag = Tag(0x7F21);
const BODY: Tag = Tag(0x7F4E);
const AUTHORITY: Tag = Tag(0x42);

/// No certificate of cards is longer.
const LONGEST: usize = 0x800;

/// The step of READ BINARY.
const STEP: usize = 0x100;

/// The form of card-verifiable certificates.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// RSA with message recovery.
    Recovered,
    /// Self-descriptive, on P-256.
    Descriptive,
}

/// A certificate that was read.
pub(super) struct Certificate {
    pub(super) form: Form,
    /// The reference of whoever signed it.
    pub(super) signed_by: Vec<u8>,
    whole: Vec<u8>,
    /// Where the inside of `7F21` begins.
    inside: usize,
}

impl Form {
    /// P2 of PSO VERIFY CERTIFICATE.
    pub(super) fn parameter(self) -> u8 {
        match self {
            Self::Recovered => 0xAE,
            Self::Descriptive => 0xBE,
        }
    }
}

impl Link {
    /// Both, from the root on.
    const ALL: [Self; 2] = [Self::Authority, Self::Own];

    /// Where it stands in the root of a professional's card.
    fn file(self) -> Fid {
        match self {
            Self::Authority => Fid(0x2F21),
            Self::Own => Fid(0x2F22),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Authority => "CV_AUT",
            Self::Own => "CV_ROLE",
        }
    }
}

impl Certificate {
    /// `None` if it is none.
    fn parse(whole: Vec<u8>) -> Option<Self> {
        let outer = objects(&whole).next().filter(|object| object.tag == CERTIFICATE)?;
        let (form, says) = match find(outer.value, BODY) {
            Some(body) => (Form::Descriptive, body),
            None => (Form::Recovered, outer.value),
        };
        let signed_by = find(says, AUTHORITY).filter(|reference| reference.len() == 8)?.to_vec();
        let (inside, end) = (outer.value_position, outer.value_position + outer.value.len());
        let mut whole = whole;
        whole.truncate(end);
        Some(Self { form, signed_by, whole, inside })
    }

    /// What PSO VERIFY CERTIFICATE takes: the whole in one form, the inside in the other.
    pub(super) fn presented(&self) -> &[u8] {
        match self.form {
            Form::Recovered => &self.whole,
            Form::Descriptive => &self.whole[self.inside..],
        }
    }
}

/// Whether a file is one of the certificates, which say nothing to a person: whoever reads a card leaves them out.
pub(in crate::terminal) fn is_certificate(file: &Pointer) -> bool {
    let in_root = file.application.as_ref().is_some_and(|application| application.as_bytes() == CPS);
    in_root && Link::ALL.iter().any(|link| link.file() == file.fid)
}

/// Reads a certificate from the root of a professional's card, which is selected.
pub(super) fn read(professional: &mut Dialogue<'_>, link: Link) -> Result<Certificate, Unproven> {
    let certificate = read_file(professional, Doing::ReadCertificate(link), link.name(), link.file())?;
    certificate.ok_or(Denial::Malformed { link }.into())
}

/// Reads a certificate from a file of the current application; `None` if it has none.
pub(super) fn read_file(
    card: &mut Dialogue<'_>,
    doing: Doing,
    name: &str,
    file: Fid,
) -> Result<Option<Certificate>, Unproven> {
    super::sent(card, doing, &Command::select_file(name, file))?;
    let mut whole = Vec::new();
    while whole.len() < LONGEST {
        let offset = u16::try_from(whole.len()).unwrap_or(u16::MAX);
        let read = Command::read_binary(name, offset).map_err(|why| doing.failed(why.into()))?;
        let part = card.send(&read).map_err(|error| doing.failed(error))?;
        if !part.status.is_processed() {
            // A file of whole steps ends with a refused offset.
            if whole.is_empty() {
                return Err(Denial::Refused { doing, status: part.status }.into());
            }
            break;
        }
        whole.extend_from_slice(part.data.get(..STEP).unwrap_or(&part.data));
        if part.data.len() < STEP {
            break;
        }
    }
    Ok(Certificate::parse(whole))
}
