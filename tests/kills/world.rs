//! A card, what is sent to it, and what must be there after a kill.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc::channel,
    thread,
    time::Duration,
};

use virtuale::{
    engine::Response,
    host::{Host, state::State},
    terminal::transport::{Transport, pcsclite::Service},
};

use super::{DAY, Dice, PROGRAM};

/// How many commands are sent ahead.
const AHEAD: usize = 400;

/// How long after its first answer a program is killed at most, in microseconds.
const LONGEST: u64 = 40_000;

/// How long a program may take to its first answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a card holds, as far as it is looked at.
#[derive(Clone, Debug, PartialEq)]
struct Held {
    /// How many tries of the PIN are left.
    tries: u8,
    /// What stands in the file; `None` if it is not there.
    data: Option<Vec<u8>>,
    /// Part of a public key; `None` if it was not told.
    key: Option<Vec<u8>>,
}

/// What a command does if it is carried out.
#[derive(Clone, Debug)]
enum Effect {
    None,
    Challenge,
    WrongPin,
    RightPin,
    Data(Option<Vec<u8>>),
    /// A key is made, and told by the next command.
    NewKey,
    ToldKey,
}

/// A card that is written to.
pub(super) struct World {
    state: PathBuf,
    card: PathBuf,
    /// SELECT of the application, and of the DF of the file.
    entry: &'static [&'static str],
    /// VERIFY without data, up to the reference.
    verify: &'static str,
    file: &'static str,
    has_key: bool,
    held: Held,
    challenges: HashSet<Vec<u8>>,
}

/// Makes a key on P-256: of those there is no end, and of RSA keys there is.
const GENERATE: &str = "00 47 00 00 06 70 04 BF 90 04 00 00";
const TOLD_KEY: &str = "00 C0 00 00 46";
const TELL_KEY: &str = "00 CB 3F FF 0B 4D 09 70 07 BF A0 04 03 7F 49 80 00";
const GET_RESPONSE: &str = "00 C0 00 00 4C";
const CREATE: &str = "00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7A03 8C 04 43 00 00 00";
const DELETE: &str = "00 E4 00 00 00";

/// The card of a professional, who writes to the one file that is his.
pub(super) fn cps(folder: &Path) -> World {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("applets/cards/cps-lefevre.toml");
    World::new(folder.join("cps"), card, &[], "00 20 00 01", "00 A4 09 0C 06 3F 00 00 01 D1 07", false)
}

/// A card whose holder makes files and keys, as docs/personalising.md makes it.
pub(super) fn holder(folder: &Path) -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let layout = Command::new("sed")
        .args(["-E", "-f"])
        .arg(root.join("tests/clients/cards/holder.sed"))
        .arg(root.join("applets/layouts/vitale2.toml"))
        .output()
        .expect("sed");
    fs::write(folder.join("holder.toml"), layout.stdout).expect("room");
    let card = fs::read_to_string(root.join("applets/cards/vitale2-martin.toml")).expect("a card");
    let path = folder.join("card.toml");
    fs::write(&path, card.replace("\"vitale2\"", "\"holder.toml\"")).expect("room");
    let entry = &["00 A4 04 0C 0C A0 00 00 00 63 50 4B 43 53 2D 31 35", "00 A4 00 0C 02 44 01"];
    World::new(folder.join("holder"), path, entry, "00 20 00 81", "00 A4 00 0C 02 7A 03", true)
}

