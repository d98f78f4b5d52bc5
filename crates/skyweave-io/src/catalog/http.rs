//! One request to the service, and its answer.

use super::CatalogError;
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Response, StatusCode, header};

/// The largest body that is taken, bytes.
const LARGEST_BODY: u64 = 64 << 20;
/// The most of a refusal's body that is read for its first line, bytes.
const LARGEST_REFUSAL: u64 = 4096;
/// Longest first line that is told, characters.
const LONGEST_LINE: usize = 200;
const MOST_REDIRECTS: u32 = 3;
const USER_AGENT: &str = concat!("skyweave/", env!("CARGO_PKG_VERSION"));

/// What is asked, and what the service is told about the kept copy.
pub(super) struct Question<'a> {
    pub source: &'a str,
    pub timeout: Duration,
    pub etag: Option<&'a str>,
    pub last_modified: Option<&'a str>,
}

pub(super) enum Answer {
    /// A whole body with status 200.
    Body { bytes: Vec<u8>, etag: Option<String>, last_modified: Option<String> },
    /// Status 304 to a conditional question.
    NotModified,
    /// Any other status.
    Refused { status: u16, first_line: String },
}

/// Asks once. Up to three redirects are followed, none from https to http.
pub(super) fn ask(question: &Question<'_>) -> Result<Answer, CatalogError> {
    let is_secure = question.source.starts_with("https://");
    if !is_secure && !question.source.starts_with("http://") {
        return Err(CatalogError::Address { source_url: question.source.to_owned() });
    }
    let mut request = agent(question.timeout, is_secure).get(question.source);
    if let Some(etag) = question.etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = question.last_modified {
        request = request.header(header::IF_MODIFIED_SINCE, date);
    }
    let mut response = request.call().map_err(|error| no_answer(question, &error))?;
    let is_conditional = question.etag.is_some() || question.last_modified.is_some();
    match response.status() {
        StatusCode::OK => Ok(Answer::Body {
            bytes: body(question, &mut response)?,
            etag: text_of(&response, &header::ETAG),
            last_modified: text_of(&response, &header::LAST_MODIFIED),
        }),
        StatusCode::NOT_MODIFIED if is_conditional => Ok(Answer::NotModified),
        status => Ok(Answer::Refused { status: status.as_u16(), first_line: first_line(&mut response) }),
    }
}

fn agent(timeout: Duration, https_only: bool) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .https_only(https_only)
        .proxy(None)
        .max_redirects(MOST_REDIRECTS)
        .max_redirects_will_error(false)
        .timeout_global(Some(timeout))
        .user_agent(USER_AGENT)
        .build()
        .new_agent()
}

fn body(question: &Question<'_>, response: &mut Response<ureq::Body>) -> Result<Vec<u8>, CatalogError> {
    let mut bytes = Vec::new();
    let read = response.body_mut().as_reader().take(LARGEST_BODY + 1).read_to_end(&mut bytes);
    let problem = match read {
        Ok(_) if bytes.len() as u64 <= LARGEST_BODY => return Ok(bytes),
        Ok(_) => format!("the answer is longer than {LARGEST_BODY} bytes; accepted: up to that many"),
        Err(error) => format!("the answer broke off after {} bytes: {error}", bytes.len()),
    };
    Err(CatalogError::Network { source_url: question.source.to_owned(), problem })
}

/// The first line that is not blank, as far as it can be read. That it cannot is no second error: the status is one.
fn first_line(response: &mut Response<ureq::Body>) -> String {
    let mut bytes = Vec::new();
    let whole = response.body_mut().as_reader().take(LARGEST_REFUSAL).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    match text.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => line.chars().filter(|c| !c.is_control()).take(LONGEST_LINE).collect(),
        None if whole.is_ok() => "(no body)".to_owned(),
        None => "(body cannot be read)".to_owned(),
    }
}

fn no_answer(question: &Question<'_>, error: &ureq::Error) -> CatalogError {
    let source_url = question.source.to_owned();
    match error {
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => CatalogError::Address { source_url },
        _ => CatalogError::Network { source_url, problem: error.to_string() },
    }
}

fn text_of(response: &Response<ureq::Body>, name: &header::HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
}
