//! One slot, as all sessions on it share it (LAD, the field's word for what a card is put into).
//!
//! What has to do with the card is done by a thread of the slot's own, one after the other: whoever asked waits for it
//! as long as it may take, and gets an answer when his time is over or the card is pulled, whatever the card does. What
//! he gave up before it began never reaches the card.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use virtuale_engine::Response;
use virtuale_galss::wire::ClientId;

use super::message::{AnswerCode, Glance, State};
use crate::reader::{
    Caller, Disposition, Protocols, Readers, ReturnCode, Session, Share, SlotState, slot::table::Slot, sync::lock,
};

/// How often a waiting thread looks whether its client is still there.
const LOOK_ROUND: Duration = Duration::from_millis(50);

/// A slot that has a name in GALSS.
pub(super) struct Lad {
    readers: Arc<Readers>,
    slot: usize,
    session: Session,
    held: Mutex<Held>,
    queue: Mutex<Queue>,
    /// There is something to do for the slot's thread.
    work: Condvar,
    own: Weak<Self>,
}

/// What GALSS has of the card.
#[derive(Default)]
struct Held {
    /// The handle, while GALSS has given the card power.
    handle: Option<Handle>,
    /// How many sessions there are on the slot.
    users: usize,
    /// Who has an exclusivity on the slot.
    locked: Option<Owner>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Handle {
    number: u32,
    /// That of the card which got power.
    generation: u64,
}

/// What the slot's thread has to do.
#[derive(Default)]
struct Queue {
    jobs: VecDeque<Arc<Job>>,
    running: Option<(u64, Arc<Job>)>,
    tickets: u64,
    /// Which thread works. Those before it were left behind with a card that had gone.
    worker: u64,
    /// Whether it was started.
    is_alive: bool,
    is_closed: bool,
}

/// An application of a program: exclusivities are its.
pub(super) type Owner = (ClientId, Vec<u8>);

/// Something to do with the card, for somebody who waits.
struct Job {
    /// Whose it is; nobody's if it is to be done in any case.
    owner: Option<Owner>,
    work: Work,
    until: Option<Instant>,
    progress: Mutex<Progress>,
    over: Condvar,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Work {
    /// Power, and T=0; gives the answer to reset.
    PowerUp,
    /// No power.
    PowerOff,
    /// A command, if the card is still that of the counter; gives the response.
    Order { counter: u8, command: Vec<u8> },
    /// A reset, and the end of this handle: what the card opened for somebody who is gone is closed.
    Forget(u32),
}

enum Progress {
    Open,
    GivenUp,
    Over(Outcome),
}

/// What came of it.
pub(super) type Outcome = Result<Vec<u8>, Trouble>;

/// Why nothing came of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    /// A PC/SC program, or another application, has the card for itself.
    InUse,
    /// The time is over, or nobody waits any more.
    Time,
    /// The slot answers so.
    Answer(AnswerCode),
}

impl Lad {
    /// A slot that nobody has a session on.
    pub(super) fn new(readers: &Arc<Readers>, slot: usize) -> Arc<Self> {
        Arc::new_cyclic(|own: &Weak<Self>| Self {
            readers: Arc::clone(readers),
            slot,
            session: Session::new(Arc::clone(readers), Weak::<Self>::clone(own)),
            held: Mutex::default(),
            queue: Mutex::default(),
            work: Condvar::new(),
            own: Weak::clone(own),
        })
    }

    /// What it is like now. Waits for no card.
    pub(super) fn glance(&self) -> Glance {
        let handle = lock(&self.held).handle;
        let Some(slot) = self.readers.state(self.slot) else { return Glance { state: State::Empty, counter: 0 } };
        let counter = u8::try_from(slot.generation & 0xFF).unwrap_or_default();
        let state = match handle {
            _ if !slot.card.is_present() => State::Empty,
            Some(handle) if self.has_power(handle, &slot) => State::Powered,
            _ => State::Present,
        };
        Glance { state, counter }
    }

    /// Whether the card of a handle still is as GALSS powered it up: nobody exchanged or reset it.
    fn has_power(&self, handle: Handle, slot: &SlotState) -> bool {
        let status = self.session.status(handle.number);
        handle.generation == slot.generation && matches!(status, Ok(()) | Err(ReturnCode::SHARING_VIOLATION))
    }

    /// Somebody has a session on the slot.
    pub(super) fn attach(&self) {
        lock(&self.held).users += 1;
    }

