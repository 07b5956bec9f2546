//! The page that shows running readers in a browser: their slots and cards, the dialogue as it happens, and what a
//! person may do to them there.
//!
//! [`Console::start`] serves a host's page and a JSON API on a loopback address, from one thread of its own, for as
//! long as it lives. docs/console.md is the guide, docs/schemas/console-openapi.json the API.
//!
//! Rooms: `server` has the connections, `guard` says who may, `routes` has the API, `answer` and `notice` say why
//! something was refused, `recorder` writes the dialogue into the `ring` and what has no answer yet into `underway`,
//! `search` looks for something there, and `explain`, `card`, `face`, `shelf`, `words` and `export` say what is shown.
//! The page itself is in `page/`: plain files that are part of the program and fetch nothing from elsewhere.
//!
//! The rules upheld here: nobody without the token learns or does anything, whatever a browser can be made to send; no
//! card waits for a page; what is not our own is text, and no character of it hides.

mod answer;
mod assets;
mod card;
mod entry;
mod explain;
mod export;
mod face;
mod guard;
mod notice;
mod recorder;
mod ring;
mod routes;
mod search;
mod server;
mod shelf;
mod stream;
#[cfg(test)]
mod tests;
mod token;
mod underway;
mod words;

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use self::{guard::Guard, recorder::Recorder, routes::State, server::Server, shelf::Shelf, token::Token};
use crate::{
    host::Host,
    shown::{path, reason},
};

/// Where a page is served if nothing is said: on a free port of this machine.
pub const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a page shall be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// Where it is served: a loopback address. Port 0 takes a free one.
    pub address: SocketAddr,
    /// A folder whose card files can be put into slots from the page, beside the cards of the program.
    pub cards: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { address: ANYWHERE, cards: None }
    }
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// The address is not one of this machine alone.
    #[error("the page is served on this machine only, and {0} can be reached from others")]
    NotLoopback(SocketAddr),
    /// Nothing can be served at an address.
    #[error("cannot serve the page at {address}: {}", reason(error))]
    Address {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// What is named as a folder of cards is none, or cannot be read.
    #[error("cannot read the folder of cards {}: {}", path(folder), reason(error))]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// The system gives no random numbers, or no thread.
    #[error("the system does not let the page be served: {}", reason(.0))]
    System(io::Error),
}

impl ConsoleError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotLoopback(_) => Some("use 127.0.0.1 or [::1]; from another machine, forward the port with ssh -L"),
            Self::Address { .. } => Some("port 0 takes a free one"),
            Self::Folder { .. } => Some("name a folder with card files in it"),
            Self::System(_) => None,
        }
    }
}

/// A page that is served. It goes when this is dropped.
pub struct Console {
    address: SocketAddr,
    url: String,
    // In the order in which they go.
    _server: Server,
    _recorder: Recorder,
}

impl Console {
    /// Serves the page of a host, and tells the host where, for who asks over its control socket.
    ///
    /// The dialogue is kept from now on, as much as there is room for. It is explained for cards whose card files the
    /// host keeps ([`Builder::keep_profiles`](crate::host::Builder::keep_profiles)).
    ///
    /// # Errors
    ///
    /// [`ConsoleError`].
    pub fn start(host: &Host, options: &Options) -> Result<Self, ConsoleError> {
        if !options.address.ip().is_loopback() {
            return Err(ConsoleError::NotLoopback(options.address));
        }
        let shelf = Shelf::new(options.cards.as_deref())?;
        let (token, visit) = (Token::draw(), Token::draw());
        let (token, visit) = token.and_then(|token| Ok((token, visit?))).map_err(ConsoleError::System)?;
        let listener = server::bind(options.address)?;
        let address = listener.local_addr().map_err(ConsoleError::System)?;
        let url = format!("http://{address}/?token={}", token.text());
        let remote = host.remote();
        let recorder = Recorder::start(remote.clone()).map_err(ConsoleError::System)?;
        let state = State {
            remote: remote.clone(),
            shelf,
            ring: recorder.ring(),
            baselines: recorder.baselines(),
            underway: recorder.underway(),
        };
        let guard = Guard::new(address, token, visit);
        let server = Server::start(listener, routes::router(Arc::new(state), Arc::new(guard)));
        let server = server.map_err(ConsoleError::System)?;
        remote.tell_page(Some(url.clone()));
        Ok(Self { address, url, _server: server, _recorder: recorder })
    }

    /// Where it is served.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address with the token: who opens it is let in.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("address", &self.address).finish_non_exhaustive()
    }
}
