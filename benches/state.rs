//! What it costs to keep a card: a command that writes, and one that reads, of a card that is kept and of one that is
//! not.
//!
//! `VIRTUALE_BENCH_STATE` names the folder in which cards are kept; memory (`/dev/shm`) if nothing is said, where there
//! is such a place.

use std::{
    env,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use virtuale::{
    engine::Response,
    host::{Host, state::State},
    reader::{Caller, Protocols, Session, Share},
};

/// A program that never goes.
struct Here;

impl Caller for Here {
    fn is_gone(&self) -> bool {
        false
    }

    fn card_left(&self, _: u64) {}
}

/// VERIFY of the holder's code, and SELECT of the file that is his.
const BEGIN: [&[u8]; 2] = [b"\x00\x20\x00\x01\x041234", &[0, 0xA4, 9, 0x0C, 6, 0x3F, 0, 0, 1, 0xD1, 7]];

const READ: &[u8] = &[0, 0xB0, 0, 0, 4];

fn commands(criterion: &mut Criterion) {
    let memory = Path::new("/dev/shm");
    let place = env::var_os("VIRTUALE_BENCH_STATE")
        .map_or_else(|| if memory.is_dir() { memory.to_owned() } else { env::temp_dir() }, PathBuf::from);
    let folder = tempfile::tempdir_in(&place).expect("a folder");
    let state = State::open(folder.path().join("state")).expect("a folder");
    let mut group = criterion.benchmark_group(format!("a card, kept in {}", place.to_string_lossy()));
    group.throughput(Throughput::Elements(1));
    for (name, state) in [("kept", Some(state)), ("not kept", None)] {
        let host = Host::builder().card("cps-lefevre");
        let host = state.into_iter().fold(host, |host, state| host.state(state));
        let readers = host.in_process().expect("readers");
        let here = Arc::new(Here);
        let caller: Weak<Here> = Arc::downgrade(&here);
        let session = Session::new(Arc::clone(&readers), caller);
        let context = session.establish(2).expect("a context");
        let reader = readers.states()[0].name.to_string();
        let opened = session.connect(context, reader.as_bytes(), Share::SHARED, Protocols::T0 | Protocols::T1);
        let (handle, protocol) = opened.expect("a card");
        let mut response = Response::new();
        let mut send = |command: &[u8]| {
            session.transmit(0, handle, protocol, command, &mut response).expect("an answer");
            assert!(response.as_bytes().ends_with(&[0x90, 0x00]), "{:02X?}", response.as_bytes());
        };
        BEGIN.iter().for_each(|command| send(command));
        let mut number = 0_u32;
        group.bench_function(format!("UPDATE BINARY of 4 bytes, {name}"), |bencher| {
            bencher.iter(|| {
                number = number.wrapping_add(1);
                send(&[&[0, 0xD6, 0, 0, 4][..], &number.to_be_bytes()].concat());
            });
        });
        group.bench_function(format!("READ BINARY of 4 bytes, {name}"), |bencher| bencher.iter(|| send(READ)));
    }
    group.finish();
}

criterion_group!(benches, commands);
criterion_main!(benches);
