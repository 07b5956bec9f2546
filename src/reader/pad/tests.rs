//! What becomes of a structure and of what is typed.

use hex_literal::hex;
use proptest::prelude::*;

use super::{Asked, BadStructure, Entry, Pad, Pin, Status};

fn pad() -> Pad {
    Pad { modifies: true, lines: 2, columns: 16, shortest: 4, longest: 12, patience: 30 }
}

fn pin(digits: &str) -> Pin {
    Pin::new(digits).expect("digits")
}

/// A structure to verify, with this format, block and length format, and this command.
fn verify(format: u8, block: u8, length: u8, apdu: &[u8]) -> Vec<u8> {
    let head = [0, 0, format, block, length, 12, 4, 2, 1, 0x0C, 0x04, 0, 0, 0, 0];
    let size = u32::try_from(apdu.len()).expect("short");
    [&head[..], &size.to_le_bytes(), apdu].concat()
}

/// A structure to modify: where the PINs go, what is asked, how a PIN is coded, and the command.
fn modify((old, new): (u8, u8), confirm: u8, (format, block): (u8, u8), apdu: &[u8]) -> Vec<u8> {
    let head = [0, 0, format, block, 0, old, new, 12, 4, confirm, 2, 3, 0x0C, 0x04, 0, 1, 2, 0, 0, 0];
    let size = u32::try_from(apdu.len()).expect("short");
    [&head[..], &size.to_le_bytes(), apdu].concat()
}

fn typed(structure: &[u8], digits: &str) -> Result<Vec<u8>, Status> {
    let entry = Entry::to_verify(&pad(), structure).expect("a good structure");
    entry.command(&[pin(digits)]).map(|command| command.to_vec())
}

#[test]
fn a_pin_stands_in_its_command_as_the_structure_says() {
    let eight = hex!("00 20 00 01 08 FF FF FF FF FF FF FF FF");
    let zeros = hex!("00 20 00 01 08 00 00 00 00 00 00 00 00");
    for (format, block, length, apdu, right) in [
        // ASCII to the left, in a block of eight bytes, which stay as they are behind it.
        (0x82, 0x08, 0, &eight[..], &hex!("00200001 08 31323334 35 FFFFFF")[..]),
        // As long as it is: Lc is that of the command, which has room.
        (0x82, 0x00, 0, &eight, &hex!("00200001 08 31323334 35 FFFFFF")),
        // Without data, in a whole block.
        (0x82, 0x08, 0, &hex!("00200001"), &hex!("00200001 08 3132333435 000000")),
        // To the right.
        (0x86, 0x08, 0, &zeros, &hex!("00200001 08 000000 3132333435")),
        // Without data, and with Lc alone: Lc is set.
        (0x82, 0x00, 0, &hex!("00200001"), &hex!("00200001 05 3132333435")),
        (0x82, 0x00, 0, &hex!("00200001 00"), &hex!("00200001 05 3132333435")),
        // A byte for the value of each digit; half a byte, with an odd number of them.
        (0x80, 0x00, 0, &hex!("00200001"), &hex!("00200001 05 0102030405")),
        (0x81, 0x00, 0, &hex!("00200001"), &hex!("00200001 03 123450")),
        (0x81, 0x04, 0, &eight, &hex!("00200001 08 12345FFF FFFFFFFF")),
        (0x85, 0x04, 0, &zeros, &hex!("00200001 08 00012345 00000000")),
        // Two bytes further, in bytes; sixteen bits cannot be said, eight can.
        (0x92, 0x00, 0, &eight, &hex!("00200001 08 FFFF 3132333435 FF")),
        (0x42, 0x00, 0, &eight, &hex!("00200001 08 FF 3132333435 FFFF")),
        // With the length of the PIN in four bits at bit 4, as GlobalPlatform has PINs.
        (0x41, 0x48, 0x04, &hex!("00200001 08 20FFFFFFFFFFFFFF"), &hex!("00200001 08 25 12345FFF FFFFFF")),
        // With the length in a byte before it.
        (0x8A, 0x80, 0x10, &hex!("00200001"), &hex!("00200001 06 05 3132333435")),
        // An Le stays behind.
        (0x82, 0x08, 0, &hex!("00200001 08 FFFFFFFFFFFFFFFF 00"), &hex!("00200001 08 3132333435FFFFFF 00")),
    ] {
        assert_eq!(
            typed(&verify(format, block, length, apdu), "12345").as_deref(),
            Ok(right),
            "{format:02X} {block:02X}"
        );
    }
}

