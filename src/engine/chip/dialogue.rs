//! What a channel keeps between the commands of a cryptographic dialogue.
//!
//! It is made by the first such command, so that a channel that only reads has none. Selecting another application ends
//! all of it but a secure messaging session with a global partner, if the selection came in that session, and the role
//! of that partner: every command proves it. A role that no session is bound to must be proved anew.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use crate::{
    chip::proofs::{Partner, Role},
    crypto::{Digest, HashAlgorithm, RsaPublicKey},
    image::TemplateKind,
    sm,
    vault::{DomainId, ObjectId, Public},
    wiped::Wiped,
};

/// How many keys of certificates are kept; the oldest that is not in use gives way.
const MOST_CERTIFIED: usize = 4;

/// Bytes of either half of the secret that a device authentication agrees on.
pub(crate) const SECRET: usize = 32;

/// What a channel keeps between commands.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    pub(crate) environment: CurrentEnvironment,
    /// The hash that the next signature is of.
    pub(crate) hash: Option<(HashAlgorithm, Digest)>,
    /// The challenge of the command before.
    pub(crate) challenge: Option<Vec<u8>>,
    /// Keys of certificates that were verified, the oldest first.
    certified: Vec<Certified>,
    /// The role that was proved.
    pub(crate) role: Option<Role>,
    /// A device authentication whose second half is to come.
    pub(crate) half: Option<HalfAuthenticated>,
    pub(crate) messaging: Option<Messaging>,
    /// A session that the card keeps for a terminal.
    pub(crate) proxy: Option<Proxy>,
    pub(crate) parts: Option<Parts>,
}

/// The unprotected parts of a command that comes in protected parts.
#[derive(Debug)]
pub(crate) struct Parts {
    /// INS, P1 and P2.
    pub(crate) header: [u8; 3],
    pub(crate) data: Wiped,
}

/// What MSE set: a template for each kind and each direction.
#[derive(Debug, Default)]
pub(crate) struct CurrentEnvironment {
    templates: [[CurrentTemplate; 2]; 6],
}

/// In which direction a template is used: the bits of P1 of MSE SET.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Direction {
    /// Compute a signature, decipher, be authenticated: `41`.
    Compute,
    /// Verify, encipher, authenticate the other: `81`.
    Verify,
}

/// What one template says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct CurrentTemplate {
    /// `80`.
    pub(crate) algorithm: Option<u8>,
    /// `84`, or `83` of a key set: the object that computes or is asked.
    pub(crate) object: Option<ObjectId>,
    /// `83` of somebody else's key, by number or name.
    pub(crate) other: Option<OtherKey>,
}

/// Somebody else's key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum OtherKey {
    /// One that the card has.
    Own(ObjectId),
    /// One of a certificate, by the reference of its holder.
    Certified(Vec<u8>),
}

/// The key of a certificate that was verified.
#[derive(Clone, Debug)]
pub(crate) struct Certified {
    pub(crate) public: Public,
    /// Whether it was self-descriptive: its authorisation is then a mask.
    pub(crate) is_mask: bool,
    /// The domain of the root that it goes back to.
    pub(crate) domain: DomainId,
}

/// In whose place a card is in a device authentication.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// In its own: INTERNAL AUTHENTICATE comes first.
    Card,
    /// In the terminal's, for another card: EXTERNAL AUTHENTICATE comes first.
    Terminal,
}

/// What the first half of a device authentication leaves for the second [OPENSC-CWA device authentication].
pub(crate) struct HalfAuthenticated {
    /// In whose place the card is.
    pub(crate) place: Place,
    /// The card's key, which its rule allowed.
    pub(crate) key: ObjectId,
    /// The other side's key.
    pub(crate) other: RsaPublicKey,
    /// The challenge of the side in the terminal's place.
    pub(crate) challenge: [u8; 8],
    /// The half of the secret that is known: that of the card in its own place.
    pub(crate) secret: Zeroizing<[u8; SECRET]>,
}

/// A session of secure messaging with another card, for a terminal that does not know its keys.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) session: sm::Session,
    /// The card's key that it was agreed on with; it lasts as long as the key's rule allows it.
    pub(crate) key: ObjectId,
}

/// A secure messaging session and whom it is with.
#[derive(Debug)]
pub(crate) struct Messaging {
    pub(crate) session: sm::Session,
    pub(crate) partner: Partner,
}

impl Dialogue {
    /// Ends what another application must not see. `partner` protects the command that selects it.
    pub(crate) fn leave_application(self, partner: Option<&Partner>) -> Option<Self> {
        let messaging = self.messaging.filter(|messaging| messaging.partner.domain() == DomainId::GLOBAL);
        let is_bound = |role: &Role| matches!(partner, Some(Partner::Role(bound)) if bound == role);
        let role = self.role.filter(|role| role.domain == DomainId::GLOBAL && is_bound(role));
        let left = Self { messaging, role, ..Self::default() };
        (left.messaging.is_some() || left.role.is_some()).then_some(left)
    }

    /// Keeps the key of a certificate; one of the same holder gives way, and where there are too many the oldest that
    /// no template names.
    pub(crate) fn certify(&mut self, certified: Certified) {
        self.certified.retain(|known| known.public.holder != certified.public.holder);
        if self.certified.len() == MOST_CERTIFIED {
            let spare = (0..self.certified.len()).find(|&index| !self.is_named(&self.certified[index]));
            self.certified.remove(spare.unwrap_or(0));
        }
        self.certified.push(certified);
    }

    /// Whether the key of a certificate is the one that a template means.
    fn is_named(&self, known: &Certified) -> bool {
        self.environment.templates.iter().flatten().any(|template| match &template.other {
            Some(OtherKey::Certified(reference)) => {
                self.certified(reference).is_some_and(|named| named.public.holder == known.public.holder)
            }
            _ => false,
        })
    }

    /// The key of a certificate whose holder has a reference that ends with these bytes; the newest one.
    pub(crate) fn certified(&self, reference: &[u8]) -> Option<&Certified> {
        self.certified.iter().rev().find(|known| known.public.holder.ends_with(reference))
    }
}

impl CurrentEnvironment {
    pub(crate) fn template(&self, kind: TemplateKind, direction: Direction) -> &CurrentTemplate {
        &self.templates[kind as usize][direction as usize]
    }

    pub(crate) fn template_mut(&mut self, kind: TemplateKind, direction: Direction) -> &mut CurrentTemplate {
        &mut self.templates[kind as usize][direction as usize]
    }
}

impl fmt::Debug for HalfAuthenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HalfAuthenticated").field("challenge", &self.challenge).finish_non_exhaustive()
    }
}
