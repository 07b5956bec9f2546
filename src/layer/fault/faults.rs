//! The faults at a card: armed from outside, asked by the layer and by the sink.

use std::{
    fmt, mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use virtuale_engine::{Atr, SnapshotError};

use super::{
    Fault,
    armed::{Armed, Command, SAVED, Strike},
    follow::{Files, Follow, look_up},
    kind::{Effect, Kind, Moment},
    spoil,
    time::Millis,
    when::FileName,
};

/// How many faults are armed at a card at most that can still strike.
pub const MOST_ARMED: usize = 64;

/// The faults at a card, or at whatever card is in a slot. Clones are the same.
///
/// Who has one arms faults and takes them away at any time, also while a card works: [`Spoiled`](super::Spoiled) asks
/// for each command, [`Torn`](super::Torn) for each commit. While none is armed that is one look at a flag.
#[derive(Clone, Default)]
pub struct Faults(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Whether there is anything to ask for.
    is_active: AtomicBool,
    /// Whether a layer asks.
    is_worn: AtomicBool,
    state: Mutex<State>,
    /// Whether the card was taken from its programs since it got its power, and nobody carried that out.
    is_taken: AtomicBool,
    /// Told when the sleep of a late answer is over before its time.
    woken: Condvar,
}

/// Hears of each fault that strikes, at the moment when it does: before the answer is given.
pub type Witness = Arc<dyn Fn(&Strike) + Send + Sync>;

/// What a fault asks of the reader.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// To pull the card out of its slot, and to put it back after a time if one is said.
    Pull(Option<Duration>),
    /// To be unplugged with the card in it, and plugged in again after a time.
    Unplug(Duration),
    /// To tell programs that another one has reset the card, which has been.
    Reset,
}

/// The reader that a card is in, as its faults know it. It must not wait for the card.
pub type Orders = Arc<dyn Fn(Order) + Send + Sync>;

/// How long a card waits until its reader has pulled it. One that nobody pulls is mute.
const PULLED: Duration = Duration::from_secs(2);

#[derive(Default)]
struct State {
    armed: Vec<Armed>,
    next_id: u64,
    is_powered: bool,
    follow: Follow,
    files: Option<Files>,
    witness: Option<Witness>,
    orders: Option<Orders>,
    /// What waits for GET RESPONSE.
    held: spoil::Held,
    /// The command under way.
    command: Option<Command>,
    /// How many commits it has made.
    commits: u32,
    /// Whether the power is gone since one of them.
    is_torn: bool,
    /// Grows when sleepers shall wake.
    alarms: u64,
}

/// A fault that is armed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ArmedFault {
    /// Which.
    pub fault: Fault,
    /// How often it struck.
    pub struck: u32,
    /// Whether it can strike no more.
    pub is_spent: bool,
    /// Whether it is of the card's card file, and not of the slot.
    pub is_own: bool,
}

/// Why a fault is not armed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotArmed {
    /// There are too many.
    #[error("there are {MOST_ARMED} faults armed already, which is the most")]
    TooMany,
    /// The card has no such file.
    #[error("the card has no file {file}")]
    NoFile {
        /// As it was named.
        file: String,
        /// The one that may be meant.
        near: Option<String>,
    },
}

/// A command on its way, and what strikes it.
pub(super) struct Turn {
    /// The faults that strike it whatever its answer is.
    struck: Vec<u64>,
    /// Whether the card hears of it.
    pub(super) is_heard: bool,
}

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fate {
    Kept,
    Lost,
    /// It is kept, and nothing after it is.
    KeptLast,
}

/// What becomes of the answer to a command.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) is_mute: bool,
    pub(super) is_torn: bool,
    pub(super) late: Duration,
    /// How the card is taken from its programs, if it is.
    pub(super) taken: Option<Order>,
    /// Whether it is reset behind its answer.
    pub(super) is_reset: bool,
}

/// What becomes of a reset.
#[derive(Default)]
pub(super) struct Start {
    pub(super) is_mute: bool,
    pub(super) atr: Option<Atr>,
}

impl Faults {
    /// Arms a fault, behind those that are armed already.
    ///
    /// # Errors
    ///
    /// [`NotArmed`]: that there are too many, or that the card, if one is known here, has no such file.
    pub fn arm(&self, fault: Fault) -> Result<(), NotArmed> {
        self.arm_as(fault, false, false)
    }

    /// Arms a fault for the next thing that is done to the card: a command, or a reset. [`Faults::end_here`] comes
    /// after that.
    ///
    /// # Errors
    ///
    /// As [`Faults::arm`].
    pub fn arm_here(&self, fault: Fault) -> Result<(), NotArmed> {
        self.arm_as(fault, false, true)
    }

