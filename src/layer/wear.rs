//! A component that fails after a number of sessions, such as those of IGEA 440 did.

use virtuale_engine::{Card, Fault, Interface, Response, Snapshot, SnapshotError};

use super::Layer;

/// The part of a snapshot that is the layer's own: the sessions that are left (4 bytes, the highest first), whether the
/// last one has begun (1), and what is left of that (4).
const PART: &str = "wear";

/// How many commands the last session of a failing component has.
const LAST_COMMANDS: u32 = 5;

/// What is left of a component that fails: sessions, then a few commands of one more, then silence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wear {
    /// Sessions that still work, from a reset to the next.
    sessions: u32,
    /// What is left of the last session, once that has begun.
    commands: Option<u32>,
}

impl Wear {
    /// That of a new component, which works in so many sessions, each from a reset to the next.
    #[must_use]
    pub fn new(sessions: u32) -> Self {
        Self { sessions, commands: None }
    }

    /// That of a component that never answers.
    #[must_use]
    pub fn dead() -> Self {
        Self { sessions: 0, commands: Some(0) }
    }

    /// In how many sessions it still works.
    #[must_use]
    pub fn sessions(&self) -> u32 {
        self.sessions
    }

    /// It as the part of a snapshot.
    pub(crate) fn to_bytes(self) -> [u8; 9] {
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

    /// Begins a session; a component at its end gives no answer to reset.
    fn begin_session(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        match (self.sessions.checked_sub(1), self.commands) {
            (Some(left), _) => self.sessions = left,
            (None, None) => self.commands = Some(LAST_COMMANDS),
            (None, Some(_)) => {
                self.commands = Some(0);
                card.power_off();
                return Err(Fault::Mute);
            }
        }
        Ok(())
    }
}

impl Layer for Wear {
    fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
        self.begin_session(card)?;
        card.power_up(interface)
    }

    fn reset(&mut self, card: &mut dyn Card) -> Result<(), Fault> {
        self.begin_session(card)?;
        card.reset()
    }

    fn transmit(&mut self, card: &mut dyn Card, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        if let Some(left) = &mut self.commands {
            let Some(fewer) = left.checked_sub(1) else {
                response.clear();
                return Err(Fault::Mute);
            };
            *left = fewer;
        }
        card.transmit(command, response)
    }

    fn save(&self, card: &dyn Card, snapshot: &mut Snapshot) {
        snapshot.put(PART, &[&self.to_bytes()]);
        card.save(snapshot);
    }

    fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let wear = Self::from_bytes(snapshot.needed(PART)?).ok_or(SnapshotError::Damaged(PART))?;
        card.restore(snapshot)?;
        *self = wear;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use virtuale_engine::{Card, Fault, Interface, Response, Snapshot};

    use super::{LAST_COMMANDS, Wear};
    use crate::{layer::Layered, toy::Toy};

    fn worn(sessions: u32) -> Layered<Wear> {
        Layered::new(Wear::new(sessions), Box::new(Toy::new(|_, _| Ok(()))))
    }

    fn saved(card: &dyn Card) -> Vec<u8> {
        let mut snapshot = Snapshot::new();
        card.save(&mut snapshot);
        snapshot.to_bytes().to_vec()
    }

    proptest! {
        #[test]
        fn a_component_lasts_for_its_sessions_and_a_few_commands(sessions in 0_u32..40) {
            let mut card = worn(sessions);
            let command = |card: &mut Layered<Wear>| card.transmit(&[], &mut Response::new());
            for session in 0..sessions {
                let begun = if session % 2 == 0 { card.power_up(Interface::Contact) } else { card.reset() };
                prop_assert_eq!(begun, Ok(()));
                prop_assert!((0..100).all(|_| command(&mut card).is_ok()));
            }
            prop_assert_eq!(card.reset(), Ok(()));
            prop_assert!((0..LAST_COMMANDS).all(|_| command(&mut card).is_ok()));
            prop_assert_eq!(command(&mut card), Err(Fault::Mute));
            prop_assert_eq!((card.reset(), command(&mut card)), (Err(Fault::Mute), Err(Fault::Mute)));
            let mut other = worn(7);
            let snapshot = Snapshot::from_bytes(&saved(&card)).expect("its own");
            prop_assert_eq!(other.restore(&snapshot), Ok(()));
            prop_assert_eq!(saved(&other), saved(&card));
            prop_assert_eq!(other.power_up(Interface::Contact), Err(Fault::Mute));
        }
    }
}
