//! A card made from a card file: its chip, the wear of a component that fails, and the faults that strike it.

use virtuale_engine::{
    Atr, Card, Chip, Fault, Interface, Protocol, Response, Snapshot, SnapshotError, Uid, platform::Random,
};

#[cfg(feature = "cli")]
use virtuale_engine::chip::HeldFile;

use super::{
    chance::{Identity, Stream},
    layout::Lifetime,
};
use crate::layer::{Layer, Wear, fault::Spoiled};

/// The part of a snapshot that is a virtual card's own: 32 bytes that tell its card file from others.
pub(crate) const CARD: &str = "card";

/// A virtual card. It remembers what happened to it for as long as it exists; another card of the same card file is
/// new.
#[derive(Debug)]
pub struct VirtualCard {
    body: Body,
    /// The faults that may strike it, if any can.
    spoiled: Option<Spoiled>,
}

/// The card behind its faults.
#[derive(Debug)]
struct Body {
    chip: Chip,
    identity: Identity,
    wear: Option<Wear>,
    uid: Uid,
}

impl VirtualCard {
    /// A card that was not used yet.
    pub(super) fn new(chip: Chip, identity: Identity, wear: Option<Wear>, uid: Uid, spoiled: Option<Spoiled>) -> Self {
        Self { body: Body { chip, identity, wear, uid }, spoiled }
    }

    /// What its files hold.
    #[cfg(feature = "cli")]
    pub(crate) fn held_files(&self) -> Vec<HeldFile> {
        self.body.chip.held_files()
    }

    /// What the faults of its card file have counted; nothing without such.
    pub(crate) fn counted(&self) -> Vec<u8> {
        self.spoiled.as_ref().map(Spoiled::counted).unwrap_or_default()
    }

    /// The wear of its component, if that is one which fails.
    pub(crate) fn wear(&self) -> Option<Wear> {
        self.body.wear
    }
}

/// What a card is called in a field: three bytes are drawn. A card of ours keeps the name that it has, so that a run
/// is the same each time; real ones with such a name draw another one each time they come into a field. Invented.
pub(super) fn uid(chance: &mut Stream) -> Uid {
    let mut drawn = [0; 3];
    chance.fill(&mut drawn);
    Uid::random(drawn)
}

/// The wear of a new component. How many sessions it works is drawn.
pub(super) fn wear(Lifetime { least, most }: Lifetime, chance: &mut Stream) -> Wear {
    if most == 0 {
        return Wear::dead();
    }
    let drawn = chance.below(u64::from(most.saturating_sub(least)) + 1);
    Wear::new(least.saturating_add(u32::try_from(drawn).unwrap_or(0)))
}

impl Card for VirtualCard {
    fn atr(&self) -> &Atr {
        match &self.spoiled {
            Some(spoiled) => spoiled.atr(&self.body),
            None => self.body.atr(),
        }
    }

    fn uid(&self) -> Option<Uid> {
        self.body.uid()
    }

    fn chip(&self) -> Option<&Chip> {
        self.body.chip()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        match &mut self.spoiled {
            Some(spoiled) => spoiled.power_up(&mut self.body, interface),
            None => self.body.power_up(interface),
        }
    }

    fn reset(&mut self) -> Result<(), Fault> {
        match &mut self.spoiled {
            Some(spoiled) => spoiled.reset(&mut self.body),
            None => self.body.reset(),
        }
    }

    fn power_off(&mut self) {
        match &mut self.spoiled {
            Some(spoiled) => spoiled.power_off(&mut self.body),
            None => self.body.power_off(),
        }
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.body.select_protocol(protocol)
    }

    #[inline]
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        match &mut self.spoiled {
            Some(spoiled) if !spoiled.passes_commands() => spoiled.transmit(&mut self.body, command, response),
            _ => self.body.transmit(command, response),
        }
    }

    fn save(&self, snapshot: &mut Snapshot) {
        match &self.spoiled {
            Some(spoiled) => spoiled.save(&self.body, snapshot),
            None => self.body.save(snapshot),
        }
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        match &mut self.spoiled {
            Some(spoiled) => spoiled.restore(&mut self.body, snapshot),
            None => self.body.restore(snapshot),
        }
    }
}

impl Card for Body {
    fn atr(&self) -> &Atr {
        self.chip.atr()
    }

    fn uid(&self) -> Option<Uid> {
        Some(self.uid)
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        match &mut self.wear {
            Some(wear) => wear.power_up(&mut self.chip, interface),
            None => self.chip.power_up(interface),
        }
    }

    fn reset(&mut self) -> Result<(), Fault> {
        match &mut self.wear {
            Some(wear) => wear.reset(&mut self.chip),
            None => self.chip.reset(),
        }
    }

    fn power_off(&mut self) {
        self.chip.power_off();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.chip.select_protocol(protocol)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        match &mut self.wear {
            Some(wear) => wear.transmit(&mut self.chip, command, response),
            None => self.chip.transmit(command, response),
        }
    }

    fn chip(&self) -> Option<&Chip> {
        Some(&self.chip)
    }

    fn save(&self, snapshot: &mut Snapshot) {
        snapshot.put(CARD, &[self.identity.bytes()]);
        match &self.wear {
            Some(wear) => wear.save(&self.chip, snapshot),
            None => self.chip.save(snapshot),
        }
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        if snapshot.needed(CARD)? != self.identity.bytes() {
            return Err(SnapshotError::OtherCard);
        }
        match &mut self.wear {
            Some(wear) => wear.restore(&mut self.chip, snapshot),
            None => self.chip.restore(snapshot),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Lifetime, Wear, wear};
    use crate::profile::chance::{Identity, Label};

    fn drawn(lifetime: Lifetime, seed: u64) -> Wear {
        wear(lifetime, &mut Identity::of("a", "").stream(seed, 0, Label::Wear))
    }

    proptest! {
        #[test]
        fn a_component_lasts_as_long_as_its_layout_says(least in 1_u32..20, more in 0_u32..20, seed: u64) {
            let lifetime = Lifetime { least, most: least + more };
            let wear = drawn(lifetime, seed);
            prop_assert_eq!(wear, drawn(lifetime, seed));
            prop_assert!((least..=least + more).contains(&wear.sessions()));
        }
    }

    #[test]
    fn seeds_make_different_cards() {
        let lifetime = Lifetime { least: 3, most: 12 };
        let drawn: std::collections::BTreeSet<u32> = (0..50).map(|seed| drawn(lifetime, seed).sessions()).collect();
        assert!(drawn.len() > 5, "{drawn:?}");
    }
}
