//! The part of OData's `$filter` that Business Central understands, with its refusals.

use std::cmp::Ordering;

use exact_json::{Decimal, Value};

use super::row::Row;
use super::schema::{Kind, Property};

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// Either; on one field only.
    Or(Box<Filter>, Box<Filter>),
    /// A comparison.
    Compare(&'static str, Operator, Value),
    /// `startswith`, `contains` or `endswith`.
    Match(Function, &'static str, String),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A text function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The text begins so.
    StartsWith,
    /// The text has it somewhere.
    Contains,
    /// The text ends so.
    EndsWith,
}

impl Filter {
    /// Reads a filter over an entity with those properties.
    ///
    /// # Errors
    /// Business Central's words.
    pub fn parse(text: &str, properties: &'static [Property]) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0, properties };
        let filter = parser.or()?;
        if parser.at < parser.tokens.len() {
            return Err(format!("Syntax error at position {} in '{text}'.", parser.at));
        }
        filter.check()?;
        Ok(filter)
    }

    /// `or` between conditions on different fields is refused (facts, §5.1).
    fn check(&self) -> Result<(), String> {
        match self {
            Self::Or(a, b) => {
                let (mut fields, mut others) = (a.fields(), b.fields());
                fields.append(&mut others);
                fields.dedup();
                if fields.len() > 1 {
                    return Err("An OR expression may only be used on one field in the filter.".to_owned());
                }
                Ok(())
            }
            Self::And(a, b) => a.check().and_then(|()| b.check()),
            Self::Compare(..) | Self::Match(..) => Ok(()),
        }
    }

    fn fields(&self) -> Vec<&'static str> {
        let mut fields = match self {
            Self::And(a, b) | Self::Or(a, b) => [a.fields(), b.fields()].concat(),
            Self::Compare(name, ..) | Self::Match(_, name, _) => vec![*name],
        };
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Whether a record passes; `printed` gives a property's value.
    pub fn passes(&self, row: &Row, properties: &'static [Property]) -> bool {
        match self {
            Self::And(a, b) => a.passes(row, properties) && b.passes(row, properties),
            Self::Or(a, b) => a.passes(row, properties) || b.passes(row, properties),
            Self::Compare(name, operator, wanted) => {
                let Some(property) = properties.iter().find(|p| p.name == *name) else { return false };
                let order = compare(&row.printed(property), wanted, property.kind);
                match operator {
                    Operator::Eq => order == Ordering::Equal,
                    Operator::Ne => order != Ordering::Equal,
                    Operator::Gt => order == Ordering::Greater,
                    Operator::Ge => order != Ordering::Less,
                    Operator::Lt => order == Ordering::Less,
                    Operator::Le => order != Ordering::Greater,
                }
            }
            Self::Match(function, name, wanted) => {
                let text = row.text(name);
                match function {
                    Function::StartsWith => text.starts_with(wanted.as_str()),
                    Function::Contains => text.contains(wanted.as_str()),
                    Function::EndsWith => text.ends_with(wanted.as_str()),
                }
            }
        }
    }
}

fn compare(have: &Value, want: &Value, kind: Kind) -> Ordering {
    match (have, want, kind) {
        (Value::Text(have), Value::Text(want), Kind::Moment) => {
            let at = |text: &str| text.parse::<jiff::Timestamp>().ok();
            at(have).cmp(&at(want))
        }
        (Value::Text(have), Value::Text(want), Kind::Guid) => have.to_lowercase().cmp(&want.to_lowercase()),
        (have, want, _) => have.cmp(want),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Open,
    Close,
    Comma,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        match first {
            '(' | ')' | ',' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
                rest = &rest[1..];
            }
            '\'' => {
                let mut value = String::new();
                let mut chars = rest.char_indices().skip(1).peekable();
                let mut end = None;
                while let Some((at, c)) = chars.next() {
                    if c == '\'' {
                        if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                            chars.next();
                        } else {
                            end = Some(at + 1);
                            break;
                        }
                    }
                    value.push(c);
                }
                let end = end.ok_or("There is an unterminated string literal in the filter.")?;
                tokens.push(Token::Quoted(value));
                rest = &rest[end..];
            }
            _ => {
                let end = rest.find(|c: char| c.is_whitespace() || "(),'".contains(c)).unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        rest = rest.trim_start();
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    properties: &'static [Property],
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let found = self.tokens.get(self.at) == Some(&Token::Word(word.to_owned()));
        self.at += usize::from(found);
        found
    }

    fn takes(&mut self, token: &Token) -> Result<(), String> {
        if self.next().as_ref() == Some(token) {
            Ok(())
        } else {
            Err("Syntax error in the filter.".to_owned())
        }
    }

    fn or(&mut self) -> Result<Filter, String> {
        let mut left = self.and()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Filter, String> {
        let mut left = self.condition()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.condition()?));
        }
        Ok(left)
    }

    fn condition(&mut self) -> Result<Filter, String> {
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.at += 1;
            let inner = self.or()?;
            self.takes(&Token::Close)?;
            return Ok(inner);
        }
        let Some(Token::Word(word)) = self.next() else {
            return Err("Syntax error in the filter.".to_owned());
        };
        let function = match word.as_str() {
            "startswith" => Some(Function::StartsWith),
            "contains" => Some(Function::Contains),
            "endswith" => Some(Function::EndsWith),
            _ => None,
        };
        if let Some(function) = function {
            self.takes(&Token::Open)?;
            let Some(Token::Word(name)) = self.next() else {
                return Err("Syntax error in the filter.".to_owned());
            };
            let property = self.property(&name)?;
            self.takes(&Token::Comma)?;
            let Some(Token::Quoted(text)) = self.next() else {
                return Err("Syntax error in the filter.".to_owned());
            };
            self.takes(&Token::Close)?;
            return Ok(Filter::Match(function, property.name, text));
        }
        let property = self.property(&word)?;
        let operator = match self.next() {
            Some(Token::Word(word)) => match word.as_str() {
                "eq" => Operator::Eq,
                "ne" => Operator::Ne,
                "gt" => Operator::Gt,
                "ge" => Operator::Ge,
                "lt" => Operator::Lt,
                "le" => Operator::Le,
                other => return Err(format!("'{other}' is not an operator.")),
            },
            _ => return Err("Syntax error in the filter.".to_owned()),
        };
        let literal = self.next().ok_or("Syntax error in the filter.")?;
        Ok(Filter::Compare(property.name, operator, value(property, literal)?))
    }

    fn property(&self, name: &str) -> Result<&'static Property, String> {
        let found = self.properties.iter().find(|property| property.name == name);
        let property =
            found.ok_or_else(|| format!("Could not find a property named '{name}' on the type."))?;
        if property.computed {
            return Err(format!(
                "The field '{name}' cannot be used in a filter: it is not bound to a table field."
            ));
        }
        Ok(property)
    }
}

