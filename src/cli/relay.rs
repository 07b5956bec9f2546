//! The card in a PC/SC reader, for a verb.

use std::path::PathBuf;

use super::Failure;
use crate::{
    shown,
    terminal::transport::{
        TransportError,
        pcsclite::{Connection, Service, default_socket},
        relay::{Relay, Trouble},
    },
};

/// Which PC/SC service is meant.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct At {
    /// The socket of the PC/SC service of these readers [default: PCSCLITE_CSOCK_NAME, else that of pcscd]
    #[arg(long, value_name = "PATH", requires = "readers")]
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
    Failure::environment(format!("{}: {error}", shown::line(reader)), "see which readers there are: virtuale doctor")
}

/// The card at the end of a connection, as one of this process. What goes wrong on the way is put into `trouble`.
///
/// # Errors
///
/// That its answer to reset is none.
pub(super) fn relay<'s>(connection: Connection<'s>, trouble: &Trouble) -> Result<Relay<Connection<'s>>, Failure> {
    Relay::new(connection, trouble.clone()).map_err(|error| {
        Failure::Environment(format!("the card's answer to reset is not well formed: {error}").into(), None)
    })
}
