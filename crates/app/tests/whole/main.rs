//! The application without a window: settings, secrets, sign-in and the resident.

mod comparison_page;
mod connect;
mod deep_links;
mod forget;
mod resident;
mod secrets;
mod settings;
mod sign_in;
