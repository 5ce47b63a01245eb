//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Keeps Zoho CRM a true, current copy of Business Central.
#[derive(Debug, Parser)]
#[command(name = "ledgerline", version, about, propagate_version = true)]
pub struct Args {
    /// The profile folder: settings, database, logs. Default: the operating system's place for application data.
    #[arg(long, global = true, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    /// Prints results as JSON, also when nothing could start.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// First sync against a built-in Business Central and Zoho CRM; needs no account and no network.
    #[cfg(feature = "demo")]
    Demo(Demo),
    /// The setup wizard in a terminal: both sign-ins, company, flows; secrets go to the OS keychain.
    Connect,
    /// Checks every connection, permission, edition, field and clock; says what to do about each finding.
    Doctor,
    /// Creates the custom fields in Zoho.
    Setup(Setup),
    /// Finds records that stand in Zoho already, and decides which are ours.
    Match(Match),
    /// What a sync would do: per record, per field, before and after. Writes nothing anywhere.
    Preview(Preview),
    /// Copies what changed: once, or again and again until stopped.
    Sync(Sync),
    /// Connections, last run, next run, per-flow counts, credits.
    Status,
    /// Signals of changes through a relay: how they stand, on, off, repaired.
    Webhooks(Webhooks),
    /// What needs attention.
    Problems(Problems),
    /// Tries failed records again now.
    Replay(Replay),
    /// The audit trail of one record, or of a period.
    History(History),
    /// Runs every sweep, tries due failures again, then compares both systems.
    Reconcile(Reconcile),
    /// Which record in Zoho stands for which of Business Central: out, in, and anew from the keys in Zoho.
    Map(Map),
    /// A support archive with secrets and personal data replaced; says first what is in it.
    Bundle(Bundle),
}

/// `demo`
#[cfg(feature = "demo")]
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Forgets the demo's two systems and begins anew.
    #[arg(long)]
    pub fresh: bool,
    /// Before the sync: edits a customer, renumbers an item and pays half of an invoice in the built-in Business Central.
    #[arg(long)]
    pub change: bool,
    /// After the sync: starts a relay on this computer, edits a customer, and shows how the change arrives by signal.
    #[arg(long)]
    pub signals: bool,
    /// After the sync: leaves both systems running until Ctrl-C, and prints their addresses.
    #[arg(long)]
    pub serve: bool,
}

/// `webhooks`
#[derive(Debug, clap::Args)]
pub struct Webhooks {
    /// What to do; without a word: shows how they stand.
    #[command(subcommand)]
    pub step: Option<WebhooksStep>,
}

/// What `webhooks` can do.
#[derive(Debug, Subcommand)]
pub enum WebhooksStep {
    /// Makes a mailbox at the relay and subscribes on both sides. The relay's enrolment key comes from LEDGERLINE_RELAY_ENROLMENT_KEY or is asked for.
    On {
        /// The relay's address; it is kept in the settings. Default: the one that is there.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Removes all subscriptions of this installation and its mailbox; changes are polled for as before.
    Off,
    /// Compares with what both sides have, and makes, renews and removes subscriptions accordingly.
    Repair,
}

/// `setup`
#[derive(Debug, clap::Args)]
pub struct Setup {
    /// Only prints what would be created.
    #[arg(long)]
    pub dry_run: bool,
    /// Asks nothing. Never chooses to reuse a unique field.
    #[arg(long)]
    pub yes: bool,
}

/// `match`
#[derive(Debug, clap::Args)]
pub struct Match {
    /// Only this flow; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub flow: Vec<String>,
    /// Lists only records whose best candidate is of this class.
    #[arg(long, value_name = "CLASS", value_parser = ["certain", "likely", "unclear"])]
    pub class: Option<String>,
    /// Lists this page, of 20 records a flow.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    pub page: u64,
    /// Lists what was decided instead of what waits.
    #[arg(long)]
    pub decided: bool,
    /// Accepts proposals: `certain` for all that are, or their numbers. The record in Zoho is taken over in the next run.
    #[arg(long, value_name = "certain|ID", num_args = 1.., conflicts_with_all = ["undo", "export", "import", "ask", "decided"])]
    pub accept: Vec<String>,
    /// Says of proposals, by number, that the two records are not the same.
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with_all = ["undo", "export", "import", "ask", "decided"])]
    pub reject: Vec<i64>,
    /// Has the records of proposals, by number, created in Zoho whatever is there.
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with_all = ["undo", "export", "import", "ask", "decided"])]
    pub create: Vec<i64>,
    /// Has everything created about which nothing is decided then.
    #[arg(long, conflicts_with_all = ["undo", "export", "import", "ask", "decided"])]
    pub create_rest: bool,
    /// Takes decisions back that are not written yet: `all`, or the numbers of proposals.
    #[arg(long, value_name = "all|ID", num_args = 1.., conflicts_with_all = ["export", "import", "ask", "decided"])]
    pub undo: Vec<String>,
    /// Writes all proposals into a new CSV file (`-` for standard output), with a column for decisions.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["import", "ask", "decided"])]
    pub export: Option<PathBuf>,
    /// Takes the decisions of such a file in; nothing of it where anything is wrong.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ask", "decided"])]
    pub import: Option<PathBuf>,
    /// Asks about one record after the other, in a terminal.
    #[arg(long, conflicts_with_all = ["decided"])]
    pub ask: bool,
    /// Does not ask before it reads many records of Zoho.
    #[arg(long)]
    pub yes: bool,
}

