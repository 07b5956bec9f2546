//! One list: its head, its cards, and the end that seals it.

use std::{ops::Range, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::crypto::{Crypto, HashAlgorithm, RustCrypto};

use super::{
    Entry, Reason, Serial,
    chain::twice,
    line::{Line, Word, lines},
};
use crate::profile::{
    diagnostic::{Diagnostic, Diagnostics, Mistakes, Source},
    nearest,
    said::{Bilingual, said},
};

/// The longest list that is read, in bytes: some two million cards.
pub const LONGEST: usize = 64 << 20;

/// What a list begins with: the format, and its version.
pub(super) const FORMAT: &str = "virtuale-opposition";
pub(super) const VERSION: &str = "1";

/// The words of a head, and of the end.
pub(super) const MONTHLY: &str = "mensuelle";
pub(super) const INCREMENT: &str = "increment";
pub(super) const AFTER: &str = "apres";
pub(super) const END: &str = "fin";

/// What stands before a card in an increment.
pub(super) const ADD: &str = "+";
pub(super) const WITHDRAW: &str = "-";

/// A list that was read.
#[derive(Clone, Debug)]
pub struct List {
    /// Where it was read from.
    pub source: Arc<Source>,
    /// The day of which it is.
    pub date: Date,
    /// The day of the list that it follows; `None` for a monthly list.
    pub after: Option<Date>,
    /// Its cards, in the order of the text.
    pub changes: Vec<Change>,
}

/// A line of a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Change {
    /// The card.
    pub serial: Serial,
    /// Why it is opposed from now on, or `None` if it is no more.
    pub entry: Option<Entry>,
    /// Where its line begins in the text, in bytes.
    pub at: usize,
}

/// Which lines a text without head and end may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Entries {
    /// Cards: `10000004 perte 2026-01-12`.
    Cards,
    /// Cards with a sign: `+ 10000004 perte`, `- 10000005`.
    Changes,
}

/// What the first two lines of a list say.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) date: Date,
    pub(super) after: Option<Date>,
    /// Where the date stands.
    pub(super) date_at: Range<usize>,
    /// Where the date of the list before it stands; that of its own date in a monthly list.
    pub(super) after_at: Range<usize>,
    /// Where what is behind the head begins.
    rest: usize,
}

/// Reads a list.
///
/// # Errors
///
/// All that is wrong with it, as far as [`Mistakes::MOST`] goes.
pub fn parse(source: &Arc<Source>) -> Result<List, Diagnostics> {
    let head = head(source)?;
    let changes = body(source, &head)?;
    Ok(List { source: Arc::clone(source), date: head.date, after: head.after, changes })
}

/// Reads the lines of a list that has no head and no end yet. They are by serial number then.
///
/// # Errors
///
/// All that is wrong with them, also that a card is there twice.
pub fn entries(source: &Arc<Source>, which: Entries) -> Result<Vec<Change>, Diagnostics> {
    let mut reader = Reader { which, changes: Vec::new(), mistakes: Mistakes::of(source) };
    for line in lines(&source.text) {
        if reader.mistakes.is_full() {
            break;
        }
        reader.card(&line);
    }
    let mut changes = reader.finish()?;
    match twice(source, &mut changes) {
        mistakes if mistakes.is_empty() => Ok(changes),
        mistakes => Err(Diagnostics(mistakes)),
    }
}

/// Reads the head of a list.
pub(super) fn head(source: &Arc<Source>) -> Result<Head, Diagnostics> {
    head_of(source).map_err(|mistake| Diagnostics(vec![*mistake]))
}

