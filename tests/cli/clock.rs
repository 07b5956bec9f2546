//! The day that the program takes for today: that of the time zone that it is run in.

use std::{fs, path::Path};

use jiff::{
    Timestamp,
    civil::Date,
    tz::{self, TimeZone},
};

use crate::sandbox::{Sandbox, run};

/// A zone of the database that is always so many hours from UTC: the old form and the new one.
fn zone(hours: i8) -> Vec<u8> {
    let seconds = (i32::from(hours) * 3600).to_be_bytes();
    let block = |version: u8| {
        // No transitions, one type of time, four characters of its name.
        let counts = [0_u32, 0, 0, 0, 1, 4].map(u32::to_be_bytes).concat();
        [b"TZif", &[version][..], &[0; 15], &counts, &seconds, &[0, 0], b"XXX\0"].concat()
    };
    let rule = format!("\n<{hours:+03}>{}\n", -hours);
    [block(b'2'), block(b'2'), rule.into_bytes()].concat()
}

/// Which day it is so many hours from UTC.
fn day(hours: i8) -> Date {
    Timestamp::now().to_zoned(TimeZone::fixed(tz::offset(hours))).date()
}

/// The day of reading, as the program says it.
fn day_of_the_program(database: &Path, zone: &str) -> String {
    let sandbox = Sandbox::new();
    let mut command = sandbox.virtuale(&["read", "--card", "vitale2-durand", "--json"]);
    let (code, out, error) = run(command.env("TZDIR", database).env("TZ", zone));
    assert_eq!(code, 0, "{out}\n{error}");
    let after = out.split_once("\"today\":\"").expect("a day").1;
    after.split_once('"').expect("a whole one").0.to_owned()
}

/// No two such zones ever have the same day, so that one of both days is not that of UTC.
#[test]
fn today_is_the_day_of_the_time_zone() {
    let database = tempfile::tempdir().expect("a folder");
    for (name, hours) in [("East", 14), ("West", -12)] {
        let folder = database.path().join("Test");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(name), zone(hours)).expect("a zone");
        let before = day(hours);
        let said = day_of_the_program(database.path(), &format!("Test/{name}"));
        let days = [before, day(hours)].map(|day| day.to_string());
        assert!(days.contains(&said), "{name}: {said} is none of {days:?}");
    }
}
