//! Who computes: for cards that are handed nothing else ([`Provision`](super::Provision)), for public keys, and for
//! the certificates of the test authority.
//!
//! The one place of the root package that names the coprocessor. Both answerers give the same bytes, so whichever
//! stands here changes time alone.

#[cfg(feature = "coprocessor")]
pub(super) use virtuale_coprocessor::Coprocessor as Arithmetic;
#[cfg(not(feature = "coprocessor"))]
pub(super) use virtuale_engine::crypto::RustCrypto as Arithmetic;
