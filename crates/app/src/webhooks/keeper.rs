//! Keeps the subscriptions on both sides: made, renewed, adopted, removed; each refusal remembered with its words.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use business_central::ErrorKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sync::store::subscriptions::{self, Side, Subscription};
use sync::store::{Store, StoreError, facts};
use transport::Random;

use super::plan::{self, Listed, REFUSED_FOR, Step};
use crate::AppError;
use crate::error::ShownError;

/// Both sides are asked so often what they have, whatever the database says.
pub const LISTED_EVERY: Duration = Duration::from_secs(60 * 60);
/// A side that could not be asked is asked again after this.
pub const AGAIN_AFTER: Duration = Duration::from_secs(2 * 60);
/// A handshake that failed is tried again after this.
const HANDSHAKE_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// What a side can do. Its words stay its own; everything that is the same on both sides is here.
pub(super) trait Books: Sync {
    /// Which side.
    fn side(&self) -> Side;
    /// What it has, ours and others'.
    fn list(&self) -> impl Future<Output = Result<Vec<Listed>, AppError>> + Send;
    /// Makes one; its name there, and until when it tells.
    fn make(&self, about: &str) -> impl Future<Output = Result<(String, Timestamp), AppError>> + Send;
    /// Makes one last longer; until when. `None` where it is gone.
    fn renew(
        &self,
        about: &str,
        remote: &str,
    ) -> impl Future<Output = Result<Option<Timestamp>, AppError>> + Send;
    /// Removes one; one that is gone is no error.
    fn remove(&self, remote: &str) -> impl Future<Output = Result<(), AppError>> + Send;
}

/// What was refused, and until when it is not tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable; programs may match on it.
    pub code: String,
    /// The side's own words.
    pub message: String,
    /// What to do.
    pub cure: String,
    /// When it is tried again.
    pub until: Timestamp,
}

impl Refusal {
    /// As an error is shown.
    #[must_use]
    pub fn shown(&self) -> ShownError {
        ShownError { code: self.code.clone(), message: self.message.clone(), cure: self.cure.clone() }
    }

    /// Whether it is not tried yet. One that lies further ahead than any can is of a clock that was wrong.
    fn holds(&self, now: Timestamp) -> bool {
        let latest = now.saturating_add(REFUSED_FOR).unwrap_or(Timestamp::MAX);
        self.until > now && self.until <= latest
    }
}

/// What came of looking after a side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Made now.
    pub made: u64,
    /// Renewed.
    pub renewed: u64,
    /// Found there and remembered.
    pub adopted: u64,
    /// Ours that nobody wanted any more.
    pub removed: u64,
    /// Whether something may have gone unsaid.
    pub gap: bool,
    /// The side could not be asked, or did something else than it was asked.
    pub trouble: Option<ShownError>,
}

fn refusals_fact(side: Side) -> String {
    format!("webhooks.refused.{}", side.name())
}

