//! What administrators and people at the keyboard do: the tests' hands inside the organisation.

use exact_json::{Decimal, Map, Value};
use jiff::Timestamp;

use super::answer::{number, object};
use super::edition::Edition;
use super::module::Module;
use super::state::ZohoState;

impl ZohoState {
    /// Does one command; the body's members are the arguments. Answers what there is to know afterwards.
    ///
    /// | path | body |
    /// |---|---|
    /// | `records/add` | `module`, `values` → `id` |
    /// | `records/edit` | `module`, `id`, `values` |
    /// | `records/delete`, `records/purge`, `records/clone` | `module`, `id`; a clone answers its `id` |
    /// | `records/lock` | `module`, `id`, `locked` |
    /// | `edition` | `edition`, `trial`, `users` (the last two optional) |
    /// | `currencies` | `home`, `multi_currency`, `active` and `inactive` lists (all optional) |
    /// | `taxes` | `name`, `percentage` → `id` |
    /// | `users` | `name`, `email` → `id`; or `id`, `active` |
    /// | `fields/unique` | `module`, `field`, `unique` |
    /// | `fields/decimals`, `fields/length` | `module`, `field`, `digits` |
    /// | `fields/read-only` | `module`, `field`, `read_only` |
    /// | `fields/picklist-value` | `module`, `field`, `value` |
    /// | `poison` | `module`, `field`, `containing`, `code`, `message` (optional) |
    /// | `poison/clear`, `tokens/expire`, `tokens/revoke` | |
    /// | `redirects/add` | `client`, `redirect_uri` |
    /// | `zgid` | `zgid` |
    /// | `credits` | `budget` (`null`: the edition's) |
    /// | `bulk-time` | → `milliseconds` during which bulk write jobs were under way |
    /// | `switches` | names and values of [`Switches`](super::Switches) |
    ///
    /// # Errors
    /// When the command is unknown or its body makes no sense; the text says which.
    pub fn admin(&mut self, path: &str, body: Value, now: Timestamp) -> Result<Value, String> {
        let body = match body {
            Value::Object(body) => body,
            Value::Null => Map::new(),
            _ => return Err("the body is a JSON object".to_owned()),
        };
        let arguments = Arguments(&body);
        match path {
            "records/add" => {
                let id = self.person_adds(arguments.module()?, arguments.object("values")?, now)?;
                Ok(object([("id", Value::Text(id))]))
            }
            "records/edit" => {
                let values = arguments.object("values")?;
                self.person_edits(arguments.module()?, arguments.text("id")?, values, now).map(done)
            }
            "records/delete" => {
                self.person_deletes(arguments.module()?, arguments.text("id")?, now).map(done)
            }
            "records/purge" => self.purge(arguments.module()?, arguments.text("id")?, now).map(done),
            "records/clone" => {
                let id = self.person_clones(arguments.module()?, arguments.text("id")?, now)?;
                Ok(object([("id", Value::Text(id))]))
            }
            "records/lock" => {
                let locked = arguments.boolean("locked")?;
                self.lock(arguments.module()?, arguments.text("id")?, locked).map(done)
            }
            "edition" => {
                let edition = arguments.text("edition")?;
                let edition = Edition::parse(edition).ok_or_else(|| format!("no such edition: {edition}"))?;
                self.set_edition(edition, arguments.0.get("trial").and_then(Value::as_bool).unwrap_or(false));
                if arguments.0.contains_key("users") {
                    self.org.users_licensed = arguments.digits("users")?;
                }
                Ok(done(()))
            }
            "currencies" => self.admin_currencies(&arguments).map(done),
            "taxes" => {
                let percentage = arguments.number("percentage")?;
                let id = self.add_tax(arguments.text("name")?, percentage);
                Ok(object([("id", Value::Text(id))]))
            }
            "users" if body.contains_key("id") => {
                let (id, active) = (arguments.text("id")?, arguments.boolean("active")?);
                let user = self.org.users.iter_mut().find(|user| user.id.to_string() == id);
                user.map(|user| user.active = active).ok_or_else(|| format!("no such user: {id}")).map(done)
            }
            "users" => {
                let id = self.add_user(arguments.text("name")?, arguments.text("email")?);
                Ok(object([("id", Value::Text(id))]))
            }
            "fields/unique" => {
                let unique = arguments.boolean("unique")?;
                self.set_unique(arguments.module()?, arguments.text("field")?, unique).map(done)
            }
            "fields/decimals" => {
                let digits = arguments.digits("digits")?;
                self.set_decimals(arguments.module()?, arguments.text("field")?, digits).map(done)
            }
            "fields/length" => {
                let digits = arguments.digits("digits")?;
                self.set_length(arguments.module()?, arguments.text("field")?, digits).map(done)
            }
            "fields/read-only" => {
                let read_only = arguments.boolean("read_only")?;
                self.set_read_only(arguments.module()?, arguments.text("field")?, read_only).map(done)
            }
            "fields/picklist-value" => {
                let value = arguments.text("value")?;
                self.add_picklist_value(arguments.module()?, arguments.text("field")?, value).map(done)
            }
            "poison" => {
                let message = arguments.0.get("message").and_then(Value::as_text).unwrap_or("invalid data");
                let (field, containing) = (arguments.text("field")?, arguments.text("containing")?);
                self.poison(arguments.module()?, field, containing, arguments.text("code")?, message);
                Ok(done(()))
            }
            "poison/clear" => {
                self.clear_poison();
                Ok(done(()))
            }
            "tokens/expire" => {
                self.expire_tokens();
                Ok(done(()))
            }
            "tokens/revoke" => {
                self.revoke_tokens();
                Ok(done(()))
            }
            "redirects/add" => {
                self.register_redirect(arguments.text("client")?, arguments.text("redirect_uri")?);
                Ok(done(()))
            }
            "zgid" => {
                self.set_zgid(arguments.text("zgid")?);
                Ok(done(()))
            }
            "credits" => {
                let budget = match arguments.0.get("budget") {
                    None | Some(Value::Null) => None,
                    Some(_) => Some(u64::from(arguments.digits("budget")?)),
                };
                self.set_credit_budget(budget);
                Ok(done(()))
            }
            "bulk-time" => Ok(object([("milliseconds", number(self.bulk_time().as_millis()))])),
            "switches" => body.iter().try_for_each(|(name, value)| self.switches.set(name, value)).map(done),
            _ => Err(format!("no such command: {path}")),
        }
    }

