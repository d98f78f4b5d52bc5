//! From Cedar's expressions to conditions: the subset that compiles, and a refusal with its place for everything else.

use super::condition::Condition;
use super::fault::{Fault, Source};
use super::operand::{Numbers, Operand, is_of, of_circumstances, of_place, of_terminal};
use cedar_policy_core::ast::{
    self, BinaryOp, EntityReference, EntityUID, Expr, ExprKind, Literal, PrincipalOrResourceConstraint,
    UnaryOp, Var,
};
use skyweave_proof::table::Attribute;
use skyweave_proof::table::program::Test;

/// Nesting beyond this is nobody's policy.
const DEEPEST: usize = 100;

/// Where names come from and where to say what is wrong.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub numbers: &'a Numbers<'a>,
    pub source: Source<'a>,
}

type Read<T> = Result<T, Fault>;

impl<'a> Reading<'a> {
    /// The whole condition of a policy but for its action: the scope and the `when` and `unless` clauses.
    pub fn policy(self, policy: &ast::Policy) -> Read<Condition> {
        let principal = policy.principal_constraint();
        let resource = policy.resource_constraint();
        let mut all =
            vec![self.principal(principal.as_inner(), policy)?, self.resource(resource.as_inner(), policy)?];
        if let Some(expr) = policy.non_scope_constraints() {
            all.push(self.condition(expr, 0)?);
        }
        Ok(Condition::all(all))
    }

    fn principal(self, constraint: &PrincipalOrResourceConstraint, policy: &ast::Policy) -> Read<Condition> {
        let here = |what: String| self.source.fault_at(policy.loc(), what);
        match constraint {
            PrincipalOrResourceConstraint::Any | PrincipalOrResourceConstraint::Is(_) => {
                Ok(Condition::Constant(true))
            }
            PrincipalOrResourceConstraint::In(EntityReference::EUID(registry))
            | PrincipalOrResourceConstraint::IsIn(_, EntityReference::EUID(registry)) => {
                self.registry(registry).map_err(here)
            }
            PrincipalOrResourceConstraint::Eq(_) => Err(here(
                "a policy for one terminal; make a registry of it and say `principal in`".to_owned(),
            )),
            _ => Err(here("a slot, which only templates have".to_owned())),
        }
    }

    fn resource(self, constraint: &PrincipalOrResourceConstraint, policy: &ast::Policy) -> Read<Condition> {
        match constraint {
            PrincipalOrResourceConstraint::Any | PrincipalOrResourceConstraint::Is(_) => {
                Ok(Condition::Constant(true))
            }
            _ => {
                let what = "a policy for one place; say `resource` and \
                    `when { resource.territories.contains(Territory::\"...\") }`";
                Err(self.source.fault_at(policy.loc(), what))
            }
        }
    }

    fn registry(self, registry: &EntityUID) -> Result<Condition, String> {
        self.numbers.registry(registry).map(|number| Condition::Test(Test::In(number)))
    }

    fn refuse<T>(self, expr: &Expr, what: impl Into<String>) -> Read<T> {
        Err(self.source.fault_at(expr.source_loc(), what))
    }

    fn at<T>(self, expr: &Expr, result: Result<T, String>) -> Read<T> {
        result.map_err(|what| self.source.fault_at(expr.source_loc(), what))
    }

    fn condition(self, expr: &Expr, depth: usize) -> Read<Condition> {
        if depth > DEEPEST {
            return self.refuse(expr, format!("nested more than {DEEPEST} deep"));
        }
        let deeper = |inner: &Expr| self.condition(inner, depth + 1);
        match expr.expr_kind() {
            ExprKind::Lit(Literal::Bool(value)) => Ok(Condition::Constant(*value)),
            ExprKind::And { .. } => {
                let parts = joined(expr, true).into_iter().map(deeper).collect::<Read<Vec<_>>>()?;
                Ok(Condition::all(parts))
            }
            ExprKind::Or { .. } => {
                let parts = joined(expr, false).into_iter().map(deeper).collect::<Read<Vec<_>>>()?;
                Ok(Condition::any(parts))
            }
            ExprKind::If { test_expr, then_expr, else_expr } => {
                Ok(Condition::choice(deeper(test_expr)?, deeper(then_expr)?, deeper(else_expr)?))
            }
            ExprKind::UnaryApp { op: UnaryOp::Not, arg } => Ok(deeper(arg)?.negated()),
            ExprKind::UnaryApp { op: UnaryOp::IsEmpty, arg } => match self.operand(arg)? {
                Operand::Territories => Ok(Condition::InNoTerritory),
                _ => self.refuse(arg, "only `resource.territories` can be asked if it is empty"),
            },
            ExprKind::BinaryApp { op, arg1, arg2 } => self.binary(expr, *op, arg1, arg2, depth),
            ExprKind::GetAttr { .. } if is_motion(expr) => {
                Ok(Condition::Test(Test::Equals(Attribute::InMotion, 1)))
            }
            ExprKind::Is { expr: inner, .. } => match inner.expr_kind() {
                // the validator has seen to it that it is the right type
                ExprKind::Var(Var::Principal | Var::Resource) => Ok(Condition::Constant(true)),
                _ => {
                    self.refuse(inner, "only `principal` and `resource` can be asked of which type they are")
                }
            },
            _ => self.refuse(expr, format!("{} is not a condition that compiles", kind(expr))),
        }
    }

