//! A PC/SC library with the readers and cards inside of the program that uses it: no server, no socket, no other
//! thread.
//!
//! It takes the place of pcsc-lite's library. Which cards there are is said by the environment ([`settings`]); where
//! that says nothing, the library is a client of a service, as any other.
//!
//! The cards are those of one process, and end with it. Nobody pulls them or puts others in. What a card does is the
//! business of the other packages, and so is what programs may do with it.

mod context;
pub mod settings;
#[cfg(test)]
mod tests;

use std::{
    panic::catch_unwind,
    sync::{Arc, Weak},
};

use context::{Changes, Within};
use settings::{Mistake, Settings, language};
use virtuale::reader::{Readers, ReturnCode, Session, Watcher};
use virtuale_winscard::{
    interface,
    library::Library,
    platform::Platform,
    service::{Context, Service},
};

static LIBRARY: Library = Library::new(find, Platform::NATIVE);

virtuale_winscard::export!(LIBRARY);

/// The readers of this process.
#[derive(Debug)]
pub struct InProcess {
    readers: Arc<Readers>,
}

impl InProcess {
    /// A service of these readers.
    #[must_use]
    pub fn new(readers: Arc<Readers>) -> Self {
        Self { readers }
    }
}

impl Service for InProcess {
    fn look(&self) -> Result<(), ReturnCode> {
        Ok(())
    }

    fn establish(&self, scope: u32) -> Result<(u32, Box<dyn Context>), ReturnCode> {
        let session = Session::unattended(Arc::clone(&self.readers));
        let number = session.establish(scope)?;
        let changes = Arc::<Changes>::default();
        let watcher: Weak<Changes> = Arc::downgrade(&changes);
        let watcher: Weak<dyn Watcher> = watcher;
        self.readers.watch(watcher);
        Ok((number, Box::new(Within::new(Arc::clone(&self.readers), session, number, changes))))
    }
}

/// The service of this process: the cards that its environment names, or a service of others if it names none.
///
/// # Errors
///
/// [`ReturnCode::NO_SERVICE`] if something is wrong with the cards, of which standard error is told.
pub fn find() -> Result<Arc<dyn Service>, ReturnCode> {
    let Some(settings) = Settings::of_process() else { return interface::find() };
    let made = catch_unwind(|| settings.readers());
    match made {
        Ok(Ok(readers)) => Ok(Arc::new(InProcess::new(readers))),
        Ok(Err(mistake)) => refuse(&mistake),
        // What it panicked of stands on standard error already.
        Err(_) => Err(ReturnCode::NO_SERVICE),
    }
}

fn refuse(mistake: &Mistake) -> Result<Arc<dyn Service>, ReturnCode> {
    #[expect(clippy::print_stderr, reason = "a library has no other way to say why there is no card")]
    if is_heard() {
        eprintln!("virtuale: {}", mistake.text(language()));
    }
    Err(ReturnCode::NO_SERVICE)
}

/// Whether somebody may read standard error. A program that writes where nobody does is ended by the system, unless it
/// asked not to be: not for a word of ours.
#[cfg(unix)]
fn is_heard() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stderr = std::io::stderr();
    let mut place = [PollFd::new(&stderr, PollFlags::OUT)];
    let asked = poll(&mut place, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    let gone = PollFlags::ERR | PollFlags::HUP | PollFlags::NVAL;
    asked.is_ok() && place.iter().all(|place| !place.revents().intersects(gone))
}

#[cfg(not(unix))]
fn is_heard() -> bool {
    true
}
