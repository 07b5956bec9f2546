//! What programs ask of the reader itself: its attributes, as numbers of PC/SC, in one table of how each is answered.
//!
//! The driver of CCID readers has few of them [CCID-DRIVER SCARDGETATTRIB.md], drivers of other systems more
//! [WINDOWS-SCARD SCardGetAttrib]. Where both have one they agree, but for names: on Windows they are also had in two
//! bytes for each character. A number of four bytes is in the byte order of the machine, a text ends in a zero.

use virtuale_engine::{Atr, Interface};

use super::Device;
use crate::reader::slot::{CardState, Protocols};

/// Attribute: who made the reader, a text.
pub const VENDOR_NAME: u32 = 0x0001_0100;
/// Attribute: what its maker calls the model, a text.
pub const VENDOR_IFD_TYPE: u32 = 0x0001_0101;
/// Attribute: which reader it is of those that its maker made, four bytes, `MMmmbbbb`: major, minor and build number.
pub const VENDOR_IFD_VERSION: u32 = 0x0001_0102;
/// Attribute: the reader's serial number, a text: that of its model, else the number of its slot, in four digits.
pub const VENDOR_IFD_SERIAL_NO: u32 = 0x0001_0103;
/// Attribute: where the reader is plugged in, four bytes, `DDDDCCCC`: `0020` for USB, then bus and device. The bus is
/// 0, which none has; the device is the number of the slot, from 1. Windows asks every reader for it.
pub const CHANNEL_ID: u32 = 0x0002_0110;
/// Attribute: the protocols of the reader, four bytes: bit 0 for T=0, bit 1 for T=1.
pub const ASYNC_PROTOCOL_TYPES: u32 = 0x0003_0120;
/// Attribute: how many bytes of a T=1 block the reader takes, four bytes: 254, the most that there are.
pub const MAX_IFSD: u32 = 0x0003_0125;
/// Attribute: the synchronous protocols of the reader, four bytes: none.
pub const SYNC_PROTOCOL_TYPES: u32 = 0x0003_0126;
/// Attribute: what is special about the reader, four bytes: 8 for an antenna, 0 for nothing.
pub const CHARACTERISTICS: u32 = 0x0006_0150;
/// Attribute: the longest command that the reader takes, four bytes.
pub const MAXINPUT: u32 = 0x0007_A007;
/// Attribute: the protocol that is spoken with the card, four bytes: bit 0 for T=0, bit 1 for T=1, none while none is
/// agreed on.
pub const CURRENT_PROTOCOL_TYPE: u32 = 0x0008_0201;
/// Attribute: how many bytes of a T=1 block the reader takes from this card, four bytes: 254.
pub const CURRENT_IFSD: u32 = 0x0008_0208;
/// Attribute: whether there is a card, one byte: `02` for one, `00` for none.
pub const ICC_PRESENCE: u32 = 0x0009_0300;
/// Attribute: whether the card has power, one byte: `01` or `00`.
pub const ICC_INTERFACE_STATUS: u32 = 0x0009_0301;
/// Attribute: the card's answer to reset; empty without a card, or if it is mute.
pub const ATR_STRING: u32 = 0x0009_0303;
/// Attribute: what kind of card it is, one byte: `01` for one with contacts that speaks T=0 or T=1, `05` for one of
/// type A in a field, `00` without a card or if it is mute.
pub const ICC_TYPE_PER_ATR: u32 = 0x0009_0304;
/// Attribute: which one it is of the readers of its maker, four bytes: the number of the slot.
pub const DEVICE_UNIT: u32 = 0x7FFF_0001;
/// Attribute: the reader's name, for people.
pub const DEVICE_FRIENDLY_NAME: u32 = 0x7FFF_0003;
/// Attribute: the reader's name, for the system.
pub const DEVICE_SYSTEM_NAME: u32 = 0x7FFF_0004;
/// Attribute: the reader's name, for people, in UTF-16 with the least significant byte first, two zeros behind it.
pub const DEVICE_FRIENDLY_NAME_W: u32 = 0x7FFF_0005;
/// Attribute: the reader's name, for the system, coded as [`DEVICE_FRIENDLY_NAME_W`].
pub const DEVICE_SYSTEM_NAME_W: u32 = 0x7FFF_0006;

/// The kind of channel in an attribute: USB, with the room for bus and device.
const USB: u32 = 0x0020_0000;
/// What is special about a reader with an antenna [WINDOWS-SCARD winsmcrd.h].
const CONTACTLESS: u32 = 8;
/// T=0 and T=1: those that have a number.
const BY_NUMBER: Protocols = Protocols(Protocols::T0.0 | Protocols::T1.0);
/// The most that a T=1 block has room for [ISO-7816-3 11.4].
const LONGEST_BLOCK: u32 = 254;

