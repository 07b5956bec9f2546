//! The lists that verbs with cards consult, where they are given any.

use std::path::PathBuf;

use jiff::civil::Date;

use super::{Failure, cards};
use crate::lists::{Lists, opposition::Opposition, tod::Tod};

/// Which lists.
#[derive(Debug, clap::Args)]
pub(super) struct Consulted {
    /// Consult this opposition list, or the lists of this folder: what may be done with each card is then said by them
    /// too
    #[arg(long, value_name = "LIST")]
    opposition: Option<PathBuf>,
    /// Say where the care forms of each card go, by this table of destinations
    #[arg(long, value_name = "TABLE")]
    tod: Option<PathBuf>,
}

impl Consulted {
    /// The names of the arguments, for others that do not go with them.
    pub(super) const ARGUMENTS: [&str; 2] = ["opposition", "tod"];

    /// Reads them, as of a day.
    ///
    /// # Errors
    ///
    /// That one cannot be read, or what is wrong with it.
    pub(super) fn lists(&self, today: Date) -> Result<Lists, Failure> {
        let opposition = self.opposition.as_ref().map(|path| Opposition::open(path, today));
        let tod = self.tod.as_ref().map(|path| Tod::open(path, today));
        Ok(Lists {
            opposition: opposition.transpose().map_err(cards::failure)?,
            tod: tod.transpose().map_err(cards::failure)?,
        })
    }
}