/// What a side has refused, by what it was about.
///
/// # Errors
/// When the database fails.
pub fn refusals(store: &Store, side: Side) -> Result<BTreeMap<String, Refusal>, StoreError> {
    let kept = store.read(|tx| facts::get(tx, &refusals_fact(side)))?;
    // What another version wrote is tried again.
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn keep_refusals(store: &Store, side: Side, refusals: &BTreeMap<String, Refusal>) -> Result<(), StoreError> {
    let text = serde_json::to_string(refusals).unwrap_or_default();
    store.write(|tx| match refusals.is_empty() {
        true => facts::forget(tx, &refusals_fact(side)),
        false => facts::set(tx, &refusals_fact(side), &text),
    })
}

/// Everything may be tried again.
///
/// # Errors
/// When the database fails.
pub(super) fn forget_refusals(store: &Store) -> Result<(), StoreError> {
    store.write(|tx| Side::ALL.into_iter().try_for_each(|side| facts::forget(tx, &refusals_fact(side))))
}

/// What is known of one side.
///
/// # Errors
/// When the database fails.
pub fn known(store: &Store, side: Side) -> Result<Vec<Subscription>, StoreError> {
    Ok(store.read(subscriptions::all)?.into_iter().filter(|known| known.side == side).collect())
}

/// What is wanted and was not refused lately.
fn not_refused(
    wanted: &BTreeSet<String>,
    refused: &BTreeMap<String, Refusal>,
    now: Timestamp,
) -> BTreeSet<String> {
    wanted
        .iter()
        .filter(|about| refused.get(*about).is_none_or(|refusal| !refusal.holds(now)))
        .cloned()
        .collect()
}

/// Looks after one side. With nothing wanted everything of this installation is removed there.
///
/// # Errors
/// When the database fails. What the side refuses stands in the answer.
pub(super) async fn tend(
    books: &impl Books,
    store: &Store,
    random: &dyn Random,
    wanted: &BTreeSet<String>,
    now: Timestamp,
) -> Result<Tended, StoreError> {
    let side = books.side();
    let mut tended = Tended::default();
    let mut refused = refusals(store, side)?;
    refused.retain(|about, refusal| wanted.contains(about) && refusal.holds(now));
    let before = refused.clone();
    let listed = match books.list().await {
        Ok(listed) => listed,
        Err(error) => {
            tended.trouble = Some(shown(&error));
            return Ok(tended);
        }
    };
    let known = known(store, side)?;
    let wanted = not_refused(wanted, &refused, now);
    for step in plan::steps(&wanted, &known, &listed, now) {
        let keep = |about: String, remote: String, expires_at: Timestamp| {
            let renew_at = plan::renewal(now, expires_at, random.next());
            let made_at = now;
            let kept = Subscription { side, about, remote, made_at, expires_at, renew_at };
            store.write(|tx| subscriptions::put(tx, &kept))
        };
        match step {
            Step::Make { about, gap } => {
                tended.gap |= gap;
                make(books, about, &mut tended, &mut refused, now, keep).await?;
            }
            Step::Renew { about, remote } => match books.renew(&about, &remote).await {
                Ok(Some(expires_at)) => {
                    tended.renewed += 1;
                    keep(about, remote, expires_at)?;
                }
                Ok(None) => {
                    tended.gap = true;
                    make(books, about, &mut tended, &mut refused, now, keep).await?;
                }
                // It still has a third of its time: tried again soon.
                Err(error) => tended.trouble = Some(shown(&error)),
            },
            Step::Adopt { about, remote, expires_at } => {
                tended.adopted += 1;
                // Nobody knows whether somebody listened meanwhile.
                tended.gap = true;
                keep(about, remote, expires_at)?;
            }
            Step::Remove { remote } => match books.remove(&remote).await {
                Ok(()) => tended.removed += 1,
                Err(error) => tended.trouble = Some(shown(&error)),
            },
            Step::Forget { about } => store.write(|tx| subscriptions::forget(tx, side, &about))?,
        }
    }
    if refused != before {
        keep_refusals(store, side, &refused)?;
    }
    if tended != Tended::default() {
        tracing::info!(
            side = side.name(),
            made = tended.made,
            renewed = tended.renewed,
            adopted = tended.adopted,
            removed = tended.removed,
            gap = tended.gap,
            trouble = tended.trouble.as_ref().map(|trouble| trouble.code.as_str()),
            "looked after subscriptions"
        );
    }
    Ok(tended)
}

async fn make(
    books: &impl Books,
    about: String,
    tended: &mut Tended,
    refused: &mut BTreeMap<String, Refusal>,
    now: Timestamp,
    keep: impl Fn(String, String, Timestamp) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match books.make(&about).await {
        Ok((remote, expires_at)) => {
            tended.made += 1;
            keep(about, remote, expires_at)
        }
        Err(error) if is_outage(&error) => {
            tended.trouble = Some(shown(&error));
            Ok(())
        }
        Err(error) => {
            let ShownError { code, message, cure } = shown(&error);
            tracing::warn!(code, about, "a subscription was refused: {message}");
            // Nobody answered the handshake: the relay may only just be starting.
            let soon = matches!(&error, AppError::BusinessCentral(error) if error.kind == ErrorKind::HandshakeFailed);
            let pause = if soon { HANDSHAKE_AGAIN_AFTER } else { REFUSED_FOR };
            let until = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
            refused.insert(about, Refusal { code, message, cure, until });
            Ok(())
        }
    }
}

/// What lets an app subscribe (docs/business-central); whether `D365 READ` does is not verified (facts, §1.1).
const SUBSCRIBE: &str = "In Business Central, give the app the permission set LEDGERLINE SIGNALS beside D365 READ (page Microsoft Entra applications), \
                         then use `ledgerline webhooks repair`. The set is in docs/business-central/ledgerline-signals.xml, to be imported on the page \
                         Permission Sets; by hand it is one line: table data 2000000095 \"API Webhook Subscription\" with all four rights. Until then changes arrive by polling.";

/// As an error is shown, with what helps where Business Central lacks a right to subscribe: that to read is another one.
fn shown(error: &AppError) -> ShownError {
    let shown = error.shown();
    match error {
        AppError::BusinessCentral(error) if lacks_right(&error.kind) => {
            ShownError { cure: SUBSCRIBE.to_owned(), ..shown }
        }
        _ => shown,
    }
}

/// A refusal without a known reason may be one for lack of a right (its code is not verified: facts, §7).
fn lacks_right(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Permission | ErrorKind::SubscriptionRefused)
}

