//! A card at the end of a transport, such as one in a PC/SC reader, as a card of this process.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Reset, Response, atr::AtrError};

use super::{Transport, TransportError};

/// What went wrong on the transport, which is no fault of the card.
#[derive(Clone, Debug, Default)]
pub struct Trouble(Arc<Mutex<Option<TransportError>>>);

impl Trouble {
    /// What went wrong first, if anything did. Tells it once.
    #[must_use]
    pub fn take(&self) -> Option<TransportError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A card at the end of a transport.
pub struct Relay<L> {
    transport: L,
    atr: Atr,
    powered: bool,
    trouble: Trouble,
}

impl<L: Transport + Send> Relay<L> {
    /// The card at the end of a transport. What goes wrong on the way is put into `trouble`.
    ///
    /// # Errors
    ///
    /// That its answer to reset is none.
    pub fn new(transport: L, trouble: Trouble) -> Result<Self, AtrError> {
        let atr = Atr::parse(transport.atr())?;
        Ok(Self { transport, atr, powered: false, trouble })
    }

    fn begin(&mut self, kind: Reset) -> Result<(), Fault> {
        self.powered = true;
        self.transport.reset(kind).map_err(|error| self.fault(error))
    }

    /// A fault of the card; what is none is kept as trouble.
    fn fault(&self, error: TransportError) -> Fault {
        if let TransportError::Silent(fault) = error {
            return fault;
        }
        self.trouble.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        Fault::Mute
    }
}

impl<L: Transport + Send> Card for Relay<L> {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    /// The reader of the real card chooses the interface.
    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        self.begin(Reset::Cold)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin(Reset::Warm)
    }

    /// The reader keeps the power; the card is reset before it hears of anything again.
    fn power_off(&mut self) {
        self.powered = false;
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        match protocol == self.transport.protocol() {
            true => Ok(()),
            false => Err(Fault::ProtocolRefused),
        }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        self.transport.transmit(command, response).map_err(|error| self.fault(error))
    }
}

impl<L> fmt::Debug for Relay<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("atr", &self.atr).finish_non_exhaustive()
    }
}
