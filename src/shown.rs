//! Foreign text as people may see it: what the program did not write itself, such as the name of a file, a line of a
//! log or a trace, what a service or a card says.
//!
//! Nothing in it moves a cursor, changes a colour, reorders or ends a line, or gives an order to the machine that keeps
//! the log of a build: such characters are shown as escapes. The text itself stays as it is; what is escaped here is
//! for eyes and is never read again. Every name of a file that is printed goes through here, which `tests/house` holds,
//! and the streams of the command line show all that is left.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    io,
    path::Path,
};

/// Whether a character draws nothing, and moves, reorders, hides or ends what stands beside it.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{AD}'
                | '\u{61C}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                // No characters at all, which XML cannot have either.
                | '\u{FFFE}'..='\u{FFFF}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// Foreign text in one line: line ends and tabs are escapes too.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    shown(text, is_hidden)
}

/// Foreign text that may have several lines: LF, CR LF and tabs stay.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains('\r') {
        return shown(text, |character| is_hidden(character) && !matches!(character, '\n' | '\t'));
    }
    let lines = text.split("\r\n").map(|lines| shown(lines, |character| is_hidden(character) && !stays(character)));
    Cow::Owned(lines.collect::<Vec<_>>().join("\r\n"))
}

fn stays(character: char) -> bool {
    matches!(character, '\n' | '\t')
}

/// The name of a file, in one line. A byte that is no UTF-8 is shown as `\xE7`.
pub(crate) fn path(path: impl AsRef<Path>) -> String {
    let mut name = String::new();
    for chunk in path.as_ref().as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(&line(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(name, "\\x{byte:02X}");
        }
    }
    name
}

/// Bytes as people write them: `3B 75`.
pub(crate) struct Pairs<'b>(pub(crate) &'b [u8]);

impl fmt::Display for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = |at: usize| if at == 0 { "" } else { " " };
        self.0.iter().enumerate().try_for_each(|(at, byte)| write!(f, "{}{byte:02X}", between(at)))
    }
}

/// What the system says of a failure, without the number that means nothing to people.
pub(crate) fn reason(error: &io::Error) -> String {
    if let Some(plain) = plain_reason(error) {
        return plain.to_owned();
    }
    let text = error.to_string();
    let said = text.split(" (os error ").next().unwrap_or(&text);
    // Windows says whole sentences.
    if cfg!(windows) { said.trim_end_matches('.').to_owned() } else { said.to_owned() }
}

/// What is said of a file that another program has open in a way that does not go with what is asked.
pub(crate) const IN_USE: &str = "another program has it open";

/// What Windows says in the language of its user, which need not be that of the message around it, and in a sentence.
fn plain_reason(error: &io::Error) -> Option<&'static str> {
    /// Another program has the file open, or a part of it locked (`ERROR_SHARING_VIOLATION`, `ERROR_LOCK_VIOLATION`).
    const NUMBERS: [i32; 2] = [32, 33];
    /// What is to be run is no program (`ERROR_BAD_EXE_FORMAT`).
    const NO_PROGRAM: i32 = 193;
    let number = error.raw_os_error().filter(|_| cfg!(windows))?;
    match error.kind() {
        _ if NUMBERS.contains(&number) => Some(IN_USE),
        _ if number == NO_PROGRAM => Some("it is no program of this system"),
        io::ErrorKind::NotFound => Some("there is no such file or folder"),
        io::ErrorKind::PermissionDenied => Some("access is denied"),
        io::ErrorKind::AlreadyExists => Some("it is there already"),
        io::ErrorKind::NotADirectory => Some("the path leads through what is no folder"),
        io::ErrorKind::InvalidFilename => Some("the name is too long, or impossible"),
        io::ErrorKind::ConnectionRefused => Some("nobody listens there"),
        io::ErrorKind::StorageFull => Some("the disk is full"),
        _ => None,
    }
}

