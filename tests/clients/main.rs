//! Ring 5: unmodified real programs read our cards through PC/SC, with no root and no pcscd.
//!
//! One file per family of programs. A program that is not installed is reported as ignored, with the package that
//! brings it; with `VIRTUALE_REQUIRE_CLIENTS=1` its absence is a failure, unless its package is in
//! `VIRTUALE_CLIENTS_NOT_OFFERED`, the list of those that the distribution does not have. Every run has a hard time
//! limit, an environment of its own, and must leave no process and no socket behind.
//!
//! What this ring does not do: judge bytes that only a card can be asked about. That is the scenarios' work.

mod billing;
mod cardpeek;
mod conformance;
mod console;
mod cps;
mod cps_tls;
mod csharp;
mod forms;
mod galss;
mod harness;
mod ifd;
mod java;
mod library;
mod node;
mod opensc;
mod pad;
mod pcsc_tools;
mod pcscd;
mod perl;
mod personalising;
mod pkcs11;
mod professionals;
mod pyscard;
mod readme;
mod scdaemon;
mod secure_messaging;
mod signing;
mod state;
mod tls;
mod traces;
mod users;
mod vpcd;
mod zones;

use libtest_mimic::Arguments;

fn main() {
    let arguments = Arguments::from_args();
    let families = [
        pcsc_tools::trials,
        opensc::trials,
        pad::trials,
        pyscard::trials,
        java::trials,
        csharp::trials,
        node::trials,
        perl::trials,
        billing::trials,
        cardpeek::trials,
        scdaemon::trials,
        readme::trials,
        signing::trials,
        state::trials,
        secure_messaging::trials,
        personalising::trials,
        cps::trials,
        cps_tls::trials,
        professionals::trials,
        forms::trials,
        conformance::trials,
        console::trials,
        galss::trials,
        ifd::trials,
        library::trials,
        pcscd::trials,
        pkcs11::trials,
        tls::trials,
        traces::trials,
        users::trials,
        vpcd::trials,
        zones::trials,
    ];
    let trials = families.iter().flat_map(|family| family()).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
