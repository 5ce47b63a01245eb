//! Criteria held against the fields, and how to avoid looking at every record.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::column::{Cell, Column};
use super::parse::{Check, Criteria};
use crate::zoho::answer::{Refusal, number};
use crate::zoho::module::Module;
use crate::zoho::state::ZohoState;
use crate::zoho::store::Record;

/// Criteria whose columns and values are known to fit.
#[derive(Clone, Debug)]
pub(super) enum Filter<'a> {
    And(Box<Filter<'a>>, Box<Filter<'a>>),
    Or(Box<Filter<'a>>, Box<Filter<'a>>),
    Test(Column<'a>, Test),
}

/// What a column's value must be. Null fits nothing but `is null`, as in SQL.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Equal(Cell),
    NotEqual(Cell),
    Less(Cell),
    More(Cell),
    AtMost(Cell),
    AtLeast(Cell),
    In(BTreeSet<Cell>),
    NotIn(BTreeSet<Cell>),
    /// Pieces of the pattern between the `%` signs, lower case.
    Like(Vec<String>),
    NotLike(Vec<String>),
    Between(Cell, Cell),
    NotBetween(Cell, Cell),
    Null,
    NotNull,
}

impl ZohoState {
    /// Finds the columns of `criteria` and turns its values into theirs.
    pub(super) fn filter(&self, module: Module, criteria: &Criteria) -> Result<Filter<'_>, Refusal> {
        let both =
            |left, right| Ok((Box::new(self.filter(module, left)?), Box::new(self.filter(module, right)?)));
        match criteria {
            Criteria::And(left, right) => both(left, right).map(|(left, right)| Filter::And(left, right)),
            Criteria::Or(left, right) => both(left, right).map(|(left, right)| Filter::Or(left, right)),
            Criteria::Test { column, check } => {
                let column = self.column(module, column)?;
                let is_null_check = matches!(check, Check::Null(_));
                if !column.field.data_type.is_filterable() && !is_null_check {
                    return Err(Refusal::new(400, "INVALID_QUERY", "data type not supported")
                        .with("column_name", column.field.api_name.as_str())
                        .with("data_type", column.field.data_type.name()));
                }
                Ok(Filter::Test(column, self.test(&column, check)?))
            }
        }
    }

    fn test(&self, column: &Column<'_>, check: &Check) -> Result<Test, Refusal> {
        Ok(match check {
            Check::Compare(operator, literal) => {
                let cell = column.cell_of(literal)?;
                match operator.as_str() {
                    "=" => Test::Equal(cell),
                    "!=" => Test::NotEqual(cell),
                    "<" => Test::Less(cell),
                    ">" => Test::More(cell),
                    "<=" => Test::AtMost(cell),
                    _ => Test::AtLeast(cell),
                }
            }
            Check::In { values, negated } => {
                let most = self.switches.coql_in_max;
                if values.len() > most {
                    let text = format!(
                        "You have specified more than {most} values for the \"in\" or \"not in\" comparators of the select query."
                    );
                    return Err(Refusal::new(400, "LIMIT_EXCEEDED", &text).with("limit", number(most)));
                }
                let cells = values.iter().map(|value| column.cell_of(value)).collect::<Result<_, _>>()?;
                if *negated { Test::NotIn(cells) } else { Test::In(cells) }
            }
            Check::Like { pattern, negated } => {
                let pieces = pattern.to_lowercase().split('%').map(ToOwned::to_owned).collect();
                if *negated { Test::NotLike(pieces) } else { Test::Like(pieces) }
            }
            Check::Between { low, high, negated } => {
                let (low, high) = (column.cell_of(low)?, column.cell_of(high)?);
                if *negated { Test::NotBetween(low, high) } else { Test::Between(low, high) }
            }
            Check::Null(true) => Test::Null,
            Check::Null(false) => Test::NotNull,
        })
    }

    pub(super) fn fits(&self, record: &Record, filter: &Filter<'_>) -> bool {
        match filter {
            Filter::And(left, right) => self.fits(record, left) && self.fits(record, right),
            Filter::Or(left, right) => self.fits(record, left) || self.fits(record, right),
            Filter::Test(column, test) => test.fits(&self.cell(record, column)),
        }
    }

    /// The ids that can fit at most, where an index tells.
    pub(super) fn candidates(&self, module: Module, filter: &Filter<'_>) -> Option<BTreeSet<u64>> {
        match filter {
            Filter::And(left, right) => match (self.candidates(module, left), self.candidates(module, right))
            {
                (Some(left), Some(right)) => Some(if left.len() < right.len() { left } else { right }),
                (one, other) => one.or(other),
            },
            Filter::Or(left, right) => {
                let mut all = self.candidates(module, left)?;
                all.extend(self.candidates(module, right)?);
                Some(all)
            }
            Filter::Test(column, test) => {
                let cells: Vec<&Cell> = match test {
                    Test::Equal(cell) => vec![cell],
                    Test::In(cells) => cells.iter().collect(),
                    _ => return None,
                };
                self.indexed(module, column, &cells)
            }
        }
    }

    fn indexed(&self, module: Module, column: &Column<'_>, cells: &[&Cell]) -> Option<BTreeSet<u64>> {
        let name = column.field.api_name.as_str();
        let store = &self.stores[module];
        if column.via.is_some() {
            return None;
        }
        let ids = cells.iter().map(|cell| match (name, cell) {
            ("id", Cell::Id(id)) => Some(vec![*id]),
            ("Parent_Id", Cell::Id(id)) => Some(store.children(*id)),
            (_, Cell::Text(text)) if store.is_indexed(name) => Some(store.holders(name, text)),
            (_, Cell::Id(id)) if store.is_indexed(name) => Some(store.holders(name, &id.to_string())),
            _ => None,
        });
        let ids: Option<Vec<Vec<u64>>> = ids.collect();
        ids.map(|ids| ids.into_iter().flatten().collect())
    }
}

