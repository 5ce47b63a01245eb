//! Tokens to a query.

use exact_json::Decimal;

use super::lex::{Token, lex, near};
use crate::zoho::answer::{Refusal, number};

/// Criteria that one query may have.
const MOST_CRITERIA: usize = 25;
/// How deep brackets may be nested; keeps the stack bounded.
const MOST_DEPTH: usize = 50;
const DEFAULT_LIMIT: usize = 200;

/// A query, not yet held against any module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::zoho) struct Query {
    pub(super) columns: Vec<String>,
    /// The module's API name.
    pub(in crate::zoho) module: String,
    pub(super) criteria: Criteria,
    /// (column, descending)
    pub(super) order: Vec<(String, bool)>,
    pub(in crate::zoho) limit: usize,
    pub(super) offset: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Criteria {
    And(Box<Criteria>, Box<Criteria>),
    Or(Box<Criteria>, Box<Criteria>),
    Test { column: String, check: Check },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// `=`, `!=`, `<`, `>`, `<=`, `>=`
    Compare(String, Literal),
    In {
        values: Vec<Literal>,
        negated: bool,
    },
    Like {
        pattern: String,
        negated: bool,
    },
    Between {
        low: Literal,
        high: Literal,
        negated: bool,
    },
    /// `is null`, or `is not null`.
    Null(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Number(Decimal),
    Bool(bool),
}

/// Reads a query. `pairs` refuses more than two criteria between one pair of brackets.
pub(in crate::zoho) fn parse(text: &str, pairs: bool) -> Result<Query, Refusal> {
    let tokens = lex(text)?;
    Parser { tokens: &tokens, at: 0, criteria: 0, pairs }.query()
}

struct Parser<'a> {
    tokens: &'a [(Token, usize)],
    at: usize,
    criteria: usize,
    pairs: bool,
}

