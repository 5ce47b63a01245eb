//! What goes wrong on purpose.

use std::time::Duration;

use transport::{Method, Random};

use crate::post::Mishaps;

/// The simulated services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Microsoft's sign-in.
    Login,
    /// Business Central.
    BusinessCentral,
    /// Zoho's sign-in.
    Accounts,
    /// Zoho CRM.
    Zoho,
}

impl Service {
    /// The service that a path belongs to.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let first = path.split('/').find(|segment| !segment.is_empty())?;
        match first {
            "login" => Some(Self::Login),
            "bc" => Some(Self::BusinessCentral),
            "accounts" => Some(Self::Accounts),
            "zoho" | "upload" => Some(Self::Zoho),
            _ => None,
        }
    }

    /// The service by its name in admin calls.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "login" => Some(Self::Login),
            "bc" => Some(Self::BusinessCentral),
            "accounts" => Some(Self::Accounts),
            "zoho" => Some(Self::Zoho),
            _ => None,
        }
    }
}

/// What the body of a failing answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultBody {
    /// The service's own JSON.
    Json,
    /// Nothing.
    Empty,
    /// A gateway's page.
    Html,
}

/// What happens instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The request is not carried out; the answer has this status.
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds in a `Retry-After` header.
        retry_after: Option<u32>,
        /// The body.
        body: FaultBody,
    },
    /// The connection breaks before the request is carried out.
    ResetBefore,
    /// The request is carried out, and then the connection breaks.
    LoseAnswer,
    /// The request is carried out, and the body of the answer ends early, in a way that looks whole to HTTP.
    Truncate,
    /// The answer comes this much later.
    Delay(Duration),
}

/// Which requests are hit, and how.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The service.
    pub service: Service,
    /// Only this method.
    pub method: Option<Method>,
    /// Only paths that contain this.
    pub path: String,
    /// So many matching requests go through first.
    pub skip: u32,
    /// So many are hit then.
    pub times: u32,
    /// Of those, so many in a hundred, by chance.
    pub percent: u8,
    /// What happens to them.
    pub effect: Effect,
}

impl Fault {
    /// The next matching request, once.
    #[must_use]
    pub fn once(service: Service, path: &str, effect: Effect) -> Self {
        Self { service, method: None, path: path.to_owned(), skip: 0, times: 1, percent: 100, effect }
    }

    /// So many in a row.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// Only behind so many that go through.
    #[must_use]
    pub fn after(self, skip: u32) -> Self {
        Self { skip, ..self }
    }

    /// Only requests of that method.
    #[must_use]
    pub fn on(self, method: Method) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Only some in a hundred.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self { percent, ..self }
    }
}

/// The faults to come.
#[derive(Debug, Default)]
pub struct FaultPlan {
    /// What goes wrong with notifications.
    pub posts: Mishaps,
    faults: Vec<Fault>,
    hit: u64,
}

impl FaultPlan {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Takes all faults back.
    pub fn clear(&mut self) {
        self.posts = Mishaps::default();
        self.faults.clear();
    }

    /// How many requests were hit so far.
    #[must_use]
    pub fn hit(&self) -> u64 {
        self.hit
    }

    /// What happens to this request.
    pub(crate) fn strike(
        &mut self,
        service: Service,
        method: Method,
        path: &str,
        random: &dyn Random,
    ) -> Option<Effect> {
        for fault in &mut self.faults {
            let matches = fault.service == service
                && fault.method.is_none_or(|only| only == method)
                && path.contains(&fault.path)
                && fault.times > 0;
            if !matches {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if fault.percent < 100 && random.below(100) >= u64::from(fault.percent) {
                continue;
            }
            fault.times -= 1;
            self.hit += 1;
            return Some(fault.effect);
        }
        None
    }
}
