//! The paths that Rust code names, resolved to what stands under the root of the crate: `crate::x`, and `super::` and
//! `self::` from the module that they are written in, inline modules and grouped imports included.

use std::collections::BTreeSet;

/// What a path reaches that brings the whole crate in under other names: `use crate::*`, `use super as root`.
pub(crate) const EVERYTHING: &str = "everything in the crate";

/// What a piece of code names under the root of its crate; `module` is the path of its module from there.
pub(crate) fn named_under_the_root(code: &str, module: &[String]) -> BTreeSet<String> {
    let tokens = tokens(code);
    let mut named = BTreeSet::new();
    // For each open brace, whether it is that of an inline module.
    let mut braces = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let before = at.checked_sub(1).map(|before| tokens[before].as_str());
        match token.as_str() {
            "{" => braces.push(at >= 2 && tokens[at - 2] == "mod"),
            "}" => {
                braces.pop();
            }
            "crate" | "super" | "self" if before != Some("::") => {
                let inline = braces.iter().filter(|is_module| **is_module).count();
                let mut path = Vec::new();
                at = tree(&tokens, at, &mut path, &mut |path, end| {
                    named.extend(under_the_root(path, module, inline, end));
                });
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    named
}

/// Walks the paths of a tree `a::{b, c::{d as e, *}}`, each with the token behind it; gives where the tree ends.
fn tree(tokens: &[String], mut at: usize, path: &mut Vec<String>, each: &mut dyn FnMut(&[String], &str)) -> usize {
    let token = |at: usize| tokens.get(at).map_or("", String::as_str);
    let outer = path.len();
    loop {
        if token(at) == "{" {
            at += 1;
            while !["}", ""].contains(&token(at)) {
                at = if token(at) == "," { at + 1 } else { tree(tokens, at, path, each) };
            }
            at += 1;
            break;
        }
        path.push(token(at).to_owned());
        at += 1;
        if token(at) != "::" {
            each(path, token(at));
            // `as name`
            at += if token(at) == "as" { 2 } else { 0 };
            break;
        }
        at += 1;
    }
    path.truncate(outer);
    at
}

/// The first name of a path under the root of the crate, if the path goes back to the root.
fn under_the_root(path: &[String], module: &[String], inline: usize, behind: &str) -> Option<String> {
    let mut depth = module.len() + inline;
    let mut left = path.iter().map(String::as_str).peekable();
    if left.next_if_eq(&"crate").is_some() {
        depth = 0;
    }
    // `{self}` in a group is the module before it.
    while let Some(step) = left.next_if(|step| ["super", "self"].contains(step)) {
        depth = depth.saturating_sub(usize::from(step == "super"));
    }
    match (depth, left.next()) {
        (0, Some("*")) => Some(EVERYTHING.to_owned()),
        (0, Some(name)) => Some(name.to_owned()),
        (0, None) => (behind == "as").then(|| EVERYTHING.to_owned()),
        // Deeper than the root: in the room that the module is in.
        _ => None,
    }
}

/// The words and signs of code, without comments and without what stands in texts.
fn tokens(code: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => text_length(rest),
            'r' if raw_text_length(rest).is_some() => raw_text_length(rest).unwrap_or(1),
            '\'' => character_length(rest),
            ':' if rest.starts_with("::") => {
                tokens.push("::".to_owned());
                2
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
                tokens.push(rest[..length].to_owned());
                length
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(first.to_string());
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// How long a text in quotes is.
fn text_length(code: &str) -> usize {
    let mut escaped = true;
    let end = code.find(|c| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(code.len(), |end| end + 1)
}

/// How long a raw text `r"..."` or `r#"..."#` is; `None` if it is none.
fn raw_text_length(code: &str) -> Option<usize> {
    let after = code.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inside = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(1 + hashes + 1 + length)
}

/// How long a character in quotes is; 1 for the quote of a lifetime.
fn character_length(code: &str) -> usize {
    let mut characters = code.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some(_)) => code[3..].find('\'').map_or(code.len(), |end| 3 + end + 1),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[test]
fn grouped_imports_are_seen() {
    let code = "use crate::{\n    cli::exec,\n    profile::{self, tree::Node},\n};\nlet a = crate::trace::X;";
    assert_eq!(names(code, "reader"), ["cli", "profile", "trace"]);
}

#[test]
fn super_and_self_are_resolved_from_their_module() {
    assert_eq!(names("use super::super::cli::exec;", "profile layout"), ["cli"]);
    assert_eq!(names("use super::{super::{trace, cli::exec}, model};", "profile layout"), ["cli", "trace"]);
    assert_eq!(names("fn f(a: super::terminal::Volet) {}", "profile"), ["terminal"]);
    assert_eq!(names("use self::super::reader;", "profile"), ["reader"]);
    let none: [&str; 0] = [];
    assert_eq!(names("use super::cli; use self::cli; use super::super::layout::cli;", "profile layout read"), none);
    assert_eq!(names("pub(super) fn f(self) { self.cli() } pub(crate) fn g() {}", "profile"), none);
}

#[test]
fn inline_modules_count() {
    let code = "fn f() { g('{', '\\'', \"{ mod b {\", r#\"\"{\"#) } mod tests { use super::super::cli; fn a<'a>() {} }";
    assert_eq!(names(code, "profile"), ["cli"]);
    assert_eq!(names("mod tests { use super::cli; } use super::cli;", "profile"), ["cli"]);
    assert_eq!(names("mod tests { use super::cli; }", "profile"), [""; 0]);
}

#[test]
fn the_whole_crate_is_not_brought_in() {
    for code in ["use crate::*;", "use super::*;", "use crate as c;", "use super as c;", "use crate::{self as c};"] {
        assert_eq!(names(code, "profile"), [EVERYTHING], "{code}");
    }
    assert_eq!(names("mod tests { use super::*; }", "profile"), [""; 0]);
}

#[cfg(test)]
fn names(code: &str, module: &str) -> Vec<String> {
    let module: Vec<_> = module.split(' ').map(str::to_owned).collect();
    named_under_the_root(code, &module).into_iter().collect()
}
