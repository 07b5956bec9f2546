//! Addresses: which zone and byte an address means.

use virtuale_engine::chip::{Content, Context};

use super::WORD;

/// Addresses from one word to the next. An address counts nibbles [STACK-17608930 addresses].
pub(super) const STEP: u16 = 8;

/// A place in the memory, which may lie behind its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Address(u32);

impl Address {
    /// The address of a word; `None` for one within a word.
    pub(super) fn of_word(value: u16) -> Option<Self> {
        value.is_multiple_of(STEP).then_some(Self(u32::from(value)))
    }

    /// So many bytes further. Instructions move by less than a memory, so that it cannot overflow.
    pub(super) fn plus(self, bytes: usize) -> Self {
        Self(self.0.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX).saturating_mul(2)))
    }

    /// Its two bytes; those of the last address for one behind it.
    pub(super) fn bytes(self) -> [u8; 2] {
        u16::try_from(self.0).unwrap_or(u16::MAX).to_be_bytes()
    }

    /// The zone that it is in, and the byte of that zone.
    pub(super) fn locate(self, context: &Context<'_>) -> Option<(Content, usize)> {
        context.contents().find_map(|zone| {
            let nibbles = usize::try_from(self.0.checked_sub(u32::from(zone.fid().0))?).ok()?;
            (nibbles / 2 < zone.length()).then_some((zone, nibbles / 2))
        })
    }

    /// The first word of the memory.
    pub(super) fn first(context: &Context<'_>) -> Option<Self> {
        context.contents().map(start).min_by_key(|address| address.0)
    }

    /// What lies behind the last word: ADMAX.
    pub(super) fn end(context: &Context<'_>) -> Self {
        let ends = context.contents().map(|zone| start(zone).plus(zone.length()));
        ends.max_by_key(|address| address.0).unwrap_or(Self(0))
    }

    /// Whether it comes before another.
    pub(super) fn is_before(self, other: Self) -> bool {
        self.0 < other.0
    }
}

fn start(zone: Content) -> Address {
    Address(u32::from(zone.fid().0))
}

/// A word that the chip keeps for itself, and where it is.
pub(super) fn own_word(context: &Context<'_>, address: u16) -> Option<(Content, usize, [u8; WORD])> {
    let (zone, start) = Address::of_word(address)?.locate(context)?;
    let word = context.own(zone, start, WORD).ok()?;
    Some((zone, start, word.try_into().ok()?))
}
