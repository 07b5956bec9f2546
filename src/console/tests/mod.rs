//! The page as browsers and strangers find it: over its port. `door` has who gets in, `document` what the API says of
//! itself.

mod document;
mod door;

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::{Value, json};

use self::document::check;
use super::{ANYWHERE, Console, ConsoleError, Options, routes};
use crate::{
    engine::{Response, StatusWord},
    host::Host,
    layer::fault::Kind,
    terminal::transport::{Transport, pcsclite::Service},
    toy::Toy,
};

/// SELECT VITALE, and what waits is fetched.
const SELECT: [u8; 16] = [0, 0xA4, 4, 0, 11, 0xD2, 0x50, 0, 0, 2, 0x56, 0x49, 0x54, 0x41, 0x4C, 0x45];
/// The PIN of the signing application, of which the last digits are wrong.
const VERIFY: [u8; 9] = [0, 0x20, 0, 0x81, 4, 0x30, 0x31, 0x32, 0x33];

struct House {
    host: Host,
    console: Console,
}

/// What a server said.
#[derive(Debug)]
struct Said {
    status: u16,
    head: String,
    body: String,
}

impl House {
    fn new() -> Self {
        let host = Host::builder().card("vitale2-martin").empty_slot().keep_profiles().start().expect("a host");
        let console = Console::start(&host, &Options::default()).expect("a page");
        Self { host, console }
    }

    fn token(&self) -> &str {
        self.console.url().split_once("token=").expect("a token").1
    }

    fn address(&self) -> SocketAddr {
        self.console.address()
    }

    /// Sends lines as they are, behind a request line.
    fn say(&self, request: &str, lines: &[&str], body: &str) -> Said {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let length = body.len();
        let text = format!("{request} HTTP/1.1\r\n{lines}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(text.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Said { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn host_line(&self) -> String {
        format!("Host: {}", self.address())
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}", self.token())
    }

    fn console_status(&self) -> crate::host::control::Status {
        use crate::host::control::{Reply, Request};
        match self.host.remote().ask(Request::Slots) {
            Ok(Reply::Slots(status)) => status,
            other => panic!("{other:?}"),
        }
    }

    fn get(&self, path: &str) -> Said {
        self.say(&format!("GET {path}"), &[&self.host_line(), &self.bearer()], "")
    }

    fn json(&self, path: &str) -> Value {
        let said = self.get(path);
        assert_eq!(said.status, 200, "{path}: {said:?}");
        serde_json::from_str(&said.body).expect("JSON")
    }

    fn post(&self, path: &str, body: &Value) -> Said {
        let lines = [&*self.host_line(), &self.bearer(), "Content-Type: application/json"];
        self.say(&format!("POST {path}"), &lines, &body.to_string())
    }

    fn send(&self, commands: &[&[u8]]) {
        let mut service = Service::establish(self.host.socket()).expect("a service");
        let reader = self.host.slots().remove(0).reader;
        let mut card = service.connect(&reader).expect("a card");
        for command in commands {
            card.transmit(command, &mut Response::new()).expect("an answer");
        }
    }

    /// The entries so far, as a page hears them that begins at the beginning, once there are so many commands.
    fn entries(&self, commands: usize) -> Vec<Value> {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
        let text = format!("GET /api/events HTTP/1.1\r\n{}\r\n{}\r\n\r\n", self.host_line(), self.bearer());
        stream.write_all(text.as_bytes()).expect("it reads");
        let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let length = stream.read(&mut piece).expect("events");
            assert!(length > 0, "it hung up");
            heard.extend_from_slice(&piece[..length]);
            let text = String::from_utf8_lossy(&heard);
            let lists = text.lines().filter_map(|line| line.strip_prefix("data: ["));
            let lists = lists.filter_map(|list| serde_json::from_str::<Vec<Value>>(&format!("[{list}")).ok());
            let entries: Vec<Value> = lists.flatten().filter(|entry| entry["seq"].is_number()).collect();
            if entries.iter().filter(|entry| entry["kind"] == "command").count() >= commands {
                return entries;
            }
        }
    }
}

