//! The end of what serves: Ctrl-C and what else a console ends its programs with, or whoever asks for it.

use std::{
    io,
    sync::mpsc::{Receiver, Sender, channel},
};

/// Our ears. From the moment they exist, Ctrl-C ends nobody but what waits here.
#[derive(Debug)]
pub(in crate::cli) struct Ears {
    heard: Receiver<()>,
    tell: Sender<()>,
}

impl Ears {
    /// Starts to listen.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(in crate::cli) fn open() -> io::Result<Self> {
        let (tell, heard) = channel();
        let told = tell.clone();
        ctrlc::set_handler(move || note(&told)).map_err(io::Error::other)?;
        Ok(Self { heard, tell })
    }

    /// What ends the listening.
    pub(in crate::cli) fn close(&self) -> impl Fn() + Send + Sync + 'static + use<> {
        let tell = self.tell.clone();
        move || note(&tell)
    }

    /// Waits for the end.
    pub(in crate::cli) fn wait(self) {
        let _ = self.heard.recv();
    }
}

fn note(tell: &Sender<()>) {
    // Nobody waits any more where that fails.
    let _ = tell.send(());
}
