//! A CPS4 as the agency's library asks it [DOPS-CRYPTOLIB CPS4], and under commands that no program should send.

use std::{path::Path, sync::OnceLock};

use hex_literal::hex;
use proptest::prelude::*;
use virtuale_engine::{
    Card, Interface, Protocol, Response, StatusWord,
    crypto::{Crypto, HashAlgorithm, RsaPublicKey, RustCrypto},
};

use super::{
    FOURTH_ATRS,
    tests::{OPTIONS, with},
};
use crate::profile::{Profile, VirtualCard, diagnostic::Source, families::Families};

const PIN: [u8; 9] = hex!("01 20 00 01 04 31323334");
const PUK: [u8; 13] = hex!("01 20 00 02 08 3132333435363738");
/// VERIFY without data, which tells the tries.
const TRIES: [u8; 5] = hex!("01 20 00 01 00");
const SELECT: [u8; 13] = hex!("01 A4 04 0C 08 80250000 01FF0100");
const DECIPHER: [u8; 8] = hex!("01 22 41 B8 03 83 01 20");
const NAME: [u8; 13] = hex!("E8 28 BD 08 0F 80 25 00 00 01 FF 00 10");

fn profile() -> &'static Profile {
    static PROFILE: OnceLock<Profile> = OnceLock::new();
    PROFILE.get_or_init(|| {
        let loaded = Families::built_in().load(Path::new("cps4-lefevre"), &OPTIONS);
        loaded.unwrap_or_else(|error| panic!("{error}"))
    })
}

/// The card with its applet selected on channel 1.
fn card_on(protocol: Protocol) -> VirtualCard {
    let mut card = profile().card();
    card.power_up(Interface::Contact).expect("an answer to reset");
    card.select_protocol(protocol).expect("it offers both");
    assert_eq!(status(&mut card, &SELECT), StatusWord::SUCCESS);
    card
}

fn card() -> VirtualCard {
    card_on(Protocol::T1)
}

/// The answer to a command, with all that waits for GET RESPONSE on its channel.
fn ask(card: &mut dyn Card, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let (mut data, mut command) = (Vec::new(), command.to_vec());
    let channel = command.first().map_or(0, |cla| cla & 0x03);
    loop {
        let mut response = Response::new();
        card.transmit(&command, &mut response).expect("power");
        let status = response.status().expect("a status word");
        data.extend_from_slice(response.data());
        match status.0.to_be_bytes() {
            [0x61, waiting] => command = vec![channel, 0xC0, 0x00, 0x00, waiting],
            _ => return (data, status),
        }
    }
}

fn status(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    ask(card, command).1
}

fn plays(card: &mut dyn Card, exchanges: &[(&[u8], u16)]) {
    for (command, right) in exchanges {
        assert_eq!(status(card, command), StatusWord(*right), "answer to {command:02X?}");
    }
}

/// The public key of a certificate on the card.
fn certified(card: &mut VirtualCard, fid: [u8; 2]) -> RsaPublicKey {
    plays(card, &[(&hex!("01 A4 00 0C 02 0001"), 0x9000), (&with(hex!("01 A4 09 0C"), &fid), 0x9000)]);
    let mut content = Vec::new();
    loop {
        let [high, low] = u16::try_from(content.len()).expect("a short file").to_be_bytes();
        let (piece, status) = ask(card, &[0x01, 0xB0, high, low, 0x00]);
        content.extend_from_slice(&piece);
        if status != StatusWord::SUCCESS || piece.is_empty() {
            break;
        }
    }
    // A modulus of 2048 bits behind the header of its INTEGER.
    let header = hex!("02 82 01 01 00");
    let at = content.windows(5).position(|bytes| bytes == header).expect("a modulus") + header.len();
    RsaPublicKey { n: content[at..at + 256].to_vec(), e: vec![0x01, 0x00, 0x01] }
}

