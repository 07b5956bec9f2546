//! Finding, selecting and using files, and asking about PINs: what an applet needs whose commands are its own.
//!
//! A [`FileHandle`] is found from another one and belongs to the command under way. Nothing here is a command: an
//! applet says what its parameters mean, which status word it gives, and when it commits.

use crate::{
    Fid, Sfi, StatusWord,
    chip::{Content, Context},
    fs::{File, Kind, Location, Misfit, RecordFile},
    image::{FileIndex, RecordStructure},
    security::Operation,
    vault::Class,
};

/// A file that an applet found during the command under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FileHandle(Location);

/// What a file is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileForm {
    /// A DF or the MF.
    Directory,
    /// An EF of bytes.
    Transparent {
        /// How many bytes it has.
        size: usize,
    },
    /// An EF of records.
    Records {
        /// How the records are kept.
        structure: RecordStructure,
        /// The longest record, in bytes; the length of each where it is fixed.
        record_length: u8,
        /// How many records there are, which is the number of the last one.
        count: u8,
    },
}

impl FileHandle {
    fn index(self) -> FileIndex {
        self.0.ef.unwrap_or(self.0.df)
    }

    /// Whether it is a DF or the MF.
    #[must_use]
    pub fn is_df(self) -> bool {
        self.0.ef.is_none()
    }
}

