//! `read --format`: what billing software gets of the cards, and the numbers of what it does not get.
//! `SNAPSHOTS=overwrite cargo test --test cli billing` writes `fixtures/billing` anew.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use jiff::civil::date;
use serde_json::{Value, json};
use virtuale::{
    billing::groups::{self, Zone},
    profile::{Options, load},
};

use crate::sandbox::{Sandbox, run};

/// The day of all of it.
const NOW: &str = "2026-01-15";

/// The names of the built-in cards that begin so.
fn built_in(beginning: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards");
    let files = fs::read_dir(folder).expect("the cards").map(|file| file.expect("a card").path());
    let names = files.map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned());
    let mut names: Vec<_> = names.filter(|name| name.starts_with(beginning)).collect();
    names.sort();
    names
}

/// What the program prints, where each card that asks for its code is given it; the exit code, the lines and what was
/// said.
fn read(sandbox: &Sandbox, arguments: &str) -> (i32, Vec<Vec<u8>>, String) {
    let script = format!("yes 1234 | head -99 | virtuale read --now {NOW} --pin-fd 0 {arguments}");
    let Output { status, stdout, stderr } = sandbox.shell(&script).stdin(Stdio::null()).output().expect("it starts");
    let lines = stdout.split(|&byte| byte == b'\n').map(<[u8]>::to_vec);
    let mut lines: Vec<_> = lines.collect();
    assert_eq!(lines.pop().as_deref(), Some(&[][..]), "{arguments}: the last line ends");
    (status.code().expect("an exit code"), lines, String::from_utf8(stderr).expect("text"))
}

/// Holds a line against its file, which it is written to where that is wanted.
fn compare(file: &str, line: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/billing").join(file);
    let line = [line, b"\n"].concat();
    if env::var("SNAPSHOTS").is_ok_and(|what| what == "overwrite") {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &line).expect("a file");
    }
    let expected = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
    assert!(line == expected, "{file}:\n{}\nand in the file\n{}", text(&line), text(&expected));
}

fn cards(names: &[String]) -> String {
    names.iter().map(|name| format!(" --card {name}")).collect()
}

#[test]
fn every_vitale_in_every_form() {
    let sandbox = Sandbox::new();
    let names = built_in("vitale");
    assert!(names.len() > 10, "{names:?}");
    let (code, lines, said) =
        read(&sandbox, &format!("--format xml --xml-shape 1,2 --card cps-lefevre{}", cards(&names)));
    assert_eq!((code, said.as_str(), lines.len()), (0, "", 2 * names.len()));
    for (name, shapes) in names.iter().zip(lines.chunks(2)) {
        compare(&format!("{name}.1.xml"), &shapes[0]);
        compare(&format!("{name}.2.xml"), &shapes[1]);
    }
    // The professional's card comes first, wherever it stands.
    let (code, lines, said) = read(&sandbox, &format!("--format json{} --card cps-lefevre", cards(&names)));
    assert_eq!((code, said.as_str(), lines.len()), (0, "", 1 + names.len()));
    compare("cps-lefevre.json", &lines[0]);
    for (name, line) in names.iter().zip(&lines[1..]) {
        compare(&format!("{name}.json"), line);
    }
    // Only who somebody is.
    for (form, ending) in [("xml", "xml"), ("json", "json")] {
        let (code, lines, said) = read(&sandbox, &format!("--format {form} --card vitale2-martin"));
        assert_eq!((code, lines.len()), (0, 1), "{said}");
        assert!(said.starts_with("61441 no professional's card: of the card in vitale2-martin "), "{said}");
        compare(&format!("vitale2-martin.alone.{ending}"), &lines[0]);
    }
}

#[test]
fn every_professionals_card_as_json() {
    let sandbox = Sandbox::new();
    for name in built_in("cp") {
        let (_, lines, _) = read(&sandbox, &format!("--format json --card {name}"));
        assert_eq!(lines.len(), 1, "{name}");
        compare(&format!("{name}.json"), &lines[0]);
    }
}

