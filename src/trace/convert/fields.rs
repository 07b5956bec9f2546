//! Records of a table or of JSON: which of their fields are commands, answers and what belongs to them.

use super::{
    bases::Bases,
    dialogue::{Dialogue, Event, FIRST_READER, Message},
    element::Bytes,
    gathered::Gathered,
    headings::{Heading, heading},
    looks::{self, holds_bytes, looks_like_bytes},
    meanings::{HEADER, Meaning, speaks},
    notation,
    order::{Order, Seen},
    pairing::WaitingEach,
    parts::{self, Part},
    prefix,
    readers::Place,
    tail,
    tellers::Tellers,
    turns::ANOTHER_CARD,
    values,
};

/// A field of a record.
#[derive(Debug)]
struct Field {
    name: String,
    /// What its name says, if anything.
    meaning: Option<Meaning>,
    value: String,
    /// Whether it is a number of JSON, which is decimal, and no text.
    is_number: bool,
}

impl Field {
    /// Whether this is its name, in either case.
    fn is_called(&self, name: &str) -> bool {
        self.name.trim().eq_ignore_ascii_case(name)
    }

    fn part(&self) -> Part<'_> {
        Part { text: &self.value, is_number: self.is_number }
    }
}

/// A record of a log.
#[derive(Debug)]
pub(super) struct Record {
    line: usize,
    fields: Vec<Field>,
    /// Whether it has a field for an answer, which may be empty.
    has_place_for_answer: bool,
    /// What is wrong with it as a record.
    flaws: Vec<(String, String)>,
}

/// The fields of which commands and answers are made.
#[derive(Clone, Copy, Debug)]
struct Parts<'a> {
    command: Option<&'a Field>,
    answer: Option<&'a Field>,
    status: Option<&'a Field>,
}

impl Record {
    /// Begins a record that stands on a line of the log.
    pub(super) fn new(line: usize) -> Self {
        Self { line, fields: Vec::new(), has_place_for_answer: false, flaws: Vec::new() }
    }

    pub(super) fn add(&mut self, name: &str, meaning: Option<Meaning>, value: &str) {
        self.has_place_for_answer |= meaning == Some(Meaning::Answer);
        if !value.trim().is_empty() {
            let value = value.trim().to_owned();
            self.fields.push(Field { name: name.to_owned(), meaning, value, is_number: false });
        }
    }

    /// Adds a number of JSON, as it stands there.
    pub(super) fn add_number(&mut self, name: &str, meaning: Option<Meaning>, value: &str) {
        self.add(name, meaning, value);
        self.fields.last_mut().into_iter().for_each(|field| field.is_number = true);
    }

    /// Notes what is wrong with it.
    pub(super) fn flaw(&mut self, text: &str, why: &str) {
        self.flaws.push((text.to_owned(), why.to_owned()));
    }

    fn get(&self, wanted: Meaning) -> Option<&Field> {
        self.fields.iter().find(|field| field.meaning == Some(wanted))
    }

