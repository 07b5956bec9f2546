//! A fault that is armed: what it has counted, and what it draws.

use virtuale_engine::StatusWord;

use super::{
    Fault,
    dice::Dice,
    follow::Asked,
    kind::{Effect, Kind, Moment},
    when::{Count, Range, When},
};

/// A fault at a card.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    pub(super) id: u64,
    pub(super) fault: Fault,
    /// Whether it is of the card's own card file.
    pub(super) own: bool,
    /// Whether it is for the next thing that is done to the card, and gone after that.
    pub(super) here: bool,
    /// How many events all else fitted.
    events: u32,
    /// In which session it is, from 1; 0 before the first.
    sessions: u32,
    pub(super) struck: u32,
    dice: Dice,
}

/// What is known of a command.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) ins: Option<u8>,
    pub(super) asked: Option<Asked>,
}

/// How many bytes a snapshot has of an armed fault.
pub(super) const SAVED: usize = 20;

impl Armed {
    pub(super) fn new(id: u64, fault: Fault, own: bool, is_powered: bool) -> Self {
        let dice = Dice::new(fault.when.seed.unwrap_or(0));
        Self { id, fault, own, here: false, events: 0, sessions: is_powered.into(), struck: 0, dice }
    }

    pub(super) fn kind(&self) -> Kind {
        self.fault.effect.kind()
    }

    fn when(&self) -> &When {
        &self.fault.when
    }

    /// How often it strikes at most.
    fn most(&self) -> u32 {
        let once =
            self.here || (self.kind().is_once() && self.when().count == Count::Each && self.when().chance.is_none());
        self.when().times.unwrap_or(if once { 1 } else { u32::MAX })
    }

    /// Whether it never strikes again.
    pub(super) fn is_spent(&self) -> bool {
        self.struck >= self.most()
            || self.when().count.is_over_after(self.events)
            || self.when().session.is_some_and(|session| session.is_over_after(self.sessions.saturating_sub(1)))
    }

    fn is_in_session(&self) -> bool {
        self.when().session.is_none_or(|session| session.has(self.sessions))
    }

    /// A session begins.
    pub(super) fn begin_session(&mut self) {
        self.sessions = self.sessions.saturating_add(1);
    }

    /// Whether it makes the card mute to a reset: from some moment on it is mute to everything.
    pub(super) fn is_mute_to_reset(&self) -> bool {
        let When { ins, file, answer, chance, count, .. } = self.when();
        let is_of_some = ins.is_some() || file.is_some() || answer.is_some() || chance.is_some();
        let is_mute_by_now = count.all_after().is_some_and(|before| self.events >= before);
        self.kind() == Kind::Mute && !is_of_some && is_mute_by_now && self.is_in_session() && self.struck < self.most()
    }

    /// Whether it strikes at a reset, which is counted.
    pub(super) fn strikes_at_reset(&mut self) -> bool {
        self.kind().is_of_reset() && self.counts()
    }

    /// Whether it strikes at a command, of whose answer nothing is asked; the command is counted.
    pub(super) fn strikes_at(&mut self, command: &Command) -> bool {
        let is_of_commands = self.kind().is_of_commands() && self.when().answer.is_none();
        is_of_commands && self.fits(command) && self.counts()
    }

    /// Whether it strikes at a command with this answer; the command is counted.
    pub(super) fn strikes_at_answer(&mut self, command: &Command, status: StatusWord) -> bool {
        let fits = self.when().answer.is_some_and(|answer| answer.fits(status));
        fits && self.fits(command) && self.counts()
    }

    /// Whether it strikes at a commit, which is counted.
    pub(super) fn strikes_at_commit(&mut self, command: Option<&Command>) -> bool {
        let When { ins, file, .. } = self.when();
        let fits = match command {
            Some(command) => self.fits(command),
            None => ins.is_none() && file.is_none(),
        };
        self.kind() == Kind::Power && fits && self.counts()
    }

