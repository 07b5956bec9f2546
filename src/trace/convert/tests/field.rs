//! Shapes of logs from the field, one test for each kind.

use super::{parse, whole};
use crate::trace::convert::{Format, import};

/// The lines of a trace behind the reader's.
fn dialogue(text: &str) -> &str {
    text.split_once("in the log\n").map_or(text, |(_, dialogue)| dialogue)
}

/// What a log that is wholly understood says.
#[track_caller]
fn said(log: &str, format: Format) -> String {
    dialogue(&whole(log, format)).to_owned()
}

/// The lines that were not understood, with what is wrong.
fn unread(log: &str, format: Format) -> Vec<(usize, String)> {
    let imported = import(log, format);
    parse(&imported);
    for unread in &imported.unread {
        let comment = format!("# line {} of the log was not understood: {}", unread.line, unread.why);
        assert!(imported.text.contains(&comment), "{}", imported.text);
    }
    imported.unread.into_iter().map(|unread| (unread.line, unread.why)).collect()
}

/// Bytes from `from` on.
fn hex(range: std::ops::Range<u8>, between: &str) -> String {
    range.map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between)
}

#[test]
fn rows_of_sixteen_bytes_with_a_column_of_text() {
    let log = "=> 00 B0 00 00 20                                      ....\n\
        <= 00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F    ................\n    \
            10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F    ................\n    \
            90 00                                              ..\n";
    let expected = format!("> 00 B0 00 00 20\n< {} 90 00\n", hex(0..32, " "));
    assert_eq!(said(log, Format::Arrows), expected);
    // Of a command too, without a column, and with one that begins with a letter.
    let log = "=> 00 D6 00 00 14 41 42 43 44 45 46 47 48 49 4A 4B    .....ABCDEFGHIJK\n   \
               4C 4D 4E 4F 50 51 52 53 54                         LMNOPQRST\n(1217 usec)\n<= 90 00  ..\nStatus: No Error\n";
    assert_eq!(said(log, Format::Arrows), format!("> 00 D6 00 00 14 {}\n< 90 00\n", hex(0x41..0x55, " ")));
    let log = "<- 90 00\n-> 00 B0 00 00 12\n<- 00 01 02 03 04 05 06 07\n\n   08 09 0A 0B 0C 0D 0E 0F\n   10 11 90 00\n";
    assert_eq!(unread(log, Format::Arrows), [(1, "an answer without a command".to_owned())]);
    assert!(import(log, Format::Arrows).text.contains(&format!("< {} 90 00\n", hex(0..18, " "))));
}

#[test]
fn bytes_joined_by_other_signs() {
    for command in
        ["00-A4-04-00-00", "00,A4,04,00,00", "0x00 0xA4 0x04 0x00 0x00", "00:a4:04:00:00", "0x0,0xA4,0x4,0x0,0x0"]
    {
        let log = format!("=> {command}\n<= 0x90 0x00\n");
        assert_eq!(said(&log, Format::Arrows), "> 00 A4 04 00 00\n< 90 00\n", "{command}");
    }
    let lost = "=> 0x00,0xA4,0x4,0x00,0x00\n<= 0x90 0x00\n";
    assert_eq!(unread(lost, Format::Arrows).len(), 1, "no program prints some bytes in full and some not");
}

#[test]
fn a_backslash_at_the_end_of_the_column_is_a_byte() {
    let log = "=> 00 B0 00 00 02   .....\n<= 61 5C 90 00   a\\..\n=> 00 B0 00 00 00   .....\n<= 7F 61 5C   .a\\\n";
    assert_eq!(said(log, Format::Arrows), "> 00 B0 00 00 02\n< 61 5C 90 00\n> 00 B0 00 00 00\n< 7F 61 5C\n");
}

#[test]
fn scdaemon_answers_a_command_once() {
    let command = "DBG:   PCSC_data: 00B0000001\nDBG:  response: sw=9000  datalen=1\nDBG:     dump: 41\n";
    for lost in ["DBG:  response: sw=9000  datalen=1\n", "DBG:     dump: 42\n"] {
        assert_eq!(unread(&format!("{command}{lost}"), Format::Scdaemon).len(), 1, "{lost}");
    }
}

