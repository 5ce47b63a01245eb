//! `demo`: a first sync between a built-in Business Central and a built-in Zoho CRM, on this computer only.

use ::demo::{SECRETS, Systems};
use app::open::{Mode, Outside};
use app::{App, AppError, Profile};
use sync::engine::RunOptions;
use sync::progress::Stop;
use sync::reconcile::ReconcileOptions;
use sync::report::{Outcome, RunReport, Trigger};

use crate::args;
use crate::output::{Output, say};
use crate::progress::Shown;
use crate::signals;

pub async fn run(profile: &Profile, args: &args::Demo, output: Output) -> Result<u8, AppError> {
    let systems = Systems::start(profile, args.fresh).await?;
    let result = visit(profile, &systems, args, output).await;
    systems.stop().await;
    result
}

async fn visit(
    profile: &Profile,
    systems: &Systems,
    args: &args::Demo,
    output: Output,
) -> Result<u8, AppError> {
    eprintln!(
        "A built-in Business Central and Zoho CRM run on this computer; nothing outside it is touched."
    );
    if args.change {
        for change in systems.change()? {
            eprintln!("changed in Business Central: {change}");
        }
    }
    let stop = signals::stop_on_request();
    let (report, agrees) = copy(profile, systems, output, &stop).await?;
    if args.signals && agrees.is_some() && !stop.asked() {
        by_signal(profile, systems).await?;
    }
    if !output.json {
        closing(profile, agrees);
    }
    if args.serve && !stop.asked() {
        serve(profile, systems, &stop).await;
    }
    if output.json {
        // The report is the last line, whatever else was printed.
        output.object(&report);
    }
    let code = report.outcome.exit_code();
    Ok(if code == 0 && agrees == Some(false) { 2 } else { code })
}

/// One run and the comparison of both systems; what they say is printed. The writer's lock is free again afterwards.
async fn copy(
    profile: &Profile,
    systems: &Systems,
    output: Output,
    stop: &Stop,
) -> Result<(RunReport, Option<bool>), AppError> {
    let outside = Outside {
        environment: &::demo::environment,
        transport: None,
        relay: None,
        clock: None,
        random: None,
    };
    let app = App::with_settings(profile.clone(), systems.settings(), Mode::Write, &outside)?;
    let created = ::demo::create_fields(&app).await?;
    if created > 0 {
        eprintln!("set up: {created} fields created in the built-in Zoho");
    }
    let progress = Shown::new();
    let options = RunOptions::of(Trigger::Manual);
    let report = app.engine.run(&options, &progress, stop).await;
    progress.done();
    if !output.json {
        output.report(&report);
    }
    if stop.asked() || report.outcome == Outcome::Failed {
        return Ok((report, None));
    }
    let options = ReconcileOptions { check_only: true, ..ReconcileOptions::default() };
    let found = app.engine.reconcile(&options, &mut |_| {}, &progress, stop).await;
    progress.done();
    let found = found?;
    if output.json {
        output.object(&found);
    } else {
        say!("");
        super::reconcile::print(&found);
    }
    Ok((report, Some(found.agrees)))
}

/// A change that arrives by signal, with the time that it took.
async fn by_signal(profile: &Profile, systems: &Systems) -> Result<(), AppError> {
    eprintln!("\nsignals: a relay starts on this computer, and both systems are asked to tell it of changes");
    let arrival = ::demo::arrival(profile, systems).await?;
    let seconds =
        |time: std::time::Duration| format!("{}.{:02} s", time.as_secs(), time.subsec_millis() / 10);
    eprintln!("subscribed: {} times on both sides together", arrival.subscriptions);
    eprintln!(
        "changed in Business Central: customer {}: phone number is now {}",
        arrival.customer, arrival.phone
    );
    eprintln!(
        "told after {} (the real Business Central waits half a minute), and in Zoho {} later",
        seconds(arrival.told_after),
        seconds(arrival.copied_after)
    );
    Ok(())
}

fn closing(profile: &Profile, agrees: Option<bool>) {
    let folder = profile.folder().display();
    say!("");
    if agrees.is_some() {
        say!("Nothing outside this computer was touched. Look further:");
    }
    say!(
        "  ledgerline demo --change                               change something in Business Central, and sync again"
    );
    say!(
        "  ledgerline demo --signals                              a change that arrives by signal, through a relay"
    );
    say!("  ledgerline demo --fresh                                begin anew");
    say!("  ledgerline --profile \"{folder}\" status");
    say!("  ledgerline --profile \"{folder}\" history customers C10000");
    say!("  ledgerline connect                                     connect your own company");
}

/// Leaves both systems running until somebody asks for the end.
async fn serve(profile: &Profile, systems: &Systems, stop: &Stop) {
    let origin = systems.origin();
    eprintln!("\nBoth systems go on until Ctrl-C:");
    eprintln!("  Business Central  {origin}/bc (sign-in {origin}/login)");
    eprintln!("  Zoho CRM          {origin}/zoho (sign-in {origin}/accounts)");
    eprintln!(
        "Other commands reach them with --profile \"{}\" and these variables:",
        profile.folder().display()
    );
    for (variable, value) in SECRETS {
        eprintln!("  {variable}={value}");
    }
    while !stop.asked() {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}
