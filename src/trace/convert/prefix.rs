//! What services put before each line of a log: time, host and program of the journal and of syslog, times in square
//! brackets, container names, levels, marks of comments.

use crate::work;

/// How many prefixes are taken off, one behind another.
const MOST: usize = 6;

/// How long what a service puts before a line is at most: behind each byte of a line no more is looked at.
const LONGEST: usize = 200;

/// A line without what was put before it, and without blanks around it.
pub(super) fn stripped(line: &str) -> &str {
    let mut text = line.trim();
    let mut in_container = false;
    for _ in 0..MOST {
        let rest = KINDS.iter().find_map(|kind| kind(text)).or_else(|| {
            // Behind another name there are two lines that became one.
            let rest = container(text).filter(|_| !in_container);
            in_container |= rest.is_some();
            rest
        });
        let Some(rest) = rest else { break };
        text = rest.trim_start();
    }
    text
}

/// Whether a line begins with bytes, and directly behind them stands what services put before a line: the break between
/// two lines is lost.
pub(super) fn follows_bytes(text: &str) -> bool {
    let is_pair = |pair: &&str| pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut rest = text;
    while let Some((_, behind)) = rest.split_at_checked(2).filter(|(pair, _)| is_pair(pair)) {
        let begin = &behind[..behind.floor_char_boundary(LONGEST)];
        work::step(begin.len());
        if !behind.starts_with([' ', '\t']) && stripped(begin).len() < begin.trim_end().len() {
            return true;
        }
        rest = behind.trim_start_matches([' ', '-', ':', ',']);
    }
    false
}

/// A text without the day and the time at its beginning.
pub(super) fn untimed(text: &str) -> &str {
    iso(text).or_else(|| day_and_time(text)).or_else(|| time(text)).map_or(text, str::trim_start)
}

type Kind = fn(&str) -> Option<&str>;

const KINDS: [Kind; 13] = [
    syslog,
    iso,
    priority,
    day_and_time,
    android,
    android_in_brief,
    bracket,
    time,
    seconds,
    stream,
    level,
    named,
    |text| text.strip_prefix("// ").or_else(|| text.strip_prefix("* ")),
];

/// Whether a word before a text tells when, how grave or on which stream it is, and not who says it.
pub(super) fn is_of_time_or_level(word: &str) -> bool {
    let word = word.rsplit('>').next().unwrap_or(word);
    let of_time = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "AM", "PM", "stdout", "stderr"];
    let is_month = MONTHS.iter().any(|month| month.trim_end_matches('.') == word);
    is_month || of_time.contains(&word) || LEVELS.contains(&word.to_ascii_uppercase().as_str()) || word.len() == 1
}

/// In English and in French.
const MONTHS: [&str; 24] = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
    "janv.",
    "f\u{E9}vr.",
    "mars",
    "avril",
    "mai",
    "juin",
    "juil.",
    "ao\u{FB}t",
    "sept.",
    "oct.",
    "nov.",
    "d\u{E9}c.",
];

const LEVELS: [&str; 9] = ["TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL"];

/// `Nov 28 08:00:36 host pcscd[2811]: `, also with a weekday before it.
fn syslog(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once(' ')?;
    let (month, rest) = if matches!(word, "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun") {
        rest.split_once(' ')?
    } else {
        (word, rest)
    };
    if !MONTHS.contains(&month) {
        return None;
    }
    let (day, rest) = rest.trim_start().split_once(' ')?;
    let rest = clock(rest.trim_start()).filter(|_| matches!(day.len(), 1 | 2) && is_number(day))?;
    Some(tagged(rest.trim_start()))
}

/// Text without `host program[number]: ` or `host program: `, if it begins so.
fn tagged(text: &str) -> &str {
    let tag = text.split_once(' ').and_then(|(host, rest)| {
        let (program, rest) = rest.split_once(": ")?;
        let named = program.split('[').next().unwrap_or_default();
        let whole = is_name(host) && is_name(named) && (program.len() == named.len() || program.ends_with(']'));
        whole.then_some(rest)
    });
    tag.unwrap_or(text)
}

