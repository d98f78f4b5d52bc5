//! The shapes of bodies, as JSON Schema. They come from the types that read and write them: what the document says is what is done.

use super::auth::{TokenAnswer, TokenRequest};
use super::bulk::{Bulk, BulkAnswer, Commands, CommandsAnswer};
use super::clients::{ClientAnswer, ClientPage, ClientSpec};
use super::collections::Collection;
use super::decisions::{DecisionAnswer, DecisionRequest};
use super::health::Health;
use super::live::Slots;
use super::log::{Acknowledgements, AcknowledgementsTaken, LogEntry, LogPlace, LogSummary};
use super::orders::{OrderAnswer, OrderPage, OrderSpec, Signed};
use super::positions::{Positions, TakenIn};
use super::preview::{PreviewAnswer, PreviewRequest};
use super::telemetry::{Acknowledged, Batch, Received, Reported, Wanted};
use super::webhooks::{DeliveryPage, Replay, WebhookAnswer, WebhookChange, WebhookPage, WebhookSpec};
use crate::live::thing;
use crate::live::what_if::{Answer, WhatIf};
use crate::live::world::Document;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use skyweave_control::command as c;
use skyweave_control::entity as e;
use skyweave_control::fleet::import::Report;
use skyweave_control::id::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The shape of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// No body.
    Nothing,
    /// A thing.
    Entity(Kind),
    /// A page of things.
    Page(Kind),
    /// What a thing is made of.
    Creation(Kind),
    /// What a verb needs to know.
    Verb {
        /// Of which kind of thing.
        kind: Kind,
        /// Which.
        verb: &'static str,
        /// The field of the verb that the body fills; the verb itself if none.
        field: Option<&'static str>,
        /// What `move` moves by, which the address says.
        by: Option<&'static str>,
    },
    /// A token.
    Token,
    /// How the server is.
    Health,
    /// A page of events.
    Events,
    /// A stream of events.
    EventStream,
    /// Rows that are reported.
    Reported,
    /// What became of them.
    Received,
    /// Positions of terminals.
    Positions,
    /// What became of positions.
    TakenIn,
    /// What a reader of telemetry wants.
    Wanted,
    /// What it gets.
    Batch,
    /// How far it has come.
    Acknowledged,
    /// A client that is to be made.
    ClientSpec,
    /// A client.
    Client,
    /// A page of clients.
    ClientPage,
    /// A webhook that is to be made.
    WebhookSpec,
    /// What is changed of a webhook.
    WebhookChange,
    /// Where to send again from.
    Replay,
    /// A webhook.
    Webhook,
    /// A page of webhooks.
    WebhookPage,
    /// A page of tries to deliver.
    DeliveryPage,
    /// Commands of any kind.
    Commands,
    /// What became of them.
    CommandsAnswer,
    /// One command for many terminals.
    Bulk,
    /// What became of it.
    BulkAnswer,
    /// What an import found and did.
    ImportReport,
    /// Which change to a list is to be previewed.
    PreviewRequest,
    /// Who would lose service by it.
    Preview,
    /// Which decision is asked for.
    DecisionRequest,
    /// A decision.
    Decision,
    /// An order that is to be drawn up.
    OrderSpec,
    /// An order.
    Order,
    /// A page of orders.
    OrderPage,
    /// What is foreseen of an order.
    Foreseen,
    /// Something that was signed.
    Signed,
    /// What is known about the log.
    LogSummary,
    /// An entry with its proof.
    LogEntry,
    /// Where an entry came into the log.
    LogPlace,
    /// A bundle with its proof.
    Package,
    /// What points of enforcement say.
    Acknowledgements,
    /// What became of it.
    AcknowledgementsTaken,
    /// The OpenAPI document.
    Document,
    /// What exists in the live network.
    LiveWorld,
    /// Which slots there are.
    LiveSlots,
    /// A slot as bytes.
    LiveSlot,
    /// A stream of slots and news.
    LiveEvents,
    /// A satellite of the live network.
    LiveSatellite,
    /// A gateway of the live network.
    LiveGateway,
    /// A cell of the live network.
    LiveCell,
    /// A listed terminal of the live network.
    LiveTerminal,
    /// What fails in a what-if.
    WhatIf,
    /// What comes of it.
    WhatIfAnswer,
    /// Metrics.
    Metrics,
}

