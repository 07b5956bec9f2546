//! What a command does with PINs and keys: finds them, asks their rules, counts, notes proofs.

use alloc::boxed::Box;

use crate::{
    StatusWord,
    applet::Stop,
    chip::{
        Context,
        channel::ChannelNumber,
        context::Core,
        dialogue::{Dialogue, Messaging},
        proofs::{self, Partner, Proofs},
    },
    image::Condition,
    security::SecurityStatus,
    vault::{Access, Class, DomainId, ObjectId},
};

impl Core {
    /// Works out anew what was proved on a channel in terms of the environments of its domain. `partner` protects the
    /// command that is under way on it.
    pub(super) fn judge(&mut self, number: ChannelNumber, partner: Option<&Partner>) {
        let channel = self.channels.channel(number);
        let nothing = channel.proofs == Proofs::default() && channel.dialogue.is_none() && partner.is_none();
        let proved = if nothing {
            SecurityStatus::default()
        } else {
            let domain = self.vault.domain(channel.df());
            proofs::status(&self.vault, domain, &channel.proofs, channel.role(), partner)
        };
        self.channels.channel_mut(number).proved = proved;
        self.end_proxy(number, partner);
    }

    /// Ends a session that the card keeps for a terminal when the rule of its key does not allow it any more.
    fn end_proxy(&mut self, number: ChannelNumber, partner: Option<&Partner>) {
        let channel = self.channels.channel(number);
        let Some(key) = channel.proxy_key() else { return };
        let proved = if key.domain() == self.vault.domain(channel.df()) {
            channel.proved
        } else {
            self.proved_elsewhere(number, key.domain(), partner)
        };
        let condition = self.vault.condition(key, Access::Proxy);
        let stays =
            condition.is_some_and(|asked| asked == Condition::ALWAYS || channel.security.or(proved).satisfies(asked));
        if let Some(dialogue) = self.channels.channel_mut(number).dialogue.as_deref_mut().filter(|_| !stays) {
            dialogue.proxy = None;
        }
    }

    /// What was proved on a channel in terms of the environments of a domain that is not the channel's own. Only what
    /// is global is known there.
    fn proved_elsewhere(&self, number: ChannelNumber, domain: DomainId, partner: Option<&Partner>) -> SecurityStatus {
        let channel = self.channels.channel(number);
        let role = channel.role().filter(|role| role.domain == DomainId::GLOBAL);
        let partner = partner.filter(|partner| partner.domain() == DomainId::GLOBAL);
        proofs::status(&self.vault, domain, &channel.proofs.global(), role, partner)
    }

    /// Takes back the proof of a PIN or key set on every channel: it has another value now, or is blocked. A session by
    /// a key set ends too, but for that of the command under way.
    fn forget_proof(&mut self, id: ObjectId) {
        for number in self.channels.numbers() {
            let knows =
                [DomainId::GLOBAL, self.vault.domain(self.channels.channel(number).df())].contains(&id.domain());
            let channel = self.channels.channel_mut(number);
            if knows && channel.is_open() {
                channel.proofs.set(&self.vault, id, false);
                channel.end_messaging_by(id);
                self.judge(number, None);
            }
        }
    }
}

