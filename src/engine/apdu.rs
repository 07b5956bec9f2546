//! A view of a command APDU [ISO-7816-3 12.1] [ISO-7816-4 5.1].
//!
//! The view keeps the raw bytes to the end and judges lengths only: what a class byte or an instruction means is for
//! others to say. It never copies and never panics.

use core::fmt;

use crate::{Protocol, commands::INSTRUCTIONS, ins::Ins, instruction::Instruction};

/// A command APDU whose length bytes are consistent.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct Apdu<'a> {
    raw: &'a [u8],
    header: [u8; 4],
    data: &'a [u8],
    le: Option<Le>,
    extended: bool,
}

/// The four cases of a command APDU.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Case {
    /// No data, none expected.
    One,
    /// No data, some expected.
    Two,
    /// Data, none expected.
    Three,
    /// Data, some expected.
    Four,
}

/// How many bytes are expected at most.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Le {
    /// All there are, up to 256 (short) or 65536 (extended): Le was zero.
    All(usize),
    /// This many.
    Exactly(usize),
}

/// The length bytes of a command do not fit the command; a card says `6700`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the length bytes do not fit the command")]
pub struct Malformed;

impl Le {
    /// The most bytes that the answer's data may have.
    #[inline]
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::All(limit) | Self::Exactly(limit) => limit,
        }
    }

    /// That of a protected command: 256 and 65536 stand for all there are.
    pub(crate) fn of(length: usize) -> Self {
        if length == 256 || length == 65_536 { Self::All(length) } else { Self::Exactly(length) }
    }

    fn short(byte: u8) -> Self {
        if byte == 0 { Self::All(256) } else { Self::Exactly(usize::from(byte)) }
    }

    fn extended(bytes: [u8; 2]) -> Self {
        let value = usize::from(u16::from_be_bytes(bytes));
        if value == 0 { Self::All(65_536) } else { Self::Exactly(value) }
    }
}

impl<'a> Apdu<'a> {
    /// Views a command with an instruction of ISO 7816 as it arrived over a protocol.
    ///
    /// # Errors
    ///
    /// As [`Apdu::parse_with`].
    pub fn parse(raw: &'a [u8], protocol: Protocol) -> Result<Self, Malformed> {
        Self::parse_with(raw, protocol, |ins| INSTRUCTIONS.find(ins).map(|row| &row.instruction))
    }

    /// Views a command as it arrived over a protocol.
    ///
    /// On T=0 there is no case 4: an Le after data is dropped. Four bytes are as five with P3 = `00`, and
    /// `instruction` is asked for what tells what P3 counts: the row of an instruction byte, `None` for one that the
    /// command's class does not have, which then expects.
    ///
    /// # Errors
    ///
    /// [`Malformed`] if the length bytes do not fit; on T=0 also if lengths are extended.
    #[inline]
    pub fn parse_with(
        raw: &'a [u8],
        protocol: Protocol,
        instruction: impl FnOnce(Ins) -> Option<&'static Instruction>,
    ) -> Result<Self, Malformed> {
        let (&header, body) = raw.split_first_chunk::<4>().ok_or(Malformed)?;
        let (data, le, extended) = match protocol {
            Protocol::T0 => {
                let [_, ins, p1, p2] = header;
                let sends = || instruction(Ins(ins)).is_some_and(|instruction| instruction.sends_on_t0(p1, p2));
                Self::body_on_t0(body, sends)?
            }
            Protocol::T1 => Self::body_on_t1(body)?,
        };
        Ok(Self { raw, header, data, le, extended })
    }

    fn body_on_t0(body: &'a [u8], sends: impl FnOnce() -> bool) -> Result<(&'a [u8], Option<Le>, bool), Malformed> {
        let (&p3, data) = body.split_first().unwrap_or((&0, &[]));
        let announced = usize::from(p3);
        match data.len() {
            0 if !sends() => Ok((data, Some(Le::short(p3)), false)),
            0 if p3 == 0 => Ok((data, None, false)),
            length if announced != 0 && (length == announced || length == announced + 1) => {
                Ok((&data[..announced], None, false))
            }
            _ => Err(Malformed),
        }
    }

    #[inline]
    fn body_on_t1(body: &'a [u8]) -> Result<(&'a [u8], Option<Le>, bool), Malformed> {
        match *body {
            [] => Ok((&[], None, false)),
            [le] => Ok((&[], Some(Le::short(le)), false)),
            [first, ref rest @ ..] => Self::longer_on_t1(first, rest),
        }
    }

