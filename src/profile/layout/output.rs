//! Bytes in the making, with the elements that say what they are.

use super::super::map::Element;

/// Bytes in the making, and what they are.
#[derive(Debug, Default)]
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    pub(super) elements: Vec<Element>,
}

/// Moves an element and what is in it.
pub(super) fn shift(element: &mut Element, by: usize) {
    element.range.start += by;
    element.range.end += by;
    element.children.iter_mut().for_each(|child| shift(child, by));
}

/// The outermost element written in the card file that does not end within `size` bytes.
pub(super) fn first_outside(elements: &[Element], size: usize) -> Option<&Element> {
    let outside = elements.iter().find(|element| element.range.end > size)?;
    // What the layout wrote of itself has no place in the card file, but something in it may.
    if outside.written.is_empty() { first_outside(&outside.children, size) } else { Some(outside) }
}
