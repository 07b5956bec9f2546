//! The options at the beginning of a command line.

use super::sets;
use crate::shown;

/// The options that begin a command line, each with its value, and what follows them.
pub(super) struct Options<'w> {
    given: Vec<(&'w str, Option<&'w str>)>,
    pub(super) rest: &'w [String],
    /// The options as they are written.
    typed: &'w [String],
}

impl<'w> Options<'w> {
    /// Reads options up to the first word that is none; these have a value in the next word.
    pub(super) fn read(mut words: &'w [String], valued: &[&'static str]) -> Self {
        let (all, mut given) = (words, Vec::new());
        let mut typed = 0;
        while let [word, behind @ ..] = words {
            if word == "--" {
                words = behind;
                break;
            }
            if !word.starts_with('-') || word == "-" {
                break;
            }
            words = behind;
            match word.split_once('=').filter(|_| word.starts_with("--")) {
                Some((name, value)) => given.push((name, Some(value))),
                None if valued.contains(&word.as_str()) => {
                    let value = words.first().map(String::as_str);
                    words = words.get(1..).unwrap_or_default();
                    given.push((word, value));
                }
                // Letters may stand together: -nu nobody, -unobody.
                None => {
                    let (before, valued) = letters(word, valued);
                    given.extend((before != "-").then_some((before, None)));
                    match valued {
                        Some((name, "")) => {
                            let value = words.first().map(String::as_str);
                            words = words.get(1..).unwrap_or_default();
                            given.push((name, value));
                        }
                        Some((name, value)) => given.push((name, Some(value))),
                        None => {}
                    }
                }
            }
            typed = all.len() - words.len();
        }
        Self { given, rest: words, typed: all.get(..typed).unwrap_or_default() }
    }

    pub(super) fn value(&self, names: &[&str]) -> Option<&'w str> {
        self.given.iter().rev().find(|(name, _)| names.contains(name)).and_then(|(_, value)| *value)
    }

    pub(super) fn values(&self, names: &[&str]) -> Vec<String> {
        let of = self.given.iter().filter(|(name, _)| names.contains(name));
        of.filter_map(|(_, value)| value.map(str::to_owned)).collect()
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|(name, value)| {
            let letter = |wanted: &&str| wanted.len() == 2 && !name.starts_with("--") && name.contains(&wanted[1..]);
            value.is_none() && (names.contains(name) || names.iter().any(letter))
        })
    }

    /// The options as a shell takes them, but for these with a value.
    pub(super) fn typed(&self, without: &[&str]) -> Vec<String> {
        let words = || self.typed.iter().map(shown::word);
        if self.value(without).is_none() {
            return words().collect();
        }
        let others = self.given.iter().filter(|(name, _)| !without.contains(name));
        let written = others.flat_map(|(name, value)| [Some(*name), *value]);
        written.flatten().map(shown::word).collect()
    }

    /// Whether an option lets the variable in, by its name or with a value.
    pub(super) fn lets_in(&self, names: &[&str]) -> bool {
        self.values(names).iter().any(|value| value.split(',').any(sets))
    }
}

/// The letters of a word that stand together before an option with a value, and that option with what stands behind its
/// letter, if one is there.
fn letters<'w>(word: &'w str, valued: &[&'static str]) -> (&'w str, Option<(&'static str, &'w str)>) {
    let alone = |(at, letter): (usize, char)| {
        let is_it = |name: &&&str| name.len() == 2 && name.ends_with(letter);
        valued.iter().find(is_it).map(|name| (at, at + letter.len_utf8(), *name))
    };
    let together = !word.starts_with("--");
    match word.char_indices().skip(1).filter(|_| together).find_map(alone) {
        Some((at, end, name)) => (&word[..at], Some((name, &word[end..]))),
        None => (word, None),
    }
}
