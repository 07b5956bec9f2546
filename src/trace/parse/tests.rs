//! What a trace may say, and what is said of one that says it wrong.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    profile::diagnostic::{Diagnostics, Source},
    trace::{Action, Expected, Pattern, Trace},
    work,
};

fn parse(text: &str) -> Result<Trace, Diagnostics> {
    Trace::parse(Arc::new(Source { name: "t.apdu".into(), text: text.into() }))
}

/// The first mistake of a trace with this body: line, column, message and hint.
fn mistake(body: &str) -> (usize, usize, String) {
    let Diagnostics(found) = parse(&format!("virtuale-trace 1\n{body}")).expect_err(body);
    let (line, column) = found[0].position();
    (line, column, format!("{}; {}", found[0].message, found[0].hint.as_deref().unwrap_or("")))
}

#[test]
fn the_example_of_the_design_is_a_trace() {
    let trace = parse(
        "virtuale-trace 1\n\
         card applets/cards/vitale2-martin.toml     # or: atr 3B 75 13 00 00 44 09 EA 90 00\n\
         slot patient\n\
         now 2026-01-15\n\
         reset\n\
         > 00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45    # SELECT VITALE\n\
         < 61 {le:1}\n\
         > 00 C0 00 00 {le}\n\
         < 6F .. ** 90 00\n",
    )
    .expect("it is one");
    let [slot] = trace.slots() else { panic!("one slot") };
    assert_eq!((slot.name.as_str(), slot.card.as_deref()), ("patient", Some("applets/cards/vitale2-martin.toml")));
    assert_eq!(trace.now().map(|day| day.to_string()).as_deref(), Some("2026-01-15"));
    let [_, select, response] = trace.steps() else { panic!("three steps") };
    let Action::Send(command) = &select.action else { panic!("a command") };
    assert_eq!(trace.exact(command).map(<[u8]>::len), Some(16));
    assert!(matches!(&response.action, Action::Send(Pattern::Holes(atoms)) if atoms.len() == 5));
}

#[test]
fn reading_takes_steps_by_the_length_of_the_text_only() {
    let repeated = |piece: &'static str| move |size: usize| piece.repeat(size);
    let numbered = |before: &'static str, after: &'static str| {
        move |size: usize| (0..size).map(|number| format!("{before}n{number}{after}")).collect::<String>()
    };
    let captures = numbered("{", ":1} ");
    let uses = |size: usize| format!("> 00\n< {}\n{}", captures(size), numbered("> {", "}\n")(size));
    let worst: [(&str, &dyn Fn(usize) -> String); 10] = [
        ("captures in one answer", &|size| format!("> 00\n< {}", captures(size))),
        ("captures, each in an answer", &numbered("> 00\n< {", ":1} 90 00\n")),
        ("names that are used", &uses),
        ("one long name that is used", &|size| {
            format!("> 00\n< {{{}:1}}\n{}", "n".repeat(size), "> {x\n".repeat(size))
        }),
        ("bytes before a hole", &|size| format!("> {}..", "00 ".repeat(size))),
        ("runs", &repeated("> ** 00 ** 00\n")),
        ("lines that go on", &|size| format!("> 00{}", "\n 00 # {".repeat(size))),
        ("comments", &repeated("#####")),
        ("slots", &repeated("slot a\nslot b\n")),
        ("an unknown word", &repeated("ab")),
    ];
    for (what, body) in worst {
        let steps = |size| work::of(|| drop(parse(&format!("virtuale-trace 1\n{}", body(size)))));
        let (once, twice) = (steps(2_000), steps(4_000));
        assert!(once >= 2_000 && 2 * twice < 5 * once, "{what}: {once} steps, then {twice}");
    }
    let many = captures(60_000);
    let trace =
        parse(&format!("virtuale-trace 1\n> 00\n< {many}")).expect("it has as many bytes as an answer may have");
    assert!(
        matches!(&trace.steps()[0].expected, Expected::Response(Pattern::Holes(atoms), _) if atoms.len() == 60_000)
    );
}

