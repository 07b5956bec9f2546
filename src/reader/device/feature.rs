//! What a reader does besides commands: its features, by control codes [PCSC-PART-10 2.2].
//!
//! A program asks with [`GET_FEATURE_REQUEST`] which features there are, and by which codes. The codes are pcsc-lite's,
//! whatever the system: a program takes them out of the answer.

use super::Device;

/// Control code: which features the reader has. That of pcsc-lite.
pub const GET_FEATURE_REQUEST: u32 = 0x4200_0D48;
/// The same, as Windows has it: `CTL_CODE` of device 31 and function 3400.
pub const GET_FEATURE_REQUEST_WINDOWS: u32 = 0x0031_3520;
/// Control code of the feature [`Feature::GET_TLV_PROPERTIES`].
pub const GET_TLV_PROPERTIES: u32 = Feature::GET_TLV_PROPERTIES.code();

/// The codes of features begin here, as those of the driver of CCID readers do; the feature is added.
const FIRST_CODE: u32 = 0x4233_0000;

/// One feature of a reader: the tag by which it is listed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Feature(pub u8);

impl Feature {
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
    /// How much data an APDU may have.
    const MAX_APDU_DATA_SIZE: Self = Self(0x0A);
}

impl Device {
    /// What the reader answers to a control code without a card and without a person; `None` if it does not know the
    /// code.
    #[must_use]
    pub fn answer(&self, code: u32) -> Option<Vec<u8>> {
        match code {
            GET_FEATURE_REQUEST | GET_FEATURE_REQUEST_WINDOWS => Some(self.feature_list()),
            GET_TLV_PROPERTIES => Some(self.properties()),
            _ => None,
        }
    }

    /// The features that it has, in the order in which they are listed.
    #[must_use]
    pub fn features(&self) -> Vec<Feature> {
        vec![Feature::GET_TLV_PROPERTIES]
    }

    /// For each feature its tag, a length of four, and its code, most significant byte first.
    fn feature_list(&self) -> Vec<u8> {
        let entry = |feature: Feature| [&[feature.0, 4], &feature.code().to_be_bytes()[..]].concat();
        self.features().into_iter().flat_map(entry).collect()
    }

    /// The properties, each a tag, a length and a value; numbers with the least significant byte first.
    fn properties(&self) -> Vec<u8> {
        let mut properties = Vec::new();
        put(&mut properties, Property::MAX_APDU_DATA_SIZE, &self.longest_data.to_le_bytes());
        properties
    }
}

/// Adds a property. A value that is too long for its length is cut.
fn put(properties: &mut Vec<u8>, tag: Property, value: &[u8]) {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    properties.extend([tag.0, length]);
    properties.extend(value.iter().take(length.into()));
}
