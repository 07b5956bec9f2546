use std::{
    env, fs,
    io::Write,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    process,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use super::{Channel, Lost, Slot, lock};
use crate::{
    place::Place,
    wire::{Hello, Inbox, Outcome, Purpose, Reply, Request, State, States},
};

/// What only a failure takes.
const LONG: Duration = Duration::from_secs(20);

fn state(generation: u64, is_present: bool) -> State {
    State { generation, is_present }
}

fn is_present(slot: &Slot) -> bool {
    lock(&slot.seen).is_present()
}

#[test]
fn a_card_that_came_back_unseen_is_gone_for_a_moment() {
    let slot = Slot::default();
    assert!(!is_present(&slot));
    slot.update(state(1, true));
    slot.poll(LONG);
    assert!(is_present(&slot));
    slot.update(state(2, false));
    slot.update(state(3, true));
    slot.poll(LONG);
    assert!(!is_present(&slot) && !is_present(&slot), "whoever asks");
    slot.poll(LONG);
    assert!(is_present(&slot), "it is another stay");
    slot.lose();
    slot.poll(LONG);
    assert!(!is_present(&slot), "it has no power any more");
    slot.poll(LONG);
    assert!(is_present(&slot));
    slot.update(state(4, false));
    slot.poll(LONG);
    assert!(!is_present(&slot));
    slot.update(state(5, true));
    slot.poll(LONG);
    assert!(is_present(&slot), "that it went was seen");
}

#[test]
fn a_poll_ends_with_a_change_with_its_time_or_when_it_is_told_to() {
    let slot = Slot::default();
    let begin = Instant::now();
    slot.poll(Duration::from_millis(50));
    assert!((Duration::from_millis(50)..LONG).contains(&begin.elapsed()));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| slot.poll(LONG));
        slot.update(state(1, true));
        waiting.join().expect("no panic");
        let waiting = scope.spawn(|| slot.poll(LONG));
        slot.note(|_| true);
        waiting.join().expect("no panic");
    });
    assert!(begin.elapsed() < LONG);
}

/// Readers that a test plays. They go when it is dropped.
struct Played {
    socket: PathBuf,
    streams: Receiver<Accepted>,
    states: UnixStream,
}

/// A connection, what it is for, and what came behind that.
type Accepted = (Purpose, UnixStream, Inbox);

fn socket(name: &str) -> PathBuf {
    env::temp_dir().join(format!("virtuale-ifd-{}-{name}", process::id()))
}

/// Accepts connections until the socket is gone, and hands them on with what they are for.
fn accept(listener: &UnixListener, streams: &Sender<Accepted>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let mut inbox = Inbox::default();
        let Some(hello) = inbox.frame(&stream).ok().and_then(Hello::parse) else { return };
        if streams.send((hello.purpose, stream, inbox)).is_err() {
            return;
        }
    }
}

impl Played {
    fn at(socket: PathBuf) -> Self {
        let listener = UnixListener::bind(&socket).expect("a socket");
        let (told, streams) = channel();
        thread::spawn(move || accept(&listener, &told));
        let (purpose, states, _) = streams.recv_timeout(LONG).expect("the driver comes");
        assert_eq!(purpose, Purpose::States);
        Self { socket, streams, states }
    }

    fn tell(&self, states: &[State]) {
        (&self.states).write_all(&States(states.to_vec()).to_frame()).expect("it reads");
    }

    /// Answers one request of a slot's connection.
    fn reply(stream: &UnixStream, inbox: &mut Inbox, reply: Reply<'_>) {
        inbox.frame(stream).expect("a request");
        let mut frame = Vec::new();
        reply.put(&mut frame);
        let mut stream = stream;
        stream.write_all(&frame).expect("it reads");
    }
}

impl Drop for Played {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
        // The thread that accepts ends with the next one who comes; nobody does.
        let _ = self.states.shutdown(std::net::Shutdown::Both);
    }
}

fn await_presence(channel: &Channel, wanted: bool) {
    let end = Instant::now() + LONG;
    while channel.is_present() != wanted {
        assert!(Instant::now() < end, "it was never {wanted}");
        channel.poll(Duration::from_millis(100));
    }
}