fn head_of(source: &Arc<Source>) -> Result<Head, Box<Diagnostic>> {
    let mut lines = lines(&source.text);
    let expected = || said!(en: "an opposition list begins with {FORMAT} {VERSION}", fr: "une liste d'opposition commence par {FORMAT} {VERSION}");
    let missing = |at: Range<usize>, message| Diagnostic::new(source, at, message).hint(expected());
    let Some(first) = lines.next() else {
        let message = said!(en: "there is nothing in this list", fr: "il n'y a rien dans cette liste");
        return Err(Box::new(missing(0..0, message)));
    };
    if !source.text.contains('\n') && source.text.trim_end().contains('\r') {
        let message = said!(en: "its lines end with CR alone", fr: "ses lignes se terminent par CR seul");
        let hint = said!(en: "save it with LF, or CR and LF, at line ends", fr: "l'enregistrer avec LF, ou CR et LF, en fin de ligne");
        return Err(Box::new(Diagnostic::new(source, first.span(), message).hint(hint)));
    }
    let mut words = first.words();
    if words.next().map(|word| word.text) != Some(FORMAT) {
        let message = said!(en: "this is no opposition list", fr: "ce n'est pas une liste d'opposition");
        return Err(Box::new(missing(first.span(), message)));
    }
    match words.next() {
        Some(version) if version.text == VERSION && words.next().is_none() => {}
        _ => {
            let message = said!(en: "this version is not known", fr: "cette version n'est pas connue");
            return Err(Box::new(missing(first.span(), message)));
        }
    }
    let kinds = || {
        said!(
            en: "the second line is like \"{MONTHLY} 2026-01-20\" or \"{INCREMENT} 2026-01-21 {AFTER} 2026-01-20\"",
            fr: "la deuxième ligne ressemble à « {MONTHLY} 2026-01-20 » ou « {INCREMENT} 2026-01-21 {AFTER} 2026-01-20 »",
        )
    };
    let no_kind = |at: Range<usize>| {
        let message = said!(
            en: "the list does not say which it is, and of which day",
            fr: "la liste ne dit pas laquelle elle est, ni de quel jour",
        );
        Box::new(Diagnostic::new(source, at, message).hint(kinds()))
    };
    let second = lines.next().ok_or_else(|| no_kind(first.span()))?;
    let words: Vec<Word<'_>> = second.words().take(5).collect();
    let day = |word: &Word<'_>| word.day().ok_or_else(|| Box::new(word.no_day(source)));
    let rest = second.span().end;
    match words.as_slice() {
        [kind, date] if kind.text == MONTHLY => {
            let (day, date_at) = (day(date)?, date.span());
            Ok(Head { date: day, after: None, after_at: date_at.clone(), date_at, rest })
        }
        [kind, date, word, after] if kind.text == INCREMENT && word.text == AFTER => {
            let (date_at, after_at) = (date.span(), after.span());
            let (date, after) = (day(date)?, day(after)?);
            if after >= date {
                let message = said!(
                    en: "an increment follows a list of an earlier day",
                    fr: "un incrément suit une liste d'un jour antérieur",
                );
                let own = said!(en: "the increment is of this day", fr: "l'incrément est de ce jour");
                return Err(Box::new(Diagnostic::new(source, after_at, message).related(date_at, own)));
            }
            Ok(Head { date, after: Some(after), date_at, after_at, rest })
        }
        _ => Err(no_kind(second.span())),
    }
}

/// Reads what is behind the head of a list.
pub(super) fn body(source: &Arc<Source>, head: &Head) -> Result<Vec<Change>, Diagnostics> {
    let which = if head.after.is_some() { Entries::Changes } else { Entries::Cards };
    let mut reader = Reader { which, changes: Vec::new(), mistakes: Mistakes::of(source) };
    let text = source.text.as_str();
    let mut lines = lines(text).skip_while(|line| line.start() < head.rest);
    let mut is_whole = false;
    for line in lines.by_ref() {
        if reader.mistakes.is_full() {
            break;
        }
        if line.words().next().is_some_and(|word| word.text == END) {
            reader.end(&line);
            is_whole = true;
            break;
        }
        reader.card(&line);
    }
    if let Some(behind) = lines.next().filter(|_| is_whole) {
        let message = said!(en: "something stands behind the end of the list", fr: "il y a quelque chose après la fin de la liste");
        reader.mistakes.add(Diagnostic::new(source, behind.span(), message));
    } else if !is_whole && !reader.mistakes.is_full() {
        let at = text.trim_end().len();
        let message =
            said!(en: "the list has no end: it was cut off", fr: "la liste n'a pas de fin : elle a été coupée");
        let mistake = Diagnostic::new(source, at..at, message);
        reader.mistakes.add(mistake.hint(said!(
            en: "fetch it again; of a list of your own, virtuale opposition make writes the end",
            fr: "la récupérer de nouveau ; pour une liste à soi, virtuale opposition make écrit la fin",
        )));
    }
    reader.finish()
}

/// The check of a list: the SHA-256 of all that stands before its last line.
pub(super) fn sum(text: &str) -> String {
    hex::encode(RustCrypto.hash(HashAlgorithm::Sha256, &[text.as_bytes()]).as_bytes())
}

/// That a check is that of the same lines with other ends, which some programs change on the way.
fn other_line_ends(above: &str, check: &str) -> Option<Bilingual> {
    let is = |text: &str| check.eq_ignore_ascii_case(&sum(text));
    let plain = above.replace("\r\n", "\n");
    let (now, before) = match plain.len() < above.len() {
        true => is(&plain).then_some(("CR LF", "LF"))?,
        false => is(&plain.replace('\n', "\r\n")).then_some(("LF", "CR LF"))?,
    };
    Some(said!(
        en: "the check is of the same lines with other ends: they end with {now}, and ended with {before}",
        fr: "la somme de contrôle est celle des mêmes lignes autrement terminées : par {now}, elles l'étaient par {before}",
    ))
}

struct Reader {
    which: Entries,
    changes: Vec<Change>,
    mistakes: Mistakes,
}

impl Reader {
    /// A card, or a change of one.
    fn card(&mut self, line: &Line<'_>) {
        match self.change(line) {
            Ok(change) => self.changes.push(change),
            Err(mistake) => self.mistakes.add(*mistake),
        }
    }

