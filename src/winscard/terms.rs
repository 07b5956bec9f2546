//! What a program asks of a card besides commands, and what is published of a slot, in the numbers of the PC/SC
//! interface: each with a name, total.

use std::ops::{BitAnd, BitOr};

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
    /// T=0 or T=1.
    pub const ANY: Self = Self(3);
    /// T=0 or T=1, as old programs ask for it.
    pub const ANY_OLD: Self = Self(0x1000);
    /// Everything that a card may be opened with.
    pub const OPENABLE: Self = Self(Self::T0.0 | Self::T1.0 | Self::RAW.0 | Self::ANY_OLD.0);

    /// Whether the two sets share a protocol.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
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

/// How a handle shares its card.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Share(pub u32);

impl Share {
    /// With nobody.
    pub const EXCLUSIVE: Self = Self(1);
    /// With other handles.
    pub const SHARED: Self = Self(2);
    /// The reader is meant, card or not.
    pub const DIRECT: Self = Self(3);

    /// Whether it is one of the three.
    #[must_use]
    pub fn is_known(self) -> bool {
        matches!(self, Self::EXCLUSIVE | Self::SHARED | Self::DIRECT)
    }
}

/// What happens to a card when a handle or a transaction is done with it, or starts anew.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Disposition(pub u32);

impl Disposition {
    /// Nothing.
    pub const LEAVE: Self = Self(0);
    /// A warm reset.
    pub const RESET: Self = Self(1);
    /// Power is taken away.
    pub const UNPOWER: Self = Self(2);
    /// The reader is asked to eject it, which ours cannot.
    pub const EJECT: Self = Self(3);

    /// Whether it is one of the four.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.0 <= Self::EJECT.0
    }

    /// Whether the card forgets what was done to it.
    #[must_use]
    pub fn cycles_power(self) -> bool {
        matches!(self, Self::RESET | Self::UNPOWER)
    }
}
