//! The engine's own card: power, protocols, channels, chaining, and the way of a command to its applet.
//!
//! A command comes in as bytes and leaves as data and a status word. On the way its lengths are judged by the protocol,
//! its class byte by the applet of its channel. It goes no further if the channel is closed, or if it is protected
//! where there is no secure messaging. Parts are joined, what does not fit the answer waits for GET RESPONSE. What a
//! command does is not known here: that is the applet's, and by default [`commands`](crate::commands).
//!
//! After each command nothing uncommitted is left in memory but what a transaction holds. A chip that loses power in a
//! commit is mute until reset.

mod blueprint;
mod chaining;
pub(crate) mod channel;
mod contents;
pub(crate) mod context;
pub(crate) mod dialogue;
mod files;
mod held;
#[cfg(test)]
mod interface_tests;
#[cfg(test)]
mod key_tests;
pub(crate) mod pending;
#[cfg(test)]
mod proof_tests;
pub(crate) mod proofs;
#[cfg(test)]
mod rule_tests;
mod secrets;
pub(crate) mod sides;
mod state;
#[cfg(test)]
mod tests;
pub(crate) mod transaction;
#[cfg(test)]
mod transaction_tests;
pub mod view;

pub use blueprint::Blueprint;
pub use contents::Content;
pub use context::Context;
pub use files::{FileForm, FileHandle};
pub use held::HeldFile;

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use crate::{
    Atr, Card, Fault, Interface, Protocol, Response, Snapshot, SnapshotError, StatusWord,
    apdu::Apdu,
    applet::{Applet, Interindustry, Outcome, Stop},
    chip::{
        chaining::Chain,
        channel::{ChannelNumber, Channels},
        context::Core,
        pending::Pending,
    },
    class::{Class, SecureMessaging},
    image::{ChipImage, FileIndex, ImageError},
    ins::Ins,
    platform::Platform,
};

/// A chip made from an image.
pub struct Chip {
    contact_atr: Atr,
    contactless_atr: Option<Atr>,
    power: Power,
    /// The first one does what the standard says.
    applets: Vec<Box<dyn Applet>>,
    chain: Chain,
    core: Core,
}

/// Whether a chip has power, and whether it may still agree on another protocol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Power {
    Off,
    /// Reset, and no command has come yet.
    Fresh,
    /// At work.
    On,
}

impl Chip {
    /// Makes a chip. `applets` finds the applets that its DFs name; one that several DFs name is asked for once.
    ///
    /// # Errors
    ///
    /// [`ImageError`] says why no chip can be made of the image.
    pub fn new(
        image: &ChipImage,
        applets: &dyn Fn(&str) -> Option<Box<dyn Applet>>,
        platform: Platform,
    ) -> Result<Self, ImageError> {
        Self::of(&Blueprint::new(image)?, applets, platform)
    }

    /// Makes a chip of an image that was checked before: all that its chips share is made once. `applets` is asked as
    /// [`Chip::new`] asks it.
    ///
    /// # Errors
    ///
    /// [`ImageError::UnknownApplet`] for a name that `applets` does not know.
    pub fn of(
        blueprint: &Blueprint,
        applets: &dyn Fn(&str) -> Option<Box<dyn Applet>>,
        platform: Platform,
    ) -> Result<Self, ImageError> {
        let mut found: Vec<Box<dyn Applet>> = Vec::from([Box::new(Interindustry) as Box<dyn Applet>]);
        for named in &blueprint.applets {
            found.push(applets(&named.name).ok_or_else(|| named.unknown())?);
        }
        let core = Core {
            files: Arc::clone(&blueprint.files),
            memory: blueprint.memory.of_another(),
            channels: Channels::new(blueprint.sides.len()),
            pending: Pending::default(),
            habits: blueprint.habits,
            sides: blueprint.sides.clone(),
            protocol: blueprint.atr.first_protocol(),
            platform,
            vault: blueprint.vault.vault(),
            transaction: None,
            left: Vec::new(),
        };
        Ok(Self {
            contact_atr: blueprint.atr,
            contactless_atr: blueprint.contactless_atr,
            power: Power::Off,
            applets: found,
            chain: Chain::default(),
            core,
        })
    }

    fn lose_power(&mut self) {
        self.forget();
        self.power = Power::Off;
    }

    /// Forgets everything that a reset or a loss of power forgets.
    fn forget(&mut self) {
        self.core.memory.abandon();
        self.core.transaction = None;
        self.core.channels.reset(self.core.files.applet(FileIndex::MF));
        self.core.open_sides();
        self.core.pending.clear();
        self.core.left.clear();
        self.core.protocol = self.atr().first_protocol();
        self.chain.clear();
        self.applets.iter_mut().for_each(|applet| applet.reset());
    }

