//! What the agency's library was seen to need of a CPS3, row by row, and where it is tested: each row has its bytes in
//! a scenario or golden trace, one line behind the other [RUN-CPS session, operations, files, contactless].
//!
//! The traces are replayed elsewhere, so that the card gives these bytes. Here it is held that nobody fits a trace to
//! the card: what stands below is what was published or seen, and not what our card says.

use std::{collections::BTreeMap, fs};

use super::root;

/// A trace, by its path below `fixtures`.
const COLD: &str = "traces/agency-cold.apdu";
const WORK: &str = "traces/agency-work.apdu";
const ANTENNA: &str = "traces/agency-antenna.apdu";
const AUTHENTICATION: &str = "scenarios/cps3-authentication.apdu";
const CODES: &str = "scenarios/cps3-codes.apdu";
const FILES: &str = "scenarios/cps3-files.apdu";
const NEAR: &str = "scenarios/cps3-contactless.apdu";
const SIGNATURE: &str = "scenarios/cps3-signature.apdu";
const TER: &str = "scenarios/cps3-ter.apdu";
const TRANSPORT: &str = "scenarios/cps3-transport.apdu";
const UPDATED: &str = "scenarios/cps3-updated.apdu";

/// A row: what it is about, where it is tested, and lines that follow each other there. `*` ends a line that goes on.
type Row = (&'static str, &'static str, &'static [&'static str]);

/// How commands go over the wire.
const OF_TRANSPORT: &[Row] = &[
    ("data and answer over contacts", TRANSPORT, &["> 00 A4 09 04 04 3F 00 D0 03", "< 61 27", "> 00 C0 00 00 27"]),
    ("data and answer over the antenna", TRANSPORT, &["> 00 A4 09 04 04 3F 00 D0 03 00", "< 62 25 80 02 00 0C *"]),
    ("no 6Cxx: who asks for more gets what waits", TRANSPORT, &["> 00 C0 00 00 FF", "< 01 01 83 02 D0 03 *", "> *"]),
    ("256 bytes over contacts", TRANSPORT, &["< 61 00", "> 00 C0 00 00 E7", "< * 61 19", "> 00 C0 00 00 19"]),
    ("256 bytes over the antenna", TRANSPORT, &["> 00 88 00 00 05 68 65 6C 6C 6F 00", "< {proof:256} 90 00"]),
    ("E7 bytes of a file over contacts", FILES, &["> 00 B0 00 00 E7", "< *", "> 00 B0 00 E7 E7"]),
    ("E7 bytes of a file over the antenna", ANTENNA, &["> 00 B0 00 00 E7", "< *", "> 00 B0 00 E7 E7"]),
    ("never 6E00 for a class", FILES, &["> 80 B0 00 00 01", "< 6D 00"]),
    ("never 6A86 for a P1", FILES, &["> 00 A4 05 0C 02 3F 00", "< 6B 00"]),
    ("the root, which 6E00 and 6A86 make select", TRANSPORT, &["> 00 A4 04 04 08 80 25 00 00 01 FF 01 00", "< 90 00"]),
    ("class 10 for parts", AUTHENTICATION, &["> 10 2A 80 86 FF 81 *", "< 90 00", "> 00 2A 80 86 02 *", "< 61 09"]),
    ("class A0 for the other side", TER, &["> A0 A4 00 00 02 3F 00", "< 9F 0F"]),
];

