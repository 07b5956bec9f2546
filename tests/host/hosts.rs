//! Hosts side by side.

use std::{fs, io, process::Command, sync::mpsc, thread};

use virtuale::{
    host::{
        Builder, Host, HostError, Kind, NewCard,
        control::{Client, Reply, Request, Which},
    },
    profile::{self, Options},
};

use crate::{GET_CHALLENGE, answers, card, replayed};

#[test]
fn several_hosts_of_one_process_share_nothing() {
    let hosts: Vec<Host> =
        (0..4).map(|seed| Host::builder().card(card("vitale2-martin")).seed(seed).start().expect("a host")).collect();
    let drawn = thread::scope(|scope| {
        let drawn: Vec<_> =
            hosts.iter().map(|host| scope.spawn(|| answers(host, 0, &[GET_CHALLENGE; 20]).expect("answers"))).collect();
        drawn.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(drawn.iter().enumerate().all(|(at, one)| !drawn[..at].contains(one)), "each has a seed of its own");
    hosts[0].remove(0).expect("its card");
    assert!(hosts[1].slots()[0].card.is_some());
    let sockets: Vec<_> = hosts.iter().map(|host| host.socket().to_owned()).collect();
    assert!(sockets.iter().all(|socket| socket.exists()));
    drop(hosts);
    assert!(sockets.iter().all(|socket| !socket.exists() && !socket.parent().is_some_and(|folder| folder.exists())));
}

#[test]
fn a_program_finds_the_readers_in_its_environment() {
    let host = Host::builder().start().expect("a host");
    let mut program = Command::new("sh");
    let output = host.attach(program.args(["-c", "printf %s \"$PCSCLITE_CSOCK_NAME\""])).output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&output.stdout), host.socket().display().to_string());
    assert_eq!(host.environment(), [("PCSCLITE_CSOCK_NAME", host.socket().into())]);
}

#[test]
fn cards_come_from_files_text_or_anywhere() {
    let text = fs::read_to_string(card("vitale2-martin")).expect("a card file");
    let options = Options { today: "2026-01-15".parse().expect("a day"), seed: 0 };
    let made = profile::load(&card("vitale2-durand"), &options).expect("a card").card();
    let host = Host::builder().reader("Test").card(card("vitale2-martin")).card_text("text", &*text).empty_slot();
    let host = host.today(options.today).start().expect("a host");
    host.insert(2, NewCard::made("made", Box::new(made))).expect("an empty slot");
    let slots = host.slots();
    let shown: Vec<_> = slots.iter().map(|slot| (&*slot.reader, slot.card.as_deref())).collect();
    let file = card("vitale2-martin").display().to_string();
    assert_eq!(shown, [("Test 00 00", Some(&*file)), ("Test 00 01", Some("text")), ("Test 00 02", Some("made"))]);
    for slot in 0..3 {
        assert_eq!(answers(&host, slot, &[GET_CHALLENGE]).expect("an answer")[0].len(), 10);
    }
    host.insert(0, NewCard::text("other", text)).expect("in place of the first");
    assert_eq!(host.slots()[0].card.as_deref(), Some("other"));
}

#[test]
fn a_card_that_is_part_of_the_program_goes_by_its_name() {
    let host = Host::builder().card("vitale2-martin").empty_slot().start().expect("a host");
    host.insert(1, "vitale2").expect("the first of a generation");
    let mut client = Client::find(Which::Socket(host.socket())).expect("it listens");
    client.ask(Request::Insert { slot: 0, card: "vitale1-iso".into(), state_reset: None }).expect("a name");
    let cards: Vec<_> = host.slots().into_iter().map(|slot| slot.card).collect();
    assert_eq!(cards, ["vitale1-iso", "vitale2-martin"].map(|name| Some(name.to_owned())));
    // No relative path means anything over the socket, not even one that is right here.
    for path in ["Cargo.toml", "./vitale2-martin"] {
        let refused =
            client.ask(Request::Insert { slot: 0, card: path.into(), state_reset: None }).expect_err(path).to_string();
        assert_eq!(refused, format!("there is no card file {path}, and no built-in card of that name"));
    }
}

#[test]
fn what_cannot_be_is_said_and_whose_fault_it_is() {
    let kind = |error: HostError| (error.kind(), error.to_string());
    let host = Host::builder().empty_slot().start().expect("a host");
    let (fault, message) = kind(host.insert(7, card("vitale2-martin")).expect_err("one slot"));
    assert_eq!((fault, &*message), (Kind::Usage, "there is no slot 7: the only slot is 0"));
    assert_eq!(kind(host.remove(0).expect_err("no card")).0, Kind::Usage);
    assert_eq!(kind(host.reinsert(0).expect_err("none was taken out")).0, Kind::Usage);
    assert!(!host.empty(0).expect("a slot"), "no card was in it");
    let (fault, message) = kind(host.insert(0, "nobody").expect_err("no such card"));
    assert_eq!((fault, &*message), (Kind::Usage, "there is no card file nobody, and no built-in card of that name"));
    let missing = host.insert(0, "none.toml").expect_err("no such file");
    assert!(matches!(&missing, HostError::Card(profile::LoadError::Io { error, .. })
        if error.kind() == io::ErrorKind::NotFound));
    assert!(missing.hint().is_some_and(|hint| hint.contains("look at the name")), "{missing:?}");
    assert_eq!(kind(missing), (Kind::Usage, "cannot read none.toml: No such file or directory".into()));
    let (fault, message) = kind(host.insert(0, NewCard::text("bad", "nir = 1")).expect_err("no card"));
    assert_eq!(fault, Kind::Invalid, "{message}");
    host.insert(0, card("vitale2-martin")).expect("an empty slot");
    assert_eq!(kind(host.reinsert(0).expect_err("it is in")).0, Kind::Usage);
    assert!(host.empty(0).expect("a slot") && host.slots()[0].card.is_none());
    let taken = Host::builder().socket(host.socket()).start().expect_err("somebody is there");
    assert!(matches!(taken, HostError::InUse(_)), "{taken}");
}

