//! Cedar's own authorizer, asked the same questions as the table.

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request, Schema};
use serde_json::{Value, json};
use skyweave_control::restriction::{NONE, SCHEMA};
use skyweave_proof::table::attribute::{second_of_day, weekday};
use skyweave_proof::table::{Attributes, Document, RegistryNo};

/// What Cedar has no policies for: the full rate is everybody's, and an emergency call always passes.
const ALWAYS: &str = r#"
@id("always-full-rate") permit(principal, action == Action::"full_rate", resource);
@id("always-emergency") permit(principal, action == Action::"emergency_call", resource);
"#;

/// A question with everything that Cedar wants to know.
pub struct Question {
    principal: EntityUid,
    resource: EntityUid,
    context: Value,
    entities: Entities,
}

/// Policies as Cedar has them.
pub struct Oracle {
    policies: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
}

/// The answer to an action and the ids of the policies behind it, in order.
pub type Answer = (bool, Vec<String>);

impl Oracle {
    pub fn of(text: &str) -> Self {
        let policies: PolicySet = format!("{text}{ALWAYS}").parse().unwrap();
        let (schema, _) = Schema::from_cedarschema_str(SCHEMA).unwrap();
        Self { policies, schema, authorizer: Authorizer::new() }
    }

    /// The same question for a terminal in these territories and cells.
    pub fn question(
        &self,
        document: &Document,
        territories: &[&str],
        cells: &[String],
        attributes: &Attributes,
    ) -> Question {
        let entity = |kind: &str, id: &str| json!({"__entity": {"type": kind, "id": id}});
        let uid = |kind: &str, id: &str| json!({"type": kind, "id": id});
        let named = |names: &[String], number: Option<u16>| {
            number.map_or(NONE.to_owned(), |number| names[usize::from(number)].clone())
        };
        let home =
            attributes.home.map_or(NONE.to_owned(), |home| document.territories[home.index()].name.clone());
        let registries = document.registries.iter().enumerate();
        let lists = registries.filter(|(number, _)| attributes.registries.has(RegistryNo(*number as u16)));
        let parents: Vec<Value> = lists.map(|(_, name)| uid("Registry", name)).collect();
        let territories: Vec<Value> = territories.iter().map(|name| entity("Territory", name)).collect();
        let cells: Vec<Value> = cells.iter().map(|cell| entity("Cell", cell)).collect();
        let entities = json!([
            {"uid": uid("Terminal", "ut"), "parents": parents, "attrs": {
                "plan": entity("Plan", &named(&document.plans, attributes.plan.map(|n| n.0))),
                "use_class": entity("UseClass", &named(&document.use_classes, attributes.use_class.map(|n| n.0))),
                "protected_class": entity("ProtectedClass",
                    &named(&document.protected_classes, attributes.protected_class.map(|n| n.0))),
                "home": entity("Territory", &home),
                "roaming_days": attributes.roaming_days,
                "line": entity("LineState", attributes.line.name()),
            }},
            {"uid": uid("Place", "here"), "parents": [], "attrs": {"territories": territories, "cells": cells}},
        ]);
        let context = json!({
            "time_s": attributes.time_s,
            "second_of_day": second_of_day(attributes.time_s),
            "weekday": weekday(attributes.time_s),
            "speed_cm_s": attributes.speed_cm_s,
            "altitude_m": attributes.altitude_m,
            "surface": entity("Surface", attributes.surface.name()),
            "in_motion": attributes.in_motion,
            "evidence": entity("Evidence", attributes.evidence.name()),
            "error_m": attributes.error_m,
        });
        Question {
            principal: r#"Terminal::"ut""#.parse().unwrap(),
            resource: r#"Place::"here""#.parse().unwrap(),
            context,
            entities: Entities::from_json_value(entities, Some(&self.schema)).unwrap(),
        }
    }

    /// A request, made once.
    pub fn request(&self, question: &Question, action: &str) -> Request {
        let action: EntityUid = format!("Action::\"{action}\"").parse().unwrap();
        let context =
            Context::from_json_value(question.context.clone(), Some((&self.schema, &action))).unwrap();
        Request::new(
            question.principal.clone(),
            action,
            question.resource.clone(),
            context,
            Some(&self.schema),
        )
        .unwrap()
    }

    /// Cedar's answer. An error in a policy would be one in ours: the subset has none.
    pub fn answer(&self, request: &Request, question: &Question) -> Answer {
        let response = self.authorizer.is_authorized(request, &self.policies, &question.entities);
        assert_eq!(response.diagnostics().errors().count(), 0);
        let id = |policy: &cedar_policy::PolicyId| {
            self.policies.annotation(policy, "id").map(str::to_owned).unwrap_or_default()
        };
        let mut ids: Vec<String> = response.diagnostics().reason().map(id).collect();
        ids.sort();
        (response.decision() == cedar_policy::Decision::Allow, ids)
    }
}
