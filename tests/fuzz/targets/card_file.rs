//! Card files: read one, code it for its chip, decode the chip, and read it back.

use virtuale::profile::{diagnostic::Source, parse};

use super::{chip, text};

/// Reads a card file; one without mistakes is a card whose every byte is explained.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    match parse(Source::clone(&source), None, &text::OPTIONS) {
        Ok(profile) => chip::check(profile.layout(), profile.image(), profile.map(), profile.card()),
        Err(diagnostics) => text::judge(&diagnostics),
    }
}
