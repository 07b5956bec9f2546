//! Who has a slot open, and which protocol is agreed on with its card. The numbers of the PC/SC interface for what is
//! published of a slot are those of the package for its C interface.

use virtuale_engine::{Atr, Protocol};
pub use virtuale_winscard::terms::{CardState, Protocols};

/// What is agreed on with a card: T=1 where it is wanted and offered, else T=0.
pub(super) fn choose(preferred: Protocols, atr: &Atr) -> Option<Protocol> {
    let wanted = if preferred.intersects(Protocols::ANY_OLD) { Protocols::T0 | Protocols::T1 } else { preferred };
    [Protocol::T1, Protocol::T0].into_iter().find(|&each| wanted.intersects(only(each)) && atr.offers(each))
}

/// The set of one protocol.
pub(super) fn only(protocol: Protocol) -> Protocols {
    match protocol {
        Protocol::T0 => Protocols::T0,
        Protocol::T1 => Protocols::T1,
    }
}

/// Who has a slot open.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Sharing {
    /// One handle, for itself.
    Exclusive,
    /// So many handles.
    Handles(u16),
}

impl Sharing {
    /// As the wire has it: -1 exclusive, else the number of handles.
    #[must_use]
    pub fn as_number(self) -> i32 {
        match self {
            Self::Exclusive => -1,
            Self::Handles(count) => i32::from(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Atr, Protocol};

    use super::{Protocols, choose};

    #[test]
    fn t1_is_preferred_where_both_sides_have_it() {
        // [PCSC-LITE winscard.c]
        let both = Atr::parse(&hex!("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44")).expect("CPS4");
        let t0_only = Atr::parse(&hex!("3B 00")).expect("the shortest");
        assert_eq!(choose(Protocols::T0 | Protocols::T1, &both), Some(Protocol::T1));
        assert_eq!(choose(Protocols::ANY_OLD, &both), Some(Protocol::T1));
        assert_eq!(choose(Protocols::T0, &both), Some(Protocol::T0));
        assert_eq!(choose(Protocols::T0 | Protocols::T1, &t0_only), Some(Protocol::T0));
        assert_eq!(choose(Protocols::T1, &t0_only), None);
    }
}
