//! Sides of a chip: applications that answer a class byte of their own.
//!
//! A command of such a class goes to its application whatever else is selected, and finds there the selection that the
//! commands of its class made. What was proved with PINs and key sets is shared with the basic channel: a global one
//! counts on both, a local one where both are in its domain.

use alloc::{string::String, vec::Vec};

use crate::{
    chip::{channel::ChannelNumber, context::Core},
    class::Class,
    image::{ChipImage, FileIndex, FileKind, Habits, ImageError, Refusals},
    vault::ObjectId,
};

/// A side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    class: u8,
    /// Where its selection begins.
    pub(crate) home: FileIndex,
    /// Which of the chip's applets runs its commands, wherever it is.
    pub(crate) applet: usize,
    pub(crate) habits: Habits,
}

/// The sides of an image. `applet` gives the number of an applet by its name, or of the one that a DF has.
pub(super) fn build(
    image: &ChipImage,
    mut applet: impl FnMut(Option<&String>, FileIndex) -> usize,
) -> Result<Vec<Side>, ImageError> {
    let mut sides: Vec<Side> = Vec::with_capacity(image.classes.len());
    for owned in &image.classes {
        let refuse = |reason| Err(ImageError::Class { class: owned.class, reason });
        if owned.class == 0xFF || Class::interindustry(owned.class).is_some() {
            return refuse("is no proprietary class");
        }
        if sides.iter().any(|side| side.class == owned.class) {
            return refuse("has two applications");
        }
        let Some(FileKind::Directory(_)) = image.files.get(owned.df.0).map(|file| &file.kind) else {
            return refuse("must be that of a DF");
        };
        let applet = applet(owned.applet.as_ref(), owned.df);
        sides.push(Side { class: owned.class, home: owned.df, applet, habits: owned.habits });
    }
    Ok(sides)
}

impl Core {
    /// The channel of the side that answers a class byte; `None` also where its application is not offered.
    pub(crate) fn side_of(&self, cla: u8) -> Option<ChannelNumber> {
        let number = self.sides.iter().position(|side| side.class == cla).and_then(ChannelNumber::of_side);
        number.filter(|&number| self.channels.channel(number).is_open())
    }

    /// The side that a channel is of.
    #[inline]
    pub(crate) fn side(&self, number: ChannelNumber) -> Option<&Side> {
        number.side().and_then(|index| self.sides.get(index))
    }

    /// The habits of what answers on a channel.
    #[inline]
    pub(crate) fn habits(&self, number: ChannelNumber) -> Habits {
        self.side(number).map_or(self.habits, |side| side.habits)
    }

    /// How what answers a command refuses headers: the side that its class byte belongs to, else the chip.
    pub(super) fn refusals(&self, command: &[u8]) -> Refusals {
        let side = command.first().and_then(|&cla| self.side_of(cla));
        side.map_or(self.habits, |number| self.habits(number)).refusals
    }

    /// Selects the home of each side that is offered on the interface.
    pub(super) fn open_sides(&mut self) {
        for (index, side) in self.sides.iter().enumerate() {
            if let Some(number) = ChannelNumber::of_side(index).filter(|_| self.files.is_there(side.home)) {
                self.channels.channel_mut(number).open(side.home, side.applet);
            }
        }
    }

    /// The other channels that share what was proved on a channel: the basic one and the sides with each other.
    fn sharing(&self, number: ChannelNumber) -> impl Iterator<Item = ChannelNumber> + use<> {
        let shares = number == ChannelNumber::BASIC || number.side().is_some();
        let sides = (0..self.sides.len()).filter_map(ChannelNumber::of_side);
        let all = core::iter::once(ChannelNumber::BASIC).chain(sides);
        all.filter(move |&other| shares && other != number)
    }

    /// Notes on a channel, and wherever else it counts, that a PIN or key set was proved or is not any more.
    pub(super) fn note_proof(&mut self, number: ChannelNumber, id: ObjectId, proved: bool) {
        self.channels.channel_mut(number).proofs.set(&self.vault, id, proved);
        for other in self.sharing(number) {
            let df = self.channels.channel(other).df();
            if id.is_global() || self.vault.domain(df) == id.domain() {
                self.channels.channel_mut(other).proofs.set(&self.vault, id, proved);
                self.judge(other, None);
            }
        }
    }

    /// Gives a channel that entered a domain what is proved there on a channel that shares its proofs.
    pub(super) fn share_proofs(&mut self, number: ChannelNumber) {
        let domain = self.vault.domain(self.channels.channel(number).df());
        let there = |&other: &ChannelNumber| self.vault.domain(self.channels.channel(other).df()) == domain;
        if let Some(other) = self.sharing(number).find(there) {
            self.channels.channel_mut(number).proofs = self.channels.channel(other).proofs;
        }
    }
}
