//! How the card of a slot and its driver come together: the card goes to the driver, or the driver to the card.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{
    Address,
    conversation::End,
    service::{Note, Shared},
};
use crate::shown::reason;

/// How long after a failure it is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A conversation that lasted so long was no failure.
const LASTING: Duration = Duration::from_secs(5);

/// A driver that has said nothing for so long makes room for another one: vpcd says something each 0.4 s.
const SILENCE: Duration = Duration::from_secs(3);

/// How long accepting pauses when the system has no room for another connection.
const OUT_OF_BREATH: Duration = Duration::from_millis(50);

/// How long it may take to reach ourselves.
const GLANCE: Duration = Duration::from_millis(100);

/// What was told last of the driver of a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    Nothing,
    Trouble,
    Present,
}

/// Brings the card of a slot to the driver whenever there is one, until all is over.
pub(super) fn keep_connected(shared: &Arc<Shared>, slot: usize, address: &Address) {
    let mut told = Told::Nothing;
    let mut pause = FIRST_PAUSE;
    let mut last = None;
    while let Some(generation) = shared.await_card(slot) {
        if last.replace(generation) != Some(generation) {
            // Another card, or the same one again, is brought at once.
            pause = FIRST_PAUSE;
        }
        let begin = Instant::now();
        match address.connect() {
            Ok(stream) => {
                let end = shared.converse(slot, generation, stream, |is_driver| {
                    told = tell(shared, slot, address, told, is_driver);
                });
                if end == Some(End::Nonsense) {
                    told = tell(shared, slot, address, told, false);
                }
            }
            Err(error) => {
                if told != Told::Trouble {
                    let (address, why) = (address.to_string(), reason(&error).to_string());
                    shared.tell(Note::Absent { slot, address, why });
                    told = Told::Trouble;
                }
            }
        }
        if begin.elapsed() >= LASTING {
            pause = FIRST_PAUSE;
        }
        shared.rest(slot, generation, pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Tells that a driver is there, or that who is there is none, unless that was told last.
fn tell(shared: &Shared, slot: usize, address: &Address, told: Told, is_driver: bool) -> Told {
    let now = if is_driver { Told::Present } else { Told::Trouble };
    if now != told {
        let address = address.to_string();
        shared.tell(match is_driver {
            true => Note::Present { slot, address },
            false => Note::Strange { slot, address },
        });
    }
    now
}

/// Lets drivers in that come for the card of a slot, one at a time and while there is one, until all is over.
pub(super) fn await_drivers(shared: &Arc<Shared>, slot: usize, listener: &TcpListener) {
    for accepted in listener.incoming() {
        if shared.is_over() {
            return;
        }
        match accepted {
            Ok(stream) => admit(shared, slot, stream),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // Out of descriptors, most likely: trying again at once would only burn time.
            Err(_) => thread::sleep(OUT_OF_BREATH),
        }
    }
}

/// Lets a driver have the card of a slot. Without one, or if another driver has it, it is hung up on.
fn admit(shared: &Arc<Shared>, slot: usize, stream: TcpStream) {
    let Some(generation) = shared.card(slot) else { return };
    if shared.line(slot).is_some_and(|line| line.silence() < SILENCE && line.generation == generation) {
        return;
    }
    // Without a thread, it is hung up on, too.
    let _ = shared.spawn("vpcd driver", move |shared| {
        shared.converse(slot, generation, stream, |_| {});
    });
}

/// Has a thread that awaits drivers look whether all is over.
pub(super) fn wake(address: &SocketAddr) {
    let mut address = *address;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    let _ = TcpStream::connect_timeout(&address, GLANCE);
}
