//! Listens to what happens to a card while a terminal reads it, and prints each command and what it got.
//!
//! `cargo run --example watch`.

use std::error::Error;

use virtuale::{
    engine::Response,
    host::{Host, What},
    terminal::transport::{Transport, pcsclite::Service},
};

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let martin = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");
    let host = Host::builder().card(martin).start()?;
    let events = host.events(1000);

    // A terminal as any other program would be one: over the PC/SC socket of the host.
    let mut service = Service::establish(host.socket())?;
    let reader = host.slots().remove(0).reader;
    let mut terminal = service.connect(&reader)?;
    let select_vitale = [0, 0xA4, 4, 0, 11, 0xD2, 0x50, 0, 0, 2, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45];
    terminal.transmit(&select_vitale, &mut Response::new())?;
    drop(terminal);
    drop(service);
    host.stop();

    let mut answered = false;
    for event in events {
        match event.what {
            What::Command { slot, bytes, .. } => println!("{:>12?}  {slot} > {:02X?}", event.at, &bytes[..]),
            What::Response { slot, bytes, took, .. } => {
                println!("{:>12?}  {slot} < {:02X?} in {took:?}", event.at, &bytes[..]);
                answered = true;
            }
            other => println!("{:>12?}  {other:?}", event.at),
        }
    }
    if answered { Ok(()) } else { Err("no answer was heard".into()) }
}
