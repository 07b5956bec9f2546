//! Programs whose output people post. The samples were made with the programs themselves; what was not at hand is in
//! their form, with invented bytes.

use super::{parse, whole};
use crate::trace::convert::{Format, import};

const OPENSC_TOOL: &str = include_str!("../../../../fixtures/traces/samples/sample.opensc-tool-0.23.0.txt");
const PYSCARD: &str = include_str!("../../../../fixtures/traces/samples/sample.pyscard-2.0.5.txt");
const APDU: &str = include_str!("../../../../fixtures/traces/samples/sample.virtuale-apdu.txt");
const VICC: &str = include_str!("../../../../fixtures/traces/samples/sample.vicc-3.3.txt");

const READER: &str = "virtuale-trace 1\n# reader: Virtuale 00 00\n";
const NO_READER: &str = "virtuale-trace 1\n# reader: not named in the log\n";
const FCP: &str = "62 1C 80 02 01 00 82 01 01 83 02 D0 01 88 01 10 A1 09 8C 07 7B FF FF FF FF E1 00 8A 01 05 90 00";
const NAME: &str = "65 1F 80 06 4D 41 52 54 49 4E 81 07 43 41 4D 49 90 00";

#[test]
fn opensc_tool_at_work() {
    let text = whole(OPENSC_TOOL, Format::OpenscTool);
    let start =
        format!("{READER}> 00 A4 04 00 00\n< 6A 82\n> 00 A4 02 00 02 D0 01 00\n< {FCP}\n> 00 B0 00 00 7C\n< 65 1F");
    assert!(text.starts_with(&start), "{text}");
    let last = text.lines().last().unwrap_or_default();
    assert_eq!(last.split(' ').count(), 1 + 0x7C + 2, "all of the rows");
    assert!(last.ends_with("31 39 30 37 90 00"));
    // What people post has often lost the column, and wraps commands.
    let bare =
        "Sending: 00 87 11 90 06 7C 04\n   82 00 85 00\nReceived (SW1=0x90, SW2=0x00):\n61 11 4F 06 00\n00 03 08\n";
    assert!(
        whole(bare, Format::OpenscTool)
            .ends_with("> 00 87 11 90 06 7C 04 82 00 85 00\n< 61 11 4F 06 00 00 03 08 90 00\n")
    );
}

#[test]
fn opensc_tool_loses_no_row() {
    let begin = "Sending: 00 B0 00 00 00\nReceived (SW1=0x90, SW2=0x00):\n";
    let row = "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F ................\n";
    let lines = |log: String| -> Vec<usize> {
        let imported = import(&log, Format::OpenscTool);
        parse(&imported);
        imported.unread.iter().map(|unread| unread.line).collect()
    };
    assert!(lines(format!("{begin}{row}")).is_empty());
    // Behind a line of another program nothing is open.
    assert_eq!(lines(format!("{begin}{row}Using something\n03 04 05 06 07 08 ......\n")), [5]);
    assert_eq!(lines(begin.to_owned()), [2], "the colon announces data");
    let lost = format!("{begin}{}41 A\n", row.replacen("..", "{.", 1).replacen("00", "7B", 1).replacen("01", "47", 1));
    assert_eq!(lines(lost), [2, 3, 4], "a column that was damaged, and what is behind it");
    for damaged in
        ["0       .", "G0      .", "4       k", "7F 00   ....", "00G00   ..", "7F 7F 00 ..", "7F 00 3E .. .G>"]
    {
        assert_eq!(lines(format!("{begin}{row}{damaged}\n")), [4], "{damaged}");
    }
    for damaged in ["SW2=0x0", "SW2=0x", "SW2=0x000", "SW=0x00"] {
        assert!(!lines(format!("{}{row}", begin.replace("SW2=0x00", damaged))).is_empty(), "{damaged}");
    }
    for prefix in ["2026-11-28T08:00:36+0100 host app[2811]: ", "Nov 28 08:00:36 host app[2811]: ", "card-1  | "] {
        let log: String = format!("{begin}{row}02 03 ..\n").lines().map(|line| format!("{prefix}{line}\n")).collect();
        assert!(lines(log.clone()).is_empty(), "{prefix}");
        let (whole, last) = log.rsplit_once(prefix).expect("a prefix");
        let damaged = prefix.replacen([']', '|'], "", 1);
        assert_eq!(lines(format!("{whole}{damaged}{last}")), [4], "{damaged}");
    }
}