#[test]
fn lines_that_a_paste_wrapped() {
    let expected = format!("> 00 D6 00 00 14 {}\n< 69 82\n", hex(0..20, " "));
    let (first, second) = (hex(0..11, " "), hex(11..20, " "));
    let wrapped = format!("APDU: 00 D6 00 00 14 {first}\n{second} \nSW: 69 82\n");
    assert_eq!(said(&wrapped, Format::Pcscd), expected);
    let timed = format!("00000019 APDU: 00 D6 00 00 14 {first} 0\nB {} \n00000020 SW: 69 82 \n", hex(12..20, " "));
    assert_eq!(said(&timed, Format::Pcscd), expected, "in the middle of a byte");
    let arrows = format!("=> 00D6000014{}\n{}\n<= 6982\n", hex(0..11, ""), hex(11..20, ""));
    assert_eq!(said(&arrows, Format::Arrows), expected);
    let cut = format!("APDU: 00 D6 00 00 14 {first}\nSW: 69 82\n");
    assert_eq!(unread(&cut, Format::Pcscd).len(), 1, "Lc says that bytes are missing");
}

#[test]
fn opensc_on_two_readers() {
    let log = "P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_connect: called\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:refresh_attributes: Lecteur 00 00 check\n\
        P:1; T:0x2 08:00:00.1 [t] card.c:1:match_atr_table: ATR     : 3b:00\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_connect: called\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:refresh_attributes: Lecteur 01 00 check\n\
        P:1; T:0x2 08:00:00.1 [t] card.c:1:match_atr_table: ATR     : 3b:01:02\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: reader 'Lecteur 00 00'\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: \nOutgoing APDU (4 bytes):\n00 A4 04 00 ....\n\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: \nIncoming APDU (2 bytes):\n90 00 ..\n\n\
        P:1; T:0x2 08:00:00.1 [t] reader-pcsc.c:1:pcsc_transmit: reader 'Lecteur 01 00'\n\
        Outgoing APDU (4 bytes):\n00 84 00 00 ....\n\nIncoming APDU (2 bytes):\n6A 82 j.\n";
    let expected = "virtuale-trace 1\nslot Lecteur-00-00\n# reader: Lecteur 00 00\natr 3B 00\nslot Lecteur-01-00\n\
        # reader: Lecteur 01 00\natr 3B 01 02\nslot Lecteur-00-00\n> 00 A4 04 00\n< 90 00\nslot Lecteur-01-00\n\
        > 00 84 00 00\n< 6A 82\n";
    assert_eq!(whole(log, Format::Opensc), expected);
}

#[test]
fn opensc_on_windows_and_of_old() {
    let expected = "virtuale-trace 1\n# reader: Lecteur 0\natr 3B 75 13\n> 00 A4 08 00 02 2F 00 00\n< 6A 86\n";
    let windows = "2026-11-21 21:05:00.491 [cardmod] reader-pcsc.c:458:pcsc_connect: called\n\
        2026-11-21 21:05:00.491 Lecteur 0 check\n2026-11-21 21:05:00.492 ATR     : 3b:75:13\n\
        2026-11-21 21:05:00.492 ATR try : 3B:7F:96:00:00:00:31:B9:64:40:70:14\n\
        2026-11-21 21:05:00.492 reader 'Lecteur 0'\n2026-11-21 21:05:00.493 \n\
        Outgoing APDU data [    8 bytes] =====================================\n00 A4 08 00 02 2F 00 00 ...../..\n\
        ======================================================================\n2026-11-21 21:05:00.519 \n\
        Incoming APDU data [    2 bytes] =====================================\n6A 86 j.\n\
        ======================================================================\n";
    assert_eq!(whole(windows, Format::Opensc), expected);
    let newer = windows.replace("2026-11-21 ", "P:9244; T:10324 2026-11-21 ");
    assert_eq!(whole(&newer, Format::Opensc), expected);
    let indented: String = windows.lines().map(|line| format!("    {line}\r\n")).collect();
    assert_eq!(whole(&indented, Format::Opensc), expected);
    let threads = "0x7fb2c69d5700 12:16:26.920 [opensc-tool] reader-pcsc.c:251:pcsc_transmit: reader 'Lecteur 0'\n\
        0x7fb2c69d5700 12:16:26.920 [opensc-tool] apdu.c:187:sc_apdu_log: \n\
        Outgoing APDU data [    5 bytes] =====================================\n80 14 05 00 00 .....\n\
        ======================================================================\n\
        0x7fb2c69d5700 12:16:26.922 [opensc-tool] apdu.c:187:sc_apdu_log: \n\
        Incoming APDU data [    2 bytes] =====================================\n95 40 .@\n";
    assert!(whole(threads, Format::Opensc).ends_with("# reader: Lecteur 0\n> 80 14 05 00 00\n< 95 40\n"));
}

