//! Published examples [ICAO-9303-11 D.4] [GMRTD-SM examples] [OPENPACE-EAC derivation], both ways, and what hostile
//! bytes get.

use alloc::{format, vec::Vec};

use hex_literal::hex;
use proptest::prelude::*;

use super::{PlainCommand, Session, SmError, Suite};
use crate::{
    StatusWord,
    crypto::{CipherKey, HashAlgorithm, RustCrypto},
    testing::bytes,
};

/// [ICAO-9303-11 D.4]
fn icao() -> Session {
    let encryption = CipherKey::TripleDes(hex!("979EC13B1CBFE9DCD01AB0FED307EAE5"));
    let mac = CipherKey::TripleDes(hex!("F1CB1F1FB5ADF208806B89DC579DC1F8"));
    Session::new(encryption, mac, 0x8870_2212_0C06_C226).expect("one cipher")
}

/// The session of the BSI worked example, before its first command.
fn bsi() -> Session {
    let encryption = CipherKey::Aes128(hex!("68406B4162100563D9C901A6154D2901"));
    let mac = CipherKey::Aes128(hex!("73FF268784F72AF833FDC9464049AFC9"));
    Session::new(encryption, mac, 0).expect("one cipher")
}

fn command(header: [u8; 4], data: &[u8], expected: Option<usize>) -> PlainCommand {
    PlainCommand { header, data: data.to_vec().into(), expected }
}

/// Seals the command in one session and opens it in another, at the same counter.
fn check_command(session: &mut Session, plain: &PlainCommand, field: &[u8]) {
    let mut card = session.clone();
    assert_eq!(session.seal_command(&RustCrypto, plain).as_deref(), Ok(field));
    assert_eq!(card.open_command(&RustCrypto, plain.header, field).as_ref(), Ok(plain));
}

fn check_response(session: &mut Session, instruction: u8, data: &[u8], status: StatusWord, field: &[u8]) {
    let mut card = session.clone();
    assert_eq!(card.seal_response(&RustCrypto, instruction, data, status).as_deref(), Ok(field));
    assert_eq!(session.open_response(&RustCrypto, field), Ok((data.to_vec().into(), status)));
}

#[test]
fn the_icao_dialogue_is_reproduced() {
    let mut session = icao();
    let select = command(hex!("0CA4020C"), &hex!("011E"), None);
    check_command(&mut session, &select, &hex!("8709016375432908C044F68E08BF8B92D635FF24F8"));
    check_response(&mut session, 0xA4, &[], StatusWord::SUCCESS, &hex!("990290008E08FA855A5D4C50A8ED"));
    let read = command(hex!("0CB00000"), &[], Some(4));
    check_command(&mut session, &read, &hex!("9701048E08ED6705417E96BA55"));
    let response = hex!("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED");
    check_response(&mut session, 0xB0, &hex!("60145F01"), StatusWord::SUCCESS, &response);
    let read = command(hex!("0CB00004"), &[], Some(18));
    check_command(&mut session, &read, &hex!("9701128E082EA28A70F3C7B535"));
    let response = hex!("871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D74");
    check_response(&mut session, 0xB0, &hex!("04303130365F36063034303030305C026175"), StatusWord::SUCCESS, &response);
}

#[test]
fn triple_des_corner_cases() {
    let cases = [
        (command(hex!("0C440000"), &[], None), &hex!("8E0859501CD94407C758")[..]),
        (
            command(hex!("0CCB3FFF"), &hex!("4D087006BF810102A080"), Some(256)),
            &hex!("8510A34A58E9CC8F8C8D8C52974EC32277E49701008E0829D1FDBB455C77B1"),
        ),
        (
            command(hex!("0C880000"), &hex!("0102030405060708"), Some(256)),
            &hex!("871101B0C26754EBC13E75754594A50408E8889701008E083CEA48F4BD5690F9"),
        ),
        (
            command(hex!("1CDB3FFF"), &hex!("000102030405060708090A0B0C0D0E0F"), None),
            &hex!("851856E42C416B85F2F1B2A387BE2A3F56B40BCCC051389D871A8E080A9D74E3152EA840"),
        ),
    ];
    for (plain, field) in cases {
        check_command(&mut icao(), &plain, field);
    }
    let mut session = icao();
    session.count();
    check_response(&mut session, 0xB0, &[], StatusWord::END_OF_FILE, &hex!("990262828E08C12CCCE06878469E"));
}

