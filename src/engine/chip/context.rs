//! What a command may touch.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Interface, Protocol, StatusWord,
    applet::Stop,
    chip::{
        channel::{Channel, ChannelNumber, Channels},
        pending::Pending,
        proofs::Partner,
        sides::Side,
        transaction::Transaction,
    },
    class::{Class, SecureMessaging},
    fs::{File, FileSystem},
    image::{FileIndex, Habits},
    ins::Ins,
    memory::Memory,
    platform::Platform,
    security::{Operation, SecurityStatus},
    vault::Vault,
};

/// All of a chip but its applets.
pub(crate) struct Core {
    /// Shared by all chips of an image, until a command makes or deletes a file.
    pub(crate) files: Arc<FileSystem>,
    pub(crate) memory: Memory,
    pub(crate) channels: Channels,
    pub(crate) pending: Pending,
    pub(crate) habits: Habits,
    pub(crate) sides: Vec<Side>,
    pub(crate) protocol: Protocol,
    pub(crate) platform: Platform,
    pub(crate) vault: Vault,
    pub(crate) transaction: Option<Transaction>,
    /// Which applet was left on which channel, to be told when the command is over.
    pub(crate) left: Vec<(usize, ChannelNumber)>,
}

/// What a command may touch: the chip, seen from the channel that the command came on.
pub struct Context<'c> {
    pub(crate) core: &'c mut Core,
    pub(super) class: Class,
    pub(super) number: ChannelNumber,
    /// Who protected the command; `None` for a command that is not protected.
    pub(crate) partner: Option<&'c Partner>,
}

impl Core {
    /// Which applet runs the commands of a channel.
    #[inline]
    pub(crate) fn applet_on(&self, number: ChannelNumber) -> usize {
        self.channels.channel(number).applet()
    }

    /// Makes files and their domains those that the memory says there are.
    pub(crate) fn follow_memory(&mut self) {
        Arc::make_mut(&mut self.files).follow(&self.memory);
        self.vault.follow(self.files.created_parents());
        self.channels.forget_names();
    }

    /// The interface that gave the chip its power, or gave it last.
    pub(super) fn interface(&self) -> Interface {
        self.files.interface()
    }

    /// Makes the chip one that has its power from an interface.
    pub(super) fn power_by(&mut self, interface: Interface) {
        // What all chips of an image share has the contacts' view.
        if self.files.interface() != interface {
            Arc::make_mut(&mut self.files).power_by(interface);
        }
        self.vault.power_by(interface);
    }

    /// Opens the channel that a SELECT by a name comes on, where the chip has this habit; `None` if there is nothing to
    /// open. One that comes in parts opens none: a part of a name is no name.
    pub(super) fn open_by_name(&mut self, command: &[u8]) -> Option<ChannelNumber> {
        let &[cla, ins, 0x04, ..] = command else { return None };
        let class = Class::interindustry(cla)
            .filter(|class| self.habits.opens_by_name && Ins(ins) == Ins::SELECT && !class.chained)?;
        let number = ChannelNumber::new(class.channel).filter(|&number| !self.channels.channel(number).is_open())?;
        let applet = self.files.applet(FileIndex::MF);
        self.channels.channel_mut(number).open(FileIndex::MF, applet);
        Some(number)
    }

    /// Closes a channel and leaves its applet.
    pub(crate) fn close_channel(&mut self, number: ChannelNumber) {
        self.abandon_transaction(number);
        self.left.push((self.applet_on(number), number));
        let applet = self.files.applet(FileIndex::MF);
        self.channels.channel_mut(number).close(applet);
    }
}

impl Context<'_> {
    /// What the class byte said.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The protocol between reader and card.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.core.protocol
    }

    /// Where what answers here differs from other cards.
    #[inline]
    #[must_use]
    pub fn habits(&self) -> Habits {
        self.core.habits(self.number)
    }

    /// What the applet noted as proved on the channel. It is forgotten when another DF is selected.
    pub fn security(&mut self) -> &mut SecurityStatus {
        &mut self.channel_mut().security
    }

    /// The clock, the random numbers and the place of commits.
    pub fn platform(&mut self) -> &mut Platform {
        &mut self.core.platform
    }

    /// Makes everything written since the last commit stay, now and by itself. What is not committed when the command
    /// ends is undone.
    ///
    /// # Errors
    ///
    /// [`Stop`]: `6581` if the sink has no room for it, or the power was lost; nothing of this commit then stays.
    /// `6985` while a transaction is under way, on whatever channel. What a command notes outside of memory, such as a
    /// proof, it notes after its commit.
    pub fn commit(&mut self) -> Result<(), Stop> {
        if self.core.transaction.is_some() {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
        }
        Ok(self.core.memory.commit(&mut *self.core.platform.sink)?)
    }

    /// The same for a command that secure messaging protected, without that protection.
    pub(crate) fn unprotected<'p>(&'p mut self, partner: &'p Partner) -> Context<'p> {
        let class = Class { secure_messaging: SecureMessaging::None, chained: false, ..self.class };
        Context { core: &mut *self.core, class, number: self.number, partner: Some(partner) }
    }

    pub(crate) fn number(&self) -> ChannelNumber {
        self.number
    }

    pub(crate) fn channel(&self) -> &Channel {
        self.core.channels.channel(self.number)
    }

    pub(crate) fn channel_mut(&mut self) -> &mut Channel {
        self.core.channels.channel_mut(self.number)
    }

    /// Makes a DF current, found by a name or in another way, and leaves the applet of the last one if it has another.
    pub(crate) fn enter(&mut self, df: FileIndex, name: Option<usize>) {
        let before = self.core.applet_on(self.number);
        // A side keeps its applet wherever it is.
        let applet = if self.number.side().is_some() { before } else { self.core.files.applet(df) };
        if before != applet {
            self.core.left.push((before, self.number));
        }
        let vault = &self.core.vault;
        let leaves = vault.domain(self.channel().df()) != vault.domain(df);
        self.channel_mut().enter(df, applet, name);
        if leaves {
            let partner = self.partner;
            self.channel_mut().leave_application(partner);
            self.core.share_proofs(self.number);
            self.judge();
        }
    }

    /// A file, if its life cycle and its rule allow an operation.
    ///
    /// # Errors
    ///
    /// `6985` if the file is out of use, `6982` if what has been proved does not satisfy its rule.
    pub(crate) fn authorize(&self, file: FileIndex, operation: Operation) -> Result<&File, StatusWord> {
        let file = self.core.files.file(file);
        self.authorize_on(file, operation)?;
        Ok(file)
    }

    /// The same for a file that was looked up.
    #[inline]
    pub(crate) fn authorize_on(&self, file: &File, operation: Operation) -> Result<(), StatusWord> {
        if !file.is_operational(&self.core.memory) {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if !self.satisfies(self.core.files.condition(file, operation)) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        Ok(())
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("class", &self.class).field("channel", self.channel()).finish_non_exhaustive()
    }
}