impl World {
    fn new(
        state: PathBuf,
        card: PathBuf,
        entry: &'static [&'static str],
        verify: &'static str,
        file: &'static str,
        has_key: bool,
    ) -> Self {
        let held = Held { tries: 3, data: None, key: None };
        let mut world = Self { state, card, entry, verify, file, has_key, held, challenges: HashSet::new() };
        world.held = world.look();
        world
    }

    pub(super) fn challenges(&self) -> usize {
        self.challenges.len()
    }

    /// Commands, each with what it does.
    fn commands(&self, dice: &mut Dice) -> Vec<(String, Effect)> {
        let mut commands: Vec<_> = self.entry.iter().map(|select| ((*select).to_owned(), Effect::None)).collect();
        let right = (format!("{} 04 31 32 33 34", self.verify), Effect::RightPin);
        commands.push(right.clone());
        let mut is_there = self.held.data.is_some();
        if is_there {
            commands.push((self.file.to_owned(), Effect::None));
        }
        while commands.len() < AHEAD {
            match dice.below(8) {
                0 => {
                    commands.push((format!("{} 04 39 39 39 39", self.verify), Effect::WrongPin));
                    commands.push(right.clone());
                }
                1 => commands.push(("00 84 00 00 08".to_owned(), Effect::Challenge)),
                2 if self.has_key => {
                    commands.push((GENERATE.to_owned(), Effect::NewKey));
                    commands.push((TOLD_KEY.to_owned(), Effect::ToldKey));
                }
                3 if self.has_key && is_there => {
                    commands.push((DELETE.to_owned(), Effect::Data(None)));
                    is_there = false;
                }
                _ if !is_there => {
                    commands.push((CREATE.to_owned(), Effect::Data(Some(vec![0; 4]))));
                    is_there = true;
                }
                _ => {
                    let data = dice.next().to_be_bytes()[..4].to_vec();
                    commands.push((format!("00 D6 00 00 04 {}", hex::encode(&data)), Effect::Data(Some(data))));
                }
            }
        }
        commands
    }

    /// Sends commands to the card and kills its program; gives how many it had answered.
    pub(super) fn kill(&mut self, dice: &mut Dice, kill: u64) -> u64 {
        let commands = self.commands(dice);
        let mut child = Command::new(PROGRAM)
            .args(["apdu", "--now", DAY, "--state"])
            .arg(&self.state)
            .arg("--card")
            .arg(&self.card)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut input = child.stdin.take().expect("a pipe");
        let text: String = commands.iter().map(|(command, _)| format!("{command}\n")).collect();
        // It may be killed before it has read all.
        let writer = thread::spawn(move || {
            let _ = input.write_all(text.as_bytes());
            input
        });
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (first, came) = channel();
        let reader = thread::spawn(move || {
            let mut answers = Vec::new();
            for line in output.lines().map_while(Result::ok) {
                if let Some(answer) = line.strip_prefix("< ") {
                    let digits = answer.split('#').next().unwrap_or_default().split_whitespace().collect::<String>();
                    answers.push(hex::decode(digits).expect("an answer"));
                    let _ = first.send(());
                }
            }
            answers
        });
        // Sometimes while it begins.
        if dice.below(10) > 0 {
            came.recv_timeout(PATIENCE).expect("an answer");
        }
        thread::sleep(dice.moment(LONGEST));
        child.kill().expect("it runs");
        child.wait().expect("a child");
        let answers = reader.join().expect("no panic");
        drop(writer.join());
        let possible = self.possible(&commands, &answers);
        let held = self.look();
        let is_one = possible.iter().any(|possible| {
            (possible.tries, &possible.data) == (held.tries, &held.data)
                && possible.key.as_ref().is_none_or(|key| Some(key) == held.key.as_ref())
        });
        let next = commands.get(answers.len());
        assert!(is_one, "kill {kill}, {}: {held:?} is none of {possible:?}; next was {next:?}", self.card.display());
        self.held = held;
        self.prove();
        answers.len() as u64
    }

    /// What the card may hold after these answers.
    fn possible(&mut self, commands: &[(String, Effect)], answers: &[Vec<u8>]) -> Vec<Held> {
        let mut held = self.held.clone();
        for ((command, effect), answer) in commands.iter().zip(answers) {
            let (data, status) = answer.split_at(answer.len() - 2);
            match effect {
                Effect::Challenge => self.draw(data),
                Effect::ToldKey => held.key = Some(part_of_key(data)),
                _ => {}
            }
            held = after(&held, effect);
            let right: &[u8] = match effect {
                Effect::WrongPin => &[0x63, 0xC0 | held.tries],
                Effect::NewKey => &[0x61, 0x46],
                _ => &[0x90, 0x00],
            };
            assert_eq!(status, right, "{command}");
        }
        let mut possible = vec![held.clone()];
        if let Some((_, effect)) = commands.get(answers.len()) {
            if matches!(effect, Effect::RightPin) {
                possible.push(after(&held, &Effect::WrongPin));
            }
            possible.push(after(&held, effect));
        }
        possible
    }

    fn draw(&mut self, challenge: &[u8]) {
        assert_eq!(challenge.len(), 8);
        assert!(self.challenges.insert(challenge.to_vec()), "the challenge {challenge:02X?} comes twice");
    }

    /// Sends commands to the card as it was left, in this process.
    fn send(&self, commands: &[&str]) -> Vec<Vec<u8>> {
        let state = State::open(&self.state).expect("nobody has it");
        let host = Host::builder().today(DAY.parse().expect("a day")).state(state).card(&self.card);
        let host = host.start().expect("a host");
        let mut service = Service::establish(host.socket()).expect("a service");
        let mut card = service.connect(&host.slots()[0].reader).expect("a card");
        let mut response = Response::new();
        let answers = commands.iter().map(|command| {
            let bytes = hex::decode(command.replace(' ', "")).expect("digits");
            card.transmit(&bytes, &mut response).expect("an answer");
            response.as_bytes().to_vec()
        });
        answers.collect()
    }

    /// What the card holds; it is whole.
    fn look(&mut self) -> Held {
        let looks: &[&str] = &[self.verify, self.file, "00 B0 00 00 04", "00 84 00 00 08", TELL_KEY, GET_RESPONSE];
        let commands: Vec<&str> = self.entry.iter().chain(looks).copied().collect();
        let answers = self.send(&commands);
        let [tries, selected, data, challenge, _, key] = &answers[self.entry.len()..] else { panic!("{answers:?}") };
        assert_eq!((tries.len(), tries[0], tries[1] & 0xF0), (2, 0x63, 0xC0), "{answers:02X?}");
        assert!(matches!(selected.as_slice(), [0x90, 0x00] | [0x6A, 0x82]), "{answers:02X?}");
        let data = (selected[0] == 0x90).then(|| data[..data.len() - 2].to_vec());
        self.draw(&challenge[..challenge.len() - 2]);
        let key = self.has_key.then(|| part_of_key(key));
        Held { tries: tries[1] & 0x0F, data, key }
    }

    /// Brings the tries of the PIN back: kills take one each time that they come between the two commits of a VERIFY.
    fn prove(&mut self) {
        let right = format!("{} 04 31 32 33 34", self.verify);
        let commands: Vec<&str> = self.entry.iter().copied().chain([right.as_str()]).collect();
        if self.held.tries < 3 {
            assert_eq!(self.send(&commands).last().map(Vec::as_slice), Some(&[0x90, 0x00][..]), "the PIN is right");
            self.held.tries = 3;
        }
    }
}

/// What a card holds after a command.
fn after(held: &Held, effect: &Effect) -> Held {
    let mut held = held.clone();
    match effect {
        Effect::WrongPin => held.tries -= 1,
        Effect::RightPin => held.tries = 3,
        Effect::Data(data) => held.data = data.clone(),
        Effect::NewKey => held.key = None,
        Effect::None | Effect::Challenge | Effect::ToldKey => {}
    }
    held
}

/// The point in what tells a public key.
fn part_of_key(told: &[u8]) -> Vec<u8> {
    let head = [0x86, 0x41, 0x04];
    let at = told.windows(3).position(|bytes| bytes == head).expect("a point");
    told[at + 3..at + 67].to_vec()
}