#[test]
fn bad_input_gets_an_answer() {
    let house = House::new();
    let long = json!({ "card": "x".repeat(70_000) });
    assert_eq!(house.post("/api/slots/0/insert", &long).status, 413);
    for (path, body, status) in [
        ("/api/slots/9/remove", json!({}), 409),
        ("/api/slots/x/remove", json!({}), 404),
        ("/api/slots/-1/remove", json!({}), 404),
        ("/api/slots/0/insert", json!({ "card": "nobody" }), 404),
        ("/api/slots/0/insert", json!({ "card": "/etc/passwd", "more": 1 }), 400),
        ("/api/slots/0/insert", json!({ "file": "../a.toml" }), 404),
        ("/api/slots/0/pin", json!({ "pin": "1234" }), 409),
        ("/api/slots/0/pin", json!({ "pin": "1234", "prompt": 1 }), 409),
        ("/api/slots/0/pin", json!({ "pin": "1234", "prompt": "first" }), 400),
        ("/api/slots/0/pin", json!([]), 400),
        ("/api/slots/1/remove", json!({}), 409),
    ] {
        let said = house.post(path, &body);
        assert_eq!(said.status, status, "{path} {body}: {said:?}");
        assert!(said.body.contains("message") && !said.body.contains("1234"), "{said:?}");
    }
    for method in ["DELETE", "PUT", "PATCH"] {
        let said = house.say(&format!("{method} /api/slots"), &[&house.host_line(), &house.bearer()], "");
        assert_eq!(said.status, 405, "{said:?}");
    }
    for path in ["/api/export/apdu?slot=x", "/api/export/apdu?slot=9", "/api/export/scriptor?slot=9"] {
        assert_eq!(house.get(path).status, 404, "{path}");
    }
    assert_eq!(house.get("/api/search?q=abc&behind=x").status, 400);
    assert_eq!(house.post("/api/slots", &json!({})).status, 405);
    assert_eq!(house.get("/api/slots/1/card").status, 409);
    assert_eq!(house.get("/api/export/scriptor").status, 400);
}

#[test]
fn cards_come_and_go_and_a_path_is_no_card() {
    let house = House::new();
    assert_eq!(house.post("/api/slots/1/insert", &json!({ "card": "vitale2-durand" })).status, 200);
    assert_eq!(house.json("/api/slots")["slots"][1]["card"], "vitale2-durand");
    assert_eq!(house.json("/api/slots"), serde_json::to_value(house.console_status()).expect("JSON"));
    assert_eq!(house.post("/api/slots/1/remove", &json!({})).status, 200);
    assert_eq!(house.post("/api/slots/1/reinsert", &json!({})).status, 200);
    assert_eq!(house.post("/api/slots/0/insert", &json!({ "from": 1 })).status, 200);
    assert!(house.host.slots()[1].card.is_none());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-martin.toml");
    assert_ne!(house.post("/api/slots/1/insert", &json!({ "card": path })).status, 200, "only what is listed comes in");
    let faces = house.json("/api/faces");
    assert_eq!((&faces[0]["card"]["family"], &faces[1]["card"]), (&json!("vitale"), &Value::Null));
}