    /// The field of a part of a command or of a status word.
    fn part(&self, name: &str) -> Option<Part<'_>> {
        self.fields.iter().find(|field| field.is_called(name)).map(Field::part)
    }

    /// Puts parts of a command and of an answer that stand in fields of their own into them.
    fn join(mut self) -> Self {
        let has_numbers = parts::are_numbers(&HEADER.map(|name| self.part(name)));
        if let Some(status) = self.fields.iter_mut().find(|field| field.meaning == Some(Meaning::Status))
            && let Some(word) = parts::status_of_number(&status.value)
        {
            status.value = word.notation();
        }
        if self.get(Meaning::Status).is_none()
            && let (Some(first), Some(second)) = (self.part("sw1"), self.part("sw2"))
            && let Some(word) = parts::status(first, second)
        {
            self.fields.retain(|field| !field.is_called("sw1") && !field.is_called("sw2"));
            self.add("sw1 sw2", Some(Meaning::Status), &word.notation());
        }
        // A record whose answer is only a status word has it by now.
        self.assemble();
        self.take_le(has_numbers);
        self
    }

    /// Puts an Le of its own behind the command. `is_decimal` is whether the other parts of the command are numbers.
    fn take_le(&mut self, is_decimal: bool) {
        let place = self.fields.iter().position(|field| field.is_called("le"));
        let (Some(at), Some(command)) = (place, self.parts().command) else { return };
        let said = match parts::le(&command.value, self.fields[at].part(), self.data_and_status(), is_decimal) {
            parts::Le::Byte(le) => Ok(format!("{} {le:02X}", command.value)),
            parts::Le::Unclear(why) => Err(why),
            parts::Le::Nothing => return,
        };
        let of_command = self.fields.iter().position(|field| std::ptr::eq(field, command));
        match (said, of_command) {
            (Ok(whole), Some(of_command)) => {
                self.fields[of_command].value = whole;
                self.fields.remove(at);
            }
            (Err(why), _) => {
                let le = self.fields.remove(at);
                self.flaw(&le.value, why);
            }
            (Ok(_), None) => {}
        }
    }

    /// How many bytes of data the answer has, and the first byte of its status word.
    fn data_and_status(&self) -> Option<(usize, u8)> {
        let Parts { answer, status, .. } = self.parts();
        let mut bytes = notation::read(answer.map_or("", |answer| &answer.value)).bytes;
        if !self.repeats_status() || answer.is_none() {
            bytes.extend(status_in(&status?.value)?);
        }
        let data = bytes.length()?.checked_sub(2)?;
        Some((data, bytes.byte(data)?))
    }

    /// Makes a command of the fields that have its parts, if there is none and they are all understood.
    fn assemble(&mut self) {
        if self.parts().command.is_some() || self.get(Meaning::Answer).or(self.get(Meaning::Status)).is_none() {
            return;
        }
        let data = self.get(Meaning::Data).map(|data| data.value.as_str());
        let (header, lc) = (HEADER.map(|name| self.part(name)), self.part("lc"));
        let assembled = match parts::assembled(&header, lc, self.part("p3"), data) {
            Some(Ok(_)) if data.is_some() && lc.is_none() && !self.has_place_for_answer => Some(Err(ANYONES_DATA)),
            assembled => assembled,
        };
        match assembled {
            Some(Ok(command)) => {
                let is_part = |field: &Field| {
                    matches!(field.meaning, Some(Meaning::Header | Meaning::Data))
                        || field.is_called("lc")
                        || field.is_called("p3")
                };
                self.fields.retain(|field| !is_part(field));
                self.add("command", Some(Meaning::Command), &command);
            }
            Some(Err(why)) => self.flaw("", why),
            None => {}
        }
    }

    /// Says where it was said, if it does not say so itself.
    pub(super) fn at(&mut self, reader: &str) {
        if self.get(Meaning::Reader).is_none() {
            self.add("reader", Some(Meaning::Reader), reader);
        }
    }

    /// Where it was said: a reader, or a card in it, or both.
    fn reader(&self) -> Option<String> {
        let mut names: Vec<&str> = Vec::new();
        for field in self.fields.iter().filter(|field| field.meaning == Some(Meaning::Reader)) {
            if !names.contains(&field.value.as_str()) {
                names.push(&field.value);
            }
        }
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// Shows the fields that may tell where it stands among others.
    fn show_order<'r>(&'r self, show: &mut dyn FnMut(Seen<'_>, &'r str, &'r str)) {
        let mut fields = self.fields.iter().filter(|field| values::order(&field.name).is_some()).peekable();
        if fields.peek().is_some() {
            let Parts { command, answer, status } = self.parts();
            let reader = self.reader().unwrap_or_default();
            let seen = Seen { reader: &reader, is_whole: command.is_some() && answer.or(status).is_some() };
            fields.for_each(|field| show(seen, &field.name, &field.value));
        }
    }

    /// Shows the fields of a command that may tell its reader, if it names none.
    fn show_tellers<'r>(&'r self, show: &mut dyn FnMut(&'r str, &'r str)) {
        if self.parts().command.is_none() || self.get(Meaning::Reader).is_some() {
            return;
        }
        let is_open = |field: &&Field| match field.meaning {
            None => true,
            Some(Meaning::Direction) => speaks(&field.value).is_none(),
            Some(_) => false,
        };
        self.fields.iter().filter(is_open).for_each(|field| show(&field.name, &field.value));
    }

    fn parts(&self) -> Parts<'_> {
        let is_command = self.get(Meaning::Direction).and_then(|direction| speaks(&direction.value));
        let apdu = self.get(Meaning::Apdu);
        let data = |wanted| self.get(Meaning::Data).or(apdu).filter(|_| is_command == Some(wanted));
        let alone = || apdu.filter(|_| self.get(Meaning::Direction).is_none());
        Parts {
            command: self.get(Meaning::Command).or_else(|| data(true)).or_else(alone),
            answer: self.get(Meaning::Answer).or_else(|| data(false)),
            status: self.get(Meaning::Status),
        }
    }

    /// Says what the record says.
    fn say(&self, habits: Habits, told: &mut Told, waiting: &mut WaitingEach, dialogue: &mut Dialogue) {
        for (text, why) in &self.flaws {
            dialogue.unread(self.line, text, why);
        }
        let reader = told.reader_of(self, dialogue);
        let place = Place::from(reader.as_deref());
        if let Some(atr) = self.get(Meaning::Atr) {
            let read = notation::read(&atr.value);
            if let Some(why) = habits.bases.doubt(&atr.value) {
                dialogue.unread(self.line, &atr.value, why);
            }
            if !read.rest.is_empty() {
                dialogue.unread(self.line, &atr.value, NOT_ONLY_BYTES);
            }
            dialogue.atr(self.line, place, read.bytes);
        }
        let parts = self.parts();
        let Parts { command, answer, status } = parts;
        let status_value = status.map(|status| status.value.as_str());
        let command_said = command.map(|command| message(self.line, &command.value, false, None, habits));
        let answer_value = answer.map_or("", |answer| &answer.value);
        let answer_said = answer.or(status).map(|_| message(self.line, answer_value, true, status_value, habits));
        let said = Said { command: command_said.as_ref(), answer: answer_said.as_ref() };
        self.name_unused(&parts, &said, dialogue);
        if command_said.is_none() && answer_said.is_none() {
            self.happens(place, waiting, dialogue);
        }
        if let Some(command) = command_said {
            waiting.command(place, command, dialogue);
        }
        if let Some(answer) = answer_said {
            waiting.answer(place, answer, dialogue);
        }
    }

    /// Says what happens to the card, if that is what the record tells.
    fn happens(&self, place: Place<'_>, waiting: &mut WaitingEach, dialogue: &mut Dialogue) {
        for field in &self.fields {
            match heading(&field.value) {
                Some(Heading::Reset(kind)) if dialogue.has_commands() => {
                    waiting.give_up(dialogue);
                    dialogue.push(self.line, place, Event::Reset(kind));
                }
                Some(Heading::Exchange) if dialogue.has_commands() => {
                    dialogue.unread(self.line, &field.value, ANOTHER_CARD);
                }
                _ => {}
            }
        }
    }

    /// Names the fields that may have bytes which are in no command and no answer of the record.
    fn name_unused(&self, parts: &Parts<'_>, said: &Said<'_>, dialogue: &mut Dialogue) {
        let used = [parts.command, parts.answer, parts.status, self.get(Meaning::Atr)];
        let is_used = |field: &Field| used.iter().flatten().any(|used| std::ptr::eq(*used, field));
        for field in self.fields.iter().filter(|field| !is_used(field)) {
            let why = match field.meaning {
                Some(Meaning::Direction) if speaks(&field.value).is_some() => continue,
                Some(Meaning::Reader) if notation::only(&field.value).is_none_or(|bytes| bytes.0.len() < 2) => continue,
                Some(Meaning::Data | Meaning::Apdu) if said.has_whole(&field.value) => continue,
                Some(Meaning::Command) if said.is_command(&field.value) => continue,
                Some(Meaning::Status) if parts.status.is_some_and(|status| status.value == field.value) => continue,
                Some(Meaning::Reader) => "what may be bytes, in a field for the name of a reader or a card",
                Some(Meaning::Data | Meaning::Apdu) => "bytes of which the record does not tell who says them",
                Some(Meaning::Command | Meaning::Answer | Meaning::Status | Meaning::Atr) => {
                    "a second field of one meaning"
                }
                _ if said.is_length(&field.name, &field.value) == Some(true) => continue,
                _ if said.is_length(&field.name, &field.value) == Some(false) => {
                    "a length that is none of what was read"
                }
                _ if said.is_part(field) || said.is_command(&field.value) => continue,
                _ if said.is_other_status(&field.name, &field.value) => "what may be a status word, of another answer",
                _ if values::could_be_bytes(&field.name, &field.value) => {
                    "what may be bytes, in a field whose name tells of no command and no answer"
                }
                _ => continue,
            };
            dialogue.unread(self.line, &field.value, why);
        }
    }

    /// Whether its answer has its status word also in a field of its own, if it has such a field.
    fn repeats_status(&self) -> bool {
        let Parts { answer, status, .. } = self.parts();
        let status = status.and_then(|status| status_in(&status.value));
        let bytes = notation::read(answer.map_or("", |answer| &answer.value)).bytes;
        status.is_none_or(|status| bytes.0.ends_with(&status.0))
    }
}