    /// A session on the slot is over. With the last one, the card is left to others.
    pub(super) fn detach(&self) {
        let mut held = lock(&self.held);
        held.users = held.users.saturating_sub(1);
        if held.users == 0 {
            self.dispose(held.handle.take());
        }
    }

    /// Ends an exclusivity whose client is gone in the middle of it: the card has to forget what it opened for that
    /// one. Until it was reset it keeps its transaction, so that nobody else begins before.
    pub(super) fn forget(&self) {
        let mut held = lock(&self.held);
        held.locked = None;
        let handle = held.handle.take();
        drop(held);
        handle.into_iter().for_each(|handle| self.enqueue(Job::new(None, Work::Forget(handle.number), None)));
    }

    /// Keeps others away from the card: PC/SC programs from now on if it has power, else from when it gets it, and what
    /// other applications asked for and has not begun. Says whether no PC/SC program has it for itself.
    pub(super) fn lock(&self, owner: Owner) -> bool {
        let mut held = lock(&self.held);
        let begun = held.handle.map(|handle| self.session.begin(handle.number));
        match begun {
            Some(Ok(())) => {}
            Some(Err(ReturnCode::SHARING_VIOLATION | ReturnCode::COMM_ERROR)) => return false,
            // None, or something happened to the card: it will have to be powered up.
            _ => {
                self.dispose(held.handle.take());
                if self.is_in_use(None) {
                    return false;
                }
            }
        }
        held.locked = Some(owner);
        true
    }

    /// Lets PC/SC programs have the card again.
    pub(super) fn unlock(&self) {
        let mut held = lock(&self.held);
        held.locked = None;
        let ended = held.handle.map(|handle| self.session.end(handle.number, Disposition::LEAVE));
        if ended.is_some_and(|ended| ended.is_err()) {
            self.dispose(held.handle.take());
        }
    }

    /// Does what is to be done with the card. `is_gone` says whether nobody waits for it any more.
    pub(super) fn ask(&self, owner: Owner, work: Work, limit: Option<Duration>, is_gone: &dyn Fn() -> bool) -> Outcome {
        let job = Job::new(Some(owner), work, limit.and_then(|limit| Instant::now().checked_add(limit)));
        self.enqueue(Arc::clone(&job));
        job.wait(is_gone)
    }

    /// Ends all work, and lets go of the card: the slot's thread does so, if it is at work. It is not waited for.
    pub(super) fn close(&self) {
        let mut queue = lock(&self.queue);
        queue.is_closed = true;
        let left = mem::take(&mut queue.jobs).into_iter().chain(queue.running.take().map(|(_, job)| job));
        left.for_each(|job| job.finish(Err(Trouble::Time)));
        let is_alive = queue.is_alive;
        drop(queue);
        self.work.notify_all();
        if !is_alive {
            self.session.close();
        }
    }

    fn enqueue(&self, job: Arc<Job>) {
        let mut queue = lock(&self.queue);
        if queue.is_closed {
            return job.finish(Err(Trouble::Time));
        }
        queue.jobs.push_back(job);
        self.keep_working(&mut queue);
        drop(queue);
        self.work.notify_one();
    }

    /// Sees to it that somebody does what is to be done. Without room for another thread, nothing is.
    fn keep_working(&self, queue: &mut Queue) {
        if queue.is_alive || queue.jobs.is_empty() {
            return;
        }
        let (own, number) = (self.own.upgrade(), queue.worker);
        let work = move || own.iter().for_each(|lad| lad.work_as(number));
        queue.is_alive = thread::Builder::new().name("galss slot".into()).spawn(work).is_ok();
        if !queue.is_alive {
            let failed = Err(Trouble::Answer(AnswerCode::HARDWARE));
            queue.jobs.drain(..).for_each(|job| job.finish(failed.clone()));
        }
    }

    /// Does one thing after the other, until the slot is closed or this thread is left behind.
    fn work_as(&self, number: u64) {
        while let Some((ticket, job)) = self.next_job(number) {
            let done = match self.keeps_out(job.owner.as_ref()) {
                true => Ok(Err(Trouble::InUse)),
                false => catch_unwind(AssertUnwindSafe(|| self.carry_out(ticket, &job.work))),
            };
            let mut queue = lock(&self.queue);
            if queue.worker == number {
                queue.running = None;
            }
            drop(queue);
            // A card that panics takes nobody with it. Who was left behind is not heard any more.
            job.finish(done.unwrap_or(Err(Trouble::Answer(AnswerCode::HARDWARE))));
        }
        let queue = lock(&self.queue);
        let is_last = queue.is_closed && queue.worker == number;
        drop(queue);
        if is_last {
            self.session.close();
        }
    }

