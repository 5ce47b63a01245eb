//! A comparison as a page for printing and keeping: one HTML file without scripts and without anything from elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use exact_json::Decimal;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sync::reconcile::{Difference, DifferenceKind, FlowComparison, Reconciliation, money, usual_decimals};

use crate::html::escaped as text;

/// Nothing is loaded and nothing runs, whatever a customer is called: the browser is told so as well.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// The page's own style.
const STYLE: &str = include_str!("comparison_page/page.css");

/// The whole page. Times are printed in `zone`.
#[must_use]
pub fn page(found: &Reconciliation, zone: &TimeZone) -> String {
    let title = format!("{}: Business Central and Zoho CRM", found.company);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{} · {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        text(&title),
        text(&moment(found.compared_at, zone)),
    );
    head(&mut html, found, zone);
    counts(&mut html, &found.flows);
    sums(&mut html, &found.flows);
    differences(&mut html, found);
    foot(&mut html, found);
    html.push_str("</body>\n</html>\n");
    html
}

/// Appends to a text, which cannot fail.
macro_rules! put {
    ($html:expr, $($form:tt)*) => { let _ = writeln!($html, $($form)*); };
}

fn head(html: &mut String, found: &Reconciliation, zone: &TimeZone) {
    let (class, word) = if found.agrees { ("agrees", "Agrees") } else { ("differs", "Differs") };
    put!(html, "<header>\n<h1>{}</h1>", text(&found.company));
    put!(
        html,
        "<p>Business Central compared with Zoho CRM, org {} · {}</p>\n</header>",
        text(&found.zoho_org),
        text(&moment(found.compared_at, zone))
    );
    put!(html, "<p class=\"verdict {class}\"><strong>{word}</strong>{}</p>", text(&found.sentence));
}

fn counts(html: &mut String, flows: &[FlowComparison]) {
    put!(html, "<h2>Records</h2>\n<div class=\"scroll\"><table>");
    put!(
        html,
        "<thead><tr><th></th><th class=\"n\">Business Central</th><th class=\"n\">Zoho CRM</th><th class=\"n\">missing</th>\
         <th class=\"n\">extra</th><th class=\"n\">twice</th><th class=\"n\">differing</th><th class=\"n\">wrong links</th>\
         <th class=\"n\">not marked deleted</th></tr></thead>\n<tbody>"
    );
    for flow in flows {
        let mut row = format!("<tr><th scope=\"row\">{}</th>", text(&capital(flow.flow.name())));
        for count in [flow.business_central, flow.zoho] {
            let _ = write!(row, "<td class=\"n\">{}</td>", text(&grouped(count)));
        }
        let wrong = [
            flow.missing,
            flow.extra,
            flow.duplicates,
            flow.differing,
            flow.wrong_links,
            flow.deleted_unmarked,
        ];
        for count in wrong {
            let class = if count == 0 { "zero" } else { "off" };
            let _ = write!(row, "<td class=\"n {class}\">{}</td>", text(&grouped(count)));
        }
        put!(html, "{row}</tr>");
    }
    put!(html, "</tbody></table></div>");
}

fn sums(html: &mut String, flows: &[FlowComparison]) {
    let Some(flow) =
        flows.iter().find(|flow| !flow.amount_business_central.is_empty() || !flow.amount_zoho.is_empty())
    else {
        return;
    };
    put!(html, "<h2>Invoice amounts</h2>\n<div class=\"scroll\"><table>");
    put!(
        html,
        "<thead><tr><th></th><th class=\"n\">Business Central</th><th class=\"n\">Zoho CRM</th><th class=\"n\">difference</th></tr></thead>\n<tbody>"
    );
    amounts(html, "Totals", &flow.amount_business_central, &flow.amount_zoho);
    if flow.remaining_zoho.is_empty() {
        put!(
            html,
            "<tr><th scope=\"row\">Still to be paid</th><td class=\"n none\" colspan=\"3\">the org has no field for it</td></tr>"
        );
    } else {
        amounts(html, "Still to be paid", &flow.remaining_business_central, &flow.remaining_zoho);
    }
    put!(html, "</tbody></table></div>");
}

fn amounts(
    html: &mut String,
    what: &str,
    ours: &BTreeMap<String, Decimal>,
    theirs: &BTreeMap<String, Decimal>,
) {
    let mut currencies: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
    currencies.sort();
    currencies.dedup();
    for currency in currencies {
        let of = |sums: &BTreeMap<String, Decimal>| sums.get(currency).copied().unwrap_or_default();
        let (ours, theirs) = (of(ours), of(theirs));
        let class = if ours == theirs { "zero" } else { "off" };
        let shown = |amount| text(&money(amount, "", usual_decimals(currency)).replace('-', "\u{2212}"));
        put!(
            html,
            "<tr><th scope=\"row\">{what}, {}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n {class}\">{}</td></tr>",
            text(currency),
            shown(ours),
            shown(theirs),
            shown(theirs - ours)
        );
    }
}

