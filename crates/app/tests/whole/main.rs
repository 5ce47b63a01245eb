//! The application without a window: settings, secrets, sign-in and the resident.

mod comparison_page;
mod connect;
mod deep_links;
mod forget;
mod office;
mod resident;
mod resident_signals;
mod secrets;
mod settings;
mod sign_in;
