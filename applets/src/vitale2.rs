//! Vitale 2.
//!
//! All that is public about the commands of this card is in ISO 7816-4 (facts: public readers select and read, and
//! nothing else), so its layout says everything and this applet adds nothing. What the card does to prove itself and to
//! open its protected files is not public.

use virtuale_engine::applet::Applet;

/// Its name in layouts.
pub const NAME: &str = "vitale2";

/// Does what the standard says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vitale2;

impl Applet for Vitale2 {}
