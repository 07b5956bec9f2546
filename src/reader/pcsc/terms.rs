//! What a program asks of a card besides commands, in the numbers of the PC/SC interface: each with a name, total.

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
