//! Model files of readers.

use virtuale::{host::model::Model, profile::diagnostic::Source, reader::SlotName};

use super::text;

/// Reads a model; one without mistakes has slots with names.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    match Model::parse(Source::clone(&source)) {
        Ok(model) => {
            assert!(!model.slots.is_empty());
            assert!(model.slots.iter().all(|slot| SlotName::new(&slot.name).is_ok()));
        }
        Err(diagnostics) => text::judge(&diagnostics),
    }
}
