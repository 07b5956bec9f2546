//! Signatures, decipherment and PINs through OpenSC, OpenSSH and GnuPG, each verified by OpenSSL [RUN-OPENSC results].
//!
//! The commands are those of docs/signing.md, and what that guide has no room for.

use std::{env, fs, os::unix::fs::symlink, path::Path, process::Command};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Sandbox, card, file,
    programs::{GPG_CONNECT_AGENT, GPGSM, OPENSC, OPENSC_PKCS11, OPENSC_PKCS11_LIBRARY, OPENSSL, SCDAEMON, SSH_KEYGEN},
    trial, trial_unless,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A test of one program.
pub(crate) type Body = fn(&Sandbox) -> Result<(), Failed>;

/// Signs with key 46 and verifies; also says what is on the card.
const SIGN: &str = r#"
$RUN pkcs15-tool --read-certificate 46 --output sign.crt.pem
openssl verify -CAfile fixtures/keys/TEST-chain.crt.pem sign.crt.pem
openssl x509 -in sign.crt.pem -noout -pubkey > sign.pub.pem
printf 'hello ias ecc' > message
{
  printf '\060\061\060\015\006\011\140\206\110\001\145\003\004\002\001\005\000\004\040'
  openssl dgst -sha256 -binary message
} > digest
$RUN pkcs11-tool --login --pin 1234 --sign -m RSA-PKCS --id 46 -i digest -o signature
openssl dgst -sha256 -verify sign.pub.pem -signature signature message
"#;

/// Makes gpgsm sign at a time, which is part of what is signed, whose P-256 signature it writes rightly: of 256 it
/// writes one so that OpenSSL refuses it (docs/signing.md).
const GOOD_TIME: &str = "echo faked-system-time 20260115T120000 >> cms/gpgsm.conf\n";

pub(crate) fn trials() -> Vec<Trial> {
    let guide = [&OPENSSL, &OPENSC, &OPENSC_PKCS11, &SSH_KEYGEN, &SCDAEMON, &GPG_CONNECT_AGENT, &GPGSM];
    let ssh = [&SSH_KEYGEN, &OPENSC_PKCS11];
    let gnupg = [&SCDAEMON, &GPG_CONNECT_AGENT, &OPENSC, &OPENSSL];
    let any_version = vec![
        trial(&guide, "signing::the_guide_does_what_it_says", the_guide_does_what_it_says),
        trial(&[&OPENSC], "signing::opensc_lists_all_objects", opensc_lists_all_objects),
        trial(&ssh, "signing::openssh_lists_the_keys", openssh_lists_the_keys),
        trial(&gnupg, "signing::gnupg_signs_with_long_keys", gnupg_signs_with_long_keys),
        trial(&gnupg, "signing::gnupg_agrees_on_a_secret", gnupg_agrees_on_a_secret),
    ];
    let log_in: [(&str, Body); 5] = [
        ("signing::opensc_signs_with_the_atr_of_a_vitale", signs_with_the_atr_of_a_vitale),
        ("signing::opensc_signs_on_a_card_that_it_knows", signs_on_a_card_that_it_knows),
        ("signing::opensc_is_told_of_wrong_pins_until_the_pin_is_blocked", wrong_pins),
        ("signing::opensc_changes_the_pin", changed_pin),
        ("signing::opensc_deciphers", deciphers),
    ];
    let reason = opensc_cannot_log_in();
    let log_in = log_in.map(|(name, body)| trial_unless(reason.as_deref(), &[&OPENSC, &OPENSSL], name, body));
    any_version.into_iter().chain(log_in).collect()
}

/// Why OpenSC cannot log in to any card of this kind, if its version is one that loses what cards say of their PINs
/// [OPENSC-IASECC iasecc-sdo.c].
pub(crate) fn opensc_cannot_log_in() -> Option<String> {
    let minor = opensc_minor()?;
    (24..=27).contains(&minor).then(|| format!("OpenSC 0.{minor} cannot log in to IAS ECC cards"))
}

/// The second number of OpenSC's version, whose first is 0.
pub(crate) fn opensc_minor() -> Option<u32> {
    let said = Command::new("opensc-tool").arg("--info").output().ok()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let version = text.split_whitespace().find_map(|word| word.strip_prefix("0."))?;
    version.split('.').next()?.parse().ok()
}

