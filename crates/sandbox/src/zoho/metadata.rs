//! `settings/modules` and `settings/fields`, reading.

use exact_json::{Map, Value};

use super::answer::{id_text, map, number, object};
use super::field::{DataType, Field};
use super::module::Module;
use super::org::Org;
use super::standard_fields::needs_currencies;
use super::state::ZohoState;

impl ZohoState {
    /// The fields that `module` has now; those of several currencies come and go with them.
    pub(super) fn fields(&self, module: Module) -> impl Iterator<Item = &Field> {
        let currencies = self.org.has_currencies();
        self.schema[module].iter().filter(move |field| currencies || !needs_currencies(field))
    }

    pub(super) fn field(&self, module: Module, api_name: &str) -> Option<&Field> {
        self.fields(module).find(|field| field.api_name == api_name)
    }

    /// `GET /settings/modules`; hidden modules are listed as such.
    pub(super) fn modules_body(&self, only: Option<Module>) -> Value {
        let listed = Module::ALL.into_iter().filter(|module| only.is_none_or(|only| only == *module));
        let modules = listed.map(|module| module_body(module, &self.org)).collect();
        object([("modules", Value::List(modules))])
    }

    /// `GET /settings/fields?module=`.
    pub(super) fn fields_body(&self, module: Module) -> Value {
        let fields = self.fields(module).map(|field| self.field_body(field)).collect();
        object([("fields", Value::List(fields))])
    }

    fn field_body(&self, field: &Field) -> Value {
        let is_subform = matches!(field.data_type, DataType::Subform(_));
        // A subform says no to everything and is written all the same.
        let writable = field.is_writable() && !is_subform;
        let operation = object([
            ("web_update", Value::Bool(writable)),
            ("api_create", Value::Bool(writable)),
            ("web_create", Value::Bool(writable)),
            ("api_update", Value::Bool(writable)),
        ]);
        let view = object([
            ("view", Value::Bool(true)),
            ("edit", Value::Bool(writable)),
            ("quick_create", Value::Bool(field.mandatory)),
            ("create", Value::Bool(writable)),
        ]);
        let unique = match field.unique {
            Some(case_sensitive) => map([("case_sensitive", Value::Bool(case_sensitive))]),
            None => Map::new(),
        };
        let currency = if field.data_type == DataType::Currency {
            map([
                ("rounding_option", Value::text("normal")),
                ("precision", number(field.decimals.unwrap_or(2))),
            ])
        } else {
            Map::new()
        };
        let (lookup, associated) = match field.data_type {
            DataType::Lookup(module) => (reference(module.api_name(), module.id()), Value::Null),
            DataType::ForeignLookup(name) => (reference(name, 554_023_000_000_002_191), Value::Null),
            DataType::Subform(module) => {
                let associated =
                    map([("module", Value::text(module.api_name())), ("id", id_text(module.id()))]);
                (Map::new(), Value::Object(associated))
            }
            _ => (Map::new(), Value::Null),
        };
        object([
            ("id", id_text(field.id)),
            ("api_name", Value::text(&field.api_name)),
            ("field_label", Value::text(&field.label)),
            ("display_label", Value::text(&field.label)),
            ("data_type", Value::text(field.data_type.name())),
            ("json_type", Value::text(field.data_type.json_type())),
            ("ui_type", number(field.data_type.ui_type())),
            ("length", number(field.length)),
            ("decimal_place", field.decimals.map_or(Value::Null, number)),
            ("currency", Value::Object(currency)),
            ("unique", Value::Object(unique)),
            ("external", Value::Null),
            ("system_mandatory", Value::Bool(field.mandatory)),
            ("read_only", Value::Bool(!field.is_writable() && field.data_type != DataType::Currency)),
            ("field_read_only", Value::Bool(!field.is_writable())),
            ("operation_type", operation),
            ("customizable_properties", customizable(field)),
            ("custom_field", Value::Bool(field.custom)),
            ("virtual_field", Value::Bool(is_subform)),
            ("visible", Value::Bool(true)),
            ("type", Value::text("used")),
            ("pick_list_values", self.picklist_body(field)),
            ("lookup", Value::Object(lookup)),
            ("associated_module", associated),
            ("formula", Value::Object(Map::new())),
            ("auto_number", Value::Object(Map::new())),
            ("view_type", view),
            ("profiles", profiles(field.is_writable())),
            ("searchable", Value::Bool(field.data_type.is_filterable())),
            ("sortable", Value::Bool(field.data_type.is_filterable())),
            ("filterable", Value::Bool(field.data_type.is_filterable())),
            ("tooltip", field.tooltip.clone()),
            ("created_source", Value::text("default")),
        ])
    }