impl Filter<'_> {
    /// The least id that can fit.
    pub(super) fn least_id(&self) -> Option<u64> {
        self.least(&|column, cell| match cell {
            Cell::Id(id) if column.via.is_none() && column.field.api_name == "id" => Some(*id),
            _ => None,
        })
    }

    /// The earliest Modified_Time that can fit.
    pub(super) fn least_time(&self) -> Option<Timestamp> {
        self.least(&|column, cell| match cell {
            Cell::Time(time) if column.via.is_none() && column.field.api_name == "Modified_Time" => {
                Some(*time)
            }
            _ => None,
        })
    }

    fn least<T: Ord>(&self, bound: &dyn Fn(&Column<'_>, &Cell) -> Option<T>) -> Option<T> {
        match self {
            // Both must hold: the greater bound. `None` is below every bound.
            Self::And(left, right) => left.least(bound).max(right.least(bound)),
            // One may hold: the lesser bound, and none if either has none.
            Self::Or(left, right) => left.least(bound).min(right.least(bound)),
            Self::Test(column, test) => match test {
                Test::Equal(cell) | Test::More(cell) | Test::AtLeast(cell) | Test::Between(cell, _) => {
                    bound(column, cell)
                }
                Test::In(cells) => cells.iter().map(|cell| bound(column, cell)).min().flatten(),
                Test::NotEqual(_)
                | Test::Less(_)
                | Test::AtMost(_)
                | Test::NotIn(_)
                | Test::Like(_)
                | Test::NotLike(_)
                | Test::NotBetween(..)
                | Test::Null
                | Test::NotNull => None,
            },
        }
    }
}

impl Test {
    fn fits(&self, cell: &Cell) -> bool {
        if *cell == Cell::Null {
            return matches!(self, Self::Null);
        }
        match self {
            Self::Equal(value) => cell == value,
            Self::NotEqual(value) => cell != value,
            Self::Less(value) => cell < value,
            Self::More(value) => cell > value,
            Self::AtMost(value) => cell <= value,
            Self::AtLeast(value) => cell >= value,
            Self::In(values) => values.contains(cell),
            Self::NotIn(values) => !values.contains(cell),
            Self::Like(pieces) => matches!(cell, Cell::Text(text) if is_like(text, pieces)),
            Self::NotLike(pieces) => matches!(cell, Cell::Text(text) if !is_like(text, pieces)),
            Self::Between(low, high) => low <= cell && cell <= high,
            Self::NotBetween(low, high) => cell < low || high < cell,
            Self::Null => false,
            Self::NotNull => true,
        }
    }
}

/// Whether `text` is the pieces with anything between them.
fn is_like(text: &str, pieces: &[String]) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| only == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_like;

    fn like(text: &str, pattern: &str) -> bool {
        is_like(text, &pattern.split('%').map(ToOwned::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_percent_sign_stands_for_anything() {
        assert!(like("adatum", "ada%"));
        assert!(like("adatum", "%tum"));
        assert!(like("adatum", "%dat%"));
        assert!(like("adatum", "a%t%m"));
        assert!(like("adatum", "adatum"));
        assert!(!like("adatum", "dat"));
        assert!(!like("adatum", "%x%"));
        assert!(!like("ab", "ab%b"));
    }
}
