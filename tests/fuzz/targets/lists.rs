//! Lists: opposition lists, lines that become one, and tables of destinations.

use jiff::civil::date;
use virtuale::lists::{
    opposition::{self, Entries, Opposition, Serial},
    tod::Tod,
};

use super::text;

/// The day on which the lists of the corpus are read.
const TODAY: jiff::civil::Date = date(2026, 1, 25);

/// Reads a list and a table. What was read can be written, and is the same when it is read again; whoever follows a
/// table arrives.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    match Opposition::of(std::slice::from_ref(&source), TODAY) {
        Ok(list) => {
            let again = opposition::monthly(list.date(), list.entries());
            let again = Opposition::of(&[text::source(again.as_bytes())], TODAY).expect("what was written");
            assert_eq!(list.entries(), again.entries(), "another list was read than was written");
            assert!(list.entries().iter().all(|entry| list.look_up(entry.serial) == Some(entry)));
        }
        Err(mistakes) => text::judge(&mistakes),
    }
    for which in [Entries::Cards, Entries::Changes] {
        match opposition::entries(&source, which) {
            Ok(changes) => {
                let changes: Vec<(Serial, _)> = changes.iter().map(|change| (change.serial, change.entry)).collect();
                let written = opposition::increment(TODAY, date(2026, 1, 24), &changes);
                assert!(opposition::parse(&text::source(written.as_bytes())).is_ok(), "an increment cannot be read");
            }
            Err(mistakes) => text::judge(&mistakes),
        }
    }
    match Tod::parse(&source, TODAY) {
        Ok(table) => {
            let found = ["344", "345", "349"].map(|caisse| table.destination("01", caisse, "0000", TODAY));
            assert!(found.iter().flatten().all(|found| found.merged.len() <= table.count()));
        }
        Err(mistakes) => text::judge(&mistakes),
    }
}