#[test]
fn what_comes_from_readers_is_what_comes_from_card_files() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("code"), "1234\n").expect("a file");
    let read = format!("virtuale read --now {NOW} --format json --pin-fd 3 3< code");
    let script = format!("virtuale exec --now {NOW} --card vitale2-durand --card cps-lefevre -- sh -c '{read}'");
    let (code, out, error) = run(sandbox.shell(&script).current_dir(sandbox.path()));
    assert_eq!((code, error.as_str()), (0, ""));
    let fixture = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/billing/{name}.json"));
        let text = fs::read_to_string(path).expect("a fixture");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let found: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found[0]["professionnel"], fixture("cps-lefevre")["professionnel"]);
    assert_eq!(found[1]["vitale"], fixture("vitale2-durand")["vitale"]);
    assert_eq!(found[1]["source"], "Virtuale 00 00");
}

/// A card file in the sandbox: a built-in card with something written into it.
fn changed(sandbox: &Sandbox, name: &str, table: &str, line: &str) -> PathBuf {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
    let text = fs::read_to_string(card).expect("a card");
    let path = sandbox.path().join(format!("{name}.toml"));
    fs::write(&path, text.replacen(&format!("[{table}]\n"), &format!("[{table}]\n{line}\n"), 1)).expect("a file");
    path
}

/// A Vitale on which somebody has both covers: its layout lets them stand beside each other.
fn with_both_covers(sandbox: &Sandbox) -> PathBuf {
    let layout = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/layouts/vitale2.toml");
    let layout = fs::read_to_string(layout).expect("a layout");
    let lax =
        "\n[data.\"beneficiaire.mutuelle\"]\ntype = \"table\"\nperiod = [\"debut\", \"fin\"]\nen = \"a\"\nfr = \"b\"\n";
    fs::write(sandbox.path().join("lax.toml"), layout + lax).expect("a file");
    let path = changed(sandbox, "vitale2-durand", "assure.amc", "");
    let text = fs::read_to_string(&path).expect("a card").replace("\"vitale2\"", "\"lax.toml\"");
    fs::write(&path, text + "\n[assure.mutuelle]\nidentifiant = \"99999999\"\n").expect("a file");
    path
}

/// The numbers in the documents and in what was said, and the exit code, which is the same in either form.
fn numbers(sandbox: &Sandbox, command: &str) -> (i32, Vec<Value>, String) {
    let xml = format!("{{ {}; }} > xml", command.replace("FORM", "xml"));
    let (of_xml, _, _) = run(sandbox.shell(&xml).current_dir(sandbox.path()));
    let zone = format!("{{ {}; }} > zone", command.replace("FORM", "zone"));
    let (of_zone, _, said) = run(sandbox.shell(&zone).current_dir(sandbox.path()));
    let (code, out, error) = run(sandbox.shell(&command.replace("FORM", "json")).current_dir(sandbox.path()));
    assert_eq!(of_xml, code, "{command}: {error}");
    let documents = out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let numbers: Vec<Value> = documents.map(|document| document["code"].clone()).collect();
    // All of a zone comes out, or nothing: what is no error of the others is one of it.
    let zone = Zone::parse(&fs::read(sandbox.path().join("zone")).expect("a file")).expect("a zone");
    let expected = numbers.iter().filter(|number| **number == 0).count();
    assert_eq!(
        zone.groups.iter().filter(|group| [1, 101].contains(&group.number)).count(),
        expected,
        "{command}: {said}"
    );
    assert_eq!(of_zone, if expected == numbers.len() { 0 } else { 4 }, "{command}: {said}");
    (code, numbers, error)
}