#[test]
fn a_pin_that_does_not_fit_is_told_so() {
    let apdu = hex!("00200001 08 FFFFFFFFFFFFFFFF");
    assert_eq!(typed(&verify(0x82, 8, 0, &apdu), "123"), Err(Status::WRONG_LENGTH), "shorter than asked for");
    assert_eq!(typed(&verify(0x82, 8, 0, &apdu), "1234567890123"), Err(Status::WRONG_LENGTH), "longer than asked for");
    assert_eq!(typed(&verify(0x82, 4, 0, &apdu), "12345"), Err(Status::WRONG_LENGTH), "longer than its block");
    assert_eq!(typed(&verify(0x8A, 0x30, 0, &apdu), "12345678"), Err(Status::WRONG_LENGTH), "8 in three bits");
    let full = [&hex!("00200001 FF")[..], &[0; 255]].concat();
    assert!(typed(&verify(0x82, 0, 0, &full), "1234").is_ok());
    let entry = Entry::to_modify(&pad(), &modify((0, 252), 1, (0x82, 0), &full)).expect("a good structure");
    assert_eq!(entry.command(&[pin("1234"), pin("1234")]), Err(Status::BAD_STRUCTURE), "no data are so long");
    assert_eq!(entry.command(&[pin("1234")]), Err(Status::BAD_STRUCTURE), "two were asked for");
}

#[test]
fn a_pin_is_changed_by_itself_with_the_old_one_and_with_a_confirmation() {
    let both = hex!("00 24 00 01 10 FFFFFFFFFFFFFFFF FFFFFFFFFFFFFFFF");
    let entry = Entry::to_modify(&pad(), &modify((0, 8), 3, (0x82, 8), &both)).expect("a good structure");
    assert_eq!(entry.asked, [Asked::CurrentPin, Asked::NewPin, Asked::NewPinAgain]);
    let command = entry.command(&[pin("1234"), pin("5678"), pin("5678")]).expect("a command");
    assert_eq!(command[..], hex!("00 24 00 01 10 31323334FFFFFFFF 35363738FFFFFFFF"));
    assert_eq!(entry.command(&[pin("1234"), pin("5678"), pin("5679")]), Err(Status::NOT_THE_SAME));

    let entry =
        Entry::to_modify(&pad(), &modify((0, 0), 0, (0x82, 0), &hex!("00 24 01 01"))).expect("a good structure");
    assert_eq!(entry.asked, [Asked::NewPin]);
    assert_eq!(entry.command(&[pin("5678")]).expect("a command")[..], hex!("00 24 01 01 04 35363738"));

    let entry =
        Entry::to_modify(&pad(), &modify((0, 0), 2, (0x82, 0), &hex!("00 24 00 01"))).expect("a good structure");
    let command = entry.command(&[pin("12345"), pin("5678")]).expect("a command");
    assert_eq!(command[..], hex!("00 24 00 01 09 3132333435 35363738"), "the new one is behind the old one");
}

#[test]
fn the_length_of_a_pin_is_never_written_over_it() {
    let eight = hex!("00 20 00 81 08 FF FF FF FF FF FF FF FF");
    for (format, block, length) in
        [(0x82, 0x48, 0), (0x82, 0x88, 0), (0x82, 0x48, 0x04), (0x41, 0x48, 0x08), (0x8A, 0x88, 0x14)]
    {
        let sent = typed(&verify(format, block, length, &eight), "12345");
        assert_eq!(sent, Err(Status::BAD_STRUCTURE), "{format:02X} {block:02X} {length:02X}");
    }
    let change = modify((0, 4), 0, (0x82, 0x48), &eight);
    let entry = Entry::to_modify(&pad(), &change).expect("a good structure");
    assert_eq!(entry.command(&[pin("1234")]), Err(Status::BAD_STRUCTURE));
    // In the part of the block that the PIN leaves free it is right.
    let free = typed(&verify(0x82, 0x88, 0x17, &eight), "12345");
    assert_eq!(free.as_deref(), Ok(&hex!("00200081 08 3132333435 FFFF 05")[..]));
}

#[test]
fn a_new_pin_is_never_written_over_the_current_one() {
    // As OpenSC 0.23 has it for a padded PIN and a command without data: both at 0, in blocks of eight bytes.
    let opensc = hex!("1E 1E 02 08 00 00 00 08 04 03 02 03 0904 00 01 02 000000 05000000 00 24 00 81 00");
    assert_eq!(Entry::to_modify(&pad(), &opensc), Err(BadStructure), "before anybody types");
    let none = hex!("00 24 00 01");
    for (places, block) in [((0, 2), 4), ((2, 0), 4), ((0, 7), 8), ((5, 5), 1)] {
        let structure = modify(places, 3, (0x82, block), &none);
        assert_eq!(Entry::to_modify(&pad(), &structure), Err(BadStructure), "{places:?} {block}");
    }
    // The length of each is in the byte before it.
    let mut lengths = modify((0, 9), 3, (0x8A, 0x88), &none);
    assert!(Entry::to_modify(&pad(), &lengths).is_ok());
    lengths[6] = 8;
    assert_eq!(Entry::to_modify(&pad(), &lengths), Err(BadStructure));
    // Where the current one is not asked for, there is nothing to write over.
    assert!(Entry::to_modify(&pad(), &modify((0, 0), 1, (0x82, 8), &none)).is_ok());
    // As long as they are: it depends on the one that is typed.
    let entry = Entry::to_modify(&pad(), &modify((0, 5), 2, (0x82, 0), &none)).expect("a good structure");
    assert!(entry.command(&[pin("12345"), pin("5678")]).is_ok());
    assert_eq!(entry.command(&[pin("123456"), pin("5678")]), Err(Status::BAD_STRUCTURE));
    let entry = Entry::to_modify(&pad(), &modify((5, 0), 2, (0x82, 0), &none)).expect("a good structure");
    assert_eq!(entry.command(&[pin("1234"), pin("567890")]), Err(Status::BAD_STRUCTURE));
}

