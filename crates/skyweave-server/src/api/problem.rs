//! Errors as [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) writes them, with a code for programs, what was found and what would do.

use crate::service::NotDone;
use crate::store::StoreError;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use skyweave_control::refused::{Code, Refused};

/// An error as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// A name for the kind of problem: `urn:skyweave:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was found, and what would be accepted or is to be done first.
    pub detail: String,
    /// The kind of problem, for programs.
    pub code: String,
    /// The field that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What stands in the way, where that is not the subject itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because_of: Option<String>,
    /// Of several commands or rows: each that was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub refusals: Vec<RowRefusal>,
    /// Seconds to wait before trying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    #[serde(skip)]
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// One refused command or row of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RowRefusal {
    /// Its number: commands count from 0, rows of a file as the file's lines.
    pub row: u64,
    /// The kind of problem, for programs.
    pub code: String,
    /// What was found, and what would be accepted.
    pub detail: String,
    /// The field or column that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    /// A problem with its status, code, and what there is to say.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:skyweave:problem:{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            field: None,
            because_of: None,
            refusals: Vec::new(),
            retry_after_s: None,
            headers: Vec::new(),
        }
    }

    /// The request is not understood.
    #[must_use]
    pub fn invalid(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// There is no such thing, or none that the client may know of.
    #[must_use]
    pub fn not_found(what: impl AsRef<str>) -> Self {
        let detail = format!("there is no {}; accepted: what a list of its kind shows", what.as_ref());
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// The client may not do this.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// Names the field that is wrong.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self.header(header::RETRY_AFTER, seconds.to_string())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Several commands or rows were refused.
    #[must_use]
    pub fn of_rows(refusals: Vec<RowRefusal>, detail: impl Into<String>) -> Self {
        Self { refusals, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "rows_refused", detail) }
    }
}

/// `not_found` is titled `Not found`.
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let because_of = refused.because_of.map(|id| id.to_string());
        let detail = refused.to_string();
        Self {
            field: refused.field,
            because_of,
            ..Self::new(status_of(refused.code), refused.code.name(), detail)
        }
    }
}

impl RowRefusal {
    /// A row that is refused for what one of its fields holds.
    #[must_use]
    pub fn of_field(row: u64, field: &str, detail: String) -> Self {
        Self { row, code: "row_refused".to_owned(), detail, field: Some(field.to_owned()) }
    }

    /// Of a refused command.
    #[must_use]
    pub fn of(row: u64, refused: Refused) -> Self {
        let detail = refused.to_string();
        Self { row, code: refused.code.name().to_owned(), detail, field: refused.field }
    }
}

/// The status of a refusal: 404 for what is not there, 409 for what others have or did, 412 for another version, 403 for what is not theirs to
/// touch, 422 for the rest.
const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::OutOfScope => StatusCode::FORBIDDEN,
        Code::VersionConflict => StatusCode::PRECONDITION_FAILED,
        Code::AlreadyExists
        | Code::NameTaken
        | Code::KeyTaken
        | Code::InUse
        | Code::WrongState
        | Code::StalePreview => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let say = |status, code: &str| Self::new(status, code, error.to_string());
        match &error {
            StoreError::Conflict { .. }
            | StoreError::Overtaken { .. }
            | StoreError::Taken { .. }
            | StoreError::Answered { .. } => say(StatusCode::CONFLICT, "conflict"),
            StoreError::Full { .. } => say(StatusCode::INSUFFICIENT_STORAGE, "store_full"),
            StoreError::Locked { .. } => say(StatusCode::SERVICE_UNAVAILABLE, "store_locked").retry_after(5),
            StoreError::Closed => say(StatusCode::SERVICE_UNAVAILABLE, "stopping").retry_after(10),
            _ => {
                tracing::error!("{error}");
                // what the database says may tell of others
                let detail = "the store could not be read or written; whoever runs the server finds the reason in its log";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store_unavailable", detail).retry_after(10)
            }
        }
    }
}

impl From<NotDone> for Problem {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Refused(mut refused) if refused.len() == 1 => refused
                .pop()
                .map_or_else(|| Self::invalid("refused", "refused"), |(_, refused)| refused.into()),
            NotDone::Refused(refused) => {
                let detail = format!(
                    "{} commands were refused, and nothing was done; repeat without or after mending them",
                    refused.len()
                );
                let rows = refused.into_iter().map(|(row, refused)| RowRefusal::of(row as u64, refused));
                Self::of_rows(rows.collect(), detail)
            }
            NotDone::Store(error) => error.into(),
            NotDone::Busy => {
                Self::new(StatusCode::CONFLICT, "conflict", format!("{not_done}; try again")).retry_after(1)
            }
            NotDone::Damaged { .. } => {
                tracing::error!("{not_done}");
                let detail =
                    "what is stored cannot be read; whoever runs the server finds the reason in its log";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", detail)
            }
        }
    }
}
