//! A card in the same process, with no reader in between.

use std::fmt;

use virtuale_engine::{Answer, Card, Fault, Protocol, Reset};

use super::{Link, LinkError};

/// A card that is held, powered, by the terminal itself.
pub struct InProcess {
    card: Box<dyn Card>,
    protocol: Protocol,
}

/// Powers a card up and agrees on a protocol: T=1 where the ATR offers it, as pcsc-lite does, else its first one.
///
/// # Errors
///
/// [`LinkError::Silent`] if the card gives no ATR or breaks its word on a protocol.
pub fn in_process(card: Box<dyn Card>) -> Result<InProcess, LinkError> {
    let mut link = InProcess { card, protocol: Protocol::T0 };
    link.reset(Reset::Cold)?;
    Ok(link)
}

impl InProcess {
    /// The card again, without power.
    #[must_use]
    pub fn into_card(mut self) -> Box<dyn Card> {
        self.card.power_off();
        self.card
    }

    fn agree_on_protocol(&mut self) -> Result<(), Fault> {
        let atr = self.card.atr();
        self.protocol = if atr.offers(Protocol::T1) { Protocol::T1 } else { atr.first_protocol() };
        self.card.select_protocol(self.protocol)
    }
}

impl Link for InProcess {
    fn atr(&self) -> &[u8] {
        self.card.atr().as_bytes()
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn reset(&mut self, kind: Reset) -> Result<(), LinkError> {
        self.card.reset(kind)?;
        Ok(self.agree_on_protocol()?)
    }

    fn transmit(&mut self, command: &[u8], answer: &mut Answer) -> Result<(), LinkError> {
        answer.clear();
        self.card.transmit(command, answer)?;
        match answer.len() {
            length @ 0..2 => Err(LinkError::NoStatus { length }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("atr", self.card.atr()).field("protocol", &self.protocol).finish()
    }
}
