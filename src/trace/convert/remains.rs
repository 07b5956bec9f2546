//! What is left of a line when its bytes and all else that is understood are taken: the line is named as soon as any of
//! it could be a byte.
//!
//! What is no byte is listed here, one kind after the other; what is on no list could be one. This asks none of those
//! who read bytes: what they overlook is seen here.

use super::{
    lines::{Line, Piece},
    prefix,
    vocabulary::{COUNTED, HANDLED, Kind, LENGTHS, NUMBERED, OF_BYTES, READERS, SPELT, has_unit, is_unit, kind},
};

/// Whether what is left of a line could be bytes.
pub(super) fn could_be_bytes(line: &Line<'_>) -> bool {
    let left = line.left();
    let taken = if left.is_empty() { String::new() } else { line.taken_digits(LONGEST_REPEATED) };
    left.iter().any(|piece| piece.text.len() > LONGEST_TALK || Sentence::of(*piece).has_bytes(&taken))
}

/// How long a piece of text is at most that is looked at word for word; nobody talks so long.
const LONGEST_TALK: usize = 1_000;

/// How many characters of bytes a remark may repeat a part of.
const LONGEST_REPEATED: usize = 1_000;

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    text: &'a str,
    kind: Kind,
    /// What stands between the token before it and this one.
    gap: &'a str,
}

/// The words of a piece.
struct Sentence<'a> {
    tokens: Vec<Token<'a>>,
    /// What stands behind the last one.
    end: &'a str,
    piece: Piece<'a>,
}

impl<'a> Sentence<'a> {
    fn of(piece: Piece<'a>) -> Self {
        let mut tokens = Vec::new();
        let mut rest = piece.text;
        while let Some(start) = rest.find(char::is_alphanumeric) {
            let (gap, from) = rest.split_at(start);
            // A day or a time is none.
            let word = from.split([' ', '\t', ',', ';', '(', ')', '[', ']', '"']).next().unwrap_or_default();
            if prefix::is_day_or_time(word) && !gap.ends_with([':', '-', '.', '/']) {
                tokens.push(Token { text: word, kind: Kind::Word, gap });
                rest = &from[word.len()..];
                continue;
            }
            let end = from.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(from.len());
            let (text, after) = from.split_at(end);
            tokens.push(Token { text, kind: kind(text), gap });
            rest = after;
        }
        Self { tokens, end: rest, piece }
    }

    fn has_bytes(&self, taken: &str) -> bool {
        let known: Vec<bool> = (0..self.tokens.len()).map(|at| self.is_known(at, taken)).collect();
        (0..self.tokens.len()).any(|at| !known[at] && self.could_be(at, &known))
    }

    fn token(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    fn before(&self, at: usize) -> Option<&Token<'a>> {
        self.token(at.checked_sub(1)?)
    }

