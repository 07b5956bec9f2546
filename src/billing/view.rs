//! A data tree as billing software's interfaces look at it: the people on a Vitale, and what is said of them. A key
//! that is missing, or holds another kind of value than expected, gives nothing: the tree may come from any chip.

use crate::{
    profile::tree::{CardDate, Data, Node},
    terminal::period::Period,
};

/// One table, or two that say things of the same: the first that knows an answer gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a>([Option<&'a Node>; 2]);

/// Everybody on a Vitale, the insured first; what is said of the insured as such and as a beneficiary is said of one.
pub(super) fn people(tree: &Node) -> impl Iterator<Item = View<'_>> {
    let people = tree.at("beneficiaire").map(Node::list).unwrap_or_default();
    let first = View([people.first(), tree.at("assure")]);
    let is_somebody = first.0.iter().flatten().any(|node| node.table().is_some_and(|table| !table.is_empty()));
    let others = people.iter().skip(1).map(View::of);
    is_somebody.then_some(first).into_iter().chain(others)
}

/// What somebody is called.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Names {
    /// The usual name; that of birth where there is no other.
    pub(super) usual: Option<String>,
    /// The name at birth, where it is another one. A chip may say the same twice.
    pub(super) birth: Option<String>,
}

impl<'a> View<'a> {
    /// One table.
    pub(super) fn of(node: &'a Node) -> Self {
        Self([Some(node), None])
    }

    fn at(self, path: &str) -> Option<&'a Node> {
        self.0.into_iter().flatten().find_map(|node| node.at(path))
    }

    /// Text that says something; a number is text too.
    pub(super) fn text(self, path: &str) -> Option<String> {
        let text = match &self.at(path)?.data {
            Data::Text(text) => text.trim().to_owned(),
            Data::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn date(self, path: &str) -> Option<CardDate> {
        self.at(path)?.date()
    }

    pub(super) fn flag(self, path: &str) -> Option<bool> {
        match self.at(path)?.data {
            Data::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// A table that has something in it.
    pub(super) fn table(self, path: &str) -> Option<Self> {
        let node = self.at(path).filter(|node| node.table().is_some_and(|table| !table.is_empty()))?;
        Some(Self::of(node))
    }

    pub(super) fn members(self, path: &str) -> impl Iterator<Item = Self> {
        self.at(path).map(Node::list).unwrap_or_default().iter().map(Self::of)
    }

    /// The names of somebody.
    pub(super) fn names(self) -> Names {
        let birth = self.text("nom");
        match self.text("nom_usage").filter(|usual| birth.as_ref() != Some(usual)) {
            Some(usual) => Names { usual: Some(usual), birth },
            None => Names { usual: birth, birth: None },
        }
    }

    /// The number of somebody's own, if it is certified: the insured's is on the card in any case, and those of others
    /// are there once they are.
    pub(super) fn certified_nir(self, is_insured: bool) -> Option<String> {
        self.text("nir").filter(|_| !is_insured || self.date("date_certification").is_some())
    }

    pub(super) fn period(self, start: &str, end: &str) -> Period {
        Period { start: self.date(start), end: self.date(end) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{View, people};
    use crate::terminal::toy::tree;

    #[test]
    fn the_insured_is_the_first_of_the_people() {
        let names = |data: &Value| {
            let data = tree(data);
            people(&data).map(|person| person.text("nom").unwrap_or_default()).collect::<Vec<_>>()
        };
        assert_eq!(names(&json!({ "assure": { "nom": "A" }, "beneficiaire": [{ "rang_gemellaire": 2 }] })), ["A"]);
        assert_eq!(
            names(&json!({ "assure": { "nir": "1" }, "beneficiaire": [{ "nom": "A" }, { "nom": "B" }] })),
            ["A", "B"]
        );
        assert_eq!(names(&json!({ "assure": {}, "beneficiaire": [] })), [""; 0]);
        assert_eq!(names(&json!({})), [""; 0]);
    }

    #[test]
    fn what_is_of_another_kind_says_nothing() {
        let data = tree(&json!({ "a": " ", "b": true, "c": {}, "d": { "e": 5 }, "f": "2026-01-15" }));
        let view = View::of(&data);
        assert_eq!((view.text("a"), view.text("b"), view.text("d.e")), (None, None, Some("5".into())));
        assert_eq!((view.flag("b"), view.flag("a"), view.date("a")), (Some(true), None, None));
        assert!(view.table("c").is_none() && view.table("a").is_none() && view.table("d").is_some());
        assert!(view.date("f").is_some() && view.members("d").next().is_none());
    }
}
