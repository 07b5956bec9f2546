//! A card that is pulled at each command of an update, out of a hand and out of a slot, with either cipher and
//! protocol.
//!
//! The cards have the files of data of a Vitale 2 and none of its IAS component: an update reads each of them twice,
//! and what is read of keys and certificates is in no transaction.

use std::{fs, sync::Arc};

use tempfile::TempDir;
use virtuale_applets::{cards, layouts};
use virtuale_engine::{Card, Protocol, Reset, Response, Snapshot, snapshot::CHIP};

use super::{Cipher, Hand, MUCH, Plan, Station, TODAY, UpdateError, change, keys, update};
use crate::{
    profile::{
        Options, Profile,
        change::{Change, Subject},
        load, station_chance,
    },
    reader::{
        Readers, SlotName, SlotSpec,
        pcsclite::{Server, ServerOptions},
    },
    terminal::transport::{Transport, TransportError, pcsclite::Service},
};

/// How many bytes a snapshot has of a chip before its memory.
const STRUCTURE_AND_POSITION: usize = 40;

/// Files of data are as long as these people need, since each is read twice under secure messaging: what is so long,
/// and how long it is here.
const SHORTER: [(&str, &str); 7] = [
    ("size = 2560", "size = 384"),
    ("size = 2048", "size = 384"),
    ("size = 1536", "size = 512"),
    ("size = 1024", "size = 256"),
    ("size = 512", "size = 384"),
    ("size = 256", "size = 192"),
    ("records = 10", "records = 3"),
];

/// The files that these cards do without.
const WITHOUT: [&str; 17] = [
    "CERTFSE", "ODF", "TOKEN", "AODF", "PRKDF", "PUKDF", "CDF", "KEY1", "CERT1", "KEY2", "CERT2", "KEY3", "CERT3",
    "KEY4", "CERT4", "CERTIF", "PHOTO",
];

/// A family with copies of care forms, on a card that speaks a protocol.
fn family(protocol: Protocol) -> (Profile, TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sections = layouts::VITALE2.split("\n[").filter(|section| {
        let name = section.strip_prefix("file.").and_then(|rest| rest.split(']').next());
        name.is_none_or(|name| !WITHOUT.contains(&name))
    });
    let layout = sections.collect::<Vec<_>>().join("\n[");
    let layout = SHORTER.iter().fold(layout, |layout, (long, short)| layout.replace(long, short));
    fs::write(folder.path().join("data.toml"), layout).expect("room");
    let card = match protocol {
        Protocol::T0 => cards::VITALE2_MARTIN,
        Protocol::T1 => cards::VITALE2_T1,
    };
    let copy = "\n[[copie]]\ndate = \"2026-01-02\"\nnumero = \"000001\"\nnaissance = \"2019-19-07\"\n\
                professionnel = \"999100019\"\ntotal = 3000\n[[copie.acte]]\ncode = \"G\"\nmontant = 3000\n";
    let copy = if protocol == Protocol::T0 { copy } else { "" };
    let path = folder.path().join("card.toml");
    fs::write(&path, card.replacen("\"vitale2\"", "\"data.toml\"", 1) + copy).expect("room");
    (load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}")), folder)
}

/// All that a card keeps without power, but for where its random numbers are.
fn memory(card: &dyn Card) -> Vec<u8> {
    let mut snapshot = Snapshot::new();
    card.save(&mut snapshot);
    snapshot.part(CHIP).expect("a chip")[STRUCTURE_AND_POSITION..].to_vec()
}

/// Much of a card changes, also what is in records.
fn much(profile: &Profile) -> Change {
    let number = profile.data().at("carte.numero_serie").and_then(|node| node.text()).expect("it has one");
    change(&MUCH.replace("10000002", number))
}

/// What a station does to a card that it knows the change of: what the change comes to costs no command, and is the
/// same for each card that is still the old one.
struct Visit {
    profile: Profile,
    cipher: Cipher,
    change: Change,
    plan: Plan,
    _folder: TempDir,
}

impl Visit {
    fn new(protocol: Protocol, cipher: Cipher) -> Self {
        let (profile, folder) = family(protocol);
        let change = much(&profile);
        let mut card = profile.card();
        let mut hand = Hand::new(&mut card, usize::MAX);
        assert_eq!(hand.protocol(), protocol);
        let (layout, keys) = (profile.layout(), keys(&profile, Some(cipher)));
        let station = Station::open(&mut hand, layout, &keys, TODAY, &mut station_chance(1));
        let reading = station.expect("the issuer's keys").read().expect("a Vitale 2");
        let subject = Subject { layout, data: &reading.data, place: "card", base: None, atr: None };
        let amendment = change.amend(&subject).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let plan = Plan::new(&amendment, &reading.files, layout).expect("there is room");
        Self { profile, cipher, change, plan, _folder: folder }
    }

    fn of(&self, transport: &mut dyn Transport) -> Result<(), UpdateError> {
        let (layout, keys) = (self.profile.layout(), keys(&self.profile, Some(self.cipher)));
        let mut station = Station::open(transport, layout, &keys, TODAY, &mut station_chance(1))?;
        station.read()?;
        station.write(&self.plan)?;
        station.check(&self.plan).map(drop)
    }