#[test]
fn readers_that_are_stopped_are_cards_that_are_pulled_until_they_go_on() {
    let socket = socket("stopped");
    const LUN: u64 = 8 << 16;
    Channel::open(LUN, Place { slots: 1, socket: socket.clone() }).expect("a thread");
    let channel = Channel::find(LUN).expect("it is open");
    let played = Played::at(socket);
    // They repeat what they say, and then they are stopped while a command is under way.
    played.tell(&[state(1, true)]);
    played.tell(&[state(1, true)]);
    await_presence(&channel, true);
    let begin = Instant::now();
    let asked = thread::scope(|scope| {
        let asked = scope.spawn(|| channel.ask(&Request::Transmit(b"old"), |reply| reply.given.to_vec()));
        let old = played.streams.recv_timeout(LONG).expect("a connection");
        assert_eq!(asked.join().expect("no panic"), Err(Lost::Gone));
        old
    });
    assert!((super::SILENCE..LONG).contains(&begin.elapsed()));
    await_presence(&channel, false);
    assert_eq!(channel.ask(&Request::PowerUp, |_| ()), Err(Lost::Gone), "and it takes no time");
    // They go on: the driver is there again, and waits as long as they take. What they answer now to what was asked
    // before is not taken for an answer to what is asked next.
    let (purpose, states, _) = played.streams.recv_timeout(LONG).expect("it looks for them");
    assert_eq!(purpose, Purpose::States);
    thread::sleep(super::SILENCE * 2);
    assert!(played.streams.try_recv().is_err(), "one of its connections waits, and no more come");
    (&states).write_all(&States(vec![state(1, true)]).to_frame()).expect("it reads");
    await_presence(&channel, true);
    let (_, old, mut inbox) = asked;
    assert_eq!(inbox.frame(&old).map(Request::parse).expect("it was asked"), Some(Request::Transmit(b"old")));
    let mut frame = Vec::new();
    Reply { outcome: Outcome::DONE, given: b"late" }.put(&mut frame);
    // The driver may have hung up already.
    let _ = (&old).write_all(&frame);
    thread::scope(|scope| {
        let asked = scope.spawn(|| channel.ask(&Request::Transmit(b"new"), |reply| reply.given.to_vec()));
        let (_, stream, mut inbox) = played.streams.recv_timeout(LONG).expect("a connection of its own");
        // These readers do not repeat themselves, as those of before: they may take their time.
        thread::sleep(super::SILENCE * 2);
        Played::reply(&stream, &mut inbox, Reply { outcome: Outcome::DONE, given: b"answer" });
        assert_eq!(asked.join().expect("no panic"), Ok(b"answer".to_vec()));
    });
    assert!(Channel::close(LUN).is_some());
}

#[test]
fn readers_that_go_are_cards_that_are_pulled_and_come_back_with_others() {
    let socket = socket("readers");
    let place = Place { slots: 2, socket: socket.clone() };
    const LUN: u64 = 7 << 16;
    Channel::open(LUN, place.clone()).expect("a thread");
    Channel::open(LUN + 1, place.clone()).expect("the same");
    assert!(Channel::open(LUN + 2, place).is_none(), "it has two slots");
    let channel = Channel::find(LUN).expect("it is open");
    assert!(!channel.is_present());
    let nothing = channel.ask(&Request::PowerUp, |_| ());
    assert_eq!(nothing, Err(Lost::Gone), "and it takes no time");

    let played = Played::at(socket.clone());
    played.tell(&[state(1, true), state(0, false)]);
    await_presence(&channel, true);
    assert!(!Channel::find(LUN + 1).expect("it is open").is_present());
    thread::scope(|scope| {
        let asked = scope.spawn(|| channel.ask(&Request::PowerUp, |reply| (reply.outcome, reply.given.to_vec())));
        let (purpose, stream, mut inbox) = played.streams.recv_timeout(LONG).expect("a connection");
        assert_eq!(purpose, Purpose::Slot(0));
        Played::reply(&stream, &mut inbox, Reply { outcome: Outcome::DONE, given: b"atr" });
        assert_eq!(asked.join().expect("no panic"), Ok((Outcome::DONE, b"atr".to_vec())));
        let asked = scope.spawn(|| channel.ask(&Request::Transmit(b"x"), |reply| reply.outcome));
        Played::reply(&stream, &mut inbox, Reply { outcome: Outcome::POWER_TAKEN, given: &[] });
        assert_eq!(asked.join().expect("no panic"), Ok(Outcome::POWER_TAKEN));
        await_presence(&channel, false);
        await_presence(&channel, true);
        let asked = scope.spawn(|| channel.ask(&Request::Reset, |reply| reply.outcome));
        drop(stream);
        assert_eq!(asked.join().expect("no panic"), Err(Lost::Gone));
    });
    await_presence(&channel, false);
    await_presence(&channel, true);
    drop(played);
    await_presence(&channel, false);
    let again = Played::at(socket);
    again.tell(&[state(1, true)]);
    await_presence(&channel, true);
    assert!(Channel::close(LUN).is_some() && Channel::close(LUN + 1).is_some() && Channel::close(LUN).is_none());
}