fn is_outage(error: &AppError) -> bool {
    match error {
        AppError::BusinessCentral(error) => error.is_outage(),
        AppError::Zoho(error) => error.is_outage(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use transport::SeededRandom;

    /// A side that refuses whatever it is asked for.
    struct Refusing(ErrorKind);

    impl Books for Refusing {
        fn side(&self) -> Side {
            Side::BusinessCentral
        }

        async fn list(&self) -> Result<Vec<Listed>, AppError> {
            Ok(Vec::new())
        }

        async fn make(&self, _: &str) -> Result<(String, Timestamp), AppError> {
            let error = business_central::Error {
                kind: self.0.clone(),
                message: "no".to_owned(),
                correlation_id: None,
                place: "subscriptions".to_owned(),
            };
            Err(error.into())
        }

        async fn renew(&self, _: &str, _: &str) -> Result<Option<Timestamp>, AppError> {
            Ok(None)
        }

        async fn remove(&self, _: &str) -> Result<(), AppError> {
            Ok(())
        }
    }

    async fn refused(kind: ErrorKind) -> Refusal {
        let store = Store::in_memory().unwrap();
        let wanted = BTreeSet::from(["customers".to_owned()]);
        let now = "2026-06-05T12:00:00Z".parse().unwrap();
        tend(&Refusing(kind), &store, &SeededRandom::new(1), &wanted, now).await.unwrap();
        refusals(&store, Side::BusinessCentral).unwrap().remove("customers").unwrap()
    }

    #[tokio::test]
    async fn a_right_that_is_missing_for_subscribing_is_not_that_for_reading() {
        for kind in [ErrorKind::Permission, ErrorKind::SubscriptionRefused] {
            let refusal = refused(kind).await;
            assert!(
                refusal.cure.contains("docs/business-central/ledgerline-signals.xml"),
                "{}",
                refusal.cure
            );
        }
        let refusal = refused(ErrorKind::SubscriptionLimit).await;
        assert!(!refusal.cure.contains("ledgerline-signals.xml"), "{}", refusal.cure);
    }

    #[test]
    fn the_advice_says_what_the_file_says() {
        let file = include_str!("../../../../docs/business-central/ledgerline-signals.xml");
        for said in ["LEDGERLINE SIGNALS", "2000000095", "API Webhook Subscription"] {
            assert!(SUBSCRIBE.contains(said) && file.contains(said), "{said}");
        }
        // Longer names are not taken.
        assert!("LEDGERLINE SIGNALS".len() <= 20);
        for right in ["Read", "Insert", "Modify", "Delete"] {
            assert!(file.contains(&format!("<{right}Permission>1</{right}Permission>")), "{right}");
        }
    }
}
