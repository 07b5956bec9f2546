//! The PINs and keys of a chip [OPENSC-IASECC sdo].
//!
//! They are made once from an image. What can change (PINs, counters, generated keys) lies in the
//! [`Memory`](crate::memory::Memory); objects hold spans of it. Nothing here knows a command or a channel, or asks
//! whether somebody may use a key: objects only carry their rules. What is secret shows in no `Debug` output.

mod build;
mod counters;
mod field;
mod keys;
mod put;
mod rsa;
#[cfg(test)]
mod tests;

pub(crate) use build::{build, cells_of};
pub(crate) use keys::{KeyPair, Public};

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Fid, Interface,
    crypto::P256PrivateKey,
    image::{CompactRule, Condition, Environment, FileIndex, Transactions},
    memory::{Memory, Span},
    security::SeNumber,
    vault::{
        counters::Counters,
        field::Field,
        rsa::{Ready, RsaCells},
    },
};

/// All PINs, keys and environments of a chip.
#[derive(Debug)]
pub(crate) struct Vault {
    /// The first is the MF's: its objects are global. What is in them never changes, so chips of one image share them.
    domains: Arc<[Domain]>,
    /// The RSA keys that were used.
    ready: Vec<(ObjectId, Option<Ready>)>,
    /// The domain of each file, by its index.
    of_files: Vec<DomainId>,
    /// How many of them are the image's.
    of_image: usize,
    /// The interface that gives the chip power.
    interface: Interface,
}

/// What all vaults of one image have in common.
#[derive(Debug)]
pub(crate) struct Blank {
    domains: Arc<[Domain]>,
    of_files: Vec<DomainId>,
}

/// The PINs, keys and environments of one application.
#[derive(Debug)]
struct Domain {
    objects: Vec<Object>,
    environments: Vec<Environment>,
    serial_number: [u8; 8],
    transactions: Option<Transactions>,
    /// The EF that lists the holders who are revoked, and the DF that it is in.
    revoked: Option<(FileIndex, Fid)>,
}

/// Which domain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DomainId(usize);

/// Which object of which domain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ObjectId {
    domain: DomainId,
    index: usize,
}

/// The class of a security data object: the second byte of its tag, without the bit that says local.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Class {
    Pin,
    KeySet,
    PrivateKey,
    PublicKey,
}

/// A PIN or a key.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) class: Class,
    /// 1 to 31.
    pub(crate) number: u8,
    pub(crate) name: String,
    pub(crate) rule: CompactRule,
    pub(crate) contactless: Option<CompactRule>,
    pub(crate) counters: Counters,
    pub(crate) non_repudiation: bool,
    pub(crate) material: Material,
}

/// What an object is made of.
pub(crate) enum Material {
    Pin {
        value: Field,
        shortest: u8,
        longest: u8,
        digits: bool,
    },
    KeySet {
        cipher: Cipher,
        mac: Span,
        encryption: Span,
    },
    Rsa(RsaCells),
    P256 {
        scalar: Span,
    },
    /// The public half of the private key with the same number.
    OfPair,
    Public {
        key: PublicCells,
        holder: Field,
        authorisation: Field,
    },
}

/// A public key of somebody else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PublicCells {
    Rsa {
        modulus: Span,
        exponent: Field,
    },
    /// The uncompressed point.
    P256(Span),
}

/// A block cipher and its key length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cipher {
    TripleDes,
    Aes128,
    Aes256,
}

/// An operation on an object: its bit in the access mode byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    Change,
    Sign,
    Certify,
    Verify,
    Internal,
    External,
    Reset,
    Decipher,
    Mutual,
    Generate,
    /// To take a terminal's place in device authentication, and to keep the session for it: this project's.
    Proxy,
    Put,
    Get,
}

impl DomainId {
    /// The MF's.
    pub(crate) const GLOBAL: Self = Self(0);
}

impl ObjectId {
    pub(crate) fn domain(self) -> DomainId {
        self.domain
    }

    /// Whether it is the MF's.
    pub(crate) fn is_global(self) -> bool {
        self.domain == DomainId::GLOBAL
    }
}