/// The Le of a command with data and an answer: there is none on T=0.
fn le(protocol: Protocol) -> &'static [u8] {
    if protocol == Protocol::T1 { &[0x00] } else { &[] }
}

/// A command in parts, without a padding indicator, as the library sends it on T=0 and on T=1.
fn deciphers(card: &mut VirtualCard, block: &[u8], protocol: Protocol) -> (Vec<u8>, StatusWord) {
    let (first, last) = block.split_at(255);
    assert_eq!(status(card, &with(hex!("11 2A 80 86"), first)), StatusWord::SUCCESS);
    ask(card, &[&with(hex!("01 2A 80 86"), last), le(protocol)].concat())
}

#[test]
fn the_card_is_known_by_each_of_its_answers_to_reset() {
    let families = Families::built_in();
    assert_eq!(profile().card().atr().as_bytes(), FOURTH_ATRS[0]);
    for atr in FOURTH_ATRS {
        assert_eq!(families.layout_of(atr), Some("cps4"));
        let mut other = atr.to_vec();
        other[11] ^= 0x10;
        assert_eq!(families.layout_of(&other), None);
        let digits: Vec<_> = atr.iter().map(|byte| format!("{byte:02X}")).collect();
        let text = include_str!("../../../../applets/cards/cps4-lefevre.toml");
        let text = text.replace("[titulaire]", &format!("atr = \"{}\"\n[titulaire]", digits.join(" ")));
        let source = Source { name: "c.toml".into(), text };
        let mut card = families.parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}")).card();
        card.power_up(Interface::Contact).expect("an answer to reset");
        assert_eq!(card.atr().as_bytes(), atr);
        let speaks_t1 = card.select_protocol(Protocol::T1).is_ok();
        assert_eq!(speaks_t1, atr[1] == 0x9B);
        plays(&mut card, &[(&SELECT, 0x9000), (&PIN, 0x9000)]);
    }
}

#[test]
fn it_has_no_antenna() {
    let mut card = profile().card();
    card.power_up(Interface::Contactless).expect_err("no answer is known");
}

#[test]
fn a_session_goes_as_the_library_has_it_on_either_protocol() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = profile().card();
        card.power_up(Interface::Contact).expect("an answer to reset");
        card.select_protocol(protocol).expect("it offers both");
        // Before SELECT the channel is closed, which makes the library select again.
        let again: [(&[u8], u16); 4] = [
            (&hex!("01 A4 04 0C 07 A0000001510000"), 0x9000),
            (&hex!("00 A4 04 0C 08 8025000001FF0002"), 0x9000),
            (&SELECT, 0x9000),
            (&hex!("01 A4 00 0C 02 D003"), 0x9000),
        ];
        plays(&mut card, &[(&TRIES, 0x6881)]);
        plays(&mut card, &again);
        let serial = hex!("5A 0A 80 25 00 00 01 99 99 42 34 2F");
        assert_eq!(ask(&mut card, &hex!("01 B0 00 00 0C")), (serial.to_vec(), StatusWord::SUCCESS));
        // Paths lose all but their last identifier; a directory is selected when that is not found.
        let fcp = |card: &mut VirtualCard, command: &[u8]| ask(card, &[command, le(protocol)].concat());
        assert_eq!(fcp(&mut card, &hex!("01 A4 00 04 02 2F00")).0[..2], hex!("62 25"));
        assert_eq!(fcp(&mut card, &hex!("01 A4 09 04 02 5031")).1, StatusWord::FILE_NOT_FOUND);
        plays(&mut card, &[(&hex!("01 A4 00 0C 02 0001"), 0x9000)]);
        for fid in [hex!("5031"), hex!("5032"), hex!("7001"), hex!("7002"), hex!("7003"), hex!("7005"), hex!("7006")] {
            let (fcp, found) = fcp(&mut card, &with(hex!("01 A4 09 04"), &fid));
            assert_eq!((fcp[..3].to_vec(), found), (hex!("62 24 80").to_vec(), StatusWord::SUCCESS), "{fid:02X?}");
        }
        plays(&mut card, &[(&TRIES, 0x63C3), (&PIN, 0x9000), (&TRIES, 0x9000)]);
    }
}

