//! A card in a PC/SC reader as a card of this process.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Reset, Response};

use super::Failure;
use crate::terminal::transport::{
    Transport, TransportError,
    pcsclite::{Service, default_socket},
};

/// Which PC/SC service is meant.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct At {
    /// The socket of the PC/SC service of that reader [default: PCSCLITE_CSOCK_NAME, else that of pcscd]
    #[arg(long, value_name = "PATH", requires = "reader")]
    pub(super) socket: Option<PathBuf>,
}

impl At {
    /// Connects to the service.
    ///
    /// # Errors
    ///
    /// That it is not there.
    pub(super) fn service(&self, reader: &str) -> Result<Service, Failure> {
        let socket = self.socket.clone().unwrap_or_else(default_socket);
        Service::establish(&socket).map_err(|error| broken(reader, &error))
    }
}

/// That there is no transport to a card, or no more.
pub(super) fn broken(reader: &str, error: &TransportError) -> Failure {
    Failure::environment(format!("{reader}: {error}"), "see which readers there are: virtuale doctor")
}

/// What went wrong on the transport, which is no fault of the card.
#[derive(Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<TransportError>>>);

impl Trouble {
    /// What went wrong first, if anything did. Tells it once.
    pub(super) fn take(&self) -> Option<TransportError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A card at the end of a transport.
pub(super) struct Relay<L> {
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
    pub(super) fn new(transport: L, trouble: Trouble) -> Result<Self, Failure> {
        let wrong =
            |error| Failure::Environment(format!("the card's answer to reset is not well formed: {error}"), None);
        let atr = Atr::parse(transport.atr()).map_err(wrong)?;
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