impl Class {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Pin, Self::KeySet, Self::PrivateKey, Self::PublicKey].into_iter().find(|class| class.byte() == byte)
    }

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Pin => 0x01,
            Self::KeySet => 0x0A,
            Self::PrivateKey => 0x10,
            Self::PublicKey => 0x20,
        }
    }
}

impl Access {
    fn bit(self) -> u8 {
        match self {
            Self::Change | Self::Sign | Self::Certify => 0x40,
            Self::Verify | Self::Internal | Self::External => 0x20,
            Self::Reset | Self::Decipher => 0x10,
            Self::Mutual | Self::Generate => 0x08,
            Self::Proxy => 0x04,
            Self::Put => 0x02,
            Self::Get => 0x01,
        }
    }
}

impl Blank {
    /// The vault of a new chip.
    pub(crate) fn vault(&self) -> Vault {
        Vault {
            domains: Arc::clone(&self.domains),
            ready: Vec::new(),
            of_files: self.of_files.clone(),
            of_image: self.of_files.len(),
            interface: Interface::Contact,
        }
    }
}

impl Vault {
    /// The condition that an operation on an object is under, on the interface; `None` if it is not meant for it there.
    pub(crate) fn condition(&self, id: ObjectId, access: Access) -> Option<Condition> {
        let object = self.object(id);
        let rule = match (self.interface, &object.contactless) {
            (Interface::Contactless, Some(rule)) => rule,
            _ => &object.rule,
        };
        let condition = rule.condition_of(access.bit());
        (condition != Condition::NEVER).then_some(condition)
    }

    /// Makes the chip one that has its power from an interface.
    pub(crate) fn power_by(&mut self, interface: Interface) {
        self.interface = interface;
    }

    /// Appends what tells the PINs and keys of the image from those of another: which there are, and how long they
    /// are.
    pub(crate) fn put_structure(&self, out: &mut Vec<u8>) {
        for (number, domain) in self.domains.iter().enumerate() {
            for (index, object) in domain.objects.iter().enumerate() {
                let id = ObjectId { domain: DomainId(number), index };
                out.extend([object.class.byte(), object.number]);
                out.extend(u32::try_from(self.size(id)).unwrap_or(u32::MAX).to_be_bytes());
            }
            out.extend(domain.serial_number);
        }
    }

    /// The domain of a DF.
    pub(crate) fn domain(&self, df: FileIndex) -> DomainId {
        self.of_files.get(df.0).copied().unwrap_or(DomainId::GLOBAL)
    }

    /// Gives the files that commands made the domains of the DFs they are in.
    pub(crate) fn follow(&mut self, parents: impl Iterator<Item = FileIndex>) {
        self.of_files.truncate(self.of_image);
        for parent in parents {
            self.of_files.push(self.domain(parent));
        }
    }

