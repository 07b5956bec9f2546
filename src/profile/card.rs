//! A card made from a card file: its chip, and the wear of a component that fails.

use virtuale_engine::{Atr, Card, Chip, Fault, Interface, Protocol, Response, Snapshot, SnapshotError};

use super::{
    chance::{Identity, Stream},
    layout::Lifetime,
};

/// The part of a snapshot that is a virtual card's own: 32 bytes that tell its card file from others, then its wear, if
/// its component fails: the sessions that are left (4 bytes, the highest first), whether the last one has begun (1),
/// and what is left of that (4).
const CARD: &str = "card";

/// How many commands the last session of a failing component has.
const LAST_COMMANDS: u32 = 5;

/// A virtual card. It remembers what happened to it for as long as it exists; another card of the same card file is
/// new.
#[derive(Debug)]
pub struct VirtualCard {
    chip: Chip,
    identity: Identity,
    wear: Option<Wear>,
}

/// What is left of a component that fails: sessions, then a few commands of one more, then silence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Wear {
    /// Sessions that still work, from a reset to the next.
    sessions: u32,
    /// What is left of the last session, once that has begun.
    commands: Option<u32>,
}

impl VirtualCard {
    /// A card that was not used yet.
    pub(super) fn new(chip: Chip, identity: Identity, wear: Option<Wear>) -> Self {
        Self { chip, identity, wear }
    }

    /// Counts a session; a component at its end gives no ATR.
    fn begin_session(&mut self) -> Result<(), Fault> {
        let alive = self.wear.as_mut().map_or(Ok(()), Wear::reset);
        if alive.is_err() {
            self.chip.power_off();
        }
        alive
    }
}

impl Wear {
    /// That of a new component. How many sessions it works is drawn.
    pub(super) fn new(Lifetime { least, most }: Lifetime, chance: &mut Stream) -> Self {
        let drawn = chance.below(u64::from(most.saturating_sub(least)) + 1);
        Self { sessions: least.saturating_add(u32::try_from(drawn).unwrap_or(0)), commands: None }
    }

    /// As a snapshot holds it.
    fn to_bytes(self) -> [u8; 9] {
        let mut bytes = [0; 9];
        bytes[..4].copy_from_slice(&self.sessions.to_be_bytes());
        bytes[4] = self.commands.is_some().into();
        bytes[5..].copy_from_slice(&self.commands.unwrap_or(0).to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&sessions, rest) = bytes.split_first_chunk()?;
        let (&has_begun, rest) = rest.split_first()?;
        let left = u32::from_be_bytes(rest.try_into().ok()?);
        let commands = match has_begun {
            0 => None,
            1 => Some(left),
            _ => return None,
        };
        Some(Self { sessions: u32::from_be_bytes(sessions), commands })
    }

    /// Begins a session.
    fn reset(&mut self) -> Result<(), Fault> {
        match (self.sessions.checked_sub(1), self.commands) {
            (Some(left), _) => self.sessions = left,
            (None, None) => self.commands = Some(LAST_COMMANDS),
            (None, Some(_)) => {
                self.commands = Some(0);
                return Err(Fault::Mute);
            }
        }
        Ok(())
    }

    /// Takes a command.
    fn command(&mut self) -> Result<(), Fault> {
        if let Some(left) = &mut self.commands {
            *left = left.checked_sub(1).ok_or(Fault::Mute)?;
        }
        Ok(())
    }
}

impl Card for VirtualCard {
    fn atr(&self) -> &Atr {
        self.chip.atr()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        self.begin_session()?;
        self.chip.power_up(interface)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin_session()?;
        self.chip.reset()
    }

    fn power_off(&mut self) {
        self.chip.power_off();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.chip.select_protocol(protocol)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        if let Err(mute) = self.wear.as_mut().map_or(Ok(()), Wear::command) {
            response.clear();
            return Err(mute);
        }
        self.chip.transmit(command, response)
    }

    fn save(&self, snapshot: &mut Snapshot) {
        let wear = self.wear.map(Wear::to_bytes);
        snapshot.put(CARD, &[self.identity.bytes(), wear.as_ref().map_or(&[], <[u8; 9]>::as_slice)]);
        self.chip.save(snapshot);
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let part = snapshot.needed(CARD)?;
        let (identity, wear) = part.split_first_chunk().ok_or(SnapshotError::Damaged(CARD))?;
        if identity != self.identity.bytes() {
            return Err(SnapshotError::OtherCard);
        }
        let wear = match (self.wear, wear) {
            (None, []) => None,
            (Some(_), wear) => Some(Wear::from_bytes(wear).ok_or(SnapshotError::Damaged(CARD))?),
            (None, _) => return Err(SnapshotError::Damaged(CARD)),
        };
        self.chip.restore(snapshot)?;
        self.wear = wear;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use virtuale_engine::Fault;

    use super::{LAST_COMMANDS, Lifetime, Wear};
    use crate::profile::chance::{Identity, Label};

    fn drawn(lifetime: Lifetime, seed: u64) -> Wear {
        Wear::new(lifetime, &mut Identity::of("a", "").stream(seed, 0, Label::Wear))
    }

    proptest! {
        #[test]
        fn a_component_lasts_as_long_as_its_layout_says(least in 1_u32..20, more in 0_u32..20, seed: u64) {
            let lifetime = Lifetime { least, most: least + more };
            let mut wear = drawn(lifetime, seed);
            prop_assert_eq!(wear, drawn(lifetime, seed));
            prop_assert!((least..=least + more).contains(&wear.sessions));
            for _ in 0..wear.sessions {
                prop_assert_eq!(wear.reset(), Ok(()));
                prop_assert!((0..100).all(|_| wear.command().is_ok()));
            }
            prop_assert_eq!(wear.reset(), Ok(()));
            prop_assert!((0..LAST_COMMANDS).all(|_| wear.command().is_ok()));
            prop_assert_eq!(wear.command(), Err(Fault::Mute));
            prop_assert_eq!((wear.reset(), wear.command()), (Err(Fault::Mute), Err(Fault::Mute)));
        }
    }

    #[test]
    fn seeds_make_different_cards() {
        let lifetime = Lifetime { least: 3, most: 12 };
        let drawn: std::collections::BTreeSet<u32> = (0..50).map(|seed| drawn(lifetime, seed).sessions).collect();
        assert!(drawn.len() > 5, "{drawn:?}");
    }
}
