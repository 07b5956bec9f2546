//! What becomes of traces of cards whose person is known.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use jiff::civil::date;
use virtuale_engine::{Card, Interface, Response};

use super::{RedactError, Redacted, StandIn, redact};
use crate::{
    layer::Layered,
    profile::{
        self, Options, Profile,
        diagnostic::Source,
        map::{Author, Element, FileMap, UNUSED},
    },
    trace::{
        Action, Expected, Trace,
        record::{Recorder, Tape},
        write::Line,
    },
};

pub(super) fn profile(name: &str) -> Profile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards").join(name);
    profile::load(&path, &Options { today: date(2026, 1, 15), seed: 1 }).expect("a fixture")
}

pub(super) fn parse(text: String) -> Trace {
    Trace::parse(Arc::new(Source { name: "t".into(), text })).expect("a trace")
}

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no thread panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that is readable on a card, in pieces of 7 bytes, so that hardly a value lies in one of them.
fn visit(profile: &Profile) -> String {
    let paper = Paper::default();
    let tape = Tape::new(Box::new(paper.clone())).expect("memory");
    tape.line("", &Line::Comment("a visit of CAMILLE MARTIN"));
    tape.line("", &Line::Atr(profile.image().atr.as_bytes()));
    let mut card = Layered::new(Recorder::new(tape, ""), Box::new(profile.card()));
    card.power_up(Interface::Contact).expect("power");
    let mut response = Response::new();
    let mut send = |command: &[u8]| card.transmit(command, &mut response).expect("an answer");
    send(&[0x00, 0x20, 0x00, 0x01, 0x04, 0x31, 0x39, 0x36, 0x34]);
    for file in &profile.map().files {
        let name = file.aids[0].as_bytes();
        let length = u8::try_from(name.len()).expect("a name is short");
        send(&[&[0x00, 0xA4, 0x04, 0x0C, length], name].concat());
        let [high, low] = file.fid.0.to_be_bytes();
        send(&[0x00, 0xA4, 0x02, 0x04, 0x02, high, low]);
        send(&[0x00, 0xC0, 0x00, 0x00, 0x1D]);
        for offset in (0..file.size.min(400)).step_by(7) {
            let [high, low] = u16::try_from(offset).expect("files are short").to_be_bytes();
            send(&[0x00, 0xB0, high, low, 0x07]);
        }
    }
    String::from_utf8(paper.0.lock().expect("no thread panics").clone()).expect("text")
}

pub(super) fn redacted(text: &str, name: &str) -> Result<Redacted, RedactError> {
    let stand_in = profile(name);
    redact(&parse(text.to_owned()), &[StandIn { profile: &stand_in, path: name }])
}

/// All data bytes of the answers of a trace in a row; wildcards are `None`.
fn stream(trace: &Trace) -> Vec<Option<u8>> {
    let responses = trace.steps().iter().filter_map(|step| match &step.expected {
        Expected::Response(pattern, _) => Some(trace.notation(pattern)),
        _ => None,
    });
    let words = responses.flat_map(|response| {
        let words: Vec<String> = response.split(' ').map(str::to_owned).collect();
        words[..words.len().saturating_sub(2)].to_vec()
    });
    words.map(|word| u8::from_str_radix(&word, 16).ok()).collect()
}

fn has(stream: &[Option<u8>], needle: &[u8]) -> bool {
    stream.windows(needle.len()).any(|window| window.iter().zip(needle).all(|(one, other)| *one == Some(*other)))
}

#[test]
fn the_person_is_gone_and_the_dialogue_stays() {
    let text = visit(&profile("vitale2-martin.toml"));
    let before = parse(text.clone());
    let Redacted { text, .. } = redacted(&text, "vitale2-durand.toml").expect("no survivor");
    let after = parse(text.clone());
    let (old, new) = (stream(&before), stream(&after));
    for needle in [&b"MARTIN"[..], b"CAMILLE", b"DOMINIQUE", b"SACHA", b"2861975999002", b"19861912", b"99999 VILLE"] {
        assert!(has(&old, needle), "{} was never there", needle.escape_ascii());
        assert!(!has(&new, needle), "{} is still there", needle.escape_ascii());
    }
    assert!(!text.contains("CAMILLE") && !text.contains("31 39 36 34"));
    assert!(has(&new, b"DURAND"), "the invented person is there");
    assert_eq!(before.steps().len(), after.steps().len());
    assert_eq!(old.len(), new.len(), "lengths are kept");
    let statuses = |trace: &Trace| -> Vec<String> {
        let responses = trace.steps().iter().filter_map(|step| match &step.expected {
            Expected::Response(pattern, _) => Some(trace.notation(pattern)),
            _ => None,
        });
        responses.map(|response| response[response.len() - 5..].to_owned()).collect()
    };
    assert_eq!(statuses(&before), statuses(&after));
    assert!(text.starts_with("virtuale-trace 1\ncard vitale2-durand.toml\natr 3B 75 13 00 00 44 09 EA 90 00\n"));
}

