// Made from crates/app/src/window/schema.rs by `LEDGERLINE_RENEW=1 cargo test -p app typescript`. Not to be edited by hand.

export interface Commands {
  state: { params: null; result: AppState };
  sync_now: { params: null; result: null };
  take_over: { params: null; result: null };
  cancel: { params: null; result: null };
  pause: { params: PauseUntil; result: AppState };
  resume: { params: null; result: AppState };
  snooze: { params: Snooze; result: AppState };
  overview: { params: null; result: Overview };
  activity: { params: ActivityQuery; result: ActivityPage };
  activity_export: { params: ActivityFilter; result: Saved };
  history: { params: RecordRef; result: History };
  open_record: { params: OpenRecord; result: null };
  problems: { params: null; result: Problems };
  problem_records: { params: ProblemQuery; result: ProblemPage };
  retry: { params: Retry; result: null };
  ignore: { params: ProblemIds; result: null };
  unignore: { params: ProblemIds; result: null };
  match_find: { params: null; result: null };
  match_summary: { params: null; result: MatchSummary };
  match_page: { params: MatchQuery; result: MatchPage };
  match_decide: { params: Choices; result: Decided };
  match_accept_certain: { params: AcceptCertain; result: Decided };
  match_confirm: { params: MatchConfirm; result: MatchSummary };
  match_export: { params: null; result: Saved };
  match_import: { params: MatchImport; result: Decided };
  preview_start: { params: null; result: null };
  preview: { params: null; result: PreviewView | null };
  preview_page: { params: PreviewQuery; result: PreviewPage };
  compare_start: { params: CompareOptions; result: null };
  agreement: { params: null; result: Agreement | null };
  agreement_export: { params: AgreementExport; result: Saved };
  settings: { params: null; result: SettingsView };
  settings_save: { params: SettingsView; result: SettingsView };
  diagnose: { params: null; result: Diagnosis };
  forget: { params: Connection; result: Forgotten };
  open_place: { params: OpenPlace; result: null };
  bundle: { params: null; result: Array<BundleEntry> };
  bundle_save: { params: null; result: Saved };
  autostart: { params: null; result: Autostart };
  autostart_set: { params: Autostart; result: Autostart };
  signals: { params: null; result: SignalsView };
  signals_on: { params: SignalsAnswers; result: null };
  signals_repair: { params: null; result: null };
  signals_off: { params: null; result: null };
  wizard: { params: null; result: Wizard };
  wizard_go: { params: Step; result: Wizard };
  wizard_business_central: { params: BusinessCentralAnswers; result: Wizard };
  wizard_company: { params: CompanyChoice; result: Wizard };
  wizard_zoho_client: { params: ZohoAnswers; result: Wizard };
  wizard_zoho_sign_in: { params: null; result: null };
  wizard_zoho_code: { params: ZohoCode; result: Wizard };
  wizard_counts: { params: null; result: Counts };
  wizard_flows: { params: FlowAnswers; result: Wizard };
  wizard_fields: { params: null; result: FieldsPlan };
  wizard_key: { params: KeyChoice; result: FieldsPlan };
  wizard_fields_create: { params: null; result: null };
  wizard_finish: { params: Finish; result: AppState };
}

/**
 * Which flow's certain pairs are accepted.
 */
export type AcceptCertain = { 
/**
 * Only this one.
 */
flow: FlowName | null, };

/**
 * What is looked for.
 */
export type ActivityFilter = { 
/**
 * A record's number, or words of what happened; blank for all.
 */
text: string, 
/**
 * Only this flow.
 */
flow: FlowName | null, 
/**
 * Only these kinds (`observed`, `written`, `adopted`, `failed`, `held`, `skipped`, `decision`, `verified`, `deleted`, `run`, `setup`); none for all.
 */
kinds: Array<string>, 
/**
 * From this day on, local time; `2026-11-01`.
 */
from: string | null, 
/**
 * Up to this day and with it.
 */
until: string | null, };

/**
 * Entries, newest first.
 */
export type ActivityPage = { 
/**
 * How many entries there are in all.
 */
total: number, 
/**
 * Those that were asked for.
 */
entries: Array<Entry>, };

/**
 * A part of the trail.
 */
export type ActivityQuery = { 
/**
 * What is looked for.
 */
filter: ActivityFilter, 
/**
 * Entries before it, from the newest.
 */
offset: number, 
/**
 * At most so many; up to 500.
 */
limit: number, };

/**
 * A comparison.
 */
export type Agreement = { 
/**
 * When it began; RFC 3339.
 */
at: string, 
/**
 * Absent where they could not be compared.
 */
agrees: boolean | null, 
/**
 * The result in one sentence.
 */
sentence: string, 
/**
 * By flow.
 */
flows: Array<FlowCompared>, 
/**
 * How often each kind of difference was found.
 */
kinds: Array<KindFound>, 
/**
 * The first thousand differences. They are kept while the program runs; an older comparison has only numbers.
 */
differences: Array<Difference>, 
/**
 * Whether the differences of this comparison are at hand.
 */
detailed: boolean, 
/**
 * Whether there are more than are listed.
 */
truncated: boolean, 
/**
 * Records that changed while they were compared.
 */
in_motion: number, 
/**
 * Whether invoices were compared row by row.
 */
lines_compared: boolean, 
/**
 * Zoho API credits that it cost.
 */
credits: number, };

/**
 * How it is written to a file.
 */
export type AgreementExport = { "format": "csv" } | { "format": "html" };

