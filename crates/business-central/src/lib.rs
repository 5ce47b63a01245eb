//! A client that reads Microsoft Dynamics 365 Business Central (API v2.0, and two other Microsoft APIs beside it).
//!
//! A [`Client`] signs in with client credentials and lists companies; a [`CompanyApi`] lists and looks up records of one company. What is
//! asked is a [`Query`] with a [`Filter`]; what comes back are [`Row`]s: the record's own text, cheap to compare by hash, and
//! decoded into a type of [`rows`] only where somebody must look inside. Errors are told apart by cause, with a stable
//! code and a cure ([`Error`]).
//!
//! Nothing of a company can be written. The only requests that are no GET fetch an access token, or make, renew and end the app's own
//! webhook [`subscriptions`].

mod answer;
mod client;
mod company;
mod entity;
mod error;
mod filter;
mod id;
mod orders;
mod pages;
mod posted;
mod query;
pub mod refusal;
mod row;
pub mod row_text;
pub mod rows;
pub mod sign_in;
pub mod subscriptions;
mod token;
pub mod xml_name;

pub use client::{API_URL, Client, LOGIN_URL, Settings};
pub use company::{CompanyApi, Lookup, Probe};
pub use entity::Entity;
pub use error::{Error, ErrorKind};
pub use filter::{Filter, Literal};
pub use id::BcId;
pub use orders::OrderTraces;
pub use pages::{Page, Pages};
pub use posted::PostedProof;
pub use query::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Query};
pub use row::Row;
pub use rows::{
    BusinessRelation, Company, CompanyInformation, Contact, ContactInformation, ContactType, CountryRegion,
    Currency, Customer, CustomerBlocked, CustomerFinancialDetail, DetailedLedgerEntry, DocumentStatus,
    GeneralLedgerEntry, GeneralLedgerSetup, Item, ItemType, LedgerDocumentType, LineType, OrderStatus,
    PaymentTerm, PostedPurchaseInvoice, PostedSalesInvoice, PurchaseOrder, PurchaseOrderLine,
    PurchaseReceipt, SalesInvoice, SalesInvoiceLine, Salesperson, Vendor, VendorBlocked,
};
pub use sign_in::SignInProblem;
pub use subscriptions::{Changed, NewSubscription, Resource, Subscription, SubscriptionId};