impl Context<'_> {
    /// The domain of the current DF.
    pub(crate) fn domain(&self) -> DomainId {
        self.core.vault.domain(self.channel().df())
    }

    /// The object that a reference means.
    ///
    /// # Errors
    ///
    /// `6A88` if there is none.
    pub(crate) fn find(&self, class: Class, reference: u8) -> Result<ObjectId, StatusWord> {
        self.core.vault.find(self.domain(), class, reference).ok_or(StatusWord::REFERENCE_NOT_FOUND)
    }

    /// Whether what was proved satisfies a condition of the current domain.
    pub(crate) fn satisfies(&self, condition: Condition) -> bool {
        let channel = self.channel();
        condition == Condition::ALWAYS || channel.security.or(channel.proved).satisfies(condition)
    }

    /// Whether what was proved satisfies a condition of a domain: its environments say what the condition asks for.
    pub(crate) fn satisfies_in(&self, domain: DomainId, condition: Condition) -> bool {
        if domain == self.domain() {
            return self.satisfies(condition);
        }
        let proved = self.core.proved_elsewhere(self.number(), domain, self.partner);
        self.channel().security.or(proved).satisfies(condition)
    }

    /// Asks the rule of a PIN or key, in the domain that it is of.
    ///
    /// # Errors
    ///
    /// `6985` if it is not meant for this, `6982` if what was proved does not satisfy its rule.
    pub(crate) fn allow(&self, id: ObjectId, access: Access) -> Result<(), StatusWord> {
        let condition = self.core.vault.condition(id, access).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        if self.satisfies_in(id.domain(), condition) { Ok(()) } else { Err(StatusWord::SECURITY_NOT_SATISFIED) }
    }

    /// Counts a try and a use, and commits: what comes next may fail or be cut off.
    ///
    /// # Errors
    ///
    /// `6983` if no try is left, `6984` if no use is; the proof that there was is then gone.
    pub(crate) fn count_try(&mut self, id: ObjectId) -> Result<(), Stop> {
        let counted = self.take_try(id);
        if counted.is_err() {
            self.lose_proof(id);
        }
        counted
    }

    /// Takes the proof of a PIN or key set back, after a try that was none or failed: of a blocked one on every
    /// channel, since it is proved nowhere, else on this one.
    fn lose_proof(&mut self, id: ObjectId) {
        self.set_proved(id, false);
        if self.tries_left(id) == 0 {
            self.forget_proof(id);
        }
    }

    fn take_try(&mut self, id: ObjectId) -> Result<(), Stop> {
        let core = &mut *self.core;
        let counters = core.vault.object(id).counters;
        if let Some(tries) = counters.tries(&core.memory) {
            let left = tries.left.checked_sub(1).ok_or(StatusWord::METHOD_BLOCKED)?;
            counters.set_tries(&mut core.memory, left);
        }
        self.count_use(id)
    }

    /// Counts a use and commits.
    ///
    /// # Errors
    ///
    /// `6984` if no use is left.
    pub(crate) fn count_use(&mut self, id: ObjectId) -> Result<(), Stop> {
        let core = &mut *self.core;
        let counters = core.vault.object(id).counters;
        if let Some(uses) = counters.uses(&core.memory) {
            let left = uses.left.checked_sub(1).ok_or(StatusWord::REFERENCE_NOT_USABLE)?;
            counters.set_uses(&mut core.memory, left);
        }
        self.commit()
    }

    /// Ends a try: gives all tries back and notes the proof, or says how many are left.
    ///
    /// # Errors
    ///
    /// `63Cx` if it failed; the proof that there was is then gone.
    pub(crate) fn end_try(&mut self, id: ObjectId, succeeded: bool) -> Result<(), Stop> {
        if !succeeded {
            self.lose_proof(id);
            return Err(StatusWord::tries_left(self.tries_left(id)).into());
        }
        let core = &mut *self.core;
        core.vault.object(id).counters.restore_tries(&mut core.memory);
        self.commit()?;
        self.set_proved(id, true);
        Ok(())
    }

    /// Ends an authentication of a role that failed: the role in place is gone, as a PIN is after a wrong one.
    pub(crate) fn lose_role(&mut self) -> StatusWord {
        if let Some(dialogue) = self.dialogue_if_any() {
            dialogue.role = None;
        }
        self.judge();
        StatusWord::AUTHENTICATION_FAILED
    }

    /// How many tries are left; 15 where there are any number.
    pub(crate) fn tries_left(&self, id: ObjectId) -> u8 {
        let counters = self.core.vault.object(id).counters;
        counters.tries(&self.core.memory).map_or(15, |tries| tries.left)
    }

    /// Whether a PIN or key set was proved.
    pub(crate) fn is_proved(&self, id: ObjectId) -> bool {
        self.channel().proofs.contains(&self.core.vault, id)
    }

    /// Notes that a PIN or key set was proved, or that it is not any more.
    pub(crate) fn set_proved(&mut self, id: ObjectId, proved: bool) {
        self.core.note_proof(self.number, id, proved);
        self.judge();
    }

    /// Takes back the proof of a PIN or key set on every channel: it has another value now, or is blocked.
    pub(crate) fn forget_proof(&mut self, id: ObjectId) {
        self.core.forget_proof(id);
        self.judge();
    }

    /// Works out anew what was proved in terms of environments.
    pub(crate) fn judge(&mut self) {
        self.core.judge(self.number, self.partner);
    }

    /// What the channel keeps of its dialogue; made if there is none.
    pub(crate) fn dialogue(&mut self) -> &mut Dialogue {
        self.channel_mut().dialogue.get_or_insert_with(Box::default)
    }

    /// What the channel keeps of its dialogue, if there is one.
    pub(crate) fn dialogue_if_any(&mut self) -> Option<&mut Dialogue> {
        self.channel_mut().dialogue.as_deref_mut()
    }

    /// Draws random bytes.
    pub(crate) fn draw(&mut self, bytes: &mut [u8]) {
        self.core.platform.random.fill(bytes);
    }

    /// Takes the secure messaging session away.
    pub(crate) fn take_messaging(&mut self) -> Option<Messaging> {
        self.dialogue_if_any()?.messaging.take()
    }
}
