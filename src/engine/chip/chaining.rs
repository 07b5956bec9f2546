//! Commands that come in parts [ISO-7816-4 5.3.3].

use crate::{StatusWord, apdu::Apdu, chip::channel::ChannelNumber, class::Class, wiped::Wiped};

/// The most bytes that a whole command may have: as in one command of extended length.
const LONGEST: usize = 65_535;

/// The channel of a part, its class, INS, P1 and P2. A class of a side's own names no channel, so it is not enough.
type Header = (ChannelNumber, Class, [u8; 3]);

/// The parts of a command that have arrived.
#[derive(Default)]
pub(super) struct Chain {
    /// What the parts have in common; `None` if no chain is open.
    header: Option<Header>,
    data: Wiped,
}

impl Chain {
    /// Ends the chain.
    pub(super) fn clear(&mut self) {
        self.header = None;
        self.data.clear();
    }

    /// Takes a part that others follow. One that does not continue the open chain begins another.
    ///
    /// # Errors
    ///
    /// `6700` if the command becomes too long.
    pub(super) fn add(&mut self, part: &Apdu<'_>, (number, class): (ChannelNumber, Class)) -> Result<(), StatusWord> {
        let header = Self::header(part, number, class);
        if self.header != Some(header) {
            self.clear();
        }
        self.header = Some(header);
        self.extend(part)
    }

    /// Whether parts have arrived that a command may end.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.header.is_some()
    }

    /// Takes a command that no other part follows and gives it the data of its chain, if it ends one. The chain stays
    /// open until it is cleared.
    ///
    /// # Errors
    ///
    /// `6700` if the command becomes too long.
    pub(super) fn complete<'a>(
        &'a mut self,
        last: Apdu<'a>,
        (number, class): (ChannelNumber, Class),
    ) -> Result<Apdu<'a>, StatusWord> {
        if self.header != Some(Self::header(&last, number, class)) {
            self.clear();
            return Ok(last);
        }
        self.extend(&last)?;
        Ok(last.with_data(&self.data))
    }

    fn header(part: &Apdu<'_>, number: ChannelNumber, class: Class) -> Header {
        (number, Class { chained: false, ..class }, [part.ins().0, part.p1(), part.p2()])
    }

    fn extend(&mut self, part: &Apdu<'_>) -> Result<(), StatusWord> {
        if self.data.len() + part.data().len() > LONGEST {
            self.clear();
            return Err(StatusWord::WRONG_LENGTH);
        }
        self.data.extend(part.data());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;

    use super::{Chain, ChannelNumber};
    use crate::{Protocol, apdu::Apdu, class::Class};

    #[test]
    fn a_command_of_another_channel_gets_none_of_its_data() {
        let parse = |command: &'static [u8]| Apdu::parse(command, Protocol::T1).expect("a command");
        let side = ChannelNumber::of_side(0).expect("the first side");
        let part = Class { chained: true, ..Class::BASIC };
        for (number, right) in [(ChannelNumber::BASIC, &hex!("1122")[..]), (side, &hex!("22"))] {
            let mut chain = Chain::default();
            chain.add(&parse(&hex!("10 D6 00 00 01 11")), (ChannelNumber::BASIC, part)).expect("room");
            let whole = chain.complete(parse(&hex!("A0 D6 00 00 01 22")), (number, Class::BASIC)).expect("room");
            assert_eq!(whole.data(), right, "{number:?}");
        }
    }
}