    /// What stands behind a token.
    fn gap_behind(&self, at: usize) -> &'a str {
        self.token(at + 1).map_or(self.end, |next| next.gap)
    }

    /// Whether a token is none of what it could be otherwise.
    fn is_known(&self, at: usize, taken: &str) -> bool {
        let Some(token) = self.token(at) else { return false };
        match token.kind {
            Kind::Word => !self.begins_with_byte(at) && !self.is_glued(at),
            Kind::Glued => false,
            Kind::Letters => self.is_spelt(at) || token.text.len() == 1 && self.is_index(at),
            Kind::Number => {
                self.is_measured(at)
                    || self.is_numbered(at, taken)
                    || self.is_index(at)
                    || self.is_of_process(at)
                    || self.is_of_version(at)
                    || self.is_of_address(at)
                    || self.is_of_reader(at)
                    || self.is_of_clock(at)
                    || self.is_handle(at)
                    || self.is_repeated(at, taken)
            }
            // `0x23 bytes`.
            Kind::Hex => {
                self.is_handle(at)
                    || token.text.starts_with("0x") && self.is_measured(at)
                    || self.is_repeated(at, taken)
            }
        }
    }

    /// Whether a token that is not known could be a byte, or a part of one.
    fn could_be(&self, at: usize, known: &[bool]) -> bool {
        let token = self.tokens[at];
        let alone = token.kind == Kind::Number && token.text.len() == 1;
        if !alone {
            return true;
        }
        // One digit may stand in a sentence, but not behind bytes nor beside other digits.
        let is_digit = |at: usize| {
            self.token(at).is_some_and(|other| matches!(other.kind, Kind::Number | Kind::Hex) && !known[at])
        };
        let beside = at.checked_sub(1).is_some_and(is_digit) || is_digit(at + 1);
        let has_word = self.tokens.iter().any(|token| token.kind == Kind::Word);
        beside || !has_word || at == 0 && self.piece.is_behind
    }

    /// Whether a word behind bytes and what joins them begins as one: `A7, FEcard-1`.
    fn begins_with_byte(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let is_joined = token.gap.starts_with([',', '-', ';', ':']);
        let is_byte = token.text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        at == 0 && self.piece.is_behind && is_joined && is_byte
    }

    /// Whether a word with digits stands directly behind bytes: one of its signs may be another one.
    fn is_glued(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let has_digit = token.text.bytes().any(|sign| sign.is_ascii_digit());
        at == 0 && self.piece.is_behind && token.gap.is_empty() && has_digit
    }

    /// `12 ms`, `0.5 s`, `3%`.
    fn is_measured(&self, at: usize) -> bool {
        let is_part = self.gap_behind(at) == "." || self.gap_behind(at) == ",";
        let last =
            if is_part && self.token(at + 1).is_some_and(|part| part.kind == Kind::Number) { at + 1 } else { at };
        let next = self.token(last + 1);
        let measured =
            next.is_some_and(|next| is_unit(next.text) && next.gap.trim().is_empty() && next.gap.chars().count() < 2);
        // Of `0.5ms` the part and its unit are one word.
        let is_joined = is_part && self.token(at + 1).is_some_and(|part| has_unit(part.text));
        measured || is_joined || self.gap_behind(last).starts_with('%')
    }

    /// `slot 0`, `len=17`, `pid 2811`.
    fn is_numbered(&self, at: usize, taken: &str) -> bool {
        let token = self.tokens[at];
        let Some(key) = self.before(at) else { return false };
        let is = |known: &[&str]| known.iter().any(|word| key.text.eq_ignore_ascii_case(word));
        let joined =
            token.gap.chars().all(|sign| matches!(sign, ' ' | ':' | '=' | '#' | '(' | '.' | '\u{B0}' | '\u{A0}'));
        // More numbers behind one are bytes.
        let alone = !self
            .token(at + 1)
            .is_some_and(|next| matches!(next.kind, Kind::Number | Kind::Hex) && next.gap.trim().is_empty());
        // A length behind bytes is theirs, or that of their data.
        let counts = || {
            let length = taken.len() / 2;
            let known = [Some(length), length.checked_sub(2), length.checked_sub(5)];
            let is_count = token.text.len() == 1 || !token.text.starts_with('0');
            taken.is_empty() || is_count && token.text.parse().is_ok_and(|count: usize| known.contains(&Some(count)))
        };
        joined
            && alone
            && (!self.piece.is_behind || !is(&LENGTHS) || counts())
            && (is(&COUNTED)
                || token.text.len() <= 3 && is(&NUMBERED)
                || key.text.eq_ignore_ascii_case("T") && token.text.len() == 1)
    }

    /// A number before what was taken, as lines of a list have it: `[12]`, `3:`.
    fn is_index(&self, at: usize) -> bool {
        let (gap, behind) = (self.tokens[at].gap.trim(), self.gap_behind(at).trim_start());
        // One digit is no byte.
        let is_digit = self.tokens.len() == 1 && self.tokens[at].text.len() == 1 && self.end.starts_with(' ');
        if is_digit && !self.piece.is_behind && self.piece.is_before {
            return true;
        }
        let bracketed = matches!(gap, "[" | "(" | "#") && (behind.starts_with([']', ')']) || gap == "#");
        // The last byte of a line that was cut may stand before the meaning of a status word: `00 : Normal processing.`
        let is_pairs = self.tokens[at].text.len().is_multiple_of(2);
        let is_listed = behind.starts_with(')') || behind.starts_with(':') && (self.piece.is_before || !is_pairs);
        at == 0
            && !self.piece.is_behind
            && (bracketed || gap.is_empty() && is_listed)
            && (self.piece.is_before || self.tokens.len() > 1)
    }

    /// `app[2811]`.
    fn is_of_process(&self, at: usize) -> bool {
        self.tokens[at].gap == "["
            && self.gap_behind(at).starts_with(']')
            && self.before(at).is_some_and(|name| name.kind == Kind::Word)
    }

    /// `OpenSC 0.23.0`, `v1.9`: no part of it has more than three digits, and not each has two.
    fn is_of_version(&self, at: usize) -> bool {
        let joined = |at: usize| self.token(at).is_some_and(|token| token.kind == Kind::Number && token.gap == ".");
        let mut first = at;
        while first > 0 && joined(first) {
            first -= 1;
        }
        let mut last = at;
        while joined(last + 1) {
            last += 1;
        }
        let Some(before) = self.before(first) else { return false };
        let first_part = self.tokens[first];
        let parts = || self.tokens[first..=last].iter().map(|part| part.text.len());
        let is_behind_word =
            before.kind == Kind::Word && first_part.gap.chars().all(|sign| matches!(sign, ' ' | ':' | '(' | '-' | '='));
        let (is_short, has_digit) = (parts().all(|length| length <= 3), parts().any(|length| length == 1));
        let major = before.text.trim_start_matches(['v', 'V']);
        let is_v = joined(at) && major.len() < before.text.len() && major.bytes().all(|digit| digit.is_ascii_digit());
        is_short && (last > first && is_behind_word && has_digit || is_v)
    }

    /// `127.0.0.1`, `127.0.0.1:35963`.
    fn is_of_address(&self, at: usize) -> bool {
        let is_part = |at: usize, gap: &str| {
            self.token(at).is_some_and(|part| part.kind == Kind::Number && part.text.len() <= 3 && part.gap == gap)
        };
        let begins = |first: usize| {
            let is_first = self.token(first).is_some_and(|part| part.kind == Kind::Number && part.text.len() <= 3);
            is_first
                && self.before(first).is_some_and(|word| word.kind == Kind::Word)
                && (1..4).all(|part| is_part(first + part, "."))
        };
        let is_port = self.tokens[at].gap == ":" && at >= 4 && begins(at - 4);
        is_port || (0..4).any(|part| at.checked_sub(part).is_some_and(begins))
    }

    /// The two numbers at the end of a name that PC/SC gives to a reader: `ACS ACR122U 00 00`.
    fn is_of_reader(&self, at: usize) -> bool {
        let small = |at: usize| {
            let token = self.token(at)?;
            (token.kind == Kind::Number && token.text.len() == 2 && token.text.starts_with('0')).then_some(token)
        };
        let first = match (small(at), small(at + 1)) {
            (Some(_), Some(second)) if is_blank(second.gap) => at,
            (Some(second), _) if is_blank(second.gap) && at > 0 && small(at - 1).is_some() => at - 1,
            _ => return false,
        };
        let is_last = !self.token(first + 2).is_some_and(|next| next.gap.trim().is_empty() && next.kind != Kind::Word);
        let text = self.piece.text.to_lowercase();
        // A name is a word, or a letter behind one.
        let is_word = |at: usize| self.token(at).is_some_and(|token| token.kind == Kind::Word);
        let is_name =
            self.tokens[first].gap == " " && first > 0 && (is_word(first - 1) || first > 1 && is_word(first - 2));
        is_name && is_last && READERS.iter().any(|word| text.contains(word))
    }

    /// `08:00` at the beginning of a line, with a word behind it.
    fn is_of_clock(&self, at: usize) -> bool {
        let below = |at: usize, bound: u8| {
            self.token(at).is_some_and(|token| {
                token.text.len() == 2 && token.text.parse::<u8>().is_ok_and(|number| number < bound)
            })
        };
        let is_clock = |at: usize| below(at, 24) && below(at + 1, 60) && self.gap_behind(at) == ":";
        let followed =
            |at: usize| self.token(at).is_some_and(|word| word.kind == Kind::Word && word.gap.starts_with([' ', ']']));
        !self.piece.is_behind && (at == 0 && is_clock(0) && followed(2) || at == 1 && is_clock(0) && followed(2))
    }

    /// An address, or a result of PC/SC, behind a word for it.
    fn is_handle(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let is_key = |token: &Token<'_>| HANDLED.iter().any(|word| token.text.eq_ignore_ascii_case(word));
        let keyed = self.before(at).is_some_and(is_key) || at > 1 && self.token(at - 2).is_some_and(is_key);
        let joined = token.gap.chars().all(|sign| matches!(sign, ' ' | ':' | '=' | '(' | '#'));
        let digits = token.text.strip_prefix("0x").unwrap_or(token.text);
        keyed && joined && (digits.len() >= 8 && token.text.len() > digits.len() || digits.len() == 10)
    }

    /// A word of the lists, between others.
    fn is_spelt(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let is_listed = SPELT.iter().any(|word| token.text.eq_ignore_ascii_case(word));
        let is_word = |at: usize| {
            self.token(at).is_some_and(|other| {
                other.kind == Kind::Word || SPELT.iter().any(|word| other.text.eq_ignore_ascii_case(word))
            })
        };
        let before = at.checked_sub(1).map(is_word);
        let behind = (at + 1 < self.tokens.len()).then(|| is_word(at + 1));
        let has_word = self.tokens.iter().any(|token| token.kind == Kind::Word);
        let is_first = at == 0 && self.piece.is_behind || self.is_called_bytes(at);
        let is_numbered = self.is_of_reader(at + 1)
            || self.token(at + 1).is_some() && token.text.len() == 1 && self.is_letter_of_reader(at);
        is_listed && has_word && !is_first && (before != Some(false)) && (behind != Some(false) || is_numbered)
    }

    /// Whether a word for bytes stands before a token, or it is all that stands behind bytes but for one word:
    /// `00 D6 00 00 01 data DF`. An instruction in capitals is none: `SELECT DF`.
    fn is_called_bytes(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let Some(before) = self.before(at) else { return false };
        let is_known = OF_BYTES.iter().any(|word| before.text.to_lowercase() == *word);
        let is_capital = before.text.len() > 3 && before.text.bytes().all(|letter| letter.is_ascii_uppercase());
        let is_last = at + 1 == self.tokens.len() && at == 1 && self.piece.is_behind && !is_capital;
        token.text.len().is_multiple_of(2) && (is_known || is_last)
    }

    /// `Reader A 00 00`.
    fn is_letter_of_reader(&self, at: usize) -> bool {
        self.before(at).is_some_and(|word| READERS.iter().any(|known| word.text.eq_ignore_ascii_case(known)))
    }

    /// Whether a remark repeats bytes that were taken on the line: `# SELECT D001`, `(9000: done)`.
    fn is_repeated(&self, at: usize, taken: &str) -> bool {
        let text = self.tokens[at].text;
        let is_told =
            self.piece.is_behind && self.tokens.iter().any(|token| token.kind == Kind::Word && token.text.len() > 2);
        let upper = text.to_ascii_uppercase();
        let found = taken.match_indices(&upper).any(|(place, _)| place % 2 == 0);
        let is_status = text.len() == 4 && taken.ends_with(&upper);
        let is_named = self.tokens[..at]
            .iter()
            .any(|token| token.kind == Kind::Word && token.text.len() > 2 && token.text == token.text.to_uppercase());
        is_told && found && text.len() >= 2 && (is_status || is_named)
    }
}

