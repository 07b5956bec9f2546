//! Vitale 2.
//!
//! Public programs select its files and read them, as ISO 7816-4 has it, and do nothing else: the layout says all of
//! that, and this applet adds nothing. How the card proves itself and opens its protected files is not public.

use virtuale_engine::applet::Applet;

/// Its name in layouts.
pub const NAME: &str = "vitale2";

/// Does what the standard says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vitale2;

impl Applet for Vitale2 {}
