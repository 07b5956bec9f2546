//! Reading files that people wrote: never more of them than makes sense, and what is not UTF-8 is pointed at.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use super::{
    LoadError,
    diagnostic::{Diagnostic, Diagnostics, Source},
};

/// The text of a file that has at most `longest` bytes.
///
/// # Errors
///
/// [`LoadError::Io`] if it cannot be read, [`LoadError::Invalid`] if it is longer, or at the first byte that is not
/// UTF-8.
pub fn text(path: &Path, longest: usize) -> Result<Source, LoadError> {
    let file = File::open(path).map_err(|error| LoadError::Io { path: path.to_owned(), error })?;
    let name = path.display().to_string();
    let error = match String::from_utf8(bytes(file, path, longest)?) {
        Ok(text) => return Ok(Source { name, text }),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let byte = error.as_bytes().get(at).copied().unwrap_or_default();
    // The replacement for a foreign byte begins where the byte did.
    let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
    let source = Source { name, text: String::from_utf8_lossy(error.as_bytes()).into_owned() };
    let mistake = Diagnostic::new(&Arc::new(source), span, format!("the byte {byte:02X} is not UTF-8"));
    Err(LoadError::Invalid(Diagnostics(vec![mistake.hint("save the file as UTF-8: it may be in Latin-1 now")])))
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
    let source = Arc::new(Source { name: path.display().to_string(), text: String::new() });
    let mistake = Diagnostic::new(&source, 0..0, format!("this file has more than {longest} bytes"));
    Err(LoadError::Invalid(Diagnostics(vec![
        mistake.hint("no file that makes sense here is so long: is it the right one?"),
    ])))
}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use super::{bytes, text};

    #[test]
    fn a_file_may_have_just_so_many_bytes() {
        let of = |length: u64| bytes(io::Read::take(io::repeat(0), length), Path::new("log"), 8);
        assert_eq!(of(8).expect("it just fits"), [0; 8]);
        let error = of(9).expect_err("one byte too many").to_string();
        assert!(error.contains("log") && error.contains("this file has more than 8 bytes"), "{error}");
        assert!(error.contains("is it the right one?"), "{error}");
    }

    #[test]
    fn the_length_counts_before_the_coding() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("trace.apdu");
        std::fs::write(&path, b"ab\n\xE7").expect("a file");
        let error = |longest| text(&path, longest).expect_err("it is Latin-1").to_string();
        assert!(error(4).contains("trace.apdu:2:1") && error(4).contains("the byte E7 is not UTF-8"), "{}", error(4));
        assert!(error(3).contains("this file has more than 3 bytes"), "{}", error(3));
    }
}
