//! Reading files that people wrote: never more of them than makes sense. Text is UTF-8, or UTF-16 as shells of Windows
//! write it; what is neither is pointed at. All input of the program that is text is decoded here.

use std::{
    borrow::Cow,
    fs::{self, File},
    io::{self, Read},
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::{
    LoadError,
    card_mistake::CardMistake,
    codings,
    diagnostic::{Diagnostics, Source},
    reason,
    said::{Bilingual, said},
    zone_shape,
};
use crate::shown;

/// How long a pipe or device is waited for.
const PATIENCE: Patience = Patience { silence: Duration::from_secs(10), whole: Duration::from_secs(600) };

/// How long something is waited for that says little or nothing.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// At a time.
    silence: Duration,
    /// From the first byte to the end.
    whole: Duration,
}

/// The text of a file that has at most `longest` bytes.
///
/// # Errors
///
/// [`LoadError::Io`] if it cannot be read, or is a pipe that is silent for 10 s or has no end for 600 s,
/// [`LoadError::Invalid`] if it is longer, or at the first place that is not text.
pub fn text(path: &Path, longest: usize) -> Result<Source, LoadError> {
    source(path, &content(path, longest)?)
}

/// The bytes of a file that has at most `longest`, whatever they are.
///
/// # Errors
///
/// [`LoadError::Io`] and, if it is longer, [`LoadError::Invalid`], as for [`text`].
pub fn content(path: &Path, longest: usize) -> Result<Vec<u8>, LoadError> {
    let its_path = path.to_owned();
    patiently(path, move |file| Ok(bytes(file, &its_path, longest)))
        .unwrap_or_else(|error| Err(LoadError::Io { path: path.to_owned(), error }))
}

/// The text that the bytes of a file are.
///
/// # Errors
///
/// [`LoadError::Invalid`] at the first place that is not text, or about the whole file where it is a zone of groups.
pub fn source(path: &Path, bytes: &[u8]) -> Result<Source, LoadError> {
    let name = path.to_string_lossy().into_owned();
    if is_zone(bytes) {
        let source = Arc::new(Source { name, text: String::new() });
        let message = said!(
            en: "this is a zone of groups, as billing programs get them, and no text",
            fr: "ceci est une zone de groupes, telle qu'un logiciel de facturation la reçoit, et non du texte",
        );
        let word = shown::word(path);
        let mistake = CardMistake::new(&source, 0..0, message).hint(said!(
            en: "make a card file of it: virtuale card from-zone {word} -o card.toml",
            fr: "en faire un fichier de carte : virtuale card from-zone {word} -o carte.toml",
        ));
        return Err(LoadError::Invalid(Diagnostics(vec![mistake.into()])));
    }
    let error = match decoded(bytes) {
        Ok(text) => return Ok(Source { name, text: text.into_owned() }),
        Err(error) => error,
    };
    let NotText { readable, why, hint } = error;
    let at = readable.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
    let span = at..readable.len().min(at + char::REPLACEMENT_CHARACTER.len_utf8());
    let mistake = CardMistake::new(&Arc::new(Source { name, text: readable }), span, why).hint(hint);
    Err(LoadError::Invalid(Diagnostics(vec![mistake.into()])))
}

/// Bytes that are no text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NotText {
    /// What can be read of them; U+FFFD stands where something cannot.
    pub readable: String,
    /// What is wrong, with the first such place.
    pub why: Bilingual,
    /// What to do.
    pub hint: Bilingual,
}

/// Text from bytes: UTF-8, UTF-16 with or without a mark of byte order, or parts of both, one behind the other.
///
/// # Errors
///
/// [`NotText`] if they are none.
pub fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    codings::decoded(bytes)
}

/// Whether bytes begin as UTF-16 does.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    codings::begins_as_utf16(bytes)
}

/// Whether bytes are a zone of groups, as `billing::groups` reads it, and not text that has its lengths by chance.
#[must_use]
pub fn is_zone(bytes: &[u8]) -> bool {
    zone_shape::is_zone(bytes)
}

/// Opens the file of a path and reads it. A pipe or device may be silent for 10 s at a time, and take 600 s in all:
/// only to open one that nobody writes to would take for ever.
///
/// # Errors
///
/// What the system says, or [`io::ErrorKind::TimedOut`].
pub(crate) fn patiently<T: Send + 'static>(
    path: &Path,
    read: impl FnOnce(&mut dyn Read) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    within(PATIENCE, path, read)
}

