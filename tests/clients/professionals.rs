//! The guide docs/professionals.md: a professional's card opens a Vitale, and so do a shell and OpenSSL with a key.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::{
    harness::{
        Sandbox,
        programs::{OPENSSL, SHELL},
        trial,
    },
    signing::{commands, demand, shell},
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(&[&OPENSSL, &SHELL], "professionals::the_guide_does_what_it_says", the_guide_does_what_it_says)]
}

fn the_guide_does_what_it_says(sandbox: &Sandbox) -> Result<(), Failed> {
    let guide = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/professionals.md"))?;
    let said = shell(sandbox, &commands(&guide).concat(), "")?;
    let blocks = guide.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
    let shown: Vec<_> = blocks.filter(|block| block.starts_with("The professional's card beside it\n")).collect();
    if shown.len() != 2 {
        return Err("the guide does not show what two cards say, in clear and under secure messaging".into());
    }
    shown.into_iter().try_for_each(|shown| demand(&said, shown))?;
    demand(&said, "# EXTERNAL AUTHENTICATE\n< 9000  # done\n")?;
    demand(&said, "# READ BINARY at 0\n< E3 17 A0 15 80 0C ")
}
