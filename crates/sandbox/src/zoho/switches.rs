//! What differs from one real organisation to another, or is unverified: both readings can be set.

use exact_json::Value;

/// The simulation's switches. The defaults are the likelier reading, or the stricter where none is likelier.
#[derive(Clone, Debug)]
pub struct Switches {
    /// Refuse picklist values that the list does not have; Zoho's docs say they are accepted and added.
    pub strict_picklists: bool,
    /// Keep Sub_Total, Tax and Grand_Total as they are sent instead of computing them.
    pub honour_sent_totals: bool,
    /// Work out each tax once on the sum of its rows instead of row by row.
    pub tax_by_document: bool,
    /// Refuse rows with a Quantity below nought.
    pub refuse_negative_quantity: bool,
    /// Refuse rows with a List_Price below nought.
    pub refuse_negative_price: bool,
    /// Refuse numbers with more digits behind the point than the field's `decimal_place`, instead of rounding them.
    pub refuse_excess_decimals: bool,
    /// Answer 404 instead of 204 for a record id that does not exist.
    pub unknown_id_is_404: bool,
    /// Rows that a subform may have.
    pub max_subform_rows: Option<usize>,
    /// Rows of one query: 200 (v7 error table) or 2,000 (v8 pages).
    pub coql_max_rows: usize,
    /// Columns of one query: 50 or 500.
    pub coql_max_fields: usize,
    /// Values of one `in`: 50, or 100 elsewhere.
    pub coql_in_max: usize,
    /// Rows that can be reached through an offset: 10,000 or 100,000.
    pub coql_max_offset: usize,
    /// Refuse more than two criteria that are not grouped in pairs: `((a and b) and c)` (Zoho, Kaizen 171).
    pub coql_needs_pairs: bool,
    /// The user's profile may use the API; off means 403 for everything.
    pub api_access: bool,
    /// Refuse every call with OAUTH_SCOPE_MISMATCH.
    pub scope_mismatch: bool,
    /// Send the `state` back with a denial too; the recorded denial is `?error=access_denied` alone.
    pub denial_carries_state: bool,
    /// Revoke at `revoke/token` as the newer docs say, instead of at `token/revoke`.
    pub revoke_in_newer_way: bool,
    /// Keep `writes_log`.
    pub keep_writes_log: bool,
    /// Seconds that a bulk write job takes however few rows it has.
    pub bulk_seconds: usize,
    /// Seconds that it takes beside for every thousand rows.
    pub bulk_seconds_per_thousand: usize,
    /// Rows of one file.
    pub bulk_max_rows: usize,
    /// Bytes of one zip.
    pub bulk_max_bytes: usize,
    /// So many of the next jobs fail as a whole.
    pub bulk_failing: usize,
    /// Jobs never end.
    pub bulk_stuck: bool,
    /// Results cannot be downloaded any more.
    pub bulk_result_gone: bool,
    /// Workflows run on what jobs write; unverified.
    pub bulk_runs_workflows: bool,
    /// A row that is skipped because its record exists says DUPLICATE_DATA instead of nothing; unverified.
    pub bulk_names_duplicates: bool,
    /// `IN PROGRESS` instead of `INPROGRESS`.
    pub bulk_in_two_words: bool,
    /// `added` instead of `ADDED` in results: the docs against what was seen.
    pub bulk_in_lower_case: bool,
    /// Milliseconds from the second of a change to the call that tells a channel of it.
    pub watch_milliseconds: usize,
    /// Call up to five times more where nobody answers; unverified.
    pub watch_retries: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            strict_picklists: false,
            honour_sent_totals: false,
            tax_by_document: false,
            refuse_negative_quantity: false,
            refuse_negative_price: false,
            refuse_excess_decimals: false,
            unknown_id_is_404: false,
            max_subform_rows: None,
            coql_max_rows: 200,
            coql_max_fields: 50,
            coql_in_max: 50,
            coql_max_offset: 10_000,
            coql_needs_pairs: true,
            api_access: true,
            scope_mismatch: false,
            denial_carries_state: false,
            revoke_in_newer_way: false,
            keep_writes_log: true,
            bulk_seconds: 5,
            bulk_seconds_per_thousand: 1,
            bulk_max_rows: 25_000,
            bulk_max_bytes: 25_000_000,
            bulk_failing: 0,
            bulk_stuck: false,
            bulk_result_gone: false,
            bulk_runs_workflows: true,
            bulk_names_duplicates: false,
            bulk_in_two_words: false,
            bulk_in_lower_case: false,
            watch_milliseconds: 1_000,
            watch_retries: false,
        }
    }
}

impl Switches {
    /// Sets the switch of that name to a JSON value.
    ///
    /// # Errors
    /// When there is no such switch, or the value is of another type.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<(), String> {
        if let Some(switch) = self.boolean(name) {
            *switch = value.as_bool().ok_or_else(|| format!("{name} is true or false"))?;
            return Ok(());
        }
        let count = value.as_number().and_then(|number| number.to_string().parse::<usize>().ok());
        if name == "max_subform_rows" && value.is_null() {
            self.max_subform_rows = None;
            return Ok(());
        }
        let count =
            count.ok_or_else(|| format!("{name} is no switch, or its value is not a whole number"))?;
        match name {
            "max_subform_rows" => self.max_subform_rows = Some(count),
            "coql_max_rows" => self.coql_max_rows = count,
            "coql_max_fields" => self.coql_max_fields = count,
            "coql_in_max" => self.coql_in_max = count,
            "coql_max_offset" => self.coql_max_offset = count,
            "bulk_seconds" => self.bulk_seconds = count,
            "bulk_seconds_per_thousand" => self.bulk_seconds_per_thousand = count,
            "bulk_max_rows" => self.bulk_max_rows = count,
            "bulk_max_bytes" => self.bulk_max_bytes = count,
            "bulk_failing" => self.bulk_failing = count,
            "watch_milliseconds" => self.watch_milliseconds = count,
            _ => return Err(format!("no such switch: {name}")),
        }
        Ok(())
    }

    fn boolean(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "strict_picklists" => &mut self.strict_picklists,
            "honour_sent_totals" => &mut self.honour_sent_totals,
            "tax_by_document" => &mut self.tax_by_document,
            "refuse_negative_quantity" => &mut self.refuse_negative_quantity,
            "refuse_negative_price" => &mut self.refuse_negative_price,
            "refuse_excess_decimals" => &mut self.refuse_excess_decimals,
            "unknown_id_is_404" => &mut self.unknown_id_is_404,
            "coql_needs_pairs" => &mut self.coql_needs_pairs,
            "api_access" => &mut self.api_access,
            "scope_mismatch" => &mut self.scope_mismatch,
            "denial_carries_state" => &mut self.denial_carries_state,
            "revoke_in_newer_way" => &mut self.revoke_in_newer_way,
            "keep_writes_log" => &mut self.keep_writes_log,
            "bulk_stuck" => &mut self.bulk_stuck,
            "bulk_result_gone" => &mut self.bulk_result_gone,
            "bulk_runs_workflows" => &mut self.bulk_runs_workflows,
            "bulk_names_duplicates" => &mut self.bulk_names_duplicates,
            "bulk_in_two_words" => &mut self.bulk_in_two_words,
            "bulk_in_lower_case" => &mut self.bulk_in_lower_case,
            "watch_retries" => &mut self.watch_retries,
            _ => return None,
        })
    }
}
