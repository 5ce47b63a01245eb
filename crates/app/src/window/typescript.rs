//! Writes `ui/src/backend/schema.ts` from the commands and their types, and fails when that file is stale.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

use super::schema::{self, Event, Failure, Nothing};

/// The types that were met, by name, and the commands.
pub(super) struct Declarations {
    config: Config,
    types: BTreeMap<String, String>,
    commands: Vec<String>,
}

impl Declarations {
    fn new() -> Self {
        Self {
            // Counts stay far below 2^53; what could be larger is text.
            config: Config::new().with_large_int("number"),
            types: BTreeMap::new(),
            commands: Vec::new(),
        }
    }

    /// Notes a command.
    pub(super) fn command<P: TS + 'static, R: TS + 'static>(&mut self, name: &str) {
        let (params, result) = (self.named::<P>(), self.named::<R>());
        self.commands.push(format!("  {name}: {{ params: {params}; result: {result} }};"));
    }

    fn named<T: TS + 'static>(&mut self) -> String {
        if TypeId::of::<T>() == TypeId::of::<Nothing>() {
            return "null".to_owned();
        }
        self.visit::<T>();
        T::name(&self.config)
    }

    fn text(self) -> String {
        let types: Vec<String> = self.types.into_values().collect();
        format!(
            "// Made from crates/app/src/window/schema.rs by `LEDGERLINE_RENEW=1 cargo test -p app typescript`. Not to be edited by hand.\n\n\
             export interface Commands {{\n{}\n}}\n\n{}\n",
            self.commands.join("\n"),
            types.join("\n\n")
        )
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Only what has a path of its own is declared; what stands for something else is not.
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.types.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            let declared = format!("{docs}export {}", T::decl(&self.config));
            self.types.insert(name, declared);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TS for Nothing {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(_: &Config) -> String {
        "null".to_owned()
    }

    fn inline(config: &Config) -> String {
        Self::name(config)
    }
}

#[test]
fn the_typescript_types_are_those_of_the_commands() {
    let mut declarations = Declarations::new();
    schema::described(&mut declarations);
    declarations.named::<Event>();
    declarations.named::<Failure>();
    let text = declarations.text();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/backend/schema.ts");
    if std::env::var_os("LEDGERLINE_RENEW").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let held = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        held == text,
        "ui/src/backend/schema.ts is stale: renew it with `LEDGERLINE_RENEW=1 cargo test -p app typescript`"
    );
}
