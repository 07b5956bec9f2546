//! Programs that load OpenSC's PKCS#11 module, each from a world of its own: GnuTLS, OpenSC's own test, Python, Go,
//! Java, osslsigncode and PAM. They log in and sign with the card; the signature is verified with its certificate.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        PYTHON, Sandbox,
        programs::{
            CRYPTOGRAPHY, GO, GO_PKCS11, JARSIGNER, OPENSC, OPENSC_PKCS11, OPENSC_PKCS11_LIBRARY, OSSLSIGNCODE,
            P11TOOL, PAM_PKCS11, PAM_WRAPPER, PAMTESTER, PKCS11_ENGINE, PYKCS11,
        },
        recording, trial_unless,
    },
    signing::{Body, demand, opensc_cannot_log_in, shell, text_of_the_guide},
};

/// A reader with a card that signs, told to OpenSC, and what its programs sent.
const RUN: &str = "virtuale exec --opensc --record visit.apdu --card vitale2-martin --";

/// INTERNAL AUTHENTICATE with the DigestInfo of a SHA-256, as OpenSC's driver signs [RFC-8017 9.2].
const SIGN_SHA_256: &str = "\n> 00 88 00 00 33 30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20 ";
/// The same with a SHA-1.
const SIGN_SHA_1: &str = "\n> 00 88 00 00 23 30 21 30 09 06 05 2B 0E 03 02 1A 05 00 04 14 ";
/// DECIPHER, the last of the commands that it is sent in.
const DECIPHER: &str = "\n> 00 2A 80 86 ";

pub(crate) fn trials() -> Vec<Trial> {
    let reason = opensc_cannot_log_in();
    let trials: [(&str, &[_], Body); 7] = [
        ("p11tool::signs", &[&P11TOOL, &OPENSC_PKCS11], p11tool_signs),
        ("pkcs11_tool::tests_all_that_the_card_does", &[&OPENSC, &OPENSC_PKCS11], pkcs11_tool_tests),
        ("pykcs11::signs", &[&PYKCS11, &CRYPTOGRAPHY, &OPENSC_PKCS11], pykcs11_signs),
        ("go::signs", &[&GO, &GO_PKCS11, &OPENSC_PKCS11], go_signs),
        ("jarsigner::signs_an_archive", &[&JARSIGNER, &OPENSC_PKCS11], jarsigner_signs_an_archive),
        (
            "osslsigncode::signs_a_program",
            &[&OSSLSIGNCODE, &PKCS11_ENGINE, &OPENSC, &OPENSC_PKCS11],
            osslsigncode_signs_a_program,
        ),
        ("pam_pkcs11::lets_the_holder_in", &[&PAM_PKCS11, &PAM_WRAPPER, &PAMTESTER], pam_lets_the_holder_in),
    ];
    trials.map(|(name, clients, body)| trial_unless(reason.as_deref(), clients, name, body)).into()
}

/// With one wrong PIN before, of another run, that is not taken.
fn p11tool_signs(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        sign() { GNUTLS_PIN=$1 $RUN p11tool --provider="$MODULE" --login --test-sign "pkcs11:id=%46;type=private"; }
        if sign 9999; then exit 1; fi
        sign 1234"#;
    let said = with_module(sandbox, script)?;
    demand(&said, "Wrong PIN has been provided")?;
    demand(&said, "Verifying against public key in the token... ok")?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN_SHA_256)
}

