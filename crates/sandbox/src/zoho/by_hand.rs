//! What a person at the keyboard and an administrator do, as methods; `admin` gives them to the outside as commands.

use exact_json::{Map, Value};
use jiff::Timestamp;

use super::answer::{Refusal, object};
use super::field::{Access, Field};
use super::module::Module;
use super::org::PERSON;
use super::stamp;
use super::state::{Poison, ZohoState};
use super::write::Writer;

impl ZohoState {
    /// A person adds a record in the browser; returns the id.
    ///
    /// # Errors
    /// As the API would refuse it; the text is the answer's body.
    pub fn person_adds(&mut self, module: Module, values: &Map, now: Timestamp) -> Result<String, String> {
        self.write(module, None, values, "$", &person(now))
            .map(|id| id.to_string())
            .map_err(|refusal| told(&refusal))
    }

    /// A person edits a record in the browser.
    ///
    /// # Errors
    /// As the API would refuse it; the text is the answer's body.
    pub fn person_edits(
        &mut self,
        module: Module,
        id: &str,
        values: &Map,
        now: Timestamp,
    ) -> Result<(), String> {
        self.write(module, Some(number(id)?), values, "$", &person(now))
            .map(|_| ())
            .map_err(|refusal| told(&refusal))
    }

    /// A person deletes a record: it goes to the recycle bin.
    ///
    /// # Errors
    /// As the API would refuse it; the text is the answer's body.
    pub fn person_deletes(&mut self, module: Module, id: &str, now: Timestamp) -> Result<(), String> {
        self.remove(module, number(id)?, &person(now)).map_err(|refusal| told(&refusal))
    }

    /// Deletes a record for good, be it still there or in the recycle bin.
    ///
    /// # Errors
    /// When there is neither.
    pub fn purge(&mut self, module: Module, id: &str, now: Timestamp) -> Result<(), String> {
        let number = number(id)?;
        if self.stores[module].get(number).is_some() {
            self.remove(module, number, &person(now)).map_err(|refusal| told(&refusal))?;
        }
        let entry = self.stores[module].deleted.iter_mut().find(|entry| entry.id == number);
        let entry = entry.ok_or_else(|| format!("{} has no record {id}", module.api_name()))?;
        entry.purged = true;
        Ok(())
    }

    /// A person clones a record: everything but unique fields is copied, the rows too; returns the clone's id.
    ///
    /// # Errors
    /// When there is no such record, or the copy is refused.
    pub fn person_clones(&mut self, module: Module, id: &str, now: Timestamp) -> Result<String, String> {
        let record = self.stores[module].get(number(id)?);
        let record = record.ok_or_else(|| format!("{} has no record {id}", module.api_name()))?;
        let mut values = self.whole(module, record);
        for field in self.fields(module).filter(|field| field.unique.is_some()) {
            values.remove(&field.api_name);
        }
        if let Some(Value::List(rows)) = module.rows().and_then(|rows| values.get_mut(rows.api_name())) {
            for row in rows {
                if let Value::Object(row) = row {
                    row.remove("id");
                }
            }
        }
        self.person_adds(module, &values, now)
    }

    /// An administrator adds a field in the set-up pages.
    ///
    /// # Errors
    /// As the API would refuse it; the text is the answer's body.
    pub fn person_creates_field(
        &mut self,
        module: Module,
        label: &str,
        data_type: &str,
    ) -> Result<(), String> {
        let wanted = object([("field_label", Value::text(label)), ("data_type", Value::text(data_type))]);
        self.create_field(module, &wanted, "$").map(|_| ()).map_err(|refusal| told(&refusal))
    }

    /// Locks or unlocks a record.
    ///
    /// # Errors
    /// When there is no such record.
    pub fn lock(&mut self, module: Module, id: &str, locked: bool) -> Result<(), String> {
        let known = self.stores[module].set_locked(number(id)?, locked);
        if known { Ok(()) } else { Err(format!("{} has no record {id}", module.api_name())) }
    }

    /// Makes a field unique (without regard to case), or ordinary again. Existing duplicates stay.
    ///
    /// # Errors
    /// When there is no such field, or the module has two unique ones already.
    pub fn set_unique(&mut self, module: Module, field: &str, unique: bool) -> Result<(), String> {
        let taken =
            self.schema[module].iter().filter(|other| other.unique.is_some() && other.api_name != field);
        if unique && taken.count() >= 2 {
            return Err(format!("{} has two unique fields already", module.api_name()));
        }
        self.change_field(module, field)?.unique = unique.then_some(false);
        self.stores[module].index_field(field);
        Ok(())
    }

    /// Sets how many digits behind the point a field keeps.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn set_decimals(&mut self, module: Module, field: &str, digits: u32) -> Result<(), String> {
        self.change_field(module, field)?.decimals = Some(digits);
        Ok(())
    }

    /// Sets how long a field's values may be.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn set_length(&mut self, module: Module, field: &str, length: u32) -> Result<(), String> {
        self.change_field(module, field)?.length = length;
        Ok(())
    }

    /// Lets the API write a field, or not; what is sent is then ignored.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn set_read_only(&mut self, module: Module, field: &str, read_only: bool) -> Result<(), String> {
        let access = if read_only { Access::ReadOnly } else { Access::Writable };
        self.change_field(module, field)?.access = access;
        Ok(())
    }

    /// Adds a value to a picklist.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn add_picklist_value(&mut self, module: Module, field: &str, value: &str) -> Result<(), String> {
        let field = self.change_field(module, field)?;
        if !field.picklist.iter().any(|known| known == value) {
            field.picklist.push(value.to_owned());
        }
        Ok(())
    }

    fn change_field(&mut self, module: Module, name: &str) -> Result<&mut Field, String> {
        let field = self.schema[module].iter_mut().find(|field| field.api_name == name);
        field.ok_or_else(|| format!("{} has no field {name}", module.api_name()))
    }

    /// Refuses records from the API whose `field` contains `containing`, with a code of the organisation's own.
    pub fn poison(&mut self, module: Module, field: &str, containing: &str, code: &str, message: &str) {
        self.poison.push(Poison {
            module,
            field: field.to_owned(),
            containing: containing.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    /// Ends every rule of [`Self::poison`].
    pub fn clear_poison(&mut self) {
        self.poison.clear();
    }
}

fn person(now: Timestamp) -> Writer {
    Writer {
        at: stamp::whole_second(now),
        user: PERSON,
        by_person: true,
        workflows: true,
        unmodified_since: None,
    }
}

fn number(id: &str) -> Result<u64, String> {
    id.parse().map_err(|_| format!("not an id: {id}"))
}

fn told(refusal: &Refusal) -> String {
    refusal.body().to_json()
}
