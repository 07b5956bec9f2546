//! What a field of a record may hold whose name tells of no command and no answer.
//!
//! The rule that this file upholds: what could be bytes of the dialogue is taken for such. What may pass although it
//! has digits is listed: moments, counters and identifiers that are named so, and forms that bytes never have.

/// What values of a name tell of the order of records.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    /// The number of a record.
    Count,
    /// When it was.
    Time,
}

/// Names of times that go on from record to record. Others may be durations.
const TIMES: [&str; 11] =
    ["time", "timestamp", "ts", "datetime", "heure", "horodatage", "when", "at", "epoch", "hour", "instant"];

/// Names of numbers that go on from record to record. Others may count tries.
const NUMBERS: [&str; 22] = [
    "n", "no", "num", "nr", "numero", "numro", "number", "seq", "seqno", "sequence", "index", "idx", "i", "line",
    "lineno", "ligne", "row", "step", "etape", "tape", "ordre", "rang",
];

/// Words between those of a name.
const BETWEEN: [&str; 4] = ["d", "de", "of", "the"];

/// What values of this name tell of the order of records, if anything.
pub(super) fn order(name: &str) -> Option<Order> {
    let words = words(name);
    let is = |known: &[&str], word: &str| known.contains(&word);
    let count = words.iter().filter(|word| is(&NUMBERS, word)).count();
    let is_count = count > 0 && words.iter().all(|word| is(&NUMBERS, word) || is(&BETWEEN, word));
    let is_time = || matches!(&words[..], [word] if is(&TIMES, word));
    is_count.then_some(Order::Count).or_else(|| is_time().then_some(Order::Time))
}

/// What a name says that a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// When something was, or how long it took.
    Moment,
    /// Which one of many it is.
    Counter,
    /// What something is called, in one word.
    Identifier,
    /// Anything.
    Unknown,
}

const MOMENTS: [&str; 46] = [
    "time",
    "timestamp",
    "ts",
    "date",
    "datetime",
    "day",
    "hour",
    "heure",
    "horodatage",
    "jour",
    "when",
    "at",
    "epoch",
    "start",
    "end",
    "begin",
    "started",
    "ended",
    "created",
    "elapsed",
    "duration",
    "dure",
    "duree",
    "latency",
    "delay",
    "took",
    "ms",
    "us",
    "ns",
    "sec",
    "secs",
    "second",
    "seconds",
    "millis",
    "milliseconds",
    "micros",
    "microseconds",
    "nanos",
    "usec",
    "msec",
    "usecs",
    "msecs",
    "clock",
    "uptime",
    "timeout",
    "instant",
];

const COUNTERS: [&str; 26] = [
    "n", "no", "num", "nr", "numero", "numro", "number", "seq", "seqno", "sequence", "index", "idx", "i", "line",
    "lineno", "ligne", "row", "step", "etape", "tape", "attempt", "retry", "counter", "compteur", "ordre", "rang",
];

const IDENTIFIERS: [&str; 25] = [
    "id",
    "uuid",
    "guid",
    "handle",
    "session",
    "context",
    "hcard",
    "hcontext",
    "connection",
    "channel",
    "thread",
    "tid",
    "pid",
    "process",
    "version",
    "v",
    "protocol",
    "level",
    "severity",
    "priority",
    "port",
    "host",
    "hostname",
    "build",
    "revision",
];

/// Names that end as those of identifiers do, of what cards have.
const OF_CARDS: [&str; 6] = ["file", "app", "application", "df", "ef", "key"];

/// Units of what is counted in a text.
const UNITS: [&str; 16] = [
    "ms", "us", "ns", "s", "sec", "secs", "seconds", "min", "minutes", "bytes", "byte", "octets", "o", "times",
    "retries", "tries",
];

/// The longest identifier.
const LONGEST_IDENTIFIER: usize = 36;

/// The longest counter, in digits.
const LONGEST_COUNTER: usize = 10;

/// Digits of that many hold more than one byte, wherever they stand.
const SEVERAL: usize = 4;

/// Digits of that many are bytes in whatever word they stand.
const MANY: usize = 8;