/// How the records of a log are written, as far as all of them tell.
#[derive(Clone, Copy, Debug)]
struct Habits {
    /// Answers have their status word also in a field of its own if all do that have such a field. One that does not
    /// shows that it is only there.
    repeats: bool,
    bases: Bases,
}

/// What records above have told of those below.
#[derive(Debug, Default)]
struct Told {
    /// The reader that a record names which has nothing else.
    reader: Option<String>,
}

impl Told {
    /// Where a record was said. One with a reader and without bytes says so of those below that name none.
    fn reader_of(&mut self, record: &Record, dialogue: &mut Dialogue) -> Option<String> {
        let own = record.reader();
        let Parts { command, answer, status } = record.parts();
        if own.is_some() && command.or(answer).or(status).is_none() && self.reader != own {
            if self.reader.is_none() && dialogue.has_unnamed() {
                dialogue.unread(record.line, own.as_deref().unwrap_or_default(), FIRST_READER);
            }
            self.reader.clone_from(&own);
        }
        own.or_else(|| self.reader.clone())
    }
}

/// What a record says.
#[derive(Debug)]
struct Said<'a> {
    command: Option<&'a Message>,
    answer: Option<&'a Message>,
}

impl Said<'_> {
    /// Whether a value has the command, and no other bytes.
    fn is_command(&self, value: &str) -> bool {
        let pairs = looks::pairs(value);
        !pairs.is_empty() && self.command.is_some_and(|command| command.bytes.notation() == pairs.trim())
    }

    /// Whether a value has the command or the answer, with or without its status word, and no other bytes.
    fn has_whole(&self, value: &str) -> bool {
        let pairs = looks::pairs(value);
        let is_answer = |answer: &&Message| {
            let shown = answer.bytes.notation();
            let data = shown.len().checked_sub("90 00".len()).and_then(|end| shown.get(..end)).unwrap_or("");
            [shown.as_str(), data.trim()].contains(&pairs.trim())
        };
        !pairs.is_empty() && (self.is_command(value) || self.answer.iter().any(is_answer))
    }

    /// Whether a length, if a field is one, is that of something in the record.
    fn is_length(&self, name: &str, value: &str) -> Option<bool> {
        let words = values::words(name);
        let last = words.last()?;
        let is_named = ["count", "taille", "longueur", "lc", "le"].contains(&last.as_str())
            || ["len", "length", "size"].iter().any(|end| last.ends_with(end));
        let number = |digits: &str| digits.parse().ok();
        let length: usize = match value.strip_prefix("0x") {
            Some(digits) => usize::from_str_radix(digits, 16).ok(),
            None => number(value),
        }
        .filter(|_| is_named)?;
        let as_hex = usize::from_str_radix(value, 16).ok().filter(|_| ["lc", "le"].contains(&last.as_str()));
        let (command, answer) = (self.command.map(|said| &said.bytes), self.answer.map(|said| &said.bytes));
        let mut known: Vec<usize> = Vec::new();
        for (bytes, apart) in [(command, [4, 5]), (answer, [0, 2])] {
            let whole = bytes.and_then(Bytes::length);
            known.extend(whole);
            known.extend(apart.iter().filter_map(|apart| whole?.checked_sub(*apart)));
        }
        let byte = |index| command.and_then(|command| command.byte(index)).map(usize::from);
        let last_byte =
            command.and_then(Bytes::length).filter(|length| *length > 4).and_then(|length| byte(length - 1));
        known.extend([byte(4), last_byte, last_byte.filter(|le| *le == 0).map(|_| 256)].into_iter().flatten());
        let is_known = known.contains(&length) || as_hex.is_some_and(|length| known.contains(&length));
        Some(is_known || known.is_empty())
    }

    /// Whether a field may be a status word as a number, and none that the answer ends with.
    fn is_other_status(&self, name: &str, value: &str) -> bool {
        const NAMES: [&str; 8] = ["status", "statut", "etat", "tat", "code", "result", "retour", "sw"];
        let is_named = values::words(name).iter().any(|word| NAMES.contains(&word.as_str()));
        let status = parts::status_of_number(value).filter(|_| is_named);
        let ends = |status: &Bytes| self.answer.is_some_and(|answer| answer.bytes.0.ends_with(&status.0));
        status.is_some_and(|status| !ends(&status))
    }

    /// Whether a field is a byte of the command's header or of the status word, as it stands there.
    fn is_part(&self, field: &Field) -> bool {
        let name = field.name.to_ascii_lowercase();
        let of_command = ["cla", "ins", "p1", "p2", "p3"].iter().position(|known| *known == name);
        let from_end = ["sw2", "sw1"].iter().position(|known| *known == name);
        let answer = self.answer.map(|answer| &answer.bytes);
        let of_answer = from_end.and_then(|back| answer?.byte(answer?.length()?.checked_sub(back + 1)?));
        let byte = of_command.and_then(|index| self.command?.bytes.byte(index)).or(of_answer);
        let only = || notation::only(&field.value).and_then(|bytes| bytes.exact());
        let count = field.value.parse::<u8>().ok().filter(|_| field.is_number);
        byte.is_some_and(|byte| count == Some(byte) || only().as_deref() == Some(&[byte]))
    }
}

