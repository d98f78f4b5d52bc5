//! What monitoring reads: metrics as Prometheus reads them.

use super::call::{Call, Content, Reply, too_many_strangers};
use super::problem::Problem;
use super::routes::{Needs, Route};
use super::shapes::Shape;
use crate::measure::{Counter, Histogram, Page};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const MEDIA_TYPE: &str = "text/plain; version=0.0.4";

/// Requests that were answered, by what answered them and how.
#[derive(Debug, Default)]
pub struct Requests {
    by_route: Mutex<BTreeMap<(String, u16), u64>>,
    time: Histogram,
    /// Requests for files of the page.
    pub of_page: Counter,
}

impl Requests {
    /// Notes an answer.
    pub fn note(&self, route: &str, status: u16, time: Duration) {
        let mut by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner);
        *by_route.entry((route.to_owned(), status)).or_default() += 1;
        drop(by_route);
        self.time.observe(time);
    }

    fn write(&self, page: &mut Page) {
        let name = "skyweave_requests_total";
        page.head(name, "Requests that were answered.", "counter");
        let by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for ((route, status), count) in by_route {
            page.sample(name, &format!("{{route=\"{route}\",status=\"{status}\"}}"), count as f64);
        }
        page.histogram(
            "skyweave_request_seconds",
            "How long requests took until their answer began.",
            &self.time,
        );
        page.counter("skyweave_page_files_total", "Files of the page that were sent.", &self.of_page);
    }
}

/// The routes of this module.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/metrics",
            "metrics",
            "Metrics in Prometheus' text format",
            Shape::Metrics,
            show,
        )
        .needs(Needs::Nothing),
    ]
}

async fn show(call: Call) -> Result<Reply, Problem> {
    call.api.take_stranger().map_err(too_many_strangers)?;
    let mut page = Page::default();
    page.head("skyweave_info", "The program.", "gauge");
    page.sample("skyweave_info", concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}"), 1.0);
    call.api.requests.write(&mut page);
    page.gauge(
        "skyweave_live_streams",
        "Streams of live events that are open.",
        call.api.live_streams.count() as f64,
    );
    if let Some(live) = &call.api.live {
        let leads = f64::from(u8::from(live.leads()));
        page.gauge("skyweave_leads", "1 if this server plans, 0 if it stands by.", leads);
        live.metrics.write(&mut page);
        let epoch = live.in_force().map_or(0, |now| now.bundle().epoch);
        page.gauge(
            "skyweave_epoch",
            "Number of the bundle that slots are planned by; 0 before the first.",
            epoch as f64,
        );
    }
    if let Some(orders) = &call.api.orders {
        orders.condition().write(&mut page);
    }
    let content = Content::Stream(MEDIA_TYPE, Body::from(page.text()));
    Ok(Reply { content, ..Reply::nothing().status(StatusCode::OK) })
}
