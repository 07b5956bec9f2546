//! The line parser of `.apdu` (docs/traces.md has the grammar).
//!
//! It reads the text once, keeps going after a mistake, and gives up after [`MOST_MISTAKES`].

mod patterns;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, ops::Range, sync::Arc, time::Duration};

use virtuale_engine::{Protocol, Reset};

use super::{
    file::{Action, Expected, Silence, Step, Trace, TraceSlot},
    lines::{Lines, Mistake, Words, is_blank},
    pattern::Capture,
    write::FAULT,
};
use crate::{
    layer::fault::{Fault, FaultMistake, MOST_ARMED, is_meant},
    profile::diagnostic::{Diagnostic, Diagnostics, Source},
};
use patterns::{Holes, Name};

/// The version of the format that is written; all versions up to it are read.
pub(super) const VERSION: u32 = 1;

/// The word that every trace begins with.
pub(crate) const FIRST_WORD: &str = "virtuale-trace";

/// What is around the time of a step: `# took 1234 us`.
pub(super) const TOOK: &str = "# took ";
pub(super) const MICROSECONDS: &str = " us";

/// How long a card may take for a command, as far as a trace has it: as long as a fault makes it late at most.
const LONGEST_TIME: Duration = Duration::from_secs(3600);

/// How many mistakes are reported.
const MOST_MISTAKES: usize = 20;

/// The longest trace, and the longest log that becomes one, in bytes: many hours of commands. What writes traces stops
/// there too, so that each can be read again.
pub const LONGEST: usize = 64 << 20;

// Places in the text are kept in 32 bits.
const _: () = assert!(LONGEST <= u32::MAX as usize);

/// How many slots a trace may have: as many as readers that run here, of which there are more than most client
/// libraries have room for (16).
pub(crate) const MOST_SLOTS: usize = u8::MAX as usize;

/// The longest command: header, extended lengths, 65535 bytes of data.
pub(super) const LONGEST_COMMAND: usize = 4 + 3 + 65_535 + 2;

const KEYWORDS: [&str; 13] = [
    ">",
    "<",
    "slot",
    "card",
    "atr",
    "now",
    "seed",
    "reset",
    "protocol",
    "power-off",
    "remove",
    "insert",
    "insert-from",
];

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    ///
    /// [`Diagnostics`] names every line that is not as docs/traces.md has it.
    pub fn parse(source: Arc<Source>) -> Result<Self, Diagnostics> {
        let text = Arc::clone(&source);
        let mut parser = Parser::new(source);
        if text.text.len() > LONGEST {
            let mistake = Mistake::new(0..0, format!("the trace has more than {LONGEST} bytes"));
            parser.complain(mistake.hint("split it into several files"));
        } else {
            parser.read(&text.text);
        }
        let Parser { trace, mistakes, .. } = parser;
        if mistakes.is_empty() { Ok(trace) } else { Err(Diagnostics(mistakes)) }
    }
}

struct Parser {
    trace: Trace,
    mistakes: Vec<Diagnostic>,
    /// The slot that lines are about.
    slot: usize,
    /// For each slot, the step that waits for its answer.
    waiting: Vec<Option<usize>>,
    /// For each slot, its last step.
    last: Vec<Option<usize>>,
    /// For each slot, whether it has had a line of dialogue.
    spoken: Vec<bool>,
    /// What each name is captured as.
    captures: HashMap<Name, Capture>,
}

impl Parser {
    fn new(source: Arc<Source>) -> Self {
        let store = Vec::with_capacity(source.text.len() / 3);
        let trace = Trace {
            source,
            slots: vec![TraceSlot::default()],
            now: None,
            seed: None,
            steps: Vec::new(),
            store,
            names: Vec::new(),
        };
        Self {
            trace,
            mistakes: Vec::new(),
            slot: 0,
            waiting: vec![None],
            last: vec![None],
            spoken: vec![false],
            captures: HashMap::new(),
        }
    }

    fn complain(&mut self, mistake: Mistake) {
        let Mistake { span, message, label, hint } = mistake;
        let diagnostic = Diagnostic::new(&self.trace.source, span, message).label(label);
        self.mistakes.push(Diagnostic { hint: hint.map(Into::into), ..diagnostic });
    }

    fn read(&mut self, text: &str) {
        let mut lines = Lines { text, next: 0 };
        if let Err(mistake) = read_version(&mut lines) {
            self.complain(mistake);
            return;
        }
        while let Some(line) = lines.take() {
            if let Err(mistake) = self.line(line, &mut lines) {
                self.complain(mistake);
                if self.mistakes.len() >= MOST_MISTAKES {
                    return;
                }
            }
        }
    }

