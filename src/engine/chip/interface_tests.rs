//! What follows the interface that gives the chip power.

use hex_literal::hex;

use crate::{
    Atr, Card, ChipImage, Fault, Interface, Protocol,
    image::{FileKind, Offered},
    platform::Forgetful,
    testing::{
        Tester, VITAMIN,
        keys::{SELECT, VERIFY, applets, keyed_image},
        rule,
    },
};

const ATR: [u8; 6] = hex!("3B 81 80 01 55 55");

/// The card of keys with an antenna: without contacts nobody reads 2001 or verifies PIN 1, all read 2F02, and VITAMIN
/// is not there.
fn with_antenna() -> ChipImage {
    let mut image = keyed_image();
    image.contactless_atr = Some(Atr::parse(&ATR).expect("an ATR"));
    image.files[7].contactless = Some(rule(&hex!("01 FF")));
    image.files[6].contactless = Some(rule(&hex!("01 00")));
    let FileKind::Directory(vitale) = &mut image.files[1].kind else { panic!("a DF") };
    vitale.security.objects[0].contactless = Some(rule(&hex!("43 00 00 00")));
    let FileKind::Directory(vitamin) = &mut image.files[VITAMIN.0].kind else { panic!("a DF") };
    vitamin.offered = Offered::Only(Interface::Contact);
    image
}

fn powered(image: ChipImage, interface: Interface) -> Tester {
    let mut card = Tester::of(image, Protocol::T1, &applets, Forgetful);
    card.chip.power_up(interface).expect("an ATR");
    card.chip.select_protocol(Protocol::T1).expect("offered");
    card
}

#[test]
fn each_interface_has_its_atr() {
    let mut card = Tester::of(with_antenna(), Protocol::T1, &applets, Forgetful);
    let contact = *card.chip.atr();
    card.chip.power_up(Interface::Contactless).expect("an antenna");
    assert_eq!(card.chip.atr().as_bytes(), ATR);
    card.chip.reset().expect("a warm reset keeps the interface");
    assert_eq!(card.chip.atr().as_bytes(), ATR);
    card.chip.power_up(Interface::Contact).expect("contacts");
    assert_eq!(*card.chip.atr(), contact);
}

#[test]
fn a_chip_without_an_antenna_is_mute_in_a_field() {
    let mut card = Tester::of(keyed_image(), Protocol::T1, &applets, Forgetful);
    let contact = *card.chip.atr();
    assert_eq!(card.chip.power_up(Interface::Contactless), Err(Fault::Mute));
    assert_eq!((*card.chip.atr(), card.try_send("00 A4 00 0C")), (contact, Err(Fault::Unpowered)));
    card.chip.power_up(Interface::Contact).expect("contacts");
    card.plays(&[("00 A4 00 0C", "9000")]);
}

#[test]
fn rules_are_those_of_the_interface() {
    const READ: &str = "00 B0 00 00 01";
    let name = ("00 A4 00 0C 02 2001", "9000");
    let closed = ("00 A4 00 0C 02 2F02", "9000");
    let mut card = powered(with_antenna(), Interface::Contactless);
    card.plays(&[closed, (READ, "00 9000"), ("00 D6 00 00 01 AA", "6982")]);
    card.plays(&[
        SELECT,
        name,
        (READ, "6982"),
        (VERIFY.0, "6985"),
        ("00 20 00 81", "6985"),
        ("00 20 00 83 04 35353535", "9000"),
    ]);
    let mut card = powered(with_antenna(), Interface::Contact);
    card.plays(&[closed, (READ, "6982"), SELECT, name, (READ, "00 9000"), VERIFY]);
    card.chip.power_up(Interface::Contactless).expect("an antenna");
    card.chip.select_protocol(Protocol::T1).expect("offered");
    card.plays(&[SELECT, name, (READ, "6982")]);
}

#[test]
fn an_application_is_found_on_its_interface_only() {
    let ways =
        ["00 A4 04 0C 07 564954414D494E", "00 A4 00 0C 02 0002", "00 A4 08 0C 04 0002 0021", "00 A4 01 0C 02 0002"];
    for (interface, found) in [(Interface::Contact, "9000"), (Interface::Contactless, "6A82")] {
        for way in ways {
            powered(with_antenna(), interface).plays(&[(way, found)]);
        }
    }
    // The other names that begin alike are passed on to.
    let mut card = powered(with_antenna(), Interface::Contactless);
    card.plays(&[("00 A4 04 0E 02 D250", "9000"), ("00 A4 04 0E 02 D250", "9000"), ("00 A4 04 0E 02 D250", "6A82")]);
}
