//! Signals of changes: how they stand, and what switches them on, off and right again.

use std::sync::Arc;

use transport::Secret;

use crate::alerts::capital;
use crate::error::ShownError;
use crate::resident::shared::Inner;
use crate::resident::undertaking::Undertaking;
use crate::settings::checked_address;
use crate::webhooks::{self, Shown, ShownSubscription};
use crate::window::schema::{Failure, Nothing};
use crate::window::signals::{
    SignalsAnswers, SignalsParty, SignalsStanding, SignalsSubscription, SignalsTrouble, SignalsView,
};
use crate::window::wording::for_window;

/// How signals stand; what this process knows itself is newer than what the database says.
pub(super) fn view(inner: &Inner) -> Result<SignalsView, Failure> {
    let relay = inner.settings()?.relay.url;
    Ok(view_of(&shown(inner, relay.as_deref())?))
}

/// What is known of signals now.
pub(super) fn shown(inner: &Inner, relay: Option<&str>) -> Result<Shown, Failure> {
    let mut shown = webhooks::shown(&*inner.reader()?, relay, inner.now())?;
    if let Some(link) = inner.link_state().filter(|_| relay.is_some()) {
        shown.listening = true;
        shown.link = link;
    }
    Ok(shown)
}

/// Whether signals arrive, in one word.
pub(super) fn standing(shown: &Shown) -> SignalsStanding {
    let refused = shown.subscriptions.iter().any(|subscription| subscription.refused.is_some());
    match (&shown.relay, shown.link.up_since, &shown.link.why) {
        (None, _, _) => SignalsStanding::Off,
        (Some(_), _, _) if !shown.listening => SignalsStanding::Lost,
        (Some(_), Some(_), _) if shown.is_well() && !refused => SignalsStanding::Well,
        (Some(_), Some(_), _) if shown.subscriptions.is_empty() && shown.troubles.is_empty() => {
            SignalsStanding::Connecting
        }
        (Some(_), Some(_), _) => {
            let tells = shown.subscriptions.iter().any(|subscription| subscription.expires_at.is_some());
            if tells { SignalsStanding::Partly } else { SignalsStanding::Lost }
        }
        (Some(_), None, Some(_)) => SignalsStanding::Lost,
        (Some(_), None, None) => SignalsStanding::Connecting,
    }
}

fn view_of(shown: &Shown) -> SignalsView {
    let text = |at: &jiff::Timestamp| at.to_string();
    SignalsView {
        relay: shown.relay.clone(),
        standing: standing(shown),
        connected_since: shown.link.up_since.as_ref().map(text),
        down_since: shown.link.down_since.as_ref().map(text),
        troubles: troubles(shown),
        subscriptions: shown.subscriptions.iter().map(subscription).collect(),
        last_at: shown.link.last_signal_at.as_ref().map(text),
        taken: shown.counts.taken,
        not_ours: shown.counts.not_ours,
        malformed: shown.counts.malformed,
        forged: shown.counts.forged,
    }
}

/// What keeps signals from arriving, each once. What a side refuses stands at what it refuses.
pub(super) fn troubles(shown: &Shown) -> Vec<SignalsTrouble> {
    if shown.relay.is_none() {
        let left = shown.left_behind.then(|| SignalsTrouble {
            party: SignalsParty::Relay,
            code: "signals_left_behind".to_owned(),
            message: "Signals are off, and not everything of them could be removed".to_owned(),
            cure: "Press \"Remove the rest\" when both systems can be reached.".to_owned(),
        });
        return left.into_iter().collect();
    }
    let relay = shown.link.why.iter().filter(|_| shown.link.up_since.is_none());
    let relay = relay.map(|why| trouble(SignalsParty::Relay, why));
    let sides = shown.troubles.iter().map(|(side, why)| trouble(party(side), why));
    let nobody = (!shown.listening).then(|| SignalsTrouble {
        party: SignalsParty::Relay,
        code: "signals_nobody_listens".to_owned(),
        message: "Nobody listens to the relay".to_owned(),
        cure: "Nothing: Ledgerline listens again as soon as it can copy.".to_owned(),
    });
    nobody.into_iter().chain(relay).chain(sides).collect()
}

fn trouble(party: SignalsParty, why: &ShownError) -> SignalsTrouble {
    let ShownError { code, message, cure } = why.clone();
    SignalsTrouble { party, code, message: capital(&message), cure: for_window(&cure) }
}

fn subscription(shown: &ShownSubscription) -> SignalsSubscription {
    let party = party(shown.side);
    SignalsSubscription {
        party,
        about: shown.about.clone(),
        expires_at: shown.expires_at.map(|at| at.to_string()),
        refused: shown.refused.as_ref().map(|refusal| trouble(party, &refusal.shown())),
        again_at: shown.refused.as_ref().map(|refusal| refusal.until.to_string()),
    }
}

