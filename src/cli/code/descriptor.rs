//! Codes from a descriptor that whoever started the program opened.
//!
//! Nothing here takes it from anybody. What is wrong with it is said before any card is asked.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Read},
};

use zeroize::Zeroizing;

use crate::{
    cli::{
        Failure,
        language::Language,
        messages::{Message, in_both},
        system::{self, Opened},
    },
    profile::{reason::reason, said::Bilingual},
};

/// No line with a code is longer, in bytes; of a longer one the rest is passed over.
const LONGEST_LINE: u64 = 256;

/// A descriptor with codes, one in each line.
pub(in crate::cli) struct Descriptor {
    number: u32,
    input: BufReader<File>,
}

impl Descriptor {
    /// Opens it for reading, from where it stands.
    ///
    /// # Errors
    ///
    /// That it is not open, that it is open for writing only, or that it is a terminal, which would show the code.
    pub(super) fn open(number: u32) -> Result<Self, Failure> {
        let input = match system::descriptor::open(number) {
            Opened::Ready(input) => input,
            Opened::WriteOnly => return Err(refused(number, Message::DescriptorWriteOnly)),
            Opened::Not(error) => return Err(unreadable(number, &error)),
        };
        if input.is_terminal() {
            return Err(refused(number, Message::DescriptorIsTerminal));
        }
        Ok(Self { number, input: BufReader::new(input) })
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    ///
    /// That nothing can be read any more.
    pub(super) fn line(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        // As long as any line is, so that no part of it is left behind when it grows.
        let mut line = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST_LINE).unwrap_or(usize::MAX)));
        let read = self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let length = read.map_err(|error| unreadable(self.number, &error))?;
        if u64::try_from(length) == Ok(LONGEST_LINE) && line.last() != Some(&b'\n') {
            self.input.skip_until(b'\n').map_err(|error| unreadable(self.number, &error))?;
        }
        Ok((!line.is_empty()).then_some(line))
    }
}

fn unreadable(number: u32, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::NotFound {
        return refused(number, Message::DescriptorClosed);
    }
    let (number, why) = (number.to_string(), reason(error));
    let english = Message::NoDescriptor { number: &number, why: &why.english }.text(Language::En);
    let french = Message::NoDescriptor { number: &number, why: &why.french }.text(Language::Fr);
    Failure::usage(Bilingual::new(english, french), how_to_open())
}

fn refused(number: u32, why: Message<'_>) -> Failure {
    let number = number.to_string();
    let text = |language| Message::NoDescriptor { number: &number, why: &why.text(language) }.text(language);
    Failure::usage(in_both(text), how_to_open())
}

fn how_to_open() -> Bilingual {
    if cfg!(windows) { Message::PipeCode.said() } else { Message::OpenDescriptor.said() }
}
