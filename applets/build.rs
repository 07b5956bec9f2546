//! Indexes the layouts and the keys of card files: their TOML is parsed here, once, and not whenever the program runs.
//!
//! The index of a text says of each value what it is and where it stands; `layouts::indexed` says in which form. The
//! layouts whose cards have much in common are one text with what they share, as `layouts` has them.

use std::{env, fs, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Layouts that begin a text which a part shared with others ends.
const SHARING: [(&str, &str); 2] = [("cps3", "cps-common"), ("cps4", "cps-common")];

fn main() {
    println!("cargo::rerun-if-changed=layouts");
    let out = env::var_os("OUT_DIR").expect("cargo says where to write");
    let mut files: Vec<_> = fs::read_dir("layouts")
        .expect("the folder of layouts")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    for path in files {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        if SHARING.iter().any(|(_, shared)| *shared == name) {
            continue;
        }
        let mut text = fs::read_to_string(&path).expect("a text");
        if let Some((_, shared)) = SHARING.iter().find(|(layout, _)| *layout == name) {
            let shared = path.with_file_name(shared).with_extension("toml");
            text.push_str(&fs::read_to_string(shared).expect("what layouts share"));
        }
        let document = DeTable::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut index = Index { text: &text, bytes: Vec::new() };
        index.table(document.get_ref(), 0, 0);
        fs::write(Path::new(&out).join(name).with_extension("index"), index.bytes).expect("an index is written");
    }
}

struct Index<'t> {
    text: &'t str,
    bytes: Vec<u8>,
}

impl Index<'_> {
    fn value(&mut self, value: &Spanned<DeValue<'_>>) {
        let span = value.span();
        let (start, length) = (span.start, span.len());
        match value.get_ref() {
            DeValue::String(text) => self.string(b'T', b't', text, start, length),
            DeValue::Integer(digits) if digits.radix() == 10 => {
                self.string(b'I', b'i', digits.as_str(), start, length);
            }
            DeValue::Integer(digits) => self.string(b'I', b'i', &digits.to_string(), start, length),
            DeValue::Float(digits) => self.string(b'F', b'f', digits.as_str(), start, length),
            DeValue::Datetime(date) => self.string(b'D', b'd', &date.to_string(), start, length),
            DeValue::Boolean(flag) => self.head(if *flag { b'Y' } else { b'N' }, start, length),
            DeValue::Array(members) => {
                self.head(b'L', start, length);
                self.number(members.len());
                members.iter().for_each(|member| self.value(member));
            }
            DeValue::Table(entries) => self.table(entries, start, length),
        }
    }

    fn table(&mut self, table: &DeTable<'_>, start: usize, length: usize) {
        self.head(b'E', start, length);
        self.number(table.len());
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let span = key.span();
            self.string(b'T', b't', key.get_ref(), span.start, span.len());
            self.value(value);
        }
    }

    /// A string: that it stands in its span, between quotes or without them, or how it reads.
    fn string(&mut self, standing: u8, other: u8, value: &str, start: usize, length: usize) {
        let span = &self.text[start..start + length];
        let quoted = |quote| span.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote)) == Some(value);
        if span == value || quoted('"') || quoted('\'') {
            self.head(standing, start, length);
            self.number((length - value.len()) / 2);
        } else {
            self.head(other, start, length);
            self.number(value.len());
            self.bytes.extend_from_slice(value.as_bytes());
        }
    }

    fn head(&mut self, kind: u8, start: usize, length: usize) {
        self.bytes.push(kind);
        self.number(start);
        self.number(length);
    }

    /// A number, seven bits a byte, the lowest first; all bytes but the last have the highest bit.
    fn number(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number /= 0x80;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }
}
