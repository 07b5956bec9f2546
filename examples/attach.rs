//! Starts readers with a card in one of them, and runs a program that finds them.
//!
//! `cargo run --example attach`. The program is any that is linked to libpcsclite: billing software, `pcsc_scan`, the
//! binary under test.

use std::{error::Error, process::Command};

use virtuale::host::Host;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let martin = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");
    let host = Host::builder().card(martin).empty_slot().start()?;
    for slot in host.slots() {
        println!("{}: {}", slot.reader, slot.card.as_deref().unwrap_or("empty"));
    }

    let mut program = Command::new("sh");
    program.args(["-c", "test -S \"$PCSCLITE_CSOCK_NAME\" && echo the readers are at \"$PCSCLITE_CSOCK_NAME\""]);
    let status = host.attach(&mut program).status()?;
    if !status.success() {
        return Err(format!("the program did not find the readers: {status}").into());
    }

    // Nothing is left when the host goes.
    let socket = host.socket().to_owned();
    drop(host);
    match socket.exists() {
        true => Err("the socket is still there".into()),
        false => Ok(()),
    }
}