#[test]
fn the_dialogue_is_heard_explained_and_exported_without_its_secrets() {
    let house = House::new();
    let read = [0, 0xB0, 0x82, 0, 0x20];
    let ades = [0, 0xA4, 4, 0x0C, 12, 0xD2, 0x50, 0, 0, 4, b'A', b'd', 0xE8, b'l', b'e', 1, 1];
    house.send(&[&SELECT, &[0, 0xA4, 2, 4, 2, 0xD0, 1], &read, &ades, &VERIFY]);
    let entries = house.entries(5);
    let commands: Vec<_> = entries.iter().filter(|entry| entry["kind"] == "command").collect();
    assert_eq!(commands[0]["name"], "SELECT application VITALE");
    assert_eq!(commands[0]["name_fr"], Value::Null, "it is the same in French");
    assert_eq!(
        (&commands[2]["name"], &commands[2]["name_fr"]),
        (&json!("READ BINARY of file 2, at 0"), &json!("READ BINARY du fichier 2, à l'octet 0"))
    );
    assert!(commands[0]["process"].is_number() && commands[0]["session"].is_number(), "{}", commands[0]);
    assert!(
        commands.iter().any(|command| command["file"].is_string() && command["element"].is_string()),
        "{commands:?}"
    );
    let verify = commands.last().expect("a command");
    assert_eq!(
        (&verify["status"], &verify["level"], &verify["hidden"]),
        (&json!("63C2"), &json!("warning"), &json!(true))
    );
    assert_eq!(verify["command"], "00 20 00 81 04 •• •• •• ••");
    let path = format!("/api/dialogue/{}", verify["seq"]);
    assert_eq!(house.json(&path)["whole_command"], "00 20 00 81 04 •• •• •• ••");
    assert_eq!(house.json(&format!("{path}?secrets=show"))["whole_command"], "00 20 00 81 04 30 31 32 33");
    let trace = house.get("/api/export/apdu").body;
    assert!(trace.starts_with("virtuale-trace 1\n") && !trace.contains("30 31 32 33"), "{trace}");
    let source = crate::profile::diagnostic::Source { name: "t".into(), text: trace.clone() };
    crate::trace::Trace::parse(source.into()).unwrap_or_else(|error| panic!("{error}: {trace}"));
    assert!(house.get("/api/export/apdu?secrets=show").body.contains("30 31 32 33"));
    let script = house.get("/api/export/scriptor?slot=0").body;
    assert!(script.contains("00 B0 82 00 20") && !script.contains("30 31 32 33"), "{script}");
}

/// A card that is called as hostile as can be, and answers as much as can be.
#[test]
fn a_long_answer_of_a_hostile_card_is_whole_and_shown() {
    let toy = Toy::new(|_, response| {
        response.extend(&[b'<'; 65_536]);
        response.finish(StatusWord::SUCCESS);
        Ok(())
    });
    let host = Host::builder().card_made("<b>\u{202e}\u{7}\n", Box::new(toy)).start().expect("a host");
    let console = Console::start(&host, &Options::default()).expect("a page");
    let house = House { host, console };
    house.send(&[&[0, 0xB0, 0, 0, 0, 0, 0]]);
    let entries = house.entries(1);
    let inserted = entries.iter().find(|entry| entry["kind"] == "inserted").expect("a card");
    assert_eq!(inserted["said"], "<b>\\u{202e}\\u{7}\\n");
    let command = entries.iter().find(|entry| entry["kind"] == "command").expect("a command");
    assert_eq!((&command["got"], command["data"].as_str().map(str::len)), (&json!(65_536), Some(71)));
    let whole = house.json(&format!("/api/dialogue/{}", command["seq"]));
    assert_eq!(whole["whole_data"].as_str().map(str::len), Some(65_536 * 3 - 1));
    assert_eq!(house.get("/api/slots/0/card").status, 404, "its chip is not one of ours");
    assert_eq!(house.json("/api/faces")[0]["card"]["name"], "<b>\\u{202e}\\u{7}\\n");
}

#[test]
fn a_fault_is_armed_strikes_and_is_told() {
    let house = House::new();
    let armed = house.post("/api/slots/0/fault", &json!({ "faults": ["sw=6F00 n=1"] }));
    assert_eq!(armed.status, 200, "{armed:?}");
    assert_eq!(house.json("/api/slots")["slots"][0]["faults"][0]["fault"], "sw=6F00 n=1");
    house.send(&[&SELECT]);
    let entries = house.entries(1);
    let command = entries.iter().find(|entry| entry["kind"] == "command").expect("a command");
    assert_eq!(
        (&command["status"], command["faults"].as_array().map(Vec::len)),
        (&json!("6F00"), Some(1)),
        "{command}"
    );
    assert!(house.get("/api/export/apdu").body.contains("\n# fault sw=6F00"), "{}", house.get("/api/export/apdu").body);
    let wrong = house.post("/api/slots/0/fault", &json!({ "faults": ["dance"] }));
    assert!(wrong.status >= 400 && wrong.body.contains("dance"), "{wrong:?}");
    assert_eq!(house.post("/api/slots/0/clear-faults", &json!({})).status, 200);
    assert_eq!(house.json("/api/slots")["slots"][0]["faults"], json!([]));
}