#[test]
fn what_a_layout_cannot_explain_becomes_wildcards() {
    let text = "virtuale-trace 1\natr 3B 80\nslot Jean.Dupont\n# secret\n> 00 84 00 00 04\n< 01 02 03 04 90 00\n\
                > 80 50 00 00 02 AA BB 00\n< DE AD 90 00\n> 00 B0 85 00 02\n< 4D 41 90 00\n\
                > 00 C0 00 00 02\n< 61 {x:1} {y:1} 90 00\n> 00 B0 {y} 00\nexpect-error mute\n";
    let Redacted { text, .. } = redacted(text, "vitale2-minimal.toml").expect("no survivor");
    let expected = "virtuale-trace 1\ncard vitale2-minimal.toml\natr .. ..\n> 00 84 00 00 04\n< .. .. .. .. 90 00\n\
                    > 80 50 .. .. 02 .. .. 00\n< .. .. 90 00\n> 00 B0 85 00 02\n< .. .. 90 00\n\
                    > 00 C0 00 00 02\n< .. {name-1:1} {name-2:1} 90 00\n> 00 B0 {name-2} 00\nexpect-error mute\n";
    assert_eq!(text, expected);
}

/// All zones of a word memory, eight bytes at a time, and one read over the end of a zone.
fn visit_words(profile: &Profile) -> String {
    let mut text = String::from("virtuale-trace 1\n");
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("power");
    let mut response = Response::new();
    let reads = (0x0200_u16..0x2188).step_by(16).map(|address| (address, 8)).chain([(0x0350, 64)]);
    for (address, length) in reads {
        let [high, low] = address.to_be_bytes();
        let command = [0xBC, 0xB0, high, low, length];
        card.transmit(&command, &mut response).expect("an answer");
        text += &format!("> {}\n< {}\n", crate::trace::hex(&command), crate::trace::hex(response.as_bytes()));
    }
    text + "> BC 20 00 01 04 03 49 00 01\n< 90 00\n"
}

#[test]
fn words_are_redacted_as_files_are() {
    let original = profile("vitale1-petit.toml");
    let text = visit_words(&original);
    let before = parse(text.clone());
    let Redacted { text, .. } = redacted(&text, "vitale1-famille-leroy.toml").expect("no survivor");
    let after = parse(text.clone());
    let (old, new) = (stream(&before), stream(&after));
    assert_eq!(old.len(), new.len(), "lengths are kept");
    // But for its first word, which was read together with the end of the zone before it.
    let mapping = hex_literal::hex!("3F20C350 208002F0 003FC2B8 2D3FC2A0 2CFFC298");
    assert!(has(&new, &mapping), "what is not personal stays");
    assert!(!text.contains("03 49 00 01"), "codes go");
    let mut personal = 0;
    for (file, image) in original.map().files.iter().zip(original.image().files.iter().skip(1)) {
        let virtuale_engine::image::FileKind::Transparent { content, .. } = &image.kind else { continue };
        let mut left = file.elements.iter().collect::<Vec<_>>();
        while let Some(element) = left.pop() {
            left.extend(&element.children);
            let bytes = &content.bytes()[element.value_range()];
            if element.personal && element.children.is_empty() && bytes.len() >= 6 && has(&old, bytes) {
                assert!(!has(&new, bytes), "{} of {} is still there", element.name, file.name);
                personal += 1;
            }
        }
    }
    assert!(personal >= 6, "only {personal} personal values were read");
    // A read over the end of its zone is explained as far as the zone goes.
    let long = text.lines().skip_while(|line| !line.starts_with("> BC B0 03 50 40")).nth(1).expect("an answer");
    assert!(long.ends_with(".. .. .. .. 90 00"), "{long}");
}

