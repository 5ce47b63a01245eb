//! What a field is.

use exact_json::Value;

use super::module::Module;

/// What a field holds, with what its metadata says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataType {
    Text,
    Textarea,
    Email,
    Phone,
    Website,
    Integer,
    Bigint,
    Double,
    /// An amount in the record's currency.
    Currency,
    Percent,
    Boolean,
    Date,
    DateTime,
    Picklist,
    MultiPicklist,
    Lookup(Module),
    /// A lookup into a module that the simulation does not have: no id is ever valid.
    ForeignLookup(&'static str),
    Owner,
    Subform(Module),
    Layout,
    Tags,
    Image,
    AutoNumber,
    /// Taxes of a row: `[{"name","percentage"}]`.
    LineTax,
    /// Taxes of a product: `[{"id","value"}]`.
    ProductTax,
}

impl DataType {
    /// `data_type` in the metadata, and `expected_data_type` in errors where [`Self::expected`] says nothing else.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Tags => "text",
            Self::Textarea => "textarea",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Website => "website",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Double => "double",
            Self::Currency => "currency",
            Self::Percent => "percent",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::DateTime => "datetime",
            Self::Picklist => "picklist",
            Self::MultiPicklist => "multiselectpicklist",
            Self::Lookup(_) | Self::ForeignLookup(_) => "lookup",
            Self::Owner => "ownerlookup",
            Self::Subform(_) => "subform",
            Self::Layout => "layout",
            Self::Image => "profileimage",
            Self::AutoNumber => "autonumber",
            Self::LineTax => "line_tax",
            Self::ProductTax => "tax",
        }
    }

    /// `json_type` in the metadata.
    pub(super) fn json_type(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Double | Self::Currency | Self::Percent => "double",
            Self::Boolean => "boolean",
            Self::MultiPicklist | Self::Subform(_) | Self::Tags | Self::LineTax | Self::ProductTax => {
                "jsonarray"
            }
            Self::Lookup(_) | Self::ForeignLookup(_) | Self::Owner | Self::Layout => "jsonobject",
            Self::Text
            | Self::Textarea
            | Self::Email
            | Self::Phone
            | Self::Website
            | Self::Bigint
            | Self::Date
            | Self::DateTime
            | Self::Picklist
            | Self::Image
            | Self::AutoNumber => "string",
        }
    }

    /// `expected_data_type` in errors: structures by their JSON type, the rest by name.
    pub(super) fn expected(self) -> &'static str {
        match self.json_type() {
            structure @ ("jsonarray" | "jsonobject") => structure,
            _ => self.name(),
        }
    }

    /// `ui_type` in the metadata.
    pub(super) fn ui_type(self) -> u32 {
        match self {
            Self::Text => 1,
            Self::Textarea => 3,
            Self::Email => 25,
            Self::Phone => 33,
            Self::Website => 21,
            Self::Integer => 32,
            Self::Bigint => 52,
            Self::Double => 38,
            Self::Currency => 36,
            Self::Percent => 37,
            Self::Boolean => 301,
            Self::Date => 24,
            Self::DateTime => 200,
            Self::Picklist => 2,
            Self::MultiPicklist => 100,
            Self::Lookup(_) | Self::ForeignLookup(_) => 133,
            Self::Owner => 8,
            Self::Subform(_) => 500,
            Self::Layout => 208,
            Self::Tags => 209,
            Self::Image => 66,
            Self::AutoNumber => 110,
            Self::LineTax => 901,
            Self::ProductTax => 902,
        }
    }

    /// Whether Zoho lets such a field be made unique (seen in the recorded Leads metadata).
    pub(super) fn may_be_unique(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::Email
                | Self::Phone
                | Self::Website
                | Self::Integer
                | Self::Bigint
                | Self::Double
        )
    }

    /// Whether queries may compare it.
    pub(super) fn is_filterable(self) -> bool {
        !matches!(
            self,
            Self::Textarea
                | Self::MultiPicklist
                | Self::Subform(_)
                | Self::Layout
                | Self::Tags
                | Self::Image
                | Self::LineTax
                | Self::ProductTax
        )
    }
}

/// Whether the API may write a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Writable,
    /// Zoho's own; what is sent is ignored.
    ReadOnly,
}

/// A field of a module.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) id: u64,
    pub(super) api_name: String,
    pub(super) label: String,
    pub(super) data_type: DataType,
    /// Characters of a text, digits of a number.
    pub(super) length: u32,
    /// Digits behind the point.
    pub(super) decimals: Option<u32>,
    pub(super) mandatory: bool,
    /// `Some(case_sensitive)` where no two records may share a value.
    pub(super) unique: Option<bool>,
    pub(super) custom: bool,
    pub(super) access: Access,
    pub(super) picklist: Vec<String>,
    pub(super) tooltip: Value,
}

impl Field {
    /// A writable standard field.
    pub(super) fn standard(api_name: &str, data_type: DataType, length: u32) -> Self {
        Self {
            id: 0,
            api_name: api_name.to_owned(),
            label: api_name.trim_end_matches("__s").replace('_', " "),
            data_type,
            length,
            decimals: None,
            mandatory: false,
            unique: None,
            custom: false,
            access: Access::Writable,
            picklist: Vec::new(),
            tooltip: Value::Null,
        }
    }

    pub(super) fn mandatory(mut self) -> Self {
        self.mandatory = true;
        self
    }

    pub(super) fn read_only(mut self) -> Self {
        self.access = Access::ReadOnly;
        self
    }

    pub(super) fn labelled(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// Whether a write may carry it.
    pub(super) fn is_writable(&self) -> bool {
        self.access == Access::Writable
    }
}