#[test]
fn each_number_has_its_way() {
    let sandbox = Sandbox::new();
    for (name, code) in [("code", "1234"), ("wrong", "0000")] {
        fs::write(sandbox.path().join(name), format!("{code}\n")).expect("a file");
    }
    let shown = |path: PathBuf| path.display().to_string();
    let (real, other) = (
        shown(changed(&sandbox, "cps-lefevre", "carte", "categorie = \"reelle\"")),
        shown(changed(&sandbox, "vitale2-martin", "carte", "type = \"R\"")),
    );
    let both = shown(with_both_covers(&sandbox));
    let read = format!("virtuale read --now {NOW} --format FORM");
    let martin = format!("{read} --card vitale2-martin");
    let exec = format!("virtuale exec --now {NOW}");
    let rows: Vec<(String, i32, Vec<u16>)> = vec![
        (format!("{martin} --card cps-lefevre --pin-fd 3 3< code"), 0, vec![0, 0]),
        (martin.clone(), 0, vec![61441]),
        (format!("{read} --card vitale1-petit"), 0, vec![61441]),
        (format!("{martin} --card cps-lefevre"), 0, vec![61443, 61443]),
        (format!("{martin} --card cps-lefevre --pin-fd 3 3< wrong"), 4, vec![61443, 61443]),
        (format!("{martin} --card cps-bloquee --pin-fd 3 3< code"), 4, vec![61442, 61442]),
        (format!("{martin} --card cps-bloquee"), 4, vec![61442, 61442]),
        (format!("{martin} --card cps-perimee --pin-fd 3 3< code"), 4, vec![61444, 61444]),
        (format!("{martin} --card cpa-caisse --pin-fd 3 3< code"), 4, vec![61444, 61444]),
        (format!("{martin} --card cps-muette --pin-fd 3 3< code"), 4, vec![61444, 61444]),
        (format!("{read} --card vitale1-petit --card cps-perimee --pin-fd 3 3< code"), 4, vec![61444, 61444]),
        (format!("{martin} --card {real} --pin-fd 3 3< code"), 4, vec![0, 61478]),
        (format!("{read} --card {other} --card cps-lefevre --pin-fd 3 3< code"), 4, vec![0, 61478]),
        (format!("{read} --card {both} --card cps-lefevre --pin-fd 3 3< code"), 4, vec![0, 61680]),
        (format!("{exec} -- {read}"), 4, vec![61457]),
        (format!("{exec} -- {read} --reader 'Virtuale 00 00'"), 4, vec![61457]),
        (format!("{exec} -- {read} --reader nobody"), 4, vec![61697]),
        (format!("{exec} --card vitale2-martin --contactless 0 -- {read}"), 4, vec![61460]),
        (format!("PCSCLITE_CSOCK_NAME=/nowhere {read}"), 4, vec![1024]),
    ];
    for (command, exit, expected) in rows {
        let (code, found, error) = numbers(&sandbox, &command);
        assert_eq!((code, &found), (exit, &expected.iter().map(|code| json!(code)).collect()), "{command}: {error}");
        for code in expected.iter().filter(|code| **code != 0) {
            assert!(error.contains(&format!("{code} ")), "{command}: {error}");
        }
    }
}

/// What stands in a card file is what a terminal reads from its chip.
#[test]
fn the_zone_of_a_card_is_that_of_its_card_file() {
    let sandbox = Sandbox::new();
    let options = Options { today: date(2026, 1, 15), seed: 0 };
    let profile = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
        load(&path, &options).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    };
    let professional = groups::of_professional(profile("cps-lefevre").data()).expect("a zone").to_bytes();
    for name in built_in("vitale") {
        let script =
            format!("echo 1234 | virtuale read --now {NOW} --format zone --card {name} --card cps-lefevre --pin-fd 0");
        let Output { status, stdout, stderr } =
            sandbox.shell(&script).stdin(Stdio::null()).output().expect("it starts");
        assert_eq!((status.code(), &*String::from_utf8_lossy(&stderr)), (Some(0), ""), "{name}");
        let zone = Zone::parse(&stdout).expect("a zone");
        assert_eq!(groups::findings(&zone), [], "{name}");
        let (first, second) = stdout.split_at(professional.len());
        assert_eq!(first, professional, "{name}");
        assert_eq!(second, groups::of_profile(&profile(&name)).expect("a zone").to_bytes(), "{name}");
    }
}

