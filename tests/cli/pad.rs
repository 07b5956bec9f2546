//! A person at the PIN pad of a reader, by the command line, and a program that waits for him.

use std::{
    fs,
    io::{Read, Write},
    os::unix::net::UnixStream,
    thread::{self, JoinHandle},
    time::Duration,
};

use hex_literal::hex;
use virtuale::{
    host::{Host, model::Model},
    reader::{
        Protocols, ReturnCode, Share,
        feature::{MODIFY_PIN_DIRECT, VERIFY_PIN_DIRECT},
        pcsclite::wire::{Command, Connect, Control, Establish, Header, Message, Name},
    },
};

use crate::sandbox::{Sandbox, run};

/// How long a test waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(30);

/// The reader of [`host`].
const READER: &str = "Virtuale PIN pad 00 00";

/// A program that waits for a PIN.
pub(crate) struct Program(JoinHandle<Vec<u8>>);

/// A reader with a pad and the card of a Vitale 2, whose PIN is 1234.
pub(crate) fn host() -> Host {
    let model = Model::find("virtuale-pad".as_ref()).expect("a model");
    Host::builder().model(model).card("vitale2-martin").start().expect("a host")
}

pub(crate) fn socket(host: &Host) -> String {
    host.socket().display().to_string()
}

/// A structure to verify the PIN of the card's IAS component.
pub(crate) fn verify() -> Vec<u8> {
    hex!("1E 00 82 00 00 08 04 02 01 0C04 00 000000 04000000 00200081").to_vec()
}

impl Program {
    /// Asks for a PIN to verify, and is sure to wait.
    pub(crate) fn asks(host: &Host, structure: &[u8]) -> Self {
        Self::of(host, VERIFY_PIN_DIRECT, structure)
    }

    fn of(host: &Host, control: u32, structure: &[u8]) -> Self {
        let (stream, structure) = (UnixStream::connect(host.socket()).expect("a service"), structure.to_vec());
        let program = Self(thread::spawn(move || converse(&stream, control, &structure)));
        host.await_prompt(0, PATIENCE).expect("it asks");
        program
    }

    /// What the reader answered.
    pub(crate) fn answer(self) -> Vec<u8> {
        self.0.join().expect("no panic")
    }
}

/// Opens the card, selects its IAS component, and sends a control code.
fn converse(mut stream: &UnixStream, control: u32, structure: &[u8]) -> Vec<u8> {
    let code = ReturnCode::SUCCESS;
    let opened = ask(stream, Command::ESTABLISH_CONTEXT, &Establish { scope: 2, context: 0, code }, &[]);
    let (share, preferred, active) = (Share::SHARED, Protocols::T0 | Protocols::T1, Protocols::UNDEFINED);
    let reader = Name::new(READER).expect("short enough");
    let connect = Connect { context: opened.context, reader, share, preferred, handle: 0, active, code };
    let connected = ask(stream, Command::CONNECT, &connect, &[]);
    assert_eq!(connected.code, code);
    let send_length = u32::try_from(structure.len()).expect("short");
    let request = Control { handle: connected.handle, control, send_length, receive_length: 300, returned: 0, code };
    let reply = ask(stream, Command::CONTROL, &request, structure);
    let mut answer = vec![0; usize::try_from(reply.returned).expect("short")];
    stream.read_exact(&mut answer).expect("the answer");
    answer
}

fn ask<M: Message>(mut stream: &UnixStream, command: Command, request: &M, tail: &[u8]) -> M {
    let mut message = Vec::new();
    Header { size: u32::try_from(M::SIZE).expect("short"), command }.encode(&mut message);
    request.encode(&mut message);
    message.extend(tail);
    stream.write_all(&message).expect("it reads");
    let mut reply = vec![0; M::SIZE];
    stream.read_exact(&mut reply).expect("it replies");
    M::decode(&reply).expect("the right length")
}

