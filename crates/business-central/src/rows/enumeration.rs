//! The enums of the API. Apps can extend them, so every one has room for values that are not known here.

use std::fmt;

/// Declares an enum: its variants with their decoded names, and `Other`.
macro_rules! enumeration {
    ($(#[$about:meta])* $name:ident { $($(#[$value_about:meta])* $value:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$value_about])* $value,)*
            /// A value that is not known here, by its decoded name.
            Other(String),
        }

        impl $name {
            /// The values that are known here.
            pub const KNOWN: &[Self] = &[$(Self::$value,)*];

            /// The value of that decoded name.
            #[must_use]
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($text => Self::$value,)*
                    _ => Self::Other(name.to_owned()),
                }
            }

            /// The decoded name.
            #[must_use]
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$value => $text,)*
                    Self::Other(name) => name,
                }
            }

            /// The value as it stands in a filter.
            #[must_use]
            pub fn literal(&self) -> crate::Literal {
                crate::Literal::enumeration(self.name())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl crate::rows::blank::Property for Option<$name> {
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let encoded = <Option<String> as crate::rows::blank::Property>::read(deserializer)?;
                let name = encoded.map(|text| crate::xml_name::decode(&text)).filter(|name| !name.trim().is_empty());
                Ok(name.map(|name| $name::from_name(&name)))
            }
        }
    };
}

enumeration! {
    /// Where a sales invoice stands.
    DocumentStatus {
        /// Not posted.
        Draft = "Draft",
        /// Not posted, approval pending.
        InReview = "In Review",
        /// Released but not posted, or posted and not paid in full: the status does not tell which.
        Open = "Open",
        /// Posted and settled: by payment or by credit memo.
        Paid = "Paid",
        /// Posted and cancelled by a corrective credit memo.
        Canceled = "Canceled",
        /// Posted; cancels a credit memo.
        Corrective = "Corrective",
    }
}

enumeration! {
    /// Where a purchase order stands.
    OrderStatus {
        /// Being written.
        Draft = "Draft",
        /// Approval pending.
        InReview = "In Review",
        /// Released.
        Open = "Open",
    }
}

enumeration! {
    /// What a customer may no longer do; `None` where nothing is blocked.
    CustomerBlocked {
        /// No shipments.
        Ship = "Ship",
        /// No invoices.
        Invoice = "Invoice",
        /// Nothing at all.
        All = "All",
    }
}

enumeration! {
    /// What a vendor may no longer get; `None` where nothing is blocked.
    VendorBlocked {
        /// No payments.
        Payment = "Payment",
        /// Nothing at all.
        All = "All",
    }
}

enumeration! {
    /// What kind of item it is.
    ItemType {
        /// Kept in stock.
        Inventory = "Inventory",
        /// A service.
        Service = "Service",
        /// Goods without stock-keeping.
        NonInventory = "Non-Inventory",
    }
}

enumeration! {
    /// A company or a person.
    ContactType {
        /// A company.
        Company = "Company",
        /// A person.
        Person = "Person",
    }
}

enumeration! {
    /// What a contact is to the company.
    BusinessRelation {
        /// A customer.
        Customer = "Customer",
        /// A vendor.
        Vendor = "Vendor",
        /// A bank account.
        BankAccount = "Bank Account",
        /// An employee.
        Employee = "Employee",
        /// Nothing.
        None = "None",
        /// Another relation of the company's own making.
        OtherRelation = "Other",
        /// More than one.
        Multiple = "Multiple",
    }
}

enumeration! {
    /// What kind of document a booking came from; `None` for other bookings.
    LedgerDocumentType {
        /// A payment.
        Payment = "Payment",
        /// An invoice.
        Invoice = "Invoice",
        /// A credit memo.
        CreditMemo = "Credit Memo",
        /// A finance charge memo.
        FinanceChargeMemo = "Finance Charge Memo",
        /// A reminder.
        Reminder = "Reminder",
        /// A refund.
        Refund = "Refund",
    }
}

enumeration! {
    /// What a document line stands for.
    LineType {
        /// Text only.
        Comment = "Comment",
        /// An account of the general ledger.
        Account = "Account",
        /// An item.
        Item = "Item",
        /// A resource.
        Resource = "Resource",
        /// A fixed asset.
        FixedAsset = "Fixed Asset",
        /// An item charge.
        Charge = "Charge",
        /// An allocation account.
        AllocationAccount = "Allocation Account",
    }
}