impl Context<'_> {
    /// The DF where the selection of the command's class begins: the MF, or what the image says for a class of an
    /// application's own.
    #[must_use]
    pub fn home(&self) -> FileHandle {
        FileHandle(Location::df(self.core.side(self.number()).map_or(FileIndex::MF, |side| side.home)))
    }

    /// The current DF.
    #[must_use]
    pub fn current_df(&self) -> FileHandle {
        FileHandle(Location::df(self.channel().df()))
    }

    /// The current EF; `None` if none is.
    #[must_use]
    pub fn current_ef(&self) -> Option<FileHandle> {
        let ef = self.channel().ef().ok()?;
        Some(FileHandle(Location { df: self.channel().df(), ef: Some(ef) }))
    }

    /// The file with an identifier in a DF.
    #[must_use]
    pub fn child(&self, df: FileHandle, fid: Fid) -> Option<FileHandle> {
        self.core.files.child(self.directory(df)?, fid).map(FileHandle)
    }

    /// The EF with a short identifier in a DF.
    #[must_use]
    pub fn child_by_sfi(&self, df: FileHandle, sfi: Sfi) -> Option<FileHandle> {
        let df = self.directory(df)?;
        self.core.files.child_by_sfi(df, sfi).map(|ef| FileHandle(Location { df, ef: Some(ef) }))
    }

    /// The file at the end of a path of identifiers from a DF, which may begin with `3F00` for the MF or `3FFF` for the
    /// DF itself.
    #[must_use]
    pub fn at_path(&self, df: FileHandle, path: &[Fid]) -> Option<FileHandle> {
        self.core.files.at_path(self.directory(df)?, path.iter().copied()).map(FileHandle)
    }

    /// The DF that a file is in; for an EF, the one through which it was found. `None` for the MF.
    #[must_use]
    pub fn parent(&self, file: FileHandle) -> Option<FileHandle> {
        let Location { df, ef } = file.0;
        if ef.is_some() {
            return Some(FileHandle(Location::df(df)));
        }
        self.core.files.parent(self.directory(file)?).map(|df| FileHandle(Location::df(df)))
    }

    /// Makes a file current: a DF, or an EF and the DF through which it was found. What the applet noted as proved in
    /// another DF is forgotten, and so are the local proofs of an application that is left.
    pub fn select(&mut self, file: FileHandle) {
        if self.file(file).is_none() {
            return;
        }
        let Location { df, ef } = file.0;
        if ef.is_none() || df != self.channel().df() {
            self.enter(df, None);
        }
        if let Some(ef) = ef {
            self.channel_mut().open_ef(ef);
        }
    }

    /// The identifier of a file.
    #[must_use]
    pub fn fid(&self, file: FileHandle) -> Option<Fid> {
        self.file(file).map(File::fid)
    }

    /// What a file is.
    #[must_use]
    pub fn form(&self, file: FileHandle) -> Option<FileForm> {
        Some(match &self.file(file)?.kind {
            Kind::Directory(_) => FileForm::Directory,
            Kind::Transparent(span) => FileForm::Transparent { size: span.length() },
            Kind::Records(records) => FileForm::Records {
                structure: records.structure(),
                record_length: records.record_length(),
                count: records.count(&self.core.memory),
            },
        })
    }

    /// Whether a file is in use: its life cycle is that of a file whose content may be used at all.
    #[must_use]
    pub fn is_operational(&self, file: FileHandle) -> bool {
        self.file(file).is_some_and(|file| file.is_operational(&self.core.memory))
    }

    /// A transparent EF as a [`Content`], for [`Context::read`], [`Context::update`] and what needs no rule; `None` for
    /// another file.
    #[must_use]
    pub fn content(&self, file: FileHandle) -> Option<Content> {
        let found = self.file(file)?;
        match found.kind {
            Kind::Transparent(span) => Some(Content::new(file.index(), found.fid(), span)),
            Kind::Directory(_) | Kind::Records(_) => None,
        }
    }

    /// A record, counted from 1; in a cyclic file number 1 is the newest.
    ///
    /// # Errors
    ///
    /// `6981` if the file has no records, `6985` if it is out of use, `6982` if its rule forbids it, `6A83` if there is
    /// no such record.
    pub fn record(&self, file: FileHandle, number: u8) -> Result<&[u8], StatusWord> {
        let records = self.records(file)?;
        self.authorize(file.index(), Operation::Read)?;
        records.record(&self.core.memory, number).ok_or(StatusWord::RECORD_NOT_FOUND)
    }

    /// A record, whatever the file's rule says: not for the outside world.
    ///
    /// # Errors
    ///
    /// `6981` if the file has no records, `6A83` if there is no such record.
    pub fn own_record(&self, file: FileHandle, number: u8) -> Result<&[u8], StatusWord> {
        let records = self.records(file)?;
        records.record(&self.core.memory, number).ok_or(StatusWord::RECORD_NOT_FOUND)
    }

    /// Replaces a record; it stays once it is [committed](Context::commit).
    ///
    /// # Errors
    ///
    /// As [`Context::record`], and `6700` or `6A84` if the record does not fit; nothing is then written.
    pub fn replace_record(&mut self, file: FileHandle, number: u8, record: &[u8]) -> Result<(), StatusWord> {
        let records = self.records(file)?;
        self.authorize(file.index(), Operation::Update)?;
        if records.record(&self.core.memory, number).is_none() {
            return Err(StatusWord::RECORD_NOT_FOUND);
        }
        records.replace(&mut self.core.memory, number, record).map_err(StatusWord::from)
    }

    /// Adds a record and gives its number; in a full cyclic file it takes the place of the oldest. It stays once it is
    /// [committed](Context::commit).
    ///
    /// # Errors
    ///
    /// `6981`, `6985` and `6982` as [`Context::record`]; `6700` or `6A84` if it does not fit.
    pub fn append_record(&mut self, file: FileHandle, record: &[u8]) -> Result<u8, StatusWord> {
        let records = self.records(file)?;
        self.authorize(file.index(), Operation::Append)?;
        records.append(&mut self.core.memory, record).map_err(StatusWord::from)
    }

    /// The number of the current record of the current EF; `None` until one was [pointed to](Context::point_to).
    #[must_use]
    pub fn current_record(&self) -> Option<u8> {
        self.channel().record()
    }

    /// The number of the record after the current one, or of the first; `None` behind the last.
    #[must_use]
    pub fn next_record(&self) -> Option<u8> {
        let records = self.records(self.current_ef()?).ok()?;
        let next = self.current_record().map_or(Some(1), |number| number.checked_add(1))?;
        (next <= records.count(&self.core.memory)).then_some(next)
    }

    /// Makes a record of the current EF the current one. Selecting an EF forgets it.
    pub fn point_to(&mut self, record: u8) {
        self.channel_mut().point_to(record);
    }

    /// Whether the PIN that a reference means in the current DF was proved: a global one, or with bit `80` a local one.
    ///
    /// # Errors
    ///
    /// `6A88` if there is no such PIN.
    pub fn is_pin_proved(&self, reference: u8) -> Result<bool, StatusWord> {
        Ok(self.is_proved(self.find(Class::Pin, reference)?))
    }

    /// How many tries a PIN has left; 15 where there are any number.
    ///
    /// # Errors
    ///
    /// `6A88` if there is no such PIN.
    pub fn pin_tries_left(&self, reference: u8) -> Result<u8, StatusWord> {
        Ok(self.tries_left(self.find(Class::Pin, reference)?))
    }

    fn file(&self, file: FileHandle) -> Option<&File> {
        self.core.files.get(file.index())
    }

    fn directory(&self, file: FileHandle) -> Option<FileIndex> {
        self.file(file)?.directory().map(|_| file.index())
    }

    fn records(&self, file: FileHandle) -> Result<RecordFile, StatusWord> {
        match self.file(file).map(|file| &file.kind) {
            Some(Kind::Records(records)) => Ok(*records),
            _ => Err(StatusWord::INCOMPATIBLE_WITH_FILE),
        }
    }
}

impl From<Misfit> for StatusWord {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Length => Self::WRONG_LENGTH,
            Misfit::Room => Self::NO_ROOM,
        }
    }
}