#[test]
fn keys_are_named_by_the_application_and_their_reference() {
    let mut card = card();
    for (directory, references) in [(hex!("7002"), true), (hex!("7003"), true), (hex!("7005"), false)] {
        plays(&mut card, &[(&hex!("01 A4 00 0C 02 0001"), 0x9000), (&with(hex!("01 A4 09 0C"), &directory), 0x9000)]);
        let content = [hex!("01 B0 00 00 80"), hex!("01 B0 00 80 80"), hex!("01 B0 01 00 80")]
            .map(|read| ask(&mut card, &read).0)
            .concat();
        let has = |bytes: &[u8]| content.windows(bytes.len()).any(|part| part == bytes);
        for reference in [0x10, 0x20] {
            assert!(has(&[&NAME[..], &[reference]].concat()), "{directory:02X?} {reference:02X}");
            assert!(has(&[0x02, 0x01, reference]) || !references, "{directory:02X?} {reference:02X}");
        }
    }
}

#[test]
fn hashes_are_signed_by_pkcs1_and_pss() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = card_on(protocol);
        plays(&mut card, &[(&PIN, 0x9000)]);
        let algorithms = [
            (0x0A, HashAlgorithm::Sha1, false),
            (0x15, HashAlgorithm::Sha1, true),
            (0x28, HashAlgorithm::Sha256, false),
            (0x2C, HashAlgorithm::Sha256, true),
        ];
        for (key, certificate) in [(0x10, hex!("B001")), (0x20, hex!("B002"))] {
            let public = certified(&mut card, certificate);
            for (algorithm, hash, pss) in algorithms {
                let digest = RustCrypto.hash(hash, &[b"to be signed"]);
                let sign = |card: &mut VirtualCard| {
                    let set = with(hex!("01 22 81 B6"), &[0x91, 0x02, algorithm, 0x80 | key]);
                    plays(card, &[(&set, 0x9000)]);
                    let (signature, right) =
                        ask(card, &[&with(hex!("01 2A 9E 9A"), digest.as_bytes()), le(protocol)].concat());
                    assert_eq!((signature.len(), right), (256, StatusWord::SUCCESS));
                    RustCrypto.rsa_public(&public, &signature).expect("it is below the modulus")
                };
                let block = sign(&mut card);
                if pss {
                    assert_eq!((block.last(), block[0] & 0x80), (Some(&0xBC), 0));
                    assert_ne!(sign(&mut card), block, "each has a salt of its own");
                } else {
                    assert!(block.starts_with(&hex!("00 01 FF FF")) && block.ends_with(digest.as_bytes()));
                    assert_eq!(sign(&mut card), block);
                }
            }
        }
    }
}

