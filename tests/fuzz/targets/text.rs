//! Texts that users write, and what is said about their mistakes.

use std::sync::Arc;

use jiff::civil::date;
use virtuale::profile::{
    Options,
    diagnostic::{Diagnostics, Source},
};

/// Each run is on the same day, with the same chance.
pub(super) const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 0 };

/// Any bytes as a text, and the bytes that are none replaced, so that few inputs are lost.
pub(super) fn source(data: &[u8]) -> Arc<Source> {
    Arc::new(Source { name: "fuzzed".into(), text: String::from_utf8_lossy(data).into_owned() })
}

/// What is said about a text must be something, be about a part of it, and be fit to be shown.
pub(super) fn judge(diagnostics: &Diagnostics) {
    assert!(!diagnostics.0.is_empty(), "refused without a reason");
    for diagnostic in &diagnostics.0 {
        let text = &diagnostic.source.text;
        assert!(text.get(diagnostic.span.clone()).is_some(), "{:?} is no part of the text", diagnostic.span);
        assert!(!diagnostic.message.is_empty(), "a mistake without a name");
        let (line, column) = diagnostic.position();
        assert!(line >= 1 && column >= 1, "places are counted from 1");
    }
    // Both are shown to people, with and without colours.
    let (plain, coloured) = (diagnostics.render(false), diagnostics.render(true));
    assert!(!plain.is_empty() && coloured.len() >= plain.len());
}
