//! Who gets in: tokens, other pages, other names of this machine, and who holds connections.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::json;

use super::House;

#[test]
fn nobody_without_the_token_gets_anything() {
    let house = House::new();
    let host = house.host_line();
    let wrong = format!("Authorization: Bearer {}", "0".repeat(64));
    let short = format!("Authorization: Bearer {}", &house.token()[1..]);
    let token = format!("/api/slots?token={}", house.token());
    for path in ["/", "/app.js", "/api/slots", "/api/events", "/api/openapi.json", "/nothing", &token] {
        for lines in [vec![&*host], vec![&host, &wrong], vec![&host, &short]] {
            let said = house.say(&format!("GET {path}"), &lines, "");
            assert_eq!(said.status, 401, "{path} {lines:?}: {said:?}");
            assert!(!said.body.contains(house.token()) && !said.head.contains("set-cookie"), "{said:?}");
        }
    }
    let removed = house.say("POST /api/slots/0/remove", &[&host, "Content-Type: application/json"], "");
    assert_eq!(removed.status, 401);
    assert!(house.host.slots()[0].card.is_some());
}

#[test]
fn the_cookie_of_the_first_visit_opens_the_page_and_not_the_api() {
    let house = House::new();
    let host = house.host_line();
    let said = house.say(&format!("GET /?token={}", house.token()), &[&host], "");
    assert_eq!(said.status, 200, "{said:?}");
    let cookie = said.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie").to_owned();
    for said in ["; httponly", "; samesite=strict", "; path=/"] {
        assert!(cookie.contains(said), "{cookie}");
    }
    assert!(!said.body.contains(house.token()) && !cookie.contains(house.token()), "the cookie is not the token");
    let pair = cookie.split(';').next().expect("a pair");
    let cookie = format!("Cookie: other=1; {pair}");
    assert_eq!(house.say("GET /", &[&host, &cookie], "").status, 200);
    assert_eq!(house.say("GET /api/slots", &[&host, &cookie], "").status, 401);
    let lines = [&*host, &cookie, "Content-Type: application/json"];
    assert_eq!(house.say("POST /api/slots/0/remove", &lines, "").status, 401);
}

#[test]
fn another_name_for_this_address_is_refused() {
    let house = House::new();
    let port = house.address().port();
    for name in [
        "rebound.example".into(),
        format!("rebound.example:{port}"),
        format!("localhost:{port}"),
        "127.0.0.1".into(),
        format!("127.0.0.1:{}", port ^ 1),
        format!("127.0.0.1.:{port}"),
        format!("[::1]:{port}"),
        String::new(),
    ] {
        let said = house.say("GET /api/slots", &[&format!("Host: {name}"), &house.bearer()], "");
        assert!(matches!(said.status, 421 | 400), "{name}: {said:?}");
    }
    let twice = house.say("GET /api/slots", &[&house.host_line(), "Host: rebound.example", &house.bearer()], "");
    assert!(matches!(twice.status, 421 | 400), "{twice:?}");
    let absolute = house.say("GET http://rebound.example/api/slots", &[&house.host_line(), &house.bearer()], "");
    assert_eq!(absolute.status, 421, "{absolute:?}");
}

#[test]
fn what_another_page_has_a_browser_send_is_refused() {
    let house = House::new();
    let (host, bearer) = (house.host_line(), house.bearer());
    let own = format!("Origin: http://{}", house.address());
    let json = "Content-Type: application/json";
    let tries: [&[&str]; 7] = [
        &[&host, &bearer, json, "Origin: http://evil.example"],
        &[&host, &bearer, json, "Origin: null"],
        &[&host, &bearer, json, &own, "Origin: http://evil.example"],
        &[&host, &bearer, json, "Sec-Fetch-Site: cross-site"],
        &[&host, &bearer, json, "Sec-Fetch-Site: same-site"],
        &[&host, &bearer, "Content-Type: application/x-www-form-urlencoded"],
        &[&host, &bearer, "Content-Type: text/plain"],
    ];
    for lines in tries {
        let said = house.say("POST /api/slots/0/remove", lines, "");
        assert!(matches!(said.status, 403 | 415), "{lines:?}: {said:?}");
    }
    assert!(house.host.slots()[0].card.is_some(), "nothing was done");
    for lines in
        [&[&*host, &bearer, "Sec-Fetch-Site: cross-site"][..], &[&host, &bearer, "Origin: http://evil.example"]]
    {
        assert_eq!(house.say("GET /api/slots", lines, "").status, 403, "{lines:?}");
    }
    let said = house.say("POST /api/slots/0/remove", &[&host, &bearer, json, &own, "Sec-Fetch-Site: same-origin"], "");
    assert_eq!(said.status, 200, "{said:?}");
}

