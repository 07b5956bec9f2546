//! Tables and lines of JSON: what of their records is said, and what is named.

use super::{parse, said_in, whole};
use crate::trace::convert::{Format, import};

/// The lines that are named, and why.
fn named(log: &str, format: Format) -> Vec<(usize, String)> {
    let imported = import(log, format);
    parse(&imported);
    imported.unread.into_iter().map(|unread| (unread.line, unread.why)).collect()
}

#[test]
fn a_quote_inside_a_value_is_a_sign_like_others() {
    let log = "note,command,response\n5\" disk,00A4040000,9000\n,00B0000001,6982\n7\" disk,00B0000002,41429000\n";
    let said = "> 00 A4 04 00 00\n< 90 00\n> 00 B0 00 00 01\n< 69 82\n> 00 B0 00 00 02\n< 41 42 90 00\n";
    assert_eq!(said_in(&whole(log, Format::Csv)), said);
}

#[test]
fn any_usual_name_of_a_reader_tells_one_from_another() {
    for name in ["coupleur", "icc", "hCard", "device_id", "terminalId", "nom du lecteur", "slot-index", "Reader Name"] {
        let log = format!("{name};command;response\nA;00A4040000;9000\nB;00B0000001;6982\n");
        let imported = import(&log, Format::Csv);
        assert!(
            imported.text.contains("slot A\n> 00 A4") && imported.text.contains("slot B\n> 00 B0"),
            "{}",
            imported.text
        );
    }
    let log = "{\"lecteur\":{\"nom\":\"A\"},\"command\":\"00A4040000\",\"response\":\"9000\"}\n\
               {\"lecteur\":{\"nom\":\"B\"},\"command\":\"00B0000001\",\"response\":\"6982\"}\n";
    let imported = import(log, Format::JsonLines);
    assert!(
        imported.text.contains("slot A\n> 00 A4") && imported.text.contains("slot B\n> 00 B0"),
        "{}",
        imported.text
    );
}

#[test]
fn a_record_may_tell_what_happens_to_the_card() {
    let log = "event,command,response\ncard inserted,,\napdu,00A4040000,9000\nreset,,\napdu,00B0000001,6982\n";
    let imported = import(log, Format::Csv);
    let said = "> 00 A4 04 00 00\n< 90 00\nreset\n> 00 B0 00 00 01\n< 69 82\n";
    assert!(imported.text.ends_with(said) && imported.unread.is_empty(), "{}", imported.text);
    let log = "{\"command\":\"00A4040000\",\"response\":\"9000\"}\n{\"event\":\"card_removed\"}\n\
               {\"command\":\"00B0000001\",\"response\":\"6982\"}\n";
    assert_eq!(named(log, Format::JsonLines).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_quote_that_does_not_end_costs_its_line_only() {
    let rows = ",00B0000001,6982\n\"x\",00B0000002,\"41429000\"\n";
    let said = "> 00 B0 00 00 01\n< 69 82\n> 00 B0 00 00 02\n< 41 42 90 00\n";
    for damaged in ["\"5 disk,00A4040000,9000", "\"5\" disk,00A4040000,9000", "\"5 disk"] {
        let log = format!("note,command,response\n{damaged}\n{rows}");
        let imported = import(&log, Format::Csv);
        assert!(imported.text.ends_with(said), "{}", imported.text);
        assert_eq!(named(&log, Format::Csv), [(2, "a value in quotes that does not end".to_owned())], "{damaged}");
    }
    // A record of several lines has as many values as others.
    let log = "note,command,response\n\"5 disk,00A4040000\n,00B0000001,6982\n7\",00B0000002,41429000,\n";
    let lines: Vec<usize> = named(log, Format::Csv).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 4], "{}", import(log, Format::Csv).text);
    assert!(import(log, Format::Csv).text.contains("> 00 B0 00 00 01\n< 69 82\n"));
}