/**
 * The state in short, for header and tray.
 */
export type AppState = { 
/**
 * What the window shows.
 */
stage: Stage, 
/**
 * One of six.
 */
light: LightName, 
/**
 * The state in one sentence: "Up to date, 14:02".
 */
sentence: string, 
/**
 * What to do, where something is to be done.
 */
cure: string | null, 
/**
 * What works now.
 */
work: Work | null, 
/**
 * Until when runs by schedule are paused; RFC 3339.
 */
paused_until: string | null, 
/**
 * Until when notifications are held back; RFC 3339.
 */
snoozed_until: string | null, 
/**
 * When the next run by schedule comes; RFC 3339.
 */
next_run_at: string | null, 
/**
 * Records that need attention.
 */
problems: number, 
/**
 * Records that wait for a decision in match review.
 */
undecided: number, 
/**
 * Whether the demo's built-in systems are connected instead of real ones.
 */
demo: boolean, };

/**
 * Whether the program starts with the computer.
 */
export type Autostart = { 
/**
 * Yes or no.
 */
on: boolean, };

/**
 * What stands in the way of a flow.
 */
export type Blocked = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Stable.
 */
code: string, 
/**
 * What.
 */
message: string, 
/**
 * What to do.
 */
cure: string, 
/**
 * Existing unique fields that could serve as key.
 */
reusable: Array<string>, };

/**
 * A file in the support archive, as it will be saved.
 */
export type BundleEntry = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its size in bytes.
 */
size: number, 
/**
 * Its text, cut after 20,000 characters.
 */
text: string, };

/**
 * What connects to Business Central.
 */
export type BusinessCentralAnswers = { 
/**
 * Tenant id or domain.
 */
tenant: string, 
/**
 * Environment.
 */
environment: string, 
/**
 * The Entra app's id.
 */
client_id: string, 
/**
 * The secret; blank to keep the stored one.
 */
client_secret: string, 
/**
 * The day on which the secret ends; blank where it is not known.
 */
secret_expires: string, 
/**
 * Sign-in address; blank for the usual one.
 */
login_url: string, 
/**
 * API address; blank for the usual one.
 */
api_url: string, };

/**
 * What was answered about Business Central.
 */
export type BusinessCentralStep = { 
/**
 * Tenant id or domain.
 */
tenant: string, 
/**
 * Environment.
 */
environment: string, 
/**
 * The Entra app's id.
 */
client_id: string, 
/**
 * The day on which the secret ends; `2027-05-01` or blank.
 */
secret_expires: string, 
/**
 * Sign-in address; other than the usual one only in national clouds.
 */
login_url: string, 
/**
 * API address; likewise.
 */
api_url: string, 
/**
 * Whether the secret is stored: it need not be typed again.
 */
secret_stored: boolean, 
/**
 * The companies that the app may see, once the connection was tried.
 */
companies: Array<CompanyFound>, 
/**
 * The company that was chosen.
 */
company: CompanyFound | null, };

/**
 * Business Central's connection.
 */
export type BusinessCentralView = { 
/**
 * Tenant id or domain.
 */
tenant: string, 
/**
 * Environment.
 */
environment: string, 
/**
 * Company.
 */
company: string, 
/**
 * The Entra app's id.
 */
client_id: string, 
/**
 * Whether its secret is stored.
 */
secret_stored: boolean, 
/**
 * Whether the secret comes from an environment variable and cannot be changed here.
 */
secret_from_environment: boolean, 
/**
 * The day on which the secret ends, as the user noted it; `2027-05-01` or blank.
 */
secret_expires: string, };

/**
 * A record in Zoho that may be the one.
 */
export type Candidate = { 
/**
 * The pair's number, for deciding.
 */
proposal: number, 
/**
 * The record in Zoho.
 */
zoho_id: string, 
/**
 * How sure.
 */
class: MatchClass, 
/**
 * How alike, of a thousand.
 */
score: number, 
/**
 * What speaks for and against it.
 */
reasons: Array<string>, 
/**
 * Whether this pair is proposed.
 */
proposed: boolean, 
/**
 * Its values, where they are known.
 */
zoho: Side | null, 
/**
 * `accept` or `reject`, where that was decided.
 */
decision: string | null, 
/**
 * By whom.
 */
decided_by: string | null, };

/**
 * One field, before and after, as text.
 */
export type Change = { 
/**
 * The field.
 */
field: string, 
/**
 * Absent where it is not known, or the record is new.
 */
before: string | null, 
/**
 * Absent where it was emptied.
 */
after: string | null, };

/**
 * One choice.
 */
export type Choice = { 
/**
 * The pair.
 */
proposal: number, 
/**
 * What.
 */
verdict: MatchVerdict, };

/**
 * Choices about pairs; all of them or none.
 */
export type Choices = { 
/**
 * The choices.
 */
choices: Array<Choice>, };

/**
 * The company to copy.
 */
export type CompanyChoice = { 
/**
 * Its id.
 */
id: string, };

/**
 * A company.
 */
export type CompanyFound = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * What it is called on the screen.
 */
label: string, };

/**
 * How they are compared.
 */
export type CompareOptions = { 
/**
 * Reads everything anew and copies what is missing before, instead of only comparing.
 */
mend: boolean, 
/**
 * Compares invoices row by row as well.
 */
lines: boolean, 
/**
 * A person has looked at a mass deletion and means it.
 */
confirm_deletions: boolean, };

