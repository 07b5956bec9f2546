//! What a log shows of a command or an answer: bytes, and bytes that it hides.

/// One element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Element {
    /// This byte.
    Byte(u8),
    /// One byte that the log hides, as `XX`.
    Hidden,
    /// Bytes that the log hides without saying how many, as `[hidden]`.
    Gap,
}

/// Elements in their order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Bytes(pub(super) Vec<Element>);

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.iter().copied().map(Element::Byte).collect())
    }
}

impl Bytes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// The byte at an index, if it is shown and nothing of unknown length stands before it.
    pub(super) fn byte(&self, index: usize) -> Option<u8> {
        match self.0.get(index) {
            Some(Element::Byte(byte)) if !self.0[..index].contains(&Element::Gap) => Some(*byte),
            _ => None,
        }
    }

    /// How many bytes there are; `None` if the log does not say.
    pub(super) fn length(&self) -> Option<usize> {
        (!self.0.contains(&Element::Gap)).then_some(self.0.len())
    }

    /// The bytes themselves, if none is hidden.
    pub(super) fn exact(&self) -> Option<Vec<u8>> {
        let byte = |element: &Element| match element {
            Element::Byte(byte) => Some(*byte),
            Element::Hidden | Element::Gap => None,
        };
        self.0.iter().map(byte).collect()
    }

    /// Puts so many hidden bytes in the place of the only gap that there are `length` in all. Where as many gaps stand
    /// there as bytes are missing, each is one. Gives back how many bytes the gaps hid, if that is known.
    pub(super) fn fill(&mut self, length: usize) -> Option<usize> {
        let gaps = self.0.iter().filter(|element| **element == Element::Gap).count();
        if self.0.len() == length {
            self.0.iter_mut().filter(|element| **element == Element::Gap).for_each(|gap| *gap = Element::Hidden);
            return Some(gaps);
        }
        let gap = self.0.iter().position(|element| *element == Element::Gap).filter(|_| gaps == 1);
        let (gap, missing) = (gap?, (length + 1).checked_sub(self.0.len())?);
        self.0.splice(gap..=gap, std::iter::repeat_n(Element::Hidden, missing));
        Some(missing)
    }

    /// As a trace writes them.
    pub(super) fn notation(&self) -> String {
        let mut text = String::with_capacity(3 * self.0.len());
        self.write(&mut text);
        text
    }

    /// Writes them as a trace has them.
    pub(super) fn write(&self, text: &mut String) {
        for (index, element) in self.0.iter().enumerate() {
            if index > 0 {
                text.push(' ');
            }
            match element {
                Element::Byte(byte) => {
                    let digits = [byte >> 4, byte & 0x0F].map(|digit| char::from_digit(u32::from(digit), 16));
                    text.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
                }
                Element::Hidden => text.push_str(".."),
                Element::Gap => text.push_str("**"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Element};

    #[test]
    fn a_gap_is_filled_where_the_length_is_known() {
        let hidden = Bytes(vec![Element::Byte(4), Element::Gap, Element::Byte(9)]);
        let filled = |length| {
            let mut bytes = hidden.clone();
            bytes.fill(length);
            bytes.notation()
        };
        assert_eq!(filled(4), "04 .. .. 09");
        assert_eq!(filled(2), "04 09", "nothing was hidden");
        assert_eq!(filled(1), "04 ** 09", "that cannot be");
        let mut each = Bytes(vec![Element::Byte(4), Element::Gap, Element::Gap]);
        each.fill(3);
        assert_eq!(each.notation(), "04 .. ..");
        assert_eq!((hidden.byte(0), hidden.byte(2), hidden.length(), hidden.exact()), (Some(4), None, None, None));
    }
}
