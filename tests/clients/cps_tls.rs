//! TLS with a professional's card: the server learns from the key for authentication who the holder is. The server
//! and its clients are those of docs/cps.md; here they also get a wrong code, another certificate and another padding.
//!
//! What counts is whom the server saw, and that the card computed with key 82.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Client, Sandbox,
        programs::{CURL, FIREFOX, GNUTLS_CLI, NSS_TOOLS, OPENSC, OPENSC_PKCS11, OPENSSL, PKCS11_ENGINE, STUNNEL},
        recording, trial_unless,
    },
    signing::{Body, commands, demand, opensc_cannot_log_in, shell},
};

/// The holder in the page of the server: RPPS, which is type 8, and the number.
const SUBJECT: &str = "Subject: C=FR/title=M\\xC3\\xA9decin, GN=CLAIRE+SN=LEFEVRE+CN=899900012347\n";
/// The same in the server's own words.
const SEEN: &str =
    "\ndepth=0 C = FR, title = M\\C3\\A9decin, GN = CLAIRE + SN = LEFEVRE + CN = 899900012347\nverify return:1\n";

/// A reader with the card, in the guide's commands.
const READER: &str = "virtuale exec --card cps-lefevre --";

/// VERIFY of a wrong code, which leaves two tries.
const FIRST_WRONG_CODE: &str = "\n> 00 20 00 01 04 39 39 39 39\n< 63 C2\n";
/// The last one.
const LAST_WRONG_CODE: &str = "\n> 00 20 00 01 04 39 39 39 39\n< 63 C0\n";
/// MSE with the key for authentication, and INTERNAL AUTHENTICATE of a SHA-256 DigestInfo [RUN-CPS operations].
const PROOF: &str = "\n> 00 22 41 A4 06 84 01 82 80 01 02\n< 90 00\n\
    > 00 88 00 00 33 30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20 ";

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, &[&Client], Body); 9] = [
        ("the_guide_does_what_it_says", &[&CURL, &STUNNEL, &GNUTLS_CLI, &NSS_TOOLS], the_guide_does_what_it_says),
        ("openssl_proves_who_it_is", &[], |sandbox| proves_who_it_is(sandbox, "s_client.sh")),
        ("curl_proves_who_it_is", &[&CURL], |sandbox| proves_who_it_is(sandbox, "curl.sh")),
        ("stunnel_proves_who_it_is", &[&CURL, &STUNNEL], |sandbox| proves_who_it_is(sandbox, "stunnel.sh")),
        ("gnutls_proves_who_it_is", &[&GNUTLS_CLI], |sandbox| proves_who_it_is(sandbox, "gnutls.sh")),
        ("nss_proves_who_it_is_and_blocks_the_code", &[&NSS_TOOLS], nss),
        ("firefox_proves_who_it_is", &[&FIREFOX, &NSS_TOOLS], firefox),
        ("the_certificate_for_signatures_is_refused", &[], the_certificate_for_signatures_is_refused),
        ("no_proof_has_another_padding", &[], no_proof_has_another_padding),
    ];
    let reason = opensc_cannot_log_in();
    let always: [&Client; 4] = [&OPENSC, &OPENSC_PKCS11, &OPENSSL, &PKCS11_ENGINE];
    let trials = bodies.into_iter().map(|(name, clients, body)| {
        let clients = [&always[..], clients].concat();
        trial_unless(reason.as_deref(), &clients, &format!("cps_tls::{name}"), body)
    });
    trials.collect()
}

fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let said = shell(sandbox, &blocks()?.concat(), "")?;
    let seen = said.matches(SUBJECT).count();
    if seen != 5 {
        return Err(format!("the server saw the holder {seen} times, not 5:\n{said}").into());
    }
    demand(&said, "verify error:num=23:certificate revoked\n")?;
    demand(&said, "verify error:num=10:certificate has expired\n")
}

/// One wrong code costs one try, and proves nothing.
fn proves_who_it_is(sandbox: &Sandbox, client: &str) -> Result<(), Failed> {
    let trace = right_and_wrong(sandbox, client)?;
    let tries = trace.matches("\n> 00 20 00 01 04 39 39 39 39\n").count();
    if tries == 1 { Ok(()) } else { Err(format!("the wrong code was tried {tries} times").into()) }
}

/// It takes a code that it was given for another and another.
fn nss(sandbox: &Sandbox) -> Result<(), Failed> {
    demand(&right_and_wrong(sandbox, "nss.sh")?, LAST_WRONG_CODE)
}

