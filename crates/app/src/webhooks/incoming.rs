//! What a signal is worth: work, or nothing, because somebody forged it, or it cannot be read, or it is about something else.

use business_central::{BcId, Changed, Resource};
use relay_protocol::{Change, Kind, Signal};
use sync::capture::{Happened, Hint, HintSource, hint_of_business_central, hint_of_zoho};
use zoho_crm::ZohoId;

use super::Access;

/// A signal's worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It leads to work.
    Work(HintSource, Hint),
    /// It does not carry our word: somebody knows the address and nothing else.
    Forged,
    /// It cannot be read.
    Malformed,
    /// It is about something that this profile does not copy.
    NotOurs,
}

/// Judges a signal. The word is compared before anything else is looked at; the relay is not trusted either.
#[must_use]
pub fn worth(signal: &Signal, access: &Access, company: BcId) -> Worth {
    match &signal.kind {
        Kind::BusinessCentral { client_state, resource, change, .. } => {
            if !client_state.as_ref().is_some_and(|said| access.is_client_state(said.reveal())) {
                return Worth::Forged;
            }
            let Some(resource) = Resource::parse(resource) else { return Worth::Malformed };
            let happened = match (resource.changed, change) {
                (Changed::Record(id), Change::Deleted) => Happened::Deleted(id),
                (Changed::Record(id), Change::Created | Change::Updated | Change::Collection) => {
                    Happened::Changed(id)
                }
                (Changed::Since(at), _) => Happened::ManySince(at),
                (Changed::Everything, _) => Happened::Many,
            };
            let hint = hint_of_business_central(&resource.entity_set, happened);
            hint.filter(|_| resource.company == company)
                .map_or(Worth::NotOurs, |hint| Worth::Work(HintSource::BusinessCentral, hint))
        }
        Kind::Zoho { token, module, ids, .. } => {
            if !token.as_ref().is_some_and(|said| access.is_token(said.reveal())) {
                return Worth::Forged;
            }
            let is_id = |id: &String| {
                !id.is_empty() && id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_digit())
            };
            if ids.is_empty() || !ids.iter().all(is_id) {
                return Worth::Malformed;
            }
            let hint = hint_of_zoho(module, ids.iter().map(ZohoId::new).collect());
            hint.map_or(Worth::NotOurs, |hint| Worth::Work(HintSource::Zoho, hint))
        }
        // It names nothing, so it carries no word; it costs one poll at most.
        Kind::CatchUp { .. } => Worth::Work(HintSource::Relay, Hint::CatchUp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use relay_protocol::{CatchUpReason, Enrolled, Hidden, Hooks, MailboxId, Operation, SignalId};
    use sync::flow::Flow;

    const COMPANY: &str = "b18aed47-c385-49d2-b954-dbdf8ad71780";
    const ID: &str = "55e545bc-f6f9-ef11-9344-6045bdc8c234";

    /// Its words are made up anew each time: one for all.
    fn access() -> Access {
        static ONE: std::sync::LazyLock<Access> = std::sync::LazyLock::new(made);
        ONE.clone()
    }

    fn made() -> Access {
        let enrolled = Enrolled {
            protocol: 1,
            mailbox: MailboxId::from_bytes([7; 16]),
            read_token: Hidden::new("read"),
            hooks: Hooks { business_central: Hidden::new("https://r/a"), zoho: Hidden::new("https://r/b") },
        };
        Access::new("https://r", enrolled, "inst1").unwrap()
    }

    fn judged(kind: Kind) -> Worth {
        let signal = Signal { id: SignalId(1), received_at: Timestamp::UNIX_EPOCH, kind };
        worth(&signal, &access(), COMPANY.parse().unwrap())
    }

    fn from_bc(word: Option<&str>, resource: &str, change: Change) -> Kind {
        Kind::BusinessCentral {
            subscription_id: "1".to_owned(),
            client_state: word.map(Hidden::new),
            resource: resource.to_owned(),
            change,
            last_modified: None,
        }
    }

    fn from_zoho(token: Option<&str>, ids: &[&str], operation: Operation) -> Kind {
        Kind::Zoho {
            channel_id: "1".to_owned(),
            token: token.map(Hidden::new),
            module: "Accounts".to_owned(),
            operation,
            ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            server_time_ms: None,
            affected_fields: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_signal_with_our_word_leads_to_work() {
        let access = access();
        let state = access.client_state();
        let word = Some(state.reveal());
        let base = format!("api/v2.0/companies({COMPANY})/customers");
        let (flow, id) = (Flow::Customers, ID.parse().unwrap());
        let since = "2025-09-29T10:22:52Z".parse().unwrap();
        let filtered = format!("{base}?$filter=lastModifiedDateTime%20gt%202025-09-29T10:22:52Z");
        let cases = [
            (format!("{base}({ID})"), Change::Updated, Hint::Record { flow, id }),
            (format!("{base}({ID})"), Change::Created, Hint::Record { flow, id }),
            (format!("{base}({ID})"), Change::Deleted, Hint::Deleted { flow, id }),
            (base.clone(), Change::Collection, Hint::Everything { flow }),
            (filtered, Change::Collection, Hint::Changes { flow, since }),
        ];
        for (resource, change, hint) in cases {
            let expected = Worth::Work(HintSource::BusinessCentral, hint);
            assert_eq!(judged(from_bc(word, &resource, change)), expected, "{resource}");
        }
        let token = Some(access.zoho_word.reveal());
        let hint = Hint::InZoho { flow, ids: vec![ZohoId::new("55")] };
        let expected = Worth::Work(HintSource::Zoho, hint);
        assert_eq!(judged(from_zoho(token, &["55"], Operation::Delete)), expected);
    }

    #[test]
    fn a_signal_without_our_word_is_forged_whatever_it_says() {
        let resource = format!("api/v2.0/companies({COMPANY})/customers({ID})");
        for word in [None, Some(""), Some("ledgerline inst1 "), Some("guess")] {
            assert_eq!(judged(from_bc(word, &resource, Change::Deleted)), Worth::Forged);
            assert_eq!(judged(from_zoho(word, &["55"], Operation::Delete)), Worth::Forged);
        }
    }

    #[test]
    fn another_company_and_unknown_collections_are_not_ours() {
        let access = access();
        let state = access.client_state();
        let other = format!("api/v2.0/companies({ID})/customers({ID})");
        assert_eq!(judged(from_bc(Some(state.reveal()), &other, Change::Updated)), Worth::NotOurs);
        let unknown = format!("api/v2.0/companies({COMPANY})/employees({ID})");
        assert_eq!(judged(from_bc(Some(state.reveal()), &unknown, Change::Updated)), Worth::NotOurs);
    }

    #[test]
    fn what_cannot_be_read_is_malformed() {
        let access = access();
        let state = access.client_state();
        assert_eq!(judged(from_bc(Some(state.reveal()), "customers", Change::Updated)), Worth::Malformed);
        let token = Some(access.zoho_word.reveal());
        for ids in [&[][..], &["x"], &["55", "' or 1=1"]] {
            assert_eq!(judged(from_zoho(token, ids, Operation::Update)), Worth::Malformed);
        }
    }

    #[test]
    fn a_catch_up_needs_no_word() {
        let kind = Kind::CatchUp { reason: CatchUpReason::Collapsed, source: None };
        assert_eq!(judged(kind), Worth::Work(HintSource::Relay, Hint::CatchUp));
    }
}