    /// Carries out a command that may be one part of a chain, or nothing of the kind.
    fn run(&mut self, command: &[u8], response: &mut Response) -> Outcome {
        let (command, class, number) = match self.route(command) {
            Ok(routed) => routed,
            Err(status) => {
                self.chain.clear();
                self.core.pending.clear();
                self.pass_over_unrouted(command);
                return Err(status.into());
            }
        };
        if command.ins() != Ins::GET_RESPONSE {
            self.core.pending.clear();
        }
        let applet = &mut self.applets[self.core.applet_on(number)];
        let mut context = Context { core: &mut self.core, class, number, partner: None };
        if class.chained {
            let taken = applet.check_chaining(command.ins());
            let taken = taken.and_then(|()| self.chain.add(&command, (number, class)));
            if taken.is_err() {
                self.chain.clear();
            }
            applet.pass_over(taken.ok().map(|()| command.ins()), &mut context);
            return taken.map(|()| StatusWord::SUCCESS).map_err(Stop::from);
        }
        let outcome = if self.chain.is_open() {
            let whole = self.chain.complete(command, (number, class));
            let outcome = match whole {
                Ok(whole) => applet.process(&whole, &mut context, response),
                Err(status) => {
                    applet.pass_over(None, &mut context);
                    Err(status.into())
                }
            };
            self.chain.clear();
            outcome
        } else {
            applet.process(&command, &mut context, response)
        };
        self.core.memory.roll_back();
        let status = outcome?;
        if response.len() <= pending::limit(&command) {
            return Ok(status);
        }
        let dialect = (number, self.core.protocol, self.core.habits(number).waiting);
        Ok(self.core.pending.cut(&command, dialect, response, status))
    }

    /// Lets an applet know of a command that has no way to it: that of the channel which its class byte names, or of
    /// the basic channel if it names none.
    fn pass_over_unrouted(&mut self, command: &[u8]) {
        let cla = command.first().copied();
        let side = cla.and_then(|cla| self.core.side_of(cla));
        let class = cla.and_then(Class::interindustry).unwrap_or(Class::BASIC);
        let number = side.or(ChannelNumber::new(class.channel));
        let Some(number) = number.filter(|&number| self.core.channels.channel(number).is_open()) else { return };
        let applet = &mut self.applets[self.core.applet_on(number)];
        applet.pass_over(None, &mut Context { core: &mut self.core, class, number, partner: None });
    }

    /// Views a command and finds its channel: that of the side which its class is of, or else the one that its class
    /// names. The applet there says what the class means.
    #[inline]
    fn route<'a>(&self, command: &'a [u8]) -> Result<(Apdu<'a>, Class, ChannelNumber), StatusWord> {
        let &cla = command.first().ok_or(StatusWord::WRONG_LENGTH)?;
        let (side, named) = match Class::interindustry(cla) {
            Some(class) => (None, ChannelNumber::new(class.channel)),
            None => (self.core.side_of(cla), None),
        };
        let applet = &self.applets[self.core.applet_on(side.or(named).unwrap_or(ChannelNumber::BASIC))];
        let class = applet.read_class(cla).ok_or(StatusWord::CLASS_NOT_SUPPORTED)?;
        let command = Apdu::parse_with(command, self.core.protocol, |ins| applet.instruction(cla, ins));
        let command = command.map_err(|_| StatusWord::WRONG_LENGTH)?;
        let open = side.or_else(|| ChannelNumber::new(class.channel));
        let open = open.filter(|&number| self.core.channels.channel(number).is_open());
        let number = open.ok_or(StatusWord::CHANNEL_NOT_SUPPORTED)?;
        if class.secure_messaging != SecureMessaging::None && !self.takes_protected(&**applet) {
            return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED);
        }
        Ok((command, class, number))
    }

    /// Whether there is secure messaging: an applet that takes it, and somebody whom the card has keys to know by.
    fn takes_protected(&self, applet: &dyn Applet) -> bool {
        applet.takes_protected() && self.core.vault.has_partners()
    }

    /// Tells the applets that were left.
    #[inline]
    fn tell_left(&mut self) {
        if self.core.left.is_empty() {
            return;
        }
        for (applet, number) in self.core.left.drain(..) {
            self.applets[applet].deselect(number.value());
        }
    }
}

impl Card for Chip {
    fn atr(&self) -> &Atr {
        match (self.core.interface(), &self.contactless_atr) {
            (Interface::Contactless, Some(atr)) => atr,
            _ => &self.contact_atr,
        }
    }

    fn power_up(&mut self, interface: Interface) -> Result<(), Fault> {
        if interface == Interface::Contactless && self.contactless_atr.is_none() {
            self.lose_power();
            return Err(Fault::Mute);
        }
        self.core.power_by(interface);
        self.reset()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.forget();
        self.power = Power::Fresh;
        Ok(())
    }

    fn power_off(&mut self) {
        self.lose_power();
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        match self.power {
            Power::Off => Err(Fault::Unpowered),
            Power::On if protocol == self.core.protocol => Ok(()),
            Power::Fresh if self.atr().offers(protocol) => {
                self.core.protocol = protocol;
                Ok(())
            }
            Power::On | Power::Fresh => Err(Fault::ProtocolRefused),
        }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        if self.power == Power::Off {
            return Err(Fault::Unpowered);
        }
        self.power = Power::On;
        let opened = self.core.open_by_name(command);
        let outcome = self.run(command, response);
        if let Some(number) = opened.filter(|_| outcome.is_err()) {
            self.core.close_channel(number);
        }
        let status = match outcome {
            Ok(status) => status,
            Err(Stop::Refused(status)) => {
                response.clear();
                self.core.refusals(command).said(status)
            }
            Err(Stop::PowerLost) => {
                response.clear();
                self.lose_power();
                return Err(Fault::PowerLost);
            }
        };
        self.tell_left();
        response.finish(status);
        Ok(())
    }

    fn chip(&self) -> Option<&Chip> {
        Some(self)
    }

    fn save(&self, snapshot: &mut Snapshot) {
        self.save_part(snapshot);
    }

    fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        self.restore_part(snapshot)
    }
}

impl fmt::Debug for Chip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chip").field("atr", self.atr()).field("power", &self.power).finish_non_exhaustive()
    }
}