fn differences(html: &mut String, found: &Reconciliation) {
    if found.kinds.is_empty() {
        return;
    }
    put!(html, "<h2>Differences</h2>");
    for kind in &found.kinds {
        let listed: Vec<&Difference> =
            found.differences.iter().filter(|difference| difference.kind == kind.kind).collect();
        put!(
            html,
            "<section><h3>{}<span class=\"count\">{}</span></h3>\n<p class=\"cure\">{}</p>",
            text(kind.kind.title()),
            text(&grouped(kind.count)),
            with_code(&kind.cure)
        );
        table(html, kind.kind, &listed);
        let unlisted = kind.count.saturating_sub(listed.len() as u64);
        if unlisted > 0 {
            put!(
                html,
                "<p class=\"none\">… and {} more, which <code>ledgerline reconcile --check --csv FILE</code> lists.</p>",
                text(&grouped(unlisted))
            );
        }
        put!(html, "</section>");
    }
}

fn table(html: &mut String, kind: DifferenceKind, listed: &[&Difference]) {
    let values = matches!(
        kind,
        DifferenceKind::WrongLink
            | DifferenceKind::Total
            | DifferenceKind::Remaining
            | DifferenceKind::Field
            | DifferenceKind::Lines
    );
    let why = !values && listed.iter().any(|difference| difference.reason.is_some());
    let in_zoho = kind != DifferenceKind::Missing;
    let mut head = "<th class=\"record\">Record</th>".to_owned();
    if values {
        head.push_str("<th class=\"field\">Field</th><th>Business Central</th><th>Zoho CRM</th>");
    }
    if why {
        head.push_str("<th>Why</th>");
    }
    if in_zoho {
        head.push_str("<th class=\"zoho\">Zoho id</th>");
    }
    put!(html, "<div class=\"scroll\"><table class=\"list\"><thead><tr>{head}</tr></thead>\n<tbody>");
    for difference in listed {
        let mut row = format!(
            "<tr><td>{} <span class=\"id\">{}</span></td>",
            text(&difference.number),
            text(difference.flow.name())
        );
        let reason = difference.reason.as_deref();
        if values {
            let _ = write!(row, "<td>{}", value(difference.field.as_deref()));
            if let Some(reason) = reason {
                let _ = write!(row, "<span class=\"reason\">{}</span>", text(reason));
            }
            let _ = write!(
                row,
                "</td><td>{}</td><td>{}</td>",
                value(difference.business_central.as_deref()),
                value(difference.zoho.as_deref())
            );
        }
        if why {
            let _ = write!(row, "<td>{}</td>", reason.map(text).unwrap_or_default());
        }
        if in_zoho {
            let id = difference.zoho_id.as_deref().map(text).unwrap_or_default();
            let _ = write!(row, "<td class=\"id\">{id}</td>");
        }
        put!(html, "{row}</tr>");
    }
    put!(html, "</tbody></table></div>");
}

fn foot(html: &mut String, found: &Reconciliation) {
    put!(html, "<footer>");
    put!(
        html,
        "<p>Both systems were read anew for this page; Ledgerline’s own database was not believed. Of this computer counted only the settings, \
         the fields chosen as keys, what was left to people in records that were taken over, and which values Zoho had refused.</p>"
    );
    for left in &found.not_compared {
        put!(html, "<p>Not compared: {}. {}</p>", text(left.flow.name()), text(&left.reason));
    }
    let lines = if found.lines_compared {
        "Invoices were compared row by row."
    } else {
        "Invoice rows were not read; equal totals stand for them."
    };
    put!(
        html,
        "<p>{lines} {} calls to Business Central, {} to Zoho CRM, {} Zoho credits.</p>\n</footer>",
        grouped(found.calls.business_central),
        grouped(found.calls.zoho),
        grouped(found.zoho_credits)
    );
}

fn value(value: Option<&str>) -> String {
    match value {
        Some(value) if !value.is_empty() => text(value).replace('\n', "<br>"),
        Some(_) | None => "<span class=\"none\">nothing</span>".to_owned(),
    }
}

/// A text of ours, with what stands between backticks as code.
fn with_code(words: &str) -> String {
    let mut html = String::new();
    for (at, part) in words.split('`').enumerate() {
        if at % 2 == 1 {
            let _ = write!(html, "<code>{}</code>", text(part));
        } else {
            html.push_str(&text(part));
        }
    }
    html
}

fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%-d %B %Y, %H:%M %Z").to_string()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn grouped(count: u64) -> String {
    let shown = money(Decimal::from(i64::try_from(count).unwrap_or(i64::MAX)), "", 0);
    shown.trim().to_owned()
}
