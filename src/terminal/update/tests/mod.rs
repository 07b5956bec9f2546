//! Whole updates: of the fixtures, and with the power lost at every commit.

mod kept;
mod pulled;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use jiff::civil::{Date, date};
use virtuale_engine::{
    Card, Fault, Interface, Protocol, Reset, Response,
    platform::{Change as Cells, CommitError, Sink},
};

use super::{Cipher, IssuerKeys, Plan, Station, Step, UpdateError};
use crate::{
    profile::{
        Options, Profile, Provision, VirtualCard,
        change::{Change, Subject},
        diagnostic::Source,
        load, parse, station_chance,
    },
    terminal::{
        toy::parrot,
        transport::{Transport, TransportError, in_process::in_process},
        vitale::Reading,
    },
};

const TODAY: Date = date(2026, 1, 15);

/// What a card is before, and a change of much of it: names, rights, coverage, people, cover, validity, objection.
const MUCH: &str = r#"
[changement]
numero_serie = "10000002"
date = "2026-01-15"
[carte]
fin_validite = "2031-01-14"
[assure]
nom_usage = "MOREAU"
opposition_copies = true
[assure.adresse]
ligne_1 = ""
ligne_2 = "22 AVENUE DU MODELE"
commune = "99999 VILLE-TEST"
[[assure.droits]]
debut = "2024-01-15"
fin = "2028-01-14"
[[assure.couverture]]
debut = "2024-01-15"
code_couverture = "10100"
[[assure.exoneration]]
code = "4"
debut = "2024-01-15"
[assure.mutuelle]
identifiant = "99999999"
fin = "2029-12-31"
[[beneficiaire]]
nom = "MOREAU"
prenom = "LOU"
naissance = "2019-19-07"
qualite = "6"
[[beneficiaire.couverture]]
debut = "2024-01-15"
code_couverture = "00100"
"#;

/// The yearly update, of nothing but its date.
const YEARLY: &str = "[changement]\nnumero_serie = \"10000002\"\n";

fn profile(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
    load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"))
}

