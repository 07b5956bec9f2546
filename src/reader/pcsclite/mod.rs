//! The road of libpcsclite: its service's socket protocol, found by programs through `PCSCLITE_CSOCK_NAME`.

pub mod wire;