/**
 * The last comparison in short.
 */
export type ComparedInShort = { 
/**
 * When; RFC 3339.
 */
at: string, 
/**
 * Absent when they could not be compared.
 */
agrees: boolean | null, 
/**
 * In one sentence.
 */
sentence: string, };

/**
 * Which connection.
 */
export type Connection = { "connection": "business_central" } | { "connection": "zoho" };

/**
 * How many records there are, read live.
 */
export type Counts = { 
/**
 * By flow.
 */
flows: Array<FlowCount>, 
/**
 * Users of Zoho who may own records.
 */
owners: Array<Owner>, 
/**
 * The date that a blank `invoices_from` stands for.
 */
usual_invoices_from: string, };

/**
 * API credits of Zoho.
 */
export type Credits = { 
/**
 * What Ledgerline spent in the last 24 hours.
 */
spent_24h: number, 
/**
 * What the whole org has in 24 hours.
 */
daily: number | null, 
/**
 * What Ledgerline may spend of it.
 */
budget: number | null, 
/**
 * What the whole org had left, where Zoho said so.
 */
org_remaining: number | null, 
/**
 * When Zoho said that; RFC 3339.
 */
org_remaining_at: string | null, 
/**
 * Until when everything waits for credits; RFC 3339.
 */
waits_until: string | null, 
/**
 * Records that are still to be written.
 */
to_write: number, 
/**
 * The credits that this needs.
 */
needed: number, 
/**
 * When it will be done at this budget, where that is known; RFC 3339.
 */
done_at: string | null, 
/**
 * Spent by hour over the last 24 hours, oldest first; hours without any are there with 0.
 */
by_hour: Array<SpentInHour>, };

/**
 * A data centre.
 */
export type DataCentreFound = { 
/**
 * Short name.
 */
name: string, 
/**
 * Its accounts server.
 */
accounts_url: string, };

/**
 * How much was decided.
 */
export type Decided = { 
/**
 * Pairs that are the same.
 */
accepted: number, 
/**
 * Pairs that are not.
 */
rejected: number, 
/**
 * Records that are created.
 */
created: number, 
/**
 * Decisions taken back.
 */
undone: number, };

/**
 * Every check of connections, permissions, edition, fields and clock.
 */
export type Diagnosis = { 
/**
 * In the order in which they were made.
 */
findings: Array<Finding>, 
/**
 * Whether a service could not be checked at all.
 */
incomplete: boolean, };

/**
 * One difference.
 */
export type Difference = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * The kind.
 */
kind: string, 
/**
 * The record's number.
 */
number: string, 
/**
 * Its identity in Business Central, where it is there.
 */
bc_id: string | null, 
/**
 * The record in Zoho, where it is there.
 */
zoho_id: string | null, 
/**
 * The field.
 */
field: string | null, 
/**
 * Business Central's value.
 */
business_central: string | null, 
/**
 * Zoho's value.
 */
zoho: string | null, 
/**
 * Why, where that is known.
 */
reason: string | null, };

/**
 * One entry.
 */
export type Entry = { 
/**
 * Its place in the trail.
 */
seq: number, 
/**
 * When; RFC 3339.
 */
at: string, 
/**
 * What kind.
 */
kind: string, 
/**
 * The flow.
 */
flow: FlowName | null, 
/**
 * The record's identity in Business Central.
 */
bc_id: string | null, 
/**
 * The record's number then.
 */
number: string | null, 
/**
 * What happened, in words.
 */
summary: string, 
/**
 * The record in Zoho.
 */
zoho_id: string | null, 
/**
 * Whether there are values to look at in the record's history.
 */
has_values: boolean, };

/**
 * What the window is told without asking.
 */
export type Event = { "kind": "state", 
/**
 * The new state.
 */
state: AppState, } | { "kind": "work_ended", 
/**
 * Which.
 */
work: WorkKind, 
/**
 * Why it did nothing, if so.
 */
failure: Failure | null, } | { "kind": "changed" } | { "kind": "show", 
/**
 * Where to.
 */
route: string | null, };

/**
 * Why a command did nothing, in the words that the window shows.
 */
export type Failure = { 
/**
 * Stable; the window may match on it.
 */
code: string, 
/**
 * What happened, to what.
 */
message: string, 
/**
 * What to do.
 */
cure: string, 
/**
 * The input that is wrong, where it is one: the name of a member of what the command takes.
 */
field: string | null, };

/**
 * What would be created in Zoho, and what stands in the way.
 */
export type FieldsPlan = { 
/**
 * Fields to create.
 */
create: Array<PlannedField>, 
/**
 * Optional fields for which the edition has no room.
 */
no_room: Array<PlannedField>, 
/**
 * What a person has to do or decide first.
 */
blocked: Array<Blocked>, 
/**
 * Fields that Zoho refused to create the last time: an administrator can create them by hand.
 */
refused: Array<RefusedField>, 
/**
 * Whether every flow that is switched on can run.
 */
ready: boolean, };

/**
 * One check.
 */
export type Finding = { 
/**
 * `ok`, `warning` or `problem`.
 */
verdict: string, 
/**
 * Stable.
 */
code: string, 
/**
 * What was checked.
 */
subject: string, 
/**
 * What was found.
 */
message: string, 
/**
 * What to do; blank where nothing is to be done.
 */
cure: string, };

/**
 * The last step's answers.
 */
export type Finish = { 
/**
 * Whether notifications are shown.
 */
notifications: boolean, 
/**
 * Between two runs, in seconds.
 */
poll_interval: number, };

