//! Cards that are lost while they are read, at every command, by the interface's numbers.

use std::path::Path;

use jiff::civil::{Date, date};
use virtuale_engine::{Fault, Protocol, Reset, Response};

use super::{codes::Code, rights};
use crate::{
    profile::{Options, Profile, load},
    terminal::{
        cps::Proof,
        guides::{CardReading, Guides, Unread},
        holder::{self, Asked, Holder},
        right::Side,
        told::Told,
        toy::parrot,
        transport::{
            Transport, TransportError,
            in_process::{InProcess, in_process},
        },
    },
};

const TODAY: Date = date(2026, 1, 15);

/// A transport on which so many commands go through; then the card is lost.
struct Losing {
    transport: InProcess,
    left: usize,
    fault: Fault,
}

impl Transport for Losing {
    fn atr(&self) -> &[u8] {
        self.transport.atr()
    }

    fn protocol(&self) -> Protocol {
        self.transport.protocol()
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        if self.left == 0 { Err(self.fault.into()) } else { self.transport.reset(kind) }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                self.transport.transmit(command, response)
            }
            None => Err(self.fault.into()),
        }
    }
}

/// Who gives the code of the built-in cards once.
struct Once;

impl Holder for Once {
    fn code(&mut self, asked: &Asked) -> Option<holder::Code> {
        holder::Code::new(b"1234", &asked.digits).ok().filter(|_| !asked.again)
    }
}

fn fixture(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
    load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads a card that is lost after so many commands.
fn read(profile: &Profile, left: usize, fault: Fault) -> Result<Box<dyn CardReading>, Unread> {
    let transport = in_process(Box::new(profile.card())).expect("it has power");
    let mut losing = Losing { transport, left, fault };
    Guides::built_in().read(&mut losing, profile.layout(), TODAY, &mut Once)
}

/// The numbers of a card that is lost at each of its commands.
fn numbers(name: &str, side: Side, fault: Fault) -> Vec<Code> {
    let profile = fixture(name);
    let lost = |left| read(&profile, left, fault).err().map(|error| Code::of_unread(&error, side));
    let numbers: Vec<Code> = (0..400).map_while(lost).collect();
    assert!((10..400).contains(&numbers.len()), "{name}: {}", numbers.len());
    numbers
}

#[test]
fn a_vitale_that_is_pulled_has_its_number_whenever_it_was() {
    for name in ["vitale2-martin", "vitale1-petit"] {
        assert!(
            numbers(name, Side::Patient, Fault::PowerLost).iter().all(|code| *code == Code::VITALE_PULLED),
            "{name}"
        );
        assert!(numbers(name, Side::Patient, Fault::Mute).iter().all(|code| *code == Code::VITALE_MUTE), "{name}");
    }
}

#[test]
fn a_professionals_card_that_is_pulled_is_none() {
    let pulled = numbers("cps-lefevre", Side::Professional, Fault::PowerLost);
    assert!(pulled.iter().all(|code| *code == Code::NO_PROFESSIONAL));
}

#[test]
fn a_card_that_does_not_come_to_an_end_is_a_protocol_error() {
    let endless = || in_process(Box::new(parrot(vec![vec![0x61, 0x10]]))).expect("it has power");
    let martin = fixture("vitale2-martin");
    let reading = Guides::built_in().read(&mut endless(), martin.layout(), TODAY, &mut Once);
    let lefevre = fixture("cps-lefevre");
    let professional = read(&lefevre, usize::MAX, Fault::Mute).expect("it is there");
    let (vitale, professional) = match &reading {
        Ok(reading) => (reading.told(), professional.told()),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(rights::of_vitale(&vitale, Ok(&professional)), Code::PROTOCOL);
    let endless = Told { is_cut_short: true, proof: Proof::Proved, ..professional };
    assert_eq!(rights::of_professional(&endless), Code::PROTOCOL);
}

#[test]
fn another_card_in_the_place_is_no_vitale() {
    let other = || in_process(Box::new(fixture("cps-lefevre").card())).expect("it has power");
    let martin = fixture("vitale2-martin");
    let read = Guides::built_in().read(&mut other(), martin.layout(), TODAY, &mut Once);
    assert_eq!(read.err().map(|error| Code::of_unread(&error, Side::Patient)), Some(Code::NO_VITALE));
    let lefevre = fixture("cps-lefevre");
    let mut vitale = in_process(Box::new(martin.card())).expect("it has power");
    let read = Guides::built_in().read(&mut vitale, lefevre.layout(), TODAY, &mut Once);
    assert_eq!(read.err().map(|error| Code::of_unread(&error, Side::Professional)), Some(Code::NO_PROFESSIONAL));
}