    /// Whether another application has an exclusivity by now.
    fn keeps_out(&self, owner: Option<&Owner>) -> bool {
        let held = lock(&self.held);
        owner.is_some() && held.locked.as_ref().is_some_and(|has_it| Some(has_it) != owner)
    }

    fn next_job(&self, number: u64) -> Option<(u64, Arc<Job>)> {
        let mut queue = lock(&self.queue);
        while !queue.is_closed && queue.worker == number {
            match queue.jobs.pop_front() {
                Some(job) if job.is_given_up() => {}
                Some(job) => {
                    queue.tickets += 1;
                    let ticket = queue.tickets;
                    queue.running = Some((ticket, Arc::clone(&job)));
                    return Some((ticket, job));
                }
                None => queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner),
            }
        }
        None
    }

    fn carry_out(&self, ticket: u64, work: &Work) -> Outcome {
        match work {
            Work::PowerUp => self.power_up(),
            Work::PowerOff => self.power_off(),
            Work::Forget(handle) => {
                // It can only fail on one that is closed already.
                let _ = self.session.disconnect(*handle, Disposition::RESET);
                Ok(Vec::new())
            }
            Work::Order { counter, command } => self.order(ticket, *counter, command),
        }
    }

    fn power_up(&self) -> Outcome {
        let before = self.readers.state(self.slot).ok_or(Trouble::Answer(AnswerCode::ABSENT))?;
        let kept = {
            let mut held = lock(&self.held);
            // That of a card which is gone has no transaction any more.
            self.dispose(held.handle.take_if(|handle| handle.generation != before.generation));
            held.handle
        };
        let number = match kept {
            Some(handle) => handle.number,
            None => self.open(before.name.as_str())?,
        };
        let agreed = self.session.reconnect(number, Share::SHARED, Protocols::T0, Disposition::UNPOWER);
        let after = self.readers.state(self.slot).filter(|after| after.generation == before.generation);
        let handle = Handle { number, generation: before.generation };
        let mut held = lock(&self.held);
        let powered = match (agreed.map_err(Trouble::of_power), after.and_then(|after| after.atr)) {
            (Ok(_), Some(atr)) if held.users > 0 => Ok(atr),
            (Ok(_), _) => Err(Trouble::Answer(AnswerCode::ABSENT)),
            // It is as it was.
            (Err(Trouble::InUse), _) if kept.is_some() => return Err(Trouble::InUse),
            (Err(trouble), _) => Err(trouble),
        };
        let locked = if kept.is_none() && held.locked.is_some() && powered.is_ok() {
            self.session.begin(number).map_err(|_| Trouble::InUse)
        } else {
            Ok(())
        };
        match locked.and(powered) {
            Ok(atr) => {
                held.handle = Some(handle);
                Ok(atr.as_bytes().to_vec())
            }
            Err(trouble) => {
                held.handle = None;
                self.dispose(Some(handle));
                Err(trouble)
            }
        }
    }

    /// A handle that asks nothing of the card.
    fn open(&self, reader: &str) -> Result<u32, Trouble> {
        if self.is_in_use(None) {
            return Err(Trouble::InUse);
        }
        let context = match self.session.context() {
            Some(context) => context,
            None => self.session.establish(0).map_err(Trouble::of_power)?,
        };
        let opened = self.session.connect(context, reader.as_bytes(), Share::DIRECT, Protocols::UNDEFINED);
        opened.map(|(number, _)| number).map_err(Trouble::of_power)
    }

    /// Takes power from the card, and closes the handle. A card that has no power from GALSS is others'.
    fn power_off(&self) -> Outcome {
        let Some(handle) = lock(&self.held).handle else { return Ok(Vec::new()) };
        if self.is_in_use(Some(handle.number)) {
            return Err(Trouble::InUse);
        }
        self.session.disconnect(handle.number, Disposition::UNPOWER).map_err(Trouble::of_power)?;
        lock(&self.held).handle.take_if(|held| *held == handle);
        Ok(Vec::new())
    }

    fn order(&self, ticket: u64, counter: u8, command: &[u8]) -> Outcome {
        let glance = self.glance();
        let handle = lock(&self.held).handle;
        let handle = match (glance.state, handle) {
            (State::Empty, _) => return Err(Trouble::Answer(AnswerCode::ABSENT)),
            _ if glance.counter != counter => return Err(Trouble::Answer(AnswerCode::COUNTER)),
            (State::Powered, Some(handle)) => handle,
            _ => return Err(Trouble::Answer(AnswerCode::REFUSED)),
        };
        let mut response = Response::default();
        let sent = self.session.transmit(ticket, handle.number, Protocols::T0, command, &mut response);
        sent.map(|_| response.as_bytes().to_vec()).map_err(Trouble::of_order)
    }