/**
 * One flow.
 */
export type FlowAgreement = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * Whether it is switched on.
 */
enabled: boolean, 
/**
 * Records known from Business Central.
 */
business_central: number, 
/**
 * Records known in Zoho.
 */
zoho: number, 
/**
 * Records known from Business Central that are left out: by rule, such as drafts, or by a decision.
 */
left_out: number, 
/**
 * Whether the last comparison found them to agree; absent where it was not compared.
 */
agrees: boolean | null, 
/**
 * Differences that the last comparison found.
 */
differences: number, 
/**
 * When that was; RFC 3339.
 */
compared_at: string | null, 
/**
 * Records that need attention.
 */
problems: number, 
/**
 * Problems that somebody decided to leave alone.
 */
ignored: number, 
/**
 * Records that were copied with something cut or left out.
 */
warnings: number, 
/**
 * Why the whole flow stands still.
 */
stands_still: string | null, };

/**
 * What is copied.
 */
export type FlowAnswers = { 
/**
 * Flows that are switched on.
 */
flows: Array<FlowName>, 
/**
 * `2025-01-01`, `all`, or blank for the start of last year.
 */
invoices_from: string, 
/**
 * Copies invoices in other currencies with a mark where the org has one currency.
 */
copy_foreign_currency: boolean, 
/**
 * The owner of new records; a Zoho user id, or blank.
 */
default_owner: string, };

/**
 * One flow.
 */
export type FlowCompared = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * Records in Business Central.
 */
business_central: number, 
/**
 * Records in Zoho.
 */
zoho: number, 
/**
 * Missing in Zoho.
 */
missing: number, 
/**
 * In Zoho without a source.
 */
extra: number, 
/**
 * In Zoho more than once.
 */
duplicates: number, 
/**
 * With another value.
 */
differing: number, 
/**
 * Sums of both sides, by currency.
 */
sums: Array<Sum>, };

/**
 * One flow's records in Business Central.
 */
export type FlowCount = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * How many; absent where they may not be read.
 */
records: number | null, 
/**
 * Why it cannot be switched on.
 */
not_allowed: string | null, 
/**
 * Why they could not be counted.
 */
failure: string | null, };

/**
 * A flow, as the window names it.
 */
export type FlowName = "customers" | "items" | "contacts" | "invoices" | "vendors" | "purchase_orders";

/**
 * One flow's settings.
 */
export type FlowSettings = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * Whether it is switched on.
 */
enabled: boolean, 
/**
 * `flag`, `leave` or `delete`.
 */
on_delete: string, 
/**
 * `restore`, `leave` or `ask`.
 */
on_drift: string, 
/**
 * `ask`, `recreate` or `leave`.
 */
on_zoho_delete: string, 
/**
 * Whether Zoho's workflows run on our writes.
 */
workflows: boolean, };

/**
 * A connection was forgotten.
 */
export type Forgotten = { 
/**
 * What was done, in words; also that Zoho could not be reached to revoke the token.
 */
words: string, 
/**
 * Whether the token was revoked at Zoho, where there was one.
 */
revoked: boolean | null, };

/**
 * What a group is about.
 */
export type GroupKind = "failed" | "waiting" | "flow" | "comparison" | "run";

/**
 * Everything that is known about one record.
 */
export type History = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Its identity in Business Central.
 */
bc_id: string, 
/**
 * Its number now.
 */
number: string, 
/**
 * Its name, where it has one.
 */
name: string | null, 
/**
 * The record in Zoho, if there is one.
 */
zoho_id: string | null, 
/**
 * Whether it can be opened in Business Central.
 */
opens_in_business_central: boolean, 
/**
 * Whether it can be opened in Zoho.
 */
opens_in_zoho: boolean, 
/**
 * The open problem, if there is one.
 */
problem: ProblemRecord | null, 
/**
 * What happened, newest first; at most 500.
 */
entries: Array<HistoryEntry>, 
/**
 * Whether there is more.
 */
truncated: boolean, };

/**
 * One entry of a record's history.
 */
export type HistoryEntry = { 
/**
 * The entry.
 */
entry: Entry, 
/**
 * What changed, field by field.
 */
changes: Array<Change>, };

/**
 * An existing unique field that serves as a flow's key.
 */
export type KeyChoice = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * The field.
 */
field: string, };

/**
 * A kind of difference.
 */
export type KindFound = { 
/**
 * Stable.
 */
kind: string, 
/**
 * In words.
 */
title: string, 
/**
 * How often.
 */
count: number, 
/**
 * What to do.
 */
cure: string, };

/**
 * The six states of the tray, told apart by shape as well as by colour.
 */
export type LightName = "up_to_date" | "syncing" | "paused" | "offline" | "attention" | "error";

/**
 * How sure a pair is.
 */
export type MatchClass = "certain" | "likely" | "unclear" | "none";

/**
 * The flow whose review ends.
 */
export type MatchConfirm = { 
/**
 * Only this one; all that are switched on otherwise.
 */
flow: FlowName | null, };

/**
 * How it stands for one flow.
 */
export type MatchFlow = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * `not_looked` (look first), `nothing_to_match`, `written_before`, `closed` (records wait for decisions) or `reviewed`.
 */
gate: string, 
/**
 * Who opened it.
 */
who: string | null, 
/**
 * When; RFC 3339.
 */
at: string | null, 
/**
 * Records in Zoho without our key.
 */