    fn line(&mut self, line: Words<'_>, lines: &mut Lines<'_>) -> Result<(), Mistake> {
        match line.text.as_bytes() {
            [b'>', b' ' | b'\t', ..] => return self.command(line, lines),
            [b'<', b' ' | b'\t', ..] => return self.response(line, lines),
            _ => {}
        }
        let said = line.without_comment();
        if said.text.is_empty() {
            return self.comment(line);
        }
        if line.text.starts_with(is_blank) {
            return Err(Mistake::new(said.span(), "an indented line goes on with the bytes of the line above")
                .label("nothing to go on with")
                .hint("start the line at the margin"));
        }
        let (keyword, rest) = said.split_word();
        self.statement(keyword, rest)
    }

    fn statement(&mut self, keyword: Words<'_>, rest: Words<'_>) -> Result<(), Mistake> {
        let span = keyword.start..rest.span().end.max(keyword.span().end);
        match keyword.text {
            "expect-error" => return self.expect_error(rest, span),
            "slot" => return self.slot(rest),
            _ => self.take_waiting(),
        };
        match keyword.text {
            "card" => self.card(rest),
            "atr" => self.atr(rest),
            "now" => self.now(rest),
            "seed" => self.seed(rest),
            "reset" => {
                let kinds = [
                    ("", Some(Reset::Cold)),
                    ("cold", Some(Reset::Cold)),
                    ("warm", Some(Reset::Warm)),
                    ("contactless", None),
                ];
                self.step(span, one_of(rest, &kinds)?.map_or(Action::PowerUpContactless, Action::Reset));
                Ok(())
            }
            "protocol" => {
                let protocol = one_of(rest, &[("T=0", Protocol::T0), ("T=1", Protocol::T1)])?;
                self.step(span, Action::Protocol(protocol));
                Ok(())
            }
            "power-off" => {
                nothing_more(rest)?;
                self.step(span, Action::PowerOff);
                Ok(())
            }
            "remove" => {
                nothing_more(rest)?;
                self.step(span, Action::Remove);
                Ok(())
            }
            "insert" => {
                let card = (!rest.text.is_empty()).then(|| rest.text.to_owned());
                self.step(span, Action::Insert(card));
                Ok(())
            }
            "insert-from" => {
                let known = self.trace.slots.iter().position(|slot| !slot.name.is_empty() && slot.name == rest.text);
                let from = known.filter(|&from| from != self.slot).ok_or_else(|| {
                    Mistake::new(rest.span(), "no other slot of this name stands above")
                        .hint("`insert-from` names the slot that the card was taken out of")
                })?;
                self.step(span, Action::InsertFrom(from));
                Ok(())
            }
            _ => Err(unknown_keyword(keyword)),
        }
    }

    fn step(&mut self, span: Range<usize>, action: Action) {
        if let Some(spoken) = self.spoken.get_mut(self.slot) {
            *spoken = true;
        }
        for place in [self.waiting.get_mut(self.slot), self.last.get_mut(self.slot)].into_iter().flatten() {
            *place = Some(self.trace.steps.len());
        }
        self.trace.steps.push(Step {
            slot: self.slot,
            span,
            action,
            expected: Expected::Unsaid,
            took: None,
            faults: Vec::new(),
        });
    }

    /// A comment that says how long the card took for the step above, or what fault struck it. Any other is for people.
    fn comment(&mut self, line: Words<'_>) -> Result<(), Mistake> {
        if let Some(fault) = fault_in(line) {
            return self.fault(fault);
        }
        let number = line.text.strip_prefix(TOOK).and_then(|rest| rest.strip_suffix(MICROSECONDS));
        let Some(number) = number.filter(|number| number.bytes().all(|digit| digit.is_ascii_digit())) else {
            return Ok(());
        };
        let time = number.parse().ok().map(Duration::from_micros).filter(|time| *time <= LONGEST_TIME);
        let Some(time) = time else {
            let most = LONGEST_TIME.as_micros();
            return Err(Mistake::new(line.span(), format!("no card takes longer than an hour: {most} us"))
                .hint("correct the number, or leave the line out"));
        };
        if let Some(step) = self.last_step() {
            step.took = Some(time);
        }
        Ok(())
    }

    /// The last step of this slot.
    fn last_step(&mut self) -> Option<&mut Step> {
        let last = self.last.get(self.slot).copied().flatten()?;
        self.trace.steps.get_mut(last)
    }