/// `2026-11-28T08:00:36.123+01:00 ` or with a blank in place of the T; then perhaps host and program with its number.
fn iso(text: &str) -> Option<&str> {
    let (day, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', ' ']).filter(|_| is_day(day))?;
    let rest = zone(clock(rest)?);
    let rest = rest.strip_prefix(',').unwrap_or(rest);
    let rest = begins_anew(rest)?;
    // A program without host and number may be what the log is told by.
    let numbered = tagged(rest.trim_start());
    Some(if rest.trim_start().len() > numbered.len() && rest.contains("]: ") { numbered } else { rest })
}

/// Whether these ten characters are a day: `2026-11-28` or `2026/11/28`.
fn is_day(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        4 | 7 => matches!(byte, b'-' | b'/'),
        _ => byte.is_ascii_digit(),
    })
}

/// `28.11.2026 08:00:36 ` and `11/28/2026 08:00:36 `.
fn day_and_time(text: &str) -> Option<&str> {
    let (day, rest) = text.split_once(' ')?;
    let parts: Vec<&str> = day.split(['.', '/', '-']).collect();
    let years = parts.iter().filter(|part| part.len() == 4).count();
    // A year has four digits, or each part has two.
    let is_day = parts.len() == 3
        && parts.iter().all(|part| is_number(part) && matches!(part.len(), 1 | 2 | 4))
        && (years == 1 || parts.iter().all(|part| part.len() == 2));
    let rest = clock(rest).filter(|_| is_day)?;
    begins_anew(rest.strip_prefix(" AM").or_else(|| rest.strip_prefix(" PM")).unwrap_or(rest))
}

/// `<30>` before the time of syslog; and all that RFC 5424 has before a message without structured data:
/// `<30>1 2026-11-28T08:00:36Z host pcscd 2811 - - `.
fn priority(text: &str) -> Option<&str> {
    let (number, rest) = text.strip_prefix('<')?.split_once('>')?;
    if let Some(fields) = rest.strip_prefix("1 ") {
        let mut rest = iso(fields)?.trim_start();
        for field in 0..5 {
            let (word, after) = rest.split_once(' ')?;
            rest = after;
            // The last field is structured data.
            if word.is_empty() || field == 4 && word != "-" {
                return None;
            }
        }
        return (number.len() <= 3 && is_number(number)).then_some(rest);
    }
    let follows = syslog(rest).is_some() || iso(rest).is_some();
    (number.len() <= 3 && is_number(number) && follows).then_some(rest)
}

/// `11-28 08:00:36.123  1234  1235 D tag     : `, as Android has it.
fn android(text: &str) -> Option<&str> {
    let (day, rest) = text.split_once(' ')?;
    let is_day = day.split('-').map(str::len).eq([2, 2]) && day.split('-').all(is_number);
    let rest = clock(rest).filter(|_| is_day)?.trim_start();
    let (process, rest) = rest.split_once(' ')?;
    let (thread, rest) = rest.trim_start().split_once(' ')?;
    let rest = rest.strip_prefix(['V', 'D', 'I', 'W', 'E', 'F'])?.strip_prefix(' ')?;
    let (tag, rest) = rest.split_once(": ")?;
    (is_number(process) && is_number(thread) && is_name(tag.trim_end())).then_some(rest)
}

/// `D/IsoDep  ( 4212): `, as Android has it in brief.
fn android_in_brief(text: &str) -> Option<&str> {
    let (tag, rest) = text.strip_prefix(['V', 'D', 'I', 'W', 'E', 'F'])?.strip_prefix('/')?.split_once('(')?;
    let (process, rest) = rest.split_once("): ")?;
    (is_number(process.trim_start()) && is_name(tag.trim_end())).then_some(rest)
}