/// A client of the guide with the right code, then with a wrong one; gives what the card was asked.
fn right_and_wrong(sandbox: &Sandbox, client: &str) -> Result<String, Failed> {
    let block = block_with(&format!("cat > {client}"))?.replace(READER, "");
    let said = beside_the_server(sandbox, &block, &block.replace("1234", "9999"))?;
    demand(&said, SUBJECT)?;
    proof(sandbox, &said)
}

/// Somebody opens the server's page, and types the code when Firefox asks for it; a second time a wrong one.
fn firefox(sandbox: &Sandbox) -> Result<(), Failed> {
    let browse = |code| format!("sh -e tests/clients/firefox/browse.sh {code}\n");
    let said = beside_the_server(sandbox, &browse("1234"), &browse("9999"))?;
    demand(&said, "asked: Please authenticate to the security device (CPS3v3-9900012345 (Code porteur)")?;
    proof(sandbox, &said)?;
    Ok(())
}

fn the_certificate_for_signatures_is_refused(sandbox: &Sandbox) -> Result<(), Failed> {
    let block = block_with("cat > s_client.sh")?.replace(READER, "");
    let signature = block.replace("ff001002", "ff001001");
    if signature == block {
        return Err(format!("the guide no longer names the certificate:\n{block}").into());
    }
    let said = beside_the_server(sandbox, &block, &format!("KEY=${{KEY%02}}01\n{signature}"))?;
    demand(&said, "verify error:num=26:unsuitable certificate purpose\n")
}

/// In neither version of TLS: the card is asked for nothing.
fn no_proof_has_another_padding(sandbox: &Sandbox) -> Result<(), Failed> {
    let block = block_with("cat > s_client.sh")?.replace(READER, "");
    let padded = block.replace("OPENSSL_CONF=pkcs1.cnf ", "");
    for version in ["-tls1_2", "-tls1_3"] {
        let said = beside_the_server(sandbox, "", &padded.replace("-tls1_2", version))?;
        demand(&said, "Mechanism invalid")?;
        let trace = recording(sandbox, "visit.apdu")?;
        demand(&trace, "\n> 00 20 00 01 04 31 32 33 34\n< 90 00\n")?;
        if trace.contains("\n> 00 88 ") || trace.contains("\n> 00 2A ") {
            return Err(format!("the card computed:\n{trace}").into());
        }
    }
    Ok(())
}

/// Demands that the server saw the holder, and that the card proved it, though not after a wrong code; gives what the
/// card was asked.
fn proof(sandbox: &Sandbox, said: &str) -> Result<String, Failed> {
    demand(said, SEEN)?;
    let trace = recording(sandbox, "visit.apdu")?;
    let (before, after) = trace.split_once(FIRST_WRONG_CODE).ok_or_else(|| format!("no wrong code in\n{trace}"))?;
    demand(before, PROOF)?;
    if after.contains("\n> 00 88 ") {
        Err(format!("the card proved after a wrong code:\n{trace}").into())
    } else {
        Ok(trace)
    }
}

/// Runs a script that must succeed and one that must fail, both with one card and beside the guide's server; gives what
/// they and the server said.
fn beside_the_server(sandbox: &Sandbox, right: &str, wrong: &str) -> Result<String, Failed> {
    fs::write(sandbox.home().join("right.sh"), right)?;
    fs::write(sandbox.home().join("wrong.sh"), wrong)?;
    let (server, settings) = (block_with("openssl s_server")?, block_with("export KEY")?);
    let visit = format!(
        "{server}{settings}
        trap 'kill $server' EXIT
        sh -e right.sh
        rm -rf profile
        if sh -e wrong.sh; then echo the wrong one was taken; exit 1; fi
        cat server.out"
    );
    fs::write(sandbox.home().join("visit.sh"), visit)?;
    shell(sandbox, "virtuale exec --record visit.apdu --card cps-lefevre -- sh -e visit.sh", "")
}

/// The blocks of commands of the guide's section on TLS.
fn blocks() -> Result<Vec<String>, Failed> {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cps.md"))?;
    let (_, section) = guide.split_once("\n## TLS").ok_or("the guide has no section on TLS")?;
    Ok(commands(section))
}

/// The one that has a text.
fn block_with(text: &str) -> Result<String, Failed> {
    let block = blocks()?.into_iter().find(|block| block.contains(text));
    block.ok_or_else(|| format!("no block of the guide has {text:?}").into())
}