    fn binary(
        self,
        expr: &Expr,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        depth: usize,
    ) -> Read<Condition>
    where
        Self: 'a,
    {
        match op {
            BinaryOp::Eq => self.equal(expr, left, right, depth),
            BinaryOp::Less | BinaryOp::LessEq => {
                let inclusive = op == BinaryOp::LessEq;
                match (self.operand(left)?, self.operand(right)?) {
                    (Operand::Number(attribute), Operand::Literal(bound)) => {
                        Ok(below(attribute, bound, inclusive))
                    }
                    (Operand::Literal(bound), Operand::Number(attribute)) => {
                        Ok(below(attribute, bound, !inclusive).negated())
                    }
                    _ => self
                        .refuse(expr, "a comparison compiles between an attribute and a number in the text"),
                }
            }
            BinaryOp::In => match (self.operand(left)?, self.operand(right)?) {
                (Operand::Terminal, Operand::Named(registry)) => self.at(right, self.registry(registry)),
                (Operand::Terminal, Operand::Several(registries)) => {
                    let tests = registries.into_iter().map(|registry| self.registry(registry));
                    Ok(Condition::any(self.at(right, tests.collect::<Result<Vec<_>, _>>())?))
                }
                _ => self.refuse(
                    expr,
                    "`in` compiles for `principal in Registry::\"...\"` and lists of registries",
                ),
            },
            BinaryOp::Contains => self.contains(expr, left, right),
            BinaryOp::ContainsAll | BinaryOp::ContainsAny => {
                let every = op == BinaryOp::ContainsAll;
                match (self.operand(left)?, self.operand(right)?) {
                    (set @ (Operand::Territories | Operand::Cells), Operand::Several(named)) => {
                        let inside = named.into_iter().map(|named| self.inside(&set, named));
                        let inside = self.at(right, inside.collect::<Result<Vec<_>, _>>())?;
                        Ok(if every { Condition::all(inside) } else { Condition::any(inside) })
                    }
                    _ => self.refuse(
                        expr,
                        "it compiles for `resource.territories` or `.cells` and names in the text",
                    ),
                }
            }
            _ => self
                .refuse(expr, format!("{} does not compile: write the number that it comes to", kind(expr))),
        }
    }

    fn equal(self, expr: &Expr, left: &'a Expr, right: &'a Expr, depth: usize) -> Read<Condition> {
        for (value, condition) in [(left, right), (right, left)] {
            if let ExprKind::Lit(Literal::Bool(value)) = value.expr_kind() {
                let condition = self.condition(condition, depth + 1)?;
                return Ok(if *value { condition } else { condition.negated() });
            }
        }
        match (self.operand(left)?, self.operand(right)?) {
            (Operand::Number(attribute), Operand::Literal(value))
            | (Operand::Literal(value), Operand::Number(attribute)) => {
                Ok(Condition::Test(Test::Equals(attribute, value)))
            }
            (Operand::Choice(attribute), Operand::Named(named))
            | (Operand::Named(named), Operand::Choice(attribute)) => {
                let value = self.at(expr, self.numbers.value(attribute, named))?;
                Ok(Condition::Test(Test::Equals(attribute, value)))
            }
            (Operand::Terminal, _) | (_, Operand::Terminal) => {
                self.refuse(expr, "one terminal by itself; make a registry of it and say `principal in`")
            }
            _ => self.refuse(expr, "`==` compiles between an attribute and a value in the text"),
        }
    }

    fn contains(self, expr: &Expr, left: &'a Expr, right: &'a Expr) -> Read<Condition> {
        match (self.operand(left)?, self.operand(right)?) {
            (set @ (Operand::Territories | Operand::Cells), Operand::Named(named)) => {
                self.at(right, self.inside(&set, named))
            }
            (Operand::Territories, Operand::Choice(Attribute::Home)) => Ok(Condition::InsideHome),
            (Operand::Several(several), Operand::Choice(attribute)) => {
                let values = several.into_iter().map(|named| self.numbers.value(attribute, named));
                let values = self.at(left, values.collect::<Result<Vec<_>, _>>())?;
                Ok(Condition::any(
                    values.into_iter().map(|value| Condition::Test(Test::Equals(attribute, value))),
                ))
            }
            _ => self.refuse(
                expr,
                "`contains` compiles for `resource.territories` or `.cells` and a name in the text, for \
                 `resource.territories.contains(principal.home)`, and for a list of names and an attribute",
            ),
        }
    }

