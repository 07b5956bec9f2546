//! By whose environments a rule is judged, and on which channels a proof ends.

use alloc::{format, vec};

use crate::{
    Protocol,
    image::{ChipImage, ControlTemplate, FileIndex, FileKind},
    platform::Forgetful,
    testing::{
        Tester, VITALE, file,
        keys::{
            SELECT, TRIPLE_DES, VERIFY, applets, card, card_of, domain, environment, keyed_image, object, pin, secure,
            template,
        },
        rule,
        terminal::{Terminal, prove, triple_des},
        text, transparent,
    },
};

/// SELECT VITALE on channel 1, once that is open.
const SELECT_ON_1: (&str, &str) = ("01 A4 04 0C 0B D250000002564954414C45", "9000");

/// Reads file `0066`, which asks for PIN 1 of VITALE, on channel 1.
const READ_ON_1: &str = "01 B0 82 00 02";

/// The card, on which the MF has environments with the numbers of VITALE's: SE 1 names its PIN 1, SE 2 its PIN 2.
/// File `0077` of VITALE may be deleted by whoever satisfies SE 1.
fn twice_numbered() -> ChipImage {
    let mut image = keyed_image();
    let FileKind::Directory(master) = &mut image.files[FileIndex::MF.0].kind else { panic!("a DF") };
    let security = &mut master.security;
    security.objects[0] = object(1, &[0x31, 0x00, 0x12, 0x00], Some(3), pin("0000", 4));
    security.objects.push(object(2, &[0x21, 0x00, 0x00], Some(3), pin("87654321", 8)));
    for number in [1, 2] {
        security.environments.push(environment(number, vec![template(ControlTemplate::USER, Some(number), None)]));
    }
    let mut guarded = file(0x0077, &[VITALE], transparent(4, 0));
    guarded.contact = rule(&[0x41, 0x11, 0x00]);
    image.files.push(guarded);
    image
}

#[test]
fn the_rule_of_a_file_is_judged_where_the_file_is() {
    let mut card = Tester::of(twice_numbered(), Protocol::T1, &applets, Forgetful);
    let delete = "00 E4 08 00 04 0001 0077";
    card.plays(&[
        ("00 20 00 01 04 30303030", "9000"),
        (delete, "6982"),
        SELECT,
        VERIFY,
        (delete, "9000"),
        (delete, "6A82"),
    ]);
}

#[test]
fn the_rule_of_a_global_code_is_judged_by_global_environments() {
    let mut card = card_of(twice_numbered(), Protocol::T1, Forgetful);
    card.plays(&[
        // VITALE's own SE 2 names its own PUK.
        ("00 2C 00 01 0C 3132333435363738 31313131", "63C2"),
        ("00 2C 00 01 0C 3837363534333231 31313131", "9000"),
        ("00 20 00 01 04 31313131", "9000"),
    ]);
}

#[test]
fn a_pin_with_another_value_is_given_on_no_channel() {
    let mut card = card(Protocol::T1);
    card.plays(&[
        ("00 70 00 01", "9000"),
        SELECT_ON_1,
        ("01 20 00 81 04 31323334", "9000"),
        (READ_ON_1, "0001 9000"),
        ("00 2C 00 81 0C 3132333435363738 39393939", "9000"),
        ("01 20 00 81", "63C3"),
        (READ_ON_1, "6982"),
        ("01 20 00 81 04 39393939", "9000"),
        (READ_ON_1, "0001 9000"),
    ]);
}

#[test]
fn a_changed_code_is_given_where_it_was_changed_only() {
    let mut card = card(Protocol::T1);
    card.plays(&[
        ("00 70 00 01", "9000"),
        SELECT_ON_1,
        ("01 20 00 81 04 31323334", "9000"),
        ("00 24 00 81 08 3132333435363738", "9000"),
        ("00 20 00 81", "9000"),
        ("01 20 00 81", "63C3"),
        (READ_ON_1, "6982"),
    ]);
}

#[test]
fn a_proof_is_taken_back_or_ends_on_every_channel_with_a_blocked_code() {
    let read = "00 B0 82 00 02";
    let mut card = card(Protocol::T1);
    card.plays(&[VERIFY, ("00 20 FF 81 01 00", "6700"), (read, "0001 9000"), ("00 20 FF 81", "9000")]);
    card.plays(&[("00 20 00 81", "63C3"), (read, "6982"), VERIFY, ("00 70 00 01", "9000"), SELECT_ON_1]);
    for left in ["63C2", "63C1", "63C0"] {
        card.plays(&[("01 20 00 81 04 39393939", left)]);
    }
    card.plays(&[(read, "6982"), ("00 20 00 81", "6983"), ("00 20 00 81 04 31323334", "6983"), (read, "6982")]);
}