#[test]
fn a_block_is_deciphered_with_its_padding_and_so_the_library_proves_who_it_is() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = card_on(protocol);
        let public = certified(&mut card, hex!("B002"));
        plays(&mut card, &[(&PIN, 0x9000), (&DECIPHER, 0x9000)]);
        let secret = [&hex!("00 02")[..], &[0x5A; 247], &hex!("00"), b"secret"].concat();
        let cryptogram = RustCrypto.rsa_public(&public, &secret).expect("it is below the modulus");
        assert_eq!(deciphers(&mut card, &cryptogram, protocol), (secret, StatusWord::SUCCESS));
        let proof = [&hex!("00 01")[..], &[0xFF; 237], &hex!("00"), b"any DigestInfo 1"].concat();
        let (signature, right) = deciphers(&mut card, &proof, protocol);
        assert_eq!(right, StatusWord::SUCCESS);
        assert_eq!(RustCrypto.rsa_public(&public, &signature), Ok(proof));
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let expecting = |header, data: &[u8]| [&with(header, data)[..], &[0x00]].concat();
    let hash = expecting(hex!("01 2A 9E 9A"), &[0xA5; 32]);
    let mut card = card();
    plays(
        &mut card,
        &[
            // Nothing is named yet.
            (&hash, 0x6985),
            (&expecting(hex!("01 2A 80 86"), &[0x01; 200]), 0x6985),
            // What names no key or no algorithm.
            (&hex!("01 22 81 B6 04 91 02 42 90"), 0x6A80),
            (&hex!("01 22 81 B6 04 91 02 28 10"), 0x6A80),
            (&hex!("01 22 81 B6 03 91 01 28"), 0x6A80),
            (&hex!("01 22 81 B6 06 80 01 28 84 01 90"), 0x6A80),
            (&hex!("01 22 81 B6 05 91 02 28"), 0x6700),
            (&hex!("01 22 81 B6 04 91 02 28 91"), 0x6A88),
            (&hex!("01 22 81 B6"), 0x6A80),
            (&hex!("01 22 41 B6 04 91 02 28 90"), 0x6B00),
            (&hex!("01 22 41 A4 06 80 01 02 84 01 82"), 0x6B00),
            (&hex!("01 22 41 B8 03 83 01 21"), 0x6A88),
            (&hex!("01 22 41 B8 06 80 01 1A 84 01 82"), 0x6A80),
            // The rules of the keys.
            (&hex!("01 22 81 B6 04 91 02 28 90"), 0x9000),
            (&hash, 0x6982),
            (&PIN, 0x9000),
            (&expecting(hex!("01 2A 9E 9A"), &[0xA5; 20]), 0x6A80),
            (&expecting(hex!("01 2A 9E 9A"), &[0xA5; 51]), 0x6A80),
            (&hex!("01 2A 9E 9A 00"), 0x6A80),
            // A key that is not there, or is not meant for it, is not named: what was named before stays.
            (&hex!("01 22 41 B8 03 83 01 10"), 0x6985),
            (&hex!("01 22 41 B8 03 83 01 30"), 0x6A88),
            (&hex!("01 22 41 B8 03 83 01 40"), 0x6A88),
            (&hex!("01 22 81 B6 04 91 02 28 B0"), 0x6A88),
            (&expecting(hex!("01 2A 80 86"), &[0x01; 255]), 0x6985),
            // On T=1 what expects no answer computes none.
            (&with(hex!("01 2A 9E 9A"), &[0xA5; 32]), 0x6700),
            (&hash, 0x9000),
            (&DECIPHER, 0x9000),
            (&expecting(hex!("01 2A 80 86"), &[0x01; 255]), 0x6A80),
            (&hex!("01 2A 80 86 00"), 0x6A80),
            // What the chip does not have.
            (&with(hex!("01 88 00 00"), &[0xA5; 51]), 0x6D00),
            (&hex!("01 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80 00"), 0x6D00),
            (&with(hex!("01 2A 90 A0"), &hex!("90 00 80 01 41")), 0x6B00),
            (&hex!("01 47 00 00"), 0x6D00),
            (&hex!("0D B0 00 00 00"), 0x6882),
            (&hex!("02 20 00 01"), 0x6881),
            (&hex!("43 20 00 01"), 0x6881),
            (&hex!("11 20 00 01 04 31323334"), 0x6884),
            // And it goes on.
            (&hex!("01 22 81 B6 04 91 02 28 90"), 0x9000),
            (&hash, 0x9000),
        ],
    );
    // A cryptogram with 81 in front, as a CPS3 has it, is one byte too long.
    let (first, rest) = ([&[0x81][..], &[0x01; 254]].concat(), [0x01; 2]);
    plays(
        &mut card,
        &[
            (&with(hex!("11 2A 80 86"), &first), 0x9000),
            (&expecting(hex!("01 2A 80 86"), &rest), 0x6A80),
            (&with(hex!("11 2A 80 86"), &[0xFF; 255]), 0x9000),
            (&expecting(hex!("01 2A 80 86"), &[0xFF]), 0x6A80),
        ],
    );
}

