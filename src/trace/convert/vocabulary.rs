//! The words of lines in which there may be bytes: what a word may be by its letters, and which words say that a number
//! is none.

/// Words behind which a number is a length.
pub(super) const LENGTHS: [&str; 9] =
    ["len", "length", "longueur", "size", "taille", "count", "total", "datalen", "nombre"];

/// Words behind which bytes stand, whatever word they look like.
pub(super) const OF_BYTES: [&str; 14] = [
    "data",
    "donn\u{E9}es",
    "donnees",
    "payload",
    "byte",
    "bytes",
    "octet",
    "octets",
    "value",
    "valeur",
    "hex",
    "body",
    "sw",
    "contents",
];

/// Units of durations, sizes and counts, in English and French.
pub(super) const UNITS: [&str; 56] = [
    "ms",
    "us",
    "\u{B5}s",
    "\u{3BC}s",
    "ns",
    "s",
    "sec",
    "secs",
    "second",
    "seconds",
    "seconde",
    "secondes",
    "usec",
    "msec",
    "nsec",
    "min",
    "minutes",
    "byte",
    "bytes",
    "octet",
    "octets",
    "bit",
    "bits",
    "kb",
    "mb",
    "ko",
    "mo",
    "hz",
    "khz",
    "mhz",
    "bps",
    "baud",
    "mv",
    "v",
    "ma",
    "times",
    "time",
    "tries",
    "try",
    "retries",
    "attempts",
    "essai",
    "essais",
    "fois",
    "files",
    "fichiers",
    "commands",
    "commandes",
    "lines",
    "lignes",
    "readers",
    "lecteurs",
    "cards",
    "cartes",
    "more",
    "usecs",
];

/// Words before a number of any length that is no byte.
pub(super) const COUNTED: [&str; 20] = [
    "pid",
    "tid",
    "process",
    "processus",
    "thread",
    "client",
    "port",
    "len",
    "length",
    "longueur",
    "size",
    "taille",
    "count",
    "total",
    "datalen",
    "line",
    "ligne",
    "timeout",
    "year",
    "uid",
];

/// Words before a number of up to three digits that is no byte.
pub(super) const NUMBERED: [&str; 38] = [
    "slot",
    "reader",
    "lecteur",
    "terminal",
    "card",
    "carte",
    "step",
    "test",
    "case",
    "version",
    "channel",
    "canal",
    "protocol",
    "protocole",
    "level",
    "no",
    "nr",
    "n",
    "attempt",
    "try",
    "essai",
    "code",
    "exit",
    "at",
    "of",
    "to",
    "file",
    "record",
    "page",
    "part",
    "round",
    "loop",
    "command",
    "commande",
    "exchange",
    "apdu",
    "frame",
    "message",
];

/// Words before an address, a handle or a result of PC/SC.
pub(super) const HANDLED: [&str; 25] = [
    "at", "handle", "hcard", "hcontext", "context", "ctx", "ptr", "pointer", "address", "adresse", "rv", "rc", "ret",
    "err", "error", "erreur", "code", "returned", "returns", "result", "failed", "hr", "status", "scard", "serial",
];

/// Words that say that a name is one of a reader.
pub(super) const READERS: [&str; 12] = [
    "reader",
    "lecteur",
    "slot",
    "terminal",
    "pcd",
    "ccid",
    "connecting",
    "connected",
    "using",
    "virtuale",
    "acs",
    "gemalto",
];

/// Words that have letters of hexadecimal digits only, in English, French and of the field.
pub(super) const SPELT: [&str; 62] = [
    "a", "ab", "abc", "ac", "acc", "accede", "ace", "ad", "add", "added", "ba", "bad", "bade", "be", "bead", "bed",
    "bee", "b", "c", "cab", "cad", "cafe", "cbc", "ce", "cede", "cf", "d", "da", "dad", "dc", "de", "dead", "deaf",
    "deb", "dec", "decade", "deed", "df", "e", "ecb", "ed", "ef", "f", "fa", "fab", "facade", "face", "faced", "fad",
    "fade", "faded", "feb", "fed", "fee", "feed", "adf", "cd", "decaf", "deface", "bcd", "ea", "fea",
];

