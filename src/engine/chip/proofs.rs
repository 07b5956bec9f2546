//! What was proved with codes and keys, and which security conditions that satisfies (facts/ias.md 6).
//!
//! Proofs of global objects hold on their channel until the card is reset, those of local ones until another application
//! is selected. Conditions ask for environments; an environment is satisfied by whatever its templates name.

use alloc::vec::Vec;

use crate::{
    image::{ControlTemplate, TemplateKind},
    security::{Method, SecurityStatus},
    vault::{Class, DomainId, NUMBER, ObjectId, Vault},
};

/// Which codes and key sets were proved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Proofs {
    global: Numbers,
    local: Numbers,
}

/// Bit n of each is set for the code or key set with number n.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Numbers {
    codes: u32,
    key_sets: u32,
}

/// The authorisation of a certificate whose holder proved its key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Role {
    /// What the certificate says.
    pub(crate) authorisation: Vec<u8>,
    /// Whether that is a mask of rights rather than a role as a whole.
    pub(crate) is_mask: bool,
    /// The domain of the root that the certificate goes back to.
    pub(crate) domain: DomainId,
}

/// Whose keys protect commands and answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Partner {
    /// Who has the keys of this key set.
    KeySet(ObjectId),
    /// Who has a certificate.
    Role(Role),
}

impl Proofs {
    fn numbers(&self, domain: DomainId) -> Numbers {
        if domain == DomainId::GLOBAL { self.global } else { self.local }
    }

    fn numbers_mut(&mut self, domain: DomainId) -> &mut Numbers {
        if domain == DomainId::GLOBAL { &mut self.global } else { &mut self.local }
    }

    fn holds(&self, domain: DomainId, class: Class, number: u8) -> bool {
        let numbers = self.numbers(domain);
        let numbers = if class == Class::Code { numbers.codes } else { numbers.key_sets };
        numbers >> (number & NUMBER) & 1 == 1
    }

    /// Whether a code or a key set was proved.
    pub(crate) fn contains(&self, vault: &Vault, id: ObjectId) -> bool {
        let object = vault.object(id);
        self.holds(id.domain(), object.class, object.number)
    }

    /// Notes that a code or a key set was proved, or that it is not any more.
    pub(crate) fn set(&mut self, vault: &Vault, id: ObjectId, proved: bool) {
        let object = vault.object(id);
        let numbers = self.numbers_mut(id.domain());
        let numbers = if object.class == Class::Code { &mut numbers.codes } else { &mut numbers.key_sets };
        let bit = 1 << (object.number & NUMBER);
        *numbers = if proved { *numbers | bit } else { *numbers & !bit };
    }

    /// Forgets what another application must not see.
    pub(crate) fn leave_application(&mut self) {
        self.local = Numbers::default();
    }
}

impl Partner {
    /// The domain of the keys that the partner was known by.
    pub(crate) fn domain(&self) -> DomainId {
        match self {
            Self::KeySet(id) => id.domain(),
            Self::Role(role) => role.domain,
        }
    }

    /// Whether a template of an environment whose references are of a domain names this partner.
    fn is_named_by(&self, template: &ControlTemplate, domain: DomainId, vault: &Vault) -> bool {
        match self {
            Self::Role(role) => role.has(template),
            Self::KeySet(id) => template
                .reference
                .and_then(|reference| vault.find(domain, Class::KeySet, reference))
                .is_some_and(|named| named == *id),
        }
    }
}

impl Role {
    /// Whether it is the role that a template asks for, or has all of its rights.
    fn has(&self, template: &ControlTemplate) -> bool {
        let Some(asked) = &template.role else { return false };
        if !self.is_mask {
            return self.authorisation == *asked;
        }
        let rights = self.authorisation.iter().zip(asked);
        self.authorisation.len() == asked.len() && rights.into_iter().all(|(own, asked)| own & asked == *asked)
    }
}

/// The status that conditions in a domain are judged by.
///
/// `role` was proved by a certificate; `partner` protects the command under way.
pub(crate) fn status(
    vault: &Vault,
    domain: DomainId,
    proofs: &Proofs,
    role: Option<&Role>,
    partner: Option<&Partner>,
) -> SecurityStatus {
    let mut status = SecurityStatus::default();
    for (home, environment) in vault.environments(domain) {
        let held = |template: &ControlTemplate, class| {
            let named = template.reference.and_then(|reference| vault.find(home, class, reference));
            named.is_some_and(|id| proofs.contains(vault, id))
        };
        for template in &environment.templates {
            let is_authentication = template.kind == TemplateKind::Authentication;
            let uses = |bits: u8| template.usage & bits == bits;
            if is_authentication && uses(ControlTemplate::USER) && held(template, Class::Code) {
                status.prove(Method::User, environment.number);
            }
            let proves = held(template, Class::KeySet) || role.is_some_and(|role| role.has(template));
            if is_authentication && uses(ControlTemplate::EXTERNAL) && proves {
                status.prove(Method::External, environment.number);
            }
            let protects = match template.kind {
                TemplateKind::Authentication => uses(ControlTemplate::MUTUAL),
                TemplateKind::Checksum | TemplateKind::Confidentiality => uses(ControlTemplate::SECURE_MESSAGING),
                _ => false,
            };
            if protects && partner.is_some_and(|partner| partner.is_named_by(template, home, vault)) {
                status.prove(Method::SecureMessaging, environment.number);
            }
        }
    }
    status
}