    /// Closes a handle and leaves the card as it is.
    fn dispose(&self, handle: Option<Handle>) {
        if let Some(handle) = handle {
            // It can only fail on one that is closed already.
            let _ = self.session.disconnect(handle.number, Disposition::LEAVE);
        }
    }

    /// Whether a PC/SC program has the card for itself; `own` is our handle.
    fn is_in_use(&self, own: Option<u32>) -> bool {
        let is_foreign =
            |slot: &Slot| slot.exclusive || slot.lock.as_ref().is_some_and(|lock| Some(lock.handle) != own);
        self.readers.with(|table| is_foreign(table.look_at(self.slot)))
    }
}

impl Caller for Lad {
    /// Whether nobody waits any more for what the slot's thread does.
    fn is_gone(&self) -> bool {
        let running = lock(&self.queue).running.as_ref().map(|(_, job)| Arc::clone(job));
        running.is_some_and(|job| job.is_given_up())
    }

    fn card_left(&self, ticket: u64) {
        let mut queue = lock(&self.queue);
        let Some((_, job)) = queue.running.take_if(|(running, _)| *running == ticket) else { return };
        queue.worker += 1;
        queue.is_alive = false;
        self.keep_working(&mut queue);
        drop(queue);
        job.finish(Err(Trouble::Answer(AnswerCode::ABSENT)));
    }
}

impl Job {
    fn new(owner: Option<Owner>, work: Work, until: Option<Instant>) -> Arc<Self> {
        Arc::new(Self { owner, work, until, progress: Mutex::new(Progress::Open), over: Condvar::new() })
    }

    fn wait(&self, is_gone: &dyn Fn() -> bool) -> Outcome {
        let mut progress = lock(&self.progress);
        loop {
            let left = self.until.map(|until| until.saturating_duration_since(Instant::now()));
            match mem::replace(&mut *progress, Progress::Open) {
                Progress::Over(outcome) => return outcome,
                _ if left.is_some_and(|left| left.is_zero()) => {
                    *progress = Progress::GivenUp;
                    return Err(Trouble::Time);
                }
                _ => {}
            }
            let nap = left.map_or(LOOK_ROUND, |left| left.min(LOOK_ROUND));
            let (awake, timer) = self.over.wait_timeout(progress, nap).unwrap_or_else(PoisonError::into_inner);
            progress = awake;
            if timer.timed_out() && is_gone() && !matches!(*progress, Progress::Over(_)) {
                *progress = Progress::GivenUp;
                return Err(Trouble::Time);
            }
        }
    }

    fn is_given_up(&self) -> bool {
        matches!(*lock(&self.progress), Progress::GivenUp) || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// It is over, unless it was before.
    fn finish(&self, outcome: Outcome) {
        let mut progress = lock(&self.progress);
        if matches!(*progress, Progress::Open) {
            *progress = Progress::Over(outcome);
            self.over.notify_all();
        }
    }
}

impl Trouble {
    /// Why a card did not get power, or did not lose it.
    fn of_power(code: ReturnCode) -> Self {
        Self::Answer(match code {
            ReturnCode::SHARING_VIOLATION => return Self::InUse,
            ReturnCode::COMM_ERROR => return Self::Time,
            ReturnCode::NO_SMARTCARD | ReturnCode::REMOVED_CARD => AnswerCode::ABSENT,
            ReturnCode::UNRESPONSIVE_CARD | ReturnCode::UNPOWERED_CARD => AnswerCode::MUTE,
            ReturnCode::PROTO_MISMATCH => AnswerCode::NOT_SUPPORTED,
            _ => AnswerCode::HARDWARE,
        })
    }

    /// Why a card did not answer a command.
    fn of_order(code: ReturnCode) -> Self {
        Self::Answer(match code {
            ReturnCode::SHARING_VIOLATION => return Self::InUse,
            ReturnCode::COMM_ERROR => return Self::Time,
            ReturnCode::NO_SMARTCARD | ReturnCode::REMOVED_CARD => AnswerCode::ABSENT,
            ReturnCode::NOT_TRANSACTED => AnswerCode::MUTE,
            // Reset by somebody else, or its handle was closed meanwhile.
            _ => AnswerCode::REFUSED,
        })
    }
}