    /// Whether it strikes as a reader asks for a PIN, which is counted.
    pub(super) fn strikes_at_prompt(&mut self) -> bool {
        self.kind() == Kind::Cancel && self.counts()
    }

    fn fits(&self, command: &Command) -> bool {
        let When { ins, file, .. } = self.when();
        let is_file = |name| command.asked.as_ref().is_some_and(|asked| asked.is_about(name));
        ins.is_none_or(|ins| command.ins == Some(ins)) && file.as_ref().is_none_or(is_file)
    }

    /// An event that fits: whether it is one of those that are meant.
    fn counts(&mut self) -> bool {
        if !self.is_in_session() || self.struck >= self.most() {
            return false;
        }
        self.events = self.events.saturating_add(1);
        self.when().count.has(self.events)
            && self.fault.when.chance.is_none_or(|chance| self.dice.falls(chance.parts()))
    }

    /// Whether the card carries out the command that it strikes.
    pub(super) fn is_done(&self) -> bool {
        self.when().done.unwrap_or_else(|| self.fault.effect.is_done())
    }

    /// What it does this time, nothing of it being left to chance. `bits` is how many the data of the answer have.
    pub(super) fn drawn(&mut self, bits: usize) -> Effect {
        match self.fault.effect {
            Effect::Flip(None) => {
                let bits = u32::try_from(bits).unwrap_or(u32::MAX);
                Effect::Flip(Some(self.dice.below(bits)))
            }
            Effect::Late(delay) | Effect::Wtx(delay) => self.fault.effect.lasting(delay.draw(&mut self.dice)),
            Effect::Power(Moment::During) => match self.dice.below(2) {
                0 => Effect::Power(Moment::Before),
                _ => Effect::Power(Moment::After),
            },
            other => other,
        }
    }

    /// Any byte but zero.
    pub(super) fn some_byte(&mut self) -> u8 {
        u8::try_from(1 + self.dice.below(255)).unwrap_or(1)
    }

    /// It struck, and did this.
    pub(super) fn strike(&mut self, effect: Effect) -> Strike {
        self.struck = self.struck.saturating_add(1);
        // One that asked for the answer first has had the card do it.
        let is_done = self.is_done() || self.when().answer.is_some();
        let done = Some(is_done).filter(|done| effect.takes_done() && *done != effect.is_done());
        let fault = Fault { effect, when: When { done, ..When::default() } };
        Strike { fault, armed: self.fault.clone() }
    }

    /// The same at a commit of a command that is not its first.
    pub(super) fn strike_at_commit(&mut self, effect: Effect, number: u32) -> Strike {
        let mut strike = self.strike(effect);
        if let Some(range) = Range::one(number).filter(|_| number > 1) {
            strike.fault.when.count = Count::Nth(range);
        }
        strike
    }

    pub(super) fn save(&self) -> [u8; SAVED] {
        let mut bytes = [0; SAVED];
        let counted = [self.events, self.sessions, self.struck];
        counted.iter().zip(bytes.chunks_exact_mut(4)).for_each(|(number, place)| {
            place.copy_from_slice(&number.to_be_bytes());
        });
        bytes[12..].copy_from_slice(&self.dice.position().to_be_bytes());
        bytes
    }

    pub(super) fn restore(&mut self, bytes: [u8; SAVED]) {
        let (counted, position) = bytes.split_at(12);
        let number = |at: usize| counted[at..at + 4].try_into().map_or(0, u32::from_be_bytes);
        (self.events, self.sessions, self.struck) = (number(0), number(4), number(8));
        self.dice.seek(position.try_into().map_or(0, u64::from_be_bytes));
    }
}

/// A fault that struck.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Strike {
    /// What it did, with nothing left to chance: the fault that, said of this moment, does the same.
    pub fault: Fault,
    /// The fault that was armed.
    pub armed: Fault,
}
