//! The answer to reset [ISO-7816-3 8.2].

use crate::Protocol;

/// The longest ATR: TS and 32 characters.
pub const LONGEST: usize = 33;

/// A well-formed answer to reset.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Atr {
    bytes: [u8; LONGEST],
    length: u8,
    historical: (u8, u8),
    protocols: Protocols,
}

/// Which protocols an ATR offers, and which it offers first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Protocols {
    first: Protocol,
    t0: bool,
    t1: bool,
}

/// Why bytes are not an ATR.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AtrError {
    /// TS is neither 3B nor 3F.
    #[error("the first byte is {0:02X}; it must be 3B (direct convention) or 3F (inverse convention)")]
    Convention(u8),
    /// It ends before what its format bytes announce.
    #[error("it ends after {length} bytes, but its format bytes announce at least {announced}")]
    TooShort {
        /// Bytes given.
        length: usize,
        /// Bytes announced.
        announced: usize,
    },
    /// It goes on after its end.
    #[error("it has {length} bytes, but its format bytes announce {announced}")]
    TooLong {
        /// Bytes given.
        length: usize,
        /// Bytes announced.
        announced: usize,
    },
    /// The check byte is wrong.
    #[error("the check byte TCK is {found:02X}; {right:02X} is right")]
    CheckByte {
        /// The byte found.
        found: u8,
        /// The exclusive or of T0 to the last historical byte.
        right: u8,
    },
    /// It offers neither T=0 nor T=1.
    #[error("it offers neither T=0 nor T=1")]
    NoProtocol,
}

impl Atr {
    /// Checks and keeps an ATR.
    ///
    /// # Errors
    ///
    /// [`AtrError`] says what is not as ISO 7816-3 has it.
    pub fn parse(atr: &[u8]) -> Result<Self, AtrError> {
        let too_short = |announced| AtrError::TooShort { length: atr.len(), announced };
        let &[ts, t0, ..] = atr else { return Err(too_short(2)) };
        if ts != 0x3B && ts != 0x3F {
            return Err(AtrError::Convention(ts));
        }
        let (interface_end, offered) = Self::walk_interface_bytes(atr, t0).map_err(too_short)?;
        // With nothing said, the card speaks T=0; anything else makes the check byte mandatory.
        let has_check_byte = offered.iter().flatten().any(|&protocol| protocol != 0);
        let historical = usize::from(t0 & 0x0F);
        let announced = interface_end + historical + usize::from(has_check_byte);
        if atr.len() < announced {
            return Err(too_short(announced));
        }
        if atr.len() > announced.min(LONGEST) {
            return Err(AtrError::TooLong { length: atr.len(), announced });
        }
        if has_check_byte {
            let right = atr[1..announced - 1].iter().fold(0, |check, byte| check ^ byte);
            let found = atr[announced - 1];
            if found != right {
                return Err(AtrError::CheckByte { found, right });
            }
        }
        let protocols = Protocols::of(&offered)?;
        let mut bytes = [0; LONGEST];
        bytes[..atr.len()].copy_from_slice(atr);
        // Both fit: an ATR has at most 33 bytes.
        let small = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
        Ok(Self { bytes, length: small(atr.len()), historical: (small(interface_end), small(historical)), protocols })
    }

    /// Where the interface bytes end, and the protocol of each TDi; or how long the ATR had to be.
    fn walk_interface_bytes(atr: &[u8], t0: u8) -> Result<(usize, [Option<u8>; 8]), usize> {
        let mut offered = [None; 8];
        let mut position = 2;
        let mut format = t0;
        for slot in &mut offered {
            let present = (format >> 4).count_ones() as usize;
            if atr.len() < position + present {
                return Err(position + present);
            }
            position += present;
            if format & 0x80 == 0 {
                return Ok((position, offered));
            }
            format = atr[position - 1];
            *slot = Some(format & 0x0F);
        }
        // Eight TDi cannot fit in 33 bytes with what they announce.
        Err(LONGEST + 1)
    }

    /// The bytes on the wire, in direct convention.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The historical bytes.
    #[must_use]
    pub fn historical_bytes(&self) -> &[u8] {
        let (start, length) = self.historical;
        &self.bytes[usize::from(start)..][..usize::from(length)]
    }

    /// The protocol spoken after a reset without PPS.
    #[must_use]
    pub fn first_protocol(&self) -> Protocol {
        self.protocols.first
    }

    /// Whether a PPS may ask for the protocol.
    #[must_use]
    pub fn offers(&self, protocol: Protocol) -> bool {
        match protocol {
            Protocol::T0 => self.protocols.t0,
            Protocol::T1 => self.protocols.t1,
        }
    }
}

impl Protocols {
    fn of(offered: &[Option<u8>]) -> Result<Self, AtrError> {
        let named = |protocol: &u8| match protocol {
            0 => Some(Protocol::T0),
            1 => Some(Protocol::T1),
            _ => None,
        };
        // T=15 carries global interface bytes and is no protocol.
        let mut spoken = offered.iter().flatten().filter_map(named);
        let silent = offered.iter().all(Option::is_none);
        let first = if silent { Some(Protocol::T0) } else { spoken.next() };
        let first = first.ok_or(AtrError::NoProtocol)?;
        let offers = |wanted: u8| offered.iter().flatten().any(|&protocol| protocol == wanted);
        Ok(Self { first, t0: silent || offers(0), t1: offers(1) })
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Atr, AtrError};
    use crate::Protocol;

    #[test]
    fn vitale_2_speaks_t0_only_and_has_five_historical_bytes() {
        // [PCSC-TOOLS-ATR Vitale 2]
        let atr = Atr::parse(&hex!("3B 75 13 00 00 44 09 EA 90 00")).expect("a public ATR");
        assert_eq!(atr.historical_bytes(), hex!("44 09 EA 90 00"));
        assert_eq!(atr.first_protocol(), Protocol::T0);
        assert!(!atr.offers(Protocol::T1));
    }

    #[test]
    fn public_atrs_of_the_family_are_well_formed() {
        // [PCSC-TOOLS-ATR Vitale 1, CPS, neighbours]
        let t0 = [
            &hex!("3F 65 25 00 22 09 F9 90 00")[..],
            &hex!("3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00"),
            &hex!("3B 7F 96 00 00 00 31 B8 64 40 70 14 10 73 94 01 80 82 90 00"),
        ];
        for atr in t0 {
            assert_eq!(Atr::parse(atr).map(|atr| atr.first_protocol()), Ok(Protocol::T0));
        }
        let t1 = hex!("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44");
        let atr = Atr::parse(&t1).expect("CPS4");
        assert!(atr.offers(Protocol::T0) && atr.offers(Protocol::T1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(Atr::parse(&hex!("3B")), Err(AtrError::TooShort { length: 1, announced: 2 }));
        assert_eq!(Atr::parse(&hex!("3C 00")), Err(AtrError::Convention(0x3C)));
        assert_eq!(Atr::parse(&hex!("3B 80 80 01 02")), Err(AtrError::CheckByte { found: 2, right: 1 }));
        assert_eq!(Atr::parse(&hex!("3B 00 00")), Err(AtrError::TooLong { length: 3, announced: 2 }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(atr) = Atr::parse(&bytes) {
                prop_assert_eq!(atr.as_bytes(), &bytes[..]);
                prop_assert!(atr.offers(atr.first_protocol()));
            }
        }
    }
}
