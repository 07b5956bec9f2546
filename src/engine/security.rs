//! What has been proved on a channel, and what an access rule asks for [ISO-7816-4 9.3.3] [OPENSC-IASECC acl].
//!
//! Who proves what to whom is for commands and applets to say. Here a proof has a method and the security environment
//! (SE) for which it holds, which is all that a rule in compact format can ask about.

use crate::image::{CompactRule, Condition};

/// How something was proved.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// The holder gave a PIN.
    User,
    /// The outside world proved a key.
    External,
    /// The command came under secure messaging.
    SecureMessaging,
}

/// The number of a security environment, 1 to 14.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SeNumber(u8);

impl SeNumber {
    /// `None` outside 1 to 14.
    #[must_use]
    pub fn new(value: u8) -> Option<Self> {
        (1..=14).contains(&value).then_some(Self(value))
    }

    /// The value, 1 to 14.
    #[must_use]
    pub fn value(self) -> u8 {
        self.0
    }
}

/// What has been proved, for which security environments.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SecurityStatus {
    /// For each method, bit n is set if it holds for SE n.
    proved: [u16; 3],
}

impl SecurityStatus {
    /// Notes a proof.
    pub fn prove(&mut self, method: Method, environment: SeNumber) {
        self.proved[method as usize] |= 1 << environment.0;
    }

    /// Forgets every proof by a method.
    pub fn forget(&mut self, method: Method) {
        self.proved[method as usize] = 0;
    }

    /// What is proved here or there.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let [user, external, messaging] = other.proved;
        let [own_user, own_external, own_messaging] = self.proved;
        Self { proved: [own_user | user, own_external | external, own_messaging | messaging] }
    }

    /// All proofs, method by method.
    pub fn all(self) -> impl Iterator<Item = (Method, SeNumber)> {
        [Method::User, Method::External, Method::SecureMessaging].into_iter().flat_map(move |method| {
            let holds = move |number: &u8| self.proved[method as usize] >> number & 1 == 1;
            (1..=14).filter(holds).filter_map(SeNumber::new).map(move |number| (method, number))
        })
    }

    /// Whether a security condition is satisfied.
    ///
    /// The low nibble names an SE; without one, a proof for any SE will do. A condition that asks for nothing although
    /// it names an SE, or that names the reserved SE 15, is never satisfied.
    #[must_use]
    pub fn satisfies(&self, condition: Condition) -> bool {
        if condition == Condition::ALWAYS || condition == Condition::NEVER {
            return condition == Condition::ALWAYS;
        }
        let environment = condition.0 & 0x0F;
        let proved = |method: Method| match environment {
            0 => self.proved[method as usize] != 0,
            number => number != 0x0F && self.proved[method as usize] >> number & 1 == 1,
        };
        let asked = [
            (Condition::SECURE_MESSAGING, Method::SecureMessaging),
            (Condition::EXTERNAL, Method::External),
            (Condition::USER, Method::User),
        ];
        let mut asked =
            asked.into_iter().filter(|&(bit, _)| condition.0 & bit != 0).map(|(_, method)| method).peekable();
        if condition.0 & Condition::ALL == 0 {
            return asked.any(proved);
        }
        asked.peek().is_some() && asked.all(proved)
    }
}

/// An operation on a file: its bit in the access mode byte [ISO-7816-4 9.3.3].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    /// READ BINARY, READ RECORD.
    Read,
    /// UPDATE BINARY, UPDATE RECORD.
    Update,
    /// APPEND RECORD.
    Append,
    /// CREATE FILE, of the DF that the file will be in.
    Create,
    /// ACTIVATE FILE.
    Activate,
    /// DEACTIVATE FILE.
    Deactivate,
    /// DELETE FILE.
    Delete,
}

impl Operation {
    fn bit(self) -> u8 {
        match self {
            Self::Read => 0x01,
            Self::Update | Self::Create => 0x02,
            Self::Append => 0x04,
            Self::Deactivate => 0x08,
            Self::Activate => 0x10,
            Self::Delete => 0x40,
        }
    }
}

/// A rule in which the condition of each operation stands in its place: every command on a file asks it.
#[derive(Clone, Debug)]
pub(crate) struct Rule([Condition; 7]);

impl Rule {
    /// As [`CompactRule::condition`].
    #[inline]
    pub(crate) fn condition(&self, operation: Operation) -> Condition {
        self.0[operation.bit().trailing_zeros() as usize % 7]
    }
}

impl From<&CompactRule> for Rule {
    fn from(rule: &CompactRule) -> Self {
        Self(core::array::from_fn(|place| rule.condition_of(1 << place)))
    }
}

impl CompactRule {
    /// Which condition an operation is under; one that is not ruled is never allowed.
    #[must_use]
    pub fn condition(&self, operation: Operation) -> Condition {
        self.condition_of(operation.bit())
    }

    /// Which condition the operation with a bit of the access mode byte is under; one that is not ruled is never
    /// allowed.
    pub(crate) fn condition_of(&self, bit: u8) -> Condition {
        if self.access_mode & bit == 0 {
            return Condition::NEVER;
        }
        // Bit 80 carries no condition; those of the higher bits come first.
        let higher = (self.access_mode & 0x7F & !(bit | (bit - 1))).count_ones() as usize;
        self.conditions.get(higher).copied().unwrap_or(Condition::NEVER)
    }

