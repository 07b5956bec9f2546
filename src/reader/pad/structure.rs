//! What a program asks of a PIN pad: its structures, packed, numbers with the least significant byte first
//! [PCSC-PART-10 2.5].

use std::time::Duration;

use zeroize::Zeroizing;

use super::{
    Asked, Pad, Pin, Status,
    block::{self, Block, Field},
};

/// A structure that cannot be worked with: it is answered with [`Status::BAD_STRUCTURE`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the structure is malformed, or asks for what the reader does not do")]
pub struct BadStructure;

/// What ends the typing of a PIN.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::reader) struct Ends {
    /// That it is as long as it may be.
    pub(in crate::reader) at_longest: bool,
    /// The key that confirms.
    pub(in crate::reader) by_key: bool,
    /// That its time is over.
    pub(in crate::reader) by_time: bool,
}

/// A PIN to be typed, and the command that it goes into.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// How long to wait for the first key.
    pub(in crate::reader) patience: Duration,
    /// How long to wait for the next ones.
    pub(in crate::reader) patience_after: Duration,
    pub(in crate::reader) shortest: u8,
    pub(in crate::reader) longest: u8,
    pub(in crate::reader) ends: Ends,
    /// Which PINs are typed, in their order.
    pub(in crate::reader) asked: Vec<Asked>,
    template: Template,
    block: Block,
    /// Where the PIN goes, or the current one, in bytes behind the place that the block says.
    at: u8,
    /// Where the new PIN goes.
    new_at: Option<u8>,
}

/// A command with room for PINs.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Template {
    header: [u8; 4],
    data: Vec<u8>,
    le: Option<u8>,
}

/// Takes the fields off a structure.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn byte(&mut self) -> Result<u8, BadStructure> {
        let (&first, rest) = self.0.split_first().ok_or(BadStructure)?;
        self.0 = rest;
        Ok(first)
    }

    fn skip(&mut self, count: usize) -> Result<(), BadStructure> {
        self.0 = self.0.get(count..).ok_or(BadStructure)?;
        Ok(())
    }

    fn long(&mut self) -> Result<u32, BadStructure> {
        let (&number, rest) = self.0.split_first_chunk().ok_or(BadStructure)?;
        self.0 = rest;
        Ok(u32::from_le_bytes(number))
    }
}

impl Entry {
    /// Reads the structure by which a PIN is verified, PIN_VERIFY_STRUCTURE.
    ///
    /// # Errors
    ///
    /// [`BadStructure`].
    pub fn to_verify(pad: &Pad, structure: &[u8]) -> Result<Self, BadStructure> {
        let mut fields = Fields(structure);
        let (timeout, timeout_after) = (fields.byte()?, fields.byte()?);
        let block = Block::read(fields.byte()?, fields.byte()?, fields.byte()?)?;
        let (longest, shortest) = (fields.byte()?, fields.byte()?);
        let ends = Ends::read(fields.byte()?)?;
        messages(fields.byte()?, 1)?;
        // The language of the message, which message, and the prologue of a T=1 block, which this reader makes itself.
        fields.skip(2 + 1 + 3)?;
        let template = Template::read(&mut fields)?;
        let times = (timeout, timeout_after);
        Self { asked: vec![Asked::Pin], at: 0, new_at: None, ..Self::with(pad, times, block, ends, template) }
            .limited(pad, shortest, longest)
    }

    /// Reads the structure by which a PIN is changed, PIN_MODIFY_STRUCTURE.
    ///
    /// # Errors
    ///
    /// [`BadStructure`].
    pub fn to_modify(pad: &Pad, structure: &[u8]) -> Result<Self, BadStructure> {
        let mut fields = Fields(structure);
        let (timeout, timeout_after) = (fields.byte()?, fields.byte()?);
        let block = Block::read(fields.byte()?, fields.byte()?, fields.byte()?)?;
        let (at, new_at) = (fields.byte()?, fields.byte()?);
        let (longest, shortest) = (fields.byte()?, fields.byte()?);
        let confirm = fields.byte()?;
        let ends = Ends::read(fields.byte()?)?;
        messages(fields.byte()?, 3)?;
        fields.skip(2 + 3 + 3)?;
        let template = Template::read(&mut fields)?;
        if !pad.modifies || confirm & !0b11 != 0 {
            return Err(BadStructure);
        }
        let current = (confirm & 0b10 != 0).then_some(Asked::CurrentPin);
        let again = (confirm & 0b01 != 0).then_some(Asked::NewPinAgain);
        let asked = current.into_iter().chain([Asked::NewPin]).chain(again).collect();
        let fixed = !block.is_as_long_as_its_pin();
        if fixed && current.is_some() && block.overlaps((0, at), (0, new_at)) {
            return Err(BadStructure);
        }
        let times = (timeout, timeout_after);
        Self { asked, at, new_at: Some(new_at), ..Self::with(pad, times, block, ends, template) }
            .limited(pad, shortest, longest)
    }