impl Kind {
    fn of(name: &str) -> Self {
        let words = words(name);
        let Some(last) = words.last().map(String::as_str) else { return Self::Unknown };
        let before = words.len().checked_sub(2).and_then(|at| words.get(at)).map_or("", String::as_str);
        match last {
            _ if MOMENTS.contains(&last) => Self::Moment,
            _ if COUNTERS.contains(&last) => Self::Counter,
            _ if IDENTIFIERS.contains(&last) && !OF_CARDS.contains(&before) => Self::Identifier,
            _ => Self::Unknown,
        }
    }
}

/// The words of a name: `requestId` has two, and so has `request_id`. Letters with accents do not matter.
pub(super) fn words(name: &str) -> Vec<String> {
    // The first column of a table often has this name.
    if name.trim() == "#" {
        return vec!["no".to_owned()];
    }
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in name.chars() {
        let begins = !before.is_alphanumeric() || letter.is_ascii_uppercase() && before.is_ascii_lowercase();
        if letter.is_alphanumeric() {
            if begins {
                words.push(String::new());
            }
            words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase().filter(char::is_ascii)));
        }
        before = letter;
    }
    words
}

/// Whether values of this name tell when something was, or how long it took.
pub(super) fn is_moment(name: &str) -> bool {
    Kind::of(name) == Kind::Moment
}

/// Whether a value could be bytes of the dialogue, though its name does not say so.
pub(super) fn could_be_bytes(name: &str, value: &str) -> bool {
    let value = value.trim();
    let is_one_word = !value.contains(char::is_whitespace);
    let passes = match Kind::of(name) {
        Kind::Moment => value.chars().all(|sign| sign.is_ascii_digit() || ".,:-+/TZ ".contains(sign)),
        Kind::Counter => value.len() <= LONGEST_COUNTER && value.bytes().all(|byte| byte.is_ascii_digit()),
        Kind::Identifier => is_one_word && value.len() <= LONGEST_IDENTIFIER,
        Kind::Unknown => false,
    };
    !passes && holds_bytes(value)
}