    /// A fault that strikes the step above, or is armed before the dialogue of the slot.
    fn fault(&mut self, written: Words<'_>) -> Result<(), Mistake> {
        let fault: Fault = written.text.parse().map_err(|FaultMistake { what, .. }| {
            let mistake = Mistake::new(written.span(), format!("not a fault: {what}"));
            mistake.hint("docs/faults.md has the words; a comment that begins otherwise is a comment")
        })?;
        if let Some(step) = self.last_step() {
            step.faults.push(fault);
            return Ok(());
        }
        let Some(slot) = self.trace.slots.get_mut(self.slot) else { return Ok(()) };
        if slot.faults.len() >= MOST_ARMED {
            let mistake = Mistake::new(written.span(), format!("a slot has at most {MOST_ARMED} faults"));
            return Err(mistake.hint("leave some out, or arm them later: below the command that they are for"));
        }
        slot.faults.push(fault);
        slot.fault_spans.push(written.span());
        Ok(())
    }

    fn command(&mut self, line: Words<'_>, lines: &mut Lines<'_>) -> Result<(), Mistake> {
        let (pattern, span) = self.pattern(after_arrow(line), lines, Holes::Allowed)?;
        self.step(span, Action::Send(pattern));
        Ok(())
    }

    fn response(&mut self, line: Words<'_>, lines: &mut Lines<'_>) -> Result<(), Mistake> {
        let (pattern, span) = self.pattern(after_arrow(line), lines, Holes::Captured)?;
        match self.take_waiting() {
            Some(Step { action: Action::Send(_), expected, .. }) => {
                *expected = Expected::Response(pattern, span);
                Ok(())
            }
            _ => Err(Mistake::new(span, "an answer without a command")
                .label("no command waits for it")
                .hint("an answer stands below its command, which begins with `>`")),
        }
    }

    /// The step of this slot that waits for an answer; it waits no longer.
    fn take_waiting(&mut self) -> Option<&mut Step> {
        let index = self.waiting.get_mut(self.slot)?.take()?;
        self.trace.steps.get_mut(index)
    }

    fn expect_error(&mut self, rest: Words<'_>, span: Range<usize>) -> Result<(), Mistake> {
        let silence = one_of(rest, &Silence::ALL)?;
        match self.take_waiting() {
            Some(step) => {
                step.expected = Expected::Silence(silence, span);
                Ok(())
            }
            None => Err(Mistake::new(rest.span(), "an error that nothing can cause")
                .hint("`expect-error` stands below the command or the `reset` that it is about")),
        }
    }

    fn slot(&mut self, rest: Words<'_>) -> Result<(), Mistake> {
        let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        if rest.text.is_empty() || !rest.text.chars().all(allowed) {
            return Err(Mistake::new(rest.span(), "not a name for a slot")
                .hint("a slot's name is one word of letters, digits, `-`, `_` and `.`"));
        }
        if let Some(known) = self.trace.slots.iter().position(|slot| slot.name == rest.text) {
            self.slot = known;
            return Ok(());
        }
        let unnamed = self.trace.slots.first_mut().filter(|slot| slot.name.is_empty());
        if let Some(first) = unnamed {
            if self.spoken.first() == Some(&true) {
                return Err(Mistake::new(rest.span(), "the first slot has no name, and its dialogue has begun")
                    .hint("name it with a `slot` line above its first command"));
            }
            rest.text.clone_into(&mut first.name);
            return Ok(());
        }
        if self.trace.slots.len() >= MOST_SLOTS {
            return Err(Mistake::new(rest.span(), format!("a trace has at most {MOST_SLOTS} slots")));
        }
        self.slot = self.trace.slots.len();
        self.trace.slots.push(TraceSlot { name: rest.text.to_owned(), ..TraceSlot::default() });
        self.spoken.push(false);
        self.waiting.push(None);
        self.last.push(None);
        Ok(())
    }

    /// The slot that a `card` or `atr` line is about, as long as nothing was said to it.
    fn silent_slot(&mut self, rest: &Words<'_>, keyword: &str) -> Result<&mut TraceSlot, Mistake> {
        if self.spoken.get(self.slot) == Some(&true) {
            let hint = if keyword == "card" { "`insert FILE` changes the card later" } else { "move it up" };
            return Err(Mistake::new(rest.span(), format!("`{keyword}` comes before the slot's dialogue")).hint(hint));
        }
        self.trace.slots.get_mut(self.slot).ok_or_else(|| Mistake::new(rest.span(), "no slot"))
    }

    fn card(&mut self, rest: Words<'_>) -> Result<(), Mistake> {
        if rest.text.is_empty() {
            return Err(Mistake::new(rest.span(), "the path of a card file is missing"));
        }
        let slot = self.silent_slot(&rest, "card")?;
        if slot.card.is_some() {
            return Err(Mistake::new(rest.span(), "the slot has a card already")
                .hint("a `slot` line above this one opens another slot"));
        }
        slot.card = Some(rest.text.to_owned());
        slot.card_span = rest.span();
        Ok(())
    }

