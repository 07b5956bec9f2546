//! What the functions return [PCSC-LITE ifdhandler.h].

/// What a function of the driver returns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Answer(pub i32);

impl Answer {
    /// It is done.
    pub const SUCCESS: Self = Self(0);
    /// There is no such property.
    pub const ERROR_TAG: Self = Self(600);
    /// The card refused the protocol.
    pub const PTS_FAILURE: Self = Self(605);
    /// There is no such control code.
    pub const NOT_SUPPORTED: Self = Self(606);
    /// The card does not offer the protocol.
    pub const PROTOCOL: Self = Self(607);
    /// The card could not be powered up or down.
    pub const POWER_ACTION: Self = Self(608);
    /// The card gave no answer, or is in use.
    pub const COMMUNICATION: Self = Self(612);
    /// The readers gave no answer in time.
    pub const TIMEOUT: Self = Self(613);
    /// There is no such function.
    pub const NO_FUNCTION: Self = Self(614);
    /// A card is in the slot.
    pub const PRESENT: Self = Self(615);
    /// There is none.
    pub const NOT_PRESENT: Self = Self(616);
    /// There is no such reader.
    pub const NO_DEVICE: Self = Self(617);
    /// What is given has no room.
    pub const NO_ROOM: Self = Self(618);
}

/// What the shared object has among its bytes, by which it is known as ours.
pub const MARK: &str = "virtuale-ifd: a driver whose readers hold virtual cards";
