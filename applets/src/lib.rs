//! What one French health card does.
//!
//! Most of a card is data: its layout says which files it has and who may read them. An applet is the part that data
//! cannot say. Applets depend on the engine only.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod cards;
pub mod chipdoc;
pub mod cps2ter;
#[cfg(test)]
mod gsm;
pub mod ias;
pub mod layouts;
pub mod vitale1;

use alloc::boxed::Box;

use virtuale_engine::applet::Applet;

/// The applet with the name that a layout gives to it.
#[must_use]
pub fn by_name(name: &str) -> Option<Box<dyn Applet>> {
    match name {
        chipdoc::NAME => Some(Box::new(chipdoc::ChipDoc::default())),
        cps2ter::NAME => Some(Box::new(cps2ter::Cps2ter)),
        ias::NAME => Some(Box::new(ias::Ias)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{by_name, chipdoc, cps2ter, ias};

    #[test]
    fn applets_are_found_by_their_names() {
        for name in [ias::NAME, chipdoc::NAME, cps2ter::NAME] {
            assert!(by_name(name).is_some(), "{name}");
        }
        assert!(by_name("IAS").is_none());
    }
}
