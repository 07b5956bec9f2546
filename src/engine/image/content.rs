//! What transparent files hold at first.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

/// What a transparent file holds at first.
#[derive(Clone, Debug)]
pub enum Content {
    /// These bytes.
    Now(Vec<u8>),
    /// Bytes that are made when somebody needs them first. They fill the file.
    Later(Arc<dyn Later>),
}

/// Bytes whose number is known before they are made: what takes too long for the start of a card, such as the signature
/// under a certificate.
pub trait Later: fmt::Debug + Send + Sync {
    /// How many there are.
    fn length(&self) -> usize;

    /// The bytes, [so many](Later::length) and the same each time. They are made at the first call.
    fn bytes(&self) -> &[u8];
}

impl Content {
    /// How many bytes it has. It makes none.
    #[must_use]
    pub fn length(&self) -> usize {
        match self {
            Self::Now(bytes) => bytes.len(),
            Self::Later(later) => later.length(),
        }
    }

    /// The bytes. They are made now if they were not.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Now(bytes) => bytes,
            Self::Later(later) => later.bytes(),
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Now(bytes)
    }
}