#[test]
fn what_a_channel_named_is_that_channels_and_gone_when_it_is_closed() {
    let mut card = card();
    let hash = [&with(hex!("01 2A 9E 9A"), &[0xA5; 32])[..], &[0x00]].concat();
    let elsewhere = [&[0x02], &hash[1..]].concat();
    plays(
        &mut card,
        &[
            (&PIN, 0x9000),
            (&hex!("01 22 81 B6 04 91 02 28 90"), 0x9000),
            (&hex!("02 A4 04 0C 08 8025000001FF0100"), 0x9000),
            (&elsewhere, 0x6985),
            (&hex!("02 22 81 B6 04 91 02 28 90"), 0x9000),
            (&elsewhere, 0x6982),
            (&hash, 0x9000),
            (&hex!("01 70 80 00"), 0x9000),
            (&hash, 0x6881),
            (&SELECT, 0x9000),
            (&hash, 0x6985),
            (&TRIES, 0x63C3),
        ],
    );
}

#[test]
fn the_code_is_changed_and_unblocked_in_two_steps() {
    let wrong = hex!("01 20 00 01 04 39393939");
    let mut card = card();
    plays(
        &mut card,
        &[
            // The new code alone, after the old one.
            (&hex!("01 24 01 01 04 34333231"), 0x6982),
            (&hex!("01 24 01 01 03 343332"), 0x6982),
            (&PIN, 0x9000),
            (&hex!("01 24 01 01 04 34333231"), 0x9000),
            (&hex!("01 24 01 01 03 343332"), 0x6A80),
            (&PIN, 0x63C2),
            (&hex!("01 20 00 01 04 34333231"), 0x9000),
            (&wrong, 0x63C2),
            (&wrong, 0x63C1),
            (&wrong, 0x63C0),
            (&hex!("01 20 00 01 04 34333231"), 0x6983),
            (&TRIES, 0x6983),
            // Not without the other code.
            (&hex!("01 2C 03 81"), 0x6982),
            (&hex!("01 24 01 01 04 31323334"), 0x6982),
            (&PUK, 0x9000),
            (&hex!("01 2C 02 81 04 31323334"), 0x6B00),
            (&hex!("01 2C 03 81 01 00"), 0x6700),
            (&hex!("01 2C 03 82"), 0x6985),
            (&hex!("01 2C 03 83"), 0x6A88),
            (&hex!("01 2C 03 81"), 0x9000),
            (&TRIES, 0x63C3),
            (&hex!("01 24 01 01 03 313233"), 0x6A80),
            (&hex!("01 24 01 02 08 3132333435363738"), 0x6985),
            (&hex!("01 24 01 01 04 31323334"), 0x9000),
            (&PIN, 0x9000),
        ],
    );
}

#[test]
fn the_basic_channel_goes_on_where_the_part_of_the_generation_before_was_selected() {
    let mut card = card();
    plays(
        &mut card,
        &[
            (&hex!("00 A4 04 0C 08 8025000001FF0002"), 0x9000),
            (&hex!("00 70 00 02"), 0x9000),
            (&hex!("44 A4 04 0C 08 8025000001FF0100"), 0x6881),
            (&hex!("A1 A4 00 00 02 3F00"), 0x6D00),
            (&hex!("00 A4 04 0C 08 8025000001FF0100"), 0x9000),
            (&hex!("00 20 00 01"), 0x63C3),
        ],
    );
}