    /// Whether there is one condition for each ruled operation.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        (self.access_mode & 0x7F).count_ones() as usize == self.conditions.len()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Method, Operation, Rule, SeNumber, SecurityStatus};
    use crate::image::{CompactRule, Condition};

    fn rule(bytes: &[u8]) -> CompactRule {
        CompactRule { access_mode: bytes[0], conditions: bytes[1..].iter().map(|&byte| Condition(byte)).collect() }
    }

    fn proved(proofs: &[(Method, u8)]) -> SecurityStatus {
        let mut status = SecurityStatus::default();
        for &(method, number) in proofs {
            status.prove(method, SeNumber::new(number).expect("1 to 14"));
        }
        status
    }

    fn satisfying(condition: u8, proofs: &[(Method, u8)]) -> bool {
        proved(proofs).satisfies(Condition(condition))
    }

    #[test]
    fn conditions_are_found_by_counting_higher_bits() {
        // The rule of an FCP that a real card gave [OPENSC-CPX FCP].
        let rule = rule(&hex!("7B 45 FF FF FF 45 00"));
        assert!(rule.is_consistent());
        assert_eq!(rule.condition(Operation::Read), Condition::ALWAYS);
        assert_eq!(rule.condition(Operation::Update), Condition(0x45));
        assert_eq!(rule.condition(Operation::Append), Condition::NEVER);
    }

    #[test]
    fn bit_80_carries_no_condition() {
        let rule = rule(&hex!("F3 00 00 13 FF 00"));
        assert!(rule.is_consistent());
        assert_eq!(rule.condition(Operation::Update), Condition::NEVER);
        assert_eq!(rule.condition(Operation::Read), Condition::ALWAYS);
    }

    #[test]
    fn what_is_not_ruled_is_forbidden() {
        assert_eq!(CompactRule::default().condition(Operation::Read), Condition::NEVER);
        let short = rule(&hex!("03 00"));
        assert!(!short.is_consistent());
        assert_eq!(short.condition(Operation::Read), Condition::NEVER);
    }

    #[test]
    fn always_and_never_ask_for_nothing() {
        assert!(satisfying(0x00, &[]));
        assert!(!satisfying(0xFF, &[(Method::User, 1), (Method::External, 1), (Method::SecureMessaging, 1)]));
    }

    #[test]
    fn a_proof_holds_for_its_environment() {
        assert!(!satisfying(0x13, &[]));
        assert!(satisfying(0x13, &[(Method::User, 3)]));
        assert!(!satisfying(0x13, &[(Method::User, 4)]));
        assert!(!satisfying(0x13, &[(Method::External, 3)]));
        assert!(satisfying(0x25, &[(Method::External, 5)]));
        assert!(satisfying(0x45, &[(Method::SecureMessaging, 5)]));
        assert!(satisfying(0x10, &[(Method::User, 9)]));
    }

    #[test]
    fn one_proof_of_several_will_do_unless_all_are_required() {
        let user = [(Method::User, 2)];
        let both = [(Method::User, 2), (Method::External, 2)];
        assert!(satisfying(0x32, &user));
        assert!(!satisfying(0xB2, &user));
        assert!(satisfying(0xB2, &both));
        assert!(!satisfying(0xF2, &both));
    }

    #[test]
    fn reserved_and_empty_conditions_are_never_satisfied() {
        let all: Vec<_> = (1..=14).flat_map(|se| [(Method::User, se), (Method::External, se)]).collect();
        assert!(!satisfying(0x1F, &all));
        assert!(!satisfying(0x03, &all));
        assert!(!satisfying(0x83, &all));
        assert!(!satisfying(0x80, &all));
    }

    #[test]
    fn forgetting_a_method_leaves_the_others() {
        let mut status = proved(&[(Method::User, 1), (Method::External, 1)]);
        status.forget(Method::User);
        assert!(!status.satisfies(Condition(0x11)));
        assert!(status.satisfies(Condition(0x21)));
    }

    proptest! {
        #[test]
        fn a_rule_in_places_is_the_compact_one(access_mode: u8, conditions in proptest::collection::vec(any::<u8>(), 0..9)) {
            use Operation::{Activate, Append, Create, Deactivate, Delete, Read, Update};
            let rule = rule(&[&[access_mode], &conditions[..]].concat());
            for operation in [Read, Update, Append, Create, Activate, Deactivate, Delete] {
                prop_assert_eq!(Rule::from(&rule).condition(operation), rule.condition(operation));
            }
        }
    }

    proptest! {
        #[test]
        fn more_proofs_never_close_a_file(condition: u8, method in 0..3_usize, number in 1..15_u8) {
            let method = [Method::User, Method::External, Method::SecureMessaging][method];
            let nothing = SecurityStatus::default();
            prop_assert!(!nothing.satisfies(Condition(condition)) || condition == 0);
            let some = proved(&[(method, number)]);
            let more = proved(&[(method, number), (Method::User, 1), (Method::SecureMessaging, 14)]);
            prop_assert!(!some.satisfies(Condition(condition)) || more.satisfies(Condition(condition)));
        }
    }
}
