//! What things took another time.

use std::{collections::HashMap, time::Duration};

/// The times of a dialogue with a card. A command takes what one like it took there.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// By header and length: commands that differ in their data alone.
    alike: HashMap<Vec<u8>, Duration>,
    /// By INS.
    instructions: HashMap<u8, Duration>,
    any: Duration,
    reset: Duration,
}

impl Recorded {
    /// The bytes of a command that say what it does, and how much: its header and the byte behind it.
    pub const HEADER: usize = 5;

    /// The times of commands, by their first [`Recorded::HEADER`] bytes or less, and of resets that were seen. Of
    /// several like ones it is the median, the lower of two.
    #[must_use]
    pub fn new(commands: impl IntoIterator<Item = (Vec<u8>, Duration)>, resets: Vec<Duration>) -> Self {
        let (mut alike, mut instructions) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        let mut any = Vec::new();
        for (command, time) in commands {
            instructions.entry(ins(&command)).or_default().push(time);
            alike.entry(command).or_default().push(time);
            any.push(time);
        }
        Self {
            alike: alike.into_iter().map(|(header, times)| (header, median(times))).collect(),
            instructions: instructions.into_iter().map(|(ins, times)| (ins, median(times))).collect(),
            any: median(any),
            reset: median(resets),
        }
    }

    /// Whether there is no time at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.alike.is_empty()
    }

    /// What a command takes: the time of those with its header and length, else of those with its INS, else of any.
    #[must_use]
    pub fn command(&self, command: &[u8]) -> Duration {
        let alike = self.alike.get(header(command));
        *alike.or_else(|| self.instructions.get(&ins(command))).unwrap_or(&self.any)
    }

    /// What a reset takes.
    #[must_use]
    pub fn reset(&self) -> Duration {
        self.reset
    }
}

fn header(command: &[u8]) -> &[u8] {
    &command[..command.len().min(Recorded::HEADER)]
}

fn ins(command: &[u8]) -> u8 {
    command.get(1).copied().unwrap_or_default()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or_default()
}