#[test]
fn the_readers_are_told_without_their_cards() {
    let sandbox = Sandbox::new();
    let of = |form: &str| {
        let read = format!("virtuale read --configuration --format {form}");
        let script = format!("virtuale exec --card vitale2-martin --card cps-lefevre --card - -- {read}");
        let Output { status, stdout, stderr } =
            sandbox.shell(&script).stdin(Stdio::null()).output().expect("it starts");
        assert_eq!((status.code(), &*String::from_utf8_lossy(&stderr)), (Some(0), ""), "{form}");
        stdout
    };
    let document: Value = serde_json::from_slice(&of("json")).expect("JSON");
    let readers = &document["configuration"]["lstLecteurs"];
    let expected = json!([
        { "nom": "Virtuale 00 00", "typeCarte": "Une carte de santé virtuelle" },
        { "nom": "Virtuale 00 01", "typeCarte": "Une carte de professionnel de santé virtuelle" },
        { "nom": "Virtuale 00 02", "typeCarte": "aucune carte" },
    ]);
    assert_eq!((&document["code"], readers), (&json!(0), &expected));
    let zone = Zone::parse(&of("zone")).expect("a zone");
    let numbers: Vec<u16> = zone.groups.iter().map(|group| group.number).collect();
    assert_eq!(numbers, [60, 64, 67, 67, 67]);
    assert_eq!(zone.groups[4].fields, [&b"Virtuale 00 02"[..], b"aucune carte"]);
    let silent = "PCSCLITE_CSOCK_NAME=/nowhere virtuale read --configuration --format json";
    let (code, out, error) = run(&mut sandbox.shell(silent));
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &document["code"]), (4, &json!(1024)), "{error}");
}

#[test]
fn a_professionals_card_alone_has_no_xml() {
    let sandbox = Sandbox::new();
    let (code, lines, said) = read(&sandbox, "--format xml --card cps-lefevre");
    assert_eq!((code, lines.len()), (4, 0));
    assert!(said.starts_with("error: 61457 no Vitale: none of these cards is a Vitale\n"), "{said}");
}

#[test]
fn a_card_file_with_mistakes_has_no_number() {
    let sandbox = Sandbox::new();
    let broken = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/cards/broken/nir.toml");
    let (code, lines, said) = read(&sandbox, &format!("--format json --card {broken} --card vitale2-martin"));
    assert_eq!((code, lines.len()), (3, 2), "{said}");
    let document: Value = serde_json::from_slice(&lines[0]).expect("JSON");
    assert_eq!((&document["code"], document["erreur"].is_object()), (&Value::Null, true));
}

#[test]
fn it_says_no_number_in_french_alone() {
    let sandbox = Sandbox::new();
    let (code, lines, said) = read(&sandbox, "--lang fr --format json --card vitale2-martin");
    assert_eq!(code, 0, "{said}");
    let document: Value = serde_json::from_slice(&lines[0]).expect("JSON");
    assert_eq!(document["message"], "pas de carte de professionnel");
    assert!(said.starts_with("61441 pas de carte de professionnel : de la carte dans vitale2-martin "), "{said}");
}

#[test]
fn what_is_wrong_with_a_professionals_card_is_named() {
    let sandbox = Sandbox::new();
    let rows = [
        ("json --card cps-perimee", ": its last day is over\n"),
        ("xml --card vitale1-petit --card cps-perimee", ": its last day is over\n"),
        ("json --card cpa-caisse", ": it has no billing situation\n"),
        ("groups --card vitale2-martin --card cps-revoquee", ": it has no billing situation\n"),
    ];
    for (arguments, expected) in rows {
        let script =
            format!("yes 1234 | head -9 | virtuale read --lang en --now {NOW} --pin-fd 0 --format {arguments}");
        let (code, _, said) = run(&mut sandbox.shell(&script));
        assert_eq!(code, 4, "{arguments}: {said}");
        assert!(said.contains(expected), "{arguments}: {said}");
    }
}

