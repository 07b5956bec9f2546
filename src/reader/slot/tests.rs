//! Cards that come, go and come back.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak, atomic::Ordering},
    thread,
    time::Duration,
};

use hex_literal::hex;
use virtuale_engine::{Atr, Interface, Reset, Response};

use super::{CardError, CardState, Label, RawSlot, Readers, SlotError, SlotName, SlotSpec, Watcher};
use crate::reader::{
    sync::lock,
    toys::{self, Deed, Reins},
};

fn readers() -> Arc<Readers> {
    Readers::new(SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name")).expect("two slots")
}

fn put(readers: &Readers, label: &str) -> Arc<Reins> {
    let (card, reins) = toys::toy(toys::T0);
    readers.insert(0, card, Some(Label::new(label.to_owned()))).expect("an empty slot");
    reins
}

fn label(readers: &Readers) -> Option<String> {
    readers.states()[0].label.as_ref().map(|label| label.get::<String>().expect("a text").clone())
}

#[test]
fn names_must_tell_slots_apart() {
    let slot = SlotSpec::contact(SlotName::new("Lecteur").expect("a name"));
    assert!(Readers::new(vec![slot.clone(), slot]).is_err());
}

#[test]
fn watchers_that_are_gone_are_forgotten() {
    struct Deaf;

    impl Watcher for Deaf {
        fn changed(&self) {}
    }

    fn watch(readers: &Readers, watcher: &Arc<Deaf>) {
        let watcher: Weak<Deaf> = Arc::downgrade(watcher);
        readers.watch(watcher);
    }

    let readers = readers();
    let stays: Vec<_> = (0..3).map(|_| Arc::new(Deaf)).collect();
    stays.iter().for_each(|watcher| watch(&readers, watcher));
    (0..1000).for_each(|_| watch(&readers, &Arc::new(Deaf)));
    let watchers = lock(&readers.watchers);
    assert_eq!(watchers.iter().filter(|each| each.strong_count() > 0).count(), stays.len());
    assert!(watchers.len() < 10, "{}", watchers.len());
}

#[test]
fn a_card_that_comes_back_is_the_same_card_with_new_power() {
    let readers = readers();
    let reins = put(&readers, "a.toml");
    assert_eq!(reins.deeds(), [Deed::Reset(Reset::Cold)]);
    assert_eq!(label(&readers).as_deref(), Some("a.toml"));
    assert_eq!(readers.remove(0), Ok(()));
    assert_eq!(reins.deeds(), [Deed::Off]);
    assert_eq!((label(&readers), readers.states()[0].card), (None, CardState::ABSENT));
    assert!(readers.reinsert(0).is_ok_and(|back| back == readers.states()[0].label));
    assert_eq!(reins.deeds(), [Deed::Reset(Reset::Cold)]);
    let state = readers.state(0).expect("a slot");
    assert_eq!((state.card, state.generation, state.events), (CardState::READY, 3, 3));
    assert_eq!(label(&readers).as_deref(), Some("a.toml"));
    assert_eq!(readers.state(2), None);
}

#[test]
fn what_cannot_come_back_is_told_apart() {
    let readers = readers();
    assert_eq!(readers.reinsert(2), Err(SlotError::Unknown(2)));
    assert_eq!(readers.reinsert(0), Err(SlotError::NeverHeld(0)));
    let first = put(&readers, "a.toml");
    assert_eq!(readers.reinsert(0), Err(SlotError::Occupied(0)));
    assert_eq!(readers.insert(0, toys::toy(toys::T0).0, None), Err(SlotError::Occupied(0)));
    assert_eq!(label(&readers).as_deref(), Some("a.toml"));
    readers.remove(0).expect("a card");
    assert_eq!(readers.remove(0), Err(SlotError::Empty(0)));
    assert_eq!(readers.reinsert(1), Err(SlotError::NeverHeld(1)), "it was in the other slot");
    let second = put(&readers, "b.toml");
    assert_eq!(Arc::strong_count(&first), 1, "the first card is gone for good");
    readers.remove(0).expect("a card");
    readers.reinsert(0).expect("the second card");
    assert_eq!(label(&readers).as_deref(), Some("b.toml"));
    assert_eq!(second.deeds().len(), 3);
}

#[test]
fn a_card_that_was_busy_when_it_was_pulled_comes_back_once_it_is_done() {
    let readers = readers();
    let reins = put(&readers, "a.toml");
    let driver = RawSlot::unattended(Arc::clone(&readers), 0).expect("a slot");
    driver.power_up().expect("a card");
    thread::scope(|scope| {
        let busy = scope.spawn(|| driver.transmit(1, &[0, toys::SLOW], &mut Response::default()));
        reins.await_slow();
        readers.remove(0).expect("a card");
        assert_eq!(readers.reinsert(0), Err(SlotError::Busy(0)));
        reins.deeds();
        reins.open();
        assert!(busy.join().expect("no panic").is_err());
    });
    assert_eq!(reins.deeds(), [Deed::Off], "it lost its power all the same");
    assert!(readers.reinsert(0).is_ok());
    assert_eq!(readers.states()[0].card, CardState::READY);
}

#[test]
fn a_busy_card_that_another_one_took_the_place_of_never_comes_back() {
    let readers = readers();
    let reins = put(&readers, "a.toml");
    let driver = RawSlot::unattended(Arc::clone(&readers), 0).expect("a slot");
    driver.power_up().expect("a card");
    thread::scope(|scope| {
        let busy = scope.spawn(|| driver.transmit(1, &[0, toys::SLOW], &mut Response::default()));
        reins.await_slow();
        readers.remove(0).expect("a card");
        put(&readers, "b.toml");
        readers.remove(0).expect("the other card");
        reins.open();
        assert!(busy.join().expect("no panic").is_err());
    });
    assert_eq!(Arc::strong_count(&reins), 1, "nobody keeps it");
    readers.reinsert(0).expect("the other card");
    assert_eq!(label(&readers).as_deref(), Some("b.toml"));
}

#[test]
fn an_exchange_leaves_the_slot_to_nobody_in_between() {
    let readers = readers();
    let first = put(&readers, "a.toml");
    first.deeds();
    let (card, second) = toys::toy(toys::T0);
    let between = |generation| {
        assert_eq!(generation, 3);
        assert_eq!(readers.insert(0, toys::toy(toys::T0).0, None), Err(SlotError::Occupied(0)));
        assert_eq!(readers.reinsert(0), Err(SlotError::Occupied(0)));
        assert_eq!((first.deeds(), second.deeds()), (vec![], vec![]), "no card works meanwhile");
    };
    let came = Cell::default();
    let arrived = |atr| came.set(Some(atr));
    assert_eq!(readers.exchange(0, card, Some(Label::new("b.toml".to_owned())), between, arrived), Ok(true));
    assert_eq!(came.take(), Some(Atr::parse(toys::T0).ok()));
    assert_eq!((Arc::strong_count(&first), first.deeds()), (1, vec![Deed::Off]), "it is gone for good");
    assert_eq!(second.deeds(), [Deed::Reset(Reset::Cold)]);
    assert_eq!((label(&readers).as_deref(), readers.states()[0].generation), (Some("b.toml"), 3));
    let (mute, reins) = toys::toy(toys::T0);
    reins.mute.store(true, Ordering::Relaxed);
    let nobody = |generation| assert_eq!(generation, 1);
    assert_eq!(readers.exchange(1, mute, None, nobody, |atr| assert_eq!(atr, None)), Ok(false));
    let never = |_| panic!("there is no such slot");
    assert_eq!(
        readers.exchange(2, toys::toy(toys::T0).0, None, never, |_| panic!("nor a card in it")),
        Err(SlotError::Unknown(2))
    );
}

#[test]
fn a_card_that_hangs_at_power_up_keeps_nobody_waiting() {
    let readers = readers();
    let driver = RawSlot::unattended(Arc::clone(&readers), 0).expect("a slot");
    let (card, reins) = toys::toy(toys::T0);
    reins.slow_power.store(true, Ordering::Relaxed);
    thread::scope(|scope| {
        let coming = scope.spawn(|| readers.insert(0, card, Some(Label::new("a.toml".to_owned()))));
        reins.await_slow();
        let state = &readers.states()[0];
        assert_eq!((state.card, state.atr, state.generation), (CardState::ABSENT, None, 0), "no program sees it");
        assert_eq!(label(&readers).as_deref(), Some("a.toml"), "but its host does");
        assert_eq!(driver.power_up(), Err(CardError::NoCard));
        assert_eq!(readers.insert(0, toys::toy(toys::T0).0, None), Err(SlotError::Occupied(0)));
        assert_eq!(readers.remove_then(0, |generation| assert_eq!(generation, 1)), Ok(()));
        assert_eq!((readers.states()[0].generation, label(&readers)), (2, None), "it came and went");
        assert_eq!(readers.reinsert(0), Err(SlotError::Busy(0)));
        assert_eq!(readers.remove(0), Err(SlotError::Empty(0)));
        reins.open();
        assert_eq!(coming.join().expect("no panic"), Ok(()));
    });
    assert_eq!(reins.deeds(), [Deed::Reset(Reset::Cold), Deed::Off], "it lost its power all the same");
    assert!(readers.reinsert(0).is_ok());
    assert_eq!((readers.states()[0].card, readers.states()[0].generation), (CardState::READY, 3));
    assert_eq!(driver.await_change(2, Duration::ZERO), 3);
}

#[test]
fn a_card_that_hangs_at_power_up_gives_way_to_another_for_good() {
    let readers = readers();
    let (card, reins) = toys::toy(toys::T0);
    reins.slow_power.store(true, Ordering::Relaxed);
    let (other, _) = toys::toy(toys::T0);
    let slots = &readers;
    thread::scope(|scope| {
        let pulled = |_| panic!("it was pulled before");
        let coming = scope.spawn(move || slots.exchange(0, card, None, |_| (), pulled));
        reins.await_slow();
        let label = Some(Label::new("b.toml".to_owned()));
        let between = |generation| assert_eq!(generation, 3);
        assert_eq!(readers.exchange(0, other, label, between, |_| ()), Ok(true));
        reins.open();
        assert_eq!(coming.join().expect("no panic"), Ok(false));
    });
    assert_eq!(Arc::strong_count(&reins), 1, "nobody keeps it");
    assert_eq!((label(&readers).as_deref(), readers.states()[0].card), (Some("b.toml"), CardState::READY));
}

#[test]
fn a_card_whose_power_up_panics_is_in_and_mute() {
    let readers = readers();
    let (card, reins) = toys::toy(toys::T0);
    reins.fatal_power.store(true, Ordering::Relaxed);
    let insertion = catch_unwind(AssertUnwindSafe(|| readers.insert(0, card, None)));
    assert!(insertion.is_err(), "who brought it hears of it");
    assert_eq!((readers.states()[0].card, readers.states()[0].generation), (CardState::MUTE, 1));
    assert_eq!(readers.remove(0), Ok(()));
    reins.fatal_power.store(false, Ordering::Relaxed);
    assert!(readers.reinsert(0).is_ok());
    assert_eq!(readers.states()[0].card, CardState::READY);
}

#[test]
fn a_reader_with_an_antenna_answers_class_ff_and_one_with_contacts_does_not() {
    let slot = |number, kind| SlotSpec::numbered(SlotName::HOUSE, number, kind).expect("a name");
    let slots = vec![slot(0, Interface::Contact), slot(1, Interface::Contactless)];
    let names: Vec<_> = slots.iter().map(|slot| slot.name.to_string()).collect();
    assert_eq!(names, ["Virtuale 00 00", "Virtuale Contactless 00 01"]);
    let readers = Readers::new(slots).expect("two slots");
    let answer = |slot, command: &[u8]| {
        let driver = RawSlot::unattended(Arc::clone(&readers), slot).expect("a slot");
        driver.power_up().expect("it answers");
        let mut response = Response::new();
        driver.transmit(1, command, &mut response).expect("it answers");
        response.as_bytes().to_vec()
    };
    let (get_uid, get_answer) = (hex!("FF CA 00 00 00"), hex!("FF CA 01 00 00"));
    let asked_with = |slot| {
        readers.insert(slot, toys::toy(toys::T0).0, None).expect("an empty slot");
        [answer(slot, &get_uid), answer(slot, &get_answer)]
    };
    let of_the_card = [hex!("FF CA 00 00 00 9000"), hex!("FF CA 01 00 00 9000")];
    assert_eq!(asked_with(0), of_the_card, "this card says what it hears");
    let [uid, answered] = asked_with(1);
    assert_eq!(uid, hex!("6A81"), "this card has no name in a field");
    assert_eq!(answered, hex!("0A 78 80 80 00 44 09 EA 90 00 9000"));
}