/// Seconds since 1970 with a part: `1795852836.123456 `.
fn seconds(text: &str) -> Option<&str> {
    let (number, rest) = text.split_once(' ')?;
    let (whole, part) = number.split_once('.')?;
    (whole.len() == 10 && is_number(whole) && is_number(part)).then_some(rest)
}

/// `- card.reader - DEBUG - `, as Python's logging has it behind the time.
fn named(text: &str) -> Option<&str> {
    let (name, rest) = text.strip_prefix("- ").unwrap_or(text).split_once(" - ")?;
    let (level, rest) = rest.split_once(" - ")?;
    // A name has more than digits of bytes.
    let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_name(name) && !is_hex && LEVELS.contains(&level)).then_some(rest)
}

/// Whether a word is a day or a time: no bytes.
pub(super) fn is_day_or_time(word: &str) -> bool {
    let time = match word.split_at_checked(10) {
        Some((day, rest)) if is_day(day) => rest.trim_start_matches('T'),
        _ => word,
    };
    time.is_empty() && !word.is_empty()
        || clock(time).is_some_and(|rest| zone(rest).trim_matches([',', '"']).is_empty())
}

/// A time, a day, seconds or a level in square brackets. Other words in brackets say who speaks.
fn bracket(text: &str) -> Option<&str> {
    let (inside, rest) = text.strip_prefix('[')?.split_once(']')?;
    let inside = inside.trim();
    let seconds = inside.split_once('.').is_some_and(|(whole, part)| is_number(whole) && is_number(part));
    let is_time = iso(inside).or_else(|| day_and_time(inside)).or_else(|| clock(inside)).is_some_and(str::is_empty);
    let is_pod = inside.starts_with("pod/");
    (seconds || is_time || is_pod || LEVELS.contains(&inside.to_ascii_uppercase().as_str())).then_some(rest)
}

/// `08:00:36 ` or `08:00:36.123 `. Three bytes with colons between them are none: their text would follow.
fn time(text: &str) -> Option<&str> {
    let rest = clock(text)?;
    let rest = rest.strip_prefix([',', ':', ';']).unwrap_or(rest);
    begins_anew(rest).filter(|rest| !rest.is_empty() && super::notation::counted(text, 3).is_none())
}

/// The name of a container as Docker Compose writes it: `card-1  | `.
fn container(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once("| ")?;
    let name = name.strip_suffix(' ')?.trim_end();
    (is_name(name) && !name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(rest)
}

/// Which stream a line of a container came from.
fn stream(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("stdout ").or_else(|| text.strip_prefix("stderr "))?;
    rest.strip_prefix("F ").or_else(|| rest.strip_prefix("P "))
}

/// `DEBUG: `, `INFO  `.
fn level(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once([' ', ':'])?;
    LEVELS.contains(&word).then(|| rest.trim_start_matches([' ', ':', '-']))
}

/// What follows a time of day.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_at_checked(2)?;
    let (minute, rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let (second, rest) = rest.strip_prefix(':')?.split_at_checked(2)?;
    let below = |text: &str, bound: u8| is_number(text) && text.parse::<u8>().is_ok_and(|number| number < bound);
    if !below(hour, 24) || !below(minute, 60) || !below(second, 61) {
        return None;
    }
    let part = rest.strip_prefix(['.', ',']).filter(|part| part.starts_with(|first: char| first.is_ascii_digit()));
    Some(part.map_or(rest, |part| part.trim_start_matches(|digit: char| digit.is_ascii_digit())))
}

/// Text without `Z`, `+01:00` or `+0100`.
fn zone(text: &str) -> &str {
    let signed = || {
        let rest = text.strip_prefix(['+', '-'])?;
        let digits = rest.trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == ':');
        matches!(rest.len() - digits.len(), 4 | 5).then_some(digits)
    };
    text.strip_prefix('Z').or_else(signed).unwrap_or(text)
}