impl Parser<'_> {
    fn query(&mut self) -> Result<Query, Refusal> {
        if !self.eat_word("select") {
            return Err(missing("select"));
        }
        let mut columns = vec![self.column()?];
        while self.eat(&Token::Comma) {
            columns.push(self.column()?);
        }
        if !self.eat_word("from") {
            return Err(missing("from"));
        }
        let module = self.column()?;
        if !self.eat_word("where") {
            return Err(missing("where"));
        }
        let criteria = self.criteria(0)?;
        let order = self.order()?;
        let (limit, offset) = self.limit()?;
        if self.at < self.tokens.len() {
            return Err(self.unexpected());
        }
        Ok(Query { columns, module, criteria, order, limit, offset })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let same = self.peek() == Some(token);
        self.at += usize::from(same);
        same
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let same = matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.at += usize::from(same);
        same
    }

    fn unexpected(&self) -> Refusal {
        match self.tokens.get(self.at) {
            Some((token, column)) => near(column - 1, &format!("{token:?}")),
            None => near(0, "end of query"),
        }
    }

    /// A name, quoted or not: reserved words must be quoted.
    fn column(&mut self) -> Result<String, Refusal> {
        match self.peek().cloned() {
            Some(Token::Word(name) | Token::Text(name)) => {
                self.at += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// `term [and|or term]…`, left to right, `and` before `or` only through brackets.
    fn criteria(&mut self, depth: usize) -> Result<Criteria, Refusal> {
        if depth > MOST_DEPTH {
            return Err(self.unexpected());
        }
        let mut left = self.term(depth)?;
        let mut terms = 1;
        loop {
            let join = if self.eat_word("and") {
                Criteria::And
            } else if self.eat_word("or") {
                Criteria::Or
            } else {
                return Ok(left);
            };
            terms += 1;
            if self.pairs && terms > 2 {
                return Err(self.unexpected());
            }
            left = join(Box::new(left), Box::new(self.term(depth)?));
        }
    }

    fn term(&mut self, depth: usize) -> Result<Criteria, Refusal> {
        if self.eat(&Token::Open) {
            let inner = self.criteria(depth + 1)?;
            return if self.eat(&Token::Close) { Ok(inner) } else { Err(self.unexpected()) };
        }
        self.criteria += 1;
        if self.criteria > MOST_CRITERIA {
            return Err(Refusal::new(400, "LIMIT_EXCEEDED", "The query has too many criteria")
                .with("limit", number(MOST_CRITERIA))
                .with("clause", "where"));
        }
        let column = self.column()?;
        let check = self.check()?;
        Ok(Criteria::Test { column, check })
    }

    fn check(&mut self) -> Result<Check, Refusal> {
        if let Some(Token::Operator(operator)) = self.peek().cloned() {
            self.at += 1;
            return Ok(Check::Compare(operator, self.literal()?));
        }
        if self.eat_word("is") {
            let is_null = !self.eat_word("not");
            return if self.eat_word("null") { Ok(Check::Null(is_null)) } else { Err(self.unexpected()) };
        }
        let negated = self.eat_word("not");
        if self.eat_word("in") {
            return Ok(Check::In { values: self.values()?, negated });
        }
        if self.eat_word("like") {
            return match self.literal()? {
                Literal::Text(pattern) => Ok(Check::Like { pattern, negated }),
                Literal::Number(_) | Literal::Bool(_) => Err(self.unexpected()),
            };
        }
        if self.eat_word("between") {
            let low = self.literal()?;
            if !self.eat_word("and") {
                return Err(self.unexpected());
            }
            return Ok(Check::Between { low, high: self.literal()?, negated });
        }
        Err(self.unexpected())
    }

    fn values(&mut self) -> Result<Vec<Literal>, Refusal> {
        if !self.eat(&Token::Open) {
            return Err(self.unexpected());
        }
        let mut values = vec![self.literal()?];
        while self.eat(&Token::Comma) {
            values.push(self.literal()?);
        }
        if self.eat(&Token::Close) { Ok(values) } else { Err(self.unexpected()) }
    }

    fn literal(&mut self) -> Result<Literal, Refusal> {
        let literal = match self.peek().cloned() {
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Number(number)) => Literal::Number(number),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Literal::Bool(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Literal::Bool(false),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(literal)
    }

    fn order(&mut self) -> Result<Vec<(String, bool)>, Refusal> {
        let mut order = Vec::new();
        if !self.eat_word("order") {
            return Ok(order);
        }
        if !self.eat_word("by") {
            return Err(self.unexpected());
        }
        loop {
            let column = self.column()?;
            let descending = self.eat_word("desc");
            if !descending {
                self.eat_word("asc");
            }
            order.push((column, descending));
            if !self.eat(&Token::Comma) {
                return Ok(order);
            }
        }
    }

    /// `limit n`, `limit offset, n` or `limit n offset m`.
    fn limit(&mut self) -> Result<(usize, usize), Refusal> {
        if !self.eat_word("limit") {
            return Ok((DEFAULT_LIMIT, 0));
        }
        let first = self.count()?;
        if self.eat(&Token::Comma) {
            return Ok((self.count()?, first));
        }
        if self.eat_word("offset") {
            return Ok((first, self.count()?));
        }
        Ok((first, 0))
    }

    fn count(&mut self) -> Result<usize, Refusal> {
        let count = match self.peek() {
            Some(Token::Number(number)) => number.to_string().parse().ok(),
            _ => None,
        };
        let count = count.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(count)
    }
}

fn missing(clause: &str) -> Refusal {
    Refusal::new(400, "SYNTAX_ERROR", "missing clause").with("clause", clause)
}

#[cfg(test)]
mod tests {
    use super::{Check, Criteria, Literal, parse};

    fn code(text: &str) -> String {
        parse(text, true).unwrap_err().code
    }

    #[test]
    fn a_query_is_columns_module_criteria_order_and_limit() {
        let query = parse(
            "SELECT id, Account_Name.Account_Name from Contacts WHERE id > '5' order by id asc limit 20, 100",
            true,
        )
        .unwrap();
        assert_eq!(query.columns, ["id", "Account_Name.Account_Name"]);
        assert_eq!((query.limit, query.offset), (100, 20));
        assert_eq!(query.order, [("id".to_owned(), false)]);
        let check = Check::Compare(">".to_owned(), Literal::Text("5".to_owned()));
        assert_eq!(query.criteria, Criteria::Test { column: "id".to_owned(), check });
    }

    #[test]
    fn the_where_clause_is_required() {
        assert_eq!(code("select id from Accounts"), "SYNTAX_ERROR");
        assert_eq!(code("select id from Accounts limit 5"), "SYNTAX_ERROR");
        assert_eq!(code("delete from Accounts where id > '1'"), "SYNTAX_ERROR");
    }

    #[test]
    fn more_than_two_criteria_are_grouped_in_pairs() {
        let flat = "select id from Accounts where a is null and b is null and c is null";
        assert_eq!(code(flat), "SYNTAX_ERROR");
        assert!(parse(flat, false).is_ok());
        assert!(
            parse("select id from Accounts where ((a is null and b is null) and c is null)", true).is_ok()
        );
    }

    #[test]
    fn between_is_one_criterion() {
        assert!(
            parse("select id from Accounts where (a between 1 and 2 and b not in ('x','y'))", true).is_ok()
        );
    }

    #[test]
    fn endless_brackets_are_refused() {
        let text = format!("select id from Accounts where {}id is null", "(".repeat(10_000));
        assert_eq!(code(&text), "SYNTAX_ERROR");
    }
}
