//! The page of a comparison: one file that runs nothing, whatever a customer is called.

// A failed expectation is a failed test.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use app::comparison_page::page;
use jiff::tz::TimeZone;
use sync::flow::Flow;
use sync::reconcile::{Difference, DifferenceKind, FlowComparison, KindFound, NotCompared, Reconciliation};
use sync::report::Calls;

const HOSTILE: &str = "<script>alert('x')</script>\" onload=\"x";

fn difference(kind: DifferenceKind, number: &str) -> Difference {
    Difference {
        flow: Flow::Customers,
        number: number.to_owned(),
        bc_id: None,
        zoho_id: Some("554023000000300001".to_owned()),
        kind,
        field: Some("Account_Name".to_owned()),
        business_central: Some(HOSTILE.to_owned()),
        zoho: None,
        reason: None,
    }
}

fn found(differences: Vec<Difference>) -> Reconciliation {
    let amount = |text: &str| BTreeMap::from([("EUR".to_owned(), text.parse().unwrap())]);
    let kinds: Vec<KindFound> = DifferenceKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let count = differences.iter().filter(|difference| difference.kind == kind).count() as u64;
            (count > 0).then(|| KindFound { kind, count, cure: kind.cure().to_owned() })
        })
        .collect();
    Reconciliation {
        agrees: differences.is_empty(),
        sentence: format!("A sentence of {HOSTILE}."),
        compared_at: "2026-03-02T08:00:00Z".parse().unwrap(),
        company: HOSTILE.to_owned(),
        zoho_org: "60001".to_owned(),
        flows: vec![FlowComparison {
            flow: Flow::Invoices,
            business_central: 1_200,
            zoho: 1_199,
            missing: 1,
            extra: 0,
            differing: 0,
            duplicates: 0,
            wrong_links: 0,
            deleted: 0,
            deleted_unmarked: 0,
            left_out: 0,
            left_to_people: 0,
            amount_business_central: amount("4312220.18"),
            amount_zoho: amount("4312220.17"),
            remaining_business_central: amount("0"),
            remaining_zoho: amount("0"),
        }],
        kinds,
        differences,
        truncated: false,
        in_motion: 0,
        ignored: 0,
        not_compared: vec![NotCompared { flow: Flow::Items, reason: HOSTILE.to_owned() }],
        lines_compared: false,
        calls: Calls { business_central: 9, zoho: 12 },
        zoho_credits: 16,
        run: None,
    }
}

#[test]
fn no_value_becomes_markup_and_nothing_is_loaded() {
    let html = page(
        &found(vec![difference(DifferenceKind::Field, HOSTILE), difference(DifferenceKind::Missing, "C1")]),
        &TimeZone::UTC,
    );
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("\" onload"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;x"));
    for loads in ["src=", "href=", "url(", "@import", "http://", "https://"] {
        assert!(!html.contains(loads), "{loads}");
    }
    assert!(html.contains("Content-Security-Policy\" content=\"default-src 'none'"));
}

#[test]
fn it_has_title_moment_counts_sums_kinds_and_cures() {
    let html = page(&found(vec![difference(DifferenceKind::Missing, "C1")]), &TimeZone::UTC);
    for text in [
        "2 March 2026, 08:00 UTC",
        "org 60001",
        "<td class=\"n\">1,200</td>",
        "<td class=\"n\">4,312,220.18</td>",
        "\u{2212}0.01",
        "Missing in Zoho",
        "<code>ledgerline problems</code>",
        "16 Zoho credits",
        "prefers-color-scheme: dark",
        "@media print",
        "Not compared: items.",
    ] {
        assert!(html.contains(text), "{text} in {html}");
    }
}

#[test]
fn agreement_is_said_without_a_list_of_differences() {
    let html = page(&found(Vec::new()), &TimeZone::UTC);
    assert!(html.contains("<strong>Agrees</strong>") && !html.contains("<h2>Differences</h2>"));
}
