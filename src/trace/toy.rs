//! A card for tests: it answers what its table says.

use virtuale_engine::{Atr, Card, Fault, Interface, Protocol, Response};

/// Answers `6D00` to what is not in its table, and counts resets in the answer to `FF 00 00 00`.
pub(super) struct Toy {
    atr: Atr,
    table: Vec<(Vec<u8>, Vec<u8>)>,
    powered: bool,
    resets: u8,
}

impl Toy {
    pub(super) fn new(table: &[(&[u8], &[u8])]) -> Self {
        let atr = Atr::parse(&[0x3B, 0x80, 0x80, 0x01, 0x01]).expect("the least ATR that offers T=0 and T=1");
        let table = table.iter().map(|(command, response)| (command.to_vec(), response.to_vec())).collect();
        Self { atr, table, powered: false, resets: 0 }
    }
}

impl Card for Toy {
    fn atr(&self) -> &Atr {
        &self.atr
    }

    fn power_up(&mut self, _: Interface) -> Result<(), Fault> {
        self.reset()
    }

    fn reset(&mut self) -> Result<(), Fault> {
        self.powered = true;
        self.resets += 1;
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
        if !self.powered {
            return Err(Fault::Unpowered);
        }
        if command == [0xFF, 0, 0, 0] {
            response.extend(&[self.resets, 0x90, 0x00]);
            return Ok(());
        }
        match self.table.iter().find(|(known, _)| known == command) {
            Some((_, found)) => response.extend(found),
            None => response.extend(&[0x6D, 0x00]),
        }
        Ok(())
    }
}
