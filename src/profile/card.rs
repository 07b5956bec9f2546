//! A card made from a card file: its chip, and the wear of a component that fails.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use virtuale_engine::{Atr, Card, Chip, Fault, Interface, Protocol, Response};

use super::layout::Lifetime;

/// How many commands the last session of a failing component has.
const LAST_COMMANDS: u32 = 5;

/// A virtual card. It remembers what happened to it for as long as it exists; another card of the same card file is
/// new.
#[derive(Debug)]
pub struct VirtualCard {
    chip: Chip,
    wear: Option<Wear>,
}

/// What is left of a component that fails: sessions, then a few commands of one more, then silence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Wear {
    /// Sessions that still work, from a reset to the next.
    sessions: u32,
    /// What is left of the last session, once that has begun.
    commands: Option<u32>,
}

impl VirtualCard {
    /// A card that was not used yet. How many sessions it works, if its component fails, is drawn from the seed.
    pub(super) fn new(chip: Chip, lifetime: Option<Lifetime>, seed: u64) -> Self {
        Self { chip, wear: lifetime.map(|lifetime| Wear::new(lifetime, seed)) }
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
    fn new(Lifetime { least, most }: Lifetime, seed: u64) -> Self {
        let choices = u64::from(most.saturating_sub(least)) + 1;
        let drawn = ChaCha20Rng::seed_from_u64(seed).next_u64() % choices;
        Self { sessions: least.saturating_add(u32::try_from(drawn).unwrap_or(0)), commands: None }
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
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use virtuale_engine::Fault;

    use super::{LAST_COMMANDS, Lifetime, Wear};

    proptest! {
        #[test]
        fn a_component_lasts_as_long_as_its_layout_says(least in 1_u32..20, more in 0_u32..20, seed: u64) {
            let lifetime = Lifetime { least, most: least + more };
            let mut wear = Wear::new(lifetime, seed);
            prop_assert_eq!(wear, Wear::new(lifetime, seed));
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
        let drawn: std::collections::BTreeSet<u32> = (0..50).map(|seed| Wear::new(lifetime, seed).sessions).collect();
        assert!(drawn.len() > 5, "{drawn:?}");
    }
}
