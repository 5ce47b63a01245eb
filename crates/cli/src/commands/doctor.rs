//! `doctor`: checks everything that can be checked from here.

use app::doctor::{Verdict, examine};
use app::{App, AppError};

use crate::output::{Output, say};

pub async fn run(app: &App, output: Output) -> Result<u8, AppError> {
    let diagnosis = examine(app).await;
    if output.json {
        output.object(&diagnosis);
    } else {
        for finding in &diagnosis.findings {
            let mark = match finding.verdict {
                Verdict::Ok => "ok     ",
                Verdict::Warning => "warning",
                Verdict::Problem => "PROBLEM",
            };
            say!("{mark}  {}: {}", finding.subject, finding.message);
            if !finding.cure.is_empty() {
                say!("           → {}", finding.cure);
            }
        }
    }
    Ok(diagnosis.exit_code())
}
