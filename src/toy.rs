//! A card for tests: it takes everything, and answers commands as the test says.

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response};

/// Such a card. What else it should do is said by a [`Layer`](crate::layer::Layer) around it.
pub(crate) struct Toy<A> {
    atr: Atr,
    answer: A,
}

impl<A: FnMut(&[u8], &mut Response) -> Result<(), Fault> + Send> Toy<A> {
    /// With the shortest answer to reset.
    pub(crate) fn new(answer: A) -> Self {
        Self::with_atr(Atr::parse(&[0x3B, 0x00]).expect("the shortest"), answer)
    }

    pub(crate) fn with_atr(atr: Atr, answer: A) -> Self {
        Self { atr, answer }
    }
}

impl<A: FnMut(&[u8], &mut Response) -> Result<(), Fault> + Send> Card for Toy<A> {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        Ok(())
    }

    fn reset(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn power_off(&mut self) {}

    fn select_protocol(&mut self, _: Protocol) -> Result<(), Fault> {
        Ok(())
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        (self.answer)(command, response)
    }
}