keyless: number, 
/**
 * Records that are certainly in Zoho, undecided.
 */
certain: number, 
/**
 * Likely, undecided.
 */
likely: number, 
/**
 * Unclear, undecided.
 */
unclear: number, 
/**
 * Records about which something was decided.
 */
decided: number, };

/**
 * A CSV file with decisions.
 */
export type MatchImport = { 
/**
 * Its text.
 */
text: string, };

/**
 * Records, the surest first.
 */
export type MatchPage = { 
/**
 * How many there are in all.
 */
total: number, 
/**
 * Those that were asked for.
 */
records: Array<MatchRecord>, };

/**
 * A part of the list.
 */
export type MatchQuery = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Only records whose best pair is of this class.
 */
class: MatchClass | null, 
/**
 * Those about which something was decided, instead of those that wait.
 */
decided: boolean, 
/**
 * Records before it.
 */
offset: number, 
/**
 * At most so many; up to 200.
 */
limit: number, };

/**
 * One record of Business Central and what it may be in Zoho.
 */
export type MatchRecord = { 
/**
 * Its identity in Business Central.
 */
bc_id: string, 
/**
 * Its number there.
 */
number: string, 
/**
 * How sure the best pair is.
 */
class: MatchClass, 
/**
 * Its values.
 */
business_central: Side, 
/**
 * What it may be, the proposed pair first.
 */
candidates: Array<Candidate>, 
/**
 * Who decided that it is to be created.
 */
create_by: string | null, 
/**
 * Whether it is written: nothing can be decided any more.
 */
written: boolean, };

/**
 * How match review stands.
 */
export type MatchSummary = { 
/**
 * By flow, those that are switched on.
 */
flows: Array<MatchFlow>, };

/**
 * What a person says about a pair.
 */
export type MatchVerdict = "accept" | "reject" | "create" | "undo";

/**
 * What moved in one hour of one flow.
 */
export type Moved = { 
/**
 * The hour's beginning; RFC 3339.
 */
hour: string, 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Records created in Zoho.
 */
created: number, 
/**
 * Records changed.
 */
updated: number, 
/**
 * Records deleted.
 */
deleted: number, 
/**
 * Attempts that failed.
 */
failed: number, };

/**
 * When and of what the user is told.
 */
export type NotificationSettings = { 
/**
 * Whether at all.
 */
enabled: boolean, 
/**
 * Quiet from, local time, `18:00`; blank for never.
 */
quiet_from: string, 
/**
 * Quiet until, `07:30`.
 */
quiet_until: string, 
/**
 * Tell when nothing was synced for so many hours.
 */
hours_without_sync: number, 
/**
 * Tell when what was told has come right.
 */
tell_recovered: boolean, };

/**
 * Something to show outside the window.
 */
export type OpenPlace = { "place": "data" } | { "place": "logs" } | { "place": "guide" } | { "place": "business_central" } | { "place": "zoho" } | { "place": "downloads" } | { "place": "entra_portal" } | { "place": "zoho_console" };

/**
 * A record in one of both systems.
 */
export type OpenRecord = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Its identity in Business Central.
 */
bc_id: string, 
/**
 * Where.
 */
system: System, };

/**
 * A Zoho org.
 */
export type OrgFound = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its id.
 */
zgid: string, 
/**
 * Its edition.
 */
edition: string, 
/**
 * Credits that it has a day.
 */
daily_credits: number, 
/**
 * Its users.
 */
users: number, 
/**
 * Flows that its edition allows.
 */
flows_allowed: Array<FlowName>, };

/**
 * Another computer that writes to the Zoho org.
 */
export type OtherWriter = { 
/**
 * Its name.
 */
computer: string, 
/**
 * When it was last seen to write; RFC 3339.
 */
seen_at: string, 
/**
 * Whether this computer may take over: not where the other one copies another company.
 */
may_take_over: boolean, };

/**
 * Everything that the first screen shows.
 */
export type Overview = { 
/**
 * The state in short.
 */
state: AppState, 
/**
 * The company, once a run has tied the profile to one.
 */
company: string | null, 
/**
 * The Zoho org.
 */
zoho_org: string | null, 
/**
 * By flow.
 */
flows: Array<FlowAgreement>, 
/**
 * The last comparison in one sentence.
 */
compared: ComparedInShort | null, 
/**
 * What moved in the last 24 hours, an entry an hour and flow with something in it.
 */
moved: Array<Moved>, 
/**
 * API credits of Zoho.
 */
credits: Credits, 
/**
 * The last run.
 */
last_run: RunInShort | null, 
/**
 * The last run that reached both systems; RFC 3339.
 */
last_success_at: string | null, 
/**
 * Who writes to the Zoho org in place of this computer, if somebody does.
 */
other_writer: OtherWriter | null, 
/**
 * Signals of changes through a relay; absent where both systems are only asked regularly.
 */
signals: Signals | null, };

/**
 * A user of Zoho.
 */
export type Owner = { 
/**
 * The user's id.
 */
id: string, 
/**
 * The user's name.
 */
name: string, };

/**
 * Until when runs by schedule pause.
 */
export type PauseUntil = { "until": "hour" } | { "until": "tomorrow" };

/**
 * A field.
 */
export type PlannedField = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Zoho's name of the module.
 */
module: string, 
/**
 * Its label.
 */
label: string, 
/**
 * Its kind, in the words of Zoho's own page for fields.
 */
