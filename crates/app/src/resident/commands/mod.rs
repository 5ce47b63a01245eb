//! The window's commands, each answered from what the application knows.

mod activity;
mod agreement;
mod matching;
mod overview;
mod preferences;
mod problems;
mod signals;

use jiff::{Timestamp, ToSpan};
use sync::reconcile::ReconcileOptions;

use super::undertaking::Undertaking;
use super::{Resident, wizard};
use crate::window::activity::{ActivityFilter, ActivityPage, ActivityQuery, History, RecordRef};
use crate::window::agreement::{Agreement, AgreementExport, CompareOptions};
use crate::window::matching::{
    AcceptCertain, Choices, Decided, MatchConfirm, MatchImport, MatchPage, MatchQuery, MatchSummary,
};
use crate::window::overview::Overview;
use crate::window::preview::{PreviewPage, PreviewQuery, PreviewView};
use crate::window::problems::{OpenRecord, ProblemIds, ProblemPage, ProblemQuery, Problems, Retry};
use crate::window::schema::{Commands, Failure, Nothing};
use crate::window::settings::{
    Autostart, BundleEntry, Connection, Diagnosis, Forgotten, OpenPlace, Saved, SettingsView, Snooze,
};
use crate::window::signals::{SignalsAnswers, SignalsView};
use crate::window::state::{AppState, PauseUntil};
use crate::window::wizard::{
    BusinessCentralAnswers, CompanyChoice, Counts, FieldsPlan, Finish, FlowAnswers, KeyChoice, Step, Wizard,
    ZohoAnswers, ZohoCode,
};

pub(super) use activity::recent;
pub(super) use preferences::invoices_from;

/// "Until tomorrow" ends at this hour.
const MORNING: i8 = 8;

impl Resident {
    fn pause_end(&self, until: PauseUntil) -> Timestamp {
        let now = self.0.zoned_now();
        let end = match until {
            PauseUntil::Hour => now.checked_add(1.hour()),
            PauseUntil::Tomorrow => now
                .date()
                .tomorrow()
                .and_then(|day| day.at(MORNING, 0, 0, 0).to_zoned(self.0.outside.zone.clone())),
        };
        end.map_or(Timestamp::MAX, |end| end.timestamp())
    }
}

impl Commands for Resident {
    async fn state(&self, _: Nothing) -> Result<AppState, Failure> {
        Ok(self.0.app_state())
    }

