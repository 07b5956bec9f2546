//! The authority of professionals' cards: a chain of the shape of the agency's, with keys and names of its own.
//!
//! The agency's cards are certified by an authority "FORT PERSONNES" below a root "FORT", all keys RSA: 4096 bits
//! above, 2048 on cards [PSC-POC-LEAF certificate]. This is the same with names that say TEST VIRTUALE. A signature
//! takes long with a key of that length, so a certificate is signed when somebody needs it ([`Pending`]).

mod crl;
mod form;
mod signer;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use virtuale_engine::crypto::{RsaNumbers, RsaPublicKey};

pub use self::crl::REVOKED;

use self::{
    form::{Form, Place},
    signer::Signer,
};
use super::{IssueError, Usage, pending::Pending, pool::fort_rsa, x509::named};

/// The first year that certificates say here.
const FIRST_YEAR: i16 = 1970;

/// The two keys and their certificates.
#[derive(Clone, Debug)]
pub struct FortAuthority {
    /// The self-signed certificate of the root.
    pub root: Vec<u8>,
    /// The certificate of the authority below it.
    pub persons: Vec<u8>,
    /// What the root has revoked: nothing.
    pub root_crl: Vec<u8>,
    /// What the authority has revoked: the cards of [`REVOKED`].
    pub persons_crl: Vec<u8>,
    /// The key of the root.
    pub root_key: RsaNumbers,
    /// The key that certifies cards.
    pub persons_key: RsaNumbers,
}

/// Who certifies professionals' cards.
#[derive(Debug)]
pub struct FortIssuer(Arc<Signer>);

/// What the certificates of a card say of it and its holder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bearer {
    /// The common name: the identifier with its type in front, `899700075064`; on a card without a name,
    /// `structure/number`.
    pub id: String,
    /// The first name and the name; none on a card without a name.
    pub name: Option<[String; 2]>,
    /// The organisation, where it stands in place of a name.
    pub organisation: Option<String>,
    /// The profession: its code in table G15, and in words.
    pub profession: Option<(u8, String)>,
    /// Category of the card, table G01: `80` for test cards.
    pub category: u8,
    /// Type of the card, table G02: 0 CPS, 1 CPF, 2 CPE, 3 CPA.
    pub kind: u8,
    /// Issuer and number of the card: `8025000001/2800262487`.
    pub card: String,
    /// The first and the last day.
    pub valid: [Date; 2],
}

/// Which key of a card a certificate is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Certified {
    /// Its number on the card.
    pub number: u8,
    /// What it is for.
    pub usage: Usage,
    /// Whether it deciphers as well.
    pub deciphers: bool,
}

impl FortAuthority {
    /// The authority of a seed.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if the library refuses its own certificates.
    pub fn from_seed(seed: u64) -> Result<Self, IssueError> {
        let [persons_key, root_key] = [0, 1].map(|person| fort_rsa(seed, person));
        let [persons, root] = [&persons_key, &root_key].map(|key| Arc::new(Signer::new(key.clone())));
        let certified = |place: Place, key: &Signer| {
            let pending = Form::of_authority(place, key).and_then(|form| root.certificate(form));
            pending.map(|pending| pending.signed().to_vec()).map_err(|reason| named(place.name(), reason))
        };
        let (root_certificate, persons_certificate) =
            (certified(Place::Root, &root)?, certified(Place::Persons, &persons)?);
        let crl = |place: Place, certificate: &[u8], signer: &Signer, cards: &[(&str, Date)]| {
            crl::list(certificate, signer, cards).map_err(|reason| named(place.name(), reason))
        };
        Ok(Self {
            root_crl: crl(Place::Root, &root_certificate, &root, &[])?,
            persons_crl: crl(Place::Persons, &persons_certificate, &persons, REVOKED)?,
            root: root_certificate,
            persons: persons_certificate,
            root_key,
            persons_key,
        })
    }
}

impl FortIssuer {
    /// The authority of the seed 0, from which the certificates of cards are.
    #[must_use]
    pub fn usual() -> &'static Self {
        static USUAL: LazyLock<FortIssuer> = LazyLock::new(|| FortIssuer(Arc::new(Signer::new(fort_rsa(0, 0)))));
        &USUAL
    }

    /// A certificate of a card's key. The same request always gives the same bytes.
    ///
    /// # Errors
    ///
    /// [`IssueError`] if a name or a key cannot stand in a certificate.
    pub fn issue(&self, bearer: &Bearer, of: Certified, key: &RsaPublicKey) -> Result<Pending, IssueError> {
        if bearer.valid.iter().any(|day| day.year() < FIRST_YEAR) {
            return Err(named(&bearer.id, format!("certificates say no day before {FIRST_YEAR}")));
        }
        let form = Form::of_card(bearer, of, key);
        form.and_then(|form| self.0.certificate(form)).map_err(|reason| named(&bearer.id, reason))
    }
}
