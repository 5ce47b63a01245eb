//! One writer: of all computers that could copy a company into an org, one does.
//!
//! The claim stands where all of them look, in a variable of the org. It is read when a process begins to write and then hourly, and
//! renewed now and then by whoever holds it. Zoho has no way to write only where nothing has changed since; so what takes a claim over waits a
//! moment and reads it again, and the later of two wins.

pub mod claim;

use std::time::Duration;

use exact_json::Value;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use transport::Secret;
use zoho_crm::{ErrorKind, NewVariable, Variable, VariableCreation};

use self::claim::{Claim, Looker, Standing};
use crate::apply::create;
use crate::engine::Origin;
use crate::failure::RunError;
use crate::session::Session;
use crate::store::audit::{AuditKind, Entry};
use crate::store::{Store, StoreError, audit, facts};

const OTHER_COMPANY: &str = "other_company_feeds_org";
const COPY: &str = "profile_copied";
const OTHER_COMPUTER: &str = "other_computer_writes";

/// By what programs find the variable.
pub const API_NAME: &str = "Ledgerline_writer";
/// What people read in Zoho's setup.
pub const NAME: &str = "Ledgerline writer";
/// The heading under which it stands there.
const GROUP: &str = "Ledgerline";
const DESCRIPTION: &str = "Says which computer copies which Business Central company into this org. Ledgerline keeps it; please do not change it.";
/// The claim is looked at again after so long.
pub const CHECKED_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// A claim of this age is renewed by a process that begins to write: from then on another copy of its profile is a stranger.
const RENEWED_AT_START: SignedDuration = SignedDuration::from_mins(30);
/// A claim of this age is renewed by a process that goes on writing; younger ones are only read, which costs half.
const RENEWED_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// Two that take over at one time have both written after this.
const SETTLES_AFTER: Duration = Duration::from_secs(3);
/// The fact that holds which turns may be this installation's.
const TURNS: &str = "writer.turns";
/// So many of them are remembered.
const TURNS_KEPT: usize = 8;
/// The fact that holds who held the claim when it was looked at last, where that was somebody else.
const HOLDER: &str = "writer.holder";
/// The fact that holds why no claim can be kept.
const IMPOSSIBLE: &str = "writer.impossible";

/// Who this is.
#[derive(Clone, Debug)]
pub struct Writer {
    /// Names this installation; made up once for a profile.
    pub installation: String,
    /// The computer's name, for people.
    pub computer: String,
}

/// Since when this process knows that the claim is its own.
#[derive(Debug, Default)]
pub(crate) struct Tenure(Mutex<Option<Timestamp>>);

/// What a session needs to know whether it may write.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) writer: &'a Writer,
    pub(crate) tenure: &'a Tenure,
    pub(crate) origin: &'a Origin,
}

/// What the last look at the claim brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// This installation writes, or nobody has looked yet.
    Ours,
    /// Somebody else does.
    Other(Claim),
    /// No claim can be kept, for this reason; with what to do.
    Impossible {
        /// What Zoho said.
        message: String,
        /// What to do.
        cure: String,
    },
}

/// Whether a run that ended with this code left the org to somebody else.
#[must_use]
pub fn is_refusal(code: &str) -> bool {
    [OTHER_COMPANY, COPY, OTHER_COMPUTER].contains(&code)
}

/// What the last look at the claim brought.
///
/// # Errors
/// When the database fails.
pub fn known(store: &Store) -> Result<Known, StoreError> {
    let (holder, impossible) =
        store.read(|tx| Ok::<_, StoreError>((facts::get(tx, HOLDER)?, facts::get(tx, IMPOSSIBLE)?)))?;
    if let Some(claim) = holder.as_deref().and_then(claim::read) {
        return Ok(Known::Other(claim));
    }
    Ok(impossible
        .map_or(Known::Ours, |message| Known::Impossible { message, cure: IMPOSSIBLE_CURE.to_owned() }))
}

const IMPOSSIBLE_CURE: &str = "Sign in to Zoho once more (`ledgerline connect`) as a user who may change the org's variables, so that no two computers write at once. \
    Until then, make sure that only one does.";

/// Makes sure that this installation may write, unless it did within the hour.
///
/// # Errors
/// When somebody else does, or Zoho or the database could not be asked.
pub(crate) async fn hold(session: &Session<'_>, desk: Desk<'_>) -> Result<(), RunError> {
    let mut held_since = desk.tenure.0.lock().await;
    let now = session.now();
    if held_since.is_some_and(|since| now >= since && now.duration_since(since) < CHECKED_EVERY) {
        return Ok(());
    }
    let renewed_after = if held_since.is_some() { RENEWED_AFTER } else { RENEWED_AT_START };
    *held_since = None;
    match held(session, desk, Asked::ByRun { renewed_after }).await {
        Ok(_) => {}
        Err(RunError::Zoho(error)) if is_impossible(&error) => {
            tracing::warn!(code = error.code(), "no claim to the org can be kept: {error}");
            session.store().write(|tx| {
                facts::forget(tx, HOLDER)?;
                facts::set(tx, IMPOSSIBLE, &error.to_string())
            })?;
        }
        Err(error) => return Err(error),
    }
    *held_since = Some(session.now());
    Ok(())
}

