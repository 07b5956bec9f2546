//! Lines of which something is left that could be bytes: each is named, whatever log it is in; and logs that look
//! damaged and are not.

use super::{said_in, whole};
use crate::trace::convert::{Format, Patterns, import};

/// The lines that are named in a log.
fn named(log: &str) -> Vec<usize> {
    let format = Format::detect(log).expect("a program");
    import(log, format).unread.iter().map(|unread| unread.line).collect()
}

#[test]
fn bytes_behind_a_sign_are_named() {
    for (command, answer) in [("C-APDU: ", "R-APDU: "), ("=> ", "<= "), ("TX: ", "RX: "), ("> ", "< ")] {
        for rest in [
            "0x65 (0x43, 0x90, 0x00)",
            "0x65 | 0x43",
            "0x01 #0x43",
            "01 // 43",
            "01 {43}",
            "01 \"43\"",
            "01 '43'",
            "01 <43>",
            "01 = 43",
            "01 (43)",
            "01/43/44",
            "01 #43 #44",
            "01#CE",
            "01 #4",
            "01 [0x43, 0x90]",
            "01 7",
        ] {
            let log = format!("{command}00 B0 00 00 00\n{answer}41 64 {rest}\n{command}80 E6 00 00\n{answer}90 00\n");
            assert!(named(&log).contains(&2), "{log}");
        }
    }
}

#[test]
fn bytes_behind_words_that_nobody_knows_are_named() {
    for line in [
        "cmd=00B0000002 resp=42429000",
        "sent 00D6000008AABBCCDDEEFF0011",
        "got 6A82",
        "received 6A 82",
        "apdu: 00D6000008AABBCCDDEEFF0011, sw: 6A82",
        "Transmit(00B0000000) = 01020304059000",
        "mac=11223344",
        "[cmd] 00D6000008AABBCCDDEEFF0011",
        "[rsp] 9000",
        "C-APDU 00D6000000",
        "Encrypted C-APDU: 00D6000000",
        "= > 00D6000000",
        "=&gt; 00D6000000",
        "x41 x42 x43",
        "%00%B0",
        "0 176 0 0 4",
        "41\u{202F}42",
        "\u{FF10}\u{FF10} \u{FF22}\u{FF10}",
    ] {
        for (command, answer) in [("=> ", "<= "), ("00000001 APDU: ", "00000002 SW: "), ("> ", "< ")] {
            let exchange = format!("{command}00 B0 00 00 01\n{answer}41 90 00\n");
            assert_eq!(named(&format!("{exchange}{line}\n{exchange}")), [3], "{command}{line}");
        }
    }
    let lost = "TX: 00B0000001\nRX: 419000\nTX 00B0000002\nRX 42429000\nTX: 80E60000\nRX: 9000\n";
    assert_eq!(named(lost), [3, 4]);
    let other = "00000001 APDU: 00 B0 00 00 01\n00000002 SW: 41 90 00\n00000020 APDU=00D6000000\n00000020 SW=9000\n";
    assert_eq!(named(other), [3, 4]);
}

#[test]
fn a_status_word_below_behind_any_word_makes_the_answer_doubtful() {
    for status in [
        "Retour : 9000",
        "R\u{E9}sultat : 90 00",
        "Return: 9000",
        "(SW) 9000",
        "rc=0x9000",
        "result 0x9000",
        "data 9000",
        "W: 9000",
        "ret: 9000",
    ] {
        let log = format!("Commande : 00 B0 00 00 03\nR\u{E9}ponse : 41 63 12\n{status}\n");
        assert!(named(&log).contains(&3), "{log}");
    }
}

#[test]
fn what_is_no_byte_is_not_made_one() {
    for (log, line) in [
        (
            "Using reader with a card: R 00 00\nSending: 00 B0 00 00 00 \nReceived (SW1=0x90, SW2=0x00):\n62 62\n   bb\n",
            2,
        ),
        ("=> 00 B0 00 00 00\n<= 62 65 90 00\n   be..\n", 3),
        ("00003955 APDU: 80 E6 00 00\n00006098 SW: 61 10\n00006251\nAPDU: 00 CA 00 6E 00 \n00000001 SW: 90 00\n", 3),
        ("00003955 APDU: 00 B0 39 13 04 \n00086048\n00000001 SW: 90 00\n", 2),
        ("C-APDU: 00 B0 00 00 00\nR-APDU: xx69, 0x85\n", 2),
        ("connecting to X\n> 00 88 32 78\n<  01 02 61 63 7\n 30 61 6A 82\n", 3),
        ("connecting to X\n> 00 88 32 78\n<  01 02 61 63 6A 8\n", 3),
        ("> 00883278\n< D0496700\n783336F171D [67 00]\n", 3),
        ("=> 00 B0 00 00 18\n<= 00 01 0D 61 63\n   10 11 12 13 90 00=> 00 B0 00 00 00\n<= 61 1D\n", 3),
        ("> 00 B0 00 00 04\n< D049970E\n783336F1 [67 00] x 41\n", 3),
        ("[08:00:36] A>> T=1 (4+0002) 00D60000 02 45/BA\n[08:00:36] A<< (0000+2) (12ms) 9000\n", 1),
        (
            "2026-11-28 08:00:36.123 > 00 B0 00 00 03\n2026-11-28 08:00:36.123 < 41 44\n2026-11-28 08:00:36.1\n23 42 43\n\
             2026-11-28 08:00:36.123 90 00\n",
            4,
        ),
        ("2026-11-28 08:00:36 > 00 B0 00 00 03\n2026-11-28 08:00:36 < 41 44\n20\n26-11-28 08:00:36 90 00\n", 3),
    ] {
        assert!(!named(log).is_empty(), "{line} of {log}");
    }
}