/// A session with a card that nobody has seen yet, in its order.
const OF_THE_SESSION: &[Row] = &[
    (
        "1, EF.SN.ICC and its parameters",
        COLD,
        &[
            "> 00 A4 09 04 04 3F 00 D0 03",
            "< 61 27",
            "> 00 C0 00 00 27",
            "< 62 25 80 02 00 0C 82 01 01 83 02 D0 03 88 01 E0 A1 12 8C 07 7B FF FF FF FF FF 00 9C 07 7B FF FF FF FF \
             FF 00 8A 01 05 90 00",
        ],
    ),
    ("2, its twelve bytes", COLD, &["> 00 B0 00 00 0C", "< 5A 0A 80 25 00 00 01 99 99 12 34 5F 90 00"]),
    (
        "3, EF.DIR, twice",
        COLD,
        &["> 00 A4 09 04 04 3F 00 2F 00", "< 61 27", "> 00 C0 00 00 27", "< 62 25 80 02 00 65 *"],
    ),
    ("4, its 65h bytes", COLD, &["> 00 B0 00 00 65", "< 61 2F 4F 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 10 50 07 *"]),
    (
        "5, EF_ACTUA, which is not there, twice",
        COLD,
        &["> 00 A4 09 04 04 3F 00 D0 10", "< 6A 82", "> 00 A4 09 04 04 3F 00 D0 10", "< 6A 82"],
    ),
    ("6, the application", COLD, &["> 00 A4 09 0C 04 3F 00 00 01", "< 90 00", "> 00 A4 09 04 06 3F 00 00 01 50 31"]),
    ("7, ODF", COLD, &["> 00 A4 09 04 06 3F 00 00 01 50 31", "< 61 26", "> 00 C0 00 00 26", "< 62 24 80 02 00 28 *"]),
    ("8, TokenInfo", COLD, &["> 00 A4 09 04 06 3F 00 00 01 50 32", "< 61 26", "> 00 C0 00 00 26", "< 62 24 80 02 *"]),
    ("9, AODF", COLD, &["> 00 A4 09 04 06 3F 00 00 01 70 01", "< 61 26", "> 00 C0 00 00 26", "< 62 24 80 02 *"]),
    (
        "10 and 11, the code of the holder",
        COLD,
        &[
            "> 00 A4 09 0C 02 3F 00",
            "< 90 00",
            "> 00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80",
            "< 61 18",
            "> 00 C0 00 00 18",
            "< 70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 03 A1 08 8C 06 F3 00 00 13 FF 00 90 00",
        ],
    ),
    (
        "12, the code that unblocks it",
        COLD,
        &[
            "> 00 A4 09 0C 02 3F 00",
            "< 90 00",
            "> 00 CB 3F FF 0A 4D 08 70 06 BF 81 02 02 A0 80",
            "< 61 18",
            "> 00 C0 00 00 18",
            "< 70 16 BF 81 02 12 A0 10 9A 01 0A 9B 01 0A A1 08 8C 06 F3 FF 00 FF FF 00 90 00",
        ],
    ),
    ("13, PrKDF", COLD, &["> 00 B0 00 00 9A", "< *", "> 00 A4 09 04 06 3F 00 00 01 70 03"]),
    ("13, PuKDF", COLD, &["> 00 B0 00 00 77", "< *", "> 00 A4 09 04 06 3F 00 00 01 70 05"]),
    ("13, CDF", COLD, &["> 00 B0 00 00 88", "< *", "> 00 A4 09 04 06 3F 00 00 01 70 06"]),
    ("13, DODF", COLD, &["> 00 B0 00 00 CF", "< *", "> 00 84 00 00 08"]),
    (
        "11 again after a wrong code: the tries follow",
        WORK,
        &[
            "> 00 20 00 01 04 39 39 39 39",
            "< 63 C2",
            "> 00 A4 09 0C 02 3F 00",
            "< 90 00",
            "> 00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80",
            "< 61 18",
            "> 00 C0 00 00 18",
            "< 70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 02 A1 08 8C 06 F3 00 00 13 FF 00 90 00",
        ],
    ),
    (
        "a certificate when it is asked for, twice, in pieces",
        WORK,
        &[
            "> 00 A4 09 04 06 3F 00 00 01 B0 02",
            "< 61 26",
            "> 00 C0 00 00 26",
            "< 62 24 *",
            "> 00 A4 09 04 06 3F 00 00 01 B0 02",
            "< 61 26",
            "> 00 C0 00 00 26",
            "< 62 24 *",
            "> 00 B0 00 00 E7",
            "< *",
            "> 00 B0 00 E7 E7",
        ],
    ),
];