/// Takes the claim from another computer. Returns who had it, if anybody.
///
/// # Errors
/// When another company feeds the org, another computer takes over at the same time, or Zoho or the database could not be asked.
pub(crate) async fn take_over(session: &Session<'_>, desk: Desk<'_>) -> Result<Option<Claim>, RunError> {
    let mut held_since = desk.tenure.0.lock().await;
    *held_since = None;
    let before = held(session, desk, Asked::ToTakeOver).await?;
    *held_since = Some(session.now());
    Ok(before)
}

/// Whether the org, or the sign-in, has no variables for us. All else may pass.
fn is_impossible(error: &zoho_crm::Error) -> bool {
    error.is_refusal() || error.kind == ErrorKind::ScopeMismatch
}

/// Why the claim is looked at.
#[derive(Clone, Copy)]
enum Asked {
    /// Something is about to be written.
    ByRun {
        /// The age from which our claim is renewed.
        renewed_after: SignedDuration,
    },
    /// A person wants this computer to write.
    ToTakeOver,
}

async fn held(session: &Session<'_>, desk: Desk<'_>, asked: Asked) -> Result<Option<Claim>, RunError> {
    let Some(variable) = session.zoho().variable(API_NAME).await? else {
        return first(session, desk).await;
    };
    let Some(found) = claim::read(variable.value.reveal()) else {
        // Emptied, or typed over: it says nothing about anybody.
        put(session, desk, &variable, true).await?;
        return Ok(None);
    };
    let turns = turns(session.store())?;
    let standing = claim::standing(&found, &looker(session, desk, &turns), session.now());
    match (standing, asked) {
        (Standing::Ours, asked) => {
            let age = session.now().duration_since(found.renewed_at);
            let is_old = match asked {
                Asked::ByRun { renewed_after } => age >= renewed_after,
                Asked::ToTakeOver => true,
            };
            if is_old || age.is_negative() {
                put(session, desk, &variable, false).await?;
            } else {
                settled(session)?;
            }
            Ok(None)
        }
        (Standing::Free, _) | (Standing::OtherComputer | Standing::Copy, Asked::ToTakeOver) => {
            remember(session, &found)?;
            put(session, desk, &variable, true).await?;
            Ok(Some(found))
        }
        (Standing::OtherComputer | Standing::Copy, Asked::ByRun { .. }) | (Standing::OtherCompany, _) => {
            Err(left_to(session, &found, standing)?)
        }
    }
}

fn looker<'a>(session: &'a Session<'_>, desk: Desk<'a>, turns: &'a [String]) -> Looker<'a> {
    Looker {
        company_id: session.company().id(),
        tenant: &desk.origin.tenant,
        environment: &desk.origin.environment,
        zgid: &session.org.zgid,
        installation: &desk.writer.installation,
        turns,
    }
}

/// Nobody has written here yet. Of two that find this out at one time, one can make the variable.
async fn first(session: &Session<'_>, desk: Desk<'_>) -> Result<Option<Claim>, RunError> {
    let (claim, text) = new_claim(session, desk)?;
    let variable = NewVariable {
        name: NAME.to_owned(),
        api_name: API_NAME.to_owned(),
        group: GROUP.to_owned(),
        description: DESCRIPTION.to_owned(),
        value: Secret::new(text),
    };
    match session.zoho().create_variable(&variable).await {
        Ok(VariableCreation::Created(_)) => settled(session)?,
        Ok(VariableCreation::Taken { .. }) => confirm(session, &claim).await?,
        // It may have been made: reading tells.
        Err(error) if create::in_doubt(&error) => confirm(session, &claim).await?,
        Err(error) => return Err(error.into()),
    }
    Ok(None)
}

/// Writes the claim. `from_another`: two may do so at one time.
async fn put(
    session: &Session<'_>,
    desk: Desk<'_>,
    variable: &Variable,
    from_another: bool,
) -> Result<(), RunError> {
    let (claim, text) = new_claim(session, desk)?;
    let in_doubt = match session.zoho().set_variable(&variable.id, &Secret::new(text)).await {
        Ok(()) => false,
        Err(error) if create::in_doubt(&error) => true,
        Err(error) => return Err(error.into()),
    };
    if from_another {
        session.clock.sleep(SETTLES_AFTER).await;
    }
    if from_another || in_doubt { confirm(session, &claim).await } else { Ok(settled(session)?) }
}