#[test]
fn bytes_outside_the_groups_of_a_pattern_are_named() {
    let patterns = ["TX (?<command>[0-9A-F]*)", r"RX (?<response>[^}]*)"].map(str::to_owned);
    let patterns = Patterns::new("--pattern", &patterns).expect("patterns");
    let named = |log: &str| -> Vec<usize> { patterns.import(log).unread.iter().map(|unread| unread.line).collect() };
    assert_eq!(named("TX 00A4040000\nRX 9000\n"), [0; 0]);
    assert_eq!(named("TX 00A4040000\nRX 9000\nTY 00D6000008AABBCCDDEEFF0011\nRY 6A82\n"), [3, 4]);
    assert_eq!(named("TX 00A4040000 then 41\nRX 9000\n"), [1]);
    assert_eq!(named("TX 00B0000000\nRX 20 45#64 90 00\n"), [2]);
}

#[test]
fn a_log_of_pcscd_may_break_off_before_an_answer() {
    for end in ["SW: ", "SW:", "SW:\n"] {
        let imported = import(&format!("APDU: 00 A4 04 00\n{end}"), Format::Pcscd);
        assert!(imported.text.contains("> 00 A4 04 00\n# line 2"), "{}", imported.text);
        assert_eq!(imported.unread.len(), 1);
    }
}

#[test]
fn right_logs_in_unusual_shape_are_read() {
    let plain = "> 00 B0 00 00 08\n< 41 42 43 44 45 46 47 48 90 00\n";
    for (log, format) in [
        (
            "Using T=1 protocol\n> 00 B0 00 00\n08\n< 41 42 43 44 45 46 47 48 90 00 : Normal processing.\n",
            Format::Scriptor,
        ),
        (
            "Using T=1 protocol\n> 00 B0\n00 00 08\n< 41 42 43 44 45 46 47 48 90 00 : Normal processing.\n",
            Format::Scriptor,
        ),
        ("TX: 00 B0 00 00 08\nRX: 41 42 43 44 45 46 \n47 48 SW=9000\n", Format::Arrows),
        ("=> 00 B0 00 00 08\n<= 41 42 43 44 45 46 \n47 48 [90 00]\n", Format::Arrows),
        ("[t1] TX: 00 B0 00 00 08\n[t1] RX: 41 42 43 44 45 46 47 48 90 00\n", Format::Arrows),
        ("slot=0 TX: 00 B0 00 00 08\nslot=0 RX: 41 42 43 44 45 46 47 48 90 00\n", Format::Arrows),
        ("Reader A: C-APDU: 00 B0 00 00 08\nReader A: R-APDU: 41 42 43 44 45 46 47 48 90 00\n", Format::Arrows),
        ("A>> 00 B0 00 00 08\nA<< 41 42 43 44 45 46 47 48 90 00\n", Format::Arrows),
        ("[ 1106.6] => 00 B0 00 00 08\n[ 1106.651234] <= 41 42 43 44\n[11106.7] 45 46 47 48 90 00\n", Format::Arrows),
        (
            "P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: \n\nOutgoing APDU (5 bytes):\n\n00 B0 00 00 08 .....\n\n\
             Incoming APDU (10 bytes):\n\n41 42 43 44 45 46 47 48 90 00 ABCDEFGH..\n\n",
            Format::Opensc,
        ),
    ] {
        assert_eq!(said_in(&whole(log, format)), plain, "{log}");
    }
    let atr = "ATR=3B F8 13 00 00 81 31 FE 45 4A 43 4F 50 76 32 34    ;.....1.EJCOPv24\n\
        31 B7                                              1.\n=> 00 B0 00 00 00   .....\n (1 usec)\n<= 90 00   ..\n";
    assert!(whole(atr, Format::Arrows).contains("atr 3B F8 13 00 00 81 31 FE 45 4A 43 4F 50 76 32 34 31 B7\n"));
    let gpshell = "establish_context\nsend_apdu\nCommand --> 00B0000008\nWrapped command --> 00B0000008\n\
        Response <-- 41424344454647489000\nsend_APDU() returns 0x80209000 (9000: Success. No error.)\n";
    assert_eq!(said_in(&whole(gpshell, Format::Gpshell)), plain);
}