/// `preview`
#[derive(Debug, clap::Args)]
pub struct Preview {
    /// Only this flow; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub flow: Vec<String>,
    /// Reads everything, as `sync --full` would.
    #[arg(long)]
    pub full: bool,
    /// How many records are printed of each list.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// Plans without bulk jobs, whatever the settings say.
    #[arg(long)]
    pub no_bulk: bool,
    /// Writes every record into this file, one line a field.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

/// `sync`
#[derive(Debug, clap::Args)]
pub struct Sync {
    /// One run instead of polling.
    #[arg(long)]
    pub once: bool,
    /// Only this flow; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub flow: Vec<String>,
    /// Reads everything, whatever was read before.
    #[arg(long)]
    pub full: bool,
    /// Starts no bulk write job, however many records are new: all of them go by the records API.
    #[arg(long)]
    pub no_bulk: bool,
    /// Takes the Zoho org over from the computer that writes to it until now; that one stops within an hour.
    #[arg(long)]
    pub take_over: bool,
}

/// `problems`
#[derive(Debug, clap::Args)]
pub struct Problems {
    /// What about them; without anything, the open ones are listed.
    #[command(subcommand)]
    pub what: Option<ProblemsCommand>,
}

/// `problems …`
#[derive(Debug, Subcommand)]
pub enum ProblemsCommand {
    /// One problem with everything that is known of it.
    Show {
        /// Its number.
        id: i64,
    },
    /// Ignores problems: their records are not tried again until something about them changes.
    Ignore {
        /// Numbers of problems.
        #[arg(value_name = "ID", required = true)]
        ids: Vec<i64>,
    },
    /// Lists what is ignored, with who decided so.
    Ignored,
    /// Takes that back: the problems are open again.
    Unignore {
        /// Numbers of problems.
        #[arg(value_name = "ID", required = true)]
        ids: Vec<i64>,
    },
}

/// `replay`
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// Numbers of problems.
    #[arg(value_name = "ID", required_unless_present_any = ["flow", "all"], conflicts_with_all = ["flow", "all"])]
    pub ids: Vec<i64>,
    /// Every problem of this flow.
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub flow: Option<String>,
    /// Every problem.
    #[arg(long)]
    pub all: bool,
}

/// `history`
#[derive(Debug, clap::Args)]
pub struct History {
    /// The flow of the record.
    #[arg(value_name = "FLOW", requires = "record")]
    pub flow: Option<String>,
    /// The record's number, or its id in Business Central.
    #[arg(value_name = "NUMBER")]
    pub record: Option<String>,
    /// Entries from this moment on (a day, or a time like 2026-01-31T08:00:00Z).
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Entries before this moment.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Prints the whole selection as CSV or JSONL.
    #[arg(long, value_name = "FORMAT", value_parser = ["csv", "jsonl", "CSV", "JSONL"])]
    pub export: Option<String>,
    /// Proves that no entry was changed or taken out.
    #[arg(long)]
    pub verify: bool,
}

/// `reconcile`
#[derive(Debug, clap::Args)]
pub struct Reconcile {
    /// Only compares; reads both sides and writes nothing.
    #[arg(long)]
    pub check: bool,
    /// Says that a mass deletion in Business Central was looked at and is meant.
    #[arg(long, conflicts_with = "check")]
    pub confirm_deletions: bool,
    /// Compares invoices and purchase orders row by row as well; costs one Zoho credit for each.
    #[arg(long)]
    pub lines: bool,
    /// Writes every difference into a table for spreadsheets.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Writes the result as a page for printing.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// `map`
#[derive(Debug, clap::Args)]
pub struct Map {
    /// What to do with it.
    #[command(subcommand)]
    pub what: MapCommand,
}

/// `map …`
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// Writes the map into a table for spreadsheets.
    Export {
        /// Only this flow; may be given several times.
        #[arg(long, value_name = "NAME")]
        flow: Vec<String>,
        /// Where to; `-` is standard output.
        file: PathBuf,
    },
    /// Takes a table in: every line is held against both systems first, and nothing is linked where any is wrong.
    Import {
        /// The table; it needs the columns flow, bc_id and zoho_id.
        file: PathBuf,
        /// Only says what would be linked.
        #[arg(long)]
        dry_run: bool,
        /// Asks nothing.
        #[arg(long)]
        yes: bool,
    },
    /// Forgets all links and makes them anew from the keys in Zoho. Creates nothing.
    Rebuild {
        /// Only this flow; may be given several times.
        #[arg(long, value_name = "NAME")]
        flow: Vec<String>,
        /// Asks nothing.
        #[arg(long)]
        yes: bool,
    },
}

/// `bundle`
#[derive(Debug, clap::Args)]
pub struct Bundle {
    /// Where to, a new file or a folder; without it a new file in the current folder.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Makes the checks of `doctor` as well, and puts in what they find.
    #[arg(long)]
    pub doctor: bool,
    /// Puts in numbers and messages of single records, and sums, too.
    #[arg(long)]
    pub with_records: bool,
    /// Only says what would be in it.
    #[arg(long)]
    pub dry_run: bool,
}