/// What a word of a line may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A word of a language, or a name.
    Word,
    /// Decimal digits.
    Number,
    /// Letters that are hexadecimal digits.
    Letters,
    /// Letters and digits, all of them hexadecimal; also with `0x` before them or `h` behind.
    Hex,
    /// A word with hexadecimal digits in it, more than names have.
    Glued,
}

/// Whether a word is a unit.
pub(super) fn is_unit(word: &str) -> bool {
    UNITS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a word is a number and its unit: `12ms`.
pub(super) fn has_unit(word: &str) -> bool {
    let unit = word.trim_start_matches(|digit: char| digit.is_ascii_digit());
    unit.len() < word.len() && is_unit(unit)
}

/// A letter or a digit of hexadecimal that a sign looks like: of other alphabets, and letters taken for digits.
fn looks_like(sign: char) -> char {
    match sign {
        '\u{410}' | '\u{430}' | '\u{391}' | '\u{1D00}' | '\u{FF21}' | '\u{FF41}' => 'A',
        '\u{412}' | '\u{432}' | '\u{392}' | '\u{299}' | '\u{FF22}' | '\u{FF42}' => 'B',
        '\u{421}' | '\u{441}' | '\u{3F9}' | '\u{1D04}' | '\u{FF23}' | '\u{FF43}' => 'C',
        '\u{1D05}' | '\u{FF24}' | '\u{FF44}' => 'D',
        '\u{415}' | '\u{435}' | '\u{395}' | '\u{1D07}' | '\u{FF25}' | '\u{FF45}' => 'E',
        '\u{FF26}' | '\u{FF46}' | '\u{A730}' => 'F',
        '\u{41E}' | '\u{43E}' | '\u{39F}' | 'O' => '0',
        '\u{406}' | 'I' | 'l' => '1',
        other => other,
    }
}

/// Whether a word is hexadecimal with signs in it that only look so: `6\u{410}82`, `9O00`.
fn is_look_alike(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_foreign = !word.is_ascii();
    let is_hex = word.chars().all(|sign| looks_like(sign).is_ascii_hexdigit());
    is_hex && (is_foreign && digits > 0 || digits > 1 && word.len() > 3)
}

/// What a word is, by its letters.
pub(super) fn kind(word: &str) -> Kind {
    let is_hex = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits: String = word.chars().filter(|sign| *sign != '_').collect();
    if digits.chars().any(|sign| !sign.is_ascii() && sign.is_numeric()) {
        return Kind::Glued;
    }
    if is_hex(&digits) {
        let letters = digits.bytes().filter(u8::is_ascii_alphabetic).count();
        return match letters {
            0 => Kind::Number,
            _ if letters == digits.len() => Kind::Letters,
            _ => Kind::Hex,
        };
    }
    if is_look_alike(&digits) {
        return Kind::Glued;
    }
    let bare = ["0x", "0X", "x", "X", "u00", "U00", "xx", "XX"].iter().find_map(|mark| digits.strip_prefix(mark));
    let marked = bare.filter(|bare| is_hex(bare) && !matches!(*bare, "86" | "64"));
    let behind = digits
        .strip_suffix(['h', 'H'])
        .filter(|bare| bare.len() == 2 && is_hex(bare) && bare.contains(|sign: char| sign.is_ascii_digit()));
    if marked.or(behind).is_some() {
        return Kind::Hex;
    }
    // Names have short numbers, and long ones at their end: ISO7816, RSA2048.
    let is_glued = |run: &str| {
        let is_status = run.len() == 4
            && matches!(run.as_bytes(), [b'6', b'1'..=b'9' | b'A'..=b'F' | b'a'..=b'f', ..] | [b'9', b'0'..=b'F' | b'a'..=b'f', ..]);
        run.len() >= 4
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && (is_status || run.len() >= 6 || run.bytes().any(|byte| byte.is_ascii_alphabetic()))
    };
    // The letters of a name may be hexadecimal digits too: RSA2048.
    let mut runs = digits.split(|sign: char| !sign.is_ascii_hexdigit());
    let is_first = runs.next().is_some_and(is_glued);
    let of_name = |run: &str| run.trim_start_matches(|sign: char| sign.is_ascii_alphabetic()).to_owned();
    if is_first || runs.any(|run| is_glued(&of_name(run))) { Kind::Glued } else { Kind::Word }
}
