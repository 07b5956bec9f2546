//! Commands and answers that come in turn.

use super::{
    dialogue::{Answer, Dialogue, Message},
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
