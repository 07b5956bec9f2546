//! A monthly list and the increments behind it, one after the other.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;

use super::{
    Entry, Opposition, Part, Serial,
    line::lines,
    parse::{Change, Head, LONGEST, body, head},
};
use crate::profile::{
    LoadError,
    diagnostic::{Diagnostic, Diagnostics, Source},
    reading,
    said::said,
};

/// How the files of lists end in a folder: a monthly list, an increment.
const ENDINGS: [&str; 2] = ["loe", "loi"];

/// A list whose head was read.
struct Headed {
    source: Arc<Source>,
    head: Head,
}

impl Opposition {
    /// Reads a list, or the lists of a folder: its files that end in `.loe` and `.loi`, by their days. Of several
    /// monthly lists the last one counts, and what is before it does not.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if something cannot be read; [`LoadError::Invalid`] with all that is wrong with the lists, or
    /// if there is none, if one is of a day after `today`, or if one is missing in between.
    pub fn open(path: &Path, today: Date) -> Result<Self, LoadError> {
        Self::open_all(&[path], today)
    }

    /// Reads lists in the order given; the lists of a folder in the order of their days.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Self::open), and that the lists are not in order.
    pub fn open_all<P: AsRef<Path>>(paths: &[P], today: Date) -> Result<Self, LoadError> {
        let mut lists = Vec::new();
        for path in paths {
            let path = path.as_ref();
            if fs::metadata(path).is_ok_and(|found| found.is_dir()) {
                lists.extend(folder(path)?);
            } else {
                lists.push(headed(Arc::new(reading::text(path, LONGEST)?)).map_err(LoadError::Invalid)?);
            }
        }
        fold(lists, today).map_err(LoadError::Invalid)
    }

    /// What lists say together, in the order given.
    ///
    /// # Errors
    ///
    /// All that is wrong with them, as for [`open_all`](Self::open_all).
    pub fn of(sources: &[Arc<Source>], today: Date) -> Result<Self, Diagnostics> {
        let lists = sources.iter().cloned().map(headed).collect::<Result<_, _>>()?;
        fold(lists, today)
    }
}

impl Headed {
    fn part(&self, changes: &[Change]) -> Part {
        let withdrawn = changes.iter().filter(|change| change.entry.is_none()).count();
        let (path, added) = (PathBuf::from(&self.source.name), changes.len() - withdrawn);
        Part { path, date: self.head.date, is_monthly: self.head.after.is_none(), added, withdrawn }
    }
}

fn headed(source: Arc<Source>) -> Result<Headed, Diagnostics> {
    let head = head(&source)?;
    Ok(Headed { source, head })
}

/// The lists of a folder, by their days.
fn folder(path: &Path) -> Result<Vec<Headed>, LoadError> {
    let io = |error| LoadError::Io { path: path.to_owned(), error };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(io)? {
        let file = entry.map_err(io)?.path();
        let is_list = |ending: &OsStr| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
        if file.extension().is_some_and(is_list) {
            files.push(file);
        }
    }
    files.sort();
    let (mut lists, mut mistakes) = (Vec::new(), Vec::new());
    for file in files {
        match headed(Arc::new(reading::text(&file, LONGEST)?)) {
            Ok(list) => lists.push(list),
            Err(wrong) => mistakes.extend(wrong.0),
        }
    }
    if !mistakes.is_empty() {
        return Err(LoadError::Invalid(Diagnostics(mistakes)));
    }
    if lists.is_empty() {
        let source = Arc::new(Source { name: path.to_string_lossy().into_owned(), text: String::new() });
        let message = said!(en: "there is no opposition list in this folder", fr: "il n'y a pas de liste d'opposition dans ce dossier");
        let mistake = Diagnostic::new(&source, 0..0, message).hint(said!(
            en: "monthly lists end in .loe, increments in .loi",
            fr: "les listes mensuelles se terminent par .loe, les incréments par .loi",
        ));
        return Err(LoadError::Invalid(Diagnostics(vec![mistake])));
    }
    lists.sort_by_key(|list| (list.head.date, list.head.after.is_none()));
    Ok(lists)
}

