//! Cards of real readers come and go by themselves.

use std::sync::{Arc, Weak};

use super::Desk;
use crate::{
    host::{HostError, making::Content, real::Tie, recording::CardRecording, state::Resets},
    reader::SlotError,
};

impl Desk {
    /// A slot follows a real reader from now on.
    pub(in crate::host) fn follow(&self, slot: usize, tie: Arc<Tie>) -> Result<(), HostError> {
        tie.binds(slot);
        self.begin_move(slot).tie(Some(Arc::clone(&tie)));
        tie.watch(Weak::clone(&self.me))
    }

    /// The card of a real reader is gone: its slot loses it, if it has it.
    pub(in crate::host) fn pull(&self, tie: &Arc<Tie>) {
        let slot = tie.slot();
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return;
        }
        let leaves = move |_| {
            here.leaves();
            tie.goes();
        };
        // It may have gone meanwhile.
        let _ = self.readers.remove_then(slot, leaves);
        tie.goes();
    }

    /// Puts the card of a real reader back into its slot, which it was last in. Where it may be another one by now that
    /// cannot be told from it, a recording says so.
    ///
    /// # Errors
    ///
    /// That it is not there any more to come back, or is still busy.
    pub(in crate::host) fn put_back(&self, tie: &Arc<Tie>, may_be_another: bool) -> Result<(), HostError> {
        let slot = tie.slot();
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return Err(SlotError::Occupied(slot).into());
        }
        let recording = here.followed.as_ref().and_then(|card| card.recording.as_ref());
        recording.filter(|_| may_be_another).into_iter().for_each(CardRecording::may_be_another);
        self.bring_back(slot, here)?;
        Ok(())
    }

    /// Puts a card of a real reader into its slot that was not there before.
    ///
    /// # Errors
    ///
    /// That it cannot be recorded, or that the slot is another card's.
    pub(in crate::host) fn put_anew(&self, tie: &Arc<Tie>, content: Content) -> Result<(), HostError> {
        let slot = tie.slot();
        let (made, recording) = self.make(slot, content, &mut Resets::none())?;
        let here = self.begin_move(slot);
        if !here.is_tied_by(tie) {
            return Err(SlotError::Occupied(slot).into());
        }
        self.put(slot, made, recording, here, Some(Arc::clone(tie))).map(drop)
    }
}