/// A slot and its reader, as an attribute sees them.
pub(in crate::reader) struct View<'a> {
    pub(in crate::reader) device: &'a Device,
    /// The number of the slot.
    pub(in crate::reader) slot: usize,
    pub(in crate::reader) name: &'a str,
    pub(in crate::reader) kind: Interface,
    pub(in crate::reader) card: CardState,
    pub(in crate::reader) powered: bool,
    pub(in crate::reader) atr: Option<&'a Atr>,
    pub(in crate::reader) protocol: Protocols,
}

/// How one attribute is answered.
struct Row {
    id: u32,
    value: fn(&View<'_>) -> Vec<u8>,
}

/// All attributes that are answered. The guide docs/readers.md has the same list for people.
const TABLE: &[Row] = &[
    Row { id: VENDOR_NAME, value: |view| text(&view.device.vendor) },
    Row { id: VENDOR_IFD_TYPE, value: |view| text(&view.device.product) },
    Row { id: VENDOR_IFD_VERSION, value: |view| number(view.device.version.number()) },
    Row { id: VENDOR_IFD_SERIAL_NO, value: serial },
    Row { id: CHANNEL_ID, value: |view| number(USB + u32::from(view.short_number().saturating_add(1))) },
    Row { id: ASYNC_PROTOCOL_TYPES, value: |view| number(view.protocols().0) },
    Row { id: MAX_IFSD, value: |_| number(LONGEST_BLOCK) },
    Row { id: SYNC_PROTOCOL_TYPES, value: |_| number(0) },
    Row { id: CHARACTERISTICS, value: characteristics },
    Row { id: MAXINPUT, value: |view| number(view.device.longest_command) },
    Row { id: CURRENT_PROTOCOL_TYPE, value: |view| number(view.protocol.0 & BY_NUMBER.0) },
    Row { id: CURRENT_IFSD, value: |_| number(LONGEST_BLOCK) },
    Row { id: ICC_PRESENCE, value: |view| vec![if view.card.is_present() { 2 } else { 0 }] },
    Row { id: ICC_INTERFACE_STATUS, value: |view| vec![u8::from(view.powered)] },
    Row { id: ATR_STRING, value: |view| view.atr.map_or_else(Vec::new, |atr| atr.as_bytes().to_vec()) },
    Row { id: ICC_TYPE_PER_ATR, value: kind_of_card },
    Row { id: DEVICE_UNIT, value: |view| number(view.short_number().into()) },
    Row { id: DEVICE_FRIENDLY_NAME, value: |view| text(view.name) },
    Row { id: DEVICE_SYSTEM_NAME, value: |view| text(view.name) },
    Row { id: DEVICE_FRIENDLY_NAME_W, value: |view| wide(view.name) },
    Row { id: DEVICE_SYSTEM_NAME_W, value: |view| wide(view.name) },
];

impl View<'_> {
    /// What the slot says of an attribute; `None` if there is no such attribute.
    pub(in crate::reader) fn attribute(&self, id: u32) -> Option<Vec<u8>> {
        if let Some(value) = self.device.attributes.get(&id) {
            return value.clone();
        }
        TABLE.iter().find(|row| row.id == id).map(|row| (row.value)(self))
    }

    /// The number of the slot in two bytes.
    fn short_number(&self) -> u16 {
        u16::try_from(self.slot).unwrap_or(u16::MAX)
    }

    /// What the slot can speak: a card in a field is spoken to as one of T=1 [PCSC-PART-3 ATR].
    fn protocols(&self) -> Protocols {
        match self.kind {
            Interface::Contact => BY_NUMBER,
            Interface::Contactless => Protocols::T1,
        }
    }
}

fn serial(view: &View<'_>) -> Vec<u8> {
    match &view.device.serial {
        Some(serial) => text(serial),
        None => text(&format!("{:04}", view.short_number())),
    }
}

fn characteristics(view: &View<'_>) -> Vec<u8> {
    number(if view.kind == Interface::Contactless { CONTACTLESS } else { 0 })
}

fn kind_of_card(view: &View<'_>) -> Vec<u8> {
    vec![match (view.atr, view.kind) {
        (None, _) => 0,
        (Some(_), Interface::Contact) => 1,
        (Some(_), Interface::Contactless) => 5,
    }]
}

fn number(number: u32) -> Vec<u8> {
    number.to_ne_bytes().to_vec()
}

