//! A command or an answer that goes on over several lines: rows of a dump, lines that a paste wrapped.

use super::{
    column::is_text_of_last,
    dialogue::{Message, Unread},
    element::Bytes,
    guards::{HIDES_NOTHING, ends_with_status, flaw_of_command, length_by_le},
    lines::Line,
    looks::is_pairs,
    notation::{self, Reading},
    prefix, tail,
};

/// A row is the same as what a column of text shows of the bytes above it.
pub(super) const TEXT_OF_ABOVE: &str = "a row that is the text of the bytes above it, or bytes: nothing tells";

/// An answer that has its status word has a row below it.
const ENDED_ABOVE: &str =
    "a row below an answer that has its status word, more of it or bytes of another: nothing tells";

/// An answer begins as one ends.
const STATUS_FIRST: &str = "a status word set off before the data of the answer, or data: nothing tells";

/// An answer is called carried out.
const NO_SUCCESS: &str = "the log says that the command was carried out, and the answer does not end with 90 00";

const TIME_OR_BYTES: &str = "a day or a time before the bytes, or bytes: nothing tells";

/// What a row is that stands below an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Below {
    /// More of the answer, or it may be so.
    More,
    /// None of it, which has ended.
    Another,
}

/// Bytes on their way into a message.
#[derive(Debug)]
pub(super) struct Gathered {
    line: usize,
    bytes: Bytes,
    /// The first digit of a byte whose second one may stand on the next line.
    half: Option<char>,
    /// How many bytes the first line has, and how many rows stand below it.
    width: usize,
    rows: usize,
    /// Whether the last row has an offset of eight digits before it.
    is_dump: bool,
    /// The status word, where it stands apart.
    status: Option<Bytes>,
    /// The first row, and its line, below an answer that may have ended; and how long the answer is by its command.
    ended: Option<(usize, String, Option<usize>)>,
    /// The time that was taken from before the bytes, where nothing but its form tells that it is one.
    clock: Option<(usize, String)>,
    /// The first thing that is wrong.
    flaw: Option<Unread>,
}

impl Gathered {
    /// Begins on a line of the log.
    pub(super) fn new(line: usize) -> Self {
        let (bytes, half, width, rows, is_dump, status) = Default::default();
        Self { line, bytes, half, width, rows, is_dump, status, ended: None, clock: None, flaw: None }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty() && self.status.is_none()
    }

    /// Takes the status word that stands apart on a line, and whether its data follow: some programs put them behind.
    pub(super) fn status(&mut self, line: usize, text: &str, status: Bytes, data_follow: bool) {
        if self.status.as_ref().is_some_and(|known| *known != status) {
            self.flaw(line, text, "two status words of one answer");
        }
        if !data_follow && self.ends_with(&status) {
            self.flaw(line, text, "a status word that stands apart behind the same two bytes: data, or said twice");
        }
        self.status.get_or_insert(status);
    }

    /// Whether the bytes so far end with this status word.
    pub(super) fn ends_with(&self, status: &Bytes) -> bool {
        self.bytes.0.ends_with(&status.0)
    }

    /// Takes the bytes at the beginning of a part of a line, and gives back what follows them.
    pub(super) fn take_of<'t>(&mut self, line: &Line<'_>, text: &'t str) -> Option<Rest<'t>> {
        let rest = self.take(line.number, text);
        let left = rest.as_ref().map_or(0, |rest| rest.text.len());
        let text = text.trim();
        line.take(text.get(..text.len() - left).unwrap_or_default());
        rest
    }

    /// Takes the bytes directly behind a mark, and gives back what follows them. An offset or a time may stand between.
    pub(super) fn begin_of<'t>(&mut self, line: &Line<'_>, text: &'t str) -> Option<Rest<'t>> {
        let whole = text.trim();
        let text = self.bare(line.number, whole);
        line.take(&whole[..whole.len() - text.len()]);
        self.take_of(line, text)
    }