#[test]
fn an_answer_that_was_longer_than_its_buffer() {
    let log = "1@>|0|0|SCardTransmit\n1@0x1\n1@0x2\n1@0x10\n1@0x00000005\n1@00 B0 00 00 00\n1@0x2\n1@0x8\n1@0x00000102\n\
        1@NULL\n1@<|0|0|SCardTransmit|0x80100008\n";
    let expected =
        "> 00 B0 00 00 00\n# the answer of 258 bytes was longer than the buffer for it, and is not in the log\n";
    assert_eq!(said(log, Format::Spy), expected);
    let refused = log.replace("0x80100008", "0x80100068");
    let expected = "# a command that was not sent, SCardTransmit gave 0x80100068: 00 B0 00 00 00\n";
    assert_eq!(said(&refused, Format::Spy), expected);
}

#[test]
fn scdaemon_of_gnupg_2_4() {
    let (first, second) = (hex(0..32, "").to_lowercase(), hex(32..40, "").to_lowercase());
    let expected = format!("> 00 B0 00 00 28\n< {} 90 00\n", hex(0..40, " "));
    for before in ["", "2026-11-22 08:36:14 scdaemon[7] DBG: "] {
        let log = format!(
            "{before}PCSC_data: 00b0000028\n{before} response: sw=9000  datalen=40\n{before}     dump: {first} \\\n{before}      {second}\n"
        );
        assert_eq!(said(&log, Format::Scdaemon), expected);
    }
    let hidden = "DBG: PCSC_data: 0020008104 [hidden]\nDBG:  response: sw=9000  datalen=0\n\
        DBG: PCSC_data: 00CB000000\nDBG:  response: sw=9000  datalen=3\nDBG:     dump: [hidden]\n";
    assert_eq!(
        said(hidden, Format::Scdaemon),
        "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n> 00 CB 00 00 00\n< .. .. .. 90 00\n"
    );
    let command =
        format!("PCSC_data: 00D6000028{} \\\n{}\nresponse: sw=9000  datalen=0\n", hex(0..27, ""), hex(27..40, ""));
    assert_eq!(said(&command, Format::Scdaemon), format!("> 00 D6 00 00 28 {}\n< 90 00\n", hex(0..40, " ")));
    let cut = format!("PCSC_data: 00B0000028\nresponse: sw=9000  datalen=40\ndump: {first} \\\nnothing\n");
    assert_eq!(unread(&cut, Format::Scdaemon).len(), 1);
}

#[test]
fn two_cards_of_which_scdaemon_does_not_tell_which() {
    let log = "slot 0: ATR=3B 00\nslot 1: ATR=3B 01\nPCSC_data: 00 A4 04 00\nresponse: sw=9000  datalen=0\n";
    let why = "from here on there are cards in two slots, and the log does not tell which one a command goes to";
    let atr = "another answer to reset than before, and a trace has one of each slot: part the log above this line";
    assert_eq!(unread(log, Format::Scdaemon), [(2, atr.to_owned()), (2, why.to_owned())]);
}