#[test]
fn a_row_of_a_dump_behind_a_damaged_prefix_is_named() {
    let prefix = "Nov 28 08:00:36 host app[2811]: ";
    let log = format!("{prefix}> 00 B0 00 00 04\n{prefix}< 41 42 43\n{prefix}44 90 00\n");
    assert_eq!(import(&log, Format::Angles).unread, []);
    let damaged = format!("{prefix}> 00 B0 00 00 04\n{prefix}< 41 42 90 00\nNov 28 08:00:36 host app[2811: 90 00\n");
    let lines: Vec<usize> = import(&damaged, Format::Angles).unread.iter().map(|unread| unread.line).collect();
    assert_eq!(lines, [3]);
    for (right, wrong) in [("08:00:36] 44", "08:00:36 44"), ("[08:00:36] 44", "20-G1-28 44")] {
        let log = "[08:00:36] > 00 B0 00 00 04\n[08:00:36] < 41 42 43\n[08:00:36] 44 90 00\n".replace(right, wrong);
        let lines: Vec<usize> = import(&log, Format::Angles).unread.iter().map(|unread| unread.line).collect();
        assert_eq!(lines, [3], "{log}");
    }
}

#[test]
fn pyscard_at_work() {
    let expected = format!(
        "{READER}> 00 A4 04 00 00\n< 6A 82\n> 00 A4 02 00 02 D0 01 00\n< 61 1E\n> 00 C0 00 00 1E\n< {FCP}\n> 00 B0 00 00 10\n< {NAME}\n"
    );
    assert_eq!(whole(PYSCARD, Format::Angles), expected);
    let old = "connecting to R 00\n> 00 A4 04 00\n<  [] 90 0\n> 00 84 00 00 02\n< 01 02 90 0\n";
    assert!(whole(old, Format::Angles).ends_with("> 00 A4 04 00\n< 90 00\n> 00 84 00 00 02\n< 01 02 90 00\n"));
    let two =
        "connecting to A\nconnecting to B\n> 00 A4 04 00\n< 90 00\ndisconnecting from A\n> 00 A4 04 00\n< 90 00\n";
    let imported = import(two, Format::Angles);
    parse(&imported);
    assert_eq!(imported.unread.len(), 1);
    assert!(imported.text.contains("slot not-told\n> 00 A4 04 00\n< 90 00\nslot B\n> 00 A4"), "{}", imported.text);
}

#[test]
fn old_pyscard_without_a_line_about_its_reader() {
    let log = "> 00 A4 04 00 00\n<  6F 00 90 0 \n> 00 B0 00 00 01\n<  55 6C 5 \n";
    assert!(whole(log, Format::Angles).ends_with("> 00 A4 04 00 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 55 6C 05\n"));
}

#[test]
fn our_own_conversations_at_a_terminal() {
    let log = "Script started on 2026-11-29 12:10:10+00:00 [TERM=\"xterm\"]\r\n\
        write a command in hexadecimal, such as 00 A4 04 00, or reset; quit or Ctrl-D ends\r\n\
        \u{1B}[?2004h\u{1B}[?2026h\r\u{1B}[Kapdu> \r\u{1B}[6C\u{1B}[?2026l00 B0 82 00 02 # read\u{1B}[?2004l\r\n\
        > 00 B0 82 00 02  # READ BINARY of file 2, at 0\r\n< 65 11 9000  # done\r\n\
        #   IDENTITE (3F00/D001), bytes 0..2\r\n#         0..33  beneficiaire 1 (in part)\r\n\
        \u{1B}[?2004h\u{1B}[?2026h\r\u{1B}[Kapdu> \r\u{1B}[6C\u{1B}[?2026lreset\u{1B}[?2004l\r\n\
        reset  # ATR 3B 75 13 00 00 44 09 EA 90 00\r\n\
        \u{1B}[?2004h\u{1B}[?2026h\r\u{1B}[Kapdu> \r\u{1B}[6C\u{1B}[?2026lbad\u{1B}[?2004l\r\n\
        \"bad\" has an odd number of digits\r\nScript done on 2026-11-29 12:10:11+00:00 [COMMAND_EXIT_CODE=\"0\"]\r\n";
    let expected = format!("{NO_READER}atr 3B 75 13 00 00 44 09 EA 90 00\n> 00 B0 82 00 02\n< 65 11 90 00\nreset\n");
    assert_eq!(whole(log, Format::Angles), expected);
}

