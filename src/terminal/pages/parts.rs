//! The other parts of pages: what may be done, what to look at, what stays closed, how much is known, the commands.

use super::{
    Lang, Page, Role,
    page::Column,
    table::{Cell, Fit},
    words::{self, Words},
    writer::{Writer, hex},
};
use crate::{
    lists::tod::Destination,
    profile::map::Shares,
    terminal::{
        exchange::Exchange,
        files::{ClosedFile, Lock},
        remark::{Remark, Severity},
        right::Look,
        vitale::{Known, Life, Route, Verdict},
    },
};

/// The column of verdicts and severities.
const MARKS: Column = Column { indent: 2, width: 13 };

/// How wide a bar of 100 % is, where the page has room for it.
const BAR: usize = 40;

/// What stands beside a bar: the label, the share, the bytes, and the blanks between.
const BESIDE_BAR: usize = 40;

impl Writer<'_> {
    /// What a terminal may do with the card today.
    pub(super) fn abilities(&mut self) {
        let today = self.date(self.reading.today);
        self.page.heading(&(self.words.titles.abilities)(&today));
        let mut told = Vec::new();
        for (ability, verdict) in self.reading.abilities() {
            let role = match verdict {
                Verdict::Yes => Role::Good,
                Verdict::ForSome | Verdict::WithProfessionalCard => Role::Warning,
                Verdict::No => Role::Bad,
            };
            let (verdict, name) = ((self.words.verdict)(verdict), (self.words.ability)(ability));
            self.page.field(MARKS, (role, verdict), (Role::Plain, name));
            let why = self.reading.why_not(ability);
            if why.is_empty() {
                continue;
            }
            match why == told {
                true => self.page.field(MARKS, (Role::Label, ""), (Role::Quiet, self.words.notes.same_reason)),
                false => self.why_not(&why),
            }
            told = why;
        }
        self.lists();
    }

    /// Why a terminal may not do something, and by which article.
    fn why_not(&mut self, remarks: &[&Remark]) {
        let reading = self.reading;
        for remark in remarks {
            let who = remark.person().map_or_else(String::new, |person| reading.name_of(person));
            let why = with_article((self.words.remark)(remark, &who), remark.article());
            self.page.field(MARKS, (Role::Label, ""), (Role::Quiet, &why));
        }
    }

    /// Which lists were asked, and what came of it.
    fn lists(&mut self) {
        let (Known { opposition, destination, .. }, notes) = (&self.reading.known, &self.words.notes);
        let asked = opposition.as_ref().map(|asked| {
            let day = self.date(asked.date);
            if asked.opposed.is_some() { (notes.opposed)(&day) } else { (notes.not_opposed)(&day) }
        });
        self.page.text(2, Role::Quiet, asked.as_deref().unwrap_or(notes.opposition_list));
        if let Some(Route::Goes(Destination { to, name, .. })) = destination {
            let to = [Some(to), name.as_ref()].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
            self.page.text(2, Role::Quiet, &(notes.forms_go_to)(&to));
        }
    }

    /// What came of the professionals' cards beside it.
    pub(super) fn beside(&mut self) {
        if self.reading.looks.is_empty() {
            return;
        }
        self.page.heading(self.words.titles.beside);
        for look in &self.reading.looks {
            let role = if look.outcome.is_ok() && !look.opened.is_empty() { Role::Good } else { Role::Warning };
            self.page.text(2, role, &(self.words.look)(look));
        }
    }

    /// Which files the card keeps to itself, and what would open them.
    pub(super) fn closed(&mut self, title: &str) {
        // A card was there, and its role opens nothing: it is another one that is needed.
        let idle = |look: &Look| look.outcome.is_ok() && look.opened.is_empty();
        let other = self.reading.looks.iter().any(idle);
        let words = self.words;
        closed(&mut self.page, words, title, &self.reading.closed, |file| {
            let lock = match file.lock {
                Lock::ProfessionalCard if other => words.notes.other_professional,
                lock => (words.lock)(lock),
            };
            (lock, words.status(file.status))
        });
    }

    /// How many of the bytes that were read are public, inferred, invented.
    pub(super) fn shares(&mut self) {
        shares(&mut self.page, self.words, self.reading.shares, self.reading.files.len());
    }

    /// What a person should look at.
    pub(super) fn remarks(&mut self) {
        let reading = self.reading;
        remarks(&mut self.page, self.words, &reading.remarks, Remark::article, |person| reading.name_of(person));
    }
}

/// What a person should look at. `article` is that on which a remark rests, `name_of` names a person by the place on
/// the card.
pub(super) fn remarks(
    page: &mut Page,
    words: &Words,
    remarks: &[Remark],
    article: fn(&Remark) -> Option<&'static str>,
    name_of: impl Fn(usize) -> String,
) {
    page.heading(words.titles.remarks);
    if remarks.is_empty() {
        page.text(2, Role::Good, words.notes.nothing_found);
    }
    for remark in remarks {
        let role = match remark.severity() {
            Severity::Blocking => Role::Bad,
            Severity::Warning => Role::Warning,
            Severity::Note => Role::Quiet,
        };
        let text = (words.remark)(remark, &remark.person().map_or_else(String::new, &name_of));
        let text = with_article(text, article(remark));
        page.field(MARKS, (role, (words.severity)(remark.severity())), (Role::Plain, &text));
    }
}