#[test]
fn what_waits_is_the_answer_to_the_command_before() {
    // The invented card says the same: it is the same card. Nothing but SELECT may keep what it says.
    let mut card = profile("vitale2-martin.toml").card();
    card.power_up(Interface::Contact).expect("power");
    let mut text = String::from("virtuale-trace 1\n");
    let mut response = Response::new();
    let select = hex_literal::hex!("00 A4 04 00 0F E8 28 BD 08 0F D2 50 00 00 04 41 64 E8 6C 65");
    let get_data = hex_literal::hex!("00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80");
    for command in [&select[..], &get_data] {
        card.transmit(command, &mut response).expect("an answer");
        let &[0x61, waiting] = response.as_bytes() else { panic!("{response:?}") };
        text += &format!("> {}\n< 61 {waiting:02X}\n", crate::trace::hex(command));
        card.transmit(&[0x00, 0xC0, 0x00, 0x00, waiting], &mut response).expect("an answer");
        text += &format!("> 00 C0 00 00 {waiting:02X}\n< {}\n", crate::trace::hex(response.as_bytes()));
    }
    let Redacted { text, .. } = redacted(&text, "vitale2-martin.toml").expect("no survivor");
    let responses: Vec<&str> = text.lines().filter(|line| line.starts_with("< ") && line.len() > 8).collect();
    assert!(responses[0].starts_with("< 62 30 82 01 38 83 02"), "{text}");
    assert_eq!(responses[1].trim_end_matches("90 00").replace(".. ", ""), "< ", "{text}");
    assert_eq!(responses.len(), 2);
}

#[test]
fn a_file_that_may_be_another_one_is_not_explained() {
    // Each of these may have made another file the current one: what is read then is nobody's.
    let selected = "> 00 A4 02 0C 02 D0 01\n< 90 00\n";
    for between in
        ["> 0C A4 02 0C 02\n< 90 00\n", "> 00 D6 9E 00 01 00\n< 69 82\n", "> 00 E0 00 00\n< 90 00\n", "insert\n"]
    {
        let text = format!("virtuale-trace 1\n{selected}{between}> 00 B0 00 00 02\n< 65 1F 90 00\n");
        let Redacted { text, .. } = redacted(&text, "vitale2-minimal.toml").expect("no survivor");
        assert!(text.ends_with("> 00 B0 00 00 02\n< .. .. 90 00\n"), "{text}");
    }
    let between = "> 00 84 00 00 01\n< 07 90 00\n";
    let text = format!("virtuale-trace 1\n{selected}{between}> 00 B0 00 00 02\n< 65 00 90 00\n");
    let Redacted { text, .. } = redacted(&text, "vitale2-minimal.toml").expect("no survivor");
    assert!(text.ends_with("< .. 90 00\n> 00 B0 00 00 02\n< 65 00 90 00\n"), "{text}");
}

#[test]
fn an_offset_takes_no_room() {
    let text = "virtuale-trace 1\n> 00 A4 02 0C 02 D0 01\n< 90 00\n> 00 B1 00 00 06 54 04 FF FF FF FF 00\n\
                < 53 02 65 1F 90 00\n";
    let allocated = allocation_counter::measure(|| drop(redacted(text, "vitale2-minimal.toml").expect("no survivor")));
    assert!(allocated.bytes_max < 64 << 20, "{} bytes", allocated.bytes_max);
}

#[test]
fn each_slot_has_its_own_card_and_a_number_for_a_name() {
    let text = "virtuale-trace 1\nslot jean.dupont\ncard a.toml\nslot dr.durand\ncard b.toml\nslot jean.dupont\n\
                > 00 A4 02 0C 02 D0 01\n< 90 00\nslot dr.durand\n> 00 B0 00 00 02\n< 65 00 90 00\n\
                slot jean.dupont\n> 00 B0 00 00 02\n< 65 00 90 00\n";
    let (one, other) = (profile("vitale2-minimal.toml"), profile("vitale2-durand.toml"));
    let stand_ins = [StandIn { profile: &one, path: "one.toml" }, StandIn { profile: &other, path: "other.toml" }];
    let Redacted { text, .. } = redact(&parse(text.to_owned()), &stand_ins).expect("no survivor");
    let expected = "virtuale-trace 1\nslot slot-1\ncard one.toml\nslot slot-2\ncard other.toml\nslot slot-1\n\
                    > 00 A4 02 0C 02 D0 01\n< 90 00\nslot slot-2\n> 00 B0 00 00 02\n< .. .. 90 00\n\
                    slot slot-1\n> 00 B0 00 00 02\n< 65 00 90 00\n";
    assert_eq!(text, expected);
}

