//! Sessions, exclusivities and contexts, of one program and of several.

use std::io;

use virtuale_galss::{
    Code,
    wire::{LONGEST_CONTEXT, Request},
};

use super::{Service, await_that, name, resources};
use crate::reader::galss::{Resource, Server, desk::MOST_SESSIONS};

#[test]
fn an_application_has_one_session_on_a_resource() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (session, address) = client.open("APP", "Vitale").expect("a session");
    assert_eq!((session, address), (1, 1));
    assert_eq!(client.open("APP", "VITALE"), Err(Code::OPEN), "names differ in more than case");
    assert_eq!(other.open("APP", "TRANSPA1"), Err(Code::OPEN), "whichever program it is, by whichever name");
    assert_eq!(client.open("APP", "CPS"), Ok((2, 2)), "another resource");
    assert_eq!(other.open("APP2", "Vitale"), Ok((3, 1)), "another application");
    assert_eq!(client.open("APP", "CPS2"), Err(Code::UNKNOWN_RESOURCE));
    for (application, resource) in [("", "CPS"), ("APP", ""), ("12345678901234567", "CPS"), ("A", "123456789")] {
        assert_eq!(client.open(application, resource), Err(Code::PARAMETER), "{application:?} {resource:?}");
    }
    assert_eq!(client.close(session), Ok(0), "it had no exclusivity");
    assert_eq!(client.close(session), Err(Code::UNKNOWN_SESSION));
    assert_eq!(client.close(3), Err(Code::UNKNOWN_SESSION), "it is another program's");
    assert_eq!(other.open("APP", "Vitale"), Ok((4, 1)), "it is free again, and no number comes back soon");
}

#[test]
fn there_are_only_so_many_sessions() {
    let service = Service::new();
    let mut client = service.client();
    let open = |number: usize| client.open(&format!("APP{number}"), "CPS").map(|(session, _)| session);
    let sessions: Vec<_> = (0..=MOST_SESSIONS).map(open).collect();
    assert_eq!(sessions.last(), Some(&Err(Code::NONE_LEFT)));
    assert!(sessions[..MOST_SESSIONS].iter().all(Result::is_ok));
    assert_eq!(client.begin(1, 3), Err(Code::NONE_LEFT));
    client.close(7).expect("its session");
    assert!(client.open("LAST", "CPS").is_ok());
}

#[test]
fn an_exclusivity_keeps_other_sessions_out() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (mine, theirs) = (client.cps("MINE"), other.cps("THEIRS"));
    let (vitale, _) = other.open("THEIRS", "Vitale").expect("a session");
    let exclusivity = client.begin(mine, 3).expect("it is free");
    assert_eq!(client.begin(mine, 3), Err(Code::ORDER), "it has one");
    other.send(&Request::Begin { wish: format!("{theirs}:3").as_bytes() });
    let who = [&[4, 0, 0, 0][..], b"MINE", &[3, 0, 0, 0], b"CPS"].concat();
    assert_eq!(other.receive(), (Code::EXCLUSIVITY, who), "and who it is");
    assert_eq!(other.exchange(theirs, &[0, 2, 0x16]), Err(Code::EXCLUSIVITY));
    let context = Request::Write { place: 2, session: theirs, context: &[1] };
    assert_eq!(other.ask(&context), Err(Code::EXCLUSIVITY));
    assert!(other.exchange(vitale, &[0, 1, 0x16]).is_ok(), "the other slot is free");
    assert_eq!(other.begin(vitale, 1), Err(Code::EXCLUSIVITY), "but not all of them");
    assert_eq!(other.end(exclusivity), Err(Code::UNKNOWN_SESSION), "it is not theirs");
    assert_eq!(client.presence(mine, 2), (1, 1));
    assert_eq!(client.end(exclusivity), Ok(()));
    assert_eq!(client.end(exclusivity), Err(Code::UNKNOWN_SESSION));
    for level in [1, 2] {
        let all = other.begin(vitale, level).expect("all are free");
        assert_eq!(client.begin(mine, 3), Err(Code::EXCLUSIVITY));
        assert_eq!(client.exchange(mine, &[0, 2, 0x16]), Err(Code::EXCLUSIVITY));
        other.end(all).expect("its own");
    }
    for wish in ["", "1", "1:0", "1:4", "x:3", "1:3,2:3"] {
        assert_eq!(client.ask(&Request::Begin { wish: wish.as_bytes() }), Err(Code::PARAMETER), "{wish:?}");
    }
    assert_eq!(client.begin(theirs, 3), Err(Code::UNKNOWN_SESSION));
    assert_eq!(client.begin(mine, 3).map(|number| client.close(mine) == Ok(number)), Ok(true), "it ends with it");
    assert!(other.begin(theirs, 3).is_ok());
}

