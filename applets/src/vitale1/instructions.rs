//! Reading, fetching, searching, writing.

use virtuale_engine::{
    Response, StatusWord,
    apdu::{Apdu, Le},
    applet::Outcome,
    chip::Context,
};

use super::{Vitale1, WORD, memory::Address};

/// A word that was found: its address, then the word.
pub(super) type Found = [u8; 2 + WORD];

impl Vitale1 {
    /// `BC B0 address length`: bytes from a word on [STACK-17608930 commands]. A length of 00 is 256 bytes, or as many
    /// as there are before the end of the memory.
    pub(super) fn read(&self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let le = command.le().filter(|_| command.data().is_empty()).ok_or(self.settings.statuses.length)?;
        let mut address = self.word_at(command)?;
        let mut left = le.limit();
        while left > 0 {
            let Some((zone, start)) = address.locate(context) else { break };
            let length = left.min(zone.length() - start);
            let bytes = context.read(zone, start, length).map_err(|_| self.settings.statuses.refused)?;
            response.extend(bytes);
            address = address.plus(length);
            left -= length;
        }
        let is_whole = left == 0 || matches!(le, Le::All(_)) && !response.is_empty();
        if is_whole { Ok(StatusWord::SUCCESS) } else { Err(self.settings.statuses.outside.into()) }
    }

    /// `BC C0 00 00 length`: the result of the instruction before, or what identifies the memory
    /// [STACK-17608930 commands].
    pub(super) fn fetch(&self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let statuses = &self.settings.statuses;
        let le = command.le().filter(|_| command.data().is_empty()).ok_or(statuses.length)?;
        if command.p1_p2() != 0 {
            return Err(statuses.outside.into());
        }
        let identity = self.identity(context);
        let result = self.result.as_ref().map_or(&identity[..], |found| &found[..]);
        let length = match le {
            Le::All(_) => result.len(),
            Le::Exactly(length) => length,
        };
        response.extend(result.get(..length).ok_or(statuses.length)?);
        Ok(StatusWord::SUCCESS)
    }

    /// `BC A0 address 04 word`: the first word from an address on that is equal to the argument. It is left to be
    /// fetched, behind its address. Zones that the outside world may not read are passed over.
    pub(super) fn search(&mut self, command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        let statuses = self.settings.statuses;
        let argument: [u8; WORD] = command.data().try_into().map_err(|_| statuses.length)?;
        let mut address = self.word_at(command)?;
        let end = Address::end(context);
        if Address::first(context).is_none_or(|first| address.is_before(first)) || !address.is_before(end) {
            return Err(statuses.outside.into());
        }
        while let Some((zone, start)) = address.locate(context) {
            let words = context.read(zone, start, zone.length() - start).unwrap_or_default();
            if let Some(index) = words.chunks_exact(WORD).position(|word| word == argument) {
                let [high, low] = address.plus(index * WORD).bytes();
                let [a, b, c, d] = argument;
                self.result = Some([high, low, a, b, c, d]);
                return Ok(StatusWord::SUCCESS);
            }
            address = address.plus(zone.length() - start);
        }
        Err(statuses.not_found.into())
    }

    /// `BC D0 address length words`: writes whole words, all or none, where the rules of their zones allow it.
    pub(super) fn write(&self, command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        let statuses = &self.settings.statuses;
        let mut address = self.word_at(command)?;
        let mut words = command.data();
        if words.is_empty() || !words.len().is_multiple_of(WORD) {
            return Err(statuses.length.into());
        }
        while !words.is_empty() {
            let (zone, start) = address.locate(context).ok_or(statuses.outside)?;
            let (part, rest) = words.split_at(words.len().min(zone.length() - start));
            context.update(zone, start, part).map_err(|_| statuses.refused)?;
            address = address.plus(part.len());
            words = rest;
        }
        context.commit()?;
        Ok(StatusWord::SUCCESS)
    }

    fn word_at(&self, command: &Apdu<'_>) -> Result<Address, StatusWord> {
        Address::of_word(command.p1_p2()).ok_or(self.settings.statuses.outside)
    }

    /// The identity with the end of the memory in its place.
    fn identity(&self, context: &Context<'_>) -> [u8; super::IDENTITY_LENGTH] {
        let mut identity = self.settings.identity;
        let end = Address::end(context).bytes();
        identity.iter_mut().skip(self.settings.end_at).zip(end).for_each(|(cell, byte)| *cell = byte);
        identity
    }
}