definition: string, 
/**
 * Whether the flow cannot run without it.
 */
required: boolean, };

/**
 * What would become of a flow's records.
 */
export type PlannedFlow = { 
/**
 * Which.
 */
flow: FlowName, 
/**
 * Records that the run would consider; the sum of the others, but for `warnings`.
 */
read: number, 
/**
 * Made in Zoho.
 */
create: number, 
/**
 * Changed in Zoho.
 */
update: number, 
/**
 * Found in Zoho, and changed where they differ.
 */
adopt: number, 
/**
 * Marked as deleted.
 */
flag: number, 
/**
 * Deleted in Zoho.
 */
delete: number, 
/**
 * Right already.
 */
unchanged: number, 
/**
 * Left alone by rule or policy.
 */
skip: number, 
/**
 * Waiting.
 */
hold: number, 
/**
 * Not writable as they are.
 */
fail: number, 
/**
 * Written with something cut or left out.
 */
warnings: number, 
/**
 * Whether its new records would go by bulk jobs.
 */
bulk: boolean, };

/**
 * What would become of one record.
 */
export type PlannedRecord = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * The record's number.
 */
number: string, 
/**
 * Its identity in Business Central.
 */
bc_id: string, 
/**
 * The record in Zoho, where it is there already.
 */
zoho_id: string | null, 
/**
 * What would be done.
 */
action: string, 
/**
 * Every field that would be written.
 */
changes: Array<Change>, 
/**
 * What would be cut or left out.
 */
warnings: Array<string>, 
/**
 * Why it is left alone, waits or would fail.
 */
reason: string | null, 
/**
 * What to do about it.
 */
cure: string | null, };

/**
 * Records.
 */
export type PreviewPage = { 
/**
 * How many there are in all.
 */
total: number, 
/**
 * Those that were asked for.
 */
records: Array<PlannedRecord>, };

/**
 * A part of the records.
 */
export type PreviewQuery = { 
/**
 * Only this flow.
 */
flow: FlowName | null, 
/**
 * Only these actions (`create`, `update`, `adopt`, `flag`, `delete`, `skip`, `hold`, `fail`); none for all.
 */
actions: Array<string>, 
/**
 * Only records whose number holds this text.
 */
text: string, 
/**
 * Records before it.
 */
offset: number, 
/**
 * At most so many; up to 500.
 */
limit: number, };

/**
 * What a run would do, in numbers.
 */
export type PreviewView = { 
/**
 * When it was found out; RFC 3339.
 */
at: string, 
/**
 * By flow.
 */
flows: Array<PlannedFlow>, 
/**
 * Credits that the run would spend.
 */
credits: number, 
/**
 * Credits that the preview spent.
 */
credits_spent: number, 
/**
 * How long the run would take, in words.
 */
time: string, 
/**
 * When a run that is started now would be done, with pauses for credits; absent where the credit budget never lets it end. RFC 3339.
 */
done_at: string | null, 
/**
 * What else would happen or should be known.
 */
notes: Array<string>, 
/**
 * Why whole flows stand still.
 */
flow_problems: Array<Failure>, 
/**
 * Why it could not be found out to the end.
 */
failure: Failure | null, };

/**
 * Problems with one cause.
 */
export type ProblemGroup = { 
/**
 * Names the group, for routes and for [`ProblemQuery`].
 */
cause: string, 
/**
 * What it is about.
 */
kind: GroupKind, 
/**
 * The flow.
 */
flow: FlowName | null, 
/**
 * In one line: "12 invoices wait for an item that is not in Zoho yet".
 */
title: string, 
/**
 * What happened and why, in words.
 */
message: string, 
/**
 * What to do.
 */
cure: string, 
/**
 * `data`, `reference`, `permission`, `limit`, `outage`, `conflict` or `bug`; blank for whole flows.
 */
class: string, 
/**
 * Stable; for the support.
 */
code: string, 
/**
 * How many records.
 */
count: number, 
/**
 * Since when; RFC 3339.
 */
since: string, 
/**
 * When the first of them is tried again by itself; RFC 3339.
 */
next_try: string | null, 
/**
 * Whether Retry makes sense.
 */
can_retry: boolean, 
/**
 * Whether its records can be left alone.
 */
can_ignore: boolean, };

/**
 * Problems by number.
 */
export type ProblemIds = { 
/**
 * Their numbers.
 */
ids: Array<number>, };

/**
 * Records of a group.
 */
export type ProblemPage = { 
/**
 * How many there are in all.
 */
total: number, 
/**
 * Those that were asked for.
 */
records: Array<ProblemRecord>, };

/**
 * A part of a group's records.
 */
export type ProblemQuery = { 
/**
 * The group.
 */
cause: string, 
/**
 * Whether those that were left alone are meant.
 */
ignored: boolean, 
/**
 * Records before it.
 */
offset: number, 
/**
 * At most so many; up to 500.
 */
limit: number, };

/**
 * One record with a problem.
 */
export type ProblemRecord = { 
/**
 * The problem's number.
 */
id: number, 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * The record's number.
 */
number: string, 
/**
 * Its identity in Business Central.
 */
bc_id: string, 
/**
 * What happened to this record.
 */
message: string, 
/**
 * What to do.
 */
cure: string, 
/**
 * Stable.
 */
code: string, 
/**
 * Whether it waits and is itself all right.
 */
held: boolean, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * Since when; RFC 3339.
 */
since: string, 
/**
 * When it is tried again by itself; RFC 3339.
 */
next_try: string | null, 
/**
 * Who decided to leave it alone.
 */
ignored_by: string | null, 
/**
 * Whether it can be opened in Business Central.
 */
opens_in_business_central: boolean, 
/**
 * Whether there is a record in Zoho that can be opened.
 */
opens_in_zoho: boolean, };