/// The blocks of commands of docs/signing.md: those on secure messaging, which need one version of OpenSC, or those
/// before them.
pub(crate) fn guide(secure_messaging: bool) -> Result<Vec<String>, Failed> {
    let guide = fs::read_to_string(Path::new(ROOT).join("docs/signing.md"))?;
    let parts = guide.split_once("\n## Secure messaging").ok_or("the guide has no section on secure messaging")?;
    Ok(commands(if secure_messaging { parts.1 } else { parts.0 }))
}

/// The blocks of commands in a guide.
pub(crate) fn commands(guide: &str) -> Vec<String> {
    guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_owned).collect()
}

/// The file that docs/signing.md shows and that begins so.
pub(crate) fn text_of_the_guide(beginning: &str) -> Result<String, Failed> {
    let guide = fs::read_to_string(Path::new(ROOT).join("docs/signing.md"))?;
    let mut shown = guide.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let file = shown.find(|file| file.starts_with(beginning));
    Ok(file.ok_or_else(|| format!("the guide shows no file that begins with {beginning:?}"))?.to_owned())
}

fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let works = opensc_cannot_log_in().is_none();
    let logs_in = |block: &String| block.contains("--pin 1234") || block.contains("ssh-add");
    let blocks = guide(false)?.into_iter().filter(|block| works || !logs_in(block));
    let blocks = blocks.map(|block| if block.contains("gpgsm.conf") { block + GOOD_TIME } else { block });
    let outcome = shell(sandbox, &blocks.collect::<String>(), "")?;
    let verified = outcome.matches("Verified OK").count();
    let right = if works { 5 } else { 2 };
    if verified != right {
        return Err(format!("{verified} signatures verified, not {right}").into());
    }
    demand(&outcome, "CMS Verification successful")?;
    if works { demand(&outcome, "Good \"file\" signature with RSA key") } else { Ok(()) }
}

fn opensc_lists_all_objects(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = "$RUN pkcs15-tool --list-pins --list-keys --list-public-keys --list-certificates
        $RUN pkcs11-tool --list-objects --type cert
        $RUN opensc-tool --serial";
    let said = shell(sandbox, script, &with_opensc("vitale2-martin"))?;
    for text in ["PIN [PIN porteur]", "AUTH key", "SIGN key", "DEC key", "Private EC Key [EC SIGN key]", "CN=TEST"] {
        demand(&said, text)?;
    }
    demand(&said, "00 18 00 10 00 00 02 FF")
}

/// It asks for no PIN to list them.
fn openssh_lists_the_keys(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = shell(sandbox, &format!("$RUN ssh-keygen -D {OPENSC_PKCS11_LIBRARY}"), &with_opensc("vitale2-martin"))?;
    let keys: Vec<_> = said.lines().filter_map(|line| line.split_once(' ')).map(|(kind, _)| kind).collect();
    let right = ["ssh-rsa", "ssh-rsa", "ssh-rsa", "ecdsa-sha2-nistp256"];
    if keys == right { Ok(()) } else { Err(format!("these keys were listed: {said}").into()) }
}

/// Rows 2 and 3 of the table: the ATR of a Vitale 2, the PKCS#15 application and the other one apart.
fn signs_with_the_atr_of_a_vitale(sandbox: &Sandbox) -> Result<(), Failed> {
    demand(&shell(sandbox, SIGN, &with_opensc("vitale2-martin"))?, "Verified OK")
}

/// Row 1: no configuration at all.
fn signs_on_a_card_that_it_knows(sandbox: &Sandbox) -> Result<(), Failed> {
    demand(&shell(sandbox, SIGN, &format!("virtuale exec --card {} --", file("cards/ias.toml")))?, "Verified OK")
}

fn wrong_pins(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"$RUN sh -c '
        for pin in 9999 0000 8888 1234; do
          pkcs11-tool --login --pin $pin --list-objects --type privkey 2>&1 && echo "in with $pin"
        done; true'"#;
    let said = shell(sandbox, script, &with_opensc("vitale2-martin"))?;
    demand(&said, "CKR_PIN_INCORRECT")?;
    demand(&said, "CKR_PIN_LOCKED")?;
    if said.contains("in with") { Err(format!("a wrong or blocked PIN was taken:\n{said}").into()) } else { Ok(()) }
}

fn changed_pin(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"$RUN sh -e -c '
        pkcs11-tool --login --pin 1234 --change-pin --new-pin 567890
        ! pkcs11-tool --login --pin 1234 --list-objects --type privkey
        pkcs11-tool --login --pin 567890 --list-objects --type privkey'"#;
    let said = shell(sandbox, script, &with_opensc("vitale2-martin"))?;
    demand(&said, "PIN successfully changed")?;
    demand(&said, "CKR_PIN_INCORRECT")?;
    demand(&said, "Private Key Object; RSA")
}