#[test]
fn what_is_no_structure_is_refused() {
    let apdu = hex!("00200001 08 FFFFFFFFFFFFFFFF");
    let good = verify(0x82, 8, 0, &apdu);
    assert!(Entry::to_verify(&pad(), &good).is_ok());
    for length in 0..good.len() {
        assert_eq!(Entry::to_verify(&pad(), &good[..length]), Err(BadStructure), "{length} bytes");
    }
    assert_eq!(Entry::to_verify(&pad(), &[&good[..], &[0]].concat()), Err(BadStructure), "a byte too many");
    // RFU bits of the format, of the length format and of the conditions; lengths of PINs; messages; Lc.
    for (place, value) in [(2, 0x83), (4, 0x20), (5, 13), (5, 3), (6, 13), (7, 8), (8, 2), (23, 9), (23, 6)] {
        let mut bad = good.clone();
        bad[place] = value;
        assert_eq!(Entry::to_verify(&pad(), &bad), Err(BadStructure), "{value:02X} at {place}");
    }
    assert!(Entry::to_verify(&pad(), &verify(0x82, 8, 0, &hex!("002000"))).is_err(), "no header");
    let change = modify((0, 8), 3, (0x82, 8), &[&hex!("00240001 10")[..], &[0xFF; 16]].concat());
    assert!(Entry::to_modify(&pad(), &change).is_ok());
    for length in 0..change.len() {
        assert_eq!(Entry::to_modify(&pad(), &change[..length]), Err(BadStructure), "{length} bytes");
    }
    let mut bad = change.clone();
    bad[9] = 4;
    assert_eq!(Entry::to_modify(&pad(), &bad), Err(BadStructure), "what is asked for has two bits");
    assert_eq!(Entry::to_modify(&Pad { modifies: false, ..pad() }, &change), Err(BadStructure));
}

#[test]
fn times_are_those_of_the_structure_or_of_the_pad() {
    let mut structure = verify(0x82, 8, 0, &hex!("00200001 08 FFFFFFFFFFFFFFFF"));
    let times = |structure: &[u8]| {
        let entry = Entry::to_verify(&pad(), structure).expect("a good structure");
        (entry.patience.as_secs(), entry.patience_after.as_secs())
    };
    assert_eq!(times(&structure), (30, 30));
    structure[0] = 15;
    assert_eq!(times(&structure), (15, 15));
    structure[1] = 5;
    assert_eq!(times(&structure), (15, 5));
}

#[test]
fn only_digits_are_a_pin_and_none_is_shown() {
    for bad in ["", "12a4", " 1234", "\u{663}", &"1".repeat(33)] {
        assert!(Pin::new(bad).is_err(), "{bad:?}");
    }
    assert_eq!(format!("{:?}", pin("1234")), "Pin(..)");
}

proptest! {
    #[test]
    fn no_structure_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), digits in "[0-9]{1,32}") {
        for entry in [Entry::to_verify(&pad(), &bytes), Entry::to_modify(&pad(), &bytes)].into_iter().flatten() {
            let pins: Vec<_> = entry.asked.iter().map(|_| pin(&digits)).collect();
            let _ = entry.command(&pins);
        }
    }

    #[test]
    fn a_command_is_a_whole_one_and_the_rest_of_its_data_stay(
        format in any::<u8>(), block in any::<u8>(), length in 0_u8..32, data in proptest::collection::vec(any::<u8>(), 1..60),
        digits in "[0-9]{4,12}",
    ) {
        let apdu = [&hex!("00200001")[..], &[u8::try_from(data.len()).expect("short")], &data].concat();
        if let Ok(entry) = Entry::to_verify(&pad(), &verify(format, block, length, &apdu))
            && let Ok(command) = entry.command(&[pin(&digits)])
        {
            prop_assert_eq!(&command[..4], &apdu[..4]);
            prop_assert_eq!(usize::from(command[4]), command.len() - 5);
            prop_assert!(command.len() >= apdu.len());
            // Neither a block nor a length reaches further than fifteen bytes behind fifteen.
            let reach = 5 + 15 + 15 + 2;
            prop_assert_eq!(command.get(reach..apdu.len()), apdu.get(reach..));
        }
    }
}
