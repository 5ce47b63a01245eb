//! Checks every connection, permission, edition, field and clock, and says what to do about each finding.

use std::collections::BTreeMap;
use std::time::Duration;

use business_central::{Client, Entity, PostedProof, Probe};
use serde::Serialize;
use sync::company_facts::CompanyFacts;
use sync::engine::choose_keys;
use sync::flow::Flow;
use sync::org_schema::OrgSchema;
use sync::store::binding;
use sync::writer::{self, Known};

use crate::{App, AppError, status, webhooks};

/// A clock that is off by more than this makes tokens and watermarks unreliable.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Problem,
}

impl Verdict {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// Stable; programs may match on it.
    pub code: String,
    /// What was checked.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// What to do; empty where nothing is to be done.
    pub cure: String,
}

/// All checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// In the order in which they were made.
    pub findings: Vec<Finding>,
    /// Whether a service could not be checked at all.
    pub incomplete: bool,
}

impl Diagnosis {
    /// 0 all well, 2 with findings, 1 when something could not be checked.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.incomplete {
            1
        } else if self.findings.iter().any(|finding| finding.verdict != Verdict::Ok) {
            2
        } else {
            0
        }
    }

    fn note(&mut self, verdict: Verdict, code: &str, subject: &str, message: impl Into<String>, cure: &str) {
        self.findings.push(Finding {
            verdict,
            code: code.to_owned(),
            subject: subject.to_owned(),
            message: message.into(),
            cure: cure.to_owned(),
        });
    }

    fn ok(&mut self, code: &str, subject: &str, message: impl Into<String>) {
        self.note(Verdict::Ok, code, subject, message, "");
    }

    fn failed(&mut self, subject: &str, error: &AppError, outage: bool) {
        self.note(Verdict::Problem, &error.code(), subject, error.to_string(), &error.cure());
        self.incomplete |= outage;
    }
}

/// Makes all checks that can be made. A failed check is a finding, never an error.
pub async fn examine(app: &App) -> Diagnosis {
    let mut diagnosis = Diagnosis { findings: Vec::new(), incomplete: false };
    database(app, &mut diagnosis);
    business_central(app, &mut diagnosis).await;
    zoho(app, &mut diagnosis).await;
    stands_still(app, &mut diagnosis);
    one_writer(app, &mut diagnosis);
    signals(app, &mut diagnosis);
    diagnosis
}

fn database(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "This computer: database";
    match app.store.check() {
        Ok(()) => diagnosis.ok("database", subject, "whole"),
        Err(error) => diagnosis.failed(subject, &error.into(), false),
    }
}

async fn business_central(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "Business Central: sign-in";
    if let Err(error) = app.business_central.sign_in().await {
        let outage = error.is_outage();
        return diagnosis.failed(subject, &error.into(), outage);
    }
    diagnosis.ok("bc_sign_in", subject, "the app signs in");
    let subject = "Business Central: company";
    let companies = match app.business_central.companies().await {
        Ok(companies) => companies,
        Err(error) => {
            let outage = error.is_outage();
            return diagnosis.failed(subject, &error.into(), outage);
        }
    };
    let wanted = &app.settings.business_central.company;
    let bound = app.store.read(binding::get).ok().flatten();
    let found = companies.iter().find(|company| {
        company.id.to_string().eq_ignore_ascii_case(wanted)
            || company.name.eq_ignore_ascii_case(wanted)
            || company.label().eq_ignore_ascii_case(wanted)
            || bound
                .as_ref()
                .is_some_and(|b| b.company_id == company.id && b.company_name.eq_ignore_ascii_case(wanted))
    });
    let Some(company) = found else {
        let names: Vec<&str> = companies.iter().map(business_central::Company::label).collect();
        return diagnosis.note(
            Verdict::Problem,
            "company_not_found",
            subject,
            format!("there is no company \"{wanted}\"; there are: {}", names.join(", ")),
            "Correct company under [business_central] in ledgerline.toml.",
        );
    };
    diagnosis.ok("company", subject, format!("{} ({})", company.label(), company.id));
    if let Some(bound) = bound
        && bound.company_id != company.id
    {
        diagnosis.note(
            Verdict::Problem,
            "other_company_or_org",
            subject,
            format!("this profile belongs to company {} ({})", bound.company_name, bound.company_id),
            "Use another profile folder for another company.",
        );
    }
    permissions(app, &app.business_central, company.id, diagnosis).await;
}