    fn longer_on_t1(first: u8, rest: &'a [u8]) -> Result<(&'a [u8], Option<Le>, bool), Malformed> {
        match (first, rest) {
            (0, &[high, low]) => Ok((&[], Some(Le::extended([high, low])), true)),
            (0, [high, low, rest @ ..]) => {
                let announced = usize::from(u16::from_be_bytes([*high, *low]));
                let (data, le) = rest.split_at_checked(announced).ok_or(Malformed)?;
                match *le {
                    _ if announced == 0 => Err(Malformed),
                    [] => Ok((data, None, true)),
                    [high, low] => Ok((data, Some(Le::extended([high, low])), true)),
                    _ => Err(Malformed),
                }
            }
            (announced, rest) => {
                let (data, le) = rest.split_at_checked(usize::from(announced)).ok_or(Malformed)?;
                match *le {
                    _ if announced == 0 => Err(Malformed),
                    [] => Ok((data, None, false)),
                    [le] => Ok((data, Some(Le::short(le)), false)),
                    _ => Err(Malformed),
                }
            }
        }
    }

    /// The same command with other data: that of a whole chain.
    #[must_use]
    pub fn with_data<'b>(self, data: &'b [u8]) -> Apdu<'b>
    where
        'a: 'b,
    {
        Apdu { data, ..self }
    }

    /// The same command as secure messaging hid it.
    pub(crate) fn unprotected<'b>(self, data: &'b [u8], le: Option<Le>) -> Apdu<'b>
    where
        'a: 'b,
    {
        Apdu { data, le, ..self }
    }

    /// The bytes as they arrived.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The class byte.
    #[inline]
    #[must_use]
    pub fn cla(&self) -> u8 {
        self.header[0]
    }

    /// The instruction.
    #[inline]
    #[must_use]
    pub fn ins(&self) -> Ins {
        Ins(self.header[1])
    }

    /// The first parameter.
    #[inline]
    #[must_use]
    pub fn p1(&self) -> u8 {
        self.header[2]
    }

    /// The second parameter.
    #[inline]
    #[must_use]
    pub fn p2(&self) -> u8 {
        self.header[3]
    }

    /// Both parameters, P1 first.
    #[inline]
    #[must_use]
    pub fn p1_p2(&self) -> u16 {
        u16::from_be_bytes([self.p1(), self.p2()])
    }

    /// The data field, empty if there is none.
    #[inline]
    #[must_use]
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// What is expected, `None` if nothing.
    #[inline]
    #[must_use]
    pub fn le(&self) -> Option<Le> {
        self.le
    }

    /// Whether its lengths are extended.
    #[must_use]
    pub fn is_extended(&self) -> bool {
        self.extended
    }

    /// Which of the four cases it is.
    #[must_use]
    pub fn case(&self) -> Case {
        match (self.data.is_empty(), self.le) {
            (true, None) => Case::One,
            (true, Some(_)) => Case::Two,
            (false, None) => Case::Three,
            (false, Some(_)) => Case::Four,
        }
    }
}

