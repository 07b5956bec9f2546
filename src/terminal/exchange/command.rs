//! Commands of ISO 7816-4 that a terminal sends, each with the name that people give it.

use virtuale_engine::{Aid, Fid, Protocol};

/// A command APDU and its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    name: String,
    header: [u8; 4],
    data: Vec<u8>,
    le: Option<u8>,
}

/// The Le that asks for all there is, up to 256 bytes.
const ALL: u8 = 0x00;

impl Command {
    /// SELECT by name, asking for the FCI. `name` is what people call the application: `VITALE`.
    #[must_use]
    pub fn select_application(name: &str, aid: &Aid) -> Self {
        let data = aid.as_bytes().to_vec();
        Self { name: format!("SELECT {name}"), header: [0x00, 0xA4, 0x04, 0x00], data, le: Some(ALL) }
    }

    /// SELECT an EF under the current DF. `name` is what people call the file: `POINTERS`.
    #[must_use]
    pub fn select_file(name: &str, fid: Fid) -> Self {
        let data = fid.0.to_be_bytes().to_vec();
        Self { name: format!("SELECT {name}"), header: [0x00, 0xA4, 0x02, 0x00], data, le: Some(ALL) }
    }

    /// READ BINARY of the current EF, up to 256 bytes from an offset. Bits of the offset above the 15th are dropped.
    #[must_use]
    pub fn read_binary(name: &str, offset: u16) -> Self {
        let [high, low] = (offset & 0x7FFF).to_be_bytes();
        let name = if offset == 0 { format!("READ BINARY {name}") } else { format!("READ BINARY {name}+{offset}") };
        Self { name, header: [0x00, 0xB0, high, low], data: Vec::new(), le: Some(ALL) }
    }

    /// READ RECORD of the current EF, by its number.
    #[must_use]
    pub fn read_record(name: &str, number: u8) -> Self {
        let header = [0x00, 0xB2, number, 0x04];
        Self { name: format!("READ RECORD {name} {number}"), header, data: Vec::new(), le: Some(ALL) }
    }

    /// `BC B0`: words of a Vitale 1, so many bytes from the byte `start` of a zone at an address, which counts nibbles.
    /// `name` is what people call the zone. At most 255 bytes; addresses behind the last one are the last one.
    #[must_use]
    pub fn read_words(name: &str, address: u16, start: usize, length: usize) -> Self {
        let address = u16::try_from(usize::from(address) + 2 * start).unwrap_or(u16::MAX);
        let [high, low] = address.to_be_bytes();
        let name = if start == 0 { format!("READ {name}") } else { format!("READ {name}+{start}") };
        let le = Some(u8::try_from(length).unwrap_or(u8::MAX));
        Self { name, header: [0xBC, 0xB0, high, low], data: Vec::new(), le }
    }

    /// `BC C0`: what the order before left, or after a reset where the memory of a Vitale 1 ends.
    #[must_use]
    pub fn fetch_words(length: u8) -> Self {
        Self { name: "FETCH".into(), header: [0xBC, 0xC0, 0x00, 0x00], data: Vec::new(), le: Some(length) }
    }

    /// GET RESPONSE, for the bytes that `61xx` announced.
    #[must_use]
    pub fn get_response(class: u8, announced: u8) -> Self {
        let header = [class, 0xC0, 0x00, 0x00];
        Self { name: "GET RESPONSE".into(), header, data: Vec::new(), le: Some(announced) }
    }

    /// The same command with another Le.
    #[must_use]
    pub fn with_le(mut self, le: u8) -> Self {
        self.le = Some(le);
        self
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The class byte.
    #[must_use]
    pub fn class(&self) -> u8 {
        self.header[0]
    }

    /// Its bytes. T=0 knows no command with both data and Le: there the Le is left out [ISO-7816-3 12.2.5], and the
    /// card announces its answer with `61xx`.
    #[must_use]
    pub fn bytes(&self, protocol: Protocol) -> Vec<u8> {
        let mut bytes = self.header.to_vec();
        if let Some(length) = u8::try_from(self.data.len()).ok().filter(|&length| length > 0) {
            bytes.push(length);
            bytes.extend_from_slice(&self.data);
        }
        let le = self.le.filter(|_| self.data.is_empty() || protocol == Protocol::T1);
        bytes.extend(le);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use virtuale_engine::{Aid, Fid, Protocol};

    use super::Command;

    #[test]
    fn commands_are_those_of_public_readers() {
        // [CARDVITALREAD-NODE sequence]
        let vitale = Aid::new(&hex!("D2 50 00 00 02 56 49 54 41 4C 45")).expect("11 bytes");
        let select = Command::select_application("VITALE", &vitale);
        assert_eq!(select.name(), "SELECT VITALE");
        assert_eq!(select.bytes(Protocol::T0), hex!("00A404000B D250000002564954414C45"));
        assert_eq!(select.bytes(Protocol::T1), hex!("00A404000B D250000002564954414C45 00"));
        assert_eq!(Command::select_file("IDENTITE", Fid(0xD001)).bytes(Protocol::T0), hex!("00A4020002D001"));
        assert_eq!(Command::read_binary("POINTERS", 0x100).bytes(Protocol::T0), hex!("00B0010000"));
        assert_eq!(Command::read_record("COPIES", 3).bytes(Protocol::T0), hex!("00B2030400"));
        assert_eq!(Command::fetch_words(8).bytes(Protocol::T0), hex!("BCC0000008"));
        let zone = Command::read_words("MAPPING", 0x20F0, 4, 0x18);
        assert_eq!((zone.name(), zone.bytes(Protocol::T0)), ("READ MAPPING+4", hex!("BCB020F818").to_vec()));
        assert_eq!(Command::get_response(0x00, 0x1E).bytes(Protocol::T0), hex!("00C000001E"));
    }
}
