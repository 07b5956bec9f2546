//! A card in the same process, with no reader in between.

use std::fmt;

use virtuale_engine::{Card, Fault, Interface, Protocol, Reset, Response};

use super::{Transport, TransportError};

/// Whether a card was taken out.
type IsTaken = dyn Fn() -> bool + Send + Sync;

/// A card that is held, powered, by the terminal itself.
pub struct InProcess {
    card: Box<dyn Card>,
    protocol: Protocol,
    /// Says whether it was taken out since it got its power.
    is_taken: Box<IsTaken>,
}

/// Powers a card up and agrees on a protocol: T=1 where the ATR offers it, as pcsc-lite does, else its first one.
///
/// # Errors
///
/// [`TransportError::Silent`] if the card gives no ATR or breaks its word on a protocol.
pub fn in_process(card: Box<dyn Card>) -> Result<InProcess, TransportError> {
    in_process_until(card, || false)
}

/// The same of a card that may be taken out, which is asked when it gives no answer.
///
/// # Errors
///
/// As there.
pub(crate) fn in_process_until(
    card: Box<dyn Card>,
    is_taken: impl Fn() -> bool + Send + Sync + 'static,
) -> Result<InProcess, TransportError> {
    let mut transport = InProcess { card, protocol: Protocol::T0, is_taken: Box::new(is_taken) };
    transport.reset(Reset::Cold)?;
    Ok(transport)
}

impl InProcess {
    fn agree_on_protocol(&mut self) -> Result<(), Fault> {
        let atr = self.card.atr();
        self.protocol = if atr.offers(Protocol::T1) { Protocol::T1 } else { atr.first_protocol() };
        self.card.select_protocol(self.protocol)
    }
}

impl Transport for InProcess {
    fn atr(&self) -> &[u8] {
        self.card.atr().as_bytes()
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        kind.apply(&mut *self.card, Interface::Contact)?;
        Ok(self.agree_on_protocol()?)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        response.clear();
        self.card.transmit(command, response).map_err(|silence| match (self.is_taken)() {
            true => TransportError::Removed,
            false => silence.into(),
        })?;
        match response.len() {
            length @ 0..2 => Err(TransportError::NoStatus { length }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("atr", self.card.atr()).field("protocol", &self.protocol).finish()
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Fault, Protocol, Response};

    use super::{Transport, TransportError, in_process};
    use crate::terminal::toy::{ToyCard, parrot};

    #[test]
    fn silence_and_less_than_a_status_word_are_errors() {
        let mut response = Response::new();
        let mut mute = in_process(Box::new(parrot(Vec::new()))).expect("power");
        let outcome = mute.transmit(&hex!("00 A4 00 00"), &mut response);
        assert!(matches!(outcome, Err(TransportError::Silent(Fault::Mute))), "{outcome:?}");
        let mut short = in_process(Box::new(parrot(vec![vec![0x90]]))).expect("power");
        let outcome = short.transmit(&hex!("00 A4 00 00"), &mut response);
        assert!(matches!(outcome, Err(TransportError::NoStatus { length: 1 })), "{outcome:?}");
    }

    #[test]
    fn t1_is_spoken_where_the_card_offers_it() {
        let protocol = |card: ToyCard| in_process(Box::new(card)).map(|transport| transport.protocol());
        assert_eq!(protocol(ToyCard::default()).expect("power"), Protocol::T0);
        let both = ToyCard::default().with_atr(&hex!("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44"));
        assert_eq!(protocol(both).expect("power"), Protocol::T1);
    }
}
