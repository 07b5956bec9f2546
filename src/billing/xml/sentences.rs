//! The sentences of the XML. The interface's own are not public: these are this project's, in French as the interface's
//! are, and each says so.

use crate::{
    billing::view::View,
    profile::{codes, tree::CardDate},
    terminal::period::Period,
};

/// What parts the lines of a text: these four characters, and no line end [MEDINTUX-SSV xml].
const LINE_END: &str = "\\r\\n";

/// What says that a text is none of the interface's.
const INVENTED: &str = "(libellé inventé)";

/// How the care of a person is covered on a day; `None` if nothing is said of that day.
pub(super) fn exoneration(person: View<'_>, today: CardDate) -> Option<String> {
    let coverage = on(today, person.members("couverture")).map(|(coverage, period)| {
        let ald = coverage.text("ald").unwrap_or_default();
        let situation = coverage.text("situation").unwrap_or_default();
        let words = meaning("ald", &ald).map(|words| format!(" : {words}")).unwrap_or_default();
        format!("Code couverture {ald} {situation}{words}{}", behind(&days(period)))
    });
    let exonerations = on(today, person.members("exoneration")).map(|(exoneration, period)| {
        let code = exoneration.text("code").unwrap_or_default();
        let words = meaning("exoneration", &code).map(|words| format!(" : {words}")).unwrap_or_default();
        format!("Exonération {code}{words}{}", behind(&days(period)))
    });
    let lines: Vec<String> = coverage.chain(exonerations).collect();
    (!lines.is_empty()).then(|| [lines.join(LINE_END), INVENTED.to_owned()].join(LINE_END))
}

/// Those that hold on a day, with when they do.
fn on<'a>(today: CardDate, entries: impl Iterator<Item = View<'a>>) -> impl Iterator<Item = (View<'a>, Period)> {
    let with_period = entries.map(|entry| (entry, entry.period("debut", "fin")));
    with_period.filter(move |(_, period)| period.covers(today))
}

/// What a service of the basic regime is called.
pub(super) fn service(code: &str) -> String {
    meaning("service_amo", code).map_or_else(|| format!("service {code}"), str::to_owned)
}

/// When something holds.
pub(super) fn period(period: Period) -> Option<String> {
    period.is_given().then(|| format!("{} {INVENTED}", days(period)))
}

/// `du 15/01/2025 au 14/01/2026`, as far as it is known.
fn days(Period { start, end }: Period) -> String {
    let part = |word: &str, date: Option<CardDate>| {
        date.map(|CardDate { year, month, day, .. }| format!("{word} {day:02}/{month:02}/{year:04}"))
    };
    [part("du", start), part("au", end)].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What stands behind something else, if there is any.
fn behind(days: &str) -> String {
    if days.is_empty() { String::new() } else { format!(", {days}") }
}

fn meaning(list: &str, code: &str) -> Option<&'static str> {
    codes::meaning(list, code).map(|label| label.fr)
}