    fn admin_currencies(&mut self, arguments: &Arguments<'_>) -> Result<(), String> {
        if arguments.0.contains_key("home") {
            self.set_home_currency(arguments.text("home")?);
        }
        if arguments.0.contains_key("multi_currency") {
            self.set_multi_currency(arguments.boolean("multi_currency")?);
        }
        for (list, active) in [("active", true), ("inactive", false)] {
            let codes = arguments.0.get(list).and_then(Value::as_list).unwrap_or_default();
            for code in codes.iter().filter_map(Value::as_text) {
                self.set_currency(code, active);
            }
        }
        Ok(())
    }
}

fn done((): ()) -> Value {
    object([("status", Value::text("success"))])
}

/// A command's arguments.
struct Arguments<'a>(&'a Map);

impl<'a> Arguments<'a> {
    fn text(&self, name: &str) -> Result<&'a str, String> {
        self.0.get(name).and_then(Value::as_text).ok_or_else(|| format!("{name} is missing, or is no text"))
    }

    fn boolean(&self, name: &str) -> Result<bool, String> {
        let value = self.0.get(name).and_then(Value::as_bool);
        value.ok_or_else(|| format!("{name} is missing, or is not true or false"))
    }

    fn number(&self, name: &str) -> Result<Decimal, String> {
        self.0
            .get(name)
            .and_then(Value::as_number)
            .ok_or_else(|| format!("{name} is missing, or is no number"))
    }

    fn digits(&self, name: &str) -> Result<u32, String> {
        self.number(name)?.to_string().parse().map_err(|_| format!("{name} is not a whole number"))
    }

    fn object(&self, name: &str) -> Result<&'a Map, String> {
        self.0
            .get(name)
            .and_then(Value::as_object)
            .ok_or_else(|| format!("{name} is missing, or is no object"))
    }

    fn module(&self) -> Result<Module, String> {
        let name = self.text("module")?;
        Module::parse(name).ok_or_else(|| format!("no such module: {name}"))
    }
}