fn within<T: Send + 'static>(
    patience: Patience,
    path: &Path,
    read: impl FnOnce(&mut dyn Read) -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    if !fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return read(&mut File::open(path)?);
    }
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    // The thread of a pipe that stays silent waits on; nobody hears it.
    thread::spawn(move || {
        let heard = |file| read(&mut Audible { file, sender: sender.clone() });
        sender.send(Progress::Done(File::open(path).and_then(heard)))
    });
    let end = Instant::now() + patience.whole;
    let [silence, whole] = [patience.silence, patience.whole].map(|time| time.as_secs());
    let what = loop {
        match receiver.recv_timeout(patience.silence) {
            Ok(Progress::Bytes) if Instant::now() < end => {}
            Ok(Progress::Bytes) => break said!(en: "has no end for {whole} s", fr: "n'en finit pas en {whole} s"),
            Ok(Progress::Done(outcome)) => return outcome,
            Err(_) => break said!(en: "says nothing for {silence} s", fr: "ne dit rien pendant {silence} s"),
        }
    };
    let message = said!(
        with what;
        en: "it is a pipe or a device, and {what}",
        fr: "c'est un tube ou un périphérique, qui {what}",
    );
    Err(reason::error(io::ErrorKind::TimedOut, message))
}

/// What comes of a pipe.
enum Progress<T> {
    Bytes,
    Done(io::Result<T>),
}

/// A pipe that tells whenever it has said something.
struct Audible<T> {
    file: File,
    sender: mpsc::Sender<Progress<T>>,
}

impl<T> Read for Audible<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(bytes)?;
        // Who does not wait any more need not know.
        let _ = self.sender.send(Progress::Bytes);
        Ok(length)
    }
}

