//! What the fuzzer calls, one function for each target. `tests/corpora.rs` calls the same ones in `cargo test`.
//!
//! A target takes any bytes. It ends by returning, and panics only where a promise was broken: a status word that is
//! none, a place outside of the text that it is about.

mod card_file;
mod cards;
mod change;
mod chip;
mod chipdoc;
mod commands;
mod cps2ter;
mod decode;
mod echo;
mod forms;
mod galss;
mod ifd;
mod keys;
mod layout;
mod lists;
mod log;
mod model;
mod pad;
mod right;
mod signing;
mod station;
mod terminal;
mod text;
mod tlv;
mod trace;
mod vitale1;
mod vpcd;
mod winscard;
mod wire;
mod zone;

/// Something that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, and that of the folder of its corpus.
    pub name: &'static str,
    /// Where good inputs stand beside the corpus, from the root of the repository.
    pub seeds: &'static [&'static str],
    run: fn(&[u8]),
}

/// All targets.
pub const ALL: &[Target] = &[
    Target { name: "card_file", seeds: &["applets/cards", "fixtures/cards/broken"], run: card_file::run },
    Target { name: "change", seeds: &["fixtures/updates"], run: change::run },
    Target { name: "chipdoc", seeds: &[], run: chipdoc::run },
    Target { name: "commands", seeds: &[], run: commands::run },
    Target { name: "cps2ter", seeds: &[], run: cps2ter::run },
    Target { name: "decode", seeds: &[], run: decode::run },
    Target { name: "forms", seeds: &[], run: forms::run },
    Target { name: "galss", seeds: &[], run: galss::run },
    Target { name: "ifd", seeds: &[], run: ifd::run },
    Target { name: "layout", seeds: &["applets/layouts"], run: layout::run },
    Target { name: "lists", seeds: &["fixtures/lists/opposition", "fixtures/lists/broken"], run: lists::run },
    Target { name: "log", seeds: &["fixtures/traces/samples"], run: log::run },
    Target { name: "model", seeds: &["src/host/model/built_in"], run: model::run },
    Target { name: "pad", seeds: &[], run: pad::run },
    Target { name: "right", seeds: &[], run: right::run },
    Target { name: "signing", seeds: &[], run: signing::run },
    Target { name: "station", seeds: &[], run: station::run },
    Target { name: "vitale1", seeds: &[], run: vitale1::run },
    Target { name: "terminal", seeds: &[], run: terminal::run },
    Target { name: "tlv", seeds: &[], run: tlv::run },
    Target { name: "trace", seeds: &["fixtures/traces", "fixtures/scenarios"], run: trace::run },
    Target { name: "vpcd", seeds: &[], run: vpcd::run },
    Target { name: "winscard", seeds: &[], run: winscard::run },
    Target { name: "wire", seeds: &[], run: wire::run },
    Target { name: "zone", seeds: &["fixtures/billing", "fixtures/billing/broken"], run: zone::run },
];

/// Runs the target of that name.
///
/// # Panics
///
/// When a promise was broken, or there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = ALL.iter().find(|target| target.name == name).expect("a target of this name");
    (target.run)(data);
}