/// Something for each kind: the entity and its commands.
macro_rules! by_kind {
    ($kind:expr, $with:ident) => {
        match $kind {
            Kind::Organization => $with!(e::Organization, c::OrganizationCommand),
            Kind::Account => $with!(e::Account, c::AccountCommand),
            Kind::Plan => $with!(e::Plan, c::PlanCommand),
            Kind::ServiceLine => $with!(e::ServiceLine, c::LineCommand),
            Kind::Terminal => $with!(e::Terminal, c::TerminalCommand),
            Kind::Registry => $with!(e::Registry, c::RegistryCommand),
            Kind::BoundarySet => $with!(e::BoundarySet, c::BoundarySetCommand),
            Kind::Territory => $with!(e::Territory, c::TerritoryCommand),
            Kind::Restriction => $with!(e::Restriction, c::RestrictionCommand),
            Kind::ProtectedClass => $with!(e::ProtectedClass, c::ProtectedClassCommand),
            Kind::Incident => $with!(e::Incident, c::IncidentCommand),
            Kind::Appeal => $with!(e::Appeal, c::AppealCommand),
            Kind::Permit => $with!(e::Permit, c::PermitCommand),
        }
    };
}

impl Shape {
    /// The media type of a body of this shape.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::EventStream | Self::LiveEvents => crate::api::sse::MEDIA_TYPE,
            Self::LiveSlot => crate::live::format::MEDIA_TYPE,
            Self::Metrics => "text/plain",
            _ => "application/json",
        }
    }

    /// Its schema; definitions go to the generator.
    #[must_use]
    pub fn schema(self, generator: &mut SchemaGenerator) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Entity(kind) => entity(kind, generator),
            Self::Page(kind) => page(&entity(kind, generator)),
            Self::Creation(kind) => creation(kind, generator),
            Self::Verb { kind, verb, field, by } => {
                let body = verb_body(kind, verb, field, by, generator);
                if kind == Kind::Territory { completed_territory(body) } else { body }
            }
            Self::Token => of::<TokenAnswer>(generator),
            Self::Health => of::<Health>(generator),
            Self::Events => events(),
            Self::EventStream => json!({
                "type": "string",
                "description": "Server-sent events: `id` is the number of the event, `event` its type, `data` the event as in a page of events.",
            }),
            Self::Reported => of::<Reported>(generator),
            Self::Received => of::<Received>(generator),
            Self::Positions => of::<Positions>(generator),
            Self::TakenIn => of::<TakenIn>(generator),
            Self::Wanted => of::<Wanted>(generator),
            Self::Batch => of::<Batch>(generator),
            Self::Acknowledged => of::<Acknowledged>(generator),
            Self::ClientSpec => of::<ClientSpec>(generator),
            Self::Client => of::<ClientAnswer>(generator),
            Self::ClientPage => of::<ClientPage>(generator),
            Self::WebhookSpec => of::<WebhookSpec>(generator),
            Self::WebhookChange => of::<WebhookChange>(generator),
            Self::Replay => of::<Replay>(generator),
            Self::Webhook => of::<WebhookAnswer>(generator),
            Self::WebhookPage => of::<WebhookPage>(generator),
            Self::DeliveryPage => of::<DeliveryPage>(generator),
            Self::Commands => of::<Commands>(generator),
            Self::CommandsAnswer => of::<CommandsAnswer>(generator),
            Self::Bulk => of::<Bulk>(generator),
            Self::BulkAnswer => of::<BulkAnswer>(generator),
            Self::ImportReport => of::<Report>(generator),
            Self::PreviewRequest => of::<PreviewRequest>(generator),
            Self::Preview => of::<PreviewAnswer>(generator),
            Self::DecisionRequest => of::<DecisionRequest>(generator),
            Self::Decision => of::<DecisionAnswer>(generator),
            Self::OrderSpec => of::<OrderSpec>(generator),
            Self::Order => of::<OrderAnswer>(generator),
            Self::OrderPage => of::<OrderPage>(generator),
            Self::Foreseen => {
                json!({ "type": "object", "description": "The document whose SHA-256 the order names as its preview." })
            }
            Self::Signed => of::<Signed>(generator),
            Self::LogSummary => of::<LogSummary>(generator),
            Self::LogEntry => of::<LogEntry>(generator),
            Self::LogPlace => of::<LogPlace>(generator),
            Self::Package => {
                json!({ "type": "object", "description": "What `skyweave_proof` calls a package (docs/log.md)." })
            }
            Self::Acknowledgements => of::<Acknowledgements>(generator),
            Self::AcknowledgementsTaken => of::<AcknowledgementsTaken>(generator),
            Self::Document => json!({ "type": "object", "description": "This document." }),
            Self::LiveWorld => of::<Document>(generator),
            Self::LiveSlots => of::<Slots>(generator),
            Self::LiveSlot => json!({
                "type": "string",
                "format": "binary",
                "description": "A header of JSON and sections of numbers, as docs/live.md has them.",
            }),
            Self::LiveEvents => json!({
                "type": "string",
                "description": "Server-sent events: `id` is the number of the event, `event` is `slot` or `news`, `data` JSON.",
            }),
            Self::LiveSatellite => of::<thing::SatelliteNow>(generator),
            Self::LiveGateway => of::<thing::GatewayNow>(generator),
            Self::LiveCell => of::<thing::CellNow>(generator),
            Self::LiveTerminal => of::<thing::TerminalPage>(generator),
            Self::WhatIf => of::<WhatIf>(generator),
            Self::WhatIfAnswer => of::<Answer>(generator),
            Self::Metrics => {
                json!({ "type": "string", "description": "Prometheus' text format, version 0.0.4." })
            }
        }
    }
}

