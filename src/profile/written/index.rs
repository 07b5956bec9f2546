//! Texts that are built in, read by the index that was made of them.

use std::borrow::Cow;

use virtuale_applets::layouts;

use super::{Entry, Value, Written};

/// What is written in a text that is built in; `None` for any other.
pub(super) fn read(text: &str) -> Option<Written> {
    let (text, index) = layouts::indexed(text)?;
    Index { text, rest: index }.value()
}

/// What is left of an index. [`layouts::indexed`] says how it is written.
struct Index {
    text: &'static str,
    rest: &'static [u8],
}

impl Index {
    fn value(&mut self) -> Option<Written> {
        let (kind, start, length) = (self.byte()?, self.number()?, self.number()?);
        let span = start..start + length;
        let value = match kind {
            b'T' | b't' => Value::Text(self.string(kind, start, length)?),
            b'I' | b'i' => Value::Integer(self.string(kind, start, length)?),
            b'F' | b'f' => Value::Float(self.string(kind, start, length)?),
            b'D' | b'd' => Value::Date(self.string(kind, start, length)?),
            b'Y' | b'N' => Value::Flag(kind == b'Y'),
            b'L' => Value::List(self.several(Self::value)?),
            b'E' => Value::Table(self.several(Self::entry)?),
            _ => return None,
        };
        Some(Written { value, span })
    }

    fn entry(&mut self) -> Option<Entry> {
        let (kind, start, length) = (self.byte()?, self.number()?, self.number()?);
        let key = self.string(kind, start, length)?;
        Some(Entry { key, span: start..start + length, value: self.value()? })
    }

    fn several<T>(&mut self, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        let mut members = Vec::with_capacity(count.min(self.rest.len()));
        for _ in 0..count {
            members.push(read(self)?);
        }
        Some(members)
    }

    /// The string of a value whose kind is a capital letter if it stands in the text.
    fn string(&mut self, kind: u8, start: usize, length: usize) -> Option<Cow<'static, str>> {
        let around = self.number()?;
        if kind.is_ascii_uppercase() {
            return self.text.get(start + around..start + length - around).map(Cow::Borrowed);
        }
        let (string, rest) = self.rest.split_at_checked(around)?;
        self.rest = rest;
        std::str::from_utf8(string).ok().map(Cow::Borrowed)
    }

    fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(byte)
    }

    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use virtuale_applets::layouts;

    use super::{super::super::diagnostic::Source, Written, read};

    #[test]
    fn an_index_says_what_its_text_says() {
        for text in [layouts::VITALE1, layouts::VITALE2, layouts::VITALE_KEYS] {
            let source = Arc::new(Source { name: "t.toml".into(), text: text.into() });
            assert_eq!(read(text), Some(Written::parse(&source).expect("TOML")));
        }
    }

    #[test]
    fn a_text_that_differs_by_a_byte_is_parsed() {
        assert_eq!(read(&format!("{}\n", layouts::VITALE_KEYS)), None);
        assert_eq!(read(""), None);
    }
}
