//! The parts of the status page, from what was read to HTML. All that came from outside is escaped on its way.

use std::time::{SystemTime, UNIX_EPOCH};

use iso_evm_explain::page::escaped;
use iso_evm_watch::{
    NodeVitals, Pulse,
    read::{Block, Course, Event, Finding, Seen},
};

use super::words::{ago, counted, event, hash, number, verdict};
use crate::{health::Progress, metrics::Totals};

/// What the page shows.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) course: Course,
    pub(super) pulse: Pulse,
    pub(super) totals: Totals,
    pub(super) blocks: Vec<Block>,
    pub(super) findings: Vec<Finding>,
    pub(super) events: Vec<Event>,
}

impl Shown {
    /// How far it is, in words, and the verdict whose colour that has.
    fn conclusion(&self) -> (&'static str, &'static str, String) {
        let behind = self.pulse.behind().unwrap_or_default();
        let audited = self
            .pulse
            .audited
            .map_or_else(|| "no block".to_owned(), |it| format!("block {}", number(it)));
        let how_far = match Progress::of(&self.pulse) {
            Progress::Waiting => "waits for a node to say where the chain is".to_owned(),
            Progress::CatchingUp => {
                format!("{audited} is audited, {} behind", counted(behind, "block", "blocks"))
            }
            Progress::InStep if behind > 0 => {
                format!(
                    "in step; {audited} is audited, {} to come",
                    counted(behind, "block", "blocks")
                )
            }
            Progress::InStep => format!("in step with the chain at {audited}"),
        };
        let findings = self.totals.findings;
        if findings > 0 {
            let found = counted(findings, "false claim", "false claims");
            return ("invalid", "invalid", format!("{found} found; {how_far}"));
        }
        match Progress::of(&self.pulse) {
            Progress::InStep => ("valid", "in step", how_far),
            Progress::CatchingUp => ("inconclusive", "catching up", how_far),
            Progress::Waiting => ("inconclusive", "waiting", how_far),
        }
    }

    /// The page's title.
    pub(super) fn title(&self) -> String {
        let chain = self.course.chain.map(|chain| format!("chain {chain}"));
        let (_, word, _) = self.conclusion();
        format!("{word}: {}", chain.unwrap_or_else(|| "a chain".to_owned()))
    }

    /// What the page says.
    pub(super) fn body(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        let (class, word, words) = self.conclusion();
        let chain = self.course.chain.map(|chain| format!("chain {chain}")).unwrap_or_default();
        [
            format!(
                "<header class=\"bar\"><span class=\"brand\">iso-verify watch</span><span>{chain}</span>\
                 <span class=\"note\">made anew every 10 s</span></header>\n"
            ),
            format!(
                "<main class=\"stack\">\n<div class=\"conclusion is-{class}\"><span class=\"verdict is-{class}\">{word}</span>\
                 <h1>{}</h1></div>\n",
                escaped(&words)
            ),
            self.counts(),
            format!("<div class=\"grid\">\n{}{}</div>\n", self.heads(now), self.nodes()),
            self.findings(),
            self.blocks(now),
            self.events(now),
            "</main>\n".to_owned(),
            FOOTER.to_owned(),
        ]
        .concat()
    }

    /// How many there are.
    fn counts(&self) -> String {
        let totals = &self.totals;
        let count = |name: &str, class: &str, count: u64| {
            let class = if count == 0 { "is-zero" } else { class };
            format!(
                "<div class=\"count\"><dt>{name}</dt><dd class=\"{class}\">{}</dd></div>",
                number(count)
            )
        };
        let mut counts = vec![
            count("blocks", "", totals.blocks),
            count("valid transactions", "is-valid", totals.valid),
            count("invalid", "is-invalid", totals.invalid),
            count("inconclusive", "is-inconclusive", totals.inconclusive),
        ];
        if totals.unsampled > 0 {
            counts.push(count("not in the sample", "", totals.unsampled));
        }
        counts.push(count("false claims", "is-invalid", totals.findings));
        format!("<dl class=\"counts\" id=\"counts\">{}</dl>\n", counts.concat())
    }

    fn heads(&self, now: u64) -> String {
        let Course { audited, latest, safe, finalized, from, .. } = &self.course;
        let row = |name: &str, seen: &Option<Seen>, kind: &str| match seen {
            Some(seen) => format!(
                "<dt>{name}</dt><dd><span class=\"number\">{}</span> <span class=\"hash\">{}</span> \
                 <span class=\"note\">{kind} {}</span></dd>",
                number(seen.number),
                hash(seen.hash),
                ago(now, seen.seen_at)
            ),
            None => format!("<dt>{name}</dt><dd class=\"quiet\">none</dd>"),
        };
        let behind = self.pulse.behind().map_or_else(
            || "<dd class=\"quiet\">not known yet</dd>".to_owned(),
            |behind| format!("<dd>{}</dd>", counted(behind, "block", "blocks")),
        );
        let from = from.map(|from| format!("<dt>from</dt><dd>block {}</dd>", number(from)));
        format!(
            "<section class=\"panel\" id=\"chain\"><header><h2>The chain</h2></header>\
             <div class=\"body\"><dl class=\"facts\">{}{}{}{}<dt>behind</dt>{behind}{}</dl></div></section>\n",
            row("latest", latest, "seen"),
            row("audited", audited, "audited"),
            row("safe", safe, "seen"),
            row("finalized", finalized, "seen"),
            from.unwrap_or_default()
        )
    }

