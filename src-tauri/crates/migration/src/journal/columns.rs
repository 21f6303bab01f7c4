//! Reads the columns of a row as values, and writes values as columns. `rows` uses it for every table.

use rusqlite::Row;
use rusqlite::types::Type;
use transload_model::Digest;

use crate::journal::codes::Coded;

/// Reads a text column into a value.
pub(super) fn read<T, E>(
    row: &Row<'_>,
    column: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    parse(&text).map_err(|error| unreadable(error.into()))
}

/// Reads a column that is never negative.
pub(super) fn unsigned_column(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get(column).map(unsigned)
}

pub(super) fn coded<T: Coded>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    read(row, column, T::read)
}

pub(super) fn digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Digest>> {
    let text: Option<String> = row.get(column)?;
    let read = text.map(|text| Digest::parse(&text)).transpose();
    read.map_err(|error| unreadable(error.into()))
}

pub(super) fn list<T, E>(
    row: &Row<'_>,
    column: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> rusqlite::Result<Vec<T>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    let values: Result<_, _> = text.split_whitespace().map(parse).collect();
    values.map_err(|error| unreadable(error.into()))
}

/// Collects the rows that can be read. The others are logged: one of them doesn't hide the rest.
pub(super) fn readable_rows<T>(
    rows: impl Iterator<Item = rusqlite::Result<T>>,
) -> rusqlite::Result<Vec<T>> {
    let is_usable = |row: &rusqlite::Result<T>| match row {
        Err(error) if is_conversion(error) => {
            tracing::warn!(%error, "a row of the journal can't be read");
            false
        }
        _ => true,
    };
    rows.filter(is_usable).collect()
}

/// Whether a column has a value that no version of the program writes.
pub(super) fn is_conversion(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..)
    )
}

/// Joins platforms or remarks, which never contain spaces.
pub(super) fn join_with_spaces(values: impl Iterator<Item = String>) -> String {
    values.collect::<Vec<_>>().join(" ")
}

/// Converts to SQLite's signed integer. Values over `i64::MAX` are capped.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(super) fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error)
}
