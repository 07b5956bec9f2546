//! How a PIN stands in the data of a command: its coding, its justification, and the length beside it
//! [PCSC-PART-10 2.5].
//!
//! Places are counted in bits, since a PIN and its length may begin in the middle of a byte.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{Pin, Status, structure::BadStructure};

/// The most data that a short command has.
const LONGEST_DATA: usize = 255;

/// How a PIN is coded and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Block {
    coding: Coding,
    to_the_right: bool,
    /// Where it begins, in bits from the start of the data.
    place: usize,
    /// How many bytes it has; 0 for as many as its PIN needs.
    size: usize,
    /// Where the length of the PIN stands, if it stands anywhere.
    length: Option<Field>,
}

/// A number in the data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Field {
    /// Where it begins, in bits.
    place: usize,
    /// How many bits it has.
    width: usize,
}

/// How one digit is coded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Coding {
    /// A byte with its value.
    Binary,
    /// Half a byte with its value.
    Bcd,
    /// A character.
    Ascii,
}

impl Coding {
    fn width(self) -> usize {
        if self == Self::Bcd { 4 } else { 8 }
    }

    /// One digit, which is a character of ASCII.
    fn code(self, digit: u8) -> u8 {
        if self == Self::Ascii { digit } else { digit & 0x0F }
    }
}

impl Block {
    /// From bmFormatString, bmPINBlockString and bmPINLengthFormat.
    pub(super) fn read(format: u8, block: u8, length: u8) -> Result<Self, BadStructure> {
        let coding = match format & 0b11 {
            0b00 => Coding::Binary,
            0b01 => Coding::Bcd,
            0b10 => Coding::Ascii,
            _ => return Err(BadStructure),
        };
        if length & 0b1110_0000 != 0 {
            return Err(BadStructure);
        }
        let width = usize::from(block >> 4);
        let place = Field::place(length, length & 0b1_0000 != 0);
        Ok(Self {
            coding,
            to_the_right: format & 0b100 != 0,
            place: Field::place(format >> 3, format & 0x80 != 0),
            size: usize::from(block & 0x0F),
            length: (width > 0).then_some(Field { place, width }),
        })
    }

    /// Whether the block is no longer than its PIN.
    pub(super) fn is_as_long_as_its_pin(&self) -> bool {
        self.size == 0
    }

    /// Whether what PINs of such lengths write at two places, so many bytes behind the place of the block, would be at
    /// the same bits somewhere. A block of a size of its own is written as a whole.
    pub(super) fn overlaps(&self, (length, at): (usize, u8), (other_length, other_at): (usize, u8)) -> bool {
        let (one, other) = (self.written(length, at), self.written(other_length, other_at));
        one.iter().flatten().any(|one| other.iter().flatten().any(|other| meet(one, other)))
    }

    /// The bits that a PIN of such a length takes up, with its length.
    fn written(&self, length: usize, at: u8) -> [Option<Range<usize>>; 2] {
        let shift = usize::from(at) * 8;
        let size = if self.size == 0 { length * self.coding.width() } else { self.size * 8 };
        let place = self.place + shift;
        let length = self.length.as_ref().map(|field| shift + field.place..shift + field.place + field.width);
        [Some(place..place + size), length]
    }

    /// Puts a PIN into the data, so many bytes behind the place of the block, and leaves what the block leaves free as
    /// it is. Bytes that the data lack for the PIN are added; with `whole`, also those that they lack for its block.
    /// Gives the byte behind the block, counted as `at` is.
    ///
    /// # Errors
    ///
    /// [`Status::WRONG_LENGTH`] if the PIN is longer than its block, or its length has no room;
    /// [`Status::BAD_STRUCTURE`] if its length would be written over it, or if no command has so much data.
    pub(super) fn put(&self, pin: &Pin, at: u8, whole: bool, data: &mut Vec<u8>) -> Result<u8, Status> {
        let shift = usize::from(at) * 8;
        let bits = pin.len() * self.coding.width();
        let size = if self.size == 0 { bits.div_ceil(8) } else { self.size } * 8;
        let free = size.checked_sub(bits).ok_or(Status::WRONG_LENGTH)?;
        let start = self.place + shift + if self.to_the_right { free } else { 0 };
        let block_end = (self.place + shift + size).div_ceil(8);
        let length_end = self.length.as_ref().map_or(0, |length| (shift + length.place + length.width).div_ceil(8));
        let end = if whole { block_end } else { (start + bits).div_ceil(8) }.max(length_end);
        if end > LONGEST_DATA {
            return Err(Status::BAD_STRUCTURE);
        }
        if data.len() < end {
            data.resize(end, 0);
        }
        for (index, &digit) in pin.digits().iter().enumerate() {
            let width = self.coding.width();
            write(data, start + index * width, width, self.coding.code(digit).into());
        }
        if let Some(Field { place, width }) = self.length {
            if meet(&(start..start + bits), &(shift + place..shift + place + width)) {
                return Err(Status::BAD_STRUCTURE);
            }
            let length = u16::try_from(pin.len()).map_err(|_| Status::WRONG_LENGTH)?;
            if length >> width != 0 {
                return Err(Status::WRONG_LENGTH);
            }
            write(data, shift + place, width, length);
        }
        u8::try_from(block_end - self.place / 8).map_err(|_| Status::BAD_STRUCTURE)
    }
}

/// Whether two ranges have something in common.
fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The data of a command, to put PINs into.
pub(super) fn data(template: &[u8]) -> Zeroizing<Vec<u8>> {
    // With all the room there is from the start, so that no PIN stays behind where the data were before.
    let mut data = Zeroizing::new(Vec::with_capacity(LONGEST_DATA));
    data.extend(template);
    data
}

/// Writes the last `width` bits of a value, the most significant one first, at a bit of the data, which are there.
fn write(data: &mut [u8], place: usize, width: usize, value: u16) {
    for index in 0..width {
        let bit = place + index;
        let mask = 0x80_u8 >> (bit % 8);
        if let Some(byte) = data.get_mut(bit / 8) {
            let is_set = value >> (width - 1 - index) & 1 == 1;
            *byte = if is_set { *byte | mask } else { *byte & !mask };
        }
    }
}
