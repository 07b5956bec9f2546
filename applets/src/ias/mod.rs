//! IAS: identification, authentication and signature (facts: the IAS ECC of the Vitale 2's Adèle application).
//!
//! Codes, keys and environments are data of the image, and the engine carries the commands out. This applet says that
//! they exist: a DF without it answers `6D00`.

use virtuale_engine::applet::Applet;

/// Its name in layouts.
pub const NAME: &str = "ias";

/// The applet of DFs with codes and keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ias;

impl Applet for Ias {}
