//! Where the code of a card and its layers ends: whatever it does, a reader sees what a card can do.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use virtuale_engine::{
    Atr, Card, Chip, Fault, Interface, Protocol, Response, Snapshot, SnapshotError, Uid,
    response::{LONGEST, SHORTEST},
};

/// A card that may be anybody's, layers included, as those see it who look on from outside.
///
/// - An answer without a status word, or longer than any answer of ISO 7816-4, is none: the card is mute.
/// - A panic at a power-up, a reset, a protocol or a command goes no further. Nobody knows what the card was about, so
///   that nothing of this reaches its code any more until it is given a state back: it is mute.
/// - A panic as the card goes for good harms nobody who puts another in its place.
pub struct Confined<C> {
    /// The card, unless its code has panicked.
    card: Option<C>,
    /// The card, if it has.
    broken: Option<C>,
    /// Its answer to the last power-up or reset that went well; before the first one, what it says of itself.
    atr: Atr,
}

impl<C: Card> Confined<C> {
    /// A card, confined.
    #[must_use]
    pub fn new(card: C) -> Self {
        Self { atr: *card.atr(), card: Some(card), broken: None }
    }

    /// Does something with the card.
    #[inline]
    fn run<T>(&mut self, work: impl FnOnce(&mut C) -> Result<T, Fault>) -> Result<T, Fault> {
        let card = self.card.as_mut().ok_or(Fault::Mute)?;
        catch_unwind(AssertUnwindSafe(|| work(card))).unwrap_or_else(|_| {
            self.broken = self.card.take();
            Err(Fault::Mute)
        })
    }

    /// Does what the card answers with its ATR.
    fn begin(&mut self, work: impl FnOnce(&mut C) -> Result<(), Fault>) -> Result<(), Fault> {
        let atr = self.run(|card| work(card).map(|()| *card.atr()))?;
        self.atr = atr;
        Ok(())
    }
}

impl<C: Card> Card for Confined<C> {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn uid(&self) -> Option<Uid> {
        let card = self.card.as_ref()?;
        catch_unwind(AssertUnwindSafe(|| card.uid())).unwrap_or_default()
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        self.begin(|card| card.power_up(interface))
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin(Card::reset)
    }

    fn power_off(&mut self) {
        // One that panics has no power afterwards either.
        let _ = self.run(|card| {
            card.power_off();
            Ok(())
        });
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        self.run(|card| card.select_protocol(protocol))
    }

    #[inline]
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        let outcome = self.run(|card| card.transmit(command, response)).and_then(|()| match response.len() {
            SHORTEST..=LONGEST => Ok(()),
            _ => Err(Fault::Mute),
        });
        if outcome.is_err() {
            response.clear();
        }
        outcome
    }

    fn chip(&self) -> Option<&Chip> {
        self.card.as_ref()?.chip()
    }

    // A panic goes on here: who takes a snapshot of a card has its own code called. Of one that has panicked it gets
    // nothing.
    fn save(&self, snapshot: &mut Snapshot) {
        self.card.iter().for_each(|card| card.save(snapshot));
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let Some(card) = self.card.as_mut().or(self.broken.as_mut()) else { return Ok(()) };
        let restored = catch_unwind(AssertUnwindSafe(|| card.restore(snapshot).map(|()| *card.atr())));
        match restored {
            Ok(Ok(atr)) => {
                self.atr = atr;
                self.card = self.card.take().or_else(|| self.broken.take());
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(panic) => {
                self.broken = self.broken.take().or_else(|| self.card.take());
                resume_unwind(panic)
            }
        }
    }
}

impl<C> Drop for Confined<C> {
    fn drop(&mut self) {
        for card in [self.card.take(), self.broken.take()] {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(card)));
        }
    }
}

impl<C> fmt::Debug for Confined<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confined").field("is_broken", &self.broken.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use virtuale_engine::{
        Card, Fault, Interface, Protocol, Response, Snapshot, SnapshotError,
        response::{LONGEST, SHORTEST},
    };

    use super::Confined;
    use crate::{
        layer::{Layer, Layered},
        toy::Toy,
    };

    /// A card that answers with as many bytes as the command says, and panics at an empty one.
    fn odd() -> Confined<impl Card> {
        Confined::new(Toy::new(|command: &[u8], response: &mut Response| {
            response.push(0x90);
            let length = command.try_into().map(u32::from_be_bytes).expect("a length, or a card that panics");
            response.clear();
            (0..length).for_each(|_| response.push(0x90));
            Ok(())
        }))
    }

    #[test]
    fn what_cannot_be_an_answer_is_none() {
        let mut card = odd();
        let mut response = Response::new();
        for (length, outcome) in [
            (0, Err(Fault::Mute)),
            (SHORTEST - 1, Err(Fault::Mute)),
            (SHORTEST, Ok(())),
            (LONGEST, Ok(())),
            (LONGEST + 1, Err(Fault::Mute)),
            (SHORTEST, Ok(())),
        ] {
            let command = u32::try_from(length).expect("short").to_be_bytes();
            response.clear();
            assert_eq!(card.transmit(&command, &mut response), outcome, "{length} bytes");
            assert_eq!(response.len(), if outcome.is_ok() { length } else { 0 });
        }
    }

    #[test]
    fn a_card_that_panicked_is_mute() {
        let mut card = odd();
        let mut response = Response::new();
        assert_eq!(card.power_up(Interface::Contact), Ok(()));
        assert_eq!(card.transmit(&[], &mut response), Err(Fault::Mute));
        assert!(response.is_empty(), "nothing of what it had begun to say");
        assert_eq!(card.transmit(&[0, 0, 0, 2], &mut response), Err(Fault::Mute));
        assert_eq!(card.select_protocol(Protocol::T0), Err(Fault::Mute));
        assert_eq!((card.reset(), card.power_up(Interface::Contact)), (Err(Fault::Mute), Err(Fault::Mute)));
        assert_eq!(card.atr().as_bytes(), [0x3B, 0x00]);
    }
    /// A layer that panics when it is given a state of that name, and at its end.
    struct Bomb;

    impl Layer for Bomb {
        fn restore(&mut self, card: &mut dyn Card, snapshot: &Snapshot) -> Result<(), SnapshotError> {
            assert!(snapshot.part("bomb").is_none(), "it goes off");
            card.restore(snapshot)
        }
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("at its end, too");
        }
    }

    #[test]
    fn a_card_that_panics_over_a_state_is_mute_and_its_end_harms_nobody() {
        let answers = |_: &[u8], response: &mut Response| {
            response.extend(&[0x90, 0x00]);
            Ok(())
        };
        let mut card = Confined::new(Layered::new(Bomb, Toy::new(answers)));
        let mut response = Response::new();
        let mut snapshot = Snapshot::new();
        snapshot.put("bomb", &[b"x"]);
        catch_unwind(AssertUnwindSafe(|| card.restore(&snapshot))).expect_err("who restores hears of it");
        assert_eq!(card.transmit(&[0; 4], &mut response), Err(Fault::Mute));
        card.restore(&Snapshot::new()).expect("a state that it takes");
        assert_eq!(card.transmit(&[0; 4], &mut response), Ok(()));
        drop(card);
    }
}