impl fmt::Debug for Apdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apdu").field("header", &self.header).field("case", &self.case()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use super::{Apdu, Case, Le, Malformed};
    use crate::{Protocol, ins::Ins};

    fn case(raw: &[u8], protocol: Protocol) -> Result<(Case, usize, Option<Le>, bool), Malformed> {
        Apdu::parse(raw, protocol).map(|apdu| (apdu.case(), apdu.data().len(), apdu.le(), apdu.is_extended()))
    }

    fn extended(lc: u16, le: Option<[u8; 2]>) -> Vec<u8> {
        let mut raw = vec![0x00, 0xD6, 0x00, 0x00, 0x00];
        raw.extend(lc.to_be_bytes());
        raw.extend(core::iter::repeat_n(0x55, usize::from(lc)));
        raw.extend(le.into_iter().flatten());
        raw
    }

    #[test]
    fn t1_has_the_four_cases_short() {
        let t1 = |raw| case(raw, Protocol::T1);
        assert_eq!(t1(&hex!("00 A4 00 00")), Ok((Case::One, 0, None, false)));
        assert_eq!(t1(&hex!("00 B0 00 00 00")), Ok((Case::Two, 0, Some(Le::All(256)), false)));
        assert_eq!(t1(&hex!("00 B0 00 00 C8")), Ok((Case::Two, 0, Some(Le::Exactly(200)), false)));
        assert_eq!(t1(&hex!("00 A4 00 0C 02 3F 00")), Ok((Case::Three, 2, None, false)));
        assert_eq!(t1(&hex!("00 A4 00 00 02 3F 00 00")), Ok((Case::Four, 2, Some(Le::All(256)), false)));
    }

    #[test]
    fn t1_has_the_four_cases_extended() {
        let t1 = |raw: &[u8]| case(raw, Protocol::T1);
        assert_eq!(t1(&hex!("00 B0 00 00 00 01 00")), Ok((Case::Two, 0, Some(Le::Exactly(256)), true)));
        assert_eq!(t1(&hex!("00 B0 00 00 00 00 00")), Ok((Case::Two, 0, Some(Le::All(65_536)), true)));
        assert_eq!(t1(&extended(65_535, None)), Ok((Case::Three, 65_535, None, true)));
        let le = Some(Le::All(65_536));
        assert_eq!(t1(&extended(65_535, Some([0, 0]))), Ok((Case::Four, 65_535, le, true)));
        assert_eq!(t1(&extended(1, Some([0, 9]))), Ok((Case::Four, 1, Some(Le::Exactly(9)), true)));
    }

    #[test]
    fn lengths_that_do_not_fit_are_malformed() {
        let commands = [
            &hex!("00 A4 00")[..],
            &hex!("00 A4 00 00 02 3F"),
            &hex!("00 A4 00 00 02 3F 00 00 00"),
            &hex!("00 A4 00 00 00 00"),
            &hex!("00 A4 00 00 00 00 00 01"),
            &hex!("00 A4 00 00 00 00 02 3F 00 00"),
        ];
        for command in commands {
            assert_eq!(case(command, Protocol::T1), Err(Malformed), "{command:02X?}");
        }
    }

    #[test]
    fn on_t0_the_instruction_decides_five_bytes() {
        // [RUN-OPENSC T=0]
        let t0 = |raw| case(raw, Protocol::T0);
        assert_eq!(t0(&hex!("00 20 00 81 00")), Ok((Case::One, 0, None, false)));
        assert_eq!(t0(&hex!("00 2A 9E 9A 00")), Ok((Case::One, 0, None, false)));
        assert_eq!(t0(&hex!("00 A4 00 00")), Ok((Case::One, 0, None, false)));
        assert_eq!(t0(&hex!("00 B0 00 00")), Ok((Case::Two, 0, Some(Le::All(256)), false)));
        assert_eq!(t0(&hex!("00 B0 82 00 00")), Ok((Case::Two, 0, Some(Le::All(256)), false)));
        assert_eq!(t0(&hex!("00 C0 00 00 1E")), Ok((Case::Two, 0, Some(Le::Exactly(30)), false)));
        assert_eq!(t0(&hex!("00 A4 00 00 02")), Err(Malformed));
    }

    #[test]
    fn t0_drops_le_after_data_and_knows_no_extended_length() {
        let t0 = |raw| case(raw, Protocol::T0);
        assert_eq!(t0(&hex!("00 A4 02 00 02 D0 01 00")), Ok((Case::Three, 2, None, false)));
        assert_eq!(t0(&hex!("00 B0 00 00 00 01 00")), Err(Malformed));
        assert_eq!(t0(&extended(4, None)), Err(Malformed));
    }

    #[test]
    fn raw_bytes_stay() {
        let raw = hex!("00 A4 02 0C 02 D0 01");
        let apdu = Apdu::parse(&raw, Protocol::T0).expect("well formed");
        assert_eq!(apdu.raw(), raw);
        assert_eq!((apdu.ins(), apdu.p1_p2(), apdu.data()), (Ins::SELECT, 0x020C, &hex!("D0 01")[..]));
        assert_eq!(apdu.with_data(&[1]).raw(), raw);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(raw in proptest::collection::vec(any::<u8>(), 0..600), t0: bool) {
            let protocol = if t0 { Protocol::T0 } else { Protocol::T1 };
            if let Ok(apdu) = Apdu::parse(&raw, protocol) {
                prop_assert!(apdu.data().len() + 4 <= raw.len());
                prop_assert!(apdu.le().is_none_or(|le| (1..=65_536).contains(&le.limit())));
                prop_assert!(!(t0 && (apdu.is_extended() || apdu.case() == Case::Four)));
            }
        }
    }
}
