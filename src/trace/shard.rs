//! A part of the work, for CI jobs that share it.

use std::{fmt, str::FromStr};

/// Part `index` of `total`, from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Shard {
    index: usize,
    total: usize,
}

/// Why there is no such part.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ShardError {
    /// Not `i/n` with 1 <= i <= n.
    #[error("`{0}` is no shard: write i/n with i from 1 to n, such as 2/4, or auto")]
    Form(String),
    /// No CI variables say which part this job has.
    #[error("no CI variable says which shard this is; known are those of {}", known_services())]
    NoService,
}

/// The variables of a CI service that say which of several equal jobs this is.
struct Service {
    name: &'static str,
    index: &'static str,
    total: &'static str,
    /// What the service calls the first job.
    first: usize,
}

/// As the services document them.
const SERVICES: [Service; 6] = [
    Service { name: "GitLab", index: "CI_NODE_INDEX", total: "CI_NODE_TOTAL", first: 1 },
    Service { name: "CircleCI", index: "CIRCLE_NODE_INDEX", total: "CIRCLE_NODE_TOTAL", first: 0 },
    Service { name: "Buildkite", index: "BUILDKITE_PARALLEL_JOB", total: "BUILDKITE_PARALLEL_JOB_COUNT", first: 0 },
    Service { name: "Semaphore", index: "SEMAPHORE_JOB_INDEX", total: "SEMAPHORE_JOB_COUNT", first: 1 },
    Service { name: "Bitbucket", index: "BITBUCKET_PARALLEL_STEP", total: "BITBUCKET_PARALLEL_STEP_COUNT", first: 0 },
    Service { name: "Azure", index: "SYSTEM_JOBPOSITIONINPHASE", total: "SYSTEM_TOTALJOBSINPHASE", first: 1 },
];

fn known_services() -> String {
    SERVICES.map(|service| format!("{} ({}, {})", service.name, service.index, service.total)).join(", ")
}

impl Shard {
    /// `None` unless 1 <= index <= total.
    #[must_use]
    pub fn new(index: usize, total: usize) -> Option<Self> {
        (1..=total).contains(&index).then_some(Self { index, total })
    }

    /// Which part this CI job has, as its service's variables say. `variable` reads one.
    ///
    /// # Errors
    ///
    /// [`ShardError::NoService`] if no service's variables are there, [`ShardError::Form`] if they make no sense.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ShardError> {
        for service in SERVICES {
            let (Some(index), Some(total)) = (variable(service.index), variable(service.total)) else { continue };
            let numbers = index.trim().parse::<usize>().ok().zip(total.trim().parse().ok());
            let shard = numbers.and_then(|(index, total)| Self::new((index + 1).checked_sub(service.first)?, total));
            return shard.ok_or_else(|| ShardError::Form(format!("{index}/{total} of {}", service.name)));
        }
        Err(ShardError::NoService)
    }

    /// Its part of the work: every n-th piece, so that neighbours, which are often alike, are spread.
    #[must_use]
    pub fn of<T>(self, work: Vec<T>) -> Vec<T> {
        work.into_iter().skip(self.index - 1).step_by(self.total).collect()
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split_once('/').and_then(|(index, total)| index.parse().ok().zip(total.parse().ok()));
        numbers.and_then(|(index, total)| Self::new(index, total)).ok_or_else(|| ShardError::Form(text.to_owned()))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.total)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Shard, ShardError};

    #[test]
    fn a_shard_is_i_of_n() {
        assert_eq!("2/4".parse::<Shard>().map(|shard| shard.to_string()), Ok("2/4".to_owned()));
        for wrong in ["0/4", "5/4", "4", "a/b", "1/0", "-1/2", ""] {
            assert_eq!(wrong.parse::<Shard>(), Err(ShardError::Form(wrong.to_owned())));
        }
    }

    #[test]
    fn ci_services_count_from_zero_or_one() {
        let shard = |pairs: &[(&str, &str)]| {
            Shard::from_variables(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(shard(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")]), Ok(Shard { index: 1, total: 3 }));
        assert_eq!(shard(&[("CIRCLE_NODE_INDEX", "0"), ("CIRCLE_NODE_TOTAL", "3")]), Ok(Shard { index: 1, total: 3 }));
        assert_eq!(shard(&[("CI_NODE_TOTAL", "3")]), Err(ShardError::NoService));
        assert!(matches!(shard(&[("CI_NODE_INDEX", "4"), ("CI_NODE_TOTAL", "3")]), Err(ShardError::Form(_))));
        assert!(matches!(shard(&[("CI_NODE_INDEX", "0"), ("CI_NODE_TOTAL", "3")]), Err(ShardError::Form(_))));
    }

    proptest! {
        #[test]
        fn shards_share_the_work_without_loss(work in 0usize..50, total in 1usize..10) {
            let mut all: Vec<usize> = (1..=total)
                .flat_map(|index| Shard::new(index, total).expect("in range").of((0..work).collect()))
                .collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..work).collect::<Vec<_>>());
        }
    }
}
