//! The built-in layouts, round trips, hostile bytes and texts, and what is said of mistakes.

mod docs;
mod hostile;
mod interfaces;
mod mistakes;
mod round_trip;
mod vitale1;
mod vitale2;

use std::sync::Arc;

use super::{Layout, Source};
use crate::profile::map::Element;

fn source(name: &str, text: &str) -> Arc<Source> {
    Arc::new(Source { name: name.into(), text: text.into() })
}

/// A layout that must be sound.
fn layout(text: &str) -> Layout {
    Layout::parse(&source("layout.toml", text)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn vitale2_text() -> &'static str {
    virtuale_applets::layouts::VITALE2
}

fn vitale1_text() -> &'static str {
    virtuale_applets::layouts::VITALE1
}

/// The smallest layout with one file, whose content is given.
fn with_content(file: &str) -> String {
    format!(
        "layout = \"test\"\nsource.test.origin = \"invented\"\nrule.free.read = \"always\"\n\
         [card]\natr = [{{ hex = \"3B 00\" }}]\nchip_bytes = 4096\nsource = \"test\"\n\
         [app.mf]\nfid = \"3F00\"\naids = [\"A0 01\"]\nrule = \"free\"\nsource = \"test\"\n\
         [file.F]\nin = \"mf\"\nfid = \"0001\"\nrule = \"free\"\nsource = \"test\"\n{file}\n"
    )
    .replace("rule.free.read = \"always\"", "rule.free = { read = \"always\", source = \"test\" }")
}

/// What is in the file with this index, up to its size.
fn content(image: &virtuale_engine::image::ChipImage, index: usize) -> Vec<u8> {
    match &image.files[index].kind {
        virtuale_engine::image::FileKind::Transparent { content, size, .. } => {
            let mut content = content.bytes().to_vec();
            content.resize(*size, 0);
            content
        }
        virtuale_engine::image::FileKind::Records { content, .. } => content.concat(),
        virtuale_engine::image::FileKind::Directory(_) => panic!("a directory has no content"),
    }
}

/// The elements of the bytes that a card gives: a file of records has no more than it has records.
fn of_content(mut elements: Vec<Element>, content: &[u8]) -> Vec<Element> {
    elements.retain(|element| element.range.end <= content.len());
    elements
}

/// The tree of spans without places in card files, which decoding cannot know.
fn without_places(mut elements: Vec<Element>) -> Vec<Element> {
    for element in &mut elements {
        element.written = 0..0;
        element.children = without_places(std::mem::take(&mut element.children));
    }
    elements
}

/// Asserts that elements follow each other without gaps from `start` to `end`, at every level.
fn assert_gapless(elements: &[Element], start: usize, end: usize) {
    let mut at = start;
    for element in elements {
        assert_eq!(element.range.start, at, "{} starts elsewhere", element.name);
        if !element.children.is_empty() {
            assert_gapless(&element.children, element.value_range().start, element.range.end);
        }
        at = element.range.end;
    }
    assert_eq!(at, end, "the last element ends elsewhere");
}
