//! A change of the card in several commands, which stays whole or not at all
//! [ISO-7816-7 PERFORM TRANSACTION OPERATION].
//!
//! There is one at a time, in the session of secure messaging in which it began, and it ends with that session at the
//! latest: whatever ends one without committing it undoes it. Commands of the session that [keep](Context::keep) what
//! they write are parts of it. One that must [commit](Context::commit) by itself, such as one that counts tries, is
//! refused until the transaction is over, and so is whatever writes on another channel. Reading is as ever: all
//! channels see what was written.

use crate::{
    StatusWord,
    applet::Stop,
    chip::{Context, channel::ChannelNumber, context::Core},
};

/// A transaction that is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transaction {
    /// On which channel its session is.
    channel: ChannelNumber,
    /// How many bytes it may hold.
    room: usize,
}

impl Core {
    /// Undoes the transaction in the session of a channel, if there is one: the session is over.
    pub(crate) fn abandon_transaction(&mut self, channel: ChannelNumber) {
        if self.transaction.take_if(|transaction| transaction.channel == channel).is_some() {
            self.memory.abandon();
        }
    }
}

impl Context<'_> {
    /// Makes what the command wrote stay: in a transaction when that is committed, else at once. It is for commands
    /// that leave nothing behind but what they wrote.
    ///
    /// # Errors
    ///
    /// [`Stop`]: as [`Context::commit`] for a command that is no part of a transaction; for one that is, `6A84` if the
    /// transaction has no room for it. The transaction then is as before the command.
    pub fn keep(&mut self) -> Result<(), Stop> {
        match self.transaction() {
            Some(Transaction { room, .. }) => Ok(self.core.memory.hold(room).ok_or(StatusWord::NO_ROOM)?),
            None => self.commit(),
        }
    }

    /// The transaction that the command is a part of. The session that protects it has none other, since a transaction
    /// ends with its session.
    fn transaction(&self) -> Option<Transaction> {
        self.core.transaction.filter(|transaction| transaction.channel == self.number() && self.partner.is_some())
    }

    /// Begins a transaction in the session that protects the command.
    ///
    /// # Errors
    ///
    /// `6D00` if nobody may here, `6982` if its partner may not or there is none, `6985` if one is under way, on
    /// whatever channel.
    pub(crate) fn begin_transaction(&mut self) -> Result<(), StatusWord> {
        let allowed = self.core.vault.transactions(self.domain());
        let (domain, transactions) = allowed.ok_or(StatusWord::INSTRUCTION_NOT_SUPPORTED)?;
        if self.partner.is_none() || !self.satisfies_in(domain, transactions.begin) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED);
        }
        if self.core.transaction.is_some() {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        self.core.transaction = Some(Transaction { channel: self.number(), room: transactions.room });
        Ok(())
    }

    /// Ends the transaction that the command is a part of, and makes all of it stay.
    ///
    /// # Errors
    ///
    /// [`Stop`]: `6985` if there is none, or as [`Context::commit`]; nothing of the transaction then stays.
    pub(crate) fn commit_transaction(&mut self) -> Result<(), Stop> {
        self.transaction().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        self.core.transaction = None;
        self.commit()
    }

    /// Ends the transaction that the command is a part of, and undoes all of it.
    ///
    /// # Errors
    ///
    /// `6985` if there is none.
    pub(crate) fn roll_back_transaction(&mut self) -> Result<(), StatusWord> {
        self.transaction().ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        self.core.abandon_transaction(self.number());
        Ok(())
    }
}