#[test]
fn a_byte_that_changed_becomes_a_wildcard_unless_the_card_did() {
    let read = |byte: &str| format!("> 00 A4 02 0C 02 D0 01\n< 90 00\n> 00 B0 00 00 02\n< 65 {byte} 90 00\n");
    for (between, first) in [("", "< .. .. 90 00"), ("insert other.toml\n", "< 65 00 90 00")] {
        let text = format!("virtuale-trace 1\n{}{between}{}", read("00"), read("1F"));
        let Redacted { text, .. } = redacted(&text, "vitale2-minimal.toml").expect("no survivor");
        let answer = text.lines().skip_while(|line| !line.starts_with("> 00 B0")).nth(1);
        assert_eq!(answer, Some(first), "{text}");
    }
}

#[test]
fn a_person_who_is_on_both_cards_is_told() {
    let Redacted { same, .. } = redacted(&visit(&profile("vitale2-martin.toml")), "vitale2-martin.toml").expect("none");
    for name in ["nom_usage of IDENTITE", "prenom of IDENTITE", "assure.nir of ASSURE"] {
        assert!(same.iter().any(|each| each == name), "{name}: {same:?}");
    }
    let Redacted { same, .. } = redacted(&visit(&profile("vitale2-martin.toml")), "vitale2-durand.toml").expect("none");
    assert!(!same.iter().any(|each| each.ends_with("IDENTITE") || each.contains("nir")), "{same:?}");
}

#[test]
fn a_card_of_another_kind_may_stand_in() {
    for original in ["cps-lefevre.toml", "cps4-lefevre.toml", "cpe-accueil.toml"] {
        let profile = profile(original);
        let read = |file: &FileMap| reading(&profile, file, 0..0, &[]).replace("virtuale-trace 1\n", "");
        let files = profile.map().files.iter().filter(|file| !file.aids.is_empty() && file.records.is_empty());
        let text = format!("virtuale-trace 1\n{}", files.map(read).collect::<String>());
        let kinds = ["cps-moreau.toml", "cpe-anonyme.toml", "cpa-caisse.toml"];
        for stand_in in kinds.into_iter().filter(|name| *name != original) {
            let Redacted { text, .. } =
                redacted(&text, stand_in).unwrap_or_else(|error| panic!("{original} as {stand_in}: {error}"));
            let after = stream(&parse(text));
            for name in [&b"LEFEVRE"[..], b"LEF\xC8VRE", "LEFÈVRE".as_bytes(), b"8025000001/9900012345"] {
                assert!(!has(&after, name), "{original} as {stand_in}: {}", name.escape_ascii());
            }
            assert!(after.iter().flatten().count() > 1_000, "{original} as {stand_in}: nothing stays");
        }
    }
}

#[test]
fn every_slot_needs_a_stand_in() {
    let text = "virtuale-trace 1\nslot a\nslot b\n";
    assert_eq!(redacted(text, "vitale2-minimal.toml"), Err(RedactError::TooFewCards { slots: 2, given: 1 }));
}

#[test]
fn a_value_that_survives_keeps_the_trace_back() {
    // The name is also in that of an application, which stays as it is.
    let text = visit(&profile("vitale2-martin.toml"));
    let text = format!("{text}> 00 A4 04 00 08 F0 43 41 4D 49 4C 4C 45\n< 6A 82\n");
    let Err(RedactError::Survivors(names)) = redacted(&text, "vitale2-durand.toml") else { panic!("it survives") };
    assert_eq!(names, ["prenom of IDENTITE"]);
}

#[test]
fn the_steps_of_a_redacted_trace_are_commands() {
    let trace = parse(redacted(&visit(&profile("vitale2-bastia.toml")), "vitale2-martin.toml").expect("none").text);
    assert!(trace.steps().len() > 100, "{}", trace.steps().len());
    assert!(trace.steps().iter().all(|step| matches!(step.action, Action::Send(_) | Action::Reset(_))));
}

