//! The ring of Windows: the program and what belongs to it, as people there use them.
//!
//! The tests are a program for Windows themselves. On Windows they run as all tests do; elsewhere `.ci/windows` builds
//! them and the program with mingw, and this binary hands over to them under Wine. Where that cannot be, they are
//! reported as one that is ignored, with the reason; with `VIRTUALE_REQUIRE_WINDOWS=1` that is a failure.
//!
//! A guest is a program in C, a file of `guests`, or an example of the crate `pcsc`: `.ci/windows` compiles each for
//! both kinds of processor. `.ci/windows-opensc` adds programs of OpenSC.

mod commands;
mod conformance;
mod harness;
mod library;
mod opensc;
mod others;
mod running;
mod wine;

use libtest_mimic::{Arguments, Trial};

fn main() {
    if !cfg!(windows) {
        return wine::hand_over();
    }
    let families: [fn() -> Vec<Trial>; 6] =
        [running::trials, commands::trials, conformance::trials, library::trials, opensc::trials, others::trials];
    let trials = families.iter().flat_map(|family| family()).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
