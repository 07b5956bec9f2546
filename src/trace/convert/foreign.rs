//! Documents that people post and of which no importer makes a trace: what they are, and what to do with them.

/// The form of such a document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Foreign {
    /// XML.
    Xml,
    /// A page of the web.
    Html,
    /// YAML.
    Yaml,
    /// A table of a wiki.
    MediaWiki,
}

impl Foreign {
    /// What a text is, told by how it begins.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let begin = text.trim_start_matches('\u{FEFF}').trim_start();
        let lower = begin.get(..begin.floor_char_boundary(LOOKED_AT)).unwrap_or_default().to_lowercase();
        let is_tagged = begin.starts_with('<') && begin.trim_end().ends_with('>') && begin.contains("</");
        let of_page = ["<!doctype html", "<html", "<table", "<body", "<div"];
        let begins_line = |mark: &str| begin.lines().any(|line| line.trim_start().starts_with(mark));
        let is_key = |line: &str| {
            let line = line.trim_start().trim_start_matches("- ");
            let (key, value) = line.split_once(':').unwrap_or_default();
            let is_word = !key.is_empty() && key.chars().all(|sign| sign.is_alphanumeric() || "_-".contains(sign));
            is_word && (value.is_empty() || value.starts_with(' '))
        };
        let mut lines = begin.lines().filter(|line| !line.trim().is_empty());
        let is_list = || begin.starts_with("---") || begin.lines().any(|line| line.trim_start().starts_with("- "));
        match begin {
            _ if of_page.iter().any(|tag| lower.starts_with(tag)) => Some(Self::Html),
            _ if lower.starts_with("<?xml") || is_tagged => Some(Self::Xml),
            _ if ["{|", "|-", "|}"].iter().all(|mark| begins_line(mark)) => Some(Self::MediaWiki),
            "" => None,
            _ => (is_list() && lines.all(|line| line.starts_with("---") || is_key(line))).then_some(Self::Yaml),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Xml => "XML",
            Self::Html => "HTML",
            Self::Yaml => "YAML",
            Self::MediaWiki => "MediaWiki",
        }
    }

    /// What a person can do so that it is read.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::Xml => {
                "save its exchanges as a table of CSV or as lines of JSON, with names such as command and response"
            }
            Self::Html => {
                "show it in a browser, copy its table into a spreadsheet and save that as CSV, with names such as \
                           command and response"
            }
            Self::Yaml => {
                "save it as JSON, for instance with `yq -o json`; each exchange has keys such as command and response"
            }
            Self::MediaWiki => {
                "show the page, copy its table into a spreadsheet and save that as CSV, with names such as \
                                command and response"
            }
        }
    }
}

/// How much of a text tells what it is by its first tag.
const LOOKED_AT: usize = 20;

#[cfg(test)]
mod tests {
    use super::Foreign;

    #[test]
    fn what_is_told_by_its_beginning() {
        for (text, form) in [
            ("<?xml version=\"1.0\"?>\n<trace/>", Some(Foreign::Xml)),
            ("<trace>\n<command>00A40400</command>\n</trace>\n", Some(Foreign::Xml)),
            ("<!DOCTYPE html>\n<table>", Some(Foreign::Html)),
            ("<table>\n<tr><td>00A40400</td></tr>\n</table>\n", Some(Foreign::Html)),
            ("- command: 00A40400\n  response: 6A82\n", Some(Foreign::Yaml)),
            ("---\nexchanges:\n  - command: \"00A40400\"\n    response: \"6A82\"\n", Some(Foreign::Yaml)),
            ("{| class=\"wikitable\"\n! Command !! Response\n|-\n| 00A40400 || 6A82\n|}\n", Some(Foreign::MediaWiki)),
            ("", None),
            ("hello\nworld\n", None),
            ("> 00 A4 04 00\n< 90 00\n", None),
            ("- one\n- two\n", None),
            ("x{|q\nz|-\n\u{1}|}\n", None),
        ] {
            assert_eq!(Foreign::of(text), form, "{text}");
        }
    }
}
