//! Layouts of cards with an antenna.

use std::path::Path;

use jiff::civil::date;
use virtuale_engine::{Card, Fault, Interface};

use super::{Layout, layout, mistakes::assert_refused, source, with_content};
use crate::profile::{Options, load};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

#[test]
fn a_card_answers_each_interface_as_its_layout_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts/sans-contact-roux.toml");
    let mut card = load(&path, &OPTIONS).unwrap_or_else(|error| panic!("{error}")).card();
    let contact = *card.atr();
    card.power_up(Interface::Contactless).expect("an antenna");
    assert_eq!(card.atr().as_bytes(), [0x3B, 0x81, 0x80, 0x01, 0x55, 0x55]);
    card.power_up(Interface::Contact).expect("contacts");
    assert_eq!(*card.atr(), contact);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml");
    let mut card = load(&path, &OPTIONS).unwrap_or_else(|error| panic!("{error}")).card();
    assert_eq!(card.power_up(Interface::Contactless), Err(Fault::Mute));
}

#[test]
fn mistakes_about_interfaces_are_named() {
    let with = |application: &str, card: &str| {
        let other = "[app.other]\nfid = \"0100\"\nrule = \"free\"\nsource = \"test\"\n";
        with_content("size = 4")
            .replace("[file.F]", &format!("{other}{application}\n[file.F]"))
            .replace("chip_bytes", &format!("{card}\nchip_bytes"))
    };
    layout(&with("interfaces = [\"contact\"]", ""));
    layout(&with("interfaces = [\"contactless\", \"contact\"]", "contactless_atr = [{ hex = \"3B 80 80 01 01\" }]"));
    for (application, card, message) in [
        ("interfaces = [\"contactles\"]", "", "unknown interface \"contactles\""),
        ("interfaces = [\"contact\", \"contact\"]", "", "\"contact\" is there twice"),
        ("interfaces = []", "", "this application would be nowhere"),
        ("", "contactless_atr = [{ hex = \"3B 81\" }]", "\"contactless_atr\" is not an answer to reset"),
        ("", "contactless_atr = []", "\"contactless_atr\" is not an answer to reset"),
        ("interface = [\"contact\"]", "", "did you mean \"interfaces\"?"),
    ] {
        assert_refused(&with(application, card), &[message]);
    }
    let wrong = with("", "contactless_atr = [{ hex = \"3B 8\" }]");
    let mistakes = Layout::parse(&source("l.toml", &wrong)).expect_err("half a byte").to_string();
    assert!(mistakes.contains("\"hex\" must be bytes") && !mistakes.contains("answer to reset"), "{mistakes}");
    let master = with_content("size = 4").replace("aids = [\"A0 01\"]", "interfaces = [\"contact\"]");
    assert_refused(&master, &["the MF is on every interface"]);
}