/// The schema of what the token endpoint takes.
pub fn token_request(generator: &mut SchemaGenerator) -> Value {
    of::<TokenRequest>(generator)
}

/// The schema of a type.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}

fn entity(kind: Kind, generator: &mut SchemaGenerator) -> Value {
    macro_rules! it {
        ($entity:ty, $command:ty) => {
            of::<$entity>(generator)
        };
    }
    by_kind!(kind, it)
}

/// The names of all fields that a thing of a kind may have, also those that only some of its states have.
pub fn fields_of(kind: Kind) -> &'static BTreeSet<String> {
    static KNOWN: OnceLock<BTreeMap<Kind, BTreeSet<String>>> = OnceLock::new();
    static NONE: BTreeSet<String> = BTreeSet::new();
    let known = KNOWN.get_or_init(|| {
        let fields = |kind: Kind| {
            let mut generator = SchemaGenerator::default();
            let schema = entity(kind, &mut generator);
            let definitions = Value::Object(generator.take_definitions(true));
            let mut names = BTreeSet::new();
            add_fields(&schema, &definitions, &mut names);
            (kind, names)
        };
        Kind::ALL.iter().copied().map(fields).collect()
    });
    known.get(&kind).unwrap_or(&NONE)
}

fn add_fields(schema: &Value, definitions: &Value, names: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        add_fields(&definitions[name], definitions, names);
    }
    if let Some(properties) = schema["properties"].as_object() {
        names.extend(properties.keys().cloned());
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        for one in schema[several].as_array().into_iter().flatten() {
            add_fields(one, definitions, names);
        }
    }
}

fn commands(kind: Kind, generator: &mut SchemaGenerator) -> Value {
    macro_rules! it {
        ($entity:ty, $command:ty) => {
            <$command>::json_schema(generator).to_value()
        };
    }
    by_kind!(kind, it)
}

