//! In which order files are read: that of the reading API's groups [MEDINTUX-SSV groups].

/// The files of the groups 101 to 111, under the names that layouts give them.
const ORDER: [&str; 12] = [
    "CARTE", "ASSURE", "ATMP", "IDENTITE", "NIR", "BENEFIC", "ADRESSE", "MENTIONS", "EUROPE", "COUVERT", "EXONER",
    "COMPLEM",
];

/// Where a file comes; files that belong to no group come last, in the card's own order.
pub(super) fn rank(name: &str) -> usize {
    ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len())
}
