//! Writing lists: what [`parse`](super::parse()) reads.

use std::fmt::Write;

use jiff::civil::Date;

use super::{
    Entry, Serial,
    parse::{ADD, AFTER, END, FORMAT, INCREMENT, MONTHLY, VERSION, WITHDRAW, sum},
};

/// A monthly list of these cards, by serial number.
#[must_use]
pub fn monthly(date: Date, entries: &[Entry]) -> String {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|entry| entry.serial);
    let lines = entries.iter().map(card);
    sealed(&format!("{MONTHLY} {date}"), lines)
}

/// An increment behind the list of a day: each card with why it is opposed from now on, or `None` if it is no more.
#[must_use]
pub fn increment(date: Date, after: Date, changes: &[(Serial, Option<Entry>)]) -> String {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|(serial, _)| *serial);
    let lines = changes.iter().map(|(serial, entry)| match entry {
        Some(entry) => format!("{ADD} {}", card(entry)),
        None => format!("{WITHDRAW} {serial}"),
    });
    sealed(&format!("{INCREMENT} {date} {AFTER} {after}"), lines)
}

fn card(entry: &Entry) -> String {
    let word = entry.reason.word();
    match entry.since {
        Some(since) => format!("{} {word} {since}", entry.serial),
        None => format!("{} {word}", entry.serial),
    }
}

fn sealed(head: &str, lines: impl Iterator<Item = String>) -> String {
    let mut text = format!("{FORMAT} {VERSION}\n{head}\n");
    let mut count = 0_usize;
    for line in lines {
        text.push_str(&line);
        text.push('\n');
        count += 1;
    }
    let sum = sum(&text);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{END} {count} {sum}");
    text
}
