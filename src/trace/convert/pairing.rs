//! Commands and answers that come in turn.

use std::{collections::BTreeMap, mem};

use super::{
    dialogue::{Answer, Dialogue, Message},
    element::Bytes,
    readers::{Home, Place},
};

/// A command on its way to its answer.
#[derive(Debug, Default)]
pub(super) struct Waiting(Option<(Home, Message)>);

impl Waiting {
    /// A command has been sent.
    pub(super) fn command(&mut self, place: Place<'_>, command: Message, dialogue: &mut Dialogue) {
        self.give_up(dialogue);
        self.0 = Some((Home::of(place), command));
    }

    /// The bytes of the command that waits.
    pub(super) fn bytes(&self) -> Option<&Bytes> {
        self.0.as_ref().map(|(_, command)| &command.bytes)
    }

    /// Its answer came.
    pub(super) fn answer(&mut self, answer: Message, dialogue: &mut Dialogue) {
        match self.0.take() {
            Some((home, command)) => dialogue.exchange(home.place(), command, Answer::Said(answer)),
            None => {
                dialogue.unread(answer.line, &answer.bytes.notation(), "an answer without a command");
                dialogue.name_flaw(answer);
            }
        }
    }

    /// Nothing more is known of the answer than this.
    pub(super) fn end(&mut self, line: usize, answer: Answer, dialogue: &mut Dialogue) {
        match self.0.take() {
            Some((home, command)) => dialogue.exchange(home.place(), command, answer),
            None => dialogue.unread(line, "", "the end of a command that is not in the log"),
        }
    }

    /// The answer does not come any more.
    pub(super) fn give_up(&mut self, dialogue: &mut Dialogue) {
        if let Some((home, command)) = self.0.take() {
            let (line, shown) = (command.line, command.bytes.notation());
            dialogue.exchange(home.place(), command, Answer::Unknown);
            dialogue.unread(line, &shown, "a command whose answer is not in the log");
        }
    }
}

/// The commands on their way at each reader, where records tell the reader and those of several stand among each other.
#[derive(Debug, Default)]
pub(super) struct WaitingEach(BTreeMap<Home, Waiting>);

impl WaitingEach {
    /// A command has been sent.
    pub(super) fn command(&mut self, place: Place<'_>, command: Message, dialogue: &mut Dialogue) {
        self.0.entry(Home::of(place)).or_default().command(place, command, dialogue);
    }

    /// The answer of a reader came. Where one record does not name its reader, there must be one command only.
    pub(super) fn answer(&mut self, place: Place<'_>, answer: Message, dialogue: &mut Dialogue) {
        let home = Home::of(place);
        let mut waiting = self.0.remove(&home).or_else(|| self.only_one(&home)).unwrap_or_default();
        waiting.answer(answer, dialogue);
    }

    fn only_one(&mut self, home: &Home) -> Option<Waiting> {
        let is_alone = self.0.len() == 1;
        let entry = self.0.first_entry().filter(|_| is_alone)?;
        [home, entry.key()].contains(&&Home::Unnamed).then(|| entry.remove())
    }

    /// No answer comes any more.
    pub(super) fn give_up(&mut self, dialogue: &mut Dialogue) {
        let mut left: Vec<Waiting> = mem::take(&mut self.0).into_values().collect();
        left.sort_by_key(|waiting| waiting.0.as_ref().map(|(_, command)| command.line));
        left.iter_mut().for_each(|waiting| waiting.give_up(dialogue));
    }
}