#[test]
fn the_side_of_class_a0_is_there_and_its_own_on_either_protocol() {
    for protocol in [Protocol::T0, Protocol::T1] {
        let mut card = card_on(protocol);
        plays(
            &mut card,
            &[
                (&hex!("A0 A4 00 00 02 3F00"), 0x9F0F),
                (&hex!("A0 A4 00 00 02 4010"), 0x9F0F),
                (&hex!("A0 B0 00 00 01"), 0x9804),
                (&PIN, 0x9000),
                // What was proved on a channel is known there.
                (&hex!("A0 B0 00 00 01"), 0x9804),
                (&hex!("A0 20 00 01 04 31323334"), 0x9000),
                (&hex!("A0 B0 00 00 01"), 0x9000),
                (&hex!("A0 A4 00 00 02 D003"), 0x9404),
                (&hex!("A0 C0 00 00 0F"), 0x6F00),
            ],
        );
        for (fid, kind) in [(hex!("3F00"), 0x01), (hex!("7F01"), 0x02), (hex!("4000"), 0x04)] {
            plays(&mut card, &[(&with(hex!("A0 A4 00 00"), &fid), 0x9F0F)]);
            let (described, said) = ask(&mut card, &hex!("A0 C0 00 00 0F"));
            assert_eq!(
                (&described[..2], &described[4..7], said.0),
                (&hex!("85 0D")[..], &[fid[0], fid[1], kind][..], 0x9000)
            );
        }
        // A program of T=1 may say what it expects, and gets it at once.
        if protocol == Protocol::T1 {
            let (described, said) = ask(&mut card, &hex!("A0 A4 00 00 02 3F00 00"));
            assert_eq!((described.len(), said.0), (15, 0x9000));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_command_makes_it_say_what_its_library_misunderstands(
        headers in proptest::collection::vec(any::<[u8; 4]>(), 1..24),
        data in proptest::collection::vec(any::<u8>(), 0..12),
        interindustry: bool,
    ) {
        let mut card = card();
        for mut header in headers {
            if interindustry {
                header[0] &= 0x13;
            }
            let mut response = Response::new();
            card.transmit(&with(header, &data), &mut response).expect("power");
            let status = response.status().expect("a status word");
            prop_assert!(![StatusWord::CLASS_NOT_SUPPORTED, StatusWord::WRONG_P1_P2].contains(&status), "{header:02X?}");
        }
    }

    #[test]
    fn a_code_of_a_wrong_length_costs_no_try(given in proptest::collection::vec(any::<u8>(), 1..40)) {
        prop_assume!(given != b"1234");
        let mut card = card();
        let right = if given.len() == 4 { StatusWord::tries_left(2) } else { StatusWord::WRONG_LENGTH };
        prop_assert_eq!(status(&mut card, &with(hex!("01 20 00 01"), &given)), right);
        let left = if given.len() == 4 { 2 } else { 3 };
        prop_assert_eq!(status(&mut card, &TRIES), StatusWord::tries_left(left));
        prop_assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
    }

    #[test]
    fn a_broken_chain_deciphers_nothing_and_the_next_one_is_whole(
        parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..100), 1..3),
        breaks: bool,
    ) {
        let mut card = card();
        plays(&mut card, &[(&PIN, 0x9000), (&DECIPHER, 0x9000)]);
        let (last, first) = parts.split_last().expect("a part");
        for part in first {
            prop_assert_eq!(status(&mut card, &with(hex!("11 2A 80 86"), part)), StatusWord::SUCCESS);
        }
        if breaks {
            prop_assert_eq!(status(&mut card, &hex!("01 84 00 00 08")), StatusWord::SUCCESS);
        }
        prop_assert_eq!(status(&mut card, &[&with(hex!("01 2A 80 86"), last)[..], &[0x00]].concat()), StatusWord::WRONG_DATA);
        let (block, right) = deciphers(&mut card, &[0x01; 256], Protocol::T1);
        prop_assert_eq!((block.len(), right), (256, StatusWord::SUCCESS));
    }
}