#[test]
fn what_no_zone_can_say_has_one_number_and_help() {
    let sandbox = Sandbox::new();
    let script = format!("echo 1234 | virtuale read --lang en --now {NOW} --pin-fd 0 --format zone --card cpe-accueil");
    let (code, out, said) = run(&mut sandbox.shell(&script));
    assert_eq!((code, out.as_str(), said.matches("61444").count()), (4, "", 1), "{said}");
    assert!(said.contains("neither an RPPS nor an ADELI number\nhelp: take a card with"), "{said}");
    let script = format!("virtuale read --lang fr --now {NOW} --format json --card nobody");
    let (_, out, said) = run(&mut sandbox.shell(&script));
    let document: Value = serde_json::from_str(&out).expect("JSON");
    assert!(said.contains(document["message"].as_str().expect("a text")), "{out}{said}");
}

#[test]
fn the_schema_is_the_published_one() {
    let sandbox = Sandbox::new();
    let (code, out, error) = run(&mut sandbox.virtuale(&["read", "--format", "json", "--schema"]));
    assert_eq!((code, error.as_str()), (0, ""));
    assert_eq!(out, include_str!("../../docs/schemas/billing-1.json"));
}

#[test]
fn what_does_not_go_together_is_wrong_use() {
    let sandbox = Sandbox::new();
    let rows: [(&[&str], &str); 10] = [
        (&["--format", "csv"], "[possible values: zone, groups, xml, json]"),
        (&["--format", "zone", "--xml-shape", "2"], "--xml-shape is for --format xml"),
        (&["--format", "xml", "--configuration"], "readers have no XML"),
        (&["--format", "xml", "--json"], "cannot be used with"),
        (&["--format", "xml", "--reflet"], "cannot be used with"),
        (&["--format", "xml", "--without-exoneration"], "cannot be used with"),
        (&["--format", "xml", "--xml-shape", "3"], "there are the shapes 1 and 2"),
        (&["--format", "json", "--xml-shape", "2"], "--xml-shape is for --format xml"),
        (&["--format", "xml", "--schema"], "--schema is for --format json"),
        (&["--xml-shape", "2"], "--format"),
    ];
    for (arguments, expected) in rows {
        let alone = ["--schema", "--configuration"].iter().any(|argument| arguments.contains(argument));
        let card: &[&str] = if alone { &[] } else { &["--card", "vitale2-martin"] };
        let (code, out, error) = run(&mut sandbox.virtuale(&[&["read"], arguments, card].concat()));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
}

/// The text of the zones that the card files give, which is kept beside them.
#[test]
fn the_text_of_a_zone_is_that_of_the_card_file() {
    let sandbox = Sandbox::new();
    let kept = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/billing/{name}.txt"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let names = built_in("vitale");
    let right: String = ["cps-lefevre".to_owned()].iter().chain(&names).map(|name| kept(name)).collect();
    let (code, lines, said) = read(&sandbox, &format!("--format groups --lang en{} --card cps-lefevre", cards(&names)));
    assert_eq!((code, said.as_str()), (0, ""));
    let text = |lines: Vec<Vec<u8>>| String::from_utf8([lines.join(&b'\n'), b"\n".into()].concat()).expect("text");
    assert!(text(lines) == right, "the text of {names:?} is another");
    let (code, lines, said) = read(&sandbox, "--format groups --lang fr --card vitale2-martin --card cps-lefevre");
    assert_eq!((code, said.as_str()), (0, ""));
    assert_eq!(text(lines), kept("cps-lefevre.fr") + &kept("vitale2-martin.fr"));
    // The rights are given beside a professional's card only, and a zone is all or nothing.
    let virtuale = sandbox.virtuale(&["read", "--format", "groups", "--card", "vitale2-martin"]).output();
    let Output { status, stdout, stderr } = virtuale.expect("it starts");
    assert_eq!((status.code(), stdout.len()), (Some(4), 0));
    assert!(String::from_utf8_lossy(&stderr).contains("61441 no professional's card"), "{stderr:?}");
}