/// A person whose browser has an old token, or none, is told so in a page; programs and scripts are told in JSON.
#[test]
fn a_person_who_is_refused_gets_a_page_and_a_program_json() {
    let house = House::new();
    let (host, accept) = (house.host_line(), "Accept: text/html,application/xhtml+xml,*/*;q=0.8");
    let (french, stale) = ("Accept-Language: fr", format!("/?token={}", "0".repeat(64)));
    for (path, lines, status, told) in [
        ("/", vec![&*host, accept], 401, "<html lang=\"en\">"),
        (&stale, vec![&host, accept], 401, "<code>virtuale console --url</code>"),
        ("/", vec![&host, accept, french], 401, "<h1>Cette page demande l'adresse"),
        ("/?lang=fr", vec![&host, accept], 401, "<html lang=\"fr\">"),
        ("/?lang=en", vec![&host, accept, french], 401, "<html lang=\"en\">"),
        ("/", vec!["Host: <b>rebound</b>.example", accept], 421, "by its address"),
        ("/nowhere", vec![&host, accept, &house.bearer()], 404, "There is nothing at this path."),
    ] {
        let said = house.say(&format!("GET {path}"), &lines, "");
        assert!(said.status == status && said.body.contains(told), "{path} {lines:?}: {said:?}");
        assert!(said.head.contains("content-type: text/html") && said.body.starts_with("<!doctype html>"), "{said:?}");
        assert!(said.head.contains("content-security-policy: default-src 'none'"), "{said:?}");
        for foreign in [house.token(), "rebound", "nowhere", &*"0".repeat(64), &house.address().to_string()] {
            assert!(!said.body.contains(foreign), "{foreign}: {said:?}");
        }
    }
    for (path, lines) in [("/api/slots", vec![&*host, accept]), ("/", vec![&host]), ("/", vec![&host, "Accept: */*"])] {
        let said = house.say(&format!("GET {path}"), &lines, "");
        assert!(said.status == 401 && said.head.contains("content-type: application/json"), "{path}: {said:?}");
        assert!(said.body.contains("\"hint\":") && said.body.contains("virtuale console --url"), "{said:?}");
    }
}

/// Who asks for a part is given the whole, as RFC 9110 has it for who does not know parts.
#[test]
fn a_part_is_answered_with_the_whole() {
    let house = House::new();
    let whole = house.get("/app.js");
    assert!(whole.status == 200 && whole.head.contains("accept-ranges: none"), "{whole:?}");
    for range in
        ["bytes=0-", "bytes=-5", "bytes=5-2", "bytes=0-0,2-3", "bytes=999999-", "bytes=x", "lines=1-2", "", "="]
    {
        let lines = [&*house.host_line(), &house.bearer(), &format!("Range: {range}"), "If-Range: \"x\""];
        let said = house.say("GET /app.js", &lines, "");
        assert!(said.status == 200 && !said.head.contains("content-range"), "{range}: {}", said.head);
        assert_eq!(said.body, whole.body, "{range}");
        assert_eq!(house.say("GET /api/slots", &lines, "").status, 200, "{range}");
    }
}

#[test]
fn every_answer_says_that_nothing_of_it_is_kept_framed_or_run() {
    let house = House::new();
    let none = house.say("GET /", &[&house.host_line()], "");
    for said in [none, house.get("/"), house.get("/api/slots"), house.get("/nothing"), house.get("/api/dialogue/x")] {
        for line in [
            "content-security-policy: default-src 'none'; script-src 'self'",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "x-frame-options: deny",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(said.head.contains(line), "{line}: {said:?}");
        }
        assert!(!said.head.contains("unsafe-inline") && !said.head.contains("access-control"), "{said:?}");
    }
}

/// Strangers who connect and say little, or nothing, or go on asking without a token, do not keep who has it out.
#[test]
fn strangers_take_no_connection_from_who_has_the_token() {
    let house = House::new();
    let connect = || TcpStream::connect(house.address()).expect("it listens");
    let mut listening = connect();
    listening.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
    let text = format!("GET /api/events HTTP/1.1\r\n{}\r\n{}\r\n\r\n", house.host_line(), house.bearer());
    listening.write_all(text.as_bytes()).expect("it reads");
    assert!(listening.read(&mut [0; 16]).expect("events") > 0);
    let strangers: Vec<_> = (0..100)
        .map(|number| {
            let mut stranger = connect();
            // Slow ones, silent ones, and some that were refused and stay. Those that went first may be gone by now.
            let said = ["GET / HTTP/1.1\r\nHost: 1", "", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"][number % 3];
            let _ = stranger.write_all(said.as_bytes());
            stranger
        })
        .collect();
    assert_eq!(house.get("/api/slots").status, 200);
    // Who listens still does.
    house.post("/api/slots/0/remove", &json!({}));
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("\"kind\":\"removed\"") {
        let mut piece = [0; 4096];
        let length = listening.read(&mut piece).expect("events");
        assert!(length > 0, "it was hung up on");
        heard.extend_from_slice(&piece[..length]);
    }
    drop(strangers);
}

/// As many as may listen; one more is turned away at once, and is let in when one of them goes.
#[test]
fn there_are_so_many_who_listen_and_no_more() {
    let house = House::new();
    let text = format!("GET /api/events HTTP/1.1\r\n{}\r\n{}\r\n\r\n", house.host_line(), house.bearer());
    let listen = || {
        let mut stream = TcpStream::connect(house.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
        let _ = stream.write_all(text.as_bytes());
        let hears = stream.read(&mut [0; 16]).is_ok_and(|length| length > 0);
        (stream, hears)
    };
    let mut listeners: Vec<_> = (0..32).map(|_| listen()).collect();
    assert!(listeners.iter().all(|(_, hears)| *hears));
    assert!(!listen().1, "there is no room");
    listeners.truncate(16);
    // They are missed when something is said to them.
    let late = (0..100).any(|_| {
        house.host.remove(0).and_then(|_| house.host.reinsert(0)).expect("a card");
        listen().1
    });
    assert!(late, "there is room again");
}
