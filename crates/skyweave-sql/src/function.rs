//! The table functions: from a call in SQL to a table.

use crate::QueryError;
use crate::arguments::{Arguments, window};
use crate::request::{Function, Request};
use crate::scenario::{ScenarioFile, Worlds};
use crate::table::PlannerTable;
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::prelude::SessionContext;
use skyweave_core::world::Terminal;
use skyweave_io::results::Table;
use skyweave_io::scenario::Prepared;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How the functions are called.
pub(crate) const SIGNATURES: [&str; 6] = [
    "satellites([from [, until]] [, step])",
    "visibility([site] [, from [, until]] [, step])",
    "paths([site [, other_site]] [, from [, until]] [, step])",
    "flows([cell | site] [, from [, until]] [, step])",
    "sites([site] [, from [, until]] [, step])",
    "network([from [, until]] [, step])",
];

/// Registers all functions over a scenario; without one, each says how it gets one.
pub(crate) fn register(
    context: &SessionContext,
    worlds: &Arc<Worlds>,
    scenario: Option<&ScenarioFile>,
    spread: bool,
) {
    for signature in SIGNATURES {
        let name = signature.split('(').next().unwrap_or(signature);
        let call = Call { signature, worlds: Arc::clone(worlds), scenario: scenario.cloned(), spread };
        context.register_udtf(name, Arc::new(call));
    }
}

/// A function over a scenario.
#[derive(Debug)]
struct Call {
    signature: &'static str,
    worlds: Arc<Worlds>,
    scenario: Option<ScenarioFile>,
    spread: bool,
}

impl TableFunctionImpl for Call {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let request = self.request(args.exprs())?;
        Ok(Arc::new(PlannerTable::new(request, Arc::clone(&self.worlds))))
    }
}

impl Call {
    fn request(&self, expressions: &[Expr]) -> Result<Request, QueryError> {
        let name = self.signature.split('(').next().unwrap_or(self.signature);
        let scenario = self.scenario.clone().ok_or_else(|| {
            QueryError::new(format!("`{name}` plans, and no scenario is given"))
                .help("name one with --scenario FILE")
        })?;
        let mut arguments = Arguments::of(self.signature, expressions)?;
        let function = Function(Table::named(name).unwrap_or(Table::Network));
        let most = match function.0 {
            Table::Paths => 2,
            Table::Visibility | Table::Flows | Table::Sites => 1,
            _ => 0,
        };
        let said: Vec<String> = std::iter::from_fn(|| arguments.name()).take(most).collect();
        let (from, until) = (arguments.instant(), arguments.instant());
        let step = arguments.step()?.unwrap_or(1);
        arguments.end()?;
        let names = self.known(function, &scenario, said)?;
        let (from, until) = window(from, until, (scenario.first, scenario.end))?;
        Ok(Request {
            scenario,
            function,
            from,
            until,
            step,
            grid: from,
            names,
            satellites: None,
            columns: None,
            fetch: None,
            spread: self.spread,
        })
    }

    /// Names as the table has them; none if none were said.
    fn known(
        &self,
        function: Function,
        scenario: &ScenarioFile,
        said: Vec<String>,
    ) -> Result<Option<BTreeSet<String>>, QueryError> {
        if said.is_empty() {
            return Ok(None);
        }
        let prepared = self.worlds.get(scenario)?;
        let name = |said: String| match function.0 {
            Table::Flows => cell_of(&prepared, said),
            _ => site_of(&prepared, &said).map(|_| said),
        };
        said.into_iter().map(name).collect::<Result<_, _>>().map(Some)
    }
}

/// A cell by its own name, or by that of a site in it when the scenario begins.
fn cell_of(prepared: &Prepared, name: String) -> Result<String, QueryError> {
    let world = &prepared.world;
    let known = u64::from_str_radix(&name, 16).is_ok_and(|h3| world.cells.iter().any(|cell| cell.h3 == h3));
    if known {
        return Ok(name);
    }
    let site = site_of(prepared, &name)?;
    Ok(format!("{:x}", world.cells[site.cell_at(prepared.first).index()].h3))
}

/// More names of sites than these are no help.
const NAMED: usize = 24;

fn site_of<'a>(prepared: &'a Prepared, name: &str) -> Result<&'a Terminal, QueryError> {
    let sites = || prepared.world.terminals.iter().filter(|terminal| terminal.is_site);
    if let Some(site) = sites().find(|site| site.name == name) {
        return Ok(site);
    }
    let mut names: Vec<&str> = sites().take(NAMED).map(|site| site.name.as_str()).collect();
    if sites().count() > NAMED {
        names.push("...");
    }
    let error = QueryError::new(format!("the scenario has no site `{name}`"));
    Err(error.help(format!("its sites are: {}", names.join(", "))))
}
