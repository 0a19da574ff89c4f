//! The file: `report.html` with its parts put in their places, and the policy that they are held to.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use iso_evm_verifier::Report;
use sha2::{Digest, Sha256};

use super::data::Data;
use crate::{plain::is_unseen, story::Story};

/// The page, with places for its parts.
const TEMPLATE: &str = include_str!("report.html");
/// The styles: the look that all pages have, and the report's own.
const STYLE: &str = concat!(include_str!("look.css"), "\n", include_str!("report.css"));
/// The program: files that see each other's names.
const PROGRAM: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("js/dom.js"),
    include_str!("js/data.js"),
    include_str!("js/rows.js"),
    include_str!("js/machine.js"),
    include_str!("js/head.js"),
    include_str!("js/tree.js"),
    include_str!("js/walk.js"),
    include_str!("js/state.js"),
    include_str!("js/records.js"),
    include_str!("js/way.js"),
    include_str!("js/message.js"),
    include_str!("js/paper.js"),
    include_str!("js/app.js"),
    "})();\n"
);

/// What stands in the file for a reader without a browser's program: the verdict and the findings as text.
#[derive(Debug)]
pub(super) struct Beginning {
    title: String,
    text: String,
}

impl Beginning {
    pub(super) fn of(story: &Story, report: &Report) -> Self {
        let mut text = format!("<p>{}</p>\n", escaped(&story.headline));
        for told in &story.findings {
            let words = match (&told.says, &told.truth) {
                (Some(says), Some(truth)) => {
                    let word = if told.is_cause() { "true" } else { "computed" };
                    format!(" It says {says}; {word} is {truth}: {}.", told.by)
                }
                _ => String::new(),
            };
            text += &format!(
                "<p>{}. {}{}</p>\n",
                escaped(&told.place),
                escaped(&told.title),
                escaped(&words)
            );
        }
        let subject = match report.transaction_hash {
            Some(hash) => format!("transaction {hash}"),
            None => "an unsigned transaction".to_owned(),
        };
        Self { title: format!("{}: {subject}", report.named(report.verdict())), text }
    }
}

/// The file.
pub(super) fn document(beginning: &Beginning, data: &Data) -> String {
    let data =
        serde_json::to_string(data).expect("its keys are strings, and it has no map but of these");
    // Within a script, nothing but `<` ends it or makes a comment of it.
    let data = data.replace('<', "\\u003c");
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash_of(PROGRAM),
        hash_of(STYLE)
    );
    let title = escaped(&beginning.title);
    let part = |name: &str| match name {
        "policy" => &*policy,
        "title" => &*title,
        "style" => STYLE,
        "text" => &*beginning.text,
        "data" => &*data,
        "program" => PROGRAM,
        _ => "",
    };
    let mut file = String::with_capacity(TEMPLATE.len() + STYLE.len() + PROGRAM.len() + data.len());
    let mut rest = TEMPLATE;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").unwrap_or((behind, ""));
        file.push_str(before);
        file.push_str(part(name));
        rest = behind;
    }
    file.push_str(rest);
    file
}

/// The hash by which a policy lets a style or a program be.
pub fn hash_of(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Text as HTML, with what is not seen in it written out.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            _ if is_unseen(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_its_place_and_is_in_the_file_once() {
        for part in ["policy", "title", "style", "text", "data", "program"] {
            assert_eq!(TEMPLATE.matches(&format!("{{{{{part}}}}}")).count(), 1, "{part}");
        }
        assert_eq!(TEMPLATE.matches("{{").count(), 6);
    }

    /// What ends a style or a program early leaves the rest of it as text in the page.
    #[test]
    fn styles_and_program_do_not_end_themselves() {
        assert!(!STYLE.to_lowercase().contains("</style"));
        assert!(!PROGRAM.to_lowercase().contains("</script") && !PROGRAM.contains("<!--"));
    }

    #[test]
    fn text_from_outside_is_text_in_the_file() {
        assert_eq!(escaped("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
        assert_eq!(escaped("a\u{202e}b\u{7}"), "a\\u{202e}b\\u{7}");
    }
}
