//! Signatures, codes and secure messaging, as commands to a whole card, in process; and OpenSSL's signatures on the
//! same core in the same run.

use std::{
    hint::black_box,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use hex_literal::hex;
use rustix::thread::{CpuSet, sched_setaffinity};
use virtuale::profile::{Options, VirtualCard, load};
use virtuale_engine::{
    Card, Interface, Protocol, Response, StatusWord,
    crypto::{CipherKey, Crypto, HashAlgorithm, RustCrypto},
    sm::{CLASS_BITS, PlainCommand, Session, Suite},
};

/// A card that speaks T=1, so that an answer is one exchange.
const CARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/applets/cards/vitale2-t1.toml");

const SELECT_ADELE: &[u8] = &hex!("00 A4 04 0C 0C D2500000044164E86C650101");
const VERIFY: &[u8] = &hex!("00 20 00 81 04 31323334");
const SET_RSA: &[u8] = &hex!("00 22 41 A4 06 84 01 82 80 01 02");
const SET_P256: &[u8] = &hex!("00 22 41 B6 03 84 01 04");
const DIGEST_INFO: &[u8] = &hex!("3031300D060960864801650304020105000420");
const SELECT_SN: &[u8] = &hex!("00 A4 02 0C 02 D003");
const READ: &[u8] = &hex!("00 B0 00 00 0C");

/// How long each of the two sides of a comparison signs.
const ROUND: Duration = Duration::from_secs(3);

fn card() -> VirtualCard {
    let options = Options { today: jiff::civil::date(2026, 1, 15), seed: 1 };
    let profile = load(Path::new(CARD), &options).expect("a fixture");
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    card.select_protocol(Protocol::T1).expect("T=1");
    card
}

/// Sends a command that must succeed and gives the data of its answer.
fn ask(card: &mut VirtualCard, command: &[u8]) -> Vec<u8> {
    let mut response = Response::new();
    card.transmit(command, &mut response).expect("a card that answers");
    assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{command:02X?}");
    response.data().to_vec()
}

/// A card on which the holder gave the code, ready to sign.
fn opened() -> VirtualCard {
    let mut card = card();
    for command in [SELECT_ADELE, VERIFY, SET_RSA, SET_P256] {
        ask(&mut card, command);
    }
    card
}

/// INTERNAL AUTHENTICATE with a DigestInfo: PKCS#1 padding and RSA 2048.
fn rsa() -> Vec<u8> {
    [&hex!("00 88 00 00 33")[..], DIGEST_INFO, &[0x5A; 32], &[0x00]].concat()
}

/// PSO COMPUTE DIGITAL SIGNATURE with a hash: ECDSA on P-256.
fn p256() -> Vec<u8> {
    [&hex!("00 2A 9E 9A 20")[..], &[0x5A; 32], &[0x00]].concat()
}

fn commands(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crypto");
    for (name, command) in [("RSA 2048 signature", rsa()), ("P-256 signature", p256()), ("VERIFY", VERIFY.to_vec())] {
        let (mut card, mut response) = (opened(), Response::new());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                response.clear();
                card.transmit(black_box(&command), &mut response)
            });
        });
        assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{name}");
    }
    let mut clear = card();
    ask(&mut clear, SELECT_ADELE);
    ask(&mut clear, SELECT_SN);
    let mut response = Response::new();
    group.bench_function("READ BINARY 12 in clear", |bencher| {
        bencher.iter(|| {
            response.clear();
            clear.transmit(black_box(READ), &mut response)
        });
    });
    assert_eq!(response.status(), Some(StatusWord::SUCCESS));
    for (name, suite) in [("3DES", &TRIPLE_DES), ("AES-128", &AES)] {
        let mut terminal = Terminal::new(suite);
        group.bench_function(format!("READ BINARY 12 under secure messaging, {name}"), |bencher| {
            bencher.iter_custom(|times| (0..times).map(|_| terminal.read()).sum());
        });
    }
}

/// A key set of the layout and what goes with it.
struct KeySet {
    reference: u8,
    algorithm: u8,
    hash: HashAlgorithm,
    suite: Suite,
    mac: CipherKey,
    encryption: CipherKey,
}

static TRIPLE_DES: KeySet = KeySet {
    reference: 1,
    algorithm: 0x0C,
    hash: HashAlgorithm::Sha1,
    suite: Suite::TripleDes,
    mac: CipherKey::TripleDes(*b"TEST VirtualeMAC"),
    encryption: CipherKey::TripleDes(*b"TEST VirtualeENC"),
};

static AES: KeySet = KeySet {
    reference: 2,
    algorithm: 0x8C,
    hash: HashAlgorithm::Sha256,
    suite: Suite::Aes128,
    mac: CipherKey::Aes128(*b"TEST virtualemac"),
    encryption: CipherKey::Aes128(*b"TEST virtualeenc"),
};

/// The terminal's end of secure messaging.
struct Terminal {
    card: VirtualCard,
    session: Session,
}