    fn picklist_body(&self, field: &Field) -> Value {
        let values: Vec<&str> = if field.api_name == "Currency" && !field.custom {
            let active = self.org.currencies.iter().filter(|currency| currency.is_active);
            active.map(|currency| currency.iso_code.as_str()).collect()
        } else if matches!(field.data_type, DataType::Picklist | DataType::MultiPicklist) {
            ["-None-"].into_iter().chain(field.picklist.iter().map(String::as_str)).collect()
        } else {
            Vec::new()
        };
        let values = values.iter().zip(1_u64..).map(|(value, sequence)| {
            object([
                ("display_value", Value::text(*value)),
                ("actual_value", Value::text(*value)),
                ("reference_value", Value::text(*value)),
                ("sequence_number", number(sequence)),
                ("colour_code", Value::Null),
                ("id", id_text(554_023_001_000_000_000 + field.id % 1_000_000 * 1000 + sequence)),
                ("type", Value::text("used")),
            ])
        });
        Value::List(values.collect())
    }
}

fn reference(api_name: &str, id: u64) -> Map {
    let module = object([("api_name", Value::text(api_name)), ("id", id_text(id))]);
    map([("module", module), ("api_name", Value::text(api_name)), ("id", id_text(id))])
}

fn customizable(field: &Field) -> Value {
    if field.access == super::field::Access::ReadOnly {
        return Value::Null;
    }
    let mut properties = vec!["mandatory", "removal", "private_field", "tooltip"];
    if field.data_type.may_be_unique() {
        properties.push("unique");
    }
    Value::List(properties.into_iter().map(Value::from).collect())
}

fn profiles(writable: bool) -> Value {
    let permission = if writable { "read_write" } else { "read_only" };
    let profile = |name: &str, id| {
        object([
            ("permission_type", Value::text(permission)),
            ("name", Value::text(name)),
            ("id", id_text(id)),
        ])
    };
    Value::List(vec![
        profile("Administrator", 554_023_000_000_026_011),
        profile("Standard", 554_023_000_000_026_014),
    ])
}

fn module_body(module: Module, org: &Org) -> Value {
    let is_row = module.parent().is_some();
    let available = !module.is_inventory() || org.edition.has_inventory();
    let visibility = match (available, is_row) {
        (false, _) => -1,
        (true, true) => 2,
        (true, false) => 1,
    };
    let parent = module.parent().map_or_else(Map::new, |parent| {
        map([("api_name", Value::text(parent.api_name())), ("id", id_text(parent.id()))])
    });
    let plural = module.api_name().replace('_', " ");
    object([
        ("api_name", Value::text(module.api_name())),
        ("module_name", Value::text(module.module_name())),
        ("singular_label", Value::text(module.singular())),
        ("plural_label", Value::text(&plural)),
        ("actual_singular_label", Value::text(module.singular())),
        ("actual_plural_label", Value::text(&plural)),
        ("id", id_text(module.id())),
        ("visibility", number(visibility)),
        ("status", Value::text(if available { "visible" } else { "system_hidden" })),
        ("api_supported", Value::Bool(available)),
        ("creatable", Value::Bool(available && !is_row)),
        ("editable", Value::Bool(available && !is_row)),
        ("deletable", Value::Bool(available)),
        ("viewable", Value::Bool(available)),
        ("show_as_tab", Value::Bool(available && !is_row)),
        ("quick_create", Value::Bool(available && !is_row)),
        ("recycle_bin_on_delete", Value::Bool(true)),
        ("generated_type", Value::text(if is_row { "subform" } else { "default" })),
        ("parent_module", Value::Object(parent)),
        ("access_type", Value::text("org_based")),
        ("profile_count", number(2)),
        ("profiles", profiles(true)),
    ])
}
