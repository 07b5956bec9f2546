//! The quiet client: a command from time to time to a card that nobody else uses.

use std::{
    fmt, thread,
    time::{Duration, Instant},
};

use libtest_mimic::Failed;
use virtuale::{
    engine::Response,
    terminal::transport::{Transport, pcsclite::Service},
};

use crate::serve::Serve;

/// READ BINARY of 128 bytes of the identity, by its short identifier.
const COMMAND: [u8; 5] = [0x00, 0xB0, 0x82, 0x00, 0x80];

/// How long it waits between two commands.
const PAUSE: Duration = Duration::from_millis(5);

/// How long it waited for its answers, each time.
#[derive(Debug, Default)]
pub(crate) struct Quiet(Vec<Duration>);

impl Quiet {
    /// Sends commands for so long.
    pub(crate) fn time(serve: &Serve, time: Duration) -> Result<Self, Failed> {
        let mut service = Service::establish(&serve.socket()).map_err(|error| error.to_string())?;
        let reader = service.slots().map_err(|error| error.to_string())?.swap_remove(0).name;
        let mut card = service.into_connection(&reader).map_err(|error| error.to_string())?;
        let mut response = Response::new();
        let select = [&[0x00, 0xA4, 0x04, 0x00, 0x0B, 0xD2, 0x50, 0x00, 0x00, 0x02][..], b"VITALE"].concat();
        card.transmit(&select, &mut response).map_err(|error| error.to_string())?;
        let (start, mut times) = (Instant::now(), Vec::new());
        while start.elapsed() < time {
            thread::sleep(PAUSE);
            let sent = Instant::now();
            card.transmit(&COMMAND, &mut response).map_err(|error| format!("the quiet client: {error}"))?;
            times.push(sent.elapsed());
            if response.as_bytes().len() != 130 {
                return Err(format!("the quiet client got {:02X?}", response.as_bytes()).into());
            }
        }
        if times.is_empty() { Err("too little time".into()) } else { Ok(Self(times)) }
    }

    /// These times and those.
    pub(crate) fn and(self, more: Self) -> Self {
        Self([self.0, more.0].concat())
    }

    /// The 99th percentile.
    pub(crate) fn p99(&self) -> Duration {
        self.percentile(99)
    }

    fn percentile(&self, percent: usize) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        times.get(times.len() * percent / 100).copied().unwrap_or_default()
    }
}

impl fmt::Display for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, p99] = [50, 99].map(|percent| self.percentile(percent).as_micros());
        write!(f, "{median} and {p99} us")
    }
}
