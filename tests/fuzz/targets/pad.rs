//! What programs send to a PIN pad: the first byte says which structure it is and how many PINs are typed.

use virtuale::reader::pad::{Entry, Pad, Pin, Status};

/// Reads a structure and makes the command of it: a whole one, or a status that pads have.
pub(super) fn run(data: &[u8]) {
    let Some((first, structure)) = data.split_first() else { return };
    let pad = Pad::house();
    let entry = match first & 1 {
        0 => Entry::to_verify(&pad, structure),
        _ => Entry::to_modify(&pad, structure),
    };
    let Ok(entry) = entry else { return };
    let pin = Pin::new("12345678").expect("digits");
    let pins = vec![pin; usize::from(first >> 1 & 3)];
    match entry.command(&pins) {
        Ok(command) => {
            let lc = command.get(4).copied().map_or(0, usize::from);
            assert!([5 + lc, 6 + lc].contains(&command.len()), "Lc is that of the data");
        }
        Err(status) => {
            let known = [Status::NOT_THE_SAME, Status::WRONG_LENGTH, Status::BAD_STRUCTURE];
            assert!(known.contains(&status), "{status:?}");
        }
    }
}
