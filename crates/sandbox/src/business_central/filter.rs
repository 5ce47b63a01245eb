//! The part of OData's `$filter` that Business Central understands, with its refusals.

use std::cmp::Ordering;

use exact_json::Decimal;
use jiff::Timestamp;
use uuid::Uuid;

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
    Compare(&'static Property, Operator, Literal),
    /// `startswith`, `contains` or `endswith`.
    Match(Function, &'static Property, String),
}

/// What a property is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text, an enumeration's member or a day: all of them are ordered as texts.
    Text(String),
    /// A number.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// A GUID.
    Guid(Uuid),
    /// A moment.
    Moment(Timestamp),
}

impl Literal {
    /// How the property of a row stands to this.
    fn order(&self, row: &Row, property: &Property) -> Ordering {
        match self {
            Self::Text(wanted) => have(row, property).cmp(wanted.as_str()),
            Self::Number(wanted) => row.number(property.name).cmp(wanted),
            Self::Bool(wanted) => row.truth(property.name).cmp(wanted),
            Self::Guid(wanted) if property.name == "id" => row.id.cmp(wanted),
            Self::Guid(wanted) => row.text(property.name).parse().unwrap_or(Uuid::nil()).cmp(wanted),
            Self::Moment(wanted) => row.modified.cmp(wanted),
        }
    }
}

fn have<'a>(row: &'a Row, property: &Property) -> &'a str {
    match row.text(property.name) {
        "" => property.kind.blank_text(),
        text => text,
    }
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
            Self::Compare(property, ..) | Self::Match(_, property, _) => vec![property.name],
        };
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// Whether a record passes.
    pub fn passes(&self, row: &Row) -> bool {
        match self {
            Self::And(a, b) => a.passes(row) && b.passes(row),
            Self::Or(a, b) => a.passes(row) || b.passes(row),
            Self::Compare(property, operator, wanted) => {
                let order = wanted.order(row, property);
                match operator {
                    Operator::Eq => order == Ordering::Equal,
                    Operator::Ne => order != Ordering::Equal,
                    Operator::Gt => order == Ordering::Greater,
                    Operator::Ge => order != Ordering::Less,
                    Operator::Lt => order == Ordering::Less,
                    Operator::Le => order != Ordering::Greater,
                }
            }
            Self::Match(function, property, wanted) => {
                let text = have(row, property);
                match function {
                    Function::StartsWith => text.starts_with(wanted.as_str()),
                    Function::Contains => text.contains(wanted.as_str()),
                    Function::EndsWith => text.ends_with(wanted.as_str()),
                }
            }
        }
    }

    /// The only values that the property can have in a record that passes; `None` where the filter does not list them.
    pub fn only(&self, name: &str) -> Option<Vec<&Literal>> {
        match self {
            Self::And(a, b) => a.only(name).or_else(|| b.only(name)),
            Self::Or(a, b) => Some([a.only(name)?, b.only(name)?].concat()),
            Self::Compare(property, Operator::Eq, wanted) if property.name == name => Some(vec![wanted]),
            Self::Compare(..) | Self::Match(..) => None,
        }
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
            return Ok(Filter::Match(function, property, text));
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
        Ok(Filter::Compare(property, operator, value(property, literal)?))
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

fn value(property: &Property, literal: Token) -> Result<Literal, String> {
    let wrong = |text: &str| format!("The value '{text}' does not fit the type of '{}'.", property.name);
    match (property.kind, literal) {
        (Kind::Text, Token::Quoted(text)) => Ok(Literal::Text(text)),
        (Kind::Enum(members), Token::Quoted(text)) => {
            if members.contains(&text.as_str()) {
                Ok(Literal::Text(text))
            } else {
                Err(format!("The string '{text}' is not a valid enumeration type constant."))
            }
        }
        (Kind::Guid, Token::Word(text)) => text.parse().map(Literal::Guid).map_err(|_| wrong(&text)),
        (Kind::Moment, Token::Word(text)) => text.parse().map(Literal::Moment).map_err(|_| wrong(&text)),
        (Kind::Date, Token::Word(text)) => {
            let date = text.parse::<jiff::civil::Date>().map_err(|_| wrong(&text))?;
            Ok(Literal::Text(date.to_string()))
        }
        (Kind::Number | Kind::Whole, Token::Word(text)) => {
            text.parse().map(Literal::Number).map_err(|_| wrong(&text))
        }
        (Kind::Bool, Token::Word(text)) => text.parse().map(Literal::Bool).map_err(|_| wrong(&text)),
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
        customers(text).unwrap().passes(&row)
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

    #[test]
    fn blanks_are_compared_as_they_are_printed() {
        let row = Row::new(uuid::Uuid::from_u128(1));
        let passes =
            |text: &str| Filter::parse(text, Table::SalesInvoices.properties()).unwrap().passes(&row);
        assert!(passes("dueDate eq 0001-01-01 and dueDate lt 2025-01-01"));
        assert!(passes("customerId eq 00000000-0000-0000-0000-000000000000"));
        assert!(passes(
            "status eq '_x0020_' and number eq '' and totalTaxAmount eq 0 and pricesIncludeTax eq false"
        ));
    }

    #[test]
    fn a_filter_says_which_values_it_lists() {
        let count = |text: &str| customers(text).unwrap().only("number").map(|values| values.len());
        assert_eq!(count("(number eq 'A' or number eq 'B') and city eq 'C'"), Some(2));
        assert_eq!(count("city eq 'C' and number eq 'A'"), Some(1));
        assert_eq!(count("number eq 'A' or number gt 'B'"), None);
        assert_eq!(count("city eq 'C'"), None);
    }
}