    /// All PINs and keys, those of the MF first.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjectId> + '_ {
        let domains = self.domains.iter().enumerate();
        domains.flat_map(|(domain, content)| {
            (0..content.objects.len()).map(move |index| ObjectId { domain: DomainId(domain), index })
        })
    }

    /// How commands refer to an object: with bit `80` if it is not the MF's.
    pub(crate) fn reference(&self, id: ObjectId) -> u8 {
        let number = self.object(id).number & NUMBER;
        if id.is_global() { number } else { number | LOCAL }
    }

    pub(crate) fn object(&self, id: ObjectId) -> &Object {
        &self.domains[id.domain.0].objects[id.index]
    }

    /// What the card calls itself in a domain.
    pub(crate) fn serial_number(&self, domain: DomainId) -> [u8; 8] {
        self.domains[domain.0].serial_number
    }

    /// Who may change the card in transactions while a domain is current, and the domain that this is judged in.
    pub(crate) fn transactions(&self, domain: DomainId) -> Option<(DomainId, Transactions)> {
        let said = |domain: DomainId| self.domains[domain.0].transactions.map(|transactions| (domain, transactions));
        said(domain).or_else(|| said(DomainId::GLOBAL))
    }

    /// The EF that lists whose certificates are not taken though they go back to a key of a domain, and its DF.
    pub(crate) fn revoked(&self, domain: DomainId) -> Option<(FileIndex, Fid)> {
        self.domains[domain.0].revoked
    }

    /// Whether it has keys that somebody else is known by: a key set, or a public key that is not the half of an own
    /// one. Without them nobody begins a session of secure messaging. Where keys keep sessions for terminals, public
    /// keys are there for the cards that it then speaks to, and none of these is a partner of its own.
    pub(crate) fn has_partners(&self) -> bool {
        let is_proxy = self.has_proxies();
        let knows = |object: &Object| match object.material {
            Material::KeySet { .. } => true,
            Material::Public { .. } => !is_proxy,
            _ => false,
        };
        self.domains.iter().flat_map(|domain| &domain.objects).any(knows)
    }

    /// Whether it has a private key that keeps sessions for a terminal.
    pub(crate) fn has_proxies(&self) -> bool {
        let keeps = |object: &Object| {
            let rules = [Some(&object.rule), object.contactless.as_ref()];
            let bit = Access::Proxy.bit();
            object.class == Class::PrivateKey
                && rules.into_iter().flatten().any(|rule| rule.condition_of(bit) != Condition::NEVER)
        };
        self.domains.iter().flat_map(|domain| &domain.objects).any(keeps)
    }

    /// The object that a reference means: with bit `80` one of this domain, without it a global one.
    pub(crate) fn find(&self, domain: DomainId, class: Class, reference: u8) -> Option<ObjectId> {
        let domain = if reference & LOCAL == 0 { DomainId::GLOBAL } else { domain };
        self.numbered(domain, class, reference & NUMBER).filter(|_| reference & !(LOCAL | NUMBER) == 0)
    }

    /// As [`Vault::find`]; where there is no global one, a reference without bit `80` means one of this domain, as
    /// scdaemon has it.
    pub(crate) fn find_near(&self, domain: DomainId, class: Class, reference: u8) -> Option<ObjectId> {
        self.find(domain, class, reference).or_else(|| self.find(domain, class, reference | LOCAL))
    }

    fn numbered(&self, domain: DomainId, class: Class, number: u8) -> Option<ObjectId> {
        let objects = &self.domains[domain.0].objects;
        let index = objects.iter().position(|object| object.class == class && object.number == number)?;
        Some(ObjectId { domain, index })
    }

    /// The public key, of this domain or global, whose holder has a reference that ends with these bytes.
    pub(crate) fn held_by(&self, domain: DomainId, reference: &[u8], memory: &Memory) -> Option<ObjectId> {
        [domain, DomainId::GLOBAL].into_iter().find_map(|domain| {
            let held = |object: &Object| match object.material {
                Material::Public { holder, .. } => {
                    let holder = holder.value(memory);
                    !holder.is_empty() && holder.ends_with(reference)
                }
                _ => false,
            };
            let index = self.domains[domain.0].objects.iter().position(held)?;
            Some(ObjectId { domain, index })
        })
    }

    /// The environment with a number, and the domain that its references are of: this one, else the MF.
    pub(crate) fn environment(&self, domain: DomainId, number: SeNumber) -> Option<(DomainId, &Environment)> {
        [domain, DomainId::GLOBAL].into_iter().find_map(|domain| {
            let environments = &self.domains[domain.0].environments;
            environments.iter().find(|environment| environment.number == number).map(|found| (domain, found))
        })
    }

    /// The environments that conditions can name in a domain, with the domains that their references are of.
    pub(crate) fn environments(&self, domain: DomainId) -> impl Iterator<Item = (DomainId, &Environment)> {
        let own = &self.domains[domain.0].environments;
        let global = if domain == DomainId::GLOBAL { &[][..] } else { &self.domains[0].environments };
        let hidden = |number| own.iter().any(|environment| environment.number == number);
        let global = global.iter().filter(move |environment| !hidden(environment.number));
        own.iter().map(move |found| (domain, found)).chain(global.map(|found| (DomainId::GLOBAL, found)))
    }
}

/// The bit of a reference that says local.
pub(crate) const LOCAL: u8 = 0x80;

/// The bits of a reference that number.
pub(crate) const NUMBER: u8 = 0x1F;

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pin { .. } => "Pin",
            Self::KeySet { .. } => "KeySet",
            Self::Rsa(_) => "Rsa",
            Self::P256 { .. } => "P256",
            Self::OfPair => "OfPair",
            Self::Public { .. } => "Public",
        })
    }
}
