//! Care forms: OpenSSL verifies both signatures and opens what is enciphered, and a second implementation of the whole
//! verification, in Python, says the same as ours.

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{PYTHON, Sandbox, programs::OPENSSL, trial},
    signing::{Body, commands, demand, shell},
};

/// Signs two forms, of which the second says all that a form can say, into `form` and `whole`.
const SIGN: &str = r"
echo 1234 > pin.txt
virtuale fse sign fixtures/forms/consultation.toml --card vitale2-martin --card cps-lefevre --pin-fd 3 -o form 3< pin.txt
virtuale fse sign fixtures/forms/complete.toml --card vitale2-martin --card cps-lefevre --pin-fd 3 -o whole 3< pin.txt
";

pub(crate) fn trials() -> Vec<Trial> {
    let bodies: [(&str, Body); 3] = [
        ("forms::openssl_verifies_and_opens_them", openssl_verifies_and_opens_them),
        ("forms::openssl_verifies_that_of_a_visit", openssl_verifies_that_of_a_visit),
        ("forms::another_implementation_verifies_them", another_implementation_verifies_them),
    ];
    bodies.map(|(name, body)| trial(&[&OPENSSL], name, body)).into()
}

/// The commands of docs/forms.md that are OpenSSL's.
fn openssl_verifies_and_opens_them(sandbox: &Sandbox) -> Result<(), Failed> {
    let guide = include_str!("../../docs/forms.md");
    let own = commands(guide).concat();
    let said = shell(sandbox, &format!("{SIGN}{own}od -A n -c zones.bin | tr -d ' \\n'\n"), "")?;
    if said.matches("CMS Verification successful").count() != 2 {
        return Err(said.into());
    }
    ["ABCD001", "3400999999991", "SOINSPARTICULIERS", "999100027"].iter().try_for_each(|zone| demand(&said, zone))
}

/// The commands of docs/visit.md that are OpenSSL's; the others are tested there.
fn openssl_verifies_that_of_a_visit(sandbox: &Sandbox) -> Result<(), Failed> {
    let own = commands(include_str!("../../docs/visit.md")).concat();
    let said = shell(sandbox, &format!("{SIGN}{own}"), "")?;
    if said.matches("CMS Verification successful").count() == 2 { Ok(()) } else { Err(said.into()) }
}

fn another_implementation_verifies_them(sandbox: &Sandbox) -> Result<(), Failed> {
    let script = format!(
        "{SIGN}
         for form in form whole; do
           {PYTHON} tests/clients/forms/verify.py $form fixtures/keys/TEST-fort-chain.crt.pem fixtures/keys/TEST-chain.crt.pem
         done
         printf '\\001' | dd of=whole/form.bin bs=1 seek=40 conv=notrunc status=none
         ! {PYTHON} tests/clients/forms/verify.py whole fixtures/keys/TEST-fort-chain.crt.pem fixtures/keys/TEST-chain.crt.pem"
    );
    let said = shell(sandbox, &script, "")?;
    if said.matches("all is right").count() == 2 { Ok(()) } else { Err(said.into()) }
}
