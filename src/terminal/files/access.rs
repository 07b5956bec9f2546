//! Why a file stays closed: what the card's own access rule says of reading it [OPENSC-IASECC acl].

use serde::Serialize;
use virtuale_engine::{StatusWord, image::Condition, tlv::Tag};

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
    /// Nothing.
    Never,
    /// Nothing: it is not there, though POINTERS or the layout names it.
    Absent,
    /// The card does not say.
    Unknown,
}

/// The bit of an access mode byte that stands for reading.
const READ: u8 = 0x01;

impl Lock {
    /// Judges by the status word that refused, and by the file's control parameters or information.
    #[must_use]
    pub fn of(status: StatusWord, control: &[u8]) -> Self {
        match status {
            StatusWord::FILE_NOT_FOUND => Self::Absent,
            StatusWord::SECURITY_NOT_SATISFIED => read_condition(control).map_or(Self::Unknown, Self::of_condition),
            _ => Self::Unknown,
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

/// The condition for reading over contacts. An operation whose bit is not set is never allowed.
fn read_condition(control: &[u8]) -> Option<Condition> {
    let rule = ber::find_deep(control, Tag(0x8C))?;
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
    use virtuale_engine::StatusWord;

    use super::Lock;

    #[test]
    fn the_rule_of_the_file_says_what_would_open_it() {
        let refused = StatusWord::SECURITY_NOT_SATISFIED;
        // 7B has six conditions, the last is for reading [OPENSC-IASECC acl].
        assert_eq!(Lock::of(refused, &hex!("62 0B A1 09 8C 07 7B 45 FF FF FF 45 21")), Lock::ProfessionalCard);
        assert_eq!(Lock::of(refused, &hex!("62 05 8C 03 03 45 11")), Lock::HolderCode);
        assert_eq!(Lock::of(refused, &hex!("6F 05 8C 03 03 45 FF")), Lock::Never);
        assert_eq!(Lock::of(refused, &hex!("6F 04 8C 02 02 45")), Lock::Never);
        assert_eq!(Lock::of(refused, &hex!("6F 04 8C 02 01 45")), Lock::SecureMessaging);
        assert_eq!(Lock::of(refused, &hex!("6F 03 8C 01 01")), Lock::Unknown);
        assert_eq!(Lock::of(refused, &[]), Lock::Unknown);
        assert_eq!(Lock::of(StatusWord::FILE_NOT_FOUND, &[]), Lock::Absent);
        assert_eq!(Lock::of(StatusWord::NO_DIAGNOSIS, &hex!("6F 04 8C 02 01 FF")), Lock::Unknown);
    }
}