    /// Pulls a card at each command, from the first on, until no command is left: each time it is the old or the new
    /// one. One that is still the old one is pulled again, as a card is that is put in again. `pulled` does it to a
    /// card after so many commands.
    fn pull_at_each_command(
        &self,
        mut pulled: impl FnMut(Box<dyn Card>, usize) -> (Box<dyn Card>, Result<(), UpdateError>),
    ) {
        let old = memory(&self.profile.card());
        let (new_card, done) = pulled(Box::new(self.profile.card()), usize::MAX);
        done.expect("nobody pulled it");
        let new = memory(&*new_card);
        assert!(old != new);
        let (mut card, mut seen): (Box<dyn Card>, _) = (Box::new(self.profile.card()), [0, 0]);
        for left in 0.. {
            let (after, outcome) = pulled(card, left);
            card = after;
            let found = memory(&*card);
            assert!(found == old || found == new, "pulled at command {left}: {outcome:?}");
            let is_new = found == new;
            seen[usize::from(is_new)] += 1;
            match outcome {
                Ok(()) => break,
                // The last command of the transaction was answered: what is left is reading.
                Err(UpdateError::UnreadBack(_)) => assert!(is_new, "pulled at command {left}"),
                Err(UpdateError::Unsure(_) | UpdateError::Exchange(_) | UpdateError::Unread(_)) => {}
                Err(other) => panic!("pulled at command {left}: {other:?}"),
            }
            if is_new {
                card = Box::new(self.profile.card());
            }
        }
        // It was pulled before the end of the transaction, and while it was read back.
        assert!(seen[0] > 50 && seen[1] > 20, "{seen:?}");
        let mut hand = Hand::new(&mut *card, usize::MAX);
        let again = update(&mut hand, &self.profile, Some(self.cipher), &self.change);
        again.expect("there is nothing to write");
        assert!(memory(&*card) == new);
    }
}

fn pull_out_of_a_hand(protocol: Protocol, cipher: Cipher) {
    let visit = Visit::new(protocol, cipher);
    visit.pull_at_each_command(|mut card, left| {
        let done = visit.of(&mut Hand::new(&mut *card, left));
        (card, done)
    });
}

#[test]
fn a_card_that_is_pulled_at_any_command_is_the_old_or_the_new_one_and_is_finished_later() {
    pull_out_of_a_hand(Protocol::T0, Cipher::Aes);
}

#[test]
fn the_same_with_triple_des_over_t_1() {
    pull_out_of_a_hand(Protocol::T1, Cipher::TripleDes);
}

/// A transport whose card is pulled out of its slot before a command, and put back.
struct Slot<'t> {
    inner: &'t mut dyn Transport,
    readers: &'t Readers,
    left: usize,
}

impl Transport for Slot<'_> {
    fn atr(&self) -> &[u8] {
        self.inner.atr()
    }

    fn protocol(&self) -> Protocol {
        self.inner.protocol()
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.inner.reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        if self.left == 0 {
            self.readers.remove(0).expect("a card is there");
            self.readers.reinsert(0).expect("the slot is empty");
        }
        self.left = self.left.wrapping_sub(1);
        self.inner.transmit(command, response)
    }
}

fn pull_out_of_a_slot(protocol: Protocol, cipher: Cipher) {
    let visit = Visit::new(protocol, cipher);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let socket = folder.path().join("pcscd.comm");
    let readers = Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 1).expect("a name")).expect("one slot");
    let _server = Server::start(Arc::clone(&readers), &socket, ServerOptions::default()).expect("a free path");
    visit.pull_at_each_command(|card, left| {
        readers.insert(0, card, None).expect("an empty slot");
        let connected = || {
            let mut service = Service::establish(&socket)?;
            let mut connection = service.connect("Virtuale 00 00")?;
            visit.of(&mut Slot { inner: &mut connection, readers: &readers, left })
        };
        let done = connected();
        let (card, _) = readers.take(0, |_| {}).expect("a card is there");
        (card, done)
    });
}

#[test]
fn a_card_that_is_pulled_out_of_a_slot_is_the_old_or_the_new_one() {
    pull_out_of_a_slot(Protocol::T0, Cipher::TripleDes);
}

#[test]
fn the_same_out_of_a_slot_over_t_1_with_aes() {
    pull_out_of_a_slot(Protocol::T1, Cipher::Aes);
}

/// A hand that pulls a card when it has done what a command asks, and before it says so.
struct Lossy<'c> {
    hand: Hand<'c>,
    /// How many commands are answered.
    left: usize,
}

impl Transport for Lossy<'_> {
    fn atr(&self) -> &[u8] {
        self.hand.atr()
    }

    fn protocol(&self) -> Protocol {
        self.hand.protocol()
    }

    fn reset(&mut self, kind: Reset) -> Result<(), TransportError> {
        self.hand.reset(kind)
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), TransportError> {
        self.hand.transmit(command, response)?;
        if self.left == 0 {
            self.hand.left = 0;
            return self.hand.transmit(command, response);
        }
        self.left -= 1;
        Ok(())
    }
}

/// Nobody knows what a card is whose answer to the end of the transaction was lost; and that is said of no other.
#[test]
fn where_the_answer_to_the_end_of_the_transaction_is_lost_the_card_may_be_the_new_one() {
    let visit = Visit::new(Protocol::T1, Cipher::Aes);
    let (old, mut card) = (memory(&visit.profile.card()), visit.profile.card());
    let unsure = (0..).find_map(|left| {
        let outcome = visit.of(&mut Lossy { hand: Hand::new(&mut card, usize::MAX), left });
        let is_old = memory(&card) == old;
        match outcome.expect_err("an answer is lost") {
            error @ UpdateError::Unsure(_) => Some((error, is_old)),
            // The tries of the keys were counted, or all is as before.
            error => {
                assert!(is_old || left < 8, "at command {left}: {error:?}");
                None
            }
        }
    });
    let (error, is_old) = unsure.expect("there is an end");
    assert!(!is_old, "the card did it");
    assert!(error.said().contains("may be updated or not"), "{error}");
    assert!(error.hint().contains("virtuale update --consult"), "{}", error.hint().english);
}