fn value(property: &Property, literal: Token) -> Result<Value, String> {
    let wrong = |text: &str| format!("The value '{text}' does not fit the type of '{}'.", property.name);
    match (property.kind, literal) {
        (Kind::Text, Token::Quoted(text)) => Ok(Value::Text(text)),
        (Kind::Enum(members), Token::Quoted(text)) => {
            if members.contains(&text.as_str()) {
                Ok(Value::Text(text))
            } else {
                Err(format!("The string '{text}' is not a valid enumeration type constant."))
            }
        }
        (Kind::Guid, Token::Word(text)) => match text.parse::<uuid::Uuid>() {
            Ok(id) => Ok(Value::text(id.to_string())),
            Err(_) => Err(wrong(&text)),
        },
        (Kind::Moment, Token::Word(text)) => match text.parse::<jiff::Timestamp>() {
            Ok(_) => Ok(Value::Text(text)),
            Err(_) => Err(wrong(&text)),
        },
        (Kind::Date, Token::Word(text)) => match text.parse::<jiff::civil::Date>() {
            Ok(_) => Ok(Value::Text(text)),
            Err(_) => Err(wrong(&text)),
        },
        (Kind::Number | Kind::Whole, Token::Word(text)) => {
            text.parse::<Decimal>().map(Value::Number).map_err(|_| wrong(&text))
        }
        (Kind::Bool, Token::Word(text)) => match text.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(wrong(&text)),
        },
        (_, Token::Quoted(text) | Token::Word(text)) => Err(wrong(&text)),
        (_, Token::Open | Token::Close | Token::Comma) => Err("Syntax error in the filter.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;
    use crate::business_central::row::Row;
    use crate::business_central::schema::Table;

    fn customers(text: &str) -> Result<Filter, String> {
        Filter::parse(text, Table::Customers.properties())
    }

    fn passes(text: &str) -> bool {
        let row = Row::new(uuid::Uuid::from_u128(1))
            .with("number", "C'10")
            .with("blocked", "All")
            .with("creditLimit", exact_json::Decimal::new(15, 1));
        customers(text).unwrap().passes(&row, Table::Customers.properties())
    }

    #[test]
    fn conditions_are_understood() {
        assert!(passes("number eq 'C''10' and blocked eq 'All'"));
        assert!(passes("(blocked eq 'Ship' or blocked eq 'All') and creditLimit ge 1.5"));
        assert!(!passes("lastModifiedDateTime gt 1970-01-01T00:00:00Z"));
        assert!(passes("lastModifiedDateTime ge 1970-01-01T00:00:00.000Z"));
        assert!(passes("id eq 00000000-0000-0000-0000-000000000001"));
        assert!(passes("startswith(number,'C')"));
    }

    #[test]
    fn or_works_on_one_field_only() {
        assert!(customers("number eq 'A' or number eq 'B'").is_ok());
        assert!(customers("number eq 'A' or city eq 'B'").unwrap_err().contains("one field"));
    }

    #[test]
    fn computed_fields_and_plain_enum_names_are_refused() {
        assert!(customers("currencyCode eq 'EUR'").unwrap_err().contains("cannot be used"));
        assert!(customers("blocked eq ' '").unwrap_err().contains("not a valid enumeration type constant"));
        assert!(customers("blocked eq '_x0020_'").is_ok());
        assert!(customers("nonsense eq 1").unwrap_err().contains("Could not find a property"));
        assert!(customers("number eq 'open").is_err());
    }
}