#[test]
fn a_pin_is_typed_cancelled_and_typed_ahead() {
    let (sandbox, host) = (Sandbox::new(), host());
    let socket = socket(&host);
    let pin = |arguments: &[&str]| {
        let (code, out, error) = run(sandbox.virtuale(&["pin"]).args(arguments).args(["--socket", &socket]));
        assert_eq!(out, "");
        (code, error)
    };
    let slots = || run(&mut sandbox.virtuale(&["slots", "--socket", &socket])).1;

    let (code, error) = pin(&["1234"]);
    assert!(code == 4 && error.contains("asks for no PIN now") && error.contains("--ahead"), "{code} {error}");
    let (code, error) = pin(&["--cancel"]);
    assert!(code == 4 && error.contains("there is nothing to cancel") && !error.contains("--ahead"), "{code} {error}");
    let program = Program::asks(&host, &verify());
    assert!(slots().contains("(asks for a PIN: virtuale pin)"), "{}", slots());
    assert_eq!(pin(&["1234"]), (0, format!("{READER}: typed\n")));
    // The IAS component is not selected: the card has the command, and no such PIN there.
    assert_eq!(program.answer(), hex!("6A88"));
    assert!(!slots().contains("asks"), "{}", slots());
    let program = Program::of(
        &host,
        MODIFY_PIN_DIRECT,
        &hex!("00 00 82 00 00 00 00 08 04 03 02 03 0C04 00 01 02 000000 04000000 00240081"),
    );
    assert!(slots().contains("asks for the current PIN"), "{}", slots());
    assert_eq!(pin(&["1234", "5678", "5679"]).0, 0);
    assert_eq!(program.answer(), hex!("6402"));
    let program = Program::asks(&host, &verify());
    assert_eq!(pin(&["--cancel"]), (0, format!("{READER}: cancelled\n")));
    assert_eq!(program.answer(), hex!("6401"));
    let program = Program::asks(&host, &verify());
    let (code, error) = pin(&["1234", "9999"]);
    assert!(
        code == 2 && error.contains("asks for 1 now, and 2 PINs were given") && error.contains("--ahead"),
        "{error}"
    );
    let (code, error) = pin(&["--ahead", "1234", "9999"]);
    assert!(code == 0 && error.starts_with(&format!("{READER}: typed; another PIN waits")), "{error}");
    assert!(error.contains("virtuale pin --cancel --slot 0"), "{error}");
    assert_eq!(program.answer(), hex!("6A88"));
    assert!(slots().contains("  (a PIN is typed ahead)\n"), "{}", slots());
    assert_eq!(pin(&["--cancel"]), (0, format!("{READER}: what was typed ahead is forgotten (1)\n")));
    let (code, error) = pin(&["--ahead", "12", "13"]);
    assert!(code == 0 && error.starts_with(&format!("{READER}: 2 PINs wait")), "{error}");
    assert!(slots().contains("  (2 PINs are typed ahead)\n") && !slots().contains("13"), "{}", slots());
    assert_eq!(pin(&["--cancel"]), (0, format!("{READER}: what was typed ahead is forgotten (2)\n")));
    assert_eq!(pin(&["--cancel"]).0, 4);
    let (code, error) = pin(&["--slot", "3", "1234"]);
    assert!(code == 2 && error.contains("there is no slot 3"), "{code} {error}");
    let (code, error) = pin(&["12a4"]);
    assert!(code == 2 && error.contains("1 to 32 digits") && !error.contains("12a4"), "{code} {error}");
    let (code, error) = pin(&[]);
    assert!(code == 2 && error.contains("at a terminal only"), "{code} {error}");
}

#[test]
fn a_model_names_slots_and_is_checked() {
    let sandbox = Sandbox::new();
    let said = |arguments: &[&str]| run(sandbox.virtuale(arguments).current_dir(sandbox.path()));
    let names = |arguments: &[&str]| {
        let (code, out, error) =
            said(&[&["exec"], arguments, &["--", env!("CARGO_BIN_EXE_virtuale"), "slots"]].concat());
        assert_eq!(code, 0, "{error}");
        out
    };
    assert!(
        names(&["--model", "ingenico-telium", "--card", "vitale2-martin"]).contains("2  Ingenico TL TELIUM(3)  empty")
    );
    let own = names(&["--reader", "Bifente", "--reader", "Bifente", "--card", "-", "--card", "-", "--card", "-"]);
    assert_eq!(own, "0  Bifente 00 00   empty\n1  Bifente 00 01   empty\n2  Virtuale 00 02  empty\n");
    assert!(names(&["--reader", "01810175 KAP-LINK 0", "--card", "-"]).contains("01810175 KAP-LINK 0  empty"));
    let (code, _, error) = said(&["exec", "--model", "xiring-mylo", "--", "true"]);
    assert!(code == 125 && error.contains("did you mean xiring-myleo?"), "{code} {error}");
    let (code, _, error) = said(&["exec", "--model", "f600", "--pin-pad", "1234", "--", "true"]);
    assert!(code == 125 && error.contains("has no PIN pad"), "{code} {error}");
    let (code, _, error) = said(&["exec", "--pin-pad", "1234,12a4", "--", "true"]);
    assert!(code == 125 && error.contains("1 to 32 digits") && !error.contains("12a4"), "{code} {error}");
    let (code, _, error) =
        said(&["exec", "--model", "xiring-myleo", "--record", "visit.apdu", "--card", "vitale2-martin", "--", "true"]);
    assert!(code == 0 && error.contains("typed at the pad stand in the recording"), "{code} {error}");
    fs::remove_file(sandbox.path().join("visit.apdu")).expect("it was recorded");
    let (code, _, error) = said(&["exec", "--model", "xiring-myleo", "--card", "-", "--card", "-", "--", "true"]);
    assert!(code == 125 && error.contains("the model of the reader has 1"), "{code} {error}");
    let (code, out, _) = said(&["reader", "show", "xiring-myleo"]);
    assert_eq!(code, 0);
    for (text, wanted) in [
        (out.replace("longest_data = 256", "longest_data = 257").into_bytes(), "256 bytes, or 65536"),
        (out.replace("usb = \"", "usb = \"+").into_bytes(), "own.toml:"),
        (
            format!("{out}\n[reader.attributes]\n\"0007a007\" = false\n\"0007A007\" = \"00\"\n").into_bytes(),
            "this attribute stands here twice",
        ),
        ([b"# \xE9\n", out.as_bytes()].concat(), "the byte E9 is not UTF-8\n --> own.toml:1:3"),
    ] {
        fs::write(sandbox.path().join("own.toml"), text).expect("room");
        let (code, _, error) = said(&["reader", "check", "own.toml"]);
        assert!(code == 3 && error.contains(wanted), "{code} {error}");
    }
    fs::write(sandbox.path().join("own.toml"), out.replace("vendor", "vendr")).expect("room");
    let (code, _, error) = said(&["reader", "check", "own.toml", "xiring-myleo"]);
    assert!(
        code == 3 && error.contains("own.toml:3:1") && error.contains("did you mean \"vendor\"?"),
        "{code} {error}"
    );
    fs::remove_file(sandbox.path().join("own.toml")).expect("it is there");
}
