//! Copies of care forms on a page: each with what it is for, what it costs, and whether it may be used today.

mod json;
#[cfg(test)]
mod tests;
mod words;

pub use json::{ActReport, CopiesReport, CopyReport, UsageReport};

use super::{
    Role,
    table::{Cell, Fit},
    writer::{Writer, nir},
};
use crate::{
    profile::{dates::calendar, tree::CardDate},
    terminal::{
        copies::{Accident, Act, Copy, Nature, Patient, Shown, Stage, Usage},
        files::Lock,
        vitale::{Beneficiary, Model},
    },
};

use words::CopyWords;

impl Writer<'_> {
    /// The copies that the card shows, or why it shows none.
    pub(super) fn copies(&mut self) {
        let words = words::of(self.lang);
        self.page.heading(words.title);
        let copies = &self.reading.copies;
        match &copies.shown {
            Shown::Open { copies: all, .. } if !all.is_empty() => {
                let rows: Vec<_> = all.iter().map(|copy| self.copy(copy, words)).collect();
                self.page.table([Fit::Whole, Fit::Whole, Fit::Wrap, Fit::Whole, Fit::Wrap], &rows);
                self.page.text(2, Role::Quiet, words.term);
            }
            _ if copies.objection == Some(true) => self.page.text(2, Role::Plain, words.objection),
            Shown::Open { .. } => self.page.text(2, Role::Plain, words.empty),
            Shown::NoFile if self.reading.model == Model::Vitale1 => self.page.text(2, Role::Plain, words.vitale_1),
            Shown::NoFile => self.page.text(2, Role::Plain, words.no_file),
            Shown::Closed(Lock::ProfessionalCard) => self.page.text(2, Role::Warning, words.closed),
            Shown::Closed(lock) => {
                let text = format!("{}{}{}", words.stay_closed, self.words.colon, (self.words.lock)(*lock));
                self.page.text(2, Role::Warning, &text);
            }
        }
    }

    /// A copy in a table: the day and number of its form, what was done to whom, the total, whether it may be used.
    fn copy(&self, copy: &Copy, words: &CopyWords) -> [Cell; 5] {
        let today = self.reading.today;
        let usage = calendar(today).map(|today| copy.usage(today));
        let (role, usage) = usage.map_or((Role::Plain, String::new()), |Usage { stage, from, until }| {
            let role = match stage {
                Stage::Usable => Role::Good,
                Stage::TooEarly | Stage::TooLate => Role::Quiet,
                Stage::ToCome => Role::Warning,
            };
            let [from, until] = [from, until].map(|day| day.map_or_else(String::new, |day| self.date(day.into())));
            (role, (words.usage)(stage, &from, &until))
        });
        let acts: Vec<String> = copy.acts.iter().map(|act| self.act(act, copy, words)).collect();
        let about = [Some(self.patient(&copy.patient, words)), self.nature(&copy.nature, words)];
        let about: Vec<String> = about.into_iter().flatten().collect();
        let paid = (copy.third_party.0 > 0).then(|| (words.third_party)(copy.third_party));
        let what: Vec<String> = acts.into_iter().chain(paid).collect();
        [
            (Role::Plain, self.date(CardDate::from(copy.date))),
            (Role::Quiet, copy.number.to_string()),
            (Role::Plain, format!("{}{}{}", about.join(", "), self.words.colon, what.join(words.between))),
            (Role::Plain, (words.amount)(copy.total())),
            (role, usage),
        ]
    }

    fn act(&self, act: &Act, copy: &Copy, words: &CopyWords) -> String {
        let mut text = act.code.as_str().to_owned();
        if act.coefficient.get() != 100 {
            text += &(words.coefficient)(act.coefficient.get());
        }
        text += &format!(" {}", (words.amount)(act.amount));
        if let Some(day) = act.date.filter(|day| *day != copy.date) {
            text += &(words.on)(&self.date(CardDate::from(day)));
        }
        if act.exoneration != 0 {
            text += &format!(", {}", self.code("exoneration", &act.exoneration.to_string()));
        }
        text
    }

    fn nature(&self, nature: &Nature, words: &CopyWords) -> Option<String> {
        let day = match nature {
            Nature::Maternity(day) | Nature::Accident(Accident::Of(day)) => self.date(CardDate::from(*day)),
            Nature::Illness | Nature::Accident(Accident::Numbered(_)) => String::new(),
        };
        (words.nature)(nature, &day)
    }

    /// The name of a patient, if the card says it.
    fn patient(&self, patient: &Patient, words: &CopyWords) -> String {
        let people = &self.reading.volet.beneficiaries;
        let is_it = |person: &Beneficiary| match patient {
            Patient::Nir(nir) => person.nir.as_deref() == Some(nir.as_str()),
            Patient::Born { date, rank } => {
                let own = person.rank.as_deref().map_or(Some(1), |rank| rank.parse().ok());
                person.born == Some(*date) && own == Some(*rank)
            }
        };
        match (people.iter().position(is_it), patient) {
            (Some(index), _) => self.reading.name_of(index + 1),
            (None, Patient::Nir(number)) => nir(number.as_str()),
            (None, Patient::Born { date, rank }) => (words.born)(&self.date(*date), *rank),
        }
    }
}