    async fn sync_now(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::Sync { first: false })?;
        Ok(Nothing)
    }

    async fn take_over(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::TakeOver)?;
        Ok(Nothing)
    }

    async fn cancel(&self, _: Nothing) -> Result<Nothing, Failure> {
        if let Some(work) = &self.0.shared().work {
            work.stop.ask();
        }
        self.0.tell_state();
        Ok(Nothing)
    }

    async fn pause(&self, until: PauseUntil) -> Result<AppState, Failure> {
        self.0.pause(Some(self.pause_end(until)))?;
        Ok(self.0.app_state())
    }

    async fn resume(&self, _: Nothing) -> Result<AppState, Failure> {
        self.0.pause(None)?;
        Ok(self.0.app_state())
    }

    async fn snooze(&self, snooze: Snooze) -> Result<AppState, Failure> {
        let app = self.0.app()?;
        let until = self.0.now().saturating_add(i64::from(snooze.hours).hours()).unwrap_or(Timestamp::MAX);
        let memory = {
            let mut shared = self.0.shared();
            shared.memory.snooze((snooze.hours > 0).then_some(until));
            shared.memory.clone()
        };
        memory.keep(&app.store)?;
        self.0.wake.notify_one();
        self.0.tell_state();
        Ok(self.0.app_state())
    }

    async fn overview(&self, _: Nothing) -> Result<Overview, Failure> {
        overview::of(&self.0)
    }

    async fn activity(&self, query: ActivityQuery) -> Result<ActivityPage, Failure> {
        activity::page(&self.0, &query)
    }

    async fn activity_export(&self, filter: ActivityFilter) -> Result<Saved, Failure> {
        activity::export(&self.0, &filter)
    }

    async fn history(&self, record: RecordRef) -> Result<History, Failure> {
        activity::history(&self.0, &record)
    }

    async fn open_record(&self, record: OpenRecord) -> Result<Nothing, Failure> {
        problems::open_record(&self.0, &record)
    }

    async fn problems(&self, _: Nothing) -> Result<Problems, Failure> {
        problems::all(&self.0)
    }

    async fn problem_records(&self, query: ProblemQuery) -> Result<ProblemPage, Failure> {
        problems::page(&self.0, &query)
    }

    async fn retry(&self, what: Retry) -> Result<Nothing, Failure> {
        let what = problems::replay(what)?;
        self.0.app()?;
        self.0.undertake(Undertaking::Retry(what))?;
        Ok(Nothing)
    }

    async fn ignore(&self, problems: ProblemIds) -> Result<Nothing, Failure> {
        problems::ignore(&self.0, &problems.ids, true)
    }

    async fn unignore(&self, problems: ProblemIds) -> Result<Nothing, Failure> {
        problems::ignore(&self.0, &problems.ids, false)
    }

    async fn match_find(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::MatchFind)?;
        Ok(Nothing)
    }

    async fn match_summary(&self, _: Nothing) -> Result<MatchSummary, Failure> {
        matching::summary(&self.0)
    }

    async fn match_page(&self, query: MatchQuery) -> Result<MatchPage, Failure> {
        matching::page(&self.0, &query)
    }

    async fn match_decide(&self, choices: Choices) -> Result<Decided, Failure> {
        matching::decide(&self.0, &choices)
    }

    async fn match_accept_certain(&self, what: AcceptCertain) -> Result<Decided, Failure> {
        matching::accept_certain(&self.0, what)
    }

    async fn match_confirm(&self, what: MatchConfirm) -> Result<MatchSummary, Failure> {
        matching::confirm(&self.0, what)
    }

    async fn match_export(&self, _: Nothing) -> Result<Saved, Failure> {
        matching::export(&self.0)
    }

    async fn match_import(&self, file: MatchImport) -> Result<Decided, Failure> {
        matching::import(&self.0, &file)
    }

    async fn preview_start(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::Preview)?;
        Ok(Nothing)
    }

    async fn preview(&self, _: Nothing) -> Result<Option<PreviewView>, Failure> {
        let previewed = self.0.shared().preview.clone();
        Ok(previewed.map(|previewed| PreviewView::of(&previewed.found)))
    }

    async fn preview_page(&self, query: PreviewQuery) -> Result<PreviewPage, Failure> {
        let previewed = self.0.shared().preview.clone();
        match previewed {
            Some(previewed) => Ok(previewed.page(&query)?),
            None => Ok(PreviewPage { total: 0, records: Vec::new() }),
        }
    }

    async fn compare_start(&self, options: CompareOptions) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::Compare(ReconcileOptions {
            check_only: !options.mend,
            confirm_deletions: options.mend && options.confirm_deletions,
            lines: options.lines,
        }))?;
        Ok(Nothing)
    }

    async fn agreement(&self, _: Nothing) -> Result<Option<Agreement>, Failure> {
        agreement::last(&self.0)
    }

    async fn agreement_export(&self, how: AgreementExport) -> Result<Saved, Failure> {
        agreement::export(&self.0, how)
    }

    async fn settings(&self, _: Nothing) -> Result<SettingsView, Failure> {
        preferences::view(&self.0)
    }

    async fn settings_save(&self, changed: SettingsView) -> Result<SettingsView, Failure> {
        preferences::save(&self.0, &changed)
    }

    async fn diagnose(&self, _: Nothing) -> Result<Diagnosis, Failure> {
        preferences::diagnose(&self.0).await
    }

    async fn forget(&self, connection: Connection) -> Result<Forgotten, Failure> {
        preferences::forget(&self.0, connection).await
    }

    async fn open_place(&self, place: OpenPlace) -> Result<Nothing, Failure> {
        preferences::open_place(&self.0, &place)
    }

    async fn bundle(&self, _: Nothing) -> Result<Vec<BundleEntry>, Failure> {
        Ok(preferences::bundle(&self.0))
    }

    async fn bundle_save(&self, _: Nothing) -> Result<Saved, Failure> {
        preferences::bundle_save(&self.0)
    }

    async fn autostart(&self, _: Nothing) -> Result<Autostart, Failure> {
        Err(of_the_window())
    }

    async fn autostart_set(&self, _: Autostart) -> Result<Autostart, Failure> {
        Err(of_the_window())
    }

    async fn signals(&self, _: Nothing) -> Result<SignalsView, Failure> {
        signals::view(&self.0)
    }

    async fn signals_on(&self, answers: SignalsAnswers) -> Result<Nothing, Failure> {
        signals::on(&self.0, &answers)
    }

    async fn signals_repair(&self, _: Nothing) -> Result<Nothing, Failure> {
        signals::begin(&self.0, Undertaking::SignalsRepair)
    }

    async fn signals_off(&self, _: Nothing) -> Result<Nothing, Failure> {
        signals::begin(&self.0, Undertaking::SignalsOff)
    }

    async fn wizard(&self, _: Nothing) -> Result<Wizard, Failure> {
        Ok(wizard::view(&self.0))
    }

    async fn wizard_go(&self, step: Step) -> Result<Wizard, Failure> {
        wizard::go(&self.0, step)
    }

    async fn wizard_business_central(&self, answers: BusinessCentralAnswers) -> Result<Wizard, Failure> {
        wizard::connect_business_central(&self.0, answers).await
    }

    async fn wizard_company(&self, choice: CompanyChoice) -> Result<Wizard, Failure> {
        wizard::choose_company(&self.0, &choice)
    }

    async fn wizard_zoho_client(&self, answers: ZohoAnswers) -> Result<Wizard, Failure> {
        wizard::note_client(&self.0, &answers)
    }

    async fn wizard_zoho_sign_in(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.undertake(Undertaking::SignIn)?;
        Ok(Nothing)
    }

    async fn wizard_zoho_code(&self, code: ZohoCode) -> Result<Wizard, Failure> {
        wizard::with_code(&self.0, &code).await
    }

    async fn wizard_counts(&self, _: Nothing) -> Result<Counts, Failure> {
        wizard::counts(&self.0).await
    }

    async fn wizard_flows(&self, answers: FlowAnswers) -> Result<Wizard, Failure> {
        wizard::choose_flows(&self.0, answers)
    }

    async fn wizard_fields(&self, _: Nothing) -> Result<FieldsPlan, Failure> {
        wizard::fields_plan(&self.0).await
    }

    async fn wizard_key(&self, choice: KeyChoice) -> Result<FieldsPlan, Failure> {
        wizard::choose_key(&self.0, choice).await
    }

    async fn wizard_fields_create(&self, _: Nothing) -> Result<Nothing, Failure> {
        self.0.app()?;
        self.0.undertake(Undertaking::Fields)?;
        Ok(Nothing)
    }

    async fn wizard_finish(&self, answers: Finish) -> Result<AppState, Failure> {
        wizard::finish(&self.0, answers)?;
        Ok(self.0.app_state())
    }
}

/// The window's process answers these itself: it is the program that would be started.
fn of_the_window() -> Failure {
    Failure {
        code: "not_here".to_owned(),
        message: "starting with the computer is set up by the window's program".to_owned(),
        cure: "Open Ledgerline's window, and set it in Settings.".to_owned(),
        field: None,
    }
}
