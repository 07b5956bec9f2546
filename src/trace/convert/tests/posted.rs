//! Logs as people write them and pass them on: marks in words, quotes of mails, numbers of lines, pages of the web.

use super::{said_in, whole};
use crate::trace::convert::{Format, import};

const SAID: &str = "> 00 B0 00 00 02\n< 41 42 90 00\n";

/// The lines that are named in a log.
fn named(log: &str) -> Vec<usize> {
    let format = Format::detect(log).expect("a program");
    import(log, format).unread.iter().map(|unread| unread.line).collect()
}

/// Whether a log is read wholly as one exchange.
fn is_read(log: &str) {
    let format = Format::detect(log).unwrap_or_else(|| panic!("no program: {log}"));
    assert_eq!(said_in(&whole(log, format)), SAID, "{log}");
}

#[test]
fn marks_in_words() {
    for (command, answer) in [
        ("cmd:", "rsp:"),
        ("cmd:", "resp:"),
        ("CMD =", "RSP ="),
        ("Sent:", "Received:"),
        ("Requ\u{EA}te :", "R\u{E9}ponse :"),
        ("Commande APDU :", "R\u{E9}ponse APDU :"),
        ("APDU envoy\u{E9}e :", "APDU re\u{E7}ue :"),
        ("Envoy\u{E9} :", "Re\u{E7}u :"),
        ("Terminal:", "Card:"),
        ("R1 TX:", "R1 RX:"),
    ] {
        is_read(&format!("{command} 00 B0 00 00 02\n{answer} 41 42 90 00\n"));
        is_read(&format!("{command}\n  00 B0 00 00 02\n{answer}\n  41 42 90 00\n"));
        let log = format!("{command} 00 B0 00 00 02\n{answer} 41 42\n61 10 90 0\n");
        assert!(!named(&log).is_empty(), "{log}");
    }
    is_read("TX:\n  0000  00 B0 00 00 02\nRX:\n  0000  41 42 90 00\n".replace("0000  ", "0000: ").as_str());
    assert_eq!(named("TX:\n00 B0 00 00 02\nRX:\nTX:\n00 B0 00 00 02\nRX:\n90 00\n"), [1, 3]);
}

#[test]
fn a_word_and_a_number_before_a_mark_may_be_another_reader() {
    let log = "R1 TX: 00 B0 00 00 01\nR1 RX: 41 90 00\nR2 TX: 00 B0 00 00 01\nR2 RX: 42 90 00\n";
    assert_eq!(named(log), [4]);
}

#[test]
fn what_was_put_before_each_line() {
    let logs = [
        "=> 00 B0 00 00 02\n<= 41 42 90 00\n",
        "> 00 B0 00 00 02\n< 41 42 90 00\n",
        "TX: 00 B0 00 00 02\nRX: 41 42 90 00\n",
        "00003955 APDU: 00 B0 00 00 02 \n00086048 SW: 41 42 90 00 \n",
    ];
    for log in logs {
        let framed = |frame: &dyn Fn(usize) -> String| -> String {
            log.lines().enumerate().map(|(index, line)| format!("{}{line}\n", frame(index))).collect()
        };
        is_read(&framed(&|_| "> ".to_owned()));
        is_read(&framed(&|_| "> > ".to_owned()));
        is_read(&framed(&|index| format!("{}:", index + 9)));
        is_read(&framed(&|index| format!("{:6}\t", index + 9)));
        is_read(&framed(&|index| format!("{}. ", index + 9)));
        is_read(&framed(&|index| format!("> {}) ", index + 9)));
    }
    // Of a line without its number nothing tells whether it was wrapped.
    assert_eq!(named("8\t=> 00 B0 00 00 00\n9\t<= 41\n42 90 00\n10\t=> 00 B0 00 00 00\n11\t<= 90 00\n"), [3]);
}

#[test]
fn signs_of_the_web() {
    is_read("<pre>=&gt; 00 B0 00 00 02\n&lt;= 41 42 90 00</pre>\n");
    is_read("&gt; 00 B0 00 00 02\n&lt; 41 42 90 00\n");
}

#[test]
fn a_status_word_on_two_lines() {
    for (first, second) in [("SW1: 90", "SW2: 00"), ("SW1=0x90", "SW2=0x00"), ("sw1 = 90", "sw2 = 00")] {
        is_read(&format!("TX: 00 B0 00 00 02\nRX: 41 42\n{first}\n{second}\n"));
        is_read(&format!("TX: 00 B0 00 00 02\nRX: 41 42 90 00\n{first}\n{second}\n"));
        for broken in [format!("{first}\n"), format!("{second}\n"), format!("{first}\n43\n{second}\n")] {
            let log = format!("TX: 00 B0 00 00 02\nRX: 41 61 10\n{broken}TX: 80 E6 00 00\nRX: 90 00\n");
            assert!(!named(&log).is_empty(), "{log}");
        }
    }
}

#[test]
fn records_of_other_forms() {
    for log in [
        "{\"apdu\":\"00B0000002\",\"response\":\"41429000\"}\n",
        "{\"apdu\":\"00B0000002\",\"rapdu\":\"4142\",\"sw\":\"9000\"}\n",
        "{\"command\":\"00B0000002\",\"response\":{\"data\":\"4142\",\"sw\":\"9000\"}}\n",
        "{\"command\":\"00B0000002\",\"response\":{\"data\":\"4142\",\"sw1\":144,\"sw2\":0}}\n",
        "[{\"command\":\"00B0000002\",\"response\":{\"data\":\"4142\",\"sw\":\"9000\"}}]\n",
        "{\"command\":[0,-80,0,0,2],\"response\":[65,66,-112,0]}\n",
        "Sens;Donn\u{E9}es\nEnvoi;00B0000002\nR\u{E9}ception;41429000\n",
        "heure;sens;octets\n10:00:00;\u{2192};00B0000002\n10:00:01;\u{2190};41429000\n",
        "direction,apdu\nTX,00B0000002\nRX,41429000\n",
    ] {
        is_read(log);
    }
    for log in [
        // What no byte is where others are signed.
        "{\"command\":[0,-80,0,0,2],\"response\":[65,66,144,0,-112,0]}\n",
        "{\"command\":\"00B0000002\",\"response\":{\"data\":\"4142\",\"sw\":\"9000\",\"more\":\"4344\"}}\n",
        "{\"command\":\"00B0000002\",\"apdu\":\"00B0000003\",\"response\":\"41429000\"}\n",
    ] {
        assert!(named(log).contains(&1), "{log}");
    }
}