/// A trace that reads a whole file of a card, with other bytes in the place of some.
fn reading(profile: &Profile, file: &FileMap, place: std::ops::Range<usize>, instead: &[u8]) -> String {
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("power");
    let mut response = Response::new();
    let name = file.aids[0].as_bytes();
    let length = u8::try_from(name.len()).expect("a name is short");
    let [high, low] = file.fid.0.to_be_bytes();
    let mut text = String::from("virtuale-trace 1\n");
    let mut send = |command: &[u8], content: &dyn Fn(usize, u8) -> u8| {
        card.transmit(command, &mut response).expect("an answer");
        let data: Vec<u8> = response.data().iter().enumerate().map(|(at, &byte)| content(at, byte)).collect();
        let status = &response.as_bytes()[data.len()..];
        text += &format!("> {}\n< {}\n", crate::trace::hex(command), crate::trace::hex(&[&data, status].concat()));
    };
    send(&[&[0x00, 0xA4, 0x04, 0x0C, length], name].concat(), &|_, byte| byte);
    send(&[0x00, 0xA4, 0x02, 0x0C, 0x02, high, low], &|_, byte| byte);
    for offset in (0..file.size).step_by(250) {
        let [high, low] = u16::try_from(offset).expect("files are short").to_be_bytes();
        send(&[0x00, 0xB0, high, low, 250], &|at, byte| {
            let at = offset + at;
            if place.contains(&at) { instead[(at - place.start) % instead.len()] } else { byte }
        });
    }
    text
}

#[test]
fn what_stands_in_the_place_of_the_layouts_own_goes() {
    fn leaves<'e>(elements: &'e [Element], found: &mut Vec<&'e Element>) {
        for element in elements {
            if element.children.is_empty() && element.author != Author::CardFile && !element.personal {
                found.push(element);
            }
            leaves(&element.children, found);
        }
    }
    let original = profile("vitale2-martin.toml");
    let (mut files, mut kept) = (0, 0);
    for file in original.map().files.iter().filter(|file| file.records.is_empty()) {
        let mut own = Vec::new();
        leaves(&file.elements, &mut own);
        // The longest is where a name has room.
        let longest =
            own.into_iter().filter(|element| element.name != UNUSED).max_by_key(|element| element.value_range().len());
        let Some(place) = longest.map(Element::value_range).filter(|place| place.len() >= 4) else { continue };
        let stays = redacted(&reading(&original, file, 0..0, &[]), "vitale2-durand.toml").expect("none").text;
        kept += stream(&parse(stays)).iter().flatten().count();
        files += 1;
        let text =
            redacted(&reading(&original, file, place.clone(), b"ZQXW"), "vitale2-durand.toml").expect("none").text;
        let after = parse(text.clone());
        for part in [&b"ZQXW"[..], b"QXWZ", b"XWZQ", b"WZQX"] {
            assert!(!has(&stream(&after), part), "{} keeps a name in\n{text}", file.name);
        }
    }
    assert!(files >= 8, "only {files} files have places of the layout's own");
    assert!(kept > 1_000, "only {kept} bytes stay of what is as on every card");
}

#[test]
fn a_code_that_was_sent_byte_by_byte_must_not_be_anywhere_else() {
    let sent = "virtuale-trace 1\n> 00 20 00 81 04\n< 20\n> 31\n< DF\n> 38\n< DF\n> 31\n< DF\n> 35\n< 90 00\n";
    redacted(sent, "vitale2-minimal.toml").expect("it is gone");
    let kept = format!("{sent}> 00 A4 04 00 05 F0 31 38 31 35\n< 6A 82\n");
    assert_eq!(redacted(&kept, "vitale2-minimal.toml"), Err(RedactError::Survivors(vec!["a secret code".into()])));
}

#[test]
fn the_day_of_the_recording_goes() {
    let text = "virtuale-trace 1\nnow 2025-03-17\nseed 77\n> 00 84 00 00 08\n< 6D 00\n";
    let Redacted { text, .. } = redacted(text, "vitale2-minimal.toml").expect("no survivor");
    assert!(text.contains("\nnow 2026-01-15\nseed 1\n"), "that of the invented card: {text}");
    let Redacted { text, .. } =
        redacted("virtuale-trace 1\n> 00 84 00 00 08\n< 6D 00\n", "vitale2-minimal.toml").expect("none");
    assert!(!text.contains("now") && !text.contains("seed"), "{text}");
}