/**
 * Everything that needs attention.
 */
export type Problems = { 
/**
 * By cause, the gravest and biggest first.
 */
groups: Array<ProblemGroup>, 
/**
 * Problems that somebody decided to leave alone, by cause.
 */
ignored: Array<ProblemGroup>, };

/**
 * One record.
 */
export type RecordRef = { 
/**
 * The flow.
 */
flow: FlowName, 
/**
 * Its identity in Business Central.
 */
bc_id: string, };

/**
 * A field that Zoho refused.
 */
export type RefusedField = { 
/**
 * The field.
 */
field: PlannedField, 
/**
 * What Zoho said.
 */
message: string, 
/**
 * What to do.
 */
cure: string, };

/**
 * What is tried again.
 */
export type Retry = { "what": "problems", 
/**
 * Their numbers.
 */
ids: Array<number>, } | { "what": "cause", 
/**
 * The group.
 */
cause: string, } | { "what": "all" };

/**
 * A run in short.
 */
export type RunInShort = { 
/**
 * When it started; RFC 3339.
 */
started_at: string, 
/**
 * When it ended; RFC 3339.
 */
finished_at: string | null, 
/**
 * `manual`, `schedule`, `signal` or `replay`.
 */
trigger: string, 
/**
 * `clean`, `attention` or `failed`; absent while it goes on or was interrupted.
 */
outcome: string | null, };

/**
 * A file that was written.
 */
export type Saved = { 
/**
 * Where.
 */
path: string, };

/**
 * All settings. What cannot be changed here is marked; no secret is among them.
 */
export type SettingsView = { 
/**
 * Business Central; changed by the wizard.
 */
business_central: BusinessCentralView, 
/**
 * Zoho; changed by the wizard.
 */
zoho: ZohoView, 
/**
 * Flows and their policies; all four, in order.
 */
flows: Array<FlowSettings>, 
/**
 * Between two runs, in seconds; 10 at least.
 */
poll_interval: number, 
/**
 * Between two looks for edits in Zoho, in seconds.
 */
drift_interval: number, 
/**
 * Between two comparisons of stock, in seconds.
 */
inventory_interval: number, 
/**
 * Between two comparisons of both systems, in seconds; absent for never.
 */
reconcile_interval: number | null, 
/**
 * `2025-01-01`, `all`, or blank for the start of last year.
 */
invoices_from: string, 
/**
 * Copies invoices in other currencies with a mark where the org has one currency.
 */
copy_foreign_currency: boolean, 
/**
 * The share of the org's daily credits, in percent.
 */
credit_budget: number, 
/**
 * Whether big first loads may go by bulk write.
 */
bulk: boolean, 
/**
 * Whether a record that is certainly in Zoho already is taken over without asking.
 */
adopt_certain: boolean, 
/**
 * The owner of new records; a Zoho user id, or blank.
 */
default_owner: string, 
/**
 * Notifications.
 */
notifications: NotificationSettings, 
/**
 * A proxy's address, or blank.
 */
proxy: string, 
/**
 * A file of certificate authorities, or blank.
 */
extra_ca: string, 
/**
 * Where settings, database and logs are; not changed here.
 */
folder: string, 
/**
 * The program's version; not changed here.
 */
version: string, };

/**
 * What can be compared of one record; blank values are left out.
 */
export type Side = { 
/**
 * Its name.
 */
name: string, 
/**
 * Numbers.
 */
numbers: Array<string>, 
/**
 * Tax registration numbers.
 */
tax_numbers: Array<string>, 
/**
 * E-mail addresses.
 */
emails: Array<string>, 
/**
 * Web addresses.
 */
websites: Array<string>, 
/**
 * Telephone numbers.
 */
phones: Array<string>, 
/**
 * Postal code, town and country.
 */
place: string, 
/**
 * A document's total, as decimal text.
 */
total: string | null, 
/**
 * A document's day.
 */
date: string | null, };

/**
 * Signals of changes, in short.
 */
export type Signals = { 
/**
 * Whether they arrive.
 */
standing: SignalsStanding, 
/**
 * Why not, in words, and what to do.
 */
why: string | null, 
/**
 * When the last one came; RFC 3339.
 */
last_at: string | null, };

/**
 * Where the relay is, and what lets Ledgerline in.
 */
export type SignalsAnswers = { 
/**
 * The relay's address.
 */
relay: string, 
/**
 * The relay's enrolment key. It is used once, and not kept.
 */
enrolment_key: string, };

/**
 * One of the three that signals need.
 */
export type SignalsParty = "relay" | "business_central" | "zoho";

/**
 * Whether signals arrive.
 */
export type SignalsStanding = "off" | "well" | "partly" | "connecting" | "lost";

/**
 * What one side tells about.
 */
export type SignalsSubscription = { 
/**
 * Which side.
 */
party: SignalsParty, 
/**
 * The collection or module, as that side names it.
 */
about: string, 
/**
 * Until when it tells, renewed long before; absent where it does not. RFC 3339.
 */
expires_at: string | null, 
/**
 * Why that side refuses it, if it does.
 */
refused: SignalsTrouble | null, 
/**
 * When a refused one is tried again; RFC 3339.
 */
again_at: string | null, };

