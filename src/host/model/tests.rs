//! Model files, good and bad.

use std::{fs, path::Path};

use proptest::prelude::*;
use virtuale_engine::Interface;

use super::{BUILT_IN, Model, ModelError};
use crate::profile::diagnostic::Source;

fn parse(text: &str) -> Result<Model, String> {
    let source = Source { name: "m.toml".into(), text: text.into() };
    Model::parse(source).map_err(|mistakes| mistakes.render(false))
}

#[test]
fn the_models_of_the_program_are_good_and_told_by_name() {
    assert!(BUILT_IN.is_sorted_by_key(|model| model.name));
    for built_in in BUILT_IN {
        let model = parse(built_in.text).unwrap_or_else(|mistakes| panic!("{}: {mistakes}", built_in.name));
        assert!(!model.slots.is_empty());
        assert_eq!(Model::find(Path::new(built_in.name)).expect("a model"), model);
        assert_eq!(built_in.about.contains("PIN pad"), model.device.pad.is_some(), "{}", built_in.name);
    }
    let names = |model: &str| {
        let slots = Model::find(Path::new(model)).expect("a model").slots;
        slots.into_iter().map(|slot| slot.name).collect::<Vec<_>>()
    };
    let telium = ["Ingenico TL TELIUM(1)", "Ingenico TL TELIUM(2)", "Ingenico TL TELIUM(3)"];
    assert_eq!(names("ingenico-telium"), telium);
    assert_eq!(names("kapelse-kap-link"), ["01810175 KAP-LINK 0", "01810175 KAP-LINK 1"]);
    let unknown = Model::find(Path::new("xiring-mylo")).expect_err("no model");
    assert!(matches!(&unknown, ModelError::Unknown { nearest: Some(name), .. } if name == "xiring-myleo"), "{unknown}");
    assert!(matches!(Model::find(Path::new("./no-such.toml")), Err(ModelError::Io(_))));
}

#[test]
fn every_key_of_a_model_is_read() {
    let model = parse(
        r#"
        [reader]
        vendor = "A"
        product = "B"
        version = "1.08.3"
        serial = "S"
        usb = "0f14:0038"
        longest_command = 261
        longest_data = 256
        [[reader.slot]]
        name = "A B 0"
        [[reader.slot]]
        name = "A B 1"
        antenna = true
        [reader.pad]
        modifies = false
        lines = 2
        columns = 16
        shortest = 4
        longest = 8
        patience = 15
        [reader.attributes]
        "00020110" = false
        "0007A045" = "01 02"
        "#,
    )
    .expect("a good model");
    let device = &model.device;
    assert_eq!((device.vendor.as_str(), device.product.as_str(), device.serial.as_deref()), ("A", "B", Some("S")));
    assert_eq!((device.version.number(), device.usb), (0x0108_0003, Some((0x0F14, 0x0038))));
    assert_eq!((device.longest_command, device.longest_data), (261, 256));
    let pad = device.pad.as_ref().expect("a pad");
    assert_eq!(
        (pad.modifies, pad.lines, pad.columns, pad.shortest, pad.longest, pad.patience),
        (false, 2, 16, 4, 8, 15)
    );
    assert_eq!(device.attributes, [(0x0002_0110, None), (0x0007_A045, Some(vec![1, 2]))].into());
    let kinds: Vec<_> = model.slots.iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds, [Interface::Contact, Interface::Contactless]);
    let least = parse("[reader]\nvendor = \"A\"\n[[reader.slot]]\nname = \"A 0\"\n").expect("enough");
    assert_eq!((least.device.product.as_str(), least.device.pad), ("A", None));
}

#[test]
fn mistakes_are_told_with_their_place_and_what_to_do() {
    let good = "[reader]\nvendor = \"A\"\n[[reader.slot]]\nname = \"A 0\"\n";
    for (text, said) in [
        ("", "there is no reader here"),
        ("[reder]\n", "did you mean \"reader\"?"),
        ("[reader]\n", "the reader has no \"vendor\""),
        ("[reader]\nvendor = \"A\"\n", "the reader has no \"slot\""),
        ("reader = 1\n", "reader is a table"),
        (&good.replace("vendor", "vendr"), "did you mean \"vendor\"?"),
        (&good.replace("\"A\"", "1"), "this is an integer, and a text belongs here"),
        (&good.replace("\"A 0\"", "\"\""), "this text cannot be seen"),
        (&good.replace("A 0", &"x".repeat(128)), "128 bytes, and 127 fit"),
        (&good.replace("name", "nam"), "the slot has no \"name\""),
        (&format!("{good}[[reader.slot]]\nname = \"A 0\"\n"), "another slot has this name"),
        (&format!("{good}antenna = 1\n"), "neither true nor false"),
        (&format!("{good}[reader.pad]\nshortest = 9\nlongest = 8\n"), "the shortest PIN has 9 digits"),
        (&format!("{good}[reader.pad]\nlongest = 33\n"), "no number from 1 to 32"),
        (&format!("{good}[reader.attributes]\n\"20110\" = false\n"), "no number of an attribute"),
        (&format!("{good}[reader.attributes]\n\"00020110\" = true\n"), "no value of an attribute"),
        (&good.replace("vendor", "version = \"1\"\nvendor"), "this is no version"),
        (&good.replace("vendor", "usb = \"14:38\"\nvendor"), "no numbers of the USB forum"),
        (&good.replace("vendor", "longest_command = 4\nvendor"), "no number from 5 to 65544"),
        ("[reader]\nvendor = \"A\"\nslot = 1\n", "slots are a list"),
        ("[reader\n", "m.toml:1:"),
    ] {
        let mistakes = parse(text).expect_err(text);
        assert!(mistakes.contains(said) && mistakes.contains("m.toml"), "{said} is missing in\n{mistakes}");
    }
    let many = (0..17).map(|slot| format!("[[reader.slot]]\nname = \"A {slot}\"\n")).collect::<String>();
    let many = parse(&format!("[reader]\nvendor = \"A\"\n{many}")).expect_err("too many");
    assert!(many.contains("17 slots are more than the 16"), "{many}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("own.toml");
    fs::write(&path, good).expect("room");
    assert!(Model::find(&path).is_ok());
    fs::write(&path, [0xFF, 0xFE]).expect("room");
    assert!(matches!(Model::find(&path), Err(ModelError::Invalid(_))));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\[reader\\]\n)?[a-z\\[\\]\"=. 0-9\n]{0,80}") {
        let _ = parse(&text);
    }
}