/// With too few permissions Business Central answers 200 with rows missing: only a record that is seen proves the permission.
async fn permissions(app: &App, client: &Client, company: business_central::BcId, diagnosis: &mut Diagnosis) {
    let api = client.company(company);
    for flow in &app.settings.sync.flows {
        let subject = format!("Business Central: reading {}", flow.plural());
        match api.probe(flow.entity()).await {
            Err(error) => {
                let outage = error.is_outage();
                diagnosis.failed(&subject, &error.into(), outage);
            }
            Ok(Probe { rows_seen: true, .. }) => diagnosis.ok("readable", &subject, "at least one record is visible"),
            Ok(Probe { rows_seen: false, .. }) => diagnosis.note(
                Verdict::Warning,
                "nothing_visible",
                &subject,
                "no record is visible: there is none, or the app may not see them",
                "If there should be some, give the app the permission set D365 READ (page Microsoft Entra applications).",
            ),
        }
    }
    if app.settings.sync.flows.contains(&Flow::Invoices) {
        posted_invoices(&api, diagnosis).await;
    }
    if app.settings.sync.flows.contains(&Flow::Contacts) {
        let subject = "Business Central: contacts' customers";
        match has_ties(&api).await {
            Ok(true) => diagnosis.ok("ties", subject, "customers have company contacts"),
            Ok(false) => diagnosis.note(
                Verdict::Warning,
                "no_business_relation",
                subject,
                "no customer has a company contact, so that no person can be tied to a customer",
                "In Business Central open Marketing Setup, fill \"Bus. Rel. Code for Customers\", and create the contacts of existing customers.",
            ),
            Err(error) => {
                let outage = error.is_outage();
                diagnosis.failed(subject, &error.into(), outage);
            }
        }
    }
    if app.settings.sync.flows.contains(&Flow::PurchaseOrders) {
        orders_are_only_read(&api, diagnosis).await;
    }
    match CompanyFacts::read(&api).await {
        Ok(facts) => diagnosis.ok(
            "company_facts",
            "Business Central: set-up tables",
            format!("local currency {}", facts.local_currency),
        ),
        Err(error) => {
            let outage = error.is_outage();
            diagnosis.failed("Business Central: set-up tables", &error.into(), outage);
        }
    }
}

async fn posted_invoices(api: &business_central::CompanyApi, diagnosis: &mut Diagnosis) {
    let subject = "Business Central: posted invoices";
    match api.posted_among(&[]).await {
        Ok(PostedProof::ApiAbsent) => diagnosis.note(
            Verdict::Warning,
            "posted_api_absent",
            subject,
            "the API of posted invoices (microsoft/automate) cannot be read; open invoices are proved by order number or ledger entries instead",
            "Give the app read permission on Sales Invoice Header, or install Microsoft's automate API.",
        ),
        Ok(PostedProof::Ids(_)) => match api.probe(Entity::PostedSalesInvoices).await {
            Ok(Probe { rows_seen: true, .. }) => diagnosis.ok("posted_invoices", subject, "posted invoices are visible"),
            Ok(Probe { rows_seen: false, .. }) => diagnosis.note(
                Verdict::Warning,
                "no_posted_invoice",
                subject,
                "no posted invoice is visible: there is none, or the app may not see them",
                "If there should be some, give the app the permission set D365 READ.",
            ),
            Err(error) => diagnosis.note(
                Verdict::Warning,
                "posted_api_absent",
                subject,
                error.to_string(),
                "Open invoices are proved by order number or ledger entries instead.",
            ),
        },
        Err(error) => {
            let outage = error.is_outage();
            diagnosis.failed(subject, &error.into(), outage);
        }
    }
}