#[test]
fn an_exclusivity_is_an_applications() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (cps, theirs) = (client.cps("APP"), other.cps("OTHER"));
    let (vitale, _) = client.open("APP", "Vitale").expect("a session");
    let (second, _) = client.open("SECOND", "Vitale").expect("a session");
    let all = client.begin(cps, 1).expect("all are free");
    assert!(client.exchange(vitale, &[0, 1, 0x16]).is_ok(), "another session of the application");
    assert_eq!(client.begin(vitale, 3), Err(Code::ORDER), "which has it already");
    assert_eq!(client.exchange(second, &[0, 1, 0x16]), Err(Code::EXCLUSIVITY), "another application of the program");
    assert_eq!(other.exchange(theirs, &[0, 2, 0x16]), Err(Code::EXCLUSIVITY));
    client.end(all).expect("its own");
    assert!(client.begin(cps, 3).is_ok() && client.begin(vitale, 3).is_ok(), "each slot on its own");
    assert_eq!(client.begin(second, 3), Err(Code::EXCLUSIVITY));
}

#[test]
fn contexts_are_kept_for_a_session_and_for_a_resource() {
    let service = Service::new();
    let (mut client, mut other) = (service.client(), service.client());
    let (mine, theirs) = (client.cps("MINE"), other.cps("THEIRS"));
    let long = [7; LONGEST_CONTEXT];
    let (write, read) = (
        |place, session, context| Request::Write { place, session, context },
        |place, session, room| Request::Read { place, session, room },
    );
    for place in [1, 2] {
        assert_eq!(client.ask(&read(place, mine, 2000)), Err(Code::NO_CONTEXT));
        assert_eq!(client.ask(&write(place, mine, &long)), Ok(vec![]));
        assert_eq!(client.ask(&read(place, mine, 1076)), Ok(long.to_vec()));
        assert_eq!(client.ask(&read(place, mine, 1075)), Err(Code::SIZE));
        assert_eq!(client.ask(&write(place, mine, &[7; LONGEST_CONTEXT + 1])), Err(Code::SIZE));
        assert_eq!(client.ask(&write(place, mine, &[])), Err(Code::SIZE));
        assert_eq!(client.ask(&write(place, theirs, &[1])), Err(Code::UNKNOWN_SESSION));
        assert_eq!(client.ask(&read(place, theirs, 2000)), Err(Code::UNKNOWN_SESSION));
    }
    assert_eq!(other.ask(&read(1, theirs, 2000)), Err(Code::NO_CONTEXT), "a session's is its own");
    assert_eq!(other.ask(&read(2, theirs, 2000)), Ok(long.to_vec()), "a resource's is everybody's");
    for place in [0, 3, u16::MAX] {
        assert_eq!(client.ask(&write(place, mine, &[1])), Err(Code::PARAMETER));
        assert_eq!(client.ask(&read(place, mine, 1)), Err(Code::PARAMETER));
    }
    drop(client);
    assert_eq!(other.ask(&write(2, theirs, &[1, 2])), Ok(vec![]));
    assert_eq!(other.ask(&read(2, theirs, 2)), Ok(vec![1, 2]), "it outlives the session that wrote it");
}

#[test]
fn what_a_program_had_is_free_when_its_last_connection_is_gone() {
    let service = Service::new();
    let (mut first, mut second, mut other) = (service.client_called(200), service.client_called(200), service.client());
    let session = first.cps("MINE");
    assert_eq!(second.presence(session, 2), (1, 1), "a session is a program's, not a connection's");
    let theirs = other.cps("THEIRS");
    first.begin(session, 1).expect("all are free");
    drop(first);
    assert_eq!(second.presence(session, 2), (1, 1), "it lives on");
    assert_eq!(other.begin(theirs, 3), Err(Code::EXCLUSIVITY));
    drop(second);
    await_that("the exclusivity is free", || match other.begin(theirs, 3) {
        Ok(_) => true,
        Err(code) => {
            assert_eq!(code, Code::EXCLUSIVITY);
            false
        }
    });
    assert!(other.open("MINE", "CPS").is_ok());
}

#[test]
fn resources_and_versions_are_told() {
    let service = Service::new();
    let mut client = service.client();
    let table = client.ask(&Request::Resources).expect("a table");
    assert_eq!(table.len(), 2 * 26);
    assert_eq!(table[..18], *b"TRANSPA1\0Vitale\0\0\0");
    assert_eq!(table[26..44], *b"TRANSPA2\0CPS\0\0\0\0\0\0");
    let versions = client.ask(&Request::Versions).expect("versions");
    assert_eq!((versions.len(), &versions[..4]), (4 + 3 * 8, &b"0.01"[..]));
    assert_eq!(versions[4..8], 100_u32.to_ne_bytes());
}

#[test]
fn a_name_means_one_slot_that_there_is() {
    let service = Service::new();
    let path = service.folder.path().join("other");
    let start = |more| Server::start(&service.readers, &path, [resources(), vec![more]].concat()).map(drop);
    let resource =
        |called: &str, alias: Option<&str>, slot| Resource { name: name(called), alias: alias.map(name), slot };
    let said = |more| {
        let error = start(more).expect_err("it is refused");
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        error.to_string()
    };
    assert_eq!(said(resource("X", None, 2)), "there is no slot 2, which would be called X");
    assert_eq!(said(resource("vitale", None, 0)), "two slots would be called vitale");
    assert_eq!(said(resource("X", Some("CPS"), 0)), "two slots would be called CPS");
    assert!(start(resource("X", None, 0)).is_ok());
}
