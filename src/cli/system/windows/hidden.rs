//! A console that shows nothing of what is typed.

use zeroize::Zeroizing;

/// The console shows nothing of what is typed while a line is read.
pub(in crate::cli) struct Hidden(());

impl Hidden {
    /// It is hidden as the line is read.
    pub(in crate::cli) fn begin() -> Option<Self> {
        Some(Self(()))
    }

    /// What a person types up to the end of the line; `None` at the end of input, or where it cannot be hidden. What is
    /// beyond `longest` characters is counted only as one more.
    pub(in crate::cli) fn line(self, longest: usize) -> Option<Zeroizing<Vec<u8>>> {
        let line = Zeroizing::new(rpassword::read_password().ok()?.into_bytes());
        Some(Zeroizing::new(line.iter().copied().take(longest).collect()))
    }
}