/// A card with more behind what its card file says.
fn profile_with(name: &str, more: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
    let text = std::fs::read_to_string(path).expect("a card file") + "\n" + more;
    let source = Source { name: "card.toml".into(), text };
    parse(source, None, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn change(text: &str) -> Change {
    let source = Source { name: "change.toml".into(), text: text.into() };
    Change::read(source, TODAY).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn keys(profile: &Profile, cipher: Option<Cipher>) -> IssuerKeys {
    let keys = IssuerKeys::of(profile.layout(), None, cipher, TODAY);
    keys.expect("no file, no mistake").expect("the layout has key sets")
}

/// All that a station does, on the card in this transport.
fn update(
    transport: &mut dyn Transport,
    profile: &Profile,
    cipher: Option<Cipher>,
    change: &Change,
) -> Result<Reading, UpdateError> {
    let (layout, keys) = (profile.layout(), keys(profile, cipher));
    let mut station = Station::open(transport, layout, &keys, TODAY, &mut station_chance(1))?;
    let reading = station.read()?;
    let subject = Subject { layout, data: &reading.data, place: "card", base: None, atr: None };
    let amendment = change.amend(&subject).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let plan = Plan::new(&amendment, &reading.files, layout)?;
    if plan.is_empty() {
        return Ok(reading);
    }
    station.write(&plan)?;
    station.check(&plan)
}

/// A card in the hand of a test, which pulls it at a command.
struct Hand<'c> {
    card: &'c mut dyn Card,
    protocol: Protocol,
    /// How many commands come before. Whether it is pulled before a command or before the answer to the one before, the
    /// card does not know.
    left: usize,
}

impl<'c> Hand<'c> {
    fn new(card: &'c mut dyn Card, left: usize) -> Self {
        card.power_up(Interface::Contact).expect("an ATR");
        let protocol = if card.atr().offers(Protocol::T1) { Protocol::T1 } else { Protocol::T0 };
        card.select_protocol(protocol).expect("it offers it");
        Self { card, protocol, left }
    }
}

impl Transport for Hand<'_> {
    fn atr(&self) -> &[u8] {
        self.card.atr().as_bytes()
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn reset(&mut self, _: Reset) -> Result<(), TransportError> {
        unreachable!("a station resets no card")
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        response.clear();
        if self.left == 0 {
            self.card.power_off();
            return Err(TransportError::Silent(Fault::Unpowered));
        }
        self.left -= 1;
        Ok(self.card.transmit(command, response)?)
    }
}

/// What the issuer reads from a card: its files.
fn files(card: &mut VirtualCard, profile: &Profile) -> Vec<(String, Vec<u8>)> {
    let mut hand = Hand::new(card, usize::MAX);
    let keys = keys(profile, None);
    let station = Station::open(&mut hand, profile.layout(), &keys, TODAY, &mut station_chance(2));
    let reading = station.expect("the issuer's keys").read().expect("a Vitale 2");
    reading.files.into_iter().map(|file| (file.pointer.name, file.content)).collect()
}

/// Updates a card that nobody pulls.
fn updated(profile: &Profile, text: &str) -> VirtualCard {
    let mut card = profile.card();
    let done = update(&mut Hand::new(&mut card, usize::MAX), profile, None, &change(text));
    done.expect("it was not pulled");
    card
}

#[test]
fn all_that_a_change_names_is_on_the_card_with_either_cipher_and_protocol() {
    for (name, protocol) in [("vitale2-martin", Protocol::T0), ("vitale2-t1", Protocol::T1)] {
        for cipher in [Cipher::Aes, Cipher::TripleDes] {
            let profile = profile(name);
            let text =
                MUCH.replace("10000002", profile.data().at("carte.numero_serie").expect("one").text().expect("text"));
            let mut transport = in_process(Box::new(profile.card())).expect("power");
            assert_eq!(transport.protocol(), protocol);
            let reading = update(&mut transport, &profile, Some(cipher), &change(&text)).expect(name);
            let text = |path: &str| reading.data.at(path).and_then(|node| node.text()).map(str::to_owned);
            assert_eq!(reading.volet.beneficiaries.len(), 2, "{name}");
            let lou = &reading.volet.beneficiaries[1];
            assert_eq!((lou.first_name.as_deref(), lou.coverage.len()), (Some("LOU"), 1));
            let first = &reading.volet.beneficiaries[0];
            assert_eq!((first.usual_name.as_deref(), first.exonerations.len()), (Some("MOREAU"), 1));
            assert_eq!(
                text("carte.numero_serie").as_deref(),
                profile.data().at("carte.numero_serie").and_then(|node| node.text())
            );
            for (path, right) in [("carte.mise_a_jour", "2026-01-15"), ("carte.fin_validite", "2031-01-14")] {
                assert_eq!(
                    reading.data.at(path).and_then(|node| node.date()).map(|date| date.to_string()).as_deref(),
                    Some(right)
                );
            }
        }
    }
}

#[test]
fn an_update_writes_what_a_card_of_the_amended_card_file_has() {
    for name in ["vitale2-martin", "vitale2-durand", "vitale2-bastia", "vitale2-minimal", "vitale2-calendrier"] {
        let profile = profile(name);
        let number = profile.data().at("carte.numero_serie").and_then(|node| node.text()).expect("it has one");
        for text in [MUCH, YEARLY] {
            let text = text.replace("10000002", number);
            let subject =
                Subject { layout: profile.layout(), data: profile.data(), place: name, base: None, atr: None };
            let amended = change(&text)
                .amended_card_file(&subject, Path::new(""))
                .unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let source = Source { name: format!("{name}.toml"), text: amended };
            let other = parse(source, None, &profile.options()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            // What the IAS component says of its holder stays, and a copy that was erased is a record of zeros.
            let names = ["TOKEN", "CERT1", "CERT2", "CERT3", "CERT4", "CDF", "COPIES"];
            let data = |files: Vec<(String, Vec<u8>)>| -> Vec<_> {
                files.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
            };
            let right = data(files(&mut other.card(), &other));
            assert!(data(files(&mut updated(&profile, &text), &profile)) == right, "{name}");
        }
    }
}

#[test]
fn who_objects_to_copies_has_none_any_more_and_they_go_with_the_rest_or_not_at_all() {
    let profile = profile("vitale2-durand");
    let copies = |card: &mut VirtualCard| {
        let found = files(card, &profile).into_iter().find(|(name, _)| name == "COPIES").expect("the issuer reads it");
        found.1.iter().any(|&byte| byte != 0)
    };
    let objection = change("[changement]\nnumero_serie = \"100000030\"\n[assure]\nopposition_copies = true\n");
    let mut card = profile.card();
    assert!(copies(&mut card));
    let yearly = change(&YEARLY.replace("10000002", "100000030"));
    let other = update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &yearly);
    other.expect("copies stay where nobody objects");
    assert!(copies(&mut card));
    update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &objection).expect("they are erased");
    assert!(!copies(&mut card));
    let again = update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &objection);
    again.expect("an erased copy is none");
}