    fn atr(&mut self, rest: Words<'_>) -> Result<(), Mistake> {
        let mut none = Lines { text: "", next: 0 };
        let (pattern, span) = self.pattern(rest, &mut none, Holes::Unnamed)?;
        let slot = self.silent_slot(&rest, "atr")?;
        if slot.atr.is_some() {
            return Err(Mistake::new(span, "the slot has an ATR already"));
        }
        slot.atr = Some(pattern);
        slot.atr_span = span;
        Ok(())
    }

    fn now(&mut self, rest: Words<'_>) -> Result<(), Mistake> {
        self.only_at_the_top(&rest, "now", self.trace.now.is_some())?;
        let day = rest
            .text
            .parse()
            .map_err(|_| Mistake::new(rest.span(), "not a day of the calendar").hint("a day is written 2026-01-15"))?;
        self.trace.now = Some(day);
        Ok(())
    }

    fn seed(&mut self, rest: Words<'_>) -> Result<(), Mistake> {
        self.only_at_the_top(&rest, "seed", self.trace.seed.is_some())?;
        let seed = rest.text.parse().map_err(|_| {
            Mistake::new(rest.span(), "not a seed").hint("a seed is a number from 0 to 18446744073709551615")
        })?;
        self.trace.seed = Some(seed);
        Ok(())
    }

    fn only_at_the_top(&self, rest: &Words<'_>, keyword: &str, again: bool) -> Result<(), Mistake> {
        if again {
            return Err(Mistake::new(rest.span(), format!("`{keyword}` is said twice")));
        }
        if !self.trace.steps.is_empty() {
            return Err(Mistake::new(rest.span(), format!("`{keyword}` comes before the dialogue")).hint("move it up"));
        }
        Ok(())
    }
}

fn read_version(lines: &mut Lines<'_>) -> Result<(), Mistake> {
    let hint = format!("the first line of a trace is `{FIRST_WORD} {VERSION}`");
    let Some(line) = lines.take() else { return Err(Mistake::new(0..0, "the trace is empty").hint(hint)) };
    let said = line.text.strip_prefix('\u{FEFF}').map_or(line, |text| Words { text, start: '\u{FEFF}'.len_utf8() });
    let (keyword, rest) = said.without_comment().split_word();
    if keyword.text != FIRST_WORD {
        return Err(Mistake::new(keyword.span(), "not a trace").hint(hint));
    }
    match rest.text.parse::<u32>() {
        Ok(1..=VERSION) => Ok(()),
        Ok(_) => Err(Mistake::new(rest.span(), format!("version {} is not known to this program", rest.text))
            .hint(format!("it knows versions up to {VERSION}; a newer program reads this trace"))),
        Err(_) => Err(Mistake::new(rest.span(), "the version is not a number").hint(hint)),
    }
}

/// What a comment at the margin says behind the word `fault`, if that is meant to be one.
fn fault_in(line: Words<'_>) -> Option<Words<'_>> {
    let said = Words { text: line.text.strip_prefix('#')?, start: line.start + 1 }.trimmed();
    let (word, fault) = said.split_word();
    (word.text == FAULT && is_meant(fault.text)).then_some(fault)
}

fn after_arrow(line: Words<'_>) -> Words<'_> {
    let Words { text, start } = line;
    Words { text: &text[1..], start: start + 1 }.trimmed_start()
}

fn nothing_more(rest: Words<'_>) -> Result<(), Mistake> {
    if rest.text.is_empty() { Ok(()) } else { Err(Mistake::new(rest.span(), "nothing stands here").label("too much")) }
}

/// The choice whose word this is.
fn one_of<T: Copy>(word: Words<'_>, choices: &[(&str, T)]) -> Result<T, Mistake> {
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word.text) {
        return Ok(*choice);
    }
    let names: Vec<String> =
        choices.iter().filter(|(name, _)| !name.is_empty()).map(|(name, _)| format!("`{name}`")).collect();
    Err(Mistake::new(word.span(), format!("`{}` is not known here", word.text))
        .hint(format!("one of {}", names.join(", "))))
}

fn unknown_keyword(keyword: Words<'_>) -> Mistake {
    let mistake = Mistake::new(keyword.span(), format!("`{}` begins no line of a trace", keyword.text));
    // Comparing takes time and memory for each character; a much longer word is none of them.
    let near =
        |known: &&str| keyword.text.len() <= 2 * known.len() && strsim::damerau_levenshtein(known, keyword.text) <= 2;
    match KEYWORDS.into_iter().filter(|known| known.len() > 2).find(near) {
        Some(known) => mistake.hint(format!("did you mean `{known}`?")),
        None if keyword.text.starts_with(['>', '<']) => mistake.hint("a blank follows `>` and `<`"),
        None => mistake.hint("a line begins with `>`, `<` or a word of docs/traces.md; `#` opens a comment"),
    }
}