#[test]
fn a_value_is_looked_for_though_its_file_has_changed() {
    // The name is read, then something else in its place; what was read first is in the name of an application.
    let original = profile("vitale2-martin.toml");
    let file = original.map().file("IDENTITE").expect("the layout has it");
    let first = reading(&original, file, 0..0, b"");
    let second = reading(&original, file, 0..file.size, &[0xFF]).replace("virtuale-trace 1\n", "");
    let text = format!("{first}{second}> 00 A4 04 00 08 F0 43 41 4D 49 4C 4C 45\n< 6A 82\n");
    assert_eq!(redacted(&text, "vitale2-durand.toml"), Err(RedactError::Survivors(vec!["prenom of IDENTITE".into()])));
}

#[test]
fn a_value_in_a_record_is_looked_for() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts/deplace-roux.toml");
    let original = profile::load(&path, &Options { today: date(2026, 1, 15), seed: 1 }).expect("a fixture");
    let mut card = original.card();
    card.power_up(Interface::Contact).expect("power");
    let mut response = Response::new();
    let mut text = String::from("virtuale-trace 1\n");
    let select = hex_literal::hex!("00 A4 04 0C 0B D2 50 00 00 02 56 49 54 41 4C 45");
    for command in [&select[..], &[0x00, 0xB2, 0x01, 0x3C, 0x28]] {
        card.transmit(command, &mut response).expect("an answer");
        text += &format!("> {}\n< {}\n", crate::trace::hex(command), crate::trace::hex(response.as_bytes()));
    }
    let file = original.map().file("GENS").expect("it has people");
    let name = file.elements[0].children.iter().find(|child| child.personal && child.value.len() >= 4).expect("a name");
    let stand_in = |text: &str| {
        let other = text.to_owned();
        redact(&parse(other), &[StandIn { profile: &other_person(), path: "x.toml" }])
    };
    stand_in(&text).expect("a record becomes wildcards");
    let kept = [&[0xF0][..], name.value.as_bytes()].concat();
    let length = kept.len();
    let text = format!("{text}> 00 A4 04 00 {length:02X} {}\n< 6A 82\n", crate::trace::hex(&kept));
    assert!(matches!(stand_in(&text), Err(RedactError::Survivors(names)) if names[0].contains("GENS")));
}

/// Another person on a card of the layout that keeps people in records.
fn other_person() -> Profile {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/layouts");
    let text = std::fs::read_to_string(folder.join("deplace-roux.toml")).expect("a fixture");
    let text = text.replace("ROUX", "NOIR").replace("ANAËL", "MARIE");
    let source = Source { name: folder.join("x.toml").display().to_string(), text };
    profile::parse(source, Some(&folder), &Options { today: date(2026, 1, 15), seed: 1 })
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_tag_that_code_does_not_write_goes() {
    fn objects<'e>(elements: &'e [Element], found: &mut Vec<&'e Element>) {
        for element in elements {
            if element.author == Author::Code && element.value_range().start > element.range.start {
                found.push(element);
            }
            objects(&element.children, found);
        }
    }
    let original = profile("vitale2-martin.toml");
    let (mut goes, mut stays) = (0, 0);
    for file in original.map().files.iter().filter(|file| file.records.is_empty()) {
        let mut own = Vec::new();
        objects(&file.elements, &mut own);
        for object in own.iter().step_by(own.len().div_ceil(4).max(1)) {
            let tag = object.range.start;
            let at_tag = |instead: &[u8], place| {
                let text = redacted(&reading(&original, file, place, instead), "vitale2-durand.toml");
                stream(&parse(text.expect("no survivor").text))[tag]
            };
            stays += usize::from(at_tag(&[], 0..0).is_some());
            // Letters of a name, which are tags as well: of an object with others in it, and of one without.
            for letter in [b'Z', b'z'] {
                assert_eq!(at_tag(&[letter], tag..tag + 1), None, "{} in {}", object.name, file.name);
                goes += 1;
            }
        }
    }
    assert!(goes > 20 && stays > 5, "{goes} tags went, {stays} stayed");
}

#[test]
fn a_card_that_moves_is_refused_with_its_line() {
    let text =
        "virtuale-trace 1\nslot a\n> 00 A4 00 0C\n< 90 00\nremove\nslot b\ninsert-from a\n> 00 A4 00 0C\n< 90 00\n";
    let stand_in = profile("vitale2-minimal.toml");
    let stand_ins = [StandIn { profile: &stand_in, path: "one.toml" }; 2];
    assert_eq!(redact(&parse(text.to_owned()), &stand_ins), Err(RedactError::Moved { line: 7 }));
}