fn fold(mut lists: Vec<Headed>, today: Date) -> Result<Opposition, Diagnostics> {
    // Of an increment and a monthly list of one day the monthly list counts, in whichever order they are named.
    for at in 1..lists.len() {
        let (before, list) = (&lists[at - 1].head, &lists[at].head);
        if before.date == list.date && before.after.is_none() && list.after.is_some() {
            lists.swap(at - 1, at);
        }
    }
    let mut mistakes = Vec::new();
    for list in lists.iter().filter(|list| list.head.date > today) {
        let message = said!(en: "this list is of the future: today is {today}", fr: "cette liste est du futur : nous sommes le {today}");
        let mistake = Diagnostic::new(&list.source, list.head.date_at.clone(), message);
        mistakes.push(mistake.hint(said!(
            en: "look at the clock, or say the day with --now",
            fr: "vérifier l'horloge, ou donner le jour avec --now",
        )));
    }
    mistakes.extend(lists.windows(2).filter_map(|pair| order(&pair[0], &pair[1])));
    let Some(first) = lists.iter().rposition(|list| list.head.after.is_none()) else {
        mistakes.extend(lists.first().map(without_monthly));
        return Err(Diagnostics(mistakes));
    };
    let counting = &lists[first..];
    mistakes.extend(counting.windows(2).filter_map(|pair| gap(&pair[0], &pair[1])));
    if !mistakes.is_empty() {
        return Err(Diagnostics(mistakes));
    }
    // What is set aside is verified too: only its head says that it may be, and a head can be changed on its way.
    let mut set_aside = Vec::new();
    for list in &lists[..first] {
        match body(&list.source, &list.head) {
            Ok(changes) => {
                mistakes.extend(twice(&list.source, &mut changes.clone()));
                set_aside.push(list.part(&changes));
            }
            Err(wrong) => mistakes.extend(wrong.0),
        }
    }
    let (mut cards, mut parts) = (Cards::default(), Vec::new());
    for list in counting {
        match body(&list.source, &list.head) {
            Ok(changes) => {
                parts.push(list.part(&changes));
                mistakes.extend(cards.apply(&list.source, list.head.after.is_none(), changes));
            }
            Err(wrong) => mistakes.extend(wrong.0),
        }
        // What follows a list that is not known would be judged by what is not so.
        if !mistakes.is_empty() {
            return Err(Diagnostics(mistakes));
        }
    }
    let date = counting.last().map_or(today, |list| list.head.date);
    Ok(Opposition { entries: cards.merged(), parts, set_aside, date })
}

/// That a list is not of a later day than the one before it. A monthly list may be of the day of the last increment
/// before it.
fn order(before: &Headed, list: &Headed) -> Option<Diagnostic> {
    let (earlier, date) = (before.head.date, list.head.date);
    let name = &before.source.name;
    let message = if date < earlier {
        said!(
            en: "this list is of an earlier day than the one before it, {name}, which is of {earlier}",
            fr: "cette liste est d'un jour antérieur à celle qui la précède, {name}, qui est du {earlier}",
        )
    } else if date == earlier && (list.head.after.is_some() || before.head.after.is_none()) {
        said!(en: "{name} is a list of this day too", fr: "{name} est aussi une liste de ce jour")
    } else {
        return None;
    };
    let mistake = Diagnostic::new(&list.source, list.head.date_at.clone(), message);
    Some(mistake.hint(said!(
        en: "name the lists in the order of their days, each day once",
        fr: "nommer les listes dans l'ordre des jours, un jour une seule fois",
    )))
}