#[test]
fn a_table_without_names_tells_by_its_columns() {
    let said = "> 00 A4 04 00 00\n< 90 00\n> 00 B0 00 00 02\n< 41 42 90 00\n";
    for table in [
        "08:00:36,>,00A4040000\n08:00:37,<,9000\n08:00:38,>,00B0000002\n08:00:39,<,41429000\n",
        "1;TX;00 A4 04 00 00\n2;RX;90 00\n3;TX;00 B0 00 00 02\n4;RX;41 42 90 00\n",
        "out\t00A4040000\nin\t9000\n\nout\t00B0000002\nin\t41429000\n",
    ] {
        assert_eq!(said_in(&whole(table, Format::Csv)), said, "{table}");
    }
    for table in [
        "08:00:36,00A4040000\n08:00:37,9000\n",
        "08:00:36,>,00A4040000,01020304\n08:00:37,<,9000,05060708\n",
        "08:00:36,>,00A4040000\n08:00:37,x,00B0000002\n",
        "08:00:36,>,00A4040000\n08:00:37,<,none\n",
    ] {
        assert_eq!(Format::detect(table), None, "{table}");
    }
}

#[test]
fn a_document_of_json() {
    let said = "> 00 A4 04 00 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 69 82\n";
    for document in [
        "[{\"command\":\"00A4040000\",\"response\":\"6F009000\"},{\"command\":\"00B0000001\",\"response\":\"6982\"}]",
        "{\n  \"name\": \"added\",\n  \"log\": [\n    {\n      \"capdu\": [0, 164, 4, 0, 0],\n      \"rapdu\": \"6F00\",\n      \
         \"sw\": \"9000\"\n    },\n    {\"capdu\": \"00 B0 00 00 01\", \"rapdu\": \"\", \"sw\": \"6982\"}\n  ]\n}\n",
        "[\n{\n\"dir\":\"out\",\n\"hex\":\"00A4040000\"},\n{\"dir\":\"in\",\"hex\":\"6F009000\"},\n{\"dir\":\"out\",\"hex\":\"00B0000001\"},\n\
         {\"dir\":\"in\",\"hex\":\"6982\"}]",
    ] {
        assert_eq!(said_in(&whole(document, Format::Json)), said, "{document}");
    }
}

#[test]
fn what_a_document_of_json_has_beside_its_exchanges_is_named() {
    let exchange = "{\n\"command\":\"00A4040000\",\n\"response\":\"9000\"}";
    for (document, line) in [
        (format!("{{\"log\":[{exchange}],\n\"more\":\"00B0000001112233\"}}"), 4),
        (format!("{{\"log\":[{exchange}],\n\"more\":[0, 176, 0, 0, 1]}}"), 4),
        (format!("[{exchange},\n{{\"command\":\"00B0000001\"}}]"), 4),
        (format!("[{exchange},\n{{\"response\":\"6982\"}}]"), 4),
        (format!("[{exchange},\n{{\"text\":\"00B0000001112233\"}}]"), 4),
        (format!("[{exchange},\n"), 4),
        (format!("[{exchange}]]"), 3),
        (format!("[{exchange},\n{{\"command\":\"00B0000001\",\"response\":}}]"), 4),
        (format!("[{exchange},\n\"00B0"), 4),
    ] {
        assert_eq!(Format::detect(&document), Some(Format::Json), "{document}");
        let lines: Vec<usize> = named(&document, Format::Json).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [line], "{document}");
        assert!(import(&document, Format::Json).text.contains("> 00 A4 04 00 00\n< 90 00\n"), "{document}");
    }
}

