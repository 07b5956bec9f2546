//! A page of a few lines for a person whose browser was refused: what happened, and what to do.
//!
//! It is text and nothing else. Styles and scripts are for who has the token, and nothing of what was asked for stands
//! in it.

use crate::profile::schema::Language;

/// What people type to get the address of the page.
pub(super) const COMMAND: &str = "virtuale console --url";

/// The page of a refusal.
pub(super) fn page(message: &str, hint: Option<&str>, language: Language) -> String {
    let language = match language {
        Language::English => "en",
        Language::French => "fr",
    };
    let title = sentence(message);
    let hint = hint.map(|hint| format!("<p>{}</p>\n", sentence(hint))).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n</head>\n<body>\n<main>\n\
         <h1>{title}</h1>\n{hint}</main>\n</body>\n</html>\n"
    )
}

/// A message as a sentence of a page; what is to be typed stands out in it.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let text: String = first.chain(rest).collect();
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace(COMMAND, &format!("<code>{COMMAND}</code>")) + "."
}

#[cfg(test)]
mod tests {
    use super::{Language, page};

    #[test]
    fn a_refusal_is_a_page_in_its_language_and_no_markup_of_others() {
        let page = page("c'est <b> & non", Some("ici virtuale console --url la dit"), Language::French);
        assert!(page.contains("<html lang=\"fr\">") && page.contains("<h1>C'est &lt;b&gt; &amp; non.</h1>"), "{page}");
        assert!(page.contains("<p>Ici <code>virtuale console --url</code> la dit.</p>"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<style"), "{page}");
    }
}