#[test]
fn services_put_times_and_names_before_a_line() {
    let plain = ["APDU: 00 A4 04 00 00 ", "SW: 90 00 ", "APDU: 00 B0 00 00 04 ", "SW: 55 55 55 55 90 00 "];
    let expected = "> 00 A4 04 00 00\n< 90 00\n> 00 B0 00 00 04\n< 55 55 55 55 90 00\n";
    for before in [
        "Nov 28 08:00:36 host pcscd[2811]: 00000019 ",
        "2026-11-28T08:00:36+0100 host pcscd[2811]: 00000019 ",
        "2026-11-28T08:00:36.123456789Z ",
        "pcscd-1  | 00000019 ",
        "[2026-11-28 08:00:36] ",
        "    ",
    ] {
        let log: String = plain.iter().map(|line| format!("{before}{line}\n")).collect();
        assert_eq!(said(&log, Format::Pcscd), expected, "{before}");
        let mixed = format!("{}\n{before}{}\n00000001 {}\n{before}{}\n", plain[0], plain[1], plain[2], plain[3]);
        assert_eq!(said(&mixed, Format::Pcscd), expected, "{before}");
    }
}

#[test]
fn marks_of_byte_order_and_lines_of_windows() {
    for (log, format) in [
        ("\u{FEFF}=> 00 A4 04 00\r\n<= 90 00\r\n", Format::Arrows),
        ("\u{FEFF}APDU: 00 A4 04 00\r\nSW: 90 00\r\n", Format::Pcscd),
        ("\u{FEFF}Using T=0 protocol\r\n> 00 A4 04 00\r\n< 90 00 : Normal processing.\r\n", Format::Scriptor),
        ("\u{FEFF}PCSC_data: 00A40400\r\nresponse: sw=9000  datalen=0\r\n", Format::Scdaemon),
    ] {
        assert_eq!(said(log, format), "> 00 A4 04 00\n< 90 00\n");
    }
    assert_eq!(Format::detect("\u{FEFF}1@>|0|0|SCardTransmit\n"), Some(Format::Spy));
}

#[test]
fn a_pin_that_is_not_shown() {
    let expected = "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n";
    for pin in ["XX XX XX XX", "xxxxxxxx", ".. .. .. ..", "?? ?? ?? ??", "****", "[redacted]", "..."] {
        let log = format!("APDU: 00 20 00 81 04 {pin}\nSW: 90 00\n");
        assert_eq!(said(&log, Format::Pcscd), expected, "{pin}");
    }
}

#[test]
fn signs_and_remarks_that_stand_for_a_pin_are_no_remarks() {
    for pin in ["** ** ** **", "(PIN hidden)", "<4 bytes removed>", "{masked}"] {
        let log = format!("=> 00 20 00 81 04 {pin}\n<= 90 00\n");
        assert_eq!(said(&log, Format::Arrows), "> 00 20 00 81 04 .. .. .. ..\n< 90 00\n", "{pin}");
    }
    for pin in ["-- -- -- --", "## ## ## ##", "\u{2022}\u{2022}\u{2022}\u{2022}", "__ __ __ __", "<4 bytes>", "(PIN)"] {
        let log = format!("=> 00 20 00 81 04 {pin}\n<= 90 00\n");
        let lines: Vec<usize> = unread(&log, Format::Arrows).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1], "{pin}");
    }
}

#[test]
fn bytes_behind_the_marks_of_another_program_are_named() {
    let other = "=> 00B0000001\n<= 559000\n";
    for (log, format) in [
        ("-> 00A4040000\n<- 9000\n-> 00A4040000\n<- 9000\n", Format::Arrows),
        ("C-APDU: 00A4040000\nR-APDU: 9000\nC-APDU: 00A4040000\nR-APDU: 9000\n", Format::Arrows),
        ("APDU: 00 A4 04 00 00\nSW: 90 00\n", Format::Pcscd),
        ("Sending: 00 A4 04 00 00 \nReceived (SW1=0x90, SW2=0x00)\n", Format::OpenscTool),
        ("PCSC_data: 00A4040000\nresponse: sw=9000  datalen=0\n", Format::Scdaemon),
        ("Outgoing APDU (4 bytes):\n00 A4 04 00 ....\n\nIncoming APDU (2 bytes):\n90 00 ..\n\n", Format::Opensc),
        ("A>> T=1 (4+0000) 00A40400 00\nA<< (0000+2) (12ms) 9000\n", Format::Gp),
        ("> 00 A4 04 00 00\n< 90 00\n", Format::Angles),
    ] {
        let log = format!("{log}{other}");
        assert_eq!(Format::detect(&log), Some(format), "{log}");
        assert_eq!(unread(&log, format).len(), 2, "{log}");
    }
}

