//! `docs/conformance.md`: the cases and what each road gives, as it is held against the roads.

use std::fmt::Write;

use super::{
    Case, Road, cases,
    differences::{DIFFERENCES, difference},
};

const OPENING: &str = "\
# Conformance

What a program is told, call by call, on each road to our cards. A program in C calls the functions of `winscard.h` rightly and wrongly, and
prints what came of it (`tests/clients/conformance`); a test runs it on every road and holds it against this page, which it also writes
(`SNAPSHOTS=overwrite cargo test --test clients conformance`). A difference that has no reason here fails the test. What is no line here,
such as the bytes of each answer and each part of a case that tries many, is compared between libpcsclite and our library, whatever its version.

The first reader has a Vitale 2, with T=0 alone, the second one none. Each case begins with a card that was reset. Names of codes lack their
`SCARD_` here; several codes are those of several calls, one after the other. \"The length\" is the one that is right; \"another\" is a handle of
another context.

| column | what it is |
| --- | --- |
| is said to give | what we read, and where: `library` in libpcsclite [PCSC-LITE winscard_clnt.c], `service` in pcscd [PCSC-LITE winscard.c], `driver` in what \
it asks of drivers [PCSC-LITE ifdhandler.h]; `run`: it was not read, but libpcsclite and pcscd 1.9.9 do it [PCSC-LITE run]; `Windows`: \
a function that Windows alone has, of which it is what ours gives ([windows.md](windows.md)) |
";

const READING: &str = "
`=` is what it is said to give, where Windows is said to give something else, that for its column: by Microsoft's reference [MSDN-WINSCARD
SCardIsValidContext, SCardListReaders, SCardStatus, codes], or as Wine's authors saw it on Windows [WINE-WINSCARD tests]. A number in brackets is
that of a [reason](#why-they-differ).
";

/// The whole page.
pub(super) fn page() -> String {
    let mut page = OPENING.to_owned();
    for road in Road::ALL {
        let _ = writeln!(page, "| {} | {} |", road.title(), road.meaning());
    }
    page += READING;
    let mut section = "";
    for case in cases() {
        if case.section != section {
            section = case.section;
            begin(&mut page, &case);
        }
        row(&mut page, &case);
    }
    page += "\n## Why they differ\n\n";
    for (difference, number) in DIFFERENCES.iter().zip(1..) {
        let _ = writeln!(page, "{number}. {}", difference.why);
    }
    page
}

/// The head of the table of a section.
fn begin(page: &mut String, case: &Case) {
    let _ = write!(page, "\n## {}\n\n", case.section);
    if !case.remark.is_empty() {
        let _ = write!(page, "{}\n\n", case.remark);
    }
    let titles: String = Road::ALL.iter().flat_map(|road| [" ", road.title(), " |"]).collect();
    let lines: String = Road::ALL.iter().map(|_| " --- |").collect();
    let _ = writeln!(page, "| case | is said to give | by |{titles}\n| --- | --- | --- |{lines}");
}

fn row(page: &mut String, case: &Case) {
    let windows = case.windows.map(|gives| format!("; Windows: {}", short(gives))).unwrap_or_default();
    let _ = write!(page, "| {} | {}{windows} | {} |", case.what, short(case.expected), case.by);
    for road in Road::ALL {
        let _ = match difference(case.name, road) {
            Some((number, gives)) => write!(page, " {} ({number}) |", short(gives)),
            None => write!(page, " = |"),
        };
    }
    page.push('\n');
}

/// Without what all names of codes begin with.
fn short(gives: &str) -> String {
    gives.replace("SCARD_", "")
}
