//! What functions of GALSS return.

use std::fmt;

/// What a function returns [DOPS-CRYPTOLIB GALSS]. Total: every value is one, some have a name.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Code(pub u16);

impl Code {
    /// It is done.
    pub const DONE: Self = Self(0x0000);
    /// Something within went wrong: here, that the library was not told where the readers are.
    pub const INTERNAL: Self = Self(0x0001);
    /// No number is left for another session.
    pub const NONE_LEFT: Self = Self(0x0002);
    /// Another application, or a PC/SC program, has this for itself.
    pub const EXCLUSIVITY: Self = Self(0x0004);
    /// It comes out of order: the session has an exclusivity already.
    pub const ORDER: Self = Self(0x0008);
    /// A size is none that will do.
    pub const SIZE: Self = Self(0x0010);
    /// Nothing is there to be given: no context was stored.
    pub const NO_CONTEXT: Self = Self(0x0020);
    /// The time that was allowed is over.
    pub const TIME: Self = Self(0x0100);
    /// The readers cannot be reached, or went away.
    pub const TRANSMISSION: Self = Self(0x0200);
    /// The readers do not answer.
    pub const NO_ANSWER: Self = Self(0x0400);
    /// The application has a session on this resource already.
    pub const OPEN: Self = Self(0x0800);
    /// There is no such session or exclusivity, or it is another program's.
    pub const UNKNOWN_SESSION: Self = Self(0x1000);
    /// There is no such resource.
    pub const UNKNOWN_RESOURCE: Self = Self(0x2000);
    /// A parameter is missing, or none that will do.
    pub const PARAMETER: Self = Self(0x4000);
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = match *self {
            Self::DONE => "done",
            Self::INTERNAL => "internal error",
            Self::NONE_LEFT => "none left",
            Self::EXCLUSIVITY => "in use",
            Self::ORDER => "out of order",
            Self::SIZE => "wrong size",
            Self::NO_CONTEXT => "no context",
            Self::TIME => "time is over",
            Self::TRANSMISSION => "transmission failed",
            Self::NO_ANSWER => "no answer",
            Self::OPEN => "open already",
            Self::UNKNOWN_SESSION => "unknown session",
            Self::UNKNOWN_RESOURCE => "unknown resource",
            Self::PARAMETER => "wrong parameter",
            _ => "unknown",
        };
        write!(f, "{:04X} {meaning}", self.0)
    }
}
