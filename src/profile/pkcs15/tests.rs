//! The bytes that worked with the real programs [RUN-OPENSC files].

use hex_literal::hex;
use virtuale_engine::Fid;

use super::{Certificate, KeyKind, KeyUsage, Paths, Pin, PrivateKey, Token};

fn key(label: &str, id: u8, reference: u8, usage: KeyUsage) -> PrivateKey {
    let kind = KeyKind::Rsa { bits: 2048 };
    PrivateKey {
        label: label.into(),
        id,
        reference,
        kind,
        usage,
        pin: Some(1),
        path: Fid(0xA000 + u16::from(reference)),
    }
}

fn token() -> Token {
    Token {
        serial: hex!("92500018000000000042").to_vec(),
        manufacturer: "TEST IAS ECC".into(),
        label: "Vitale 2 IAS (TEST)".into(),
        writable: false,
        pins: vec![Pin { label: "PIN porteur".into(), id: 1, reference: 0x81, digits: (4, 8) }],
        keys: vec![key("AUTH key", 0x45, 1, KeyUsage::Authentication), key("SIGN key", 0x46, 2, KeyUsage::Signature)],
        certificates: vec![Certificate { label: "AUTH cert".into(), id: 0x45, path: Fid(0xB001) }],
    }
}

#[test]
fn odf() {
    let paths =
        Paths { pins: Fid(0x7001), private_keys: Fid(0x7002), public_keys: Fid(0x7003), certificates: Fid(0x7005) };
    let right = hex!("A8 06 30 04 04 02 7001 A0 06 30 04 04 02 7002 A1 06 30 04 04 02 7003 A4 06 30 04 04 02 7005");
    assert_eq!(token().odf(paths), Ok(right.to_vec()));
}

#[test]
fn aodf() {
    let right = hex!(
        "30 33 30 11 0C 0B 50494E20706F7274657572 03 02 06 C0 30 03 04 01 01"
        "A1 19 30 17 03 02 03 48 0A 01 01 02 01 04 02 01 08 02 01 08 80 02 00 81 04 01 FF"
    );
    assert_eq!(token().aodf(), Ok(right.to_vec()));
}

#[test]
fn prkdf_with_a_path_that_scdaemon_accepts() {
    let right = hex!(
        "30 36 30 11 0C 08 41555448206B6579 03 02 07 80 04 01 01"
        "30 13 04 01 45 03 02 05 20 03 02 03 B8 02 01 01 A1 03 02 01 01"
        "A1 0C 30 0A 30 04 04 02 A001 02 02 08 00"
        "30 37 30 11 0C 08 5349474E206B6579 03 02 07 80 04 01 01"
        "30 14 04 01 46 03 03 06 20 40 03 02 03 B8 02 01 02 A1 03 02 01 01"
        "A1 0C 30 0A 30 04 04 02 A002 02 02 08 00"
    );
    assert_eq!(token().prkdf(), Ok(right.to_vec()));
}

#[test]
fn a_key_on_a_curve_agrees_where_another_deciphers() {
    let mut token = token();
    token.keys = vec![PrivateKey { kind: KeyKind::P256, ..key("DEC key", 0x47, 3, KeyUsage::Decipherment) }];
    // decrypt, unwrap, derive; derive alone.
    let private = hex!("0C 07 444543206B6579 03 02 07 80 04 01 01 30 0F 04 01 47 03 03 07 44 80 03 02 03 B8 02 01 03");
    let public = hex!("0C 07 444543206B6579 30 0F 04 01 47 03 03 07 00 80 03 02 03 08 02 01 03");
    assert_eq!(
        [&token.prkdf().expect("DER")[4..4 + private.len()], &token.pukdf().expect("DER")[4..4 + public.len()]],
        [&private[..], &public]
    );
}

#[test]
fn pukdf() {
    let right = hex!(
        "30 28 30 0A 0C 08 41555448206B6579 30 0E 04 01 45 03 02 01 02 03 02 03 08 02 01 01"
        "A1 0A 30 08 30 02 04 00 02 02 08 00"
    );
    assert_eq!(token().pukdf().expect("DER")[..right.len()], right);
}

#[test]
fn cdf() {
    let right = hex!("30 20 30 0F 0C 09 415554482063657274 03 02 06 40 30 03 04 01 45 A1 08 30 06 30 04 04 02 B001");
    assert_eq!(token().cdf(), Ok(right.to_vec()));
}

#[test]
fn token_info() {
    let info = token().token_info().expect("DER");
    assert!(info.starts_with(&hex!(
        "30 81 DF 02 01 00 04 0A 92500018000000000042 0C 0C 544553542049415320454343"
        "80 13 566974616C6520322049415320285445535429 03 02 04 B0 A2 81 A6"
    )));
    assert!(info.ends_with(&hex!(
        "30 1B 020105 02020250 0500 03020102 0609608648016503040201 020140"
        "30 1A 020106 020101 0500 03020204 06092A864886F70D010101 02011A"
    )));
    assert_eq!(info.len(), 0xE2);
    let writable = Token { writable: true, ..token() }.token_info().expect("DER");
    assert_eq!((&info[53..57], &writable[53..57]), (&hex!("03 02 04 B0")[..], &hex!("03 02 04 30")[..]));
}