/// A prefix ends with its line or with a blank.
fn begins_anew(text: &str) -> Option<&str> {
    (text.is_empty() || text.starts_with([' ', '\t'])).then_some(text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@');
    !text.is_empty() && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{follows_bytes, stripped};

    #[test]
    fn a_line_is_in_one_container() {
        assert_eq!(stripped("card-1  | 00card-1  |  (1217 usec)"), "00card-1  |  (1217 usec)");
    }

    #[test]
    fn a_prefix_behind_bytes_is_that_of_another_line() {
        for lost in ["00card-1  |  (1217 usec)", "00-01-02Nov 28 08:00:36 host pcscd[2811]: ok", "90 00DEBUG: done"] {
            assert!(follows_bytes(lost), "{lost}");
        }
        for whole in ["", "00", "00 01 02", "DEBUG: done", "decoded", "90 00 (1217 usec)", "AD: x"] {
            assert!(!follows_bytes(whole), "{whole}");
        }
    }

    #[test]
    fn what_services_put_before_a_line_goes() {
        for prefix in [
            "",
            "Nov 28 08:00:36 host pcscd[2811]: ",
            "nov 28".get(..0).unwrap_or_default(),
            "Nov  8 08:00:36 my-host pcscd: ",
            "Sat Nov 28 08:00:36 host pcscd[2811]: ",
            "Nov 28 08:00:36.123456 host pcscd[2811]: ",
            "2026-11-28T08:00:36+0100 host pcscd[2811]: ",
            "2026-11-28T08:00:36.123456+01:00 host pcscd[2811]: ",
            "2026-11-28T08:00:36.123456789Z ",
            "2026-11-28T08:00:36.123Z stdout F ",
            "2026-11-28 08:00:36,123 - ".trim_end_matches("- "),
            "2026/11/28 08:00:36 ",
            "<30>Nov 28 08:00:36 host pcscd[2811]: ",
            "28.11.2026 08:00:36  [INFO] ",
            "11/28/2026 08:00:36 AM ",
            "[2026-11-28 08:00:36] ",
            "<30>1 2026-11-28T08:00:36Z host pcscd 2811 - - ",
            "nov. 28 08:00:36 host pcscd[2811]: ",
            "f\u{E9}vr. 28 08:00:36 host pcscd[2811]: ",
            "2026-11-28 08:00:36,123 - card.reader - DEBUG - ",
            "11-28 08:00:36.123  1234  1235 D CardService: ",
            "D/IsoDep  ( 4212): ",
            "1795852836.123456 ",
            "[12345.678901] ",
            "[08:00:36] [DEBUG] ",
            "08:00:36.5 ",
            "08:00:36: ",
            "card-1  | ",
            "card_reader-1 | 2026-11-28T08:00:36.1Z ",
            "[pod/card/reader] ",
            "DEBUG: ",
            "    ",
            "// ",
        ] {
            for line in ["00000019 APDU: 00 A4 04 00", "=> 00 A4 04 00", "[140] SW: 90 00", "90 00                 .."]
            {
                assert_eq!(stripped(&format!("{prefix}{line}")), line, "{prefix}");
            }
        }
        assert_eq!(stripped("2026-11-22 08:36:14 scdaemon[22048] DBG: dump: 00"), "scdaemon[22048] DBG: dump: 00");
    }

    #[test]
    fn bytes_and_names_are_no_prefixes() {
        for line in [
            "10:20:30",
            "10:20:30  . 0",
            "10:20:30:40 50",
            "00 A4 04 00",
            "[140345799157760] APDU: 00",
            "[DEBUGGER] x",
            "0010 | 00 01",
            "Maybe 12 08:00:36 x",
            "7F3E36F99780@>|1795320527|398816|SCardTransmit",
        ] {
            assert_eq!(stripped(line), line);
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "(Nov |28|[0-9:T+.<>|é -]|\\[|\\]|Z|stdout |pcscd: ){0,20}") {
            let _ = stripped(&line);
        }
    }
}
