//! Logical channels [ISO-7816-4 5.4.2]: what each has selected and proved.

use alloc::{boxed::Box, vec::Vec};

use crate::{
    StatusWord,
    chip::{
        dialogue::Dialogue,
        proofs::{Partner, Proofs, Role},
    },
    image::FileIndex,
    security::SecurityStatus,
    vault::ObjectId,
};

/// How many logical channels a chip has.
pub(crate) const COUNT: u8 = 4;

/// The number of a channel that the chip has: a logical one, or above these that of a side.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ChannelNumber(u8);

/// The channels of a chip. The basic one, number 0, is always open while the chip has power.
#[derive(Debug)]
pub(crate) struct Channels {
    /// The logical ones, then those of the sides.
    channels: Vec<Channel>,
}

/// What a channel has selected and proved.
#[derive(Debug)]
pub(crate) struct Channel {
    /// What an applet noted as proved in the current DF.
    pub(crate) security: SecurityStatus,
    /// What was proved with PINs and keys, in terms of environments.
    pub(crate) proved: SecurityStatus,
    /// What was proved with PINs and keys.
    pub(crate) proofs: Proofs,
    pub(crate) dialogue: Option<Box<Dialogue>>,
    df: FileIndex,
    ef: Option<FileIndex>,
    /// Which of the chip's applets runs its commands: that of the DF.
    applet: usize,
    /// Which of the chip's names the DF was last selected by.
    name: Option<usize>,
    /// The number of the current record.
    record: Option<u8>,
    is_open: bool,
}

impl ChannelNumber {
    /// The basic channel.
    pub(crate) const BASIC: Self = Self(0);

    /// `None` if the chip has no such logical channel.
    #[inline]
    pub(crate) fn new(value: u8) -> Option<Self> {
        (value < COUNT).then_some(Self(value))
    }

    /// That of a side, by its index.
    pub(crate) fn of_side(index: usize) -> Option<Self> {
        u8::try_from(index).ok()?.checked_add(COUNT).map(Self)
    }

    /// The index of the side that it is of.
    #[inline]
    pub(crate) fn side(self) -> Option<usize> {
        self.0.checked_sub(COUNT).map(usize::from)
    }

    /// The value, 0 to 3 for a logical channel.
    pub(crate) fn value(self) -> u8 {
        self.0
    }
}

impl Channels {
    /// The channels of a chip with so many sides.
    pub(crate) fn new(sides: usize) -> Self {
        Self { channels: (0..usize::from(COUNT) + sides).map(|_| Channel::default()).collect() }
    }

    /// The numbers of all.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = ChannelNumber> + use<> {
        (0..).map(ChannelNumber).take(self.channels.len())
    }

    /// A channel, open or not.
    #[inline]
    pub(crate) fn channel(&self, number: ChannelNumber) -> &Channel {
        &self.channels[usize::from(number.0)]
    }

    /// As [`Channels::channel`], to change it.
    #[inline]
    pub(crate) fn channel_mut(&mut self, number: ChannelNumber) -> &mut Channel {
        &mut self.channels[usize::from(number.0)]
    }

    /// The channels but one.
    pub(crate) fn others(&self, number: ChannelNumber) -> impl Iterator<Item = &Channel> {
        self.numbers().filter(move |&other| other != number).map(|other| self.channel(other))
    }

    /// Lets every channel know where its files are now.
    pub(crate) fn move_files(&mut self, moved: impl Fn(FileIndex) -> FileIndex) {
        for channel in &mut self.channels {
            (channel.df, channel.ef) = (moved(channel.df), channel.ef.map(&moved));
        }
    }

    /// Forgets which names DFs were selected by: the names are others now.
    pub(crate) fn forget_names(&mut self) {
        self.channels.iter_mut().for_each(|channel| channel.name = None);
    }

    /// Forgets everything: the MF, which has this applet, is selected on the basic channel, the others are closed.
    pub(crate) fn reset(&mut self, applet: usize) {
        self.channels.iter_mut().for_each(|channel| channel.close(applet));
        self.channel_mut(ChannelNumber::BASIC).open(FileIndex::MF, applet);
    }

    /// The closed logical channel with the lowest number.
    pub(crate) fn first_closed(&self) -> Option<ChannelNumber> {
        (0..COUNT).map(ChannelNumber).find(|&number| !self.channel(number).is_open)
    }
}

