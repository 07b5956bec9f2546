//! What the library knows of a process: its contexts and their handles.
//!
//! A lookup takes a lock that all threads may have at the same time, for as long as the lookup takes. No lock is held
//! while a service works.
//!
//! What pcsc-lite's library does beyond its service is done here: it asks again while another handle has the card for
//! itself, and knows which handles are of which context.

use std::{
    env,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    thread,
    time::Duration,
};

use crate::{
    codes::ReturnCode,
    platform::Platform,
    service::{Context, Service, Transmitted},
    terms::{Disposition, Protocols, Share},
    wire::ReaderState,
};

/// The variable that says that nobody waits for the transactions of others [PCSC-LITE winscard_clnt.c].
const NO_BLOCKING: &str = "PCSCLITE_NO_BLOCKING";

/// How long it takes until a service is asked again that said "in use by another handle": most services wait a little
/// themselves before they say so.
const PAUSE: Duration = Duration::from_millis(10);

/// By this text among its bytes a shared object is known as ours.
pub const MARK: &str = "virtuale-winscard: a PC/SC library whose readers hold virtual cards";

/// The longest name of a reader that is asked for; a longer one is no name [PCSC-LITE winscard_clnt.c].
const LONGEST_NAME: usize = 128;

/// Where the service of a process is.
pub type Find = fn() -> Result<Arc<dyn Service>, ReturnCode>;

/// The library in a process.
pub struct Library {
    find: Find,
    platform: Platform,
    service: OnceLock<Result<Arc<dyn Service>, ReturnCode>>,
    blocks: OnceLock<bool>,
    contexts: RwLock<Table<Arc<dyn Context>>>,
    handles: RwLock<Table<Arc<Handle>>>,
}

/// An open handle.
pub(crate) struct Handle {
    number: u32,
    of: u32,
    context: Arc<dyn Context>,
    reader: Box<[u8]>,
}

/// Numbers, in order, and what they stand for.
struct Table<T>(Vec<(u32, T)>);

impl<T: Clone> Table<T> {
    const fn new() -> Self {
        Self(Vec::new())
    }

    fn find(&self, number: u32) -> Option<T> {
        let index = self.0.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.0.get(index).map(|(_, entry)| entry.clone())
    }

    fn put(&mut self, number: u32, entry: T) {
        match self.0.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(index) => self.0[index].1 = entry,
            Err(index) => self.0.insert(index, (number, entry)),
        }
    }

    fn take(&mut self, number: u32) -> Option<T> {
        let index = self.0.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(self.0.remove(index).1)
    }
}

impl Library {
    /// A library that knows nothing yet; its service is found when it is first needed.
    #[must_use]
    pub const fn new(find: Find, platform: Platform) -> Self {
        Self {
            find,
            platform,
            service: OnceLock::new(),
            blocks: OnceLock::new(),
            contexts: RwLock::new(Table::new()),
            handles: RwLock::new(Table::new()),
        }
    }

    /// Whose rules it has.
    pub(crate) fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The service.
    pub(crate) fn service(&self) -> Result<&dyn Service, ReturnCode> {
        match self.service.get_or_init(self.find) {
            Ok(service) => Ok(&**service),
            Err(code) => Err(*code),
        }
    }

    /// Opens a context.
    pub(crate) fn establish(&self, scope: u32) -> Result<u32, ReturnCode> {
        let (number, context) = self.service()?.establish(scope)?;
        self.contexts.write().unwrap_or_else(PoisonError::into_inner).put(number, context.into());
        Ok(number)
    }

    /// A context.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::INVALID_HANDLE`].
    pub(crate) fn context(&self, number: Option<u32>) -> Result<Arc<dyn Context>, ReturnCode> {
        let contexts = self.contexts.read().unwrap_or_else(PoisonError::into_inner);
        number.and_then(|number| contexts.find(number)).ok_or(ReturnCode::INVALID_HANDLE)
    }

    /// Closes a context. It is gone whatever the service says.
    pub(crate) fn release(&self, number: Option<u32>) -> Result<(), ReturnCode> {
        let released = self.context(number)?.release();
        let Some(number) = number else { return released };
        let context = self.contexts.write().unwrap_or_else(PoisonError::into_inner).take(number);
        let mut handles = self.handles.write().unwrap_or_else(PoisonError::into_inner);
        let (gone, stay) = std::mem::take(&mut handles.0).into_iter().partition(|(_, handle)| handle.of == number);
        handles.0 = stay;
        drop(handles);
        let gone: Vec<(u32, Arc<Handle>)> = gone;
        // With no lock held: it may be the end of a connection.
        drop((context, gone));
        released
    }

