//! Takes the person out of a trace: what is left says how software and card talk, and nothing of whom they talk about.
//!
//! It denies by default. A byte of a file stays if the layout explains it and does not mark it personal; a personal one
//! becomes that of an invented card, with the length kept. A byte of any other answer stays if the invented card
//! answers the same byte at the same place. Everything else becomes a wildcard: PINs, cryptograms, certificates, bytes
//! that nobody can explain. Comments, names of slots, captures and card files go as well. Status words and headers of
//! commands stay.
//!
//! At the end `check` looks for the original values in what was written, in every coding, and nothing is given out if
//! one is still there.

mod check;
mod image;
mod lines;

use virtuale_engine::{Card, Interface, Response};

use self::{
    check::Needles,
    image::{Images, Treated},
    lines::{Turn, atr_cells, command_cells, response_cells},
};
use super::{
    file::{Action, Expected, Step, Trace},
    finding::Cell,
    follow::{Answered, Follower, Read},
    write::{Line, Writer},
};
use crate::profile::{Profile, Provision};

/// An invented card that stands in for the one of a slot.
#[derive(Clone, Copy, Debug)]
pub struct StandIn<'a> {
    /// What is on it.
    pub profile: &'a Profile,
    /// Its path, as the redacted trace names it.
    pub path: &'a str,
}

/// A trace without the person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Redacted {
    /// Its text.
    pub text: String,
    /// Personal elements whose value is the same on the invented card, so that it is still there.
    pub same: Vec<String>,
}

/// Why no redacted trace is given out.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RedactError {
    /// There is no stand-in for a slot.
    #[error("the trace has {slots} slots and needs an invented card for each, but got {given}")]
    TooFewCards {
        /// Slots of the trace.
        slots: usize,
        /// Cards given.
        given: usize,
    },
    /// Original values are still there.
    #[error("values of the original card would still be in the trace: {}", .0.join(", "))]
    Survivors(Vec<String>),
}

/// Takes the person out of a trace. `stand_ins` has an invented card for each slot, made with the layout that explains
/// the original one.
///
/// # Errors
///
/// [`RedactError`] if a slot has no stand-in, or if an original value is still there.
pub fn redact(trace: &Trace, stand_ins: &[StandIn<'_>]) -> Result<Redacted, RedactError> {
    let (slots, given) = (trace.slots.len(), stand_ins.len());
    if given < slots {
        return Err(RedactError::TooFewCards { slots, given });
    }
    let mut needles = Needles::default();
    let stories: Vec<Story> = stand_ins
        .iter()
        .take(slots)
        .enumerate()
        .map(|(slot, card)| Story::of(trace, slot, *card, &mut needles))
        .collect();
    // Memory takes whatever is written to it.
    let written = write(trace, stand_ins, &stories).unwrap_or_default();
    let text = String::from_utf8_lossy(&written).into_owned();
    needles.add_secrets(trace, stand_ins);
    let survivors = needles.survivors(&text, stories.iter().flat_map(|story| &story.treated));
    if survivors.is_empty() {
        Ok(Redacted { text, same: needles.same() })
    } else {
        Err(RedactError::Survivors(survivors))
    }
}

/// One slot of a trace: what its reads read, what becomes of the bytes, and what the stand-in says to the same
/// commands.
struct Story {
    /// For each step of the trace, which read it is, and of which image.
    reads: Vec<Option<(usize, Read)>>,
    treated: Vec<Treated>,
    /// For each step of the trace, the stand-in's answer.
    responses: Vec<Vec<u8>>,
}

impl Story {
    fn of(trace: &Trace, slot: usize, stand_in: StandIn<'_>, needles: &mut Needles) -> Self {
        let profile = stand_in.profile;
        let mut follower = Follower::new(profile.layout(), profile.map());
        let mut images = Images::default();
        let mut reads = Vec::with_capacity(trace.steps.len());
        for step in &trace.steps {
            let read = if step.slot == slot { follow(trace, step, &mut follower, &mut images, profile) } else { None };
            reads.push(read);
        }
        let treated = images.treat(profile, needles);
        Self { reads, treated, responses: ask(trace, slot, profile) }
    }
}

/// Follows a step; what it reads goes into the image of its file. Where a read of a word memory goes on behind the end
/// of its zone, the rest goes into the images of the next ones; in that answer it is not explained.
fn follow(
    trace: &Trace,
    step: &Step,
    follower: &mut Follower<'_>,
    images: &mut Images,
    profile: &Profile,
) -> Option<(usize, Read)> {
    if let Action::Insert(_) = step.action {
        images.next_card();
    }
    let read = follower.step(trace, step)?;
    let data = data_of(trace, step)?;
    let file = profile.map().files.get(read.file)?;
    if !file.records.is_empty() {
        // Records of the original card may have other lengths than those of the invented one, and stand elsewhere.
        return None;
    }
    let size = |file: usize| profile.map().files.get(file).map(|file| file.size);
    let (bytes, mut rest) = cut(data.get(read.header(data)..)?, read.end.saturating_sub(read.offset));
    let image = images.add(read.file, read.offset, bytes);
    let mut last = read.file;
    while let Some(next) = follower.file_behind(last).filter(|_| !rest.is_empty()) {
        let (bytes, behind) = cut(rest, size(next)?);
        images.add(next, 0, bytes);
        (last, rest) = (next, behind);
    }
    Some((image, read))
}

/// The first bytes, and the others.
fn cut(bytes: &[u8], length: usize) -> (&[u8], &[u8]) {
    bytes.split_at(length.min(bytes.len()))
}

/// The data of an answer that the trace knows whole.
fn data_of<'t>(trace: &'t Trace, step: &Step) -> Option<&'t [u8]> {
    match &step.expected {
        Expected::Response(pattern, _) => Answered::of(trace, pattern)?.data,
        _ => None,
    }
}