/// Reads again whether `wanted` is what stands there.
async fn confirm(session: &Session<'_>, wanted: &Claim) -> Result<(), RunError> {
    let there = session.zoho().variable(API_NAME).await?;
    match there.as_ref().and_then(|variable| claim::read(variable.value.reveal())) {
        Some(found) if found == *wanted => Ok(settled(session)?),
        // What was written may be lost, and what stood there was ours before.
        Some(found)
            if found.installation == wanted.installation && turns(session.store())?.contains(&found.turn) =>
        {
            Ok(settled(session)?)
        }
        Some(found) => Err(left_to(session, &found, Standing::OtherComputer)?),
        None => Err(RunError::refused(
            "writer_unknown",
            format!(
                "The variable \"{NAME}\" in Zoho, which says which computer writes to this org, was not there after it was written."
            ),
            "Nothing: it is tried again by itself. If it stays, look in Zoho's setup who changes the variable.",
        )),
    }
}

/// A claim of now, whose turn is in the database before anybody else can see it.
fn new_claim(session: &Session<'_>, desk: Desk<'_>) -> Result<(Claim, String), StoreError> {
    let claim = Claim {
        v: 1,
        company_id: session.company().id(),
        company: session.company_name.clone(),
        tenant: desk.origin.tenant.clone(),
        environment: desk.origin.environment.clone(),
        zgid: session.org.zgid.clone(),
        installation: desk.writer.installation.clone(),
        computer: desk.writer.computer.clone(),
        turn: format!("{:016x}", session.random.next()),
        renewed_at: session.now(),
    };
    let text = serde_json::to_string(&claim).unwrap_or_default();
    let mut may_be = turns(session.store())?;
    may_be.push(claim.turn.clone());
    // Several, for a write whose answer was lost may still arrive.
    let history = may_be.len().saturating_sub(TURNS_KEPT);
    may_be.drain(..history);
    let kept = serde_json::to_string(&may_be).unwrap_or_default();
    session.store().write(|tx| facts::set(tx, TURNS, &kept))?;
    Ok((claim, text))
}

fn turns(store: &Store) -> Result<Vec<String>, StoreError> {
    let kept = store.read(|tx| facts::get(tx, TURNS))?;
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// The claim is ours. Where it was somebody else's before, the trail says so.
fn settled(session: &Session<'_>) -> Result<(), StoreError> {
    session.store().write(|tx| {
        facts::forget(tx, IMPOSSIBLE)?;
        let Some(before) = facts::get(tx, HOLDER)? else { return Ok(()) };
        facts::forget(tx, HOLDER)?;
        let computer = claim::read(&before).map(|claim| claim.computer).unwrap_or_default();
        let entry = Entry {
            seq: 0,
            at: session.now(),
            run: Some(session.run_id.clone()),
            flow: None,
            id: None,
            number: None,
            kind: AuditKind::Decision,
            summary: format!("this installation writes to the Zoho org now, and {computer} no longer"),
            before: Some(Value::text(computer)),
            after: None,
            zoho_id: None,
        };
        audit::append(tx, &entry)
    })
}

fn remember(session: &Session<'_>, holder: &Claim) -> Result<(), StoreError> {
    let text = serde_json::to_string(holder).unwrap_or_default();
    session.store().write(|tx| facts::set(tx, HOLDER, &text))
}

/// Somebody else has the org: who that is stays known.
fn left_to(session: &Session<'_>, holder: &Claim, standing: Standing) -> Result<RunError, StoreError> {
    remember(session, holder)?;
    Ok(refusal(holder, standing, session.now()))
}

fn refusal(claim: &Claim, standing: Standing, now: Timestamp) -> RunError {
    let ago = now.duration_since(claim.renewed_at).as_mins().max(0);
    let ago = match ago {
        0..120 => format!("{ago} minutes ago"),
        120..2880 => format!("{} hours ago", ago / 60),
        _ => format!("{} days ago", ago / 1440),
    };
    let take_over = "Leave it to that computer. Or, if this one shall do it from now on, take over with `ledgerline sync --take-over`: the other one stops within an hour.";
    match standing {
        Standing::OtherCompany => RunError::refused(
            OTHER_COMPANY,
            format!(
                "This Zoho org is fed by company \"{}\" of {}/{} (by the computer {}, last seen {ago}), which is not the company that this profile copies. Nothing was written.",
                claim.company, claim.tenant, claim.environment, claim.computer
            ),
            format!(
                "Connect the company or the org that you mean. If the other company shall never feed this org again, delete the variable \"{NAME}\" in Zoho (Setup, Developer Hub, Variables), then sync again."
            ),
        ),
        Standing::Copy => RunError::refused(
            COPY,
            format!(
                "A copy of this profile writes to this Zoho org, on the computer {} (last seen {ago}). Nothing was written.",
                claim.computer
            ),
            take_over,
        ),
        Standing::Free | Standing::Ours | Standing::OtherComputer => RunError::refused(
            OTHER_COMPUTER,
            format!(
                "The computer {} copies {} into this Zoho org (last seen {ago}). Two at once would write over each other; nothing was written.",
                claim.computer, claim.company
            ),
            take_over,
        ),
    }
}
