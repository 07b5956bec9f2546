//! Layouts: read one, and put a card on the chip that it describes.

use std::sync::Arc;

use virtuale::profile::{
    card_file,
    diagnostic::{Diagnostics, Source},
    layout::Layout,
};
use virtuale_engine::chip::Chip;

use super::{cards, chip, text};

/// Whose card it is.
const CARD: &str = virtuale_applets::cards::VITALE2_MARTIN;

/// Reads a layout, the card file by its keys, and checks what becomes of the two.
pub(super) fn run(data: &[u8]) {
    if let Err(diagnostics) = make(&text::source(data)) {
        text::judge(&diagnostics);
    }
}

fn make(source: &Arc<Source>) -> Result<(), Diagnostics> {
    let layout = Layout::parse(source)?;
    assert!(!layout.name().is_empty(), "a layout without a name");
    let schema = layout.schema()?;
    let card = text::source(CARD.as_bytes());
    let data = card_file::read(&card, schema, text::OPTIONS.today)?;
    let (image, map) = layout.encode(&card, &data, None)?;
    // An image may describe a chip that cannot be: no place for its files, two applications of one name.
    if let Ok(card) = Chip::new(&image, &virtuale_applets::by_name, cards::platform()) {
        chip::check(&layout, &image, &map, card);
    }
    Ok(())
}
