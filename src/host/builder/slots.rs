//! The slots of a host: their number, names, interfaces and the reader that they belong to.

use std::sync::Arc;

use virtuale_engine::Interface;

use super::Builder;
use crate::{
    host::HostError,
    reader::{Device, Readers, SlotName, SlotSpec, pad::Pad},
    trace::MOST_SLOTS,
};

/// The name of a slot.
pub(super) enum GivenName {
    /// As programs see it.
    Whole(String),
    /// As somebody wrote it who need not know of numbers.
    Reader(String),
}

impl Builder {
    /// The readers, without cards.
    ///
    /// # Errors
    ///
    /// What no reader has: a name, a number of slots, an antenna beyond the last slot.
    pub(super) fn readers(&self, slots: usize) -> Result<Arc<Readers>, HostError> {
        let most = self.reader_slots.min(MOST_SLOTS);
        let number = u8::try_from(slots).ok().filter(|_| slots <= most);
        let number = number.ok_or(HostError::TooManySlots { slots, most })?;
        if self.slot_names.len() > slots {
            return Err(HostError::TooManyNames { names: self.slot_names.len(), slots });
        }
        if let Some(&slot) = self.contactless.iter().find(|&&slot| slot >= slots) {
            return Err(HostError::NoPlaceForAntenna { slot, slots });
        }
        let model = self.model.as_ref();
        let of_model = |slot: u8| model.and_then(|model| model.slots.get(usize::from(slot)));
        let kind = |slot| match self.contactless.contains(&usize::from(slot)) {
            true => Interface::Contactless,
            false => of_model(slot).map_or(Interface::Contact, |slot| slot.kind),
        };
        let device = Arc::new(self.device()?);
        let spec = |slot| {
            let spec = SlotSpec::numbered(&self.reader, slot, kind(slot))?;
            let name = of_model(slot).map_or(Ok(spec.name), |slot| SlotName::new(&slot.name))?;
            Ok::<_, HostError>(SlotSpec { name, kind: spec.kind, device: Arc::clone(&device) })
        };
        let mut specs = (0..number).map(spec).collect::<Result<Vec<_>, _>>()?;
        let whole = self.slot_names.iter().filter_map(|name| match name {
            GivenName::Whole(name) => Some(name.as_str()),
            GivenName::Reader(_) => None,
        });
        let others = specs.iter().skip(self.slot_names.len()).map(|spec| spec.name.clone());
        let mut taken = whole.map(SlotName::new).chain(others.map(Ok)).collect::<Result<Vec<_>, _>>()?;
        for (spec, name) in specs.iter_mut().zip(&self.slot_names) {
            spec.name = match name {
                GivenName::Whole(name) => SlotName::new(name)?,
                GivenName::Reader(name) => SlotName::completed(name, &taken)?,
            };
            taken.push(spec.name.clone());
        }
        let readers = Readers::new(specs)?;
        if !self.typed.is_empty() {
            (0..slots).try_for_each(|slot| readers.type_keys(slot, self.typed.clone(), true).map(drop))?;
        }
        Ok(readers)
    }

    /// What the reader is.
    fn device(&self) -> Result<Device, HostError> {
        match &self.model {
            Some(model) if !self.typed.is_empty() && model.device.pad.is_none() => Err(HostError::ModelWithoutPad),
            Some(model) => Ok(model.device.clone()),
            None => Ok(Device { pad: (!self.typed.is_empty()).then(Pad::house), ..Device::default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use virtuale_engine::{Card, Fault, Interface};

    use super::Builder;
    use crate::{
        host::HostError,
        layer::{Layer, Layered},
        toy::Toy,
    };

    /// Writes down on which interfaces a card was powered up.
    struct Witness(Arc<Mutex<Vec<Interface>>>);

    impl Layer for Witness {
        fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
            self.0.lock().expect("no thread panics").push(interface);
            card.power_up(interface)
        }
    }

    fn witness() -> (Box<dyn Card>, Arc<Mutex<Vec<Interface>>>) {
        let seen = Arc::<Mutex<Vec<_>>>::default();
        (Box::new(Layered::new(Witness(Arc::clone(&seen)), Toy::new(|_, _| Err(Fault::Mute)))), seen)
    }

    #[test]
    fn a_slot_has_its_own_name_and_interface() {
        let ((near, on_contacts), (far, in_a_field)) = (witness(), witness());
        let two = Builder::new().card_made("near", near).card_made("far", far);
        let host = two.slot_name("Contacts 0").contactless(1).start().expect("it starts");
        let names: Vec<_> = host.slots().into_iter().map(|slot| (slot.reader, slot.card)).collect();
        let named = |reader: &str, card: &str| (reader.to_owned(), Some(card.to_owned()));
        assert_eq!(names, [named("Contacts 0", "near"), named("Virtuale Contactless 00 01", "far")]);
        for (slot, seen, kind) in [(0, on_contacts, Interface::Contact), (1, in_a_field, Interface::Contactless)] {
            assert!(matches!(host.reinsert(slot), Err(HostError::Slot(_))), "it is in");
            host.remove(slot).expect("a card");
            assert_eq!(host.slots()[slot].card, None);
            host.reinsert(slot).expect("the same card");
            assert_eq!(*seen.lock().expect("no thread panics"), [kind; 2]);
        }
        let names: Vec<_> = host.slots().into_iter().filter_map(|slot| slot.card).collect();
        assert_eq!(names, ["near", "far"], "what is known of a card comes back with it");
    }

    #[test]
    fn what_no_slot_has_is_refused() {
        let beyond = Builder::new().contactless(2).start().map(drop);
        assert!(matches!(beyond, Err(HostError::NoPlaceForAntenna { slot: 2, slots: 2 })), "{beyond:?}");
        let names = Builder::new().empty_slot().slot_name("A").slot_name("B").start().map(drop);
        assert!(matches!(names, Err(HostError::TooManyNames { names: 2, slots: 1 })), "{names:?}");
    }
}
