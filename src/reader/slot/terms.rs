//! What is published of a slot, in the numbers of the PC/SC interface: each with a name, total.

use std::ops::{BitAnd, BitOr};

use virtuale_engine::{Atr, Protocol};

/// A set of transmission protocols.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Protocols(pub u32);

impl Protocols {
    /// None yet: nobody has opened the card since it got power.
    pub const UNDEFINED: Self = Self(0);
    /// T=0.
    pub const T0: Self = Self(1);
    /// T=1.
    pub const T1: Self = Self(2);
    /// What the card speaks is left to the caller.
    pub const RAW: Self = Self(4);
    /// T=0 or T=1, as old programs ask for it.
    pub const ANY_OLD: Self = Self(0x1000);
    /// Everything that a card may be opened with.
    pub const OPENABLE: Self = Self(Self::T0.0 | Self::T1.0 | Self::RAW.0 | Self::ANY_OLD.0);

    /// Whether the two sets share a protocol.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What is agreed on with a card: T=1 where it is wanted and offered, else T=0.
    #[must_use]
    pub fn choose(self, atr: &Atr) -> Option<Protocol> {
        let wanted = if self.intersects(Self::ANY_OLD) { Self::T0 | Self::T1 } else { self };
        [Protocol::T1, Protocol::T0].into_iter().find(|&each| wanted.intersects(each.into()) && atr.offers(each))
    }
}

impl From<Protocol> for Protocols {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::T0 => Self::T0,
            Protocol::T1 => Self::T1,
        }
    }
}

impl BitOr for Protocols {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Protocols {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// What a slot's card is like, as bits.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct CardState(pub u32);

impl CardState {
    /// No card.
    pub const ABSENT: Self = Self(0x02);
    /// A card that was powered down on request.
    pub const UNPOWERED: Self = Self(0x04);
    /// A card that gives no answer to reset.
    pub const MUTE: Self = Self(0x0C);
    /// A card that answered its reset: present, powered, negotiable. The last bit stays after a negotiation.
    pub const READY: Self = Self(0x34);

    /// Whether there is a card.
    #[must_use]
    pub fn is_present(self) -> bool {
        self.0 & Self::UNPOWERED.0 != 0
    }
}

/// Who has a slot open.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sharing {
    /// One handle, for itself.
    Exclusive,
    /// So many handles.
    Handles(u16),
}

impl Sharing {
    /// As the wire has it: -1 exclusive, else the number of handles.
    #[must_use]
    pub fn as_number(self) -> i32 {
        match self {
            Self::Exclusive => -1,
            Self::Handles(count) => i32::from(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Atr, Protocol};

    use super::Protocols;

    #[test]
    fn t1_is_preferred_where_both_sides_have_it() {
        // [PCSC-LITE winscard.c]
        let both = Atr::parse(&hex!("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44")).expect("CPS4");
        let t0_only = Atr::parse(&hex!("3B 00")).expect("the shortest");
        assert_eq!((Protocols::T0 | Protocols::T1).choose(&both), Some(Protocol::T1));
        assert_eq!(Protocols::ANY_OLD.choose(&both), Some(Protocol::T1));
        assert_eq!(Protocols::T0.choose(&both), Some(Protocol::T0));
        assert_eq!((Protocols::T0 | Protocols::T1).choose(&t0_only), Some(Protocol::T0));
        assert_eq!(Protocols::T1.choose(&t0_only), None);
    }
}
