//! The cards of a host are made, before anything is that would have to be removed.

use std::sync::Arc;

use super::{Builder, Prepared, Ties};
use crate::{
    host::{
        HostError, galss,
        making::{Content, Making, Shelf},
        real::{self, Sought},
        recording::Run,
    },
    profile::dates,
    reader::{Label, Readers},
};

impl Builder {
    /// Makes the cards, in readers of this process alone: no program finds them, nothing is recorded, and nobody is
    /// told of events. Who has the readers opens a [`Session`](crate::reader::Session) on them.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are not about sockets and recordings.
    pub fn in_process(self) -> Result<Arc<Readers>, HostError> {
        let Prepared { readers, making, cards, .. } = self.prepare()?;
        for (slot, made) in cards.into_iter().enumerate() {
            let Some(made) = made else { continue };
            let label = Label::new(made.origin.clone());
            readers.insert(slot, making.dress(slot, made, None), Some(label))?;
        }
        Ok(readers)
    }

    /// Makes the cards, and nothing that would have to be removed: card files may be pipes, and what they wait for may
    /// be ended by any signal.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are not about sockets and recordings.
    pub(crate) fn prepare(mut self) -> Result<Prepared, HostError> {
        match &self.model {
            Some(model) if self.slots.len() > model.slots.len() => {
                return Err(HostError::NoPlaceInModel { cards: self.slots.len(), slots: model.slots.len() });
            }
            Some(model) => self.slots.resize_with(model.slots.len(), || None),
            None if self.slots.is_empty() => self.slots = vec![None, None],
            None => {}
        }
        let contents = std::mem::take(&mut self.slots);
        let (contents, ties) = self.tied(contents)?;
        let readers = self.readers(contents.len())?;
        let resources = galss::named(self.galss.as_deref().unwrap_or_default(), contents.len())?;
        let is_made = |(content, tie): (&Option<Content>, &Option<_>)| {
            content.as_ref().map_or(tie.is_some(), Content::is_made_elsewhere)
        };
        let all_are_made = contents.iter().zip(&ties).all(is_made);
        let making = Making {
            today: self.today.unwrap_or_else(dates::today),
            seed: self.seed,
            families: self.families.clone(),
            bus: Arc::default(),
            layers: std::mem::take(&mut self.layers),
            sink: self.sink.take(),
            keeps_profiles: self.keeps_profiles,
            state: self.state.take(),
        };
        let (mut shelf, mut resets) = (Shelf::default(), std::mem::take(&mut self.resets));
        making.rehearse(&contents, &mut shelf, &resets)?;
        let make = |(slot, content): (usize, Option<Content>)| {
            content.map(|content| making.make(content, slot, &mut shelf, &mut resets)).transpose()
        };
        let cards = contents.into_iter().enumerate().map(make).collect::<Result<Vec<_>, _>>()?;
        resets.end()?;
        let run = Run { today: making.today, seed: Some(making.seed).filter(|_| !all_are_made) };
        Ok(Prepared { builder: self, readers, making, run, cards, ties, resources })
    }

    /// Looks for the real readers that were named: what is in them, and what binds slots to them. A slot whose reader
    /// has an antenna has one.
    fn tied(&mut self, contents: Vec<Option<Content>>) -> Result<(Vec<Option<Content>>, Ties), HostError> {
        let (mut found, mut ties) = (Vec::new(), Ties::new());
        for (slot, content) in contents.into_iter().enumerate() {
            let Some(real) = content.as_ref().and_then(Content::real) else {
                found.push(content);
                ties.push(None);
                continue;
            };
            let holder = ties.iter().position(|tie| tie.as_ref().is_some_and(|tie| tie.is_to(&real)));
            if let Some(slot) = holder {
                return Err(HostError::RealInSlot { reader: real.label(), slot });
            }
            let Sought { tie, card, in_field } = real::seek(real, None)?;
            if in_field && !self.contactless.contains(&slot) {
                self.contactless.push(slot);
            }
            self.remark.get_or_insert_with(|| real::REMARK.into());
            found.push(card);
            ties.push(Some(tie));
        }
        Ok((found, ties))
    }
}
