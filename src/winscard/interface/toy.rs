//! A service for tests: one reader with a card that gives its command back and 9000, one reader without a card.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    codes::ReturnCode,
    service::{Context, Next, Scene, Service, Transmitted},
    terms::{CardState, Disposition, Protocols, Share},
    wire::{AtrField, Name, ReaderState},
};

/// The answer to reset of its card.
pub(super) const ATR: [u8; 2] = [0x3B, 0x00];

/// The value of the only attribute.
pub(super) const VALUE: [u8; 5] = *b"value";

static NUMBERS: AtomicU32 = AtomicU32::new(1);

pub(super) fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    Ok(Arc::new(Toy))
}

struct Toy;

/// A context, with the handles that it knows.
struct Toys(Mutex<Vec<u32>>);

impl Toys {
    fn knows(&self, handle: u32) -> Result<(), ReturnCode> {
        let handles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        handles.contains(&handle).then_some(()).ok_or(ReturnCode::RESET_CARD)
    }
}

fn states() -> [ReaderState; 3] {
    let empty = ReaderState {
        name: Name::EMPTY,
        events: 0,
        state: CardState::ABSENT,
        sharing: 0,
        atr: AtrField::EMPTY,
        atr_length: 34,
        protocol: Protocols::UNDEFINED,
    };
    let card = ReaderState { state: CardState::READY, atr: AtrField::new(&ATR), atr_length: 2, events: 1, ..empty };
    let named = |state, name: &str| ReaderState { name: Name::of_bytes(name.as_bytes()), ..state };
    [named(card, "A 00 00"), named(ReaderState { atr_length: 0, ..empty }, "B 00 00"), empty]
}

impl Service for Toy {
    fn look(&self) -> Result<(), ReturnCode> {
        Ok(())
    }

    fn establish(&self, _: u32) -> Result<(u32, Box<dyn Context>), ReturnCode> {
        Ok((NUMBERS.fetch_add(1, Ordering::Relaxed), Box::new(Toys(Mutex::default()))))
    }
}

impl Context for Toys {
    fn release(&self) -> Result<(), ReturnCode> {
        Ok(())
    }

    fn connect(&self, reader: &[u8], share: Share, _: Protocols) -> Result<(u32, Protocols), ReturnCode> {
        match reader {
            b"A 00 00" => {}
            b"B 00 00" if share == Share::DIRECT => {}
            b"B 00 00" => return Err(ReturnCode::NO_SMARTCARD),
            b"panic" => panic!("a service that panics"),
            _ => return Err(ReturnCode::UNKNOWN_READER),
        }
        let handle = NUMBERS.fetch_add(1, Ordering::Relaxed);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
        Ok((handle, Protocols::T0))
    }

    fn reconnect(&self, handle: u32, _: Share, _: Protocols, _: Disposition) -> (ReturnCode, Protocols) {
        (ReturnCode::of(&self.knows(handle)), Protocols::T0)
    }

    fn disconnect(&self, handle: u32, disposition: Disposition) -> Result<(), ReturnCode> {
        self.knows(handle)?;
        disposition.is_known().then_some(()).ok_or(ReturnCode::INVALID_VALUE)
    }

    fn begin(&self, handle: u32) -> Result<(), ReturnCode> {
        self.knows(handle)
    }

    fn end(&self, handle: u32, _: Disposition) -> Result<(), ReturnCode> {
        self.knows(handle)
    }

    fn status(&self, handle: u32) -> Result<(), ReturnCode> {
        self.knows(handle)
    }

    fn transmit(&self, handle: u32, protocol: Protocols, command: &[u8], answer: &mut [u8]) -> Transmitted {
        if let Err(code) = self.knows(handle) {
            return Transmitted::failed(code, protocol);
        }
        let (length, code) = (command.len() + 2, ReturnCode::SUCCESS);
        let Some(place) = answer.get_mut(..length) else {
            return Transmitted { code: ReturnCode::INSUFFICIENT_BUFFER, length, protocol };
        };
        place[..command.len()].copy_from_slice(command);
        place[command.len()..].copy_from_slice(&[0x90, 0]);
        Transmitted { code, length, protocol: Protocols::T0 }
    }

    fn control(&self, _: u32, code: u32, input: &[u8], answer: &mut [u8]) -> (ReturnCode, usize) {
        match answer.get_mut(..input.len()) {
            _ if code != 1 => (ReturnCode::UNSUPPORTED_FEATURE, 0),
            None => (ReturnCode::INSUFFICIENT_BUFFER, input.len()),
            Some(place) => {
                place.copy_from_slice(input);
                (ReturnCode::SUCCESS, input.len())
            }
        }
    }

    fn attribute(&self, _: u32, attribute: u32, value: &mut [u8]) -> (ReturnCode, usize) {
        match value.get_mut(..VALUE.len()) {
            _ if attribute != 1 => (ReturnCode::UNSUPPORTED_FEATURE, value.len()),
            None => (ReturnCode::INSUFFICIENT_BUFFER, VALUE.len()),
            Some(place) => {
                place.copy_from_slice(&VALUE);
                (ReturnCode::SUCCESS, VALUE.len())
            }
        }
    }

    fn set_attribute(&self, _: u32, _: u32, _: &[u8]) -> Result<(), ReturnCode> {
        Err(ReturnCode::UNSUPPORTED_FEATURE)
    }

    fn states(&self, show: &mut dyn FnMut(&[ReaderState])) -> Result<(), ReturnCode> {
        show(&states());
        Ok(())
    }

    fn watch(&self, show: &mut dyn FnMut(&Scene<'_>) -> Next) -> Result<(), ReturnCode> {
        match show(&Scene { states: &states(), reader_events: Some(1) }) {
            Next::Done => Ok(()),
            Next::Wait(_) => Err(ReturnCode::TIMEOUT),
        }
    }

    fn cancel(&self) -> Result<(), ReturnCode> {
        Ok(())
    }
}
