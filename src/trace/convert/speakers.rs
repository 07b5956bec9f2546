//! Who wrote a line, as services put it before: another one than before may speak to another card.

use super::{dialogue::Dialogue, lines::Line, prefix, turns::Speaker};

/// The host, the program, the container and the process before a text, whatever the time is: `host app[2811]`,
/// `card-1`. Empty where nothing tells.
pub(super) fn of(before: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    let mut numbers: Vec<&str> = Vec::new();
    for word in before.split_whitespace() {
        let is_frame = |sign: char| !(sign.is_alphanumeric() || sign == ']' && word.find('[').is_some_and(|at| at > 0));
        let word = word.trim_matches(is_frame);
        let is_time = word.starts_with(|first: char| first.is_ascii_digit()) && word.contains([':', '-', '/', '.']);
        if word.is_empty() || is_time {
            numbers.clear();
        } else if word.bytes().all(|digit| digit.is_ascii_digit()) {
            // Behind a name stands its process; Android has process and thread before a level.
            match found.last() {
                Some(_) => found.push(word),
                None => numbers.push(word),
            }
        } else if prefix::is_of_time_or_level(word) {
            let process = numbers.first().filter(|_| numbers.len() == 2);
            found.extend(process.copied());
            numbers.clear();
        } else {
            found.push(word);
        }
    }
    found.join(" ")
}

/// Who wrote the last command and the last answer.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    last: [Option<(String, usize)>; 2],
    /// Whether it was said that there are several.
    is_named: bool,
}

impl Speakers {
    /// Names the first message that somebody else wrote than the last one of its kind.
    pub(super) fn hear(&mut self, speaker: Speaker, line: &Line<'_>, dialogue: &mut Dialogue) {
        let author = line.author();
        let last = &mut self.last[usize::from(speaker == Speaker::Card)];
        if author.is_empty() || last.as_ref().is_some_and(|(last, _)| *last == author) {
            return;
        }
        if let Some((last, above)) = last.replace((author.clone(), line.number)).filter(|_| !self.is_named) {
            self.is_named = true;
            let why = format!(
                "another one speaks than on line {above} ({last}), and nothing tells whether to the same card: \
                 make a log of each"
            );
            dialogue.unread(line.number, &author, &why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn who_wrote_a_line_whenever_it_was() {
        for (before, author) in [
            ("", ""),
            ("Nov 28 08:00:36 host app[2811]: ", "host app[2811]"),
            ("Nov  8 08:00:36 host app: ", "host app"),
            ("<30>1 2026-11-28T08:00:36Z host app 2811 - - ", "host app 2811"),
            ("2026-11-28T08:00:36.1+0100 host app[2811]: ", "host app[2811]"),
            ("2026-11-28 08:00:36,123 - card.reader - DEBUG - ", "card.reader"),
            ("11-28 08:00:36.123  1234  1235 D CardService: ", "1234 CardService"),
            ("card-1  | 2026-11-28T08:00:36.1Z ", "card-1"),
            ("[pod/card/reader] ", "pod/card/reader"),
            ("2026-11-28T08:00:36.123Z stdout F ", ""),
            ("28.11.2026 08:00:36  [INFO] ", ""),
            ("[12345.678901] ", ""),
            ("11/28/2026 08:00:36 AM ", ""),
        ] {
            assert_eq!(of(before), author, "{before}");
        }
    }
}