/// What the stand-in answers to the commands of a slot.
fn ask(trace: &Trace, slot: usize, profile: &Profile) -> Vec<Vec<u8>> {
    // As the redacted trace will name it.
    let number = if trace.slots.len() == 1 { 0 } else { slot as u64 + 1 };
    let mut card = profile.card_with(Provision::for_slot(number));
    let mut response = Response::new();
    // A card that stays mute answers nothing, and nothing of an answer stays.
    let _ = card.power_up(Interface::Contact);
    let mut responses = Vec::with_capacity(trace.steps.len());
    for step in &trace.steps {
        response.clear();
        if step.slot == slot {
            match &step.action {
                Action::Send(pattern) => {
                    if let Some(command) = trace.exact(pattern) {
                        let _ = card.transmit(command, &mut response);
                    }
                }
                Action::Protocol(protocol) => {
                    let _ = card.select_protocol(*protocol);
                }
                Action::PowerUpContactless => {
                    let _ = card.power_up(Interface::Contactless);
                }
                Action::Reset(_) | Action::PowerOff | Action::Remove | Action::Insert(_) => {
                    let _ = card.power_up(Interface::Contact);
                }
            }
        }
        responses.push(response.as_bytes().to_vec());
    }
    responses
}

fn write(trace: &Trace, stand_ins: &[StandIn<'_>], stories: &[Story]) -> std::io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new())?;
    let name = |slot: usize| if trace.slots.len() == 1 { String::new() } else { format!("slot-{}", slot + 1) };
    for (index, (slot, stand_in)) in trace.slots.iter().zip(stand_ins).enumerate() {
        writer.line(&name(index), &Line::Card(stand_in.path))?;
        if let Some(atr) = &slot.atr {
            let cells = atr_cells(trace, atr, stand_in.profile.image().atr.as_bytes());
            writer.line(&name(index), &Line::AtrPattern(&notation(&cells)))?;
        }
    }
    if let Some(now) = trace.now {
        writer.line(&name(0), &Line::Now(now))?;
    }
    if let Some(seed) = trace.seed {
        writer.line(&name(0), &Line::Seed(seed))?;
    }
    let mut turns = vec![Turn::default(); trace.slots.len()];
    for (index, step) in trace.steps.iter().enumerate() {
        let (Some(story), Some(stand_in)) = (stories.get(step.slot), stand_ins.get(step.slot)) else { continue };
        let slot = name(step.slot);
        let answered = turns.get_mut(step.slot).and_then(|turn| turn.step(trace, step));
        match &step.action {
            Action::Send(pattern) => {
                writer.line(&slot, &Line::CommandPattern(&command_cells(trace, pattern)))?;
            }
            Action::Reset(kind) => writer.line(&slot, &Line::Reset(*kind))?,
            Action::PowerUpContactless => writer.line(&slot, &Line::PowerUpContactless)?,
            Action::Protocol(protocol) => writer.line(&slot, &Line::Protocol(*protocol))?,
            Action::PowerOff => writer.line(&slot, &Line::PowerOff)?,
            Action::Remove => writer.line(&slot, &Line::Remove)?,
            Action::Insert(card) => writer.line(&slot, &Line::Insert(card.as_ref().map(|_| stand_in.path)))?,
        }
        match &step.expected {
            Expected::Response(pattern, _) => {
                let read = story.reads.get(index).copied().flatten();
                let read = read.and_then(|(image, read)| Some((story.treated.get(image)?, read)));
                let own = story.responses.get(index).map_or(&[][..], Vec::as_slice);
                writer.line(&slot, &Line::ResponsePattern(&response_cells(trace, pattern, answered, read, own)))?;
            }
            Expected::Silence(silence, _) => writer.line(&slot, &Line::Silence(*silence))?,
            Expected::Unsaid => {}
        }
    }
    Ok(writer.into_inner())
}

/// Cells as a trace writes them.
fn notation(cells: &[Cell]) -> String {
    cells.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::{Arc, Mutex},
    };

    use jiff::civil::date;
    use virtuale_engine::{Card, Interface, Response};

    use super::{RedactError, Redacted, StandIn, redact};
    use crate::{
        layer::Layered,
        profile::{self, Options, Profile, diagnostic::Source},
        trace::{
            Action, Expected, Trace,
            record::{Recorder, Tape},
            write::Line,
        },
    };

    fn profile(name: &str) -> Profile {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards").join(name);
        profile::load(&path, &Options { today: date(2026, 1, 15), seed: 1 }).expect("a fixture")
    }

    fn parse(text: String) -> Trace {
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

    fn redacted(text: &str, name: &str) -> Result<Redacted, RedactError> {
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
        for needle in
            [&b"MARTIN"[..], b"CAMILLE", b"DOMINIQUE", b"SACHA", b"2861975999002", b"19861912", b"99999 VILLE"]
        {
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
                        > 80 50 00 00 02 .. .. 00\n< .. .. 90 00\n> 00 B0 85 00 02\n< .. .. 90 00\n\
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
                let bytes = &content[element.value_range()];
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
        let allocated =
            allocation_counter::measure(|| drop(redacted(text, "vitale2-minimal.toml").expect("no survivor")));
        assert!(allocated.bytes_max < 64 << 20, "{} bytes", allocated.bytes_max);
    }

    #[test]
    fn every_slot_needs_a_stand_in() {
        let text = "virtuale-trace 1\nslot a\nslot b\n";
        assert_eq!(redacted(text, "vitale2-minimal.toml"), Err(RedactError::TooFewCards { slots: 2, given: 1 }));
    }

    #[test]
    fn a_value_that_survives_keeps_the_trace_back() {
        // The name is also in a SELECT, which stays as it is.
        let text = visit(&profile("vitale2-martin.toml"));
        let text = format!("{text}> 00 A4 04 00 07 43 41 4D 49 4C 4C 45\n< 6A 82\n");
        let Err(RedactError::Survivors(names)) = redacted(&text, "vitale2-durand.toml") else { panic!("it survives") };
        assert_eq!(names, ["prenom of IDENTITE"]);
    }

    #[test]
    fn the_steps_of_a_redacted_trace_are_commands() {
        let trace = parse(redacted(&visit(&profile("vitale2-bastia.toml")), "vitale2-martin.toml").expect("none").text);
        assert!(trace.steps().len() > 100, "{}", trace.steps().len());
        assert!(trace.steps().iter().all(|step| matches!(step.action, Action::Send(_) | Action::Reset(_))));
    }
}