#[test]
fn the_traces_in_the_guide_are_traces() {
    let guide = include_str!("../../../docs/traces.md");
    let blocks: Vec<_> = guide.split("```").filter(|block| block.starts_with("text\nvirtuale-trace")).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        parse(&block["text\n".len()..]).expect(block);
    }
}

#[test]
fn no_pattern_stands_for_more_than_a_card_takes_or_gives() {
    let bytes = |count: usize| "00".repeat(count);
    parse(&format!("virtuale-trace 1\n> {}\n< {}\n", bytes(65_544), bytes(65_538))).expect("the longest of both");
    for (what, body) in [
        ("a command", format!("> {}\n", bytes(65_545))),
        ("an answer", format!("> 00\n< {}\n", bytes(65_539))),
        ("captured bytes, sent twice", "> 00\n< {all:40000} 90 00\n> {all} {all}\n".to_owned()),
        ("an ATR", format!("atr {}\n", bytes(34))),
    ] {
        let (_, _, said) = mistake(&body);
        assert!(said.contains("at most"), "{what}: {said}");
    }
}

#[test]
fn bytes_go_on_in_indented_lines_and_may_stand_close() {
    let trace = parse("virtuale-trace 1\r\n> 00B0\r\n  0000 # offset\r\n\t# only a comment\r\n  00\r\n< 90 00\r\n")
        .expect("valid");
    let Action::Send(command) = &trace.steps()[0].action else { panic!("a command") };
    assert_eq!(trace.exact(command), Some(&[0, 0xB0, 0, 0, 0][..]));
    let Expected::Response(_, span) = &trace.steps()[0].expected else { panic!("an answer") };
    assert_eq!(&trace.source().text[span.clone()], "90 00");
}

