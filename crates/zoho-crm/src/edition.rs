//! Zoho CRM's editions and what each of them allows.

/// What the org pays for, or tries out.
///
/// Zoho One counts as Enterprise and CRM Plus as Ultimate (§9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edition {
    /// Free.
    Free,
    /// Standard, also called Starter.
    Standard,
    /// Professional.
    Professional,
    /// Enterprise, and Zoho One.
    Enterprise,
    /// Ultimate, and CRM Plus.
    Ultimate,
    /// A name that is not known here. Rates are taken as Free's; features as present, for Zoho itself refuses what is not.
    Other(String),
}

impl Edition {
    /// The edition of a `paid_type` or `trial_type`.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "free" => Self::Free,
            "standard" | "starter" => Self::Standard,
            "professional" => Self::Professional,
            "enterprise" | "zohoone" => Self::Enterprise,
            "ultimate" | "crmplus" => Self::Ultimate,
            _ => Self::Other(name.to_owned()),
        }
    }

    /// The edition's name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Free => "Free",
            Self::Standard => "Standard",
            Self::Professional => "Professional",
            Self::Enterprise => "Enterprise",
            Self::Ultimate => "Ultimate",
            Self::Other(name) => name,
        }
    }

    /// How many calls of one app may be under way at once in one org (Zoho: api-limits).
    #[must_use]
    pub fn concurrency(&self) -> usize {
        match self {
            Self::Free | Self::Other(_) => 5,
            Self::Standard => 10,
            Self::Professional => 15,
            Self::Enterprise => 20,
            Self::Ultimate => 25,
        }
    }

    /// API credits in any 24 hours, for the whole org with that many user licences (Zoho: api-limits); bought extras not counted.
    #[must_use]
    pub fn daily_credits(&self, users: u32) -> u64 {
        let users = u64::from(users);
        match self {
            Self::Free | Self::Other(_) => 5_000,
            Self::Standard => (50_000 + 250 * users).min(100_000),
            Self::Professional => (50_000 + 500 * users).min(3_000_000),
            Self::Enterprise => (50_000 + 1_000 * users).min(5_000_000),
            Self::Ultimate => 50_000 + 2_000 * users,
        }
    }

    /// Whether there are Products, Vendors, Invoices and Purchase Orders.
    #[must_use]
    pub fn has_inventory(&self) -> bool {
        match self {
            Self::Free | Self::Standard => false,
            Self::Professional | Self::Enterprise | Self::Ultimate | Self::Other(_) => true,
        }
    }

    /// Whether records may be in different currencies.
    #[must_use]
    pub fn has_multi_currency(&self) -> bool {
        match self {
            Self::Free | Self::Standard | Self::Professional => false,
            Self::Enterprise | Self::Ultimate | Self::Other(_) => true,
        }
    }

    /// How many custom fields a module may have.
    #[must_use]
    pub fn custom_fields(&self) -> u32 {
        match self {
            Self::Free => 0,
            Self::Standard => 10,
            Self::Professional => 155,
            Self::Enterprise => 300,
            Self::Ultimate | Self::Other(_) => 500,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Edition;

    #[test]
    fn editions_have_the_rates_of_zohos_table() {
        let table = [
            ("free", 5, 5_000),
            ("standard", 10, 52_500),
            ("professional", 15, 55_000),
            ("enterprise", 20, 60_000),
            ("zohoone", 20, 60_000),
            ("ultimate", 25, 70_000),
            ("crmplus", 25, 70_000),
            ("something new", 5, 5_000),
        ];
        for (name, concurrency, credits) in table {
            let edition = Edition::from_name(name);
            assert_eq!((edition.concurrency(), edition.daily_credits(10)), (concurrency, credits), "{name}");
        }
    }

    #[test]
    fn credits_stop_growing_at_the_editions_ceiling() {
        assert_eq!(Edition::Standard.daily_credits(1_000), 100_000);
        assert_eq!(Edition::Professional.daily_credits(1_000_000), 3_000_000);
        assert_eq!(Edition::Enterprise.daily_credits(1_000_000), 5_000_000);
    }

    #[test]
    fn inventory_starts_with_professional_and_currencies_with_enterprise() {
        assert!(!Edition::Standard.has_inventory() && Edition::Professional.has_inventory());
        assert!(!Edition::Professional.has_multi_currency() && Edition::Enterprise.has_multi_currency());
    }
}
