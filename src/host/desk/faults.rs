//! Faults are armed at slots.

use super::Desk;
use crate::{
    host::HostError,
    layer::fault::{ArmedFault, Fault},
};

impl Desk {
    /// Arms a fault at a slot; gives the reader.
    pub(in crate::host) fn fault(&self, slot: usize, fault: Fault) -> Result<String, HostError> {
        let reader = self.reader(slot)?;
        self.begin_move(slot).faults.arm(fault)?;
        Ok(reader)
    }

    /// The faults at a slot that there is.
    pub(in crate::host) fn faults(&self, slot: usize) -> Vec<ArmedFault> {
        self.begin_move(slot).faults.list()
    }

    /// Takes the faults of a slot away; gives the reader, and how many could still strike.
    pub(in crate::host) fn clear_faults(&self, slot: usize) -> Result<(String, usize), HostError> {
        let reader = self.reader(slot)?;
        Ok((reader, self.begin_move(slot).faults.clear()))
    }
}
