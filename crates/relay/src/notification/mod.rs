//! What a notification's body says, made into signals that carry nothing of the records.

mod business_central;
mod record;
mod zoho;

use relay_protocol::{CatchUpReason, Kind, Source};

pub use record::{RecordKey, key_of};

use crate::limits;

/// The signals of a body, at least one unless the body says that nothing changed. Whatever cannot be understood becomes a catch-up signal.
#[must_use]
pub fn signals_of(source: Source, body: &[u8]) -> Vec<Kind> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let kinds = match source {
        Source::BusinessCentral => business_central::signals_of(body),
        Source::Zoho => zoho::signals_of(body).map(|kind| vec![kind]),
    };
    let mut signals: Vec<Kind> = Vec::new();
    for kind in kinds.unwrap_or_else(|| vec![catch_up(source, CatchUpReason::Unreadable)]) {
        let kind = if fits(&kind) {
            kind
        } else {
            smaller(kind).unwrap_or(catch_up(source, CatchUpReason::TooLarge))
        };
        // One body may well bring hundreds that cannot be read.
        if !matches!(kind, Kind::CatchUp { .. }) || !signals.contains(&kind) {
            signals.push(kind);
        }
    }
    signals
}

/// "Something changed on that side."
#[must_use]
pub fn catch_up(source: Source, reason: CatchUpReason) -> Kind {
    Kind::CatchUp { reason, source: Some(source) }
}

fn fits(kind: &Kind) -> bool {
    serde_json::to_vec(kind).is_ok_and(|text| text.len() <= limits::LARGEST_SIGNAL)
}

/// Without the names of changed fields, which is as if they had not been told.
fn smaller(mut kind: Kind) -> Option<Kind> {
    if let Kind::Zoho { affected_fields, .. } = &mut kind {
        affected_fields.clear();
    }
    fits(&kind).then_some(kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_notification_is_a_catch_up() {
        for body in
            [b"".as_slice(), b"x", b"[]", b"{}", b"null", b"\xff\xfe", b"{\"value\":3}", b"{\"value\":"]
        {
            for source in [Source::BusinessCentral, Source::Zoho] {
                assert_eq!(signals_of(source, body), [catch_up(source, CatchUpReason::Unreadable)]);
            }
        }
    }

    #[test]
    fn deep_nesting_is_unreadable_and_breaks_nothing() {
        let body = [b"{\"value\":".as_slice(), &b"[".repeat(1 << 20)].concat();
        let expected = [catch_up(Source::BusinessCentral, CatchUpReason::Unreadable)];
        assert_eq!(signals_of(Source::BusinessCentral, &body), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_become_signals_of_bounded_size(body in proptest::collection::vec(any::<u8>(), 0..400)) {
            for source in [Source::BusinessCentral, Source::Zoho] {
                for kind in signals_of(source, &body) {
                    prop_assert!(fits(&kind));
                }
            }
        }
    }
}