    /// Opens a handle on a reader.
    pub(crate) fn connect(
        &self,
        number: Option<u32>,
        reader: &[u8],
        share: Share,
        preferred: Protocols,
    ) -> Result<(u32, Protocols), ReturnCode> {
        if reader.len() > LONGEST_NAME {
            return Err(ReturnCode::INVALID_VALUE);
        }
        let context = self.context(number)?;
        let (handle, active) = context.connect(reader, share, preferred)?;
        let open = Handle { number: handle, of: number.unwrap_or_default(), context, reader: reader.into() };
        self.handles.write().unwrap_or_else(PoisonError::into_inner).put(handle, Arc::new(open));
        Ok((handle, active))
    }

    /// A handle.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::INVALID_HANDLE`].
    pub(crate) fn handle(&self, number: Option<u32>) -> Result<Arc<Handle>, ReturnCode> {
        let handles = self.handles.read().unwrap_or_else(PoisonError::into_inner);
        number.and_then(|number| handles.find(number)).ok_or(ReturnCode::INVALID_HANDLE)
    }

    /// Closes a handle. It is gone if the service says that it is.
    pub(crate) fn disconnect(&self, number: Option<u32>, disposition: Disposition) -> Result<(), ReturnCode> {
        let handle = self.handle(number)?;
        handle.context.disconnect(handle.number, disposition)?;
        self.handles.write().unwrap_or_else(PoisonError::into_inner).take(handle.number);
        Ok(())
    }

    /// Asks again and again while another handle has the card for itself, unless the environment says otherwise.
    pub(crate) fn patiently<T>(&self, ask: impl FnMut() -> T, code: impl Fn(&T) -> ReturnCode) -> T {
        insistently(ask, |said| code(said) == ReturnCode::SHARING_VIOLATION && self.blocks())
    }

    fn blocks(&self) -> bool {
        *self.blocks.get_or_init(|| env::var_os(NO_BLOCKING).is_none())
    }
}

/// Asks again and again while that is what is said.
pub(crate) fn insistently<T>(mut ask: impl FnMut() -> T, is_in_use: impl Fn(&T) -> bool) -> T {
    loop {
        let said = ask();
        if !is_in_use(&said) {
            return said;
        }
        thread::sleep(PAUSE);
    }
}

impl Handle {
    /// Sends a command to its card.
    pub(crate) fn transmit(&self, protocol: Protocols, command: &[u8], answer: &mut [u8]) -> Transmitted {
        self.context.transmit(self.number, protocol, command, answer)
    }

    /// Opens it anew.
    pub(crate) fn reconnect(&self, share: Share, preferred: Protocols, how: Disposition) -> (ReturnCode, Protocols) {
        self.context.reconnect(self.number, share, preferred, how)
    }

    /// Takes the card's lock.
    pub(crate) fn begin(&self) -> Result<(), ReturnCode> {
        self.context.begin(self.number)
    }

    /// Gives it back.
    pub(crate) fn end(&self, disposition: Disposition) -> Result<(), ReturnCode> {
        self.context.end(self.number, disposition)
    }

    /// Sends a control code to its reader.
    pub(crate) fn control(&self, code: u32, input: &[u8], answer: &mut [u8]) -> (ReturnCode, usize) {
        self.context.control(self.number, code, input, answer)
    }

    /// Reads an attribute of its reader.
    pub(crate) fn attribute(&self, attribute: u32, value: &mut [u8]) -> (ReturnCode, usize) {
        self.context.attribute(self.number, attribute, value)
    }

    /// Sets one.
    pub(crate) fn set_attribute(&self, attribute: u32, value: &[u8]) -> Result<(), ReturnCode> {
        self.context.set_attribute(self.number, attribute, value)
    }

    /// The state of its reader, if it is still good.
    ///
    /// # Errors
    ///
    /// [`ReturnCode::READER_UNAVAILABLE`] if the reader is gone, or what the service says of the handle.
    pub(crate) fn status(&self) -> Result<ReaderState, ReturnCode> {
        let mut found = None;
        self.context.states(&mut |states| {
            found = states.iter().find(|state| state.name.as_bytes() == &*self.reader).copied();
        })?;
        let state = found.ok_or(ReturnCode::READER_UNAVAILABLE)?;
        self.context.status(self.number)?;
        Ok(state)
    }
}

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("platform", &self.platform).finish_non_exhaustive()
    }
}