#[test]
fn who_leaves_a_card_takes_their_own_copies_and_nobody_elses() {
    let copy = |number: u32, whose: &str| {
        format!(
            "[[copie]]\ndate = \"2026-01-{number:02}\"\nnumero = \"{number:06}\"\n{whose}\nprofessionnel = \"999100019\"\n\
             total = 3000\n[[copie.acte]]\ncode = \"G\"\nmontant = 3000\n"
        )
    };
    let (insured, leaving) = ("nir = \"2 86 19 75 999 002 77\"", "naissance = \"2019-19-07\"");
    for order in [[insured, leaving, leaving], [insured, insured, leaving], [leaving, insured, insured]] {
        let copies: String = (1..).zip(order).map(|(number, whose)| copy(number, whose)).collect();
        let profile = profile_with("vitale2-martin", &copies);
        let mut card = profile.card();
        let leave = change("beneficiaire = \"\"\n[changement]\nnumero_serie = \"10000002\"\n");
        let reading = update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &leave).expect("they are erased");
        let left: Vec<_> = reading.copies.all().iter().rev().map(|copy| copy.number.to_string()).collect();
        let right = (1..).zip(order).filter(|(_, whose)| *whose == insured);
        assert_eq!(left, right.map(|(number, _): (u32, _)| format!("{number:06}")).collect::<Vec<_>>(), "{order:?}");
    }
}

#[test]
fn a_second_time_there_is_nothing_to_write() {
    let profile = profile("vitale2-martin");
    let mut card = updated(&profile, MUCH);
    let mut hand = Hand::new(&mut card, usize::MAX);
    let keys = keys(&profile, None);
    let mut station = Station::open(&mut hand, profile.layout(), &keys, TODAY, &mut station_chance(1)).expect("keys");
    let reading = station.read().expect("a Vitale 2");
    let subject = Subject { layout: profile.layout(), data: &reading.data, place: "card", base: None, atr: None };
    let amendment = change(MUCH).amend(&subject).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!((amendment.differences.len(), amendment.files.len()), (0, 0));
}

/// Loses the power at a commit, or has no room for it.
struct Failing(Arc<AtomicUsize>, usize, CommitError);