    fn with(pad: &Pad, (timeout, timeout_after): (u8, u8), block: Block, ends: Ends, template: Template) -> Self {
        let patience = if timeout == 0 { pad.patience } else { timeout };
        let after = if timeout_after == 0 { patience } else { timeout_after };
        Self {
            patience: Duration::from_secs(patience.into()),
            patience_after: Duration::from_secs(after.into()),
            shortest: 0,
            longest: 0,
            ends,
            asked: Vec::new(),
            template,
            block,
            at: 0,
            new_at: None,
        }
    }

    /// The same for PINs of such lengths, if the pad takes them.
    fn limited(self, pad: &Pad, shortest: u8, longest: u8) -> Result<Self, BadStructure> {
        let fits = shortest <= longest && longest >= pad.shortest && longest <= pad.longest;
        if fits { Ok(Self { shortest: shortest.max(pad.shortest), longest, ..self }) } else { Err(BadStructure) }
    }

    /// The command for the card, with the PINs that were typed, in the order in which they were asked for.
    ///
    /// # Errors
    ///
    /// What the reader answers instead: [`Status::NOT_THE_SAME`], [`Status::WRONG_LENGTH`], and
    /// [`Status::BAD_STRUCTURE`] if the command has no room for them, or if there are not as many as were asked for.
    pub fn command(&self, pins: &[Pin]) -> Result<Zeroizing<Vec<u8>>, Status> {
        if pins.len() != self.asked.len() {
            return Err(Status::BAD_STRUCTURE);
        }
        let typed = |asked: Asked| self.asked.iter().zip(pins).find(|(each, _)| **each == asked).map(|(_, pin)| pin);
        if typed(Asked::NewPinAgain).is_some_and(|again| Some(again) != typed(Asked::NewPin)) {
            return Err(Status::NOT_THE_SAME);
        }
        let lengths = usize::from(self.shortest)..=usize::from(self.longest);
        if pins.iter().any(|pin| !lengths.contains(&pin.len())) {
            return Err(Status::WRONG_LENGTH);
        }
        let mut data = block::data(&self.template.data);
        // A command without data gets whole blocks; one with data has as many as the card takes.
        let whole = self.template.data.is_empty();
        let first = typed(Asked::Pin).or_else(|| typed(Asked::CurrentPin));
        let end = first.map(|pin| self.block.put(pin, self.at, whole, &mut data)).transpose()?;
        if let (Some(new), Some(at)) = (typed(Asked::NewPin), self.new_at) {
            // Both at one place, each as long as it is: the new one comes behind the current one.
            let at = match end {
                Some(end) if at == self.at && self.block.is_as_long_as_its_pin() => end,
                _ => at,
            };
            if first.is_some_and(|current| self.block.overlaps((current.len(), self.at), (new.len(), at))) {
                return Err(Status::BAD_STRUCTURE);
            }
            self.block.put(new, at, whole, &mut data)?;
        }
        self.template.command(&data)
    }
}

impl Ends {
    /// From bEntryValidationCondition. With no condition at all the key ends it: a person has no other way.
    fn read(conditions: u8) -> Result<Self, BadStructure> {
        match conditions {
            0 => Ok(Self { at_longest: false, by_key: true, by_time: false }),
            1..=7 => {
                Ok(Self { at_longest: conditions & 1 != 0, by_key: conditions & 2 != 0, by_time: conditions & 4 != 0 })
            }
            _ => Err(BadStructure),
        }
    }
}

impl Template {
    /// The length of the data, and the data: a short command without data, with data, or with data and Le.
    fn read(fields: &mut Fields<'_>) -> Result<Self, BadStructure> {
        let length = fields.long()?;
        if usize::try_from(length) != Ok(fields.0.len()) {
            return Err(BadStructure);
        }
        let (&header, rest) = fields.0.split_first_chunk().ok_or(BadStructure)?;
        let (data, le) = match rest {
            [] => (&[][..], None),
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc)).ok_or(BadStructure)? {
                (data, []) => (data, None),
                (data, &[le]) if !data.is_empty() => (data, Some(le)),
                _ => return Err(BadStructure),
            },
        };
        Ok(Self { header, data: data.to_vec(), le })
    }

    /// The command with other data, and its Lc set to them.
    fn command(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>, Status> {
        let lc = u8::try_from(data.len()).map_err(|_| Status::BAD_STRUCTURE)?;
        let mut command = Zeroizing::new(Vec::with_capacity(self.header.len() + 1 + data.len() + 1));
        command.extend(self.header);
        command.push(lc);
        command.extend(data);
        command.extend(self.le);
        Ok(command)
    }
}

impl Field {
    /// A place in the data of the command, from four bits that count bits or bytes.
    pub(super) fn place(count: u8, in_bytes: bool) -> usize {
        let count = usize::from(count & 0x0F);
        if in_bytes { count * 8 } else { count }
    }
}

/// Holds bNumberMessage to how many messages the structure has; FF is the reader's own.
fn messages(number: u8, most: u8) -> Result<(), BadStructure> {
    if number <= most || number == 0xFF { Ok(()) } else { Err(BadStructure) }
}
