//! What a reader does besides commands: its features, by control codes [PCSC-PART-10 2.2].
//!
//! A program asks with [`GET_FEATURE_REQUEST`] which features there are, and by which codes. The codes are pcsc-lite's,
//! whatever the system: a program takes them out of the answer.

use super::Device;
use crate::reader::pad::{Entry, Pad, Status};

/// Control code: which features the reader has. That of pcsc-lite.
pub const GET_FEATURE_REQUEST: u32 = 0x4200_0D48;
/// The same, as Windows has it: `CTL_CODE` of device 31 and function 3400.
pub const GET_FEATURE_REQUEST_WINDOWS: u32 = 0x0031_3520;
/// Control code of the feature [`Feature::VERIFY_PIN_DIRECT`].
pub const VERIFY_PIN_DIRECT: u32 = Feature::VERIFY_PIN_DIRECT.code();
/// Control code of the feature [`Feature::MODIFY_PIN_DIRECT`].
pub const MODIFY_PIN_DIRECT: u32 = Feature::MODIFY_PIN_DIRECT.code();
/// Control code of the feature [`Feature::IFD_PIN_PROPERTIES`].
pub const IFD_PIN_PROPERTIES: u32 = Feature::IFD_PIN_PROPERTIES.code();
/// Control code of the feature [`Feature::GET_TLV_PROPERTIES`].
pub const GET_TLV_PROPERTIES: u32 = Feature::GET_TLV_PROPERTIES.code();

/// The codes of features begin here, as those of the driver of CCID readers do; the feature is added.
const FIRST_CODE: u32 = 0x4233_0000;

/// One feature of a reader: the tag by which it is listed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Feature(pub u8);

impl Feature {
    /// A person types a PIN, and the card verifies it.
    pub const VERIFY_PIN_DIRECT: Self = Self(0x06);
    /// A person types PINs, and the card changes one.
    pub const MODIFY_PIN_DIRECT: Self = Self(0x07);
    /// What the pad is like, in four bytes.
    pub const IFD_PIN_PROPERTIES: Self = Self(0x0A);
    /// The properties of the reader, as tagged values.
    pub const GET_TLV_PROPERTIES: Self = Self(0x12);

    /// The control code that asks for it.
    #[must_use]
    pub const fn code(self) -> u32 {
        FIRST_CODE + self.0 as u32
    }
}

/// One property of a reader: the tag before its value [PCSC-PART-10 2.6.14].
#[derive(Clone, Copy)]
struct Property(u8);

impl Property {
    /// Lines and characters of the display, one byte each: characters first.
    const LCD_LAYOUT: Self = Self(0x01);
    /// What may end the typing of a PIN, as bits.
    const ENTRY_VALIDATION_CONDITION: Self = Self(0x02);
    /// Whether the time for the first key and that for the others are two.
    const TIME_OUT_2: Self = Self(0x03);
    /// How many characters a line of the display has.
    const LCD_MAX_CHARACTERS: Self = Self(0x04);
    /// How many lines the display has.
    const LCD_MAX_LINES: Self = Self(0x05);
    /// The shortest PIN.
    const MIN_PIN_SIZE: Self = Self(0x06);
    /// The longest PIN.
    const MAX_PIN_SIZE: Self = Self(0x07);
    /// How much data an APDU may have.
    const MAX_APDU_DATA_SIZE: Self = Self(0x0A);
    /// The number of the maker at the USB forum.
    const ID_VENDOR: Self = Self(0x0B);
    /// That of the model.
    const ID_PRODUCT: Self = Self(0x0C);
}

/// What may end the typing of a PIN: that it is as long as it may be, the key that confirms, that its time is over.
const CONDITIONS: u8 = 0b111;

/// What a control code asks of a reader.
#[derive(Clone, Debug)]
pub(in crate::reader) enum Request {
    /// What it does not do.
    Unknown,
    /// Something that it knows by itself: the answer.
    Known(Vec<u8>),
    /// A PIN is to be typed, for the card.
    Pin(Box<Entry>),
}

