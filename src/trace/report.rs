//! Verdicts for machines: JUnit XML and the annotations of GitHub.

use std::{io, path::Path, time::Duration};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    cards::Unreplayed,
    suite::{Verdict, counted},
};
use crate::{profile::diagnostic::Diagnostic, shown};

/// The name under which results are shown.
const SUITE: &str = "virtuale replay";

/// What each report begins with, by which an earlier one is known.
pub(crate) const BEGINNING: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"virtuale replay\"";

/// How many findings of a trace are reported: the first one matters most, and each is looked up in the text.
const MOST_FINDINGS: usize = 50;

/// Writes verdicts as JUnit XML: one test case for each trace, its findings as its failure.
///
/// # Errors
///
/// What the way out says.
pub fn junit(verdicts: &[Verdict], time: Duration, out: &mut dyn io::Write) -> io::Result<()> {
    let mut report = Report::new(SUITE);
    report.set_time(time);
    let mut suite = TestSuite::new(SUITE);
    suite.set_time(time);
    suite.add_test_cases(verdicts.iter().map(test_case));
    report.add_test_suite(suite);
    report.serialize(out).map_err(io::Error::other)
}

fn test_case(verdict: &Verdict) -> TestCase {
    let mut case = TestCase::new(file_name(&verdict.path), status(verdict));
    case.set_classname(folder(&verdict.path));
    case.set_time(verdict.time);
    case.extra.insert("file".into(), shown::path(&verdict.path).into());
    if !verdict.faults.is_empty() {
        let faults: String = verdict.faults.iter().map(|fault| format!("{fault}\n")).collect();
        case.set_system_out(shown::text(&faults).as_ref());
    }
    case
}

fn status(verdict: &Verdict) -> TestCaseStatus {
    if let Some(error) = &verdict.error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let text = error.to_string();
        let text = shown::text(&text);
        status.set_message(first_line(&text)).set_type("not replayed").set_description(text.as_ref());
        return status;
    }
    let Some(first) = verdict.findings.first() else { return TestCaseStatus::success() };
    let mut all: Vec<String> = verdict.findings.iter().take(MOST_FINDINGS).map(ToString::to_string).collect();
    if let Some(more) = verdict.findings.len().checked_sub(MOST_FINDINGS).filter(|&more| more > 0) {
        all.push(format!("and {}", counted(more, "more finding")));
    }
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let (summary, all) = (first.summary(), all.join("\n"));
    status.set_message(shown::line(&summary)).set_type("finding").set_description(shown::text(&all));
    status
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| shown::path(path), shown::path)
}

