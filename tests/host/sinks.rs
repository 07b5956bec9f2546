//! Where the commits of cards go.

use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use virtuale::{
    engine::platform::{Change, CommitError, Sink},
    host::{Host, HostError, NewCard, What},
    profile::{self, Options},
};

use crate::{answers, card};

/// The PIN of the signing application, wrongly: the counter is written before the PIN is compared.
const SELECT: &[u8] = b"\x00\xA4\x04\x0C\x0C\xD2\x50\x00\x00\x04Ad\xE8le\x01\x01";
const VERIFY: &[u8] = &[0x00, 0x20, 0x00, 0x81, 0x04, 0x30, 0x30, 0x30, 0x30];

/// What all sinks of a host kept: the slot, the card, and how many bytes.
#[derive(Clone, Default)]
struct Ledger {
    kept: Arc<Mutex<Vec<(usize, String, usize)>>>,
    is_full: Arc<AtomicBool>,
}

struct Page(Ledger, usize, String);

impl Sink for Page {
    fn commit(&mut self, changes: &[Change<'_>]) -> Result<(), CommitError> {
        if self.0.is_full.load(Ordering::Relaxed) {
            return Err(CommitError::Full);
        }
        let bytes = changes.iter().map(|change| change.bytes.len()).sum();
        self.0.kept.lock().expect("no thread panics").push((self.1, self.2.clone(), bytes));
        Ok(())
    }
}

#[test]
fn each_card_has_a_sink_of_its_own_and_listeners_hear_what_it_kept() {
    let ledger = Ledger::default();
    let pages = ledger.clone();
    let host = Host::builder().empty_slot().card(card("vitale2-martin"));
    let host = host.sink(move |slot, card: &str| Ok(Page(pages.clone(), slot, card.to_owned())));
    let host = host.start().expect("a host");
    let text = std::fs::read_to_string(card("vitale2-martin")).expect("a card file");
    host.insert(0, NewCard::text("text", text)).expect("an empty slot");
    let listener = host.events(1000);
    answers(&host, 1, &[SELECT, VERIFY]).expect("status words");
    ledger.is_full.store(true, Ordering::Relaxed);
    let full = answers(&host, 0, &[SELECT, VERIFY]).expect("status words");
    assert_eq!(full[1], [0x65, 0x81], "the card goes on: memory failure");
    host.stop();
    let kept = ledger.kept.lock().expect("no thread panics").clone();
    let file = card("vitale2-martin").display().to_string();
    assert!(matches!(&*kept, [(1, name, 1..)] if *name == file), "{kept:?}");
    let told: Vec<(usize, u64, usize)> = listener
        .filter_map(|event| match event.what {
            What::Committed { slot, generation, bytes } => Some((slot, generation, bytes)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(1, 1, kept[0].2)], "what was not kept was not committed");
}

#[test]
fn a_card_that_is_provided_for_tells_its_commits() {
    let ledger = Ledger::default();
    let pages = ledger.clone();
    let options = Options { today: "2026-01-15".parse().expect("a day"), seed: 0 };
    let profile = profile::load(&card("vitale2-martin"), &options).expect("a card");
    let again = profile.clone();
    let host = Host::builder().card_provided("first", move |provision| Box::new(profile.card_with(provision)));
    let host = host.sink(move |slot, card: &str| Ok(Page(pages.clone(), slot, card.to_owned())));
    let host = host.start().expect("a host");
    let listener = host.events(1000);
    answers(&host, 0, &[SELECT, VERIFY]).expect("status words");
    host.insert(0, NewCard::provided("second", move |provision| Box::new(again.card_with(provision)))).expect("a card");
    answers(&host, 0, &[SELECT, VERIFY]).expect("status words");
    host.stop();
    let told = listener.filter(|event| matches!(event.what, What::Committed { slot: 0, bytes: 1.., .. }));
    assert_eq!(told.count(), 2);
    let kept: Vec<String> = ledger.kept.lock().expect("no thread panics").iter().map(|kept| kept.1.clone()).collect();
    assert_eq!(kept, ["first", "second"]);
}

#[test]
fn a_sink_that_cannot_be_made_is_a_card_that_cannot_be_made() {
    let host = Host::builder().card(card("vitale2-martin"));
    let host = host.sink(|_, _| Err::<Page, _>(io::Error::from(io::ErrorKind::PermissionDenied)));
    let error = host.start().expect_err("no sink");
    assert!(matches!(error, HostError::Unmade { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.contains("vitale2-martin.toml in slot 0") && message.contains("permission denied"), "{message}");
}