/// Whether a byte means itself in a word of any shell, without quotes.
pub(crate) fn is_plain_in_shells(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(byte)
}

/// A word that PowerShell takes for this text, to be pasted: as it is, in quotes, or, where characters are hidden, as
/// an expression that makes it.
#[cfg(windows)]
pub(crate) fn word(word: impl AsRef<std::ffi::OsStr>) -> String {
    let text = word.as_ref().to_string_lossy();
    // There these part words, or begin something else.
    let is_plain = |byte: u8| byte == b'\\' || is_plain_in_shells(&byte) && !b",@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.into_owned();
    }
    if !text.contains(is_hidden) {
        return quoted(&text);
    }
    let parts = text.split_inclusive(is_hidden).map(|part| match part.chars().last().filter(|&last| is_hidden(last)) {
        Some(last) => {
            let before = part.strip_suffix(last).unwrap_or_default();
            format!("{}+[char]::ConvertFromUtf32(0x{:X})", quoted(before), u32::from(last))
        }
        None => quoted(part),
    });
    format!("({})", parts.collect::<Vec<_>>().join("+"))
}

/// A text in quotes of PowerShell, in which only quotes are doubled [MSDOC-WINDOWS about_Quoting_Rules]. It takes
/// those of typography for such quotes too [MSDOC-WINDOWS PowerShell lexical structure].
#[cfg(windows)]
pub(crate) fn quoted(text: &str) -> String {
    let is_quote = |character| matches!(character, '\'' | '\u{2018}'..='\u{201B}');
    let doubled = text.chars().flat_map(|each| std::iter::repeat_n(each, if is_quote(each) { 2 } else { 1 }));
    format!("'{}'", doubled.collect::<String>())
}

/// A word that a shell takes for these bytes, to be pasted: as it is, in quotes, or, where characters are hidden, in
/// the quotes `$'...'` of POSIX.
#[cfg(not(windows))]
pub(crate) fn word(word: impl AsRef<std::ffi::OsStr>) -> String {
    let word = word.as_ref();
    let bytes = word.as_encoded_bytes();
    match word.to_str() {
        Some(text) if !text.is_empty() && bytes.iter().all(is_plain_in_shells) => text.to_owned(),
        Some(text) if !text.contains(is_hidden) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => {
            bytes.iter().fold("$'".to_owned(), |mut quoted, &byte| {
                match byte {
                    b'\'' | b'\\' => quoted.extend(['\\', char::from(byte)]),
                    b' '..=b'~' => quoted.push(char::from(byte)),
                    // Three digits: what follows would be taken for more of them.
                    other => _ = write!(quoted, "\\{other:03o}"),
                }
                quoted
            }) + "'"
        }
    }
}

/// Text without what these are, and without orders to the machine that keeps the log: `##[` of GitHub, `##vso[` of
/// Azure, `##teamcity[` work in the middle of a line.
fn shown(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut order = Order::default();
    for character in text.chars() {
        if order.is_given_by(character) {
            shown.push('\\');
        }
        if is_hidden(character) { escape(&mut shown, character) } else { shown.push(character) }
    }
    Cow::Owned(shown)
}

/// Writes a character as an escape: `\n`, `\u{202e}`.
pub(crate) fn escape(out: &mut impl Write, character: char) {
    let _: fmt::Result = write!(out, "{}", character.escape_default());
}

/// How much of `##word[` has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Order {
    marks: u8,
    in_word: bool,
}