/// All bytes of a file or stream that has at most `longest`. `path` is what messages call it.
///
/// # Errors
///
/// [`LoadError::Io`] if it cannot be read, [`LoadError::Invalid`] if it is longer; then hardly more than `longest`
/// bytes of it were read.
pub fn bytes(stream: impl Read, path: &Path, longest: usize) -> Result<Vec<u8>, LoadError> {
    let most = u64::try_from(longest).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = stream.take(most).read_to_end(&mut bytes);
    read.map_err(|error| LoadError::Io { path: path.to_owned(), error })?;
    if bytes.len() <= longest {
        return Ok(bytes);
    }
    let source = Arc::new(Source { name: path.to_string_lossy().into_owned(), text: String::new() });
    let message = said!(en: "this file has more than {longest} bytes", fr: "ce fichier a plus de {longest} octets");
    let mistake = CardMistake::new(&source, 0..0, message).hint(said!(
        en: "no file that makes sense here is so long: is it the right one?",
        fr: "aucun fichier utile ici n'est aussi long : est-ce le bon ?",
    ));
    Err(LoadError::Invalid(Diagnostics(vec![mistake.into()])))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{self, Read},
        path::Path,
    };

    use proptest::prelude::*;

    use super::{bytes, decoded, is_utf16, text};

    fn utf16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
        marked.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn a_file_of_a_windows_shell_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("card.toml");
        for bytes in [
            utf16("nom = \"Élo\"\n", true, u16::to_le_bytes),
            utf16("nom = \"Élo\"\n", true, u16::to_be_bytes),
            utf16("nom = \"Élo\"\n", false, u16::to_le_bytes),
            b"\xEF\xBB\xBFnom = \"\xC3\x89lo\"\n".to_vec(),
        ] {
            fs::write(&path, bytes).expect("a file");
            assert_eq!(text(&path, 100).expect("it is text").text, "nom = \"Élo\"\n");
        }
    }

    #[test]
    fn a_zone_is_not_to_be_saved_as_text() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("test.in");
        for bytes in [&b"\0\x65\x02\x01\xC9"[..], b"\x03\x04\x02\x01A"] {
            fs::write(&path, bytes).expect("a file");
            let error = text(&path, 100).expect_err("it is a zone").to_string();
            assert!(error.contains("this is a zone of groups") && error.contains("card from-zone"), "{error}");
            assert!(!error.contains("UTF-8") && !error.contains(":1:1"), "{error}");
        }
    }

    #[test]
    fn what_is_neither_is_pointed_at() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("card.toml");
        for (bytes, place, why) in [
            (&b"\xFF\xFEa\0\n\0b\0\0\xD8"[..], "card.toml:2:2", "D800 is half a character"),
            (b"\xFF\xFEa\0b", "card.toml:1:2", "ends in the middle of a character"),
            (b"\xFF\xFE\0\0a\0\0\0", "card.toml:1:1", "this is UTF-32"),
            (b"a\n\xE9", "card.toml:2:1", "the byte E9 is not UTF-8"),
            (b"\x1F\x8B\x08\0a", "card.toml:1:1", "gzip packed it"),
            (b"PK\x03\x04a", "card.toml:1:1", "unpack it first, with unzip"),
        ] {
            fs::write(&path, bytes).expect("a file");
            let error = text(&path, 100).expect_err("it is no text").to_string();
            assert!(error.contains(place) && error.contains(why), "{error}");
        }
        assert!(!is_utf16(b"a\0") && !is_utf16(&[0; 64]) && !is_utf16(b""));
    }

    proptest! {
        #[test]
        fn any_text_is_read_in_every_coding(text in ".{0,40}") {
            prop_assume!(!text.starts_with('\u{FEFF}') && !text.contains('\0'));
            let marked = format!("\u{FEFF}{text}");
            prop_assert_eq!(&decoded(marked.as_bytes()).expect("UTF-8").into_owned(), &text);
            for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                let bytes = utf16(&text, true, to_bytes);
                prop_assert_eq!(&decoded(&bytes).expect("UTF-16").into_owned(), &text);
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = decoded(&bytes);
        }
    }

    #[test]
    fn a_file_may_have_just_so_many_bytes() {
        let of = |length: u64| bytes(io::repeat(0).take(length), Path::new("log"), 8);
        assert_eq!(of(8).expect("it just fits"), [0; 8]);
        let error = of(9).expect_err("one byte too many").to_string();
        assert!(error.contains("log") && error.contains("this file has more than 8 bytes"), "{error}");
        assert!(error.contains("is it the right one?"), "{error}");
    }

    #[test]
    fn the_length_counts_before_the_coding() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("trace.apdu");
        fs::write(&path, b"ab\n\xE7").expect("a file");
        let error = |longest| text(&path, longest).expect_err("it is Latin-1").to_string();
        assert!(error(4).contains("trace.apdu:2:1") && error(4).contains("the byte E7 is not UTF-8"), "{}", error(4));
        assert!(error(3).contains("this file has more than 3 bytes"), "{}", error(3));
    }

    /// Pipes with a name, which only Unix has.
    #[cfg(unix)]
    mod pipes {
        use std::{
            fs::File,
            io::{self, Read, Write},
            process::Command,
            thread,
            time::Duration,
        };

        use crate::profile::reading::{Patience, within};

        #[test]
        fn a_pipe_is_not_waited_for_for_ever() {
            let folder = tempfile::tempdir().expect("a folder");
            let pipe = |name: &str| {
                let pipe = folder.path().join(name);
                let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo of the system");
                assert!(made.success());
                pipe
            };
            let read = |file: &mut dyn Read| {
                let mut text = String::new();
                file.read_to_string(&mut text).map(|_| text)
            };
            // What only a failure takes.
            let long = Duration::from_secs(20);
            let short = Duration::from_millis(50);
            let patience = Patience { silence: short, whole: long };
            let silent = within(patience, &pipe("silent"), read).expect_err("nobody writes");
            assert_eq!(silent.kind(), io::ErrorKind::TimedOut);
            assert!(silent.to_string().contains("says nothing"), "{silent}");
            let slow = |name: &str, bytes: usize| {
                let pipe = pipe(name);
                let writer = thread::spawn({
                    let pipe = pipe.clone();
                    move || {
                        let mut pipe = File::options().write(true).open(pipe)?;
                        (0..bytes).try_for_each(|_| {
                            thread::sleep(short / 5);
                            pipe.write_all(b"x")
                        })
                    }
                });
                (pipe, writer)
            };
            let (spoken, writer) = slow("spoken", 10);
            let patience = Patience { silence: long, whole: long };
            assert_eq!(within(patience, &spoken, read).expect("somebody writes"), "xxxxxxxxxx");
            writer.join().expect("it ends").expect("somebody reads");
            let (endless, writer) = slow("endless", usize::MAX);
            let patience = Patience { silence: long, whole: short };
            let until_then = |file: &mut dyn Read| io::copy(&mut file.take(50), &mut io::sink());
            let error = within(patience, &endless, until_then).expect_err("it goes on and on");
            assert!(error.to_string().contains("has no end"), "{error}");
            writer.join().expect("it ends").expect_err("nobody reads any more");
        }
    }
}