    /// Takes the bytes at the beginning of a field of a record, as [`Self::begin_of`] does.
    pub(super) fn begin<'t>(&mut self, line: usize, text: &'t str) -> Option<Rest<'t>> {
        let text = self.bare(line, text.trim());
        self.take(line, text)
    }

    /// A text without the time and the offset at its beginning.
    fn bare<'t>(&mut self, line: usize, text: &'t str) -> &'t str {
        let untimed = self.without_time(line, text);
        self.without_offset(line, untimed)
    }

    /// A text without the day and the time at its beginning. What could be bytes as well is a flaw.
    fn without_time<'t>(&mut self, line: usize, text: &'t str) -> &'t str {
        let untimed = prefix::untimed(text);
        if untimed.len() == text.len() && first_offset(text).is_none() && could_be_time(text) {
            self.flaw(line, text, TIME_OR_BYTES);
        }
        // No three bytes are followed by a part of a second, and no seven are grouped as a day and a time.
        let taken = text[..text.len() - untimed.len()].trim().trim_end_matches([',', ':', ';']);
        if !taken.is_empty() && taken.split(':').map(str::len).eq([2, 2, 2]) {
            self.clock = Some((line, text.to_owned()));
        }
        untimed
    }

    /// Looks at the time before the bytes, where there was one that could be three bytes too. Before a command it is a
    /// time if no command begins so; before an answer, if one stands before its command, or if the rest is as long as
    /// the command says. Whether a time was there.
    pub(super) fn check_time(&mut self, command: Option<(&Bytes, bool)>) -> bool {
        let Some((line, text)) = self.clock.take() else { return false };
        let is_time = match command {
            Some((command, is_timed)) => is_timed || length_by_le(command) == self.bytes.length(),
            None => {
                let digits = text.get(..8).unwrap_or_default();
                let whole = Bytes([notation::read(digits).bytes.0, self.bytes.0.clone()].concat());
                flaw_of_command(&whole).is_some()
            }
        };
        if !is_time {
            self.flaw(line, &text, TIME_OR_BYTES);
        }
        true
    }

    /// A text without the offset of the first row of a dump. Where it is not zero, rows may be missing: a flaw.
    fn without_offset<'t>(&mut self, line: usize, text: &'t str) -> &'t str {
        let Some((digits, row)) = first_offset(text) else { return text };
        if digits.bytes().any(|digit| digit != b'0') {
            self.flaw(line, text, "a number before the bytes: a count, or the offset of a row below a lost one");
        }
        row
    }

    /// Takes the bytes at the beginning of a text, and gives back what follows them: the end of it.
    pub(super) fn take<'t>(&mut self, line: usize, text: &'t str) -> Option<Rest<'t>> {
        let whole = text.trim();
        let text = without_mark_of_more(whole);
        let joined = self.half.take().map(|half| format!("{half}{text}"));
        let Reading { bytes, rest, apart, doubt, .. } = notation::read(joined.as_deref().unwrap_or(text));
        self.bytes.extend(bytes);
        if let Some(why) = doubt {
            self.flaw(line, text, why);
        }
        match rest {
            "" | "-" | "," | ":" | ";" => None,
            rest if is_odd(rest) => {
                let (pairs, half) = rest.split_at(rest.len() - 1);
                self.bytes.extend(notation::read(pairs).bytes);
                self.half = half.chars().next();
                None
            }
            rest => {
                let text = text.get(text.len().saturating_sub(rest.len())..).unwrap_or(text);
                Some(Rest { text, apart, bytes: self.bytes.0.len() })
            }
        }
    }

    /// Takes a line below, if it has nothing but bytes and what may follow them, which is given back.
    pub(super) fn row<'t>(&mut self, line: &Line<'_>, text: &'t str) -> Option<Option<Rest<'t>>> {
        let whole = text.trim();
        let (told, text) = offset(whole);
        let bare = without_mark_of_more(text);
        let joined = self.half.map(|half| format!("{half}{bare}"));
        let Reading { bytes, rest, .. } = notation::read(joined.as_deref().unwrap_or(bare));
        let begins = !bytes.is_empty() || is_odd(rest);
        let goes_on = rest.is_empty()
            || is_odd(rest)
            || rest.starts_with(|first: char| !first.is_alphanumeric())
            || tail::status(rest).is_some();
        let is_word = bytes.0.len() <= 4 && !rest.is_empty() && !text.contains(|digit: char| digit.is_ascii_digit());
        if !begins || !goes_on || is_word {
            return None;
        }
        if let Some(told) = told.filter(|told| *told != self.bytes.0.len()) {
            let why = format!("a row that begins at byte {told}, and {} stand before it", self.bytes.0.len());
            self.flaw(line.number, text, &why);
        }
        if !text.is_empty() && text.bytes().all(|byte| byte == b'.') {
            self.flaw(line.number, text, "a row of nothing but dots: hidden bytes, or the text of those above");
        }
        if is_text_of_last(&self.bytes.0, text) {
            self.flaw(line.number, text, TEXT_OF_ABOVE);
        }
        line.take(&whole[..whole.len() - text.len()]);
        if self.rows == 0 {
            self.width = self.bytes.0.len();
        }
        self.rows += 1;
        self.is_dump = told.is_some() && whole.split([' ', ':']).next().is_some_and(|offset| offset.len() == 8);
        Some(self.take_of(line, text))
    }

    /// What the last line of a dump says, which has nothing but the offset of its end, as `hexdump -C` writes it.
    pub(super) fn end_of_dump(&self, text: &str) -> Option<usize> {
        let digits = Some(text.trim()).filter(|digits| self.is_dump && self.half.is_none() && digits.len() == 8)?;
        let is_number = digits.bytes().all(|digit| digit.is_ascii_digit() || matches!(digit, b'a'..=b'f'));
        usize::from_str_radix(digits, 16).ok().filter(|_| is_number)
    }

    /// Whether the rows so far are as long as each other.
    fn has_even_rows(&self) -> bool {
        self.rows > 0 && self.bytes.0.len() == self.width * (self.rows + 1)
    }

    /// What a row below an answer is. An answer has ended that has a status word and is nothing else, or has all that
    /// the command asks for, or is parted from the row by a blank line, or the row says its status word once more.
    /// Where the answer may have ended or not, the row goes on with it and that is named, unless the whole is as long
    /// as the command says.
    pub(super) fn below(&mut self, command: Option<&Bytes>, is_parted: bool, line: &Line<'_>, text: &str) -> Below {
        let (told, row) = offset(text.trim());
        let length = self.bytes.0.len();
        if self.half.is_some() || told == Some(length) || !ends_with_status(&self.bytes) {
            return Below::More;
        }
        let asked = command.and_then(length_by_le);
        let Reading { bytes, rest, .. } = notation::read(row);
        let is_status = rest.is_empty() && bytes.0.len() == 2 && ends_with_status(&bytes);
        // The text of a row may end as a status word does, and that of the answer follows it.
        let is_all = length == 2 || asked == Some(length);
        let is_row = length.is_multiple_of(16) && !self.is_done() && !is_all;
        let is_last = is_status && (asked == Some(length + 2) || is_row);
        let is_twice = is_status && self.ends_with(&bytes) && !self.has_even_rows();
        if !is_last && (is_all || is_parted || is_twice) {
            return Below::Another;
        }
        if !is_row && self.ended.is_none() {
            self.ended = Some((line.number, text.trim().to_owned(), asked));
        }
        Below::More
    }

    /// Whether these bytes end with `90 00`.
    fn is_done(&self) -> bool {
        self.ends_with(&Bytes::from(&[0x90, 0x00][..]))
    }

    /// Looks at how the text of an answer begins.
    pub(super) fn check_beginning(&mut self, line: usize, text: &str) {
        if tail::begins_with_status(text.trim()) {
            self.flaw(line, text, STATUS_FIRST);
        }
    }

    /// Notes that the log says of this answer that the command was carried out: it ends with `90 00`, or is nothing but
    /// the word that more waits [ISO-7816-4 5.6].
    pub(super) fn check_success(&mut self, line: usize, text: &str) {
        let waits = self.bytes.0.len() == 2 && matches!(self.bytes.byte(0), Some(0x61 | 0x9F));
        if self.status.is_none() && !self.is_done() && !waits {
            self.flaw(line, text, NO_SUCCESS);
        }
    }

    /// Takes bytes as they are.
    pub(super) fn push(&mut self, bytes: Bytes) {
        self.bytes.extend(bytes);
    }

    /// Notes what is wrong, unless something was before.
    pub(super) fn flaw(&mut self, line: usize, text: &str, why: &str) {
        self.flaw.get_or_insert_with(|| Unread { line, text: text.to_owned(), why: why.to_owned() });
    }

    /// Ends. `told` is how many bytes the log says that there are.
    pub(super) fn close(mut self, told: Option<usize>) -> Message {
        if let Some(half) = self.half {
            self.flaw(self.line, &format!("{} {half}", self.bytes.notation()), "half a byte at the end");
        }
        if let Some(status) = self.status.take() {
            self.bytes.extend(status);
        }
        if let Some(told) = told.filter(|_| self.bytes.length().is_none()) {
            let shown = self.bytes.notation();
            if self.bytes.fill(told) == Some(0) {
                self.flaw(self.line, &shown, HIDES_NOTHING);
            }
        }
        let counted = told.is_some() && told == self.bytes.length();
        if let Some((line, text, asked)) = self.ended.take()
            && !counted
            && asked != self.bytes.length()
        {
            self.flaw(line, &text, ENDED_ABOVE);
        }
        if let Some(told) = told.filter(|_| !counted) {
            let why = format!("{} bytes where the log says {told}", self.bytes.0.len());
            self.flaw(self.line, &self.bytes.notation(), &why);
        }
        let settled = counted || self.flaw.is_some();
        Message { line: self.line, bytes: self.bytes, settled, flaw: self.flaw }
    }
}