impl Order {
    /// Takes the next character. Whether it is the bracket that makes an order of what stands before it.
    pub(crate) fn is_given_by(&mut self, character: char) -> bool {
        let begun = self.marks >= 2;
        match character {
            '#' => *self = Self { marks: if self.in_word { 1 } else { self.marks.saturating_add(1) }, in_word: false },
            _ if begun && character.is_ascii_alphanumeric() => self.in_word = true,
            _ => *self = Self::default(),
        }
        begun && character == '['
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

    use proptest::prelude::*;

    use super::{is_hidden, line, path, text};

    #[test]
    fn what_drives_a_terminal_or_reorders_a_line_is_an_escape() {
        let foreign = "a\u{1b}[31mb\rc\n\u{9b}1m\u{202e}d\u{2028}\u{feff}\u{7f}\0\u{ffff}é";
        let escapes = r"a\u{1b}[31mb\rc\n\u{9b}1m\u{202e}d\u{2028}\u{feff}\u{7f}\u{0}\u{ffff}é";
        assert_eq!(line(foreign), escapes);
        assert_eq!(line("# Zoë's card\t"), r"# Zoë's card\t");
        assert_eq!(text("a\tb\r\nc\rd\n\u{1b}"), "a\tb\r\nc\\rd\n\\u{1b}");
    }

    #[test]
    fn no_text_gives_an_order_to_a_build_machine() {
        let broken = [
            ("##[set-output name=a]b", r"##\[set-output name=a]b"),
            ("x ###[error]##[group]", r"x ###\[error]##\[group]"),
            ("##vso[task.setvariable]", r"##vso\[task.setvariable]"),
            ("#a##teamcity[x]", r"#a##teamcity\[x]"),
        ];
        for (foreign, harmless) in broken {
            assert_eq!((line(foreign), text(foreign)), (harmless.into(), harmless.into()));
        }
        for harmless in ["# [a]", "## a[0]", "#a#b[", "[##]", "a##b c["] {
            assert_eq!(line(harmless), harmless);
        }
    }

    #[test]
    fn a_name_that_is_no_text_is_shown_byte_by_byte() {
        assert_eq!(path(Path::new(OsStr::from_bytes(b"cl\xE9\n.toml"))), r"cl\xE9\n.toml");
        assert_eq!(path("carte née.toml"), "carte née.toml");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn a_shell_takes_a_word_for_the_bytes_that_it_was_made_of() {
        assert_eq!(super::word("/run/user/1000/virtuale/42/pcsc"), "/run/user/1000/virtuale/42/pcsc");
        assert_eq!(super::word("/tmp/l'abri $HOME"), r"'/tmp/l'\''abri $HOME'");
        assert_eq!(super::word(""), "''");
        assert_eq!(super::word("~"), "'~'");
        assert_eq!(super::word(OsStr::from_bytes(b"a\n7\xE9'\\\x1b")), r"$'a\0127\351\'\\\033'");
        for bytes in [&b"a\n7\xE9'\\\x1b"[..], b"l'abri $HOME `id`", "\u{202e}é".as_bytes()] {
            let script = format!("printf %s {}", super::word(OsStr::from_bytes(bytes)));
            let output = std::process::Command::new("bash").args(["-c", &script]).output().expect("bash");
            assert_eq!(output.stdout, bytes, "{script}");
        }
    }

    proptest! {
        #[test]
        fn a_shown_line_has_nothing_hidden_and_no_order(foreign in "[#\\[a\\PC\\pC]{0,30}") {
            let line = line(&foreign);
            prop_assert!(!line.contains(is_hidden), "{line:?}");
            prop_assert!(!line.contains("##["), "{line:?}");
        }
    }
}

#[cfg(windows)]
#[cfg(test)]
mod windows_tests {
    use super::word;

    #[test]
    fn powershell_takes_a_word_for_the_text_that_it_was_made_of() {
        for (text, pasted) in [
            (r"C:\readers\42\pcsc", r"C:\readers\42\pcsc"),
            (r"C:\l'abri $x", r"'C:\l''abri $x'"),
            ("", "''"),
            ("a,b", "'a,b'"),
            ("l\u{2019}\u{E9}t\u{E9}", "'l\u{2019}\u{2019}\u{E9}t\u{E9}'"),
            ("a\u{202E}b", "('a'+[char]::ConvertFromUtf32(0x202E)+'b')"),
        ] {
            assert_eq!(word(text), pasted);
        }
    }
}