#[test]
fn a_status_word_in_a_field_of_its_own() {
    let say = |rows: &str| import(&format!("command,response,sw\n{rows}"), Format::Csv);
    // Said twice in every record: nothing tells otherwise.
    let twice = "00A4040000,6F009000,9000\n00B0000001,6982,6982\n00B0000001,6F00 [9000],9000\n";
    let imported = say(&twice.lines().take(2).map(|line| format!("{line}\n")).collect::<String>());
    let said = "> 00 A4 04 00 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 69 82\n";
    assert_eq!((said_in(&imported.text).as_str(), imported.unread.len()), (said, 0));
    // Where another record has it in its own field only, data may end so.
    let imported = say("00A4040000,6F009000,9000\n00B0000002,4142,9000\n00B0000001,,6982\n");
    assert_eq!(imported.unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [2]);
    assert!(imported.text.contains("< 41 42 90 00\n") && imported.text.ends_with("< 69 82\n"), "{}", imported.text);
    // Twice apart it is the same; two that differ are not.
    let imported = say("00A4040000,6F00 [9000],9000\n00A4040000,6F00 [9000],6982\n");
    assert!(said_in(&imported.text).starts_with("> 00 A4 04 00 00\n< 6F 00 90 00\n"), "{}", imported.text);
    assert_eq!(imported.unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn an_answer_belongs_to_the_command_of_its_reader() {
    let table = "reader,direction,data\nA,out,00A4040000\nB,out,00B0000001\nA,in,9000\nB,in,6A82\n";
    let lines = "{\"reader\":\"A\",\"dir\":\"out\",\"hex\":\"00A4040000\"}\n{\"reader\":\"B\",\"dir\":\"out\",\"hex\":\"00B0000001\"}\n\
        {\"reader\":\"A\",\"dir\":\"in\",\"hex\":\"9000\"}\n{\"reader\":\"B\",\"dir\":\"in\",\"hex\":\"6A82\"}\n";
    for (log, format) in [(table, Format::Csv), (lines, Format::JsonLines)] {
        let text = whole(log, format);
        let said = "slot A\n> 00 A4 04 00 00\n< 90 00\nslot B\n> 00 B0 00 00 01\n< 6A 82\n";
        assert!(text.ends_with(said), "{text}");
    }
    // An answer that names no reader is that of the only command, and of none where two wait.
    let begin = "reader,direction,data\nA,out,00A4040000\n";
    assert!(whole(&format!("{begin},in,9000\n"), Format::Csv).ends_with("> 00 A4 04 00 00\n< 90 00\n"));
    let lines: Vec<usize> =
        named(&format!("{begin}B,out,00B0000001\n,in,9000\n"), Format::Csv).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3, 4]);
    let lines: Vec<usize> = named(&format!("{begin}B,in,9000\n"), Format::Csv).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [2, 3], "the answer of another reader");
}

#[test]
fn a_field_that_was_not_used_is_named() {
    let exchange = "\"command\":\"00A4040000\",\"response\":\"6F009000\"";
    for field in [
        "\"apdu\":\"00B0000001\"",
        "\"data\":\"4142\"",
        "\"cmd\":\"00B0000001\"",
        "\"command\":\"00B0000001\"",
        "\"reply\":\"6982\"",
        "\"message\":\"00 B0 00 00 01 11 22 33\"",
        "\"message\":\"00B0000001112233\"",
        "\"more\":{\"sent\":[0,176,0,0,1]}",
        "\"more\":[\"sent\",\"0084000008\"]",
    ] {
        assert_eq!(named(&format!("{{{exchange},{field}}}\n"), Format::JsonLines).len(), 1, "{field}");
    }
    // What says the same again, and what is no bytes.
    for field in [
        "\"apdu\":\"00 a4 04 00 00\"",
        "\"data\":\"6F00\"",
        "\"sw\":\"9000\"",
        "\"note\":\"SELECT (00 A4 04 00 00)\"",
        "\"time\":\"2026-11-28T08:00:36.123456+01:00\"",
        "\"time\":\"08:00:36\",\"day\":\"2026-11-28\",\"epoch\":\"1795320527\",\"ms\":1795320527",
        "\"id\":\"550e8400-e29b-41d4-a716-446655440000\",\"shortId\":\"a3f2\"",
        "\"level\":\"added\",\"ok\":true,\"nothing\":null",
    ] {
        assert_eq!(named(&format!("{{{exchange},{field}}}\n"), Format::JsonLines), [], "{field}");
    }
}