#[test]
fn a_status_word_on_a_line_of_its_own() {
    let expected = "> 00 B0 00 00 04\n< 01 02 03 04 90 00\n";
    for (data, status) in [
        ("01020304", "SW: 9000"),
        ("01020304", "SW1=90 SW2=00"),
        ("01020304", "Status Word = 0x9000"),
        ("01020304", "\u{C9}tat : 90 00"),
        ("01020304", "Statut : 9000"),
        ("01020304", "Mot d'\u{E9}tat : 9000"),
        ("010203049000", "SW: 9000"),
    ] {
        for log in [
            format!("C-APDU: 00B0000004\nR-APDU: {data}\n{status}\n"),
            format!("=> 00B0000004\n<= {data}\n   {status}\n"),
        ] {
            assert_eq!(said(&log, Format::Arrows), expected, "{log}");
        }
    }
    let before = unread("=> 00B0000004\n<= SW=9000, Data=01020304\n", Format::Arrows);
    assert!(before.iter().any(|(line, _)| *line == 2), "{before:?}");
}

#[test]
fn words_may_be_french() {
    let expected = "> 00 B0 00 00 01\n< 55 90 00\n";
    assert_eq!(said("Commande : 00B0000001\nR\u{E9}ponse : 559000\n", Format::Arrows), expected);
    assert_eq!(said("Envoi: 00 B0 00 00 01\nR\u{E9}ception: 55 90 00\n", Format::Arrows), expected);
    assert_eq!(said("Heure;Commande;R\u{E9}ponse\n8 h;00B0000001;559000\n", Format::Csv), expected);
}

#[test]
fn opensc_shows_keys_in_messages() {
    let group = "00".repeat(16);
    let row = format!("{group} {group} {group}\n");
    let apdu = "Outgoing APDU (4 bytes):\n00 A4 04 00 ....\n\nIncoming APDU (2 bytes):\n90 00 ..\n\n";
    let message = "P:1; T:0x2 08:00:00.1 [t] card.c:1:read_public_key: encoded public key: ";
    let log = format!("{apdu}{message}{row}{row}{group} 0203010001\n{apdu}");
    assert_eq!(said(&log, Format::Opensc).matches("> 00 A4 04 00\n< 90 00\n").count(), 2);
    let below = format!(
        "{apdu}P:1; T:0x2 08:00:00.1 [t] key.c:1:from_fields: from_fields() called: 0x55:98\n{row}{row}0001\n{apdu}"
    );
    assert_eq!(said(&below, Format::Opensc).matches("> 00 A4 04 00\n< 90 00\n").count(), 2);
    let stray = format!("{apdu}{message}{row}{group} 0203010001\n{group}\n{apdu}");
    assert_eq!(unread(&stray, Format::Opensc), [(9, "bytes that belong to no command and no answer".to_owned())]);
}