/// What stands in files.
const OF_FILES: &[Row] = &[
    (
        "EF.DIR to the byte",
        COLD,
        &[
            "> 00 B0 00 00 65",
            "< 61 2F 4F 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 10 50 07 43 50 58 20 49 41 53 51 04 3F 00 00 01 73 0F \
             4F 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 10 61 32 4F 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 20 50 0A 43 \
             50 58 20 49 41 53 20 43 4C 51 04 3F 00 00 02 73 0F 4F 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 20 90 00",
        ],
    ),
    (
        "ODF: codes first, each with two bytes",
        COLD,
        &[
            "> 00 B0 00 00 28",
            "< A8 06 30 04 04 02 70 01 A0 06 30 04 04 02 70 02 A1 06 30 04 04 02 70 03 A4 06 30 04 04 02 70 05 A7 06 \
             30 04 04 02 70 06 90 00",
        ],
    ),
    // ASIP SANTE, then the label: CPS3v3- and ten digits.
    (
        "TokenInfo: version 0, no serial number, manufacturer, label, flags",
        COLD,
        &["< 30 81 E0 02 01 00 0C 0A 41 53 49 50 20 53 41 4E 54 45 80 11 43 50 53 33 76 33 2D 39 39 30 30 30 31 32 \
             33 34 35 03 02 06 C0 A2 *"],
    ),
    // 1, 2, 3 and 4: SHA-1 10, SHA-256 40, and with RSA 12 and 42; 5 deciphers with 1A, 6 signs with 02.
    (
        "TokenInfo: six algorithms, and the last update",
        COLD,
        &["< *02 01 10 30 *02 01 40 30 *02 01 12 30 *02 01 42 30 *02 01 1A 30 *02 01 02 85 0F 32 30 31 30 30 33 31 *"],
    ),
    (
        "AODF: four digits by 1, then eight by 2",
        COLD,
        &["> 00 B0 00 00 72", "< *02 01 04 02 01 04 02 01 04 80 01 01 *02 01 08 02 01 08 02 01 08 80 01 02 *"],
    ),
    // CPS_PRIV_SIG with bit 9 alone and 0081; CPS_PRIV_AUT, private and modifiable, with bits 1 and 2 and 0082.
    (
        "PrKDF: names, usages, references, algorithms",
        COLD,
        &["< *43 50 53 5F 50 52 49 56 5F 53 49 47 03 02 07 80 04 01 01 *03 03 06 00 40 *02 02 00 81 *\
           43 50 53 5F 50 52 49 56 5F 41 55 54 03 02 06 C0 04 01 01 *03 02 05 60 *02 02 00 82 A1 09 02 01 06 02 01 03 \
           02 01 04 *"],
    ),
    (
        "identifiers: the application and a byte",
        COLD,
        &["< *04 0E E8 28 BD 08 0F 80 25 00 00 01 FF 00 10 01 *04 0E E8 28 BD 08 0F 80 25 00 00 01 FF 00 10 02 *"],
    ),
    // CPS_PUB_SIG verifies, bits 6 and 9; CPS_PUB_AUT verifies and enciphers, bits 6 and 0.
    (
        "PuKDF: that for authentication enciphers",
        COLD,
        &["< *43 50 53 5F 50 55 42 5F 53 49 47 *03 03 06 02 40 *43 50 53 5F 50 55 42 5F 41 55 54 *03 02 01 82 *"],
    ),
    (
        "CDF: labels",
        COLD,
        &["< *43 65 72 74 69 66 69 63 61 74 20 64 65 20 53 69 67 6E 61 74 75 72 65 20 43 50 53 *\
           43 65 72 74 69 66 69 63 61 74 20 64 27 41 75 74 68 65 6E 74 69 66 69 63 61 74 69 6F 6E 20 43 50 53 *"],
    ),
    // CPS_ID_CARD, CPS_NAME_PS, CPS_LANG_PS, CPS_INFO_PS, CPS_DATA, CPS_ACTIVITY_01_PS, which is private.
    (
        "DODF: labels and files",
        COLD,
        &["< *43 50 53 5F 49 44 5F 43 41 52 44 *04 02 D1 01 *43 50 53 5F 4E 41 4D 45 5F 50 53 *04 02 D1 02 *\
           43 50 53 5F 4C 41 4E 47 5F 50 53 *04 02 D1 03 *43 50 53 5F 49 4E 46 4F 5F 50 53 *04 02 D1 04 *\
           43 50 53 5F 44 41 54 41 *04 02 D1 07 *43 50 53 5F 41 43 54 49 56 49 54 59 5F 30 31 5F 50 53 03 02 07 80 *\
           04 02 D1 20 *"],
    ),
    ("a DF that is selected with P2 0C says nothing", FILES, &["> 00 A4 00 0C 02 3F 00", "< 90 00"]),
    ("a certificate is X.509", FILES, &["> 00 A4 02 0C 02 B0 01", "< 90 00", "> 00 B0 00 00 E7", "< 30 82 *"]),
    (
        "EF_ACTUA of a card that was updated",
        UPDATED,
        &["> 00 B0 00 00 14", "< EC 12 81 07 20 25 03 01 09 30 00 82 07 20 25 03 01 09 32 00 90 00"],
    ),
];

