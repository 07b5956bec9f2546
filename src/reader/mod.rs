//! Virtual readers: slots, power, sharing, transactions and events, with pcsc-lite's semantics.
