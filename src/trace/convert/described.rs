//! What Java says of commands and answers beside their bytes: `CommandAPDU: 19 bytes, nc=14, ne=0` and `ResponseAPDU: 2
//! bytes, SW=6a82`. It stands above the bytes or below them, and repeats what they say; where it does not, it is named.

use super::{dialogue::Dialogue, element::Bytes, lines::Line, turns::Speaker};

const OTHERS: &str = "lengths or a status word of other bytes than those beside this line";

/// What a line says, or the bytes do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Facts {
    /// The length of a command, of its data, and of what it asks for.
    Command(usize, usize, usize),
    /// The length of an answer, and its status word.
    Answer(usize, u16),
}

impl Facts {
    fn speaker(self) -> Speaker {
        match self {
            Self::Command(..) => Speaker::Terminal,
            Self::Answer(..) => Speaker::Card,
        }
    }

    /// What a text says that has nothing else.
    fn of_text(text: &str) -> Option<Self> {
        if let Some(said) = text.strip_prefix(COMMAND) {
            let (length, rest) = said.split_once(" bytes, nc=")?;
            let (data, asked) = rest.split_once(", ne=")?;
            return Some(Self::Command(length.parse().ok()?, data.parse().ok()?, asked.parse().ok()?));
        }
        let (length, status) = text.strip_prefix(ANSWER)?.split_once(" bytes, SW=")?;
        let status = u16::from_str_radix(status, 16).ok().filter(|_| status.len() == 4)?;
        Some(Self::Answer(length.parse().ok()?, status))
    }

    /// What bytes say, if none is hidden [ISO-7816-3 12.1].
    fn of_bytes(speaker: Speaker, bytes: &Bytes) -> Option<Self> {
        let bytes = bytes.exact()?;
        let length = bytes.len();
        if speaker == Speaker::Card {
            let [.., first, second] = bytes[..] else { return None };
            return Some(Self::Answer(length, u16::from_be_bytes([first, second])));
        }
        let number = |digits: &[u8]| digits.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        let asked = |le: &[u8]| match number(le) {
            0 if le.is_empty() => 0,
            0 => 1 << (8 * le.len().min(2)),
            asked => asked,
        };
        let (data, le) = match bytes.get(4..)? {
            [] => (0, &[][..]),
            le @ [_] => (0, le),
            [0, le @ ..] if le.len() == 2 => (0, le),
            [0, high, low, rest @ ..] => {
                let data = number(&[*high, *low]);
                (data, rest.get(data..)?)
            }
            [lc, rest @ ..] => (usize::from(*lc), rest.get(usize::from(*lc)..)?),
        };
        Some(Self::Command(length, data, asked(le)))
    }
}

const COMMAND: &str = "CommandAPDU: ";
const ANSWER: &str = "ResponseAPDU: ";

/// The last command and the last answer, and what was said of them or of those that follow.
#[derive(Debug, Default)]
pub(super) struct Described {
    each: [Side; 2],
}

#[derive(Debug, Default)]
struct Side {
    /// What the bytes of the last one say, if nothing was said of it.
    last: Option<Facts>,
    /// What a line says of one that has not come yet.
    told: Option<(usize, String, Facts)>,
}

impl Described {
    fn side(&mut self, speaker: Speaker) -> &mut Side {
        &mut self.each[usize::from(speaker == Speaker::Card)]
    }

    /// Takes what a line says of a message, if it does: of the one above it, or of that below.
    pub(super) fn hear(&mut self, line: &Line<'_>, dialogue: &mut Dialogue) {
        let Some((at, facts)) = said_in(&line.text) else { return };
        line.take(&line.text[at..]);
        let side = self.side(facts.speaker());
        if side.last.take_if(|last| *last == facts).is_none() {
            side.name(dialogue);
            side.told = Some((line.number, line.text.clone().into_owned(), facts));
        }
    }

    /// A message is whole.
    pub(super) fn said(&mut self, speaker: Speaker, bytes: &Bytes, dialogue: &mut Dialogue) {
        let side = self.side(speaker);
        side.last = Facts::of_bytes(speaker, bytes);
        if side.told.is_some() {
            if side.last == side.told.as_ref().map(|(.., facts)| *facts) {
                side.told = None;
                side.last = None;
            }
            side.name(dialogue);
        }
    }

    /// The log is at its end.
    pub(super) fn finish(&mut self, dialogue: &mut Dialogue) {
        self.each.iter_mut().for_each(|side| side.name(dialogue));
    }
}

impl Side {
    fn name(&mut self, dialogue: &mut Dialogue) {
        if let Some((line, text, _)) = self.told.take() {
            dialogue.unread(line, &text, OTHERS);
        }
    }
}

/// Where a line begins to say something of a message, which goes on to its end; and what.
fn said_in(text: &str) -> Option<(usize, Facts)> {
    [COMMAND, ANSWER].iter().find_map(|word| {
        let at = text.find(word)?;
        Some((at, Facts::of_text(&text[at..])?))
    })
}

/// Whether a line says something of a message.
pub(super) fn is_said(text: &str) -> bool {
    said_in(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::{Facts, said_in};
    use crate::trace::convert::{notation::read, turns::Speaker};

    #[test]
    fn lines_say_what_the_bytes_say() {
        for (text, bytes) in [
            ("CommandAPDU: 4 bytes, nc=0, ne=0", "00 A4 04 00"),
            ("CommandAPDU: 5 bytes, nc=0, ne=4", "00 84 00 00 04"),
            ("CommandAPDU: 5 bytes, nc=0, ne=256", "00 84 00 00 00"),
            ("Sent CommandAPDU: 7 bytes, nc=2, ne=0", "00 A4 00 00 02 3F 00"),
            ("CommandAPDU: 8 bytes, nc=2, ne=256", "00 A4 00 00 02 3F 00 00"),
            ("CommandAPDU: 7 bytes, nc=0, ne=65536", "00 84 00 00 00 00 00"),
            ("CommandAPDU: 9 bytes, nc=2, ne=0", "00 D6 00 00 00 00 02 41 42"),
            ("CommandAPDU: 11 bytes, nc=2, ne=1", "00 D6 00 00 00 00 02 41 42 00 01"),
            ("< ResponseAPDU: 3 bytes, SW=6a82", "41 6A 82"),
        ] {
            let (_, said) = said_in(text).expect(text);
            assert_eq!(Facts::of_bytes(said.speaker(), &read(bytes).bytes), Some(said), "{text}");
        }
        for text in ["CommandAPDU: 4 bytes, nc=0", "ResponseAPDU: 2 bytes, SW=9000 41", "ResponseAPDU: 2 bytes, SW=90"]
        {
            assert_eq!(said_in(text), None, "{text}");
        }
        for bytes in ["00 D6 00 00 04 41", "00 A4 00", "00 20 00 81 01 XX", "90"] {
            let speaker = if bytes == "90" { Speaker::Card } else { Speaker::Terminal };
            assert_eq!(Facts::of_bytes(speaker, &read(bytes).bytes), None, "{bytes}");
        }
    }
}