#[test]
fn our_own_conversations() {
    let expected = format!(
        "{NO_READER}atr 3B 75 13 00 00 44 09 EA 90 00\n> 00 A4 04 00 00\n< 6A 82\nreset\n> 00 A4 02 00 02 D0 01 00\n< 61 1E\n\
         > 00 C0 00 00 1E\n< {FCP}\n> 00 B0 00 00 10\n< {NAME}\n"
    );
    assert_eq!(whole(APDU, Format::Angles), expected);
    // In a terminal a command stands there twice.
    let typed = "apdu> 00 A4 04 00\n> 00 A4 04 00  # SELECT the first application\n< 6A82  # file or application not found\napdu> ";
    assert!(whole(typed, Format::Angles).ends_with("> 00 A4 04 00\n< 6A 82\n"));
}

#[test]
fn a_status_word_in_brackets() {
    let log = "> 00 A4 04 00 00\n< 6F 00 [9000]\n> 00 B0 00 00 01\n< [69 82]\n";
    assert!(whole(log, Format::Angles).ends_with("> 00 A4 04 00 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 69 82\n"));
    let twice = import("> 00 A4 04 00 00\n< 6F 00 90 00 [90 00]\n", Format::Angles);
    assert_eq!(twice.unread.len(), 1, "data that end so, or said twice: nobody knows");
}

#[test]
fn vicc_at_work() {
    let challenge = "54 2E D6 A5 96 BE 65 E5 90 00";
    let expected = format!(
        "{NO_READER}> 00 A4 00 0C 02 3F 00\n< 90 00\n> 00 84 00 00 08\n< {challenge}\n> 00 20 00 81 04 31 32 33 34\n< 90 00\n\
         > 00 B0 00 00 04\n< 69 86\n"
    );
    assert_eq!(whole(VICC, Format::Arrows), expected);
    let cut = VICC.replace("  0000:  54 2E D6 A5 96", "  0000:  54 2E D6 A5");
    assert_eq!(import(&cut, Format::Arrows).unread.len(), 1, "its length is told");
}

#[test]
fn gscriptor_prints_rows_and_meanings() {
    let row: Vec<String> = (0..16).map(|byte| format!("{byte:02X}")).collect();
    let row = row.join(" ");
    let log = format!(
        "Beginning script execution...\n\nSending: 00 B0 00 00 10 \nReceived: {row} \n90 00 \nNormal processing.\n\n\
         Sending: 00 A4 04 00 \nReceived: 61 23 \n0x23 bytes of response still available.\n\nScript was executed without error...\n"
    );
    let expected = format!("{NO_READER}> 00 B0 00 00 10\n< {row} 90 00\n> 00 A4 04 00\n< 61 23\n");
    assert_eq!(whole(&log, Format::Arrows), expected);
}

#[test]
fn jcshell_prints_rows_with_text() {
    let log = "cm>  /select |RSAApp\n => 00 A4 04 00 06 52 53 41 41 70 70 00                .....RSAApp.\n (381956 nsec)\n \
         <= 90 00                                              ..\nStatus: No Error\ncm>  /send 00D00000\n \
         => 00 D0 00 00                                        ....\n (1217 usec)\n \
         <= 02 7C E5 76 07 45 BC B3 D0 8B 03 FB E6 1E 7C 79    .|.v.E........|y\n    \
            55 24 6E 15 90 00                                  U$n...\nStatus: No Error\n";
    let expected = format!(
        "{NO_READER}> 00 A4 04 00 06 52 53 41 41 70 70 00\n< 90 00\n> 00 D0 00 00\n\
         < 02 7C E5 76 07 45 BC B3 D0 8B 03 FB E6 1E 7C 79 55 24 6E 15 90 00\n"
    );
    assert_eq!(whole(log, Format::Arrows), expected);
}