/// What the library does with a card.
const OF_OPERATIONS: &[Row] = &[
    ("login", WORK, &["> 00 20 00 01 04 31 32 33 34", "< 90 00"]),
    ("login with a wrong code", WORK, &["> 00 20 00 01 04 39 39 39 39", "< 63 C2"]),
    ("login with a blocked code", CODES, &["> 00 20 00 01 04 34 33 32 31", "< 69 83"]),
    ("login of who unblocks", WORK, &["> 00 20 00 02 08 31 32 33 34 35 36 37 38", "< 90 00"]),
    ("ten tries for that", CODES, &["> 00 20 00 02 08 30 30 30 30 30 30 30 30", "< 63 C9"]),
    (
        "unblocking",
        WORK,
        &["> 00 20 00 02 08 31 32 33 34 35 36 37 38", "< 90 00", "> 00 2C 02 01 04 31 32 33 34", "< 90 00"],
    ),
    ("another code", WORK, &["> 00 24 00 01 08 31 32 33 34 34 33 32 31", "< 90 00"]),
    (
        "a signature of a message longer than a block, SHA-256",
        WORK,
        &[
            "> 00 A4 09 0C 04 3F 00 00 01",
            "< 90 00",
            "> 00 22 41 AA 03 80 01 40",
            "< 90 00",
            "> 00 2A 90 A0 50 90 28 *00 00 00 00 00 00 02 00 80 24 *",
            "< 90 00",
            "> 00 22 41 B6 06 80 01 42 84 01 81",
            "< 90 00",
            "> 00 2A 9E 9A 00",
            "< 61 00",
        ],
    ),
    (
        "the same, SHA-1",
        SIGNATURE,
        &[
            "> 00 22 41 AA 03 80 01 10",
            "< 90 00",
            "> 00 2A 90 A0 60 90 1C *00 00 00 00 00 00 02 00 80 40 *",
            "< 90 00",
            "> 00 22 41 B6 06 80 01 12 84 01 81",
            "< 90 00",
            "> 00 2A 9E 9A 00",
            "< 61 00",
        ],
    ),
    (
        "a signature of a short message",
        WORK,
        &[
            "> 00 2A 90 A0 0C 90 00 80 08 *",
            "< 90 00",
            "> 00 22 41 B6 06 80 01 42 84 01 81",
            "< 90 00",
            "> 00 2A 9E 9A 00",
        ],
    ),
    ("a last block of one byte", SIGNATURE, &["> 00 2A 90 A0 05 90 00 80 01 *", "< 90 00"]),
    ("a last block of 64 bytes", SIGNATURE, &["> 00 2A 90 A0 44 90 00 80 40 *", "< 90 00"]),
    (
        "a signature of a given SHA-256",
        SIGNATURE,
        &["> 00 22 41 B6 06 80 01 42 84 01 81", "< 90 00", "> 00 2A 9E 9A 20 *"],
    ),
    (
        "a signature of a given SHA-1",
        SIGNATURE,
        &["> 00 22 41 B6 06 80 01 12 84 01 81", "< 90 00", "> 00 2A 9E 9A 14 *"],
    ),
    (
        "authentication",
        WORK,
        &[
            "> 00 22 41 A4 06 80 01 02 84 01 82",
            "< 90 00",
            "> 00 88 00 00 33 30 31 30 0D *",
            "< 61 00",
            "> 00 C0 00 00 E7",
        ],
    ),
    ("authentication of any data", AUTHENTICATION, &["> 00 88 00 00 05 68 65 6C 6C 6F", "< 61 00"]),
    (
        "decipherment",
        WORK,
        &[
            "> 00 22 41 B8 06 80 01 1A 84 01 82",
            "< 90 00",
            "> 10 2A 80 86 FF 81 *",
            "< 90 00",
            "> 00 2A 80 86 02 *",
            "< 61 09",
            "> 00 C0 00 00 09",
            // "un secret", without its padding.
            "< 75 6E 20 73 65 63 72 65 74 90 00",
        ],
    ),
    (
        "a hash is not signed by the key for authentication",
        SIGNATURE,
        // The library never comes so far: it refuses after PSO HASH. The card does not name the key.
        &["> 00 22 41 B6 06 80 01 42 84 01 82", "< 69 85"],
    ),
    ("random numbers", WORK, &["> 00 84 00 00 08", "< .. .. .. .. .. .. .. .. 90 00"]),
    (
        "CPS_DATA is written and read back",
        WORK,
        &["> 00 D6 00 00 08 76 69 72 74 75 61 6C 65", "< 90 00", "> 00 B0 00 00 08", "< 76 69 72 74 75 61 6C 65 90 00"],
    ),
    (
        "objects of the other side",
        WORK,
        &[
            "> A0 A4 00 00 02 3F 00",
            "< 9F 0F",
            "> A0 A4 00 00 02 7F 01",
            "< 9F 0F",
            "> A0 A4 00 00 02 40 00",
            "< 9F 0F",
            "> A0 C0 00 00 0F",
            "< 85 0D 00 7E 40 00 04 00 00 00 00 00 00 00 00 90 00",
            "> A0 B0 00 00 7E",
            "< EF 7C *",
        ],
    ),
    ("the code counts there", TER, &["> 00 20 00 01 04 31 32 33 34", "< 90 00", "> A0 B0 00 00 10", "< EF 7C *"]),
    (
        "the code outlives SELECT of the root",
        CODES,
        &["> 00 A4 09 0C 02 3F 00", "< 90 00", "> 00 20 00 01 00", "< 90 00"],
    ),
    (
        "the code outlives SELECT of the application",
        CODES,
        &["> 00 A4 04 0C 0D E8 28 BD 08 0F 80 25 00 00 01 FF 00 10", "< 90 00", "> 00 20 00 01 00", "< 90 00"],
    ),
    (
        "the code outlives SELECT on the other side",
        TER,
        &["> A0 A4 00 00 02 40 10", "< 9F 0F", "> A0 B0 00 00 02", "< EE 2C 90 00", "> 00 20 00 01 00", "< 90 00"],
    ),
];

