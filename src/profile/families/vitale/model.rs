//! Which card it is, by its answer to reset [PCSC-TOOLS-ATR Vitale 2].

/// What the ATR says of a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// A Vitale 2, by a component byte that public lists name.
    Vitale2,
    /// The shape of a Vitale 2, with a component byte that public lists don't name.
    LikeVitale2,
    /// A Vitale 1: another command set.
    Vitale1,
    /// Something else.
    Unknown,
}

impl Model {
    /// Judges by the ATR, well formed or not.
    #[must_use]
    pub fn of(atr: &[u8]) -> Self {
        match atr {
            [0x3B, 0x75, 0x13, 0x00, 0x00, component, 0x09, mask, 0x90, 0x00] => match (component, mask) {
                (0x43..=0x49 | 0x4B | 0x4C, 0xEA) | (0x45, 0xFA) => Self::Vitale2,
                _ => Self::LikeVitale2,
            },
            [0x3F, 0x65, 0x25, 0x00, _, 0x09, 0x69 | 0x6A | 0xF9, 0x90, 0x00] => Self::Vitale1,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::Model;

    #[test]
    fn public_atrs_are_told_apart() {
        assert_eq!(Model::of(&hex!("3B 75 13 00 00 44 09 EA 90 00")), Model::Vitale2);
        assert_eq!(Model::of(&hex!("3B 75 13 00 00 4A 09 EA 90 00")), Model::LikeVitale2);
        assert_eq!(Model::of(&hex!("3F 65 25 00 52 09 6A 90 00")), Model::Vitale1);
        assert_eq!(Model::of(&hex!("3B 80 80 01 01")), Model::Unknown);
        assert_eq!(Model::of(&[]), Model::Unknown);
    }
}