/// A sentence with the article that it rests on.
fn with_article(sentence: String, article: Option<&str>) -> String {
    match (article, sentence.strip_suffix('.')) {
        (Some(article), Some(sentence)) => format!("{sentence} ({article})."),
        _ => sentence,
    }
}

/// What keeps a terminal from something, each with the article that it rests on, in one line.
#[must_use]
pub fn because(remarks: &[Remark], lang: Lang) -> String {
    let words = words::of(lang);
    let why = remarks.iter().map(|remark| with_article((words.remark)(remark, ""), remark.article()));
    why.collect::<Vec<_>>().join(" ")
}

/// What the life of a card comes to, line by line: what may be done with it, then why no more.
#[must_use]
pub fn life(life: &Life, lang: Lang) -> Vec<String> {
    let words = words::of(lang);
    let sum = match (life.accepts(), life.pays()) {
        (false, _) => words.notes.unusable,
        (true, false) => words.notes.usable_without_payment,
        (true, true) => words.notes.usable,
    };
    let told = life.remarks.iter().filter(|remark| remark.severity() < Severity::Note);
    let why = told.map(|remark| with_article((words.remark)(remark, ""), remark.article()));
    [sum.to_owned()].into_iter().chain(why).collect()
}

/// Which files the card keeps to itself, and what would open them. `status` says in words what refused one.
pub(super) fn closed(
    page: &mut Page,
    words: &Words,
    title: &str,
    closed: &[ClosedFile],
    says: impl Fn(&ClosedFile) -> (&'static str, String),
) {
    page.heading(title);
    if closed.is_empty() {
        page.text(2, Role::Good, words.notes.nothing_closed);
    }
    let row = |file: &ClosedFile| -> [Cell; 4] {
        let (lock, status) = says(file);
        [
            (Role::Title, file.pointer.name.clone()),
            (Role::Quiet, file.pointer.fid.to_string()),
            (Role::Plain, lock.to_owned()),
            (Role::Quiet, status),
        ]
    };
    let rows: Vec<_> = closed.iter().map(row).collect();
    page.table([Fit::Wrap, Fit::Whole, Fit::Wrap, Fit::Wrap], &rows);
}

/// How many of the bytes that were read are public, inferred, invented.
pub(super) fn shares(page: &mut Page, words: &Words, shares: Shares, files: usize) {
    page.heading(words.titles.shares);
    let labels = &words.labels;
    let used = shares.public + shares.inferred + shares.invented;
    page.text(2, Role::Plain, &(words.notes.shares)(used, files));
    let rows = [
        (labels.public, shares.public, Role::Good),
        (labels.inferred, shares.inferred, Role::Warning),
        (labels.invented, shares.invented, Role::Quiet),
    ];
    let whole = page.width().saturating_sub(BESIDE_BAR).min(BAR);
    let row = |(label, bytes, role): (&str, usize, Role)| -> [Cell; 4] {
        let bar = "█".repeat(part_of(bytes, used, whole));
        let percent = format!("{:>3} %", part_of(bytes, used, 100));
        [
            (Role::Plain, label.to_owned()),
            (role, format!("{bar:whole$}")),
            (Role::Plain, percent),
            (Role::Quiet, (words.notes.bytes)(bytes)),
        ]
    };
    page.table([Fit::Whole, Fit::Whole, Fit::Whole, Fit::Whole], &rows.map(row));
    if shares.unused > 0 {
        page.text(2, Role::Quiet, &(words.notes.unused)(shares.unused));
    }
}

/// The first commands that went to the card, with their names.
pub(super) fn commands(page: &mut Page, words: &Words, title: &str, exchanges: &[Exchange], most: usize) {
    page.heading(title);
    let rows: Vec<_> = exchanges.iter().take(most).map(|exchange| command(words, exchange)).collect();
    page.table([Fit::Wrap, Fit::Cut, Fit::Whole, Fit::Wrap], &rows);
    let more = exchanges.len().saturating_sub(most);
    if more > 0 {
        page.text(2, Role::Quiet, &(words.notes.more_commands)(more));
    }
}

/// A command in a table: its name, its bytes, how many came back, and with which status word.
fn command(words: &Words, exchange: &Exchange) -> [Cell; 4] {
    let length = if exchange.length > 0 { format!("{:>3}", exchange.length) } else { String::new() };
    [
        (Role::Title, exchange.name.clone()),
        (Role::Quiet, hex(&exchange.command)),
        (Role::Plain, length),
        (Role::Plain, words.answer(&exchange.command, exchange.status)),
    ]
}

/// `part` of `whole` in units of which the whole has `units`, rounded.
fn part_of(part: usize, whole: usize, units: usize) -> usize {
    part.saturating_mul(units).saturating_add(whole / 2).checked_div(whole).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::part_of;

    #[test]
    fn parts_are_rounded_and_nothing_is_part_of_nothing() {
        assert_eq!(part_of(1, 3, 100), 33);
        assert_eq!(part_of(2, 3, 100), 67);
        assert_eq!(part_of(0, 0, 100), 0);
    }
}