/// Whether a name is one that no author gave: bytes in the place of a name.
pub(super) fn is_bytes(name: &str) -> bool {
    let digits = name.trim();
    digits.len() >= SEVERAL && is_digits(digits) && digits.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether bytes may stand in a text.
fn holds_bytes(text: &str) -> bool {
    let mut tokens: Vec<&str> = Vec::new();
    let mut follows_a_day = false;
    for word in text.split_whitespace() {
        let is_hour = follows_a_day && word.chars().all(|sign| sign.is_ascii_digit() || ":.,".contains(sign));
        follows_a_day = is_day(word);
        if !follows_a_day && !is_hour && !is_uuid(word) {
            tokens.extend(word.split(|sign: char| !sign.is_alphanumeric()).filter(|token| !token.is_empty()));
        }
    }
    let is_list = text.starts_with(['[', '{', '(']) || tokens.len() > 1 && !text.contains('.');
    if is_list && !tokens.is_empty() && tokens.iter().all(|token| token.parse::<u8>().is_ok()) {
        return true;
    }
    if let [alone] = tokens[..] {
        let has_both =
            alone.bytes().any(|byte| byte.is_ascii_digit()) && alone.bytes().any(|byte| byte.is_ascii_alphabetic());
        return is_digits(alone) && (alone.len().is_multiple_of(2) || has_both) && alone.len() > 1 || is_marked(alone);
    }
    let mut run: Vec<&str> = Vec::new();
    tokens.iter().enumerate().any(|(at, token)| {
        let pairs = token.len().is_multiple_of(2) && is_digits(token);
        if pairs {
            run.push(token);
        } else {
            run.clear();
        }
        let is_byte = run.len() >= 2 && run.iter().any(|token| token.len() == 2 || is_plainly(token));
        let is_counted = tokens.get(at + 1).is_some_and(|next| UNITS.contains(&next.to_ascii_lowercase().as_str()));
        let is_number = token.bytes().all(|byte| byte.is_ascii_digit());
        is_byte || is_marked(token) || pairs && is_plainly(token) && !(is_number && is_counted)
    })
}

/// Whether digits in the midst of a text are no word of a language.
fn is_plainly(token: &str) -> bool {
    let has_digit = token.bytes().any(|byte| byte.is_ascii_digit());
    let is_upper = !token.bytes().any(|byte| byte.is_ascii_lowercase());
    has_digit || is_upper || token.len() >= MANY
}

/// Whether a word has a mark of bytes, or many digits in it.
fn is_marked(token: &str) -> bool {
    let marked = ["0x", "0X", "x"].iter().find_map(|mark| token.strip_prefix(mark));
    let ended = token.strip_suffix(['h', 'H']).filter(|digits| digits.len() == 2);
    let is_one = |digits: &str| !digits.is_empty() && is_digits(digits);
    let longest = token.split(|sign: char| !sign.is_ascii_hexdigit()).max_by_key(|run| run.len()).unwrap_or("");
    let is_long =
        longest.len() >= MANY && longest.bytes().any(|byte| byte.is_ascii_digit()) && longest.len() < token.len();
    marked.is_some_and(is_one) || ended.is_some_and(is_one) || is_long
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a word is a day of the calendar, with or without an hour behind it: no bytes are grouped so.
fn is_day(word: &str) -> bool {
    let Some((day, rest)) = word.split_at_checked(10) else { return false };
    let mut parts = day.split('-').map(|part| part.parse::<u16>().unwrap_or(0));
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    let is_hour = rest.strip_prefix(['T', 't']).is_some_and(|hour| {
        hour.contains(':') && hour.chars().all(|sign| sign.is_ascii_digit() || ".,:+-Zz".contains(sign))
    });
    year.is_some_and(|year| (1900..2200).contains(&year))
        && month.is_some_and(|month| (1..=12).contains(&month))
        && day.is_some_and(|day| (1..=31).contains(&day))
        && (rest.is_empty() || is_hour)
}

fn is_uuid(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| is_digits(part))
}

#[cfg(test)]
mod tests {
    use super::{could_be_bytes, is_bytes, words};

    #[test]
    fn what_could_be_bytes() {
        for (name, value) in [
            ("mac", "AABB"),
            ("tail", "4344454690"),
            ("w", "9000"),
            ("etat", "6982"),
            ("mot d'état", "90 00"),
            ("x", "90"),
            ("x", "a3f2"),
            ("x", "0x4"),
            ("x", "41:42"),
            ("x", "41,42"),
            ("x", "[0]"),
            ("x", "144, 0"),
            ("x", "08:00:36"),
            ("x", "00B0000"),
            ("msg", "sent 00D6000008AABB"),
            ("msg", "got 6A82"),
            ("msg", "answered 9000"),
            ("msg", "apdu=00B0 of"),
            ("msg", "AA BB"),
            ("msg", "read FF"),
            ("msg", "x41x42 data00B0000001x"),
            ("msg", "got 41 42"),
            ("time", "6A82"),
            ("id", "41 42"),
            ("n", "6A82"),
            ("fileId", "3F00"),
            ("aid", "A0000000"),
        ] {
            assert!(could_be_bytes(name, value), "{name}: {value}");
        }
        assert!(is_bytes("00B0000000") && is_bytes("9000") && !is_bytes("data") && !is_bytes("added"));
    }

    #[test]
    fn what_passes() {
        for (name, value) in [
            ("time", "1795320527"),
            ("ms", "9000"),
            ("when", "08:00:36.5"),
            ("x", "2026-11-28T08:00:36.12+01:00"),
            ("x", "2026-11-28 08:00:36"),
            ("requestId", "a3f2"),
            ("handle", "0x1234"),
            ("id", "550e8400-e29b-41d4-a716-446655440000"),
            ("seq", "10"),
            ("level", "added"),
            ("level", "INFO"),
            ("msg", "to be or not"),
            ("msg", "took 10 ms"),
            ("msg", "card reset, 3 tries"),
            ("version", "1.2.12"),
            ("n", "12"),
            ("durée", "1200"),
            ("x", ""),
            ("x", "5"),
        ] {
            assert!(!could_be_bytes(name, value), "{name}: {value}");
        }
        assert_eq!(words("requestId-of_X"), ["request", "id", "of", "x"]);
    }
}