#[test]
fn a_data_object_that_hides_nothing_is_accepted() {
    // OpenSC sends one with READ BINARY.
    let field = hex!("870901A90D71602B2E7CFB9701048E088A6DBC6D3A6D9B80");
    let opened = icao().open_command(&RustCrypto, hex!("0CB00000"), &field);
    assert_eq!(opened, Ok(command(hex!("0CB00000"), &[], Some(4))));
}

#[test]
fn the_bsi_session_is_reproduced() {
    let mut session = bsi();
    let select = command(hex!("0C2281B6"), &hex!("830D44454356434141543030303031"), None);
    let field = hex!("871101BE90237EEB4BA0FF253EA246AE31C8B88E0892D21C73A1DFE999");
    check_command(&mut session, &select, &field);
    check_response(&mut session, 0x22, &[], StatusWord::SUCCESS, &hex!("990290008E08A89570A68664A7D6"));
}

#[test]
fn aes_corner_cases() {
    let mut at_two = bsi();
    at_two.count();
    at_two.count();
    let cases = [
        (command(hex!("0C440000"), &[], None), &hex!("8E087748DCDFB603AA9E")[..]),
        (command(hex!("0CB00000"), &[], Some(256)), &hex!("9701008E089861BEEC35C616D6")),
        (command(hex!("0CB00000"), &[], Some(65_536)), &hex!("970200008E08E399D0B74C78F5AC")),
        (
            command(hex!("0CCB3FFF"), &hex!("4D087006BF810102A080"), Some(256)),
            &hex!("8510A9DE71BF3B9FB9967E94ECF885B150989701008E08F057477C236FD309"),
        ),
        (
            command(hex!("0CD60000"), &hex!("000102030405060708090A0B0C0D0E0F"), None),
            &hex!("872101EC8CF687E9F81DE276ADEDE70EBD058B402D09670FB83EF5D897B2CB338D490C8E081E71EDAC324BCA17"),
        ),
    ];
    for (plain, field) in cases {
        check_command(&mut at_two.clone(), &plain, field);
    }
    at_two.count();
    let data = hex!("60145F01");
    let even = hex!("871101CA404994308FE9EEBA45B6CE94C67C90990290008E08C3E06F8710D86E95");
    check_response(&mut at_two.clone(), 0xB0, &data, StatusWord::SUCCESS, &even);
    let odd = hex!("8510CA404994308FE9EEBA45B6CE94C67C90990290008E0850A040B01722F6B8");
    check_response(&mut at_two.clone(), 0xB1, &data, StatusWord::SUCCESS, &odd);
    check_response(&mut at_two, 0xB0, &[], StatusWord::END_OF_FILE, &hex!("990262828E085FB6CA4EEE41EBAE"));
}

#[test]
fn the_longest_answers_open_too() {
    // The lengths at which the padded object, its padding indicator included, needs one more byte of length.
    let cases = [(65_519, 0xB1, "85 82 FFF0"), (65_520, 0xB1, "85 83 010000"), (65_536, 0xB0, "87 83 010011")];
    for (length, instruction, begins) in cases {
        let data: Vec<u8> = (0..=255).cycle().take(length).collect();
        let (mut terminal, mut card) = (bsi(), bsi());
        let field =
            card.seal_response(&RustCrypto, instruction, &data, StatusWord::SUCCESS).expect("keys of one cipher");
        assert!(field.starts_with(&bytes(begins)), "{length}: {:02X?}", &field[..6]);
        assert!(terminal.open_response(&RustCrypto, &field) == Ok((data.into(), StatusWord::SUCCESS)), "{length}");
    }
}

