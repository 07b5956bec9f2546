//! Who computes for the world around the chip: public keys, and the certificates of the test authority.
//!
//! The one place of this room that names the coprocessor besides the platform of cards. Both answerers give the same
//! bytes, so whichever stands here changes time alone.

pub(super) use virtuale_coprocessor::Coprocessor as Arithmetic;