#[test]
fn an_arrow_in_the_column_of_text_is_no_mark() {
    let log = " => 00 B0 00 00 06                .....\n <= 3D 3E 3C 3D                   =><=\n    3D 3E 90 00                   =>..\n";
    assert_eq!(whole(log, Format::Arrows), format!("{NO_READER}> 00 B0 00 00 06\n< 3D 3E 3C 3D 3D 3E 90 00\n"));
}

#[test]
fn gp_counts_its_bytes() {
    let log = "GlobalPlatformPro v25\n# Detected readers from JNA2PCSC\n[*] Virtuale 00 00\n\
        SCardConnect(\"Virtuale 00 00\", T=*) -> T=1, 3B8080\nSCardBeginTransaction(\"Virtuale 00 00\")\n\
        A>> T=1 (4+0004) 00A40400 04 D2500000\nA<< (0002+2) (17ms) 6F00 9000\nA>> T=1 (4+0000) 00A40400 00\nA<< (0000+2) (8s378ms) 6A88\n\
        [TRACE] GlobalPlatform -  [84] A000000151000000\nSCardEndTransaction()\nSCardDisconnect(\"Virtuale 00 00\", true) tx:9/rx:6\n";
    let expected = format!(
        "{}atr 3B 80 80\nprotocol T=1\n> 00 A4 04 00 04 D2 50 00 00\n< 6F 00 90 00\n> 00 A4 04 00 00\n< 6A 88\n",
        READER
    );
    assert_eq!(whole(log, Format::Gp), expected);
    for (right, damaged) in
        [("D2500000", "D25000"), ("6F00 9000", "6F 9000"), ("(0002+2)", "(0002"), ("04 D25", "04 D5")]
    {
        assert!(!import(&log.replace(right, damaged), Format::Gp).unread.is_empty(), "{damaged}");
    }
}

#[test]
fn gpshell_sends_what_was_wrapped() {
    let log = "enable_trace\nestablish_context\ncard_connect\n* reader name Virtuale 00 00\nselect -AID 010203040506\n\
        Command --> 00A4040006010203040506\nWrapped command --> 00A4040006010203040506\nResponse <-- 9000\n\
        Unwrapped response <-- 9000\nget_status -element 20\nCommand --> 80F22002024F0000\n\
        Wrapped command --> 84F220020A4F00112233445566\n7788\n00\nResponse <-- 01029000\nUnwrapped response <-- 029000\n\
        Command --> 80CA006600\nWrapped command --> 80CA006600\nResponse <-- 6A88\nget_status() returns 0x80206A88\n";
    let expected = format!(
        "{NO_READER}> 00 A4 04 00 06 01 02 03 04 05 06\n< 90 00\n# the command before it was wrapped: 80 F2 20 02 02 4F 00 00\n\
         > 84 F2 20 02 0A 4F 00 11 22 33 44 55 66 77 88 00\n< 01 02 90 00\n# the answer without its wrapping: 02 90 00\n\
         > 80 CA 00 66 00\n< 6A 88\n"
    );
    assert_eq!(whole(log, Format::Gpshell), expected);
}

#[test]
fn gpshell_names_a_command_that_is_cut() {
    let log = "Wrapped command --> 84F220020A4F00112233445566778800\nResponse <-- 9000\n";
    assert_eq!(whole(log, Format::Gpshell).lines().last(), Some("< 90 00"));
    let joined = "Command --> 8001020300=Wrapped command --> 00B0000001\nResponse <-- 9000\n";
    assert!(!import(joined, Format::Gpshell).unread.is_empty());
    for sign in ["=", "~", "."] {
        let cut = log.replace("4F001122", &format!("4F{sign}1122"));
        let unread = import(&cut, Format::Gpshell).unread;
        assert_eq!(unread.first().map(|unread| unread.why.as_str()), Some("not only bytes behind the mark"), "{sign}");
    }
}

