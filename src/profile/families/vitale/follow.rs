//! What instructions of a word memory read.

use virtuale_applets::vitale1;
use virtuale_engine::ins::Ins;

use super::OwnCommand;
use crate::profile::map::{CardMap, FileMap};

/// The file identifier of the MF, as paths write it.
const MF: &str = "3F00";

/// What an instruction of class `BC` does on a card whose files are zones.
pub(super) fn follow(map: &CardMap, header: [u8; 4]) -> Option<OwnCommand> {
    let [vitale1::CLASS, ins, high, low] = header else { return None };
    if !is_word_memory(map) {
        return None;
    }
    let read = (Ins(ins) == vitale1::instruction::READ).then(|| zone(map, u16::from_be_bytes([high, low]))).flatten();
    Some(read.map_or(OwnCommand::Other, |(file, offset)| OwnCommand::Reads { file, offset }))
}

/// The zone of a word memory that begins where another one ends.
pub(super) fn zone_behind(map: &CardMap, file: usize) -> Option<usize> {
    if !is_word_memory(map) {
        return None;
    }
    let end = |zone: &FileMap| u16::try_from(usize::from(zone.fid.0) + 2 * zone.size).ok();
    let address = map.files.get(file).and_then(end)?;
    zone(map, address).filter(|&(_, offset)| offset == 0).map(|(file, _)| file)
}

/// Whether all files are zones of a word memory: files of an MF without a name.
fn is_word_memory(map: &CardMap) -> bool {
    map.files.iter().all(|file| {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        file.aids.is_empty() && folder == MF
    })
}

/// The zone of a word memory that has an address, which counts nibbles, and the byte of the zone.
fn zone(map: &CardMap, address: u16) -> Option<(usize, usize)> {
    let place = |(file, zone): (usize, &FileMap)| {
        let offset = usize::from(address.checked_sub(zone.fid.0)?) / 2;
        (offset < zone.size).then_some((file, offset))
    };
    map.files.iter().enumerate().find_map(place)
}
