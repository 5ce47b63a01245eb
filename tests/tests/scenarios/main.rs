//! Both simulated services, the engine between them, and what must be true afterwards. One program: each more would be
//! linked with everything once more.

mod budget;
mod bulk;
mod contacts;
mod credit_pause;
mod customers;
mod deletions;
mod drift;
mod faults;
mod first_load;
mod id_map;
mod ignored;
mod invoice_lines;
mod invoice_totals;
mod invoices;
mod items;
mod keys;
mod kill_loop;
mod late_rows;
mod live_org;
mod lost_answers;
mod match_dirty_org;
mod match_review;
mod match_truth;
mod mishaps;
mod office;
mod one_writer;
mod payments;
mod poison;
mod posting;
mod preview;
mod program;
mod purchase_orders;
mod reconcile;
mod refusals;
mod signals;
mod simulation;
mod subscriptions;
mod ten_days;

mod vendors;
mod webhooks;
