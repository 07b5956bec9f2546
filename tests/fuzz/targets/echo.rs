//! A card that answers with what it was sent.

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response, StatusWord};

/// Its answer to reset.
pub(super) const ATR: &[u8] = &[0x3B, 0x75, 0x13, 0, 0, 0x44, 9, 0xEA, 0x90, 0];

/// A card that answers with the command, unless it is told to fail: class `FF` takes its power away.
pub(super) struct Echo {
    atr: Atr,
    powered: bool,
}

impl Echo {
    /// A card without power.
    pub(super) fn new() -> Self {
        let atr = Atr::parse(ATR).expect("a public ATR");
        Self { atr, powered: false }
    }
}

impl Card for Echo {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        self.reset()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.powered = true;
        Ok(())
    }

    fn power_off(&mut self) {
        self.powered = false;
    }

    fn select_protocol(&mut self, protocol: Protocol) -> Result<(), Fault> {
        if self.atr.offers(protocol) { Ok(()) } else { Err(Fault::ProtocolRefused) }
    }

    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Fault> {
        response.clear();
        match command.first() {
            _ if !self.powered => return Err(Fault::Unpowered),
            Some(0xFF) => {
                self.powered = false;
                return Err(Fault::PowerLost);
            }
            None => return Err(Fault::Mute),
            Some(_) => response.extend(&command[..command.len().min(65_536)]),
        }
        response.finish(StatusWord::SUCCESS);
        Ok(())
    }
}