/// Says what the records of a log say. `each` gives them one after another, and again: all of them together would take
/// many times the memory of the log.
pub(super) fn say(each: impl Fn(&mut dyn FnMut(Record)), dialogue: &mut Dialogue) {
    let mut habits = Habits { repeats: true, bases: Bases::default() };
    let (mut order, mut tellers) = (Order::default(), Tellers::default());
    each(&mut |record| {
        let record = record.join();
        habits.repeats &= record.repeats_status();
        let names = |field: &&Field| matches!(field.meaning, None | Some(Meaning::Reader | Meaning::Direction));
        let messages = record.fields.iter().filter(|field| !names(field));
        messages.for_each(|field| habits.bases.look(&field.value));
        record.show_order(&mut |seen, name, value| order.look(seen, name, value));
        record.show_tellers(&mut |name, value| tellers.look(name, value));
    });
    order.settle();
    tellers.settle();
    let mut waiting = WaitingEach::default();
    let mut told = Told::default();
    each(&mut |record| {
        // What no trace has room for is refused in the end.
        if !dialogue.is_full() {
            let record = record.join();
            record.show_order(&mut |seen, name, value| {
                if let Some(why) = order.flaw(seen, name, value) {
                    dialogue.unread(record.line, &format!("{name} {value}"), why);
                }
            });
            record.show_tellers(&mut |name, value| {
                if let Some(why) = tellers.flaw(name, value) {
                    dialogue.unread(record.line, &format!("{name} {value}"), &why);
                }
            });
            record.say(habits, &mut told, &mut waiting, dialogue);
        }
    });
    waiting.give_up(dialogue);
}