impl Terminal {
    /// Authenticates mutually and selects a file.
    fn new(keys: &KeySet) -> Self {
        let mut card = card();
        ask(&mut card, SELECT_ADELE);
        ask(&mut card, &[&hex!("00 22 C1 A4 06 80 01")[..], &[keys.algorithm, 0x83, 0x01, keys.reference]].concat());
        let challenge = ask(&mut card, &hex!("00 84 00 00 08"));
        let number = hex!("00180010000005FF");
        let mut plain = [&[0; 8][..], &[1; 8], &challenge, &number, &[2; 32]].concat();
        let mac = seal(keys, &mut plain);
        let response = ask(&mut card, &[&hex!("00 82 00 00 48")[..], &plain, &mac, &[0x00]].concat());
        let mut opened = response[..64].to_vec();
        RustCrypto.decrypt_cbc(&keys.encryption, &[0; 16][..keys.encryption.block()], &mut opened).expect("blocks");
        let secret: Vec<u8> = opened[32..].iter().map(|byte| byte ^ 2).collect();
        let start = challenge[4..].iter().chain(&[0; 4]).fold(0, |counter, &byte| counter << 8 | u128::from(byte));
        let counter = if keys.suite == Suite::TripleDes { start } else { 0 };
        let session = Session::derive(&RustCrypto, keys.suite, keys.hash, &secret, counter).expect("a session");
        let mut terminal = Self { card, session };
        terminal.send([0x00, 0xA4, 0x02, 0x0C], &hex!("D003"), None);
        terminal
    }

    /// The time that the card takes for a protected READ BINARY.
    fn read(&mut self) -> Duration {
        self.send([0x00, 0xB0, 0x00, 0x00], &[], Some(12))
    }

    fn send(&mut self, header: [u8; 4], data: &[u8], expected: Option<usize>) -> Duration {
        let header = [header[0] | CLASS_BITS, header[1], header[2], header[3]];
        let command = PlainCommand { header, data: data.to_vec().into(), expected };
        let field = self.session.seal_command(&RustCrypto, &command).expect("a sealed command");
        let length = u8::try_from(field.len()).expect("a short command");
        let whole = [&header[..], &[length], &field, &[0x00]].concat();
        let mut response = Response::new();
        let start = Instant::now();
        self.card.transmit(&whole, &mut response).expect("a card that answers");
        let time = start.elapsed();
        let (_, status) = self.session.open_response(&RustCrypto, response.data()).expect("a sealed answer");
        assert_eq!(status, StatusWord::SUCCESS);
        time
    }
}

/// Enciphers in place and gives the MAC.
fn seal(keys: &KeySet, plain: &mut [u8]) -> [u8; 8] {
    let block = keys.encryption.block();
    RustCrypto.encrypt_cbc(&keys.encryption, &[0; 16][..block], plain).expect("blocks");
    let mut padding = [0; 16];
    padding[0] = 0x80;
    RustCrypto.mac(&keys.mac, &[plain, &padding[..block]]).expect("blocks")
}

/// Signatures a second, ours and OpenSSL's, on one core.
fn beside_openssl(_: &mut Criterion) {
    let mut core = CpuSet::new();
    core.set(0);
    if let Err(error) = sched_setaffinity(None, &core) {
        println!("this system does not keep a program on one core: {error}");
    }
    let Some(theirs) = openssl() else {
        println!("openssl is not there, or its `speed -mr` prints something else: nothing to compare with");
        return;
    };
    for ((name, command), theirs) in [("RSA 2048", rsa()), ("P-256", p256())].iter().zip(theirs) {
        let ours = rate(command);
        let times = theirs / ours;
        println!("{name}: {ours:.0} signatures/s as commands, OpenSSL {theirs:.0}/s: {times:.2} times its time");
    }
}

fn rate(command: &[u8]) -> f64 {
    let (mut card, mut response, mut count) = (opened(), Response::new(), 0_u32);
    let start = Instant::now();
    while start.elapsed() < ROUND {
        response.clear();
        card.transmit(command, &mut response).expect("a card that answers");
        count += 1;
    }
    assert_eq!(response.status(), Some(StatusWord::SUCCESS), "{command:02X?}");
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// OpenSSL's RSA 2048 and P-256 signatures a second.
fn openssl() -> Option<[f64; 2]> {
    let seconds = ROUND.as_secs().to_string();
    let mut speed = Command::new("openssl");
    speed.args(["speed", "-mr", "-seconds", &seconds, "rsa2048", "ecdsap256"]).stderr(Stdio::null());
    let said = String::from_utf8(speed.output().ok()?.stdout).ok()?;
    // +F2:index:bits:signatures:verifications for RSA, +F4 for elliptic curves; a second, or in seconds before version
    // 3.
    let rate = |mark: &str| {
        let line = said.lines().find(|line| line.starts_with(mark))?;
        let number: f64 = line.split(':').nth(3)?.parse().ok()?;
        Some(if number < 1.0 { 1.0 / number } else { number })
    };
    Some([rate("+F2:")?, rate("+F4:")?])
}

criterion_group!(benches, commands, beside_openssl);
criterion_main!(benches);
