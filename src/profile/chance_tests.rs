//! Cards side by side: two of one card file in two slots, and two of two card files.

use hex_literal::hex;
use jiff::civil::date;
use virtuale_engine::{
    Card, Interface, Response, Snapshot, SnapshotError, StatusWord,
    crypto::{CipherKey, Crypto, HashAlgorithm, RustCrypto},
    sm::{PlainCommand, Session, Suite},
};

use super::{Options, Provision, diagnostic::Source, parse};

/// The issuer's keys of the layout `vitale2`: authentication, encryption.
const ISSUER: [&[u8; 16]; 2] = [b"TEST VirtualeMAC", b"TEST VirtualeENC"];

/// What the terminal puts into a mutual authentication: the same each time.
const THEIR_PART: [u8; 16] = [0x77; 16];
const THEIR_SECRET: [u8; 32] = [0x55; 32];

/// What chance gave a card.
#[derive(Debug, Eq, PartialEq)]
struct Drawn {
    challenge: Vec<u8>,
    generated: Vec<u8>,
    /// A command under the session keys.
    session: Vec<u8>,
}

fn ask(card: &mut dyn Card, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("a card that answers");
    if let [0x61, length] = response.status().expect("a status word").0.to_be_bytes() {
        response.clear();
        card.transmit(&[0x00, 0xC0, 0x00, 0x00, length], &mut response).expect("a card that answers");
    }
    assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{command:02X?}");
    response.data().to_vec()
}

/// The MAC of a key over data whose length is a multiple of its block, with the padding of ISO 7816-4.
fn mac(key: &CipherKey, data: &[u8]) -> [u8; 8] {
    RustCrypto.mac(key, &[data, &hex!("80 00 00 00 00 00 00 00")]).expect("whole blocks")
}

/// What the keys show that a card and the terminal agree on: a command under them, whatever the counter is. The card
/// takes one too.
fn session(card: &mut dyn Card) -> Vec<u8> {
    let [authentication, encryption] = ISSUER.map(|key| CipherKey::TripleDes(*key));
    let number = ask(card, &hex!("00 B0 9C 00 0C"))[4..].to_vec();
    ask(card, &hex!("00 22 C1 A4 06 80 01 0C 83 01 01"));
    let challenge = ask(card, &hex!("00 84 00 00 08"));
    let mut data = [&THEIR_PART[..], &challenge, &number, &THEIR_SECRET].concat();
    RustCrypto.encrypt_cbc(&encryption, &[0; 8], &mut data).expect("whole blocks");
    data.extend(mac(&authentication, &data));
    let mut reply = ask(card, &[&hex!("00 82 00 00 48")[..], &data].concat());
    reply.truncate(64);
    RustCrypto.decrypt_cbc(&encryption, &[0; 8], &mut reply).expect("whole blocks");
    let secret: Vec<u8> = reply[32..].iter().zip(THEIR_SECRET).map(|(own, their)| own ^ their).collect();
    let counter = [&challenge[4..], &THEIR_PART[4..8]].concat();
    let counter = counter.iter().fold(0, |counter, &byte| counter << 8 | u128::from(byte));
    let sealed = |counter| {
        let keys = Session::derive(&RustCrypto, Suite::TripleDes, HashAlgorithm::Sha1, &secret, counter);
        let command = PlainCommand { header: hex!("0C 84 00 00"), data: Vec::new().into(), expected: Some(8) };
        keys.expect("keys of one cipher").seal_command(&RustCrypto, &command).expect("a command")
    };
    let field = sealed(counter);
    let length = u8::try_from(field.len()).expect("a short field");
    ask(card, &[&hex!("0C 84 00 00")[..], &[length], &field].concat());
    sealed(0)
}

fn drawn(name: &str, owner: &str, seed: u64, slot: u64) -> Drawn {
    let text = format!(
        "layout = 'vitale2'\n[assure]\nnir = '1 90 19 99 999 005'\nnom = '{owner}'\nprenom = 'ALIX'\n\
         naissance = '1990-19-14'\n[ias]\ncode = '97531864'\n[[ias.cle]]\nemploi = 'signature_p256'\n"
    );
    let profile = parse(Source { name: name.into(), text }, None, &Options { today: date(2026, 1, 15), seed });
    let mut card = profile.unwrap_or_else(|mistakes| panic!("{mistakes}")).card_with(Provision::for_slot(slot));
    card.power_up(Interface::Contact).expect("an ATR");
    let challenge = ask(&mut card, &hex!("00 84 00 00 08"));
    let session = session(&mut card);
    card.reset().expect("an ATR");
    ask(&mut card, &hex!("00 A4 04 0C 0C D2500000044164E86C650101"));
    ask(&mut card, &hex!("00 20 00 81 08 3937353331383634"));
    let generated = ask(&mut card, &hex!("00 47 00 00 05 70 03 BF9004"));
    Drawn { challenge, generated, session }
}

#[test]
fn no_two_cards_of_a_run_have_the_same_chance() {
    let cards = [
        drawn("petit.toml", "PETIT", 7, 0),
        drawn("petit.toml", "PETIT", 7, 1),
        drawn("grand.toml", "PETIT", 7, 0),
        drawn("petit.toml", "GRAND", 7, 0),
        drawn("petit.toml", "PETIT", 8, 0),
    ];
    for (index, card) in cards.iter().enumerate() {
        for other in &cards[..index] {
            assert_ne!(card.challenge, other.challenge);
            assert_ne!(card.generated, other.generated);
            assert_ne!(card.session, other.session);
        }
    }
    assert_eq!(cards[1], drawn("petit.toml", "PETIT", 7, 1), "a second run");
    assert_eq!(cards[0], drawn("elsewhere/petit.toml", "PETIT", 7, 0), "another folder");
}

#[test]
fn a_card_goes_on_from_its_snapshot_and_from_no_other() {
    let text = |file: &str| std::fs::read_to_string(format!("{}/applets/cards/{file}", env!("CARGO_MANIFEST_DIR")));
    let profile = |file: &str| {
        let source = Source { name: file.into(), text: text(file).expect("a fixture") };
        parse(source, None, &Options { today: date(2026, 1, 15), seed: 7 }).unwrap_or_else(|error| panic!("{error}"))
    };
    let failing = profile("vitale1-igea440.toml");
    let mut card = failing.card();
    // With this seed the component has seven sessions and a last one (fixtures/scenarios/vitale1-igea440.apdu).
    for _ in 0..5 {
        card.power_up(Interface::Contact).expect("a session");
    }
    let mut snapshot = Snapshot::new();
    card.save(&mut snapshot);
    let mut twin = failing.card();
    twin.restore(&snapshot).expect("a card of the same file");
    for card in [&mut card, &mut twin] {
        let sessions = (0..10).take_while(|_| card.power_up(Interface::Contact).is_ok()).count();
        assert_eq!(sessions, 3);
    }
    card.restore(&snapshot).expect("its own");
    assert_eq!(card.power_up(Interface::Contact), Ok(()));
    let mut others = [profile("vitale1-petit.toml"), profile("vitale2-martin.toml")].map(|other| other.card());
    for other in &mut others {
        assert_eq!(other.restore(&snapshot), Err(SnapshotError::OtherCard));
        assert_eq!(other.power_up(Interface::Contact), Ok(()));
    }
    assert_eq!(card.restore(&Snapshot::new()), Err(SnapshotError::Missing("card")));
}