impl Channel {
    /// Opens it with a DF selected, which has this applet, and nothing proved.
    pub(crate) fn open(&mut self, df: FileIndex, applet: usize) {
        *self = Self { df, applet, is_open: true, ..Self::default() };
    }

    /// Closes it. What it says of classes is then said by the MF's applet.
    pub(crate) fn close(&mut self, applet: usize) {
        *self = Self { applet, ..Self::default() };
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether one of these files is current.
    pub(crate) fn uses(&self, files: &[FileIndex]) -> bool {
        self.is_open && (files.contains(&self.df) || self.ef.is_some_and(|ef| files.contains(&ef)))
    }

    /// The current DF.
    #[inline]
    pub(crate) fn df(&self) -> FileIndex {
        self.df
    }

    /// The current EF.
    ///
    /// # Errors
    ///
    /// `6986` if there is none.
    #[inline]
    pub(crate) fn ef(&self) -> Result<FileIndex, StatusWord> {
        self.ef.ok_or(StatusWord::NO_CURRENT_FILE)
    }

    /// Which of the chip's applets runs its commands.
    #[inline]
    pub(crate) fn applet(&self) -> usize {
        self.applet
    }

    /// Which name the DF was last selected by.
    pub(crate) fn name(&self) -> Option<usize> {
        self.name
    }

    /// The number of the current record.
    pub(crate) fn record(&self) -> Option<u8> {
        self.record
    }

    /// Makes a DF current that has this applet, found by a name or in another way. What an applet noted as proved in
    /// another DF is forgotten.
    pub(crate) fn enter(&mut self, df: FileIndex, applet: usize, name: Option<usize>) {
        if self.df != df {
            self.security = SecurityStatus::default();
        }
        (self.df, self.applet, self.name, self.ef, self.record) = (df, applet, name, None, None);
    }

    /// Forgets what another application than the last one must not see; `partner` protects the command that selects it.
    /// What is proved must then be judged anew.
    pub(crate) fn leave_application(&mut self, partner: Option<&Partner>) {
        self.proofs.leave_application();
        self.dialogue = self.dialogue.take().and_then(|dialogue| dialogue.leave_application(partner)).map(Box::new);
    }

    /// The role that was proved.
    pub(crate) fn role(&self) -> Option<&Role> {
        self.dialogue.as_ref()?.role.as_ref()
    }

    /// The key that a session was agreed on with which the card keeps for a terminal.
    pub(crate) fn proxy_key(&self) -> Option<ObjectId> {
        self.dialogue.as_ref()?.proxy.as_ref().map(|proxy| proxy.key)
    }

    /// Ends a session with whoever has the keys of a key set.
    pub(crate) fn end_messaging_by(&mut self, keys: ObjectId) {
        let Some(dialogue) = &mut self.dialogue else { return };
        if dialogue.messaging.take_if(|messaging| messaging.partner == Partner::KeySet(keys)).is_some() {
            dialogue.parts = None;
        }
    }

    /// Makes an EF current, with no current record.
    pub(crate) fn open_ef(&mut self, ef: FileIndex) {
        (self.ef, self.record) = (Some(ef), None);
    }

    /// Makes a record of the current EF the current one.
    pub(crate) fn point_to(&mut self, record: u8) {
        self.record = Some(record);
    }
}

impl Default for Channel {
    fn default() -> Self {
        Self {
            security: SecurityStatus::default(),
            proved: SecurityStatus::default(),
            proofs: Proofs::default(),
            dialogue: None,
            df: FileIndex::MF,
            ef: None,
            applet: 0,
            name: None,
            record: None,
            is_open: false,
        }
    }
}