/// What is otherwise over the antenna.
const OF_THE_ANTENNA: &[Row] = &[
    ("the path", ANTENNA, &["> 00 A4 09 0C 04 3F 00 00 02", "< 90 00"]),
    (
        "ODF without codes",
        ANTENNA,
        &[
            "> 00 B0 00 00 20",
            "< A0 06 30 04 04 02 70 02 A1 06 30 04 04 02 70 03 A4 06 30 04 04 02 70 05 A7 06 30 04 04 02 70 06 90 00",
        ],
    ),
    // CPS_PRIV_TECH_AUT, which is not private: no object of flags; bit 2 alone, 0083.
    (
        "the key: not private, signs only, named by the application of the contacts and 03",
        ANTENNA,
        &["< 30 44 30 13 0C 11 43 50 53 5F 50 52 49 56 5F 54 45 43 48 5F 41 55 54 30 21 04 0E E8 28 BD 08 0F 80 25 \
           00 00 01 FF 00 10 03 03 02 05 20 *02 02 00 83 *"],
    ),
    (
        "its certificate, read by anybody",
        ANTENNA,
        &[
            "< *43 65 72 74 69 66 69 63 61 74 20 54 65 63 68 6E 69 71 75 65 20 43 50 53 *",
            "> 00 A4 09 04 06 3F 00 00 02 70 06 00",
        ],
    ),
    ("CPS_DATA is read", ANTENNA, &["> 00 B0 00 E7 19", "< 00 00 *90 00"]),
    (
        "a proof without a code",
        ANTENNA,
        &["> 00 22 41 A4 06 80 01 02 84 01 83", "< 90 00", "> 00 88 00 00 33 *", "< *90 00"],
    ),
    ("no hash is signed", NEAR, &["> 00 22 41 B6 06 80 01 42 84 01 83", "< 69 85", "> 00 2A 9E 9A 20 *", "< 69 85"]),
    ("no code", NEAR, &["> 00 20 00 01 04 31 32 33 34", "< 69 85"]),
];

