//! The database in which cards are kept: opened, opened again after a failure, and what is written in one step.
//!
//! It is `redb`'s, which keeps a transaction wholly or not at all and has it on the disk before it says so. After a
//! failure of the disk `redb` takes no more writes until it is opened again; that is done here, so that a disk which
//! has room again is written to again. What stands in the tables is the matter of [`records`](super::records).

use std::{
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use redb::{Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, StorageError, WriteTransaction};

use super::StateError;

/// How much of the database is kept in memory, in bytes: hundreds of cards.
const CACHE: usize = 16 * 1024 * 1024;

/// Opens the database.
type Open = dyn Fn(&Path) -> Result<Database, DatabaseError> + Send;

/// A database that is there.
pub(super) struct Store {
    path: PathBuf,
    open: Box<Open>,
    /// Nothing after a failure, until it could be opened again.
    database: Option<Database>,
}

impl Store {
    /// Opens the database of a file, and looks at all of it: what a program that was killed left is put in order, and
    /// what anybody else changed is found.
    ///
    /// # Errors
    ///
    /// [`StateError::Damaged`] if it is none, or not whole; [`StateError::Disk`] if the disk fails.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        let open = |path: &Path| Builder::new().set_cache_size(CACHE).set_check_integrity_on_open(true).open(path);
        Self::open_by(path, Box::new(open))
    }

    /// The same by other means.
    pub(super) fn open_by(path: &Path, open: Box<Open>) -> Result<Self, StateError> {
        let mut store = Self { path: path.to_owned(), open, database: None };
        store.database()?;
        Ok(store)
    }

    /// Makes an empty database in a file that is not there.
    ///
    /// # Errors
    ///
    /// [`StateError::Disk`] if it cannot be made.
    pub(super) fn create(path: &Path, fill: &Work<'_>) -> Result<(), StateError> {
        let made = Builder::new().set_cache_size(CACHE).create(path).map_err(redb::Error::from);
        made.and_then(|database| commit(&database, fill)).map_err(|error| failed(path, error))
    }

    /// The database, opened again if it failed before.
    fn database(&mut self) -> Result<&Database, StateError> {
        let database = match self.database.take() {
            Some(database) => database,
            // One that somebody changed may make redb panic.
            None => catch_unwind(AssertUnwindSafe(|| (self.open)(&self.path)))
                .map_err(|_| self.damaged("its pages contradict each other"))?
                .map_err(|error| failed(&self.path, error.into()))?,
        };
        Ok(self.database.insert(database))
    }

    /// Writes something in one step, which is on the disk when this returns. If the disk fails, it is tried once more
    /// with the database opened again, since part of what had failed could be there.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it could not be kept. It may be there all the same if the disk failed at the end of it: who
    /// must know writes once more what was there before.
    pub(super) fn write(&mut self, work: &Work<'_>) -> Result<(), StateError> {
        let first = self.try_write(work);
        if first.is_err() {
            return self.try_write(work).map_err(|_| first.err().unwrap_or(StateError::Closed));
        }
        first
    }

    fn try_write(&mut self, work: &Work<'_>) -> Result<(), StateError> {
        let done = commit(self.database()?, work);
        done.map_err(|error| {
            self.database = None;
            failed(&self.path, error)
        })
    }

    /// Reads something, as it was after the last write.
    ///
    /// # Errors
    ///
    /// [`StateError`] if it cannot be read.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, StateError> {
        let begun = self.database()?.begin_read();
        let read = begun.map_err(redb::Error::from).and_then(|transaction| work(&transaction));
        read.map_err(|error| {
            self.database = None;
            failed(&self.path, error)
        })
    }

    /// That another version of this program wrote it.
    pub(super) fn version(&self, found: u64) -> StateError {
        StateError::Version { path: self.path.clone(), found }
    }

    /// That something in it is not as this program writes it.
    pub(super) fn damaged(&self, why: &str) -> StateError {
        StateError::Damaged { path: self.path.clone(), why: why.to_owned() }
    }
}

/// What is done in one step.
pub(super) type Work<'a> = dyn Fn(&WriteTransaction) -> Result<(), redb::Error> + 'a;

fn commit(database: &Database, work: &Work<'_>) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    work(&transaction)?;
    Ok(transaction.commit()?)
}

/// Why the database was not used: that the disk fails, or that it is no such database.
fn failed(path: &Path, error: redb::Error) -> StateError {
    let path = path.to_owned();
    match error {
        // So redb says of a file that does not begin as its own do.
        redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            StateError::Damaged { path, why: "it is no database of redb".into() }
        }
        redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            StateError::Damaged { path, why: "it is cut off".into() }
        }
        redb::Error::Io(error) => StateError::Disk { path, error },
        redb::Error::PreviousIo => StateError::Disk { path, error: io::Error::other(StorageError::PreviousIo) },
        redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => StateError::Held { path, holder: None },
        redb::Error::UpgradeRequired(version) => StateError::Version { path, found: version.into() },
        other => StateError::Damaged { path, why: other.to_string() },
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}