impl Sink for Failing {
    fn commit(&mut self, _: &[Cells<'_>]) -> Result<(), CommitError> {
        if self.0.fetch_add(1, Ordering::Relaxed) == self.1 { Err(self.2) } else { Ok(()) }
    }
}

#[test]
fn a_commit_that_fails_leaves_the_old_card_and_is_finished_later() {
    let profile = profile("vitale2-martin");
    let old = files(&mut profile.card(), &profile);
    let new = files(&mut updated(&profile, MUCH), &profile);
    for error in [CommitError::PowerLost, CommitError::Full] {
        let mut failed = 0;
        loop {
            let sink = Failing(Arc::default(), failed, error);
            let mut card = profile.card_with(Provision::default().with_sink(sink));
            let outcome = update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &change(MUCH));
            if outcome.is_ok() {
                break;
            }
            assert!(files(&mut card, &profile) == old, "{error:?} at commit {failed}: {outcome:?}");
            update(&mut Hand::new(&mut card, usize::MAX), &profile, None, &change(MUCH)).expect("room");
            assert!(files(&mut card, &profile) == new);
            failed += 1;
        }
        // One counts the try of the keys, one gives it back, and all of the change is one.
        assert_eq!(failed, 3, "{error:?}");
    }
}

#[test]
fn a_card_that_knows_other_keys_says_how_many_tries_are_left() {
    let profile = profile("vitale2-martin");
    let file = Arc::new(Source {
        name: "keys.toml".into(),
        text: "[ias]\ncle_mac_aes = \"00112233445566778899AABBCCDDEEFF\"\n".into(),
    });
    let other =
        IssuerKeys::of(profile.layout(), Some(&file), Some(Cipher::Aes), TODAY).expect("no mistake").expect("keys");
    let mut transport = in_process(Box::new(profile.card())).expect("power");
    for left in [9, 8] {
        let outcome = Station::open(&mut transport, profile.layout(), &other, TODAY, &mut station_chance(1));
        assert!(matches!(outcome, Err(UpdateError::WrongKeys { left: Some(tries) }) if tries == left), "{outcome:?}");
    }
    let right = update(&mut transport, &profile, Some(Cipher::Aes), &change(YEARLY));
    right.expect("the right keys give all tries back");
}

#[test]
fn a_card_that_cannot_prove_the_keys_is_not_written() {
    let profile = profile("vitale2-martin");
    let keys = keys(&profile, None);
    let answer = |data: &[u8]| [data, &[0x90, 0x00]].concat();
    let responses = vec![answer(&[]), answer(&[]), answer(&[7; 12]), answer(&[]), answer(&[7; 8]), answer(&[7; 72])];
    let mut transport = in_process(Box::new(parrot(responses))).expect("power");
    let outcome = Station::open(&mut transport, profile.layout(), &keys, TODAY, &mut station_chance(1));
    assert!(matches!(outcome, Err(UpdateError::CardUnproved)), "{outcome:?}");
}

#[test]
fn a_card_that_refuses_a_command_stays_as_it_was() {
    // Of a layout that has no transaction for this issuer's role.
    let profile = profile("vitale2-martin");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/layouts/vitale2.toml"));
    let text = text.expect("the layout").replace("transaction = \"role:issuer+sm\"", "transaction = \"sm:unblocker\"");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("other.toml"), text).expect("room");
    let card = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/vitale2-martin.toml"));
    let card = card.expect("the card").replace("\"vitale2\"", "\"other.toml\"");
    std::fs::write(folder.path().join("card.toml"), card).expect("room");
    let other = load(&folder.path().join("card.toml"), &profile.options()).unwrap_or_else(|error| panic!("{error}"));
    let mut card = other.card();
    let old = files(&mut card, &other);
    let outcome = update(&mut Hand::new(&mut card, usize::MAX), &other, None, &change(YEARLY));
    assert!(matches!(outcome, Err(UpdateError::Refused { step: Step::Begin, .. })), "{outcome:?}");
    assert!(files(&mut card, &other) == old);
}

#[test]
fn a_vitale_1_has_no_keys_and_no_transaction() {
    let profile = profile("vitale1-petit");
    assert_eq!(profile.layout().transaction_room(), None);
    assert!(IssuerKeys::of(profile.layout(), None, None, TODAY).expect("no mistake").is_none());
}
