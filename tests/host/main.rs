//! The library as a Rust developer uses it: hosts, their events, layers of his own, and the examples.

mod events;
mod examples;
mod hosts;
mod layers;

use std::path::PathBuf;

use virtuale::{
    engine::Response,
    host::Host,
    terminal::transport::{Transport, TransportError, pcsclite::Service},
};

/// A card file that is part of the program.
fn card(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("applets/cards").join(format!("{name}.toml"))
}

/// What the card in a slot answers to commands, over the socket of its host.
fn answers(host: &Host, slot: usize, commands: &[&[u8]]) -> Result<Vec<Vec<u8>>, TransportError> {
    let mut service = Service::establish(host.socket())?;
    let mut connection = service.connect(&host.slots()[slot].reader)?;
    let mut response = Response::new();
    let answer = |command: &&[u8]| {
        connection.transmit(command, &mut response)?;
        Ok(response.as_bytes().to_vec())
    };
    commands.iter().map(answer).collect()
}