/// The folder of a trace, as readers of JUnit group by it: `fixtures.traces`.
fn folder(path: &Path) -> String {
    let parts = path.parent().into_iter().flat_map(Path::components).map(shown::path);
    let parts: Vec<_> = parts.filter(|part| part != "/" && part != ".").collect();
    if parts.is_empty() { SUITE.to_owned() } else { parts.join(".") }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// A verdict as workflow commands of GitHub, which shows them beside the lines of the trace. Empty if all is fine.
#[must_use]
pub fn github(verdict: &Verdict) -> String {
    let path = shown::path(&verdict.path);
    let mut text = String::new();
    match &verdict.error {
        // A mistake may stand in the trace or in a card file that it names.
        Some(Unreplayed::Invalid(mistakes)) => {
            mistakes.0.iter().for_each(|mistake| text.push_str(&annotated_mistake(mistake)));
        }
        Some(error) => {
            let line = verdict.card_line.map(|line| line.to_string());
            let mut properties = vec![("file", path.as_str())];
            properties.extend(line.as_deref().map(|line| ("line", line)));
            properties.push(("title", "not replayed"));
            text.push_str(&annotation(&properties, &error.to_string()));
        }
        None => {}
    }
    for finding in verdict.findings.iter().take(MOST_FINDINGS) {
        let (line, column) = finding.position();
        let (line, column) = (line.to_string(), column.to_string());
        let title = finding.summary();
        let properties = [("file", path.as_str()), ("line", &line), ("col", &column), ("title", &title)];
        text.push_str(&annotation(&properties, &finding.to_string()));
    }
    text
}

fn annotated_mistake(mistake: &Diagnostic) -> String {
    let (line, column) = mistake.position();
    let (line, column) = (line.to_string(), column.to_string());
    let title = format!("not replayed: {}", mistake.message);
    let properties = [("file", mistake.source.name.as_str()), ("line", &line), ("col", &column), ("title", &title)];
    annotation(&properties, &mistake.render(false))
}

fn annotation(properties: &[(&str, &str)], message: &str) -> String {
    let escaped = |text: &str| shown::text(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |(key, value): &(&str, &str)| {
        format!("{key}={}", escaped(&shown::line(value)).replace(':', "%3A").replace(',', "%2C"))
    };
    let properties: Vec<String> = properties.iter().map(property).collect();
    format!("::error {}::{}\n", properties.join(","), escaped(message.trim_end()))
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        path::{Path, PathBuf},
        sync::Arc,
        time::{Duration, Instant},
    };

    use super::{github, junit};
    use crate::{
        profile::diagnostic::Source,
        trace::{
            Chance, Trace,
            cards::Unreplayed,
            replay::{Inserted, Wanted, replay},
            suite::Verdict,
            toy::Toy,
        },
    };

    fn load(_: Wanted<'_>) -> Result<Inserted<'static>, Infallible> {
        Ok(Some(Box::new(Toy::new(&[]))))
    }

    fn verdict(body: &str) -> Verdict {
        let source = Source { name: "traces/a,b.apdu".into(), text: format!("virtuale-trace 1\n{body}") };
        let trace = Trace::parse(Arc::new(source)).expect("a trace");
        let Ok(outcome) = replay(&trace, Chance::Recorded, load);
        let verdict = Verdict::of(Path::new(&trace.source().name), Instant::now(), Ok(outcome));
        Verdict { time: Duration::from_millis(5), ..verdict }
    }

    #[test]
    fn junit_has_a_case_for_each_trace() {
        let mut broken = verdict("");
        let path = PathBuf::from("<no>\u{1}\u{fffe}\u{ffff}.toml");
        broken.error = Some(Unreplayed::Io { path, error: std::io::ErrorKind::NotFound.into() });
        let verdicts = [verdict("> 00\n< 6D 00\n"), verdict("> 00\n"), broken];
        let mut xml = Vec::new();
        junit(&verdicts, Duration::from_secs(1), &mut xml).expect("memory");
        assert!(xml.starts_with(super::BEGINNING));
        let xml = String::from_utf8(xml).expect("text");
        for part in [
            "<testsuites name=\"virtuale replay\" tests=\"3\" skipped=\"0\" failures=\"1\" errors=\"1\" time=\"1.000\">",
            "<testcase name=\"a,b.apdu\" classname=\"traces\" time=\"0.005\" file=\"traces/a,b.apdu\">",
            "<failure message=\"nothing is expected here; got 0 data bytes and 6D00 instruction not supported\" type=\"finding\">",
            "<error message=\"cannot read &lt;no&gt;\\u{1}\\u{fffe}\\u{ffff}.toml: entity not found\" type=\"not replayed\">cannot read &lt;no&gt;\\u{1}",
        ] {
            assert!(xml.contains(part), "{part} is missing in\n{xml}");
        }
    }

    #[test]
    fn annotations_escape_what_would_end_them() {
        let text = github(&verdict("> 00 A4\n< 90 00\n"));
        let start =
            "::error file=traces/a%2Cb.apdu,line=3,col=3,title=the answer differs from byte 1 on%3A expected 9000 done";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        assert_eq!(github(&verdict("> 00\n< 6D 00\n")), "");
        let mut hostile = verdict("# a\r::add-mask::x ##[set-output name=a]b\u{1b}[2J\n> 00 A4\n< 90 00\n");
        hostile.path = PathBuf::from("a\n::add-mask::x.apdu");
        let text = github(&hostile);
        assert!(text.starts_with("::error file=a\\n%3A%3Aadd-mask%3A%3Ax.apdu,line="), "{text}");
        assert!(text.contains("| # a\\r::add-mask::x ##\\[set-output name=a]b\\u{1b}[2J%0A"), "{text}");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
    }

    #[test]
    fn a_trace_without_its_card_is_annotated_where_it_names_it() {
        let text = "virtuale-trace 1\n# a card\ncard none/nobody.toml # card else.toml\n> 00\n< 90 00\n".to_owned();
        let source = Source { name: "traces/a.apdu".into(), text };
        let trace = Trace::parse(Arc::new(source)).expect("a trace");
        let missing = |path: &str| Unreplayed::Io { path: path.into(), error: std::io::ErrorKind::NotFound.into() };
        let annotated =
            |error| github(&Verdict::without_card(Path::new("traces/a.apdu"), Instant::now(), &trace, error));
        let text = annotated(missing("none/nobody.toml"));
        assert!(
            text.starts_with("::error file=traces/a.apdu,line=3,title=not replayed::cannot read none/nob"),
            "{text}"
        );
        let given = annotated(missing("given.toml"));
        assert!(given.starts_with("::error file=traces/a.apdu,title=not replayed::"), "{given}");
    }

    #[test]
    fn a_broken_trace_is_annotated_where_it_is_broken() {
        let text = "virtuale-trace 1\n> 00 A4\nresett\n< 9\n".to_owned();
        let source = Source { name: "traces/broken.apdu".into(), text };
        let mistakes = Trace::parse(Arc::new(source)).expect_err("it is broken");
        let path = Path::new("traces/broken.apdu");
        let text = github(&Verdict::of(path, Instant::now(), Err(Unreplayed::Invalid(mistakes))));
        let places: Vec<_> = text.lines().filter_map(|line| line.split(",title=").next()).collect();
        let at = |line, column| format!("::error file=traces/broken.apdu,line={line},col={column}");
        assert_eq!(places, [at(3, 1), at(4, 3)]);
        assert!(text.contains("title=not replayed%3A `resett` begins no line of a trace::"), "{text}");
    }
}
