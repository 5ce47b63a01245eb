//! The wizard's answers between two starts: in `wizard.json` beside the settings, without any secret.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::window::wizard::{CompanyFound, OrgFound, StepName};
use crate::{AppError, Profile, settings};

/// What was answered, and how far the wizard came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Draft {
    pub(super) finished: bool,
    /// Whether it was said that closing the window is no end.
    pub(super) told_of_tray: bool,
    pub(super) step: StepName,
    pub(super) reached: StepName,
    pub(super) tenant: String,
    pub(super) environment: String,
    pub(super) client_id: String,
    pub(super) secret_expires: String,
    pub(super) login_url: String,
    pub(super) api_url: String,
    pub(super) companies: Vec<CompanyFound>,
    pub(super) company: Option<CompanyFound>,
    pub(super) accounts_url: String,
    pub(super) zoho_client_id: String,
    pub(super) org: Option<OrgFound>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            finished: false,
            told_of_tray: false,
            step: StepName::BusinessCentral,
            reached: StepName::BusinessCentral,
            tenant: String::new(),
            environment: settings::DEFAULT_ENVIRONMENT.to_owned(),
            client_id: String::new(),
            secret_expires: String::new(),
            login_url: settings::DEFAULT_LOGIN_URL.to_owned(),
            api_url: settings::DEFAULT_API_URL.to_owned(),
            companies: Vec::new(),
            company: None,
            accounts_url: String::new(),
            zoho_client_id: String::new(),
            org: None,
        }
    }
}

fn path(profile: &Profile) -> PathBuf {
    profile.folder().join("wizard.json")
}

impl Draft {
    /// As it was left. A profile that was connected on the command line needs no wizard.
    pub(super) fn load(profile: &Profile) -> Self {
        let kept = std::fs::read(path(profile)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        kept.unwrap_or_else(|| {
            Self { finished: profile.settings().exists(), ..Self::default() }.known(profile)
        })
    }

    /// With what the settings file says, where nothing was answered in the wizard.
    fn known(mut self, profile: &Profile) -> Self {
        let Ok(settings) = crate::Settings::load(&profile.settings()) else { return self };
        let from = settings.business_central;
        self.company =
            Some(CompanyFound { id: from.company.clone(), name: from.company.clone(), label: from.company });
        self.tenant = from.tenant;
        self.environment = from.environment;
        self.client_id = from.client_id;
        self.secret_expires = from.client_secret_expires.map(|day| day.to_string()).unwrap_or_default();
        self.login_url = from.login_url;
        self.api_url = from.api_url;
        self.accounts_url = settings.zoho.accounts_url;
        self.zoho_client_id = settings.zoho.client_id;
        self.reached = StepName::Start;
        self
    }

    /// Keeps it: the old one or the new one is there after a crash.
    pub(super) fn keep(&self, profile: &Profile) -> Result<(), AppError> {
        let (path, beside) = (path(profile), profile.folder().join("wizard.json.new"));
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|error| AppError::not_writable(&path, &error))
    }

    /// Goes on to `step`, and remembers that it was reached.
    pub(super) fn reach(&mut self, step: StepName) {
        self.reached = self.reached.max(step);
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, StepName};
    use crate::Profile;

    #[test]
    fn the_wizard_goes_on_where_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().to_path_buf())).unwrap();
        let mut draft = Draft::load(&profile);
        assert_eq!((draft.finished, draft.step), (false, StepName::BusinessCentral));
        draft.tenant = "contoso.com".to_owned();
        draft.step = StepName::Zoho;
        draft.reach(StepName::Zoho);
        draft.keep(&profile).unwrap();
        assert_eq!(Draft::load(&profile), draft);
    }

    #[test]
    fn answers_that_cannot_be_read_are_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let profile = Profile::at(Some(folder.path().to_path_buf())).unwrap();
        std::fs::write(folder.path().join("wizard.json"), "{").unwrap();
        assert_eq!(Draft::load(&profile), Draft::default());
    }
}
