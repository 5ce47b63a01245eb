//! `ledgerline-sandbox`: the simulated Business Central and Zoho CRM for manual play.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use clap::Parser;
use jiff::SignedDuration;
use sandbox::seed::load::Load;
use sandbox::{World, credentials, seed, serve};
use transport::{SystemClock, SystemRandom};

/// Simulated records are many small allocations; the services should take little of a computer on which something else is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves a simulated Business Central and Zoho CRM on this computer.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Args {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Begins with a company that holds no records.
    #[arg(long)]
    empty: bool,
    /// Begins with a company of this size instead, such as `customers=50000,items=500,contacts=0,invoices=20000,lines=5`.
    #[arg(long, value_name = "COUNTS", conflicts_with = "empty", value_parser = load)]
    load: Option<Load>,
    /// Begins with 3,000 customers and an org of 2,000 accounts typed by hand; another seed makes another org.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["empty", "load", "journal"])]
    dirty: Option<u64>,
    /// Writes who is who in the dirty org to this file: an account's id and its customer's number a line.
    #[arg(long, value_name = "FILE", requires = "dirty")]
    truth: Option<PathBuf>,
    /// Keeps every change in this file, and begins with what it holds.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["empty", "load"])]
    journal: Option<PathBuf>,
    /// How long after the first change both services tell it, such as `200ms`; left to itself, Business Central takes 30 s and Zoho 1 s.
    #[arg(long, value_name = "TIME", value_parser = SignedDuration::from_str)]
    notification_delay: Option<SignedDuration>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ledgerline-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> std::io::Result<()> {
    let (clock, random) = (Arc::new(SystemClock::default()), Arc::new(SystemRandom::default()));
    let world = match (&args.journal, args.dirty) {
        (Some(path), _) => World::open(path, clock, random)?,
        (None, Some(seed)) => {
            let (world, truth) = World::dirty(clock, random, seed).map_err(std::io::Error::other)?;
            if let Some(path) = &args.truth {
                std::fs::write(path, csv(&truth))?;
            }
            world
        }
        (None, None) if args.empty => {
            let world = World::new(clock, random);
            world.bc(seed::bare);
            world
        }
        (None, None) => match args.load {
            Some(load) => {
                let world = World::new(clock, random);
                world.bc(|bc| load.fill(bc));
                world.zoho(|zoho| {
                    seed::org(zoho);
                    // A million records would be kept twice.
                    zoho.switches.keep_writes_log = false;
                });
                world
            }
            None => World::distributor(clock, random),
        },
    };
    if let Some(delay) = args.notification_delay {
        world.set_notification_delay(delay);
    }
    let server = serve(world, SocketAddr::from(([127, 0, 0, 1], args.port))).await?;
    let origin = server.origin();
    println!("# ledgerline.toml");
    println!(
        "[business_central]\ntenant = \"{}\"\nenvironment = \"{}\"",
        credentials::TENANT,
        credentials::ENVIRONMENT
    );
    println!("company = \"{}\"\nclient_id = \"{}\"", credentials::COMPANY, credentials::BC_CLIENT_ID);
    println!("login_url = \"{origin}/login\"\napi_url = \"{origin}/bc\"\n");
    println!(
        "[zoho]\nclient_id = \"{}\"\naccounts_url = \"{origin}/accounts\"\nupload_url = \"{origin}/upload\"\n",
        credentials::ZOHO_CLIENT_ID
    );
    println!("# environment");
    println!("export LEDGERLINE_BC_CLIENT_SECRET={}", credentials::BC_CLIENT_SECRET);
    println!("export LEDGERLINE_ZOHO_CLIENT_SECRET={}", credentials::ZOHO_CLIENT_SECRET);
    println!("export LEDGERLINE_ZOHO_REFRESH_TOKEN={}", credentials::ZOHO_REFRESH_TOKEN);
    println!("\n# {origin}/admin/… changes either side (see the module `admin`); Ctrl-C ends it");
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(())
}

/// Reads `customers=50000,items=500`.
fn load(text: &str) -> Result<Load, String> {
    let mut load = Load { lines: 5, ..Load::default() };
    for part in text.split(',') {
        let (name, count) = part.split_once('=').ok_or_else(|| format!("\"{part}\" is not NAME=COUNT"))?;
        let count = count.parse().map_err(|_| format!("\"{count}\" is no count"))?;
        match name {
            "customers" => load.customers = count,
            "items" => load.items = count,
            "contacts" => load.contacts = count,
            "invoices" => load.invoices = count,
            "lines" => load.lines = count,
            _ => return Err(format!("\"{name}\" is none of customers, items, contacts, invoices, lines")),
        }
    }
    Ok(load)
}

/// Who is who, a line for each account; no customer's number where it is nobody's.
fn csv(truth: &BTreeMap<String, Option<String>>) -> String {
    let mut text = "account,customer\n".to_owned();
    for (account, customer) in truth {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{account},{}", customer.as_deref().unwrap_or_default());
    }
    text
}
