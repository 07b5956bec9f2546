//! What one French health card does.
//!
//! Most of a card is data: its layout says which files it has and who may read them. An applet is the part that data
//! cannot say. Applets depend on the engine only.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod cards;
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
        cps2ter::NAME => Some(Box::new(cps2ter::Cps2ter)),
        ias::NAME => Some(Box::new(ias::Ias)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{by_name, cps2ter, ias};

    #[test]
    fn applets_are_found_by_their_names() {
        assert!(by_name(ias::NAME).is_some() && by_name(cps2ter::NAME).is_some());
        assert!(by_name("IAS").is_none());
    }
}