/// That an increment does not follow the list before it.
fn gap(before: &Headed, list: &Headed) -> Option<Diagnostic> {
    let after = list.head.after?;
    let (date, name) = (before.head.date, &before.source.name);
    if after == date {
        return None;
    }
    let message = said!(
        en: "this increment follows the list of {after}, and the one before it, {name}, is of {date}",
        fr: "cet incrément suit la liste du {after}, et celle qui le précède, {name}, est du {date}",
    );
    let mistake = Diagnostic::new(&list.source, list.head.after_at.clone(), message);
    Some(if after > date {
        let label = said!(en: "this list is missing", fr: "cette liste manque");
        mistake.label(label).hint(said!(
            en: "fetch the increments in between, or the next monthly list",
            fr: "récupérer les incréments intermédiaires, ou la prochaine liste mensuelle",
        ))
    } else {
        mistake.hint(said!(
            en: "one of the two was made of other lists: fetch both again",
            fr: "l'un des deux a été fait d'autres listes : récupérer les deux",
        ))
    })
}

fn without_monthly(first: &Headed) -> Diagnostic {
    let message = said!(
        en: "there is no monthly list before this increment",
        fr: "il n'y a pas de liste mensuelle avant cet incrément",
    );
    Diagnostic::new(&first.source, first.head.date_at.clone(), message).hint(said!(
        en: "name the last monthly list first, then the increments behind it",
        fr: "nommer d'abord la dernière liste mensuelle, puis les incréments qui la suivent",
    ))
}

/// The cards so far: those of the monthly list, and what became of some of them.
#[derive(Default)]
struct Cards {
    monthly: Vec<Entry>,
    changed: BTreeMap<Serial, Option<Entry>>,
}

impl Cards {
    /// Takes the cards of a list; what is wrong with them stays out.
    fn apply(&mut self, source: &Arc<Source>, is_monthly: bool, mut changes: Vec<Change>) -> Vec<Diagnostic> {
        let mut mistakes = twice(source, &mut changes);
        if is_monthly {
            self.monthly = changes.iter().filter_map(|change| change.entry).collect();
            return mistakes;
        }
        for change in changes {
            if change.entry.is_none() && !self.has(change.serial) && mistakes.len() < 10 {
                let message = said!(
                    en: "this card is withdrawn, and no list before has it",
                    fr: "cette carte est retirée, et aucune liste précédente ne la contient",
                );
                mistakes.push(Diagnostic::new(source, line_at(source, change.at), message));
            }
            self.changed.insert(change.serial, change.entry);
        }
        mistakes
    }

    fn has(&self, serial: Serial) -> bool {
        let monthly = || self.monthly.binary_search_by_key(&serial, |entry| entry.serial).is_ok();
        self.changed.get(&serial).map_or_else(monthly, Option::is_some)
    }

    fn merged(self) -> Vec<Entry> {
        let Self { mut monthly, changed } = self;
        if changed.is_empty() {
            return monthly;
        }
        monthly.retain(|entry| !changed.contains_key(&entry.serial));
        monthly.extend(changed.into_values().flatten());
        monthly.sort_by_key(|entry| entry.serial);
        monthly
    }
}

/// Which cards are in a list twice. The changes are by serial number after that.
pub(super) fn twice(source: &Arc<Source>, changes: &mut [Change]) -> Vec<Diagnostic> {
    changes.sort_by_key(|change| (change.serial, change.at));
    let pairs = changes.windows(2).filter(|pair| pair[0].serial == pair[1].serial);
    let mistake = |pair: &[Change]| {
        let message = said!(en: "this card is in the list already", fr: "cette carte est déjà dans la liste");
        let there = said!(en: "here", fr: "ici");
        let mistake = Diagnostic::new(source, line_at(source, pair[1].at), message);
        mistake.related(line_at(source, pair[0].at), there).hint(said!(
            en: "keep one of the two lines; zeros before a serial number do not count",
            fr: "garder une des deux lignes ; les zéros devant un numéro de série ne comptent pas",
        ))
    };
    pairs.map(mistake).take(10).collect()
}

/// The line of a list that begins at a place.
fn line_at(source: &Source, at: usize) -> std::ops::Range<usize> {
    let line = source.text.get(at..).and_then(|rest| lines(rest).next());
    line.map_or(at..at, |line| at + line.span().start..at + line.span().end)
}