/// As they happen to a person: a card is put in, and gets its power; a fault may strike it then.
#[test]
fn a_card_is_in_before_it_has_its_power() {
    let house = House::new();
    let armed = house.post("/api/slots/1/fault", &json!({ "faults": ["atr=3B00 n=1"] }));
    assert_eq!(armed.status, 200, "{armed:?}");
    assert_eq!(house.post("/api/slots/1/insert", &json!({ "card": "vitale2-durand" })).status, 200);
    assert_eq!(house.post("/api/slots/1/remove", &json!({})).status, 200);
    assert_eq!(house.post("/api/slots/1/reinsert", &json!({})).status, 200);
    house.send(&[&SELECT]);
    let entries: Vec<_> = house.entries(1).into_iter().filter(|entry| entry["slot"] == 1).collect();
    let kinds: Vec<_> = entries.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    assert_eq!(kinds, ["inserted", "fault", "powered", "removed", "inserted", "powered"], "{entries:?}");
    let times: Vec<_> = entries.iter().filter_map(|entry| entry["at"].as_u64()).collect();
    assert!(times.is_sorted(), "{entries:?}");
    let trace = house.get("/api/export/apdu?slot=1").body;
    let (card, fault) = (trace.find("\ncard").expect("a card"), trace.find("\n# fault atr=3B00").expect("a fault"));
    assert!(card < fault, "{trace}");
    let source = crate::profile::diagnostic::Source { name: "t".into(), text: trace.clone() };
    crate::trace::Trace::parse(source.into()).unwrap_or_else(|error| panic!("{error}: {trace}"));
}

#[test]
fn refusals_are_told_in_the_language_that_is_asked_for() {
    let house = House::new();
    let (host, bearer, json) = (house.host_line(), house.bearer(), "Content-Type: application/json");
    let french = "Accept-Language: fr-FR, en;q=0.5";
    for (request, body, english, told) in [
        ("POST /api/slots/1/remove", "{}", "is empty already", "est déjà vide"),
        ("POST /api/slots/0/insert", "{\"card\":\"x\"}", "no built-in card", "aucune carte intégrée"),
        ("POST /api/slots/0/fault", "{\"faults\":[\"dance\"]}", "is no word of faults", "n'est pas un mot des pannes"),
        ("POST /api/slots/0/pin", "{", "not what is asked here", "pas ce qui est demandé ici"),
        ("GET /api/slots/1/card", "", "no card in slot 1", "pas de carte dans l'emplacement 1"),
        ("GET /api/nothing", "", "nothing at this path", "rien à ce chemin"),
        ("PUT /api/slots", "{}", "not asked in that way", "ne se demande pas ainsi"),
    ] {
        let said = house.say(request, &[&host, &bearer, json], body);
        assert!(said.status >= 400 && said.body.contains(english), "{request}: {said:?}");
        let said = house.say(request, &[&host, &bearer, json, french], body);
        assert!(said.status >= 400 && said.body.contains(told), "{request}: {said:?}");
    }
    // What is wanted more counts, wherever it stands.
    let english = house.say("GET /api/nothing", &[&host, &bearer, "Accept-Language: fr;q=0.5, en;q=0.9"], "");
    assert!(english.body.contains("nothing at this path"), "{english:?}");
    let stranger = house.say("GET /api/slots", &[&host, french], "");
    assert!(stranger.status == 401 && stranger.body.contains("avec son jeton"), "{stranger:?}");
}

