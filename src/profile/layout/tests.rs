//! The built-in layout, and layouts made for one question each.

use std::sync::Arc;

use super::{Layout, Source};

pub(super) fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source { name: name.into(), text: text.into() })
}

pub(super) fn vitale2() -> Layout {
    let text = virtuale_applets::layouts::named("vitale2").expect("a built-in layout");
    Layout::parse(&source("vitale2.toml", text)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn the_built_in_layout_is_sound() {
    assert_eq!(vitale2().name(), "vitale2");
}
