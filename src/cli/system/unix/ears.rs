//! The end of what serves: a signal, or whoever asks for it.

use std::io;

use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::supervise::Ignored;

/// Our ears. From the moment they exist, no signal ends us that they hear.
#[derive(Debug)]
pub(in crate::cli) struct Ears(Signals);

impl Ears {
    /// Starts to listen. A background job has Ctrl-C ignored, nohup the end of the terminal; SIGTERM ends whatever was
    /// started.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn open() -> io::Result<Self> {
        let ignored = Ignored::now();
        let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|&signal| signal == SIGTERM || !ignored.has(signal));
        Signals::new(heard).map(Self)
    }

    /// What ends the listening.
    pub(in crate::cli) fn close(&self) -> impl Fn() + Send + Sync + 'static + use<> {
        let handle = self.0.handle();
        move || handle.close()
    }

    /// Waits for the end.
    pub(in crate::cli) fn wait(mut self) {
        let _ = self.0.forever().next();
    }
}