#[test]
fn the_proof_of_a_key_set_ends_on_every_channel_with_one_that_is_blocked() {
    const CHALLENGE: (&str, &str) = ("00 84 00 00 08", "4242424242424242 9000");
    let put = "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737";
    let proof = format!("00 82 00 00 18 {}", text(&prove(&triple_des(), &[0x42; 8])));
    let wrong = format!("01 82 00 00 18 {}", "00".repeat(24));
    let mut card = card(Protocol::T1);
    card.plays(&[("00 70 00 01", "9000"), SELECT_ON_1, ("01 22 81 A4 06 80 01 1C 83 01 81", "9000")]);
    card.plays(&[("00 22 81 A4 06 80 01 1C 83 01 81", "9000"), CHALLENGE, (&proof, "9000"), (put, "9000")]);
    for left in ["63C2", "63C1", "63C0"] {
        card.plays(&[(put, "9000"), ("01 84 00 00 08", CHALLENGE.1), (&wrong, left)]);
    }
    card.plays(&[(put, "6982"), CHALLENGE, (&proof, "6983")]);
}

#[test]
fn another_channels_own_codes_are_left_alone() {
    let mut image = keyed_image();
    secure(&mut image, FileIndex(3), domain());
    let mut card = card_of(image, Protocol::T1, Forgetful);
    card.plays(&[
        ("00 70 00 01", "9000"),
        SELECT_ON_1,
        ("01 A4 00 0C 02 0010", "9000"),
        ("01 20 00 81 04 31323334", "9000"),
        ("00 2C 00 81 0C 3132333435363738 39393939", "9000"),
        ("01 20 00 81", "9000"),
    ]);
}

#[test]
fn a_key_set_with_other_keys_is_proved_and_protects_on_no_channel() {
    let mut card = card(Protocol::T1);
    card.plays(&[("00 70 00 01", "9000"), SELECT_ON_1]);
    let mut terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x0C);
    assert_eq!(terminal.send(&mut card, "0C B0 9E 05", "", Some(2)), "05069000");
    card.plays(&[("01 22 81 A4 06 80 01 1C 83 01 81", "9000"), ("01 84 00 00 08", "4242424242424242 9000")]);
    let proof = format!("01 82 00 00 18 {}", text(&prove(&triple_des(), &[0x42; 8])));
    let keys = "55".repeat(16);
    let put = format!("01 DB 3F FF 2C 70 2A BF8A01 26 A2 24 90 10 {keys} 91 10 {keys}");
    let read = text(&terminal.seal("0C B0 9E 05", "", Some(2)));
    card.plays(&[(&proof, "9000"), (&put, "9000"), (&put, "6982"), (&read, "6A88")]);
}

#[test]
fn the_parts_of_a_session_end_with_it_wherever_that_ends() {
    let mut card = card(Protocol::T1);
    card.plays(&[("00 70 00 01", "9000"), SELECT_ON_1]);
    let mut terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x0C);
    assert_eq!(terminal.send(&mut card, "1C DB 3F FF", "70 0D BF8101 09 7F41 06", None), "9000");
    card.plays(&[("01 22 81 A4 06 80 01 1C 83 01 81", "9000"), ("01 84 00 00 08", "4242424242424242 9000")]);
    let proof = format!("01 82 00 00 18 {}", text(&prove(&triple_des(), &[0x42; 8])));
    let [mac, encryption] = TRIPLE_DES.map(|key| text(&key));
    let put = format!("01 DB 3F FF 2C 70 2A BF8A01 26 A2 24 90 10 {mac} 91 10 {encryption}");
    card.plays(&[(&proof, "9000"), (&put, "9000")]);
    let mut terminal = Terminal::authenticate(&mut card, &triple_des(), 0x81, 0x0C);
    assert_eq!(terminal.send(&mut card, "0C DB 3F FF", "82 04 37373737", None), "6A80");
}

#[test]
fn a_private_key_with_other_numbers_ends_no_proof_of_a_key_set() {
    let mut image = keyed_image();
    let mut security = domain();
    security.objects[6].rule = rule(&[0x7B, 0x11, 0x11, 0x11, 0x11, 0x00, 0x00]);
    secure(&mut image, VITALE, security);
    let mut card = card_of(image, Protocol::T1, Forgetful);
    card.plays(&[("00 22 81 A4 06 80 01 1C 83 01 81", "9000"), ("00 84 00 00 08", "4242424242424242 9000")]);
    let proof = format!("00 82 00 00 18 {}", text(&prove(&triple_des(), &[0x42; 8])));
    let exponent = "00 DB 3F FF 0E 70 0C BF9001 08 7F48 05 82 03 010001";
    let pin = "00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737";
    card.plays(&[(&proof, "9000"), (exponent, "9000"), (pin, "9000")]);
}