/// Whether a gap is one blank of any kind.
fn is_blank(gap: &str) -> bool {
    gap.trim().is_empty() && gap.chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::could_be_bytes;
    use crate::trace::convert::lines::Line;

    fn is_named(text: &str) -> bool {
        could_be_bytes(&Line::new(1, text, text))
    }

    /// Whether what stands behind these bytes is named.
    fn is_named_behind(bytes: &str, rest: &str) -> bool {
        let line = Line::new(1, "", format!("=> {bytes}{rest}"));
        line.take(&line.text[..3 + bytes.len()]);
        could_be_bytes(&line)
    }

    #[test]
    fn plain_talk_passes() {
        for text in [
            "Card present",
            "took 12 ms",
            "(1217 usec)",
            "(12ms)",
            "0.5 s, 3 % of it",
            "Status: No Error",
            "08:00:36 ready on 2026-11-28",
            "begun on 2026-11-28 08:00:36+01:00, ended 2026-11-28T08:00:37Z",
            "app[2811] is there",
            "OpenSC 0.23.0 [gcc  12.2.0]",
            "slot 0, reader 12, T=1, len=9000, pid 9001",
            "Reader 00 00",
            "Using reader ACS ACR122U PICC 00 00",
            "Lecteur A 00 00",
            "a file is added to the DF, be careful",
            "le mot de passe, ce jour",
            "handle 0x7FFD1234, rv=0x80100069",
            "ISO7816 and RSA2048 with SHA256 on x86",
            "4 more bytes available",
            "SELECT DF",
        ] {
            assert!(!is_named(text), "{text}");
        }
        for rest in
            [" (1217 usec)", " : Normal processing.", " (by name)", " // done", "  # SELECT 0400", " (0000: done)"]
        {
            assert!(!is_named_behind("00 A4 04 00 00 00", rest), "{rest}");
        }
    }

    #[test]
    fn what_could_be_a_byte_is_named() {
        for text in [
            "9000",
            "08",
            "8",
            "\u{C9}tat : 9000",
            "\u{C9}tat : 90 00",
            "Return: 9000",
            "rc=0x9000",
            "result 0x9000",
            "W: 9000",
            "received 6A 82",
            "[cmd] 00D6000008AABBCCDDEEFF0011",
            "Payload 00A4040007 sent",
            "Transmit(00B0000000) = 01020304059000.",
            "mac=11223344",
            "x41 x42 x43",
            "%00%B0%00",
            "0 176 0 0 4",
            "41\u{202F}42",
            "\u{FF19}\u{FF10}00",
            "Foo 90 0",
            "41.42",
            "4142.4344",
            "CE",
            "card 90 00",
            "resp: 9000",
            "sw9000",
            "00006251",
            "6\u{410}82",
            "9O00",
            "9\u{41E}00",
            "\u{1D00}0",
            "data DF",
            "00 : Normal processing.",
            "82: File not found",
            "donn\u{E9}es be",
        ] {
            assert!(is_named(text), "{text}");
        }
        for rest in [
            " (0x43, 0x90, 0x00)",
            " | 43",
            " #CE",
            "#4",
            " (43)",
            "/43/44",
            " 43*",
            " 7",
            " <43>",
            " = 43",
            " \"43\"",
            " [0x43, 0x90]",
            " (43 44)",
            ", FEcard-1",
            " data DF",
            " x CE",
            " len=02",
            " size 9000",
            "g1",
        ] {
            assert!(is_named_behind("41 62", rest), "{rest}");
        }
    }
}