/// Business Central works an order's discounts out anew and writes them whenever somebody reads it who may write it (facts, §4.9), whatever is
/// selected. It tells nobody which rights an app has: what can be seen is whether orders change because they are read.
async fn orders_are_only_read(api: &business_central::CompanyApi, diagnosis: &mut Diagnosis) {
    let subject = "Business Central: only reading";
    match changed_by_reading(api).await {
        Ok(None) => {}
        Ok(Some(0)) => diagnosis.ok(
            "only_reading",
            subject,
            "no purchase order changes when it is read; the app's rights themselves cannot be seen from here",
        ),
        Ok(Some(changed)) => {
            let orders = if changed == 1 { "purchase order changes" } else { "purchase orders change" };
            diagnosis.note(
                Verdict::Warning,
                "reading_writes",
                subject,
                format!(
                    "{changed} {orders} merely because they are read: the app may do more than read, and then Business Central works \
                     discounts out anew and writes them"
                ),
                "Give the app the permission set D365 READ and no other that may change purchase documents (page Microsoft Entra applications).",
            );
        }
        Err(error) => {
            let outage = error.is_outage();
            diagnosis.failed(subject, &error.into(), outage);
        }
    }
}

/// How many of some orders are another version after each of two readings; `None` where there is no order. That somebody else changes the same
/// one twice between three readings is not to be expected.
async fn changed_by_reading(
    api: &business_central::CompanyApi,
) -> Result<Option<usize>, business_central::Error> {
    let mut versions: Vec<BTreeMap<business_central::BcId, Option<String>>> = Vec::new();
    for _ in 0..3 {
        let query = business_central::Query::of(Entity::PurchaseOrders).select(&["id"]).page_size(20);
        let rows = api.list(query).next().await?.map(|page| page.rows).unwrap_or_default();
        let version = |row: &business_central::Row| Some((row.id()?, row.etag().map(ToOwned::to_owned)));
        versions.push(rows.iter().filter_map(version).collect());
    }
    let [first, second, third] = versions.as_slice() else { return Ok(None) };
    let differs = |one: &BTreeMap<_, Option<String>>, other: &BTreeMap<_, Option<String>>, id| matches!((one.get(id), other.get(id)), (Some(one), Some(other)) if one != other);
    let changed = first.keys().filter(|id| differs(first, second, id) && differs(second, third, id)).count();
    Ok((!first.is_empty()).then_some(changed))
}

async fn has_ties(api: &business_central::CompanyApi) -> Result<bool, business_central::Error> {
    let query = business_central::Query::of(Entity::Customers)
        .select(&["id"])
        .expand("contactsInformation")
        .page_size(50);
    let mut pages = api.list(query);
    let Some(page) = pages.next().await? else { return Ok(true) };
    let mut any = page.rows.is_empty();
    for row in &page.rows {
        any |= !row.decode::<business_central::Customer>()?.contacts_information.is_empty();
    }
    Ok(any)
}

async fn zoho(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "Zoho CRM: sign-in";
    let org = match app.zoho.org().await {
        Ok(org) => org,
        Err(error) => {
            let outage = error.is_outage();
            return diagnosis.failed(subject, &error.into(), outage);
        }
    };
    diagnosis.ok("zoho_sign_in", subject, format!("org {} ({})", org.company_name, org.zgid));
    diagnosis.ok(
        "zoho_edition",
        "Zoho CRM: edition",
        format!("{}, {} credits a day", org.edition.name(), org.edition.daily_credits(org.users)),
    );
    if let Ok(Some(bound)) = app.store.read(binding::get)
        && bound.zgid != org.zgid
    {
        diagnosis.note(
            Verdict::Problem,
            "other_company_or_org",
            "Zoho CRM: org",
            format!("this profile belongs to the org {}, and {} is connected", bound.zgid, org.zgid),
            "Go back to the old connection, or use another profile folder.",
        );
    }
    match OrgSchema::read(&app.zoho, &app.settings.sync.flows).await {
        Ok(mut schema) => {
            if let Err(error) = choose_keys(&app.store, &mut schema) {
                diagnosis.failed("Zoho CRM: key fields", &error.into(), false);
            }
            fields(app, &schema, diagnosis);
            clock(app, diagnosis);
        }
        Err(error) => {
            let outage = error.is_outage();
            diagnosis.failed("Zoho CRM: modules and fields", &error.into(), outage);
        }
    }
}

/// Flows that the last run left standing. What the checks above have found themselves is not said twice.
fn stands_still(app: &App, diagnosis: &mut Diagnosis) {
    match status::flow_problems(&app.store) {
        Ok(problems) => {
            for problem in problems {
                if !diagnosis.findings.iter().any(|finding| finding.message == problem.message) {
                    let subject = format!("This computer: {}", problem.flow.plural());
                    diagnosis.note(Verdict::Warning, &problem.code, &subject, problem.message, &problem.cure);
                }
            }
        }
        Err(error) => diagnosis.failed("This computer: flows", &error.into(), false),
    }
}

