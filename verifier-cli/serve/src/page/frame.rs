//! The file that the status page is: its head, its style in the look of the report, and its policy, which lets it ask
//! for nothing.

use std::{sync::LazyLock, time::Duration};

use iso_evm_explain::page::{LOOK, escaped, hash_of};

use super::parts::Shown;
use crate::failure::Failure;

/// How often the page asks for itself.
const AGAIN: Duration = Duration::from_secs(10);

/// What the page has beside the look.
const OWN: &str = include_str!("status.css");

/// What a browser may do with an explanation, beside what that itself says: show it, in no frame.
pub(crate) const POLICY_OF_REPORTS: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page's picture in a browser's tabs.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='1' y='1' \
                    width='14' height='14' rx='3' fill='none' stroke='%232f5bb7' stroke-width='2'/%3E%3Crect x='5' y='5' \
                    width='6' height='6' rx='1' fill='%232f5bb7'/%3E%3C/svg%3E";

static STYLE: LazyLock<String> = LazyLock::new(|| format!("{LOOK}\n{OWN}"));

/// What a browser may do with the page: show it, by this style, in no frame.
pub(super) fn policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        format!(
            "default-src 'none'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'",
            hash_of(&STYLE)
        )
    });
    &POLICY
}

/// The parts of a page.
#[derive(Debug)]
pub(super) struct Frame {
    title: String,
    body: String,
}

impl Frame {
    /// The status page.
    pub(super) fn of(shown: &Shown) -> Self {
        Self { title: shown.title(), body: shown.body() }
    }

    /// The file.
    pub(super) fn page(&self) -> String {
        let again = AGAIN.as_secs();
        let refresh = format!("<meta http-equiv=\"refresh\" content=\"{again}\">\n");
        file(&self.title, &refresh, &self.body)
    }
}

/// A page that says why there is no other.
pub(super) fn said(failure: &Failure) -> String {
    let words = escaped(&failure.to_string());
    let back = "<p><a href=\"/\">To the status page</a></p>";
    let body = format!(
        "<main class=\"stack\"><p class=\"conclusion is-inconclusive\"><span>{words}</span></p>{back}</main>"
    );
    file("Nothing to show", "", &body)
}

fn file(title: &str, refresh: &str, body: &str) -> String {
    let (title, style) = (escaped(title), &*STYLE);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{refresh}\
         <title>{title}</title>\n<link rel=\"icon\" href=\"{ICON}\">\n<style>{style}</style>\n</head>\n\
         <body>\n<div class=\"sheet\">\n{body}</div>\n</body>\n</html>\n"
    )
}