    fn change(&self, line: &Line<'_>) -> Result<Change, Box<Diagnostic>> {
        let source = self.mistakes.source();
        let wrong = |at: Range<usize>, message| Box::new(Diagnostic::new(source, at, message).hint(self.form()));
        let mut words = line.words();
        let mut next = || {
            words.next().ok_or_else(|| {
                let end = line.span().end;
                wrong(end..end, said!(en: "the line is not whole", fr: "la ligne n'est pas entière"))
            })
        };
        let first = next()?;
        let (sign, number) = match self.which {
            Entries::Cards => (ADD, first),
            Entries::Changes if [ADD, WITHDRAW].contains(&first.text) => (first.text, next()?),
            Entries::Changes => {
                let message =
                    said!(en: "each line of an increment has a sign", fr: "chaque ligne d'un incrément a un signe");
                return Err(wrong(first.span(), message));
            }
        };
        let serial = Serial::new(number.text).ok_or_else(|| {
            let (most, digits) = (Serial::DIGITS, number.text.len());
            let message = if number.text.bytes().all(|digit| digit.is_ascii_digit()) {
                said!(
                    en: "a serial number has at most {most} digits, and this one {digits}",
                    fr: "un numéro de série a au plus {most} chiffres, et celui-ci {digits}",
                )
            } else {
                said!(en: "this is no serial number", fr: "ce n'est pas un numéro de série")
            };
            wrong(number.span(), message)
        })?;
        let entry = if sign == WITHDRAW {
            None
        } else {
            let word = next()?;
            let reason = Reason::of_word(word.text).ok_or_else(|| Box::new(no_reason(source, &word)))?;
            let since = words.next();
            let day = |word: Word<'_>| word.day().ok_or_else(|| Box::new(word.no_day(source)));
            Some(Entry { serial, reason, since: since.map(day).transpose()? })
        };
        match words.next() {
            Some(more) => {
                let message =
                    said!(en: "there is more in the line than a card", fr: "la ligne contient plus qu'une carte");
                Err(wrong(more.span(), message))
            }
            None => Ok(Change { serial, entry, at: line.start() }),
        }
    }

    /// How a line is written.
    fn form(&self) -> Bilingual {
        match self.which {
            Entries::Cards => said!(
                en: "a line is a serial number, a reason and perhaps a day: 10000004 perte 2026-01-12",
                fr: "une ligne : numéro de série, motif et, si connu, jour : 10000004 perte 2026-01-12",
            ),
            Entries::Changes => said!(
                en: "a line is like \"+ 10000004 perte 2026-01-12\", or \"- 10000004\" of a card that is no longer opposed",
                fr: "une ligne : « + 10000004 perte 2026-01-12 », ou « - 10000004 » pour une carte qui n'est plus opposée",
            ),
        }
    }

    /// The last line: how many cards there are, and the check.
    fn end(&mut self, line: &Line<'_>) {
        let source = Arc::clone(self.mistakes.source());
        let words: Vec<Word<'_>> = line.words().take(4).collect();
        let [_, count, check] = words.as_slice() else {
            let message = said!(en: "the last line is not whole", fr: "la dernière ligne n'est pas entière");
            let form = said!(
                en: "it is \"{END}\", the number of cards, and the SHA-256 of all lines above it",
                fr: "elle contient « {END} », le nombre de cartes, et le SHA-256 de toutes les lignes au-dessus",
            );
            return self.mistakes.add(Diagnostic::new(&source, line.span(), message).hint(form));
        };
        let fetch = said!(
            en: "it was changed or cut on its way: fetch it again; one of your own is sealed by virtuale opposition make",
            fr: "elle a été modifiée ou coupée en route : la récupérer de nouveau ; virtuale opposition make scelle une liste à soi",
        );
        // Lines that could not be read are missing in the count; that they could not be read is told.
        let found = self.changes.len();
        if self.mistakes.count() == 0 && count.text.parse() != Ok(found) {
            let message = said!(en: "not as many cards: the list has {found}", fr: "ce n'est pas le nombre de cartes de la liste, qui est {found}");
            self.mistakes.add(count.wrong(&source, message).hint(fetch.clone()));
        }
        let begin = source.text.get(..line.start()).unwrap_or_default();
        let above = begin.rsplit_once('\n').map_or("", |(above, _)| begin.get(..=above.len()).unwrap_or_default());
        let sum = sum(above);
        if !check.text.eq_ignore_ascii_case(&sum) {
            let message = other_line_ends(above, check.text).unwrap_or_else(
                || said!(en: "the check does not fit the list", fr: "la somme de contrôle ne correspond pas à la liste"),
            );
            let label = said!(en: "of this list it is {sum}", fr: "celle de cette liste est {sum}");
            self.mistakes.add(check.wrong(&source, message).label(label).hint(fetch));
        }
    }

    fn finish(self) -> Result<Vec<Change>, Diagnostics> {
        self.mistakes.or(self.changes)
    }
}

/// That a word is no reason.
fn no_reason(source: &Arc<Source>, word: &Word<'_>) -> Diagnostic {
    let words = Reason::ALL.map(Reason::word);
    let message = said!(en: "this is no reason to oppose a card", fr: "ce n'est pas un motif d'opposition");
    let all = || {
        let words = words.join(", ");
        said!(en: "reasons are {words}", fr: "les motifs sont {words}")
    };
    word.wrong(source, message).hint(nearest::hint(word.text, words).unwrap_or_else(all))
}
