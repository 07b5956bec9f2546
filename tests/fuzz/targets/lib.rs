//! x
pub fn atr(d: &[u8]) { let _ = virtuale_engine::Atr::parse(d); }
