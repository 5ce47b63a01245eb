//! Editions and what they allow (facts §3 and §9).

/// What the organisation has paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// No custom fields, no inventory.
    Free,
    /// Few custom fields, no inventory.
    Standard,
    /// Inventory.
    Professional,
    /// Multi-currency.
    Enterprise,
    /// Everything.
    Ultimate,
}

impl Edition {
    /// The name in `license_details`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Standard => "standard",
            Self::Professional => "professional",
            Self::Enterprise => "enterprise",
            Self::Ultimate => "ultimate",
        }
    }

    /// The edition of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Free, Self::Standard, Self::Professional, Self::Enterprise, Self::Ultimate];
        all.into_iter().find(|edition| edition.name().eq_ignore_ascii_case(name))
    }

    pub(super) fn has_inventory(self) -> bool {
        matches!(self, Self::Professional | Self::Enterprise | Self::Ultimate)
    }

    pub(super) fn has_multi_currency(self) -> bool {
        matches!(self, Self::Enterprise | Self::Ultimate)
    }

    /// Custom fields per module.
    pub(super) fn custom_fields(self) -> usize {
        match self {
            Self::Free => 0,
            Self::Standard => 10,
            Self::Professional => 155,
            Self::Enterprise => 300,
            Self::Ultimate => 500,
        }
    }

    /// Calls that may run at once.
    pub(super) fn concurrency(self) -> usize {
        match self {
            Self::Free => 5,
            Self::Standard => 10,
            Self::Professional => 15,
            Self::Enterprise => 20,
            Self::Ultimate => 25,
        }
    }

    /// (per user, greatest) credits of a day beside the 50,000 that every paid edition has.
    pub(super) fn credits(self) -> (u64, u64) {
        match self {
            Self::Free => (0, 5_000),
            Self::Standard => (250, 100_000),
            Self::Professional => (500, 3_000_000),
            Self::Enterprise => (1_000, 5_000_000),
            Self::Ultimate => (2_000, u64::MAX),
        }
    }
}