#[test]
fn several_slots_keep_their_cards() {
    let trace = parse(
        "virtuale-trace 1\ncard a.toml\nslot patient\nslot doctor\ncard b.toml\nslot patient\nreset\nslot doctor\nreset\n",
    )
    .expect("valid");
    let cards: Vec<_> = trace.slots().iter().map(|slot| slot.card.as_deref()).collect();
    assert_eq!(cards, [Some("a.toml"), Some("b.toml")]);
    assert_eq!(trace.steps().iter().map(|step| step.slot).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn answers_of_two_slots_may_cross() {
    let trace = parse(
        "virtuale-trace 1\nslot a\nslot b\nslot a\n> 01\nslot b\n> 02\n< 90 02\nslot a\n< 90 01\nslot b\nreset\n",
    )
    .expect("valid");
    let response = |index: usize| match &trace.steps()[index].expected {
        Expected::Response(pattern, _) => trace.exact(pattern).map(<[u8]>::to_vec),
        _ => None,
    };
    assert_eq!((response(0), response(1)), (Some(vec![0x90, 1]), Some(vec![0x90, 2])));
}

#[test]
fn mistakes_say_where_and_what_to_do() {
    let wrong = [
        ("resett\n", 2, 1, "did you mean `reset`?"),
        ("\n> 00 A4 0\n", 3, 9, "a byte has two hexadecimal digits"),
        ("> 00 A4 zz\n", 2, 9, "`zz` is not a byte"),
        ("< 90 00\n", 2, 3, "an answer without a command"),
        ("> 00\n< 90 00\n< 90 00\n", 4, 3, "an answer without a command"),
        ("> 00\nslot a\n", 3, 6, "the first slot has no name"),
        ("> 00\n< {le:0}\n", 3, 3, "`{le:1}` captures one byte"),
        ("> 00 {le}\n", 2, 6, "nothing was captured as `le` before"),
        ("> 00 {le:1}\n", 2, 6, "a command captures nothing"),
        ("> 00\n< {a:1}\n> 00\n< {a:2}\n", 5, 3, "`a` stood for 1 bytes before"),
        ("> 00\n< {a:1\n", 3, 3, "the brace is not closed"),
        ("now 2026-02-30\n", 2, 5, "not a day of the calendar"),
        ("> 00\nnow 2026-02-03\n", 3, 5, "`now` comes before the dialogue"),
        ("card a\ncard b\n", 3, 6, "a `slot` line above this one opens another slot"),
        ("  90 00\n", 2, 3, "start the line at the margin"),
        ("reset luke\n", 2, 7, "one of `cold`, `warm`"),
        ("protocol T=2\n", 2, 10, "one of `T=0`, `T=1`"),
        ("expect-error mute\n", 2, 14, "an error that nothing can cause"),
        ("> \n", 2, 3, "bytes are missing"),
        (">00\n", 2, 1, "a blank follows `>` and `<`"),
    ];
    for (body, line, column, part) in wrong {
        let (found_line, found_column, text) = mistake(body);
        assert_eq!((found_line, found_column), (line, column), "{body:?}: {text}");
        assert!(text.contains(part), "{body:?}: {text}");
    }
}

#[test]
fn what_no_card_takes_or_has_is_a_mistake() {
    let (line, _, said) = mistake("> 00 84 00 00 08\n< 90 00\n# took 3600000001 us\n");
    assert!(line == 4 && said.contains("no card takes longer than an hour: 3600000000 us; correct"), "{said}");
    let (line, _, said) = mistake("> 00 84 00 00 08\n# took 99999999999999999999999 us\n");
    assert!(line == 3 && said.contains("no card takes longer"), "{said}");
    let taken = parse("virtuale-trace 1\n> 00 84 00 00 08\n< 90 00\n# took 3600000000 us\n# took a while us\n");
    assert_eq!(taken.expect("a trace").steps()[0].took, Some(std::time::Duration::from_secs(3600)));
    let (line, _, said) = mistake(&"# fault mute\n".repeat(65));
    assert!(line == 66 && said.contains("a slot has at most 64 faults; leave some out"), "{said}");
}

#[test]
fn a_version_that_is_not_known_is_refused() {
    for (text, part) in [
        ("", "the trace is empty"),
        ("> 00\n", "the first line of a trace is `virtuale-trace 1`"),
        ("virtuale-trace 2\n", "version 2 is not known"),
        ("virtuale-trace one\n", "the version is not a number"),
    ] {
        let report = parse(text).expect_err(text).to_string();
        assert!(report.contains(part), "{report}");
    }
}

#[test]
fn not_every_mistake_of_a_hopeless_text_is_told() {
    let text = format!("virtuale-trace 1\n{}", "nonsense\n".repeat(10_000));
    assert_eq!(parse(&text).expect_err("nonsense").0.len(), super::MOST_MISTAKES);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(virtuale-trace 1\n)?([><] [0-9A-F {}:.*#a]{0,30}\n|[a-z-]{0,9} ?.{0,9}\r?\n)*") {
        let _ = parse(&text);
    }

    #[test]
    fn no_line_makes_it_panic(lines in proptest::collection::vec(prop_oneof![
        "[><] ([0-9A-F]{2}|\\.\\.|\\*\\*|\\{[a-c]:[0-9]{1,9}\\}|\\{[a-c]\\}| |#|é){0,12}",
        "(reset|slot|card|now|seed|atr|insert|insert-from|remove|protocol|expect-error|power-off) ?[a-z0-9=é-]{0,6}",
        "[ \t]{1,3}[0-9A-F#]{0,6}",
    ], 0..20)) {
        if let Ok(trace) = parse(&format!("virtuale-trace 1\n{}\n", lines.join("\n"))) {
            for step in trace.steps() {
                prop_assert!(trace.source().text.get(step.span.clone()).is_some());
            }
        }
    }
}