fn text(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use virtuale_engine::{Atr, Interface};

    use super::{
        ASYNC_PROTOCOL_TYPES, ATR_STRING, CHANNEL_ID, CHARACTERISTICS, CURRENT_IFSD, CURRENT_PROTOCOL_TYPE,
        DEVICE_FRIENDLY_NAME, DEVICE_FRIENDLY_NAME_W, DEVICE_SYSTEM_NAME, DEVICE_SYSTEM_NAME_W, DEVICE_UNIT,
        ICC_INTERFACE_STATUS, ICC_PRESENCE, ICC_TYPE_PER_ATR, MAX_IFSD, MAXINPUT, SYNC_PROTOCOL_TYPES, TABLE,
        VENDOR_IFD_SERIAL_NO, VENDOR_IFD_TYPE, VENDOR_IFD_VERSION, VENDOR_NAME, View,
    };
    use crate::reader::{
        device::{Device, Version},
        slot::{CardState, Protocols},
        toys,
    };

    fn device() -> Device {
        Device {
            vendor: "Kapelse".into(),
            product: "KAP-LINK".into(),
            version: Version { major: 1, minor: 8, build: 0x0102 },
            serial: Some("01810175".into()),
            longest_command: 261,
            ..Device::default()
        }
    }

    #[test]
    fn every_attribute_has_its_size_and_coding() {
        let (device, atr) = (device(), Atr::parse(toys::T0).expect("an ATR"));
        let view = View {
            device: &device,
            slot: 1,
            name: "é 1",
            kind: Interface::Contact,
            card: CardState::READY,
            powered: true,
            atr: Some(&atr),
            protocol: Protocols::T0,
        };
        let four = |number: u32| number.to_ne_bytes().to_vec();
        let right: &[(u32, Vec<u8>)] = &[
            (VENDOR_NAME, b"Kapelse\0".to_vec()),
            (VENDOR_IFD_TYPE, b"KAP-LINK\0".to_vec()),
            (VENDOR_IFD_VERSION, four(0x0108_0102)),
            (VENDOR_IFD_SERIAL_NO, b"01810175\0".to_vec()),
            (CHANNEL_ID, four(0x0020_0002)),
            (ASYNC_PROTOCOL_TYPES, four(3)),
            (MAX_IFSD, four(254)),
            (SYNC_PROTOCOL_TYPES, four(0)),
            (CHARACTERISTICS, four(0)),
            (MAXINPUT, four(261)),
            (CURRENT_PROTOCOL_TYPE, four(1)),
            (CURRENT_IFSD, four(254)),
            (ICC_PRESENCE, vec![2]),
            (ICC_INTERFACE_STATUS, vec![1]),
            (ATR_STRING, toys::T0.to_vec()),
            (ICC_TYPE_PER_ATR, vec![1]),
            (DEVICE_UNIT, four(1)),
            (DEVICE_FRIENDLY_NAME, "é 1\0".as_bytes().to_vec()),
            (DEVICE_SYSTEM_NAME, "é 1\0".as_bytes().to_vec()),
            (DEVICE_FRIENDLY_NAME_W, vec![0xE9, 0, 0x20, 0, 0x31, 0, 0, 0]),
            (DEVICE_SYSTEM_NAME_W, vec![0xE9, 0, 0x20, 0, 0x31, 0, 0, 0]),
        ];
        for (id, value) in right {
            assert_eq!(view.attribute(*id).as_ref(), Some(value), "{id:08X}");
        }
        let known: Vec<_> = TABLE.iter().map(|row| row.id).collect();
        assert_eq!(known, right.iter().map(|(id, _)| *id).collect::<Vec<_>>(), "every attribute is tested");
        assert!(known.is_sorted(), "and none is there twice");
    }

    #[test]
    fn an_empty_slot_with_an_antenna_tells_of_no_card() {
        let device = Device { serial: None, ..device() };
        let view = View {
            device: &device,
            slot: 70_000,
            name: "a",
            kind: Interface::Contactless,
            card: CardState::ABSENT,
            powered: false,
            atr: None,
            protocol: Protocols::RAW,
        };
        assert_eq!(view.attribute(ASYNC_PROTOCOL_TYPES), Some(2_u32.to_ne_bytes().to_vec()));
        assert_eq!(view.attribute(CURRENT_PROTOCOL_TYPE), Some(vec![0; 4]));
        assert_eq!(view.attribute(VENDOR_IFD_SERIAL_NO).as_deref(), Some(&b"65535\0"[..]));
        assert_eq!(view.attribute(CHANNEL_ID), Some(0x0020_FFFF_u32.to_ne_bytes().to_vec()));
        assert_eq!(view.attribute(ATR_STRING).as_deref(), Some(&[][..]));
        for id in [ICC_PRESENCE, ICC_INTERFACE_STATUS, ICC_TYPE_PER_ATR] {
            assert_eq!(view.attribute(id).as_deref(), Some(&[0][..]));
        }
        assert_eq!(view.attribute(CHARACTERISTICS), Some(8_u32.to_ne_bytes().to_vec()));
        let atr = Atr::parse(toys::T0).expect("an ATR");
        assert_eq!(View { atr: Some(&atr), ..view }.attribute(ICC_TYPE_PER_ATR), Some(vec![5]));
        assert_eq!(view.attribute(0), None);
        let attributes = [(CHANNEL_ID, None), (1, Some(vec![5]))].into();
        let view = View { device: &Device { attributes, ..device.clone() }, ..view };
        assert_eq!((view.attribute(CHANNEL_ID), view.attribute(1)), (None, Some(vec![5])), "as the model says");
    }

    #[test]
    fn people_find_every_attribute_in_the_guide() {
        let guide = include_str!("../../../docs/readers.md");
        for row in TABLE {
            assert!(guide.contains(&format!("`{:08X}`", row.id)), "docs/readers.md has no {:08X}", row.id);
        }
    }
}