#[test]
fn whole_commands_and_answers_are_sought_but_for_secrets() {
    let house = House::new();
    let ades = [0, 0xA4, 4, 0x0C, 12, 0xD2, 0x50, 0, 0, 4, b'A', b'd', 0xE8, b'l', b'e', 1, 1];
    house.send(&[&SELECT, &[0, 0xA4, 2, 4, 2, 0xD0, 1], &[0, 0xB0, 0x82, 0, 0x80], &ades, &VERIFY]);
    let entries = house.entries(5);
    let is_in = |seq: &Value, found: &Value| {
        let runs = found["runs"].as_array().expect("a list").iter();
        let seq = seq.as_u64().expect("a number");
        let ends = |run: &Value| Some((run[0].as_u64()?, run[1].as_u64()?));
        runs.filter_map(ends).any(|(first, last)| (first..=last).contains(&seq))
    };
    let of = |name: &str| {
        let named = |entry: &&Value| entry["name"].as_str().is_some_and(|own| own.starts_with(name));
        entries.iter().find(named).unwrap_or_else(|| panic!("{name}: {entries:?}"))["seq"].clone()
    };
    let (read, verify) = (of("READ BINARY"), of("VERIFY"));
    let data = house.json(&format!("/api/dialogue/{read}"))["whole_data"].as_str().expect("bytes").replace(' ', "");
    // Bytes behind those that stand in the list.
    let late = data.get(80..96).expect("a long answer");
    for sought in [late, "6F6F6D", "nir", "b082", "opensc", "00B08200", "READ%20binary+9000"] {
        let found = house.json(&format!("/api/search?q={sought}"));
        let wanted = !["6F6F6D", "opensc"].contains(&sought);
        assert_eq!(is_in(&read, &found), wanted, "{sought}: {found}");
        assert!(found["until"].as_u64() >= verify.as_u64());
    }
    for (sought, wanted) in [("63C2", true), ("essais", true), ("VERIFY", true), ("30313233", false), ("0123", false)] {
        let found = house.json(&format!("/api/search?q={sought}"));
        assert_eq!(is_in(&verify, &found), wanted, "{sought}: {found}");
    }
    let behind = house.json(&format!("/api/search?q=VERIFY&behind={verify}"));
    assert_eq!(behind["runs"], json!([]));
    for bad in ["", "?q=", "?q=%", "?q=%FF"] {
        assert_eq!(house.get(&format!("/api/search{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn a_command_without_an_answer_is_told_until_it_has_one() {
    let house = House::new();
    let armed = house.post("/api/slots/0/fault", &json!({ "faults": ["late=2s n=1"] }));
    assert_eq!(armed.status, 200, "{armed:?}");
    std::thread::scope(|scope| {
        scope.spawn(|| house.send(&[&SELECT]));
        let slow = loop {
            let slow = house.json("/api/underway");
            if slow != json!([]) {
                break slow;
            }
            std::thread::yield_now();
        };
        assert_eq!(
            (&slow[0]["name"], &slow[0]["command"]),
            (&json!("SELECT application VITALE"), &json!("00 A4 04 00"))
        );
        assert_eq!((&slow[0]["slot"], &slow[0]["sent"]), (&json!(0), &json!(SELECT.len())));
        let document: Value = serde_json::from_str(routes::OPENAPI).expect("JSON");
        let schema = json!({ "$ref": "#/components/schemas/Underway" });
        check(&slow[0], &schema, &document["components"]["schemas"], "Underway");
    });
    house.entries(1);
    assert_eq!(house.json("/api/underway"), json!([]));
}

/// A trace of all slots is one that is read, cards that came later included.
#[test]
fn all_slots_are_one_trace() {
    let house = House::new();
    assert_eq!(house.post("/api/slots/1/insert", &json!({ "card": "vitale2-durand" })).status, 200);
    house.send(&[&SELECT]);
    assert_eq!(house.post("/api/slots/1/insert", &json!({ "card": "cps-lefevre" })).status, 200);
    house.send(&[&[0, 0xB0, 0x82, 0, 0x20]]);
    house.entries(2);
    let trace = house.get("/api/export/apdu").body;
    assert_eq!((trace.matches("\nnow ").count(), trace.matches("\nseed ").count()), (1, 1), "{trace}");
    let source = crate::profile::diagnostic::Source { name: "t".into(), text: trace.clone() };
    let read = crate::trace::Trace::parse(source.into()).unwrap_or_else(|error| panic!("{error}: {trace}"));
    assert_eq!(read.slots().len(), 2, "{trace}");
    let late = house.get("/api/export/apdu?slot=1").body;
    assert!(!late.contains("began earlier"), "{late}");
}

#[test]
fn a_button_arms_every_kind_of_fault() {
    let (faults, texts) = (include_str!("../page/faults.js"), include_str!("../page/text.js"));
    for kind in Kind::ALL {
        let word = kind.word();
        assert!([format!("\"{word}\""), format!("\"{word}=")].iter().any(|own| faults.contains(own)), "{word}");
        assert!(texts.matches(&format!("\"fault.kind.{word}")).count() >= 2, "{word} in both languages");
    }
}

/// What French there is of what stands in a file goes with its English.
#[test]
fn elements_have_their_french_and_what_their_keys_mean() {
    let house = House::new();
    // EF.ATR by its short identifier, from where it says how long commands may be.
    house.send(&[&[0, 0xB0, 0x9D, 0x1E, 0x12]]);
    let entries = house.entries(1);
    let read = entries.iter().find(|entry| entry["kind"] == "command").expect("a command");
    assert!(read["element"].as_str().is_some_and(|names| names.starts_with("longest command, ")), "{read}");
    assert!(read["element_fr"].as_str().is_some_and(|names| names.starts_with("plus longue commande, ")), "{read}");
    let card = house.json("/api/slots/0/card");
    let file = |name: &str| {
        let files = card["files"].as_array().expect("a list");
        files.iter().find(|file| file["name"] == name).unwrap_or_else(|| panic!("{name}: {card}"))
    };
    let person = &file("IDENTITE")["elements"][0];
    let name = &person["elements"][0];
    assert_eq!((&name["name"], &name["name_fr"]), (&json!("nom_usage"), &Value::Null));
    assert!(name["about"].is_string() && name["about_fr"].is_string(), "{name}");
    let last = file("IDENTITE")["elements"].as_array().and_then(|all| all.last()).expect("an element");
    assert_eq!((&last["name"], &last["name_fr"]), (&json!("unused"), &json!("inutilisé")));
    let cards = house.json("/api/cards");
    assert!(cards["built_in"][0]["about_fr"].is_string(), "{cards}");
}

#[test]
fn the_card_is_seen_with_what_changed() {
    let house = House::new();
    let pins = |card: &Value| {
        let secrets = card["secrets"].as_array().expect("a list").clone();
        secrets.into_iter().filter(|secret| secret["kind"] == "pin" && secret["tries"]["left"] == 2).count()
    };
    let card = house.json("/api/slots/0/card");
    assert_eq!((pins(&card), &card["has_baseline"]), (0, &json!(true)));
    assert!(card["files"].as_array().expect("a list").iter().all(|file| file["changed"] == json!([])), "{card}");
    let ades = [0, 0xA4, 4, 0x0C, 12, 0xD2, 0x50, 0, 0, 4, b'A', b'd', 0xE8, b'l', b'e', 1, 1];
    house.send(&[&ades, &VERIFY]);
    let card = house.json("/api/slots/0/card");
    assert_eq!(pins(&card), 1, "{}", card["secrets"]);
    assert!(
        card["files"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|file| !file["elements"].as_array().expect("a list").is_empty())
    );
}

#[test]
fn a_page_is_of_this_machine_and_goes_with_its_readers() {
    let host = Host::builder().start().expect("a host");
    let elsewhere = Options { address: "0.0.0.0:0".parse().expect("an address"), ..Options::default() };
    assert!(matches!(Console::start(&host, &elsewhere), Err(ConsoleError::NotLoopback(_))));
    let console = Console::start(&host, &Options { address: ANYWHERE, cards: None }).expect("a page");
    let taken = Options { address: console.address(), cards: None };
    assert!(matches!(Console::start(&host, &taken), Err(ConsoleError::Address { .. })));
    let address = console.address();
    drop(console);
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    host.stop();
}