#[test]
fn an_answer_to_a_get_response_that_the_log_does_not_show_is_named() {
    let log = "DBG:   PCSC_data: 00 A4 04 00 02 3F 00\nDBG:  response: sw=6104  datalen=0\n\
        DBG:     more: sw=9000  datalen=4\nDBG:     dump: 01020304\nDBG:   PCSC_data: 00 84 00 00 00\nDBG:  response: sw=6D00  datalen=0\n";
    let imported = import(log, Format::Scdaemon);
    assert_eq!(said_in(&imported.text), "> 00 A4 04 00 02 3F 00\n< 61 04\n> 00 84 00 00 00\n< 6D 00\n");
    assert!(imported.unread.iter().any(|unread| unread.line == 3), "{:?}", imported.unread);
}

#[test]
fn bytes_in_what_a_program_says_besides_are_named() {
    let pcscd = "00003955 APDU: 00 84 00 00 02 \n00086048 SW: 41 42 90 00 \n";
    let place = "00000012 winscard.c:1:SCardTransmit() ";
    for bytes in ["sent 00 B0 00 00 02", "00 B0 00 00", "got 6A 82", "data: 00 D6 00 00 02 11", "41 42 6A 82"] {
        let unread = import(&format!("{pcscd}{place}{bytes}\n"), Format::Pcscd).unread;
        assert_eq!(unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [3], "{bytes}");
    }
    for said in ["Attempting Connect to Foo 00 00", "Active Contexts: 2", "Card inserted", "thread 12 ends"] {
        assert_eq!(import(&format!("{pcscd}{place}{said}\n"), Format::Pcscd).unread, [], "{said}");
    }
    let scdaemon = "scdaemon[7] DBG:   PCSC_data: 00 84 00 00 02\nscdaemon[7] DBG:  response: sw=9000  datalen=2\n\
        scdaemon[7] DBG:     dump: 4142\n";
    for bytes in ["PCSC_data 00 B0 00 00 02", "x 6A 82", "x 00 B0 00 00"] {
        let unread = import(&format!("{scdaemon}scdaemon[7] DBG: {bytes}\n"), Format::Scdaemon).unread;
        assert_eq!(unread.iter().map(|unread| unread.line).collect::<Vec<_>>(), [4], "{bytes}");
    }
}

#[test]
fn what_is_left_of_a_cut_line_of_scriptor_is_named() {
    let log = "> 00 A4 02 00 02 C4 4E\n< 90 00 : Normal processing.\n00 B0 09 4B 02\n> 00 B0 09 4B 02\n< 77 44 90 00 : Normal processing.\n";
    assert_eq!(named(log), [0; 0]);
    for cut in ["00 : Normal processing.\n", "90 00 : Normal processing.\n", "A4 90 00 : Normal processing.\n"] {
        assert_eq!(named(&format!("{cut}{log}")), [1], "{cut}");
    }
}

#[test]
fn an_answer_longer_than_its_command_asks_for_is_named() {
    for (command, answer) in [("=> ", "<= "), ("APDU: ", "SW: "), ("> ", "< ")] {
        let log = |le, data| format!("{command}00 C0 00 00 {le}\n{answer}{data} 90 00\n");
        assert_eq!(named(&log("04", "11 22 33 44 55 66 77")), [2]);
        assert_eq!(named(&log("00", "11 22 33 44 55 66 77")), [0; 0]);
    }
    let table = "command,response\n00C0000001,41429000\n00C0000002,41429000\n";
    assert_eq!(named(table), [2]);
}

#[test]
fn signs_for_hidden_bytes_stand_for_some() {
    for log in [
        "A>> T=1 (4+0001)  ... 00D6B15E 01 41\nA<< (0000+2) (47ms) 6982\n",
        "A>> T=1 (4+0001) 00D6B15E 01 ... 41\nA<< (0000+2) (47ms) 6982\n",
        "=>  ... 00-C0-00-00-02\n<= 41-42-90-00\n",
        "=> 00 D6 00 00 02 41 ... 42\n<= 90 00\n",
        "=> 00 D6 00 00 02 41 ... 42 00\n<= 90 00\n",
        "=> 00 C0 00 00 02 ...\n<= 41 42 90 00\n",
    ] {
        assert_eq!(named(log), [1], "{log}");
    }
    for log in [
        "A>> T=1 (4+0000) 00C00000 02\nA<< (0002+2) (47ms) 41 ... 42 9000\n",
        "=> 00 C0 00 00 00\n<= 26 0E 7F 90 ... 00\n",
        "=> 00 C0 00 00 02\n<= 26 0E ... 90 00\n",
        "=> 00 C0 00 00 00\n<= 90 00 ...\n",
    ] {
        assert_eq!(named(log), [2], "{log}");
    }
    for log in [
        "A>> T=1 (4+0004) 00200081 04 [hidden]\nA<< (0000+2) (47ms) 9000\n",
        "=> 00 20 00 81 04 ...\n<= 90 00\n",
        "=> 00 C0 00 00 00\n<= 41 ... 42 90 00\n",
    ] {
        assert_eq!(named(log), [0; 0], "{log}");
    }
}
