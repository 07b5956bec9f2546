//! Why a file stays closed: what the card's own access rule says of reading it [OPENSC-IASECC acl].

use serde::Serialize;
use virtuale_engine::{Interface, StatusWord, image::Condition, tlv::Tag};

use super::ber;

/// What would open a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// A proof by another card: the professional's card (CPS), as the law wants it [CSS-R161 33-2].
    ProfessionalCard,
    /// The holder's code.
    HolderCode,
    /// A protected channel.
    SecureMessaging,
    /// Contacts: over the antenna it is closed, whatever is proved there.
    Contacts,
    /// Nothing.
    Never,
    /// Nothing: it is not there, though POINTERS or the layout names it.
    Absent,
    /// The card does not say.
    Unknown,
}

/// The rule over contacts, in compact format.
const CONTACT: Tag = Tag(0x8C);

/// The rule over the antenna, in compact format.
const CONTACTLESS: Tag = Tag(0x9C);

/// The bit of an access mode byte that stands for reading.
const READ: u8 = 0x01;

impl Lock {
    /// Judges by the status word that refused on an interface, and by the file's control parameters or information.
    #[must_use]
    pub fn of(status: StatusWord, control: &[u8], interface: Interface) -> Self {
        match status {
            StatusWord::FILE_NOT_FOUND => Self::Absent,
            StatusWord::SECURITY_NOT_SATISFIED => Self::of_rules(control, interface),
            _ => Self::Unknown,
        }
    }

    /// The condition for reading by contacts, as the file's control parameters say it: files of an application with the
    /// same one open together.
    pub(super) fn condition(control: &[u8]) -> Option<Condition> {
        read_condition(control, CONTACT)
    }

    fn of_rules(control: &[u8], interface: Interface) -> Self {
        let contact = read_condition(control, CONTACT);
        let own = read_condition(control, CONTACTLESS).filter(|_| interface == Interface::Contactless);
        match (own, contact) {
            (Some(Condition::NEVER), Some(contact)) if contact != Condition::NEVER => Self::Contacts,
            (Some(condition), _) | (None, Some(condition)) => Self::of_condition(condition),
            (None, None) => Self::Unknown,
        }
    }

    fn of_condition(condition: Condition) -> Self {
        match condition {
            Condition::NEVER => Self::Never,
            Condition(byte) if byte & Condition::EXTERNAL != 0 => Self::ProfessionalCard,
            Condition(byte) if byte & Condition::USER != 0 => Self::HolderCode,
            Condition(byte) if byte & Condition::SECURE_MESSAGING != 0 => Self::SecureMessaging,
            _ => Self::Unknown,
        }
    }
}

/// The condition for reading in the rule of an interface. An operation whose bit is not set is never allowed.
fn read_condition(control: &[u8], rule: Tag) -> Option<Condition> {
    let rule = ber::find_deep(control, rule)?;
    let (&access_mode, conditions) = rule.split_first()?;
    if access_mode & READ == 0 {
        return Some(Condition::NEVER);
    }
    // Conditions stand from bit 40 down to bit 01, so reading's is the last of them.
    let index = usize::try_from((access_mode & 0x7F).count_ones()).ok()?.checked_sub(1)?;
    conditions.get(index).copied().map(Condition)
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Interface, StatusWord};

    use super::Lock;

    #[test]
    fn the_rule_of_the_file_says_what_would_open_it() {
        let of = |status, control: &[u8]| Lock::of(status, control, Interface::Contact);
        let refused = StatusWord::SECURITY_NOT_SATISFIED;
        // 7B has six conditions, the last is for reading [OPENSC-IASECC acl].
        assert_eq!(of(refused, &hex!("62 0B A1 09 8C 07 7B 45 FF FF FF 45 21")), Lock::ProfessionalCard);
        assert_eq!(of(refused, &hex!("62 05 8C 03 03 45 11")), Lock::HolderCode);
        assert_eq!(of(refused, &hex!("6F 05 8C 03 03 45 FF")), Lock::Never);
        assert_eq!(of(refused, &hex!("6F 04 8C 02 02 45")), Lock::Never);
        assert_eq!(of(refused, &hex!("6F 04 8C 02 01 45")), Lock::SecureMessaging);
        assert_eq!(of(refused, &hex!("6F 03 8C 01 01")), Lock::Unknown);
        assert_eq!(of(refused, &[]), Lock::Unknown);
        assert_eq!(of(StatusWord::FILE_NOT_FOUND, &[]), Lock::Absent);
        assert_eq!(of(StatusWord::NO_DIAGNOSIS, &hex!("6F 04 8C 02 01 FF")), Lock::Unknown);
    }
    #[test]
    fn what_only_contacts_open_is_said_over_the_antenna() {
        let of = |control: &[u8], interface| Lock::of(StatusWord::SECURITY_NOT_SATISFIED, control, interface);
        let activity = hex!("62 0A A1 08 8C 02 01 11 9C 02 01 FF");
        assert_eq!(of(&activity, Interface::Contactless), Lock::Contacts);
        assert_eq!(of(&activity, Interface::Contact), Lock::HolderCode);
        let sealed = hex!("62 0A A1 08 8C 02 01 FF 9C 02 01 FF");
        assert_eq!(of(&sealed, Interface::Contactless), Lock::Never);
        let one_rule = hex!("62 06 A1 04 8C 02 01 11");
        assert_eq!(of(&one_rule, Interface::Contactless), Lock::HolderCode);
        let channel = hex!("62 0A A1 08 8C 02 01 00 9C 02 01 45");
        assert_eq!(of(&channel, Interface::Contactless), Lock::SecureMessaging);
    }
}