    /// What [`Faults::arm_here`] armed is over; gives those that did not strike.
    pub fn end_here(&self) -> Vec<Fault> {
        if !self.is_active() {
            return Vec::new();
        }
        let mut state = self.state();
        let (here, others) = mem::take(&mut state.armed).into_iter().partition(|armed: &Armed| armed.here);
        state.armed = others;
        self.settle(&state);
        let missed = here.into_iter().filter(|armed: &Armed| armed.struck == 0);
        missed.map(|armed| armed.fault).collect()
    }

    fn arm_as(&self, fault: Fault, own: bool, here: bool) -> Result<(), NotArmed> {
        let mut state = self.state();
        if let Some(name) = &fault.when.file
            && let Some(files) = &state.files
        {
            let files = files();
            look_up(&files, name).map_err(|near| NotArmed::NoFile { file: name.to_string(), near })?;
            state.follow.know(files);
        }
        let live = state.armed.iter().filter(|armed| !armed.is_spent()).count();
        if live >= MOST_ARMED {
            return Err(NotArmed::TooMany);
        }
        if state.armed.len() >= MOST_ARMED {
            let oldest = state.armed.iter().position(Armed::is_spent);
            oldest.map(|oldest| state.armed.remove(oldest));
        }
        if !self.is_active() {
            // What went by meanwhile was not seen.
            state.follow.lose();
        }
        let id = state.next_id;
        state.next_id += 1;
        let mut armed = Armed::new(id, fault, own, state.is_powered);
        armed.here = here;
        state.armed.push(armed);
        self.settle(&state);
        Ok(())
    }

    /// Holds that the card, if one is known here, has this file.
    ///
    /// # Errors
    ///
    /// [`NotArmed::NoFile`].
    pub(crate) fn look_up(&self, name: &FileName) -> Result<(), NotArmed> {
        let files = self.state().files.clone();
        let Some(files) = files.map(|files| files()) else { return Ok(()) };
        look_up(&files, name).map_err(|near| NotArmed::NoFile { file: name.to_string(), near })
    }