/// Whether this is the one computer that writes to the org, as far as the last run knows.
fn one_writer(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "Zoho CRM: one computer writes";
    match writer::known(&app.store) {
        Ok(Known::Ours) => diagnosis.ok("writer", subject, "this one"),
        Ok(Known::Other(claim)) => {
            let message = format!(
                "{} writes, for company {} of {}/{}",
                claim.computer, claim.company, claim.tenant, claim.environment
            );
            let cure = "Nothing, where that is meant. Else `ledgerline sync` says what can be done.";
            diagnosis.note(Verdict::Warning, "other_computer_writes", subject, message, cure);
        }
        Ok(Known::Impossible { message, cure }) => {
            let message = format!("nobody can tell: {message}");
            diagnosis.note(Verdict::Warning, "writer_impossible", subject, message, &cure);
        }
        Err(error) => diagnosis.failed(subject, &error.into(), false),
    }
}

/// Whether signals arrive, where a relay is named.
fn signals(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "Relay: signals of changes";
    let shown = match webhooks::shown(&app.store, app.settings.relay.url.as_deref(), app.clock.now()) {
        Ok(shown) => shown,
        Err(error) => return diagnosis.failed(subject, &error.into(), false),
    };
    if shown.left_behind {
        let cure = "Run `ledgerline webhooks off` when both systems can be reached.";
        let message = "they are switched off, and not everything of them could be removed";
        diagnosis.note(Verdict::Warning, "signals_left_behind", subject, message, cure);
    }
    if shown.relay.is_none() {
        return;
    }
    if shown.is_well() {
        diagnosis.ok("signals", subject, "they arrive");
    } else if !shown.listening {
        let cure = "Nothing, while Ledgerline is not running. Where it is: `ledgerline webhooks` says more.";
        diagnosis.note(Verdict::Warning, "signals_nobody_listens", subject, "no program listens", cure);
    }
    let whys = shown.link.why.iter().chain(shown.troubles.iter().map(|(_, trouble)| trouble));
    for why in whys {
        diagnosis.note(Verdict::Warning, &why.code, subject, why.message.clone(), &why.cure);
    }
    for refused in shown.subscriptions.iter().filter_map(|one| Some((&one.about, one.refused.as_ref()?))) {
        let (about, refusal) = refused;
        let message = format!("{about}: {}", refusal.message);
        diagnosis.note(Verdict::Warning, &refusal.code, subject, message, &refusal.cure);
    }
}

fn fields(app: &App, schema: &OrgSchema, diagnosis: &mut Diagnosis) {
    let plan = sync::setup::plan(schema, &app.settings.sync.flows);
    for flow in &app.settings.sync.flows {
        let subject = format!("Zoho CRM: {}", flow.module().api_name());
        if let Err(problem) = schema.gate(*flow) {
            diagnosis.note(Verdict::Problem, problem.code, &subject, problem.message, &problem.cure);
            continue;
        }
        diagnosis.ok("module", &subject, "the edition allows it, and our key fields are there");
        let missing: Vec<&str> = plan
            .missing_optional
            .iter()
            .filter(|missing| missing.flow == *flow)
            .map(|missing| missing.field.label())
            .collect();
        if !missing.is_empty() {
            diagnosis.note(
                Verdict::Warning,
                "optional_field_missing",
                &subject,
                format!("optional fields are missing and are left out: {}", missing.join(", ")),
                "Run `ledgerline setup` to create them, as far as the edition has room.",
            );
        }
    }
}

/// Tokens and watermarks need a clock that is about right: the last answers' stamps tell.
fn clock(app: &App, diagnosis: &mut Diagnosis) {
    let subject = "This computer: clock";
    match app.zoho.clock_offset() {
        Some(offset) if offset.unsigned_abs() > CLOCK_TOLERANCE => diagnosis.note(
            Verdict::Problem,
            "clock_wrong",
            subject,
            format!("the clock differs from Zoho's by {} seconds", offset.as_secs()),
            "Switch on automatic time in the operating system's settings.",
        ),
        Some(offset) => diagnosis.ok(
            "clock",
            subject,
            format!("within {} seconds of Zoho's", offset.unsigned_abs().as_secs() + 1),
        ),
        None => {}
    }
}