#[test]
fn a_record_that_says_nothing_is_named_if_it_has_bytes() {
    let exchange = "{\"command\":\"00A4040000\",\"response\":\"9000\"}\n";
    for record in ["{\"message\":\"00 B0 00 00 01 11 22 33\"}", "{\"data\":\"00B0000001\"}", "{\"result\":\"6A82\"}"] {
        assert_eq!(named(&format!("{exchange}{record}\n"), Format::JsonLines).len(), 1, "{record}");
    }
    let nested = "{\"command\":\"00A4040000\",\"response\":{\"data\":\"6F00\",\"sw\":\"9000\",\"x\":\"41\"}}\n";
    let found = named(nested, Format::JsonLines);
    let why = "a value that is neither text nor a list of numbers";
    assert!(found.contains(&(1, why.to_owned())), "{found:?}");
    let table = "command,response,data\n00A4040000,9000,\n,,00B0000001\n";
    assert_eq!(named(table, Format::Csv).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_trace_has_as_many_readers_as_slots() {
    let table = |readers: usize| -> String {
        let record = |at: usize| format!("r{at},00A4040000,9000\n");
        format!("reader,command,response\n{}", (0..readers).map(record).collect::<String>())
    };
    assert_eq!(whole(&table(255), Format::Csv).matches("> 00 A4 04 00 00\n< 90 00\n").count(), 255);
    let why = "a trace has at most 255 slots, and this is one more reader".to_owned();
    assert_eq!(named(&table(256), Format::Csv), [(257, why)]);
}

#[test]
fn parts_in_fields_of_their_own_belong_to_their_message() {
    for log in [
        "command,le,response\n00B00000,03,4142439000\n",
        "{\"command\":\"00B00000\",\"le\":3,\"response\":\"4142439000\"}\n",
        "{\"command\":\"00B0000003\",\"le\":\"03\",\"response\":\"4142439000\"}\n",
        "command;response;sw1;sw2\n00B0000003;414243;90;00\n",
        "{\"command\":\"00B0000003\",\"response\":\"414243\",\"sw1\":144,\"sw2\":0}\n",
        "{\"command\":\"00B0000003\",\"response\":\"414243\",\"sw\":36864}\n",
    ] {
        let format = Format::detect(log).expect("records");
        let imported = import(log, format);
        assert_eq!(imported.unread, [], "{log}");
        assert!(imported.text.ends_with("> 00 B0 00 00 03\n< 41 42 43 90 00\n"), "{log}{}", imported.text);
    }
    for log in [
        "command,le,response\n00B00000,10,4142439000\n",
        "{\"command\":\"00B0000003\",\"response\":\"416120\",\"status\":36864}\n",
        "{\"command\":\"00B0000003\",\"response\":\"416120\",\"sw1\":97,\"sw2\":16}\n",
    ] {
        let format = Format::detect(log).expect("records");
        assert!(!import(log, format).unread.is_empty(), "{log}");
    }
}

#[test]
fn numbers_and_times_tell_of_records_that_are_not_in_order() {
    let lines = |records: &[(usize, &str)]| -> Vec<usize> {
        let object = |(seq, data): &(usize, &str)| {
            format!("{{\"seq\":{seq},\"command\":\"00B0000001\",\"response\":\"{data}9000\"}}\n")
        };
        let log: String = records.iter().map(object).collect();
        named(&log, Format::JsonLines).into_iter().map(|(line, _)| line).collect()
    };
    assert_eq!(lines(&[(1, "41"), (2, "42"), (3, "43")]), [0; 0]);
    assert_eq!(lines(&[(1, "41"), (2, "42"), (4, "44"), (5, "45")]), [3]);
    assert_eq!(lines(&[(1, "41"), (2, "42"), (2, "42"), (3, "43")]), [3]);
    assert_eq!(lines(&[(1, "41"), (2, "42"), (2, "42")]), [3], "a whole exchange stands twice");
    assert_eq!(lines(&[(3, "43"), (2, "42"), (1, "41")]), [2, 3], "the last one stands first");
    let table = |times: [&str; 3]| -> Vec<usize> {
        let row = |time: &&str| format!("{time};00B0000001;419000\n");
        let log = format!("time;command;response\n{}", times.iter().map(row).collect::<String>());
        named(&log, Format::Csv).into_iter().map(|(line, _)| line).collect()
    };
    assert_eq!(table(["12:00:00", "12:00:01", "12:00:01"]), [0; 0]);
    assert_eq!(table(["12:00:00", "12:00:02", "12:00:01"]), [4]);
}

/// A log that is read wholly as one exchange, and logs that are named.
fn exchange_or_named(said: &str, whole_logs: &[&str], named_logs: &[&str]) {
    for log in whole_logs {
        let format = Format::detect(log).unwrap_or_else(|| panic!("no program: {log}"));
        assert_eq!(said_in(&whole(log, format)), said, "{log}");
    }
    for log in named_logs {
        let format = Format::detect(log).unwrap_or_else(|| panic!("no program: {log}"));
        assert!(!import(log, format).unread.is_empty(), "{log}");
    }
}

#[test]
fn a_number_that_is_no_byte_is_not_read_as_two() {
    exchange_or_named(
        "> 00 A4 04 00 02 3F 00\n< 90 00\n",
        &["{\"tx\":[0,164,4,0,2,63,0],\"rx\":[144,0]}\n"],
        &[
            "{\"tx\":[0,164,4,0,2,1600],\"rx\":[144,0]}\n",
            "{\"tx\":[0,32,0,129,4,49,50,51,5252],\"rx\":[144,0]}\n",
            "{\"tx\":[0,176,0,0,4],\"rx\":[17,18,1920,144,0]}\n",
            "{\"tx\":[0,176,0,0,4],\"rx\":[17,18,19,20,9000]}\n",
            "{\"tx\":{\"type\":\"Buffer\",\"data\":[0,176,84,2332]},\"rx\":{\"type\":\"Buffer\",\"data\":[144,0]}}\n",
        ],
    );
}

#[test]
fn an_le_that_could_be_another_is_named() {
    exchange_or_named(
        "> 00 B0 00 00 02\n< 41 42 90 00\n",
        &[
            "{\"cla\":\"00\",\"ins\":\"B0\",\"p1\":\"00\",\"p2\":\"00\",\"le\":\"02\",\"response\":\"41429000\"}\n",
            "cla;ins;p1;p2;p3;response;sw\n00;B0;00;00;02;4142;9000\n",
            "Cmd=00B00000;Le=2;Rep=41429000\n",
        ],
        &[
            "{\"cla\":\"00\",\"ins\":\"B0\",\"p1\":\"00\",\"p2\":\"00\",\"le\":\"0100\",\"response\":\"9000\"}\n",
            "{\"cla\":0,\"ins\":176,\"p1\":0,\"p2\":0,\"le\":0,\"response\":\"9000\"}\n",
            "{\"apdu\":{\"cla\":0,\"ins\":164,\"p1\":4,\"p2\":0,\"lc\":2,\"data\":[63,0],\"le\":0},\"rapdu\":\"6A82\"}\n",
            "{\"command\":\"00B00000\",\"le\":\"0010\",\"response\":\"9000\"}\n",
            "command,le,response\n00B00000,0020,9000\n",
            "command,le,response\n00B00000,0000,9000\n",
            "Cmd=00B00000;Le=0010;Rep=9000\n",
            "| Command | Le | Response |\n|---|---|---|\n| 00 A4 04 00 | 0 | 6A 82 |\n",
            "cla,ins,p1,p2,lc,data,le,response\n00,B0,00,00,,,10,414141414141414141416282\n",
        ],
    );
    // The answer is as long as one of them says.
    let le_of_16 = format!("command,le,response\n00B00000,10,{}9000\n", "41".repeat(16));
    assert!(whole(&le_of_16, Format::Csv).contains("> 00 B0 00 00 10\n"));
}

#[test]
fn a_number_of_json_is_decimal_and_named_beside_texts() {
    let header = |header: &str| format!("{{{header},\"response\":\"9000\"}}\n");
    let of_numbers = header("\"cla\":0,\"ins\":176,\"p1\":16,\"p2\":0,\"le\":10");
    exchange_or_named("> 00 B0 10 00 0A\n< 90 00\n", &[&of_numbers], &[]);
    exchange_or_named(
        "> 00 B0 05 00 0A\n< 90 00\n",
        &[&header("\"cla\":\"00\",\"ins\":\"B0\",\"p1\":5,\"p2\":\"00\",\"le\":\"0A\"")],
        &[
            &header("\"cla\":\"00\",\"ins\":\"B0\",\"p1\":10,\"p2\":\"00\",\"le\":\"0A\""),
            &header("\"cla\":\"00\",\"ins\":\"B0\",\"p1\":16,\"p2\":\"00\""),
            &header("\"cla\":\"16\",\"ins\":\"32\",\"p1\":\"48\",\"p2\":\"64\""),
            "{\"command\":\"00B0000000\",\"response\":\"41\",\"sw1\":\"0x61\",\"sw2\":16}\n",
            "{\"command\":\"00B0000000\",\"sw1\":\"6C\",\"sw2\":16}\n{\"command\":\"00B0000010\",\"response\":\"9000\"}\n",
            "{\"command\":\"00B0000000\",\"response\":\"\",\"sw1\":97,\"sw2\":\"0x10\"}\n",
        ],
    );
}

#[test]
fn a_list_of_either_base_is_named_where_no_other_tells() {
    exchange_or_named(
        "> 16 32 48 64\n< 97 30\n> 00 84 00 00 00\n< 90 00\n",
        &[
            "TX: [16, 32, 48, 64]\nRX: [97, 30]\nTX: [00, 84, 00, 00, 00]\nRX: [90, 00]\n",
            "command;response\n[16, 32, 48, 64];[97, 30]\n[00, 84, 00, 00, 00];[90, 00]\n",
        ],
        &[
            "TX: [16, 32, 48, 64]\nRX: [97, 30]\n",
            "command,response\n\"[16, 32, 48, 64]\",\"[97, 30]\"\n",
            "{\"tx\":\"[16, 32, 48, 64]\",\"rx\":\"[97, 10]\"}\n",
            "{\"tx\":\"16,32,48,64\",\"rx\":\"97,10\"}\n",
            "{\"tx\":[\"16\",\"32\",\"48\",\"64\"],\"rx\":[\"97\",\"10\"]}\n",
            "Cmd=[16, 32, 48, 64];Rep=[97, 10]\n",
            "Cmd=16,32,48,64;Rep=97,10\n",
        ],
    );
    exchange_or_named("> 10 20 30 40\n< 61 1E\n", &["{\"tx\":[16, 32, 48, 64],\"rx\":[97, 30]}\n"], &[]);
}

#[test]
fn numbers_under_other_names_count_too() {
    for name in ["#", "Step", "n\u{B0}", "\u{C9}tape"] {
        let log = |numbers: [usize; 4]| {
            let row = |number| format!("| {number} | 00 84 00 00 01 | 41 90 00 |\n");
            let rows: String = numbers.into_iter().map(row).collect();
            format!("| {name} | Command | Response |\n|---|---|---|\n{rows}")
        };
        assert_eq!(named(&log([1, 2, 3, 4]), Format::Csv), [], "{name}");
        let lines: Vec<usize> = named(&log([1, 3, 4, 5]), Format::Csv).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [4], "{name}");
    }
}

#[test]
fn an_answer_that_is_only_its_status_word() {
    let said = "> 00 A4 04 00 02 3F 00\n< 6A 82\n";
    exchange_or_named(
        said,
        &[
            "cla,ins,p1,p2,lc,data,le,response,sw\n00,A4,04,00,02,3F00,,,6A82\n",
            "cla,ins,p1,p2,lc,data,sw\n00,A4,04,00,02,3F00,6A82\n",
            "cla,ins,p1,p2,p3,data,response,sw\n00,A4,04,00,02,3F00,,6A82\n",
            "CLA;INS;P1;P2;Lc;Data;Le;R\u{E9}ponse;SW1;SW2\n00;A4;04;00;02;3F00;;;6A;82\n",
            "{\"command\":{\"cla\":\"00\",\"ins\":\"A4\",\"p1\":\"04\",\"p2\":\"00\",\"lc\":2,\"data\":\"3F00\"},\
              \"response\":{\"data\":\"\",\"sw1\":\"6A\",\"sw2\":\"82\"}}\n",
            "cmd=00A40400023F00;rsp=6A82\n",
            "seq;cmd;rsp\n1;00A40400023F00;6A82\n",
            "Envoi=00A40400023F00;Recu=6A82\n",
            "\u{C9}mission=00A40400023F00;R\u{E9}ception=6A82\n",
        ],
        // Nothing tells whose the data are.
        &["cla,ins,p1,p2,data,le,sw\n00,B0,00,00,4142,02,9000\n00,A4,04,00,,00,6A82\n"],
    );
}