fn pkcs11_tool_tests(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = with_module(sandbox, r#"$RUN pkcs11-tool --module "$MODULE" --login --pin 1234 --test"#)?;
    for text in ["all 4 signature functions seem to work", "Verify (currently only for RSA)\n", "No errors"] {
        demand(&said, text)?;
    }
    let recording = recording(sandbox, "visit.apdu")?;
    demand(&recording, SIGN_SHA_1)?;
    demand(&recording, DECIPHER)
}

fn pykcs11_signs(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = with_module(sandbox, &format!(r#"$RUN {PYTHON} tests/clients/pkcs11/sign.py "$MODULE""#))?;
    is_signed_by_the_program(sandbox, &said)
}

fn go_signs(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        export GO111MODULE=off GOPATH=/usr/share/gocode GOTOOLCHAIN=local
        go build -o sign tests/clients/pkcs11/sign.go
        $RUN ./sign "$MODULE""#;
    is_signed_by_the_program(sandbox, &with_module(sandbox, script)?)
}

fn is_signed_by_the_program(sandbox: &Sandbox, said: &str) -> Result<(), Failed> {
    demand(said, "CKR_PIN_INCORRECT")?;
    demand(said, "verified ")?;
    demand(said, "TEST CAMILLE BERNARD SIGN key")?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN_SHA_256)
}

/// With the configuration of docs/signing.md, since OpenSC's driver hashes nothing.
fn jarsigner_signs_an_archive(sandbox: &Sandbox) -> Result<(), Failed> {
    fs::write(sandbox.home().join("card.cfg"), text_of_the_guide("name = card")?)?;
    let script = r#"
        echo "a care form" > form.txt
        jar --create --file form.jar form.txt
        sign() {
          $RUN jarsigner -keystore NONE -storetype PKCS11 -addprovider SunPKCS11 -providerArg card.cfg -storepass $1 \
            form.jar "SIGN key"
        }
        if sign 9999; then exit 1; fi
        sign 1234
        jarsigner -verify -verbose:summary -certs form.jar"#;
    let said = with_module(sandbox, script)?;
    demand(&said, "keystore load: load failed")?;
    demand(&said, "jar verified.")?;
    demand(&said, "Signed by \"CN=TEST CAMILLE BERNARD SIGN key")?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN_SHA_256)
}

fn osslsigncode_signs_a_program(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = format!(
        r#"
        {PYTHON} tests/clients/osslsigncode/program.py plain.exe
        $RUN pkcs15-tool --read-certificate 46 --output sign.crt.pem
        sign() {{
          echo $1 > pin
          $RUN osslsigncode sign -pkcs11module "$MODULE" -certs sign.crt.pem -key "pkcs11:id=%46;type=private" \
            -readpass pin -h sha256 -in plain.exe -out $2
        }}
        if sign 9999 refused.exe; then exit 1; fi
        sign 1234 signed.exe
        osslsigncode verify -CAfile fixtures/keys/TEST-chain.crt.pem -in signed.exe"#
    );
    let said = with_module(sandbox, &script)?;
    demand(&said, "Signature verification: ok")?;
    demand(&said, "TEST CAMILLE BERNARD SIGN key")?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN_SHA_256)
}

/// Without root: the user of the test proves to `pamtester` that the card is theirs. pam_pkcs11 has the card sign what
/// it has made up, and verifies that with a certificate of the test authority.
fn pam_lets_the_holder_in(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = r#"
        mkdir authorities services
        cp fixtures/keys/TEST-root.crt.pem fixtures/keys/TEST-issuing.crt.pem authorities
        pkcs11_make_hash_link authorities
        sed "s|@HOME@|$PWD|; s|@MODULE@|$MODULE|" tests/clients/pam/pam_pkcs11.conf > pam_pkcs11.conf
        user=$(id -un)
        echo "TEST CAMILLE BERNARD AUTH key -> $user" > holders
        echo "auth required pam_pkcs11.so config_file=$PWD/pam_pkcs11.conf" > services/till
        enter() {
          echo $1 | $RUN env LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR="$PWD/services" \
            pamtester till "$user" authenticate
        }
        if enter 9999; then exit 1; fi
        enter 1234"#;
    let said = with_module(sandbox, script)?;
    demand(&said, "Wrong smartcard PIN")?;
    demand(&said, "successfully authenticated")?;
    demand(&recording(sandbox, "visit.apdu")?, "\n> 00 88 00 00 ")
}

/// Runs a script in which `$RUN` is [`RUN`] and `$MODULE` is OpenSC's PKCS#11 module.
pub(crate) fn with_module(sandbox: &Sandbox, script: &str) -> Result<String, Failed> {
    with_module_in(sandbox, script, RUN)
}

/// The same with another way to run a program.
pub(crate) fn with_module_in(sandbox: &Sandbox, script: &str, run: &str) -> Result<String, Failed> {
    shell(sandbox, &format!("export MODULE={OPENSC_PKCS11_LIBRARY}\n{script}"), run)
}
