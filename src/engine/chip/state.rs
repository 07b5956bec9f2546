//! What of a chip survives a reset, as a part of a snapshot.
//!
//! That is its memory and the position of its random numbers; all else is the image's, or is forgotten. Which files
//! there are follows the memory. A snapshot is told from one of another image by the image's structure: which files and
//! objects there are, and which cells are whose. Whose card it is, whoever made the image must say.

use alloc::vec::Vec;

use crate::{
    Chip,
    crypto::HashAlgorithm,
    snapshot::{CHIP, Snapshot, SnapshotError},
};

/// The furthest position of random numbers that is taken: centuries of drawing. From one near the last number that can
/// be told, a card would draw beyond it, and its next snapshot would not say where it is.
const FURTHEST: u64 = u64::MAX / 2;

/// The length of what tells the structure of an image.
const STRUCTURE: usize = 32;

impl Chip {
    /// Puts its part into a snapshot.
    pub(super) fn save_part(&self, snapshot: &mut Snapshot) {
        let position = self.core.platform.random.position().to_be_bytes();
        snapshot.put(CHIP, &[&self.structure(), &position, &self.core.memory.cells()]);
    }

    /// Takes its part from a snapshot. If it takes it, it has no power then.
    pub(super) fn restore_part(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let part = snapshot.needed(CHIP)?;
        let damaged = SnapshotError::Damaged(CHIP);
        let (structure, part) = part.split_at_checked(STRUCTURE).ok_or(damaged)?;
        let (&position, cells) = part.split_first_chunk().ok_or(damaged)?;
        if structure != self.structure() {
            return Err(SnapshotError::OtherImage);
        }
        if cells.len() != self.core.memory.size() {
            return Err(damaged);
        }
        let position = u64::from_be_bytes(position);
        if position > FURTHEST {
            return Err(damaged);
        }
        self.lose_power();
        self.core.memory.replace(cells).ok_or(damaged)?;
        self.core.follow_memory();
        self.core.platform.random.seek(position);
        Ok(())
    }

    /// What tells the structure of its image from others.
    fn structure(&self) -> [u8; STRUCTURE] {
        let mut bytes = Vec::new();
        self.core.files.put_structure(&mut bytes);
        self.core.vault.put_structure(&mut bytes);
        let digest = self.core.platform.crypto.hash(HashAlgorithm::Sha256, &[&bytes]);
        digest.as_bytes().try_into().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, format, string::String, vec::Vec};

    use proptest::prelude::*;

    use super::{FURTHEST, STRUCTURE};
    use crate::{
        Card, Interface, Protocol,
        image::Condition,
        platform::{Forgetful, Platform},
        snapshot::{CHIP, Snapshot, SnapshotError},
        testing::{
            Counting, Tester, image,
            keys::{SELECT, applets, keyed_image},
            platform,
        },
    };

    /// What changes memory or draws chance, and what shows it.
    const COMMANDS: [&str; 22] = [
        "00 A4 04 0C 0B D250000002564954414C45",
        "00 A4 00 0C 02 3F00",
        "00 A4 00 0C 02 2001",
        "00 A4 00 0C 02 0002",
        "00 20 00 81 04 31323334",
        "00 20 00 81 04 39393939",
        "00 24 00 81 08 3132333435363738",
        "00 2C 00 81 0C 313233343536373831323334",
        "00 20 00 83 04 35353535",
        "00 84 00 00 08",
        "00 84 00 00 10",
        "00 47 00 00 06 70 04 BF9002 00 00",
        "00 CB 3F FF 0B 4D 09 70 07 BF A0 02 03 7F49 80 00",
        "00 D6 00 00 03 ABCDEF",
        "00 B0 00 00 04",
        "00 E2 00 18 02 7788",
        "00 B2 01 1C 00",
        "00 E0 00 00 13 62 11 80 02 0010 82 01 01 83 02 7001 8C 04 43 00 00 00",
        "00 A4 00 0C 02 7001",
        "00 E4 00 00 02 2001",
        "00 E4 00 00 02 7001",
        "00 44 00 00",
    ];

    fn tester() -> Tester {
        let mut image = keyed_image();
        // Nobody may delete 2001 otherwise.
        image.files[7].contact.conditions[0] = Condition::ALWAYS;
        let platform = Platform { random: Box::new(Counting::default()), ..platform(Forgetful) };
        Tester::on(&image, Protocol::T1, &applets, platform)
    }

