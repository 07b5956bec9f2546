//! Which members of two lists belong together.

use std::collections::{BTreeMap, VecDeque};

use crate::work::step;

/// What tells a member apart.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Key<'z> {
    Fields(Vec<&'z [u8]>),
    Number(u16),
}

impl<'z> Key<'z> {
    pub(super) fn of_fields(fields: Vec<&'z [u8]>) -> Self {
        Self::Fields(fields)
    }

    pub(super) fn of_number(number: u16) -> Self {
        Self::Number(number)
    }
}

/// Which members belong together: their indexes.
pub(super) struct Pairs {
    /// Those of both lists, in the order of the first.
    pub(super) both: Vec<(usize, usize)>,
    /// Those that only the first or only the second list has, in its order.
    pub(super) only: [Vec<usize>; 2],
}

/// Pairs the members of two lists by each key in turn; where several have the same, in their order. A member that a key
/// says nothing of waits for the next key.
pub(super) fn pair<'z, T>(left: &[T], right: &[T], keys: &[fn(&T) -> Option<Key<'z>>]) -> Pairs {
    let (mut partners, mut is_taken) = (vec![None; left.len()], vec![false; right.len()]);
    for key in keys {
        let mut waiting: BTreeMap<Key<'z>, VecDeque<usize>> = BTreeMap::new();
        step(left.len() + right.len());
        for (index, member) in right.iter().enumerate().filter(|(index, _)| !is_taken[*index]) {
            if let Some(key) = key(member) {
                waiting.entry(key).or_default().push_back(index);
            }
        }
        for (member, partner) in left.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            *partner = key(member).and_then(|key| waiting.get_mut(&key)?.pop_front());
            if let Some(taken) = *partner {
                is_taken[taken] = true;
            }
        }
    }
    let both = partners.iter().enumerate().filter_map(|(index, partner)| Some((index, (*partner)?))).collect();
    let alone = partners.iter().enumerate().filter(|(_, partner)| partner.is_none()).map(|(index, _)| index).collect();
    let other = is_taken.iter().enumerate().filter(|(_, is_taken)| !**is_taken).map(|(index, _)| index).collect();
    Pairs { both, only: [alone, other] }
}

impl Pairs {
    /// For each pair, whether it stands elsewhere among the pairs of the second list.
    pub(super) fn moved(&self) -> Vec<bool> {
        let mut sorted: Vec<usize> = self.both.iter().map(|(_, right)| *right).collect();
        sorted.sort_unstable();
        self.both.iter().zip(sorted).map(|((_, right), in_order)| *right != in_order).collect()
    }
}