/**
 * Something that keeps signals from arriving.
 */
export type SignalsTrouble = { 
/**
 * Where.
 */
party: SignalsParty, 
/**
 * Stable.
 */
code: string, 
/**
 * What happened.
 */
message: string, 
/**
 * What to do.
 */
cure: string, };

/**
 * How signals stand.
 */
export type SignalsView = { 
/**
 * The relay's address; absent where both systems are only asked regularly.
 */
relay: string | null, 
/**
 * Whether they arrive, in one word.
 */
standing: SignalsStanding, 
/**
 * Since when there is a connection to the relay; RFC 3339.
 */
connected_since: string | null, 
/**
 * Since when there is none, where it is lost; RFC 3339.
 */
down_since: string | null, 
/**
 * What is wrong: with the connection, then with a whole side.
 */
troubles: Array<SignalsTrouble>, 
/**
 * What both sides tell about, or were asked to.
 */
subscriptions: Array<SignalsSubscription>, 
/**
 * When the last signal came; RFC 3339.
 */
last_at: string | null, 
/**
 * Signals that led to work, since they were switched on.
 */
taken: number, 
/**
 * Signals about something that is not copied.
 */
not_ours: number, 
/**
 * Signals that could not be read.
 */
malformed: number, 
/**
 * Signals that were not believed: without the word that only both services know.
 */
forged: number, };

/**
 * For how long notifications are held back.
 */
export type Snooze = { 
/**
 * Hours; 0 ends it.
 */
hours: number, };

/**
 * What was spent in one hour.
 */
export type SpentInHour = { 
/**
 * The hour's beginning; RFC 3339.
 */
hour: string, 
/**
 * Credits.
 */
spent: number, };

/**
 * Whether the window shows the wizard, the screens, or why there is neither.
 */
export type Stage = "setup" | "ready" | "unusable";

/**
 * A step to go to.
 */
export type Step = { 
/**
 * Which; not behind the furthest that was reached.
 */
step: StepName, };

/**
 * The steps, in order.
 */
export type StepName = "business_central" | "zoho" | "flows" | "fields" | "match" | "preview" | "start";

/**
 * A sum on both sides; decimal text.
 */
export type Sum = { 
/**
 * `total` or `remaining`.
 */
what: string, 
/**
 * The currency's code.
 */
currency: string, 
/**
 * In Business Central.
 */
business_central: string, 
/**
 * In Zoho.
 */
zoho: string, 
/**
 * Whether they are the same.
 */
agrees: boolean, };

/**
 * One of both systems.
 */
export type System = "business_central" | "zoho";

/**
 * Where the wizard stands.
 */
export type Wizard = { 
/**
 * The step that is shown.
 */
step: StepName, 
/**
 * The furthest step that can be shown.
 */
reached: StepName, 
/**
 * Whether it was finished before, and only connections are changed now.
 */
finished: boolean, 
/**
 * What was answered about Business Central.
 */
business_central: BusinessCentralStep, 
/**
 * What was answered about Zoho.
 */
zoho: ZohoStep, 
/**
 * What was answered about flows.
 */
flows: FlowAnswers, };

/**
 * What works now, and how far it is.
 */
export type Work = { 
/**
 * What.
 */
kind: WorkKind, 
/**
 * Since when; RFC 3339.
 */
since: string, 
/**
 * What goes on, in words.
 */
words: string, 
/**
 * The flow that it is at.
 */
flow: FlowName | null, 
/**
 * How much of `of` is done.
 */
done: number | null, 
/**
 * How much there is to do, where that is known.
 */
of: number | null, 
/**
 * Whether it was told to end.
 */
stopping: boolean, };

/**
 * What may work; one at a time.
 */
export type WorkKind = "sync" | "retry" | "match_find" | "preview" | "compare" | "fields" | "sign_in" | "signals";

/**
 * The Zoho API client.
 */
export type ZohoAnswers = { 
/**
 * The data centre's short name or domain; or an accounts address of this computer.
 */
data_centre: string, 
/**
 * The client's id.
 */
client_id: string, 
/**
 * The client's secret; blank to keep the stored one.
 */
client_secret: string, };

/**
 * A self client's code.
 */
export type ZohoCode = { 
/**
 * It works once, for a few minutes.
 */
code: string, };

/**
 * What was answered about Zoho.
 */
export type ZohoStep = { 
/**
 * The data centre's short name (`com`, `eu`, …), or an accounts address.
 */
data_centre: string, 
/**
 * The data centres that there are: short name and accounts address.
 */
data_centres: Array<DataCentreFound>, 
/**
 * The API client's id.
 */
client_id: string, 
/**
 * Whether the client's secret is stored.
 */
secret_stored: boolean, 
/**
 * Whether somebody has signed in.
 */
signed_in: boolean, 
/**
 * The redirect address to register at Zoho.
 */
redirect_uri: string, 
/**
 * The scopes that a self client's code needs.
 */
scopes: string, 
/**
 * The org, once somebody has signed in.
 */
org: OrgFound | null, };

/**
 * Zoho's connection.
 */
export type ZohoView = { 
/**
 * The accounts server.
 */
accounts_url: string, 
/**
 * The API client's id.
 */
client_id: string, 
/**
 * Whether secret and token are stored.
 */
secret_stored: boolean, 
/**
 * Whether they come from environment variables and cannot be changed here.
 */
secret_from_environment: boolean, };