#[test]
fn keys_are_derived_as_published() {
    // AES-128 of the BSI example, AES-256 recomputed [OPENPACE-EAC derivation]; triple DES with SHA-1 and SHA-256
    // [OPENSC-CWA vectors].
    let secret = hex!("6E7D077CCD367C2EAA683F1E8EC534302E2D00B6ADAF8A87A6EDA78740F17606");
    let key = Suite::Aes128.derive_key(&RustCrypto, HashAlgorithm::Sha1, &secret, 2);
    assert!(matches!(key, Some(CipherKey::Aes128(key)) if key == hex!("73FF268784F72AF833FDC9464049AFC9")));
    let key = Suite::Aes256.derive_key(&RustCrypto, HashAlgorithm::Sha256, &secret, 1);
    let right = hex!("93AC36A08C11182B1B55A51C9AFAFD0509062BED549CC5EB663759121192F5D4");
    assert!(matches!(key, Some(CipherKey::Aes256(key)) if key == right));
    let secret = hex!("E8DEBBFF376FDEC17CB8402BE6A54D2499C4B44E3C86A6D21A4FF2D2A09F80AA");
    for (hash, right) in [
        (HashAlgorithm::Sha1, hex!("CA2DC7EE1A970EEEBD3858FB919C11EA")),
        (HashAlgorithm::Sha256, hex!("02AF2EB0E587612D717501298420FDA1")),
    ] {
        let key = Suite::TripleDes.derive_key(&RustCrypto, hash, &secret, 1);
        assert!(matches!(key, Some(CipherKey::TripleDes(key)) if key == right));
    }
    assert!(Suite::Aes256.derive_key(&RustCrypto, HashAlgorithm::Sha1, &secret, 1).is_none(), "SHA-1 is too short");
}

#[test]
fn a_plain_command_does_not_show_its_data() {
    let verify = command(hex!("0C200081"), b"1234", None);
    assert_eq!(format!("{verify:?}"), "PlainCommand(0C 20 00 81, 4 bytes, expected: None)");
}

#[test]
fn what_is_missing_or_wrong_is_told_apart() {
    let header = hex!("0CB00000");
    let open = |field: &[u8]| icao().open_command(&RustCrypto, header, field).unwrap_err();
    assert_eq!(open(&[]), SmError::Missing);
    assert_eq!(open(&hex!("970104")), SmError::Missing);
    assert_eq!(open(&hex!("8E08ED6705417E96BA55970104")), SmError::Missing, "the MAC comes last");
    assert_eq!(open(&hex!("9701048E08ED6705417E96BA56")), SmError::Wrong);
    assert_eq!(open(&hex!("9701048E04ED670541")), SmError::Wrong, "half a MAC");
    assert_eq!(open(&hex!("9701048E09ED6705417E96BA55")), SmError::Wrong, "the MAC is cut off");
    assert_eq!(StatusWord::from(SmError::Missing), StatusWord(0x6987));
    assert_eq!(StatusWord::from(SmError::Wrong), StatusWord(0x6988));
}

proptest! {
    #[test]
    fn what_is_sealed_opens(
        data in proptest::collection::vec(any::<u8>(), 0..600),
        expected in proptest::option::of(1_usize..=65_536),
        instruction in any::<u8>(),
    ) {
        for session in [icao(), bsi()] {
            let plain = command([0x0C, instruction, 1, 2], &data, expected);
            let (mut terminal, mut card) = (session.clone(), session);
            let field = terminal.seal_command(&RustCrypto, &plain).unwrap();
            prop_assert_eq!(card.open_command(&RustCrypto, plain.header, &field), Ok(plain));
            let field = card.seal_response(&RustCrypto, instruction, &data, StatusWord::SUCCESS).unwrap();
            prop_assert_eq!(terminal.open_response(&RustCrypto, &field), Ok((data.clone().into(), StatusWord::SUCCESS)));
        }
    }

    #[test]
    fn a_changed_byte_never_opens(
        data in proptest::collection::vec(any::<u8>(), 1..100),
        at in any::<prop::sample::Index>(),
        change in 1_u8..,
    ) {
        for session in [icao(), bsi()] {
            let plain = command([0x0C, 0xD6, 0, 0], &data, None);
            let mut field: Vec<u8> = session.clone().seal_command(&RustCrypto, &plain).unwrap();
            let at = at.index(field.len());
            field[at] ^= change;
            prop_assert!(session.clone().open_command(&RustCrypto, plain.header, &field).is_err());
        }
    }

    #[test]
    fn no_bytes_make_it_panic(field in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(icao().open_command(&RustCrypto, [0x0C, 0xB0, 0, 0], &field).is_err());
        prop_assert!(bsi().open_response(&RustCrypto, &field).is_err());
    }
}