    fn nodes(&self) -> String {
        let row = |(index, node): (usize, &NodeVitals)| {
            let asked =
                if index == self.pulse.asked { " <span class=\"chip\">asked</span>" } else { "" };
            let (class, state) = state(node);
            let latest = node.latest.map_or_else(|| "–".to_owned(), number);
            format!(
                "<tr><td>{}</td><td class=\"number\">{latest}</td><td class=\"number\">{}</td>\
                 <td><span class=\"verdict is-{class}\">{state}</span>{asked}</td></tr>\n",
                index + 1,
                number(node.errors)
            )
        };
        let rows: String = self.pulse.nodes.iter().enumerate().map(row).collect();
        panel(
            "nodes",
            "Nodes",
            "",
            &["node", "#latest", "#errors", "state"],
            &rows,
            "No node has been asked yet.",
        )
    }

    fn findings(&self) -> String {
        let row = |finding: &Finding| {
            let transaction = finding.transaction;
            let place = finding.message.map_or_else(|| "–".to_owned(), number);
            let record = finding.record.map_or_else(|| "–".to_owned(), number);
            format!(
                "<tr><td class=\"number\">{}</td><td class=\"hash\"><a href=\"/transactions/{transaction}/report.html\">{}</a></td>\
                 <td class=\"number\">{place}</td><td class=\"number\">{record}</td><td>{}</td><td>{}</td></tr>\n",
                block(finding.number, finding.canonical),
                hash(transaction),
                escaped(&finding.audit),
                escaped(&finding.kind)
            )
        };
        let rows: String = self.findings.iter().map(row).collect();
        let columns = ["#block", "transaction, explained", "#message", "#record", "audit", "kind"];
        let more = "/api/v1/findings";
        panel("findings", "False claims", more, &columns, &rows, "Nothing false was found.")
    }

    fn blocks(&self, now: u64) -> String {
        // There is a column for problems if there is one.
        let has_problem = self.blocks.iter().any(|block| block.problem.is_some());
        let problem = |it: &Block| {
            let problem = it.problem.as_ref();
            let words = problem.map(|it| format!("{}: {}", escaped(&it.kind), escaped(&it.reason)));
            format!("<td class=\"words\">{}</td>", words.unwrap_or_default())
        };
        let row = |it: &Block| {
            format!(
                "<tr><td class=\"number\">{}</td><td>{}</td><td class=\"number\">{}</td>\
                 <td class=\"hash\"><a href=\"/api/v1/blocks/{}\">{}</a></td><td class=\"when\">{}</td>{}</tr>\n",
                block(it.number, it.canonical),
                verdict(&it.verdict),
                number(it.transactions),
                it.hash,
                hash(it.hash),
                ago(now, it.audited_at),
                if has_problem { problem(it) } else { String::new() }
            )
        };
        let rows: String = self.blocks.iter().map(row).collect();
        let columns = ["#block", "verdict", "#transactions", "hash", "audited", "problem"];
        let columns = &columns[..columns.len() - usize::from(!has_problem)];
        let empty = "No block is audited yet.";
        panel("blocks", "Last blocks", "/api/v1/blocks", columns, &rows, empty)
    }

    fn events(&self, now: u64) -> String {
        let row = |it: &Event| {
            format!(
                "<tr><td class=\"when\">{}</td><td class=\"when\">{}</td><td class=\"words\">{}</td></tr>\n",
                ago(now, it.at),
                escaped(&it.kind),
                event(&it.kind, &it.detail)
            )
        };
        let rows: String = self.events.iter().map(row).collect();
        let (columns, more) = (["when", "event", "what"], "/api/v1/events");
        panel(
            "events",
            "Events",
            more,
            &columns,
            &rows,
            "Nothing has happened to the chain or its nodes.",
        )
    }
}

/// Where else there is something to see.
const FOOTER: &str = "<footer><nav><a href=\"/api/v1/status\">status</a><a href=\"/metrics\">metrics</a>\
                      <a href=\"/healthz\">health</a><a href=\"/readyz\">readiness</a></nav></footer>\n";

/// What a node is, and the verdict whose colour that has.
const fn state(node: &NodeVitals) -> (&'static str, &'static str) {
    match node {
        NodeVitals { is_foreign: true, .. } => ("invalid", "of another chain"),
        NodeVitals { answers: None, .. } => ("not-run", "not asked yet"),
        NodeVitals { answers: Some(false), .. } => ("invalid", "silent"),
        NodeVitals { disagrees: true, .. } => ("invalid", "disagrees"),
        NodeVitals { is_distrusted: true, .. } => ("inconclusive", "not trusted"),
        NodeVitals { lags: true, .. } => ("inconclusive", "lags"),
        NodeVitals { .. } => ("valid", "answers"),
    }
}

/// A block's number; one that is gone is crossed out, and said to be.
fn block(block: u64, canonical: bool) -> String {
    let number = number(block);
    if canonical {
        number
    } else {
        format!("<span class=\"chip\">gone</span> <del class=\"gone\">{number}</del>")
    }
}

/// A table with a title, and a link to all of it. A column's name that begins with `#` is one of numbers.
fn panel(id: &str, title: &str, more: &str, columns: &[&str], rows: &str, empty: &str) -> String {
    let link = if more.is_empty() {
        String::new()
    } else {
        format!("<a class=\"note\" href=\"{more}\">all, as JSON</a>")
    };
    let content = if rows.is_empty() {
        format!("<p class=\"empty\">{empty}</p>")
    } else {
        let head = columns.iter().map(|name| match name.strip_prefix('#') {
            Some(name) => format!("<th class=\"number\">{name}</th>"),
            None => format!("<th>{name}</th>"),
        });
        let head: String = head.collect();
        format!(
            "<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>"
        )
    };
    format!(
        "<section class=\"panel\" id=\"{id}\"><header><h2>{title}</h2>{link}</header>{content}</section>\n"
    )
}