#[test]
fn tables_and_lines_of_json() {
    let expected = format!("{NO_READER}> 00 A4 04 00 00\n< 6F 00 90 00\n> 00 B0 00 00 01\n< 69 82\n");
    for (log, format) in [
        ("time;Command;Response\n1;00A4040000;6F009000\n2;00 B0 00 00 01;69 82\n", Format::Csv),
        ("time,C-APDU,R-APDU,SW\n1,\"00,A4,04,00,00\",6F00,9000\n2,00B0000001,,6982\n", Format::Csv),
        ("no\tdirection\tdata\n1\ttx\t00A4040000\n2\trx\t6F009000\n3\tTX\t00B0000001\n4\tRX\t6982\n", Format::Csv),
        ("command,response\n\"00A404\n0000\",6F009000\n00B0000001,6982\n", Format::Csv),
        (
            "{\"command\":\"00A4040000\",\"response\":\"6F009000\"}\n{\"command\":[0,176,0,0,1],\"sw\":\"6982\"}\n",
            Format::JsonLines,
        ),
        (
            "{\"t\":1,\"dir\":\"out\",\"hex\":\"00a4040000\"}\n{\"dir\":\"in\",\"hex\":\"6f009000\"}\n\
             {\"dir\":\"out\",\"hex\":\"00b0000001\"}\n{\"dir\":\"in\",\"hex\":\"6982\"}\n",
            Format::JsonLines,
        ),
    ] {
        assert_eq!(whole(log, format), expected, "{log}");
    }
    for (log, format, count) in [
        ("command,response\n00A40400,9000\n00B0000001\n", Format::Csv, 2),
        ("command,response\n00A404,90\n", Format::Csv, 2),
        ("command,response\n00A40400,9000 then 61\n", Format::Csv, 1),
        ("direction,data\ntx,00A40400\nboth,9000\n", Format::Csv, 2),
        ("{\"command\":\"00A40400\",\"response\":\"9000\"}\n{\"command\":\"00A40400\"\n", Format::JsonLines, 1),
        ("{\"command\":[0,164,4,256],\"response\":\"9000\"}\n", Format::JsonLines, 1),
    ] {
        let imported = import(log, format);
        parse(&imported);
        assert_eq!(imported.unread.len(), count, "{log}: {:?}", imported.unread);
    }
    let readers = "reader,command,response\nA 00,00A40400,9000\nB 00,00A40400,6A82\n";
    assert!(whole(readers, Format::Csv).contains("slot B-00\n> 00 A4 04 00\n< 6A 82\n"));
}

#[test]
fn a_container_that_keeps_lines_as_json() {
    let lines = ["00000019 APDU: 00 A4 04 00 \\n", "00000020 SW: 90 00 \\n"];
    let log: String =
        lines.iter().map(|line| format!("{{\"log\":\"{line}\",\"stream\":\"stdout\",\"time\":\"x\"}}\n")).collect();
    assert_eq!(whole(&log, Format::Pcscd), format!("{NO_READER}> 00 A4 04 00\n< 90 00\n"));
}

#[test]
fn a_command_in_a_line_of_another_kind_is_named() {
    let lost = [
        "sent 00D6000008AABBCCDDEEFF0011",
        "[cmd] 00D6000008AABBCCDDEEFF0011",
        "Transmit(00B0000000) = 01020304059000",
        "90 00=> 00 B0 00 00 00\n<= 61 1D",
        "10 11 12 13 90 00=> 00 B0 00 00 00\n<= 61 1D",
    ];
    for line in lost {
        let log = format!("=> 00 A4 04 00 00\n<= 90 00\n{line}\n");
        let lines: Vec<usize> = import(&log, Format::Arrows).unread.iter().map(|unread| unread.line).collect();
        assert_eq!(lines, [3], "{line}");
    }
    let log = "00000019 APDU: 00 A4 04 00 00\n00000100 SW: 90 00\n00000020 APDU=00D6000008AABBCCDDEEFF0011\n";
    assert_eq!(import(log, Format::Pcscd).unread.len(), 1);
    let record = "{\"command\":\"00B0000000\",\"answer\":\"9000\",\"msg\":\"sent 00D6000008AABBCCDDEEFF0011\"}\n";
    assert_eq!(import(record, Format::JsonLines).unread.len(), 1);
}