impl Device {
    /// What a control code asks, with what belongs to it.
    pub(in crate::reader) fn request(&self, code: u32, input: &[u8]) -> Request {
        let typed = |entry: Result<Entry, _>| match entry {
            Ok(entry) => Request::Pin(Box::new(entry)),
            Err(_) => Request::Known(Status::BAD_STRUCTURE.bytes()),
        };
        match (code, &self.pad) {
            (GET_FEATURE_REQUEST | GET_FEATURE_REQUEST_WINDOWS, _) => Request::Known(self.feature_list()),
            (GET_TLV_PROPERTIES, _) => Request::Known(self.properties()),
            (IFD_PIN_PROPERTIES, Some(pad)) => Request::Known(pin_properties(pad)),
            (VERIFY_PIN_DIRECT, Some(pad)) => typed(Entry::to_verify(pad, input)),
            (MODIFY_PIN_DIRECT, Some(pad)) if pad.modifies => typed(Entry::to_modify(pad, input)),
            _ => Request::Unknown,
        }
    }

    /// The features that it has, in the order in which they are listed.
    #[must_use]
    pub fn features(&self) -> Vec<Feature> {
        let verify = self.pad.is_some();
        let modify = self.pad.as_ref().is_some_and(|pad| pad.modifies);
        let all = [
            (verify, Feature::VERIFY_PIN_DIRECT),
            (modify, Feature::MODIFY_PIN_DIRECT),
            (verify, Feature::IFD_PIN_PROPERTIES),
            (true, Feature::GET_TLV_PROPERTIES),
        ];
        all.into_iter().filter(|(has, _)| *has).map(|(_, feature)| feature).collect()
    }

    /// For each feature its tag, a length of four, and its code, most significant byte first.
    fn feature_list(&self) -> Vec<u8> {
        let entry = |feature: Feature| [&[feature.0, 4], &feature.code().to_be_bytes()[..]].concat();
        self.features().into_iter().flat_map(entry).collect()
    }

    /// The properties, each a tag, a length and a value; numbers with the least significant byte first.
    fn properties(&self) -> Vec<u8> {
        let mut properties = Vec::new();
        if let Some(pad) = &self.pad {
            let (lines, columns) = (u16::from(pad.lines), u16::from(pad.columns));
            put(&mut properties, Property::LCD_LAYOUT, &[pad.columns, pad.lines]);
            put(&mut properties, Property::ENTRY_VALIDATION_CONDITION, &[CONDITIONS]);
            put(&mut properties, Property::TIME_OUT_2, &[1]);
            put(&mut properties, Property::LCD_MAX_CHARACTERS, &columns.to_le_bytes());
            put(&mut properties, Property::LCD_MAX_LINES, &lines.to_le_bytes());
            put(&mut properties, Property::MIN_PIN_SIZE, &[pad.shortest]);
            put(&mut properties, Property::MAX_PIN_SIZE, &[pad.longest]);
        }
        put(&mut properties, Property::MAX_APDU_DATA_SIZE, &self.longest_data.to_le_bytes());
        if let Some((vendor, product)) = self.usb {
            put(&mut properties, Property::ID_VENDOR, &vendor.to_le_bytes());
            put(&mut properties, Property::ID_PRODUCT, &product.to_le_bytes());
        }
        properties
    }
}

/// The display, what may end the typing of a PIN, and that there is a time for the first key and one for the others
/// [PCSC-PART-10 2.5].
fn pin_properties(pad: &Pad) -> Vec<u8> {
    vec![pad.columns, pad.lines, CONDITIONS, 1]
}

/// Adds a property, whose value is short.
fn put(properties: &mut Vec<u8>, tag: Property, value: &[u8]) {
    properties.extend([tag.0, u8::try_from(value.len()).unwrap_or_default()]);
    properties.extend(value);
}