/// What follows bytes on their line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest<'t> {
    pub(super) text: &'t str,
    /// Whether it stands apart, as a column does.
    pub(super) apart: bool,
    /// How many bytes were said before it.
    pub(super) bytes: usize,
}

/// A text without the backslash that says that more follows; at the end of a column of text it is a byte.
fn without_mark_of_more(text: &str) -> &str {
    text.strip_suffix('\\').filter(|_| !notation::read(text).rest.is_empty()).unwrap_or(text)
}

/// Whether a text is one word of hexadecimal digits, one digit too many.
pub(super) fn is_odd(text: &str) -> bool {
    text.len() % 2 == 1 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The offset before a row of a dump: four to eight digits and a colon, or eight digits and a wide gap.
pub(super) fn offset(text: &str) -> (Option<usize>, &str) {
    let bare = text.strip_prefix("0x").unwrap_or(text);
    let end = bare.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(bare.len());
    let (digits, rest) = bare.split_at(end);
    let ends = rest.starts_with(": ") || rest.starts_with(" | ") || end == 8 && rest.starts_with("  ");
    match usize::from_str_radix(digits, 16) {
        Ok(value) if matches!(end, 4..=8) && ends => (Some(value), rest.trim_start_matches([':', '|', ' '])),
        _ => (None, text),
    }
}

/// Whether a text is a time and nothing else, or its first word is joined by signs as days and times are, and no
/// other word is.
fn could_be_time(text: &str) -> bool {
    let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let is_joined = |word: &str| word.trim_end_matches([':', '-', ',', ';']).contains([':', '-', '/']);
    let is_time = |word: &str| {
        let parts: Vec<&str> = word.trim_end_matches([':', ',', ';']).split([':', '-', '/']).collect();
        let is_number = |part: &&str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
        matches!(parts.len(), 2 | 3) && parts.iter().all(is_number)
    };
    let first = words.next().unwrap_or_default();
    match words.next() {
        None => prefix::is_day_or_time(first),
        Some(second) => is_time(first) && is_pairs(second) && !words.any(is_joined),
    }
}

/// The digits of the number before the first row of a dump, and the row: with a colon behind the number, or with what
/// else ends an offset where it is zero. Groups of digits may be joined by colons.
fn first_offset(text: &str) -> Option<(&str, &str)> {
    let bare = text.strip_prefix("0x").unwrap_or(text);
    let end = bare.find(|sign: char| !sign.is_ascii_hexdigit()).unwrap_or(bare.len());
    let (digits, behind) = bare.split_at(end);
    let row = match behind.trim_start().strip_prefix(':') {
        Some(row) if row.starts_with(' ') || !row.contains(':') => row.trim_start(),
        _ => offset(text).1,
    };
    let is_zero = digits.bytes().all(|digit| digit == b'0');
    let is_number = matches!(end, 4..=8) && (is_zero || behind.trim_start().starts_with(':'));
    (is_number && row.len() < text.len() && !notation::read(row).bytes.is_empty()).then_some((digits, row))
}

#[cfg(test)]
mod tests {
    use super::{Gathered, offset};
    use crate::trace::convert::lines::Line;

    fn gathered(rows: &[&str]) -> (String, usize) {
        let mut gathered = Gathered::new(1);
        let mut rest = usize::from(gathered.take(1, rows[0]).is_some());
        for (line, row) in rows.iter().enumerate().skip(1) {
            rest += usize::from(!matches!(gathered.row(&Line::new(line + 1, row, *row), row), Some(None)));
        }
        let message = gathered.close(None);
        (message.bytes.notation(), rest + usize::from(message.flaw.is_some()))
    }

    #[test]
    fn rows_and_wrapped_lines_are_put_together() {
        let whole = "00 D6 00 00 04 0A 0B 0C 0D";
        for rows in [
            &["00 D6 00 00 04", "0A 0B 0C 0D"][..],
            &["00 D6 00 00 04 0", "A 0B 0C 0D"],
            &["00D6000004", "0A0B0C0D"],
            &["00D600000", "40A0B0C0D"],
            &["00, D6, 00, 00, 04,", "0A, 0B, 0C, 0D"],
            &["00-D6-00-00-04-0A-", "0B-0C-0D"],
            &["00D600000", "40A0B0C0", "D"],
            &["00d6000004 \\", "0a0b0c0d"],
            &["00 D6 00 00 04                 .....", "   0A 0B 0C 0D             ...."],
            &["", "0000: 00 D6 00 00 04   .....", "0005: 0A 0B 0C 0D  ...."],
            &["", "00000000  00 d6 00 00 04  |.....|", "00000005  0a 0b 0c 0d  |....|"],
        ] {
            assert_eq!(gathered(rows), (whole.to_owned(), 0), "{rows:?}");
        }
    }

    #[test]
    fn what_is_no_row_and_what_is_missing_is_seen() {
        assert_eq!(gathered(&["00 D6", "be careful"]), ("00 D6".to_owned(), 1));
        assert_eq!(gathered(&["00 D6", "Ad-hoc"]), ("00 D6".to_owned(), 1));
        assert_eq!(gathered(&["00 D6 0", "nothing"]), ("00 D6".to_owned(), 2));
        assert_eq!(gathered(&["", "0000: 00 D6", "0010: 04"]), ("00 D6 04".to_owned(), 1));
        assert_eq!(offset("00A4: x"), (Some(0xA4), "x"));
        assert_eq!(offset("00A40400"), (None, "00A40400"));
    }
}
