//! What the fuzzer calls, one function for each target. `tests/corpora.rs` calls the same ones in `cargo test`.
//!
//! A target takes any bytes. It ends by returning, and panics only where a promise was broken: a status word that is
//! none, a place outside of the text that it is about.

mod text;
mod trace;

/// A target.
pub type Target = fn(&[u8]);

/// All targets, by the names of their corpora.
pub const ALL: &[(&str, Target)] = &[("trace", trace::run)];

/// Runs the target of that name.
///
/// # Panics
///
/// When a promise was broken, or there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = ALL.iter().find(|(known, _)| *known == name).expect("a target of this name");
    target(data);
}
