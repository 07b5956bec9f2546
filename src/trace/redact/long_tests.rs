//! What long traces take, and what is still looked for in them.

use std::fmt::Write;

use super::{
    RedactError, StandIn, redact,
    tests::{parse, profile, redacted},
};

/// Reads of IDENTITE: its selection, then some bytes of the family name, which is all that is read of it.
const SELECT: &str = "> 00 A4 02 0C 02 D0 01\n< 90 00\n";

/// The beginning of IDENTITE with a name of seven letters.
fn names(name: &str) -> String {
    let letters: String = name.bytes().map(|letter| format!("{letter:02X} ")).collect();
    format!("> 00 B0 00 00 0B\n< 65 09 80 07 {letters}90 00\n")
}

#[test]
fn what_redaction_keeps_goes_with_the_length_of_a_trace() {
    let stand_in = profile("vitale2-durand.toml");
    let slots: String = (0..40).map(|slot| format!("slot s{slot}\n")).collect();
    let spread = |at: usize| format!("slot s{}\n{SELECT}{}", at % 40, names("LEFEVRE"));
    let cards =
        |at: usize| format!("insert a.toml\n{SELECT}{}> 00 B0 00 {:02X} 01\n< 41 90 00\n", names("LEFEVRE"), at % 200);
    let codes = |at: usize| format!("> 00 20 00 81 04 31 32 33 {:02X}\n< 63 C2\n", 0x30 + at % 4);
    let texts = [
        format!("virtuale-trace 1\n{}", (SELECT.to_owned() + &names("LEFEVRE")).repeat(3_000)),
        format!("virtuale-trace 1\n{slots}{}", (0..3_000).map(spread).collect::<String>()),
        format!("virtuale-trace 1\ncard a.toml\n{}", (0..3_000).map(cards).collect::<String>()),
        format!("virtuale-trace 1\n{}", (0..3_000).map(codes).collect::<String>()),
    ];
    for text in texts {
        let length = text.len();
        let trace = parse(text);
        let stand_ins = vec![StandIn { profile: &stand_in, path: "durand.toml" }; trace.slots().len()];
        let allocated = allocation_counter::measure(|| drop(redact(&trace, &stand_ins).expect("no survivor")));
        // The new text, twice as long an image of what was read, and the cards, of which each takes some kilobytes.
        let most = u64::try_from(3 * length + (4 << 20) + 100_000 * stand_ins.len()).expect("a length");
        assert!(allocated.bytes_max < most, "{} bytes for {length} in {} slots", allocated.bytes_max, stand_ins.len());
    }
}

/// Whether a name that was read is looked for: it is in that of an application, which stays.
fn is_looked_for(dialogue: &str, name: &str) -> bool {
    let letters: String = name.bytes().map(|letter| format!(" {letter:02X}")).collect();
    let text = format!("virtuale-trace 1\n{SELECT}{dialogue}> 00 A4 04 00 08 F0{letters}\n< 6A 82\n");
    matches!(redacted(&text, "vitale2-durand.toml"), Err(RedactError::Survivors(_)))
}

#[test]
fn a_value_is_looked_for_though_the_object_around_it_was_not_read_to_its_end() {
    let begun = names("LEFEVRE").replace("65 09", "65 1F");
    assert!(is_looked_for(&begun, "LEFEVRE"));
    // Of a value that was not read to its end nobody knows what it is.
    assert!(!is_looked_for(&begun.replace("80 07", "80 08"), "LEFEVRE"));
}

#[test]
fn a_file_that_is_read_again_has_no_other_state() {
    let unchanged = names("LEFEVRE").repeat(100);
    assert!(is_looked_for(&format!("{unchanged}{}{}", names("MICHAUX"), names("BLANCHE")), "MICHAUX"));
}

#[test]
fn the_values_of_64_states_are_looked_for_and_those_of_the_last() {
    let mut states = String::new();
    for at in 0..70_u8 {
        // Each has another name; no two letters in a row are those of another one.
        let name: String = [at / 26, at % 26].map(|number| char::from(b'A' + number)).iter().collect();
        write!(states, "{}", names(&format!("{name}XQZ{name}"))).expect("memory");
    }
    for (name, right) in
        [("AAXQZAA", true), ("CLXQZCL", true), ("CMXQZCM", false), ("CQXQZCQ", false), ("CRXQZCR", true)]
    {
        assert_eq!(is_looked_for(&states, name), right, "{name}");
    }
}