#[test]
fn a_recording_of_a_host_replays() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("visit.apdu");
    let host = Host::builder().card(card("vitale2-martin")).seed(5).record(&trace).start().expect("a host");
    answers(&host, 0, &[GET_CHALLENGE]).expect("an answer");
    assert_eq!(host.stop(), [""; 0]);
    assert_eq!(replayed(&trace), 1);
}

/// A pipe that nobody writes to must hold up nobody, however often it is given.
#[test]
fn control_takes_no_pipe_for_a_card_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pipe = folder.path().join("card.toml");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let host = Host::builder().empty_slot().start().expect("a host");
    for _ in 0..40 {
        let mut client = Client::find(Which::Socket(host.socket())).expect("it listens");
        let insert = Request::Insert { slot: 0, card: pipe.clone(), state_reset: None };
        let refused = client.ask(insert).expect_err("no card file").to_string();
        assert!(refused.contains("it is a pipe"), "{refused}");
    }
}

/// The end of a host is told to who asked for it when all of it is over, though the process goes on.
#[test]
fn who_asks_a_host_to_stop_hears_of_its_end() {
    let (asked, hear) = mpsc::channel();
    let host = Host::builder().empty_slot().on_stop(move || asked.send(()).expect("somebody hears")).start();
    let host = host.expect("a host");
    let folder = host.folder().to_owned();
    let mut client = Client::find(Which::Socket(host.socket())).expect("it listens");
    assert!(matches!(client.ask(Request::Stop), Ok(Reply::Stopping { .. })));
    hear.recv().expect("it is told");
    let waiting = thread::spawn(move || {
        client.wait_for_its_end().expect("it ends");
        folder.exists()
    });
    assert_eq!(host.stop(), [""; 0]);
    assert!(!waiting.join().expect("no panic"), "what is over has no folder");
}

/// Each by its own way to go wrong: whose fault it is, and that people are told what to do.
#[test]
fn a_wrong_path_or_name_is_the_callers_mistake_and_every_error_has_a_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().join("none/it");
    let file = folder.path().join("file");
    fs::write(&file, "a text").expect("a file");
    let fails = |builder: Builder| builder.start().map(drop).expect_err("it cannot be");
    let empty = || Host::builder().empty_slot();
    // The folder of names is the user's: another run of these tests may be under way.
    let name = format!("hosts-test-{}", std::process::id());
    let named = empty().name(&name).start().expect("a host");
    let listening = std::os::unix::net::UnixDatagram::bind(folder.path().join("datagrams")).expect("a socket");
    let errors = [
        (Kind::Usage, fails(Host::builder().card(folder.path().join("none.toml")))),
        (Kind::Usage, fails(Host::builder().card(folder.path().join(".")))),
        (Kind::Usage, fails(Host::builder().card("nobody"))),
        (Kind::Usage, fails(empty().slot_name("A").slot_name("B"))),
        (Kind::Usage, fails(empty().slot_name("a\u{202e}b"))),
        (Kind::Usage, fails(empty().slot_name("x".repeat(128)))),
        (Kind::Usage, fails(empty().empty_slot().slot_name("A").slot_name("A"))),
        (Kind::Usage, fails(empty().empty_slot().reader_slots(1))),
        (Kind::Usage, fails(empty().name("4711"))),
        (Kind::Usage, fails(empty().name(&name))),
        (Kind::Usage, fails(empty().contactless(1))),
        (Kind::Usage, fails(empty().record(&nowhere))),
        (Kind::Usage, fails(empty().record_folder(file.join("folder")))),
        (Kind::Usage, fails(empty().socket(&nowhere))),
        (Kind::Usage, fails(empty().socket(&file))),
        (Kind::Usage, fails(empty().socket(folder.path().join("x".repeat(120))))),
        (Kind::Usage, fails(empty().socket(named.socket()))),
        (Kind::Environment, fails(empty().socket(folder.path().join("datagrams")))),
        (Kind::Usage, named.remove(0).expect_err("no card")),
        (Kind::Usage, named.reinsert(0).expect_err("no card")),
        (Kind::Usage, Client::find(Which::Named("hosts-test-nobody")).map(drop).expect_err("no readers")),
        (Kind::Environment, Client::find(Which::Socket(&nowhere)).map(drop).expect_err("no readers")),
    ];
    for (kind, error) in errors {
        assert_eq!(error.kind(), kind, "{error:?}");
        let (message, hint) = (error.to_string(), error.hint());
        assert!(hint.is_some_and(|hint| !hint.is_empty()), "no hint: {message}");
        assert!(!message.contains("os error"), "{message}");
    }
    drop(listening);
    // What a running host cannot record is no mistake of who asks it to insert a card.
    let (records, before) = (folder.path().join("records"), Host::builder().empty_slot());
    let host = before.record_folder(&records).start().expect("a host");
    fs::remove_dir_all(&records).expect("the folder");
    let mut client = Client::find(Which::Socket(host.socket())).expect("it listens");
    let refused = client
        .ask(Request::Insert { slot: 0, card: "vitale2-martin".into(), state_reset: None })
        .expect_err("no folder");
    assert_eq!(refused.kind(), Kind::Environment, "{refused}");
    let refused = client.ask(Request::Stop).expect_err("it lives as long as this test");
    assert!(refused.kind() == Kind::Usage && refused.hint().is_some(), "{refused}");
}
