//! What several have together, in one order: the first rows of each by an index of their own, and the first of those. Asked for in one condition,
//! a database walks through the rows of everybody until it has found enough.

use super::engine::Engine;
use super::error::StoreError;
use super::read::Question;
use super::records::Scope;

/// Accounts whose rows are asked for apart; with more of them, all rows are walked through.
const MOST: i64 = 200;

/// A column and the value that it has in a part.
pub type Part = (&'static str, String);

/// The accounts of a scope, if it is not everything and they are not too many.
pub async fn accounts<E: Engine>(engine: &E, scope: &Scope) -> Result<Option<Vec<String>>, StoreError> {
    let Scope::Account(account) = scope else { return Ok(None) };
    let mut question = Question::new("SELECT descendant FROM account_tree WHERE ancestor = ");
    question.value(account.as_str()).say(" LIMIT ").value(MOST + 1);
    let found = question.ask(engine).await?;
    if found.len() as i64 > MOST {
        return Ok(None);
    }
    Ok(Some(found.into_iter().map(|mut row| row.text(0)).collect()))
}

/// Each account as a part by a column.
pub fn by(column: &'static str, accounts: &[String]) -> impl Iterator<Item = Part> {
    accounts.iter().map(move |account| (column, account.clone()))
}

impl Question {
    /// Adds that `key` is among the first `limit` rows of one of these parts of a table; `more` adds what else holds in each.
    pub fn in_parts(
        &mut self,
        (table, key): (&str, &str),
        parts: &[Part],
        limit: i64,
        more: impl Fn(&mut Self),
    ) -> &mut Self {
        self.say(key).say(" IN (");
        for (number, (column, value)) in parts.iter().enumerate() {
            self.say(if number > 0 { " UNION ALL " } else { "" });
            self.say("SELECT ").say(key).say(" FROM (SELECT ").say(key).say(" FROM ").say(table);
            self.say(" WHERE ").say(column).say(" = ").value(value.as_str());
            more(self);
            self.say(" ORDER BY ").say(key).say(" LIMIT ").value(limit).say(") AS part");
        }
        // of no parts there is nothing
        self.say(if parts.is_empty() { "NULL)" } else { ")" })
    }
}