/// Through PKCS#15 and through PKCS#11.
fn deciphers(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        $RUN pkcs15-tool --read-certificate 47 --output crt.pem
        printf 'for your eyes only' > plain
        openssl pkeyutl -encrypt -certin -inkey crt.pem -in plain -out sealed
        $RUN pkcs15-crypt --decipher --pkcs1 --key 47 --pin 1234 --input sealed --output opened --raw
        cmp plain opened
        $RUN pkcs11-tool --login --pin 1234 --decrypt -m RSA-PKCS --id 47 -i sealed -o opened-too
        cmp plain opened-too"#;
    shell(sandbox, script, &with_opensc("vitale2-martin"))?;
    Ok(())
}

/// RSA 4096 and 3072, which OpenSC's driver does not know.
fn gnupg_agrees_on_a_secret(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        mkdir -m 700 gnupg
        echo disable-ccid > gnupg/scdaemon.conf
        openssl ecparam -name prime256v1 -genkey -noout -out own.pem
        point=$(openssl ec -in own.pem -pubout -outform DER | tail -c 65 | od -A n -v -t x1 | tr -d ' \n')
        cat > commands <<END
/definqprog NEEDPIN printf '1234\000'
SERIALNO
SETDATA $point
/datafile theirs
PKDECRYPT P15.47
/datafile
BYE
END
        $RUN sh -c 'gpg-connect-agent --exec /usr/lib/gnupg/scdaemon --homedir "$PWD/gnupg" --server < commands'
        $RUN pkcs15-tool --read-certificate 47 --output crt.pem
        openssl x509 -in crt.pem -noout -pubkey > pub.pem
        openssl pkeyutl -derive -inkey own.pem -peerkey pub.pem -out ours
        cmp ours theirs && echo the same secret"#;
    let run = format!("virtuale exec --opensc --card {} --", file("cards/p256.toml"));
    demand(&shell(sandbox, script, &run)?, "the same secret")
}

fn gnupg_signs_with_long_keys(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        mkdir -m 700 gnupg
        echo disable-ccid > gnupg/scdaemon.conf
        printf 'a long key' > message
        hash=$(openssl dgst -sha256 -r message | cut -c 1-64)
        for key in 45 46; do
          cat > commands <<END
/definqprog NEEDPIN printf '1234\000'
SERIALNO
SETDATA $hash
/datafile signature
PKSIGN --hash=sha256 P15.$key
/datafile
BYE
END
          $RUN sh -c 'gpg-connect-agent --exec /usr/lib/gnupg/scdaemon --homedir "$PWD/gnupg" --server < commands'
          $RUN pkcs15-tool --read-certificate $key --output crt.pem
          openssl x509 -in crt.pem -noout -pubkey > pub.pem
          openssl dgst -sha256 -verify pub.pem -signature signature message
        done"#;
    let run = format!("virtuale exec --opensc --card {} --", file("cards/long-keys.toml"));
    let said = shell(sandbox, script, &run)?;
    let verified = said.matches("Verified OK").count();
    if verified == 2 { Ok(()) } else { Err(format!("{verified} of 2 signatures verified\n{said}").into()) }
}

fn with_opensc(name: &str) -> String {
    format!("virtuale exec --opensc --card {} --", card(name))
}

/// Runs a script in the sandbox's home, where `applets`, `fixtures` and `tests` are those of the repository, and gives
/// what it printed. `$RUN` is `run`; the script ends at the first failure.
pub(crate) fn shell(sandbox: &Sandbox, script: &str, run: &str) -> Result<String, Failed> {
    for name in ["applets", "fixtures", "tests"] {
        let link = sandbox.home().join(name);
        if !link.exists() {
            symlink(Path::new(ROOT).join(name), link)?;
        }
    }
    let own = Path::new(env!("CARGO_BIN_EXE_virtuale")).parent().map(Path::to_path_buf);
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(own.into_iter().chain(env::split_paths(&others)))?;
    let guest = sandbox.program(&["sh", "-e", "-c", script])?.variable("PATH", &path.to_string_lossy());
    let outcome = guest.variable("RUN", run).run()?;
    outcome.exits_with(0)?;
    Ok(format!("{}{}", outcome.out, outcome.err))
}

pub(crate) fn demand(said: &str, text: &str) -> Result<(), Failed> {
    if said.contains(text) { Ok(()) } else { Err(format!("{text:?} is missing in\n{said}").into()) }
}
