//! What the user decided about the mapping, and which reading of an unverified point is in use.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zoho_crm::ZohoId;

use crate::flow::Flow;

/// What the mapping needs to know of the user's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapPolicy {
    /// What becomes of documents in a foreign currency where the org has one currency.
    pub foreign_currency_in_one_currency_org: ForeignCurrency,
    /// By Business Central status: the value of the Zoho field Status, or none. A status that is absent takes the value of its own name.
    pub status_table: BTreeMap<String, Option<String>>,
    /// Who owns new records whose salesperson is no Zoho user.
    pub default_owner: Option<ZohoId>,
    /// Closed invoices older than this day are not copied.
    pub invoices_from: Option<Date>,
    /// The most rows that a document may have; further ones are folded into one. Zoho states none for its own subforms.
    pub most_rows: Option<usize>,
    /// How negative lines are written.
    pub negative_style: NegativeStyle,
}

/// What becomes of invoices in a foreign currency where the org has one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignCurrency {
    /// They are not copied.
    #[default]
    Skip,
    /// They are copied with their own amounts and the currency's code in the Subject.
    CopyWithSuffix,
}

/// How a negative line is written. Whether Zoho takes a negative Quantity is unverified, so that each refusal leads to the next style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum NegativeStyle {
    /// As it is in Business Central.
    #[default]
    NegativeQuantity,
    /// With a positive Quantity and a negative List_Price.
    NegativePrice,
    /// As a row of nought that states the amount; the amount goes into Adjustment.
    ZeroRow,
}

impl NegativeStyle {
    /// Every style, in the order in which they are tried.
    pub const ALL: [Self; 3] = [Self::NegativeQuantity, Self::NegativePrice, Self::ZeroRow];
}

impl MapPolicy {
    /// What of the policy changes how records of `flow` map; part of the flow's fingerprint.
    #[must_use]
    pub fn fingerprint(&self, flow: Flow) -> String {
        match flow {
            // The owner counts on create only: another one must not bring every record up again.
            Flow::Customers | Flow::Items | Flow::Contacts | Flow::Vendors => String::new(),
            Flow::PurchaseOrders => {
                format!("{:?}|{:?}", self.foreign_currency_in_one_currency_org, self.most_rows)
            }
            Flow::Invoices => {
                let mut text = format!(
                    "{:?}|{:?}|{:?}",
                    self.foreign_currency_in_one_currency_org, self.invoices_from, self.most_rows
                );
                for (status, value) in &self.status_table {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "|{status}={}", value.as_deref().unwrap_or_default());
                }
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use zoho_crm::ZohoId;

    use super::{ForeignCurrency, MapPolicy};
    use crate::flow::Flow;

    #[test]
    fn another_owner_brings_no_record_up_again() {
        let plain = MapPolicy::default();
        let owned = MapPolicy { default_owner: Some(ZohoId::new("1")), ..MapPolicy::default() };
        for flow in Flow::ALL {
            assert_eq!(plain.fingerprint(flow), owned.fingerprint(flow));
        }
    }

    #[test]
    fn what_changes_an_invoice_changes_the_fingerprint_of_invoices_only() {
        let plain = MapPolicy::default();
        let others = [
            MapPolicy {
                foreign_currency_in_one_currency_org: ForeignCurrency::CopyWithSuffix,
                ..MapPolicy::default()
            },
            MapPolicy { status_table: [("Paid".to_owned(), None)].into(), ..MapPolicy::default() },
            MapPolicy { most_rows: Some(100), ..MapPolicy::default() },
        ];
        for other in others {
            assert_ne!(plain.fingerprint(Flow::Invoices), other.fingerprint(Flow::Invoices));
            assert_eq!(plain.fingerprint(Flow::Customers), other.fingerprint(Flow::Customers));
        }
    }
}
