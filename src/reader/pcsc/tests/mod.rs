//! Every check of pcsc-lite [PCSC-LITE winscard.c], on sessions without a transport.

mod connecting;
mod leaving;
mod power;
mod transactions;
mod transmitting;

use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::Session;
use crate::reader::{
    Caller, Disposition, Protocols, Readers, ReturnCode, Share, SlotName, SlotSpec,
    toys::{self, Reins},
};

const ANY: Protocols = Protocols(3);

/// Two slots, a card in the first.
struct House {
    readers: Arc<Readers>,
    reins: Arc<Reins>,
}

/// A session with its context.
struct Guest {
    session: Arc<Session>,
    context: u32,
}

/// A client that a test can take away.
#[derive(Default)]
struct Client {
    gone: AtomicBool,
    left: AtomicU64,
}

impl Caller for Client {
    fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    fn card_left(&self, ticket: u64) {
        self.left.store(ticket, Ordering::Relaxed);
    }
}

impl House {
    fn new() -> Self {
        Self::with(toys::T0)
    }

    fn with(atr: &[u8]) -> Self {
        Self::with_grace(atr, Duration::from_secs(5))
    }

    fn with_grace(atr: &[u8], grace: Duration) -> Self {
        let slots = SlotSpec::of_reader(SlotName::HOUSE, 2).expect("a name");
        let readers = Readers::with_grace(slots, grace).expect("two slots");
        let (card, reins) = toys::toy(atr);
        readers.insert(0, card, None).expect("an empty slot");
        reins.deeds();
        Self { readers, reins }
    }

    fn guest(&self) -> Guest {
        Guest::new(Session::unattended(Arc::clone(&self.readers)))
    }

    fn guest_of(&self, client: &Arc<Client>) -> Guest {
        let client: Weak<Client> = Arc::downgrade(client);
        Guest::new(Session::new(Arc::clone(&self.readers), client))
    }

    /// Whether a thread waits for something to move.
    fn is_waited_for(&self) -> bool {
        self.readers.with(|table| table.waiting > 0)
    }

    /// Takes the card out and puts it in again.
    fn swap(&self) {
        self.readers.remove(0).expect("a card");
        self.readers.reinsert(0).expect("the same card");
    }
}

impl Guest {
    fn new(session: Session) -> Self {
        let context = session.establish(2).expect("a good scope");
        Self { session: Arc::new(session), context }
    }

    fn open(&self, share: Share, preferred: Protocols) -> Result<(u32, Protocols), ReturnCode> {
        self.session.connect(self.context, b"Virtuale 00 00", share, preferred)
    }

    fn shared(&self) -> u32 {
        self.open(Share::SHARED, ANY).expect("a card that can be shared").0
    }

    fn exclusive(&self) -> u32 {
        self.open(Share::EXCLUSIVE, ANY).expect("a card that nobody has").0
    }

    fn leave_and_share(&self, handle: u32) -> Result<Protocols, ReturnCode> {
        self.session.reconnect(handle, Share::SHARED, ANY, Disposition::LEAVE)
    }
}

/// Runs something that must wait until `free` is called.
fn waits_for<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static, free: impl FnOnce()) -> T {
    let worker = thread::spawn(work);
    thread::sleep(Duration::from_millis(60));
    assert!(!worker.is_finished(), "it did not wait");
    free();
    worker.join().expect("it does not panic")
}

/// Runs something that must not wait: if it did, it would wait for ever, or for far longer than a busy machine takes.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(10), "it waited for {:?}", start.elapsed());
    result
}

#[test]
fn a_context_is_opened_and_closed_once() {
    let house = House::new();
    let session = Session::unattended(Arc::clone(&house.readers));
    assert_eq!(session.establish(4), Err(ReturnCode::INVALID_VALUE));
    assert_eq!(session.release(1), Err(ReturnCode::INVALID_HANDLE));
    for scope in 0..=3 {
        let context = session.establish(scope).expect("a good scope");
        assert_eq!(session.context(), Some(context));
        assert_eq!(session.release(context ^ 1), Err(ReturnCode::INVALID_VALUE));
        assert_eq!(session.release(context), Ok(()));
        assert_eq!(session.release(context), Err(ReturnCode::INVALID_HANDLE));
        assert_eq!(session.context(), None);
    }
}

#[test]
fn a_session_is_shown_with_its_context() {
    let guest = House::new().guest();
    assert_eq!(
        format!("{:?}", guest.session),
        format!("Session {{ id: SessionId(0), context: {}, .. }}", guest.context)
    );
}

#[test]
fn handles_of_others_do_not_exist() {
    let house = House::new();
    let (owner, other) = (house.guest(), house.guest());
    let handle = owner.shared();
    let mut response = virtuale_engine::Response::default();
    let session = &other.session;
    assert_eq!(session.status(handle), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.begin(handle), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.end(handle, Disposition::LEAVE), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.disconnect(handle, Disposition::LEAVE), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(other.leave_and_share(handle), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.transmit(0, handle, Protocols::T0, &[0], &mut response), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.control(1, handle, 0, &[]), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.attribute(handle, 0), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(session.set_attribute(handle), Err(ReturnCode::INVALID_HANDLE));
    assert_eq!(owner.session.status(handle), Ok(()));
}
