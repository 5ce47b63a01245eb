//! Figures for the operator, in Prometheus' text format.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use relay_protocol::Source;

use crate::store::Figures;

/// What became of a request to a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stored, and answered 200.
    Stored,
    /// A handshake, answered 200.
    Handshake,
    /// Answered 429.
    Limited,
    /// Answered 503.
    Failed,
}

const OUTCOMES: [(Outcome, &str); 4] = [
    (Outcome::Stored, "stored"),
    (Outcome::Handshake, "handshake"),
    (Outcome::Limited, "limited"),
    (Outcome::Failed, "failed"),
];

const SOURCES: [(Source, &str); 2] = [(Source::BusinessCentral, "business_central"), (Source::Zoho, "zoho")];

/// Upper bounds of the histogram's buckets, in microseconds, and as Prometheus wants them.
const BOUNDS: [(u64, &str); 10] = [
    (1_000, "0.001"),
    (2_000, "0.002"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (20_000, "0.02"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

/// Counters since the process began.
#[derive(Debug, Default)]
pub struct Metrics {
    hooks: [[AtomicU64; 4]; 2],
    unknown_hooks: AtomicU64,
    wrong_tokens: AtomicU64,
    signals: AtomicU64,
    delivered: AtomicU64,
    acknowledgements: AtomicU64,
    collapsed: AtomicU64,
    removed: AtomicU64,
    stored_within: [AtomicU64; 11],
    stored_micros: AtomicU64,
}

fn add(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Metrics {
    /// A request to a known hook was answered.
    pub fn hook(&self, source: Source, outcome: Outcome) {
        let source = SOURCES.iter().position(|(each, _)| *each == source);
        let outcome = OUTCOMES.iter().position(|(each, _)| *each == outcome);
        if let (Some(source), Some(outcome)) = (source, outcome) {
            add(&self.hooks[source][outcome], 1);
        }
    }

    /// Signals became durable.
    pub fn stored(&self, signals: usize, took: Duration) {
        add(&self.signals, u64::try_from(signals).unwrap_or(u64::MAX));
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        add(&self.stored_within[bucket], 1);
        add(&self.stored_micros, micros);
    }

    /// A hook that is none was asked.
    pub fn unknown_hook(&self) {
        add(&self.unknown_hooks, 1);
    }

    /// A wrong token or enrolment key was presented.
    pub fn wrong_token(&self) {
        add(&self.wrong_tokens, 1);
    }

    /// Signals went out to a reader.
    pub fn delivered(&self, signals: usize) {
        add(&self.delivered, u64::try_from(signals).unwrap_or(u64::MAX));
    }

    /// A reader acknowledged.
    pub fn acknowledged(&self) {
        add(&self.acknowledgements, 1);
    }

    /// Mailboxes were collapsed or removed.
    pub fn tidied(&self, collapsed: u64, removed: u64) {
        add(&self.collapsed, collapsed);
        add(&self.removed, removed);
    }

    /// The page. `figures` are none where the store does not answer.
    #[must_use]
    pub fn page(&self, figures: Option<Figures>, readers: usize) -> String {
        let mut page = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, u64)]| {
            // Writing to a text cannot fail.
            let _ = writeln!(
                page,
                "# HELP ledgerline_relay_{name} {help}\n# TYPE ledgerline_relay_{name} {kind}"
            );
            for (labels, value) in lines {
                let _ = writeln!(page, "ledgerline_relay_{name}{labels} {value}");
            }
        };
        let one = |counter: &AtomicU64| [(String::new(), read(counter))];
        let mut hooks = Vec::new();
        for ((_, source), counters) in SOURCES.iter().zip(&self.hooks) {
            for ((_, outcome), counter) in OUTCOMES.iter().zip(counters) {
                hooks.push((format!("{{source=\"{source}\",outcome=\"{outcome}\"}}"), read(counter)));
            }
        }
        family("hook_requests_total", "counter", "Requests to known hooks.", &hooks);
        family(
            "unknown_hooks_total",
            "counter",
            "Requests to hooks that are none.",
            &one(&self.unknown_hooks),
        );
        family("wrong_tokens_total", "counter", "Wrong tokens and enrolment keys.", &one(&self.wrong_tokens));
        family("signals_total", "counter", "Signals made durable.", &one(&self.signals));
        family("delivered_total", "counter", "Signals sent to readers.", &one(&self.delivered));
        family(
            "acknowledgements_total",
            "counter",
            "Acknowledgements of readers.",
            &one(&self.acknowledgements),
        );
        family(
            "collapsed_total",
            "counter",
            "Mailboxes whose oldest signals were collapsed.",
            &one(&self.collapsed),
        );
        family("removed_total", "counter", "Mailboxes removed since nobody read them.", &one(&self.removed));
        let readers = u64::try_from(readers).unwrap_or(u64::MAX);
        family("readers", "gauge", "Readers connected to this process.", &[(String::new(), readers)]);
        let up = [(String::new(), u64::from(figures.is_some()))];
        family("store_up", "gauge", "1 when the store answers.", &up);
        if let Some(figures) = figures {
            family("mailboxes", "gauge", "Mailboxes in the store.", &[(String::new(), figures.mailboxes)]);
            family(
                "signals",
                "gauge",
                "Signals that wait in the store.",
                &[(String::new(), figures.signals)],
            );
        }
        self.histogram(&mut page);
        page
    }

    fn histogram(&self, page: &mut String) {
        let name = "ledgerline_relay_store_seconds";
        let _ =
            writeln!(page, "# HELP {name} How long making signals durable took.\n# TYPE {name} histogram");
        let mut sum = 0;
        for ((_, bound), counter) in BOUNDS.iter().zip(&self.stored_within) {
            sum += read(counter);
            let _ = writeln!(page, "{name}_bucket{{le=\"{bound}\"}} {sum}");
        }
        sum += self.stored_within.last().map(read).unwrap_or_default();
        let micros = read(&self.stored_micros);
        let _ = writeln!(page, "{name}_bucket{{le=\"+Inf\"}} {sum}");
        let _ =
            writeln!(page, "{name}_sum {}.{:06}\n{name}_count {sum}", micros / 1_000_000, micros % 1_000_000);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_was_counted() {
        let metrics = Metrics::default();
        metrics.hook(Source::Zoho, Outcome::Stored);
        metrics.stored(2, Duration::from_micros(1_500));
        metrics.stored(1, Duration::from_secs(9));
        let page = metrics.page(Some(Figures { mailboxes: 4, signals: 3 }), 1);
        for line in [
            "ledgerline_relay_hook_requests_total{source=\"zoho\",outcome=\"stored\"} 1",
            "ledgerline_relay_hook_requests_total{source=\"business_central\",outcome=\"stored\"} 0",
            "ledgerline_relay_signals_total 3",
            "ledgerline_relay_readers 1",
            "ledgerline_relay_mailboxes 4",
            "ledgerline_relay_store_seconds_bucket{le=\"0.001\"} 0",
            "ledgerline_relay_store_seconds_bucket{le=\"0.002\"} 1",
            "ledgerline_relay_store_seconds_bucket{le=\"+Inf\"} 2",
            "ledgerline_relay_store_seconds_sum 9.001500",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
        assert!(metrics.page(None, 0).contains("ledgerline_relay_store_up 0"));
    }
}
