//! What was proved with PINs and keys, and which security conditions that satisfies [OPENSC-IASECC acl].
//!
//! Proofs of global objects hold on their channel until the card is reset, those of local ones, and roles that no
//! session is bound to, until another application is selected. Conditions ask for environments; an environment is
//! satisfied by whatever its templates name.

use alloc::vec::Vec;

use crate::{
    image::{ControlTemplate, TemplateKind},
    security::{Method, SecurityStatus},
    vault::{Class, DomainId, NUMBER, ObjectId, Vault},
};

/// The bits of the first byte of rights that say root or authority [OPENPACE-EAC certificates].
const AUTHORITY: u8 = 0xC0;

/// Which PINs and key sets were proved.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Proofs {
    global: Numbers,
    local: Numbers,
}

/// Bit n of each is set for the PIN or key set with number n.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Numbers {
    pins: u32,
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
    /// Whether a PIN or a key set was proved; of another object there is no proof.
    pub(crate) fn contains(&self, vault: &Vault, id: ObjectId) -> bool {
        let object = vault.object(id);
        let numbers = if id.domain() == DomainId::GLOBAL { self.global } else { self.local };
        let numbers = match object.class {
            Class::Pin => numbers.pins,
            Class::KeySet => numbers.key_sets,
            Class::PrivateKey | Class::PublicKey => return false,
        };
        numbers >> (object.number & NUMBER) & 1 == 1
    }

    /// Notes that a PIN or a key set was proved, or that it is not any more.
    pub(crate) fn set(&mut self, vault: &Vault, id: ObjectId, proved: bool) {
        let object = vault.object(id);
        let numbers = if id.domain() == DomainId::GLOBAL { &mut self.global } else { &mut self.local };
        let numbers = match object.class {
            Class::Pin => &mut numbers.pins,
            Class::KeySet => &mut numbers.key_sets,
            Class::PrivateKey | Class::PublicKey => return,
        };
        let bit = 1 << (object.number & NUMBER);
        *numbers = if proved { *numbers | bit } else { *numbers & !bit };
    }

    /// Those that another application sees too.
    pub(crate) fn global(&self) -> Self {
        Self { local: Numbers::default(), ..*self }
    }

    /// Forgets what another application must not see.
    pub(crate) fn leave_application(&mut self) {
        *self = self.global();
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
    /// Whether it is the role that a template asks for, or has all of its rights. Those of an authority are for others:
    /// what it may certify it may not do itself.
    fn has(&self, template: &ControlTemplate) -> bool {
        let Some(asked) = &template.role else { return false };
        if !self.is_mask {
            return self.authorisation == *asked;
        }
        if self.authorisation.first().is_some_and(|first| first & AUTHORITY != 0) {
            return false;
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
            if is_authentication && uses(ControlTemplate::USER) && held(template, Class::Pin) {
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

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Partner, Proofs, Role, status};
    use crate::{
        image::{Condition, TemplateKind},
        memory::Memory,
        security::SecurityStatus,
        testing::keys::{keyed_image, template},
        vault::{Class, DomainId, Vault, build},
    };

    fn role(authorisation: &[u8], is_mask: bool) -> Role {
        Role { authorisation: authorisation.to_vec(), is_mask, domain: DomainId::GLOBAL }
    }

    fn vault() -> (Vault, DomainId) {
        let vault = build(&keyed_image().files, &mut Memory::default()).expect("a good image").vault();
        let domain = vault.domain(crate::testing::VITALE);
        (vault, domain)
    }

    #[test]
    fn a_role_is_whole_and_rights_are_counted_one_by_one() {
        let asking = |role: &[u8]| template(0x80, None, Some(role));
        assert!(role(&hex!("A0000001674502"), false).has(&asking(&hex!("A0000001674502"))));
        assert!(!role(&hex!("A0000001674503"), false).has(&asking(&hex!("A0000001674502"))));
        assert!(role(&hex!("00 07"), true).has(&asking(&hex!("00 05"))));
        assert!(!role(&hex!("00 06"), true).has(&asking(&hex!("00 05"))));
        assert!(!role(&hex!("00 07 00"), true).has(&asking(&hex!("00 05"))));
        for authority in [hex!("40 07"), hex!("80 07"), hex!("FF FF")] {
            assert!(!role(&authority, true).has(&asking(&hex!("00 05"))), "{authority:02X?}");
        }
        assert!(!role(&hex!("00 07"), true).has(&template(0x80, Some(0x81), None)));
    }

    #[test]
    fn environments_say_what_a_proof_is_good_for() {
        let (vault, domain) = vault();
        let judged = |local: &[(Class, u8)], partner: Option<&Partner>| -> SecurityStatus {
            let mut proofs = Proofs::default();
            for &(class, reference) in local {
                proofs.set(&vault, vault.find(domain, class, reference).expect("it exists"), true);
            }
            status(&vault, domain, &proofs, None, partner)
        };
        let holds = |status: SecurityStatus, condition| status.satisfies(Condition(condition));
        let user = judged(&[(Class::Pin, 0x81)], None);
        assert!(holds(user, 0x11) && !holds(user, 0x12) && !holds(user, 0x16) && !holds(user, 0x21));
        // SE 6 names the global PIN, SE 7 is the MF's and names its key set.
        assert!(holds(judged(&[(Class::Pin, 0x01)], None), 0x16));
        assert!(holds(judged(&[(Class::KeySet, 0x01)], None), 0x27));
        let keys = judged(&[(Class::KeySet, 0x81)], None);
        assert!(holds(keys, 0x23) && !holds(keys, 0x43) && !holds(keys, 0x27));
        let partner = Partner::KeySet(vault.find(domain, Class::KeySet, 0x81).expect("it exists"));
        let protected = judged(&[(Class::KeySet, 0x81)], Some(&partner));
        assert!(holds(protected, 0xE3) && !holds(protected, 0x44));
        assert!(!holds(judged(&[], Some(&Partner::Role(role(&hex!("A0000001674501"), false)))), 0x44));
        assert!(holds(judged(&[], Some(&Partner::Role(role(&hex!("A0000001674502"), false)))), 0x44));
    }

    #[test]
    fn templates_for_secure_messaging_name_the_partner_too() {
        let (_, domain) = vault();
        let mut image = keyed_image();
        let mut security = crate::testing::keys::domain();
        security.environments[0].templates[0] = crate::image::ControlTemplate {
            kind: TemplateKind::Checksum,
            usage: 0x30,
            ..security.environments[0].templates[0].clone()
        };
        crate::testing::keys::secure(&mut image, crate::testing::VITALE, security);
        let vault = build(&image.files, &mut Memory::default()).expect("a good image").vault();
        let partner = Partner::KeySet(vault.find(domain, Class::KeySet, 0x81).expect("it exists"));
        let status = status(&vault, domain, &Proofs::default(), None, Some(&partner));
        assert!(status.satisfies(Condition(0x41)) && !status.satisfies(Condition(0x21)));
    }
}
