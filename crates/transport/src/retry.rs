//! Decides whether a request is worth another try; knows values only.

use std::time::Duration;

use crate::{Cause, Fate, Repeat, TransportError};

/// What one attempt brought, as far as repetition is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service did its work: any status from 200 to 499 that is not listed below.
    Useful,
    /// 429: refused without effect (both services).
    Refused,
    /// 408, 500, 502, 503, 504: failed for now, perhaps after it took effect.
    Failing,
    /// Any other status: failed, and a repetition would fail alike.
    Hopeless,
    /// It did not reach the service.
    Unsent,
    /// The answer was lost or damaged.
    Lost,
    /// No answer, and a repetition would end alike.
    Barred,
}

impl Outcome {
    /// What a status says.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            429 => Self::Refused,
            408 | 500 | 502 | 503 | 504 => Self::Failing,
            200..=499 => Self::Useful,
            _ => Self::Hopeless,
        }
    }

    /// What an error says.
    pub(crate) fn of_error(error: &TransportError) -> Self {
        match &error.cause {
            // A wrong certificate stays wrong for longer than patience lasts, and the largest answer does not shrink.
            Cause::BadAddress(_) | Cause::Tls(_) | Cause::TooLarge { .. } | Cause::Refused(_) => Self::Barred,
            Cause::Dns | Cause::Connect(_) | Cause::Timeout | Cause::Reset(_) | Cause::Damaged(_) => {
                match error.fate {
                    Fate::NotSent => Self::Unsent,
                    Fate::OutcomeUnknown => Self::Lost,
                }
            }
        }
    }

    /// Whether fewer requests at a time may help.
    pub(crate) fn is_overload(self) -> bool {
        match self {
            Self::Refused | Self::Failing => true,
            Self::Useful | Self::Hopeless | Self::Unsent | Self::Lost | Self::Barred => false,
        }
    }

    /// Whether this attempt can have had an effect although no useful answer came.
    pub(crate) fn is_doubtful(self) -> bool {
        match self {
            Self::Failing | Self::Hopeless | Self::Lost => true,
            Self::Useful | Self::Refused | Self::Unsent | Self::Barred => false,
        }
    }

    fn may_go_again(self, repeat: Repeat) -> bool {
        match self {
            Self::Useful | Self::Hopeless | Self::Barred => false,
            Self::Refused | Self::Unsent => true,
            Self::Failing | Self::Lost => repeat == Repeat::Safe,
        }
    }
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Hand over what there is.
    HandOver,
    /// Wait this long, then try again.
    TryAgain(Duration),
}

/// Decides what follows an `outcome`.
///
/// `backoff` is the wait of our own choice, `asked` the service's `Retry-After`, `patience` what is left of ours: the last try comes
/// when it ends, and a wait that the service asks for and that goes beyond it is not begun.
pub(crate) fn decide(
    outcome: Outcome,
    repeat: Repeat,
    backoff: Duration,
    asked: Option<Duration>,
    patience: Duration,
) -> Decision {
    let asked = asked.unwrap_or_default();
    if !outcome.may_go_again(repeat) || patience.is_zero() || asked > patience {
        return Decision::HandOver;
    }
    Decision::TryAgain(backoff.max(asked).min(patience))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Refused, RefusedBy};

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn statuses_fall_into_four_groups() {
        let cases = [
            (Outcome::Useful, &[200, 201, 204, 207, 302, 304, 400, 401, 403, 404, 409, 413][..]),
            (Outcome::Refused, &[429]),
            (Outcome::Failing, &[408, 500, 502, 503, 504]),
            (Outcome::Hopeless, &[501, 505, 520, 100]),
        ];
        for (outcome, statuses) in cases {
            for status in statuses {
                assert_eq!(Outcome::of_status(*status), outcome, "{status}");
            }
        }
    }

    #[test]
    fn errors_are_unsent_lost_or_barred() {
        use Fate::{NotSent, OutcomeUnknown};
        let refused = Refused { reason: "spent".to_owned(), by: RefusedBy::Budget, until: None };
        let cases = [
            (Cause::Dns, NotSent, Outcome::Unsent),
            (Cause::Connect("refused".to_owned()), NotSent, Outcome::Unsent),
            (Cause::Timeout, NotSent, Outcome::Unsent),
            (Cause::Timeout, OutcomeUnknown, Outcome::Lost),
            (Cause::Reset("reset".to_owned()), OutcomeUnknown, Outcome::Lost),
            (Cause::Damaged("cut off".to_owned()), OutcomeUnknown, Outcome::Lost),
            (Cause::Tls("expired".to_owned()), NotSent, Outcome::Barred),
            (Cause::BadAddress("http".to_owned()), NotSent, Outcome::Barred),
            (Cause::TooLarge { limit: 1 }, OutcomeUnknown, Outcome::Barred),
            (Cause::Refused(refused), NotSent, Outcome::Barred),
        ];
        for (cause, fate, outcome) in cases {
            let error = TransportError { fate, cause, place: String::new() };
            assert_eq!(Outcome::of_error(&error), outcome, "{error:?}");
        }
    }

    #[test]
    fn only_what_had_no_effect_goes_again_when_repetition_is_not_safe() {
        let cases = [
            (Outcome::Useful, false, false),
            (Outcome::Refused, true, true),
            (Outcome::Failing, true, false),
            (Outcome::Hopeless, false, false),
            (Outcome::Unsent, true, true),
            (Outcome::Lost, true, false),
            (Outcome::Barred, false, false),
        ];
        for (outcome, when_safe, when_not) in cases {
            for (repeat, again) in [(Repeat::Safe, when_safe), (Repeat::OnlyIfUnsent, when_not)] {
                let expected = if again { Decision::TryAgain(seconds(2)) } else { Decision::HandOver };
                assert_eq!(
                    decide(outcome, repeat, seconds(2), None, seconds(60)),
                    expected,
                    "{outcome:?} {repeat:?}"
                );
            }
        }
    }

    #[test]
    fn waits_follow_backoff_retry_after_and_what_is_left_of_patience() {
        let wait = |s| Decision::TryAgain(seconds(s));
        let cases = [
            (2, None, 60, wait(2)),
            (2, Some(7), 60, wait(7)),
            (9, Some(7), 60, wait(9)),
            (2, Some(0), 60, wait(2)),
            (20, None, 5, wait(5)),
            (2, Some(5), 5, wait(5)),
            (2, Some(6), 5, Decision::HandOver),
            (2, None, 0, Decision::HandOver),
            (0, Some(0), 0, Decision::HandOver),
        ];
        for (backoff, asked, patience, expected) in cases {
            let decision = decide(
                Outcome::Failing,
                Repeat::Safe,
                seconds(backoff),
                asked.map(seconds),
                seconds(patience),
            );
            assert_eq!(decision, expected, "backoff {backoff}, asked {asked:?}, patience {patience}");
        }
    }
}
