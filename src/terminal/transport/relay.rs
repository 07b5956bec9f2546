//! A card at the end of a transport, such as one in a PC/SC reader, as a card of this process.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Reset, Response, StatusWord, Uid, atr::AtrError};

use super::{Lost, Transport, TransportError};

/// GET DATA for the card's name, which a reader with an antenna answers itself [PCSC-PART-3 GET DATA].
const GET_UID: [u8; 5] = [0xFF, 0xCA, 0x00, 0x00, 0x00];

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
    uid: Option<Uid>,
    /// Whether its reader was found to have contacts.
    is_on_contacts: bool,
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
        Ok(Self { transport, atr, uid: None, is_on_contacts: false, powered: false, trouble })
    }

    /// Finds out whether the card's reader has an antenna: no attribute of PC/SC says so. The reader is asked for the
    /// card's name if the answer to reset is made of historical bytes, as readers with an antenna make it; one with
    /// contacts gives that command to the card, which knows no class `FF`. The card is reset before anything else
    /// comes. From then on, a card on contacts gives no answer in a field, as one of ours without an antenna does: what
    /// a slot with an antenna tells of its card would not be true of it.
    #[must_use]
    pub fn is_in_field(&mut self) -> bool {
        if is_of_a_field(&self.atr) {
            let mut response = Response::new();
            let sent = self.transport.transmit(&GET_UID, &mut response);
            let is_given = sent.is_ok() && response.status() == Some(StatusWord::SUCCESS);
            self.uid = Some(&response).filter(|_| is_given).and_then(|response| Uid::new(response.data()));
        }
        self.is_on_contacts = self.uid.is_none();
        self.uid.is_some()
    }

    fn begin(&mut self, kind: Reset) -> Result<(), Fault> {
        self.powered = true;
        self.transport.reset(kind).map_err(|error| self.fault(error))?;
        self.atr = Atr::parse(self.transport.atr()).map_err(|_| Fault::Mute)?;
        Ok(())
    }

    /// A fault of the card; what is none is kept as trouble. A card that is lost has no power.
    fn fault(&self, error: TransportError) -> Fault {
        if let TransportError::Silent(fault) = error {
            return fault;
        }
        let fault = match error.lost() {
            Lost::Card | Lost::Reader | Lost::Name => Fault::PowerLost,
            Lost::Answer | Lost::Thread => Fault::Mute,
        };
        self.trouble.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        fault
    }
}

impl<L: Transport + Send> Card for Relay<L> {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn uid(&self) -> Option<Uid> {
        self.uid
    }

    /// The reader of the real card chooses the interface; in the field of a slot a card on contacts is mute.
    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        if interface == Interface::Contactless && self.is_on_contacts {
            return Err(Fault::Mute);
        }
        self.begin(Reset::Cold)
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.begin(Reset::Warm)
    }

    /// The reader may keep the power; the card is reset before it hears of anything again.
    fn power_off(&mut self) {
        self.powered = false;
        self.transport.power_off();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        self.transport.select_protocol(protocol).map_err(|error| self.fault(error))
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        self.transport.transmit(command, response).map_err(|error| self.fault(error))
    }
}

/// Whether an answer to reset may be one that a reader made of the historical bytes of a card's answer to select:
/// `3B 8N 80 01`, N bytes, TCK [PCSC-PART-3 ATR].
fn is_of_a_field(atr: &Atr) -> bool {
    let (bytes, historical) = (atr.as_bytes(), atr.historical_bytes());
    matches!(*bytes, [0x3B, t0, 0x80, 0x01, ..] if t0 >> 4 == 0x8) && bytes.len() == historical.len() + 5
}

impl<L> fmt::Debug for Relay<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("atr", &self.atr).finish_non_exhaustive()
    }
}