fn page(of: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["results"],
        "properties": {
            "results": { "type": "array", "items": of, "description": "In the order of their ids." },
            "next": { "type": "string", "description": "What the next page is asked with as `cursor`; missing on the last." },
            "total": { "type": "integer", "description": "How many there are in all, if `count` was asked for." },
        },
    })
}

fn events() -> Value {
    json!({
        "type": "object",
        "required": ["results", "last", "more"],
        "properties": {
            "results": { "type": "array", "items": {
                "type": "object",
                "required": ["seq", "id", "kind", "version", "at_s", "actor", "payload"],
                "properties": {
                    "seq": { "type": "integer", "description": "Its number: grows, and may have gaps." },
                    "id": { "type": "string", "description": "The thing that it changed." },
                    "kind": { "type": "string", "description": "The kind of that thing." },
                    "version": { "type": "integer", "description": "The version that it made of it." },
                    "at_s": { "type": "integer", "description": "When, s since 1970." },
                    "actor": { "type": "string", "description": "Who did it." },
                    "payload": { "type": "object", "description": "What happened: `type`, such as `terminal.attached`, and `data`." },
                },
            } },
            "last": { "type": "integer", "description": "The number of the last event here: what to ask `after` next." },
            "more": { "type": "boolean", "description": "Whether there are more now." },
        },
    })
}

/// The variant of a kind's commands that has this verb, as an object without what the address says.
fn variant(kind: Kind, verb: &str, by: Option<&str>, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let commands = commands(kind, generator);
    let variants = commands["oneOf"].as_array().cloned().unwrap_or_default();
    let found = variants.into_iter().find(|variant| variant["properties"]["verb"]["const"] == verb);
    let mut found = found.and_then(|variant| variant.as_object().cloned()).unwrap_or_default();
    let said: &[&str] = if by.is_some() { &["verb", "by"] } else { &["verb"] };
    if let Some(Value::Object(properties)) = found.get_mut("properties") {
        properties.retain(|name, _| !said.contains(&name.as_str()));
    }
    if let Some(Value::Array(required)) = found.get_mut("required") {
        required.retain(|name| !said.iter().any(|said| name == said));
    }
    found
}

fn verb_body(
    kind: Kind,
    verb: &str,
    field: Option<&str>,
    by: Option<&str>,
    generator: &mut SchemaGenerator,
) -> Value {
    let found = variant(kind, verb, by, generator);
    let Some(field) = field else { return Value::Object(found) };
    let inner = found.get("properties").map(|properties| properties[field].clone()).unwrap_or_default();
    resolved(inner, generator)
}

/// A definition in the place of the reference to it.
fn resolved(schema: Value, generator: &SchemaGenerator) -> Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let found = name.and_then(|name| generator.definitions().get(name));
    found.cloned().unwrap_or(schema)
}

fn creation(kind: Kind, generator: &mut SchemaGenerator) -> Value {
    let Some(collection) = Collection::of(kind) else { return Value::Null };
    let mut body = verb_body(kind, collection.create, collection.create_field, None, generator);
    let id = json!({
        "type": "string",
        "pattern": format!("^{}_[0-7][0-9A-HJKMNP-TV-Z]{{25}}$", kind.prefix()),
        "description": "Its id, if the client chooses it; made by the server if it is missing.",
    });
    if !body["properties"].is_object() {
        body["properties"] = json!({});
    }
    body["properties"]["id"] = id;
    match kind {
        Kind::Appeal => without_requirement(body, "permit"),
        Kind::Territory => completed_territory(body),
        _ => body,
    }
}

/// What the server takes from the definition may be missing.
fn completed_territory(schema: Value) -> Value {
    without_requirement(without_requirement(schema, "definition_sha256"), "valid_from_s")
}

/// What the server fills in may be missing.
fn without_requirement(mut schema: Value, field: &str) -> Value {
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != field);
    }
    schema
}
