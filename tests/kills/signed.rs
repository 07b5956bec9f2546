//! A professional's card that signs a form, for which its holder gives his code, right or wrong.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use virtuale::{
    engine::Response,
    host::{Host, state::State},
    terminal::transport::{Transport, pcsclite::Service},
};

use super::{DAY, Dice, PROGRAM};

/// How many tries a PIN has.
const TRIES: u8 = 3;

/// The card, and what it is known to hold.
pub(super) struct Signed {
    folder: PathBuf,
    forms: u32,
    /// How many tries of the PIN are left.
    tries: u8,
    /// How long one form takes.
    takes: Duration,
}

impl Signed {
    pub(super) fn new(folder: &Path) -> Self {
        let folder = folder.join("signed");
        fs::create_dir(&folder).expect("room");
        fs::write(folder.join("right"), "1234\n").expect("room");
        fs::write(folder.join("wrong"), "9999\n").expect("room");
        let mut signed = Self { folder, forms: 0, tries: TRIES, takes: Duration::ZERO };
        let begun = Instant::now();
        let done = signed.sign(true).status().expect("it starts");
        assert!(done.success(), "{done}");
        signed.takes = begun.elapsed();
        assert_eq!(signed.look(), TRIES);
        signed
    }

    /// Signs a form with the right code, or tries to with a wrong one.
    fn sign(&mut self, is_right: bool) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        self.forms += 1;
        let code = File::open(self.folder.join(if is_right { "right" } else { "wrong" })).expect("a file");
        let mut command = Command::new(PROGRAM);
        command.args(["fse", "sign"]).arg(root.join("fixtures/forms/degradee.toml"));
        command
            .args(["--card", "cps-lefevre", "--now", DAY, "--pin-fd", "0", "--state"])
            .arg(self.folder.join("cards"));
        command.arg("-o").arg(self.folder.join(self.forms.to_string()));
        command.stdin(code).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Kills a signature; whether it had been done.
    pub(super) fn kill(&mut self, dice: &mut Dice) -> bool {
        // A wrong code where it leaves a try: what comes after must be able to sign.
        let is_right = self.tries < 2 || dice.below(3) > 0;
        let mut child = self.sign(is_right).spawn().expect("it starts");
        let most = u64::try_from(self.takes.as_micros()).expect("less than a century");
        thread::sleep(dice.moment(most + most / 2));
        let ended = child.try_wait().expect("a child");
        let _ = child.kill();
        child.wait().expect("a child");
        let tries = self.look();
        let done = ended.is_some_and(|status| status.success());
        let refused = ended.is_some_and(|status| !status.success());
        let before = self.tries;
        // The try is used up before the card compares; only the right code brings it back.
        let may = match (is_right, done, refused) {
            (true, true, _) => vec![TRIES],
            (true, false, _) => vec![before, before - 1, TRIES],
            (false, _, true) => vec![before - 1],
            (false, ..) => vec![before, before - 1],
        };
        assert!(
            may.contains(&tries),
            "{tries} tries are left of {before}, and {may:?} may be; the code was right: {is_right}"
        );
        let form = self.folder.join(self.forms.to_string());
        assert!(!done || form.is_dir(), "a form that was signed is there");
        let _ = fs::remove_dir_all(form);
        self.tries = tries;
        done
    }

    /// How many tries the PIN has; the card is whole.
    fn look(&self) -> u8 {
        let state = State::open(self.folder.join("cards")).expect("nobody has it");
        let host = Host::builder().today(DAY.parse().expect("a day")).state(state).card("cps-lefevre");
        let host = host.start().expect("a host");
        let mut service = Service::establish(host.socket()).expect("a service");
        let mut card = service.connect(&host.slots()[0].reader).expect("a card");
        let mut response = Response::new();
        card.transmit(&[0x00, 0x20, 0x00, 0x01], &mut response).expect("an answer");
        match response.as_bytes() {
            &[0x63, tries] if tries & 0xF0 == 0xC0 => tries & 0x0F,
            other => panic!("the PIN says {other:02X?}"),
        }
    }
}
