//! TLS with a client certificate: GnuTLS, NSS, curl, Firefox and OpenVPN prove with key 45 who the holder of the card
//! is. What counts is whom the server saw, and that the card signed. The configuration of OpenSSL is that of
//! docs/signing.md.

use std::fs;

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Sandbox,
        programs::{CURL, FIREFOX, GNUTLS_CLI, NSS_TOOLS, OPENSC_PKCS11, OPENSSL, OPENVPN, PKCS11_ENGINE},
        recording, trial_unless,
    },
    pkcs11::with_module,
    signing::{Body, demand, opensc_cannot_log_in, text_of_the_guide},
};

/// Whom a server sees.
const HOLDER: &str = "TEST CAMILLE BERNARD AUTH key";
/// What the server says in the end of its only client, if the client has proved who it is.
const ACCEPTED: &str = "server:    1 server accepts that finished";

/// INTERNAL AUTHENTICATE with the DigestInfo of a SHA-256 [RFC-8017 9.2].
const SIGN: &str = "\n> 00 88 00 00 33 30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20 ";

pub(crate) fn trials() -> Vec<Trial> {
    let reason = opensc_cannot_log_in();
    let trials: [(&str, &[_], Body); 5] = [
        ("tls::gnutls_proves_who_it_is", &[&GNUTLS_CLI, &OPENSSL, &OPENSC_PKCS11], gnutls),
        ("tls::nss_proves_who_it_is", &[&NSS_TOOLS, &OPENSSL, &OPENSC_PKCS11], nss),
        ("tls::curl_proves_who_it_is", &[&CURL, &PKCS11_ENGINE, &OPENSSL, &OPENSC_PKCS11], curl),
        ("firefox::proves_who_it_is", &[&FIREFOX, &NSS_TOOLS, &OPENSSL, &OPENSC_PKCS11], firefox),
        ("openvpn::proves_who_it_is", &[&OPENVPN, &OPENSSL, &OPENSC_PKCS11], openvpn),
    ];
    trials.map(|(name, clients, body)| trial_unless(reason.as_deref(), clients, name, body)).into()
}

fn gnutls(sandbox: &Sandbox) -> Result<(), Failed> {
    let client = r#"
        printf "GET / HTTP/1.0\r\n\r\n" | gnutls-cli --provider="$MODULE" --x509certfile "pkcs11:id=%45;type=cert" \
          --x509keyfile "pkcs11:id=%45;type=private?pin-value=$1" --x509cafile authority.crt.pem \
          --priority NORMAL:-VERS-ALL:+VERS-TLS1.2 -p "$PORT" localhost"#;
    proves_who_it_is(sandbox, client)?;
    Ok(())
}

/// The keys are listed, too, which asks for the PIN.
fn nss(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = proves_who_it_is(sandbox, r#"sh -e tests/clients/tls/nss.sh "$1""#)?;
    for text in ["< 1> rsa ", "SIGN key", "< 3> ec "] {
        demand(&said, text)?;
    }
    Ok(())
}

fn curl(sandbox: &Sandbox) -> Result<(), Failed> {
    let client = r#"
        OPENSSL_CONF=pkcs1.cnf curl --silent --show-error --max-time 30 --cacert authority.crt.pem \
          --engine pkcs11 --cert-type ENG --cert "pkcs11:id=%45;type=cert" \
          --key-type ENG --key "pkcs11:id=%45;type=private;pin-value=$1" --tls-max 1.2 "https://localhost:$PORT/""#;
    proves_who_it_is(sandbox, client)?;
    Ok(())
}

/// Somebody opens the server's page, and types the PIN when Firefox asks for it.
fn firefox(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = proves_who_it_is(sandbox, r#"sh -e tests/clients/firefox/browse.sh "$1""#)?;
    demand(&said, "asked: Please authenticate to the security device (Vitale 2 IAS")
}

/// Runs a client beside the server, `$1` being its PIN: first a wrong one, then the right one.
fn proves_who_it_is(sandbox: &Sandbox, client: &str) -> Result<String, Failed> {
    write_configuration(sandbox)?;
    let run = |pin| {
        let script = format!("$RUN sh tests/clients/tls/served.sh sh -c '{client}' client {pin}");
        with_module(sandbox, &script)
    };
    let refused = run("9999")?;
    if refused.contains(ACCEPTED) || !refused.contains("client: exit code ") {
        return Err(format!("a wrong PIN was taken\n{refused}").into());
    }
    let said = run("1234")?;
    demand(&said, ACCEPTED)?;
    demand(&said, HOLDER)?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN)?;
    Ok(said)
}

/// Its server has a log of its own. The person before it gives the PIN when asked.
fn openvpn(sandbox: &Sandbox) -> Result<(), Failed> {
    const HOLDER_CONNECTED: &str = "[TEST CAMILLE BERNARD AUTH key] Peer Connection Initiated with";
    write_configuration(sandbox)?;
    let refused = with_module(sandbox, "$RUN sh -e tests/clients/openvpn/connect.sh 9999")?;
    if refused.contains(HOLDER_CONNECTED) {
        return Err(format!("a wrong PIN was taken\n{refused}").into());
    }
    let said = with_module(sandbox, "$RUN sh -e tests/clients/openvpn/connect.sh 1234")?;
    demand(&said, ">PASSWORD:Need ")?;
    demand(&said, HOLDER_CONNECTED)?;
    demand(&said, ",CONNECTED,SUCCESS,")?;
    demand(&recording(sandbox, "visit.apdu")?, SIGN)
}

/// What OpenSSL needs, so that it asks the card for PKCS#1.
fn write_configuration(sandbox: &Sandbox) -> Result<(), Failed> {
    Ok(fs::write(sandbox.home().join("pkcs1.cnf"), text_of_the_guide("openssl_conf = ")?)?)
}