/// Whether a value of a column without a name has bytes. Dates, times, counts and identifiers have digits too, and so
/// have words.
pub(super) fn has_bytes(value: &str) -> bool {
    let text = prefix::stripped(value);
    let words: Vec<&str> = text.split(['-', ':']).collect();
    let is_decimal = words.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    // No count begins with a zero, and a command has four bytes.
    let is_count = is_decimal && words.len() == 1 && !text.starts_with('0');
    let is_day_or_time = is_decimal && matches!(words.len(), 2 | 3);
    let is_uuid = words.iter().map(|word| word.len()).eq([8, 4, 4, 4, 12]);
    !is_count && !is_day_or_time && !is_uuid && (looks_like_bytes(text) || holds_bytes(text))
}

/// A value as a message, with the status word of a field of its own; what is wrong with it is in it.
fn message(line: usize, value: &str, is_answer: bool, status: Option<&str>, habits: Habits) -> Message {
    let text = format!("{value} {}", status.unwrap_or_default());
    let mut gathered = Gathered::new(line);
    let rest = gathered.begin(line, value);
    for value in [Some(value), status].into_iter().flatten() {
        if let Some(why) = habits.bases.doubt(value) {
            gathered.flaw(line, value, why);
        }
    }
    gathered.check_time(Some((&Bytes::default(), false)));
    if is_answer {
        gathered.check_beginning(line, value);
    }
    if let Some(rest) = rest {
        match tail::status(rest.text).filter(|_| !gathered.is_empty()) {
            Some(apart) => gathered.status(line, &text, apart, false),
            None => gathered.flaw(line, &text, NOT_ONLY_BYTES),
        }
    }
    match status.map(|status| (status_in(status), status)) {
        Some((Some(word), _)) if habits.repeats && gathered.ends_with(&word) => {}
        Some((Some(word), _)) => gathered.status(line, &text, word, false),
        Some((None, status)) => {
            gathered.push(notation::read(status).bytes);
            gathered.flaw(line, &text, NOT_ONLY_BYTES);
        }
        None => {}
    }
    gathered.close(None)
}

const ANYONES_DATA: &str =
    "data of the command or of the answer: nothing tells; call a field `response` or `command`, or give Lc";

const NOT_ONLY_BYTES: &str = "a field that is not only bytes";

/// A value as a status word.
fn status_in(value: &str) -> Option<Bytes> {
    notation::only(value).filter(|status| status.0.len() == 2)
}
