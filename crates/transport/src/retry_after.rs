//! The wait that a service asks for.

use std::time::Duration;

use jiff::Timestamp;

use crate::Response;

/// No service is believed that asks for more than a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the answer's `Retry-After` asks to wait, seen from `now`: seconds, or an HTTP date (RFC 9110 §10.2.3).
///
/// A date that has passed asks for no wait; what is neither is ignored.
pub(crate) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    read(response.header("retry-after")?.trim(), now).map(|wait| wait.min(LONGEST))
}

fn read(value: &str, now: Timestamp) -> Option<Duration> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(LONGEST, Duration::from_secs));
    }
    let at = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let headers = vec![("retry-AFTER".to_owned(), value.to_owned())];
        retry_after(&Response { status: 503, headers, body: bytes::Bytes::new() }, now)
    }

    #[test]
    fn both_forms_are_understood() {
        let cases = [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 120 ", Some(120)),
            ("Sun, 01 Mar 2026 12:00:30 GMT", Some(30)),
            ("Sunday, 01-Mar-26 12:01:00 GMT", Some(60)),
            ("Sun, 01 Mar 2026 11:00:00 GMT", Some(0)),
            ("99999999", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Sun, 01 Mar 2037 12:00:00 GMT", Some(86_400)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ];
        for (value, seconds) in cases {
            assert_eq!(asked(value), seconds.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn an_answer_without_the_header_asks_for_nothing() {
        let response = Response { status: 503, headers: Vec::new(), body: bytes::Bytes::new() };
        assert_eq!(retry_after(&response, Timestamp::UNIX_EPOCH), None);
    }
}
