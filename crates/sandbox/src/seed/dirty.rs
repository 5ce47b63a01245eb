//! The dirty org: an org of accounts that were typed by hand for years, beside a company whose customers some of them are.
//!
//! Who is who is known, so that a matcher can be held to it. The mistakes are those that people make; nothing here knows how a
//! matcher works.

mod company;
mod countries;
mod dice;
mod strangers;
mod typing;

use std::collections::BTreeMap;

use exact_json::{Map, Value};
use jiff::Timestamp;

use self::company::{Company, Domains};
use self::dice::Dice;
use self::typing::{Typed, typed};
use super::master_data;
use crate::ZohoState;
use crate::business_central::BcState;
use crate::business_central::row::Row;
use crate::business_central::schema::Table;
use crate::zoho::Module;

/// How many customers the company has.
const CUSTOMERS: usize = 3_000;
/// How many accounts the org has.
const ACCOUNTS: usize = 2_000;
/// How many of a hundred accounts are customers.
const KNOWN: usize = 65;

/// A company, an org, and the truth about them, from a seed.
pub struct DirtyOrg {
    customers: Vec<(String, Company)>,
    accounts: Vec<(Typed, Option<usize>)>,
    dice: Dice,
}

impl DirtyOrg {
    /// The org of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let letter = if seed.is_multiple_of(2) { "" } else { "C" };
        let mut domains = Domains::new();
        let mut customers: Vec<(String, Company)> = Vec::with_capacity(CUSTOMERS);
        for n in 0..CUSTOMERS {
            let company = match dice.below(100) {
                // A branch that is a customer of its own, with a tax number of its own or the same one.
                0..=2 if n > 0 => {
                    let mut branch = customers[dice.below(n)].1.clone();
                    let town = dice.below(branch.country.towns.len());
                    branch.settle(&mut dice, town);
                    if dice.percent(50) {
                        let (domain, email) = (branch.domain.clone(), branch.email.clone());
                        branch.register(&mut dice, &mut domains);
                        (branch.domain, branch.email) = (domain, email);
                    }
                    branch
                }
                _ => Company::new(&mut dice, &mut domains),
            };
            customers.push((format!("{letter}{}", 10_000 + n * 10), company));
        }
        let mut accounts = Vec::with_capacity(ACCOUNTS);
        // Each customer at most once by this way, doubles apart.
        let mut order: Vec<usize> = (0..CUSTOMERS).collect();
        for at in (1..order.len()).rev() {
            order.swap(at, dice.below(at + 1));
        }
        let mut next = order.into_iter();
        let mut before = None;
        while accounts.len() < ACCOUNTS {
            if !dice.percent(KNOWN) {
                let like = &customers[dice.below(CUSTOMERS)].1;
                let (company, whole) = strangers::stranger(&mut dice, &mut domains, like);
                let mut account = typed(&mut dice, &company, whole);
                if dice.percent(4) {
                    // A number of some older system, which may be a customer's by accident.
                    account.account_number = format!("{}", 10_000 + dice.below(CUSTOMERS) * 10);
                }
                accounts.push((account, None));
                continue;
            }
            let double = before.filter(|_| dice.percent(8));
            let Some(which) = double.or_else(|| next.next()) else { break };
            before = Some(which);
            let (number, company) = &customers[which];
            let mut account = typed(&mut dice, company, false);
            match dice.below(100) {
                0..=9 => account.account_number = number.trim_start_matches('C').to_owned(),
                10..=13 => account.site = format!("{}{number}", dice.pick(&["", "Kd-Nr ", "No. "])),
                14..=15 => account.account_number = format!("{}", 10_000 + dice.below(CUSTOMERS) * 10),
                _ => {}
            }
            accounts.push((account, Some(which)));
        }
        Self { customers, accounts, dice }
    }

    /// Fills the company with its customers.
    pub fn fill_company(&mut self, bc: &mut BcState) {
        master_data::setup(bc);
        for (number, company) in &self.customers {
            let dice = &mut self.dice;
            let kept = |keep: bool, text: String| if keep { text } else { String::new() };
            let website = company.domain.as_deref().map(|domain| format!("www.{domain}")).unwrap_or_default();
            let row = Row::new(bc.new_id())
                .with("number", number.as_str())
                .with("displayName", company.name())
                .with("type", "Company")
                .with("addressLine1", company.street.as_str())
                .with("city", company.city())
                .with("country", company.country.code)
                .with("postalCode", company.postcode.as_str())
                .with("phoneNumber", kept(dice.percent(80), company.whole_phone()))
                .with("email", kept(dice.percent(65), company.email.clone()))
                .with("website", kept(dice.percent(45), website))
                .with("taxRegistrationNumber", kept(dice.percent(70), company.tax.clone()))
                .with("currencyCode", "EUR");
            bc.add(Table::Customers, row);
        }
    }

    /// Types the accounts into the org; returns the customer's number for each account's id, or that it is nobody's.
    ///
    /// # Errors
    /// When the org refuses an account.
    pub fn type_accounts(
        &self,
        zoho: &mut ZohoState,
        now: Timestamp,
    ) -> Result<BTreeMap<String, Option<String>>, String> {
        zoho.person_creates_field(Module::Accounts, "VAT ID", "text")?;
        let mut truth = BTreeMap::new();
        for (account, customer) in &self.accounts {
            let id = zoho.person_adds(Module::Accounts, &record(account), now)?;
            truth
                .insert(id, customer.and_then(|at| self.customers.get(at)).map(|(number, _)| number.clone()));
        }
        Ok(truth)
    }
}

/// An account as the browser sends it.
fn record(account: &Typed) -> Map {
    let mut record = Map::new();
    for (field, text) in [
        ("Account_Name", &account.name),
        ("Account_Number", &account.account_number),
        ("Account_Site", &account.site),
        ("Phone", &account.phone),
        ("Website", &account.website),
        ("Billing_Street", &account.street),
        ("Billing_City", &account.city),
        ("Billing_Code", &account.postcode),
        ("Billing_Country", &account.country),
        ("VAT_ID", &account.tax),
        ("Description", &account.description),
    ] {
        if !text.is_empty() {
            record.insert(field.to_owned(), Value::text(text));
        }
    }
    record
}