    /// What a card says to commands after it was powered up.
    fn says(card: &mut Tester, commands: &[usize]) -> Vec<String> {
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT]);
        commands.iter().map(|&command| card.send(COMMANDS[command])).collect()
    }

    fn snapshot_of(card: &Tester) -> Snapshot {
        let mut snapshot = Snapshot::new();
        card.chip.save(&mut snapshot);
        snapshot
    }

    #[test]
    fn a_deleted_file_is_there_again() {
        let mut card = tester();
        let before = snapshot_of(&card);
        const DELETE: &str = "00 E4 00 00 02 2001";
        card.plays(&[SELECT, (DELETE, "9000"), (DELETE, "6A82")]);
        let after = snapshot_of(&card);
        card.chip.restore(&before).expect("it fits");
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT, ("00 A4 00 0C 02 2001", "9000")]);
        card.chip.restore(&after).expect("it fits");
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT, ("00 A4 00 0C 02 2001", "6A82")]);
    }

    #[test]
    fn a_restored_card_has_no_power() {
        let mut card = tester();
        card.chip.restore(&snapshot_of(&card)).expect("it fits");
        assert_eq!(card.try_send("00 A4 00 0C"), Err(crate::Fault::Unpowered));
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut card = tester();
        let right = snapshot_of(&card);
        let part = right.part(CHIP).expect("the chip's part");
        let mut other = image();
        other.files.truncate(3);
        let other = Tester::of(other, Protocol::T1, &|_| None, Forgetful);
        let mut cut = Snapshot::new();
        cut.put(CHIP, &[&part[..part.len() - 1]]);
        let mut stub = Snapshot::new();
        stub.put(CHIP, &[&part[..39]]);
        let damaged = SnapshotError::Damaged(CHIP);
        let drawn_to = |position: u64| {
            let mut snapshot = Snapshot::new();
            snapshot.put(CHIP, &[&part[..STRUCTURE], &position.to_be_bytes(), &part[STRUCTURE + 8..]]);
            snapshot
        };
        assert_eq!(tester().chip.restore(&drawn_to(FURTHEST)), Ok(()));
        for (wrong, error) in [
            (drawn_to(u64::MAX), damaged),
            (drawn_to(FURTHEST + 1), damaged),
            (Snapshot::new(), SnapshotError::Missing(CHIP)),
            (snapshot_of(&other), SnapshotError::OtherImage),
            (cut, damaged),
            (stub, damaged),
        ] {
            assert_eq!(card.chip.restore(&wrong), Err(error));
            assert_eq!(card.send("00 20 00 81"), "63C3", "the card goes on");
        }
        assert!(!format!("{right:?}").contains("31"), "{right:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn the_same_follows_from_the_same_state(
            before in proptest::collection::vec(0..COMMANDS.len(), 0..12),
            after in proptest::collection::vec(0..COMMANDS.len(), 0..12),
        ) {
            let mut card = tester();
            says(&mut card, &before);
            let bytes = snapshot_of(&card).to_bytes();
            let snapshot = Snapshot::from_bytes(&bytes).expect("a snapshot");
            let first = says(&mut card, &after);
            card.chip.restore(&snapshot).expect("it fits");
            prop_assert_eq!(&says(&mut card, &after), &first);
            let mut twin = tester();
            twin.chip.restore(&snapshot).expect("it fits");
            prop_assert_eq!(&says(&mut twin, &after), &first);
        }

        #[test]
        fn whatever_the_cells_hold_a_card_answers(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..200),
            commands in proptest::collection::vec(0..COMMANDS.len(), 0..20),
        ) {
            let mut card = tester();
            let snapshot = snapshot_of(&card);
            let mut part = snapshot.part(CHIP).expect("the chip's part").to_vec();
            for (at, byte) in changes {
                let cells = part.len() - 40;
                part[40 + at.index(cells)] = byte;
            }
            let mut changed = Snapshot::new();
            changed.put(CHIP, &[&part]);
            card.chip.restore(&changed).expect("it fits");
            card.chip.power_up(Interface::Contact).expect("an ATR");
            for command in commands {
                prop_assert!(card.send(COMMANDS[command]).len() >= 4);
            }
        }
    }
}
