//! The kinds of faults, and what each does when it strikes.

use virtuale_engine::{Atr, StatusWord};

use super::time::{Delay, Millis};

/// A kind of fault.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Kind {
    /// The card gives no answer.
    Mute,
    /// The card gives another answer to reset.
    Atr,
    /// Another status word stands in place of the right one.
    Status,
    /// The answer waits for GET RESPONSE.
    Fetch,
    /// The card asks for another Le.
    WrongLength,
    /// Data are missing at the end of the answer.
    Cut,
    /// Zeros stand behind the data of the answer.
    Pad,
    /// One bit of the data of the answer is another one.
    Flip,
    /// The answer comes late.
    Late,
    /// The answer comes late, and the card asks for that time.
    Wtx,
    /// The card loses its power at a commit.
    Power,
    /// The card is pulled out of its slot.
    Pull,
    /// The reader is unplugged, with the card in it.
    Unplug,
    /// Another program resets the card.
    Reset,
    /// Somebody cancels at the PIN pad.
    Cancel,
}

/// Whose fault one is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The card's: programs see what the card does.
    Card,
    /// The power's: what the card had committed decides what is left.
    Power,
    /// The reader's: what happens around the card.
    Reader,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// [`Kind::Mute`].
    Mute,
    /// [`Kind::Atr`]: with this one; without, one historical byte is another one, and with no such byte it is `3B00`.
    Atr(Option<Atr>),
    /// [`Kind::Status`].
    Status(StatusWord),
    /// [`Kind::Fetch`]: in parts of at most so many bytes, 1 to 255; without it, all that a short Le can fetch.
    Fetch(Option<u8>),
    /// [`Kind::WrongLength`]: asks for this Le; without it, for the one that is right.
    WrongLength(Option<u8>),
    /// [`Kind::Cut`]: that many bytes are left.
    Cut(u16),
    /// [`Kind::Pad`]: that many bytes too many.
    Pad(u16),
    /// [`Kind::Flip`]: the bit with this number, counted from the highest one of the first byte; beyond the data, in a
    /// circle. Without it, one that is drawn.
    Flip(Option<u32>),
    /// [`Kind::Late`].
    Late(Delay),
    /// [`Kind::Wtx`].
    Wtx(Delay),
    /// [`Kind::Power`].
    Power(Moment),
    /// [`Kind::Pull`]: it comes back after that time, if one is said.
    Pull(Option<Millis>),
    /// [`Kind::Unplug`]: it is plugged in again after that time.
    Unplug(Millis),
    /// [`Kind::Reset`].
    Reset,
    /// [`Kind::Cancel`].
    Cancel,
}

/// When the power goes, seen from a commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Moment {
    /// Before it: nothing of it is kept.
    Before,
    /// While it is under way: whether it is kept is drawn. A chip keeps all of a commit or nothing.
    During,
    /// After it, and before the card has answered: it is kept.
    After,
}

impl Kind {
    /// All of them, in the order of docs/faults.md.
    pub const ALL: [Self; 15] = [
        Self::Mute,
        Self::Atr,
        Self::Status,
        Self::Fetch,
        Self::WrongLength,
        Self::Cut,
        Self::Pad,
        Self::Flip,
        Self::Late,
        Self::Wtx,
        Self::Power,
        Self::Pull,
        Self::Unplug,
        Self::Reset,
        Self::Cancel,
    ];

    /// The word that stands for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mute => "mute",
            Self::Atr => "atr",
            Self::Status => "sw",
            Self::Fetch => "61xx",
            Self::WrongLength => "6Cxx",
            Self::Cut => "cut",
            Self::Pad => "pad",
            Self::Flip => "flip",
            Self::Late => "late",
            Self::Wtx => "wtx",
            Self::Power => "power",
            Self::Pull => "pull",
            Self::Unplug => "unplug",
            Self::Reset => "reset",
            Self::Cancel => "cancel",
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::Power => Side::Power,
            Self::Pull | Self::Unplug | Self::Reset | Self::Cancel => Side::Reader,
            _ => Side::Card,
        }
    }

    /// Whether it strikes once unless something else is said: what has taken a card away need not do so again.
    #[must_use]
    pub fn is_once(self) -> bool {
        self.side() != Side::Card
    }

    /// Whether chance has a part in one without a seed of its own.
    #[must_use]
    pub fn may_draw(self) -> bool {
        matches!(self, Self::Atr | Self::Flip | Self::Late | Self::Wtx | Self::Power)
    }

    /// Whether it strikes at resets, and not at commands.
    #[must_use]
    pub fn is_of_reset(self) -> bool {
        self == Self::Atr
    }

    /// Whether it strikes at commands.
    #[must_use]
    pub fn is_of_commands(self) -> bool {
        !matches!(self, Self::Atr | Self::Power | Self::Cancel)
    }
}

impl Effect {
    /// Its kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Mute => Kind::Mute,
            Self::Atr(_) => Kind::Atr,
            Self::Status(_) => Kind::Status,
            Self::Fetch(_) => Kind::Fetch,
            Self::WrongLength(_) => Kind::WrongLength,
            Self::Cut(_) => Kind::Cut,
            Self::Pad(_) => Kind::Pad,
            Self::Flip(_) => Kind::Flip,
            Self::Late(_) => Kind::Late,
            Self::Wtx(_) => Kind::Wtx,
            Self::Power(_) => Kind::Power,
            Self::Pull(_) => Kind::Pull,
            Self::Unplug(_) => Kind::Unplug,
            Self::Reset => Kind::Reset,
            Self::Cancel => Kind::Cancel,
        }
    }

    /// Whether the card carries out the command that it strikes, if nothing is said: what the card needs for its
    /// answer, it has done.
    #[must_use]
    pub fn is_done(self) -> bool {
        match self {
            Self::Mute | Self::WrongLength(Some(_)) | Self::Pull(_) | Self::Unplug(_) => false,
            Self::Status(status) => status.is_processed() && status.0 >> 8 != 0x63,
            _ => true,
        }
    }

    /// Whether it can be said of it that the card carries the command out, or does not.
    #[must_use]
    pub fn takes_done(self) -> bool {
        matches!(self, Self::Mute | Self::WrongLength(Some(_)) | Self::Status(_) | Self::Pull(_) | Self::Unplug(_))
    }

    /// A fixed time in place of one that is drawn.
    pub(super) fn lasting(self, time: Millis) -> Self {
        match self {
            Self::Late(_) => Self::Late(Delay::Fixed(time)),
            Self::Wtx(_) => Self::Wtx(Delay::Fixed(time)),
            other => other,
        }
    }
}

impl Moment {
    /// All of them, with the words that stand for them.
    pub const ALL: [(&'static str, Self); 3] =
        [("before", Self::Before), ("during", Self::During), ("after", Self::After)];

    /// The word that stands for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, moment)| *moment == self).map_or("before", |(word, _)| word)
    }
}