    fn inside(self, set: &Operand<'_>, named: &EntityUID) -> Result<Condition, String> {
        let area = if matches!(set, Operand::Cells) {
            self.numbers.cell(named)
        } else {
            self.numbers.territory(named)
        };
        area.map(Condition::Inside)
    }

    fn operand(self, expr: &Expr) -> Read<Operand<'_>> {
        match expr.expr_kind() {
            ExprKind::Lit(Literal::Long(value)) => Ok(Operand::Literal(*value)),
            ExprKind::UnaryApp { op: UnaryOp::Neg, arg } => match arg.expr_kind() {
                ExprKind::Lit(Literal::Long(value)) => self.at(
                    expr,
                    value.checked_neg().map(Operand::Literal).ok_or("too large a number".to_owned()),
                ),
                _ => self.refuse(expr, "only a number in the text may be negative"),
            },
            ExprKind::Lit(Literal::EntityUID(named)) => Ok(Operand::Named(named)),
            ExprKind::Var(Var::Principal) => Ok(Operand::Terminal),
            ExprKind::Set(items) => {
                let named = items.iter().map(|item| match item.expr_kind() {
                    ExprKind::Lit(Literal::EntityUID(named)) => Ok(&**named),
                    _ => self.refuse(item, "a list compiles if it is of names"),
                });
                Ok(Operand::Several(named.collect::<Read<_>>()?))
            }
            ExprKind::GetAttr { expr: inner, attr } => {
                let found = match inner.expr_kind() {
                    ExprKind::Var(Var::Principal) => of_terminal(attr),
                    ExprKind::Var(Var::Resource) => of_place(attr),
                    ExprKind::Var(Var::Context) => of_circumstances(attr),
                    _ => None,
                };
                match found {
                    Some(operand) => Ok(operand),
                    None => self.refuse(expr, format!("`.{attr}` does not compile here")),
                }
            }
            _ => self.refuse(expr, format!("{} does not compile here", kind(expr))),
        }
    }
}

fn is_motion(expr: &Expr) -> bool {
    let ExprKind::GetAttr { expr: inner, attr } = expr.expr_kind() else { return false };
    attr == "in_motion" && matches!(inner.expr_kind(), ExprKind::Var(Var::Context))
}

/// The parts of a chain of `&&` or of `||`, however it is bracketed.
fn joined(expr: &Expr, all: bool) -> Vec<&Expr> {
    let (mut parts, mut waiting) = (Vec::new(), vec![expr]);
    while let Some(expr) = waiting.pop() {
        match (expr.expr_kind(), all) {
            (ExprKind::And { left, right }, true) | (ExprKind::Or { left, right }, false) => {
                waiting.extend([&**right, &**left]);
            }
            _ => parts.push(expr),
        }
    }
    parts
}

fn below(attribute: Attribute, bound: i64, inclusive: bool) -> Condition {
    match if inclusive { bound.checked_add(1) } else { Some(bound) } {
        Some(bound) => Condition::Test(Test::Below(attribute, bound)),
        None => Condition::Constant(true),
    }
}

/// What an expression is, for messages.
fn kind(expr: &Expr) -> &'static str {
    match expr.expr_kind() {
        ExprKind::Lit(Literal::String(_)) => "a text",
        ExprKind::Lit(_) => "a value",
        ExprKind::Var(_) => "a variable by itself",
        ExprKind::BinaryApp { op: BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, .. } => "arithmetic",
        ExprKind::BinaryApp { .. } => "this operator",
        ExprKind::HasAttr { .. } | ExprKind::ExtHasAttr { .. } => "`has` (every attribute is always there)",
        ExprKind::Like { .. } => "`like`",
        ExprKind::ExtensionFunctionApp { .. } => "an extension function",
        ExprKind::Set(_) => "a list",
        ExprKind::Record(_) => "a record",
        ExprKind::GetAttr { .. } => "an attribute by itself",
        _ => "this expression",
    }
}

/// The cells that an expression names, right or wrong.
pub(super) fn cells_named(policy: &ast::Policy) -> Vec<&EntityUID> {
    let Some(expr) = policy.non_scope_constraints() else { return Vec::new() };
    let literals = expr.subexpressions().filter_map(|part| match part.expr_kind() {
        ExprKind::Lit(Literal::EntityUID(named)) => Some(&**named),
        _ => None,
    });
    literals.filter(|named| is_of(named, "Cell")).collect()
}