#[test]
fn every_row_of_what_the_library_needs_is_in_a_trace() {
    let rows: Vec<&Row> =
        [OF_TRANSPORT, OF_THE_SESSION, OF_FILES, OF_OPERATIONS, OF_THE_ANTENNA].into_iter().flatten().collect();
    let mut traces = BTreeMap::new();
    for (_, path, _) in &rows {
        traces.entry(*path).or_insert_with(|| dialogue(path));
    }
    let missing: Vec<String> = rows
        .iter()
        .filter(|(_, path, lines)| !traces[path].windows(lines.len()).any(|window| all_match(lines, window)))
        .map(|(about, path, lines)| format!("{about}: {path} has no\n    {}", lines.join("\n    ")))
        .collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The first session does what it does in the order of its rows.
#[test]
fn the_first_session_keeps_the_order_of_its_rows() {
    let trace = dialogue(COLD);
    let mut from = 0;
    for (about, _, lines) in OF_THE_SESSION.iter().filter(|(_, path, _)| *path == COLD) {
        let place = trace[from..].windows(lines.len()).position(|window| all_match(lines, window));
        from += place.unwrap_or_else(|| panic!("{about} does not come after the rows before it"));
    }
}

/// The commands and answers of a trace, each on one line and without comments.
fn dialogue(path: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("fixtures").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim_end()) {
        match (lines.last_mut(), line.strip_prefix("  ")) {
            (Some(last), Some(more)) => *last = format!("{last} {}", more.trim()),
            _ if line.starts_with(['>', '<']) => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

fn all_match(patterns: &[&str], lines: &[String]) -> bool {
    patterns.iter().zip(lines).all(|(pattern, line)| is_like(pattern, line))
}

/// Whether a line is a pattern's parts in their order, with anything where it has `*`.
fn is_like(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let mut open = false;
    for part in parts {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
        open = part.is_empty();
    }
    rest.is_empty() || open
}

#[test]
fn a_row_is_found_only_where_it_stands() {
    assert!(is_like("< 61 *05 *", "< 61 00 05 06"));
    assert!(is_like("< *90 00", "< 01 90 00"));
    assert!(!is_like("< 61 00", "< 61 00 90 00"));
    assert!(!is_like("< *05 *06", "< 06 05 07"));
    assert!(!is_like("< *90 00", "< 90 00 6A 82"));
}
