//! Every operation of the committed OpenAPI document with every role: who comes through, and who does not, is what the document says.

use crate::desk::{Desk, Hand};
use serde_json::{Value, json};
use skyweave_server::api::auth::Role;
use skyweave_server::api::routes;
use std::collections::BTreeSet;

/// What nobody needs a token for.
const OPEN: [&str; 10] = [
    "GET /api/v1/bundles/newest",
    "GET /api/v1/openapi.json",
    "GET /health/live",
    "GET /health/ready",
    "GET /healthz",
    "GET /metrics",
    "GET /readyz",
    "GET /sign-in",
    "POST /api/auth/connect/token",
    "POST /api/v1/acknowledgements",
];
/// Where the role approver is needed, and operators are not let in.
const APPROVED: [&str; 9] = [
    "POST /api/v1/appeals/{id}/decide",
    "POST /api/v1/incidents/{id}/approve-cut",
    "POST /api/v1/log/entries",
    "POST /api/v1/orders/{id}/approvals",
    "POST /api/v1/registries/{id}/lift",
    "POST /api/v1/registries/{id}/put-in-force",
    "POST /api/v1/restrictions/{id}/disable",
    "POST /api/v1/restrictions/{id}/enable",
    "PUT /api/v1/territories/{id}",
];
/// Where a terminal is let in.
const OF_TERMINALS: [&str; 2] = ["POST /api/v1/decisions", "POST /api/v1/telemetry"];

/// An operation of the document.
struct Operation {
    method: String,
    path: String,
    /// Roles, one of which is needed; none for everybody.
    roles: BTreeSet<String>,
    /// The media type of its body, if it takes one.
    takes: Option<String>,
}

impl Operation {
    fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

fn operations() -> Vec<Operation> {
    let document = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(document).unwrap()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let one = |needed: &Value| needed["client"][0].as_str().unwrap().to_owned();
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                roles: operation["security"].as_array().unwrap().iter().map(one).collect(),
                takes: operation["requestBody"]["content"]
                    .as_object()
                    .and_then(|content| content.keys().next().cloned()),
            });
        }
    }
    found
}

#[test]
fn every_route_lets_in_those_of_its_roles_and_nobody_else() {
    let desk = Desk::new();
    let admin = desk.admin();
    let organization = admin.make("organizations", &json!({ "name": "Relief" }));
    let account = admin.make("accounts", &json!({ "name": "A", "organization": organization }));
    let terminal = admin.make("user-terminals", &json!({ "hardware_key": "UT-0001", "account": account }));
    let of_terminal = json!({ "name": "dish", "roles": ["terminal"], "terminal": terminal });
    let dish = admin.post("/api/v1/clients", &of_terminal).is(201).json();
    let mut hands: Vec<(Option<Role>, Hand<'_>)> = vec![
        (None, desk.nobody()),
        (
            Some(Role::Terminal),
            desk.hand(dish["id"].as_str().unwrap(), dish["client_secret"].as_str().unwrap()),
        ),
    ];
    for role in [Role::Viewer, Role::Operator, Role::Approver] {
        hands.push((Some(role), admin.other(&[role.name()], None)));
    }
    for operation in operations() {
        for (role, hand) in &hands {
            let answer = ask(hand, &operation);
            let allowed =
                operation.roles.is_empty() || role.is_some_and(|role| operation.roles.contains(role.name()));
            let who = role.map_or("nobody", Role::name);
            let place = format!("{} as {who}", operation.place());
            match (allowed, role) {
                (true, _) if operation.path == "/api/auth/connect/token" => {
                    assert_eq!(answer, 400, "{place}");
                }
                // nobody printed that code; whoever is known already is led to the page
                (true, who) if operation.path == "/sign-in" => {
                    assert_eq!(answer, if who.is_none() { 403 } else { 303 }, "{place}");
                }
                // whatever comes of it, it is not that the role is wrong
                (true, _) => assert!(answer != 401 && answer != 403, "{place}: {answer}"),
                (false, None) => assert_eq!(answer, 401, "{place}"),
                (false, Some(_)) => assert_eq!(answer, 403, "{place}"),
            }
        }
    }
}

/// The server has no route that the document lacks, and what is open, approved or for terminals is so on purpose: whoever changes that changes
/// it here too.
#[test]
fn the_document_has_every_route_and_its_roles_are_meant() {
    let operations = operations();
    let documented: BTreeSet<String> = operations.iter().map(Operation::place).collect();
    let served: BTreeSet<String> =
        routes::all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    assert_eq!(documented, served);
    let those = |wanted: &dyn Fn(&Operation) -> bool| -> BTreeSet<String> {
        operations.iter().filter(|operation| wanted(operation)).map(Operation::place).collect()
    };
    let set = |places: &[&str]| places.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    let has = |operation: &Operation, role: Role| operation.roles.contains(role.name());
    assert_eq!(those(&|operation| operation.roles.is_empty()), set(&OPEN));
    let approved = |one: &Operation| has(one, Role::Approver) && !has(one, Role::Operator);
    assert_eq!(those(&approved), set(&APPROVED));
    assert_eq!(those(&|operation| has(operation, Role::Terminal)), set(&OF_TERMINALS));
    // a viewer reads: what it may send changes nothing but where its own reading of telemetry stands
    let sent_by_viewers = those(&|operation| has(operation, Role::Viewer) && operation.method != "GET");
    let harmless = [
        "POST /api/v1/decisions",
        "POST /api/v1/live/what-if",
        "POST /api/v1/registries/{id}/preview",
        "POST /api/v1/telemetry/ack",
        "POST /api/v1/telemetry/stream",
    ];
    assert_eq!(sent_by_viewers, set(&harmless));
}

/// The status that is answered.
fn ask(hand: &Hand<'_>, operation: &Operation) -> u16 {
    let path = operation.path.replace("{id}", "none_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z").replace("{index}", "0");
    if path == "/api/v1/events/stream" {
        return status_only(hand, &path);
    }
    let body = operation.takes.as_deref().map(|kind| match kind {
        "application/json" => "{\"no\":\"such field\"}",
        "text/csv" => "no,such,column\n",
        _ => "x=y",
    });
    let headers = operation.takes.as_deref().map(|kind| ("content-type", kind));
    hand.send(&operation.method, &path, body.map(ToOwned::to_owned), headers.as_slice()).status
}

/// A stream has no end to wait for.
fn status_only(hand: &Hand<'_>, path: &str) -> u16 {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.get(hand.desk.url(path)).header("authorization", format!("Bearer {}", hand.token));
    request.call().unwrap().status().as_u16()
}

#[test]
fn names_of_operations_and_addresses_are_given_once() {
    let routes = routes::all();
    let names: BTreeSet<&str> = routes.iter().map(|route| route.name.as_str()).collect();
    assert_eq!(names.len(), routes.len());
    let places: BTreeSet<_> =
        routes.iter().map(|route| (route.path.as_str(), route.method.as_str())).collect();
    assert_eq!(places.len(), routes.len());
}
