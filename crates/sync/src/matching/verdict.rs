//! How well two records fit, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How sure it is that two records are one. The order is from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// They are two.
    None,
    /// Something speaks for it, or much speaks on both sides: a person has to look.
    Unclear,
    /// Probably one, though something is missing for certainty.
    Likely,
    /// One, by independent values that agree, with nothing against it.
    Certain,
}

impl Class {
    /// Every class, the surest first.
    pub const ALL: [Self; 4] = [Self::Certain, Self::Likely, Self::Unclear, Self::None];

    /// The word for it on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Unclear => "unclear",
            Self::None => "none",
        }
    }
}

/// Something that speaks for or against two records being one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The same number.
    SameNumber,
    /// The same digits, with other letters or zeros before them.
    SameDigits,
    /// The same tax registration number.
    SameTaxNumber,
    /// The same e-mail address.
    SameEmail,
    /// Web or e-mail addresses below the same domain of their own.
    SameDomain,
    /// The same domain but for its ending (`contoso.de`, `contoso.com`).
    SameDomainName,
    /// The same telephone number.
    SamePhone,
    /// A value that would say much is borne by this many records, and so says little.
    SharedBy {
        /// How many records bear it.
        records: u32,
    },
    /// The same name, but for spelling, legal form and order.
    SameName,
    /// A similar name.
    SimilarName {
        /// How similar, of a thousand.
        per_mille: u16,
    },
    /// The same town.
    SameCity,
    /// The same postal code.
    SamePostcode,
    /// They belong to the same record.
    SameOwner,
    /// The same total.
    SameTotal,
    /// The same day.
    SameDate,
    /// Other numbers in fields that should hold the same.
    DifferentNumber,
    /// Other tax registration numbers.
    DifferentTaxNumber,
    /// Other e-mail addresses.
    DifferentEmail,
    /// Other domains of their own.
    DifferentDomain,
    /// Another name.
    DifferentName,
    /// A word in one name that the other does not have.
    DifferentWord,
    /// Other figures in the names.
    DifferentFigures,
    /// Another legal form.
    DifferentLegalForm,
    /// Another town.
    DifferentCity,
    /// Another postal code.
    DifferentPostcode,
    /// Another country.
    DifferentCountry,
    /// They belong to different records.
    DifferentOwner,
    /// Another total.
    DifferentTotal,
    /// Another record fits as well.
    FitsAnother,
}

impl Reason {
    /// Whether it speaks against the two being one.
    #[must_use]
    pub const fn speaks_against(self) -> bool {
        match self {
            Self::SameNumber
            | Self::SameDigits
            | Self::SameTaxNumber
            | Self::SameEmail
            | Self::SameDomain
            | Self::SameDomainName
            | Self::SamePhone
            | Self::SameName
            | Self::SimilarName { .. }
            | Self::SameCity
            | Self::SamePostcode
            | Self::SameOwner
            | Self::SameTotal
            | Self::SameDate => false,
            Self::SharedBy { .. }
            | Self::DifferentNumber
            | Self::DifferentTaxNumber
            | Self::DifferentEmail
            | Self::DifferentDomain
            | Self::DifferentName
            | Self::DifferentWord
            | Self::DifferentFigures
            | Self::DifferentLegalForm
            | Self::DifferentCity
            | Self::DifferentPostcode
            | Self::DifferentCountry
            | Self::DifferentOwner
            | Self::DifferentTotal
            | Self::FitsAnother => true,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::SharedBy { records } => return write!(out, "shared by {records} records"),
            Self::SimilarName { per_mille } => {
                return write!(out, "similar name ({}.{} %)", per_mille / 10, per_mille % 10);
            }
            Self::SameNumber => "same number",
            Self::SameDigits => "same digits in the number",
            Self::SameTaxNumber => "same tax number",
            Self::SameEmail => "same e-mail",
            Self::SameDomain => "same domain",
            Self::SameDomainName => "same domain but for its ending",
            Self::SamePhone => "same phone",
            Self::SameName => "same name",
            Self::SameCity => "same city",
            Self::SamePostcode => "same postal code",
            Self::SameOwner => "belongs to the same record",
            Self::SameTotal => "same total",
            Self::SameDate => "same date",
            Self::DifferentNumber => "different number",
            Self::DifferentTaxNumber => "different tax number",
            Self::DifferentEmail => "different e-mail",
            Self::DifferentDomain => "different domain",
            Self::DifferentName => "different name",
            Self::DifferentWord => "a word that the other does not have",
            Self::DifferentFigures => "different figures in the name",
            Self::DifferentLegalForm => "different legal form",
            Self::DifferentCity => "different city",
            Self::DifferentPostcode => "different postal code",
            Self::DifferentCountry => "different country",
            Self::DifferentOwner => "belongs to a different record",
            Self::DifferentTotal => "different total",
            Self::FitsAnother => "another record fits as well",
        };
        out.write_str(words)
    }
}

/// A record in Zoho that may be the one looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate<Z> {
    /// Which record.
    pub key: Z,
    /// How sure it is.
    pub class: Class,
    /// How well it fits, of a thousand.
    pub score: u16,
    /// What speaks for it, then what speaks against it.
    pub reasons: Vec<Reason>,
}