    /// What the layout of the card calls its files, if one is known here.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = self.state().files.clone();
        files.map(|files| files().into_iter().map(|file| file.name).collect()).unwrap_or_default()
    }

    /// Takes all faults away, those of the card file included, and ends the wait of a late answer; says how many could
    /// still strike.
    pub fn clear(&self) -> usize {
        let mut state = self.state();
        let live = state.armed.iter().filter(|armed| !armed.is_spent()).count();
        state.armed.clear();
        state.held.forget();
        self.settle(&state);
        self.alarm(state);
        live
    }

    /// Those that are armed, in their order, also if they have struck for the last time.
    #[must_use]
    pub fn list(&self) -> Vec<ArmedFault> {
        let told = |armed: &Armed| ArmedFault {
            fault: armed.fault.clone(),
            struck: armed.struck,
            is_spent: armed.is_spent(),
            is_own: armed.own,
        };
        self.state().armed.iter().map(told).collect()
    }

    /// Ends the wait of a late answer: nobody gets it any more.
    pub fn wake(&self) {
        self.alarm(self.state());
    }

    fn alarm(&self, mut state: MutexGuard<'_, State>) {
        state.alarms += 1;
        drop(state);
        self.0.woken.notify_all();
    }

    /// Who hears of each fault that strikes, in place of who did before.
    pub fn witnessed_by(&self, witness: Option<Witness>) {
        self.state().witness = witness;
    }

    /// Who carries out what faults ask of the reader, in place of who did before. Without anybody a card that is pulled
    /// is mute, and one that is reset by another program is reset.
    pub fn obeyed_by(&self, orders: Option<Orders>) {
        self.state().orders = orders;
    }

    /// A reader asks for a PIN: whether somebody cancels that.
    #[must_use]
    pub fn cancels(&self) -> bool {
        let mut state = self.state();
        let mut strikes = Vec::new();
        for armed in &mut state.armed {
            if armed.strikes_at_prompt() {
                strikes.push(armed.strike(Effect::Cancel));
            }
        }
        self.settle(&state);
        let is_cancelled = !strikes.is_empty();
        Self::witness(state, &strikes);
        is_cancelled
    }

    /// Whether somebody may still cancel at the pad.
    #[must_use]
    pub fn may_cancel(&self) -> bool {
        self.state().armed.iter().any(|armed| armed.kind() == Kind::Cancel && !armed.is_spent())
    }

    /// Has the card taken from its programs, and waits for that.
    pub(super) fn take(&self, order: Order) {
        let state = self.state();
        let (orders, alarms) = (state.orders.clone(), state.alarms);
        drop(state);
        match orders {
            Some(orders) => {
                orders(order);
                self.sleep_from(alarms, PULLED);
            }
            None => self.0.is_taken.store(true, Ordering::Relaxed),
        }
    }

    /// Whether a fault has pulled the card, or unplugged its reader, since it got its power, where nobody carries that
    /// out: the card is mute then, and who has it for himself can say what happened.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.0.is_taken.load(Ordering::Relaxed)
    }

    /// Has programs told that the card was reset.
    pub(super) fn tell_reset(&self) {
        let orders = self.state().orders.clone();
        orders.iter().for_each(|orders| orders(Order::Reset));
    }

    /// Another card is here now: what faults had counted of the one before begins anew, its own faults go, and those of
    /// this card's file come. `files` knows its files.
    pub fn meet(&self, own: &[Fault], files: Option<Files>) {
        let mut state = self.state();
        (state.files, state.follow) = (files, Follow::default());
        state.is_powered = false;
        state.held.forget();
        let others = mem::take(&mut state.armed).into_iter().filter(|armed| !armed.own);
        state.armed = others.collect();
        drop(state);
        for fault in own {
            // Their number, and their files, were looked at as the card file was read.
            let _ = self.arm_as(fault.clone(), true, false);
        }
    }

    /// Takes over what was armed at others from outside, with all that it has counted.
    pub fn take_over(&self, others: &Self) {
        if Arc::ptr_eq(&self.0, &others.0) {
            return;
        }
        let mut left = others.state();
        let (own, taken): (Vec<_>, Vec<_>) = mem::take(&mut left.armed).into_iter().partition(|armed| armed.own);
        left.armed = own;
        others.settle(&left);
        drop(left);
        let mut state = self.state();
        if taken.iter().any(|armed| armed.fault.when.file.is_some())
            && let Some(files) = &state.files
        {
            let files = files();
            state.follow.know(files);
        }
        for mut armed in taken {
            armed.id = state.next_id;
            state.next_id += 1;
            state.armed.push(armed);
        }
        self.settle(&state);
    }

    /// Whether a layer asks for them: otherwise they strike nothing.
    #[must_use]
    pub fn is_worn(&self) -> bool {
        self.0.is_worn.load(Ordering::Relaxed)
    }

    pub(super) fn wear(&self) {
        self.0.is_worn.store(true, Ordering::Relaxed);
    }

    /// Whether there is anything to ask for.
    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.0.is_active.load(Ordering::Relaxed)
    }

    /// A card gets its power, or is reset: `within` a command that it has just answered, or between commands. What
    /// strikes within one is not told: it would be taken for something that struck the command.
    pub(super) fn start(&self, atr: Atr, within: bool) -> Start {
        self.0.is_taken.store(false, Ordering::Relaxed);
        let mut state = self.state();
        state.is_powered = true;
        state.follow.reset();
        state.held.forget();
        (state.is_torn, state.command) = (false, None);
        state.armed.iter_mut().for_each(Armed::begin_session);
        let mut strikes = Vec::new();
        let mut start = Start::default();
        for armed in &mut state.armed {
            if armed.is_mute_to_reset() {
                start.is_mute = true;
                strikes.push(armed.strike(Effect::Mute));
            }
        }
        if start.is_mute {
            state.is_powered = false;
        }
        // All of them count the reset, and the last one that strikes has it.
        for armed in &mut state.armed {
            if !armed.strikes_at_reset() || start.is_mute {
                continue;
            }
            let spoiled = match armed.fault.effect {
                Effect::Atr(Some(atr)) => atr,
                _ => spoil::atr(&atr, armed.some_byte()),
            };
            start.atr = Some(spoiled);
            strikes.push(armed.strike(Effect::Atr(Some(spoiled))));
        }
        if within {
            strikes.clear();
        }
        self.settle(&state);
        Self::witness(state, &strikes);
        start
    }

    /// The card has no power any more.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.is_powered = false;
        state.held.forget();
        self.settle(&state);
    }

    /// A command comes. `None` if it is answered with what waited for it.
    pub(super) fn begin(&self, command: &[u8], response: &mut virtuale_engine::Response) -> Option<Turn> {
        let mut state = self.state();
        if state.held.answers(command, response) {
            self.settle(&state);
            return None;
        }
        let known = Command { ins: command.get(1).copied(), asked: state.follow.asked(command) };
        (state.commits, state.is_torn) = (0, false);
        let mut turn = Turn { struck: Vec::new(), is_heard: true };
        for armed in &mut state.armed {
            if armed.strikes_at(&known) {
                turn.struck.push(armed.id);
                turn.is_heard &= armed.is_done();
            }
        }
        state.command = Some(known);
        Some(turn)
    }

    /// A commit comes.
    pub(super) fn commit(&self) -> Fate {
        let mut state = self.state();
        if state.is_torn {
            return Fate::Lost;
        }
        state.commits = state.commits.saturating_add(1);
        let State { armed, command, commits, .. } = &mut *state;
        // All of them count the commit, and the first one that strikes has it.
        let striking = armed.iter_mut().filter_map(|armed| armed.strikes_at_commit(command.as_ref()).then_some(armed));
        let striking: Vec<_> = striking.collect();
        let Some(armed) = striking.into_iter().next() else { return Fate::Kept };
        let effect = armed.drawn(0);
        let strike = armed.strike_at_commit(effect, *commits);
        state.is_torn = true;
        Self::witness(state, &[strike]);
        match effect {
            Effect::Power(Moment::After) => Fate::KeptLast,
            _ => Fate::Lost,
        }
    }

    /// The card has answered, if it heard of the command: what becomes of the answer, which is changed in place.
    pub(super) fn conclude(
        &self,
        turn: &Turn,
        command: &[u8],
        response: &mut virtuale_engine::Response,
        is_silent: bool,
    ) -> Outcome {
        let mut state = self.state();
        let known = state.command.take();
        let status = response.status().filter(|_| !is_silent && turn.is_heard);
        if let Some(asked) = known.as_ref().and_then(|known| known.asked.clone())
            && status.is_some_and(virtuale_engine::StatusWord::is_processed)
        {
            state.follow.done(asked);
        }
        let mut outcome = Outcome { is_torn: mem::take(&mut state.is_torn), ..Outcome::default() };
        let mut strikes = Vec::new();
        let State { armed, held, .. } = &mut *state;
        for armed in armed {
            let strikes_now = turn.struck.contains(&armed.id)
                || known.as_ref().zip(status).is_some_and(|(known, status)| armed.strikes_at_answer(known, status));
            if !strikes_now || outcome.is_torn {
                continue;
            }
            let effect = armed.drawn(8 * response.data().len());
            let did = match effect {
                Effect::Mute => {
                    outcome.is_mute = true;
                    Some(effect)
                }
                Effect::Late(delay) | Effect::Wtx(delay) => {
                    outcome.late += delay.longest().duration();
                    Some(effect)
                }
                Effect::Pull(back) => {
                    outcome.taken = Some(Order::Pull(back.map(Millis::duration)));
                    Some(effect)
                }
                Effect::Unplug(back) => {
                    outcome.taken = Some(Order::Unplug(back.duration()));
                    Some(effect)
                }
                Effect::Atr(_) | Effect::Power(_) | Effect::Cancel => None,
                _ if is_silent => None,
                Effect::Reset => {
                    outcome.is_reset = true;
                    Some(effect)
                }
                _ => spoil::answer(effect, command, response, held),
            };
            strikes.extend(did.map(|effect| armed.strike(effect)));
        }
        self.settle(&state);
        Self::witness(state, &strikes);
        outcome
    }

    /// Sleeps, unless somebody ends that.
    pub(super) fn sleep(&self, time: Duration) {
        let alarms = self.state().alarms;
        self.sleep_from(alarms, time);
    }

    /// The same, unless somebody has ended it since so many had been.
    fn sleep_from(&self, alarms: u64, time: Duration) {
        let until = Instant::now() + time;
        let mut state = self.state();
        while state.alarms == alarms {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.0.woken.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What the faults of the card file have counted; nothing without such.
    pub(super) fn save(&self) -> Vec<u8> {
        self.state().armed.iter().filter(|armed| armed.own).flat_map(Armed::save).collect()
    }

    /// Takes what [`Faults::save`] gave of the same card file.
    pub(super) fn restore(&self, part: &'static str, bytes: &[u8]) -> Result<(), SnapshotError> {
        let (counted, rest) = bytes.as_chunks::<SAVED>();
        let mut state = self.state();
        let own = state.armed.iter_mut().filter(|armed| armed.own);
        let own: Vec<_> = own.collect();
        if !rest.is_empty() || own.len() != counted.len() {
            return Err(SnapshotError::Damaged(part));
        }
        own.into_iter().zip(counted).for_each(|(armed, counted)| armed.restore(*counted));
        self.settle(&state);
        Ok(())
    }

    /// Tells of strikes, with no lock held.
    fn witness(state: MutexGuard<'_, State>, strikes: &[Strike]) {
        let witness = state.witness.clone().filter(|_| !strikes.is_empty());
        drop(state);
        if let Some(witness) = witness {
            strikes.iter().for_each(|strike| witness(strike));
        }
    }

    /// Notes whether there is anything to ask for.
    fn settle(&self, state: &State) {
        let is_active = state.held.is_some() || state.armed.iter().any(|armed| !armed.is_spent());
        self.0.is_active.store(is_active, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Faults").field(&self.list()).finish()
    }
}
