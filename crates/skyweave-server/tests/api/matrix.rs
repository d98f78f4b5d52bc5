//! Every route with every role: who may come through, and who may not, is what the table says.

use crate::desk::{Desk, Hand};
use serde_json::json;
use skyweave_server::api::auth::Role;
use skyweave_server::api::routes::{self, Needs, Route, Takes};

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
    let mut checked = 0;
    for route in routes::all() {
        for (role, hand) in &hands {
            let answer = ask(hand, &route);
            let allowed = match route.needs {
                Needs::Nothing => true,
                Needs::AnyOf(roles) => role.is_some_and(|role| roles.contains(&role)),
            };
            let who = role.map_or("nobody", Role::name);
            let place = format!("{} {} as {who}", route.method, route.path);
            match (allowed, role) {
                (true, _) if route.path == "/api/auth/connect/token" => assert_eq!(answer, 400, "{place}"),
                // whatever comes of it, it is not that the role is wrong
                (true, _) => assert!(answer != 401 && answer != 403, "{place}: {answer}"),
                (false, None) => assert_eq!(answer, 401, "{place}"),
                (false, Some(_)) => assert_eq!(answer, 403, "{place}"),
            }
            checked += 1;
        }
    }
    assert!(checked > 400, "only {checked} were checked");
}

/// The status that is answered.
fn ask(hand: &Hand<'_>, route: &Route) -> u16 {
    let path = route.path.replace("{id}", "none_01JD8Z3N7Q4K2M5T6V7W8X9Y0Z");
    if route.path == "/api/v1/events/stream" {
        return status_only(hand, &path);
    }
    let (body, kind) = match route.takes {
        Takes::Nothing => (None, ""),
        Takes::Json(_) => (Some("{\"no\":\"such field\"}".to_owned()), "application/json"),
        Takes::Form => (Some("x=y".to_owned()), "application/x-www-form-urlencoded"),
        Takes::File => (Some("no,such,column\n".to_owned()), "text/csv"),
    };
    hand.send(route.method.as_str(), &path, body, &[("content-type", kind)][..usize::from(!kind.is_empty())])
        .status
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
    let names: std::collections::BTreeSet<&str> = routes.iter().map(|route| route.name.as_str()).collect();
    assert_eq!(names.len(), routes.len());
    let places: std::collections::BTreeSet<_> =
        routes.iter().map(|route| (route.path.as_str(), route.method.as_str())).collect();
    assert_eq!(places.len(), routes.len());
}