#[test]
fn lines_before_the_first_event_leave_comments() {
    assert_eq!(unread("SW: 90 00\nAPDU: 00 A4 04 00\nSW: 90 00\n", Format::Pcscd).len(), 1);
    let log = "<= 90 00\n=> 00 A4 04 00\n<= 90 00\n";
    let text = import(log, Format::Arrows).text;
    let start = "virtuale-trace 1\n# reader: not named in the log\n# line 1 of the log was not understood: ";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn one_client_of_pcscd_on_two_readers() {
    let connect = |reader: &str| {
        format!(
            "00000000 winscard_svc.c:361:ContextThread() Received command: CONNECT from client 8\n\
             00000000 winscard.c:258:SCardConnect() Attempting Connect to {reader} using protocol: 3\n"
        )
    };
    let send = "00000000 winscard_svc.c:361:ContextThread() Received command: TRANSMIT from client 8\n\
        00000000 APDU: 00 A4 04 00 \n00000000 SW: 90 00 \n";
    let disconnect = "00000000 winscard_svc.c:361:ContextThread() Received command: DISCONNECT from client 8\n";
    let both = connect("A 00 00") + &connect("B 00 01") + send + send;
    let why = "from here on the log does not tell which reader commands go to, they are in the slot not-told";
    assert_eq!(unread(&both, Format::Pcscd), [(6, why.to_owned())]);
    let text = import(&both, Format::Pcscd).text;
    assert!(text.contains("slot not-told\n# reader: one of several, the log does not tell which\n"), "{text}");
    let in_turn = connect("A 00 00") + send + disconnect + &connect("B 00 01") + send;
    let text = whole(&in_turn, Format::Pcscd);
    assert!(text.ends_with("slot A-00-00\n> 00 A4 04 00\n< 90 00\nslot B-00-01\n> 00 A4 04 00\n< 90 00\n"), "{text}");
    let refused = "00000000 winscard_svc.c:500:ContextThread() CONNECT for client 8, rv=SCARD_E_NO_SMARTCARD\n";
    let one_refused = connect("A 00 00") + &connect("B 00 01") + refused + send;
    assert!(whole(&one_refused, Format::Pcscd).contains("# reader: A 00 00\n> 00 A4 04 00\n"));
}

#[test]
fn what_is_never_normal_is_named() {
    for (log, line) in [
        ("=> 00 A4\n<= 90 00\n", 1),
        ("=> 00 A4 04 00 02 3F\n<= 90 00\n", 1),
        ("=> 00 A4 04 00\n<= 90\n", 2),
        ("=> 00 A4 04 00\n<= 00 00\n", 2),
        ("=> 00 A4 04 00\n<= 90 00\nnothing\n10 11 12 13  ....\n", 4),
        ("=> 00 A4 04 00\n<= 90 00\nread: 10 11 12 13 14\n", 3),
        ("=> 00 A4 04 00\n<= 90 00 (then 61 10)\n", 2),
        ("=> 00 A4 04 00\n<= 34 31 41\n", 2),
        ("=> 00 B0 00 00 04\n<= 01 02\nGG 04 05 06 90 00\n", 3),
    ] {
        let lines: Vec<usize> = unread(log, Format::Arrows).iter().map(|(line, _)| *line).collect();
        assert!(lines.contains(&line), "{log}: {lines:?}");
    }
}

#[test]
fn an_exchange_may_stand_in_one_line() {
    assert_eq!(said("1 => 00 A4 04 00 <= 90 00\n", Format::Arrows), "> 00 A4 04 00\n< 90 00\n");
}

#[test]
fn arrows_and_words_of_many_kinds() {
    let expected = "> 00 A4 04 00 00\n< 6F 00 90 00\n";
    for (command, answer) in [
        ("--> 00 A4 04 00 00", "<-- 6F 00 90 00"),
        ("-> 00A4040000", "<- 6F009000"),
        ("==> 00 A4 04 00 00", "<== 6F 00 90 00"),
        (">> 00A40400 00", "<< (12ms) 6F00 9000"),
        ("\u{2192} 00A4040000", "\u{2190} 6F009000"),
        ("C-APDU: 00 A4 04 00 00", "R-APDU: 6F 00 90 00"),
        ("capdu=00A4040000", "rapdu=6F009000"),
        ("Command APDU (5 bytes): 00A4040000", "Response APDU (4 bytes): 6F009000"),
        ("TX: 00A4040000", "RX: 6F00 [9000]"),
        ("TX: 00A4040000", "RX: 6F00 SW=9000"),
        ("Command -> 00 A4 04 00 00", "Response <- 6F 00 90 00"),
        ("Select --> 00 A4 04 00 00 (by name)", "<-- 6F 00 90 00 // done"),
        ("=> 00 A4 04 00 00", "<= 6F 00 [90 00]"),
    ] {
        assert_eq!(said(&format!("{command}\n{answer}\n"), Format::Arrows), expected, "{command}");
    }
}