fn party(name: &str) -> SignalsParty {
    match name {
        "business_central" => SignalsParty::BusinessCentral,
        "zoho" => SignalsParty::Zoho,
        _ => SignalsParty::Relay,
    }
}

/// Switches signals on, in the background.
pub(super) fn on(inner: &Arc<Inner>, answers: &SignalsAnswers) -> Result<Nothing, Failure> {
    let relay = checked_address(answers.relay.trim()).map_err(|problem| {
        Failure::of_field(
            "relay",
            format!("this address {problem}"),
            "Enter the relay's address as whoever runs it gave it to you, such as https://relay.example.com.",
        )
    })?;
    let key = Secret::new(answers.enrolment_key.trim());
    if key.reveal().is_empty() {
        return Err(Failure::of_field(
            "enrolment_key",
            "the enrolment key is missing",
            "Ask whoever runs the relay for it.",
        ));
    }
    inner.app()?;
    inner.undertake(Undertaking::SignalsOn { relay, key })?;
    Ok(Nothing)
}

/// Starts one of the others.
pub(super) fn begin(inner: &Arc<Inner>, what: Undertaking) -> Result<Nothing, Failure> {
    inner.app()?;
    inner.undertake(what)?;
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::{Counts, LinkState, Refusal};

    fn arriving() -> Shown {
        let end = "2026-06-06T12:00:00Z".parse().unwrap();
        let told = |side, about: &str| ShownSubscription {
            side,
            about: about.to_owned(),
            expires_at: Some(end),
            renew_at: None,
            refused: None,
        };
        Shown {
            relay: Some("https://relay.example.com".to_owned()),
            listening: true,
            link: LinkState { up_since: Some(end), ..LinkState::default() },
            troubles: Vec::new(),
            subscriptions: vec![told("business_central", "customers"), told("zoho", "Accounts")],
            counts: Counts::default(),
            left_behind: false,
        }
    }

    fn why() -> ShownError {
        ShownError {
            code: "relay_mailbox_gone".to_owned(),
            message: "the relay does not know this mailbox any more".to_owned(),
            cure: "Run `ledgerline webhooks on` with the relay's enrolment key: it makes a new mailbox."
                .to_owned(),
        }
    }

    fn refused(shown: &mut Shown, at: usize) {
        let ShownError { code, message, cure } = why();
        let subscription = &mut shown.subscriptions[at];
        let until = subscription.expires_at.take().unwrap();
        subscription.refused = Some(Refusal { code, message, cure, until });
    }

    #[test]
    fn signals_stand_as_what_they_need_stands() {
        let with = |change: fn(&mut Shown)| {
            let mut shown = arriving();
            change(&mut shown);
            standing(&shown)
        };
        assert_eq!(with(|_| ()), SignalsStanding::Well);
        assert_eq!(with(|shown| shown.relay = None), SignalsStanding::Off);
        assert_eq!(with(|shown| shown.listening = false), SignalsStanding::Lost);
        assert_eq!(with(|shown| shown.link = LinkState::default()), SignalsStanding::Connecting);
        assert_eq!(with(|shown| shown.subscriptions.clear()), SignalsStanding::Connecting);
        let down = LinkState { why: Some(why()), ..LinkState::default() };
        assert_eq!(standing(&Shown { link: down, ..arriving() }), SignalsStanding::Lost);
        assert_eq!(with(|shown| refused(shown, 0)), SignalsStanding::Partly);
        assert_eq!(with(|shown| shown.troubles = vec![("zoho".to_owned(), why())]), SignalsStanding::Partly);
        let all = |shown: &mut Shown| (0..2).for_each(|at| refused(shown, at));
        assert_eq!(with(all), SignalsStanding::Lost);
    }

    #[test]
    fn a_whole_side_that_tells_nothing_is_not_well_and_one_that_tells_of_something_is() {
        let mut shown = arriving();
        refused(&mut shown, 1);
        assert!(!shown.is_well());
        assert_eq!(shown.silent(), [("zoho", why())]);
        shown
            .subscriptions
            .push(ShownSubscription { about: "Contacts".to_owned(), ..arriving().subscriptions[1].clone() });
        assert!(shown.is_well());
        assert_eq!(shown.silent(), []);
    }

    #[test]
    fn what_switching_off_left_behind_is_a_trouble() {
        let off = Shown { relay: None, left_behind: true, ..arriving() };
        assert_eq!(standing(&off), SignalsStanding::Off);
        assert_eq!(troubles(&off)[0].code, "signals_left_behind");
        assert_eq!(troubles(&Shown { left_behind: false, ..off }), []);
    }

    #[test]
    fn cures_are_those_of_the_window() {
        let link = LinkState { why: Some(why()), ..LinkState::default() };
        let view = view_of(&Shown { link, ..arriving() });
        assert_eq!(view.troubles.len(), 1);
        let cure = &view.troubles[0].cure;
        assert!(cure.starts_with("Switch signals on in Settings, \"Changes at once\""), "{cure}");
    }
}
