use std::{
    sync::{Arc, Weak},
    thread,
    time::{Duration, Instant},
};

use virtuale::{
    profile::schema::Language,
    reader::{Protocols, Readers, ReturnCode, Share, SlotState},
};
use virtuale_winscard::service::{Context, Next, Scene, Service};

use super::{InProcess, settings::Settings};

const READ: [u8; 7] = [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];

fn settings(cards: &str) -> Settings {
    Settings { cards: cards.into(), now: Some("2026-01-15".into()), ..Settings::default() }
}

fn readers(cards: &str) -> Arc<Readers> {
    settings(cards).readers().expect("built-in cards")
}

fn context(readers: &Arc<Readers>) -> Box<dyn Context> {
    InProcess::new(Arc::clone(readers)).establish(2).expect("a good scope").1
}

#[test]
fn a_command_needs_no_memory() {
    let readers = readers("vitale2-minimal");
    let context = context(&readers);
    let (handle, protocol) = context.connect(b"Virtuale 00 00", Share::SHARED, Protocols::ANY).expect("a card");
    let mut answer = [0; 258];
    let mut transmit = || context.transmit(handle, protocol, &READ, &mut answer);
    // The first makes the buffers grow.
    assert_eq!(transmit().code, ReturnCode::SUCCESS);
    let counted = allocation_counter::measure(|| {
        (0..10).for_each(|_| {
            transmit();
        });
    });
    assert_eq!((counted.count_total, &answer[..2]), (0, &[0x90, 0][..]));
}

#[test]
fn an_answer_without_room_says_how_long_it_is() {
    let readers = readers("vitale2-minimal:-");
    let context = context(&readers);
    let (handle, protocol) = context.connect(b"Virtuale 00 00", Share::SHARED, Protocols::ANY).expect("a card");
    let mut answer = [7; 1];
    let done = context.transmit(handle, protocol, &READ, &mut answer);
    assert_eq!((done.code, done.length, answer), (ReturnCode::INSUFFICIENT_BUFFER, 2, [7]));
    let connected = context.connect(b"Virtuale 00 01", Share::SHARED, Protocols::ANY);
    assert_eq!(connected, Err(ReturnCode::NO_SMARTCARD));
}

/// Watches in another thread until the states are as they should be.
fn watch(context: &dyn Context, is_over: impl Fn(&Scene<'_>) -> bool) -> Result<(), ReturnCode> {
    let until = Instant::now() + Duration::from_secs(20);
    context.watch(&mut |scene| if is_over(scene) { Next::Done } else { Next::Wait(Some(until)) })
}

#[test]
fn a_wait_hears_of_another_context_and_is_cancelled() {
    let readers = readers("vitale2-minimal");
    let (one, other) = (context(&readers), context(&readers));
    let wait = |is_over: fn(&Scene<'_>) -> bool, act: &dyn Fn()| {
        thread::scope(|scope| {
            let waiting = scope.spawn(|| watch(&*one, is_over));
            while !waiting.is_finished() {
                act();
                thread::sleep(Duration::from_millis(1));
            }
            waiting.join().expect("no panic")
        })
    };
    let connect = || {
        let _ = other.connect(b"Virtuale 00 00", Share::SHARED, Protocols::ANY);
    };
    assert_eq!(wait(|scene| scene.states[0].sharing > 0, &connect), Ok(()));
    assert_eq!(wait(|_| false, &|| one.cancel().expect("always")), Err(ReturnCode::CANCELLED));
    assert_eq!(one.cancel(), Ok(()), "nobody waits");
    let until = Instant::now() + Duration::from_millis(5);
    assert_eq!(one.watch(&mut |_| Next::Wait(Some(until))), Err(ReturnCode::TIMEOUT), "and nobody is sent away");
    let gone: Weak<Readers> = Arc::downgrade(&readers);
    drop((one, other, readers));
    assert!(gone.upgrade().is_none(), "nothing is kept");
}

#[test]
fn an_environment_says_which_cards_there_are() {
    let mut settings = settings("vitale2-minimal:-");
    settings.readers = Some("First".into());
    settings.seed = Some("7".into());
    let states = settings.readers().expect("all is right").states();
    let names: Vec<_> = states.iter().map(|state: &SlotState| state.name.as_str()).collect();
    assert_eq!(names, ["First", "Virtuale 00 01"]);
    assert_eq!(states.iter().map(|state| state.atr.is_some()).collect::<Vec<_>>(), [true, false]);
    let wrong = |change: &dyn Fn(&mut Settings), said: &str| {
        let mut settings = settings.clone();
        change(&mut settings);
        let mistake = settings.readers().expect_err(said).to_string();
        assert!(mistake.contains(said), "{mistake}");
    };
    let french = |change: &dyn Fn(&mut Settings), said: &str| {
        let mut settings = settings.clone();
        change(&mut settings);
        let mistake = settings.readers().expect_err(said).text(Language::French);
        assert!(mistake.contains(said), "{mistake}");
    };
    french(&|settings| settings.seed = Some("-1".into()), "VIRTUALE_SEED=-1 : ce doit être un nombre entier");
    french(&|settings| settings.cards = "no-such-card".into(), "VIRTUALE_CARDS : il n'y a ni fichier de carte");
    let broken = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fixtures/cards/broken/nir.toml");
    french(&|settings| settings.cards = broken.into(), "erreur");
    wrong(&|settings| settings.cards = "no-such-card".into(), "VIRTUALE_CARDS: there is no card file no-such-card");
    wrong(&|settings| settings.cards = "vitale2-minimal:".into(), "VIRTUALE_CARDS=vitale2-minimal:: there is an empty");
    wrong(&|settings| settings.cards = "reader:X".into(), "VIRTUALE_CARDS=reader:X: a card in a real reader");
    wrong(&|settings| settings.readers = Some(r"\\?PnP?\Notification".into()), "VIRTUALE_READERS=");
    wrong(&|settings| settings.seed = Some("-1".into()), "VIRTUALE_SEED=-1: it must be a whole number");
    wrong(&|settings| settings.now = Some("soon".into()), "VIRTUALE_NOW=soon: ");
    wrong(&|settings| settings.readers = Some("A;A".into()), "\"A\"");
    wrong(&|settings| settings.readers = Some("A;B;C".into()), "VIRTUALE_READERS: 3 names are too many");
}
