//! The other side of the wire: a terminal that reads cards.
